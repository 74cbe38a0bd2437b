"""No formula that is written relies on what Excel, LibreOffice, WPS and gnumeric do differently."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import openpyxl
import pytest

from building.formula_lint import Lint
from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.imported import blank_book

if TYPE_CHECKING:
    from pathlib import Path

    from building.formula_lint import Hit
    from xlbudget.standard.model import Standard


def linted(path: Path) -> tuple[list[Hit], int]:
    """The faults of all formulas in a file: cells, looks, what may be typed, and names."""
    book = openpyxl.load_workbook(path, keep_vba=False)
    cells: dict[tuple[str, str], str] = {}
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    text = cell.value if isinstance(cell.value, str) else cell.value.text
                    cells[sheet.title, cell.coordinate] = text.removeprefix("=")
    lint = Lint(lambda sheet, cell: cells.get((sheet, cell), ""))
    found = [hit for (sheet, cell), text in cells.items() for hit in lint.hits(sheet, cell, text)]
    looks = [
        (sheet.title, str(area.sqref), formula)
        for sheet in book
        for area, rules in sheet.conditional_formatting._cf_rules.items()
        for rule in rules
        for formula in rule.formula
    ]
    for sheet, area, formula in looks:
        found += lint.hits(sheet, area, formula, look=True)
    return found, len(cells) + len(looks)


def told(hits: list[Hit]) -> str:
    shown = {re.sub(r"[0-9]+", "", hit.cell) + hit.reason: hit for hit in hits}.values()
    return "\n".join(f"{hit.cell} {hit.reason}: {hit.formula[:200]}" for hit in shown)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("SUM((LEN(A1:A9)=5)*((COUNTIF(A1:A9,LEFT(A1:A9,3))=0)>0))", "logical > something else"),
        ('(A1="")=0', "logical = something else"),
        ("SUM(ISNUMBER(A1:A9))", "logical as an argument of SUM"),
        ("ISNUMBER(A1)+ISNUMBER(A2)", "logical as a number at +"),
        ("IF(COUNT(A1:A9),1,2)", "number as a logical in IF"),
        ("IF(A1-A2=0,1,2)", "difference without ROUND before ="),
        ("LOOKUP(ABS(SUM(A1)-SUM(A2)),{0,1},{2,3})", "difference without ROUND in LOOKUP"),
        ("A1>0", "> depends on the order of kinds"),
        ("SUM(OFFSET(A1,1,1))", "volatile function OFFSET"),
        ("TEXTJOIN(A1,A2)", "function TEXTJOIN is not known"),
        ('COUNTIF(A1:A9,"301??")', "a pattern of digits"),
        ("MATCH(A1,A2:A9)", "MATCH without exact match"),
    ],
)
def test_each_fault_is_found(formula: str, reason: str) -> None:
    hits = Lint(lambda sheet, cell: "").hits("表", "A1", formula)
    assert [hit for hit in hits if hit.reason.startswith(reason)], hits


@pytest.mark.parametrize(
    "formula",
    [
        "SUM((LEN(A1:A9)=5)*((COUNTIF(A1:A9,LEFT(A1:A9,3))=0)*1>0))",
        "IF(ROUND(A1-A2,6)=0,1,2)",
        'IF(AND(A1="",LEN(A2)>3),SUM(--(A1:A9=A1)),N(A3))',
        "LOOKUP(IFERROR(ROUND(ABS(SUM(A1)-SUM(A2)),6)/(COUNT(A1)),0),{-1E+99,0.5},{0,1})",
    ],
)
def test_what_means_the_same_everywhere_is_none(formula: str) -> None:
    assert not Lint(lambda sheet, cell: "").hits("表", "A1", formula)


def test_new_workbooks(standard: Standard, costly_department: Path, tmp_path: Path) -> None:
    book = read_folder(costly_department, standard)
    path = tmp_path / "部门.xlsm"
    build_workbook(standard, book, path, year=book.year)
    hits, count = linted(path)
    assert not hits, told(hits)
    assert count > 3_000


def test_an_empty_workbook_and_one_that_everything_was_written_to(
    standard: Standard, example_file: Path, tmp_path: Path
) -> None:
    empty, full = tmp_path / "空.xlsm", tmp_path / "全.xlsm"
    build_workbook(standard, blank_book(standard, 2027), empty, year=2027)
    shutil.copy(example_file, full)
    for command in (["fill", str(full)], ["notes", str(full)], ["validate", str(full), "--write"]):
        assert run(command) == 0, command
    for path in (empty, full):
        hits, count = linted(path)
        assert not hits, told(hits)
        assert count > 2_000
