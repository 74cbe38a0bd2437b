"""Error localisation: the likeliest cells whose release removes every contradiction.

Cells of separate contradictions are sought separately. A single cell that touches all conflict sets of a
contradiction is tried by releasing it (where none suffices, see ``hitting_set``). Candidates are ranked
by how plausible the rounding then is and which slip would explain the print.

The residual of a sum of n printed amounts is a sum of n roundings, of variance n/12 printed units
where true amounts are unrounded; nearer to nothing in a table that was footed on rounded figures.
So each identity of the standard has a scale, estimated from those of its sums that hold.
"""

from __future__ import annotations

from functools import cached_property
from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.conflict_sets import MOST_CONFLICT_SETS, relieving
from xlbudget.checks.diagnosis.intervals import BLANK, FREE, printed_bounds, propagate
from xlbudget.checks.diagnosis.typing_errors import SIGN, Slip, guess_slip, unexplained
from xlbudget.money import Amount, round_div

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from xlbudget.checks.diagnosis.conflict_sets import ConflictSet
    from xlbudget.checks.diagnosis.evidence import Evidence
    from xlbudget.checks.diagnosis.intervals import System
    from xlbudget.checks.diagnosis.typing_errors import Neighbours
    from xlbudget.money import Unit

_LEAST_SCALE = 0.01
_PRIOR_SUMS = 3.0
_TEMPERED = 12.0
"""No identity counts for more than this against a value: another cell of it may be wrong too."""


class Rounding:
    """Residuals of a system's constraints and their variances, as far as all cells are printed.

    A bound that holds has no residual.
    """

    def __init__(self, system: System, broken: Collection[int]) -> None:
        self.system = system
        self.fens: list[int | None] = []
        self._ulps: list[int] = []
        for numbers in system.observations:
            fen, unit, places = system.amount(numbers[0]) if numbers else BLANK
            ulp = unit.fen // 10**places
            self.fens.append(fen if numbers else None)
            blank = not numbers or system.cells[numbers[0]] is None
            self._ulps.append(0 if blank or ulp <= 1 else ulp)
        self._broken = broken
        self._known: dict[int, tuple[int, float] | None] = {}
        self._coefficients: dict[int, dict[int, int]] = {}

    def residual(self, number: int) -> tuple[int, float] | None:
        """Residual in 分 and unscaled variance of a constraint; None with unprinted cells."""
        if number not in self._known:
            total, variance = 0, 0.0
            self._known[number] = None
            for coefficient, variable in self.system.constraints[number].terms:
                fen = self.fens[variable]
                if fen is None:
                    return None
                total += coefficient * fen
                variance += (coefficient * self._ulps[variable]) ** 2
            self._known[number] = total, variance / 12
        return self._known[number]

    @cached_property
    def _scales(self) -> Callable[[int], float]:
        """By how much the variance of an equation's residuals (by the equation's ``id``) differs from true rounding's."""
        sums: dict[int, list[float]] = {}
        for number, constraint in enumerate(self.system.constraints):
            if number in self._broken or constraint.bound:
                continue
            found = self.residual(number)
            if found is None or not found[1]:
                continue
            of_equation = sums.setdefault(id(constraint.relation.equation), [0.0, 0.0])
            of_equation[0] += found[0] ** 2 / found[1]
            of_equation[1] += 1
        squares = sum(one for one, _ in sums.values())
        count = sum(one for _, one in sums.values())
        overall = max(_LEAST_SCALE, (squares + _PRIOR_SUMS) / (count + _PRIOR_SUMS))
        scales = {
            key: max(_LEAST_SCALE, (one + _PRIOR_SUMS * overall) / (many + _PRIOR_SUMS))
            for key, (one, many) in sums.items()
        }
        return lambda equation: scales.get(equation, overall)

    def variance(self, number: int) -> float:
        """The variance to expect of an equation's residual, in 分²; at least a tenth of a unit's."""
        found = self.residual(number)
        assert found is not None
        scale = self._scales(id(self.system.constraints[number].relation.equation))
        return max(found[1] * scale, 1.0)

    def cost(self, equations: Iterable[int], moved: Mapping[int, int]) -> float:
        """Half the chi-squared of ``equations``' residuals once variables are ``moved`` by 分."""
        total = 0.0
        for number in equations:
            found = self.residual(number)
            if found is None:
                continue
            off, bound = found[0], self.system.constraints[number].bound
            factors = self.factors(number)
            if len(moved) <= len(factors):
                off += sum(factors.get(variable, 0) * by for variable, by in moved.items())
            else:
                off += sum(one * moved.get(variable, 0) for variable, one in factors.items())
            self.system.work.spend(min(len(moved), len(factors)))
            if off and (off < 0 or not bound):
                total += min(off * off / (2 * self.variance(number)), _TEMPERED)
        return total

    def factors(self, number: int) -> dict[int, int]:
        """Variable -> coefficient of a constraint."""
        if number not in self._coefficients:
            terms = self.system.constraints[number].terms
            self._coefficients[number] = {variable: one for one, variable in terms}
        return self._coefficients[number]


