"""A built workbook holds exactly what the book has, formulas carry their values."""

import io
import re
import zipfile
from decimal import Decimal
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from xlbudget.building.contents import render_table
from xlbudget.building.formulas.derived import book_formulas
from xlbudget.characters import ordinal
from xlbudget.editing.build import build_workbook, workbook_bytes
from xlbudget.errors import UnusableFileError
from xlbudget.figures import (
    TOTAL,
    BlockData,
    Book,
    FormData,
    Indicator,
    InfoValue,
    Office,
    Profile,
    Row,
    Unreadable,
)
from xlbudget.money import COUNT, WAN, parse_amount
from xlbudget.sheets.layout import is_form, place_book, sheet_names, table_layout
from xlbudget.standard.loader import load_standard
from xlbudget.standard.model import Column

STANDARD = load_standard()
EMPTY = Book("空", STANDARD.id, 2025, {}, {})


def row(key: str, kind: str, *amounts: str, label: str = "", texts: tuple[str, ...] = ()) -> Row:
    cells = tuple(parse_amount(text, WAN) for text in amounts)
    return Row(key, kind, label or key, cells, texts)


def small_book() -> Book:
    """One class with a wrong total, a project, a form, all kinds of cells."""
    general = [
        row("201", "subject", "6.01", "4.00", "3.00", "1.00", "2.00", label="一般公共服务支出"),
        row("20103", "subject", "6.00", "4.00", "3.00", "1.00", "2.00", label="=1+1"),
        row("2010301", "subject", "6.00", "4.00", "3.00", "1.00", "2.123456", label="行政运行"),
        row(TOTAL, TOTAL, "6.01", "4.00", "3.00", "", "0.00"),
    ]
    bad = (Unreadable("约三万"), None, None, None, None, None)
    services = Row("201", "subject", "一般公共服务支出", bad)
    expenditure = [services, row(TOTAL, TOTAL, "1.00", *[""] * 5)]
    project = [
        row("group:信息化", "group", "3.00", "3.00", *[""] * 7, label="信息化", texts=("专项", "")),
        row("平台", "item", "3.00", "3.00", *[""] * 7, texts=("", "某单位"))._replace(
            parent="group:信息化"
        ),
        row(TOTAL, TOTAL, "3.00", "3.00", *[""] * 7),
    ]
    indicator = {"first": "产出指标", "third": "次数", "value": "=100%", "weight": "20"}
    info = {
        "unit_name": InfoValue("某市某局"),
        "scope": InfoValue("部门本级"),
        "issued": InfoValue("2024-02-27"),
        "staff_active": InfoValue(parse_amount("130", COUNT)),
        "staff_retired": InfoValue(parse_amount("96", COUNT)),
        "staff_total": InfoValue(parse_amount("226", COUNT)),
        "prior_total": InfoValue(parse_amount("5,673.19", WAN)),
    }
    classes = [row("201", "class", "6.01", "", "0.00", label="一般公共服务支出")]
    return Book(
        "某局",
        STANDARD.id,
        2024,
        info,
        {
            "general": BlockData.of(general),
            "expenditure": BlockData.of(expenditure),
            "project": BlockData.of(project),
            "performance": BlockData.of([row("平台", "form", "3.00", "3.00", "", "0.00")]),
            "fiscal.expense": BlockData.of(classes),
            "summary.expense": BlockData.of(classes),
        },
        (FormData("平台", "target", {"name": "平台", "goal": "目标"}, (Indicator(indicator),)),),
        {"gloss": {"2010301": "用于运行的支出"}},
        Profile(("职能一",), "说明。", (Office("办公室", "综合协调。"),), ("某市某局",)),
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("书 本") / "预算.xlsm"
    build_workbook(STANDARD, small_book(), path, year=2024)
    return path


def values(path: Path, sheet: str) -> dict[str, object]:
    """Cell -> value, blank cells left out."""
    found = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet)
    rows = found.to_python(skip_empty_area=False)
    return {
        f"{chr(65 + column)}{line}": value
        for line, cells in enumerate(rows, 1)
        for column, value in enumerate(cells)
        if value != ""
    }


