"""The shipped standard is consistent, complete, and says where its rules come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from own_standards import changed, copied
from xlbudget.authoring.check import check_folder
from xlbudget.checks.validate import check_names
from xlbudget.errors import StandardError
from xlbudget.standard.catalogue import catalogue_markdown, catalogue_text
from xlbudget.standard.loader import (
    load_folder,
    load_standard,
    parse_equation,
    read_subjects,
    with_subject_files,
    with_subjects,
)
from xlbudget.standard.model import Subject

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.standard.model import Standard

TITLES = [
    "部门收支总表",
    "部门收入总表",
    "部门支出总表",
    "财政拨款收支总表",
    "一般公共预算支出表",
    "一般公共预算基本支出表",
    "一般公共预算“三公”经费支出表",
    "政府性基金预算支出表",
    "国有资本经营预算支出表",
    "项目支出表",
    "项目支出绩效目标表",
]


def test_the_eleven_tables_stand_in_their_order(standard: Standard) -> None:
    assert [table.title for table in standard.tables] == TITLES
    assert [table.number for table in standard.tables] == list(range(1, 12))


def test_the_catalogue_names_every_rule_once_with_its_source(standard: Standard) -> None:
    text, table = catalogue_text(standard), catalogue_markdown(standard)
    for rule in standard.rules:
        assert text.count(f"\n{rule.code}［") == 1
        assert f"| {rule.code} |" in table
        assert rule.title and rule.source


def test_every_named_check_is_used_by_a_rule(standard: Standard) -> None:
    assert {rule.check for rule in standard.rules if rule.check} == check_names()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "rules.toml",
            "summary.income[each].current",
            "summary.incme[each].current",
            "没有表块 summary.incme",
        ),
        ("rules.toml", 'income[total].general"', 'income[total].genral"', "没有金额栏 genral"),
        ("rules.toml", 'check = "weight_sum"', 'check = "weight_sun"', "检查“weight_sun”不存在"),
        ("rules.toml", 'code = "A02"', 'code = "A01"', "规则编号 A01 重复"),
        ("rules.toml", 'when = "all_fiscal"', 'when = "all_fisca"', "条件“all_fisca”不存在"),
        ("tables/05-general.toml", 'kind = "amount"', 'kind = "amout"', "05-general.toml"),
        ("standard.toml", "project[total].own", "project[total].owm", "没有金额栏 owm"),
        ("standard.toml", "three_public[abroad].", "three_public[abroat].", "没有行 abroat"),
        (
            "standard.toml",
            "info[prior_abroad].",
            "info[prior_abroat].",
            "没有基础信息 prior_abroat",
        ),
        ("standard.toml", "basic[each:class].total", "basic[each:leaf].total", "不能成图"),
        ("standard.toml", "basic[each:class].total", "basic[total].total", "应是若干行"),
        ("standard.toml", 'kind = "column"', 'kind = "pie"', "pie 只能有一个系列"),
        ("standard.toml", 'kind = "column"', 'kind = "columns"', "“kind”写的是“columns”"),
        ("standard.toml", ', "公务用车购置费"]', "]", "names 应与 cells 一一对应"),
        ("standard.toml", ', "{last_year}年预算数"]', "]", "series 应为每个系列一个名称"),
        ("standard.toml", 'key = "three_public"', 'key = "economic"', "图 economic 的键重复"),
        (
            "ledger.toml",
            'funding = ["单位资金"]',
            'funding = ["单位经费"]',
            "funding 没有“单位经费”",
        ),
        ("ledger.toml", 'economic = ["30212"]', 'economic = ["3021"]', "economic 没有“3021”"),
        ("ledger.toml", "carry_own = {", "carry_mine = {", "表块 income 没有金额栏 carry_mine"),
        ("ledger.toml", 'block = "capital"', 'block = "capitol"', "没有表块 capitol"),
        ("ledger.toml", '"对附属单位补助支出"] }', '"对附属单位补助"] }', "不是 category 的选项"),
        ("ledger.toml", 'key = "application"', 'key = "applications"', "form 应与表式一一对应"),
        (
            "ledger.toml",
            "zero = true",
            'only = { fund_year = ["当年预算"] }',
            "最后一种 form 不应有 only",
        ),
        ("ledger.toml", 'kind = "level2"', 'kind = "text"', "应恰有一栏的 kind 是 level2"),
        (
            "ledger.toml",
            'field = "ledger_unit"',
            'field = "ledger_units"',
            "没有基础信息 ledger_units",
        ),
    ],
)
def test_a_slip_in_a_standard_is_named(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = copied(tmp_path)
    changed(folder, file, old, new)
    assert any(said in str(problem) for problem in check_folder(folder))


@pytest.mark.parametrize("bars", ["kinds", "nowhere"])
def test_the_picture_needs_a_chart_of_rows(tmp_path: Path, bars: str) -> None:
    folder = copied(tmp_path)
    changed(folder, "standard.toml", 'bars = "classes"', f'bars = "{bars}"')
    with pytest.raises(StandardError, match="支出结构图的 bars"):
        load_folder(folder)


@pytest.mark.parametrize(
    "entry", ["a[b].c", "a[b.c = d[e].f", {"is": "a[b].c = d[e].f", "wenn": "x"}]
)
def test_an_unreadable_equation_is_refused(entry: object) -> None:
    with pytest.raises(StandardError, match="规则"):
        parse_equation(entry)


def test_an_unknown_standard_names_those_that_exist() -> None:
    with pytest.raises(StandardError, match="changchun"):
        load_standard("nowhere")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StandardError, match=r"standard\.toml"):
        load_folder(tmp_path)


def test_subjects_are_valid_in_their_years(standard: Standard) -> None:
    lists = with_subjects(
        standard, {"functional": [Subject("2019901", "旧科目", 2020, 2023)]}
    ).subjects
    assert lists["functional"].find("2019901", 2023).name == "旧科目"
    assert lists["functional"].find("2019901", 2024) is None
    assert lists["economic"].find("30101", 2024).name == "基本工资"
    assert lists["economic"].find("30101", 2017) is None


def test_the_users_own_list_extends_and_replaces(standard: Standard, tmp_path: Path) -> None:
    path = tmp_path / "本地科目.csv"
    path.write_text(
        "科目编码,科目名称,启用年度\n2010399,本地名称,2024\n2019999,新科目,\n", encoding="utf-8-sig"
    )
    functional = with_subject_files(standard, [("functional", path)]).subjects["functional"]
    assert functional.find("2010399", 2024).name == "本地名称"
    assert functional.find("2010399", 2023) is None
    assert functional.find("2019999", 2030).name == "新科目"
    assert len(functional.subjects) == len(standard.subjects["functional"].subjects) + 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("名称\n甲\n", "科目编码"),
        ("科目编码,科目名称\nabc,甲\n", "第2行"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_an_unusable_subject_list_is_refused(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    path = tmp_path / "科目.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StandardError, match=said):
        read_subjects(path)
