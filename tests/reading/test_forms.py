"""Performance forms as lists of values: fields beside their captions, indicators, places."""

from __future__ import annotations

from typing import Any

import pytest

from xlbudget.figures import Unreadable
from xlbudget.findings import Level
from xlbudget.money import WAN, parse_amount
from xlbudget.reading.particulars import read_forms
from xlbudget.sheets.cells import Sheet
from xlbudget.standard.loader import load_standard

TABLE = load_standard("changchun").table("performance")

TARGET: list[list[Any]] = [
    ["项目支出绩效目标表"],
    ["项目名称", "", "平台建设"],
    ["项目级次", "", "二级项目"],
    ["主管部门及编码", "", "某局-103"],
    ["项目资金（万元）", "年度资金总额", 12.5],
    ["项目资金（万元）", "其中：财政拨款", 10.0],
    ["项目资金（万元）", "其他资金", 2.5],
    ["年度绩效目标", "", "完成建设"],
    ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "权重"],
    ["绩效指标", "产出指标", "数量指标", "平台数", "=1个", 40.0],
    ["绩效指标", "效益指标", "", "使用率", "≥90%", 12.5],
]
APPLICATION = [
    ["项目支出绩效目标申报表"],
    ["（2024年度）"],
    ["项目名称", "", "热线"],
    ["主管部门", "", "某局", "", "", "实施单位", "某中心"],
    ["项目属性", "", "延续项目"],
    ["项目实施期", "", ""],
    ["项目资金（万元）", "年度资金总额", 3.0],
    ["项目资金（万元）", "其中：年度财政拨款", 1.0],
    ["项目资金（万元）", "财政拨款结转", 2.0],
    ["项目资金（万元）", "其他资金", ""],
    ["绩效目标", "年度目标", "好"],
    ["绩效目标", "阶段性目标", "更好"],
    [
        "绩效指标",
        "一级指标",
        "二级指标",
        "三级指标",
        "指标解释",
        "年度指标值",
        "阶段性指标值",
        "指标值设定依据",
        "指标完成值来源",
        "分值权重",
    ],
    ["绩效指标", "产出指标", "数量指标", "接听数", "电话", "1万", "1万", "计划", "台账", 50],
]


def read(*lines: Any) -> Any:
    return read_forms(TABLE, Sheet(TABLE.sheet, [["返回目录"], [], *map(list, lines)]))


def amounts(*texts: str) -> Any:
    return tuple(parse_amount(text, WAN) for text in texts)


def changed(form: Any, line: Any, column: Any, value: Any) -> Any:
    lines = [list(one) for one in form]
    lines[line][column] = value
    return lines


def test_both_kinds_of_forms_one_below_the_other() -> None:
    data = read(*TARGET, [], *APPLICATION)
    assert data.findings == ()
    first, second = data.forms
    assert (first.name, first.form, second.name, second.form) == (
        "平台建设",
        "target",
        "热线",
        "application",
    )
    assert first.fields["authority"] == "某局-103"
    assert second.fields["implementer"] == "某中心"
    assert second.fields["stage_goal"] == "更好"
    rows = data.block.rows
    assert [(row.kind, row.key, row.line) for row in rows] == [
        ("form", "平台建设", 3),
        ("form", "热线", 15),
    ]
    # 年度资金总额, 财政拨款, 财政拨款结转, 其他资金
    assert rows[0].cells == amounts("12.5", "10", "", "2.5")
    assert rows[1].cells == amounts("3", "1", "2", "")


def test_every_field_and_indicator_knows_its_place() -> None:
    data = read(*TARGET, [], *APPLICATION)
    row, other = data.block.rows
    assert row.places == ("C7", "C8", "", "C9")
    assert other.places == ("C21", "C22", "C23", "C24")
    first, second = data.forms
    assert (first.places["name"], second.places["implementer"], second.places["period"]) == (
        "C4",
        "G18",
        "C20",
    )
    assert [one.line for one in first.indicators] == [12, 13]
    assert (first.letters["weight"], second.letters["weight"]) == ("F", "J")


def test_indicators_are_texts_and_blank_ones_are_left_out() -> None:
    first, second = read(*TARGET).forms[0].indicators
    assert first.values["weight"] == "40"
    assert second.values == {
        "first": "效益指标",
        "third": "使用率",
        "value": "≥90%",
        "weight": "12.5",
    }


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        (1, 0, "项 目 名 称："),
        (5, 1, "其中:财政拨款"),
        (4, 0, "项目资金(万元)"),
        (8, 4, "指 标 值"),
    ],
)
def test_captions_are_compared_without_spaces_colons_and_widths(
    line: Any, column: Any, value: Any
) -> None:
    data = read(*changed(TARGET, line, column, value))
    assert data.findings == ()
    assert (data.forms, data.block) == (read(*TARGET).forms, read(*TARGET).block)


def test_a_value_may_stand_anywhere_behind_its_caption() -> None:
    data = read(*changed(TARGET, 1, 2, ""), [])
    assert data.forms[0].places["name"] == "C4"
    moved = [list(one) for one in TARGET]
    moved[1] = ["项目名称", "", "", "", "平台建设"]
    assert read(*moved).forms[0].places["name"] == "E4"


def test_a_form_without_a_name_and_one_without_a_line_are_reported() -> None:
    nameless = read(*changed(TARGET, 1, 2, ""))
    assert [(one.level, one.cell) for one in nameless.findings] == [(Level.ERROR, "C4")]
    lines = [line for line in TARGET if line[1:2] != ["其中：财政拨款"]]
    data = read(*lines)
    assert data.block.rows[0].cells[1] is None
    assert data.block.rows[0].places[1] == ""
    assert "其中：财政拨款" in data.findings[0].message


def test_forms_without_their_own_title_begin_with_their_first_caption() -> None:
    data = read(*TARGET, *changed(TARGET, 1, 2, "第二个")[1:])
    assert [form.name for form in data.forms] == ["平台建设", "第二个"]


def test_what_is_no_amount_is_unreadable() -> None:
    data = read(*changed(TARGET, 4, 2, "十二万"))
    assert data.block.rows[0].cells[0] == Unreadable("十二万")


def test_without_forms_there_is_the_statement() -> None:
    data = read(["说明：本单位无项目支出，无项目支出绩效目标。"])
    assert (data.forms, data.block.rows) == ((), ())
    assert data.notes == ("说明：本单位无项目支出，无项目支出绩效目标。",)


def test_an_empty_form_is_no_form() -> None:
    blank = [[*line[:2]] if line[0] != "绩效指标" else line for line in TARGET[:9]]
    assert read(*blank).forms == ()
