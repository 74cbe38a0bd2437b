"""Workbooks that are not filled in to the end: nothing right is accused, what is missing is told once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests_support import leaves_only
from xlbudget.checks.grade import graded_book
from xlbudget.checks.validate import validate
from xlbudget.figures import UNFILLED, BlockData
from xlbudget.findings import Level, Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import Amount, parse_amount
from xlbudget.rules.fill import complete_rows, fill_book
from xlbudget.rules.grid import Grid
from xlbudget.rules.unfilled import Lack
from xlbudget.rules.virtual import virtually_filled
from xlbudget.standard.loader import load_standard, with_subject_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xlbudget.figures import Book, Cell, Row
    from xlbudget.findings import Finding, Report
    from xlbudget.standard.model import Standard

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "changchun-gov-office-2024"
CULTURE = ROOT / "tests" / "cases" / "culture-bureau"
FOLDERS = [EXAMPLE, *sorted((ROOT / "tests" / "departments").glob("*/")), CULTURE]
TABLES = [table.key for table in load_standard().tables]


class Case(NamedTuple):
    standard: Standard
    book: Book


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def case(request: pytest.FixtureRequest) -> Case:
    """A complete book with its standard: the example, the departments, the culture bureau."""
    standard = load_standard()
    own = request.param / "functional-subjects.csv"
    if own.is_file():
        standard = with_subject_files(standard, (("functional", own),))
    return Case(standard, complete_rows(standard, read_folder(request.param, standard)))


def errors(report: Report) -> list[Finding]:
    return [one for one in report.findings if one.level is Level.ERROR]


def told(report: Report, code: str = "F07") -> list[Finding]:
    return [one for one in report.findings if one.code == code]


def no_bad_advice(report: Report) -> bool:
    values = [one.value for finding in report.findings for one in finding.suggestions]
    return not any(value.startswith("-") or value == "0.00" for value in values)


def without(standard: Standard, book: Book, blocks: Iterable[str]) -> Book:
    """The book with nothing typed into these blocks, as a new workbook has them."""
    bare = {}
    for key in blocks:
        data = book.blocks[key]
        fixed = standard.blocks[key].body == "fixed"
        rows = [_blank(row) for row in data.rows if row.kind != "class"] if fixed else []
        bare[key] = BlockData.of(rows, data.letters)
    return book.with_blocks(bare)


def _blank(row: Row) -> Row:
    return row._replace(cells=(None,) * len(row.cells))


def of_tables(standard: Standard, keys: Iterable[str]) -> list[str]:
    wanted = set(keys)
    return [key for key, block in standard.blocks.items() if block.table in wanted]


def changed(book: Book, block: str, row: str, column: int, cell: Cell) -> Book:
    data = book.blocks[block]
    rows = [
        one._replace(cells=(*one.cells[:column], cell, *one.cells[column + 1 :]))
        if one.key == row
        else one
        for one in data.rows
    ]
    return book.with_blocks({block: BlockData.of(rows, data.letters)})


# ---------------------------------------------------------------- filling forgotten


def test_leaves_alone_are_right_and_what_is_not_filled_is_told_once_a_table(case: Case) -> None:
    bare, _ = leaves_only(*case)
    report = validate(case.standard, bare)
    assert report.status is Status.UNKNOWN
    assert not errors(report)
    tables = [one.table for one in told(report, "F08")]
    assert len(tables) >= 6
    assert len(tables) == len(set(tables))
    assert not told(report)


def test_among_leaves_a_wrong_one_is_found_where_another_table_has_the_figure(case: Case) -> None:
    bare, _ = leaves_only(*case)
    data = bare.blocks["general"]
    row = next(row for row in data.rows if row.cells[3] or row.cells[2])
    column = 3 if row.cells[3] else 2
    cell = row.cells[column]
    assert isinstance(cell, Amount)
    wrong = changed(bare, "general", row.key, column, cell._replace(fen=cell.fen + 7_000_000))
    report = validate(case.standard, wrong)
    assert report.status is Status.ERROR
    assert errors(report)


def test_a_total_that_is_blank_in_a_complete_table_is_an_error(case: Case) -> None:
    total = case.book.blocks["expenditure"].row("total")
    assert total is not None
    right = total.cells[0]
    assert right is not None
    report = validate(case.standard, changed(case.book, "expenditure", "total", 0, None))
    (found,) = errors(report)
    assert found.table == "部门支出总表"
    assert found.row == "total"
    assert found.expected in ("", right.plain)


def test_blank_totals_of_a_complete_table_are_one_error_with_a_suggestion_each(case: Case) -> None:
    book = changed(case.book, "expenditure", "total", 0, None)
    top = next(row.key for row in book.blocks["expenditure"].rows)
    report = validate(case.standard, changed(book, "expenditure", top, 0, None))
    (found,) = errors(report)
    assert "有2格小计、合计为空" in found.message
    assert len(found.suggestions) <= 2


# ---------------------------------------------------------------- tables still to be filled in


def _scenes(case: Case) -> Iterable[tuple[str, Book]]:
    standard, book = case
    bare, _ = leaves_only(standard, book)
    for kept in TABLES:
        gone = of_tables(standard, (key for key in TABLES if key != kept))
        for name, base in (("printed", book), ("leaves", bare)):
            yield f"only {kept}, {name}", without(standard, base, gone)
    for name, keys in (
        ("first half", TABLES[6:]),
        ("second half", TABLES[:6]),
        ("odd", TABLES[1::2]),
        ("even", TABLES[::2]),
    ):
        yield name, without(standard, book, of_tables(standard, keys))
    for key in TABLES:
        yield f"all but {key}", without(standard, book, of_tables(standard, [key]))
    income = ["summary.income", "income", "fiscal.income"]
    for name, base in (("printed", book), ("leaves", bare)):
        yield f"no income, {name}", without(standard, base, income)
        spent = ["summary.expense", "fiscal.expense"]
        yield f"no expenditure, {name}", without(standard, base, spent)


def test_half_filled_books_are_not_wrong(case: Case) -> None:
    for name, book in _scenes(case):
        report = validate(case.standard, book)
        assert not errors(report), (name, errors(report)[0].message)
        assert report.status is not Status.ERROR, name
        assert no_bad_advice(report), name


def test_a_table_that_is_not_filled_in_is_named_with_the_figure_that_asks_for_it(
    case: Case,
) -> None:
    for key, title in (
        ("expenditure", "部门支出总表"),
        ("general", "一般公共预算支出表"),
        ("basic", "一般公共预算基本支出表"),
    ):
        report = validate(case.standard, without(case.standard, case.book, [key]))
        (found,) = [one for one in told(report) if one.table == title]
        assert f"{title}尚未填列（" in found.message
        number = case.standard.table(key).number
        reason = f"表{number}“{title}”尚未填列，有关勾稽关系未核对。"
        assert reason in {one.reason for one in report.not_executed}
        assert report.status is Status.UNKNOWN


def test_a_book_without_any_figure_is_not_said_to_pass(case: Case) -> None:
    empty = without(case.standard, case.book, case.book.blocks)._replace(info={}, forms=())
    report = validate(case.standard, empty)
    assert report.status is Status.UNKNOWN
    assert not errors(report)
    (found,) = told(report)
    assert found.message == "各表都还没有填列，勾稽关系没有核对。"


def test_totals_without_rows_are_compared_and_their_rows_told_as_missing(case: Case) -> None:
    for key in ("expenditure", "general", "basic"):
        data = case.book.blocks[key]
        total = data.row("total")
        assert total is not None
        alone = case.book.with_blocks({key: BlockData.of([total], data.letters)})
        report = validate(case.standard, alone)
        assert not errors(report), key
        (found,) = told(report)
        assert "只填了合计，各行尚未填列" in found.message
        cell = total.cells[0]
        assert isinstance(cell, Amount)
        wrong = changed(alone, key, "total", 0, cell._replace(fen=cell.fen + 9_000_000))
        assert validate(case.standard, wrong).status is Status.ERROR, key


def test_a_column_without_figures_is_one_finding(case: Case) -> None:
    for key, column in (("basic", 1), ("basic", 2), ("general", 2), ("general", 4)):
        data = case.book.blocks[key]
        if not any(row.cells[column] for row in data.rows):
            continue
        rows = [
            row._replace(cells=(*row.cells[:column], None, *row.cells[column + 1 :]))
            for row in data.rows
        ]
        report = validate(
            case.standard, case.book.with_blocks({key: BlockData.of(rows, data.letters)})
        )
        assert not errors(report), (key, column)
        (found,) = told(report)
        assert "一栏尚未填列" in found.message


def test_a_wrong_figure_beside_a_column_that_is_always_blank_stays_an_error(case: Case) -> None:
    total = case.book.blocks["expenditure"].row("total")
    assert total is not None
    cell = total.cells[1]
    assert isinstance(cell, Amount)
    wrong = changed(case.book, "expenditure", "total", 1, cell._replace(fen=cell.fen + 10_000_000))
    report = validate(case.standard, wrong)
    assert report.status is Status.ERROR
    assert not told(report)
    assert not told(report, "F08")


def test_a_table_that_breaks_off_is_said_to_be_unfinished(case: Case) -> None:
    bare, _ = leaves_only(*case)
    for base in (case.book, bare):
        data = base.blocks["general"]
        half = BlockData.of(data.rows[: len(data.rows) // 2], data.letters)
        report = validate(case.standard, base.with_blocks({"general": half}))
        assert not errors(report), errors(report)[0].message
        (found,) = told(report)
        assert "尚未填完，只填到“" in found.message


# ---------------------------------------------------------------- what is still to be divided


def _undivided(book: Book) -> Book:
    """Nothing of last year's money divided among the classes, and what follows from it not filled in."""
    blocks = {}
    for key in ("summary.expense", "fiscal.expense"):
        data = book.blocks[key]
        rows = [
            row._replace(cells=(row.cells[0], None, None)) if row.kind == "class" else row
            for row in data.rows
        ]
        blocks[key] = BlockData.of(rows, data.letters)
    return book.with_blocks(blocks)


