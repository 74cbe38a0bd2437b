"""A standard proposed from a published document: a fourth city's, of ten tables and a form of its own."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from xlbudget.authoring.check import check_folder
from xlbudget.authoring.making import new_standard
from xlbudget.authoring.overlaying import pairs
from xlbudget.authoring.proposing import Proposal, Unproposed, dated, money_unit, proposals
from xlbudget.errors import StandardError
from xlbudget.findings import Level, Report
from xlbudget.importing.published.document import read_source
from xlbudget.importing.published.validate import validate_published
from xlbudget.standard.loader import load_folder
from xlbudget.toml import read_toml

PAPER = Path(__file__).parent / "material" / "fourth-city.txt"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("standards") / "qinglan"
    for name, text in new_standard("qinglan", "cn", 2031, PAPER).files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def judged(city: Path, tmp_path: Path, before: str = "", after: str = "") -> Report:
    path = tmp_path / "公开.txt"
    text = PAPER.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1) if before else text, "utf-8")
    return validate_published(path, load_folder(city))


def errors(report: Report) -> list[str]:
    return [one.code for one in report.findings if one.level is Level.ERROR]


def test_what_is_proposed_is_without_mistakes_and_reads_its_own_document(
    city: Path, tmp_path: Path
) -> None:
    assert [str(one) for one in check_folder(city)] == []
    report = judged(city, tmp_path)
    assert errors(report) == []
    assert not [one for one in report.not_read if "个数" in one.reason]
    main = read_toml(city / "standard.toml", "标准", StandardError)
    assert (main["years"][0], main["template_year"], len(main["tables"])) == (2025, 2025, 10)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "档案数字化\t服务\t公开招标\t1\t20.00\t20.00",
            "档案数字化\t服务\t公开招标\t1\t20.00\t2.00",
        ),
        ("二、车辆\t辆\t2\t36.00", "二、车辆\t辆\t2\t63.00"),
        ("合计\t7.00\t6.50\t-0.50", "合计\t7.00\t6.50\t-0.60"),
        ("本年收入合计\t623.48", "本年收入合计\t632.48"),
        (
            "207\t文化旅游体育与传媒支出\t503.48\t343.48",
            "207\t文化旅游体育与传媒支出\t503.48\t348.48",
        ),
    ],
)
def test_mistakes_in_that_document_are_told(
    city: Path, tmp_path: Path, before: str, after: str
) -> None:
    assert errors(judged(city, tmp_path, before, after))


def test_what_a_base_has_keeps_its_keys(city: Path) -> None:
    standard = load_folder(city)
    public = standard.blocks["three_public"]
    assert [column.key for column in public.columns][1:3] == ["c2", "budget"]
    assert public.rowsums == ("c4 = budget - c2",)
    assert public.sums == ("total = abroad + reception + r4", "r4 = vehicle_purchase + r6")
    assert standard.blocks["summary.expense"].sums == (
        "subtotal = all:class",
        "total = subtotal + next_year",
    )
    assert standard.blocks["expenditure"].rowsums == ("total = personnel + public + project",)
    assert standard.blocks["income"].body == "subject"
    bought = standard.blocks["table9"]
    assert (bought.body, bought.listed, bought.of_units) == ("unit", True, False)
    assert [column.kind for column in bought.columns][:4] == ["label", "text", "text", "text"]


def test_the_document_s_parts_and_sections_are_proposed(city: Path) -> None:
    made = read_toml(city / "disclosure.toml", "标准", StandardError)
    assert [one.get("holds") for one in made["part"]] == [
        None,
        "profile",
        "explanation",
        "glossary",
        "tables",
    ]
    sections = read_toml(city / "notes/sections.toml", "标准", StandardError)["explanation"]
    assert [one["number"] for one in sections[1:]] == [*"一二三四六七", "本七", "本八", "本九"]
    drafted = (city / "notes/01-summary.j2").read_text("utf-8")
    assert "2025年收入总计623.48万元" in drafted
    assert "【待填：收支预算总体情况说明】" in drafted


def test_a_form_is_left_out_and_said() -> None:
    found = proposals(read_source(PAPER).elements, (), 2025)
    assert [one.title for one in found if isinstance(one, Unproposed)] == ["部门整体支出绩效目标表"]
    assert len([one for one in found if isinstance(one, Proposal)]) == 10
    made = new_standard("qinglan", "cn", 2031, PAPER)
    assert any("部门整体支出绩效目标表" in one and "[[form]]" in one for one in made.said)


def test_years_are_named_as_they_stand_to_the_budget_s() -> None:
    assert (
        dated("2024年预算、2025年预算、2019年起", 2025)
        == "{last_year}年预算、{year}年预算、2019年起"
    )


def test_a_title_is_the_base_s_where_it_says_the_same() -> None:
    theirs = ["部门收支总表", "财政拨款收支总表", "一般公共预算“三公”经费支出表", "项目支出表"]
    ours = [
        "财政拨款收支预算总表",
        "“三公”经费支出预算表",
        "部门收支预算总表",
        "国有资产占用情况表",
    ]
    assert pairs(ours, theirs) == {0: 1, 1: 2, 2: 0}


def test_what_stands_on_another_base_is_toml_too() -> None:
    """The base's sections are chosen by a field of 基础信息: a table in a table."""
    made = new_standard("qinglan", "shanghai", 2031, PAPER)
    held = {
        name: tomllib.loads(text) for name, text in made.files.items() if name.endswith(".toml")
    }
    assert held["standard.toml"]["unit"] == "万元"
    assert money_unit(read_source(PAPER).elements) == "万元"


PROJECTS = """<p>表1 2026年项目支出表</p><p>单位：万元</p>
<table><tr><th>类型</th><th colspan=2>项目名称</th><th>项目单位</th><th>合计</th><th>单位资金</th></tr>
<tr><th></th><th>一级项目</th><th>二级项目</th><th></th><th></th><th></th></tr>
<tr><td></td><td>合计</td><td></td><td></td><td>3.00</td><td>3.00</td></tr>
<tr><td>运转类</td><td>档案</td><td>数字化</td><td>档案馆</td><td>3.00</td><td>3.00</td></tr></table>
<p>表2 2026年项目支出绩效目标申报表</p><p>（2026年度）</p>
<table><tr><td>项目名称</td><td>数字化</td></tr><tr><td>一级指标</td><td>指标值</td></tr></table>"""


def test_projects_and_their_forms_are_the_base_s(tmp_path: Path) -> None:
    path = tmp_path / "公开.html"
    path.write_text(f"<html><body>{PROJECTS}</body></html>", "utf-8")
    (found, form) = proposals(read_source(path).elements)
    assert isinstance(found, Proposal)
    (block,) = found.blocks
    assert (block.body, block.tree) == ("project", True)
    assert [one.kind for one in block.columns] == [
        *("text", "level1", "level2", "text", "amount", "amount"),
    ]
    assert isinstance(form, Unproposed)
    made = new_standard("mycity", "cn", 2031, path)
    assert tomllib.loads(made.files["standard.toml"])["tables"] == ["10-project", "11-performance"]
