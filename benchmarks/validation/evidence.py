"""What the relations and the other observations of a living workbook can tell of one wrong cell.

Computed from the relations themselves, not by the search that is measured. A formula's cell is no
observation: it is replaced by the typed cells that it is computed from, so that every relation is a
sum over typed cells. A slip of some size in one cell is *indistinguishable* from one in another
cell if moving either back satisfies every relation and every text; then no search can know better.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.checks.diagnosis.intervals import build_system, printed_bounds, propagate
from xlbudget.checks.grade import grade
from xlbudget.checks.identities import holds
from xlbudget.findings import Level, Status
from xlbudget.money import Amount, parse_amount
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import definitions, evaluate, expand, through, unit_of
from xlbudget.texts.check import check_texts
from xlbudget.texts.whole import validate_whole
from xlbudget.xlsx.cells import CellEdit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from xlbudget.figures import Book, Cell, Place
    from xlbudget.findings import Finding
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Standard

__all__ = ["Evidence", "more_findings", "patches"]

Said = tuple[str, Level, str, str, str]


def _same(finding: Finding) -> Said:
    """What makes two findings of two reports the same."""
    return finding.code, finding.level, finding.sheet, finding.cell, finding.message


class Evidence:
    """A right living workbook: its typed cells, the relations over them, and what follows from a slip.

    ``typed`` are the numbers of typed amounts in tables; ``watched`` those of 基础信息 beside them.
    """

    def __init__(self, standard: Standard, book: Book, formulas: Collection[Place]) -> None:
        # What the workbook remembers is for the one who judges: here only figures and texts count.
        self.standard, self.book = standard, book._replace(keepsakes=())
        self.grid = grid = Grid(standard, self.book)
        self.derived = {n for n in range(len(grid.cells)) if grid.place(n) in formulas}
        amounts = [
            number
            for number, cell in enumerate(grid.cells)
            if isinstance(cell, Amount) and number not in self.derived and grid.place(number).cell
        ]
        self.typed = [number for number in amounts if grid.block_of(number) != INFO]
        self.watched = set(amounts)
        numbers = range(len(grid.cells))
        self.numbers = {grid.place(n): n for n in numbers if grid.place(n).cell}
        relations = expand(grid).relations
        self._defined = definitions(relations)
        checked = [one for one in relations if one.equation.check]
        self.hard = [one for one in checked if not one.rule.soft]
        self.soft = [one for one in checked if one.rule.soft]
        self._sums: list[dict[int, int]] = []
        self._bound: list[bool] = []
        self._slack: list[int] = []
        self._off: list[int] = []
        self._touching: dict[int, list[int]] = {}
        for one in through(self.hard, self.derived):
            self._add(one)
        self._usual = validate_whole(standard, self.book).findings

    def _add(self, relation: Relation) -> None:
        cells, terms = self.grid.cells, dict.fromkeys((n for _, n in relation.terms), 0)
        for sign, number in relation.terms:
            terms[number] += sign
        off = slack = 0
        for number, times in terms.items():
            cell = cells[number]
            if isinstance(cell, Amount):
                off += times * cell.fen
                slack += abs(times) * (cell.ulp // 2)
        place = len(self._sums)
        self._sums.append(terms)
        self._bound.append(relation.equation.relation == ">=")
        self._slack.append(slack)
        self._off.append(off)
        for number in terms:
            self._touching.setdefault(number, []).append(place)

    def is_typed(self, place: Place) -> bool:
        """Whether a place holds, or takes, a typed amount."""
        number = self.numbers.get(place)
        return number is not None and number not in self.derived

    def amount(self, number: int, text: str) -> Amount:
        """An amount as it is printed in a cell."""
        cell = parse_amount(text, unit_of(self.grid, number))
        assert isinstance(cell, Amount), text
        return cell

    # ------------------------------------------------------------------ what follows

    def cells_with(self, edits: Mapping[int, Cell], cells: list[Cell] | None = None) -> list[Cell]:
        """All cells once some are changed and every formula is computed anew."""
        grid = self.grid.with_cells([*(self.grid.cells if cells is None else cells)])
        for number, cell in edits.items():
            grid.cells[number] = cell
        return evaluate(grid, self._defined, lambda number: number not in self.derived)

    def book_of(self, cells: list[Cell]) -> Book:
        """The book with these figures."""
        return self.grid.as_book(cells)

    # ------------------------------------------------------------------ contradictions

    def broken(self, cells: list[Cell]) -> frozenset[int]:
        """The hard relations that do not hold by themselves, as positions in ``hard``."""
        grid = self.grid.with_cells(cells)
        return frozenset(at for at, one in enumerate(self.hard) if not holds(grid, one))

    def joint(self, cells: list[Cell]) -> bool:
        """Whether true amounts exist that print as these, formulas' cells being what they are made of."""
        grid, hard = self._hard(cells)
        system = build_system(grid.cells, hard, free=self.derived)
        return propagate(system, printed_bounds(system)) is None

    def _hard(self, cells: list[Cell]) -> tuple[Grid, list[Relation]]:
        """The figures and their hard relations; which ones apply may hang on the figures."""
        grid = Grid(self.standard, self.book_of(cells))
        checked = (one for one in expand(grid).relations if one.equation.check)
        return grid, [one for one in checked if not one.rule.soft]

    def contradicted(self, cells: list[Cell]) -> bool:
        """Whether the relations speak against these figures.

        Either no true amounts print so, or what is printed, totals by formula included, is off by
        more than counts as 尾差 (a total of many rounded parts beside another print of it).
        """
        grid, hard = self._hard(cells)
        ulp, limit = self.standard.unit.fen // 100, self.standard.rounding_limit
        graded = grade(build_system(grid.cells, hard), ulp, limit)
        if graded.status is Status.ERROR or (graded.conflict is not None and not self.joint(cells)):
            return True
        return self._implausible(cells)

    def _implausible(self, cells: list[Cell]) -> bool:
        """Whether a relation that only warns has ceased to hold."""
        trial = self.grid.with_cells(cells)
        return any(not holds(trial, one) and holds(self.grid, one) for one in self.soft)

    def text_differs(self, cells: list[Cell]) -> bool:
        """Whether a text says other figures than these."""
        said = check_texts(self.standard, self.book_of(cells)).findings
        return bool(more_findings(said, self._usual))

    def _consistent(self, cells: list[Cell]) -> bool:
        """Whether nothing is said of these figures that is not said of the right ones."""
        grid, hard = self._hard(cells)
        system = build_system(grid.cells, hard)
        if propagate(system, printed_bounds(system)) is not None or self._implausible(cells):
            return False
        found = validate_whole(self.standard, self.book_of(cells)).findings
        return not more_findings((one for one in found if one.level is not Level.HINT), self._usual)

    # ------------------------------------------------------------------ who else could it be

    def alternative(self, number: int, wrong: Cell) -> int | None:
        """Another typed cell that would explain the slip as well; None where evidence tells.

        It must keep its sign: no budget's amount becomes negative.
        """
        right = self.grid.cells[number]
        assert isinstance(right, Amount)
        step = (wrong.fen if isinstance(wrong, Amount) else 0) - right.fen
        for other, shift in self._mirrors(number, step):
            cell = self.grid.cells[other]
            assert isinstance(cell, Amount)
            if shift % cell.ulp or (cell.fen >= 0) != (cell.fen + shift >= 0):
                continue
            moved = cell._replace(fen=cell.fen + shift)
            if self._consistent(self.cells_with({number: wrong, other: moved})):
                return other
        return None

    def _mirrors(self, number: int, step: int) -> Iterable[tuple[int, int]]:
        """Cells and by how much each must move so that every relation holds with the slip in place."""
        here = self._touching.get(number, ())
        off = {at: self._off[at] + step * self._sums[at][number] for at in here}
        bad = [at for at in off if self._fails(at, off[at])]
        if not bad:  # only texts speak of it
            near = {other for at in here for other in self._sums[at]} - {number}
            yield from ((other, -step) for other in sorted(near & self.watched))
            return
        shared = set(self._sums[bad[0]]).intersection(*(self._sums[at] for at in bad[1:]))
        for other in sorted((shared - {number}) & self.watched):
            own, his = self._sums[bad[0]][number], self._sums[bad[0]][other]
            if not his or (step * own) % his:
                continue
            shift = -step * own // his
            touched = {*here, *self._touching[other]}
            if not any(
                self._fails(at, off.get(at, self._off[at]) + shift * self._sums[at].get(other, 0))
                for at in touched
            ):
                yield other, shift

    def _fails(self, at: int, off: int) -> bool:
        return off < -self._slack[at] or (off > self._slack[at] and not self._bound[at])


def patches(
    evidence: Evidence, formulas: Mapping[str, Mapping[str, str]], after: Sequence[Cell]
) -> list[CellEdit]:
    """How the right workbook's file is changed to hold these figures, formulas (by sheet, cell) kept."""
    edits = []
    for number, cell in enumerate(after):
        if cell != evidence.grid.cells[number]:
            place = evidence.grid.place(number)
            value = cell.decimal if isinstance(cell, Amount) else None
            formula = formulas[place.sheet].get(place.cell, "")
            edits.append(CellEdit(place.sheet, place.cell, value, formula))
    return edits


def more_findings(found: Iterable[Finding], usual: Iterable[Finding]) -> list[Finding]:
    """The findings that are not among the usual ones."""
    left = Counter(map(_same, usual))
    more = []
    for one in found:
        said = _same(one)
        if left[said]:
            left[said] -= 1
        else:
            more.append(one)
    return more
