"""Filling lays out a performance form for every project: as a new workbook has it, by edits alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from ledgers import amounts, ledger_of, with_ledger
from own_standards import copied, file_of
from xlbudget.authoring.check import check_folder
from xlbudget.editing.build import build_workbook
from xlbudget.editing.fill import plan_fill
from xlbudget.figures import FormData, Indicator, InfoValue
from xlbudget.importing.imported import blank_book
from xlbudget.importing.plan import plan_import
from xlbudget.money import Amount
from xlbudget.reading.book import read_book
from xlbudget.rules.forms import forms_left, with_forms
from xlbudget.sheets.layout import MODELS, place_book
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

SHEET = "项目支出绩效目标表"
BLOCK = "performance"


def _named(book: Book) -> Book:
    known = {"unit_name": "某局", "authority": "某局-103"}
    return book._replace(info=book.info | {key: InfoValue(text) for key, text in known.items()})


def _filled(path: Path) -> int:
    """How many edits filling made."""
    source = Workbook(path)
    plan = plan_fill(source)
    source.patch(path, plan.edits, plan.afterwards)
    return len(plan.edits)


def _typed(standard: Standard, path: Path) -> Path:
    """A blank workbook into which the example's ledger was typed."""
    book = _named(blank_book(standard, 2024))
    build_workbook(standard, book, path, year=2024)
    assert standard.ledger is not None
    held = read_book(path).info
    ledger = place_book(standard, with_ledger(standard, book, ledger_of(standard))).ledger
    edits = [
        CellEdit("基础信息", held[standard.ledger.switch_field].cell, standard.ledger.from_ledger)
    ]
    for line in ledger.lines:
        edits += [
            CellEdit(*ledger.place(line, key), text) for key, text in line.texts.items() if text
        ]
        assert isinstance(line.amount, Amount)
        amount = ledger.place(line, standard.ledger.amount.key)
        edits.append(CellEdit(*amount, line.amount.decimal))
    Workbook(path).patch(path, edits)
    return path


@dataclass
class Pair:
    """The same ledger typed into a blank workbook that was filled in, and in a new workbook."""

    filled: Path
    new: Path


