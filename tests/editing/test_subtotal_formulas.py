"""小计公式 in 基础信息: what filling writes into subtotals."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests_support import leaves_only
from xlbudget.editing.build import build_workbook
from xlbudget.editing.fill import plan_fill
from xlbudget.figures import InfoValue
from xlbudget.reading.book import read_book
from xlbudget.sheets.cells import value_at
from xlbudget.udfs import BUDGET_SUBTOTAL, BUDGET_TOTAL
from xlbudget.xlsx.references import column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

TABLE = "一般公共预算支出表"


@pytest.fixture(scope="module")
def filled(
    standard: Standard, example: Book, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """A function that gives the example, filled in from its leaves with a setting, made once."""
    bare, _ = leaves_only(standard, example)
    folder = tmp_path_factory.mktemp("settings")

    @cache
    def made(setting: str) -> Path:
        path = folder / f"{setting}.xlsm"
        info = {**bare.info, "subtotal_formula": InfoValue(setting)}
        build_workbook(standard, bare._replace(info=info), path, year=example.year)
        plan = plan_fill(Workbook(path))
        Workbook(path).patch(path, plan.edits, plan.afterwards)
        assert plan_fill(Workbook(path)).edits == [], "the second run changes nothing"
        return path

    return made


@pytest.mark.parametrize("setting", ["Python 函数", "数值"])
def test_the_figures_are_the_same_however_they_are_written(
    filled: Callable[[str], Path], setting: str
) -> None:
    again, usual = read_book(filled(setting)), read_book(filled("原生公式"))
    for key, data in usual.blocks.items():
        assert [row.cells for row in again.blocks[key].rows] == [row.cells for row in data.rows]


def test_values_leave_no_formula_in_what_was_filled(filled: Callable[[str], Path]) -> None:
    values = Workbook(filled("数值")).formulas_of()[TABLE]
    native = Workbook(filled("原生公式")).formulas_of()[TABLE]
    amounts = {cell for cell in native if cell[0] in "CDEFG" and int(cell[1:]) > 5}
    assert len(amounts) > 30
    assert not amounts & set(values)


def test_functions_are_asked_for_the_rows_below_and_give_the_stored_value(
    filled: Callable[[str], Path],
) -> None:
    path = filled("Python 函数")
    lines = Workbook(path).lines_of([TABLE])[TABLE]
    found = {
        cell: text
        for cell, text in Workbook(path).formulas_of()[TABLE].items()
        if text.startswith("BUDGET_")
    }
    assert {text.partition("(")[0] for text in found.values()} == {
        "BUDGET_SUBTOTAL",
        "BUDGET_TOTAL",
    }

    def area(text: str) -> list[list[object]]:
        first, _, last = text.partition(":")
        (left, top), (right, bottom) = split_cell(first), split_cell(last or first)
        columns = range(column_number(left), column_number(right) + 1)
        return [[value_at(lines, line, at) for at in columns] for line in range(top, bottom + 1)]

    for cell, text in found.items():
        name, _, arguments = text.rstrip(")").partition("(")
        pieces = [area(one) for one in arguments.split(",")]
        result = (BUDGET_SUBTOTAL if name == "BUDGET_SUBTOTAL" else BUDGET_TOTAL)(*pieces)
        letters, line = split_cell(cell)
        stored = value_at(lines, line, column_number(letters))
        assert result == (stored if stored is not None else ""), (cell, text)
        own = arguments.rpartition(",")[2]
        top, bottom = (split_cell(one)[1] for one in own.split(":"))
        assert not top <= line <= bottom, "a function is not given its own cell"
