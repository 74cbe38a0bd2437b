"""Validating files for the command line; kept apart from click, whose import takes longer than the work."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.cli.common import (
    STANDARD_INPUT,
    UNUSABLE,
    WRONG,
    expand_paths,
    fail,
    refuse_workbook,
    standard_input,
    write_edits,
    write_text,
)
from xlbudget.editing.validate import examine_file
from xlbudget.errors import UnusableFileError
from xlbudget.findings import WHOLE_FILE, NotExecuted, NotRead, Report, Status
from xlbudget.importing.published import is_document
from xlbudget.logs import sentence_about
from xlbudget.reading.book import read_book
from xlbudget.report import FORMATS, render
from xlbudget.sheets.layout import MEMORY, read_stamp
from xlbudget.standard.loader import load_standard, own_standard
from xlbudget.standard.search import choosing
from xlbudget.standard.stamp import stamp_of
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    from xlbudget.editing.validate import Examined
    from xlbudget.figures import Book
    from xlbudget.report.pictures import Pictures
    from xlbudget.standard.model import Standard


_VALUED = {
    "--format": "form",
    "-o": "output",
    "--output": "output",
    "--last-year": "last_year",
    "--standard": "standard",
}
_FLAGS = {"--quiet": "quiet", "-q": "quiet", "--write": "write"}
_DOCUMENT = "公开文本不与上年核对；请先用 xlbudget import 做成工作簿。"
_PICTURED = 20
"""Of more workbooks the html report shows the findings without the tables."""


class Request(NamedTuple):
    """What to validate and where the report goes (None: the screen).

    ``write``: the findings also go into every workbook's 校验结果. ``standard`` is the only one that is used, if any. ``last_year`` is last year's
    workbook or data folder, or a folder with those of all units.
    """

    books: tuple[Path, ...]
    form: str = "text"
    output: Path | None = None
    quiet: bool = False
    write: bool = False
    last_year: Path | None = None
    standard: str = ""


def simple_request(arguments: Sequence[str]) -> Request | None:
    """The request that plain arguments make; None where click must look at them.

    Plain are paths, ``-`` for standard input, ``--format``, ``-o``, ``--standard`` and ``--last-year`` each followed by its value, ``--write``,
    ``--quiet``.
    """
    books: list[Path] = []
    asked: dict[str, Any] = {}
    waiting = iter(arguments)
    for argument in waiting:
        if argument in _FLAGS:
            asked[_FLAGS[argument]] = True
        elif argument in _VALUED:
            field, value = _VALUED[argument], next(waiting, "")
            if not value or (field == "form" and value not in FORMATS):
                return None
            asked[field] = value if field in ("form", "standard") else Path(value)
        elif (argument.startswith("-") and argument != "-") or not argument:
            return None
        else:
            books.append(Path(argument))
    return Request(tuple(books), **asked) if books else None


def validate_files(request: Request) -> int:
    """Validate every workbook, write the report, return the exit status.

    Raises:
        UnusableFileError: nothing comes in where ``-`` asks for it, or a report cannot be written.
    """
    with choosing(request.standard):
        return _validate_chosen(request)


def _validate_chosen(request: Request) -> int:
    if STANDARD_INPUT not in request.books:
        return _validate(request)
    if request.write:
        raise UnusableFileError("标准输入不能加 --write；请用文件名。")
    with standard_input() as path:
        books = tuple(path if one == STANDARD_INPUT else one for one in request.books)
        return _validate(request._replace(books=books), path)


def _followed(paths: Sequence[Path], *, quiet: bool) -> Iterable[Path]:
    """The paths one by one, with a bar for whoever watches several of them on a terminal."""
    if len(paths) == 1 or quiet or not sys.stderr.isatty():
        return paths
    from rich.console import Console  # noqa: PLC0415  # only where somebody watches
    from rich.progress import track  # noqa: PLC0415

    return track(paths, "校验", console=Console(stderr=True), transient=True)


def _validate(request: Request, piped: Path | None = None) -> int:
    """The same of files alone; ``piped`` is the one that holds the standard input."""
    if request.output is not None:
        refuse_workbook(request.output)
    reports: list[Report] = []
    pictures: list[Pictures | None] = []
    unwritten = False
    paths = expand_paths(request.books)
    pictured = request.form == "html" and len(paths) <= _PICTURED
    last = last_books(request.last_year) if request.last_year is not None else None
    for path in _followed(paths, quiet=request.quiet):
        shown = str(STANDARD_INPUT if path == piped else path)
        with ExitStack() as held:
            try:
                if request.write and not is_document(path):
                    held.enter_context(_writing(path))
                report, own, picture = _examined(path, last, pictured=pictured)
            except Exception as error:  # noqa: BLE001  # whatever one file does, the others are reported
                report, own, picture = _unusable(path, error), None, None
            if own is not None and not request.quiet:
                sys.stderr.write(_other_stamp(*own))
            reports.append(report._replace(path=shown))
            pictures.append(picture)
            if request.write and own is not None:
                try:
                    _write(*own, report, quiet=request.quiet)
                except Exception as error:  # noqa: BLE001  # as above
                    why = sentence_about(error, f"“{path.name}”的校验结果没有写入")
                    unwritten = bool(fail(why))
    for report in reports:
        if report.undecided:
            fail(report.undecided)
    wrong = any(report.status is Status.ERROR for report in reports)
    unusable = any(report.status is Status.UNKNOWN for report in reports)
    # Of one file that cannot be used, people have read the sentence.
    if len(reports) > 1 or request.form != "text" or not reports[0].unusable:
        text = _rendered(reports, request.form, pictures)
        if request.output is not None:
            write_text(request.output, text)
            if not request.quiet:
                sys.stdout.write(f"校验结果已写入“{request.output}”。\n")
        elif wrong or not request.quiet:
            sys.stdout.write(text)
    return WRONG if wrong else UNUSABLE * (unusable or unwritten)


def _examined(
    path: Path, last: LastBooks | None, *, pictured: bool
) -> tuple[Report, tuple[Workbook, Standard] | None, Pictures | None]:
    """What is said of one file; the workbook and its standard where it is one, its pictures where wanted.

    Raises:
        XlbudgetError: it cannot be read.
    """
    if is_document(path):
        from xlbudget.importing.published.validate import validate_published  # noqa: PLC0415  # rare

        report = validate_published(path)
        return report if last is None else last.skipped(report, _DOCUMENT), None, None
    source = Workbook(path)
    examined = examine_file(source)
    report = last.compared(examined) if last is not None else examined.report
    return report, (source, examined.standard), _pictures(examined) if pictured else None


def _other_stamp(source: Workbook, standard: Standard) -> str:
    """A line on a workbook that was made with the same standard as it was at another time; "" for any other."""
    stamp = read_stamp(source.lines_of([MEMORY]).get(MEMORY, []))
    if stamp is None or stamp.standard != standard.id:
        return ""
    now = stamp_of(standard)
    if now.hash == stamp.hash:
        return ""
    return (
        f"“{source.path.name}”是按标准 {stamp.standard}（{stamp.shown}）做的，现在的是 {now.shown}，已按现在的校验；"
        "表和公式有变化的，请用 xlbudget export 导出后再用 new --from 重做工作簿。\n"
    )


def _unusable(path: Path, error: Exception) -> Report:
    """The entry of a file about which nothing else can be said."""
    why = sentence_about(error, f"“{path.name}”没有校验")
    return Report(path.name, "", Status.UNKNOWN, "", not_read=(NotRead(WHOLE_FILE, why),))


def _rendered(reports: list[Report], form: str, pictures: list[Pictures | None]) -> str:
    """The report of all; one that cannot be drawn gives way to the entry of a file that cannot be used."""
    names = {report.standard for report in reports if report.standard}
    standards = {name: load_standard(name) for name in names}
    try:
        return render(reports, form, standards, pictures)
    except Exception:  # whichever report it was
        if len(reports) == 1:
            raise
    for at, report in enumerate(reports):
        try:
            render([report], form, standards, [pictures[at]])
        except Exception as error:  # noqa: BLE001  # as above
            fail(sentence_about(error, f"“{report.workbook}”的校验结果列不出来"))
            reports[at] = _unusable(Path(report.path), error)
            pictures[at] = None
    return render(reports, form, standards, pictures)


def _writing(path: Path) -> AbstractContextManager[None]:
    """Nobody else of ours writes the workbook from before it is read until its findings are in it."""
    from xlbudget.xlsx.locks import writing  # noqa: PLC0415  # only to write

    return writing(path, "validate")


def _pictures(found: Examined) -> Pictures:
    from xlbudget.report.pictures import report_pictures  # noqa: PLC0415  # only for the page

    return report_pictures(found.standard, found.book)


def _write(source: Workbook, standard: Standard, report: Report, *, quiet: bool) -> None:
    """Put the findings into the workbook; what was written is said apart from the report."""
    from xlbudget.editing.findings import plan_findings  # noqa: PLC0415
    from xlbudget.xlsx.locks import refuse_open_file  # noqa: PLC0415

    path = source.path
    refuse_open_file(path)
    plan = plan_findings(source, standard, report)
    write_edits(source, path, plan.edits, plan.afterwards, "validate")
    if not quiet:
        kept = f"，保留处理说明{plan.kept}条" if plan.kept else ""
        left = f"，另有{plan.left_out}条放不下" if plan.left_out else ""
        sys.stderr.write(f"“{path.name}”的“校验结果”已写入{kept}{left}。\n")


# ------------------------------------------------------------------ last year's workbooks: one, a data folder, a folder of many


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
        from xlbudget.texts.last_year import with_last_year  # noqa: PLC0415  # only where it is asked for

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
            from xlbudget.importing.data_folder import read_folder  # noqa: PLC0415  # only for data

            return read_folder(self._folder, load_standard(found.standard.id))
        if self._only is not None:
            return self._only

        from xlbudget.texts.last_year import same_text  # noqa: PLC0415  # as above

        if self._units is None:
            books = map(read_book, self._paths)
            self._units = {same_text(book.text("unit_name")): book for book in books}
        return self._units.get(same_text(found.book.text("unit_name")))


def last_books(path: Path) -> LastBooks:
    """What was given as last year's: a workbook, a data folder, or a folder of workbooks.

    Raises:
        UnusableFileError: it is none of these.
    """
    from xlbudget.importing.data_folder import INFO_FILE  # noqa: PLC0415  # only where it is asked for

    if not path.exists():
        raise UnusableFileError(f"找不到上年的工作簿“{path}”；请检查 --last-year 后面的文件名。")
    if (path / INFO_FILE).is_file():
        return LastBooks(None, [], path)
    paths = expand_paths([path])
    if len(paths) == 1:
        return LastBooks(read_book(paths[0]), [])
    return LastBooks(None, paths)
