"""Interval propagation: narrow every variable by every constraint until nothing changes.

Pure integers, no tolerance. An empty interval is a contradiction: no true amounts exist that
print as the workbook does. Improvements below 1/200 of a printed unit, or below 1/256 of a
wider interval, are not pursued; that can only miss a contradiction, never invent one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.system import FREE, System, interval

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["WORTH", "Bounds", "Conflict", "printed_bounds", "propagate", "widened_bounds"]

WORTH = 50
"""By default, improvements smaller than this many 分 (0.5 % of a printed 0.01 万元) are not pursued."""


class Bounds(NamedTuple):
    """Lower and upper bound of every variable, in 分."""

    low: list[int]
    high: list[int]


class Conflict(NamedTuple):
    """Where a contradiction showed: a variable or constraint, and the constraints that led there."""

    variable: int
    constraints: tuple[int, ...]


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

    Returns None where every interval stays non-empty, else where it broke.
    """
    low, high = bounds
    constraints, touching = system.constraints, system.touching
    for variable, bottom in enumerate(low):
        if bottom > high[variable]:
            return Conflict(variable, ())
    allowed = None if active is None else active if isinstance(active, set) else set(active)
    if start is None:
        waiting = list(range(len(constraints)) if active is None else sorted(active))
    else:
        waiting = [one for one in start if allowed is None or one in allowed]
    waiting.reverse()
    queued = set(waiting)
    cause: dict[int, list[int]] = {}
    while waiting:
        number = waiting.pop()
        queued.discard(number)
        terms, bound, _ = constraints[number]
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
            return Conflict(-1, _trail(system, number, cause))
        if not bound and least > -worth and most < worth:
            continue
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
            # A wide interval must shrink by a part of it: else circles of free cells go on and on.
            left = min(top, new_top) - max(bottom, new_bottom)
            least_gain = max(worth, left >> 8)
            changed = False
            if new_bottom >= bottom + least_gain or new_bottom > max(bottom, top):
                low[variable], changed = new_bottom, True
            if new_top <= top - least_gain or new_top < min(bottom, top):
                high[variable], changed = new_top, True
            if changed:
                cause.setdefault(variable, []).append(number)
                if low[variable] > high[variable]:
                    return Conflict(variable, _trail(system, number, cause))
                for other in touching[variable]:
                    if (
                        other not in queued
                        and other != number
                        and (allowed is None or other in allowed)
                    ):
                        queued.add(other)
                        waiting.append(other)
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


def _trail(system: System, number: int, cause: dict[int, list[int]]) -> tuple[int, ...]:
    """The constraints that had a part in narrowing what constraint ``number`` found empty."""
    trail, open_ends = {number: None}, [number]
    while open_ends:
        for _, variable in system.constraints[open_ends.pop()].terms:
            for earlier in cause.get(variable, ()):
                if earlier not in trail:
                    trail[earlier] = None
                    open_ends.append(earlier)
    return tuple(trail)
