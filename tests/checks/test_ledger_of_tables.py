"""A ledger is made from tables, prints every cell of them, and is refused where there is none."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledgers import amounts, with_ledger
from xlbudget.api import read
from xlbudget.checks.diagnosis.certify import can_certify
from xlbudget.checks.ledger.candidates import bounds
from xlbudget.checks.ledger.found import find_ledger, misprinted
from xlbudget.figures import UNFILLED, Ledger, LedgerLine
from xlbudget.importing.imported import blank_book
from xlbudget.money import WAN, YUAN, Amount
from xlbudget.rules.posting import post, posted_book, printed
from xlbudget.standard.loader import own_standard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.checks.ledger.candidates import PrintedCell
    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.skipif(not can_certify(), reason="没有安装 highspy（xlbudget[certify]）")
CASES = Path(__file__).parents[1] / "cases"
PLAIN, INSTITUTION = (
    Path(__file__).parents[1] / "departments" / name
    for name in ("no-carryover-no-projects", "public-institution")
)
WHOLE = 10_000
"""分 in 100 元, the last decimal of 万元 as tables print it."""


def _fens(lines: Iterable[LedgerLine]) -> list[int]:
    return [line.amount.fen for line in lines if isinstance(line.amount, Amount)]


def _reprinted(standard: Standard, book: Book, lines: tuple[LedgerLine, ...]) -> None:
    """The lines, put into the book as its ledger, print the tables that it has."""
    again = posted_book(standard, with_ledger(standard, book, Ledger(lines)))
    assert amounts(standard, again) == amounts(standard, book)


def test_a_ledger_of_every_department_prints_all_its_cells(department: Path) -> None:
    book = read(department)
    standard = own_standard(book)
    found = find_ledger(standard, book)
    assert found.lines and not found.unsolved and not found.contradiction
    assert min(_fens(found.lines)) > 0
    _reprinted(standard, book, found.lines)
    assert len(found.cells) == len(amounts(standard, book))
    assert found.unsaid == ()
    sums = post(standard, found.lines).info
    assert standard.ledger is not None
    for field in standard.ledger.info:
        assert printed(sums.get(field, 0), WAN) == (book.number(field) or Amount(0)), field


def test_another_solver_in_the_same_process_takes_nothing_away() -> None:
    """All solvers of a process share their threads; one that asked for more made ours answer nothing."""
    highspy = pytest.importorskip("highspy")
    highspy.Highs.resetGlobalScheduler(True)
    another = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 2)):
        another.setOptionValue(option, value)
    another.addVar(0.0, 1.0)
    another.changeColIntegrality(0, highspy.HighsVarType.kInteger)
    another.run()
    book = read(PLAIN)
    assert find_ledger(own_standard(book), book).lines


def test_rounding_differences_need_few_lines_that_are_not_whole(
    standard: Standard, example: Book
) -> None:
    found = find_ledger(standard, example)
    # As few as a person found: four lines carry the fifteen rounding differences of the disclosure.
    assert sum(fen % WHOLE > 0 for fen in _fens(found.lines)) <= 4
    assert len(found.lines) <= 50


def test_a_large_department_has_its_units_where_their_amounts_say() -> None:
    book = read(CASES / "culture-bureau")
    standard = own_standard(book)
    found = find_ledger(standard, book)
    _reprinted(standard, book, found.lines)
    assert len(found.cells) == 746
    assert not any(fen % WHOLE for fen in _fens(found.lines))
    assert len(found.lines) <= 115
    own = {"2070104": "滨江市图书馆", "2070109": "滨江市文化馆", "2050302": "滨江市艺术学校"}
    texts = [line.texts for line in found.lines if line.texts.get("function") in own]
    assert {(one["function"], one["unit"]) for one in texts} == set(own.items())


def test_what_no_table_tells_is_said_in_the_remark(standard: Standard) -> None:
    book = read(INSTITUTION)
    found = find_ledger(standard, book)
    remarks = [line.texts["remark"] for line in found.lines if "remark" in line.texts]
    assert found.guessed == {"economic": len(remarks), "category": len(remarks)}
    assert set(remarks) == {"部门经济科目、支出类别为推定"}
    assert found.labelled == ("procurement",)


@pytest.mark.parametrize("seed", range(6))
def test_every_book_that_a_ledger_prints_has_one(standard: Standard, seed: int) -> None:
    book = read(PLAIN)
    chance = random.Random(seed)
    lines = []
    for line in find_ledger(standard, book).lines:
        assert isinstance(line.amount, Amount)
        if chance.random() < 0.9:
            fen = line.amount.fen + chance.randint(-WHOLE // 2, WHOLE // 2)
            lines.append(line._replace(amount=Amount(fen, YUAN)))
    bare = blank_book(standard, book.year)._replace(profile=book.profile)
    made = posted_book(standard, bare._replace(ledger=Ledger(tuple(lines))))
    again = find_ledger(standard, made)
    assert again.lines and not misprinted(standard, made, again.lines)
    _reprinted(standard, made, again.lines)


def _of_lines(standard: Standard, *amounts_of: int, **more: str) -> Book:
    """A book of lines that differ in nothing but their amounts and what ``more`` says of the last."""
    texts = {
        "unit": "甲局", "function": "2010301", "category": "公用经费", "economic": "30201",
        "source": "一般公共预算", "fund_year": "当年预算",
    }  # fmt: skip
    lines = [LedgerLine(texts, Amount(fen, YUAN)) for fen in amounts_of]
    lines[-1] = LedgerLine({**texts, **more}, lines[-1].amount)
    return posted_book(standard, blank_book(standard, 2024)._replace(ledger=Ledger(tuple(lines))))


def test_a_negative_amount_and_nought_come_from_lines(standard: Standard) -> None:
    for book, fens in (
        (_of_lines(standard, -35_000), [-40_000]),
        (_of_lines(standard, 700, -700), [0]),
        (_of_lines(standard, 50_000, -20_000, economic="30202"), [-20_000, 50_000]),
    ):
        found = find_ledger(standard, book)
        assert sorted(_fens(found.lines)) == fens
        _reprinted(standard, book, found.lines)


@pytest.mark.parametrize(
    ("fen", "least", "most"),
    [(20_000, 15_000, 24_999), (-20_000, -24_999, -15_000), (0, -4_999, 4_999)],
)
def test_the_bounds_of_a_print_are_where_rounding_changes(fen: int, least: int, most: int) -> None:
    assert bounds(Amount(fen)) == (least, most)
    assert bounds(Amount(fen, YUAN)) == (fen, fen)
    for sum_, same in ((least - 1, False), (least, True), (most, True), (most + 1, False)):
        assert (Amount(sum_).rounded(WAN).fen == fen) is same


def _with_cells(book: Book, cells: dict[tuple[str, str, int], Cell]) -> Book:
    blocks = {}
    for key, data in book.blocks.items():
        rows = [
            row._replace(
                cells=tuple(
                    cells.get((key, row.key, at), cell) for at, cell in enumerate(row.cells)
                )
            )
            for row in data.rows
        ]
        blocks[key] = data.of(rows, data.letters)
    return book.with_blocks(blocks)


def _known_alone(standard: Standard, book: Book, cells: Iterable[PrintedCell]) -> Book:
    """The book with only these of its amounts known; blanks stay blank."""
    known = {
        (cell.block, cell.row.key, standard.blocks[cell.block].amount_index[cell.column])
        for cell in cells
    }
    return _with_cells(
        book,
        {
            (key, row.key, at): UNFILLED
            for key, data in book.blocks.items()
            for row in data.rows
            for at, cell in enumerate(row.cells)
            if isinstance(cell, Amount) and (key, row.key, at) not in known
        },
    )


def test_cells_that_contradict_each_other_are_named_and_none_too_many(standard: Standard) -> None:
    right = read(PLAIN)
    row = right.blocks["basic"].row("30103")
    assert row is not None and isinstance(row.cells[0], Amount)
    wrong = Amount(row.cells[0].fen + 100 * WHOLE)
    book = _with_cells(right, {("basic", "30103", at): wrong for at in (0, 1)})
    found = find_ledger(standard, book)
    assert not found.lines and not found.unsolved
    cells = found.contradiction
    assert any((cell.block, cell.row.key) == ("basic", "30103") for cell in cells)
    assert find_ledger(standard, _known_alone(standard, book, cells)).contradiction
    for left in range(len(cells)):
        others = [*cells[:left], *cells[left + 1 :]]
        assert not find_ledger(standard, _known_alone(standard, book, others)).contradiction


def test_the_car_whose_carry_over_no_table_holds(standard: Standard) -> None:
    book = read(CASES / "culture-bureau")
    fens = {"30231": 34_500_000, "30239": 38_600_000}
    cells = {("basic", key, at): Amount(fen) for key, fen in fens.items() for at in (0, 2)}
    found = find_ledger(own_standard(book), _with_cells(book, dict(cells)))
    named = {(cell.block, cell.row.key, cell.column) for cell in found.contradiction}
    # All carry-over is in projects and in one class; so the basic table has 2.10 too much for cars.
    assert ("basic", "30231", "public") in named or ("basic", "30231", "total") in named
    assert ("project", "total", "carry_general") in named
    assert len(named) <= 10
    del standard


def test_blank_cells_that_the_same_money_needs_are_named(standard: Standard) -> None:
    book = read(PLAIN)
    row = book.blocks["income"].rows[0]
    general = standard.blocks["income"].amount_index["general"]
    blanked = _with_cells(
        book,
        {("income", key, general): None for key in (row.key, book.blocks["income"].rows[-1].key)},
    )
    found = find_ledger(standard, blanked)
    assert len(found.contradiction) == 1
    assert {(block, row.key, column) for block, row, column in found.blanks} == {
        ("income", row.key, "general"),
        ("income", "total", "general"),
    }
