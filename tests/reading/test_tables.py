"""A table's sheet as lists of values: rows by label or code, columns by heading, notes below."""

from __future__ import annotations

from typing import Any

import pytest

from reading.small_sheets import STANDARD, amount, keys, read, rows, sheet
from xlbudget.findings import Level
from xlbudget.money import YUAN, parse_amount
from xlbudget.reading.tables import read_table
from xlbudget.sheets.cells import Sheet
from xlbudget.standard.model import Block, Column, RowSpec, Table

# ------------------------------------------------------------------ prescribed rows


def test_prescribed_rows_are_known_by_their_labels_and_classes_by_their_names() -> None:
    data = read(
        "summary",
        sheet(
            "summary",
            ["一、财政拨款收入", 10.0, 9.0, 1.0, "一、一般公共服务支出", 7.0, 6.0, 1.0],
            ["  一般公共预算拨款收入", 10.0, 9.0, 1.0, "二、卫生健康支出", 3.0, 3.0, ""],
            ["本年收入合计", 10.0, 9.0, 1.0, "本年支出合计", 10.0, 9.0, 1.0],
        ),
    )
    assert rows(data, "summary.expense") == [
        ("class", "201", "一般公共服务支出", (amount("7"), amount("6"), amount("1"))),
        ("class", "210", "卫生健康支出", (amount("3"), amount("3"), None)),
        ("fixed", "subtotal", "本年支出合计", (amount("10"), amount("9"), amount("1"))),
    ]
    assert keys(data, "summary.income") == ["fiscal", "general", "subtotal"]
    assert data.findings == ()
    first = data.blocks["summary.expense"].rows[0]
    assert data.blocks["summary.expense"].cell_name(first, 0) == "F6"


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("其中：（1）公务用车维护费", "vehicle_operation"),
        ("其中:(1)公务用车维护费", "vehicle_operation"),
        ("(2) 公务用车购置费", "vehicle_purchase"),
        ("① 因公出国(境)费", "abroad"),
        ("1.因公出国（境） 费", "abroad"),
        ("合　计", "total"),
        ("公务接待费：", "reception"),
    ],
)
def test_labels_are_compared_without_ordinals_spaces_and_widths(printed: Any, key: str) -> None:
    data = read("three_public", sheet("three_public", [printed, 1.0, 1.0, ""]))
    assert keys(data, "three_public") == [key]
    assert data.blocks["three_public"].rows[0].label == printed.strip()


@pytest.mark.parametrize(
    "name",
    ["社会保障和就业支出", "社会保障和就业", "八、社会保障和就业支出", "（二）社会保障和就业"],
)
def test_classes_are_known_with_and_without_the_word_expenditure(name: str) -> None:
    data = read("fiscal", sheet("fiscal", ["", "", "", "", name, 5.0, 5.0, ""]))
    assert keys(data, "fiscal.expense") == ["208"]


FISCAL = [
    ["一、本年收入", 3.0],
    ["一般公共预算拨款", 1.0],
    ["政府性基金预算拨款", 2.0],
    ["二、上年结转", 9.0],
    ["一般公共预算拨款", 4.0],
    ["政府性基金预算拨款", 5.0],
]


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        (
            [0, 1, 2, 3, 4, 5],
            ["subtotal", "general", "fund", "carry", "carry_general", "carry_fund"],
        ),
        (
            [0, 2, 1, 3, 5, 4],
            ["subtotal", "fund", "general", "carry", "carry_fund", "carry_general"],
        ),
        ([0, 3, 4, 5], ["subtotal", "carry", "carry_general", "carry_fund"]),
        (
            [3, 4, 5, 0, 1, 2],
            ["carry", "carry_general", "carry_fund", "subtotal", "general", "fund"],
        ),
    ],
)
def test_a_label_that_occurs_twice_belongs_to_the_row_above_it(order: Any, wanted: Any) -> None:
    body = [[*FISCAL[index], "", "", "", "", "", ""] for index in order]
    assert keys(read("fiscal", sheet("fiscal", *body)), "fiscal.income") == wanted


def test_an_unknown_row_with_an_amount_is_reported_and_left_out() -> None:
    data = read(
        "three_public", sheet("three_public", ["合计", 1.0], ["4、会议费", 1.0], ["合计", 2.0])
    )
    assert keys(data, "three_public") == ["total"]
    unknown, repeated = data.findings
    assert (unknown.code, unknown.level, unknown.cell) == ("unknown_row", Level.ERROR, "A6")
    assert "不认识的行“4、会议费”" in unknown.message
    assert repeated.cell == "A7"
    assert "重复" in repeated.message


