"""A formula that does not come to the sum of its parts is told at its own cell."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checks.living_books import Living, write_explanation
from xlbudget.editing.build import build_workbook
from xlbudget.editing.validate import validate_file
from xlbudget.findings import Level, Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import Amount
from xlbudget.rules.grid import INFO
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.findings import Finding, Report
    from xlbudget.standard.model import Standard

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module", params=["government-fund", "public-institution"])
def workbook(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, standard: Standard
) -> Path:
    """A department's workbook whose totals are formulas, with its explanation."""
    book = read_folder(TESTS / "departments" / request.param, standard)
    path = tmp_path_factory.mktemp("formulas") / "预算.xlsm"
    build_workbook(standard, book, path, year=book.year)
    write_explanation(path)
    return path


class Totalled(Living):
    """A living workbook whose totals can be made wrong."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.totals = [
            one
            for one in sorted(self.formulas)
            if self.grid.block_of(one) != INFO and len(self.parts(one)) > 1
        ]

    def parts(self, number: int) -> list[int]:
        """The cells with money of which a total is made."""
        cells = self.grid.cells
        terms = self.defined[number].terms[1:]
        return [one for _, one in terms if isinstance(cell := cells[one], Amount) and cell.fen]

    def short(self, number: int) -> Amount:
        """What a total comes to whose formula leaves its last part out."""
        cell, last = self.grid.cells[number], self.grid.cells[self.parts(number)[-1]]
        assert isinstance(cell, Amount)
        assert isinstance(last, Amount)
        return cell._replace(fen=cell.fen - last.fen)


def _errors(report: Report) -> list[Finding]:
    return [one for one in report.findings if one.level is Level.ERROR]


def test_a_formula_that_leaves_a_part_out_is_the_only_error_with_its_right_value(
    workbook: Path,
) -> None:
    living = Totalled(workbook)
    for number in random.Random(5).sample(living.totals, 25):
        report = living.judged(living.with_cells({number: living.short(number)}))
        assert report.status is Status.ERROR
        (one,) = _errors(report)
        right = living.grid.cells[number]
        assert isinstance(right, Amount)
        assert (one.sheet, one.cell) == living.grid.place(number)
        assert one.expected == right.plain
        assert not one.suggestions, "a figure typed over a formula is no advice"


def test_formulas_of_one_table_are_told_together(workbook: Path) -> None:
    living = Totalled(workbook)
    block = "basic"
    wrong = [one for one in living.totals if living.grid.block_of(one) == block]
    apart = [one for one in wrong if not set(wrong) & set(living.parts(one))][:4]
    assert len(apart) >= 2
    (one,) = _errors(
        living.judged(living.with_cells({number: living.short(number) for number in apart}))
    )
    assert f"有{len(apart)}格公式" in one.message


def test_a_wrong_typed_cell_is_found_beside_a_wrong_formula(workbook: Path) -> None:
    living = Totalled(workbook)
    number = next(
        one for one in living.totals if living.grid.block_of(one).startswith("three_public")
    )
    row = next(
        one
        for one, cell in enumerate(living.grid.cells)
        if living.grid.block_of(one) == "general"
        and isinstance(cell, Amount)
        and cell.fen
        and one not in living.formulas
    )
    cell = living.grid.cells[row]
    assert isinstance(cell, Amount)
    report = living.judged(
        living.with_cells({number: living.short(number), row: cell._replace(fen=cell.fen * 10)})
    )
    told = {(one.sheet, one.cell) for one in _errors(report)}
    assert living.grid.place(number) in told
    assert len(told) > 1


def test_in_a_file(workbook: Path, tmp_path: Path) -> None:
    living = Totalled(workbook)
    used = {part for one in living.formulas for part in living.parts(one)}
    number = next(one for one in living.totals if one not in used)
    place, value = living.grid.place(number), living.short(number).decimal
    parts = [living.grid.place(one).cell for one in living.parts(number)[:-1]]
    path = tmp_path / "少算.xlsm"
    path.write_bytes(workbook.read_bytes())
    Workbook(path).patch(
        path, [CellEdit(place.sheet, place.cell, Decimal(value), f"SUM({','.join(parts)})")]
    )
    (one,) = _errors(validate_file(path))
    assert (one.sheet, one.cell) == place
    assert "公式" in one.message
