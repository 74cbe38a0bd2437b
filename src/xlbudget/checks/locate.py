"""Which cells are wrong: the smallest sets of cells whose release removes every contradiction.

Contradictions are collected one by one, each reduced to few identities (its core). Sets of cells
that touch every core of a cluster are tried by releasing them, the smallest first. Cells of
separate contradictions are sought separately.
"""

from __future__ import annotations

from itertools import combinations, islice
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.propagate import Bounds, Conflict, printed_bounds, propagate
from xlbudget.checks.slips import guess_slip
from xlbudget.checks.system import FREE
from xlbudget.money import Amount, round_div

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from xlbudget.checks.system import System
    from xlbudget.money import Unit
    from xlbudget.relations.expand import Relation

__all__ = ["Candidate", "Contradiction", "Core", "locate"]

_MOST_CORES = 60
"""Beyond this many contradictions the workbook is unfinished rather than wrong in places."""
_MOST_TRIALS = 400
_LARGEST_SET = 4


class Core(NamedTuple):
    """Identities that contradict each other, and the cells one of which must be wrong."""

    constraints: frozenset[int]
    cells: frozenset[int]
    relations: tuple[Relation, ...]


class Candidate(NamedTuple):
    """A set of cells that may be wrong together: for each the right amount, or its range in 分."""

    cells: tuple[int, ...]
    values: tuple[Amount | None, ...]
    ranges: tuple[tuple[int, int], ...]
    slips: tuple[str, ...]
    share: float


class Contradiction(NamedTuple):
    """Cores that belong together, and the candidates that explain them, the likeliest first."""

    cores: tuple[Core, ...]
    candidates: tuple[Candidate, ...]


def locate(system: System, unit_of: dict[int, Unit]) -> list[Contradiction]:
    """Explain every contradiction of ``system``; ``unit_of`` gives the printed unit of each cell."""
    cores = _all_cores(system)
    return [_explain(system, cluster, cores, unit_of) for cluster in _clusters(cores)]


def _all_cores(system: System) -> list[Core]:
    """Cores found one after another, the identities of each set aside before the next."""
    cores: list[Core] = []
    released: set[int] = set()
    active = set(range(len(system.constraints)))
    for variable, cells in enumerate(system.observations):
        prints = {cell: system.amount(cell).fen for cell in cells}
        if len(set(prints.values())) > 1:
            pairs = [
                frozenset(pair)
                for pair in combinations(cells, 2)
                if prints[pair[0]] != prints[pair[1]]
            ]
            relations = tuple(system.copies[variable])
            cores.extend(Core(frozenset(), pair, relations) for pair in pairs[:_MOST_TRIALS])
            released.update(cells)
    while len(cores) < _MOST_CORES:
        conflict = propagate(system, printed_bounds(system, released), sorted(active))
        if conflict is None:
            break
        core = _core(system, conflict, released)
        cores.append(core)
        active -= core.constraints
        if not core.constraints:
            break
    return cores


def _core(system: System, conflict: Conflict, released: Collection[int]) -> Core:
    """The fewest of the conflict's identities that still contradict each other."""
    needed = list(conflict.constraints)
    for number in list(needed):
        fewer = [one for one in needed if one != number]
        if fewer and propagate(system, printed_bounds(system, released), fewer) is not None:
            needed = fewer
    variables = {variable for number in needed for _, variable in system.constraints[number].terms}
    single: set[int] = set()
    repeated: set[int] = set()
    for variable in variables:
        cells = [cell for cell in system.observations[variable] if cell not in released]
        (single if len(cells) == 1 else repeated).update(cells)
    relations = tuple(system.constraints[number].relation for number in needed)
    return Core(frozenset(needed), frozenset(single or repeated), relations)


def _clusters(cores: list[Core]) -> list[list[Core]]:
    """Cores that share cells belong together."""
    clusters: list[list[Core]] = []
    for core in cores:
        joined, apart = [core], []
        for cluster in clusters:
            near = any(core.cells & other.cells for other in cluster)
            (joined.extend(cluster) if near else apart.append(cluster))
        clusters = [*apart, joined]
    return clusters


def _explain(
    system: System, cluster: list[Core], cores: list[Core], unit_of: dict[int, Unit]
) -> Contradiction:
    elsewhere = [core for core in cores if core not in cluster]
    active = set(range(len(system.constraints)))
    silent: set[int] = set()
    for core in elsewhere:
        active -= core.constraints
        if not core.constraints:
            silent |= core.cells
    found: list[Candidate] = []
    for size in range(1, _LARGEST_SET + 1):
        for released in islice(_hitting_sets(cluster, size), _MOST_TRIALS):
            bounds = printed_bounds(system, {*released, *silent})
            if propagate(system, bounds, sorted(active)) is None:
                found.append(_candidate(system, released, bounds, unit_of))
        if found:
            break
    return Contradiction(tuple(cluster), _ranked(found))


def _hitting_sets(cores: Sequence[Core], size: int) -> Iterable[tuple[int, ...]]:
    """Sets of ``size`` cells that touch every core, each once."""
    seen: set[frozenset[int]] = set()

    def grow(chosen: frozenset[int]) -> Iterable[tuple[int, ...]]:
        open_core = next((core for core in cores if not core.cells & chosen), None)
        if open_core is None:
            if len(chosen) == size and chosen not in seen:
                seen.add(chosen)
                yield tuple(sorted(chosen))
        elif len(chosen) < size:
            for cell in sorted(open_core.cells):
                yield from grow(chosen | {cell})

    return grow(frozenset())


def _candidate(
    system: System, released: tuple[int, ...], bounds: Bounds, unit_of: dict[int, Unit]
) -> Candidate:
    values, ranges, slips, weight = [], [], [], 1.0
    for cell in released:
        variable = system.variable[cell]
        low, high = bounds.low[variable], bounds.high[variable]
        printed = system.cells[cell]
        shown = printed if isinstance(printed, Amount) else None
        value, slip = _best_value(low, high, shown, unit_of[cell])
        values.append(value)
        ranges.append((low, high))
        slips.append(slip[0])
        weight *= slip[1]
    return Candidate(released, tuple(values), tuple(ranges), tuple(slips), weight)


def _best_value(
    low: int, high: int, printed: Amount | None, unit: Unit
) -> tuple[Amount | None, tuple[str, float]]:
    """The amount in [low, high] that a slip explains best; the middle one where none does."""
    if high - low >= FREE // 2:
        return None, ("", 0.05)
    places = printed.places if printed else min(2, unit.max_places)
    ulp = unit.fen // 10**places
    first, last = round_div(low, ulp), round_div(high, ulp)
    middle = (first + last) // 2
    steps = [middle, *(n for n in range(first, min(last, first + 40) + 1) if n != middle)]
    options = [Amount(step * ulp, unit, places) for step in steps]
    slips = [guess_slip(printed, option) for option in options]
    best = max(range(len(options)), key=lambda i: (slips[i].weight, -i))
    breadth = last - first + 1
    return options[best], (slips[best].name, slips[best].weight / breadth**0.5)


def _ranked(found: list[Candidate]) -> tuple[Candidate, ...]:
    total = sum(one.share for one in found)
    ranked = sorted(found, key=lambda one: (-one.share, one.cells))
    return tuple(one._replace(share=one.share / total) for one in ranked)
