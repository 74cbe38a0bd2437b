"""Formulas that follow: what they show once the cells that they speak of are mended."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from xlbudget.checks.probe import Probe
from xlbudget.figures import Place, Unreadable
from xlbudget.money import Amount
from xlbudget.relations.derive import definitions, evaluate, unit_of, value_of
from xlbudget.relations.expand import checked, expand
from xlbudget.relations.grid import Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Standard

__all__ = ["Formulas", "not_stale"]


class Formulas:
    """The formulas of a workbook: asked for once, and only when something is wrong.

    ``seen`` is the book as formulas see it: they leave out text.
    """

    def __init__(
        self, standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None
    ) -> None:
        self._standard, self._book, self._computed = standard, book, computed

    @cached_property
    def places(self) -> frozenset[Place]:
        """The cells that hold a formula."""
        return frozenset(self._computed()) if self._computed else frozenset()

    @cached_property
    def faithful(self) -> frozenset[Place]:
        """Formula cells of the tables that show what the standard's definition comes to."""
        if not self.places:
            return frozenset()
        grid = Grid(self._standard, self._book)
        seen = [self._seen(grid.place(number), cell) for number, cell in enumerate(grid.cells)]
        defined = definitions(expand(grid.with_cells(seen)).relations)
        return frozenset(
            place
            for number, relation in defined.items()
            if (place := grid.place(number)) in self.places
            and _shows(seen[number], value_of(relation, seen, unit_of(grid, number)))
        )

    def _seen(self, place: Place, cell: Cell) -> Cell:
        if isinstance(cell, Unreadable):
            return cell if cell.raw.startswith("#") or place in self.places else None
        return None if place in self._book.as_text and place not in self.places else cell

    def following(self, mended: Book) -> Book:
        """``mended`` with those formula cells showing what it comes to.

        What depends on a cell that nobody can read cannot be read either.
        """
        if not self.faithful:
            return mended
        grid = Grid(self._standard, mended)
        defined = definitions(expand(grid).relations)
        cells = evaluate(grid, defined, lambda number: grid.place(number) not in self.faithful)
        if cells == grid.cells:
            return mended
        moved = [
            grid.place(at)
            for at, (now, before) in enumerate(zip(cells, grid.cells, strict=True))
            if now != before
        ]
        return not_stale(grid.as_book(cells), moved)

    def trouble(self, mended: Book) -> int:
        """How many relations and rows would not match in ``mended``, formulas following."""
        grid = Grid(self._standard, self.following(mended))
        expansion = expand(grid, live_only=True)
        return len(Probe(grid.cells, checked(expansion.relations)).broken) + len(expansion.gaps)


def _shows(cell: Cell, value: Cell) -> bool:
    if isinstance(cell, Amount) and isinstance(value, Amount):
        return cell.fen == value.fen
    if isinstance(cell, Unreadable) or isinstance(value, Unreadable):
        return isinstance(cell, Unreadable) and isinstance(value, Unreadable)
    return not any(isinstance(one, Amount) and one.fen for one in (cell, value))


def not_stale(book: Book, mended: Collection[Place]) -> Book:
    """The book whose texts are not called older than their figures because of cells now mended."""
    spots = [f"（{place.sheet} {place.cell}）" for place in mended]
    texts = tuple(
        unit._replace(
            stale=tuple(one for one in unit.stale if not any(spot in one for spot in spots))
        )
        if unit.stale
        else unit
        for unit in book.texts
    )
    return book if texts == book.texts else book._replace(texts=texts)
