"""Conflict sets: contradictions found one after another, each reduced to few identities, and grouped by shared cells."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.intervals import Bounds, Conflict, printed_bounds, propagate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from xlbudget.checks.diagnosis.intervals import System
    from xlbudget.rules.relations import Relation

MOST_CONFLICT_SETS = 200
"""Beyond this many contradictions the workbook is unfinished rather than wrong in places."""
_MOST_PAIRS = 400


class ConflictSet(NamedTuple):
    """Identities that contradict each other, and the cells one of which must be wrong."""

    constraints: frozenset[int]
    cells: frozenset[int]
    relations: tuple[Relation, ...]


def conflict_sets(system: System) -> list[ConflictSet]:
    """Cores found one after another, the identities of each set aside before the next."""
    conflicts: list[ConflictSet] = []
    released: set[int] = set()
    for variable, cells in enumerate(system.observations):
        if len(cells) > 1:
            # A conflict for every two copies that print differently.
            relations = tuple(system.copies[variable])
            pairs = [
                pair
                for pair in combinations(cells, 2)
                if system.amount(pair[0]).fen != system.amount(pair[1]).fen
            ]
            conflicts += [
                ConflictSet(frozenset(), frozenset(pair), relations) for pair in pairs[:_MOST_PAIRS]
            ]
            released |= set(cells) if pairs else set()
    bounds = printed_bounds(system, released)
    aside: set[int] = set()
    for number in _violated(system, bounds):
        if len(conflicts) < MOST_CONFLICT_SETS:
            conflicts.append(_reduced(system, (number,), released))
            aside.add(number)
    active = set(range(len(system.constraints))) - aside
    while len(conflicts) < MOST_CONFLICT_SETS and not (conflicts and system.work.exhausted):
        conflict = propagate(system, printed_bounds(system, released), active)
        if conflict is None:
            break
        core = conflict_set_of(system, conflict, released)
        conflicts.append(core)
        active -= core.constraints
        if not core.constraints:
            break
    return conflicts


def _violated(system: System, bounds: Bounds) -> Iterable[int]:
    """Constraints that cannot hold by themselves."""
    low, high = bounds
    for number, (terms, bound, _) in enumerate(system.constraints):
        least = most = 0
        for coefficient, variable in terms:
            if coefficient > 0:
                least += coefficient * low[variable]
                most += coefficient * high[variable]
            else:
                least += coefficient * high[variable]
                most += coefficient * low[variable]
        if most < 0 or (least > 0 and not bound):
            yield number


def conflict_set_of(system: System, conflict: Conflict, released: Collection[int]) -> ConflictSet:
    """The fewest of the conflict's identities that still contradict each other."""
    needed = list(conflict.constraints)
    if not needed and conflict.variable >= 0:
        cells = [
            observation
            for observation in system.observations[conflict.variable]
            if observation not in released
        ]
        relations = tuple(system.copies[conflict.variable])
        return ConflictSet(frozenset(), frozenset(cells), relations)
    for number in list(needed):
        fewer = [one for one in needed if one != number]
        if not fewer or len(fewer) == len(needed) or system.work.exhausted:
            continue
        found = propagate(system, printed_bounds(system, released), fewer)
        if found is not None:
            # The new conflict tells which of the others took part at all.
            part = set(found.constraints)
            needed = [number for number in fewer if number in part] or fewer
    return _reduced(system, needed, released)


def _reduced(system: System, needed: Collection[int], released: Collection[int]) -> ConflictSet:
    """The core of the constraints ``needed``: a quantity printed twice alike is not suspected."""
    variables = {variable for number in needed for _, variable in system.constraints[number].terms}
    single: set[int] = set()
    repeated: set[int] = set()
    for variable in variables:
        cells = [cell for cell in system.observations[variable] if cell not in released]
        (single if len(cells) == 1 else repeated).update(cells)
    relations = tuple(system.constraints[number].relation for number in needed)
    return ConflictSet(frozenset(needed), frozenset(single or repeated), relations)


def relieving(
    system: System,
    suspects: Iterable[int],
    active: Collection[int] | None,
    silent: Collection[int],
    most: int,
) -> list[tuple[int, Bounds]]:
    """The suspects, at most ``most``, whose release leaves no contradiction, with the bounds then left.

    A conflict that remains without one suspect is as little resolved by any other that had no part
    in it: so few of them have to be tried.
    """
    found: list[tuple[int, Bounds]] = []
    left = dict.fromkeys(suspects)
    while left and len(found) < most and not system.work.exhausted:
        cell = next(iter(left))
        del left[cell]
        bounds = printed_bounds(system, {cell, *silent})
        conflict = propagate(system, bounds, active)
        if conflict is None:
            found.append((cell, bounds))
            continue
        part = {
            observation
            for variable in conflict.variables
            for observation in system.observations[variable]
        }
        left = {number: None for number in left if number in part}
    return found


def clusters(conflicts: Iterable[ConflictSet]) -> list[list[ConflictSet]]:
    """Cores that share cells belong together."""
    found: list[tuple[list[ConflictSet], set[int]]] = []
    for core in conflicts:
        joined, cells, apart = [core], set(core.cells), []
        for cluster in found:
            if cells.isdisjoint(cluster[1]):
                apart.append(cluster)
            else:
                joined = [*cluster[0], *joined]
                cells |= cluster[1]
        found = [*apart, (joined, cells)]
    return [cluster for cluster, _ in found]
