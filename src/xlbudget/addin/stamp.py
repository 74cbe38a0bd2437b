"""The stamp on the hidden sheet: the macro leaves a token there, and an answer proves that Python ran."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import xlwings as xw

from xlbudget.addin.host import as_saved
from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["STAMP_SHEET", "answer", "calling_book", "chosen_files"]

STAMP_SHEET, _CELL = "_texts", "B1"
_CHOSEN = "C1"
_ANSWERED = "ok "


def calling_book() -> xw.Book:
    """The workbook whose button was clicked: the one that waits for an answer.

    Where none waits (a function called by hand), the active one, if it is a budget workbook.

    Raises:
        UnusableFileError: no workbook of ours is open.
    """
    caller = xw.Book.caller()
    books = [caller, *(book for book in caller.app.books if book.name != caller.name)]
    waiting = next(_waiting(books), None)
    if waiting is not None:
        return waiting
    if _token(caller) is None:
        raise UnusableFileError(
            f"当前工作簿“{caller.name}”不是部门预算工作簿；请切换到部门预算工作簿，再点按钮。"
        )
    return caller


def _waiting(books: list[xw.Book]) -> Iterator[xw.Book]:
    for book in books:
        token = _token(book)
        if token and not token.startswith(_ANSWERED):
            yield book


def _token(book: xw.Book) -> str | None:
    """What stands in the stamp's cell; None where the workbook has no such sheet."""
    if STAMP_SHEET not in [sheet.name for sheet in book.sheets]:
        return None
    found = book.sheets[STAMP_SHEET].range(_CELL).value
    return "" if found is None else str(found)


def chosen_files(book: xw.Book) -> tuple[Path, ...]:
    """The files that the user picked for this click, a line each; they are forgotten by this call."""
    if _token(book) is None:
        return ()
    cell = book.sheets[STAMP_SHEET].range(_CHOSEN)
    said = str(cell.value or "")
    if said:
        with as_saved(book):
            cell.value = ""
    return tuple(Path(line) for line in said.splitlines() if line)


def answer(book: xw.Book) -> None:
    """Tell the macro that Python has done its part."""
    token = _token(book)
    if token and not token.startswith(_ANSWERED):
        with as_saved(book):
            book.sheets[STAMP_SHEET].range(_CELL).value = f"{_ANSWERED}{token}"
