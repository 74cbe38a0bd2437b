"""The program whose solution is a ledger: amounts of candidate lines within the bounds of all printed cells.

Every printed amount is the rounding of an exact sum of lines, so it bounds that sum. The solver works in floating point,
so amounts are settled in whole 分 at the end, against bounds that are whole numbers.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cached_property
from importlib import import_module
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from xlbudget.checks.diagnosis.certify import silent_solver
from xlbudget.checks.ledger.candidates import bounds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from xlbudget.checks.ledger.candidates import Candidates

_SCALE = 10_000
"""分 in the solver's unit of money: amounts stay below its precision, and 1 分 above it."""
_NOTHING = 1e-6
_COST = 0.01
"""The cost of an unlikely line's unit, where that of a unit between a sum and its print is ``_OFF``."""
_OFF = 100.0
_OUTSIDE = 1e5
"""The same beyond the bounds, where the cell is printed otherwise."""
_CHOICES = 90
"""So many lines at most are weighed against each other; of more, only those of the first solution."""
_NODES = 500
"""Nodes of a search's tree, each some milliseconds; real budgets need some twenty."""
_DENOMINATOR = 1_000
"""Multipliers of a proof are simple fractions."""
_ROOM = 20
"""分 kept from the bounds while weighing, so that settling in whole 分 stays within them."""


