"""The workbook alone in a spreadsheet program: it recalculates, checks itself, and shows no error."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlbudget.editing.findings import watched_areas

if TYPE_CHECKING:
    from collections.abc import Callable

    import xlwings as xw

    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.office

ROOT = Path(__file__).parents[2]
TABLE = "一般公共预算支出表"
ERRORS = ("#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "Err:")


def errors(book: xw.Book) -> list[str]:
    found = []
    for sheet in book.sheets:
        cells = sheet.used_range.options(err_to_str=True).value or []
        rows = cells if isinstance(cells[0], list) else [cells]
        found += [
            f"{sheet.name}: {one}"
            for row in rows
            for one in row
            if isinstance(one, str) and one.startswith(ERRORS)
        ]
    return found


def test_a_leaf_changes_and_everything_follows(
    example_copy: Path, live: Callable[[Path], xw.Book]
) -> None:
    book = live(example_copy)
    sheet = book.sheets[TABLE]
    assert sheet.range("B1").value == "本表核对：已平"
    assert book.sheets["目录"].range("B1").value.endswith("已平")
    before = sheet.range("F6").value
    sheet.range("F8").value = sheet.range("F8").value + 100
    assert round(sheet.range("F6").value - before, 6) == 100, "the subtotal follows the leaf"
    assert sheet.range("B1").value == "本表核对：不平"
    assert "不平" in book.sheets["目录"].range("B1").value
    assert errors(book) == []
    sheet.range("F8").value = sheet.range("F8").value - 100
    assert sheet.range("B1").value == "本表核对：已平"


def test_the_template_shows_no_error_and_takes_figures(
    live: Callable[[Path], xw.Book], standard: Standard, tmp_path: Path
) -> None:
    path = shutil.copy(ROOT / "budget_template.xlsm", tmp_path / "空白 模板.xlsm")
    book = live(path)
    assert errors(book) == []
    area = next(one for one in watched_areas(standard) if one.sheet == TABLE)
    sheet = book.sheets[TABLE]
    sheet.range(f"A{area.first}").value = "2010301"
    sheet.range(f"E{area.first}").value = 12.5
    assert sheet.range(f"B{area.first}").value == "行政运行", "the name follows the code"
    assert errors(book) == []
