"""From contradictions to findings: the wrong cells, misplaced figures and missing rows of a book.

Where totals are formulas, a typed cell is bounded by sums over many typed cells, and several prints may
be left for it. All explain the contradiction; but the sums that formulas show are exact, and people
compare these: of the values left, the one is offered after which the fewest of them are apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.explanation import explain_contradictions, off_by_rounding
from xlbudget.checks.diagnosis.findings import (
    absence_finding,
    blank_finding,
    cell_finding,
    gap_findings,
    moved_finding,
    renamed_finding,
    said_finding,
    sum_finding,
    tail_finding,
)
from xlbudget.checks.diagnosis.unlocalised import unlocalised_finding
from xlbudget.checks.identities import holds
from xlbudget.checks.row_presence import completed
from xlbudget.checks.wording import table_title
from xlbudget.findings import Level, Status
from xlbudget.money import round_div
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import checked, definitions, dependents, evaluate, expand

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from xlbudget.checks.diagnosis.error_localisation import Candidate, Contradiction
    from xlbudget.checks.diagnosis.evidence import Saying
    from xlbudget.checks.diagnosis.explanation import Explanation
    from xlbudget.checks.diagnosis.intervals import Work
    from xlbudget.figures import Cell
    from xlbudget.findings import Finding
    from xlbudget.money import Amount
    from xlbudget.rules.relations import Relation

_MANY = 2
"""More cells of one table that are off by 尾差 are reported together."""
_MOST_CANDIDATES = 3
"""So many of a contradiction's candidates are ever shown."""
_MOST_TRIED = 4
"""Other values tried beside the first: ranges of typed cells are seldom wider."""


class Reconciled(NamedTuple):
    """Findings, and what the cells should hold that they say are wrong (as far as that is known).

    ``open_cells`` are those of which one is wrong and nobody can tell which, with all that is computed
    from them: nothing else is to be said of these. ``revised`` are cells, with what they held, that the
    text does not know yet as they are. ``work`` is what the search for them looked at; ``lacking`` are blocks
    of which a row is missing.
    """

    findings: list[Finding]
    corrected: dict[int, Cell]
    open_cells: frozenset[int]
    revised: dict[int, Cell]
    work: Work
    lacking: frozenset[str]


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
    there = (grid.number_in(whole, function) for function in functions)
    computed = {number for number in there if number is not None} - free
    explanation = explain_contradictions(whole, relations, free, computed, sayings)
    if computed and explanation.contradictions:
        sums = _ShownSums(explanation.grid, computed)
        explanation.contradictions = [
            sums.with_exact_values(contradiction) if contradiction.candidates else contradiction
            for contradiction in explanation.contradictions
        ]
    blanks = list(blank_values(explanation))
    tables: dict[str, list[tuple[int, Amount | None]]] = {}
    for number, value in blanks:
        tables.setdefault(table_title(explanation.grid, number), []).append((number, value))
    findings: list[Finding] = []
    if done is not None:
        findings += [renamed_finding(grid, one) for one in done.renamed]
        findings += gap_findings(grid, expansion.gaps, done, explanation)
    findings += [unlocalised_finding(unlocalised, level) for unlocalised in explanation.unlocalised]
    findings += [moved_finding(moved, explanation, level) for moved in explanation.moved]
    findings += [absence_finding(absence, explanation, level) for absence in explanation.absences]
    findings += [blank_finding(explanation, group) for group in tables.values()]
    findings += _wrong_cells(explanation, level)
    revised = (
        (explanation.grid.number_in(grid, one), cell) for one, cell in explanation.revised.items()
    )
    before = {number: cell for number, cell in revised if number is not None}
    right = _corrected(grid, explanation, blanks)
    open_cells = _open(grid, expansion.relations, explanation)
    lacking = {gap.absent for gap in expansion.gaps}
    lacking |= {one.lack.block for one in explanation.absences if not one.lack.blank}
    work = explanation.work
    return Reconciled(findings, right, open_cells, before, work, frozenset(lacking))


