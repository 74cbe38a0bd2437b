"""What sheets hold and what shall become of them: plain values, without any library."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.xlsx.references import Area

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from decimal import Decimal

Lines = list[list[object]]
"""The cells of a sheet from A1 on, line by line; all lines equally long."""


class CellEdit(NamedTuple):
    """What one cell (``D7``) shall hold: an amount, a text, a formula or nothing.

    Without ``formula`` (which has no leading "="): a str is text, whatever it begins with, and
    None or "" clears the cell. With it, ``value`` is its computed result, None or "" an empty text;
    an ``array`` formula computes over whole areas.
    """

    sheet: str
    cell: str
    value: str | int | Decimal | None
    formula: str = ""
    array: bool = False


OUR_BREAK = "16382"
"""How far an end of a page of ours reaches; programs write 16383 for those that people set."""


class Paging(NamedTuple):
    """How a printed sheet goes over its pages.

    ``ends`` are the rows after which a page ends, ``continued`` is the head of all but the first;
    ``landscape`` says whether pages lie across and ``right`` which column is the last one (None and
    empty: as they are).
    """

    ends: Sequence[int]
    continued: str = ""
    landscape: bool | None = None
    right: str = ""


class LaidRows(NamedTuple):
    """Rows from ``first`` on that get the looks of others: of the rows ``models`` of ``sheet``, in this order.

    Looks are styles and heights, merged ranges and conditional formats. A model may serve several
    rows below each other: ranges that go over it are longer then. The height of the models
    ``automatic`` follows what is typed; ``styles`` names cells that look as another one of the
    model's sheet than that of their own column.
    """

    first: int
    sheet: str
    models: Sequence[int]
    automatic: Collection[int] = ()
    styles: Mapping[str, str] = {}

    def moved(self, area: Area) -> Area | None:
        """A range of the model where the rows are laid; None where it is of none of them."""
        top, left, bottom, right = area
        rows = [row for row, like in enumerate(self.models, self.first) if top <= like <= bottom]
        return Area(rows[0], left, rows[-1], right) if rows else None


class Afterwards(NamedTuple):
    """What goes with the edits.

    ``recalculate``: all formulas are to be computed when the file is opened; ``last_rows``: the
    row at which the print area of a sheet is to end; ``heights``: of rows of a sheet, in points;
    ``paging``: of sheets whose rows have changed; ``unfiltered``: sheets that show all their rows
    again; ``charts``: what becomes of every chart's part, which keeps values of the cells that it
    shows; ``laid``: rows of a sheet that get the looks of others before they are written.
    """

    recalculate: bool = False
    last_rows: Mapping[str, int] = {}
    heights: Mapping[str, Mapping[int, float]] = {}
    paging: Mapping[str, Paging] = {}
    unfiltered: Collection[str] = ()
    charts: Callable[[bytes], bytes] | None = None
    laid: Mapping[str, Sequence[LaidRows]] = {}

    def then(self, later: Afterwards) -> Afterwards:
        """What goes with the edits of two steps, the later one's last."""
        both = {*self.heights, *later.heights}
        return Afterwards(
            self.recalculate or later.recalculate,
            {**self.last_rows, **later.last_rows},
            {one: {**self.heights.get(one, {}), **later.heights.get(one, {})} for one in both},
            {**self.paging, **later.paging},
            (*self.unfiltered, *later.unfiltered),
            later.charts or self.charts,
            {**self.laid, **later.laid},
        )