@pytest.fixture(scope="module")
def pair(standard: Standard, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("forms")
    filled = _typed(standard, folder / "填列.xlsx")
    assert _filled(filled) > 0
    book = with_ledger(standard, _named(blank_book(standard, 2024)), ledger_of(standard))
    build_workbook(standard, book, folder / "新建.xlsx", year=2024)
    return Pair(filled, folder / "新建.xlsx")


def test_forms_that_are_filled_in_are_those_of_a_new_workbook(pair: Pair) -> None:
    filled, new = (openpyxl.load_workbook(path)[SHEET] for path in (pair.filled, pair.new))
    assert filled.max_row == new.max_row > 250
    between = {row.line - 1 for row in read_book(pair.new).blocks[BLOCK].rows}
    for row in new.iter_rows(min_row=3):
        for cell in row:
            ours = filled[cell.coordinate]
            assert ours.value == cell.value, cell.coordinate
            for look in ("font", "border", "fill", "alignment", "number_format", "protection"):
                assert repr(getattr(ours, look)) == repr(getattr(cell, look)), cell.coordinate
        at = row[0].row
        if at in between:
            continue
        assert filled.row_dimensions[at].height == new.row_dimensions[at].height, at
    merged = [sorted(map(str, sheet.merged_cells.ranges)) for sheet in (filled, new)]
    assert merged[0] == merged[1]
    rules = [
        sorted(
            (str(held.sqref), rule.formula[0])
            for held in sheet.conditional_formatting
            for rule in held.rules
        )
        for sheet in (filled, new)
    ]
    assert rules[0] == rules[1]
    pages = [
        (
            str(sheet.print_area),
            sheet.page_setup.orientation,
            [one.id for one in sheet.row_breaks.brk],
        )
        for sheet in (filled, new)
    ]
    assert pages[0] == pages[1]


def test_they_read_alike_and_stand_in_one_run(
    standard: Standard, pair: Pair, example: Book
) -> None:
    filled, new = read_book(pair.filled), read_book(pair.new)
    assert filled.forms == new.forms
    assert all(len(data.blank_lines) == 10 for data in filled.forms)
    assert not [one for one in filled.findings if one.sheet == SHEET]
    assert filled.forms[0].fields["authority"] in ("某局-103", "某局")
    # The kinds, and the money to the last cell, of the example as it was published.
    assert {data.name: data.form for data in filled.forms} == {
        data.name: data.form for data in example.forms
    }
    ours, theirs = (
        {key: text for key, text in amounts(standard, book).items() if key[0] == BLOCK}
        for book in (filled, example)
    )
    assert ours == theirs


def test_filling_twice_changes_nothing(pair: Pair) -> None:
    assert plan_fill(Workbook(pair.filled)).edits == []


def test_the_file_is_valid(pair: Pair, errors: Callable[[Path], list[object]]) -> None:
    assert errors(pair.filled) == []


def test_only_parts_that_must_change_do(standard: Standard, tmp_path: Path) -> None:
    path = _typed(standard, tmp_path / "一.xlsx")
    before = Workbook(path).archive
    held = {name: before.read(name) for name in before.namelist()}
    _filled(path)
    after = Workbook(path).archive
    same = {name for name in held if after.read(name) == held[name]}
    assert "xl/styles.xml" in same
    assert Workbook(path).parts.sheets[MODELS].part in same


def test_a_further_project_needs_its_line_alone_and_one_less_is_kept(
    standard: Standard, pair: Pair, tmp_path: Path
) -> None:
    path = tmp_path / "增减.xlsx"
    path.write_bytes(pair.filled.read_bytes())
    assert standard.ledger is not None
    book = read_book(path)
    ledger, item = book.ledger, standard.ledger.key_of("level2")
    last = book.forms[-1].name
    lines = [line for line in ledger.lines if line.texts.get(item) == last]
    edits = [CellEdit(*ledger.place(line, item), "新增项目") for line in lines]
    Workbook(path).patch(path, edits)
    assert _filled(path) > 0
    after = read_book(path)
    assert [data.name for data in after.forms] == [*(data.name for data in book.forms), "新增项目"]
    old, new, was = (
        held.blocks[BLOCK].row(name)
        for held, name in ((after, last), (after, "新增项目"), (book, last))
    )
    assert old is not None and new is not None and was is not None
    assert set(old.cells) == {None}
    (said,) = forms_left(standard, after)
    assert last in said
    assert forms_left(standard, book) == []
    assert new.cells == was.cells
    assert _filled(path) == 0


@pytest.fixture
def by_tables(standard: Standard, tmp_path: Path, example: Book) -> Path:
    """The example's tables without its forms, filled in table by table."""
    path = tmp_path / "直接填表.xlsx"
    rest = {key: data for key, data in example.blocks.items() if key != BLOCK}
    blank = blank_book(standard, example.year).blocks[BLOCK]
    book = example._replace(blocks={**rest, BLOCK: blank}, forms=())
    build_workbook(standard, book, path, year=example.year)
    return path


def test_without_a_ledger_every_project_gets_a_form(
    standard: Standard, by_tables: Path, example: Book
) -> None:
    assert _filled(by_tables) > 0
    book = read_book(by_tables)
    kinds = {data.name: data.form for data in book.forms}
    assert kinds == {data.name: data.form for data in example.forms}
    formulas = Workbook(by_tables).formulas(SHEET)
    assert all(data.places["total"] in formulas for data in book.forms)
    # Money that nothing follows from is typed, and the whole follows.
    first = book.forms[0]
    Workbook(by_tables).patch(by_tables, [CellEdit(SHEET, first.places["fiscal"], Decimal("12.5"))])
    _filled(by_tables)
    row = read_book(by_tables).blocks[BLOCK].row(first.name)
    assert row is not None and isinstance(row.cells[0], Amount)
    assert row.cells[0].plain == "12.50"
    assert _filled(by_tables) == 0
    assert with_forms(standard, book) is book


def test_imported_indicators_fill_blank_lines(
    standard: Standard, pair: Pair, tmp_path: Path, example: Book
) -> None:
    path, source = tmp_path / "导入.xlsx", tmp_path / "来源.xlsx"
    path.write_bytes(pair.filled.read_bytes())
    build_workbook(standard, example, source, year=example.year)
    plan = plan_import(Workbook(path), [source])
    Workbook(path).patch(path, plan.edits, plan.afterwards)
    wanted = {data.name: data for data in example.forms}
    for data in read_book(path).forms:
        texts = [dict(one.values) for one in data.indicators]
        given = [
            {key: text for key, text in one.values.items() if text}
            for one in wanted[data.name].indicators
        ]
        assert texts == given[:10]


def test_a_kind_of_money_without_a_cell_is_no_standard(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    path = file_of(folder, "ledger.toml")
    text = path.read_text("utf-8")
    wide = 'other = { funding = ["财政专户管理资金", "单位资金"] }'
    assert wide in text
    path.write_text(
        text[::-1].replace(wide[::-1], 'other = { funding = ["单位资金"] }'[::-1], 1)[::-1], "utf-8"
    )
    problems = [str(one) for one in check_folder(folder)]
    assert problems
    assert all("财政专户管理资金" in one and "没有格" in one for one in problems)


def test_lines_without_indicators_are_no_findings(standard: Standard, tmp_path: Path) -> None:
    form = FormData("甲", "target", {"name": "甲"}, (Indicator({"first": "产出指标"}),))
    book = blank_book(standard, 2024)._replace(
        forms=(form, FormData("乙", "target", {"name": "乙"}, ()))
    )
    path = tmp_path / "两份.xlsx"
    build_workbook(standard, book, path, year=2024)
    first, second = read_book(path).forms
    assert (len(first.indicators), first.blank_lines) == (1, ())
    assert (len(second.indicators), len(second.blank_lines)) == (0, 10)
