"""The ledger in and out on the command line: ``new --ledger``, ``import`` of detail lines, ``export``, what is asked."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import openpyxl
import pytest

from ledgers import CHANGCHUN, ledger_of
from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.figures import Amount
from xlbudget.reading.book import read_book
from xlbudget.rules.posting import posted_book
from xlbudget.setup.answers import answers_path
from xlbudget.setup.system import System

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlbudget.figures import Book, LedgerLine
    from xlbudget.standard.model import Standard

EXPORTS = CHANGCHUN.parent / "ledger-exports"
OPEN = EXPORTS / "要问的.csv"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own: what is remembered stays there."""
    path = tmp_path / "家"
    path.mkdir()
    monkeypatch.setattr(System, "home", path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return path


@pytest.fixture(scope="module")
def blank_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("blank") / "空白.xlsx"
    assert run(["new", str(path), "--year", "2024", "-q"]) == 0
    return path


@pytest.fixture
def blank(blank_file: Path, folder: Path) -> Path:
    return shutil.copy(blank_file, folder / "新的.xlsx")


class Terminal:
    """Somebody who types answers, one a line."""

    def __init__(self, *answers: str) -> None:
        self.answers: Iterator[str] = iter(answers)

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return f"{next(self.answers)}\n"


def plain(lines: tuple[LedgerLine, ...]) -> list[object]:
    return [
        (dict(line.texts), line.amount.fen if isinstance(line.amount, Amount) else line.amount)
        for line in lines
    ]


def same_tables(book: Book, other: Book) -> None:
    for key, data in other.blocks.items():
        rows = {(row.key, row.parent): row.cells for row in data.rows}
        assert {(row.key, row.parent): row.cells for row in book.blocks[key].rows} == rows, key


# ------------------------------------------------------------------ new


def test_a_new_workbook_from_a_ledger(cli: Callable, folder: Path, standard: Standard) -> None:
    made = folder / "新建.xlsx"
    ended = cli("new", made, "--year", "2024", "--ledger", CHANGCHUN)
    assert ended.status == 0 and "数字取自" in ended.out, ended
    book = read_book(made)
    assert plain(book.ledger.lines) == plain(ledger_of(standard).lines)
    assert book.text("data_source") == "录入底稿"
    same_tables(book, posted_book(standard, book))
    total = book.blocks["income"].row("total")
    assert total is not None and total.cells[0] == Amount(62_958_600_00).rounded(standard.unit)


def test_what_a_new_workbook_lacks_is_asked_for(cli: Callable, folder: Path) -> None:
    made = folder / "新建.xlsx"
    refused = cli("new", made, "--ledger", OPEN).sentence()
    assert "是元还是万元？没有写入；请加 --answer 金额单位=回答，可用的有：元、万元。" in refused
    assert not made.exists()
    wrong = cli("new", made, "--ledger", OPEN, "--answer", "金额单位").sentence()
    assert "--answer 应写成“问题=回答”" in wrong
    ended = cli(
        "new", made, "--ledger", OPEN, "--answer", "金额单位=元", "--answer", "资金年度=当年预算"
    )
    assert ended.status == 1 and "要回答：导出中“支出类别”写“运转类”的，是哪一种？" in ended.out
    lines = read_book(made).ledger.lines
    assert {line.texts["fund_year"] for line in lines} == {"当年预算"}
    assert sum("category" not in line.texts for line in lines) == 4


def test_a_second_ledger_beside_a_data_folders_is_refused(
    cli: Callable, folder: Path, example_folder: Path
) -> None:
    data = folder / "数据"
    shutil.copytree(example_folder, data)
    shutil.copy(CHANGCHUN, data / "录入底稿.csv")
    made = folder / "新建.xlsx"
    assert (
        "又用 --ledger 指明了" in cli("new", made, "--from", data, "--ledger", CHANGCHUN).sentence()
    )
    shutil.copy(CHANGCHUN, data / "录入底稿 (2).csv")
    assert "底稿只能有一份" in cli("new", made, "--from", data).sentence()
    assert not made.exists()


@pytest.fixture
def example_folder() -> Path:
    return Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"


def test_the_ledger_of_a_data_folder_comes_back_byte_for_byte(
    cli: Callable, folder: Path, example_folder: Path
) -> None:
    data, made = folder / "数据", folder / "新建.xlsx"
    shutil.copytree(example_folder, data)
    (data / "录入底稿.csv").write_bytes(CHANGCHUN.read_bytes().replace(b"\r\n", b"\n"))
    assert cli("new", made, "--from", data).status == 0
    assert read_book(made).text("data_source") == "录入底稿"
    assert cli("export", made, folder / "导出").status == 0
    again = (folder / "导出" / "录入底稿.csv").read_bytes()
    assert again == (data / "录入底稿.csv").read_bytes()
    assert '"数据来源" = "录入底稿"' in (folder / "导出" / "基础信息.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("预算单位,功能科目,甲\n", "不认识的栏：甲"),
        ("预算单位,功能科目,金额\n", "缺少的栏：支出类别"),
    ],
)
def test_a_ledger_file_that_is_none_is_refused(
    cli: Callable, folder: Path, example_folder: Path, content: str, said: str
) -> None:
    data = folder / "数据"
    shutil.copytree(example_folder, data)
    (data / "录入底稿.csv").write_text(content, "utf-8")
    assert said in cli("new", folder / "新建.xlsx", "--from", data).sentence()


