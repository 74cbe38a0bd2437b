"""One fault of form is one finding, at its cell, and nothing is said of what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from texts.text_books import with_texts
from xlbudget.editing.validate import validate_file
from xlbudget.figures import BlockData, Place, Unreadable
from xlbudget.findings import Level
from xlbudget.money import Amount
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import cell_key, recomputed
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import definitions, expand, value_of
from xlbudget.texts.whole import validate_whole
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.findings import Finding, Report
    from xlbudget.standard.model import Standard


def placed(book: Book) -> Book:
    """The book with a line for every row, as on sheets."""
    blocks = {}
    for key, data in book.blocks.items():
        letters = tuple(
            chr(ord("C") + at) for at in range(len(data.rows[0].cells) if data.rows else 0)
        )
        rows = [row._replace(line=at) for at, row in enumerate(data.rows, 6)]
        blocks[key] = BlockData.of(rows, letters)
    return book.with_blocks(blocks)


def rows(book: Book, block: str, changed: list) -> Book:
    return book.with_blocks({block: BlockData.of(changed, book.blocks[block].letters)})


def exchanged(book: Book, block: str, one: str, other: str, field: str) -> Book:
    data = book.blocks[block]
    pair = {one: data.row(other), other: data.row(one)}
    changed = [
        row._replace(**{field: getattr(pair[row.key], field)}) if row.key in pair else row
        for row in data.rows
    ]
    return rows(book, block, changed)


def doubled(book: Book, block: str, key: str, off: int = 0) -> Book:
    changed = []
    for row in book.blocks[block].rows:
        changed.append(row)
        if row.key == key:
            cells = tuple(
                one._replace(fen=one.fen + off) if isinstance(one, Amount) else one
                for one in row.cells
            )
            changed.append(row._replace(cells=cells))
    return rows(book, block, changed)


def recoded(book: Book, block: str, key: str, code: str) -> Book:
    changed = [row._replace(key=code) if row.key == key else row for row in book.blocks[block].rows]
    return rows(book, block, changed)


def without(book: Book, block: str, key: str) -> Book:
    return rows(book, block, [row for row in book.blocks[block].rows if row.key != key])


def twice(book: Book, block: str) -> Book:
    found = book.blocks[block].rows
    return rows(book, block, [*found, *found])


FAULTS = {
    "doubled": (lambda book: doubled(book, "general", "2080501"), "一般公共预算支出表"),
    "doubled, otherwise": (lambda book: doubled(book, "general", "2080501", 990_000), "一般公共预算支出表"),
    "doubled elsewhere": (lambda book: doubled(book, "expenditure", "2010302"), "部门支出总表"),
    "codes exchanged": (lambda book: exchanged(book, "general", "2010301", "2010302", "key"), "一般公共预算支出表"),
    "names exchanged": (lambda book: exchanged(book, "general", "2010301", "2010302", "label"), "一般公共预算支出表"),
    "code and name exchanged": (
        lambda book: exchanged(exchanged(book, "expenditure", "2010301", "2010302", "key"), "expenditure", "2010301", "2010302", "label"),
        "部门支出总表",
    ),
    "unknown code": (lambda book: recoded(book, "general", "2080501", "2080577"), "一般公共预算支出表"),
    "a digit too many": (lambda book: recoded(book, "general", "2080501", "20805011"), "一般公共预算支出表"),
    "a digit too few": (lambda book: recoded(book, "expenditure", "2080501", "208050"), "部门支出总表"),
    "row missing": (lambda book: without(book, "general", "2080501"), "一般公共预算支出表"),
    "form missing": (lambda book: without(book, "performance", book.blocks["performance"].rows[1].key), "项目支出绩效目标表"),
    "pasted twice": (lambda book: twice(book, "general"), "一般公共预算支出表"),
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(standard: Standard, example: Book) -> Book:
    return placed(with_texts(standard, example))


def formulas(standard: Standard, book: Book) -> tuple[set, set[Place]]:
    """The derived cells that agree with their sum, as keys and as places: in a living workbook, formulas."""
    grid = Grid(standard, book)
    found = [
        at
        for at, one in definitions(expand(grid).relations).items()
        if value_of(one, grid.cells, standard.unit) == grid.cells[at] and grid.place(at).cell
    ]
    return {cell_key(grid, at) for at in found}, {grid.place(at) for at in found}


def errors(report: Report) -> list[Finding]:
    return [one for one in report.findings if one.level is Level.ERROR]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("living", [False, True], ids=["typed", "living"])
def test_one_fault_is_one_finding(standard: Standard, whole: Book, name: str, living: bool) -> None:
    make, title = FAULTS[name]
    damaged = make(whole)
    computed = None
    if living:
        ours, _ = formulas(standard, whole)
        damaged = recomputed(standard, damaged, ours).book
        # The copy of a row that was pasted has a line of its own.
        damaged = placed(damaged)
        grid = Grid(standard, damaged)
        places = {grid.place(at) for at in range(len(grid.cells)) if cell_key(grid, at) in ours}
        computed = lambda: places  # noqa: E731
    else:
        damaged = placed(damaged)
    found = errors(validate_whole(standard, damaged, computed))
    assert [one.table for one in found] == [title], [one.message for one in found]
    assert found[0].cell


def test_nothing_is_found_where_nothing_is_wrong(standard: Standard, whole: Book) -> None:
    _, places = formulas(standard, whole)
    assert not errors(validate_whole(standard, whole))
    assert not errors(validate_whole(standard, whole, lambda: places))


@pytest.mark.parametrize("raw", ["待定", "见附件", "2024-02-27", "TRUE"])
def test_a_word_in_an_amount_is_told_once_and_what_depends_on_it_waits(
    standard: Standard, whole: Book, raw: str
) -> None:
    """Formulas leave text out, so their totals are short of it."""
    ours, places = formulas(standard, whole)
    data = whole.blocks["general"]
    column = standard.blocks["general"].amount_index["personnel"]

    def typed(cell: object) -> Book:
        changed = [
            row._replace(cells=(*row.cells[:column], cell, *row.cells[column + 1 :]))
            if row.key == "2080501"
            else row
            for row in data.rows
        ]
        return rows(whole, "general", changed)

    short = recomputed(standard, typed(None), ours).book
    cells = short.blocks["general"].rows
    changed = [
        row._replace(cells=(*row.cells[:column], Unreadable(raw), *row.cells[column + 1 :]))
        if row.key == "2080501"
        else row
        for row in cells
    ]
    report = validate_whole(standard, rows(short, "general", changed), lambda: places)
    found = errors(report)
    assert [(one.code, one.cell) for one in found] == [
        ("F01", data.cell_name(data.row("2080501"), column))
    ]
    assert raw in found[0].message
    assert report.not_executed


def test_a_number_as_text_is_told_and_the_sentences_stay_right(
    standard: Standard, whole: Book
) -> None:
    ours, places = formulas(standard, whole)
    data = whole.blocks["general"]
    column = standard.blocks["general"].amount_index["personnel"]
    row = data.row("2080501")
    assert row is not None
    blank = row._replace(cells=(*row.cells[:column], None, *row.cells[column + 1 :]))
    short = recomputed(
        standard, rows(whole, "general", [blank if one is row else one for one in data.rows]), ours
    ).book
    kept = [
        one._replace(cells=(*one.cells[:column], row.cells[column], *one.cells[column + 1 :]))
        if one.key == row.key
        else one
        for one in short.blocks["general"].rows
    ]
    grid = Grid(standard, whole)
    place = grid.place(grid.row_numbers("general", row.key)[column])
    found = errors(
        validate_whole(
            standard,
            rows(short, "general", kept)._replace(as_text=frozenset([place])),
            lambda: places,
        )
    )
    assert [(one.code, one.sheet, one.cell) for one in found] == [("F01", *place)]


def test_the_reader_knows_which_numbers_are_text(
    standard: Standard, example_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "book.xlsm"
    Workbook(example_file).patch(
        path, [CellEdit("一般公共预算支出表", "E14", "\u00a0364.22\u200b")]
    )
    book = read_book(path)
    assert book.as_text == {Place("一般公共预算支出表", "E14")}
    assert not read_book(example_file).as_text
    found = errors(validate_file(path))
    assert [(one.code, one.cell) for one in found] == [("F01", "E14")]


def test_a_wrong_year_is_told_at_its_cell(standard: Standard, whole: Book) -> None:
    year = whole.info["year"]._replace(value="2025", cell="B10")
    found = errors(
        validate_whole(standard, whole._replace(year=2025, info={**whole.info, "year": year}))
    )
    assert [(one.table, one.cell, one.expected) for one in found] == [("基础信息", "B10", "2024")]


def test_a_title_of_another_year_is_told_at_the_title(standard: Standard, whole: Book) -> None:
    title = Place(standard.table("general").sheet, "A2")
    odd = whole._replace(dated=((title, 2023), (Place("部门支出总表", "A2"), 2024)))
    found = errors(validate_whole(standard, odd))
    assert [(one.sheet, one.cell, one.expected) for one in found] == [(*title, "2024")]


def test_a_title_that_is_a_formula_is_no_witness(standard: Standard, whole: Book) -> None:
    title = Place(standard.table("general").sheet, "B5")
    odd = whole._replace(dated=((title, 2025),))
    assert not errors(validate_whole(standard, odd, lambda: {title}))


def test_formulas_without_values_are_told_once_and_computed(
    standard: Standard, example_file: Path
) -> None:
    whole = read_book(example_file)
    places = Workbook(example_file).formula_cells(set(whole.sheets.values()))
    grid = Grid(standard, whole)
    bare = {
        key: BlockData.of(
            [
                row._replace(
                    cells=tuple(
                        None if grid.place(grid.number(key, at, column)) in places else cell
                        for column, cell in enumerate(row.cells)
                    )
                )
                for at, row in enumerate(data.rows)
            ],
            data.letters,
        )
        for key, data in whole.blocks.items()
    }
    report = validate_whole(standard, whole.with_blocks(bare), lambda: places)
    assert not errors(report)
    told = [one for one in report.findings if "没有保存计算结果" in one.message]
    assert len(told) == 1
    assert report.status.value != "error"


def test_a_line_with_money_and_no_code(standard: Standard, whole: Book) -> None:
    data = whole.blocks["general"]
    row = data.row("2080501")
    assert row is not None
    stray = row._replace(key="", kind="stray")
    bare = BlockData.of([one for one in data.rows if one is not row], data.letters, (stray,))
    found = errors(validate_whole(standard, whole.with_blocks({"general": bare})))
    assert [(one.cell, one.expected) for one in found] == [(f"A{row.line}", "2080501")]
