"""What comes out of the printer: black on white, numbered within the disclosure, as 目录 says."""

from __future__ import annotations

import re
import shutil
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import openpyxl
import pdfplumber
import pytest

from xlbudget.building.live import STATE_WIDTH
from xlbudget.building.pages import PrintedSheet, printed_text
from xlbudget.cli.run import run
from xlbudget.editing.fill import plan_fill
from xlbudget.publishing.values import choose_sheets, write_values_copy
from xlbudget.reading.book import read_book
from xlbudget.sheets.layout import CONTENTS, GLOSSARY, NOTES, PROFILE, contents_lines
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INTERNAL = ("基础信息", "总览", "校验结果", "科目字典")
GENERAL = "一般公共预算支出表"
WHITE = (None, "00000000", "FFFFFFFF")


def plain(rows: list[float], **other: Any) -> PrintedSheet:
    """An upright sheet of one narrow column."""
    return PrintedSheet([10.0], False, [], [], rows)._replace(**other)


def test_a_page_ends_before_the_row_that_does_not_fit() -> None:
    room = plain([]).room
    assert plain([room]).starts == []
    assert plain([room / 4] * 9).starts == [4, 6], "the last page has at least three rows"
    assert plain([room / 4] * 11).starts == [4, 8]
    repeated = plain([room / 4] * 6, repeated=[room / 4])
    assert repeated.starts == [3]
    assert repeated.ends(7) == [9] and repeated.pages == 2
    titled = plain([room / 4] * 7, title=[room / 2])
    assert titled.starts == [2, 4], "the title stands on the first page alone"


def test_blocks_are_not_divided() -> None:
    room = plain([]).room
    assert plain([room / 5] * 9, blocks=[3, 3, 3]).starts == [3, 6]
    assert plain([room / 7] * 9, blocks=[3, 3, 3]).starts == [6]


def test_a_sheet_that_is_too_wide_is_made_smaller_and_holds_more_rows() -> None:
    narrow, wide = plain([]), plain([], widths=[60.0, 60.0])
    assert wide.room > 1.2 * narrow.room
    assert plain([], landscape=True).room < narrow.room


@pytest.fixture(scope="module")
def book(example_file: Path) -> Any:
    """The example as openpyxl opens it, to be looked at alone."""
    return openpyxl.load_workbook(example_file)


def test_published_sheets_are_black_on_white_and_numbered(book: Any, standard: Any) -> None:
    tables = [table.sheet for table in standard.tables]
    for name in (PROFILE, *tables):
        sheet = book[name]
        assert sheet.page_setup.blackAndWhite, name
        assert sheet.oddFooter.center.text == "— &P —", name
        assert bool(sheet.page_setup.useFirstPageNumber) == (name == PROFILE), name
        area = sheet.print_area.rpartition("!")[2]
        grey = {
            cell.coordinate
            for row in sheet[area]
            for cell in row
            if cell.fill.fill_type and cell.fill.fgColor.rgb not in WHITE
        }
        assert grey == set(), name
        for held in sheet.conditional_formatting:
            for rule in held.rules:
                fill = rule.dxf.fill if rule.dxf else None
                marked = rule.formula and "校验位置" in rule.formula[0]
                assert fill is None or marked, (name, rule.formula)
    for name in INTERNAL:
        assert book[name].oddFooter.center.text.startswith("内部使用，不公开"), name


def test_lists_that_are_long_stand_upright(book: Any) -> None:
    assert book["部门支出总表"].page_setup.orientation != "landscape"
    assert book[GENERAL].page_setup.orientation != "landscape"
    assert book["项目支出表"].page_setup.orientation == "landscape"


def test_continued_pages_repeat_the_unit_of_money(book: Any) -> None:
    assert book[GENERAL].print_title_rows == "$3:$5"
    assert "单位：万元" in {cell.value for cell in book[GENERAL][3]}


def test_buttons_stand_beyond_the_state_and_titles_are_not_cut(
    book: Any, example_file: Path, standard: Any
) -> None:
    with ZipFile(example_file) as parts:
        for table in standard.tables:
            sheet = book[table.sheet]
            number = book.sheetnames.index(table.sheet) + 1
            related = parts.read(f"xl/worksheets/_rels/sheet{number}.xml.rels").decode()
            drawing = re.search(r"vmlDrawing\d+\.vml", related)
            assert drawing, table.sheet
            anchors = re.findall(
                r"<x:Anchor>\s*(\d+)", parts.read(f"xl/drawings/{drawing[0]}").decode()
            )
            first = min(map(int, anchors))
            letters = [openpyxl.utils.get_column_letter(at + 1) for at in range(1, first)]
            assert sum(sheet.column_dimensions[one].width for one in letters) >= STATE_WIDTH
    assert book[GENERAL].freeze_panes == "A6", "its columns fit: none stays, the title is whole"


def test_forms_join_what_belongs_together(book: Any, standard: Any) -> None:
    table = next(table for table in standard.tables if table.forms)
    sheet = book[table.sheet]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    lines = {str(cell.value): cell.row for (cell,) in sheet["B4:B20"] if cell.value}
    first = lines["年度资金总额"]
    assert f"C{first}:F{first}" in merged or f"C{first}:J{first}" in merged
    rules = [rule.formula[0] for held in sheet.conditional_formatting for rule in held.rules]
    joined = r"""AND\(\$C\d+<>"",\$B\d+=\$B\d+,\$C\d+=\$C\d+\)"""
    assert any(re.fullmatch(joined, one) for one in rules)
    texts = [sheet[f"B{row}"].value for row in range(lines["一级指标"] + 1, lines["一级指标"] + 6)]
    assert texts.count("产出指标") > 1, "every row keeps its own text"


