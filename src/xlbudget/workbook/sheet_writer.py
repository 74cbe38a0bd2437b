"""One worksheet being written: typed, and nothing that XlsxWriter swallows goes unnoticed.

XlsxWriter answers mistakes with a warning and a negative number; both become errors here.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.references import column_number, in_quotes, split_cell

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.styles import Style

__all__ = ["Sheet", "checked"]

_LONGEST_TEXT = 32_767


def checked(result: object, what: str) -> None:
    """Turn the negative number by which XlsxWriter refuses something into an error.

    Raises:
        ValueError: it was refused.
    """
    if isinstance(result, int) and result < 0:
        raise ValueError(f"XlsxWriter refused {what} (code {result}).")


@lru_cache(maxsize=1 << 15)
def _spot(cell: str) -> tuple[int, int]:
    letters, row = split_cell(cell)
    return row - 1, column_number(letters) - 1


class Sheet:
    """One worksheet; cells are named like ``C7``, rows count from 1, columns from 0."""

    def __init__(self, book: Any, sheet: Any, name: str, form: Callable[[Style], Any]) -> None:
        self.book, self.raw, self.name, self._format = book, sheet, name, form

    def text(self, cell: str, text: str, style: Style) -> None:
        """A text, never interpreted; an empty one leaves a formatted blank cell."""
        if len(text) > _LONGEST_TEXT:
            raise UnusableFileError(
                f"“{self.name}”{cell}的文字超过{_LONGEST_TEXT}字，Excel放不下；请缩短。"
            )
        if not text:
            self.blank(cell, style)
            return
        row, column = _spot(cell)
        checked(self.raw.write_string(row, column, text, self._format(style)), cell)

    def number(self, cell: str, number: Decimal, style: Style) -> None:
        """A number, as the nearest float (15 digits come back exactly)."""
        row, column = _spot(cell)
        checked(self.raw.write_number(row, column, float(number), self._format(style)), cell)

    def blank(self, cell: str, style: Style) -> None:
        """A formatted cell without content."""
        row, column = _spot(cell)
        checked(self.raw.write_blank(row, column, None, self._format(style)), cell)

    def formula(self, cell: str, text: str, value: str | Decimal, style: Style) -> None:
        """A formula (without leading "=") and the value that it shows until recalculated."""
        row, column = _spot(cell)
        shown = value if isinstance(value, str) else float(value)
        form = self._format(style)
        checked(self.raw.write_formula(row, column, f"={text}", form, shown), cell)

    def put(self, content: CellContent, style: Style) -> None:
        """Whatever a rendered cell holds."""
        if content.kind in ("formula", "array"):
            shown = "" if content.value is None else content.value
            write = self.formula if content.kind == "formula" else self.array_formula
            write(content.cell, content.formula, shown, style)
        elif isinstance(content.value, Decimal):
            self.number(content.cell, content.value, style)
        else:
            self.text(content.cell, content.value or "", style)

    def merge(self, first: str, last: str, text: str, style: Style) -> None:
        """A heading over several cells (over one, it is simply written)."""
        if first == last:
            self.text(first, text, style)
            return
        spots = (*_spot(first), *_spot(last))
        checked(self.raw.merge_range(*spots, text, self._format(style)), first)

    def array_formula(self, cell: str, text: str, value: str | Decimal, style: Style) -> None:
        """A formula that computes over whole areas at once, in programs of every age."""
        row, column = _spot(cell)
        shown = value if isinstance(value, str) else float(value)
        spots = (row, column, row, column)
        form = self._format(style)
        checked(self.raw.write_array_formula(*spots, f"{{={text}}}", form, shown), cell)

    def merge_put(self, first: str, last: str, content: CellContent, style: Style) -> None:
        """The same with whatever a rendered cell holds."""
        self.merge(first, last, "", style)
        self.put(content._replace(cell=first), style)

    def link(self, cell: str, sheet: str, text: str, style: Style, *, to: str = "A1") -> None:
        """A link to the cell ``to`` of a sheet of the workbook."""
        row, column = _spot(cell)
        target = f"internal:{in_quotes(sheet)}!{to}"
        checked(self.raw.write_url(row, column, target, self._format(style), text), cell)

    def width(self, column: int, width: float) -> None:
        """Width of a column (from 0), in digits."""
        checked(self.raw.set_column(column, column, width), f"column {column}")

    def hide(self, column: int) -> None:
        """Hide a column (from 0): what programs need and readers do not."""
        checked(
            self.raw.set_column(column, column, None, None, {"hidden": True}), f"column {column}"
        )

    def height(self, row: int, points: float) -> None:
        """Height of a row (from 1)."""
        checked(self.raw.set_row(row - 1, points), f"row {row}")

    def usual_height(self, points: float) -> None:
        """Height of every row that has none of its own."""
        self.raw.set_default_row(points)

    def conditional(self, area: str, formula: str, style: Style) -> None:
        """A format that holds where ``formula`` (without "=") is true."""
        rule = {"type": "formula", "criteria": f"={formula}", "format": self._format(style)}
        checked(self.raw.conditional_format(area, rule), area)

    def protect(self) -> None:
        """Lock what is not for typing, without a password; looks, filters and sizes stay free."""
        free = (
            "select_locked_cells",
            "select_unlocked_cells",
            "format_cells",
            "format_columns",
            "format_rows",
            "autofilter",
            "sort",
        )
        self.raw.protect("", dict.fromkeys(free, True))

    def quiet(self, area: str) -> None:
        """No green corners: codes are text and neighbouring sums differ on purpose."""
        kinds = ("number_stored_as_text", "formula_differs", "formula_range", "formula_unlocked")
        checked(self.raw.ignore_errors(dict.fromkeys(kinds, area)), area)

    def freeze(self, rows: int, columns: int = 0) -> None:
        """Keep the first rows and columns in sight."""
        self.raw.freeze_panes(rows, columns)
