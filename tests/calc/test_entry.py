"""A department entered from a blank workbook, typed cell by cell through LibreOffice, then one click."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calc.clicked import Clicked
from ledgers import amounts, ledger_of
from tests_support import leaves_only
from xlbudget.api import read
from xlbudget.building.front import profile_rows
from xlbudget.editing.build import build_workbook
from xlbudget.figures import Unreadable
from xlbudget.importing.imported import blank_book
from xlbudget.money import Amount
from xlbudget.reading.book import read_book
from xlbudget.sheets.layout import DESK, INFO_SHEET, PROFILE, PROFILE_FIRST, place_info
from xlbudget.sheets.ledger import ledger_layout
from xlbudget.standard.loader import own_standard
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import xlwings as xw

    from xlbudget.figures import Book, Ledger
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.office

CASES = Path(__file__).parents[1] / "cases"
Typed = tuple[str, str, str | float]
"""A cell that is typed: sheet, cell, and what is typed into it."""


def particulars(standard: Standard, book: Book, computed: Mapping[str, str]) -> Iterator[Typed]:
    """What a person types on 基础信息 and 部门概况, whichever way the figures come.

    ``computed`` are the formulas of 基础信息: nobody types there.
    """
    assert standard.ledger is not None
    blank = place_info(standard, blank_book(standard, book.year))
    for key, place in blank.items():
        known = book.info.get(key)
        follows = key in standard.ledger.info or place.cell in computed
        if known is None or known.value in (None, "", place.value) or follows:
            continue
        value = known.value
        assert not isinstance(value, Unreadable)
        yield INFO_SHEET, place.cell, float(value.decimal) if isinstance(value, Amount) else value
    for line, texts in enumerate(profile_rows(book.profile), PROFILE_FIRST):
        yield from (
            (PROFILE, f"{at}{line}", text) for at, text in zip("ABC", texts, strict=True) if text
        )


def lines_typed(standard: Standard, ledger: Ledger) -> Iterator[Typed]:
    """The cells of the ledger's lines."""
    layout = ledger_layout(standard)
    for line, one in enumerate(ledger.lines, layout.first):
        for spot in layout.typed:
            cell = f"{spot.letter}{line}"
            if spot.of is not None and spot.of.kind == "amount":
                assert isinstance(one.amount, Amount)
                yield layout.sheet, cell, one.amount.fen / 100
            elif text := one.texts.get(spot.key):
                yield layout.sheet, cell, text


def table_by_table(standard: Standard, book: Book) -> tuple[int, int]:
    """How many amounts, and how many other cells, are typed where tables are filled in by hand."""
    bare, _ = leaves_only(standard, book)
    money = names = 0
    for data in bare.blocks.values():
        for row in data.rows:
            money += sum(cell is not None for cell in row.cells)
            names += row.kind not in ("fixed", "form")
    return money, names


def test_a_department_is_typed_once(
    standard: Standard, tmp_path: Path, live: Callable[[Path], xw.Book]
) -> None:
    bureau = read(CASES / "culture-bureau")
    own = own_standard(bureau)
    ledger = ledger_of(own, CASES / "culture-bureau-ledger.csv")
    path = tmp_path / "从 空白.xlsm"
    # The texts of forms are the same work either way.
    blank = blank_book(own, bureau.year)._replace(subjects=bureau.subjects, forms=bureau.forms)
    build_workbook(own, blank, path, year=bureau.year)
    book = live(path)
    about = [*particulars(own, bureau, Workbook(path).formulas(INFO_SHEET))]
    entries = [*lines_typed(own, ledger)]
    for sheet, cell, value in (*about, *entries):
        book.sheets[sheet].range(cell).value = value
    money = sum(isinstance(value, float) for sheet, _, value in entries)
    assert money == len(ledger.lines) == 110
    said = Clicked(book).click("finish")
    assert "填列：补填" in said
    desk = {
        str(book.sheets[DESK].range(f"A{line}").value): str(
            book.sheets[DESK].range(f"B{line}").value
        )
        for line in range(6, 13)
    }
    layout = ledger_layout(own)
    state = layout.spots["state"].letter
    states = (
        book.sheets[layout.sheet]
        .range(f"{state}{layout.first}:{state}{layout.first + money - 1}")
        .value
    )
    # The list of subjects that is shipped lacks some of the bureau's, whose own list is not brought here.
    assert set(states) == {"齐", "功能科目不在目录"}
    assert desk["录入底稿"] == "待补" and desk["填列"] != "未填列"
    assert desk["生成说明"] != "未生成" and desk["校验"] != "未校验"
    made = amounts(own, read_book(Clicked(book).saved(tmp_path), own))
    wanted = amounts(own, bureau)
    assert {place: made.get(place) for place in wanted} == wanted
    old_money, old_names = table_by_table(own, bureau)
    counted = (
        f"typed once: {money} amounts, {len(entries) - money} codes and choices; "
        f"table by table: {old_money} amounts, {old_names} codes and names; "
        f"both ways: {len(about)} particulars\n"
    )
    sys.stdout.write(counted)
    assert old_money > 2 * money
