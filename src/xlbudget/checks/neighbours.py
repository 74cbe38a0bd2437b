"""What stands beside a cell: the figures that may have been copied into it by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.slips import Neighbours
from xlbudget.money import Amount
from xlbudget.relations.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlbudget.relations.grid import Grid

__all__ = ["Surroundings"]


class Surroundings:
    """The neighbours of the cells of one workbook, looked up when asked for.

    Nobody copied from a cell that is computed: it follows from others, a wrong one among them.
    """

    def __init__(self, grid: Grid, computed: Collection[int] = ()) -> None:
        self.grid, self.computed = grid, computed
        self._filled: dict[int, float] = {}

    def __call__(self, number: int) -> Neighbours:
        """The neighbours of a cell."""
        grid = self.grid
        block, _, column = grid.spot(number)
        if block == INFO:
            return Neighbours()
        base, width = grid.base[block], grid.width[block]
        above = self._typed(number - width) if number - width >= base else None
        left = self._typed(number - 1) if column else None
        return Neighbours(above, left, self._share(block, base + column, width))

    def _typed(self, number: int) -> Amount | None:
        cell = self.grid.cells[number]
        return cell if isinstance(cell, Amount) and number not in self.computed else None

    def _share(self, block: str, first: int, width: int) -> float:
        """The share of a column's cells that are filled."""
        if first not in self._filled:
            data = self.grid.data(block)
            count = len(data.rows) if data else 0
            column = self.grid.cells[first : first + count * width : width]
            filled = sum([cell is not None for cell in column])
            self._filled[first] = (filled + 0.5) / (count + 1)
        return self._filled[first]
