"""What holds for every standard that is shipped, on random budgets of it: nothing here knows a table of any of them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from material import OUTLINE, STANDARDS
from planted_errors import planted
from random_budgets import Budgets, random_budgets
from same_books import same
from tests_support import leaves_only
from thorough import either
from xlbudget.checks.validate import validate
from xlbudget.editing.build import build_workbook
from xlbudget.editing.rollover import roll_over
from xlbudget.findings import Level, Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import Amount
from xlbudget.publishing.data_folder import write_folder
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import fill_book
from xlbudget.standard.loader import load_standard, own_standard, standard_for
from xlbudget.standard.search import SEARCHED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

ROWS = either(3, 50)
DRAWN = either(3, 20)
"""So many sets of rows, and so many budgets of each: 1,000 in a thorough run."""


@pytest.fixture(scope="module", params=[*STANDARDS, OUTLINE.name])
def any_standard(request: pytest.FixtureRequest) -> Iterator[Standard]:
    """Every standard that is shipped, in turn, and one from an outline that is not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SEARCHED, str(OUTLINE.parent))
        yield load_standard(request.param)


@pytest.fixture(scope="module")
def budgets(any_standard: Standard) -> list[Budgets]:
    """Right budgets of random rows."""
    return [random_budgets(any_standard, random.Random(seed)) for seed in range(ROWS)]


@pytest.fixture(scope="module")
def budget(budgets: list[Budgets]) -> Book:
    """One of them, whose sums come out as printed."""
    return budgets[0].draw(random.Random(1), exact=True)


def test_nothing_right_is_accused(any_standard: Standard, budgets: list[Budgets]) -> None:
    rng = random.Random(2)
    for one in budgets:
        for _ in range(DRAWN):
            book = one.draw(rng)
            assert sum(len(row.fens) for data in book.blocks.values() for row in data.rows) > 50
            report = validate(standard_for(any_standard, book.year, book.info), book)
            assert report.findings == ()
            assert report.status is Status.PASS


def test_leaves_are_enough(any_standard: Standard, budgets: list[Budgets]) -> None:
    """What filling computes from what people type is what was there."""
    for seed, one in enumerate(budgets):
        book = one.draw(random.Random(seed), exact=True)
        standard = standard_for(any_standard, book.year, book.info)
        bare, derived = leaves_only(standard, book)
        assert len(derived) > 100
        filled = fill_book(standard, bare).book
        for key, data in book.blocks.items():
            for row in data.rows:
                again = filled.blocks[key].row(row.key)
                assert again is not None or not row.fens, (key, row.key)
                assert again is None or again.fens == row.fens, (key, row.key)


def test_one_wrong_cell_is_found_and_named(any_standard: Standard, budgets: list[Budgets]) -> None:
    rng = random.Random(3)
    trials = either(20, 300)
    found = named = 0
    for number in range(trials):
        book, row, printed = planted(budgets[number % len(budgets)].draw(rng), rng)
        report = validate(standard_for(any_standard, book.year, book.info), book)
        errors = [one for one in report.findings if one.level is Level.ERROR]
        found += bool(errors)
        named += bool(errors) and (errors[0].row, errors[0].printed) == (row, printed)
    # A cell of which a standard says no more than a bound can be wrong unseen.
    assert found >= 0.97 * trials
    assert named >= 0.9 * trials


@pytest.fixture(scope="module")
def workbook(
    budget: Book, any_standard: Standard, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The budget as a workbook."""
    path = tmp_path_factory.mktemp("random") / f"{any_standard.id}.xlsx"
    build_workbook(any_standard, budget, path, year=budget.year)
    return path


def said(book: Book) -> dict[str, object]:
    """The amounts of a book that are not nought, and what 基础信息 says."""
    found: dict[str, object] = {
        f"{key} {row.key}": [cell.fen if isinstance(cell, Amount) else 0 for cell in row.cells]
        for key, data in book.blocks.items()
        for row in data.rows
        if row.fens
    }
    return found | {key: one.value for key, one in book.info.items() if one.value}


def test_a_workbook_says_what_its_budget_says(budget: Book, workbook: Path) -> None:
    book = read_book(workbook)
    assert book.findings == ()
    assert said(book) == said(budget)
    assert validate(own_standard(book), book).status is Status.PASS


def test_a_data_folder_says_it_too(any_standard: Standard, workbook: Path, tmp_path: Path) -> None:
    book = read_book(workbook)
    write_folder(book, own_standard(book), tmp_path / "data")
    again = read_folder(tmp_path / "data", any_standard)
    assert same(own_standard(book), again)["blocks"] == same(own_standard(book), book)["blocks"]
    assert said(again) == said(book)


def test_next_year_begins_with_its_rows(budget: Book, workbook: Path, tmp_path: Path) -> None:
    roll_over(workbook, tmp_path / "next.xlsx")
    book = read_book(tmp_path / "next.xlsx")
    assert book.year == budget.year + 1
    assert not any(row.fens for data in book.blocks.values() for row in data.rows)
    kept = [key for key, data in book.blocks.items() if len(data.rows) > 1]
    assert len(kept) > 0.8 * len(budget.blocks)
