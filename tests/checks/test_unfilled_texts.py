"""Of tables that nobody has filled in yet, no sentence is told to change."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.editing.build import build_workbook
from xlbudget.editing.notes import plan_notes
from xlbudget.explaining.explain import explain, glossary
from xlbudget.figures import BlockData
from xlbudget.findings import Level, Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import own_standard
from xlbudget.texts.whole import validate_whole
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

FUND = Path(__file__).parents[1] / "departments" / "government-fund"


def _with_tables(standard: Standard, book: Book, kept: set[str]) -> Book:
    """Only these tables are filled in; the others are as a new workbook has them."""
    bare = {}
    for key, data in book.blocks.items():
        block = standard.blocks[key]
        if block.table not in kept:
            rows = [row._replace(cells=(None,) * len(row.cells)) for row in data.rows]
            fixed = [row for row in rows if block.body == "fixed" and row.kind != "class"]
            bare[key] = BlockData.of(fixed, data.letters)
    return book.with_blocks(bare)


def test_an_explanation_beside_tables_that_are_not_filled_in(
    standard: Standard, tmp_path: Path
) -> None:
    path = tmp_path / "预算.xlsm"
    source = read_folder(FUND, standard)
    build_workbook(standard, source, path, year=source.year)
    book = read_book(path)
    own = own_standard(book)
    plan = plan_notes(Workbook(path), explain(own, book), glossary(own, book))
    Workbook(path).patch(path, plan.edits, plan.afterwards)
    book = read_book(path)
    keys = [table.key for table in own.tables]
    for seed in range(12):
        kept = set(random.Random(seed).sample(keys, 3))
        report = validate_whole(own, _with_tables(own, book, kept), set)
        errors = [one.message for one in report.findings if one.level is Level.ERROR]
        assert not errors, f"{sorted(kept)}：{errors[:3]}"
        assert report.status is Status.UNKNOWN
