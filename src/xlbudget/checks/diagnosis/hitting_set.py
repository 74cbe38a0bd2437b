"""The fewest cells that explain what contradicts: of the tables, and of the text against them.

Behind one cluster of contradictions the search is an implicit hitting set: cells are released one after
another, always a cell of what still contradicts, the most plausible first; then those are dropped that need
not be released, and each is compared with other cells that would do in its stead.

A slip in a typed cell whose totals are formulas breaks no identity, but every sentence that was written
before it. One cell that explains them all is likelier than so many wrong sentences; where several cells
explain as much, none is accused, and where none does, it is the text that is wrong.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.conflict_sets import ConflictSet, conflict_set_of
from xlbudget.checks.diagnosis.error_localisation import Candidate, Contradiction, Locator, shared
from xlbudget.checks.diagnosis.intervals import Bounds, interval, printed_bounds, propagate
from xlbudget.checks.diagnosis.typing_errors import guess_slip
from xlbudget.checks.wording import fen_of
from xlbudget.figures import Unreadable
from xlbudget.money import Amount, round_div

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from xlbudget.checks.diagnosis.evidence import Evidence
    from xlbudget.checks.diagnosis.typing_errors import Neighbours
    from xlbudget.checks.identities import Identities
    from xlbudget.money import Unit

_MOST_WRONG = 40
_FIRST_CHOICES = 3
_MANY_CORES = 12
"""In a cluster of more cores than this, only the best first choice is followed."""
_CLEARLY = 3.0
"""An explanation with so much less evidence (log-odds) than the best is out of the question."""
_GUESS = 0.5
_COPY = 12.0
"""What a copy that prints differently counts for against a value."""


class HittingSet:
    """The search for the wrong cells of one cluster, beside those that are ``blamed`` already."""

    def __init__(
        self, locator: Locator, cluster: Sequence[ConflictSet], blamed: Collection[int]
    ) -> None:
        self.locator, self.cluster = locator, cluster
        self.system, self.rounding = locator.system, locator.rounding
        self.active, aside = locator.others_aside(cluster)
        self.silent = aside | set(blamed)

    def run(self) -> list[Contradiction]:
        """A contradiction for each wrong cell; one without candidates where no cells suffice."""
        options = []
        choices = _FIRST_CHOICES if len(self.cluster) <= _MANY_CORES else 1
        for first in self._ranked_by_gain(self.cluster, {})[:choices]:
            if self.system.work.exhausted:
                break
            chosen = self._greedy(first)
            if chosen is not None:
                options.append(self._valued(self._pruned(chosen)))
        if not options:
            return [Contradiction(tuple(self.cluster), ())]
        best = max(options, key=lambda found: sum(candidate.score for candidate in found))
        told = [self._with_alternatives(candidate, best) for candidate in best]
        for at, one in enumerate(best) if len(best) > 1 else ():
            if self._avoidable(one, best):
                # What is said of it is a guess: no cell is accused for it.
                leading, *others = told[at].candidates
                guess = leading._replace(proof=min(leading.proof, _GUESS))
                told[at] = told[at]._replace(candidates=(guess, *others))
        return told

    def _avoidable(self, one: Candidate, best: Sequence[Candidate]) -> bool:
        """Whether as few other cells explain the cluster about as well without this one."""
        least = sum(candidate.evident for candidate in best) - _CLEARLY
        ranked = [cell for cell in self._ranked_by_gain(self.cluster, {}) if cell != one.cell]
        for first in ranked[:_FIRST_CHOICES]:
            if self.system.work.exhausted:
                return True
            chosen = self._greedy(first, one.cell, len(best))
            if chosen is not None:
                others = self._valued(self._pruned(chosen))
                if sum(candidate.evident for candidate in others) > least:
                    return True
        return False

    def _released(self, cells: Collection[int]) -> Bounds:
        """What is printed, the cells and those of other clusters left out."""
        return printed_bounds(self.system, {*cells, *self.silent})

    def _greedy(self, first: int, never: int = -1, most: int = _MOST_WRONG + 1) -> list[int] | None:
        """Cells released one after another until nothing contradicts; at most so many, one ``never``."""
        chosen: list[int] = []
        moved: dict[int, int] = {}
        open_conflicts, best = list(self.cluster), first
        while len(chosen) < most:
            chosen.append(best)
            # The quantity of a released cell is taken at its best value.
            value = self._gain(best, moved)[1]
            variable = self.system.variable[best]
            was = self.rounding.fens[variable]
            moved = {**moved, variable: value - was} if was is not None else moved
            open_conflicts = [core for core in open_conflicts if best not in core.cells]
            if self.system.work.exhausted:
                return None
            if not open_conflicts:
                conflict = propagate(self.system, self._released(chosen), self.active)
                if conflict is None:
                    return chosen
                open_conflicts = [conflict_set_of(self.system, conflict, {*chosen, *self.silent})]
            ranked = self._ranked_by_gain(open_conflicts, moved)
            further = [cell for cell in ranked if cell not in chosen and cell != never]
            if not further:
                return None
            best = further[0]
        return None

    def _ranked_by_gain(self, conflicts: Sequence[ConflictSet], moved: dict[int, int]) -> list[int]:
        cells = {cell for core in conflicts for cell in core.cells}
        gains = {cell: self._gain(cell, moved)[0] for cell in cells}
        return sorted(cells, key=lambda cell: (-gains[cell], cell))

    def _gain(self, cell: int, moved: dict[int, int]) -> tuple[float, int]:
        """By how much a mended cell would make its identities more plausible, and its value."""
        system, cost = self.system, self.rounding.cost
        variable = system.variable[cell]
        was = self.rounding.fens[variable]
        if was is None:
            return 0.0, 0
        touching = system.touching[variable]
        printed = system.cells[cell]
        shown = printed if isinstance(printed, Amount) else None
        have = shown.fen if shown else 0
        unit = self.locator.unit_of(cell)
        places = shown.places if shown else min(2, unit.max_places)
        ulp = unit.fen // 10**places
        here = {**moved, variable: moved.get(variable, 0) + have - was}
        copies = [
            system.amount(observation).fen
            for observation in system.observations[variable]
            if observation != cell
        ]
        before = cost(touching, here) + _COPY * sum(copy != have for copy in copies)
        best, value = -1e9, have
        for fen in {*copies, *self._demanded(variable, here, ulp)} - {have}:
            right = Amount(fen, unit, places)
            after = cost(touching, {**here, variable: fen - was})
            after += _COPY * sum(copy != fen for copy in copies)
            slip = guess_slip(shown, right, self.locator.near(cell))
            gain = before - after + log(slip.weight)
            if gain > best:
                best, value = gain, fen
        return best, value

    def _demanded(self, variable: int, moved: dict[int, int], ulp: int) -> Iterable[int]:
        """The printed values that the identities of a variable demand, each by itself."""
        was = self.rounding.fens[variable]
        assert was is not None
        for number in self.system.touching[variable]:
            found = self.rounding.residual(number)
            if found is None:
                continue
            factors = self.rounding.factors(number)
            own = factors.get(variable, 1)
            others = (factors.get(one, 0) * by for one, by in moved.items() if one != variable)
            off = found[0] + sum(others)
            self.system.work.spend(len(moved))
            yield round_div(was * own - off, own * ulp) * ulp

    def _pruned(self, chosen: list[int]) -> list[int]:
        """Without the cells that need not be released."""
        kept = list(chosen)
        for cell in reversed(chosen):
            fewer = [number for number in kept if number != cell]
            if fewer and propagate(self.system, self._released(fewer), self.active) is None:
                kept = fewer
        return kept

    def _valued(self, chosen: Sequence[int]) -> list[Candidate]:
        """The chosen cells with their best values, the best determined first."""
        system = self.system
        bounds = self._released(chosen)
        propagate(system, bounds, self.active)
        moved: dict[int, int] = {}
        candidates: list[Candidate] = []
        left = {cell: system.variable[cell] for cell in chosen}
        while left:
            cell = min(
                left, key=lambda number: bounds.high[left[number]] - bounds.low[left[number]]
            )
            variable = left.pop(cell)
            low, high = bounds.low[variable], bounds.high[variable]
            candidate = self.locator.weighed(cell, low, high, system.touching[variable], moved)
            candidates.append(candidate)
            was = self.rounding.fens[variable]
            if candidate.value is not None and was is not None:
                moved[variable] = candidate.value.fen - was
                bottom, top = interval(candidate.value)
                trial = Bounds(list(bounds.low), list(bounds.high))
                trial.low[variable], trial.high[variable] = max(low, bottom), min(high, top)
                if propagate(system, trial, self.active, start=system.touching[variable]) is None:
                    bounds = trial
        return candidates

    def _with_alternatives(self, one: Candidate, best: Sequence[Candidate]) -> Contradiction:
        """The contradiction that a cell of the best set explains, with other cells in its stead."""
        rest = [candidate for candidate in best if candidate is not one]
        others = {candidate.cell for candidate in rest}
        conflicts = tuple(core for core in self.cluster if one.cell in core.cells)
        open_conflicts = [core for core in conflicts if core.cells.isdisjoint(others)]
        if not open_conflicts:
            return Contradiction(conflicts or tuple(self.cluster), (one,))
        common = frozenset.intersection(*(core.cells for core in open_conflicts)) - others
        feasible = self.locator.feasible(sorted(common), self.active, self.silent | others)
        if one.cell not in {cell for cell, _, _ in feasible}:
            return Contradiction(conflicts, (one,))
        moved = {}
        for candidate in rest:
            variable = self.system.variable[candidate.cell]
            was = self.rounding.fens[variable]
            if candidate.value is not None and was is not None:
                moved[variable] = candidate.value.fen - was
        return Contradiction(conflicts, shared(self.locator.compared(feasible, moved)))


_SLIP = 4.6
"""Log-odds against a slip in a cell of which nothing is known: about one in a hundred."""
_MOST_SAYINGS = 60
_MOST_FOUND = 12
_LEVEL = 2.0
"""Candidates with less evidence than the best by more than this explain less."""


class _Try(NamedTuple):
    """A cell moved by ``shift`` 分, the evidence for it, and the sayings that then hold."""

    candidate: Candidate
    shift: int
    evident: float
    mended: frozenset[int]


class TextContradictions:
    """The search over one workbook whose tables' own contradictions are known.

    ``moved`` are the corrections of cells that are called wrong already, ``open_cells`` those of which
    it is not known whether they are right: sayings about them prove nothing.
    """

    def __init__(
        self,
        evidence: Evidence,
        identities: Identities,
        unit_of: Callable[[int], Unit],
        near: Callable[[int], Neighbours],
    ) -> None:
        self.evidence, self.identities = evidence, identities
        self.unit_of, self.near = unit_of, near

    def explain(self, moved: Mapping[int, int], open_cells: Collection[int]) -> list[Contradiction]:
        """A contradiction for each cell, or group of cells of which one is wrong, that explains sayings."""
        evidence, moved, unknown = self.evidence, dict(moved), set(open_cells)
        contradictions: list[Contradiction] = []
        # A text that agreed before a cell was put right was written for the wrong figure: it follows.
        blocked = self._about(unknown) | (
            frozenset(range(len(evidence.sayings))) - frozenset(evidence.contradicting())
        )
        while len(contradictions) < _MOST_FOUND:
            waiting = [number for number in evidence.contradicting(moved) if number not in blocked]
            best = self._best(waiting[:_MOST_SAYINGS], moved, unknown)
            if not best:
                break
            candidates = shared([attempt.candidate for attempt in best])
            mended = frozenset.union(*(attempt.mended for attempt in best))
            contradictions.append(Contradiction((), candidates, tuple(sorted(mended))))
            accused = contradictions[-1].accused
            if accused is not None and accused.value is not None:
                shifts = {attempt.candidate.cell: attempt.shift for attempt in best}
                moved[accused.cell] = moved.get(accused.cell, 0) + shifts[accused.cell]
                unknown.add(accused.cell)
            else:
                unknown |= {candidate.cell for candidate in candidates}
            blocked |= mended | (self._about(unknown) if accused is None else frozenset())
        return contradictions

    def _about(self, cells: Iterable[int]) -> frozenset[int]:
        """The sayings about any of these cells."""
        return frozenset(
            number for cell in cells for number in self.evidence.touching.get(cell, ())
        )

    def _best(
        self, waiting: Iterable[int], moved: Mapping[int, int], unknown: Collection[int]
    ) -> list[_Try]:
        """The moves with the most evidence, if they are likelier than wrong sentences."""
        evidence = self.evidence
        tries: dict[tuple[int, int], _Try] = {}
        for cell in (cell for saying in waiting for cell in evidence.terms[saying]):
            if cell in unknown:
                continue
            for shift in evidence.shifts(cell, moved):
                one = self._try(cell, shift, moved) if (cell, shift) not in tries else None
                if one is not None:
                    tries[cell, shift] = one
        most = max((attempt.evident for attempt in tries.values()), default=_SLIP)
        if most <= _SLIP:
            return []
        level = [attempt for attempt in tries.values() if attempt.evident > most - _LEVEL]
        best: dict[int, _Try] = {}
        for one in sorted(level, key=lambda attempt: -attempt.evident):
            best.setdefault(one.candidate.cell, one)
        return list(best.values())

    def _try(self, cell: int, shift: int, moved: Mapping[int, int]) -> _Try | None:
        """One move, if the tables allow it."""
        evidence, have = self.evidence, self.identities.cells[cell]
        gain = evidence.gain(cell, shift, moved)
        if gain <= 0 or isinstance(have, Unreadable):
            return None
        if self.identities.effect({cell: self._value(cell, fen_of(have) + shift)}).spoiled:
            return None
        evident = gain + evidence.prior(cell) + evidence.recall(cell, evidence.fen(cell) + shift)
        after = {**moved, cell: moved.get(cell, 0) + shift}
        mended = frozenset(
            number
            for number in evidence.touching[cell]
            if evidence.off(number, moved) and not evidence.off(number, after)
        )
        printed, fen = evidence.cells[cell], evidence.fen(cell) + after[cell]
        value = self._value(cell, fen)
        slip = guess_slip(printed if isinstance(printed, Amount) else None, value, self.near(cell))
        score = evident + log(max(slip.weight, 1e-300))
        candidate = Candidate(cell, value, (fen, fen), slip.name, score, evident)
        return _Try(candidate, shift, evident, mended)

    def _value(self, cell: int, fen: int) -> Amount:
        unit = self.unit_of(cell)
        printed = self.identities.cells[cell]
        places = printed.places if isinstance(printed, Amount) else min(2, unit.max_places)
        ulp = unit.fen // 10**places
        while fen % ulp and places < unit.max_places:
            places += 1
            ulp = unit.fen // 10**places
        return Amount(fen, unit, places)
