"""From leaf rows alone, filling gives every derived figure within its rounding."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests_support import leaves_only
from xlbudget.checks.identities import residual
from xlbudget.figures import BlockData
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import parse_amount
from xlbudget.rules.fill import fill_book
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import expand
from xlbudget.rules.unfilled import CellKey

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


@pytest.fixture
def leaves(standard: Standard, department: Path) -> tuple[Book, Book, set[CellKey]]:
    book = read_folder(department, standard)
    return book, *leaves_only(standard, book)


def test_every_derived_figure_comes_back_within_a_hundredth(
    standard: Standard, leaves: tuple[Book, Book, set[CellKey]]
) -> None:
    book, bare, derived = leaves
    filled = fill_book(standard, bare).book
    compared = 0
    for key, data in book.blocks.items():
        amounts = standard.blocks[key].amounts
        for row in data.rows:
            again = filled.blocks[key].row(row.key)
            assert again is not None, (key, row.key)
            for column, cell in enumerate(row.cells):
                got = again.cells[column]
                if CellKey(key, row.key, amounts[column]) not in derived:
                    assert got == cell
                    continue
                compared += cell is not None
                assert (got is None) == (cell is None), (key, row.key, column)
                assert cell is None or abs(got.fen - cell.fen) <= cell.ulp, (key, row.key, column)
    assert compared > 100


def test_rows_stand_in_the_official_order(
    standard: Standard, leaves: tuple[Book, Book, set[CellKey]]
) -> None:
    book, bare, _ = leaves
    filled = fill_book(standard, bare).book
    for key, data in book.blocks.items():
        assert [row.key for row in filled.blocks[key].rows] == [row.key for row in data.rows]


def test_filling_twice_changes_nothing(
    standard: Standard, leaves: tuple[Book, Book, set[CellKey]]
) -> None:
    _, bare, _ = leaves
    once = fill_book(standard, bare)
    twice = fill_book(standard, once.book, once.derived)
    assert twice.book == once.book
    assert not twice.changed


def test_the_reference_is_exact_but_for_fifteen_roundings(
    standard: Standard, example: Book
) -> None:
    """Identities with at least one figure on each side, each of the printed amounts."""
    grid = Grid(standard, example)
    off = Counter(
        abs(residual(grid, one))
        for one in expand(grid).relations
        if one.equation.relation == "="
        and one.equation.check
        and all(
            any(grid.cells[number] is not None for _, number in side)
            for side in (one.terms[: one.left], one.terms[one.left :])
        )
    )
    assert off[10_000] == 15
    assert set(off) == {0, 10_000}
    assert off[0] >= 300


def test_a_typed_total_is_kept_although_it_differs(standard: Standard, example: Book) -> None:
    filled = fill_book(standard, example)
    total = filled.book.blocks["expenditure"].row("total")
    assert total.cells[0] == parse_amount("6,295.86", standard.unit)
    assert CellKey("expenditure", "total", "total") not in filled.derived


def test_blank_and_zero_stay_apart(standard: Standard, example: Book) -> None:
    bare, _ = leaves_only(standard, example)
    filled = fill_book(standard, bare).book
    assert filled.blocks["summary.expense"].row("210").cells[2] == parse_amount(
        "0.00", standard.unit
    )
    assert filled.blocks["three_public"].row("abroad").cells[0] is None


def test_a_condition_is_judged_on_totals_that_are_still_to_be_filled(
    standard: Standard, department: Path
) -> None:
    """Own money in table 2 must not pass for fiscal money while table 1 is still blank."""
    book = read_folder(department, standard)
    bare, _ = leaves_only(standard, book)
    filled = fill_book(standard, bare).book
    grid = Grid(standard, filled)
    wrong = [one for one in expand(grid).relations if one.equation.when and residual(grid, one)]
    assert not [one for one in wrong if abs(residual(grid, one)) > 10_000]


def test_a_malformed_code_is_summed_into_nothing(standard: Standard, example: Book) -> None:
    bare, _ = leaves_only(standard, example)
    general = bare.blocks["general"]
    wrong = general.rows[0]._replace(key="20103011")
    rows = [*general.rows, wrong]
    filled = fill_book(standard, bare.with_blocks({"general": BlockData.of(rows)})).book
    plain = fill_book(standard, bare).book
    for code in ("2010301", "20103", "201", "total"):
        assert filled.blocks["general"].row(code).cells == plain.blocks["general"].row(code).cells
