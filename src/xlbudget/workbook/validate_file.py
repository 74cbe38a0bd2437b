"""Validate a workbook on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.standard.extend import own_standard
from xlbudget.texts.whole import validate_whole
from xlbudget.workbook.read import read_book

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Place
    from xlbudget.findings import Report

__all__ = ["validate_file"]


def validate_file(path: Path) -> Report:
    """Read and validate one workbook.

    Raises:
        UnusableFileError: it cannot be read as a budget workbook.
    """
    book = read_book(path)

    def computed() -> set[Place]:
        from xlbudget.workbook.patch import formula_cells  # noqa: PLC0415  # rarely needed

        return formula_cells(path, set(book.sheets.values()))

    return validate_whole(own_standard(book), book, computed)
