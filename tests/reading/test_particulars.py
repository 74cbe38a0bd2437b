"""基础信息 and 部门概况 as lists of values."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from xlbudget.figures import InfoValue, Office, Unreadable
from xlbudget.money import COUNT, WAN, Amount, parse_amount
from xlbudget.reading.particulars import heading_year, read_info, read_profile, standard_of, year_of
from xlbudget.standard.loader import load_standard

STANDARD = load_standard("changchun")


def info(*lines: Any) -> Any:
    head = [["返回目录"], ["基础信息"], ["项目", "内容", "单位", "填写说明"]]
    return read_info(STANDARD, [*head, *map(list, lines)])


@pytest.mark.parametrize(
    ("label", "value", "key", "wanted"),
    [
        ("单位名称", " 某局 ", "unit_name", "某局"),
        ("单位名称：", "某局", "unit_name", "某局"),
        ("*单位名称", "某局", "unit_name", "某局"),
        ("预算年度", 2024.0, "year", "2024"),
        ("公开日期", date(2024, 2, 27), "issued", "2024-02-27"),
        ("公开日期", datetime(2024, 2, 27, 8, 30), "issued", "2024-02-27"),  # noqa: DTZ001
        ("公开日期", "2024年2月27日", "issued", "2024年2月27日"),
        ("主管部门及编码", 103.0, "authority", "103"),
        ("上年收支总额", 5319.8, "prior_total", parse_amount("5319.80", WAN)),
        ("上年收支总额", "5,319.80万元", "prior_total", parse_amount("5319.80", WAN)),
        ("上年收支总额", "", "prior_total", None),
        ("上年收支总额", "约五千", "prior_total", Unreadable("约五千")),
        ('上年"三公"经费', 1.0, "prior_three_public", parse_amount("1", WAN)),
        ("在职人员", 130.0, "staff_active", Amount(130, COUNT, 0)),
        ("在职人员", "130人", "staff_active", Amount(130, COUNT, 0)),
        ("在职人员", "１３０", "staff_active", Amount(130, COUNT, 0)),
        ("在职人员", 130.5, "staff_active", Unreadable("130.5")),
        ("在职人员", "若干", "staff_active", Unreadable("若干")),
        ("在职人员", "130元", "staff_active", Unreadable("130元")),
        ("车辆合计", 0.0, "vehicles_total", Amount(0, COUNT, 0)),
    ],
)
def test_fields_are_found_by_their_labels(label: Any, value: Any, key: str, wanted: Any) -> None:
    data = info(["单位"], [label, value, "人"])
    assert data.info == {key: InfoValue(wanted, "B5")}


def test_lists_are_found_by_their_titles() -> None:
    data = info(
        ["单位"],
        ["单位名称", "某局"],
        ["各类支出主要用途"],
        ["类级科目名称", "主要用于"],
        ["一般公共服务支出", "保障运转"],
        ["", ""],
        ["单位名称", "不是字段"],
        ["科目名词解释"],
        ["科目编码", "指……的支出"],
        [2010301.0, "行政单位基本支出"],
        ["人员"],
        ["在职人员", 3.0],
    )
    assert data.keyed == {
        "purpose": {"一般公共服务支出": "保障运转", "单位名称": "不是字段"},
        "gloss": {"2010301": "行政单位基本支出"},
    }
    assert set(data.info) == {"unit_name", "staff_active"}


def test_the_standard_and_the_year_that_a_workbook_names() -> None:
    assert standard_of([["基础信息"], ["适用标准：", " changchun "]]) == InfoValue(
        "changchun", "B2"
    )
    assert standard_of([["基础信息"]]).value == ""
    assert [year_of(text) for text in ("2024", "２０２５年", "", "去年")] == [2024, 2025, 0, 0]
    assert heading_year([[["收 入"]], [["表"], ["项目", "2026年预算数"]]]) == 2026
    assert heading_year([[["项目", "预算数"]]]) == 0


def test_the_profile_by_its_first_column() -> None:
    profile = read_profile(
        [
            ["返回目录"],
            ["部门概况"],
            ["栏目", "名称", "内容"],
            ["主要职能", "", "起草文件。"],
            ["", "", "办理公文。"],
            ["机构说明", "", "机关党委按规定设置。"],
            ["机构设置", "秘书处", "会务。"],
            ["机构设置", "综合处", ""],
            ["预算单位", "某局本级", ""],
            ["预算单位", "", ""],
        ]
    )
    assert profile.duties == ("起草文件。", "办理公文。")
    assert profile.remark == "机关党委按规定设置。"
    assert profile.offices == (Office("秘书处", "会务。"), Office("综合处", ""))
    assert profile.units == ("某局本级",)
