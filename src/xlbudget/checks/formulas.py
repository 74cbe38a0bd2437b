"""Formula cells: what they show once others are mended, and those that do not come to what their parts are.

A total that holds a formula is taken for a function of its parts. But a person's own formula can
leave a part out (``=SUM(D8:D20)`` where ``D21`` counts too), and a program can write cells without computing
anew. Then the cell prints what its parts do not come to, although nothing that was typed is wrong.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.identities import Identities, holds
from xlbudget.checks.wording import arithmetic, cell_label, difference_text, finding_at, table_title
from xlbudget.figures import Place, Unreadable
from xlbudget.findings import Level, Status
from xlbudget.money import Amount
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import checked, definitions, evaluate, expand, unit_of, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from xlbudget.figures import Book, Cell
    from xlbudget.findings import Finding
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Standard


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
        return len(Identities(grid.cells, checked(expansion.relations)).broken) + len(
            expansion.gaps
        )


def _shows(cell: Cell, value: Cell) -> bool:
    if isinstance(cell, Amount) and isinstance(value, Amount):
        return cell.fen == value.fen
    if isinstance(cell, Unreadable) or isinstance(value, Unreadable):
        return isinstance(cell, Unreadable) and isinstance(value, Unreadable)
    return not any(isinstance(amount, Amount) and amount.fen for amount in (cell, value))


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


_MOST_NAMED = 3
_WAY_OUT = (
    "请先重算（F9）；仍是这样，就是公式少算或多算了格，请改它的范围，或清空这一格再按“填列小计”。"
)


class FormulaOff(NamedTuple):
    """A formula's cell, what its parts come to as printed, and the relation that says so."""

    number: int
    right: Amount
    relation: Relation


def formulas_off(
    printed: Grid, again: Grid, defined: Mapping[int, Relation], formulas: Collection[int]
) -> list[FormulaOff]:
    """The cells among ``formulas`` that show something else than their parts, as printed, come to.

    ``defined`` are the definitions of ``printed``; ``again`` has every formula computed anew. A cell whose relations do not hold there either is left
    out: which of its definitions the formula follows is not known, and a typed cell can be the cause.
    """
    off = [
        FormulaOff(number, right, defined[number])
        for number in sorted(formulas)
        if number in defined
        and isinstance(printed.cells[number], Amount)
        and isinstance(right := again.cells[number], Amount)
        and not holds(printed, defined[number])
    ]
    if not off:
        return []
    doubtful = {
        number
        for relation in checked(expand(again).relations)
        if not holds(again, relation)
        for _, number in relation.terms
    }
    return [one for one in off if one.number not in doubtful]


def formula_findings(grid: Grid, off: Iterable[FormulaOff], status: Status) -> Iterator[Finding]:
    """A finding for each table, at its first such cell of ``grid``: the cells as printed, their grade ``status``."""
    level = Level.WARNING if status is Status.ROUNDING else Level.ERROR
    tables: dict[str, list[FormulaOff]] = {}
    for one in off:
        tables.setdefault(table_title(grid, one.number), []).append(one)
    for group in tables.values():
        number, right, relation = group[0]
        printed = grid.cells[number]
        assert isinstance(printed, Amount)
        labels = [
            f"{grid.place(off.number).cell}{cell_label(grid, off.number)}应为 {off.right.text}"
            for off in group[:_MOST_NAMED]
        ]
        more = "等" * (len(group) > _MOST_NAMED)
        what = f"有{len(group)}格公式的结果不是其各部分的合计（{'、'.join(labels)}{more}）"
        if len(group) == 1:
            what = f"{cell_label(grid, number)}是公式，现为 {printed.text}，而它的各部分合计为 {right.text}"
        yield finding_at(grid, number, relation.rule.code, level, f"{what}；{_WAY_OUT}")._replace(
            expected=right.plain,
            difference=difference_text(printed.fen - right.fen, printed.unit),
            basis=tuple(arithmetic(grid, off.relation) for off in group[:_MOST_NAMED]),
        )
