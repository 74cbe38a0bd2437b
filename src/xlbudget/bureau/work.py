"""The work on one file, whoever does it: read, judged, and a line of results made of it. It never raises."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget import __version__
from xlbudget.bureau import fingerprints
from xlbudget.bureau.listing import is_address, shown
from xlbudget.bureau.records import NO_COUNTS, Record
from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.findings import Level
from xlbudget.importing.published import is_document
from xlbudget.logs import sentence_about
from xlbudget.report.json_report import report_dict
from xlbudget.standard.stamp import standard_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard

_WORKBOOKS = (".xlsm", ".xlsx")


class Task(NamedTuple):
    """A file to inspect: its name in the results, where it lies, and the fingerprint with which it was seen before."""

    path: str
    place: str
    known: str = ""


class Outcome(NamedTuple):
    """What became of a task: the line for the results (b"": the file is the one that was seen before).

    The rest is what people are told while it runs.
    """

    path: str
    line: bytes = b""
    verdict: str = ""
    unit: str = ""
    counts: Mapping[str, int] = NO_COUNTS
    reason: str = ""


def outcome_of(record: Record) -> Outcome:
    """The outcome that a record makes."""
    line = record.to_json().encode() + b"\n"
    told = (record.verdict, record.unit or "", record.counts, record.reason or "")
    return Outcome(record.path, line, *told)


def unusable(path: str, reason: str, seconds: float = 0.0) -> Outcome:
    """The outcome of a file about which nothing but a sentence can be said."""
    return outcome_of(Record(path, program=__version__, seconds=seconds, reason=reason))


def inspect_file(task: Task) -> Outcome:
    """Read and judge one file, unless it is the one that is known."""
    start = time.process_time()
    record = Record(task.path, program=__version__)
    name = Path(task.place.partition("::")[0]).name
    try:
        with _at_hand(task.place) as path:
            record = _seen(record, path)
            if record.hash == task.known:
                return Outcome(task.path)
            record = _judged(record, path)
    except Exception as error:  # noqa: BLE001  # whatever one file does, it is an entry
        record = record._replace(reason=sentence_about(error, f"“{name}”没有检查"))
    record = record._replace(seconds=round(time.process_time() - start, 3))
    if name != shown(name):
        # Sentences quote the name; half characters would stop whoever writes them elsewhere.
        readable = record.to_json().replace(_escaped(name), shown(name))
        record = Record.from_json(readable)
    return outcome_of(record)


def _escaped(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


@contextmanager
def _at_hand(place: str) -> Iterator[Path]:
    """The file on this machine.

    Raises:
        UnusableFileError: it is at an address that cannot be reached.
    """
    if is_address(place):
        from xlbudget.bureau.addresses import fetched  # noqa: PLC0415  # few are

        with fetched(place) as path:
            yield path
    else:
        yield Path(place)


def _kind(path: Path) -> str | None:
    if path.is_dir():
        return "data"
    if is_document(path):
        return "document"
    return "workbook" if path.suffix.lower() in _WORKBOOKS else None


def _seen(record: Record, path: Path) -> Record:
    """The record with the kind of the file, and fingerprint and number of its bytes (a data folder: its files').

    Raises:
        UnusableFileError: they cannot be read.
    """
    try:
        if not path.is_dir():
            return record._replace(hash=_digest(path), size=path.stat().st_size, kind=_kind(path))
        files = [one for one in sorted(path.iterdir()) if one.is_file()]
        whole = "\n".join(f"{one.name}\t{_digest(one)}" for one in files)
        size = sum(one.stat().st_size for one in files)
    except FileNotFoundError as error:
        raise UnusableFileError(f"找不到文件“{path.name}”；请检查它是否已移走。") from error
    except OSError as error:
        raise UnusableFileError(
            f"“{path.name}”读不了（{reason_of(error)}）；请检查权限和磁盘，再试一次。"
        ) from error
    known = fingerprints.digest(whole.encode("utf-8", "surrogatepass"))
    return record._replace(hash=known, size=size, kind=_kind(path))


def _digest(path: Path) -> str:
    """The fingerprint of a file's bytes, of which few are held at once.

    Raises:
        UnusableFileError: it is a pipe or a device, which would be waited for.
    """
    if path.exists() and not path.is_file():
        raise UnusableFileError(f"“{path.name}”不是普通文件，没有读取。")
    with path.open("rb") as file:
        return fingerprints.digest_of(file)


def _judged(record: Record, path: Path) -> Record:
    """The record with all that is said of the file.

    Raises:
        XlbudgetError: it cannot be used.
    """
    report, standard, book = _examined(path, record.kind)
    report = report._replace(path=record.path)
    counts = {level.value: report.number_of(level) for level in Level}
    return record._replace(
        unit=report.unit_name or None,
        department=book.text(standard.department) or None,
        year=report.year or None,
        standard=standard.id,
        standard_hash=standard_hash(standard.layers),
        verdict=report.status.value,
        slack=report.slack or None,
        counts=counts,
        reason=report.undecided or None,
        figures=fingerprints.figures(standard, book),
        totals=fingerprints.totals(standard, book),
        last_year_figures=fingerprints.last_year_figures(standard, book),
        report=report_dict(report),
        executed={code: count for code, count in report.executed or () if count},
    )


def _examined(path: Path, kind: str | None) -> tuple[Report, Standard, Book]:
    """The report of a file of any kind, with what it was made from.

    Raises:
        XlbudgetError: it cannot be used.
    """
    if kind == "document":
        from xlbudget.importing.published.validate import examine_published  # noqa: PLC0415  # few files' libraries

        return examine_published(path)[:3]
    if kind == "data":
        from xlbudget.api import read, validate  # noqa: PLC0415  # rare
        from xlbudget.standard.loader import own_standard  # noqa: PLC0415  # as above

        book = read(path)
        standard = own_standard(book)
        return validate(book, standard), standard, book
    from xlbudget.editing.validate import examine_file  # noqa: PLC0415  # as above

    return examine_file(path)


def warm() -> None:
    """Load what every file needs, before the first."""
    from xlbudget.editing import validate  # noqa: PLC0415  # by whoever works alone
    from xlbudget.standard.loader import load_standard  # noqa: PLC0415  # as above

    assert validate
    standard_hash(load_standard().layers)