def test_an_amount_without_a_label_is_reported() -> None:
    data = read("three_public", sheet("three_public", ["合计", 1.0, "", ""], ["", "", 2.0, ""]))
    assert [(one.level, one.cell) for one in data.findings] == [(Level.ERROR, "C6")]


# ------------------------------------------------------------------ subjects, units, projects


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("20103", "20103"),
        (20103.0, "20103"),
        (201, "201"),
        (" ２０１ 03 ", "20103"),
        ("2019999999", "2019999999"),
    ],
)
def test_codes_are_texts_however_they_were_typed(typed: Any, key: str) -> None:
    data = read("expenditure", sheet("expenditure", [typed, "某科目", 1.0, 1.0, "", "", "", ""]))
    assert rows(data, "expenditure")[0][:3] == ("subject", key, "某科目")


@pytest.mark.parametrize("label", [["合计", ""], ["", "合 计"], ["合计：", ""]])
def test_the_total_stands_in_the_first_or_second_column(label: Any) -> None:
    data = read("expenditure", sheet("expenditure", [*label, 1.0, 1.0, "", "", "", ""]))
    assert rows(data, "expenditure")[0][:2] == ("total", "total")


@pytest.mark.parametrize("label", [["", "行政运行"], ["小计", ""]])
def test_a_subject_row_without_a_code_is_reported(label: Any) -> None:
    data = read("expenditure", sheet("expenditure", [*label, 1.0, 1.0, "", "", "", ""]))
    assert data.blocks["expenditure"].rows == ()
    assert data.findings[0].level is Level.ERROR


def made_up(body: Any, columns: Any, **block: Any) -> Any:
    """A table of another standard."""
    found = tuple(Column(str(index), kind, (label,)) for index, (kind, label) in enumerate(columns))
    amounts = tuple(column.key for column in found if column.kind == "amount")
    one = Block("made", "made", body, found, YUAN, amounts=amounts, **block)
    return Table("made", 1, "另一种表", "另一种表", (one,))


def test_codes_in_several_columns_are_joined_and_numbers_get_their_zeros_back() -> None:
    columns = [("code", "类"), ("code", "款"), ("code", "项"), ("name", "名称"), ("amount", "合计")]
    table = made_up("subject", columns, subjects="functional", total="合计")
    lines = [
        ["类", "款", "项", "名称", "合计"],
        ["201", "03", "01", "行政运行", 1.0],
        [201.0, 3.0, 2.0, "一般行政管理事务", 2.0],
        ["201", "", "", "一般公共服务支出", 3.0],
        ["合计", "", "", "", 3.0],
    ]
    data = read_table(STANDARD, table, Sheet("表", lines), 2024)
    assert keys(data, "made") == ["2010301", "2010302", "201", "total"]
    assert data.blocks["made"].rows[0].cells == (parse_amount("1", YUAN),)


def test_a_prescribed_row_without_label_columns_is_the_first_with_figures() -> None:
    table = made_up(
        "fixed", [("amount", "合计"), ("amount", "因公出国")], rows=(RowSpec("only", "三公"),)
    )
    data = read_table(STANDARD, table, Sheet("表", [["合计", "因公出国"], [3.0, 1.0]]), 2024)
    assert keys(data, "made") == ["only"]


def test_rows_of_units_and_their_total() -> None:
    blank = [""] * 16
    data = read(
        "income",
        sheet("income", ["某局本级", 5.0, *blank], ["某中心", 0.0, *blank], ["合计", 5.0, *blank]),
    )
    assert [(kind, key) for kind, key, *_ in rows(data, "income")] == [
        ("unit", "某局本级"),
        ("unit", "某中心"),
        ("total", "total"),
    ]
    assert data.blocks["income"].rows[1].cells[0] == amount("0")


def test_items_belong_to_the_group_above_or_in_their_own_row() -> None:
    blank = [""] * 8
    data = read(
        "project",
        sheet(
            "project",
            ["专项", "信息化", "", "", 3.0, *blank],
            ["", "", "平台", "某局", 1.0, *blank],
            ["", "", "平台", "某局", 2.0, *blank],
            ["其他", "保障", "会议", "某局", 4.0, *blank],
            ["合计", "", "", "", 7.0, *blank],
        ),
    )
    assert [(row.kind, row.key, row.parent, row.texts) for row in data.blocks["project"].rows] == [
        ("group", "group:信息化", "", ("专项", "")),
        ("item", "平台", "group:信息化", ("", "某局")),
        ("item", "平台", "group:信息化", ("", "某局")),
        ("item", "会议", "group:保障", ("其他", "某局")),
        ("total", "total", "", ()),
    ]
