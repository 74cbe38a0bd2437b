"""What LibreOffice computes is what the workbook says, and what comes back is what went in."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from xlbudget.checks.validate import validate
from xlbudget.editing.fill import plan_fill
from xlbudget.reading.book import read_book
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.office


def _values(path: Path) -> dict[tuple[str, str], object]:
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
    }


def _formulas(path: Path) -> dict[tuple[str, str], str]:
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def _same(one: object, other: object) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) < 1e-9
    return (one or "") == (other or "")


def test_every_formula_comes_to_its_stored_value(
    example_file: Path, recalculate: Callable[[Path], Path]
) -> None:
    stored, again = _values(example_file), _values(recalculate(example_file))
    formulas = _formulas(example_file)
    different = {
        place: (formula, stored[place], again.get(place))
        for place, formula in formulas.items()
        if not _same(stored[place], again.get(place))
    }
    assert not different
    assert sum(isinstance(stored[place], (int, float)) for place in formulas) > 150


def test_figures_survive_recalculation(
    standard: Standard, example: Book, example_file: Path, recalculate: Callable[[Path], Path]
) -> None:
    again = read_book(recalculate(example_file))
    for key, data in example.blocks.items():
        rows = {row.key: row.cells for row in again.blocks[key].rows}
        for row in data.rows:
            assert rows[row.key] == row.cells, (key, row.key)
    assert (
        validate(standard, again).findings == validate(standard, read_book(example_file)).findings
    )


def test_what_filling_writes_is_what_it_comes_to(
    standard: Standard, leaves_file: Path, tmp_path: Path, recalculate: Callable[[Path], Path]
) -> None:
    path = Path(shutil.copy(leaves_file, tmp_path))
    plan = plan_fill(Workbook(path))
    assert len(plan.edits) > 300
    Workbook(path).patch(path, plan.edits, plan.afterwards)
    stored, again = _values(path), _values(recalculate(path))
    sheets = {table.sheet for table in standard.tables}
    wrong = {
        place: (stored[place], again.get(place))
        for place in _formulas(path)
        if place[0] in sheets and not _same(stored[place], again.get(place))
    }
    assert not wrong
