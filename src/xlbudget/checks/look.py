"""A book looked at: what filling would compute in place, graded by the relations that apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.grade import grade
from xlbudget.checks.system import build_system
from xlbudget.relations.expand import checked, expand
from xlbudget.relations.grid import Grid

if TYPE_CHECKING:
    from xlbudget.checks.grade import Grade
    from xlbudget.figures import Book
    from xlbudget.fill.virtual import Virtual
    from xlbudget.relations.expand import Expansion
    from xlbudget.standard.model import Standard

__all__ = ["Look", "graded_by", "look"]


class Look(NamedTuple):
    """A book as it is judged: its cells and relations, and how it is graded by these.

    What filling would compute is computed in ``grid``, and what nobody has filled in yet is not judged
    (``fill/virtual.py``); ``found`` has the cells as they are, and what waits. Mostly it is the same.
    """

    grid: Grid
    expansion: Expansion
    graded: Grade
    found: Grid

    @property
    def wrong(self) -> bool:
        """Whether there is anything to explain."""
        return self.graded.conflict is not None or bool(self.expansion.gaps)


def look(standard: Standard, book: Book) -> Look:
    """``book`` with derived blanks computed, graded by its standard's relations."""
    seen = _look(standard, book)
    virtual = _virtual(standard, book, seen)
    if virtual is None:
        return seen
    seen.grid.virtual = virtual
    return _look(standard, virtual.book)._replace(found=seen.grid)


def _look(standard: Standard, book: Book) -> Look:
    grid = Grid(standard, book)
    expansion = expand(grid, live_only=True)
    return Look(grid, expansion, graded_by(grid, expansion), grid)


def _virtual(standard: Standard, book: Book, seen: Look) -> Virtual | None:
    """What is not filled in yet; None where everything is.

    It shows in a contradiction, or in a table without figures and without a word about it. That a
    column is not filled in is only said if all the rest agrees then.
    """
    blank = any(
        data.empty and not book.notes.get(standard.blocks[key].table)
        for key, data in book.blocks.items()
    )
    if not seen.wrong and not blank:
        return None
    from xlbudget.fill.virtual import virtually_filled  # noqa: PLC0415  # rarely needed

    virtual = virtually_filled(standard, book)
    if virtual.guesses and _look(standard, virtual.book).wrong:
        for guess in virtual.guesses:
            attempt = virtually_filled(standard, book, guess)
            if not _look(standard, attempt.book).wrong:
                return attempt
    return virtual if virtual.waits else None


def graded_by(grid: Grid, expansion: Expansion) -> Grade:
    """The grade of these cells by the hard relations."""
    standard = grid.standard
    system = build_system(grid.cells, checked(expansion.relations))
    return grade(system, standard.unit.fen // 100, standard.rounding_limit)
