"""One of the two that are compared: its figures, what validation says of it, and how it names its places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.comparing.comparison import NOWHERE, Compared
from xlbudget.editing.validate import examine_file
from xlbudget.errors import UnusableFileError
from xlbudget.figures import Place
from xlbudget.importing.published import is_document
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import with_names
from xlbudget.rules.grid import INFO
from xlbudget.sheets.layout import is_form
from xlbudget.standard.loader import load_standard, own_standard
from xlbudget.texts.whole import validate_whole
from xlbudget.xlsx.references import column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlbudget.figures import Book, Row
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard

WORKBOOK, DOCUMENT, FOLDER, BOOK = "workbook", "document", "folder", "book"
_PAGED = (".pdf", ".txt", ".md")
_CELL = re.compile(r"[A-Z]{1,3}[0-9]{1,7}")


class Side(NamedTuple):
    """A book with what is known of it.

    ``unread`` gives, by key of a table, why it cannot be compared: its reader lost some of it. ``doubtful`` are
    rows (block, position) whose figures seem to have changed columns on the way into a document.
    """

    kind: str
    path: str
    book: Book
    standard: Standard
    report: Report
    unread: Mapping[str, str] = {}
    doubtful: Mapping[tuple[str, str], str] = {}

    @property
    def printed(self) -> bool:
        """Whether its figures are rounded as they are printed: a document, or a copy of values."""
        return self.kind == DOCUMENT or self.book.without_info

    @property
    def paged(self) -> bool:
        """Whether its paragraphs are put together from the lines of pages, which may divide them or lose signs."""
        return self.kind == DOCUMENT and self.path.lower().endswith(_PAGED)

    def cell_place(
        self, standard: Standard, block: str, row: Row | None, column: int, field: str
    ) -> Place:
        """Where an amount stands; ``field`` is the key of one of 基础信息. Nowhere without a row."""
        if block == INFO:
            info = self.book.info.get(field)
            if info is None or not info.cell:
                return NOWHERE
            return Place(info.sheet or self.book.info_place(field).sheet, info.cell)
        data = self.book.blocks.get(block)
        if row is None or data is None:
            return NOWHERE
        table = standard.table_of(standard.blocks[block])
        sheet = self.book.sheets.get(table.key, table.sheet)
        cell = self.place_in(data.cell_name(row, column), form=is_form(table))
        return Place(sheet, cell) if cell else NOWHERE

    def row_place(self, standard: Standard, block: str, row: Row) -> Place:
        """Where a row begins."""
        data, table = self.book.blocks[block], standard.table_of(standard.blocks[block])
        sheet = self.book.sheets.get(table.key, table.sheet)
        letters = re.match("[A-Z]+", data.cell_name(row, 0)) if row.cells else None
        if letters is None:
            return NOWHERE
        return Place(sheet, self.place_in(data.cell_name(row, 0), form=is_form(table)))

    def place_in(self, cell: str, *, form: bool) -> str:
        """A cell as it is called here: in a document by its line and column in the table.

        The title of a form is put above its lines when a document is read.
        """
        if self.kind != DOCUMENT or not _CELL.fullmatch(cell):
            return cell
        letters, line = split_cell(cell)
        return f"第{line - form}行第{column_number(letters)}列"

    @property
    def compared(self) -> Compared:
        """What a comparison says of it."""
        return Compared(
            self.book.name,
            self.path,
            self.kind,
            self.standard.id,
            self.book.text("unit_name"),
            self.book.year,
            self.report.status,
            self.report.coverage,
        )


def side_of_book(book: Book, standard: Standard | None = None) -> Side:
    """A book as one of the two.

    Raises:
        StandardError: there is no standard as it names.
    """
    standard = standard or own_standard(book)
    computed = (lambda: book.computed) if book.computed else None
    return Side(BOOK, "", book, standard, validate_whole(standard, book, computed))


def two_sides(before: Path | Book, after: Path | Book) -> tuple[Side, Side]:
    """Two files, each a workbook, a published document or a data folder, or two books, as the two.

    What does not say by itself which standard it follows, and which subjects of its own, is read by the other's.

    Raises:
        UnusableFileError: one is missing, damaged, encrypted, no department budget, or of another standard.
        DataFolderError: a data folder that cannot be understood.
        StandardError: there is no standard as a book names.
    """
    sources = (before, after)
    sides = [_side_of(source, None) if _names_standard(source) else None for source in sources]
    known = next(
        (side.standard for side in sides if side is not None and not side.book.without_info), None
    )
    for number, source in enumerate(sources):
        side = sides[number]
        if side is None or (side.book.without_info and known not in (None, side.standard)):
            sides[number] = _side_of(source, known)
    first, second = sides
    assert first is not None
    assert second is not None
    return first, second


def _names_standard(source: Path | Book) -> bool:
    """Whether a source may say itself which standard it follows."""
    return isinstance(source, tuple) or not (source.is_dir() or is_document(source))


def _side_of(source: Path | Book, standard: Standard | None) -> Side:
    if isinstance(source, tuple):
        return side_of_book(source, standard)
    path = source
    if path.is_dir():
        from xlbudget.importing.data_folder import INFO_FILE, read_folder  # noqa: PLC0415  # one kind

        if not (path / INFO_FILE).is_file():
            raise UnusableFileError(
                f"文件夹“{path}”不是数据文件夹，里面没有“{INFO_FILE}”；请写数据文件夹，或其中一个文件的名称。"
            )
        standard = standard or load_standard()
        book = with_names(standard, read_folder(path, standard))
        side = side_of_book(book._replace(name=book.name or path.name), standard)
        return side._replace(kind=FOLDER, path=str(path))
    return (
        _side_of_document(path, standard)
        if is_document(path)
        else _side_of_workbook(path, standard)
    )


def _side_of_workbook(path: Path, standard: Standard | None = None) -> Side:
    workbook = Workbook(path)
    if standard is None:
        examined = examine_file(workbook)
        return Side(WORKBOOK, str(path), examined.book, examined.standard, examined.report)
    side = side_of_book(read_book(workbook, standard), standard)
    return side._replace(kind=WORKBOOK, path=str(path))


def _side_of_document(path: Path, standard: Standard | None) -> Side:
    from xlbudget.importing.published.figures import shift_findings  # noqa: PLC0415  # as above
    from xlbudget.importing.published.validate import examine_published  # noqa: PLC0415

    examined = examine_published(path, standard)
    book, standard = examined.book, examined.standard
    doubtful = {(one.table, one.row): one.message for one in shift_findings(standard, book)}
    return Side(DOCUMENT, str(path), book, standard, examined.report, examined.unread, doubtful)
