"""The search against one that tries every cell, and every pair of cells, of a small book."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlbudget.checks.diagnosis.explanation import explain_contradictions
from xlbudget.checks.diagnosis.intervals import build_system, printed_bounds, propagate
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import Amount
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import checked, expand

if TYPE_CHECKING:
    from xlbudget.checks.diagnosis.intervals import System
    from xlbudget.standard.model import Standard

FOLDER = Path(__file__).parents[1] / "departments" / "no-carryover-no-projects"


class Small:
    """A small department, all of whose figures are printed."""

    def __init__(self, standard: Standard) -> None:
        self.grid = Grid(standard, read_folder(FOLDER, standard))
        self.relations = expand(self.grid).relations
        self.right = list(self.grid.cells)
        self.cells = [
            number
            for number, cell in enumerate(self.right)
            if isinstance(cell, Amount) and cell.fen and self.grid.block_of(number) != INFO
        ]

    def damaged(self, rng: random.Random, count: int) -> tuple[Grid, set[int]]:
        """So many figures off by more than rounding."""
        wrong = set(rng.sample(self.cells, count))
        cells = list(self.right)
        for number in wrong:
            cell = cells[number]
            assert isinstance(cell, Amount)
            cells[number] = cell._replace(fen=cell.fen + rng.randrange(5, 4000) * 10_000)
        return self.grid.with_cells(cells), wrong

    def system(self, grid: Grid) -> System:
        # Blanks take part as the search lets them: a figure may be missing there.
        hard = checked(self.relations)
        return build_system(grid.cells, hard)


def _explains(system: System, released: tuple[int, ...]) -> bool:
    return propagate(system, printed_bounds(system, released)) is None


@pytest.fixture(scope="module")
def small(standard: Standard) -> Small:
    return Small(standard)


def test_one_wrong_cell_is_sought_among_all_that_explain_it(small: Small) -> None:
    rng, unique = random.Random(11), 0
    for _ in range(40):
        grid, wrong = small.damaged(rng, 1)
        system = small.system(grid)
        possible = {one for one in system.variable if _explains(system, (one,))}
        found = explain_contradictions(grid, small.relations)
        (one,) = found.contradictions
        said = {each.cell for each in one.candidates if small.right[each.cell] is not None}
        assert said <= possible and wrong <= possible
        if possible == wrong:
            unique += 1
            assert one.accused is not None and {one.accused.cell} == wrong
        elif one.accused is not None:
            assert {one.accused.cell} == wrong
    assert unique >= 20


def test_two_wrong_cells_are_a_smallest_explanation(small: Small) -> None:
    rng, pairs = random.Random(12), 0
    for _ in range(12):
        grid, wrong = small.damaged(rng, 2)
        system = small.system(grid)
        if any(_explains(system, (one,)) for one in system.variable):
            continue
        suspects = sorted(
            {cell for number in explain_contradictions(grid, small.relations).identities.broken
             for _, cell in small.relations[number].terms if cell in system.variable} | wrong
        )  # fmt: skip
        smallest = {
            frozenset(pair) for pair in combinations(suspects, 2) if _explains(system, pair)
        }
        assert frozenset(wrong) in smallest
        found = explain_contradictions(grid, small.relations)
        blamed = frozenset(one.candidates[0].cell for one in found.contradictions)
        if found.moved or found.absences:
            continue
        pairs += 1
        assert blamed in smallest
        accused = {one.accused.cell for one in found.contradictions if one.accused is not None}
        if smallest == {frozenset(wrong)}:
            assert accused == wrong
        else:
            assert accused <= wrong
    assert pairs >= 6
