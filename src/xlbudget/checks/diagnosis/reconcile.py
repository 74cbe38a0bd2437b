"""From contradictions to findings: the wrong cells, misplaced figures and missing rows of a book.

Where totals are formulas, a typed cell is bounded by sums over many typed cells, and several prints may
be left for it. All explain the contradiction; but the sums that formulas show are exact, and people
compare these: of the values left, the one is offered after which the fewest of them are apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.explanation import examine
from xlbudget.checks.diagnosis.findings import (
    absence_finding,
    blank_finding,
    cell_finding,
    determined,
    gap_findings,
    moved_finding,
    renamed_finding,
    said_finding,
    sum_finding,
    tail_finding,
)
from xlbudget.checks.diagnosis.unsettled import unsettled_finding
from xlbudget.checks.identities import holds
from xlbudget.checks.row_presence import completed
from xlbudget.checks.wording import table_title
from xlbudget.findings import Level, Status
from xlbudget.money import Amount, round_div
from xlbudget.relations.derive import definitions, dependents, evaluate, unit_of
from xlbudget.relations.expand import checked, expand
from xlbudget.relations.grid import Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from xlbudget.checks.diagnosis.error_localisation import Candidate, Contradiction
    from xlbudget.checks.diagnosis.evidence import Saying
    from xlbudget.checks.diagnosis.explanation import Examination
    from xlbudget.checks.diagnosis.intervals import Bounds, Work
    from xlbudget.figures import Cell
    from xlbudget.findings import Finding
    from xlbudget.relations.expand import Relation

_MOST_CANDIDATES = 3
"""So many of a contradiction's candidates are ever shown."""
_MOST_TRIED = 4
"""Other values tried beside the first: ranges of typed cells are seldom wider."""


def with_exact_values(found: Examination, functions: Collection[int]) -> Examination:
    """The examination with the candidates' values chosen so; ``functions`` are its grid's formula cells."""
    if not functions or not found.contradictions:
        return found
    shown = _Shown(found, functions)
    return found._replace(
        contradictions=[shown.told(one) if one.candidates else one for one in found.contradictions]
    )


class _Shown:
    """The sums of a book as its formulas show them."""

    def __init__(self, found: Examination, functions: Collection[int]) -> None:
        self.grid, self.functions = found.grid, functions
        self.relations = expand(self.grid).relations
        self.hard = checked(self.relations)
        self.defined = definitions(self.relations)

    def told(self, one: Contradiction) -> Contradiction:
        """The contradiction with those values; beside an accused cell only what mends as much is offered."""
        best, *others = map(self.settled, one.candidates[:_MOST_CANDIDATES])
        if one.accused is not None:
            others = [each for each in others if each[1] <= best[1]]
        shown = (each for each, _ in (best, *others))
        return one._replace(candidates=(*shown, *one.candidates[_MOST_CANDIDATES:]))

    def settled(self, one: Candidate) -> tuple[Candidate, int]:
        """The candidate with that value of its range after which the fewest sums are apart, and how many are."""
        if one.value is None:
            return one, 0
        moved = {one.cell, *dependents(self.relations, [one.cell])}
        concerned = [
            relation
            for relation in self.hard
            if any(number in moved for _, number in relation.terms)
        ]
        least = self._apart(one.cell, one.value, concerned)
        if one.also or one.range[0] == one.range[1]:
            return one, least
        for value in self._others(one):
            if not least:
                break
            left = self._apart(one.cell, value, concerned)
            if left < least:
                one, least = one._replace(value=value), left
        return one, least

    def _others(self, one: Candidate) -> Iterator[Amount]:
        """The nearest other prints of the candidate's range."""
        assert one.value is not None
        ulp = unit_of(self.grid, one.cell).fen // 10**one.value.places
        first, last = (round_div(end, ulp) for end in one.range)
        here = round_div(one.value.fen, ulp)
        near = sorted(range(max(first, here - _MOST_TRIED), min(last, here + _MOST_TRIED) + 1))
        near.sort(key=lambda step: abs(step - here))
        for step in near[1 : _MOST_TRIED + 1]:
            yield one.value._replace(fen=step * ulp)

    def _apart(self, cell: int, value: Amount, concerned: Sequence[Relation]) -> int:
        """How many relations do not hold as shown once the cell has that value."""
        cells = list(self.grid.cells)
        cells[cell] = value
        after = self.grid.with_cells(cells)
        after = after.with_cells(
            evaluate(after, self.defined, lambda number: number not in self.functions)
        )
        return sum(not holds(after, relation) for relation in concerned)


_MANY = 2
"""More cells of one table that are off by 尾差 are reported together."""


class Reconciled(NamedTuple):
    """Findings, and what the cells should hold that they say are wrong (as far as that is known).

    ``open_cells`` are those of which one is wrong and nobody can tell which, with all that is computed
    from them: nothing else is to be said of these. ``revised`` are cells, with what they held, that the
    text does not know yet as they are. ``work`` is what the search for them looked at.
    """

    findings: list[Finding]
    corrected: dict[int, Cell]
    open_cells: frozenset[int]
    revised: dict[int, Cell]
    work: Work | None = None


