"""LibreOffice as people have it trusts what a file stores; an edit afterwards reaches every state.

Nothing is recalculated but what the edit itself makes LibreOffice recalculate.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calc.office import Office, load_document
from calc.uno_path import load_uno
from xlbudget.figures import TOTAL
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import Grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calc.uno_path import Uno
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.office

Shown = dict[tuple[str, int, int], object]


@pytest.fixture(scope="module")
def default_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A LibreOffice with the settings of a new user."""
    found = load_uno()
    if found.module is None:
        pytest.skip(found.reason)
    with Office(tmp_path_factory.mktemp("default"), recalculate=False) as running:
        yield running


@pytest.fixture
def path(plain_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(plain_file, tmp_path / "装入后.xlsx"))


def shown(document: Uno) -> Shown:
    """What every cell of the document shows."""
    found: Shown = {}
    for name in document.Sheets.ElementNames:
        sheet = document.Sheets.getByName(name)
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.RangeAddress
        lines = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow).getDataArray()
        for number, line in enumerate(lines):
            found |= {(name, number, column): one for column, one in enumerate(line)}
    return found


def different(one: Shown, other: Shown) -> dict[object, object]:
    def same(first: object, second: object) -> bool:
        if isinstance(first, float) and isinstance(second, float):
            return abs(first - second) < 1e-9
        return first == second

    return {at: (one[at], other[at]) for at in one if not same(one[at], other[at])}


def cell_of(standard: Standard, path: Path, place: tuple[str, str, str]) -> tuple[str, str]:
    """Sheet and cell of (block, row key, column)."""
    book = read_book(path)
    grid = Grid(standard, book)
    block, key, column = place
    row = next(at for at, one in enumerate(book.blocks[block].rows) if one.key == key)
    number = grid.number(block, row, standard.blocks[block].amount_index[column])
    return grid.place(number).sheet, grid.place(number).cell


@pytest.mark.parametrize(
    ("place", "new"),
    [
        (("expenditure", "2101101", "basic"), 999.99),
        (("general", TOTAL, "total"), 1.0),
        (("income", TOTAL, "superior"), 5.0),
        (("project", TOTAL, "carry_general"), 77.7),
        (("three_public", "reception", "budget"), 12.0),
    ],
    ids=["leaf", "total typed over", "blank filled", "carry-over", "one row"],
)
def test_an_edit_reaches_every_state_and_its_undoing_too(
    standard: Standard,
    path: Path,
    default_office: Office,
    place: tuple[str, str, str],
    new: float,
) -> None:
    sheet, cell = cell_of(standard, path, place)
    document = load_document(default_office.desktop, path)
    try:
        edited = document.Sheets.getByName(sheet).getCellRangeByName(cell)
        overall = document.Sheets.getByName("目录").getCellRangeByName("B1")
        own = document.Sheets.getByName(sheet).getCellRangeByName("B1")
        before = edited.Formula
        assert overall.String == "总体核对：全部已平"
        assert own.String == "本表核对：已平"

        edited.Value = new
        assert overall.String.startswith("总体核对：不平（")
        assert own.String == "本表核对：不平"
        soft = shown(document)
        document.calculateAll()
        assert not different(soft, shown(document))

        edited.Formula = before
        assert overall.String == "总体核对：全部已平"
        assert own.String == "本表核对：已平"
    finally:
        document.close(True)


def test_the_undoing_is_seen_without_anybody_looking_in_between(
    standard: Standard, path: Path, default_office: Office
) -> None:
    sheet, cell = cell_of(standard, path, ("expenditure", "2101101", "basic"))
    document = load_document(default_office.desktop, path)
    try:
        edited = document.Sheets.getByName(sheet).getCellRangeByName(cell)
        before = edited.Value
        for value in (1.0, before, 2.0):
            edited.Value = value
        assert (
            document.Sheets.getByName("目录")
            .getCellRangeByName("B1")
            .String.startswith("总体核对：不平（")
        )
        edited.Value = before
        soft = shown(document)
        document.calculateAll()
        assert not different(soft, shown(document))
    finally:
        document.close(True)


def test_cover_and_lists_follow_too(standard: Standard, path: Path, default_office: Office) -> None:
    """The cover's name of the unit; a class that appears in the list of classes on 总览."""
    book = read_book(path)
    last = book.blocks["expenditure"].rows[-1].line + 1
    document = load_document(default_office.desktop, path)
    try:
        info = document.Sheets.getByName("基础信息")
        info.getCellRangeByName("B5").String = "某某单位"
        covers = shown(document)
        assert "某某单位" in {one for (name, *_), one in covers.items() if name == "公开封面"}
        table = document.Sheets.getByName("部门支出总表")
        for letter, value in (("A", "229"), ("B", "其他支出")):
            table.getCellRangeByName(f"{letter}{last}").String = value
        table.getCellRangeByName(f"C{last}").Value = 10.0
        soft = shown(document)
        assert ("总览", "其他支出") in {(name, one) for (name, *_), one in soft.items()}
        document.calculateAll()
        assert not different(soft, shown(document))
    finally:
        document.close(True)
