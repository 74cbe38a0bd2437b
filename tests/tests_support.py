"""What several test modules do to a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import BlockData
from xlbudget.rules.fill import cell_key
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import definitions, expand
from xlbudget.rules.unfilled import CellKey

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


def leaves_only(standard: Standard, book: Book) -> tuple[Book, set[CellKey]]:
    """The book with nothing but what people type, and the derived cells that were taken away.

    Parent subjects, groups of projects and 合计 rows are gone, derived cells are blank. The class
    rows of 收支总表 stay where something about them is typed.
    """
    grid = Grid(standard, book)
    derived = {cell_key(grid, number) for number in definitions(expand(grid).relations)}
    bare = {}
    for key, data in book.blocks.items():
        amounts = standard.blocks[key].amounts
        tree = grid.tree(key)
        rows = []
        for position, row in enumerate(data.rows):
            if row.kind in ("total", "group") or (row.kind == "subject" and position in tree):
                continue
            cells = tuple(
                None if CellKey(key, row.key, amounts[column]) in derived else cell
                for column, cell in enumerate(row.cells)
            )
            if row.kind != "class" or any(cell is not None for cell in cells):
                rows.append(row._replace(cells=cells))
        bare[key] = BlockData.of(rows)
    return book.with_blocks(bare), derived
