"""The values-only copy: what others see is what the workbook shows, and nothing else is in it."""

from __future__ import annotations

import base64
import io
import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from xlsxwriter.packager import Packager

from xlbudget.building.writer import Writer
from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.editing.validate import validate_file
from xlbudget.errors import UnusableFileError
from xlbudget.findings import Level
from xlbudget.importing.data_folder import read_folder
from xlbudget.publishing.values import choose_sheets, write_values_copy
from xlbudget.reading.book import read_book
from xlbudget.sheets.layout import GLOSSARY, NOTES
from xlbudget.standard.loader import with_subject_files
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from openpyxl.worksheet.worksheet import Worksheet

    from xlbudget.figures import Book
    from xlbudget.publishing.values import ValuesCopy
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

BUREAU = Path(__file__).parents[1] / "cases" / "culture-bureau"
TABLE, MINE, SECRET = "部门收支总表", "我的测算", "底稿"
INTERNAL = {"封面", "基础信息", "录入底稿", "总览", "校验结果", "科目字典"}
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A picture of one point."""
EXACT = 45350.123456789
"""A number that is shown as a day."""
PLACE = r"\\server\share\内部\底稿.xlsx"
SECRETS = ("内部批注", "底稿数字", "server", "作者甲", "外部单位.xlsx", "intranet", "xlbRun")
"""What must not be in any part of the copy."""


def copy_of(
    standard: Standard, source: Path, target: Path, also: tuple[str, ...] = (), **options: bool
) -> ValuesCopy:
    chosen = choose_sheets(Workbook(source), standard, read_book(source), also)
    return write_values_copy(source, target, chosen.sheets, texts=chosen.texts, **options)


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {one: archive.read(one).decode("utf-8", "replace") for one in archive.namelist()}


def cells(sheet: Worksheet) -> Iterator[tuple[str, object, str, str]]:
    for line in sheet.iter_rows():
        for cell in line:
            if cell.value not in (None, ""):
                yield cell.coordinate, cell.value, cell.data_type, cell.number_format


def with_notes(source: Path, target: Path) -> Path:
    shutil.copy(source, target)
    assert run(["notes", "-q", str(target)]) == 0
    return target


def assert_same_cells(source: Path, copy: Path, texts: tuple[str, ...]) -> int:
    """Every cell of the copy shows what the source's does; how many were compared."""
    before = openpyxl.load_workbook(source, data_only=True)
    after = openpyxl.load_workbook(copy)
    compared = 0
    for sheet in after:
        wanted = {name: one for name, *one in cells(before[sheet.title])}
        found = {name: one for name, *one in cells(sheet)}
        if sheet.title in texts:
            wanted = {
                name: one
                for name, one in wanted.items()
                if (name[0] == "D" and 4 <= int(name[1:]) < 154) or name in ("A1", "A2")
            }
        assert found == wanted, sheet.title
        compared += len(found)
    return compared


def test_every_department(
    standard: Standard,
    costly_department: Path,
    tmp_path: Path,
    errors: Callable[[Path], list[object]],
) -> None:
    book = read_folder(costly_department, standard)
    built, target = tmp_path / "原 工作簿.xlsm", tmp_path / "数值 副本.xlsx"
    build_workbook(standard, book, built, year=book.year)
    source = with_notes(built, tmp_path / "带说明.xlsm")
    outcome = copy_of(standard, source, target)
    assert errors(target) == []
    assert outcome.formulas > 1_000
    compared = assert_same_cells(source, target, (NOTES, GLOSSARY))
    print(
        f"{costly_department.name}: {compared} cells compared, {outcome.formulas} formulas replaced"
    )
    assert compared > 600
    found = openpyxl.load_workbook(target)
    assert not INTERNAL & set(found.sheetnames)
    assert {name for name, _ in outcome.left_out} == {*INTERNAL, "_memory", "_forms", "_texts"}
    assert len(found.sheetnames) == 16


def test_what_a_copy_does_not_have_is_not_wrong(standard: Standard, tmp_path: Path) -> None:
    """The copy carries no 基础信息: what stands there is not known, and neither nought nor missing."""
    wider = with_subject_files(standard, [("functional", BUREAU / "functional-subjects.csv")])
    book = read_folder(BUREAU, wider)
    assert book.number("plan_vehicles"), "vehicles are bought, and the tables have their price"
    source, target = tmp_path / "有车.xlsm", tmp_path / "副本.xlsx"
    build_workbook(wider, book, source, year=book.year)
    copy_of(wider, source, target)
    report = validate_file(target)
    assert not [one for one in report.findings if one.level is Level.ERROR]
    assert [one.message[:10] for one in report.findings if one.code == "F05"] == [
        "没有工作表“基础信息"
    ]
    assert "C12b" in {one.code for one in report.not_executed}


