"""What people and other programs do to a workbook: named and survived by every command."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from openpyxl.workbook.protection import WorkbookProtection

from xlbudget.cli.run import run
from xlbudget.editing.validate import validate_file
from xlbudget.reading.book import read_book

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# openpyxl says what it drops; the example's figures are not affected.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

TABLE, INCOME = "一般公共预算支出表", "部门收入总表"
COMMANDS = (["fill"], ["validate"], ["validate", "--write"], ["notes"])


@pytest.fixture
def book(example_file: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "坏 书"
    folder.mkdir()
    return shutil.copy(example_file, folder / "部门预算 样例.xlsm")


def changed(path: Path, change: Callable[[Any], None]) -> None:
    """As saved by a program that stores no computed values for what changed."""
    opened = openpyxl.load_workbook(path, keep_vba=True)
    change(opened)
    opened.save(path)


def rewritten(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """The file with one part changed (``*``: every part)."""
    with zipfile.ZipFile(path) as archive:
        parts = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in parts:
            archive.writestr(info, change(data) if part in ("*", info.filename) else data)


def every_command(path: Path, capsys: pytest.CaptureFixture[str]) -> list[int]:
    """All commands: each works, or refuses in one sentence and leaves the file as it was."""
    statuses = []
    for command in COMMANDS:
        before = path.read_bytes() if path.is_file() else b""
        capsys.readouterr()
        status = run([*command, "-q", str(path)])
        said = capsys.readouterr().err
        assert "程序内部出错" not in said and "Traceback" not in said
        if status == 2:
            assert said.count("\n") == 1 and said.strip(), said
            assert not path.is_file() or path.read_bytes() == before
        statuses.append(status)
    return statuses


def figures(path: Path) -> dict[str, list[object]]:
    return {key: [row.cells for row in data.rows] for key, data in read_book(path).blocks.items()}


def _reorder(opened: Any) -> None:
    opened.move_sheet(INCOME, offset=9)


def _add_a_sheet(opened: Any) -> None:
    opened.create_sheet("我的草稿", 6)["A1"] = "合计"


def _filter_and_hide(opened: Any) -> None:
    opened[TABLE].auto_filter.ref = "A5:G22"
    for line in (8, 9, 10):
        opened[TABLE].row_dimensions[line].hidden = True
    opened[INCOME].column_dimensions["C"].hidden = True


def _merge(opened: Any) -> None:
    opened[TABLE].merge_cells("B24:D25")


def _protect(opened: Any) -> None:
    """Files are written beside any protection, and keep it."""
    opened[TABLE].protection.set_password("秘密")
    opened.security = WorkbookProtection(lockStructure=True)


HARMLESS: dict[str, tuple[Callable[[Any], None], Callable[[Any], object]]] = {
    "sheets in another order": (
        _reorder,
        lambda opened: opened.sheetnames.index(INCOME) > opened.sheetnames.index(TABLE),
    ),
    "a sheet of the user's": (
        _add_a_sheet,
        lambda opened: opened["我的草稿"]["A1"].value == "合计",
    ),
    "filters and hidden rows": (
        _filter_and_hide,
        lambda opened: (
            opened[TABLE].auto_filter.ref == "A5:G22" and opened[TABLE].row_dimensions[9].hidden
        ),
    ),
    "merged cells in a body": (
        _merge,
        lambda opened: "B24:D25" in map(str, opened[TABLE].merged_cells.ranges),
    ),
    "the user's own password": (
        _protect,
        lambda opened: opened[TABLE].protection.password and opened.security.lockStructure,
    ),
}
"""What changes no figure: what is done, and whether it is still so."""


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(tuple(HARMLESS), id="all together"),
        *(pytest.param((one,), id=one, marks=pytest.mark.thorough) for one in HARMLESS),
    ],
)
def test_what_changes_no_figure_is_kept(
    names: tuple[str, ...], book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = figures(book)

    def change(opened: Any) -> None:
        for name in names:
            HARMLESS[name][0](opened)

    changed(book, change)
    assert every_command(book, capsys) == [0, 0, 0, 0]
    assert figures(book) == before
    again = openpyxl.load_workbook(book)
    assert [name for name in names if not HARMLESS[name][1](again)] == []


def test_a_formula_overwritten_by_a_constant_stays_the_users(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def overwrite(opened: Any) -> None:
        assert opened[TABLE]["C6"].data_type == "f"
        opened[TABLE]["C6"] = 5251.99

    changed(book, overwrite)
    assert every_command(book, capsys) == [0, 1, 1, 0]
    assert openpyxl.load_workbook(book, read_only=True)[TABLE]["C6"].value == 5251.99
    findings = [one for one in validate_file(book).findings if one.level == "error"]
    assert [(one.sheet, one.cell, one.suggestions[0].value) for one in findings] == [
        (TABLE, "C6", "5251.36")
    ]


def test_amounts_that_cannot_be_read_are_named(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {"F8": "#REF!", "F9": "约5", "F10": "１２，３", "F13": "12,3"}

    def write(opened: Any) -> None:
        for cell, text in texts.items():
            opened[TABLE][cell] = text

    changed(book, write)
    statuses = every_command(book, capsys)
    assert statuses[1] == statuses[2] == 1
    found = [one for one in validate_file(book).findings if one.code == "F01"]
    assert {(one.sheet, one.cell) for one in found} == {(TABLE, cell) for cell in texts}
    sheet = openpyxl.load_workbook(book, read_only=True)[TABLE]
    assert {cell: sheet[cell].value for cell in texts} == texts


def test_cells_cut_and_pasted_elsewhere_are_found(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The leaf's amount now stands one row lower, in another subject's row."""

    def move(opened: Any) -> None:
        opened[TABLE].move_range("F8:F8", rows=1)

    changed(book, move)
    statuses = every_command(book, capsys)
    assert statuses[1] == 1
    (found,) = (one for one in validate_file(book).findings if one.level == "error")
    assert (found.sheet, found.cell, found.expected) == (TABLE, "F8", "430.90")
    assert "430.90 写到了下面的“2010302 一般行政管理事务”一行" in found.message


