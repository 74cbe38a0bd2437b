"""The figures of a workbook as far as they have been put right: misplaced ones moved back, missing rows added."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from xlbudget.checks.blanks import blank_derived
from xlbudget.checks.cores import all_cores, clusters, core_of
from xlbudget.checks.evidence import Evidence
from xlbudget.checks.explanation import Absence, Examination, Moved
from xlbudget.checks.locate import Candidate, Contradiction, Locator
from xlbudget.checks.misplacements import find_misplacements
from xlbudget.checks.missing import missing_rows
from xlbudget.checks.neighbours import Surroundings
from xlbudget.checks.probe import Probe
from xlbudget.checks.propagate import printed_bounds, propagate
from xlbudget.checks.reversal import reversals
from xlbudget.checks.slips import guess_slip
from xlbudget.checks.system import build_system
from xlbudget.checks.unsettled import cells_of_table
from xlbudget.checks.work import Work
from xlbudget.memory import recalled
from xlbudget.money import Amount
from xlbudget.relations.derive import definitions, resolver, through, unit_of
from xlbudget.relations.expand import checked, expand
from xlbudget.relations.grid import Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlbudget.checks.cores import Core
    from xlbudget.checks.evidence import Saying
    from xlbudget.checks.misplaced import Misplacement
    from xlbudget.checks.unsettled import Unsettled
    from xlbudget.figures import Cell
    from xlbudget.relations.expand import Relation

__all__ = ["State"]

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
        for lack in missing_rows(self.grid, self.grid.as_book(), self.probe, suspects):
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
