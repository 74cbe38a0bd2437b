"""Ledgers for tests: read from a file in the ledger's columns, and workbooks made of them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.editing.build import build_workbook
from xlbudget.figures import InfoValue
from xlbudget.importing.imported import blank_book
from xlbudget.money import YUAN
from xlbudget.reading.ledger import read_ledger

if TYPE_CHECKING:
    from xlbudget.figures import Book, Ledger
    from xlbudget.standard.model import Standard

CHANGCHUN = Path(__file__).parent / "cases" / "changchun-ledger.csv"


def ledger_of(standard: Standard, path: Path = CHANGCHUN) -> Ledger:
    """The ledger of a file in the ledger's own columns, in 元."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return read_ledger(standard, "", list(csv.reader(file)), YUAN)


def with_ledger(standard: Standard, book: Book, ledger: Ledger, unit: str = "元") -> Book:
    """A book whose tables follow from a ledger."""
    assert standard.ledger is not None
    chosen = {
        standard.ledger.switch_field: InfoValue(standard.ledger.from_ledger),
        standard.ledger.unit_field: InfoValue(unit),
    }
    return book._replace(info={**book.info, **chosen}, ledger=ledger)


def workbook_of(standard: Standard, ledger: Ledger, target: Path, year: int) -> Path:
    """A workbook with nothing typed but the ledger."""
    book = with_ledger(standard, blank_book(standard, year), ledger)
    build_workbook(standard, book, target, year=year)
    return target


def amounts(standard: Standard, book: Book) -> dict[tuple[str, ...], str]:
    """Every amount of the tables and forms as printed, by block, row, parent and column; blanks left out."""
    return {
        (key, row.key, row.parent, column): getattr(cell, "plain", str(cell))
        for key, data in book.blocks.items()
        for row in data.rows
        for column, cell in zip(standard.blocks[key].amounts, row.cells, strict=True)
        if cell is not None
    }
