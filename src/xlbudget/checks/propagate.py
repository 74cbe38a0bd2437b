"""Interval propagation: narrow every variable by every constraint until nothing changes.

Pure integers, no tolerance. An empty interval is a contradiction: no true amounts exist that
print as the workbook does. Improvements below 1/200 of a printed unit, or below 1/256 of a
wider interval, are not pursued; that can only miss a contradiction, never invent one.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from operator import gt
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.system import FREE, System, interval

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["WORTH", "Bounds", "Conflict", "printed_bounds", "propagate", "widened_bounds"]

WORTH = 50
"""By default, improvements smaller than this many 分 (0.5 % of a printed 0.01 万元) are not pursued."""

_MOST_LOOKS = 50
"""So often, on average, a constraint is looked at in one propagation: enough to come to rest, and an end."""


class Bounds(NamedTuple):
    """Lower and upper bound of every variable, in 分."""

    low: list[int]
    high: list[int]


class Conflict(NamedTuple):
    """Where a contradiction showed: a variable or constraint, and the constraints that led there.

    ``variables`` are those whose bounds, as they were given, took part.
    """

    variable: int
    constraints: tuple[int, ...]
    variables: tuple[int, ...] = ()


def printed_bounds(system: System, released: Collection[int] = ()) -> Bounds:
    """What the prints say of each variable; the cells in ``released`` say nothing.

    The search asks for this thousands of times: what all cells say together is kept with the
    system, and only the variables of released cells are looked at anew.
    """
    if system.printed is None:
        every = [_observed(system, cells, ()) for cells in system.observations]
        system.printed = [low for low, _ in every], [high for _, high in every]
    low, high = map(list, system.printed)
    for variable in {system.variable[cell] for cell in released if cell in system.variable}:
        low[variable], high[variable] = _observed(system, system.observations[variable], released)
    return Bounds(low, high)


def _observed(system: System, cells: Iterable[int], released: Collection[int]) -> tuple[int, int]:
    """The interval that the prints of one variable leave."""
    low, high, known = -FREE, FREE, None
    for cell in cells:
        # Copies mostly print the same, and then say the same.
        if cell not in released and (known is None or system.cells[cell] != known):
            known = system.cells[cell]
            bottom, top = interval(known)
            low, high = max(low, bottom), min(high, top)
    return low, high


def widened_bounds(system: System, half: int, unit_ulp: int) -> Bounds:
    """Each print widened by ``half`` 分 (for a printed unit of ``unit_ulp``; others in proportion).

    Cells printed to the 分 and counts are exact and stay so.
    """
    low, high = [-FREE] * len(system.observations), [FREE] * len(system.observations)
    for variable, cells in enumerate(system.observations):
        known = None
        for cell in cells:
            amount = system.amount(cell)
            if amount == known:
                continue
            known = amount
            fen, unit, places = amount
            ulp = unit.fen // 10**places
            width = half * ulp // unit_ulp if ulp > 1 and system.cells[cell] is not None else 0
            low[variable] = max(low[variable], fen - width)
            high[variable] = min(high[variable], fen + width)
    return Bounds(low, high)


def propagate(  # noqa: PLR0915
    system: System,
    bounds: Bounds,
    active: Collection[int] | None = None,
    worth: int = WORTH,
    start: Iterable[int] | None = None,
) -> Conflict | None:
    """Narrow ``bounds`` in place by the ``active`` constraints (all by default).

    Improvements smaller than ``worth`` 分 are not pursued. With ``start``, only these constraints
    are looked at first: nothing else has changed since the bounds were narrowed.

    Returns None where every interval stays non-empty, else where it broke. The terms looked at are
    counted in ``system.work``.
    """
    low, high = bounds
    if any(map(gt, low, high)):
        variable = next(one for one, bottom in enumerate(low) if bottom > high[one])
        return Conflict(variable, (), (variable,))
    constraints, touching = system.constraints, system.touching
    allowed = (
        None if active is None else active if isinstance(active, (set, frozenset)) else set(active)
    )
    if start is None:
        waiting = list(range(len(constraints)) if active is None else sorted(active))
    else:
        waiting = [one for one in start if allowed is None or one in allowed]
    looks = _MOST_LOOKS * (len(waiting) + len(constraints))
    waiting.reverse()
    queued = set(waiting)
    story = _Story(system)
    spent = 0
    while waiting and looks:
        looks -= 1
        number = waiting.pop()
        queued.discard(number)
        terms, bound, _ = constraints[number]
        spent += len(terms)
        least = most = 0
        for coefficient, variable in terms:
            if coefficient == 1:
                least += low[variable]
                most += high[variable]
            elif coefficient == -1:
                least -= high[variable]
                most -= low[variable]
            else:
                ends = (coefficient * low[variable], coefficient * high[variable])
                least += min(ends)
                most += max(ends)
        if most < 0 or (least > 0 and not bound):
            system.work.spend(spent)
            return story.of_constraint(number, most=most < 0)
        if not bound and least > -worth and most < worth:
            continue
        seen = len(story.steps)
        for coefficient, variable in terms:
            bottom, top = low[variable], high[variable]
            if coefficient == 1:
                new_bottom = top - most
                new_top = bottom - least if not bound else top
            elif coefficient == -1:
                new_bottom = top + least if not bound else bottom
                new_top = bottom + most
            else:
                new_bottom, new_top = _scaled(coefficient, bottom, top, least, most, bound)
            if new_bottom <= bottom and new_top >= top:
                continue
            # A wide interval must shrink by a part of it: else circles of free cells go on and on.
            left = min(top, new_top) - max(bottom, new_bottom)
            least_gain = max(worth, left >> 8)
            changed = False
            if new_bottom >= bottom + least_gain or new_bottom > max(bottom, top):
                low[variable], changed = new_bottom, True
                story.add(number, variable, 0, seen)
            if new_top <= top - least_gain or new_top < min(bottom, top):
                high[variable], changed = new_top, True
                story.add(number, variable, 1, seen)
            if changed:
                if low[variable] > high[variable]:
                    system.work.spend(spent)
                    return story.of_variable(variable)
                for other in touching[variable]:
                    if (
                        other not in queued
                        and other != number
                        and (allowed is None or other in allowed)
                    ):
                        queued.add(other)
                        waiting.append(other)
    system.work.spend(spent)
    return None


def _scaled(
    coefficient: int, bottom: int, top: int, least: int, most: int, bound: bool
) -> tuple[int, int]:
    """The same step for a coefficient other than 1 and -1."""
    own_least, own_most = sorted((coefficient * bottom, coefficient * top))
    floor = own_most - most
    ceiling = own_least - least if not bound else FREE * abs(coefficient)
    if coefficient > 0:
        return -(-floor // coefficient), ceiling // coefficient
    return -(-ceiling // coefficient), floor // coefficient


class _Story:
    """What narrowed what, in order: so a conflict is put down to just the steps that it needs."""

    def __init__(self, system: System) -> None:
        self.constraints = system.constraints
        self.steps: list[tuple[int, int, int, int, int]] = []
        """Constraint, variable, end (0 low, 1 high), the step before that moved this end, and how many
        steps had been made when the constraint was added up."""
        self.last: dict[tuple[int, int], int] = {}

    def add(self, number: int, variable: int, end: int, seen: int) -> None:
        """A constraint, added up after ``seen`` steps, moved an end of a variable."""
        key = (variable, end)
        self.steps.append((number, variable, end, self.last.get(key, -1), seen))
        self.last[key] = len(self.steps) - 1

    def of_constraint(self, number: int, *, most: bool) -> Conflict:
        """A constraint whose most is too little, or whose least too much."""
        open_steps: list[int] = []
        given: dict[int, None] = {}
        self._ask(number, -1, most, len(self.steps), open_steps, given)
        return Conflict(-1, *self._backwards([number], open_steps, given))

    def of_variable(self, variable: int) -> Conflict:
        """A variable whose ends have crossed."""
        open_steps: list[int] = []
        given: dict[int, None] = {}
        for end in (0, 1):
            self._end(variable, end, len(self.steps), open_steps, given)
        return Conflict(variable, *self._backwards([], open_steps, given))

    def _backwards(
        self, numbers: list[int], open_steps: list[int], given: dict[int, None]
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The constraints of all steps that the open ones need, and the variables they began with."""
        found = dict.fromkeys(numbers)
        waiting = [-one for one in open_steps]
        heapify(waiting)
        seen = set(open_steps)
        while waiting:
            step = -heappop(waiting)
            number, variable, end, _, before = self.steps[step]
            found[number] = None
            coefficient = next(
                one for one, other in self.constraints[number].terms if other == variable
            )
            further: list[int] = []
            # An upper end of what is added comes from the least of the rest, a lower one from its most.
            self._ask(number, variable, (coefficient > 0) != bool(end), before, further, given)
            for one in further:
                if one not in seen:
                    seen.add(one)
                    heappush(waiting, -one)
        return tuple(found), tuple(given)

    def _ask(
        self,
        number: int,
        but: int,
        most: bool,
        before: int,
        steps: list[int],
        given: dict[int, None],
    ) -> None:
        """What the most, or least, of a constraint's terms (``but`` one) came from at a step."""
        for coefficient, variable in self.constraints[number].terms:
            if variable != but:
                self._end(variable, int((coefficient > 0) == most), before, steps, given)

    def _end(
        self, variable: int, end: int, before: int, steps: list[int], given: dict[int, None]
    ) -> None:
        """The step that had moved this end last; the variable is as given where there is none."""
        step = self.last.get((variable, end), -1)
        while step >= before:
            step = self.steps[step][3]
        if step >= 0:
            steps.append(step)
        else:
            given[variable] = None