# ------------------------------------------------------------------ import


def test_detail_lines_go_into_the_ledger_and_the_tables_follow(
    cli: Callable, blank: Path, standard: Standard
) -> None:
    ended = cli("import", EXPORTS / "代码名称同格.csv", "-w", blank)
    assert ended.status == 0, ended
    assert "录入底稿：明细48行（取自“代码名称同格.csv”）" in ended.out
    book = read_book(blank)
    assert plain(book.ledger.lines) == plain(ledger_of(standard).lines)
    posted = posted_book(standard, book)
    forms = {table.blocks[0].key for table in standard.tables if table.forms}
    same_tables(
        book._replace(blocks={k: v for k, v in book.blocks.items() if k not in forms}),
        posted._replace(blocks={k: v for k, v in posted.blocks.items() if k not in forms}),
    )
    area = openpyxl.load_workbook(blank)["录入底稿"].print_area
    assert area.endswith("$54"), area
    held = blank.read_bytes()
    again = cli("import", EXPORTS / "粘贴.txt", "-w", blank)
    assert again.status == 0 and "已有全部内容" in again.out and "相同的明细48行" in again.out
    assert blank.read_bytes() == held


def test_a_data_folder_and_a_workbook_bring_their_ledger(
    cli: Callable, blank_file: Path, folder: Path, example_folder: Path
) -> None:
    data, made = folder / "数据", folder / "由数据.xlsx"
    shutil.copytree(example_folder, data)
    shutil.copy(CHANGCHUN, data / "录入底稿.csv")
    shutil.copy(blank_file, made)
    ended = cli("import", data, "-w", made)
    assert ended.status == 0 and "录入底稿：明细48行（取自数据文件夹“数据”）" in ended.out, ended
    assert "与计算不同" not in ended.out  # the ledger prints the rounding differences
    other = folder / "由工作簿.xlsx"
    shutil.copy(blank_file, other)
    ended = cli("import", made, "-w", other)
    assert ended.status == 0 and "录入底稿：明细48行（取自工作表“录入底稿”）" in ended.out, ended
    assert plain(read_book(other).ledger.lines) == plain(read_book(made).ledger.lines)
    same_tables(read_book(other), read_book(made))


