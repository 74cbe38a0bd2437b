"""Whatever cannot be used: one clear sentence, status 2, and every file as it was before."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GENERAL, SUMMARY = "一般公共预算支出表", "部门收支总表"
COMMANDS = ("validate", "fill", "notes")


def edited(book: Path, *edits: CellEdit) -> Path:
    Workbook(book).patch(book, edits)
    return book


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def state(folder: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()
    }


# ------------------------------------------------------------------ files that are no workbook


def flipped(whole: bytes, part: str) -> bytes:
    """``whole`` with bytes flipped in the middle of a part."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        info = archive.getinfo(part)
    middle = info.header_offset + 30 + len(part) + info.compress_size // 2
    damage = bytes(byte ^ 0xFF for byte in whole[middle : middle + 16])
    return whole[:middle] + damage + whole[middle + 16 :]


def claiming(size: int, whole: bytes) -> bytes:
    """``whole`` whose every member claims to unpack to ``size``."""
    data = bytearray(whole)
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 24 : place + 28] = struct.pack("<L", size)
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


TYPES = ("[Content_Types].xml", b"<Types/>")
NO_WORKBOOK: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty file": (lambda _: b"", "空文件"),
    "text named xlsm": (lambda _: "单位名称,合计\n".encode(), "不是 Excel 工作簿"),
    "xls or password": (lambda _: OLE + bytes(4096), "旧格式（.xls）或设有打开密码"),
    "cut off": (lambda whole: whole[: len(whole) // 2], "已损坏"),
    "cut off at the end": (lambda whole: whole[:-30], "已损坏"),
    "only the beginning": (lambda _: b"PK\x03\x04", "已损坏"),
    "sheet part damaged": (lambda whole: flipped(whole, "xl/worksheets/sheet10.xml"), "已损坏"),
    "workbook part damaged": (lambda whole: flipped(whole, "xl/workbook.xml"), "已损坏"),
    "docx": (lambda _: zipped(TYPES, ("word/document.xml", b"<w/>")), "不是 Excel 工作簿"),
    "other zip": (lambda _: zipped(("照片.jpg", b"x")), "不是 Excel 工作簿"),
    "xlsb": (lambda _: zipped(TYPES, ("xl/workbook.bin", b"x")), "xlsb"),
    "bomb by its sizes": (lambda whole: claiming(2**31, whole), "过大"),
    "bomb by its ratio": (
        lambda _: zipped(TYPES, ("xl/workbook.xml", bytes(40 * 2**20))),
        "过大",
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", NO_WORKBOOK)
def test_what_is_no_workbook(cli: Any, book: Path, name: str, command: str) -> None:
    make, said = NO_WORKBOOK[name]
    book.write_bytes(make(book.read_bytes()))
    before = state(book.parent)
    sentence = cli(command, book).sentence()
    assert said in sentence
    assert book.name in sentence
    assert state(book.parent) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_workbook_that_is_not_there(cli: Any, folder: Path, command: str) -> None:
    assert "找不到工作簿" in cli(command, folder / "没有 的.xlsm").sentence()
    assert state(folder) == {}


@pytest.mark.parametrize("command", ["fill", "notes"])
def test_a_folder_instead_of_a_workbook(cli: Any, folder: Path, command: str) -> None:
    assert "是文件夹" in cli(command, folder).sentence()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_workbook_without_any_table(cli: Any, folder: Path, command: str) -> None:
    path = folder / "工资 表.xlsx"
    with xlsxwriter.Workbook(path) as other:
        other.add_worksheet("一月").write(0, 0, "工资")
    before = state(folder)
    sentence = cli(command, path).sentence()
    assert "不是部门预算工作簿" in sentence and path.name in sentence and SUMMARY in sentence
    assert state(folder) == before


def test_a_panic_of_the_reading_library_is_a_sentence_too(book: Path) -> None:
    book.write_bytes(flipped(book.read_bytes(), "xl/worksheets/sheet10.xml"))
    ran = subprocess.run(
        [sys.executable, "-m", "xlbudget", "validate", book], capture_output=True, check=False
    )
    lines = ran.stderr.decode().splitlines()
    assert ran.returncode == 2 and len(lines) == 1 and "已损坏" in lines[0]


# ------------------------------------------------------------------ figures that are no figures


def findings(cli: Any, book: Path) -> tuple[int, str, dict[str, list[dict[str, Any]]]]:
    ended = cli("validate", book, "--format", "json")
    assert ended.err == ""
    report = json.loads(ended.out)
    found: dict[str, list[dict[str, Any]]] = {}
    for one in report["findings"]:
        found.setdefault(one["code"], []).append(one)
    found["not executed"] = report["not_executed"]
    return ended.status, report["status"], found


def without_sheet(book: Path, sheet: str) -> Path:
    """The workbook after the user deleted a sheet (its part may stay)."""
    parts = {}
    with zipfile.ZipFile(book) as archive:
        for info in archive.infolist():
            parts[info.filename] = archive.read(info)
    text = parts["xl/workbook.xml"].decode()
    start = text.index(f'<sheet name="{sheet}"')
    parts["xl/workbook.xml"] = (text[:start] + text[text.index("/>", start) + 2 :]).encode()
    book.write_bytes(zipped(*parts.items()))
    return book


@pytest.mark.parametrize("sheet", [GENERAL, SUMMARY, "项目支出绩效目标表"])
def test_one_missing_sheet_is_a_finding_and_its_rules_are_not_executed(
    cli: Any, book: Path, sheet: str
) -> None:
    status, grade, found = findings(cli, without_sheet(book, sheet))
    assert (status, grade) == (1, "error")
    assert [one["sheet"] for one in found["F04"]] == [sheet]
    assert any(sheet in one["reason"] for one in found["not executed"])


@pytest.mark.parametrize("text", ["三百", "见附件", "12.3.4", "1,23", "12人", "#N/A"])
def test_text_in_an_amount_cell_is_named_and_never_zero(cli: Any, book: Path, text: str) -> None:
    edited(book, CellEdit(GENERAL, "G9", text))
    status, grade, found = findings(cli, book)
    assert (status, grade) == (1, "error")
    assert [(one["sheet"], one["cell"]) for one in found["F01"]] == [(GENERAL, "G9")]
    assert text in found["F01"][0]["message"]
    # 2934.35 is missing from the sums; were it read as 0.00, the sums would be wrong.
    assert not any(
        "2934.35" in one["difference"]
        for ones in found.values()
        for one in ones
        if "difference" in one
    )
    assert any("G9" in one["reason"] for one in found["not executed"])


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?"])
def test_an_error_value_in_an_amount_cell_is_a_finding(cli: Any, book: Path, error: str) -> None:
    edited(book, CellEdit(GENERAL, "G9", Decimal("7654.32")))
    with zipfile.ZipFile(book) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    cell = re.compile(rb'<c r="G9"([^>]*)><v>7654.32</v></c>')
    for name, data in parts.items():
        parts[name] = cell.sub(rb'<c r="G9"\1 t="e"><v>' + error.encode() + b"</v></c>", data)
    book.write_bytes(zipped(*parts.items()))
    status, _, found = findings(cli, book)
    assert status == 1
    assert [(one["cell"], error in one["message"]) for one in found["F01"]] == [("G9", True)]


@pytest.mark.parametrize(
    "typed",
    [
        "２９３４．３５",
        "2,934.35",
        "２，９３４．３５",
        "2934.35万元",
        "29343500元",
        "¥2,934.35",
        " 2934.35 ",
        "+2934.35",
    ],
)
def test_an_amount_typed_as_text_is_read_as_the_number(cli: Any, book: Path, typed: str) -> None:
    edited(book, CellEdit(GENERAL, "G9", typed))
    status, _, found = findings(cli, book)
    errors = [one for group in found.values() for one in group if one.get("level") == "error"]
    assert status == 1
    assert [(one["code"], one["cell"]) for one in errors] == [("F01", "G9")]
    assert "存成文本的数字" in errors[0]["message"]


@pytest.mark.parametrize(
    "typed", ["(2934.35)", "（2,934.35）", "-2934.35", "－2934.35", "△2934.35"]
)
def test_brackets_and_signs_are_minus(cli: Any, book: Path, typed: str) -> None:
    edited(book, CellEdit(GENERAL, "G9", typed))
    status, _, found = findings(cli, book)
    assert status == 1
    text, one = [one for group in found.values() for one in group if one.get("cell") == "G9"]
    assert "存成文本的数字" in text["message"]
    assert (one["level"], one["expected"]) == ("error", "2934.35")
    assert "现为 -2,934.35" in one["message"]
    assert "正负号" in one["message"]


def test_a_negative_amount_alone_is_a_warning(cli: Any, book: Path) -> None:
    edited(
        book,
        CellEdit(SUMMARY, "F18", Decimal(-1)),
        CellEdit(SUMMARY, "G18", Decimal(-1)),
    )
    _, _, found = findings(cli, book)
    assert {one["level"] for one in found["F03"]} == {"warning"}
    assert {one["cell"] for one in found["F03"]} == {"F18", "G18"}


def test_more_than_two_decimals_are_a_warning(cli: Any, book: Path) -> None:
    edited(book, CellEdit(GENERAL, "G9", Decimal("2934.3512")))
    _, _, found = findings(cli, book)
    assert [(one["cell"], one["level"], one["expected"]) for one in found["F02"]] == [
        ("G9", "warning", "2934.35")
    ]


# ------------------------------------------------------------------ files that may not be written


def change(book: Path) -> Path:
    """Something for fill and notes to do."""
    return edited(book, CellEdit(GENERAL, "G9", Decimal(3000)))


@pytest.mark.parametrize("command", ["fill", "notes"])
def test_a_read_only_file_is_not_written(cli: Any, book: Path, command: str) -> None:
    change(book).chmod(0o444)
    before = state(book.parent)
    sentence = cli(command, book).sentence()
    assert "只读" in sentence and "-o" in sentence and book.name in sentence
    assert state(book.parent) == before
    assert book.stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("lock", ["~${}", ".~lock.{}#"])
@pytest.mark.parametrize("command", ["fill", "notes"])
def test_an_open_workbook_is_not_written(cli: Any, book: Path, command: str, lock: str) -> None:
    change(book).with_name(lock.format(book.name)).write_bytes(b"")
    before = state(book.parent)
    sentence = cli(command, book).sentence()
    assert "正在打开" in sentence and book.name in sentence
    assert state(book.parent) == before
    assert cli("validate", book).status == 1, "looking at it is allowed"


@pytest.mark.parametrize("command", ["fill", "notes"])
def test_an_output_that_exists_is_not_replaced(cli: Any, book: Path, command: str) -> None:
    other = book.with_name("别人 的.xlsm")
    other.write_bytes(b"other")
    before = state(book.parent)
    assert "已经存在" in cli(command, book, "-o", other).sentence()
    assert "已经存在" in cli(command, book, "-o", book).sentence()
    assert state(book.parent) == before


@pytest.mark.parametrize("command", ["fill", "notes", "validate"])
def test_an_output_folder_that_is_missing(cli: Any, book: Path, command: str) -> None:
    before = state(book.parent)
    name = "出.txt" if command == "validate" else "出.xlsm"
    sentence = cli(command, book, "-o", book.parent / "没有" / name).sentence()
    assert "没有”不存在" in sentence
    assert state(book.parent) == before


def refused(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("command", ["fill", "notes", "validate"])
def test_an_output_folder_that_may_not_be_written(
    cli: Any, book: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(book.parent)
    monkeypatch.setattr(tempfile, "mkstemp", refused)
    output = book.parent / ("出 来.txt" if command == "validate" else "出 来.xlsm")
    sentence = cli(command, book, "-o", output).sentence()
    assert "权限" in sentence and output.name in sentence
    assert state(book.parent) == before


@pytest.mark.parametrize("moment", ["replace", "fsync"])
@pytest.mark.parametrize("command", ["fill", "notes"])
def test_a_write_that_fails_late_leaves_the_old_file(
    cli: Any, book: Path, command: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = change(book).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, moment, full)
    monkeypatch.setattr(Path, "replace", full) if moment == "replace" else None
    assert "磁盘空间" in cli(command, book).sentence()
    assert set(state(book.parent).values()) == {old}
    assert not [name for name in state(book.parent) if name.startswith(".")]


def test_the_demo_in_a_folder_that_may_not_be_made(
    cli: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocking = folder / "文件"
    blocking.write_bytes(b"")
    assert "文件" in cli("demo", "-o", blocking / "里面").sentence()
    monkeypatch.setattr(Path, "mkdir", refused)
    assert "权限" in cli("demo", "-o", folder / "新的").sentence()


@pytest.mark.parametrize("command", ["fill", "notes"])
def test_a_workbook_keeps_its_kind(cli: Any, book: Path, command: str) -> None:
    """Excel does not open a workbook with macros that is named .xlsx."""
    before = state(book.parent)
    assert ".xlsm" in cli(command, book, "-o", book.with_name("另存.xlsx")).sentence()
    assert state(book.parent) == before


def test_a_report_never_replaces_a_workbook(cli: Any, book: Path) -> None:
    before = state(book.parent)
    assert book.name in cli("validate", book, "-o", book).sentence()
    assert state(book.parent) == before


# ------------------------------------------------------------------ wrong command lines


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["validat"], "没有这个命令"),
        (["validate"], "缺少参数"),
        (["fill"], "缺少参数"),
        (["new"], "缺少参数"),
        (["fill", "a.xlsm", "b.xlsm"], "参数过多"),
        (["validate", "a.xlsm", "--forma", "json"], "--format"),
        (["validate", "a.xlsm", "--format", "pdf"], "text、json、html"),
        (["validate", "a.xlsm", "--format"], "--format"),
        (["notes", "--nothing", "a.xlsm"], "--nothing"),
        (["rules", "--standard", "火星"], "火星"),
        (["rules", "--year", "去年"], "--year 的内容不对，应为整数"),
        (["new", "新.xlsm", "--standard", "../x"], "标准"),
        (["new", "新.docx"], ".xlsm"),
        (["new", "没有的文件夹/新.xlsm"], "不存在"),
        (["new", "新.xlsm", "--from", "没有的文件夹"], "找不到数据文件夹"),
        (["new", "新.xlsm", "--year", "1890"], "1890"),
        (["demo", "-o", __file__], "--output 的内容不对，应为文件夹"),
        (["new", "新.xlsm", "--from", str(EXAMPLE), "--year", "2025"], "2024年度"),
    ],
)
def test_a_wrong_command_line(
    cli: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(folder)
    assert said in cli(*arguments).sentence()
    assert state(folder) == {}


# ------------------------------------------------------------------ data folders


@pytest.fixture
def data(folder: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, folder / "数 据"))


def appended(name: str, text: str, encoding: str = "utf-8") -> Callable[[Path], object]:
    def change(data: Path) -> None:
        path = data / name
        path.write_bytes((path.read_text("utf-8-sig") + text).encode(encoding))

    return change


def replaced(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(data: Path) -> None:
        path = data / name
        text = path.read_text("utf-8-sig")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


INFO, TABLE, FORMS = "基础信息.toml", "05-一般公共预算支出表.csv", "11-项目支出绩效目标表.csv"
BROKEN_DATA: dict[str, tuple[Callable[[Path], object], str]] = {
    "no particulars": (lambda data: (data / INFO).unlink(), INFO),
    "broken particulars": (appended(INFO, '\n"没有引号 = 5\n'), INFO),
    "particulars in GBK": (appended(INFO, "", "gbk"), INFO),
    "unknown particular": (appended(INFO, '\n["火星"]\n"x" = 1\n'), "火星"),
    "year as text": (replaced(INFO, "= 2024", '= "二〇二四"'), "年度"),
    "year of no standard": (replaced(INFO, "= 2024", "= 1890"), "1890"),
    "table in GBK": (appended(TABLE, "", "gbk"), TABLE),
    "table with bytes": (lambda data: (data / TABLE).write_bytes(b"\xff\xfe\x00"), TABLE),
    "line too long": (appended(TABLE, "2019999,名,1,2,3,4,5,6,7,8\n"), TABLE),
    "quote never closed": (appended(TABLE, '"2019999,名\n'), TABLE),
    "a folder for a file": (
        lambda data: ((data / TABLE).unlink(), (data / TABLE).mkdir()),
        TABLE,
    ),
    "a column that is missing": (replaced(TABLE, "项目支出", "火星支出"), "火星支出"),
    "a row that is not known": (
        replaced("01-部门收支总表.csv", "事业收入,,", "火星收入,5.00,5.00"),
        "火星收入",
    ),
    "unknown column of the forms": (replaced(FORMS, "项目名称", "项目的名称"), "项目的名称"),
    "indicator without project": (
        replaced("11-绩效指标.csv", "\n", "\n不存在的项目,\n"),
        "不存在的项目",
    ),
}


@pytest.mark.parametrize("name", BROKEN_DATA)
def test_a_broken_data_folder(cli: Any, data: Path, name: str) -> None:
    damage, said = BROKEN_DATA[name]
    damage(data)
    book = data.parent / "新 建.xlsm"
    sentence = cli("new", book, "--from", data).sentence()
    assert said in sentence
    assert [one.name for one in data.parent.iterdir()] == [data.name]


def test_an_amount_that_is_text_stands_in_the_workbook_as_typed(cli: Any, data: Path) -> None:
    replaced(TABLE, "2315.10", "见附件")(data)
    book = data.parent / "新 建.xlsm"
    assert cli("new", book, "--from", data).status == 0
    status, _, found = findings(cli, book)
    assert status == 1
    assert ["见附件" in one["message"] for one in found["F01"]] == [True]


# ------------------------------------------------------------------ several workbooks


def test_one_broken_workbook_does_not_hide_the_others(cli: Any, book: Path) -> None:
    broken = book.with_name("坏 的.xlsm")
    broken.write_bytes(b"PK\x03\x04")
    wrong = change(Path(shutil.copy(book, book.with_name("错 的.xlsm"))))
    ended = cli("validate", broken, book, wrong)
    assert ended.status == 1
    assert cli("validate", broken, book).status == 2
    assert ended.err.count("\n") == 1 and broken.name in ended.err
    assert book.name in ended.out and wrong.name in ended.out
    assert cli("validate", book, wrong).status == 1


def test_a_folder_stands_for_its_workbooks(cli: Any, book: Path) -> None:
    below = book.parent / "下级 单位"
    below.mkdir()
    shutil.copy(book, below / "乙.xlsx")
    for passed_over in ("~$某.xlsm", ".隐藏.xlsm", "甲.备份.xlsm", "说明.docx"):
        (below / passed_over).write_bytes(b"no workbook")
    ended = cli("validate", book.parent)
    assert (ended.status, ended.err) == (0, "")
    assert book.name in ended.out and "乙.xlsx" in ended.out


def test_a_folder_without_workbooks(cli: Any, folder: Path) -> None:
    assert "没有工作簿" in cli("validate", folder).sentence()


@pytest.mark.parametrize(
    "arguments",
    [
        ["new", "{}.xlsm"],
        ["fill", "{}.xlsm"],
        ["fill", "{book}", "-o", "{}.xlsm"],
        ["export", "{book}", "{}"],
        ["package", "{book}", "-o", "{}", "--no-pdf"],
        ["rollover", "{book}", "{}.xlsm"],
        ["import", "{book}", "-w", "{}.xlsm", "--yes"],
        ["restore", "{book}", "-n", "1"],
    ],
    ids=lambda arguments: "-".join(one for one in arguments if "{" not in one),
)
def test_a_name_that_no_system_takes(cli: Any, book: Path, arguments: list[str]) -> None:
    long = book.parent / ("长" * 100)
    before = {one.name: one.read_bytes() for one in book.parent.iterdir()}
    said = cli(*(one.format(long, book=book) for one in arguments)).sentence()
    assert "太长" in said or arguments[0] == "restore"
    assert {one.name: one.read_bytes() for one in book.parent.iterdir()} == before
