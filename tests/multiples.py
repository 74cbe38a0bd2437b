"""Budgets that are another one's exact multiple, each amount then printed by itself: right, with rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import BlockData, Book, Cell
from xlbudget.money import Amount

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard


def rounded_multiple(standard: Standard, book: Book, factor: int) -> Book:
    """Every amount times ``factor``/1000, exactly, and then each printed in the standard's unit.

    Without forms: the cost indicators are texts and would have to be multiplied as well.
    """

    def printed(cell: Cell) -> Cell:
        if not isinstance(cell, Amount) or cell.unit != standard.unit:
            return cell
        return Amount(cell.fen // 1000 * factor).rounded(standard.unit)

    blocks = {
        key: BlockData.of([row._replace(cells=tuple(map(printed, row.cells))) for row in data.rows])
        for key, data in book.blocks.items()
    }
    info = {
        key: one if isinstance(one.value, str) else one._replace(value=printed(one.value))
        for key, one in book.info.items()
    }
    return book._replace(blocks=blocks, info=info, forms=())
