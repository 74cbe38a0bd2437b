"""Paragraphs whose figures have changed since: found without generating the text again."""

from __future__ import annotations

import shutil
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from xlbudget.editing.notes import plan_notes
from xlbudget.editing.validate import validate_file
from xlbudget.explaining.explain import explain, glossary
from xlbudget.findings import Level
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import own_standard
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.findings import Finding

TOTAL = CellEdit("部门收支总表", "B20", Decimal("6300.00"))
NOTES = "情况说明"


def generate(book: Path) -> None:
    figures = read_book(book)
    standard = own_standard(figures)
    plan = plan_notes(Workbook(book), explain(standard, figures), glossary(standard, figures))
    Workbook(book).patch(book, plan.edits, plan.afterwards)


@pytest.fixture
def book(example_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "样例.xlsm"
    shutil.copy(example_file, path)
    generate(path)
    return path


def stale(book: Path) -> list[Finding]:
    return [one for one in validate_file(book).findings if one.code == "C21"]


def edited(book: Path, old: str, new: str) -> str:
    """Rewrite the paragraph that has ``old``; the cell."""
    unit = next(one for one in read_book(book).texts if old in one.text)
    Workbook(book).patch(book, [CellEdit(NOTES, unit.place.cell, unit.text.replace(old, new))])
    return unit.place.cell


def test_a_fresh_text_is_not_stale(book: Path) -> None:
    report = validate_file(book)
    assert not [one for one in report.findings if one.code == "C21"]
    assert dict(report.executed)["C21"] > 20


def test_a_text_against_a_wrong_figure_is_listed_under_the_figure(book: Path) -> None:
    Workbook(book).patch(book, [TOTAL])
    cell = next(unit.place.cell for unit in read_book(book).texts if unit.id == "一.1")
    assert stale(book) == []
    (one,) = [one for one in validate_file(book).findings if one.level is Level.ERROR]
    assert (one.sheet, one.cell, one.expected) == ("部门收支总表", "B20", "6295.86")
    assert any(f"{NOTES} {cell}" in said for said in one.follows)


def test_generating_again_mends_it(book: Path) -> None:
    Workbook(book).patch(book, [TOTAL])
    generate(book)
    assert stale(book) == []


def test_an_edited_text_is_not_stale_by_itself(book: Path) -> None:
    edited(book, "总支出6,295.86万元", "总支出为6,295.86万元")
    assert stale(book) == []


def test_an_edited_text_stays_stale_when_the_generated_one_is_new(book: Path) -> None:
    cell = edited(book, "总收入6,295.86万元", "总收入共6,295.86万元")
    reason = read_book(book).info["reason_income"].cell
    Workbook(book).patch(book, [CellEdit("基础信息", reason, "新增一个项目")])
    there = {one.cell: one for one in stale(book)}
    assert "改写之后" in there[cell].message
    generate(book)
    (one,) = stale(book)
    assert (one.cell, "改写之后" in one.message) == (cell, True)
    assert one.basis == ("定稿是按以前的数字改写的，之后数字有变。",)
    unit = next(unit for unit in read_book(book).texts if unit.place.cell == cell)
    right = unit.text.replace("共6,295.86", "合计6,295.86")
    Workbook(book).patch(book, [CellEdit(NOTES, cell, right)])
    assert stale(book) == []


def test_words_of_the_particulars_count_too(book: Path) -> None:
    reason = read_book(book).info["reason_income"].cell
    Workbook(book).patch(book, [CellEdit("基础信息", reason, "新增一个项目")])
    found = stale(book)
    assert {one.row for one in found} >= {"一.1"}
    assert any("现为 新增一个项目" in sentence for one in found for sentence in one.basis)


def test_a_cell_without_a_stored_value_is_not_called_changed(book: Path) -> None:
    Workbook(book).patch(book, [CellEdit("部门收支总表", "B20", None, "B17")])
    assert stale(book) == []
