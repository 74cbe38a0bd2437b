"""One wrong amount put into a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import BlockData
from xlbudget.money import Amount

if TYPE_CHECKING:
    import random

    from xlbudget.figures import Book


def slipped(amount: Amount, rng: random.Random) -> Amount:
    """The amount with a slip of the hand: a digit more, one digit wrong, or a sign."""
    kind = rng.randrange(3)
    if kind == 0:
        return amount._replace(fen=amount.fen * 10)
    return amount._replace(fen=-amount.fen if kind == 1 else amount.fen + 300 * amount.ulp)


def planted(book: Book, rng: random.Random) -> tuple[Book, str, str]:
    """A book with one wrong amount, the row in which it stands, and what stands there."""
    cells = [
        (key, at, column)
        for key, data in book.blocks.items()
        for at, row in enumerate(data.rows)
        for column, cell in enumerate(row.cells)
        if isinstance(cell, Amount) and cell.fen
    ]
    key, at, column = rng.choice(cells)
    data = book.blocks[key]
    row = data.rows[at]
    cell = row.cells[column]
    assert isinstance(cell, Amount)
    wrong = slipped(cell, rng)
    changed = row._replace(cells=(*row.cells[:column], wrong, *row.cells[column + 1 :]))
    rows = (*data.rows[:at], changed, *data.rows[at + 1 :])
    return book.with_blocks({key: BlockData.of(rows, data.letters)}), row.key, wrong.plain
