"""What is wrong in a workbook, from the simplest to the most involved explanation.

One wrong cell; figures that stand in the wrong place; a row that is missing; several wrong cells.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.conflict_sets import all_cores, clusters, core_of
from xlbudget.checks.diagnosis.error_localisation import Candidate, Contradiction, Locator
from xlbudget.checks.diagnosis.evidence import Evidence, reversals
from xlbudget.checks.diagnosis.findings import blank_derived
from xlbudget.checks.diagnosis.hitting_set import Disagreements, Search
from xlbudget.checks.diagnosis.intervals import (
    Bounds,
    Work,
    build_system,
    printed_bounds,
    propagate,
)
from xlbudget.checks.diagnosis.misplacement import find_misplacements
from xlbudget.checks.diagnosis.typing_errors import Surroundings, guess_slip
from xlbudget.checks.diagnosis.unsettled import (
    cells_of_table,
    given_up,
    pasted_twice,
    unsettled_tables,
)
from xlbudget.checks.identities import Probe
from xlbudget.checks.row_presence import lacking_rows
from xlbudget.memory import recalled
from xlbudget.money import Amount
from xlbudget.relations.derive import definitions, resolver, through, unit_of
from xlbudget.relations.expand import checked, expand
from xlbudget.relations.grid import Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from xlbudget.checks.diagnosis.conflict_sets import Core
    from xlbudget.checks.diagnosis.evidence import Saying
    from xlbudget.checks.diagnosis.intervals import System
    from xlbudget.checks.diagnosis.misplacement import Misplacement
    from xlbudget.checks.diagnosis.typing_errors import Neighbours
    from xlbudget.checks.diagnosis.unsettled import Unsettled
    from xlbudget.checks.row_presence import Lack
    from xlbudget.figures import Cell
    from xlbudget.relations.expand import Relation


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


class Examination(NamedTuple):
    """The explanation: misplaced figures, missing rows, wrong cells; and the figures they leave.

    ``grid``, ``probe`` and ``system`` are those in which ``contradictions`` speak of cells;
    ``blank`` are derived cells without a figure, and what derives them; ``origin`` gives the relation
    as the standard has it for one that was rewritten over typed cells (by its ``id``).
    ``revised`` are cells, with what they held, that were changed together since the text was generated.
    ``unsettled`` is where no cell can be called wrong; ``work`` what the search looked at.
    """

    grid: Grid
    probe: Probe
    system: System
    contradictions: list[Contradiction]
    moved: list[Moved]
    absences: list[Absence]
    blank: dict[int, Relation]
    origin: Mapping[int, Relation]
    evidence: Evidence | None = None
    revised: Mapping[int, Cell] = {}
    unsettled: Sequence[Unsettled] = ()
    work: Work | None = None

    def settled(self) -> Bounds | None:
        """The bounds of all quantities once the wrong cells say nothing; None if still contradictory."""
        wrong = self.doubted()
        bounds = printed_bounds(self.system, wrong)
        return bounds if propagate(self.system, bounds) is None else None

    def doubted(self) -> set[int]:
        """The cells that are accused, and of a group of which one is wrong all."""
        found: set[int] = set()
        for one in self.contradictions:
            accused = one.accused
            blamed = [accused] if accused is not None else one.candidates
            found |= {cell for each in blamed for cell in (each.cell, *each.also)}
        return found

    def number_of(self, grid: Grid, number: int) -> int:
        """The number that a cell of an earlier grid has now."""
        found = grid.number_in(self.grid, number)
        assert found is not None
        return found


_MOST_STEPS = 12
_TELLING = 0.004
"""How telling a slip must be, per figure of the sum that it puts off: chance explains long sums."""


class State:
    """The figures as far as they have been put right."""

    def __init__(
        self,
        grid: Grid,
        relations: Sequence[Relation],
        free: set[int],
        functions: set[int],
        sayings: Callable[[Grid], list[Saying]] | None,
    ) -> None:
        self.sayings = sayings
        self.revised: dict[int, Cell] = {}
        self.moved: list[Moved] = []
        self.absences: list[Absence] = []
        self.unsettled: list[Unsettled] = []
        self.steps = 0
        self.work = Work.for_terms(sum(len(one.terms) for one in checked(relations)))
        self._take(grid, relations, free, functions)

    def _take(
        self, grid: Grid, relations: Sequence[Relation], free: set[int], functions: set[int]
    ) -> None:
        """Go on with these figures."""
        self.grid, self.relations = grid, relations
        self.free, self.functions = free | functions, functions
        self.hard = checked(relations)
        self.blank = blank_derived(grid, definitions(relations), self.free)
        typed = checked(through(relations, functions)) if functions else self.hard
        self.typed = [one for one in typed if one.terms]
        self.origin = {
            id(one): other for one, other in zip(typed, self.hard, strict=True) if one is not other
        }
        self.probe = _probe(grid, relations, self.free, self.work.part())
        self.evidence = self._evidence()

    def _evidence(self) -> Evidence | None:
        if self.sayings is None:
            return None
        parts = resolver(self.relations, self.functions)
        return Evidence(self.grid.cells, self.sayings(self.grid), recalled(self.grid), parts)

    def examination(self, found: list[Contradiction]) -> Examination:
        """The explanation as a value."""
        return Examination(
            self.grid,
            self.probe,
            self.system,
            found,
            self.moved,
            self.absences,
            self.blank,
            self.origin,
            self.evidence,
            self.revised,
            self.unsettled,
            self.work,
        )

    def reverted(self) -> list[Contradiction]:
        """The changes since the workbook last agreed that cannot stay, if they explain everything."""
        evidence = self.evidence
        if evidence is None or not evidence.memories:
            return []
        free = (self.free - self.functions) | set(self.blank)
        self.system = build_system(self.grid.cells, self.typed, free=free)
        back, revised = reversals(evidence, self.typed, free)
        if revised:
            self.revised = back
        if revised or not back:
            return []
        self.system = build_system(self.grid.cells, self.typed, blanks=set(back), free=free)
        against = set(evidence.contradicting())
        found = []
        for cell, before in back.items():
            unit = unit_of(self.grid, cell)
            value = (
                before if isinstance(before, Amount) else Amount(0, unit, min(2, unit.max_places))
            )
            printed = self.grid.cells[cell]
            shown = printed if isinstance(printed, Amount) else None
            near = Surroundings(self.grid, self.free)(cell)
            slip = guess_slip(shown, value, near).name
            sayings = tuple(sorted(against.intersection(evidence.touching.get(cell, ()))))
            told = not self.probe.broken.intersection(self.probe.touching.get(cell, ()))
            candidate = Candidate(cell, value, (value.fen, value.fen), slip, 0.0)
            found.append(Contradiction((), (candidate,), sayings if told else ()))
        return found

    @property
    def done(self) -> bool:
        """Whether no further slip in many cells is looked for."""
        return self.steps >= _MOST_STEPS or self.work.exhausted

    def locator(self) -> tuple[Locator, list[list[Core]]]:
        """The search for wrong cells, and the clusters of contradictions."""
        free = self.free | set(self.blank)
        self.system = build_system(
            self.grid.cells, self.typed, blanks=self._blanks(), free=free, work=self.work.part()
        )
        cores = all_cores(self.system)
        locator = Locator(
            self.system,
            cores,
            lambda cell: unit_of(self.grid, cell),
            Surroundings(self.grid, free),
            self.evidence,
            self._sums(),
            self.grid.inferred(),
        )
        return locator, clusters(cores)

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
            self.probe.terms[number]
            for number in self.probe.broken
            if not any(cell in self.blank for _, cell in self.probe.terms[number])
        ]
        if not doubtful:
            free = self.free | set(self.blank)
            system = build_system(cells, self.typed, free=free, work=self.work)
            conflict = propagate(system, printed_bounds(system))
            if conflict is not None:
                doubtful = [one.terms for one in core_of(system, conflict, ()).relations]
        return {
            number
            for terms in doubtful
            for _, number in terms
            if cells[number] is None and number not in self.free and number not in self.blank
        }

    def put_right(
        self,
        groups: Sequence[Sequence[Core]],
        unexplained: Sequence[Sequence[Core]],
        worst: Mapping[str, Unsettled],
    ) -> bool:
        """Put right what stands in the wrong place, where single cells explain less.

        In a table of which most does not hold, only what mends most of that is believed.
        """
        found = [
            one
            for one in find_misplacements(self.grid, self.probe)
            if (self.evidence is None or self.evidence.believes(one.edits))
            and self._explains_more(one, groups, unexplained)
            and self._mends_most(one, worst.get(self.grid.standard.blocks[one.block].table))
        ]
        if not found:
            return False
        left = [self._left_by(one) for one in found]
        best = found[left.index(min(left))]
        elsewhere = {
            one.block
            for one, count in zip(found, left, strict=True)
            if count == min(left) and one.kind == best.kind and one.block != best.block
        }
        relations = tuple(self.hard[number] for number in sorted(best.mended))
        self.moved.append(Moved(self.grid, best, relations, tuple(sorted(elsewhere))))
        cells = self._cells_with(best)
        free = self.free | set(best.unknown)
        self._take(self.grid.with_cells(cells), self.relations, free, self.functions)
        return True

    @staticmethod
    def _mends_most(one: Misplacement, table: Unsettled | None) -> bool:
        return table is None or 2 * len(one.mended) >= len(table.relations)

    def set_aside(self, worst: Mapping[str, Unsettled]) -> bool:
        """Judge the rest without the tables of which most does not hold."""
        cells = {cell for one in worst.values() for cell in cells_of_table(self.grid, one.block)}
        if cells <= self.free:
            return False
        self.unsettled += worst.values()
        self._take(self.grid, self.relations, self.free | cells, self.functions)
        return True

    def _cells_with(self, one: Misplacement) -> list[Cell]:
        cells = list(self.grid.cells)
        for number, cell in one.edits.items():
            cells[number] = cell
        return cells

    def _left_by(self, one: Misplacement) -> int:
        """How many contradictions would be left once a misplacement is put right."""
        free = self.free | set(self.blank) | set(one.unknown)
        return len(
            all_cores(build_system(self._cells_with(one), self.typed, free=free, work=self.work))
        )

    def _explains_more(
        self,
        found: Misplacement,
        groups: Sequence[Sequence[Core]],
        unexplained: Sequence[Sequence[Core]],
    ) -> bool:
        """Whether a misplacement explains what single wrong cells do not, or takes several of them."""
        open_again = (one for cell in found.unknown for one in self.probe.touching.get(cell, ()))
        names = {
            _signature(self.grid, self.hard[number])
            for number in {*found.mended, *self.probe.broken.intersection(open_again)}
        }
        # Where totals are formulas, copies stand between the mended relations and the cores.
        touched = {*found.edits, *found.unknown}
        concerned = [
            group
            for group in groups
            if any(
                _signature(self.grid, self.origin.get(id(one), one)) in names
                for core in group
                for one in core.relations
            )
            or (self.free and any(not touched.isdisjoint(core.cells) for core in group))
        ]
        if any(group in unexplained for group in concerned):
            return True
        filled = any(
            cell in self.blank for number in found.mended for _, cell in self.hard[number].terms
        )
        return len(concerned) + filled > 1 and len(found.mended) > 1

    def complete(self, group: Sequence[Core], locator: Locator) -> bool:
        """Add a row whose absence explains a cluster, if there is one."""
        relations = [self.origin.get(id(one), one) for core in group for one in core.relations]
        suspects = {cell for one in relations for _, cell in one.terms}
        before = {_signature(self.grid, self.hard[one]) for one in self.probe.broken}
        inside = {_signature(self.grid, one) for one in relations} & before
        for lack in lacking_rows(self.grid, self.grid.as_book(), self.probe, suspects):
            if self._retyped(lack.block):
                continue
            grid = Grid(self.grid.standard, lack.book)
            expanded = expand(grid).relations
            hard = checked(expanded)
            free, functions = (
                {there for one in cells if (there := self.grid.number_in(grid, one)) is not None}
                for cells in (self.free, self.functions)
            )
            free |= set(grid.row_numbers(lack.block, lack.key))
            probe = _probe(grid, expanded, free, self.work.part())
            after = {_signature(grid, hard[one]) for one in probe.broken}
            if not (inside and after < before and inside.isdisjoint(after)):
                continue
            if not after and not _consistent(grid, hard, free):
                continue
            mended = tuple(
                self.hard[one]
                for one in sorted(self.probe.broken)
                if _signature(self.grid, self.hard[one]) not in after
            )
            slip = locator.repeated(group)
            if _rather_a_slip(slip, mended):
                return False
            instead = slip.candidates[0] if slip is not None else None
            self.absences.append(Absence(self.grid, lack, mended, instead))
            self._take(grid, expanded, free, functions)
            return True
        return False

    def _retyped(self, block: str) -> bool:
        """Whether the memory knows other figures in a block: a row that goes missing changes none."""
        cells = range(self.grid.base[block], self.grid.end(block))
        return self.evidence is not None and any(
            self.evidence.changed(cell) for cell in cells if cell not in self.functions
        )


def _probe(grid: Grid, relations: Sequence[Relation], free: set[int], work: Work) -> Probe:
    """The relations one by one, over typed cells: what a formula shows follows from these."""
    terms = [one.terms for one in checked(through(relations, free))] if free else None
    return Probe(grid.cells, checked(relations), free, terms, work)


def _rather_a_slip(one: Contradiction | None, mended: Sequence[Relation]) -> bool:
    """Whether a telling slip, made in every print of a figure, is likelier than a missing row."""
    if one is None or not one.candidates:
        return False
    longest = max(len(relation.terms) for relation in mended)
    return one.candidates[0].score > log(_TELLING * longest)


def _consistent(grid: Grid, relations: Sequence[Relation], free: set[int]) -> bool:
    system = build_system(grid.cells, relations, free=free)
    return propagate(system, printed_bounds(system)) is None


def _signature(grid: Grid, relation: Relation) -> tuple[int, str, str, int]:
    """A relation, however its cells are numbered."""
    block, row, column = grid.spot(relation.terms[0][1])
    return id(relation.equation), block, row.key, column


_MOST_ACCUSED = 10
"""Of 200 random errors in 770 figures, four in ten cells accused are right; of 20, none is."""


def examine(
    grid: Grid,
    relations: Sequence[Relation],
    free: Collection[int] = (),
    functions: Collection[int] = (),
    sayings: Callable[[Grid], list[Saying]] | None = None,
) -> Examination:
    """Explain all contradictions of a workbook by all its ``relations``.

    ``free`` cells say nothing by themselves, nor do derived cells that are blank; ``functions`` follow
    from typed cells by a formula, and are replaced by these. ``sayings`` are the numbers of the text as functions of a grid's cells; with them the text and what the workbook
    remembers are evidence too, and what stands against the text is explained as well.
    """
    whole, repeated = pasted_twice(grid, relations)
    if repeated:
        relations = expand(whole).relations
        free, functions = (_renumbered(grid, whole, one) for one in (free, functions))
    state = State(whole, relations, set(free), set(functions), sayings)
    state.unsettled += repeated
    reverted = state.reverted()
    if reverted or state.revised:
        return state.examination(reverted)
    while True:
        locator, groups = state.locator()
        state.system.work = state.work.part()
        singles = [locator.single(group) for group in groups]
        unexplained = [group for group, one in zip(groups, singles, strict=True) if one is None]
        involved = len(groups) > 1 or unexplained or state.blank
        if groups and involved and not state.done and state.probe.gross():
            state.steps += 1
            worst = unsettled_tables(state.grid, state.probe)
            if state.put_right(groups, unexplained, worst):
                continue
            if worst and unexplained and state.set_aside(worst):
                continue
            if any(state.complete(group, locator) for group in unexplained):
                continue
        found = _explained(state, locator, groups, singles)
        examination = state.examination(found)
        if state.evidence is not None:
            found += _disagreements(examination, state.evidence, locator.near)
        return examination


def _disagreements(
    found: Examination, evidence: Evidence, near: Callable[[int], Neighbours]
) -> list[Contradiction]:
    """What is left of the text against the tables, once the accused cells are put right."""
    moved: dict[int, int] = {}
    for one in found.contradictions:
        accused = one.accused
        if accused is not None and accused.value is not None:
            for cell in (accused.cell, *accused.also):
                moved[cell] = accused.value.fen - evidence.fen(cell)
    search = Disagreements(evidence, found.probe, lambda cell: unit_of(found.grid, cell), near)
    return search.explain(moved, found.doubted() - set(moved))


def _renumbered(grid: Grid, other: Grid, numbers: Collection[int]) -> set[int]:
    """The numbers that cells have in another grid, as far as they are there."""
    found = (grid.number_in(other, number) for number in numbers)
    return {number for number in found if number is not None}


def _explained(
    state: State,
    locator: Locator,
    groups: Sequence[Sequence[Core]],
    singles: Sequence[Contradiction | None],
) -> list[Contradiction]:
    """A contradiction per wrong cell; a cell that explains one group is not blamed again for another.

    Groups that no few cells explain, or for which the budget of work does not suffice, are given up.
    """
    found: list[Contradiction] = []
    blamed: set[int] = set()
    lost: dict[str, list[Core]] = {}
    for at, (group, single) in enumerate(zip(groups, singles, strict=True)):
        left = [core for core in group if core.cells.isdisjoint(blamed)]
        if not left:
            continue
        state.system.work = state.work.part(1 / (len(groups) - at))
        alone = single or locator.repeated(group)
        for one in [alone] if alone is not None else Search(locator, left, blamed).run():
            if not one.candidates:
                block = given_up(state.grid, one.cores).block
                lost.setdefault(block, []).extend(one.cores)
                continue
            cells = {one.candidates[0].cell}
            if cells.isdisjoint(blamed):
                found.append(one)
                blamed |= cells
    for block, several in _too_many(state, found).items():
        found = [one for one in found if one not in several]
        lost.setdefault(block, []).extend(core for one in several for core in one.cores)
    state.unsettled += [given_up(state.grid, cores) for cores in lost.values()]
    return found


def _too_many(state: State, found: Sequence[Contradiction]) -> dict[str, list[Contradiction]]:
    """Block -> its contradictions where so many figures seem wrong that each of them is a guess.

    Those off by 尾差 do not count: a table that was footed on rounded figures has many.
    """
    grid = state.grid
    tables: dict[str, list[Contradiction]] = {}
    for one in found:
        best = one.candidates[0]
        printed, right = grid.cells[best.cell], best.value
        known = isinstance(printed, Amount) and right is not None
        if known and abs(printed.fen - right.fen) <= grid.standard.rounding_limit:  # type: ignore[union-attr]
            continue
        tables.setdefault(grid.block_of(best.cell), []).append(one)
    return {block: several for block, several in tables.items() if len(several) > _MOST_ACCUSED}
