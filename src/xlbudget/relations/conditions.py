"""Conditions of a standard, judged on the figures of one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import UNFILLED, Unreadable

if TYPE_CHECKING:
    from xlbudget.relations.grid import Grid

__all__ = ["Conditions"]


class Conditions:
    """Which conditions of the standard hold in a book; each is looked at once."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._known: dict[str, tuple[bool, str]] = {"": (True, "")}

    def holds(self, key: str) -> bool:
        """Whether a condition holds; the empty one always does."""
        return self._look(key)[0]

    def undecided(self, key: str) -> str:
        """Why it cannot be told whether it holds; empty where it can."""
        return self._look(key)[1]

    def _look(self, key: str) -> tuple[bool, str]:
        if key not in self._known:
            self._known[key] = self._evaluate(key)
        return self._known[key]

    def _evaluate(self, key: str) -> tuple[bool, str]:
        grid, condition = self.grid, self.grid.standard.conditions[key]
        for ref in condition.zero:
            if ref.block not in grid.book.blocks:
                if ref.block in grid.book.unfilled:
                    return False, f"无法判断“{condition.title}”：{grid.book.unfilled[ref.block]}"
                sheet = grid.standard.table(grid.standard.blocks[ref.block].table).sheet
                return False, f"无法判断“{condition.title}”：缺少工作表“{sheet}”。"
            data = grid.data(ref.block)
            row = data.row(ref.which) if data else None
            cell = row.cells[grid.column(ref.block, ref.column)] if row else None
            if cell == UNFILLED:
                return False, f"无法判断“{condition.title}”：有关各格尚未填列。"
            if isinstance(cell, Unreadable):
                return False, f"无法判断“{condition.title}”：相关金额不可读。"
            if cell is not None and cell.fen:
                return False, ""
        return True, ""