def test_strict_files_are_named_and_left_alone(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = [
        (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
         b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
         b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
    ]  # fmt: skip

    def strict(data: bytes) -> bytes:
        for old, new in pairs:
            data = data.replace(old, new)
        return data

    rewritten(book, "*", strict)
    before = book.read_bytes()
    assert every_command(book, capsys)[0] == 2
    run(["fill", "-q", str(book)])
    assert "另存为" in capsys.readouterr().err
    assert book.read_bytes() == before


@pytest.mark.parametrize("what", ["empty", "encrypted", "folder", "locked"])
def test_what_is_no_readable_workbook(
    book: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    if what == "empty":
        book.write_bytes(b"")
    elif what == "encrypted":
        book.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096)
    elif what == "folder":
        book.unlink()
        book.mkdir()
    else:
        book.with_name(f"~${book.name}").touch()
    statuses = every_command(book, capsys)
    expected = {"locked": [2, 0, 2, 2], "folder": [2, 2, 2, 2]}
    assert statuses == expected.get(what, [2, 2, 2, 2])


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "xlsm", "xls"])
def test_saved_by_another_program(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    filters = {
        "xlsx": "xlsx:Calc MS Excel 2007 XML",
        "xlsm": "xlsm:Calc MS Excel 2007 VBA XML",
        "xls": "xls:MS Excel 97",
    }
    before, wrong = figures(book), validate_file(book).findings
    target = tmp_path / "另存"
    command = [soffice, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", filters[kind], "--outdir", str(target), str(book)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    saved = target / f"{book.stem}.{kind}"
    if kind == "xls":
        assert every_command(saved, capsys) == [2, 2, 2, 2]
        run(["fill", "-q", str(saved)])
        said = capsys.readouterr().err
        assert "xlsx" in said or "xlsm" in said
        return
    assert figures(saved) == before
    assert validate_file(saved).findings == wrong
    assert every_command(saved, capsys) == [0, 0, 0, 0]
    assert figures(saved) == before
