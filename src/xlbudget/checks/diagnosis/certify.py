"""The slack of a workbook by linear programming, proved in exact arithmetic; needs ``highspy``.

Interval propagation finds contradictions without a solver; this is its independent witness. The
solver works in floating point, so its word is not taken: its multipliers of the identities are
made rational, and the one sum of identities that they name is evaluated exactly. Whatever the
multipliers, what that sum demands of the roundings is a true lower bound of the slack.
"""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.checks.diagnosis.intervals import System
    from xlbudget.rules.relations import Relation

_NOTHING = 1e-9
_DENOMINATOR = 10_000


class Certificate(NamedTuple):
    """A proved lower bound of the slack, in 分, and the relations whose sum proves it.

    ``slack`` is None where no rounding of the printed amounts reconciles these relations.
    ``optimum`` is the solver's own answer, in floating point: with a slack equal to it, the slack
    is exact.
    """

    slack: Fraction | None
    relations: tuple[Relation, ...]
    optimum: float | None


def can_certify() -> bool:
    """Whether the solver is installed (``pip install xlbudget[certify]``)."""
    return find_spec("highspy") is not None


def silent_solver() -> Any:
    """A solver that says nothing, gives the same answer every time and never takes a failure for an answer.

    It works alone in its thread. The number of threads is not said: all solvers of a process share it, and one that asks
    for another number than the first did does not run at all.

    Raises:
        ImportError: it is not installed.
    """
    highspy: Any = import_module("highspy")

    class Silent(highspy.Highs):  # type: ignore[misc]  # has no types
        def enableCallbacks(self) -> None:  # noqa: N802  # making one calls this, which prints a banner
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

        def run(self) -> None:
            if super().run() == highspy.HighsStatus.kError:
                raise RuntimeError(f"the solver did not run: {self.getModelStatus()}")

    solver = Silent()
    for option, value in (("output_flag", False), ("parallel", "off"), ("random_seed", 1)):
        solver.setOptionValue(option, value)
    return solver


def certify(system: System, unit_ulp: int) -> Certificate:
    """The smallest half-width to which all prints must be widened, for a printed unit of ``unit_ulp`` 分."""
    prints = [sorted({system.amount(cell).fen for cell in cells}) for cells in system.observations]
    widths = [
        # Nothing for a blank, a count or an amount to the 分: these are exact.
        Fraction(ulp if ulp > 1 and system.cells[cells[0]] is not None else 0, unit_ulp)
        if cells
        else None
        for cells in system.observations
        for ulp in [system.amount(cells[0]).ulp if cells else 0]
    ]
    optimum, multipliers = _solved(system, prints, widths, unit_ulp)
    best: Certificate = Certificate(Fraction(0), (), optimum)
    apart = [
        (Fraction(fens[-1] - fens[0], 2) / width, variable)
        for variable, (fens, width) in enumerate(zip(prints, widths, strict=True))
        if width and len(fens) > 1
    ]
    if apart:
        most, variable = max(apart)
        best = Certificate(most, tuple(system.copies[variable]), optimum)
    for sign in (1, -1):
        signed = {number: sign * one for number, one in multipliers.items()}
        proof = _proved(system, prints, widths, signed)
        relations = tuple(system.constraints[number].relation for number in signed)
        if proof is None:
            return Certificate(None, relations, optimum)
        if best.slack is not None and proof > best.slack:
            best = Certificate(proof, relations, optimum)
    return best


def _solved(
    system: System, prints: list[list[int]], widths: list[Fraction | None], unit_ulp: int
) -> tuple[float | None, dict[int, Fraction]]:
    """The optimum in 分 (None: infeasible or unsolved) and the multipliers of the constraints.

    Each variable is its distance from its print, and all is measured in printed units; where even
    no width suffices, the elastic constraints' multipliers show why.
    """
    highspy: Any = import_module("highspy")
    solver = silent_solver()
    free = highspy.kHighsInf
    width_column = len(prints)
    for fens, width in zip(prints, widths, strict=True):
        held = 0.0 if width == 0 and len(fens) == 1 else free
        solver.addVar(-held, held)
    solver.addVar(0.0, free)
    solver.changeColCost(width_column, 1.0)
    for terms, bound, _ in system.constraints:
        off = sum(one * prints[variable][0] for one, variable in terms if prints[variable])
        columns = [variable for _, variable in terms]
        values = [float(one) for one, _ in terms]
        target = -off / unit_ulp
        solver.addRow(target, free if bound else target, len(columns), columns, values)
    for variable, (fens, width) in enumerate(zip(prints, widths, strict=True)):
        if width is None or (not width and len(fens) == 1):
            continue
        for fen in fens:
            at = (fen - fens[0]) / unit_ulp
            solver.addRow(-free, at, 2, [variable, width_column], [1.0, -float(width)])
            solver.addRow(at, free, 2, [variable, width_column], [1.0, float(width)])
    solver.run()
    count = len(system.constraints)
    if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
        optimum = solver.getInfo().objective_function_value * unit_ulp
        return optimum, _rational(solver.getSolution().row_dual[:count])
    ray = solver.getDualRay()
    return None, _rational(list(ray[2])[:count] if ray[1] else [])


def _rational(duals: list[float]) -> dict[int, Fraction]:
    """Multipliers as simple fractions of the largest of them."""
    most = max((abs(dual) for dual in duals), default=0.0)
    if most < _NOTHING:
        return {}
    made = {
        number: Fraction(one / most).limit_denominator(_DENOMINATOR)
        for number, one in enumerate(duals)
    }
    return {number: one for number, one in made.items() if one}


def _proved(
    system: System,
    prints: list[list[int]],
    widths: list[Fraction | None],
    multipliers: Mapping[int, Fraction],
) -> Fraction | None:
    """The half-width that the sum of the multiplied constraints needs; None where none suffices."""
    sums: dict[int, Fraction] = {}
    for number, multiplier in multipliers.items():
        terms, bound, _ = system.constraints[number]
        if bound and multiplier < 0:
            return Fraction(0)
        for coefficient, variable in terms:
            sums[variable] = sums.get(variable, Fraction(0)) + multiplier * coefficient
    # The sum must be at least 0; at most it is ``most`` + half-width * ``give``.
    most, give = Fraction(0), Fraction(0)
    for variable, factor in sums.items():
        width = widths[variable]
        if not factor:
            continue
        if width is None:
            return Fraction(0)
        most += factor * (prints[variable][0] if factor > 0 else prints[variable][-1])
        give += abs(factor) * width
    if most >= 0:
        return Fraction(0)
    return -most / give if give else None
