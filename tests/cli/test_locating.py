"""A wrong figure below totals that are formulas: the typed cell is named, no formula is blamed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from xlbudget.editing.fill import plan_fill
from xlbudget.editing.validate import validate_file
from xlbudget.findings import Level
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.standard.model import Standard

SLIPS = [
    ("一般公共预算支出表", "E15", "336.06", "333.06"),
    ("一般公共预算支出表", "E8", "1848.20", "1884.20"),
    ("部门支出总表", "D7", "2351.10", "2315.10"),
    ("部门支出总表", "E8", "293.44", "2934.35"),
    ("项目支出表", "I9", "45.99", "459.91"),
]


@pytest.mark.parametrize(("sheet", "cell", "typed", "right"), SLIPS)
def test_the_typed_cell_is_named(
    standard: Standard,
    example_file: Path,
    tmp_path: Path,
    sheet: str,
    cell: str,
    typed: str,
    right: str,
) -> None:
    path = tmp_path / "错一格.xlsm"
    Workbook(example_file).patch(path, [CellEdit(sheet, cell, Decimal(typed))])
    Workbook(path).patch(path, plan_fill(Workbook(path)).edits)
    report = validate_file(path)
    errors = [one for one in report.findings if one.level is Level.ERROR]
    assert (sheet, cell) in {(one.sheet, one.cell) for one in errors}
    named = next(one for one in errors if (one.sheet, one.cell) == (sheet, cell))
    assert named.expected == right
    formulas = Workbook(path).formula_cells({one.sheet for one in errors})
    assert not [one for one in errors if (one.sheet, one.cell) in formulas]
