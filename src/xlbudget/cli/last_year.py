"""Workbooks of last year for ``xlbudget validate --last-year``: one, a data folder, a folder of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.cli.files import expand_paths
from xlbudget.errors import UnusableFileError
from xlbudget.findings import NotExecuted
from xlbudget.standard.extend import own_standard
from xlbudget.standard.loader import load_standard
from xlbudget.texts.last_year import same_text, with_last_year
from xlbudget.workbook.read import read_book

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.findings import Report
    from xlbudget.workbook.validate_file import Examined

__all__ = ["LastBooks", "last_books"]


class LastBooks:
    """The books of last year: one for all, or each found by the name of its unit."""

    def __init__(self, only: Book | None, paths: list[Path], folder: Path | None = None) -> None:
        self._only, self._paths, self._folder = only, paths, folder
        self._units: dict[str, Book] | None = None

    def compared(self, found: Examined) -> Report:
        """The report with the comparison; a unit that has no workbook of last year says so.

        Raises:
            UnusableFileError: last year's workbook is of another year, or unreadable.
        """
        last = self._of(found)
        if last is not None:
            standard = own_standard(last)
            return with_last_year(found.report, found.standard, found.book, standard, last)
        name = found.report.unit_name or found.report.workbook
        return self.skipped(found.report, f"上年的工作簿里没有“{name}”的，没有与上年核对。")

    def skipped(self, report: Report, reason: str) -> Report:
        """The report of what is not compared: every rule that would have is said not to have run."""
        rules = load_standard(report.standard).rules_of(report.year)
        missing = (NotExecuted(rule.code, reason) for rule in rules if rule.compares)
        return report._replace(not_executed=(*report.not_executed, *missing))

    def _of(self, found: Examined) -> Book | None:
        if self._folder is not None:
            from xlbudget.exchange.folder.read import read_folder  # noqa: PLC0415  # only for data

            return read_folder(self._folder, load_standard(found.standard.id))
        if self._only is not None:
            return self._only
        if self._units is None:
            books = map(read_book, self._paths)
            self._units = {same_text(one.text("unit_name")): one for one in books}
        return self._units.get(same_text(found.book.text("unit_name")))


def last_books(path: Path) -> LastBooks:
    """What was given as last year's: a workbook, a data folder, or a folder of workbooks.

    Raises:
        UnusableFileError: it is none of these.
    """
    from xlbudget.exchange.folder.read import INFO_FILE  # noqa: PLC0415  # only where it is asked for

    if not path.exists():
        raise UnusableFileError(f"找不到上年的工作簿“{path}”；请检查 --last-year 后面的文件名。")
    if (path / INFO_FILE).is_file():
        return LastBooks(None, [], path)
    paths = expand_paths([path])
    if len(paths) == 1:
        return LastBooks(read_book(paths[0]), [])
    return LastBooks(None, paths)
