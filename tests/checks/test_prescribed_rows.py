"""A prescribed row that somebody deleted is told as itself: no right cell is accused for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlbudget.checks.validate import validate
from xlbudget.figures import TOTAL, BlockData
from xlbudget.findings import Level, Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import Amount
from xlbudget.rules.fill import with_names
from xlbudget.standard.loader import with_subject_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.figures import Book, Row
    from xlbudget.standard.model import Standard

TESTS = Path(__file__).parents[1]


def _without_a_row(standard: Standard, book: Book) -> Iterator[tuple[Row, Book]]:
    """The book without one of its prescribed rows that has money, one after another."""
    for key, data in book.blocks.items():
        if standard.blocks[key].body != "fixed":
            continue
        for at, row in enumerate(data.rows):
            money = any(isinstance(cell, Amount) and cell.fen for cell in row.cells)
            if row.kind == "fixed" and money:
                left = [*data.rows[:at], *data.rows[at + 1 :]]
                yield row, book.with_blocks({key: BlockData.of(left, data.letters)})


@pytest.mark.parametrize("name", ["government-fund", "public-institution"])
def test_a_missing_prescribed_row_is_one_error(name: str, standard: Standard) -> None:
    book = read_folder(TESTS / "departments" / name, standard)
    assert validate(standard, book).status is not Status.ERROR
    tried = 0
    for row, bad in _without_a_row(standard, book):
        report = validate(standard, bad)
        errors = [one for one in report.findings if one.level is Level.ERROR]
        assert report.status is Status.ERROR or not errors
        assert len(errors) <= 1, f"{row.label}：{[one.message for one in errors]}"
        for one in errors:
            assert f"没有找到“{row.label}”" in one.message
        tried += len(errors)
    assert tried >= 10


@pytest.mark.parametrize("name", ["government-fund", "public-institution"])
def test_a_row_without_figures_may_be_left_out(name: str, standard: Standard) -> None:
    book = read_folder(TESTS / "departments" / name, standard)
    left = {}
    for key, data in book.blocks.items():
        if standard.blocks[key].body == "fixed":
            rows = [row for row in data.rows if any(cell is not None for cell in row.cells)]
            left[key] = BlockData.of(rows, data.letters)
    report = validate(standard, book.with_blocks(left))
    assert not [one.message for one in report.findings if "没有找到" in one.message]


@pytest.mark.parametrize(
    "name",
    ["departments/government-fund", "departments/public-institution", "cases/culture-bureau"],
)
def test_a_missing_row_of_the_total_is_one_error(name: str, standard: Standard) -> None:
    """The sums of a table without 合计 are unknown, not nought: no other table is accused for them."""
    folder = TESTS / name
    own = folder / "functional-subjects.csv"
    standard = with_subject_files(standard, [("functional", own)] if own.is_file() else [])
    book = with_names(standard, read_folder(folder, standard))
    tried = 0
    for key, data in book.blocks.items():
        if not standard.blocks[key].total or TOTAL not in data.by_key or len(data.rows) < 4:
            continue
        left = [row for row in data.rows if row.key != TOTAL]
        report = validate(standard, book.with_blocks({key: BlockData.of(left, data.letters)}))
        said = [one for one in report.findings if one.level is not Level.HINT]
        told = [one for one in said if "合计" in one.message]
        assert len(told) == 1 and "没有" in told[0].message
        assert not [one for one in said if one.level is Level.ERROR and one not in told]
        tried += 1
    assert tried >= 3