def test_filling_brings_pages_and_contents_up_to_date(example_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "样例.xlsm"
    shutil.copy(example_file, path)
    before = dict(_pages(path))
    last = Workbook(path).lines(GENERAL)
    total = next(number for number, line in enumerate(last, 1) if line[0] == "合计")
    edits = [CellEdit(GENERAL, f"{letter}{total}", None) for letter in "ABCDEFGH"]
    for number in range(45):
        edits.append(CellEdit(GENERAL, f"A{total + number}", f"20103{number + 10}"))
        edits.append(CellEdit(GENERAL, f"G{total + number}", Decimal(1)))
    Workbook(path).patch(path, edits)
    plan = plan_fill(Workbook(path))
    Workbook(path).patch(path, plan.edits, plan.afterwards)
    sheet = openpyxl.load_workbook(path)[GENERAL]
    assert len(sheet.row_breaks.brk) == 1
    assert sheet.HeaderFooter.differentFirst
    assert "（续表）" in sheet.oddHeader.center.text
    assert sheet.firstFooter.center.text == sheet.oddFooter.center.text
    after = dict(_pages(path))
    assert after[GENERAL] == before[GENERAL]
    assert after["一般公共预算基本支出表"] == before["一般公共预算基本支出表"] + 1
    assert after[NOTES] == before[NOTES] + 1 and after[GLOSSARY] == before[GLOSSARY] + 1


def test_filling_keeps_the_ends_of_pages_that_a_person_has_set(
    example_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "样例.xlsm"
    part = Workbook(example_file).parts.sheets[GENERAL].part
    mine = (
        b'<rowBreaks count="1" manualBreakCount="1"><brk id="9" max="16383" man="1"/></rowBreaks>'
    )
    with ZipFile(example_file) as old, ZipFile(path, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            if one.filename == part:
                assert b"rowBreaks" not in data
                data = re.sub(rb"</headerFooter>", rb"</headerFooter>" + mine, data)
            new.writestr(one, data)
    Workbook(path).patch(path, [CellEdit(GENERAL, "F8", Decimal("431.90"))])
    plan = plan_fill(Workbook(path))
    assert GENERAL in plan.afterwards.paging
    Workbook(path).patch(path, plan.edits, plan.afterwards)
    assert [one.id for one in openpyxl.load_workbook(path)[GENERAL].row_breaks.brk] == [9]


def test_the_contents_follow_the_length_of_the_explanation(
    example_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "样例.xlsm"
    shutil.copy(example_file, path)
    assert run(["notes", "-q", str(path)]) == 0
    pages = dict(_pages(path))
    texts = [str(line[3] or "") for line in Workbook(path).lines(NOTES)[3:153]]
    while not texts[-1]:
        texts.pop()
    assert pages[GLOSSARY] == pages[NOTES] + printed_text(texts).pages > pages[NOTES] + 1


def _pages(path: Path) -> Iterator[tuple[str, int]]:
    """Sheet -> its page, as 目录 says."""
    book = read_book(Workbook(path))
    from xlbudget.standard.loader import own_standard  # noqa: PLC0415  # not for the others

    lines = Workbook(path).lines(CONTENTS)
    for one in contents_lines(own_standard(book)):
        if one.sheet and one.kind in ("part", "table"):
            number = lines[one.line - 1][1]
            assert isinstance(number, int | float), one
            yield one.sheet, int(number)


@pytest.mark.office
def test_the_pages_of_the_contents_are_those_of_the_pdf(
    example_file: Path, standard: Any, tmp_path: Path
) -> None:
    """Of the workbook, and of the values-only copy that is handed in, as LibreOffice prints them."""
    path, copy = tmp_path / "样例.xlsm", tmp_path / "公开.xlsx"
    shutil.copy(example_file, path)
    assert run(["notes", "-q", str(path)]) == 0
    source = Workbook(path)
    chosen = choose_sheets(source, standard, read_book(source))
    write_values_copy(source, copy, chosen.sheets, texts=chosen.texts)
    titles = {table.sheet: table.title for table in standard.tables}
    expected = dict(_pages(path))
    printed = _printed(tmp_path, path, copy)
    for file, sheets in (
        (path, [PROFILE, *titles]),
        (copy, [PROFILE, *titles, NOTES, GLOSSARY]),
    ):
        page = 0
        for sheet in sheets:
            page = next(
                at
                for at, lines in enumerate(printed[file.stem][page + 1 :], page + 1)
                if titles.get(sheet, sheet) in lines[:2]
            )
            assert printed[file.stem][page][-1] == f"— {expected[sheet]} —", (file.name, sheet)
    internal = [lines[-1] for lines in printed[path.stem] if lines[-1].startswith("内部使用")]
    assert "内部使用，不公开 · 校验结果 第 1 页" in internal
    assert not any(lines[-1].startswith("内部使用") for lines in printed[copy.stem])


def _printed(folder: Path, *files: Path) -> dict[str, list[list[str]]]:
    """The lines of every page of some workbooks, as LibreOffice prints them."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    profile = (folder / "profile").as_uri()
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", folder, *files], check=True, capture_output=True, timeout=300
    )
    found = {}
    for file in files:
        with pdfplumber.open(folder / f"{file.stem}.pdf") as pdf:
            found[file.stem] = [(page.extract_text() or " ").split("\n") for page in pdf.pages]
    return found
