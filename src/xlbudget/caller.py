"""The workbook whose cell calls a function, as it was last saved: its standard, texts, findings."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import xlwings as xw

from xlbudget.editing.validate import validate_file
from xlbudget.errors import XlbudgetError
from xlbudget.reading.book import read_book
from xlbudget.sheets.layout import GLOSSARY, NOTES
from xlbudget.sheets.notes import notes_lines
from xlbudget.standard.loader import load_standard, own_standard
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.explaining.document import Document
    from xlbudget.figures import Book
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard


_UNSAVED = (
    "读不到文件：工作簿还没有保存到本机。请先保存（网盘中的请另存到本地），再按 Ctrl+Alt+F9 重算。"
)


class _Saved(NamedTuple):
    """A file at a moment: another save is another value, so that what is remembered is forgotten."""

    path: str
    time: int
    size: int


class Calling(NamedTuple):
    """What a function may know of the workbook that calls it.

    ``trouble`` says in Chinese why its file cannot be read (empty where it can): then the standard
    is the default one.
    """

    standard: Standard
    year: int
    trouble: str = ""
    saved: _Saved | None = None

    def book(self) -> Book:
        """Its figures.

        Raises:
            XlbudgetError: the file has become unreadable.
        """
        assert self.saved is not None
        return _book(self.saved)

    def paragraphs(self) -> tuple[tuple[str, str], ...]:
        """The explanation and the glossary: (id, final text) of each paragraph.

        Raises:
            XlbudgetError: the file has become unreadable.
        """
        return _paragraphs(self.saved) if self.saved else ()

    def report(self) -> Report:
        """What validation says.

        Raises:
            XlbudgetError: the file has become unreadable.
        """
        assert self.saved is not None
        return _report(self.saved)


def calling() -> Calling:
    """The calling workbook; never raises."""
    saved = _saved()
    if saved is None:
        return _default(_UNSAVED)
    try:
        book = _book(saved)
    except XlbudgetError as error:
        return _default(str(error))
    return Calling(own_standard(book), book.year, "", saved)


def _default(trouble: str) -> Calling:
    standard = load_standard()
    return Calling(standard, standard.template_year, trouble)


def _saved() -> _Saved | None:
    """The caller's file; None where there is no caller or no file of it on this machine."""
    try:
        path = Path(xw.Book.caller().fullname)
        status = path.stat()
    except Exception:  # noqa: BLE001  # xlwings' kinds of errors differ; addresses are no paths
        return None
    return _Saved(str(path), status.st_mtime_ns, status.st_size) if path.is_absolute() else None


@lru_cache(maxsize=4)
def _book(saved: _Saved) -> Book:
    return read_book(Path(saved.path))


@lru_cache(maxsize=4)
def _report(saved: _Saved) -> Report:
    return validate_file(Path(saved.path))


@lru_cache(maxsize=4)
def _paragraphs(saved: _Saved) -> tuple[tuple[str, str], ...]:
    """As they stand on the sheets; those of a sheet on which nothing stands are generated."""
    from xlbudget.explaining.explain import explain, glossary  # noqa: PLC0415  # loads the templates

    lines = Workbook(Path(saved.path)).lines_of([NOTES, GLOSSARY])
    found: list[tuple[str, str]] = []
    for sheet, generate in ((NOTES, explain), (GLOSSARY, glossary)):
        held = notes_lines(sheet, lines.get(sheet, []))
        here = [(line.id, line.final) for line in held if line.id and line.final]
        if not here:
            book = _book(saved)
            document: Document = generate(own_standard(book), book)
            here = [(paragraph.id, paragraph.text) for paragraph in document.paragraphs]
        found += here
    return tuple(found)
