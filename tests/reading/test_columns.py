"""A table's sheet as lists of values: columns by heading, amounts, notes below the table."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from reading.small_sheets import amount, keys, read, rows, sheet
from xlbudget.figures import Unreadable
from xlbudget.findings import Level

# ------------------------------------------------------------------ columns


def test_columns_may_be_moved_and_others_added() -> None:
    lines = sheet("general", ["201", "一般公共服务支出", 7.0, 5.0, 3.0, 2.0, 2.0])
    moved = [[*line, *[""] * (7 - len(line))] for line in lines]
    moved = [[line[1], "备注", line[0], *line[6:], *line[2:6]] for line in moved]
    data = read("general", moved)
    assert rows(data, "general") == [
        ("subject", "201", "一般公共服务支出", tuple(map(amount, ("7", "5", "3", "2", "2"))))
    ]
    assert data.blocks["general"].letters == ("E", "F", "G", "H", "D")


def test_headings_of_another_year_and_with_other_spaces_are_found() -> None:
    lines = sheet(
        "summary", ["本年收入合计", 1.0, 1.0, "", "本年支出合计", 1.0, 1.0, ""], year=2031
    )
    lines[3] = ["收　　入", "", "", "", "支出", "", "", ""]
    data = read("summary", lines)
    assert data.findings == ()
    assert keys(data, "summary.expense") == ["subtotal"]


def test_blocks_side_by_side_are_told_apart_by_their_order_where_outer_labels_differ() -> None:
    lines = sheet("summary", ["本年收入合计", 1.0, 1.0, "", "本年支出合计", 2.0, 2.0, ""])
    lines[3] = ["资金来源", "", "", "", "资金使用", "", "", ""]
    data = read("summary", lines)
    assert data.findings == ()
    assert data.blocks["summary.expense"].rows[0].cells[0] == amount("2")


def test_a_missing_column_is_reported_and_its_cells_are_blank_and_nowhere() -> None:
    lines = sheet("expenditure", ["201", "一般公共服务支出", 7.0, 5.0, 2.0, "", "", ""])
    lines[3][3] = "基本"
    data = read("expenditure", lines)
    block = data.blocks["expenditure"]
    assert block.rows[0].cells == (amount("7"), None, amount("2"), None, None, None)
    assert [block.cell_name(block.rows[0], index) for index in (0, 1, 2)] == ["C5", "", "E5"]
    (finding,) = data.findings
    assert (finding.code, finding.level, finding.column) == ("unknown_row", Level.ERROR, "基本支出")
    assert "部门支出总表" in finding.message
    assert "找不到栏“基本支出”" in finding.message


def test_a_label_column_with_another_heading_is_the_one_before_the_amounts() -> None:
    lines = sheet("three_public", ["合计", 1.0, 1.0, ""])
    lines[3][0] = "支出项目"
    assert keys(read("three_public", lines), "three_public") == ["total"]


@pytest.mark.parametrize("lines", [[], [["一般公共预算支出表"]], [["甲", "乙"], ["丙", 1.0]]])
def test_without_headings_the_block_is_absent_and_reported(lines: Any) -> None:
    data = read("general", lines)
    assert data.blocks == {}
    assert [(one.code, one.level) for one in data.findings] == [("unknown_row", Level.ERROR)]


def test_a_block_whose_columns_are_all_missing_is_absent() -> None:
    lines = [line[:4] for line in sheet("summary", ["本年收入合计", 1.0, 1.0, ""])]
    data = read("summary", lines)
    assert list(data.blocks) == ["summary.income"]
    assert len(data.findings) == 1


def test_a_line_that_numbers_the_columns_is_no_row() -> None:
    body = [["栏次", "", 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], ["201", "甲", 1.0, 1.0, "", "", "", ""]]
    data = read("expenditure", sheet("expenditure", *body))
    assert keys(data, "expenditure") == ["201"]
    assert data.findings == ()


# ------------------------------------------------------------------ amounts


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("", None),
        (None, None),
        ("  ", None),
        ("-", None),
        ("—", None),
        ("／", None),
        (0.0, amount("0.00")),
        (12, amount("12.00")),
        (0.1 + 0.2, amount("0.30")),
        (5319.8049999, amount("5319.805")),
        ("１，２３４．５", amount("1234.5")),
        ("1,234.50元", amount("0.12345")),
        ("(3.00)", amount("-3")),
        ("待填", Unreadable("待填")),
        ("元", Unreadable("元")),
        ("#REF!", Unreadable("#REF!")),
        (True, Unreadable("TRUE")),
        (float("nan"), Unreadable("nan")),
    ],
)
def test_what_an_amount_cell_holds(value: Any, wanted: Any) -> None:
    data = read("three_public", sheet("three_public", ["合计", value, 1.0, ""]))
    assert data.blocks["three_public"].rows[0].cells[0] == wanted


def test_true_is_no_amount_even_where_a_one_stands_beside_it() -> None:
    data = read("three_public", sheet("three_public", ["合计", 1.0, True, 0.0]))
    assert data.blocks["three_public"].rows[0].cells == (
        amount("1"),
        Unreadable("TRUE"),
        amount("0"),
    )


# ------------------------------------------------------------------ texts that are no rows


def test_texts_below_the_table_are_notes_in_their_order() -> None:
    notes = ["说明：", "1、本年预算数为本级。", "编制日期另定"]
    data = read("three_public", sheet("three_public", ["合计", 1.0], *[[note] for note in notes]))
    assert data.notes == tuple(notes)
    assert data.findings == ()


@pytest.mark.parametrize("key", ["fund", "income", "project", "three_public"])
def test_the_statement_of_an_empty_table_is_a_note(key: str) -> None:
    data = read(key, sheet(key, ["说明：本单位无此项支出。"]))
    assert data.notes == ("说明：本单位无此项支出。",)
    assert all(block.rows == () for block in data.blocks.values())
    assert data.findings == ()


def test_a_text_within_the_table_is_reported_as_a_warning() -> None:
    data = read(
        "three_public", sheet("three_public", ["合计", 1.0], ["另见附件"], ["公务接待费", 1.0])
    )
    assert [(one.level, one.cell) for one in data.findings] == [(Level.WARNING, "A6")]
    assert data.notes == ()


def test_a_text_below_a_table_of_units_is_a_note_and_a_unit_without_figures_above_the_total_is_not() -> (
    None
):
    data = read("income", sheet("income", ["某局"], ["合计", 0.0], ["数字保留两位小数"]))
    assert keys(data, "income") == ["某局", "total"]
    assert data.notes == ("数字保留两位小数",)


def test_blank_lines_are_skipped_and_rows_keep_their_line() -> None:
    data = read(
        "three_public", sheet("three_public", [""], ["合计", 1.0], ["", " "], ["公务接待费", ""])
    )
    assert [row.line for row in data.blocks["three_public"].rows] == [6, 8]
    assert pickle.loads(pickle.dumps(data)) == data
