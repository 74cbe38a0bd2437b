"""Two drafts compared: every edit is listed and nothing else, what follows stands below what caused it."""

from __future__ import annotations

import json
import re
import shutil
from random import Random
from typing import TYPE_CHECKING

import jsonschema
import pytest
from rich.cells import cell_len

import xlbudget
from comparing.drawn_edits import edit_docx, edit_workbook, judged
from conftest import DEPARTMENTS
from ledgers import ledger_of, with_ledger
from tests_support import leaves_only
from xlbudget.cli.run import run
from xlbudget.comparing.compare import compare
from xlbudget.comparing.comparison import Action, Kind, RelationState
from xlbudget.comparing.render import render
from xlbudget.comparing.sides import BOOK, DOCUMENT, Side, two_sides
from xlbudget.comparing.text_page import WIDTH
from xlbudget.comparing.texts import Paragraph, compare_texts
from xlbudget.figures import BlockData, InfoValue
from xlbudget.findings import Report, Status
from xlbudget.importing.imported import blank_book
from xlbudget.importing.published.document import read_published
from xlbudget.money import YUAN, Amount
from xlbudget.publishing.disclosure import disclosure
from xlbudget.publishing.docx import docx_bytes
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import fill_book
from xlbudget.rules.posting import posted_book
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from xlbudget.comparing.comparison import Comparison, Difference
    from xlbudget.figures import Book, Cell, Row
    from xlbudget.standard.model import Standard

FUND = DEPARTMENTS / "government-fund"