def _open(grid: Grid, relations: Sequence[Relation], found: Explanation) -> frozenset[int]:
    """The cells of groups without an accused one, or whose right figure is lost, and what follows from them.

    By their numbers in ``grid``.
    """
    doubtful: set[int] = set()
    for contradiction in found.contradictions:
        if contradiction.accused is None:
            doubtful |= {candidate.cell for candidate in contradiction.candidates}
        elif contradiction.accused.value is None:
            doubtful.add(contradiction.accused.cell)
    here = {found.grid.number_in(grid, cell) for cell in doubtful}
    known = {number for number in here if number is not None}
    return frozenset(known | dependents(relations, known))


def _wrong_cells(found: Explanation, level: Level) -> Iterator[Finding]:
    """A finding per wrong cell; one per table where many are off by no more than 尾差."""
    tails: dict[str, list[tuple[Contradiction, int, Amount]]] = {}
    for one in found.contradictions:
        best = one.accused
        if best is not None and best.value is not None and off_by_rounding(found.grid, best):
            title = table_title(found.grid, best.cell)
            tails.setdefault(title, []).append((one, best.cell, best.value))
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


def _corrected(
    grid: Grid, found: Explanation, blanks: Sequence[tuple[int, Amount | None]]
) -> dict[int, Cell]:
    """The right figures of wrong cells, by their numbers in ``grid``; as printed where unknown."""
    right: list[tuple[Grid, int, Cell]] = []
    for moved in found.moved:
        right += [(moved.grid, cell, value) for cell, value in moved.what.edits.items()]
        for cell in moved.what.unknown:
            right.append((moved.grid, cell, found.determined(found.number_of(moved.grid, cell))))
    right += [(found.grid, number, value) for number, value in blanks]
    for contradiction in found.contradictions:
        best = contradiction.accused
        if best is not None:
            right += [(found.grid, cell, best.value) for cell in (best.cell, *best.also)]
    numbered = ((whole.number_in(grid, cell), value) for whole, cell, value in right)
    return {number: value for number, value in numbered if number is not None}


def blank_values(found: Explanation) -> Iterator[tuple[int, Amount | None]]:
    """The blank derived cells that are wrong, with their value where the rest determines it.

    A blank is right where the rest, without the wrong cells, allows 0.
    """
    for number in found.blank:
        ends = found.range_of(number)
        if ends is None or not ends[0] <= 0 <= ends[1]:
            yield number, found.determined(number)


class _ShownSums:
    """The sums of a book as its formulas (the cells ``functions``) show them."""

    def __init__(self, grid: Grid, functions: Collection[int]) -> None:
        self.grid, self.functions = grid, functions
        self.relations = expand(grid).relations
        self.hard = checked(self.relations)
        self.defined = definitions(self.relations)

    def with_exact_values(self, one: Contradiction) -> Contradiction:
        """The contradiction with those values; beside an accused cell only what mends as much is offered."""
        best, *others = map(self._settled, one.candidates[:_MOST_CANDIDATES])
        if one.accused is not None:
            others = [each for each in others if each[1] <= best[1]]
        shown = (each for each, _ in (best, *others))
        return one._replace(candidates=(*shown, *one.candidates[_MOST_CANDIDATES:]))

    def _settled(self, one: Candidate) -> tuple[Candidate, int]:
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
        for value in _nearest_prints(one, one.value):
            if not least:
                break
            left = self._apart(one.cell, value, concerned)
            if left < least:
                one, least = one._replace(value=value), left
        return one, least

    def _apart(self, cell: int, value: Amount, concerned: Sequence[Relation]) -> int:
        """How many relations do not hold as shown once the cell has that value."""
        after = self.grid.with_edits({cell: value})
        after = after.with_cells(
            evaluate(after, self.defined, lambda number: number not in self.functions)
        )
        return sum(not holds(after, relation) for relation in concerned)


def _nearest_prints(one: Candidate, value: Amount) -> Iterator[Amount]:
    """The nearest other prints of the candidate's range."""
    first, last = (round_div(end, value.ulp) for end in one.range)
    here = round_div(value.fen, value.ulp)
    near = sorted(range(max(first, here - _MOST_TRIED), min(last, here + _MOST_TRIED) + 1))
    near.sort(key=lambda step: abs(step - here))
    for step in near[1 : _MOST_TRIED + 1]:
        yield value._replace(fen=step * value.ulp)