MOST_SINGLES = 60
LEAST_PROOF = 0.6
"""A cell with less than this share of the evidence is not accused."""
_RIVAL = 0.1
"""From this share on, a cell that a known slip explains stands against one that none explains."""
_MOST_VALUES = 41
_REPEATED = 0.1
_NEGATIVE = 0.02
"""How much rarer than others a negative amount is where none was printed."""


class Candidate(NamedTuple):
    """A cell that may be wrong: the right amount (None: not determined), or its range in 分.

    ``also`` are other cells that print the same quantity, wrong alike; ``odd``: no such figure would ever
    stand there, so that others are wrong as well. ``score`` is the log-likelihood,
    ``evident`` that part of it which is evidence (identities, texts, memory) and no guess at the kind of
    slip; ``share`` and ``proof`` are the candidate's shares by the one and the other.
    """

    cell: int
    value: Amount | None
    range: tuple[int, int]
    slip: str
    score: float
    evident: float = 0.0
    share: float = 1.0
    proof: float = 1.0
    also: tuple[int, ...] = ()
    odd: bool = False


class Contradiction(NamedTuple):
    """Cores that belong together, and the candidates that explain them, the likeliest first.

    ``sayings`` are the numbers of the text that stand against the tables, where only these do.
    """

    conflicts: tuple[ConflictSet, ...]
    candidates: tuple[Candidate, ...]
    sayings: tuple[int, ...] = ()

    @property
    def accused(self) -> Candidate | None:
        """The cell that is called wrong: the likeliest, if evidence tells it from all others.

        That one kind of slip is commoner than another orders the candidates, but accuses nobody.
        """
        best = self.candidates[0] if self.candidates else None
        if best is None or best.odd or best.proof < LEAST_PROOF:
            return None
        if not best.slip and any(
            candidate.slip and candidate.proof >= _RIVAL for candidate in self.candidates
        ):
            return None  # a known slip elsewhere explains the same: a figure that is just other is no proof
        return best


