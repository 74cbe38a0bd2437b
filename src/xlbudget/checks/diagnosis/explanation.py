"""What is wrong in a workbook, from the simplest to the most involved explanation.

One wrong cell; figures that stand in the wrong place; a row that is missing; several wrong cells.
"""

from __future__ import annotations

from functools import cached_property
from math import log
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.conflict_sets import clusters, conflict_set_of, conflict_sets
from xlbudget.checks.diagnosis.error_localisation import Candidate, Contradiction, Locator
from xlbudget.checks.diagnosis.evidence import Evidence, explaining_changes
from xlbudget.checks.diagnosis.hitting_set import HittingSet, TextContradictions
from xlbudget.checks.diagnosis.intervals import Work, build_system, printed_bounds, propagate
from xlbudget.checks.diagnosis.misplacement import find_misplacements
from xlbudget.checks.diagnosis.typing_errors import NeighbourCells, guess_slip
from xlbudget.checks.diagnosis.unlocalised import (
    cells_of_table,
    pasted_twice,
    unlocalised_rows,
    unlocalised_tables,
)
from xlbudget.checks.identities import Identities
from xlbudget.checks.row_presence import lacking_rows
from xlbudget.memory import recalled
from xlbudget.money import Amount
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import checked, definitions, expand, resolver, through, unit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from xlbudget.checks.diagnosis.conflict_sets import ConflictSet
    from xlbudget.checks.diagnosis.evidence import Saying
    from xlbudget.checks.diagnosis.intervals import Bounds, System
    from xlbudget.checks.diagnosis.misplacement import Misplacement
    from xlbudget.checks.diagnosis.unlocalised import Unlocalised
    from xlbudget.checks.row_presence import Lack
    from xlbudget.figures import Cell
    from xlbudget.money import Unit
    from xlbudget.rules.relations import Relation

_MOST_ACCUSED = 10
"""Of 200 random errors in 770 figures, four in ten cells accused are right; of 20, none is."""
_MOST_STEPS = 12
_TELLING = 0.004
"""How telling a slip must be, per figure of the sum that it puts off: chance explains long sums."""


class Moved(NamedTuple):
    """A misplacement, the figures as they stood, and the relations that it explains.

    ``elsewhere`` are blocks in which the same kind of misplacement would explain as much.
    """

    grid: Grid
    what: Misplacement
    relations: tuple[Relation, ...]
    elsewhere: tuple[str, ...]


class Absence(NamedTuple):
    """A missing lower row, the figures as they stood, and the relations that it explains.

    ``instead`` is a wrong figure that would explain them too.
    """

    grid: Grid
    lack: Lack
    relations: tuple[Relation, ...]
    instead: Candidate | None


def explain_contradictions(
    grid: Grid,
    relations: Sequence[Relation],
    free: Collection[int] = (),
    functions: Collection[int] = (),
    sayings: Callable[[Grid], list[Saying]] | None = None,
) -> Explanation:
    """Explain all contradictions of a workbook by all its ``relations``.

    ``free`` cells say nothing by themselves, nor do derived cells that are blank; ``functions`` follow
    from typed cells by a formula, and are replaced by these. ``sayings`` are the numbers of the text
    as functions of a grid's cells; with them the text and what the workbook remembers are evidence
    too, and what stands against the text is explained as well.
    """
    whole, repeated = pasted_twice(grid, relations)
    if repeated:
        relations = expand(whole).relations
        free, functions = (_renumbered(grid, whole, cells) for cells in (free, functions))
    explanation = Explanation(whole, relations, set(free), set(functions), sayings)
    explanation.unlocalised += repeated
    explanation.contradictions = explanation.reverted()
    if explanation.contradictions or explanation.revised:
        return explanation
    steps = 0  # no further slip in many cells is looked for after so many
    while True:
        locator, groups = explanation.locator()
        explanation.system.work = explanation.work.part()
        singles = [locator.single(group) for group in groups]
        unexplained = [group for group, one in zip(groups, singles, strict=True) if one is None]
        involved = len(groups) > 1 or unexplained or explanation.blank
        done = steps >= _MOST_STEPS or explanation.work.exhausted
        if groups and involved and not done and explanation.identities.gross():
            steps += 1
            worst = unlocalised_tables(explanation.grid, explanation.identities)
            if explanation.put_right(groups, unexplained, worst):
                continue
            if worst and unexplained and explanation.set_aside(worst):
                continue
            if any(explanation.complete(group, locator) for group in unexplained):
                continue
        explanation.accuse(locator, groups, singles)
        if explanation.evidence is not None:
            near, unit = locator.near, explanation.unit_of
            search = TextContradictions(explanation.evidence, explanation.identities, unit, near)
            moved = explanation.corrections(explanation.evidence)
            explanation.contradictions += search.explain(moved, explanation.doubted() - set(moved))
        return explanation


