"""The lists of 总览 follow the tables in a spreadsheet program, without Python."""

from __future__ import annotations

import shutil
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from xlbudget.building.overview import chart_sections
from xlbudget.editing.build import build_workbook
from xlbudget.importing.imported import blank_book
from xlbudget.standard.loader import parse_ref
from xlbudget.standard.model import Chart
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.office


def cells(path: Path, *, values: bool = True) -> dict[str, object]:
    """What stands on the sheet, the only one that is read."""
    with closing(openpyxl.load_workbook(path, read_only=True, data_only=values)) as book:
        lines = book["总览"].iter_rows()
        return {
            one.coordinate: one.value for line in lines for one in line if one.value is not None
        }


def differing(path: Path, again: Path) -> dict[str, tuple[object, object]]:
    """What the file says and what the program computes, where they differ."""
    stored, computed = cells(path), cells(again)
    formulas = [
        at
        for at, one in cells(path, values=False).items()
        if str(getattr(one, "text", one)).startswith("=")
    ]
    assert len(formulas) > 100
    return {
        at: (stored.get(at), computed.get(at))
        for at in formulas
        if not same(stored.get(at), computed.get(at))
    }


def same(one: object, other: object) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) < 1e-9
    return (one or "") == (other or "")


def test_the_overview_of_every_department_is_what_it_comes_to(
    costly_department: Path, built_from: Callable[[Path], Path], recalculate: Callable[[Path], Path]
) -> None:
    path = built_from(costly_department)
    assert not differing(path, recalculate(path))


def test_an_empty_workbook_stays_free_of_errors(
    standard: Standard, tmp_path: Path, recalculate: Callable[[Path], Path]
) -> None:
    path = tmp_path / "空.xlsx"
    build_workbook(standard, blank_book(standard, 2027), path, year=2027)
    again = recalculate(path)
    assert not differing(path, again)
    assert not [at for at, one in cells(again).items() if str(one).startswith("#")]


def test_other_selections_are_what_they_come_to(
    standard: Standard, example: Book, tmp_path: Path, recalculate: Callable[[Path], Path]
) -> None:
    """Classes among prescribed rows, units, rows by code, more rows than fit."""
    rows = (
        "summary.expense[each:class].budget",
        "income[each:unit].total",
        "basic[each:302*].total",
        "expenditure[each:class].total",
    )
    charts = (Chart(f"c{n}", "图", "bar", ("数",), parse_ref(one)) for n, one in enumerate(rows))
    path = tmp_path / "别的图.xlsx"
    other = standard._replace(charts=tuple(one._replace(room=3) for one in charts))
    build_workbook(other, example, path, year=example.year)
    assert not differing(path, recalculate(path))


def test_a_class_that_is_typed_appears(
    standard: Standard, plain_file: Path, tmp_path: Path, recalculate: Callable[[Path], Path]
) -> None:
    path = Path(shutil.copy(plain_file, tmp_path / "新增一类.xlsx"))
    sheet = openpyxl.load_workbook(path)["部门支出总表"]
    line = max(cell.row for cell in sheet["A"] if cell.value) + 1
    typed = [("A", "229"), ("B", "其他支出"), ("C", Decimal("10.00")), ("E", Decimal("10.00"))]
    edits = [CellEdit("部门支出总表", f"{letter}{line}", value) for letter, value in typed]
    Workbook(path).patch(path, edits)
    found = cells(recalculate(path))
    section = chart_sections(standard)[0]
    line = section.first + 4
    assert (found[f"A{line}"], found[f"B{line}"]) == ("其他支出", 10)
    assert not found.get(f"A{line + 1}")
    share = found[f"C{section.total}"]
    assert isinstance(share, float) and round(share, 4) == 1.0016, "the printed total lacks it"