class Locator:
    """The search for wrong cells in one system whose contradictions are known."""

    def __init__(
        self,
        system: System,
        conflicts: Sequence[ConflictSet],
        unit_of: Callable[[int], Unit],
        near: Callable[[int], Neighbours],
        evidence: Evidence | None = None,
        derived: Collection[int] = (),
        inferred: Mapping[int, Amount] = {},  # never changed
    ) -> None:
        self.system, self.conflicts, self.unit_of, self.near = system, conflicts, unit_of, near
        self.evidence, self.derived, self.inferred = evidence, derived, inferred
        known = {constraint for core in conflicts for constraint in core.constraints}
        self.rounding = Rounding(system, known)
        # Where contradictions are too many to know them all, each is mended by itself: with all
        # identities taking part, the unknown ones would stand against any explanation.
        self.every = (
            known if len(conflicts) >= MOST_CONFLICT_SETS else set(range(len(system.constraints)))
        )

    def single(self, cluster: Sequence[ConflictSet]) -> Contradiction | None:
        """The cluster explained by one cell, if it can be."""
        common = frozenset.intersection(*(core.cells for core in cluster))
        feasible = self.feasible(self._foremost(common), *self.others_aside(cluster))
        candidates = self.compared(feasible, {})
        return Contradiction(tuple(cluster), shared(candidates)) if candidates else None

    def repeated(self, cluster: Sequence[ConflictSet]) -> Contradiction | None:
        """The cluster explained by one figure that is wrong alike wherever it is printed.

        As far as a known slip explains it.
        """
        if any(not core.constraints for core in cluster):
            return None
        active, silent = self.others_aside(cluster)
        constraints, observations = self.system.constraints, self.system.observations
        inside = [
            {variable for number in core.constraints for _, variable in constraints[number].terms}
            for core in cluster
        ]
        feasible = {}
        for variable in sorted(set.intersection(*inside))[:MOST_SINGLES]:
            cells = observations[variable]
            if len(cells) > 1:
                bounds = printed_bounds(self.system, {*cells, *silent})
                if propagate(self.system, bounds, active) is None:
                    feasible[variable] = bounds.low[variable], bounds.high[variable]
        affected = {number for variable in feasible for number in self.system.touching[variable]}
        candidates = []
        for variable, (low, high) in feasible.items():
            first, *also = observations[variable]
            one = self.weighed(first, low, high, affected, {})
            if one.slip:
                score = one.score + log(_REPEATED) * len(also)
                candidates.append(one._replace(score=score, also=tuple(also)))
        return Contradiction(tuple(cluster), shared(candidates)) if candidates else None

    def others_aside(self, cluster: Sequence[ConflictSet]) -> tuple[set[int], set[int]]:
        """The constraints that take part, and the cells of other clusters that say nothing."""
        active, silent = self.every, set[int]()
        if len(cluster) < len(self.conflicts):
            own = set(map(id, cluster))
            active = set(active)
            for core in self.conflicts:
                if id(core) not in own:
                    active -= core.constraints
                    if not core.constraints:
                        silent |= core.cells
        return active, silent

    def _foremost(self, cells: Iterable[int]) -> list[int]:
        """The cells in the order in which they are tried: first those for which the texts or the memory speak."""
        evidence = self.evidence
        if evidence is None:
            return sorted(cells)
        ranks = {
            cell: -evidence.prior(cell)
            - max((evidence.gain(cell, shift) for shift in evidence.shifts(cell)), default=0.0)
            for cell in cells
        }
        return sorted(ranks, key=lambda cell: (ranks[cell], cell))

    def feasible(
        self, suspects: Sequence[int], active: set[int], silent: set[int]
    ) -> list[tuple[int, int, int]]:
        """The suspects whose release leaves no contradiction, each with the range then left for it."""
        narrowing = None if len(active) == len(self.system.constraints) else active
        return [
            (cell, bounds.low[variable], bounds.high[variable])
            for cell, bounds in relieving(self.system, suspects, narrowing, silent, MOST_SINGLES)
            for variable in [self.system.variable[cell]]
        ]

    def compared(
        self, feasible: Sequence[tuple[int, int, int]], moved: dict[int, int]
    ) -> list[Candidate]:
        """Cells with their ranges, weighed by all identities that any of them is in."""
        variables = {self.system.variable[cell] for cell, _, _ in feasible}
        affected = {number for variable in variables for number in self.system.touching[variable]}
        return [self.weighed(cell, low, high, affected, moved) for cell, low, high in feasible]

    def weighed(
        self,
        cell: int,
        low: int,
        high: int,
        affected: Collection[int],
        moved: dict[int, int],
    ) -> Candidate:
        """The best value of a cell in a range, and the weight of all of them together (its log)."""
        printed = self.system.cells[cell]
        shown = printed if isinstance(printed, Amount) else None
        prior = self.evidence.prior(cell) if self.evidence is not None else 0.0
        if high - low >= FREE // 2:
            evident = prior - self.rounding.cost(affected, moved)
            score = log(unexplained(shown)) + evident
            return Candidate(cell, None, (low, high), "", score, evident)
        unit = self.unit_of(cell)
        places = shown.places if shown else min(2, unit.max_places)
        ulp = unit.fen // 10**places
        variable = self.system.variable[cell]
        was = self.rounding.fens[variable]
        near = self.near(cell)
        best, best_slip, best_weight, total, evident = None, "", -1.0, 0.0, 0.0
        for step in self._steps(cell, round_div(low, ulp), round_div(high, ulp), ulp):
            value = Amount(step * ulp, unit, places)
            if value == printed and high - low < ulp:
                continue
            slip = self._slip(cell, shown, value, near)
            shift = {**moved, variable: value.fen - was} if was is not None else moved
            told = 0.0
            if self.evidence is not None:
                have = self.system.amount(cell).fen
                told = self.evidence.gain(cell, value.fen - have)
                told += self.evidence.recall(cell, value.fen)
            here = exp(told - self.rounding.cost(affected, shift))
            evident += here * _usual(shown, value, near)
            total += slip.weight * here
            if slip.weight * here > best_weight:
                best, best_slip, best_weight = value, slip.name, slip.weight * here
        score, evident = log(max(total, 1e-300)) + prior, log(max(evident, 1e-300)) + prior
        odd = best is not None and self._odd(cell, shown, best, best_slip)
        return Candidate(cell, best, (low, high), best_slip, score, evident, odd=odd)

    def _slip(self, cell: int, shown: Amount | None, value: Amount, near: Neighbours) -> Slip:
        """The likeliest slip: in the figure that is printed, which for what is inferred is its change."""
        change = self.inferred.get(cell)
        if change is None or shown is None:
            return guess_slip(shown, value, near)
        right = change._replace(fen=shown.fen + change.fen - value.fen)
        return guess_slip(change if change.fen else None, right, near)

    def _odd(self, cell: int, shown: Amount | None, value: Amount, slip: str) -> bool:
        """Whether a figure is none that anybody would print there: negative, or a sum that is nothing.

        What was only inferred from a sentence is printed nowhere: the sentence is not called wrong for it.
        """
        if cell in self.inferred:
            return True
        if value.fen < 0 and (shown is None or shown.fen >= 0):
            return slip != SIGN
        kept = self.evidence is not None and self.evidence.before(cell) is not None
        return not value.fen and bool(shown) and cell in self.derived and not kept

    def _steps(self, cell: int, first: int, last: int, ulp: int) -> Iterable[int]:
        """Printed values of a range: all of a narrow one, the middle ones of a wide one.

        Those that a text or the memory demands are among them.
        """
        middle = (first + last) // 2
        half = _MOST_VALUES // 2
        tried = range(max(first, middle - half), min(last, middle + half) + 1)
        if self.evidence is None or last - first < _MOST_VALUES:
            return tried
        have = self.system.amount(cell).fen
        wanted = {round_div(have + shift, ulp) for shift in self.evidence.shifts(cell)}
        return [
            *tried,
            *sorted(number for number in wanted if first <= number <= last and number not in tried),
        ]


def _usual(shown: Amount | None, value: Amount, near: Neighbours) -> float:
    """How usual a value is in its place: amounts are seldom negative, and blanks mostly meant."""
    if value.fen < 0 and (shown is None or shown.fen >= 0):
        return _NEGATIVE
    return near.filled if shown is None and value.fen else 1.0


def shared(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Ranked, with their shares."""
    best = max(candidate.score for candidate in found)
    total = sum(exp(candidate.score - best) for candidate in found)
    most = max(candidate.evident for candidate in found)
    proofs = sum(exp(candidate.evident - most) for candidate in found)
    ranked = sorted(found, key=lambda candidate: (-candidate.score, candidate.cell))
    return tuple(
        candidate._replace(
            share=exp(candidate.score - best) / total, proof=exp(candidate.evident - most) / proofs
        )
        for candidate in ranked
    )