class Explanation:
    """The figures as far as they have been put right, and what is wrong: misplaced figures, missing rows, cells.

    ``grid``, ``identities`` and ``system`` are those in which ``contradictions`` speak of cells;
    ``blank`` are derived cells without a figure, and what derives them; ``origin`` gives the relation
    as the standard has it for one that was rewritten over typed cells (by its ``id``).
    ``revised`` are cells, with what they held, that were changed together since the text was generated.
    ``unlocalised`` is where no cell can be called wrong; ``work`` what the search looked at.
    """

    system: System

    def __init__(
        self,
        grid: Grid,
        relations: Sequence[Relation],
        free: set[int],
        functions: set[int],
        sayings: Callable[[Grid], list[Saying]] | None,
    ) -> None:
        self.sayings = sayings
        self.contradictions: list[Contradiction] = []
        self.revised: Mapping[int, Cell] = {}
        self.moved: list[Moved] = []
        self.absences: list[Absence] = []
        self.unlocalised: list[Unlocalised] = []
        self.work = Work.for_terms(sum(len(relation.terms) for relation in checked(relations)))
        self._take(grid, relations, free, functions)

    def _take(
        self, grid: Grid, relations: Sequence[Relation], free: set[int], functions: set[int]
    ) -> None:
        """Go on with these figures."""
        self.grid, self.relations = grid, relations
        self.free, self.functions = free | functions, functions
        self.hard = checked(relations)
        self.blank = _blank_derived(grid, definitions(relations), self.free)
        typed = checked(through(relations, functions)) if functions else self.hard
        self.typed = [relation for relation in typed if relation.terms]
        self.origin = {
            id(one): other for one, other in zip(typed, self.hard, strict=True) if one is not other
        }
        self.identities = _identities(grid, relations, self.free, self.work.part())
        self.evidence: Evidence | None = None
        if self.sayings is not None:
            parts = resolver(relations, functions)
            self.evidence = Evidence(grid.cells, self.sayings(grid), recalled(grid), parts)

    # ------------------------------------------------------------------ what it comes to

    @cached_property
    def bounds(self) -> Bounds | None:
        """The bounds of all quantities once the wrong cells say nothing; None if still contradictory."""
        bounds = printed_bounds(self.system, self.doubted())
        return bounds if propagate(self.system, bounds) is None else None

    def range_of(self, number: int) -> tuple[int, int] | None:
        """What the rest allows a cell, in 分; None where nothing is known of it."""
        variable = self.system.variable.get(number)
        if self.bounds is None or variable is None:
            return None
        return self.bounds.low[variable], self.bounds.high[variable]

    def determined(self, number: int) -> Amount | None:
        """The one print that the rest allows a cell; None if there are several."""
        ends = self.range_of(number)
        if ends is None:
            return None
        unit = self.unit_of(number)
        low, high = (Amount(end).rounded(unit, min(2, unit.max_places)) for end in ends)
        return low if low == high else None

    def doubted(self) -> set[int]:
        """The cells that are accused, and of a group of which one is wrong all."""
        return {
            cell
            for contradiction in self.contradictions
            for accused in [contradiction.accused]
            for candidate in (contradiction.candidates if accused is None else [accused])
            for cell in (candidate.cell, *candidate.also)
        }

    def corrections(self, evidence: Evidence) -> dict[int, int]:
        """By how many 分 the accused cells move once they are put right."""
        return {
            cell: accused.value.fen - evidence.fen(cell)
            for contradiction in self.contradictions
            if (accused := contradiction.accused) is not None and accused.value is not None
            for cell in (accused.cell, *accused.also)
        }

    def as_standard(self, conflicts: Iterable[ConflictSet]) -> list[Relation]:
        """The identities of contradictions, as the standard has them."""
        seen = {id(relation): relation for core in conflicts for relation in core.relations}
        return [self.origin.get(id(relation), relation) for relation in seen.values()]

    def number_of(self, grid: Grid, number: int) -> int:
        """The number that a cell of an earlier grid has now."""
        found = grid.number_in(self.grid, number)
        assert found is not None
        return found

    def unit_of(self, number: int) -> Unit:
        """The unit of a cell."""
        return unit_of(self.grid, number)

    # ------------------------------------------------------------------ changes taken back

    def reverted(self) -> list[Contradiction]:
        """The changes since the workbook last agreed that cannot stay, if they explain everything."""
        evidence = self.evidence
        if evidence is None or not evidence.memories:
            return []
        free = (self.free - self.functions) | set(self.blank)
        self.system = build_system(self.grid.cells, self.typed, free=free)
        back, revised = explaining_changes(evidence, self.typed, free)
        if revised:
            self.revised = back
        if revised or not back:
            return []
        self.system = build_system(self.grid.cells, self.typed, blanks=set(back), free=free)
        against = set(evidence.contradicting())
        near = NeighbourCells(self.grid, self.free)
        contradictions = []
        for cell, before in back.items():
            unit, printed = self.unit_of(cell), self.grid.cells[cell]
            blank = Amount(0, unit, min(2, unit.max_places))
            value = before if isinstance(before, Amount) else blank
            shown = printed if isinstance(printed, Amount) else None
            slip = guess_slip(shown, value, near(cell)).name
            sayings = tuple(sorted(against.intersection(evidence.touching.get(cell, ()))))
            told = self.identities.broken.isdisjoint(self.identities.touching.get(cell, ()))
            candidate = Candidate(cell, value, (value.fen, value.fen), slip, 0.0)
            contradictions.append(Contradiction((), (candidate,), sayings if told else ()))
        return contradictions

    # ------------------------------------------------------------------ single wrong cells

    def locator(self) -> tuple[Locator, list[list[ConflictSet]]]:
        """The search for wrong cells, and the clusters of contradictions."""
        free = self.free | set(self.blank)
        self.system = build_system(
            self.grid.cells, self.typed, blanks=self._blanks(), free=free, work=self.work.part()
        )
        conflicts = conflict_sets(self.system)
        near, inferred = NeighbourCells(self.grid, free), self.grid.inferred()
        locator = Locator(
            self.system, conflicts, self.unit_of, near, self.evidence, self._sums(), inferred
        )
        return locator, clusters(conflicts)

    def _sums(self) -> set[int]:
        """The derived cells some of whose parts are not nought."""
        cells = self.grid.cells
        return {
            number
            for number, relation in definitions(self.relations).items()
            if any(
                isinstance(one := cells[part], Amount) and one.fen for _, part in relation.terms[1:]
            )
        }

    def _blanks(self) -> set[int]:
        """The blank cells of broken relations: a figure may be missing there."""
        cells = self.grid.cells
        doubtful = [
            self.identities.terms[number]
            for number in self.identities.broken
            if not any(cell in self.blank for _, cell in self.identities.terms[number])
        ]
        if not doubtful:
            free = self.free | set(self.blank)
            system = build_system(cells, self.typed, free=free, work=self.work)
            conflict = propagate(system, printed_bounds(system))
            if conflict is not None:
                doubtful = [
                    relation.terms for relation in conflict_set_of(system, conflict, ()).relations
                ]
        return {
            number
            for terms in doubtful
            for _, number in terms
            if cells[number] is None and number not in self.free and number not in self.blank
        }

    def accuse(
        self,
        locator: Locator,
        groups: Sequence[Sequence[ConflictSet]],
        singles: Sequence[Contradiction | None],
    ) -> None:
        """A contradiction per wrong cell; a cell that explains one group is not blamed again for another.

        Groups that no few cells explain, or for which the budget of work does not suffice, are given up; so
        is a table in which so many figures seem wrong that each of them is a guess.
        """
        contradictions: list[Contradiction] = []
        blamed: set[int] = set()
        lost: dict[str, list[ConflictSet]] = {}
        for at, (group, single) in enumerate(zip(groups, singles, strict=True)):
            left = [core for core in group if core.cells.isdisjoint(blamed)]
            if not left:
                continue
            self.system.work = self.work.part(1 / (len(groups) - at))
            alone = single or locator.repeated(group)
            for contradiction in (
                [alone] if alone is not None else HittingSet(locator, left, blamed).run()
            ):
                if not contradiction.candidates:
                    block = unlocalised_rows(self.grid, contradiction.conflicts).block
                    lost.setdefault(block, []).extend(contradiction.conflicts)
                elif contradiction.candidates[0].cell not in blamed:
                    contradictions.append(contradiction)
                    blamed.add(contradiction.candidates[0].cell)
        # Those off by 尾差 do not count: a table that was footed on rounded figures has many.
        tables: dict[str, list[Contradiction]] = {}
        for contradiction in contradictions:
            if not off_by_rounding(self.grid, best := contradiction.candidates[0]):
                tables.setdefault(self.grid.block_of(best.cell), []).append(contradiction)
        for block, guesses in tables.items():
            if len(guesses) > _MOST_ACCUSED:
                contradictions = [one for one in contradictions if one not in guesses]
                cores = [core for guess in guesses for core in guess.conflicts]
                lost.setdefault(block, []).extend(cores)
        self.unlocalised += [unlocalised_rows(self.grid, conflicts) for conflicts in lost.values()]
        self.contradictions = contradictions

    # ------------------------------------------------------------------ misplaced figures

    def put_right(
        self,
        groups: Sequence[Sequence[ConflictSet]],
        unexplained: Sequence[Sequence[ConflictSet]],
        worst: Mapping[str, Unlocalised],
    ) -> bool:
        """Put right what stands in the wrong place, where single cells explain less.

        In a table of which most does not hold, only what mends most of that is believed.
        """
        misplacements = [
            misplacement
            for misplacement in find_misplacements(self.grid, self.identities)
            if (self.evidence is None or self.evidence.believes(misplacement.edits))
            and self._explains_more(misplacement, groups, unexplained)
            for table in [worst.get(self.grid.standard.blocks[misplacement.block].table)]
            if table is None or 2 * len(misplacement.mended) >= len(table.relations)
        ]
        if not misplacements:
            return False
        left = [self._left_by(misplacement) for misplacement in misplacements]
        best = misplacements[left.index(min(left))]
        elsewhere = {
            one.block
            for one, count in zip(misplacements, left, strict=True)
            if count == min(left) and one.kind == best.kind and one.block != best.block
        }
        relations = tuple(self.hard[number] for number in sorted(best.mended))
        self.moved.append(Moved(self.grid, best, relations, tuple(sorted(elsewhere))))
        mended = self.grid.with_edits(best.edits)
        self._take(mended, self.relations, self.free | set(best.unknown), self.functions)
        return True

    def set_aside(self, worst: Mapping[str, Unlocalised]) -> bool:
        """Judge the rest without the tables of which most does not hold."""
        cells = {
            cell
            for unlocalised in worst.values()
            for cell in cells_of_table(self.grid, unlocalised.block)
        }
        if cells <= self.free:
            return False
        self.unlocalised += worst.values()
        self._take(self.grid, self.relations, self.free | cells, self.functions)
        return True

    def _left_by(self, one: Misplacement) -> int:
        """How many contradictions would be left once a misplacement is put right."""
        free = self.free | set(self.blank) | set(one.unknown)
        cells = self.grid.with_edits(one.edits).cells
        return len(conflict_sets(build_system(cells, self.typed, free=free, work=self.work)))

    def _explains_more(
        self,
        one: Misplacement,
        groups: Sequence[Sequence[ConflictSet]],
        unexplained: Sequence[Sequence[ConflictSet]],
    ) -> bool:
        """Whether a misplacement explains what single wrong cells do not, or takes several of them."""
        open_again = {
            number for cell in one.unknown for number in self.identities.touching.get(cell, ())
        }
        names = {
            _signature(self.grid, self.hard[number])
            for number in one.mended | (self.identities.broken & open_again)
        }
        # Where totals are formulas, copies stand between the mended relations and the cores.
        touched = {*one.edits, *one.unknown}
        concerned = [
            group
            for group in groups
            if any(_signature(self.grid, one) in names for one in self.as_standard(group))
            or (self.free and any(not touched.isdisjoint(core.cells) for core in group))
        ]
        if any(group in unexplained for group in concerned):
            return True
        filled = any(
            cell in self.blank for number in one.mended for _, cell in self.hard[number].terms
        )
        return len(concerned) + filled > 1 and len(one.mended) > 1

    # ------------------------------------------------------------------ missing rows

    def complete(self, group: Sequence[ConflictSet], locator: Locator) -> bool:
        """Add a row whose absence explains a cluster, if there is one."""
        relations = self.as_standard(group)
        suspects = {cell for relation in relations for _, cell in relation.terms}
        before = {_signature(self.grid, self.hard[number]) for number in self.identities.broken}
        inside = {_signature(self.grid, relation) for relation in relations} & before
        for lack in lacking_rows(self.grid, self.grid.as_book(), self.identities, suspects):
            cells = range(self.grid.base[lack.block], self.grid.end(lack.block))
            typed = (cell for cell in cells if cell not in self.functions)
            if self.evidence is not None and any(map(self.evidence.changed, typed)):
                continue  # other figures were typed there: a row that goes missing changes none
            grid = Grid(self.grid.standard, lack.book)
            expanded = expand(grid).relations
            hard = checked(expanded)
            free, functions = (
                _renumbered(self.grid, grid, cells) for cells in (self.free, self.functions)
            )
            free |= set(grid.row_numbers(lack.block, lack.key))
            identities = _identities(grid, expanded, free, self.work.part())
            after = {_signature(grid, hard[number]) for number in identities.broken}
            if not (inside and after < before and inside.isdisjoint(after)):
                continue
            if not after:
                system = build_system(grid.cells, hard, free=free)
                if propagate(system, printed_bounds(system)) is not None:
                    continue
            mended = tuple(
                self.hard[number]
                for number in sorted(self.identities.broken)
                if _signature(self.grid, self.hard[number]) not in after
            )
            slip = locator.repeated(group)
            instead = slip.candidates[0] if slip is not None and slip.candidates else None
            # A telling slip, made in every print of a figure, is likelier than a missing row.
            longest = max(len(relation.terms) for relation in mended)
            if instead is not None and instead.score > log(_TELLING * longest):
                return False
            self.absences.append(Absence(self.grid, lack, mended, instead))
            self._take(grid, expanded, free, functions)
            return True
        return False


