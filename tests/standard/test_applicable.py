"""What the national base says of what a region does not have falls away; what a region says itself does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from xlbudget.authoring.check import check_folder
from xlbudget.checks.validate import validate
from xlbudget.cli.run import run
from xlbudget.reading.book import read_book
from xlbudget.standard import layers
from xlbudget.standard.layers import layers_of, standard_file, standard_files
from xlbudget.standard.loader import load_folder, load_standard

if TYPE_CHECKING:
    from pathlib import Path

STANDARD = """extends = "cn"
id = "demo"
name = "某市部门预算公开"
region = "某市"
years = [2024, 2030]
tables = ["01-summary", "02-income", "03-expenditure", "04-fiscal", "05-general", "06-basic", "07-three-public", "09-capital"]
"""
INFO = """[[section]]
title = "单位"
fields = [{ key = "standard", default = "demo" }]
[[section]]
title = "增减原因"
fields = [{ key = "reason_fund", drop = true }]
"""
THREE_PUBLIC = """[[block]]
columns = [{ key = "current", drop = true }, { key = "carryover", drop = true }]
"""


@pytest.fixture
def region(tmp_path: Path) -> Path:
    """A region without funds and projects, and with one column of the three public expenses."""
    folder = tmp_path / "demo"
    (folder / "tables").mkdir(parents=True)
    (folder / "notes").mkdir()
    (folder / "standard.toml").write_text(STANDARD, "utf-8")
    (folder / "info.toml").write_text(INFO, "utf-8")
    (folder / "tables" / "07-three-public.toml").write_text(THREE_PUBLIC, "utf-8")
    return folder


def test_nothing_is_left_that_names_what_is_not_there(region: Path) -> None:
    files = standard_files(layers_of(region))
    text = json.dumps([files[name] for name in ("rules", "standard", "notes/facts", "ledger")])
    for gone in ("project[", "performance[", " fund[", "three_public[total].current", "_fund_"):
        assert gone not in text
    assert "three_public[total].budget" in text
    ledger = files["ledger"]
    assert {"project", "fund"} & {post["block"] for post in ledger["post"]} == set()
    assert "project" not in ledger
    figures = {name for group in files["notes/facts"].values() if isinstance(group, dict) for name in group}  # fmt: skip
    heads = files["notes/readings"]["head"]
    assert {head["figure"] for head in heads} - {""} <= figures
    assert {"three_public", "capital"} <= {head["figure"] for head in heads}
    assert "fund" not in {head["figure"] for head in heads}
    chart = {one["key"]: one for one in files["standard"]["chart"]}
    assert len(chart["three_public"]["cells"]) == 4
    # Only the templates still speak of it: they are the region's to write.
    assert [one for one in map(str, check_folder(region)) if ".j2" not in one] == []


def test_lists_that_belong_together_lose_the_same_entries(region: Path) -> None:
    (region / "tables" / "03-expenditure.toml").write_text(
        '[[block]]\ncolumns = [{ key = "operating", drop = true }, { key = "remitted", drop = true }]\n',
        "utf-8",
    )
    files = standard_files(layers_of(region))
    kinds = next(one for one in files["standard"]["chart"] if one["key"] == "kinds")
    (block,) = files["tables/03-expenditure"]["block"]
    assert block["rowsums"] == ["total = basic + project + subsidy"]
    cells = [cell.rpartition(".")[2] for cell in kinds["cells"]]
    assert cells == ["basic", "project", "subsidy"]
    items = files["notes/facts"]["list"]["spending_kinds"]["items"]
    assert [item["key"] for item in items] == ["basic", "project", "subsidy"]
    (transfer,) = files["standard"]["transfer"]
    assert transfer["title"] == "上级补助"


def test_a_condition_on_cells_that_are_not_there_holds(region: Path) -> None:
    for table, block, key in (
        ("01-summary", "expense", "next_year"),
        ("04-fiscal", "expense", "next_year"),
    ):
        (region / "tables" / f"{table}.toml").write_text(
            f'[[block]]\nkey = "{block}"\nrows = [{{ key = "{key}", drop = true }}]\n', "utf-8"
        )
    files = standard_files(layers_of(region))
    assert "no_next_year" not in files["standard"]["condition"]
    text = json.dumps(files["rules"])
    assert '"when": "no_next_year"' not in text
    assert "[next_year]" not in text
    block = files["tables/01-summary"]["block"][1]
    assert block["sums"] == ["subtotal = all:class", "total = subtotal"]


def test_checks_without_what_they_look_at_are_gone(region: Path) -> None:
    """No ledger, no forms, no texts of a section: their rules need not be dropped."""

    def codes() -> set[str]:
        rules = standard_file(layers_of(region), "rules")
        assert rules is not None
        return {rule["code"] for rule in rules["rule"]}

    usual = codes()
    assert usual >= {"L01", "L14", "C02"}
    assert usual.isdisjoint({"A14b", "A14c", "B14"})  # it has no forms
    (region / "ledger.toml").write_text("drop = true\n", "utf-8")
    assert usual - codes() >= {"L01", "L14"}
    (region / "notes" / "readings.toml").write_text('[rules]\n"二" = "C01"\n', "utf-8")
    assert "C02" not in codes()
    assert "C03" in codes()


def test_a_mistake_of_the_region_itself_is_told(region: Path) -> None:
    (region / "rules.toml").write_text(
        '[[rule]]\ncode = "Z01"\ntitle = "甲"\nsource = "乙"\nequations = ["project[total].total = general[total].project"]\n',
        "utf-8",
    )
    assert any("Z01" in str(one) and "project" in str(one) for one in check_folder(region))


def test_sections_that_mean_something_else_are_not_read_by_the_bases_grammar(region: Path) -> None:
    def heads() -> set[str]:
        readings = standard_file(layers_of(region), "notes/readings")
        assert readings is not None
        return {head["section"] for head in readings["head"]}

    assert {"一", "七", "人员"} <= heads()
    (region / "notes" / "sections.toml").write_text(
        '[[explanation]]\ndrop = true\n[[explanation]]\nnumber = "一"\ntemplate = "mine.j2"\n'
        '[[explanation]]\nnumber = "七"\nheading = "三公"\ntemplate = "07-three-public.j2"\n',
        "utf-8",
    )
    assert heads() == {"七", "人员"}


def test_a_workbook_of_the_region(
    region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data: Any = tmp_path / "data"
    data.mkdir()
    (data / "cn").symlink_to(layers.DATA / "cn")
    region.rename(data / "demo")
    monkeypatch.setattr(layers, "DATA", data)
    standard = load_folder(data / "demo")
    book = tmp_path / "某局.xlsx"
    assert run(["new", str(book), "--standard", "demo", "--year", "2026", "-q"]) == 0
    read = read_book(book)
    assert (read.standard, sorted(read.blocks)) == ("demo", sorted(standard.blocks))
    assert not validate(standard, read).findings or read.year == 2026


def test_a_ledger_without_a_column_or_a_choice(tmp_path: Path) -> None:
    """Conditions on it go: a column that every line has counts as its first choice, of another no line has anything."""
    folder = tmp_path / "linjiang"
    folder.mkdir()
    main = 'extends = "changchun"\nid = "linjiang"\nname = "临江市"\nregion = "临江市"\n'
    (folder / "standard.toml").write_text(main, "utf-8")
    (folder / "ledger.toml").write_text(
        'column = [\n  { key = "fund_year", drop = true },\n  { key = "procurement", drop = true },\n'
        '  { key = "category", choices = ["人员经费", "公用经费", "项目支出", "结转下年"] },\n]\n',
        "utf-8",
    )
    usual, ledger = load_standard("changchun").ledger, load_standard(str(folder)).ledger
    assert usual is not None
    assert ledger is not None
    assert (usual.carry is not None, ledger.carry) == (True, None)
    assert (len(usual.info), dict(ledger.info)) == (4, {})
    assert "其他支出" not in ledger.kinds["nature"].classes.values()
    summary, old = ledger.postings["summary.income"], usual.postings["summary.income"]
    assert dict(summary.columns) == {"budget": {}, "current": {}}
    assert set(old.columns) == {"budget", "current", "carryover"}
    assert "operating" not in ledger.postings["expenditure"].columns
    assert ledger.export.across == ("source",)
    spent = [key for key, one in ledger.kinds.items() if "结转下年" in one.classes.values()]
    assert spent == ["spent"]
