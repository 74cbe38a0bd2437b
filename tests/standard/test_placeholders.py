"""Names in braces in a standard's texts, and other spellings: filled in what is written, known in what is read."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook

from tiny_standards import filled, write_standard
from xlbudget.authoring.check import check_folder
from xlbudget.checks.named_checks import _denies
from xlbudget.checks.validate import validate
from xlbudget.editing.build import build_workbook
from xlbudget.importing.tables.open import open_tables
from xlbudget.importing.tables.read import read_tables
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import statements
from xlbudget.standard.placeholders import for_book, spellings

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.standard.model import Standard

KIND = {"key": "kind", "label": "文本种类", "kind": "choice", "choices": ["部门", "单位"]}
AREA = {"key": "area", "label": "地区", "kind": "text"}


def _column(key: str, *label: str, **more: object) -> dict[str, Any]:
    return {"key": key, "kind": "amount", "label": list(label), **more}


TABLES: list[dict[str, Any]] = [
    {
        "key": "summary",
        "title": "{year}年{kind}财务收支预算总表",
        "aliases": ["{area}收支概算"],
        "blocks": [
            {
                "body": "fixed",
                "columns": [
                    {"key": "item", "kind": "label", "label": ["{kind}收入", "项目"]},
                    _column("budget", "{kind}收入", "{year}年预算数", aliases=["本年预算"]),
                    _column("last", "{kind}收入", "{last_year}年预算数", aliases=[["上年", "数"]]),
                    _column("more", "{area}安排"),
                ],
                "rows": [
                    {"key": "general", "label": "1. 一般公共预算", "aliases": ["一般公共预算资金"]},
                    {"key": "running", "label": "{year}年{kind}机关运行经费"},
                    {"key": "local", "label": "{area}补助"},
                ],
            }
        ],
    },
    {
        "key": "fund",
        "title": "{kind}政府性基金表",
        "empty_statement": "注：本{kind}{year}年无政府性基金预算支出，故本表为空表。",
        "blocks": [
            {
                "body": "subject",
                "subjects": "functional",
                "room": 10,
                "total": "合计",
                "columns": [
                    {"key": "code", "kind": "code", "label": ["编码"]},
                    {"key": "name", "kind": "name", "label": ["名称"]},
                    _column("total", "合计"),
                ],
            }
        ],
    },
]
RULES = [{"check": "empty_statement"}]


@pytest.fixture
def standard(tmp_path: Path) -> Standard:
    return write_standard(tmp_path / "tiny", TABLES, RULES, fields=[KIND, AREA])


@pytest.mark.parametrize(("kind", "year"), [("单位", 2024), ("部门", 2026)])
def test_a_workbook_says_what_its_book_says(
    standard: Standard, kind: str, year: int, tmp_path: Path
) -> None:
    book = filled(standard, Random(1), year, kind=kind, area="甲区")
    book = book.with_blocks({"fund": book.blocks["fund"]._replace(rows=())})
    path = tmp_path / "工作簿.xlsx"
    build_workbook(standard, book, path, year=year)
    shown = load_workbook(path, data_only=True)
    sheet = shown["财务收支预算总表"]
    assert sheet["A2"].value == f"{year}年{kind}财务收支预算总表"
    assert [cell.value for cell in sheet[5]][1:3] == [f"{year}年预算数", f"{year - 1}年预算数"]
    assert sheet["D4"].value == "甲区安排"
    assert [sheet.cell(line, 1).value for line in (7, 8)] == [
        f"{year}年{kind}机关运行经费",
        "甲区补助",
    ]
    statement = f"注：本{kind}{year}年无政府性基金预算支出，故本表为空表。"
    assert statement in [cell.value for cell in shown["政府性基金表"]["A"]]
    assert load_workbook(path)["财务收支预算总表"]["A2"].value.startswith("=")
    back = read_book(path, standard)
    assert not back.findings
    assert [row.cells for row in back.blocks["summary"].rows] == [
        row.cells for row in book.blocks["summary"].rows
    ]
    said = for_book(standard, back)
    assert said.table("summary").title == f"{year}年{kind}财务收支预算总表"
    assert not validate(said, back).findings


def test_a_statement_of_another_year_or_kind_is_replaced(standard: Standard) -> None:
    book = filled(standard, Random(1), 2025, kind="部门")
    book = book.with_blocks({"fund": book.blocks["fund"]._replace(rows=())})
    held = {"fund": ("注：本单位2024年无政府性基金预算支出，故本表为空表。", "附注")}
    for one in (standard, for_book(standard, book)):
        notes = statements(one, book._replace(notes=held))
        assert notes["fund"] == ("附注", "注：本部门2025年无政府性基金预算支出，故本表为空表。")


@pytest.mark.parametrize(
    "title", ["2026年单位财务收支预算总表", "部门财务收支预算总表", "乙区收支概算"]
)
def test_foreign_tables_are_known_by_other_spellings(
    standard: Standard, title: str, tmp_path: Path
) -> None:
    foreign = Workbook()
    sheet = foreign.active
    sheet.title = "导出"
    for line in (
        [title],
        ["单位：元"],
        ["单位收入", None, "上年", "乙区安排"],
        ["项目", "本年预算", "数", None],
        ["一般公共预算资金", 10.5, 1, 2],
        ["2026年部门机关运行经费", 20, 3, 4],
        ["乙区补助", 30, 5, 6],
    ):
        sheet.append(line)
    for area in ("A1:D1", "A3:B3", "D3:D4"):
        sheet.merge_cells(area)
    foreign.save(tmp_path / "导出.xlsx")
    found = read_tables(open_tables(tmp_path / "导出.xlsx"), standard, 2026)
    rows = found.book.blocks["summary"].rows
    assert [(row.key, [cell and cell.fen for cell in row.cells]) for row in rows] == [
        ("general", [1050, 100, 200]),
        ("running", [2000, 300, 400]),
        ("local", [3000, 500, 600]),
    ]


@pytest.mark.parametrize(
    ("note", "denies"),
    [
        ("本单位2024年无政府性基金预算支出", True),
        ("说明：本单位无政府性基金预算支出。", True),
        ("2、本部门没有国有资本经营预算，附表9为空表。", True),
        ("政府性基金预算2024年度未安排", True),
        ("无结转，政府性基金预算支出12.5万元", False),
        ("政府性基金预算支出见附件", False),
    ],
)
def test_a_year_in_a_statement_is_no_figure(note: str, denies: bool) -> None:
    assert _denies(note) is denies


def test_spellings_are_bounded(standard: Standard) -> None:
    assert spellings("{kind}表", standard.fields) == ("部门表", "单位表")
    assert len(spellings("{kind}" * 20, standard.fields)) == 2
    many = dict.fromkeys("abcdefghij", standard.fields["kind"])
    assert len(spellings("".join(f"{{{key}}}" for key in many), many)) == 1


def test_an_unknown_name_is_told(tmp_path: Path) -> None:
    tables = [TABLES[0] | {"title": "{knid}收支总表"}, TABLES[1]]
    write_standard(tmp_path / "tiny", tables, RULES, fields=[KIND, AREA])
    assert any("{knid}" in one.text for one in check_folder(tmp_path / "tiny"))
