"""What is wrong in a workbook, from the simplest to the most involved explanation.

One wrong cell; figures that stand in the wrong place; a row that is missing; several wrong cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.disagreement import Disagreements
from xlbudget.checks.righting import State
from xlbudget.checks.several import Search
from xlbudget.checks.unsettled import given_up, pasted_twice, unsettled_tables
from xlbudget.money import Amount
from xlbudget.relations.derive import unit_of
from xlbudget.relations.expand import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from xlbudget.checks.cores import Core
    from xlbudget.checks.evidence import Evidence, Saying
    from xlbudget.checks.explanation import Examination
    from xlbudget.checks.locate import Contradiction, Locator
    from xlbudget.checks.slips import Neighbours
    from xlbudget.relations.expand import Relation
    from xlbudget.relations.grid import Grid

__all__ = ["examine"]

_MOST_ACCUSED = 10
"""Of 200 random errors in 770 figures, four in ten cells accused are right; of 20, none is."""


def examine(
    grid: Grid,
    relations: Sequence[Relation],
    free: Collection[int] = (),
    functions: Collection[int] = (),
    sayings: Callable[[Grid], list[Saying]] | None = None,
) -> Examination:
    """Explain all contradictions of a workbook by all its ``relations``.

    ``free`` cells say nothing by themselves, nor do derived cells that are blank; ``functions`` follow
    from typed cells by a formula, and are replaced by these. ``sayings`` are the numbers of the text as functions of a grid's cells; with them the text and what the workbook
    remembers are evidence too, and what stands against the text is explained as well.
    """
    whole, repeated = pasted_twice(grid, relations)
    if repeated:
        relations = expand(whole).relations
        free, functions = (_renumbered(grid, whole, one) for one in (free, functions))
    state = State(whole, relations, set(free), set(functions), sayings)
    state.unsettled += repeated
    reverted = state.reverted()
    if reverted or state.revised:
        return state.examination(reverted)
    while True:
        locator, groups = state.locator()
        state.system.work = state.work.part()
        singles = [locator.single(group) for group in groups]
        unexplained = [group for group, one in zip(groups, singles, strict=True) if one is None]
        involved = len(groups) > 1 or unexplained or state.blank
        if groups and involved and not state.done and state.probe.gross():
            state.steps += 1
            worst = unsettled_tables(state.grid, state.probe)
            if state.put_right(groups, unexplained, worst):
                continue
            if worst and unexplained and state.set_aside(worst):
                continue
            if any(state.complete(group, locator) for group in unexplained):
                continue
        found = _explained(state, locator, groups, singles)
        examination = state.examination(found)
        if state.evidence is not None:
            found += _disagreements(examination, state.evidence, locator.near)
        return examination


def _disagreements(
    found: Examination, evidence: Evidence, near: Callable[[int], Neighbours]
) -> list[Contradiction]:
    """What is left of the text against the tables, once the accused cells are put right."""
    moved: dict[int, int] = {}
    for one in found.contradictions:
        accused = one.accused
        if accused is not None and accused.value is not None:
            for cell in (accused.cell, *accused.also):
                moved[cell] = accused.value.fen - evidence.fen(cell)
    search = Disagreements(evidence, found.probe, lambda cell: unit_of(found.grid, cell), near)
    return search.explain(moved, found.doubted() - set(moved))


def _renumbered(grid: Grid, other: Grid, numbers: Collection[int]) -> set[int]:
    """The numbers that cells have in another grid, as far as they are there."""
    found = (grid.number_in(other, number) for number in numbers)
    return {number for number in found if number is not None}


def _explained(
    state: State,
    locator: Locator,
    groups: Sequence[Sequence[Core]],
    singles: Sequence[Contradiction | None],
) -> list[Contradiction]:
    """A contradiction per wrong cell; a cell that explains one group is not blamed again for another.

    Groups that no few cells explain, or for which the budget of work does not suffice, are given up.
    """
    found: list[Contradiction] = []
    blamed: set[int] = set()
    lost: dict[str, list[Core]] = {}
    for at, (group, single) in enumerate(zip(groups, singles, strict=True)):
        left = [core for core in group if core.cells.isdisjoint(blamed)]
        if not left:
            continue
        state.system.work = state.work.part(1 / (len(groups) - at))
        alone = single or locator.repeated(group)
        for one in [alone] if alone is not None else Search(locator, left, blamed).run():
            if not one.candidates:
                block = given_up(state.grid, one.cores).block
                lost.setdefault(block, []).extend(one.cores)
                continue
            cells = {one.candidates[0].cell}
            if cells.isdisjoint(blamed):
                found.append(one)
                blamed |= cells
    for block, several in _too_many(state, found).items():
        found = [one for one in found if one not in several]
        lost.setdefault(block, []).extend(core for one in several for core in one.cores)
    state.unsettled += [given_up(state.grid, cores) for cores in lost.values()]
    return found


def _too_many(state: State, found: Sequence[Contradiction]) -> dict[str, list[Contradiction]]:
    """Block -> its contradictions where so many figures seem wrong that each of them is a guess.

    Those off by 尾差 do not count: a table that was footed on rounded figures has many.
    """
    grid = state.grid
    tables: dict[str, list[Contradiction]] = {}
    for one in found:
        best = one.candidates[0]
        printed, right = grid.cells[best.cell], best.value
        known = isinstance(printed, Amount) and right is not None
        if known and abs(printed.fen - right.fen) <= grid.standard.rounding_limit:  # type: ignore[union-attr]
            continue
        tables.setdefault(grid.block_of(best.cell), []).append(one)
    return {block: several for block, several in tables.items() if len(several) > _MOST_ACCUSED}
