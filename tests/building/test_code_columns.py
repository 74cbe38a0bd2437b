"""Codes in several columns, and tables of another unit: what the workbook says of itself is as complete."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tiny_standards import CODE_COLUMNS, district, district_book, filled, write_standard
from xlbudget.building.contents import render_sheets
from xlbudget.building.formulas.areas import Areas
from xlbudget.building.formulas.checks import check_lines, left_out
from xlbudget.building.formulas.derived import book_formulas
from xlbudget.building.live import render_live
from xlbudget.checks.validate import validate
from xlbudget.editing.build import build_workbook
from xlbudget.findings import Level, Status
from xlbudget.importing.imported import blank_book
from xlbudget.money import Amount
from xlbudget.publishing.values import write_values_copy
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import INFO, Grid
from xlbudget.sheets.layout import CONTENTS, OVERALL, place_book
from xlbudget.standard.layers import standard_ids
from xlbudget.standard.loader import load_standard
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

LABEL = {"key": "item", "kind": "label", "label": ["项目"]}
AMOUNT = {"key": "budget", "kind": "amount", "label": ["预算数"]}
ROW = {"key": "x", "label": "甲项"}
ONE_COLUMN = ({"key": "code", "kind": "code", "label": ["科目编码"], "width": 10}, CODE_COLUMNS[-1])


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Standard:
    return district(tmp_path_factory.mktemp("several") / "tiny")


def _contents(standard: Standard, book: Book) -> tuple[Book, dict[str, list[object]]]:
    placed = place_book(standard, book)
    contents = render_sheets(standard, placed, book_formulas(standard, placed))
    return placed, contents  # type: ignore[return-value]


def _overall(standard: Standard, book: Book) -> str:
    """What 目录 says of all tables."""
    placed, contents = _contents(standard, book)
    cells = render_live(standard, placed, contents).cells[CONTENTS]  # type: ignore[arg-type]
    return str(next(cell.value for cell in cells if cell.cell == OVERALL))


def _checks(standard: Standard, book: Book) -> tuple[list[tuple[str, int]], list[str]]:
    placed, contents = _contents(standard, book)
    lines = check_lines(Areas(standard, placed, contents), book.year)  # type: ignore[arg-type]
    return [(one.code, len(one.tables)) for one in lines], left_out(standard, book.year, lines)


def test_live_checks_are_as_many_as_with_one_column(standard: Standard, tmp_path: Path) -> None:
    single = district(tmp_path / "tiny", ONE_COLUMN)
    several = _checks(standard, district_book(standard, Random(1)))
    assert several == _checks(single, district_book(single, Random(1)))
    # That a name is the dictionary's and that a table is filled in, no formula says.
    assert several[1] == ["A09", "A11"]


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_error_is_seen_by_the_workbook_as_by_validation(
    seed: int, standard: Standard
) -> None:
    random = Random(seed)
    right = district_book(standard, random)
    assert _overall(standard, right) == "总体核对：全部已平"
    assert validate(standard, right).status is Status.PASS
    grid = Grid(standard, right)
    places = [
        number
        for number, cell in enumerate(grid.cells)
        if cell is not None and grid.spot(number).block != INFO
    ]
    for number in random.sample(places, 12):
        cell = grid.cells[number]
        assert isinstance(cell, Amount)
        cells = list(grid.cells)
        cells[number] = cell._replace(fen=cell.fen + 10 * cell.ulp)
        wrong = grid.as_book(cells)
        found = [one for one in validate(standard, wrong).findings if one.level is Level.ERROR]
        said = _overall(standard, wrong)
        # Ten times the last decimal of 万元 may be within what another inequality leaves open.
        assert ("不平" in said) is bool(found), (grid.spot(number), said)
        assert found or grid.spot(number).block == "line"


def test_amounts_of_two_units_may_differ_by_rounding_alone(standard: Standard) -> None:
    right = district_book(standard, Random(5))
    row = right.blocks["line"].rows[0]
    running = row.cells[-1]
    assert isinstance(running, Amount)
    assert (running.unit.name, running.places) == ("万元", 2)
    for steps, status, said in (
        (1, Status.ROUNDING, "全部已平（有尾差）"),
        (-4, Status.ERROR, "不平"),
    ):
        cells = (*row.cells[:-1], running._replace(fen=running.fen + steps * running.ulp))
        data = right.blocks["line"]._replace(rows=(row._replace(cells=cells),))
        other = right.with_blocks({"line": data})
        assert validate(standard, other).status is status
        assert said in _overall(standard, other)


def test_whole_codes_stand_in_a_hidden_column(standard: Standard, tmp_path: Path) -> None:
    book = district_book(standard, Random(2))
    path = tmp_path / "工作簿.xlsx"
    build_workbook(standard, book, path, year=book.year)
    sheet = load_workbook(path)["支出预算表"]
    assert sheet.column_dimensions["AA"].hidden
    assert sheet["AA7"].value.startswith('=IF(OR(A7="合计",ISNUMBER(FIND(LEFT(A7),')
    assert sheet["D7"].value.startswith("=IF(AA7=")
    shown = load_workbook(path, data_only=True)["支出预算表"]
    assert (shown["AA7"].value, shown["D7"].value) == ("20502", "普通教育")
    again = read_book(path, standard)
    assert not again.findings
    assert {key: [row.cells for row in data.rows] for key, data in again.blocks.items()} == {
        key: [row.cells for row in data.rows] for key, data in book.blocks.items()
    }


def test_a_wrong_part_of_a_code_is_to_be_mended_in_its_column(
    standard: Standard, tmp_path: Path
) -> None:
    book = district_book(standard, Random(1))
    path = tmp_path / "工作簿.xlsx"
    build_workbook(standard, book, path, year=book.year)
    sheet = load_workbook(path, data_only=True)["支出预算表"]
    line = next(row[0].row for row in sheet.iter_rows(min_row=6) if row[2].value)
    edits = [CellEdit("支出预算表", f"B{line}", "77")]
    Workbook(path).patch(path, edits)
    found = validate(standard, read_book(path, standard)).findings
    one = next(finding for finding in found if finding.code == "A09")
    assert (one.cell, one.printed) == (f"B{line}", "77")
    assert [suggestion.value for suggestion in one.suggestions] == [sheet[f"B{line}"].value]


def test_what_no_formula_says_is_not_said_to_be_balanced(tmp_path: Path) -> None:
    leaves = {"is": "income[total].total = expenditure[all:leaf].total", "derive": False}
    standard = district(tmp_path / "tiny", also=[{"equations": [leaves]}])
    assert _overall(standard, district_book(standard, Random(1))) == "总体核对：公式能核对的已平"
    silent = write_standard(
        tmp_path / "silent",
        [{"key": "one", "blocks": [{"body": "fixed", "columns": [LABEL, AMOUNT], "rows": [ROW]}]}],
    )
    placed, contents = _contents(silent, filled(silent, Random(0)))
    cells = {one.cell: one.value for one in render_live(silent, placed, contents).cells[CONTENTS]}  # type: ignore[arg-type]
    assert cells[OVERALL] == "总体核对：公式能核对的已平"
    assert "公式未核对" in cells.values()


def test_a_copy_of_values_has_no_hidden_columns(standard: Standard, tmp_path: Path) -> None:
    book = district_book(standard, Random(3))
    path, copy = tmp_path / "工作簿.xlsx", tmp_path / "副本.xlsx"
    build_workbook(standard, book, path, year=book.year)
    sheets = [table.sheet for table in standard.tables]
    assert write_values_copy(path, copy, sheets).hidden == ()
    before, after = load_workbook(path, data_only=True), load_workbook(copy)
    for name in sheets:
        sheet = after[name]
        assert not any(one.hidden for one in sheet.column_dimensions.values())
        assert sheet.max_column <= 26
        for row in sheet.iter_rows():
            for cell in row:
                assert (cell.value or "") == (before[name][cell.coordinate].value or "")
    # It is read like the workbook, though nothing joins the codes there.
    again = read_book(copy, standard)
    assert {key: [row.cells for row in data.rows] for key, data in again.blocks.items()} == {
        key: [row.cells for row in data.rows] for key, data in book.blocks.items()
    }


@pytest.mark.parametrize("identity", standard_ids())
def test_formulas_express_all_that_must_be_equal(identity: str) -> None:
    shipped = load_standard(identity)
    placed, contents = _contents(shipped, blank_book(shipped, shipped.template_year))
    areas = Areas(shipped, placed, contents)  # type: ignore[arg-type]
    lines = check_lines(areas, placed.year)
    assert not areas.unexpressed
    with_lines = {line.code for line in lines}
    hard = (rule for rule in shipped.rules_of(placed.year) if rule.level == "error")
    assert {rule.code for rule in hard if rule.equations and not rule.soft} <= with_lines
    # Every table is spoken of.
    assert {number for line in lines for number in line.tables} == {
        table.number for table in shipped.tables
    }
