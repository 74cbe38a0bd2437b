"""The second city's standard: two real budgets make workbooks that are filled, judged and explained."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shanghai.measure import PRINTED, measured
from tests_support import leaves_only
from xlbudget.api import notes, validate
from xlbudget.authoring.check import check_folder
from xlbudget.editing.build import build_workbook
from xlbudget.figures import BlockData
from xlbudget.findings import Level
from xlbudget.importing.data_folder import read_folder
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import fill_book
from xlbudget.standard.layers import DATA
from xlbudget.standard.loader import load_standard, own_standard
from xlbudget.texts.whole import validate_whole
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard

HERE = Path(__file__).parent
EXPECTED: dict[str, Any] = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def standard() -> Standard:
    return load_standard("shanghai")


def test_the_standard_fits_together() -> None:
    assert [one for one in check_folder(DATA / "shanghai") if not one.advice] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_budget_is_judged(standard: Standard, name: str, tmp_path: Path) -> None:
    """Every mistake of the tables is found, and nothing that is right is accused."""
    book = read_folder(HERE / name, standard)
    path = tmp_path / "部门预算.xlsx"
    build_workbook(standard, book, path, year=book.year)
    read = read_book(Workbook(path))
    report = validate_whole(own_standard(read), read)
    errors = [one for one in report.findings if one.level is Level.ERROR]
    expected = EXPECTED[name]["tables"]
    missed = [one for one in expected if not any(one["said"] in error.message for error in errors)]
    false = [error for error in errors if not any(one["said"] in error.message for one in expected)]
    assert not missed
    assert not false


@pytest.mark.parametrize("name", EXPECTED)
def test_a_standard_that_is_handed_over_is_the_one_that_the_book_chooses(
    standard: Standard, name: str
) -> None:
    """By its variants, its kind and its year, as where the book names it itself."""
    book = read_folder(HERE / name, standard)
    assert own_standard(book, standard) == own_standard(book)
    assert own_standard(book, own_standard(book)) == own_standard(book)
    assert validate(book, standard) == validate(book)
    assert notes(book, standard).sections == notes(book).sections


@pytest.mark.parametrize("name", EXPECTED)
def test_the_same_figures_follow_from_the_leaves(standard: Standard, name: str) -> None:
    """Filling what people type gives the printed sums."""
    book = read_folder(HERE / name, standard)
    bare, derived = leaves_only(own_standard(book), book)
    filled = fill_book(own_standard(book), bare).book
    assert derived
    for key, data in book.blocks.items():
        printed = {row.key: row.cells for row in data.rows if row.kind in ("subject", "total")}
        again = {row.key: row.cells for row in filled.blocks[key].rows}
        assert printed.keys() <= again.keys(), key
        for row, cells in printed.items():
            pairs = zip(cells, again[row], strict=True)
            assert all(not a or a.fen == (b.fen if b else 0) for a, b in pairs), (key, row)  # type: ignore[union-attr]


def test_an_empty_table_with_its_total_row_is_judged(standard: Standard) -> None:
    """Documents print 合计 below a table that has no figures."""
    book = read_folder(HERE / "justice-bureau-2026", standard)
    total = book.blocks["general"].rows[-1]
    blank = total._replace(cells=(None,) * len(total.cells))
    wrong = total._replace(cells=(None, *total.cells[1:]))
    blocks = {
        "fund": BlockData.of([blank]),
        "general": BlockData.of([*book.blocks["general"].rows[1:-1], wrong]),
    }
    report = validate_whole(standard, book.with_blocks(blocks))
    assert {one.code for one in report.findings if one.level is Level.ERROR} == {"A08", "B04"}


def test_a_part_of_a_code_that_lost_digits_is_no_other_code(
    standard: Standard, tmp_path: Path
) -> None:
    """7 11 02 stays as it was printed in a workbook, is told with the right code, and belongs to no other class."""
    book = read_folder(HERE / "welfare-home-2024", standard)
    rows = book.blocks["general"].rows
    cut = [row._replace(key="7 11 02") if row.key == "2101102" else row for row in rows]
    path = tmp_path / "部门预算.xlsx"
    build_workbook(standard, book.with_blocks({"general": BlockData.of(cut)}), path, year=book.year)
    read = read_book(Workbook(path))
    assert [row.key for row in read.blocks["general"].rows] == [row.key for row in cut]
    report = validate_whole(own_standard(read), read)
    own = [
        one for one in report.findings if one.table == "2024年单位一般公共预算支出功能分类预算表"
    ]
    assert [one.code for one in own if one.level is Level.ERROR] == ["A15a"]
    assert "应为 2101102" in own[0].message


@pytest.mark.parametrize(
    "at", [pytest.param(1, marks=pytest.mark.office), 3 + len(PRINTED), 5 + len(PRINTED)]
)
def test_made_documents_are_read_and_judged(at: int, tmp_path: Path) -> None:
    """A part of ``make second-city``: every cell is read, every text bound, every planted mistake told, nothing else accused."""
    result = measured(at, tmp_path)
    assert (result.refused, result.lost, result.unbound) == ("", [], [])
    assert (result.missed, result.false) == ([], [])
    assert result.cells > 150
    assert len(result.planted) == 6
