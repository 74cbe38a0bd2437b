"""What of a book nobody has filled in yet, and what is judged instead of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.standard.placeholders import without_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import Book, Place, Row
    from xlbudget.money import Amount
    from xlbudget.standard.model import Standard


class CellKey(NamedTuple):
    """A cell by meaning, independent of where it stands: block, row key, amount column."""

    block: str
    row: str
    column: str


class Lack(StrEnum):
    """What of a block is not filled in: all of it, all but its totals, its end, a column, the parts."""

    TABLE = "table"
    ROWS = "rows"
    TAIL = "tail"
    COLUMN = "column"
    PARTS = "parts"


class Witness(NamedTuple):
    """The figure of another table that shows that something is missing: what it is, where it stands."""

    block: str
    row: Row
    column: str
    amount: Amount
    place: Place


class Unfilled(NamedTuple):
    """A block, or the ``column`` of one, that is not filled in; ``row`` is the last one that is."""

    lack: Lack
    block: str
    column: str = ""
    row: Row | None = None
    witness: Witness | None = None


class Virtual(NamedTuple):
    """What is judged instead of the book.

    ``filled`` are the blanks that were computed: they say nothing by themselves, they follow from other
    cells. ``open`` says of blocks whose subtotals nobody has filled in how many cells that is.
    ``totals`` are blocks whose row of the total is gone.
    ``guesses`` may not be filled in, if everything agrees then: each is to be tried by itself.
    """

    book: Book
    filled: frozenset[CellKey] = frozenset()
    open: Mapping[str, int] = {}
    unfilled: tuple[Unfilled, ...] = ()
    guesses: tuple[tuple[Unfilled, ...], ...] = ()
    totals: frozenset[str] = frozenset()

    @property
    def waits(self) -> bool:
        """Whether anything is to be filled in."""
        return bool(self.open or self.unfilled or self.totals)


def block_title(standard: Standard, block: str) -> str:
    """A table's title; of a table with several blocks, with the heading of this one."""
    spec = standard.blocks[block]
    table = standard.table_of(spec)
    if len(table.blocks) == 1:
        return table.title
    return f"{table.title}“{''.join(without_names(spec.columns[0].label[0]).split())}”"
