"""An opened workbook is read once, whoever asks it, and keeps what it was."""

from __future__ import annotations

import shutil
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from xlbudget.editing.fill import plan_fill
from xlbudget.editing.findings import plan_findings
from xlbudget.editing.notes import plan_notes
from xlbudget.editing.validate import examine_file
from xlbudget.explaining.explain import explain, glossary
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import own_standard
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

SHEET = "一般公共预算支出表"
_OPENED: list[str] = []
sys.addaudithook(lambda event, args: _OPENED.append(str(args[0])) if event == "open" else None)


@pytest.fixture
def path(example_file: Path, tmp_path: Path) -> Path:
    return shutil.copyfile(example_file, tmp_path / "打开一次.xlsm")


def test_all_that_is_planned_opens_the_file_once(path: Path) -> None:
    _OPENED.clear()
    source = Workbook(path)
    found = examine_file(source)
    book = read_book(source)
    standard = own_standard(book)
    assert plan_notes(source, explain(standard, book), glossary(standard, book)).edits
    assert plan_findings(source, found.standard, found.report).edits
    plan_fill(source)
    assert source.patched([CellEdit(SHEET, "D9", Decimal(1))]) != path.read_bytes()
    # Reading for the comparison is the second time.
    assert _OPENED.count(str(path)) == 2


def test_reading_changes_nothing_for_the_next_who_asks(path: Path) -> None:
    """Merged cells are written out and texts worked out in copies."""
    source = Workbook(path)
    before = {name: [[*line] for line in source.lines(name)] for name in source.names}
    read_book(source)
    plan_fill(source)
    assert {name: source.lines(name) for name in source.names} == before


def test_what_is_written_is_seen_by_the_next_opening_alone(path: Path) -> None:
    source = Workbook(path)
    before = source.lines(SHEET)[8][3]
    source.patch(path, [CellEdit(SHEET, "D9", Decimal("98765.43"))])
    assert source.lines(SHEET)[8][3] == before != 98765.43
    assert Workbook(path).lines(SHEET)[8][3] == 98765.43
    path.unlink()
    assert source.formulas(SHEET) and source.merged(SHEET)