@cache
def opened(path: Path) -> openpyxl.Workbook:
    """A finished file, read once."""
    return openpyxl.load_workbook(path)


def formula(path: Path, sheet: str, cell: str) -> object:
    return opened(path)[sheet][cell].value


@pytest.mark.parametrize("book", [small_book(), EMPTY], ids=["small", "empty"])
def test_every_sheet_is_there_and_the_build_repeats(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    build_workbook(STANDARD, book, path, year=2024)
    # Behind them, out of sight, the macros' texts.
    assert CalamineWorkbook.from_path(str(path)).sheet_names == [
        *sheet_names(STANDARD),
        "_memory",
        "_forms",
        "_texts",
    ]
    hidden = opened(path)
    assert {hidden[name].sheet_state for name in ("_memory", "_forms", "_texts")} == {"veryHidden"}
    assert path.read_bytes() == workbook_bytes(STANDARD, book, year=2024)


def covered(path: Path, sheet: str) -> set[str]:
    """The cells that a merged range covers, its first cell left out."""
    areas = opened(path)[sheet].merged_cells.ranges
    return {
        f"{get_column_letter(column)}{line}"
        for area in areas
        for line, column in list(area.cells)[1:]
    }


@pytest.mark.parametrize("book", [small_book(), EMPTY], ids=["small", "empty"])
def test_cells_read_back_as_rendered(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    build_workbook(STANDARD, book, path, year=2024)
    placed = place_book(STANDARD, book._replace(year=2024))
    formulas = book_formulas(STANDARD, placed)
    for table in STANDARD.tables:
        found = values(path, table.sheet)
        rendered = render_table(STANDARD, table, placed, formulas)
        assert len({one.cell for one in rendered}) == len(rendered)
        hidden = covered(path, table.sheet)
        for one in rendered:
            if one.cell in hidden:
                continue
            expected = float(one.value) if isinstance(one.value, Decimal) else one.value or None
            assert found.get(one.cell) == expected, one


def test_codes_may_stand_in_a_column_per_level(tmp_path: Path) -> None:
    block = STANDARD.blocks["general"]
    codes = tuple(Column(f"code{level}", "code", ("科目编码", level)) for level in "类款项")
    block = block._replace(columns=(*codes, *block.columns[1:]))
    table = STANDARD.table("general")._replace(blocks=(block,))
    standard = STANDARD._replace(
        tables=tuple(table if one.key == table.key else one for one in STANDARD.tables),
        blocks={**STANDARD.blocks, "general": block},
    )
    build_workbook(standard, small_book(), tmp_path / "a.xlsx", year=2024)
    found = values(tmp_path / "a.xlsx", "一般公共预算支出表")
    assert [found.get(cell) for cell in ("A8", "B8", "C8", "D8")] == ["201", "03", "01", "行政运行"]
    assert [found.get(cell) for cell in ("A6", "B6", "A9")] == ["201", None, "合计"]
    # Whole codes stand in a hidden column, where other tables look them up.
    amount = str(formula(tmp_path / "a.xlsx", "财政拨款收支总表", "F7"))
    assert 'SUMIF(一般公共预算支出表!$AA$6:$AA$306,"201",一般公共预算支出表!E$6:E$306)' in amount


def test_an_equal_total_is_a_formula_and_another_stays_as_typed(built: Path) -> None:
    sheet = "一般公共预算支出表"
    found = values(built, sheet)
    assert found["C6"] == 6.01
    assert formula(built, sheet, "C6") == 6.01
    assert str(formula(built, sheet, "D6")).startswith("=IF(COUNT(D7)")
    assert found["D6"] == 4
    # Blank while something is there to add up: it stays blank, filling is another's job.
    assert formula(built, sheet, "F9") is None
    assert formula(built, sheet, "G9") == 0


def test_texts_are_never_interpreted(built: Path) -> None:
    with zipfile.ZipFile(built) as parts:
        strings = parts.read("xl/sharedStrings.xml").decode()
    assert "<t>=1+1</t>" in strings
    assert values(built, "一般公共预算支出表")["B7"] == "=1+1"
    assert values(built, "项目支出绩效目标表")["E12"] == "=100%"
    assert values(built, "项目支出绩效目标表")["F12"] == 20
    assert values(built, "一般公共预算支出表")["A6"] == "201"
    assert values(built, "部门支出总表")["C5"] == "约三万"


def test_printed_decimals_survive(built: Path) -> None:
    sheet = opened(built)["一般公共预算支出表"]
    assert sheet["G8"].number_format == "#,##0.000000"
    assert sheet["G6"].number_format == "#,##0.00"
    assert values(built, "一般公共预算支出表")["G8"] == 2.123456


def test_headings_are_merged_and_nothing_else(built: Path) -> None:
    book = opened(built)
    general = {str(area) for area in book["一般公共预算支出表"].merged_cells.ranges}
    assert general == {"A2:G2", "A4:A5", "B4:B5", "C4:C5", "D4:F4", "G4:G5"}
    for table in STANDARD.tables:
        for area in book[table.sheet].merged_cells.ranges:
            if is_form(table):
                # A form's captions, and its goals, which run over several lines.
                assert area.min_col == 1 or (area.min_row == area.max_row and area.min_col == 3)
            else:
                assert area.max_row < table_layout(STANDARD, table).first
    assert values(built, "部门收支总表")["B5"] == "2024年预算数"


def test_notes_follow_the_last_row(built: Path) -> None:
    found = values(built, "一般公共预算三公经费支出表")
    assert found["A11"] == "说明："
    assert found["A12"] == "1、“本年预算数”的单位范围包括部门本级。"
    assert "226人，其中：在职人员130人，离退休人员96人" in str(found["A13"])
    note = str(formula(built, "一般公共预算三公经费支出表", "A12"))
    assert re.fullmatch(r"=\"1、“本年预算数”的单位范围包括\"&基础信息!B\d+&\"。\"", note)
    assert values(built, "政府性基金预算支出表")["A6"] == "说明：本单位无政府性基金预算支出。"


def test_printed_notes_are_kept_and_may_be_none(tmp_path: Path) -> None:
    book = small_book()._replace(notes={"three_public": ("说明：另有文字。",), "fund": ()})
    build_workbook(STANDARD, book, tmp_path / "a.xlsx", year=2024)
    found = values(tmp_path / "a.xlsx", "一般公共预算三公经费支出表")
    assert found["A11"] == "说明：另有文字。"
    assert "A12" not in found
    assert "A6" not in values(tmp_path / "a.xlsx", "政府性基金预算支出表")


def test_unit_name_and_year_come_from_the_particulars(built: Path) -> None:
    assert values(built, "部门收入总表")["A3"] == "预算单位：某市某局"
    assert values(built, "部门收入总表")["R3"] == "单位：万元"
    info = values(built, "基础信息")
    labels = {value: cell for cell, value in info.items() if cell.startswith("A")}
    assert info["B" + labels["预算年度"][1:]] == 2024
    assert info["B" + labels["实有人员"][1:]] == 226
    assert info["C" + labels["实有人员"][1:]] == "人"
    assert info["B" + labels["上年收支总额"][1:]] == 5673.19
    assert info["B" + labels["公开日期"][1:]] == "2024-02-27"
    assert info["B" + labels["2010301"][1:]] == "用于运行的支出"
    assert values(built, "公开封面")["A4"] == "2024年部门预算"


def test_project_and_profile_rows(built: Path) -> None:
    found = values(built, "项目支出表")
    held = [found.get(cell) for cell in ("A6", "B6", "A7", "C7", "D7", "A8")]
    assert held == ["专项", "信息化", None, "平台", "某单位", "合计"]
    found = values(built, "部门概况")
    headed = ["主要职能", "机构说明", "机构设置", "预算单位"]
    assert [found[f"A{line}"] for line in range(4, 8)] == headed
    texts = ["职能一", "说明。", "办公室", "综合协调。", "某市某局"]
    assert [found[cell] for cell in ("C4", "C5", "B6", "C6", "B7")] == texts


def test_classes_are_numbered_at_their_slot(built: Path) -> None:
    assert values(built, "部门收支总表")["E6"] == "一、一般公共服务支出"
    assert values(built, "财政拨款收支总表")["E7"] == "一般公共服务支出"
    assert list(map(ordinal, (1, 10, 11, 20, 28))) == ["一", "十", "十一", "二十", "二十八"]
    overview = values(built, "总览")
    assert (overview["A7"], overview["B7"]) == ("合计", 1), "the only class has no readable amount"
    assert "A8" not in overview or not overview["A8"]


def test_the_main_part_is_that_of_a_macro_workbook() -> None:
    for macros, kind in ((True, "macroEnabled.main+xml"), (False, "spreadsheetml.sheet.main+xml")):
        data = workbook_bytes(STANDARD, EMPTY, year=2024, macros=macros)
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            assert kind in parts.read("[Content_Types].xml").decode()
            assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_formula_carries_a_typed_value(built: Path) -> None:
    with zipfile.ZipFile(built) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        text = "".join(parts.read(name).decode() for name in sheets)
    cells = re.findall(r"<c ([^>]*)><f>[^<]*</f>(<v>[^<]*</v>)?", text)
    assert len(cells) > 300
    for attributes, value in cells:
        assert value
        assert value != "<v></v>" or 't="str"' in attributes


def test_formulas_are_neither_volatile_nor_new(built: Path) -> None:
    book = opened(built)
    used = {
        name
        for sheet in book
        for line in sheet.iter_rows()
        for cell in line
        if cell.data_type == "f"
        for name in re.findall(
            r"[A-Z]{1,}(?=\()", re.sub(r'"[^"]*"', "", _formula_text(cell.value))
        )
    }
    plain = (
        "AND AVERAGEIF COUNT COUNTA COUNTIF COUNTIFS IF IFERROR INDEX INT ISLOGICAL MATCH N OR REPT"
        " ROUND ROWS SUBSTITUTE SUBTOTAL SUM SUMIF TEXT"
    )
    whole = "ABS COLUMN FIND ISERROR ISNA ISNUMBER ISTEXT LEFT LEN LOOKUP MID MMULT MOD ROW SMALL SUMIFS"
    texts = "EXACT HYPERLINK SUMPRODUCT TRANSPOSE TRIM VALUE"
    assert used <= {*plain.split(), *whole.split(), *texts.split()}


def _formula_text(value: object) -> str:
    """The text of a formula, also of one that computes over whole areas."""
    return str(getattr(value, "text", value))


def test_code_names_are_ascii(built: Path) -> None:
    with zipfile.ZipFile(built) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        names = [re.findall(r'codeName="([^"]+)"', parts.read(name).decode()) for name in sheets]
    flat = [name for one in names for name in one]
    assert len(flat) == len(set(flat)) == len(sheet_names(STANDARD)) + 3
    assert all(name.isascii() and name.isalnum() for name in flat)


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    duties = EMPTY._replace(profile=Profile(tuple(f"职能{number}" for number in range(121))))
    long = EMPTY._replace(info={"reason_income": InfoValue("长" * 40_000)})
    for book, path, message in (
        (duties, tmp_path / "a.xlsm", "部门概况有121行"),
        (long, tmp_path / "a.xlsm", "基础信息.*32767"),
        (EMPTY, tmp_path / "没有" / "a.xlsm", "写不进去"),
    ):
        with pytest.raises(UnusableFileError, match=message):
            build_workbook(STANDARD, book, path, year=2024)