@pytest.fixture(params=["example", "culture"])
def carried(request: pytest.FixtureRequest) -> Case:
    standard, folder = load_standard(), EXAMPLE
    if request.param == "culture":
        folder = CULTURE
        standard = with_subject_files(
            standard, (("functional", CULTURE / "functional-subjects.csv"),)
        )
    return Case(standard, read_folder(folder, standard))


def test_money_that_is_not_divided_is_told_as_itself(carried: Case) -> None:
    standard, book = carried
    bare, _ = leaves_only(standard, book)
    whole = book.blocks["summary.income"].row("total")
    assert whole is not None
    carryover = whole.cells[2]
    assert isinstance(carryover, Amount)
    report = validate(standard, _undivided(bare))
    assert not errors(report)
    (found,) = told(report)
    assert found.table == "部门收支总表"
    assert found.column == "上年结转"
    assert f"上年结转 {carryover.text} 尚未分到功能分类各类" in found.message
    assert "当年预算待分后才能算" in found.message


def test_nothing_is_computed_from_what_is_not_divided(carried: Case) -> None:
    standard, book = carried
    bare, _ = leaves_only(standard, book)
    filled = fill_book(standard, _undivided(bare)).book
    for key in ("summary.expense", "fiscal.expense"):
        rows = filled.blocks[key].rows
        assert any(row.cells[0] for row in rows)
        assert all(row.cells[1:] == (None, None) for row in rows), key
    again = fill_book(standard, bare).book
    for key in ("summary.expense", "fiscal.expense"):
        total = again.blocks[key].row("total")
        assert total is not None
        assert all(total.cells)


