"""Values-only copies in a real spreadsheet program: by the macro alone, and what both copies show."""

from __future__ import annotations

import re
import shutil
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import openpyxl
import pytest

from xlbudget.building.macros import load_macros
from xlbudget.cli.run import run
from xlbudget.explaining.document import HEADING
from xlbudget.publishing.values import choose_sheets, write_values_copy
from xlbudget.reading.book import read_book
from xlbudget.sheets.layout import GLOSSARY, NOTES
from xlbudget.sheets.notes import FIGURE_HEADINGS, FIRST, LAST, last_line
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from calc.office import Office
    from calc.uno_path import Uno
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.office

TEXTS = (NOTES, GLOSSARY)
LEFT_OUT = {
    "封面",
    "基础信息",
    "录入底稿",
    "总览",
    "校验结果",
    "科目字典",
    "_memory",
    "_forms",
    "_texts",
}


class Shown(NamedTuple):
    """What a document's cells show, by sheet and cell; empty ones are left out."""

    cells: dict[str, dict[str, str]]

    @property
    def count(self) -> int:
        return sum(map(len, self.cells.values()))


@pytest.fixture(scope="module")
def source(example_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with its explanation, at a path with Chinese characters and a space."""
    path = tmp_path_factory.mktemp("副 本") / "部门 预算.xlsm"
    shutil.copy(example_file, path)
    assert run(["notes", "-q", str(path)]) == 0
    return path


@pytest.fixture
def opened(office: Office) -> Iterator[Callable[[Path], Uno]]:
    documents: list[Uno] = []

    def open_file(path: Path) -> Uno:
        documents.append(office.open(path))
        return documents[-1]

    yield open_file
    for one in documents:
        one.setModified(False)
        one.close(True)


def shown(document: Uno, sheets: tuple[str, ...] = ()) -> Shown:
    """Every shown text; of the sheets of texts only the final ones."""
    found: dict[str, dict[str, str]] = {}
    for name in sheets or document.Sheets.ElementNames:
        sheet = document.Sheets.getByName(name)
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        texts = found[name] = {}
        values = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow).getDataArray()
        for row, line in enumerate(values):
            for column, value in enumerate(line):
                if value == "" or (name in TEXTS and not _is_final(row, column)):
                    continue
                texts[f"{chr(65 + column)}{row + 1}"] = sheet.getCellByPosition(column, row).String
    return Shown(found)


def _is_final(row: int, column: int) -> bool:
    return row == 1 or (column == 3 and FIRST <= row + 1 <= LAST)


def call(document: Uno, macro: str) -> str:
    """Call a macro; what it gives back."""
    place = f"vnd.sun.star.script:VBAProject.{macro}?language=Basic&location=document"
    return document.getScriptProvider().getScript(place).invoke((), (), ())[0]


def test_the_copy_of_a_package_shows_the_same(
    standard: Standard, source: Path, tmp_path: Path, opened: Callable[[Path], Uno]
) -> None:
    target = tmp_path / "数值 副本.xlsx"
    chosen = choose_sheets(Workbook(source), standard, read_book(source))
    write_values_copy(source, target, chosen.sheets, texts=chosen.texts)
    copy = shown(opened(target))
    assert copy == shown(opened(source), chosen.sheets)
    print(f"package: {copy.count} cells show the same text")
    assert copy.count > 1_800
    assert "6,295.86" in copy.cells["部门收支总表"].values()


@pytest.fixture(scope="module")
def exported(office: Office, source: Path) -> Path:
    """The copy that the macro makes of the source."""
    before = source.read_bytes()
    document = office.open(source)
    try:
        name = call(document, "xlbValues.XlbExport")
    finally:
        document.setModified(False)
        document.close(True)
    assert name == "部门 预算.数值副本.xlsx"
    assert source.read_bytes() == before, "the workbook itself is not changed"
    return source.with_name(name)


def test_the_button_makes_a_copy_without_python(
    source: Path,
    exported: Path,
    opened: Callable[[Path], Uno],
    errors: Callable[[Path], list[object]],
) -> None:
    document, path = opened(source), exported
    assert errors(path) == []
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one).decode("utf-8", "replace") for one in archive.namelist()}
    wrong = r"vba|customUI|external|ctrlProp|comment|drawing"
    assert not [one for one in parts if re.search(wrong, one, re.IGNORECASE)]
    sheets = "".join(text for one, text in parts.items() if "/worksheets/" in one)
    for mark in ("<f>", "<f ", "dataValidation ", "sheetProtection", "ADDRESS(", "#REF!"):
        assert mark not in sheets, mark
    assert 'hidden="true"' not in parts["xl/workbook.xml"]
    names = re.findall(r'<definedName [^>]*name="([^"]+)"', parts["xl/workbook.xml"])
    assert set(names) == {"_xlnm.Print_Area", "_xlnm.Print_Titles"}
    copy = shown(opened(path))
    wanted = tuple(one for one in document.Sheets.ElementNames if one not in LEFT_OUT)
    assert tuple(copy.cells) == wanted
    assert copy == shown(document, wanted)
    print(f"button: {copy.count} cells show the same text")
    assert copy.count > 1_800


def test_only_final_texts_and_links_within_the_copy(source: Path, exported: Path) -> None:
    made = openpyxl.load_workbook(exported)
    old = openpyxl.load_workbook(source, data_only=True)
    for title in TEXTS:
        sheet = made[title]
        cells = [cell for line in sheet.iter_rows(min_row=3) for cell in line if cell.value]
        assert {cell.column_letter for cell in cells if cell.row > 3} == {"D"}
        bold = [cell.row for cell in cells if cell.row > 3 and cell.font.b]
        headings = [n for n in range(4, 154) if old[title][f"B{n}"].value == HEADING]
        assert bold == headings
    links = [
        cell.hyperlink.location
        for sheet in made
        for line in sheet.iter_rows()
        for cell in line
        if cell.hyperlink
    ]
    assert len(links) > 20
    places = {one.rpartition("!")[0].strip("'") for one in links}
    assert places <= set(made.sheetnames)


def test_no_file_is_replaced_and_hidden_sheets_stay_behind(
    source: Path, opened: Callable[[Path], Uno]
) -> None:
    folder = source.parent / "再 来"
    folder.mkdir()
    path = shutil.copy(source, folder / "甲.xlsm")
    held = ("甲.数值副本.xlsx", "甲.数值副本2.xlsx")
    for name in held:
        (folder / name).write_bytes(b"mine")
    document = opened(path)
    document.Sheets.getByName("部门概况").IsVisible = False
    document.Sheets.insertNewByName("我的测算", 3)
    assert call(document, "xlbButtons.ButtonValues") is None, "a button gives nothing back"
    made = "甲.数值副本3.xlsx"
    files = {one.name for one in folder.iterdir() if not one.name.startswith(".")}
    assert files == {"甲.xlsm", *held, made}
    assert all((folder / name).read_bytes() == b"mine" for name in held)
    found = openpyxl.load_workbook(folder / made, read_only=True).sheetnames
    assert "部门概况" not in found and "我的测算" not in found
    assert len(found) == 15


def test_a_failure_leaves_no_half_file(source: Path, opened: Callable[[Path], Uno]) -> None:
    """A sheet with a password of the user's own cannot be unlocked."""
    folder = source.parent / "口 令"
    folder.mkdir()
    document = opened(shutil.copy(source, folder / "乙.xlsm"))
    sheet = document.Sheets.getByName("部门收支总表")
    sheet.unprotect("")
    sheet.protect("own password")
    assert call(document, "xlbValues.XlbExport") == ""
    assert [one.name for one in folder.iterdir() if not one.name.startswith(".")] == ["乙.xlsm"]


def test_what_the_macro_knows_of_the_layout() -> None:
    macros = load_macros()
    looks = macros.modules["xlbValuesLooks"]
    assert f"TEXTS_FIRST As Long = {FIRST}\n" in looks
    assert f"TEXTS_LAST As Long = {last_line(GLOSSARY)}\n" in looks
    assert macros.texts["heading"] == HEADING
    assert macros.texts["figures"] == FIGURE_HEADINGS[1]
