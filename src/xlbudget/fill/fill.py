"""Fill in a book: rows that are missing, derived cells that are blank or were written by us."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import UNFILLED, Cell, Unreadable
from xlbudget.fill.rows import complete_rows
from xlbudget.relations.derive import definitions, evaluate
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import INFO, Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from xlbudget.figures import Book
    from xlbudget.relations.expand import Relation
    from xlbudget.standard.model import Standard

__all__ = [
    "CellKey",
    "Filled",
    "cell_key",
    "fill_book",
    "recomputed",
    "settled",
    "statements",
]


_MOST_ROUNDS = 6
"""Conditions depend on totals and totals on conditions; a few rounds settle them."""


class CellKey(NamedTuple):
    """A cell by meaning, independent of where it stands: block, row key, amount column."""

    block: str
    row: str
    column: str


class Filled(NamedTuple):
    """The filled book; the derived cells (formulas) and those of them that changed or were added."""

    book: Book
    derived: frozenset[CellKey]
    changed: frozenset[CellKey]


def fill_book(
    standard: Standard, book: Book, ours: Collection[CellKey] = (), lapsed: Collection[CellKey] = ()
) -> Filled:
    """Complete ``book``.

    ``ours`` are the cells that hold a formula: they are computed anew. Every other derived cell
    is filled where it is blank and kept where it is typed, also if it differs from its sum. Cells
    of ``lapsed`` (formulas that filling wrote under a condition) are emptied where the condition
    holds no longer. What follows from an amount that is not divided yet stays blank.
    """
    completed = complete_rows(standard, book)
    grid = Grid(standard, completed)
    keys = {number: cell_key(grid, number) for number in range(len(grid.cells))}

    def kept(number: int) -> bool:
        return grid.cells[number] is not None and keys[number] not in ours

    cells, defined = settled(grid, kept)
    derived = frozenset(keys[number] for number in defined if not kept(number))
    changed = set()
    cells = _written(grid, cells)
    for number, key in keys.items():
        if key in lapsed and number not in defined:
            cells[number] = None
        if cells[number] != grid.cells[number]:
            changed.add(key)
    filled = grid.as_book(cells)
    return Filled(filled._replace(notes=statements(standard, filled)), derived, frozenset(changed))


def recomputed(standard: Standard, book: Book, ours: Collection[CellKey]) -> Filled:
    """``book`` with the cells of ``ours`` that rules define computed anew, and nothing else filled in."""
    grid = Grid(standard, book)
    keys = [cell_key(grid, number) for number in range(len(grid.cells))]
    cells, defined = settled(grid, lambda number: keys[number] not in ours)
    cells = _written(grid, cells)
    derived = frozenset(keys[number] for number in defined if keys[number] in ours)
    changed = {
        key
        for key, now, before in zip(keys, cells, grid.cells, strict=True)
        if key in derived and now != before
    }
    return Filled(grid.as_book(cells), derived, frozenset(changed))


def _written(grid: Grid, cells: list[Cell]) -> list[Cell]:
    """The cells as they are written: what is unknown is blank, what cannot be computed as it was."""
    return [
        None if cell == UNFILLED else was if isinstance(cell, Unreadable) else cell
        for cell, was in zip(cells, grid.cells, strict=True)
    ]


def settled(grid: Grid, kept: Callable[[int], bool]) -> tuple[list[Cell], dict[int, Relation]]:
    """The computed cells and their definitions; cells for which ``kept`` is true stand.

    Whether a conditional rule applies is judged on what the cells come to, not on what is typed
    so far: a total that is still blank must not pass for zero.
    """
    cells = list(grid.cells)
    defined: dict[int, Relation] = {}
    for _ in range(_MOST_ROUNDS):
        judged = Grid(grid.standard, grid.as_book(cells))
        defined = definitions(expand(judged).relations)
        again = evaluate(grid, defined, kept)
        if again == cells:
            break
        cells = again
    return cells, defined


def cell_key(grid: Grid, number: int) -> CellKey:
    """What a numbered cell means."""
    block, row, column = grid.spot(number)
    name = "value" if block == INFO else grid.standard.blocks[block].amounts[column]
    return CellKey(block, row.key, name)


def statements(standard: Standard, book: Book) -> dict[str, tuple[str, ...]]:
    """The notes below each table with the statement of emptiness added or taken away."""
    notes = dict(book.notes)
    for table in standard.tables:
        blocks = [book.blocks[block.key] for block in table.blocks if block.key in book.blocks]
        if not table.empty_statement or not blocks:
            continue
        others = tuple(
            note for note in notes.get(table.key, ()) if note.strip() != table.empty_statement
        )
        empty = all(data.empty for data in blocks)
        notes[table.key] = (*others, table.empty_statement) if empty else others
    return notes
