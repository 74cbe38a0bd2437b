"""Validate a workbook on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import without_collecting
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import own_standard
from xlbudget.texts.whole import validate_whole
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book, Place
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard


class Examined(NamedTuple):
    """A workbook's report with what it was made from."""

    report: Report
    standard: Standard
    book: Book


def validate_file(source: Path | Workbook) -> Report:
    """Read and validate one workbook.

    Raises:
        UnusableFileError: it cannot be read as a budget workbook.
    """
    return examine_file(source).report


@without_collecting
def examine_file(source: Path | Workbook) -> Examined:
    """The same, with the figures and the standard.

    Raises:
        UnusableFileError: it cannot be read as a budget workbook.
    """
    workbook = Workbook.of(source)
    book = read_book(workbook)
    standard = own_standard(book)

    def computed() -> set[Place]:
        return workbook.formula_cells(set(book.sheets.values()))

    return Examined(validate_whole(standard, book, computed), standard, book)
