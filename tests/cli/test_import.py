"""``xlbudget import``: the preview, the question, what is written and what is not."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from exported_tables import Shape, write
from xlbudget.reading.book import read_book
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

EXPENDITURE = "部门支出总表"


@pytest.fixture
def tables(standard: Standard, example: Book, folder: Path) -> Path:
    return write(folder / "导出 的表.xlsx", standard, example, Shape())


def test_a_new_workbook_from_exported_tables(
    cli: Callable, folder: Path, tables: Path, example: Book
) -> None:
    made = folder / "新 建.xlsm"
    ended = cli("import", tables, "-w", made, "--yes")
    assert ended.status == 0, ended
    assert "部门支出总表：新填37格" in ended.out and f"已新建“{made}”（2024年度）" in ended.out
    got = read_book(made)
    for key, data in example.blocks.items():
        assert [(row.key, row.cells) for row in got.blocks[key].rows] == [
            (row.key, row.cells) for row in data.rows
        ], key
    assert cli("validate", made).status in (0, 1)


def test_without_anybody_to_ask_blanks_are_filled_and_nothing_is_replaced(
    cli: Callable, tables: Path, book: Path
) -> None:
    Workbook(book).patch(
        book, [CellEdit(EXPENDITURE, "D7", None), CellEdit(EXPENDITURE, "E8", Decimal(5))]
    )
    held = book.read_bytes()
    ended = cli("import", tables, book)
    assert ended.status == 1 and "新填1格" in ended.out and "保留了原数" in ended.out
    rows = read_book(book).blocks["expenditure"]
    assert rows.row("2010301").cells[1].text == "2,315.10"
    assert rows.row("2010302").cells[2].text == "5.00"
    assert [one.read_bytes() for one in book.parent.glob("某 部门 预算.备份1-*.xlsm")] == [held]


def test_the_workbook_stands_last_or_is_named(cli: Callable, tables: Path, folder: Path) -> None:
    made = folder / "最后 一个.xlsm"
    assert f"已新建“{made}”" in cli("import", tables, made).out
    assert "没有写明导入到哪个工作簿" in cli("import", tables).sentence()
    assert "没有写明导入到哪个工作簿" in cli("import", made).sentence()
    assert "没有写明导入到哪个工作簿" in cli("import", tables, tables).sentence()


def test_the_question(
    cli: Callable, tables: Path, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Workbook(book).patch(book, [CellEdit(EXPENDITURE, "D7", None)])
    held = book.read_bytes()

    class Asked:
        def __init__(self, answer: str) -> None:
            self.answer = answer

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return self.answer

    monkeypatch.setattr(sys, "stdin", Asked("n\n"))
    assert "没有写入。" in cli("import", tables, "-w", book).out
    assert book.read_bytes() == held
    monkeypatch.setattr(sys, "stdin", Asked("y\n"))
    ended = cli("import", tables, "-w", book)
    assert "已导入" in ended.out and "备份" in ended.out
    assert [one.read_bytes() for one in book.parent.glob("某 部门 预算.备份1-*.xlsm")] == [held]
    row = read_book(book).blocks["expenditure"].row("2010301")
    assert row.cells[1].text == "2,315.10"


def test_preview_writes_nothing(cli: Callable, folder: Path, tables: Path) -> None:
    made = folder / "没有.xlsm"
    ended = cli("import", tables, "-w", made, "--preview")
    assert "以上是预览，没有新建" in ended.out and not made.exists()


def test_conflicts_are_kept_and_give_status_1(cli: Callable, tables: Path, book: Path) -> None:
    Workbook(book).patch(book, [CellEdit(EXPENDITURE, "D7", Decimal(5))])
    ended = cli("import", tables, "-w", book, "--yes")
    assert ended.status == 1
    assert "工作簿里是 5.00，来源是 2,315.10，没有改动" in ended.out
    assert read_book(book).blocks["expenditure"].row("2010301").cells[1].text == "5.00"
    ended = cli("import", tables, "-w", book, "--yes", "--overwrite")
    assert ended.status == 0 and "由 5.00 改为 2,315.10" in ended.out
    assert read_book(book).blocks["expenditure"].row("2010301").cells[1].text == "2,315.10"


def test_unmapped_things_are_listed(
    cli: Callable, folder: Path, standard: Standard, example: Book
) -> None:
    path = write(
        folder / "多.xlsx", standard, example, replace(Shape(), after=("备注",), foot="填表人：")
    )
    ended = cli("import", path, "-w", folder / "新.xlsm", "--preview")
    assert re.search("没有导入或需要核对的[0-9]+项：", ended.out)
    assert "多出的栏没有导入：“备注”" in ended.out
    assert (
        "填表人" not in ended.out
    )  # below the table stands who made it: nothing of that is an amount


UNUSABLE = {
    "nothing": ([], "没有写明导入什么"),
    "missing": (["不在.xlsx"], "找不到“"),
    "unknown": (["照片.jpg"], "不认识“照片.jpg”的格式"),
    "word": (["文档.doc"], "另存为 .docx"),
    "csv": (["表.csv"], "写上规定的标题"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_sources(name: str, cli: Callable, folder: Path, book: Path) -> None:
    sources, said = UNUSABLE[name]
    for one in sources:
        if not one.startswith("不在"):
            (folder / one).write_bytes(b"x")
    before = book.read_bytes()
    ended = cli("import", *[folder / one for one in sources], "-w", book, "--yes")
    assert said in ended.sentence()
    assert book.read_bytes() == before


def test_the_workbook_itself_is_no_source(cli: Callable, book: Path) -> None:
    assert "是同一个文件" in cli("import", book, "-w", book).sentence()


def test_another_year(cli: Callable, tables: Path, book: Path, folder: Path) -> None:
    assert "不一致" in cli("import", tables, "-w", book, "--year", 2025).sentence()
    said = cli("import", tables, "-w", folder / "新.xlsm", "--year", 2025, "--yes").sentence()
    assert "应为2025年，像是上一年度的文件" in said


def test_data_folder(cli: Callable, folder: Path, department: Path) -> None:
    ended = cli("import", department, "-w", folder / "新.xlsm", "--yes")
    assert ended.status == 0 and "取自数据文件夹" in ended.out


def test_subjects(cli: Callable, book: Path, folder: Path) -> None:
    (folder / "科目.csv").write_text("科目编码,科目名称\n2010399,本地支出\n", encoding="utf-8")
    ended = cli("import", "-w", book, "--subjects", folder / "科目.csv", "--yes")
    assert ended.status == 0, ended
    assert read_book(book).subjects["functional"][0].name == "本地支出"