def reconcile(
    grid: Grid,
    status: Status,
    functions: Collection[int] = (),
    sayings: Callable[[Grid], list[Saying]] | None = None,
) -> Reconciled:
    """Findings for the rows that do not match and the contradictions of the joint system.

    ``functions`` are derived cells that hold a formula: they say nothing by themselves, and a wrong one
    of the typed cells that they follow from is what is to be found. ``sayings`` give the numbers of the
    text as functions of a grid's cells.

    Each contradiction gives one finding: an error, or a warning where the workbook as a whole is
    尾差 (some table may have been footed on rounded figures).
    """
    level = Level.ERROR if status is not Status.ROUNDING else Level.WARNING
    expansion = expand(grid)
    whole, relations, free = grid, expansion.relations, set[int]()
    done = completed(grid, expansion.gaps) if expansion.gaps else None
    if done is not None:
        whole = Grid(grid.standard, done.book)
        relations = expand(whole).relations
        free = {cell for block, key in done.added for cell in whole.row_numbers(block, key)}
    there = (grid.number_in(whole, one) for one in functions)
    computed = {one for one in there if one is not None} - free
    found = with_exact_values(examine(whole, relations, free, computed, sayings), computed)
    bounds = found.settled()
    findings: list[Finding] = []
    if done is not None:
        findings += [renamed_finding(grid, one) for one in done.renamed]
        findings += gap_findings(grid, expansion.gaps, done, found, bounds)
    findings += [unsettled_finding(one, level) for one in found.unsettled]
    findings += [moved_finding(one, found, bounds, level) for one in found.moved]
    findings += [absence_finding(one, found, bounds, level) for one in found.absences]
    findings += _blanks(found, bounds)
    findings += _wrong_cells(found, level)
    revised = ((found.grid.number_in(grid, one), cell) for one, cell in found.revised.items())
    before = {number: cell for number, cell in revised if number is not None}
    return Reconciled(
        findings, _corrected(grid, found, bounds), _open(grid, found), before, found.work
    )


def _open(grid: Grid, found: Examination) -> frozenset[int]:
    """The cells of groups without an accused one, by their numbers in ``grid``, and what follows from them."""
    doubtful = {
        each.cell for one in found.contradictions if one.accused is None for each in one.candidates
    }
    doubtful |= {cell for cell in found.doubted() if _lost(found, cell)}
    here = {found.grid.number_in(grid, cell) for cell in doubtful}
    known = {number for number in here if number is not None}
    return frozenset(known | dependents(expand(grid).relations, known)) if known else frozenset()


def _lost(found: Examination, cell: int) -> bool:
    """Whether a cell is accused and its right figure is not known."""
    return any(
        one.accused is not None and one.accused.cell == cell and one.accused.value is None
        for one in found.contradictions
    )


def _blanks(found: Examination, bounds: Bounds | None) -> Iterator[Finding]:
    """The blank derived cells that are wrong: a finding for each table."""
    tables: dict[str, list[tuple[int, Amount | None]]] = {}
    for number, value in blank_values(found, bounds):
        tables.setdefault(table_title(found.grid, number), []).append((number, value))
    for blanks in tables.values():
        yield blank_finding(found.grid, blanks, found.blank)


def _wrong_cells(found: Examination, level: Level) -> Iterator[Finding]:
    """A finding per wrong cell; one per table where many are off by no more than 尾差."""
    tails: dict[str, list[tuple[Contradiction, int, Amount]]] = {}
    for one in found.contradictions:
        best = one.accused
        if best is not None:
            printed, right = found.grid.cells[best.cell], best.value
            if isinstance(printed, Amount) and right is not None:
                off = abs(printed.fen - right.fen)
                if off <= found.grid.standard.rounding_limit:
                    title = table_title(found.grid, best.cell)
                    tails.setdefault(title, []).append((one, best.cell, right))
    many = [group for group in tails.values() if len(group) > _MANY]
    merged = {id(one) for group in many for one, _, _ in group}
    for one in found.contradictions:
        if id(one) in merged:
            continue
        if one.sayings:
            yield said_finding(found, one)
        elif one.candidates and one.accused is None:
            yield sum_finding(found, one, level)
        else:
            yield cell_finding(found, one, level)
    for group in many:
        cells = sorted((cell, right) for _, cell, right in group)
        yield tail_finding(found, cells, cell_finding(found, group[0][0], level).code, level)


def _corrected(grid: Grid, found: Examination, bounds: Bounds | None) -> dict[int, Cell]:
    """The right figures of wrong cells, by their numbers in ``grid``; as printed where unknown."""
    right: list[tuple[Grid, int, Cell]] = []
    for one in found.moved:
        right += [(one.grid, cell, value) for cell, value in one.what.edits.items()]
        for cell in one.what.unknown:
            number = found.number_of(one.grid, cell)
            right.append((one.grid, cell, determined(found, bounds, number)))
    for number, value in blank_values(found, bounds):
        right.append((found.grid, number, value))
    for contradiction in found.contradictions:
        best = contradiction.accused
        if best is not None:
            right += [(found.grid, cell, best.value) for cell in (best.cell, *best.also)]
    numbered = ((whole.number_in(grid, cell), value) for whole, cell, value in right)
    return {number: value for number, value in numbered if number is not None}


def blank_values(found: Examination, bounds: Bounds | None) -> Iterator[tuple[int, Amount | None]]:
    """The blank derived cells that are wrong, with their value where the rest determines it.

    A blank is right where the rest, without the wrong cells, allows 0.
    """
    for number in found.blank:
        variable = found.system.variable.get(number)
        if bounds is not None and variable is not None:
            low, high = bounds.low[variable], bounds.high[variable]
            if low <= 0 <= high:
                continue
        yield number, determined(found, bounds, number)
