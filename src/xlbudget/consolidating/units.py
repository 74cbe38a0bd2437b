"""The files of the units: found, read, judged; which can be summed up, and why others cannot."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.api import read
from xlbudget.characters import squash
from xlbudget.checks.validate import validate
from xlbudget.consolidating.figures import UnitBook
from xlbudget.errors import UnusableFileError, XlbudgetError
from xlbudget.figures import without_collecting
from xlbudget.findings import Level, Status
from xlbudget.importing.published import is_document
from xlbudget.reading.book import read_figures
from xlbudget.rules.fill import fill_book
from xlbudget.rules.posting import follows_from_ledger
from xlbudget.standard.loader import own_standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.findings import Report


class LeftOut(NamedTuple):
    """A file that cannot be summed up with the others, and why, as the end of a sentence."""

    path: Path
    why: str


class Read(NamedTuple):
    """A file's figures, how they are judged, and the tables that could not be read to the end (by key, why)."""

    book: Book
    report: Report
    lost: Mapping[str, str]


@without_collecting
def read_judged(path: Path) -> Read:
    """A workbook, document or data folder with what is said of its tables.

    Raises:
        XlbudgetError: it cannot be used.
    """
    if is_document(path):
        from xlbudget.importing.published.document import read_document, read_source  # noqa: PLC0415
        from xlbudget.importing.published.recognise import standard_of_document  # noqa: PLC0415
        from xlbudget.importing.published.validate import validate_published  # noqa: PLC0415

        source = read_source(path)
        imported, *_ = read_document(
            path, source, standard_of_document(path, source.elements), None
        )
        lost = imported.coverage.tables if imported.coverage is not None else {}
        return Read(imported.book, validate_published(path), lost)
    book = read(path) if path.is_dir() else read_figures(path)
    return Read(book, validate(own_standard(book), book), {})


def read_unit(path: Path) -> UnitBook:
    """A unit's file, judged by its tables, and filled in where totals are blank.

    Raises:
        XlbudgetError: it cannot be used, or not all of its tables were read.
    """
    book, report, lost = read_judged(path)
    if lost:
        why = next(iter(lost.values()))
        raise UnusableFileError(f"“{path.name}”的表没有读全（{why.rstrip('。')}）；请改用工作簿。")
    standard = own_standard(book)
    filled = book if follows_from_ledger(standard, book) else fill_book(standard, book).book
    slack = Decimal(report.slack or 0) * standard.unit.fen
    errors = sum(one.level is Level.ERROR for one in report.findings)
    return UnitBook(unit_name(book, path), path, _bare(filled), report.status, slack, errors)


def _bare(book: Book) -> Book:
    """What of a book is summed up: many are held at once."""
    return book._replace(
        findings=(), texts=(), keepsakes=(), printed=(), as_text=frozenset(), dated=(),
        computed=frozenset(),
    )  # fmt: skip


def unit_name(book: Book, path: Path) -> str:
    """The unit's name, the file's where it gives none."""
    return book.text("unit_name").strip() or path.stem


def read_units(paths: Iterable[Path]) -> Iterator[UnitBook | LeftOut]:
    """Every file read, in their order; one that cannot be used is told, never the end."""
    for path in paths:
        try:
            unit = read_unit(path)
        except XlbudgetError as error:
            yield LeftOut(path, str(error))
            continue
        if unit.status is Status.UNKNOWN:
            yield LeftOut(path, f"“{path.name}”还没有填完，无法判断；请填完后再汇总。")
        else:
            yield unit


class Chosen(NamedTuple):
    """The units that can be summed up together, and the files that cannot."""

    units: tuple[UnitBook, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def wrong(self) -> list[UnitBook]:
        """The units whose workbooks have errors."""
        return [unit for unit in self.units if unit.status is Status.ERROR]


def choose(found: Iterable[UnitBook | LeftOut]) -> Chosen:
    """The units of the year and standard that most of them have, each once."""
    found = list(found)
    units = [one for one in found if isinstance(one, UnitBook)]
    kinds = [(unit.book.standard, unit.book.year) for unit in units]
    usual = max(dict.fromkeys(kinds), key=kinds.count, default=("", 0))
    seen: dict[str, UnitBook] = {}
    left = [one for one in found if isinstance(one, LeftOut)]
    kept = []
    for unit in units:
        book = unit.book
        if book.standard != usual[0]:
            why = f"“{unit.path.name}”的标准是“{book.standard}”，其他单位是“{usual[0]}”，各表不同，不能相加；请分别汇总。"
        elif book.year != usual[1]:
            why = f"“{unit.path.name}”是{book.year}年度的，其他单位是{usual[1]}年度的。"
        elif twin := seen.get(squash(unit.name)):
            same = "，数字也相同" if twin.book.blocks == book.blocks else ""
            why = f"“{unit.path.name}”与“{twin.path.name}”是同一个单位“{unit.name}”{same}；只能汇总一份。"
        else:
            seen[squash(unit.name)] = unit
            kept.append(unit)
            continue
        left.append(LeftOut(unit.path, why))
    return Chosen(tuple(kept), tuple(left))
