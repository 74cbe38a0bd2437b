"""How plausible the rounding of a workbook is: residuals of sums, measured by their own scale.

The residual of a sum of n printed amounts is a sum of n roundings, of variance n/12 printed units
where true amounts are unrounded; nearer to nothing in a table that was footed on rounded figures.
So each identity of the standard has a scale, estimated from those of its sums that hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from xlbudget.checks.system import System

__all__ = ["Rounding"]

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
        ulps: list[int] = []
        cells = system.cells
        for numbers in system.observations:
            if not numbers:
                self.fens.append(None)
                ulps.append(0)
                continue
            cell = cells[numbers[0]]
            if cell is None:
                self.fens.append(0)
                ulps.append(0)
            else:
                fen, unit, places = cell  # type: ignore[misc]
                ulp = unit.fen // 10**places
                self.fens.append(fen)
                ulps.append(ulp if ulp > 1 else 0)
        self._ulps = ulps
        self._broken = broken
        self._known: dict[int, tuple[int, float] | None] = {}
        self._coefficients: dict[int, dict[int, int]] = {}
        self._scales: dict[int, float] | None = None
        self._overall = 1.0

    def residual(self, number: int) -> tuple[int, float] | None:
        """Residual in 分 and unscaled variance of a constraint; None with unprinted cells."""
        if number not in self._known:
            self._known[number] = self._residual(number)
        return self._known[number]

    def _residual(self, number: int) -> tuple[int, float] | None:
        terms, _, _ = self.system.constraints[number]
        total, variance = 0, 0.0
        for coefficient, variable in terms:
            fen = self.fens[variable]
            if fen is None:
                return None
            total += coefficient * fen
            variance += (coefficient * self._ulps[variable]) ** 2
        return total, variance / 12

    def scale(self, number: int) -> float:
        """By how much the variance of this equation's residuals differs from that of true rounding."""
        if self._scales is None:
            self._estimate()
        assert self._scales is not None
        return self._scales.get(
            id(self.system.constraints[number].relation.equation), self._overall
        )

    def _estimate(self) -> None:
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
        self._overall = max(_LEAST_SCALE, (squares + _PRIOR_SUMS) / (count + _PRIOR_SUMS))
        self._scales = {
            key: max(_LEAST_SCALE, (one + _PRIOR_SUMS * self._overall) / (many + _PRIOR_SUMS))
            for key, (one, many) in sums.items()
        }

    def variance(self, number: int) -> float:
        """The variance to expect of an equation's residual, in 分²; at least a tenth of a unit's."""
        found = self.residual(number)
        assert found is not None
        return max(found[1] * self.scale(number), 1.0)

    def cost(self, equations: Iterable[int], moved: Mapping[int, int]) -> float:
        """Half the chi-squared of ``equations``' residuals once variables are ``moved`` by 分."""
        total = 0.0
        for number in equations:
            found = self.residual(number)
            if found is None:
                continue
            off, bound = found[0], self.system.constraints[number].bound
            factors = self._factors(number)
            if len(moved) <= len(factors):
                off += sum(factors.get(variable, 0) * by for variable, by in moved.items())
            else:
                off += sum(one * moved.get(variable, 0) for variable, one in factors.items())
            self.system.work.spend(min(len(moved), len(factors)))
            if off and (off < 0 or not bound):
                total += min(off * off / (2 * self.variance(number)), _TEMPERED)
        return total

    def _factors(self, number: int) -> dict[int, int]:
        """Variable -> coefficient of a constraint."""
        if number not in self._coefficients:
            terms = self.system.constraints[number].terms
            self._coefficients[number] = {variable: one for one, variable in terms}
        return self._coefficients[number]