def off_by_rounding(grid: Grid, candidate: Candidate) -> bool:
    """Whether a candidate's cell is off by no more than 尾差."""
    printed, right = grid.cells[candidate.cell], candidate.value
    if not isinstance(printed, Amount) or right is None:
        return False
    return abs(printed.fen - right.fen) <= grid.standard.limit(printed.unit)


def _blank_derived(
    grid: Grid, defined: dict[int, Relation], free: Collection[int]
) -> dict[int, Relation]:
    """Derived cells that are blank although something they sum is not (nor zero); none that is free."""
    state: dict[int, bool] = {}

    def has_money(number: int) -> bool:
        cell = grid.cells[number]
        if cell is not None:
            return isinstance(cell, Amount) and bool(cell.fen)
        if number not in defined:
            return False
        if number not in state:
            state[number] = False
            state[number] = any(has_money(part) for _, part in defined[number].terms[1:])
        return state[number]

    return {
        number: relation
        for number, relation in defined.items()
        if grid.cells[number] is None and number not in free and has_money(number)
    }


def _renumbered(grid: Grid, other: Grid, numbers: Iterable[int]) -> set[int]:
    """The numbers that cells have in another grid, as far as they are there."""
    return {there for number in numbers if (there := grid.number_in(other, number)) is not None}


def _identities(
    grid: Grid, relations: Sequence[Relation], free: set[int], work: Work
) -> Identities:
    """The relations one by one, over typed cells: what a formula shows follows from these."""
    terms = [relation.terms for relation in checked(through(relations, free))] if free else None
    return Identities(grid.cells, checked(relations), free, terms, work)


def _signature(grid: Grid, relation: Relation) -> tuple[int, str, str, int]:
    """A relation, however its cells are numbered."""
    block, row, column = grid.spot(relation.terms[0][1])
    return id(relation.equation), block, row.key, column