def test_an_earlier_formula_is_blank_again_while_nothing_is_divided(carried: Case) -> None:
    standard, book = carried
    bare, _ = leaves_only(standard, book)
    once = fill_book(standard, bare)
    data = once.book.blocks["summary.expense"]
    rows = [
        row._replace(cells=(*row.cells[:2], None)) if row.kind == "class" else row
        for row in data.rows
    ]
    emptied = once.book.with_blocks({"summary.expense": BlockData.of(rows, data.letters)})
    again = fill_book(standard, emptied, once.derived).book.blocks["summary.expense"]
    assert all(row.cells[1] is None for row in again.rows)


def test_without_money_of_last_year_blank_means_none(standard: Standard) -> None:
    folder = ROOT / "tests" / "departments" / "no-carryover-no-projects"
    bare, _ = leaves_only(standard, read_folder(folder, standard))
    filled = fill_book(standard, bare).book
    for row in filled.blocks["summary.expense"].rows:
        assert row.cells[0] == row.cells[1]
    assert not told(validate(standard, bare))


# ---------------------------------------------------------------- the pure function


def test_blanks_are_computed_and_the_unknown_is_no_zero(standard: Standard, example: Book) -> None:
    bare, _ = leaves_only(standard, example)
    virtual = virtually_filled(Grid(standard, bare))
    assert virtual.book.blocks["expenditure"].row("total") is not None
    assert len(virtual.filled) >= 150
    assert not virtual.unfilled
    virtual = virtually_filled(Grid(standard, _undivided(bare)))
    assert [one.lack for one in virtual.unfilled] == [Lack.PARTS]
    classes = [row for row in virtual.book.blocks["summary.expense"].rows if row.kind == "class"]
    assert {row.cells[1] for row in classes} == {UNFILLED}


def test_a_complete_book_is_judged_as_it_is(case: Case) -> None:
    seen = graded_book(case.standard, case.book)
    assert seen.grid is seen.found
    assert seen.grid.virtual is None
    assert validate(case.standard, case.book).status is Status.PASS


def test_a_typed_zero_is_a_figure(standard: Standard, example: Book) -> None:
    zero: Callable[[Row], Row] = lambda row: row._replace(  # noqa: E731
        cells=(parse_amount("0.00", standard.unit),) * len(row.cells)
    )
    data = example.blocks["basic"]
    book = example.with_blocks({"basic": BlockData.of([zero(row) for row in data.rows])})
    report = validate(standard, book)
    assert report.status is Status.ERROR
    assert not told(report)
