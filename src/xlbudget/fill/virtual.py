"""A book as filling would leave it, in memory, and what nobody has filled in yet.

Validation judges this book: a total that is still to be computed is no printed zero, nor is a table
that is still to be typed. What counts as not filled in (blank cells; a typed 0.00 is a figure):

- a *block* (a table, or one side of it) without figures that none can be computed for, if a table that
  is filled in has an amount that must stand there too, or if no table that is filled in tells anything of it;
- the *rows* of a block of which only totals are there; or the rest of its rows, where it has no total yet
  and lacks a quarter of another table's rows, or falls short of other tables in two columns of its own;
- the last rows of a table with prescribed rows, two or more, where figures must stand;
- a *column* without figures, if sums do not come out and everything agrees once it is left open;
- the *parts* of an amount that is to be divided (a standard's allotments) and is not.

Of these nothing is known, nor of what would be computed from them. A block of whose derived cells
more are blank than not, or whose prescribed total row is blank, is *open*: its rows are completed and its blanks
computed, as filling does. A few blanks in a block that is otherwise complete are left: there a
figure was forgotten. Where the whole row of the total is gone (it is told as that), nothing is known of its
sums: they are not nought for the tables that compare with them, nor what adding up printed parts gives.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import TOTAL, UNFILLED, BlockData
from xlbudget.fill.fill import CellKey, cell_key
from xlbudget.fill.known import Known
from xlbudget.fill.lacking import blank_blocks, guesses, undivided_parts, unfinished_rows
from xlbudget.money import Amount
from xlbudget.relations.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book, Cell, Row
    from xlbudget.fill.known import Unfilled
    from xlbudget.standard.model import Standard

__all__ = ["Virtual", "virtually_filled"]


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


def virtually_filled(standard: Standard, book: Book, guess: tuple[Unfilled, ...] = ()) -> Virtual:
    """``book`` as it is to be judged, if what is in ``guess`` is not filled in.

    A call without a guess says which there are; it is for the caller to see whether all agrees then.
    """
    known = Known(standard, book._replace(unfilled={}), guess)
    while known.learn(list(blank_blocks(known))):
        pass
    while known.learn(list(unfinished_rows(known))):
        pass
    known.learn(list(undivided_parts(known)))
    open_ = _open(known)
    totals = frozenset(_without_total(known, book)) - {*open_, *known.grid.book.unfilled}
    blocks: dict[str, BlockData] = {}
    filled: set[CellKey] = set()
    for key, data in known.grid.book.blocks.items():
        full = key in open_ or key in known.grid.book.unfilled
        source = data.rows if full else book.blocks[key].rows
        if key in totals:
            there = book.blocks[key].by_key
            source = tuple(row for row in data.rows if row.key in there or row.key == TOTAL)
        rows = []
        for row in source:
            cells = tuple(_judged(known, key, row, full=full))
            if key in totals and row.key == TOTAL:
                cells = (UNFILLED,) * len(cells)
            names = zip(standard.blocks[key].amounts, row.cells, cells, strict=True)
            filled |= {
                CellKey(key, row.key, name)
                for name, was, cell in names
                if was is None and isinstance(cell, Amount)
            }
            rows.append(row._replace(cells=cells))
        blocks[key] = BlockData.of(rows, data.letters)
    judged = book._replace(blocks=blocks, unfilled=known.grid.book.unfilled)
    lacks, more = tuple(known.lacks.values()), () if guess else tuple(guesses(known))
    return Virtual(judged, frozenset(filled), open_, lacks, more, totals)


def _without_total(known: Known, book: Book) -> Iterator[str]:
    """Blocks with figures, but without the row of their total, that filling would give one."""
    for key, data in book.blocks.items():
        completed = known.grid.data(key)
        if completed is None:  # left open as a guess
            continue
        total = known.standard.blocks[key].total and TOTAL in completed.by_key
        if total and not data.empty and TOTAL not in data.by_key:
            yield key


def _open(known: Known) -> dict[str, int]:
    """Blocks whose derived cells nobody has filled in, and how many these are."""
    grid = known.grid
    blank: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for number, was in enumerate(grid.cells):
        if known.has_money(number):
            key = cell_key(grid, number)
            if key.block != INFO and key in known.derivable:
                (blank if was is None else there)[key.block] += 1
    return {
        block: count
        for block, count in blank.items()
        if count > there[block]
        or (known.standard.blocks[block].body == "fixed" and known.without_total(block))
    }


def _judged(known: Known, block: str, row: Row, *, full: bool) -> Iterator[Cell]:
    """The cells of a row as they are judged: computed in an open block, else only unknown."""
    data = known.grid.data(block)
    assert data is not None
    first = known.grid.number(block, data.by_key[row.key], 0)
    for at, cell in enumerate(row.cells):
        now = known.cells[first + at]
        yield now if cell is None and (full or now == UNFILLED) else cell
