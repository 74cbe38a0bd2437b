"""Bad input is answered within a counted budget of work, and what is said of it holds."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlbudget.checks.diagnosis.explanation import explain_contradictions
from xlbudget.checks.diagnosis.intervals import Work, build_system, printed_bounds, propagate
from xlbudget.checks.identities import Identities, stands
from xlbudget.checks.validate import validate
from xlbudget.rules import relations
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import checked, expand, through

if TYPE_CHECKING:
    from types import ModuleType

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "validation"
SLIPS = ("a row too low", "two rows too low", "a row too high", "a column aside")
TABLES = ("sorted by amount", "pasted twice", "another version", "another version, loose")
FEW = ("1 errors", "2 errors", "3 errors", "5 errors", "20 errors")
MANY = ("200 errors", "a row of every table", "all wrong")


@pytest.fixture
def hard(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARK))
    import hard as module  # noqa: PLC0415

    return module


@pytest.mark.parametrize("kind", [*SLIPS, *TABLES])
def test_one_slip_in_a_whole_table_is_one_finding_there(hard: ModuleType, kind: str) -> None:
    standard, book = hard.book_of("culture", 1)
    said = hard.answer(standard, hard.BAD[kind](random.Random(1), standard, book))
    (finding,) = said.findings
    assert finding.startswith("部门支出总表")
    assert said.spent < said.limit / 4
    assert kind not in SLIPS or ("整体" in finding or "错了1栏" in finding)


@pytest.mark.parametrize("kind", [*FEW, *MANY])
def test_random_errors_are_answered_within_the_budget(hard: ModuleType, kind: str) -> None:
    standard, book = hard.book_of("culture", 1)
    bad = hard.BAD[kind](random.Random(1), standard, book)
    said = hard.answer(standard, bad)
    assert said == hard.answer(standard, bad)._replace(seconds=said.seconds, ratio=said.ratio)
    assert said.findings
    assert said.spent <= (said.limit / 4 if kind in FEW else 1.1 * said.limit)


@pytest.mark.parametrize("kind", [*FEW, *MANY])
def test_where_formulas_make_the_totals_an_answer_ends_too(hard: ModuleType, kind: str) -> None:
    standard, book = hard.book_of("culture", 3)
    bad = hard.BAD[kind](random.Random(3), standard, book)
    said = hard.answer(standard, bad, formulas=True)
    assert said.spent <= 1.1 * said.limit


def test_hardly_a_right_figure_is_accused_however_many_are_wrong(hard: ModuleType) -> None:
    standard, book = hard.book_of("culture", 1)
    right = Grid(standard, book).cells
    grid = Grid(standard, hard.BAD["200 errors"](random.Random(1), standard, book))
    found = explain_contradictions(grid, expand(grid).relations)
    accused = {one.candidates[0].cell for one in found.contradictions}
    innocent = {cell for cell in accused if right[cell] == grid.cells[cell]}
    assert found.unlocalised
    assert len(innocent) <= 20


def test_a_trial_of_moved_figures_says_what_summing_anew_says(hard: ModuleType) -> None:
    standard, book = hard.book_of("culture", 1)
    grid = Grid(standard, hard.BAD["20 errors"](random.Random(2), standard, book))
    relations = checked(expand(grid).relations)
    identities = Identities(grid.cells, relations)
    rng = random.Random(5)
    for _ in range(40):
        numbers = rng.sample(range(len(grid.cells)), 30)
        edits = {one: grid.cells[rng.choice(numbers)] for one in numbers}
        cells = [edits.get(number, cell) for number, cell in enumerate(grid.cells)]
        broken = {
            number
            for number, one in enumerate(relations)
            if not stands(cells, one.terms, one.equation.relation == ">=")
        }
        effect = identities.effect(edits)
        assert effect.mended == identities.broken - broken
        assert effect.spoiled == broken - identities.broken


def test_a_conflict_names_constraints_that_suffice_for_it(hard: ModuleType) -> None:
    standard, book = hard.book_of("culture", 1)
    for seed in range(12):
        bad = hard.BAD["1 errors"](random.Random(seed), standard, book)
        grid, computed = hard.living(standard, bad)
        for cells in (Grid(standard, bad).cells, grid.cells):
            relations = expand(grid).relations
            typed = through(relations, computed) if cells is grid.cells else relations
            system = build_system(cells, [one for one in checked(typed) if one.terms])
            conflict = propagate(system, printed_bounds(system))
            if conflict is not None and conflict.constraints:
                again = propagate(system, printed_bounds(system), conflict.constraints)
                assert again is not None
                assert len(conflict.constraints) <= 30
                # The prints of the variables that it names suffice too.
                told = {one for at in conflict.variables for one in system.observations[at]}
                bounds = printed_bounds(system, set(system.variable) - told)
                assert propagate(system, bounds, conflict.constraints) is not None


def test_a_part_of_a_budget_is_spent_of_the_whole() -> None:
    whole = Work(100)
    part = whole.part(0.5)
    part.spend(50)
    assert part.exhausted
    assert (whole.spent, whole.exhausted) == (50, False)
    assert whole.part(0.5).limit == 25
    assert not Work().exhausted


def test_few_wrong_leaves_under_formulas_do_not_make_a_table_another_version(
    hard: ModuleType,
) -> None:
    standard, book = hard.book_of("culture", 1)
    for seed in range(1, 7):
        bad = hard.BAD["5 errors"](random.Random(seed), standard, book)
        grid, computed = hard.living(standard, bad)
        right = hard.living(standard, book)[0].cells
        wrong = [one for one, cell in enumerate(grid.cells) if cell != right[one]]
        assert len([one for one in wrong if one not in computed]) <= 5
        found = explain_contradictions(grid, expand(grid).relations, (), computed)
        assert not any(not one.rows for one in found.unlocalised)


def test_the_relations_of_a_wrong_workbook_are_worked_out_but_a_few_times(
    hard: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Repair, grade, what is not filled in, and the search ask for those of the same cells."""
    standard, book = hard.book_of("culture", 1)
    bad = hard.BAD["1 errors"](random.Random(1), standard, book)
    worked_out = []
    expanded = relations._expanded

    def counted(grid: Grid, *, live_only: bool, assume: bool) -> relations.Expansion:
        worked_out.append(live_only)
        return expanded(grid, live_only=live_only, assume=assume)

    monkeypatch.setattr(relations, "_expanded", counted)
    assert validate(standard, bad).findings
    assert 0 < len(worked_out) <= 3
