"""What the identities within one row say of figures that a conversion may have shifted or lost."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.identities import holds
from xlbudget.findings import Finding, Level
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import Grid
from xlbudget.workbook.read_tables import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.figures import Book, Cell
    from xlbudget.relations.expand import Relation
    from xlbudget.standard.model import Standard

__all__ = ["RowIdentities", "shift_findings"]

_FARTHEST = 2
"""Figures are sought so many columns away."""
_MOST_TRIED = 20_000


class _Shift(NamedTuple):
    """So many figures from a column on stand ``by`` columns left (-) or right (+) of their place."""

    first: int
    size: int
    by: int


class RowIdentities:
    """The identities of a book that speak of the cells of one row alone."""

    def __init__(self, standard: Standard, book: Book) -> None:
        self.grid = Grid(standard, book)
        self.rows: dict[tuple[str, int], list[Relation]] = {}
        for one in expand(self.grid).relations:
            if one.rule.soft or not one.equation.check:
                continue
            blocks = {self.grid.block_of(number) for _, number in one.terms}
            if len(blocks) != 1 or not blocks <= book.blocks.keys():
                continue
            (block,) = blocks
            lines = {self._line(block, number) for _, number in one.terms}
            if len(lines) == 1:
                self.rows.setdefault((block, lines.pop()), []).append(one)

    def _line(self, block: str, number: int) -> int:
        return (number - self.grid.base[block]) // self.grid.width[block]

    def hold(self, block: str, line: int, cells: Sequence[Cell]) -> bool:
        """Whether all identities of the row hold with these cells in it."""
        first = self.grid.number(block, line, 0)
        changed = list(self.grid.cells)
        changed[first : first + len(cells)] = cells
        other = self.grid.with_cells(changed)
        return all(holds(other, one) for one in self.rows.get((block, line), ()))

    def placements(self, block: str, line: int, figures: Sequence[Cell]) -> list[list[Cell]]:
        """All ways to place the figures in order into the row that satisfy its identities.

        Nothing where there are no identities, or too many ways to try.
        """
        width = self.grid.width[block]
        if (block, line) not in self.rows or len(figures) > width:
            return []
        found: list[list[Cell]] = []
        for tried, places in enumerate(combinations(range(width), len(figures))):
            if tried > _MOST_TRIED:
                return []
            cells: list[Cell] = [None] * width
            for at, figure in zip(places, figures, strict=True):
                cells[at] = figure
            if self.hold(block, line, cells):
                found.append(cells)
        return found


def shift_findings(standard: Standard, book: Book) -> Iterator[Finding]:
    """A warning for every row that contradicts itself, with the least shift that would mend it, if there is one."""
    identities = RowIdentities(standard, book)
    for block, line in identities.rows:
        row = book.blocks[block].rows[line]
        if identities.hold(block, line, row.cells):
            continue
        shifts = [
            shift
            for shift in _shifts(row.cells)
            if identities.hold(block, line, _moved(row.cells, shift))
        ]
        if not shifts:
            continue
        least = min((abs(one.by), one.size) for one in shifts)
        shifts = [one for one in shifts if (abs(one.by), one.size) == least]
        table = standard.table_of(standard.blocks[block])
        place = book.blocks[block].cell_name(row, shifts[0].first)
        name = row.label or row.key
        if len(shifts) == 1:
            shift = shifts[0]
            side, back = ("左", "右") if shift.by < 0 else ("右", "左")
            message = (
                f"{table.title}“{name}”一行有{shift.size}个数像是在转换时向{side}错了{abs(shift.by)}栏"
                f"（向{back}移{abs(shift.by)}栏，本行就相符）；没有改动，请对照原件核对。"
            )
        else:
            message = f"{table.title}“{name}”一行的数像是在转换时错了栏，移法不止一种；没有改动，请对照原件核对。"
        yield Finding(CODE, Level.WARNING, message, table.title, table.title, place, row.key)


def _shifts(cells: Sequence[Cell]) -> Iterator[_Shift]:
    """Neighbouring figures moved together into blank cells."""
    filled = [at for at, cell in enumerate(cells) if cell is not None]
    for start in range(len(filled)):
        for end in range(start, len(filled)):
            run = filled[start : end + 1]
            for by in range(-_FARTHEST, _FARTHEST + 1):
                places = [at + by for at in run]
                inside = places[0] >= 0 and places[-1] < len(cells)
                free = inside and all(cells[at] is None or at in run for at in places)
                if by and free:
                    # The figures stand ``-by`` of where they belong.
                    yield _Shift(run[0], len(run), -by)


def _moved(cells: Sequence[Cell], shift: _Shift) -> list[Cell]:
    """The row with the figures where they belong."""
    found = list(cells)
    run = [at for at in range(shift.first, len(cells)) if cells[at] is not None][: shift.size]
    for at in run:
        found[at] = None
    for at in run:
        found[at - shift.by] = cells[at]
    return found
