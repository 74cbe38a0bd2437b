"""The solver, where it is installed, proves what interval propagation says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlbudget.checks.diagnosis.certify import can_certify, certify
from xlbudget.checks.diagnosis.intervals import build_system
from xlbudget.checks.grade import grade
from xlbudget.findings import Status
from xlbudget.money import Amount
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import checked, expand

if TYPE_CHECKING:
    from xlbudget.checks.diagnosis.certify import Certificate
    from xlbudget.checks.grade import Grade
    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.skipif(not can_certify(), reason="没有安装 highspy（xlbudget[certify]）")
ULP = 10_000
"""0.01 万元 in 分."""


def _both(standard: Standard, grid: Grid, edits: dict[int, Cell]) -> tuple[Grade, Certificate]:
    """What propagation and the solver say of the figures with some changed."""
    cells = list(grid.cells)
    for number, cell in edits.items():
        cells[number] = cell
    changed = grid.with_cells(cells)
    system = build_system(cells, checked(expand(changed).relations))
    return grade(system, ULP, standard.rounding_limit), certify(system, ULP)


def test_the_slack_of_the_real_disclosure_is_proved(standard: Standard, example: Book) -> None:
    graded, proof = _both(standard, Grid(standard, example), {})
    assert graded.status is Status.PASS
    assert proof.slack is not None and proof.optimum is not None
    # 0.01 万元 over the three rounded amounts of a sum: a fraction that no float is.
    assert 3 * proof.slack == ULP
    assert float(proof.slack) == pytest.approx(proof.optimum)
    assert graded.slack is not None
    assert float(graded.slack) == pytest.approx(proof.optimum)
    assert len(proof.relations) == 1


def test_every_total_that_is_off_is_proved_to_contradict(standard: Standard, example: Book) -> None:
    grid = Grid(standard, example)
    totals = [
        number
        for number, cell in enumerate(grid.cells)
        if isinstance(cell, Amount) and grid.block_of(number) != INFO and cell.fen
    ][::23]
    assert len(totals) > 10
    for number in totals:
        cell = grid.cells[number]
        assert isinstance(cell, Amount)
        graded, proof = _both(standard, grid, {number: cell._replace(fen=cell.fen + 90 * ULP)})
        assert graded.status is Status.ERROR
        assert proof.slack is not None and graded.slack is not None
        # Propagation never demands more than the truth, and here no less.
        assert proof.slack > ULP // 2
        assert float(proof.slack) == pytest.approx(float(graded.slack), rel=0.01)
        assert proof.relations


def test_counts_have_no_slack(standard: Standard, example: Book) -> None:
    grid = Grid(standard, example)
    (total,) = grid.row_numbers(INFO, "vehicles_total")
    count = grid.cells[total]
    assert isinstance(count, Amount)
    graded, proof = _both(standard, grid, {total: count._replace(fen=count.fen + 1)})
    assert (graded.slack, proof.slack, proof.optimum) == (None, None, None)
    assert {relation.rule.code for relation in proof.relations} == {"C12"}