class Program:
    """The program of some candidates; ``costs`` says how unlikely each of them is."""

    def __init__(self, found: Candidates, costs: Sequence[float]) -> None:
        self.highspy: Any = import_module("highspy")
        self.found, self.costs = found, costs
        self.bounds = [bounds(cell.amount) for cell in found.cells]
        self.lines_of: list[list[int]] = [[] for _ in found.cells]
        for number, line in enumerate(found.lines):
            for cell in line.cells:
                self.lines_of[cell].append(number)
        # A line may be negative only where a cell that prints it is.
        self.least = [
            min([0, *(low for low, high in map(self.bounds.__getitem__, line.cells) if high < 0)])
            for line in found.lines
        ]
        # Most cells print whole amounts of this; a table in 万元 among those in 元 does not make them coarser.
        printed = Counter(cell.amount.ulp for cell in found.cells)
        self.whole = max(printed, key=printed.__getitem__, default=1)
        self.outside = False

    # ------------------------------------------------------------- likely lines

    def likely(self) -> dict[int, float]:
        """Amounts, in 分, of the likeliest lines; ``outside`` is whether some cell cannot be printed then.

        A corner of what is allowed has few lines by itself. Sums leave their prints only as far as they must.
        """
        solver = self._elastic
        solver.run()
        values = solver.getSolution().col_value
        count = len(self.found.lines)
        self.outside = any(
            value > _NOTHING for at in (2, 3) for value in values[count + at :: 4]
        )  # of each cell's four distances the last two
        return self._taken(values)

    def _taken(self, values: Sequence[float]) -> dict[int, float]:
        return {
            number: values[number] * _SCALE
            for number in range(len(self.found.lines))
            if abs(values[number]) > _NOTHING
        }

    @cached_property
    def _elastic(self) -> Any:
        """Each sum, less what it is above its print, plus what it is below, within the bounds and beyond."""
        solver = silent_solver()
        free = self.highspy.kHighsInf
        for number, least in enumerate(self.least):
            solver.addVar(least / _SCALE, free)
            solver.changeColCost(number, self.costs[number] * _COST)
        column = len(self.found.lines)
        for cell, lines in enumerate(self.lines_of):
            fen, (low, high) = self.found.cells[cell].amount.fen, self.bounds[cell]
            # A cell that prints less finely than most is no measure within its bounds.
            off = _OFF if self.found.cells[cell].amount.ulp <= self.whole else 0.0
            distances = (
                (1.0, (fen - low) / _SCALE, off),
                (-1.0, (high - fen) / _SCALE, off),
                (1.0, free, _OUTSIDE),
                (-1.0, free, _OUTSIDE),
            )
            for at, (_, most, cost) in enumerate(distances):
                solver.addVar(0.0, most)
                solver.changeColCost(column + at, cost)
            columns = [*lines, *range(column, column + 4)]
            values = [1.0] * len(lines) + [sign for sign, _, _ in distances]
            solver.addRow(fen / _SCALE, fen / _SCALE, len(columns), columns, values)
            column += 4
        return solver

    # ------------------------------------------------------------- few lines, most of them whole

    def weighed(self, amounts: Mapping[int, float]) -> dict[int, float]:
        """Fewer lines, and fewer that are no whole amounts as printed.

        The same ones where all are whole, and where lines may be negative: then no cell says how much one is at most.
        """
        broken = any(self._broken(fen) for fen in amounts.values())
        if self.whole == 1 or not broken or any(self.least):
            return dict(amounts)
        numbers = self._choices(amounts)
        free, integer = self.highspy.kHighsInf, self.highspy.HighsVarType.kInteger
        solver = silent_solver()
        solver.setOptionValue("mip_max_nodes", _NODES)
        count = len(numbers)
        # Four variables for each line: whole amount, rest, whether it is there, whether it has a rest.
        start: list[float] = [0.0] * (4 * count)
        for at, number in enumerate(numbers):
            most = min(self.bounds[cell][1] for cell in self.found.lines[number].cells)
            high = float(ceil(most / self.whole))
            solver.addVar(0.0, high)
            solver.addVar(-0.5, 0.5 - 1 / self.whole)
            solver.addVar(0.0, 1.0)
            solver.addVar(0.0, 1.0)
            first = 4 * at
            for column in (first, first + 2, first + 3):
                solver.changeColIntegrality(column, integer)
            solver.changeColCost(first + 2, 1 + self.costs[number] / 10)
            solver.changeColCost(first + 3, 0.5)
            solver.addRow(-free, 0.0, 2, [first, first + 2], [1.0, -high])
            solver.addRow(-free, 0.0, 2, [first + 1, first + 3], [1.0, -0.5])
            solver.addRow(0.0, free, 2, [first + 1, first + 3], [1.0, 0.5])
            solver.addRow(-free, 0.0, 2, [first + 3, first + 2], [1.0, -1.0])
            solver.addRow(0.0, free, 2, [first, first + 1], [1.0, 1.0])
            if number in amounts:
                value = amounts[number] / self.whole
                rest = value - floor(value + 0.5)
                start[first : first + 4] = [value - rest, rest, 1.0, float(abs(rest) > _NOTHING)]
        position = {number: at for at, number in enumerate(numbers)}
        for cell, (low, high) in enumerate(self.bounds):
            room = min(_ROOM, (high - low) // 2)
            held = [4 * position[number] for number in self.lines_of[cell] if number in position]
            columns = [*held, *(column + 1 for column in held)]
            kept = (low + room) / self.whole, (high - room) / self.whole
            solver.addRow(*kept, len(columns), columns, [1.0] * len(columns))
        given = self.highspy.HighsSolution()
        given.col_value = start
        solver.setSolution(given)
        solver.run()
        if solver.getInfo().primal_solution_status != self.highspy.kSolutionStatusFeasible:
            return dict(amounts)
        values = solver.getSolution().col_value
        return {
            number: (round(values[4 * at]) + values[4 * at + 1]) * self.whole
            for at, number in enumerate(numbers)
            if values[4 * at + 2] > 0.5  # noqa: PLR2004  # it is there
        }

    def _broken(self, fen: float) -> bool:
        return abs(fen / self.whole - round(fen / self.whole)) > _NOTHING

    def _choices(self, amounts: Iterable[int]) -> list[int]:
        """The lines of the first solution, and of one by other costs if these are not too many together."""
        own = dict.fromkeys(amounts)
        if len(own) >= _CHOICES:
            return sorted(own)
        solver = self._elastic
        for number, cost in enumerate(self.costs):
            # Spread by a multiplier without a pattern, the same every time.
            spread = 0.5 + (number * 0.6180339887498949) % 1
            solver.changeColCost(number, cost * spread * _COST)
        solver.run()
        both = own | dict.fromkeys(self._taken(solver.getSolution().col_value))
        return sorted(both if len(both) <= _CHOICES else own)

    # ------------------------------------------------------------- whole 分

    def settled(self, amounts: Mapping[int, float]) -> dict[int, int] | None:
        """The amounts in whole 分, with all sums within their bounds; None where that is not found."""
        fens = {
            number: round(fen / self.whole) * self.whole if not self._broken(fen) else round(fen)
            for number, fen in amounts.items()
        }
        if not self._off(fens):
            return self._with_present(fens)
        for free in ([number for number, fen in fens.items() if fen % self.whole], list(fens)):
            mended = self._mended(fens, free)
            if mended is not None and not self._off(mended):
                return self._with_present(mended)
        return None

    def _sums(self, fens: Mapping[int, int]) -> list[int]:
        sums = [0] * len(self.bounds)
        for number, fen in fens.items():
            for cell in self.found.lines[number].cells:
                sums[cell] += fen
        return sums

    def _off(self, fens: Mapping[int, int]) -> bool:
        return any(
            not low <= fen <= high
            for fen, (low, high) in zip(self._sums(fens), self.bounds, strict=True)
        )

    def _mended(self, fens: Mapping[int, int], free: Collection[int]) -> dict[int, int] | None:
        """The amounts with those of ``free`` changed by whole 分, as little as can be."""
        solver = silent_solver()
        solver.setOptionValue("mip_max_nodes", _NODES)
        integer = self.highspy.HighsVarType.kInteger
        column = {number: 2 * at for at, number in enumerate(free)}
        for number in free:
            below = max(0, min(self.whole, fens[number] - self.least[number]))
            for at, most in ((0, self.whole), (1, below)):  # more, less
                solver.addVar(0.0, float(most))
                solver.changeColCost(column[number] + at, 1.0)
                solver.changeColIntegrality(column[number] + at, integer)
        sums = self._sums(fens)
        for cell, (low, high) in enumerate(self.bounds):
            held = [column[number] for number in self.lines_of[cell] if number in column]
            if held:
                columns = [one + at for one in held for at in (0, 1)]
                kept = float(low - sums[cell]), float(high - sums[cell])
                solver.addRow(*kept, len(columns), columns, [1.0, -1.0] * len(held))
        solver.run()
        if solver.getInfo().primal_solution_status != self.highspy.kSolutionStatusFeasible:
            return None
        values = solver.getSolution().col_value
        changed = {
            n: fens[n] + round(values[at]) - round(values[at + 1]) for n, at in column.items()
        }
        return {**fens, **changed}

    def _with_present(self, fens: Mapping[int, int]) -> dict[int, int]:
        """With a line of 0.00 wherever a cell is printed 0.00 for lines and would have none."""
        made = {number: fen for number, fen in fens.items() if fen}
        for cell, lines in enumerate(self.lines_of):
            if self.found.cells[cell].present and lines and not any(n in made for n in lines):
                made[min(lines, key=self.costs.__getitem__)] = 0
        return dict(sorted(made.items()))

    # ------------------------------------------------------------- contradictions

    def contradiction(self) -> tuple[int, ...]:
        """Cells that no lines print together, none of which is not needed for that; none if that is not proved."""
        solver = silent_solver()
        free = self.highspy.kHighsInf
        for least in self.least:
            solver.addVar(least / _SCALE, free)
        column = len(self.least)
        for cell, lines in enumerate(self.lines_of):
            for at in range(2):
                solver.addVar(0.0, free)
                solver.changeColCost(column + at, 1.0)
            columns = [*lines, column, column + 1]
            solver.addRow(-free, free, len(columns), columns, [1.0] * (len(lines) + 1) + [-1.0])
            self._ask(solver, cell)
            column += 2
        cells = set(range(len(self.bounds)))
        suspects = self._suspects(solver, cells)
        for cell in cells - suspects:
            self._ask(solver, cell, asked=False)
        needed = self._needed(solver, suspects)
        solver.run()
        duals = solver.getSolution().row_dual
        most = max((abs(duals[cell]) for cell in needed), default=1.0)
        multipliers = {
            cell: Fraction(duals[cell] / most).limit_denominator(_DENOMINATOR) for cell in needed
        }
        return tuple(sorted(needed)) if self._proved(multipliers) else ()

    def _proved(self, multipliers: Mapping[int, Fraction]) -> bool:
        """Whether a sum of cells, exactly, is more than lines can make of it: at most its share of the negative ones."""
        shares: dict[int, Fraction] = {}
        for cell, multiplier in multipliers.items():
            for number in self.lines_of[cell]:
                shares[number] = shares.get(number, Fraction(0)) + multiplier
        if any(share > 0 for share in shares.values()):
            return False
        most = sum((share * self.least[number] for number, share in shares.items()), Fraction(0))
        least = sum(
            (one * self.bounds[cell][0 if one > 0 else 1] for cell, one in multipliers.items()),
            Fraction(0),
        )
        return least > most

    def _ask(self, solver: Any, cell: int, *, asked: bool = True) -> None:
        """Ask a cell to be printed as it is, or no longer."""
        low, high = self.bounds[cell]
        free = self.highspy.kHighsInf
        kept = (low / _SCALE, high / _SCALE) if asked else (-free, free)
        solver.changeRowBounds(cell, *kept)

    def _suspects(self, solver: Any, cells: Collection[int]) -> set[int]:
        """The cells in a sum that proves that not all can be printed as they are; none if they can."""
        solver.run()
        if solver.getInfo().objective_function_value < _NOTHING:
            return set()
        duals = solver.getSolution().row_dual
        return {cell for cell in cells if abs(duals[cell]) > _NOTHING}

    def _needed(self, solver: Any, suspects: set[int]) -> set[int]:
        """Of cells that contradict each other, those without any one of which they would not; totals go first."""
        kept = set(suspects)
        for cell in sorted(suspects, key=lambda cell: (-len(self.lines_of[cell]), cell)):
            if cell not in kept:
                continue
            self._ask(solver, cell, asked=False)
            smaller = self._suspects(solver, kept - {cell})
            if smaller:
                for other in kept - smaller:
                    self._ask(solver, other, asked=False)
                kept = smaller
            else:
                self._ask(solver, cell)
        return kept