def test_nothing_but_values(standard: Standard, example_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "副本.xlsx"
    copy_of(standard, example_file, target)
    found = parts(target)
    assert not [
        name for name in found if re.search(r"vba|customUI|external|ctrlProp|comment", name)
    ]
    every = "".join(found.values())
    for mark in (
        "<f>",
        "<f ",
        "macro",
        "dataValidation",
        "sheetProtection",
        "veryHidden",
        "codeName",
    ):
        assert mark not in every, mark
    assert "hidden" not in found["xl/workbook.xml"]
    assert 'TargetMode="External"' not in every
    core = found["docProps/core.xml"]
    assert "creator" not in core and "lastModifiedBy" not in core and "dcterms" not in core
    assert "Company" not in found["docProps/app.xml"] and "Manager" not in found["docProps/app.xml"]
    names = re.findall(r'<definedName name="([^"]+)"', found["xl/workbook.xml"])
    assert set(names) == {"_xlnm.Print_Area", "_xlnm.Print_Titles"}
    with zipfile.ZipFile(target) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_workbook_gives_the_same_bytes(
    standard: Standard, example_file: Path, tmp_path: Path
) -> None:
    for name in ("一.xlsx", "二.xlsx"):
        copy_of(standard, example_file, tmp_path / name)
    assert (tmp_path / "一.xlsx").read_bytes() == (tmp_path / "二.xlsx").read_bytes()


def test_merged_areas_stand_in_their_order(
    standard: Standard, example_file: Path, tmp_path: Path
) -> None:
    """In the library's own order they would be other bytes in each process."""
    target = tmp_path / "副本.xlsx"
    copy_of(standard, example_file, target)
    merged = 0
    for text in parts(target).values():
        areas = re.findall(r'<mergeCell ref="([A-Z]+)(\d+):', text)
        places = [(len(column), column, int(row)) for column, row in areas]
        assert places == sorted(places)
        merged += len(places)
    assert merged > 50


def test_only_the_final_text_of_the_explanation(
    standard: Standard, example_file: Path, tmp_path: Path
) -> None:
    source = with_notes(example_file, tmp_path / "带说明.xlsm")
    written = openpyxl.load_workbook(source, data_only=True)[NOTES]
    line = next(
        n for n in range(4, 60) if written[f"D{n}"].value and written[f"B{n}"].value != "标题"
    )
    edits = [CellEdit(NOTES, f"D{line}", "=定稿由人改过"), CellEdit(NOTES, f"F{line}", "内部备注")]
    Workbook(source).patch(source, edits)
    target = tmp_path / "副本.xlsx"
    copy_of(standard, source, target)
    sheet = openpyxl.load_workbook(target)[NOTES]
    assert sheet[f"D{line}"].value == "=定稿由人改过"
    assert sheet[f"D{line}"].data_type == "s", "it stays a text"
    every = "".join(parts(target).values())
    assert "内部备注" not in every
    assert written[f"C{line}"].value not in every, "the replaced draft is not in the file"
    heading = next(n for n in range(4, 60) if written[f"B{n}"].value == "标题")
    assert sheet[f"D{heading}"].font.b
    assert not sheet[f"D{line}"].font.b


# ------------------------------------------------------------------ what users put in


def _own_things(book: Any) -> None:
    book.set_properties({"author": "作者甲", "manager": "作者甲", "company": "作者甲单位"})
    mine, secret = book.add_worksheet(MINE), book.add_worksheet(SECRET)
    secret.write("A1", "图例")
    secret.write("A2", "底稿数字")
    secret.hide()
    mine.write("A1", "测算")
    mine.write_formula("A2", "='[外部单位.xlsx]表1'!$A$1", None, 12.5)
    mine.write_formula("A3", f"={SECRET}!A2", None, "底稿数字结果")
    mine.write_number("A4", EXACT, book.add_format({"num_format": "yyyy-mm-dd"}))
    bold = book.add_format({"bold": True, "italic": True, "font_color": "red", "font_size": 14})
    mine.write_rich_string("A5", "其中", bold, "加粗的字", " 和平常的字")
    table = book.get_worksheet_by_name(TABLE)
    table.write_comment("B8", "内部批注", {"author": "作者甲"})
    table.insert_image(
        "J20",
        "点.png",
        {"image_data": io.BytesIO(DOT), "url": "https://intranet/x", "description": PLACE},
    )
    table.insert_textbox("J24", "图上的字", {"url": "https://intranet/y"})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"name": f"={SECRET}!$A$1", "values": f"='{TABLE}'!$B$6:$B$9"})
    chart.set_title({"name": "结构"})
    table.insert_chart("J30", chart)
    table.write_url("J1", "https://intranet/z", string="链接的字")
    table.write_url("J2", f"internal:'{SECRET}'!A1", string="到底稿")
    table.set_column("L:L", None, None, {"hidden": True})
    table.write("L5", "隐藏列里的字")
    table.set_header("&L&G", {"image_left": "点.png", "image_data_left": io.BytesIO(DOT)})
    book.define_name("外部", "='[外部单位.xlsx]表1'!$A$1")


