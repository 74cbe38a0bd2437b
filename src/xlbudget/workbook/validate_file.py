"""Validate a workbook on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.standard.extend import own_standard
from xlbudget.texts.whole import validate_whole
from xlbudget.workbook.read import read_book

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book, Place
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard

__all__ = ["Examined", "examine_file", "validate_file"]


class Examined(NamedTuple):
    """A workbook's report with what it was made from."""

    report: Report
    standard: Standard
    book: Book


def validate_file(path: Path) -> Report:
    """Read and validate one workbook.

    Raises:
        UnusableFileError: it cannot be read as a budget workbook.
    """
    return examine_file(path).report


def examine_file(path: Path) -> Examined:
    """The same, with the figures and the standard.

    Raises:
        UnusableFileError: it cannot be read as a budget workbook.
    """
    book = read_book(path)
    standard = own_standard(book)

    def computed() -> set[Place]:
        from xlbudget.workbook.patch import formula_cells  # noqa: PLC0415  # rarely needed

        return formula_cells(path, set(book.sheets.values()))

    return Examined(validate_whole(standard, book, computed), standard, book)
