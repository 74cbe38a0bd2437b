"""Formulas moved to another cell, as Excel reads them when several cells share one."""

from __future__ import annotations

import pytest
from openpyxl.formula.translate import Translator

from xlbudget.xlsx.references import (
    Area,
    Spot,
    cell_name,
    parse_area,
    parse_cell,
    translate,
    widened,
    widened_spans,
)


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A1+B2", "B3+C4"),
        ("$A1+B$2+$C$3", "$A3+C$2+$C$3"),
        ("SUM(A1:B2,$A$1:A1)", "SUM(B3:C4,$A$1:B3)"),
        ("LOG10(A1)+ATAN2(1,2)", "LOG10(B3)+ATAN2(1,2)"),
        ('"A1"&A1&"say ""B2"" A1"', '"A1"&B3&"say ""B2"" A1"'),
        ("'A1 sheet'!A1+'it''s A1'!B2", "'A1 sheet'!B3+'it''s A1'!C4"),
        ("Sheet1!A1+Jan:Mar!B2", "Sheet1!B3+Jan:Mar!C4"),
        ("一般公共预算!A1+合计A1", "一般公共预算!B3+合计A1"),
        ("SUM(A:B)+SUM($A:C)+SUM(1:2)+SUM($1:2)", "SUM(B:C)+SUM($A:D)+SUM(3:4)+SUM($1:4)"),
        ("1E5+2.5E-3+A1%", "1E5+2.5E-3+B3%"),
        ("Table1[[#This Row],[A1]]+[1]Sheet1!A1", "Table1[[#This Row],[A1]]+[1]Sheet1!B3"),
        ("#REF!+#N/A+A1", "#REF!+#N/A+B3"),
        ("ZZZ1+XTX2024+my.A1+A1.x+_A1", "ZZZ1+XTX2024+my.A1+A1.x+_A1"),
        ("A1:XFD1", "#REF!"),
        ("A1048576", "#REF!"),
        ("XFD:XFD+B1", "#REF!+C3"),
        ("{1,2;3,4}*A1", "{1,2;3,4}*B3"),
        ("IF(a1>0,TRUE,b2)", "IF(B3>0,TRUE,C4)"),
        ("_xlfn.CONCAT(A1)", "_xlfn.CONCAT(B3)"),
        ("SUM((A1,B1) (A1:C3))", "SUM((B3,C3) (B3:D5))"),
    ],
)
def test_references_move_two_rows_down_and_one_column_right(formula: str, moved: str) -> None:
    assert translate(formula, 2, 1) == moved


@pytest.mark.parametrize(
    ("formula", "moved"),
    [("B2", "#REF!"), ("C3+$B4", "A1+$B2"), ("2:3", "#REF!"), ("B:D", "#REF!")],
)
def test_references_that_leave_the_sheet_are_errors(formula: str, moved: str) -> None:
    assert translate(formula, -2, -2) == moved


def test_moved_nowhere_a_formula_stays_as_it_is() -> None:
    formula = "if(SUM('a b'!A1:$B$2, 1:1)>LOG10(C3),\"A1\",[1]x!A1#)"
    assert translate(formula, 0, 0) == formula


@pytest.mark.parametrize(
    "formula", ["A1+$B$2*SUM(C3:D$4)", "SUM(A:A)+SUM(1:1)", "'x y'!A1&\"B2\"", "LOG10(B7)"]
)
def test_openpyxl_moves_formulas_the_same_way(formula: str) -> None:
    other = Translator(f"={formula}", "A1").translate_formula("C5")
    assert f"={translate(formula, 4, 2)}" == other


def test_cells_and_ranges_by_name() -> None:
    assert parse_cell("D7") == (7, 4) and cell_name(Spot(7, 4)) == "D7"
    assert parse_cell("XFD1048576") == (1_048_576, 16_384)
    assert cell_name(Spot(1, 703)) == "AAA1"
    assert [parse_cell(text) for text in ("A0", "XFE1", "A1048577", "7", "A", "A1:B2", "")] == [
        None
    ] * 7
    assert parse_area("B2:C5") == Area(2, 2, 5, 3) and parse_area("B2") == Area(2, 2, 2, 2)
    assert parse_area("A:C") is None
    assert widened("B2:C5", [Spot(7, 1)]) == "A2:C7" and widened("A1", [Spot(1, 1)]) == "A1"
    assert widened("A:C", [Spot(7, 1)]) == "A:C"
    assert widened_spans("2:4 7:9", [1, 5]) == "1:9" and widened_spans("", [1]) == ""
