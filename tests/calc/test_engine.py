"""The engine over LibreOffice behaves as Excel does, on files of the product."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from calc.engine_document import CalcError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import xlwings as xw

    Open = Callable[[Path], xw.Book]

pytestmark = pytest.mark.office


def same(one: object, other: object) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) < 1e-9
    return (one if one is not None else "") == (other if other is not None else "")


def formulas_of(sheet: xw.Sheet, area: str) -> object:
    """What xlwings gives for several cells: rows of texts."""
    return sheet.range(area).formula


def test_every_value_of_the_example_is_the_one_in_the_file(live: Open, example_copy: Path) -> None:
    book = live(example_copy)
    assert (book.name, book.fullname) == (example_copy.name, str(example_copy))
    file = CalamineWorkbook.from_path(str(example_copy))
    assert [sheet.name for sheet in book.sheets] == file.sheet_names
    numbers = 0
    for sheet in book.sheets:
        lines = file.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        height, width = len(lines), max(map(len, lines))
        found = sheet.range((1, 1), (height, width)).options(ndim=2).value
        different = [
            (sheet.name, at, one, other)
            for at, (row, line) in enumerate(zip(found, lines, strict=True), 1)
            for one, other in zip(row, line, strict=True)
            if not same(one, other)
        ]
        assert not different
        numbers += sum(isinstance(one, float) for row in found for one in row)
    assert numbers > 800


@pytest.mark.thorough
def test_every_formula_of_the_example_is_the_one_in_the_file(
    live: Open, example_copy: Path
) -> None:
    book = live(example_copy)
    file = openpyxl.load_workbook(example_copy)
    count = 0
    for sheet in book.sheets:
        used = sheet.used_range
        rows, stored = used.options(ndim=2).formula, file[sheet.name]
        for at, row in enumerate(rows, used.row):
            for column, text in enumerate(row, used.column):
                cell = stored.cell(at, column)
                if cell.data_type == "f":
                    held = getattr(cell.value, "text", cell.value)
                    wanted = "=" + held.removeprefix("=").replace("_xlfn.", "")
                    assert text.replace("'", "") == wanted.replace("'", ""), cell.coordinate
                    count += 1
                elif isinstance(cell.value, str):
                    assert text == cell.value, cell.coordinate
    assert count > 3000


def test_values_come_back_as_excel_gives_them(live: Open, paper: Path) -> None:
    sheet = live(paper).sheets["草稿"]
    moment = dt.datetime(2024, 1, 2)  # noqa: DTZ001
    rows = [["工资", 12.5, None], [moment, True, Decimal("4323.91")], ["", -3, "=C2*2"]]
    sheet.range("B2").value = rows
    assert sheet.range("B2:D4").value == [
        ["工资", 12.5, None],
        [moment, True, 4323.91],
        [None, -3.0, 25.0],
    ]
    assert sheet.range("B3").number_format == "yyyy/m/d"
    assert sheet.range("B2:D2").value == ["工资", 12.5, None]
    assert sheet.range("B2:B3").value == ["工资", moment]
    assert sheet.used_range.address == "$B$2:$D$4"


def test_texts_are_read_as_typed_unless_marked(live: Open, paper: Path) -> None:
    sheet = live(paper).sheets["草稿"]
    sheet.range("A1:F1").formula = (("00123", "2024-01-01", "12%", "(5.5)", "true", "说明：1"),)
    new_year = dt.datetime(2024, 1, 1)  # noqa: DTZ001
    assert sheet.range("A1:F1").value == [123.0, new_year, 0.12, -5.5, True, "说明：1"]
    texts = ["=1+1", "00123", "2024-01-01", "+8", "-项目", "@某", "'引号", "TRUE", "12%"]
    sheet.range("A2:I2").formula = (tuple(f"'{one}" for one in texts),)
    assert sheet.range("A2:I2").value == texts
    assert formulas_of(sheet, "A2:I2") == (tuple(texts),)
    sheet.range("A3:C3").number_format = "@"
    sheet.range("A3:C3").value = ["=1+1", "00123", "2024-01-01"]
    assert sheet.range("A3:C3").value == ["=1+1", "00123", "2024-01-01"]
    with pytest.raises(CalcError, match="@某"):
        sheet.range("A4").formula = "@某"
    sheet.range("A2:I2").formula = (("",) * 9,)
    assert sheet.range("A2:I2").value == [None] * 9


def test_formulas_are_excels(live: Open, paper: Path) -> None:
    book = live(paper)
    sheet, other = book.sheets["草稿"], book.sheets["名 称'表"]
    other.range("A1:A3").value = [[1.5], [2], ["三"]]
    formulas = (
        ("='名 称''表'!A1+草稿!$E$1", "=SUM('名 称''表'!$A$1:$A$3)", '=IF(A1=TRUE,"a,b;c!d",2)'),
        ("=_xlfn.ISFORMULA(A1)", "=SUM({1,2;3,4})", "=IFERROR(1/0,-2^2)"),
        ("文字", 7, ""),
    )
    sheet.range("A1:C3").formula = formulas
    assert formulas_of(sheet, "A1:C3") == (
        formulas[0],
        ("=ISFORMULA(A1)", *formulas[1][1:]),
        ("文字", "7", ""),
    )
    assert sheet.range("A1:C3").value == [
        [1.5, 3.5, 2.0],
        [True, 10.0, 4.0],
        ["文字", 7.0, None],
    ]
    sheet.range("D1:D3").formula = "=B1*2"
    assert formulas_of(sheet, "D1:D3") == (("=B1*2",), ("=B2*2",), ("=B3*2",))
    sheet.range("E5").formula = "=1/0"
    assert sheet.range("E5").value is None
    assert sheet.range("E5").options(err_to_str=True).value == "#DIV/0!"
    with pytest.raises(CalcError, match="not a formula"):
        sheet.range("E6").formula = "=1+"


def test_an_array_formula_computes_over_areas(live: Open, paper: Path) -> None:
    sheet = live(paper).sheets["草稿"]
    sheet.range("A1:A4").value = [[1], [2], [3], [4]]
    cell = sheet.range("C1")
    assert (cell.api.HasArray, cell.formula_array) == (False, "")
    cell.formula_array = "=SUM(IF(A1:A4>2,A1:A4,0))"
    assert cell.value == 7.0
    assert cell.formula == cell.formula_array == cell.api.FormulaArray
    assert cell.formula == "=SUM(IF(A1:A4>2,A1:A4,0))"
    assert cell.api.HasArray and sheet.range("C1:D1").api.HasArray is None
    with pytest.raises(CalcError, match="255"):
        cell.formula_array = "=" + "+".join(["A1"] * 90)
    cell.formula = "=SUM(A1:A4)"
    assert (cell.value, cell.api.HasArray) == (10.0, False)
    cell.formula_array = "=SUM(IF('名 称''表'!$A$1:$A$2={1;2},草稿!A1:A2,\"；,\"))"
    assert cell.formula_array == "=SUM(IF('名 称''表'!$A$1:$A$2={1;2},草稿!A1:A2,\"；,\"))"
    area = sheet.range("E1:F2")
    area.api.FormulaArray = "=A1:A2*{10,100}"
    assert area.value == [[10.0, 100.0], [20.0, 200.0]]
    assert area.formula_array == sheet.range("F2").formula_array == "=A1:A2*{10,100}"
    with pytest.raises(CalcError, match="part of an array"):
        sheet.range("E1").value = 1