@pytest.fixture
def furnished(
    monkeypatch: pytest.MonkeyPatch, standard: Standard, example: Book, tmp_path: Path
) -> Path:
    """The example's workbook with sheets, remarks, drawings and links of the user's own."""
    finish = Writer.finish

    def with_own_things(self: Writer, ribbon: bytes = b"") -> bytes:
        _own_things(self.book)
        return finish(self, ribbon)

    path = tmp_path / "我的 预算.xlsm"
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "finish", with_own_things)
        # A user's sheet has texts in several looks, which ours never have.
        patched.setattr("xlbudget.building.writer._Packager", Packager)
        build_workbook(standard, example, path, year=example.year)
    return path


def test_what_is_internal_does_not_go_out(
    standard: Standard, furnished: Path, tmp_path: Path, errors: Callable[[Path], list[object]]
) -> None:
    target = tmp_path / "副本.xlsx"
    outcome = copy_of(standard, furnished, target)
    assert errors(target) == []
    every = "".join(parts(target).values())
    assert [one for one in SECRETS if one in every] == []
    left = dict(outcome.left_out)
    assert left[MINE] == "内部使用的工作表"
    assert left[SECRET] == "隐藏的工作表"
    assert outcome.hidden == (f"“{TABLE}”L列",), "it is told, because anybody can show it"
    assert {"批注和按钮", "工作表保护", "填写提示和下拉选项"} <= set(outcome.dropped)


def test_pictures_charts_and_texts_of_links_stay(
    standard: Standard, furnished: Path, tmp_path: Path
) -> None:
    target = tmp_path / "副本.xlsx"
    copy_of(standard, furnished, target)
    found = parts(target)
    with zipfile.ZipFile(target) as archive:
        assert archive.read("xl/media/image1.png") == DOT
    (chart,) = [one for name, one in found.items() if "/charts/" in name]
    assert "<c:f>" not in chart
    assert all(one in chart for one in ("结构", "图例"))
    assert "图上的字" in "".join(one for name, one in found.items() if "drawings/drawing" in name)
    sheet = openpyxl.load_workbook(target)[TABLE]
    assert sheet["J1"].value == "链接的字" and sheet["J1"].hyperlink is None
    assert sheet["J2"].value == "到底稿" and sheet["J2"].hyperlink is None
    assert sheet["A1"].hyperlink.location == "'目录'!A1", "links within the copy work"


def test_a_users_sheet_that_was_asked_for(
    standard: Standard, furnished: Path, tmp_path: Path, errors: Callable[[Path], list[object]]
) -> None:
    target = tmp_path / "副本.xlsx"
    outcome = copy_of(standard, furnished, target, (MINE, "总览"))
    assert errors(target) == []
    found = openpyxl.load_workbook(target)
    assert found[MINE]["A2"].value == 12.5
    assert found[MINE]["A3"].value == "底稿数字结果"
    assert found[MINE]["A4"].is_date
    assert f">{EXACT}<" in "".join(parts(target).values()), "as a date it would be rounded"
    rich = openpyxl.load_workbook(target, rich_text=True)[MINE]["A5"].value
    assert str(rich) == "其中加粗的字 和平常的字"
    assert [str(one) for one in rich if getattr(one, "font", None) and one.font.b] == ["加粗的字"]
    assert {MINE, "总览"} <= set(outcome.sheets)
    assert "外部单位" not in "".join(parts(target).values())
    with pytest.raises(UnusableFileError, match="没有工作表“没有的”"):
        copy_of(standard, furnished, target, ("没有的",))
