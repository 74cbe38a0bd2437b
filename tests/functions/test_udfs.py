"""The boundary: frames of whole columns, the calling workbook, faults, and what xlwings does on Windows."""

from __future__ import annotations

import types
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import xlwings as xw

from functions.com_server import Cells
from xlbudget import udfs
from xlbudget.building.macros import function_helps
from xlbudget.editing.build import build_workbook
from xlbudget.editing.notes import plan_notes
from xlbudget.editing.validate import validate_file
from xlbudget.explaining.explain import explain, glossary
from xlbudget.importing.data_folder import read_folder
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import own_standard
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from functions.com_server import Server

EXCEL_ROWS = 1_048_576
INSTITUTION = Path(__file__).parents[1] / "departments" / "public-institution"


@pytest.fixture
def caller(example_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A workbook, saved on this machine, whose cells call."""
    path = tmp_path / "预算 2024.xlsm"
    path.write_bytes(example_file.read_bytes())
    book = types.SimpleNamespace(fullname=str(path))
    monkeypatch.setattr(xw.Book, "caller", lambda: book)
    return path


def whole_column(*values: object) -> pd.DataFrame:
    return pd.DataFrame([*values, *[None] * (EXCEL_ROWS - len(values))], dtype=object)


def test_whole_columns_take_no_time() -> None:
    codes = whole_column("科目编码", "201", "20103", "2010301", None, "合计")
    amounts = whole_column("预算数", None, 3.5, 3.5, None, 3.5)
    assert udfs.BUDGET_TOTAL(codes, amounts) == 3.5
    assert udfs.BUDGET_SUBTOTAL("201", codes, amounts) == 3.5


def test_a_full_column_is_right(fault_log: Path) -> None:
    """No trailing blanks: half of the rows are children of one subject."""
    codes = pd.DataFrame(["2010301", "2080501"] * (EXCEL_ROWS // 2), dtype=object)
    amounts = pd.DataFrame([0.01, 1.0] * (EXCEL_ROWS // 2), dtype=object)
    assert udfs.BUDGET_SUBTOTAL("20103", codes, amounts) == 5242.88
    assert not fault_log.exists()


def test_an_unforeseen_fault_is_logged_and_shown(
    fault_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_value: object) -> None:
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr(udfs.budget, "wan", broken)
    assert udfs.BUDGET_WAN(1) == "#VALUE!"
    log = fault_log.read_text("utf-8")
    assert "BUDGET_WAN" in log and "unforeseen" in log


def test_a_section_is_that_of_the_saved_file(caller: Path) -> None:
    book = read_book(caller)
    text = explain(own_standard(book), book)
    five = next(one for one in text.sections if one.number == "五")
    wanted = "\n".join(one.text for one in five.paragraphs)
    assert udfs.BUDGET_NOTE("五") == udfs.BUDGET_NOTE(5.0) == udfs.BUDGET_NOTE("（五）") == wanted
    assert udfs.BUDGET_NOTE("五.201") == udfs.BUDGET_NOTE("5.201")
    assert udfs.BUDGET_NOTE("五.201") in wanted.splitlines()
    terms = [one.text for one in glossary(own_standard(book), book).paragraphs]
    assert udfs.BUDGET_NOTE("名词解释") == "\n".join(terms)
    assert udfs.BUDGET_NOTE("二十") == "#N/A"
    assert udfs.BUDGET_NOTE("") == ""


def test_a_final_text_is_read_anew_after_saving(caller: Path) -> None:
    book = read_book(caller)
    standard = own_standard(book)
    plan = plan_notes(Workbook(caller), explain(standard, book), glossary(standard, book))
    Workbook(caller).patch(caller, plan.edits, plan.afterwards)
    before: Any = udfs.BUDGET_NOTE("八")
    line = next(one.cell[1:] for one in plan.edits if one.value == "八.1")
    Workbook(caller).patch(caller, [CellEdit("情况说明", f"D{line}", "我们自己的话。")])
    heading = before.splitlines()[0]
    assert udfs.BUDGET_NOTE("八") == f"{heading}\n我们自己的话。" != before


def test_checks_are_those_of_validation(caller: Path) -> None:
    spoil(caller)
    report = validate_file(caller)
    frame: Any = udfs.BUDGET_CHECKS()
    assert list(frame.columns) == ["级别", "规则", "表", "位置", "表中数", "应为", "差额", "说明"]
    assert report.findings and report.not_executed
    first = report.findings[0]
    assert list(frame.iloc[0]) == [
        "差错", first.code, first.table, f"{first.sheet} {first.cell}",
        first.printed, first.expected, first.difference, first.message,
    ]  # fmt: skip
    said = [one.message for one in report.findings]
    assert list(frame["说明"]) == said + [one.reason for one in report.not_executed]
    assert set(frame["级别"][len(said) :]) == {"未执行"}


def spoil(path: Path) -> None:
    """A typed total that is wrong."""
    book = read_book(path)
    data = book.blocks["expenditure"]
    cell = data.cell_name(data.row("total"), 0)
    Workbook(path).patch(path, [CellEdit("部门支出总表", cell, Decimal("9295.86"))])


def test_a_table_is_given_with_its_headings(caller: Path, server: Server) -> None:
    for name in (3.0, "表3", "部门支出总表"):
        frame: Any = udfs.BUDGET_TABLE(name)
        assert list(frame.columns)[:4] == ["科目编码", "功能分类科目名称", "合计", "基本支出"]
    assert list(frame.iloc[0])[:3] == ["201", "一般公共服务支出", 5251.36]
    assert list(frame.iloc[-1])[:3] == ["合计", "", 6295.86]
    table: Any = server.call("BUDGET_TABLE", 1.0)
    assert table[0] == [
        "收入/项目", "收入/2024年预算数", "收入/当年预算", "收入/上年结转",
        "支出/项目", "支出/2024年预算数", "支出/当年预算", "支出/上年结转",
    ]  # fmt: skip
    assert table[-1][0] == "收入总计" and table[-1][4] == "支出总计"
    assert {len(line) for line in table} == {8}
    assert "没有名为“九十”的表" in udfs.BUDGET_TABLE("九十")
    assert server.call("BUDGET_TABLE", None) == ""


def test_nothing_found_is_said_and_what_did_not_run(caller: Path, standard: Any) -> None:
    institution = read_folder(INSTITUTION, standard)
    build_workbook(standard, institution, caller, year=institution.year)
    frame: Any = udfs.BUDGET_CHECKS()
    assert list(frame.iloc[0]) == ["通过", *[""] * 6, "没有发现问题。"]
    assert set(frame["级别"][1:]) == {"未执行"}
    spoil(caller)
    frame = udfs.BUDGET_CHECKS()
    assert frame.iloc[0, 0] == "差错", "read anew after saving"


def test_a_file_that_is_no_budget_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "别的.xlsx"
    path.write_bytes(b"nothing")
    monkeypatch.setattr(xw.Book, "caller", lambda: types.SimpleNamespace(fullname=str(path)))
    assert "别的.xlsx" in udfs.BUDGET_CHECKS()
    assert "别的.xlsx" in udfs.BUDGET_NOTE("一")
    assert udfs.BUDGET_WAN(10000) == 1


@pytest.mark.parametrize("fullname", ["https://x.sharepoint.com/a.xlsm", "工作簿1", ""])
def test_a_workbook_that_is_no_file_says_what_to_do(
    fullname: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xw.Book, "caller", lambda: types.SimpleNamespace(fullname=fullname))
    assert "请先保存" in udfs.BUDGET_CHECKS()


# ------------------------------------------------------------ as xlwings calls them on Windows


def test_xlwings_knows_every_function(server: Server) -> None:
    for one in function_helps():
        about = getattr(server.module, one.name).__xlfunc__
        assert [argument["name"] for argument in about["args"]] == list(one.arguments)
        assert about["category"] == "部门预算"
        assert not about["volatile"]
        assert all(argument["options"]["err_to_str"] for argument in about["args"])


def test_values_and_errors_pass_through_xlwings(server: Server, fault_log: Path) -> None:
    column = Cells(((201.0,), ("20103",), (20136.0,)))
    amounts = Cells(((None,), ("1,000.50",), (-2146826246,)))
    assert server.call("BUDGET_SUBTOTAL", "20136", column, amounts) == ""
    assert server.call("BUDGET_SUBTOTAL", 201.0, column, amounts) == "#N/A"
    amounts = Cells(((None,), ("1,000.50",), (0.25,)))
    assert server.call("BUDGET_SUBTOTAL", 201.0, column, amounts) == 1000.75
    assert server.call("BUDGET_TOTAL", column, amounts) == 1000.75
    assert server.call("BUDGET_WAN", "") == ""
    assert server.call("BUDGET_CHANGE", 2.0, 0.0) == "#DIV/0!"
    assert not fault_log.exists()


def test_results_have_the_shape_that_xlwings_gives_them(server: Server) -> None:
    """One row comes in one dimension: the wrappers must know both."""
    third = [0.3333, 0.3333, 0.3333]
    assert server.call("BUDGET_SHARE", Cells(((1.0,), (1.0,), (1.0,))), 3.0) == [
        [one] for one in third
    ]
    assert server.call("BUDGET_SHARE", Cells(((1.0, 1.0, 1.0),)), 3.0) == third
    assert server.call("BUDGET_WAN", Cells(((100.0, 200.0), (300.0, "x")))) == [
        [0.01, 0.02],
        [0.03, "#VALUE!"],
    ]


def test_the_table_of_findings_has_headings_and_no_index(server: Server, caller: Path) -> None:
    spoil(caller)
    table: Any = server.call("BUDGET_CHECKS")
    assert table[0] == ["级别", "规则", "表", "位置", "表中数", "应为", "差额", "说明"]
    assert {len(line) for line in table} == {8}
    assert table[1][0] == "差错"
