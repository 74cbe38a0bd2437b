"""A workbook follows the variants of its standard that its 基础信息 and its year choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlbudget.authoring.check import check_folder
from xlbudget.checks.validate import validate
from xlbudget.editing.build import build_workbook
from xlbudget.editing.rollover import roll_over
from xlbudget.explaining.explain import explain
from xlbudget.figures import InfoValue
from xlbudget.reading.book import read_book
from xlbudget.standard import layers
from xlbudget.standard.loader import load_standard, own_standard
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

FILES = {
    "standard.toml": 'extends = "cn"\nid = "demo"\nname = "某市部门预算公开"\nregion = "某市"\nyears = [2020, 2030]\n',
    "info.toml": '[[section]]\ntitle = "单位"\nfields = [\n  { key = "standard", default = "demo" },\n'
    '  { key = "report_kind", label = "公开文本种类", kind = "choice", default = "部门", choices = ["部门", "单位"], after = "year" },\n]\n',
    "variants/unit/variant.toml": 'when = { report_kind = "单位" }\n[title]\ncover = "{year}年单位预算"\n',
    "variants/unit/tables/01-summary.toml": 'title = "单位收支总表"\n[[block]]\nkey = "income"\n'
    'rows = [{ key = "superior", label = "上级单位补助收入" }, { key = "subordinate", drop = true }]\n',
    "variants/unit/rules.toml": '[[rule]]\ncode = "F02"\ndrop = true\n[[rule]]\ncode = "F01"\nlevel = "hint"\n',
    "variants/unit/info.toml": '[[section]]\ntitle = "单位"\nfields = [{ key = "authority", label = "上级部门" }]\n',
    "variants/later/variant.toml": "years = [2025, 2030]\n",
    "variants/later/notes/sections.toml": '[[explanation]]\ntemplate = "08-fund.j2"\nheading = "八、{year}年政府性基金情况"\n',
}


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Standard:
    """A city of two kinds of reports and with a change from 2025 on."""
    data = tmp_path / "data"
    for name, text in FILES.items():
        path = data / "demo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (data / "cn").symlink_to(layers.DATA / "cn")
    monkeypatch.setattr(layers, "DATA", data)
    return load_standard("demo")


def built(demo: Standard, example: Book, path: Path, kind: str, year: int) -> Book:
    """The example as a workbook of the city, read again."""
    given = {"standard": InfoValue("demo"), "report_kind": InfoValue(kind)}
    book = example._replace(standard="demo", year=year, info={**example.info, **given})
    book.info["year"] = InfoValue(str(year))
    build_workbook(demo, book, path, year=year)
    return read_book(path)


def heading(standard: Standard, book: Book) -> str:
    (section,) = (one for one in explain(standard, book).sections if one.number == "八")
    return section.paragraphs[0].text


def test_the_kind_of_report_chooses(demo: Standard, example: Book, tmp_path: Path) -> None:
    department = built(demo, example, tmp_path / "部门.xlsx", "部门", 2024)
    plain = own_standard(department)
    assert plain.layers == demo.layers
    assert plain.table("summary").title == "部门收支总表"
    assert "subordinate" in {row.key for row in plain.blocks["summary.income"].rows}
    assert heading(plain, department) == "八、2024年政府性基金预算支出情况"

    unit = built(demo, example, tmp_path / "单位.xlsx", "单位", 2024)
    own = own_standard(unit)
    assert [layer.name for layer in own.layers] == ["unit", "demo", "cn"]
    assert own.table("summary").title == "单位收支总表"
    assert unit.sheets["summary"] == "单位收支总表"
    assert {"F02"} == {rule.code for rule in plain.rules} - {rule.code for rule in own.rules}
    rows = unit.blocks["summary.income"].rows
    assert "上级单位补助收入" in {row.label for row in rows}
    assert "subordinate" not in {row.key for row in rows}
    assert unit.info["authority"].cell == department.info["authority"].cell
    assert not [one for one in validate(own, unit).findings if one.level == "error"]
    assert own.id == unit.standard == "demo"


def test_a_workbook_whose_kind_was_changed_is_still_read(
    demo: Standard, example: Book, tmp_path: Path
) -> None:
    path = tmp_path / "部门.xlsx"
    built(demo, example, path, "部门", 2024)
    from xlbudget.xlsx.cells import CellEdit  # noqa: PLC0415

    cell = read_book(path).info["report_kind"].cell
    source = Workbook(path)
    source.patch(path, [CellEdit("基础信息", cell, "单位")])
    changed = read_book(path)
    assert own_standard(changed).table("summary").title == "单位收支总表"
    assert changed.sheets["summary"] == "部门收支总表"
    assert changed.blocks["summary.expense"] == read_book(Workbook(path)).blocks["summary.expense"]
    assert changed.blocks["summary.expense"].rows


def test_the_year_chooses_and_rolling_over_follows(
    demo: Standard, example: Book, tmp_path: Path
) -> None:
    path = tmp_path / "今年.xlsx"
    built(demo, example, path, "单位", 2024)
    roll_over(path, tmp_path / "下年.xlsx")
    later = read_book(tmp_path / "下年.xlsx")
    own = own_standard(later)
    assert [layer.name for layer in own.layers] == ["later", "unit", "demo", "cn"]
    assert heading(own, later) == "八、2025年政府性基金情况"


def test_the_folder_is_clean(demo: Standard) -> None:
    assert [str(one) for one in check_folder(demo.layers[0])] == []
