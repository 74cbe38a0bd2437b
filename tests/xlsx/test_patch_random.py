"""Random edits on random sheets: the sheet behaves like a dictionary of its cells."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

CELLS = st.builds(
    lambda column, row: f"{'ABCDEFZ'[column]}{row}", st.integers(0, 6), st.integers(1, 9)
)
AMOUNTS = st.decimals(-(10**9), 10**9, places=2)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=8
).filter(lambda text: "_x" not in text)
VALUES = st.one_of(
    st.none(), AMOUNTS, TEXTS, st.sampled_from(["=A1", "+1", "-2", "@x", "<&>", " a "])
)
FORMULAS = st.sampled_from(["", "", "A1+1", 'IF(A1<2,"&",B2)', "SUM($A$1:B2)"])
EDITS = st.lists(st.builds(CellEdit, st.just("表"), CELLS, VALUES, FORMULAS), max_size=12)
SHEETS = st.dictionaries(
    CELLS, st.tuples(st.one_of(st.none(), st.integers(-9, 9), TEXTS), st.booleans()), max_size=12
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("random")


def shown(value: object) -> object:
    if isinstance(value, Decimal | int):
        return float(value)
    return value or None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cells=SHEETS, rounds=st.lists(EDITS, min_size=1, max_size=2))
def test_edits_behave_like_a_dictionary(
    folder: Path, cells: dict[str, tuple[str | int | None, bool]], rounds: list[list[CellEdit]]
) -> None:
    source, target = folder / "源.xlsx", folder / "果.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "表"
    values: dict[str, object] = {}
    formulas: dict[str, str] = {}
    bold: set[str] = set()
    for cell, (value, strong) in cells.items():
        spot = book.active[cell]
        spot.value = value
        if isinstance(value, str):
            spot.data_type = "s"
        if strong:
            spot.font = Font(bold=True)
            bold.add(cell)
        values[cell] = shown(value)
    book.save(source)
    for edits in rounds:
        Workbook(source).patch(target, edits)
        source, target = target, source
        for edit in edits:
            values[edit.cell] = shown(edit.value)
            formulas.pop(edit.cell, None)
            if edit.formula:
                formulas[edit.cell] = edit.formula
    sheet = openpyxl.load_workbook(source, data_only=True)["表"]
    found = {cell.coordinate: cell for row in sheet.iter_rows() for cell in row}
    assert {name: shown(cell.value) for name, cell in found.items() if shown(cell.value)} == {
        name: value for name, value in values.items() if value
    }
    assert {name for name, cell in found.items() if cell.font.bold} == bold
    assert Workbook(source).formulas_of()["表"] == formulas