@pytest.fixture(scope="session")
def finished(built_from: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A department's workbook with its explanation; tests that write make a copy."""
    path = tmp_path_factory.mktemp("两稿") / "初稿.xlsx"
    shutil.copy(built_from(FUND), path)
    assert run(["notes", "-q", str(path)]) == 0
    path.with_name("初稿.备份1.xlsx").unlink(missing_ok=True)
    return path


@pytest.fixture(scope="session")
def figures(finished: Path) -> Book:
    return read_book(finished)


@pytest.fixture(scope="session")
def published(finished: Path, figures: Book, standard: Standard) -> Path:
    """The same as a document."""
    path = finished.with_name("公开.docx")
    path.write_bytes(docx_bytes(disclosure(standard, figures)))
    return path


def side(standard: Standard, book: Book, kind: str = BOOK, **how: Mapping[str, str]) -> Side:
    """A book of which nothing is wrong."""
    return Side(kind, "", book, standard, Report(book.name, standard.id, Status.PASS, ""), **how)


def rows_changed(book: Book, block: str, change: Callable[[list[Row]], list[Row]]) -> Book:
    data = book.blocks[block]
    rows = change([*data.rows])
    return book.with_blocks({block: BlockData.of(rows, data.letters, data.strays)})


def with_cell(standard: Standard, book: Book, block: str, key: str, column: str, more: int) -> Book:
    """A book in which a cell holds so many 元 more."""
    at = standard.blocks[block].amount_index[column]

    def changed(row: Row) -> Row:
        cell = row.cells[at]
        fen = cell.fen if isinstance(cell, Amount) else 0
        return row._replace(cells=(*row.cells[:at], Amount(fen + 100 * more), *row.cells[at + 1 :]))

    return rows_changed(
        book, block, lambda rows: [changed(row) if row.key == key else row for row in rows]
    )


def only(comparison: Comparison) -> Difference:
    """The one difference."""
    (difference,) = comparison.differences
    return difference


# ------------------------------------------------------------------ nothing differs


def test_a_workbook_is_the_same_as_itself_its_copy_and_its_document(
    finished: Path, published: Path
) -> None:
    for other in (finished, published, FUND):
        comparison = xlbudget.diff(finished, other)
        assert comparison.same, comparison.differences
        states = [one.state for one in comparison.relations or ()]
        assert set(states) <= {RelationState.STILL}


def test_units_of_money_and_decimals_make_no_difference(standard: Standard, figures: Book) -> None:
    def finer(cell: Cell) -> Cell:
        return Amount(cell.fen + 4_999, cell.unit, 4) if isinstance(cell, Amount) else cell

    def in_yuan(cell: Cell) -> Cell:
        return Amount(cell.fen, YUAN, 2) if isinstance(cell, Amount) else cell

    printed = side(standard, figures, DOCUMENT)
    for change in (finer, in_yuan):
        blocks = {
            key: BlockData.of(
                [row._replace(cells=tuple(map(change, row.cells))) for row in data.rows]
            )
            for key, data in figures.blocks.items()
        }
        other = side(standard, figures.with_blocks(blocks))
        assert compare(other, printed).same
    # Between workbooks a further decimal is a change.
    assert not compare(side(standard, figures), other).same or change is in_yuan


def test_what_was_not_read_is_no_difference(standard: Standard, figures: Book) -> None:
    blocks = {key: data for key, data in figures.blocks.items() if key != "general"}
    lost = {"general": "没有读全"}
    comparison = compare(
        side(standard, figures),
        side(standard, figures.with_blocks({})._replace(blocks=blocks), DOCUMENT, unread=lost),
    )
    assert comparison.same
    assert any("一般公共预算支出表" in remark for remark in comparison.remarks)
    gone = compare(side(standard, figures), side(standard, figures._replace(blocks=blocks)))
    assert only(gone).kind is Kind.TABLE and only(gone).action is Action.REMOVED


# ------------------------------------------------------------------ causes


def test_a_cause_is_one_entry_with_all_that_follows(standard: Standard, figures: Book) -> None:
    bare, _ = leaves_only(standard, figures)
    before = fill_book(standard, bare).book
    row = next(row for row in bare.blocks["expenditure"].rows if row.cells[2] is not None)
    edited = with_cell(standard, bare, "expenditure", row.key, "project", 50_000)
    comparison = compare(side(standard, before), side(standard, fill_book(standard, edited).book))
    difference = only(comparison)
    (cell,) = difference.cells
    assert (cell.key, cell.difference) == (row.key, "5.00")
    follows = {(one.cell.table, one.cell.key, one.share) for one in difference.follows}
    assert ("部门支出总表", "total", "5.00") in follows
    assert ("部门支出总表", row.key[:3], "5.00") in follows
    assert difference.total and difference.weight == 5_000_000
    assert {one.table for one in comparison.totals} >= {"部门支出总表", "部门收支总表"}


def test_causes_share_a_total_and_each_says_its_part(standard: Standard, figures: Book) -> None:
    bare, _ = leaves_only(standard, figures)
    before = fill_book(standard, bare).book
    keys = [row.key for row in bare.blocks["general"].rows if row.cells[2] is not None][:2]
    edited = with_cell(standard, bare, "general", keys[0], "personnel", 10_000)
    edited = with_cell(standard, edited, "general", keys[1], "personnel", 20_000)
    comparison = compare(side(standard, before), side(standard, fill_book(standard, edited).book))
    assert [one.cells[0].key for one in comparison.differences] == [keys[1], keys[0]]
    shares = {
        one.cells[0].key: next(
            f.share
            for f in one.follows
            if f.cell.key == "total" and f.cell.table == "一般公共预算支出表"
        )
        for one in comparison.differences
    }
    assert shares == {keys[0]: "1.00", keys[1]: "2.00"}


def test_what_balances_each_other_is_one_entry(standard: Standard, figures: Book) -> None:
    bare, _ = leaves_only(standard, figures)
    before = fill_book(standard, bare).book
    items = [row.key for row in bare.blocks["project"].rows if row.kind == "item"][:2]
    leaves = [row.key for row in bare.blocks["general"].rows if row.cells[4] is not None][:2]
    edited = bare
    for more, item, leaf in zip((30_000, 50_000), items, leaves, strict=True):
        for block, key, column in (
            ("project", item, "general"),
            ("expenditure", leaf, "project"),
            ("general", leaf, "project"),
        ):
            edited = with_cell(standard, edited, block, key, column, more)
    comparison = compare(side(standard, before), side(standard, fill_book(standard, edited).book))
    groups = [sorted(cell.key for cell in one.cells) for one in comparison.differences]
    assert groups == [sorted([items[at], leaves[at], leaves[at]]) for at in (1, 0)]


def test_a_total_that_follows_from_nothing_is_its_own_cause(
    standard: Standard, figures: Book
) -> None:
    edited = with_cell(standard, figures, "expenditure", "total", "total", 10_000)
    difference = only(compare(side(standard, figures), side(standard, edited)))
    assert difference.cells[0].key == "total" and not difference.follows


def test_lines_of_the_ledger_are_causes(standard: Standard) -> None:
    ledger = ledger_of(standard)
    line = ledger.lines[3]
    assert isinstance(line.amount, Amount)
    more = line._replace(amount=line.amount._replace(fen=line.amount.fen + 10_000_000))
    lines = (more, *ledger.lines[:3], *ledger.lines[4:])
    blank = blank_book(standard, 2024)
    before, after = (
        side(standard, posted_book(standard, with_ledger(standard, blank, one)))
        for one in (ledger, ledger._replace(lines=lines))
    )
    difference = only(compare(before, after))
    assert difference.kind is Kind.LINE and difference.action is Action.CHANGED
    assert {one.share for one in difference.follows} == {"10.00"}
    assert any(one.cell.total for one in difference.follows)


def test_each_line_of_the_ledger_is_a_cause_of_its_own(standard: Standard) -> None:
    ledger = ledger_of(standard)
    book = posted_book(standard, with_ledger(standard, blank_book(standard, 2024), ledger))
    more = tuple(
        line._replace(amount=line.amount._replace(fen=line.amount.fen * 6 // 5))
        for line in ledger.lines
        if isinstance(line.amount, Amount)
    )
    after = posted_book(standard, book._replace(ledger=ledger._replace(lines=more)))
    comparison = compare(side(standard, book), side(standard, after))
    # Years of funds and forms of projects are the project's, not those of the line alone.
    assert [one.kind for one in comparison.differences] == [Kind.LINE] * len(more)


# ------------------------------------------------------------------ rows


def test_rows_that_came_went_moved_or_have_another_name(standard: Standard, figures: Book) -> None:
    items = [row for row in figures.blocks["project"].rows if row.kind == "item"]
    name = items[0].key

    def renamed(rows: list[Row]) -> list[Row]:
        return [
            row._replace(key=f"{name}（二期）", label=f"{name}（二期）") if row.key == name else row
            for row in rows
        ]

    difference = only(
        compare(side(standard, figures), side(standard, rows_changed(figures, "project", renamed)))
    )
    assert (difference.kind, difference.action) == (Kind.ROW, Action.RENAMED)
    assert difference.texts[0].before == name

    def swapped(rows: list[Row]) -> list[Row]:
        return [rows[1], rows[0], *rows[2:]]

    moved = only(
        compare(
            side(standard, figures), side(standard, rows_changed(figures, "expenditure", swapped))
        )
    )
    assert moved.action is Action.MOVED

    leaf = figures.blocks["fund"].rows[-2]
    went = only(
        compare(
            side(standard, figures),
            side(
                standard,
                rows_changed(
                    figures, "fund", lambda rows: [row for row in rows if row is not leaf]
                ),
            ),
        )
    )
    assert (went.kind, went.action) == (Kind.ROW, Action.REMOVED)
    assert {cell.key for cell in went.cells} == {leaf.key}


def test_of_rows_with_one_key_those_that_agree_are_pairs(standard: Standard, figures: Book) -> None:
    first = figures.blocks["expenditure"].rows[0]
    double = first._replace(cells=tuple(None for _ in first.cells))
    twice = rows_changed(figures, "expenditure", lambda rows: [double, *rows])
    assert compare(side(standard, twice), side(standard, twice)).same
    difference = only(compare(side(standard, twice), side(standard, figures)))
    assert difference.action is Action.REMOVED and not difference.cells


def test_a_blank_is_not_nought_and_comes_last(standard: Standard, figures: Book) -> None:
    total = figures.blocks["capital"].rows[-1]
    nought = total._replace(cells=tuple(cell or Amount(0) for cell in total.cells))
    edited = rows_changed(figures, "capital", lambda rows: [*rows[:-1], nought])
    edited = with_cell(standard, edited, "fund", "total", "project", 100)
    comparison = compare(side(standard, figures), side(standard, edited))
    assert [one.action for one in comparison.differences] == [Action.CHANGED, Action.BLANK]
    assert comparison.differences[1].cells[0].after == "0.00"


# ------------------------------------------------------------------ texts


def test_a_sentence_that_follows_stands_below_its_cell(
    finished: Path, figures: Book, tmp_path: Path
) -> None:
    field = "procurement_goods"
    place = figures.info_place(field)
    old = figures.number(field)
    assert isinstance(old, Amount)
    text = next(one for one in figures.texts if old.text in one.text)
    new = Amount(old.fen + 1_230_000)
    target = tmp_path / "改.xlsx"
    edits = [
        CellEdit(*place, new.decimal),
        CellEdit(*text.place, text.text.replace(old.text, new.text)),
    ]
    Workbook(finished).patch(target, edits)
    difference = only(compare(*two_sides(finished, target)))
    assert difference.cells[0].row == "政府采购货物预算"
    (sentence,) = difference.sentences
    assert [one.text for one in sentence.words if one.kind != "same"] == [old.text, new.text]
    # By hand to something else, it is a difference of its own.
    edits[1] = CellEdit(*text.place, text.text.replace(old.text, "987,654.32"))
    Workbook(finished).patch(target, edits)
    assert [one.kind for one in compare(*two_sides(finished, target)).differences] == [
        Kind.INFO,
        Kind.TEXT,
    ]


def test_paragraphs_are_aligned() -> None:
    old = [
        Paragraph(f"第{number}段说的是{word}的事情，与别的段不同。")
        for number, word in enumerate(("人员", "车辆", "采购", "资产"))
    ]
    new = [
        old[0],
        Paragraph("新写的一段，讲的是绩效。"),
        old[2],
        old[1],
        old[3]._replace(text=old[3].text.replace("不同", "不一样")),
    ]
    changes = compare_texts("情况说明", old, new).changes
    assert sorted(one.action for one in changes) == [Action.ADDED, Action.CHANGED, Action.MOVED]
    halves = [
        old[0]._replace(text=old[0].text[:9], divided=True),
        old[0]._replace(text=old[0].text[9:], divided=True),
    ]
    assert not compare_texts("情况说明", old, [*halves, *old[1:]]).changes
    running = Paragraph("内部资料", divided=True)
    paged = compare_texts("情况说明", old, [running, old[0], running, *old[1:], running])
    assert not paged.changes and paged.running == ("内部资料",)


# ------------------------------------------------------------------ relations, other years and standards


def test_relations_newly_broken_mended_and_still_broken(
    finished: Path, figures: Book, tmp_path: Path
) -> None:
    data = figures.blocks["expenditure"]
    row = data.rows[0]
    cell = row.cells[0]
    assert isinstance(cell, Amount)
    wrong, worse = tmp_path / "有误.xlsx", tmp_path / "仍有误.xlsx"
    place = (figures.sheets["expenditure"], data.cell_name(row, 0))
    Workbook(finished).patch(wrong, [CellEdit(*place, cell.decimal + 7)])
    Workbook(finished).patch(worse, [CellEdit(*place, cell.decimal + 9)])

    def states(before: Path, after: Path) -> list[tuple[str, str]]:
        relations = compare(*two_sides(before, after)).relations
        assert relations is not None
        return [
            (one.state.value, one.finding.level.value)
            for one in relations
            if one.finding.level == "error"
        ]

    assert states(finished, wrong) == [("broken", "error")]
    assert states(wrong, finished) == [("mended", "error")]
    assert states(wrong, worse) == [("still", "error")]


def test_of_other_years_tables_alone_are_compared(standard: Standard, figures: Book) -> None:
    later = with_cell(
        standard, figures._replace(year=figures.year + 1, texts=()), "fund", "total", "total", 100
    )
    comparison = compare(side(standard, figures), side(standard, later))
    assert only(comparison).cells[0].key == "total"
    assert comparison.relations is None
    assert "年度不同" in comparison.remarks[0]


def test_of_another_unit_it_is_said_first(standard: Standard, figures: Book) -> None:
    other = figures._replace(info={**figures.info, "unit_name": InfoValue("某市水务局")})
    assert "单位名称不同" in compare(side(standard, figures), side(standard, other)).remarks[0]


def test_of_another_standard_they_are_refused(standard: Standard, figures: Book) -> None:
    other = standard._replace(id="other", name="另一标准")
    with pytest.raises(xlbudget.XlbudgetError, match="标准"):
        compare(side(standard, figures), side(other, figures))


# ------------------------------------------------------------------ drawn edits


def test_every_drawn_edit_is_listed_and_nothing_else(
    finished: Path, figures: Book, published: Path, standard: Standard, tmp_path: Path
) -> None:
    def as_printed(path: Path) -> Side:
        return side(standard, read_published(path, standard).book, DOCUMENT)

    workbook, document = side(standard, figures), as_printed(published)
    title = f"第三部分{figures.year}年部门预算情况说明"
    target = tmp_path / "改.xlsx"
    for number in range(6):
        edits = edit_workbook(finished, target, standard, figures, Random(number))
        found = judged(compare(workbook, side(standard, read_book(target))), edits)
        assert found == ([], []), (number, edits)
    target = target.with_suffix(".docx")
    for number in range(2):
        edits = edit_docx(published, target, {title}, Random(number))
        found = judged(compare((document, workbook)[number % 2], as_printed(target)), edits)
        assert found == ([], []), (number, edits)


# ------------------------------------------------------------------ command and formats


def test_the_command_says_it_in_all_formats(
    finished: Path, figures: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "二 稿.xlsx"
    text = figures.texts[2]
    data = figures.blocks["fund"]
    cells = (
        CellEdit(*text.place, text.text[2:]),
        CellEdit(figures.sheets["fund"], data.cell_name(data.rows[-1], 0), 7),
    )
    Workbook(finished).patch(target, cells)
    assert run(["diff", str(finished), str(finished)]) == 0
    assert "没有不同" in capsys.readouterr().out
    assert run(["diff", str(finished), str(target)]) == 1
    said = capsys.readouterr().out
    assert max(map(cell_len, said.splitlines())) <= WIDTH
    assert "2 处不同" in said
    assert run(["schema", "diff"]) == 0
    validator = jsonschema.Draft202012Validator(json.loads(capsys.readouterr().out))
    assert run(["diff", "--format", "json", str(finished), str(target)]) == 1
    whole = json.loads(capsys.readouterr().out)
    validator.validate(whole)
    assert {one["kind"] for one in whole["differences"]} == {"figure", "text"}
    page = tmp_path / "比较.html"
    assert run(["diff", "--format", "html", "-o", str(page), str(finished), str(target)]) == 1
    html = page.read_text("utf-8")
    assert f"<del>{text.text[:2]}</del>" in html
    assert not re.search(r"(?:src|href)=", html)
    assert run(["diff", str(finished), str(tmp_path / "没有.xlsx")]) == 2
    error = capsys.readouterr().err
    assert "没有.xlsx" in error and error.count("\n") == 1


def test_texts_of_a_file_stay_texts(standard: Standard, figures: Book) -> None:
    text = figures.texts[3]
    harmful = text._replace(text=f"{text.text}<script>alert(1)</script>\x1b[31m\u202e")
    texts = (*figures.texts[:3], harmful, *figures.texts[4:])
    comparison = compare(side(standard, figures), side(standard, figures._replace(texts=texts)))
    assert "<script>alert" not in render(comparison, "html")
    assert "\x1b" not in render(comparison, "text")
