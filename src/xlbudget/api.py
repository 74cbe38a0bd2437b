"""The functions of the public interface (``xlbudget.read`` …): a path or a book in, values out.

They join what the other modules do and hold no rule of their own. All that they take and give can
be pickled, so they can be handed to other processes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.importing.published import is_document
from xlbudget.standard import loader
from xlbudget.standard.loader import own_standard

if TYPE_CHECKING:
    from os import PathLike

    from xlbudget.comparing.comparison import Comparison
    from xlbudget.explaining.document import Document
    from xlbudget.figures import Book
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard


def load_standard(standard: str | PathLike[str] = "") -> Standard:
    """A standard by its id or its folder; without either the default.

    Raises:
        StandardError: there is no such standard, or it contradicts itself.
    """
    if isinstance(standard, str):
        return loader.load_standard(standard)
    return loader.load_folder(Path(standard))


def read(path: str | PathLike[str], standard: Standard | None = None) -> Book:
    """The figures and texts of a budget workbook, a published document or a data folder.

    The standard is told from the file where it is not given; that of a data folder, which does not
    name one, is then the default.

    Raises:
        UnusableFileError: it is missing, damaged, encrypted, or no department budget.
        DataFolderError: a data folder that cannot be understood.
    """
    path = Path(path)
    if path.is_dir():
        from xlbudget.importing.data_folder import read_folder  # noqa: PLC0415  # one kind is needed

        return read_folder(path, standard or loader.load_standard())
    if is_document(path):
        from xlbudget.importing.published.document import read_published, read_source  # noqa: PLC0415
        from xlbudget.importing.published.recognise import standard_of_document  # noqa: PLC0415

        found = standard or standard_of_document(path, read_source(path).elements)
        return read_published(path, found).book
    from xlbudget.reading.book import read_book  # noqa: PLC0415  # one kind is needed
    from xlbudget.xlsx.workbook import Workbook  # noqa: PLC0415

    workbook = Workbook(path)
    book = read_book(workbook, standard)
    return book._replace(computed=frozenset(workbook.formula_cells(set(book.sheets.values()))))


def validate(book: Book, standard: Standard | None = None) -> Report:
    """All that is wrong with a book's tables and texts; without ``standard``, by the one it names.

    Raises:
        StandardError: there is no such standard.
    """
    from xlbudget.texts.whole import validate_whole  # noqa: PLC0415  # reading alone needs no checks

    computed = (lambda: book.computed) if book.computed else None
    return validate_whole(own_standard(book, standard), book, computed)


def validate_file(path: str | PathLike[str]) -> Report:
    """The same of a workbook, a published document or a data folder, as ``xlbudget validate`` says it.

    Of a document, what was lost on the way into it is told too, and places are its own
    (第3行第14列 of a table, 第31页).

    Raises:
        UnusableFileError: as for :func:`read`.
        DataFolderError: as for :func:`read`.
    """
    path = Path(path)
    if path.is_dir():
        report = validate(read(path))
    elif is_document(path):
        from xlbudget.importing.published.validate import validate_published  # noqa: PLC0415

        report = validate_published(path)
    else:
        from xlbudget.editing import validate as workbooks  # noqa: PLC0415

        report = workbooks.validate_file(path)
    return report._replace(path=str(path))


def diff(before: str | PathLike[str] | Book, after: str | PathLike[str] | Book) -> Comparison:
    """What differs between two drafts of one budget, or what was submitted and what was published.

    Each is a workbook, a published document, a data folder or a book.

    Raises:
        UnusableFileError: as for :func:`read`; or they are of different standards.
        DataFolderError: as for :func:`read`.
    """
    from xlbudget.comparing.compare import compare  # noqa: PLC0415  # only where it is asked for
    from xlbudget.comparing.sides import two_sides  # noqa: PLC0415

    paths = (one if isinstance(one, tuple) else Path(one) for one in (before, after))
    return compare(*two_sides(*paths))


def notes(book: Book, standard: Standard | None = None) -> Document:
    """The explanation with the glossary as its last section, generated from a book's figures.

    What the book lacks is 【待填：…】 in the text, and the paragraph's ``review`` says so.

    Raises:
        StandardError: there is no such standard, or its facts or templates are wrong.
    """
    from xlbudget.explaining.document import Document  # noqa: PLC0415  # loads the templates
    from xlbudget.explaining.explain import explain, glossary  # noqa: PLC0415

    standard = own_standard(book, standard)
    return Document((*explain(standard, book).sections, *glossary(standard, book).sections))