def test_lines_that_are_there_are_neither_lost_nor_doubled_without_being_asked(
    cli: Callable, blank: Path
) -> None:
    assert cli("import", EXPORTS / "旧版.xls", "-w", blank).status == 0
    held = blank.read_bytes()
    more = (OPEN, "-w", blank, "--answer", "金额单位=元")
    refused = cli("import", *more).sentence()
    assert "录入底稿已有48行，来源有14行：替换，还是接在后面？没有写入" in refused
    assert blank.read_bytes() == held
    appended = cli("import", *more, "--answer", "录入底稿=接在后面")
    assert appended.status == 1 and len(read_book(blank).ledger.lines) == 62
    replaced = cli("import", *more, "--overwrite")
    assert replaced.status == 1 and len(read_book(blank).ledger.lines) == 14
    assert all(line.line == at for at, line in enumerate(read_book(blank).ledger.lines, 7))


def test_two_files_of_lines_are_refused(cli: Callable, blank: Path) -> None:
    said = cli("import", EXPORTS / "旧版.xls", EXPORTS / "粘贴.txt", "-w", blank).sentence()
    assert "来源里有2份明细（“旧版.xls”“粘贴.txt”），没有导入" in said


def test_pasted_lines_come_on_standard_input(
    cli: Callable, blank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pasted = io.BytesIO((EXPORTS / "粘贴.txt").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=pasted, isatty=lambda: False))
    assert cli("import", "-", "-w", blank).status == 0
    assert len(read_book(blank).ledger.lines) == 48


def test_a_workbook_without_the_sheet_says_so(
    cli: Callable, folder: Path, standard: Standard, example: Book
) -> None:
    path = folder / "旧的.xlsx"
    build_workbook(standard._replace(ledger=None), example, path, year=example.year)
    said = cli("import", EXPORTS / "旧版.xls", "-w", path).sentence()
    assert "工作表“录入底稿”不在工作簿里" in said


def test_a_workbook_filled_in_table_by_table_stays_so(cli: Callable, book: Path) -> None:
    before = read_book(book)
    ended = cli("import", EXPORTS / "旧版.xls", "-w", book)
    assert (
        ended.status == 0
        and "各表没有改动；要由录入底稿得出，请改为“录入底稿”后填列。" in ended.out
    )
    after = read_book(book)
    assert after.text("data_source") == "直接填表" and len(after.ledger.lines) == 48
    same_tables(after, before)


def test_lines_a_ten_thousandth_of_the_tables_are_a_hint(
    cli: Callable, book: Path, folder: Path
) -> None:
    wrong = folder / "元.csv"
    text = (EXPORTS / "粘贴.txt").read_text("utf-8").replace("（单位:万元）", "（单位:元）")
    wrong.write_text(text, "utf-8")
    said = cli("import", wrong, "-w", book, "--preview").out
    assert "各表现有的数约为明细合计的一万倍，也许是把万元当成了元" in said
    assert "全部金额都不到10000元" in said


# ------------------------------------------------------------------ questions


def test_answers_on_a_terminal_are_remembered_for_the_layout(
    cli: Callable, blank: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The unit, then 运转类, 是否政府采购 (a wrong answer first), 一级项目, 资金年度, and whether to write.
    terminal = Terminal("元", "2", "没有这一项", "服务", "二级项目", "当年预算", "y")
    monkeypatch.setattr(sys, "stdin", terminal)
    ended = cli("import", OPEN, "-w", blank)
    assert ended.status == 0, ended
    kept = json.loads(answers_path(System()).read_text("utf-8"))
    assert answers_path(System()).is_relative_to(home)
    (answers,) = kept.values()
    assert answers == {"金额单位": "元", "支出类别:运转类": "公用经费", "一级项目": "二级项目"}
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    again = cli("import", OPEN, "-w", blank, "--overwrite", "--preview")
    assert "按本机上次的回答：" in again.out and "支出类别:运转类＝公用经费" in again.out
    assert "  资金年度：导出里没有“资金年度”" in again.out  # it may be another one next time
    anew = cli("import", OPEN, "-w", blank, "--overwrite", "--preview", "--ask-again")
    assert "是元还是万元？" in anew.sentence()
