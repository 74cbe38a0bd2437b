"""What comes out of an inspection for the desk: tables, a workbook, a page, and what goes back to each unit.

Two walks over the results: the first keeps a few facts of every file, the second writes what needs the findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.bureau import desk_book, desk_page, frames, unit_reports
from xlbudget.bureau.overview import overview
from xlbudget.bureau.records import read_results
from xlbudget.findings import Level
from xlbudget.xlsx.atomic import replace_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.bureau.overview import Overview
    from xlbudget.bureau.records import Record
    from xlbudget.findings import Report

BOOK, PAGE = "校验总表.xlsx", "校验总览.html"


def write_desk(
    results: Path, folder: Path, units: Path | None = None, previous: Path | None = None
) -> list[Path]:
    """Write everything into ``folder`` and give the files back, the folder of what goes to the units last.

    ``results`` are those of an inspection, ``units`` the list of who has to hand in, ``previous`` the results of an
    inspection before (or the folder with them): those of this year show what changed, those of the year before what
    was copied from it.

    Raises:
        UnusableFileError: a file cannot be read or written; what was written before it stays.
    """
    desk = overview(results, units, previous)
    folder.mkdir(parents=True, exist_ok=True)
    ending = "parquet" if frames.can_write_parquet() else "csv"
    findings, table = folder / f"findings.{ending}", folder / f"units.{ending}"
    outbox = unit_reports.Outbox(folder / unit_reports.FOLDER)
    told = desk_page.Findings()

    def write_findings(target: Path) -> None:
        with frames.finding_table(target) as lines:
            for at, record in enumerate(read_results(results)):
                report = unit_reports.unit_report(record)
                for line in frames.finding_lines(record):
                    lines.add(line)
                told.add(report)
                _send_back(desk, at, outbox, record, report)

    def write_units(target: Path) -> None:
        with frames.unit_table(target, _sums(desk)) as lines:
            for at in range(len(desk.lines)):
                lines.add(_unit_line(desk, at))

    replace_atomically(findings, write_findings, backup=False)
    outbox.finish()
    replace_atomically(table, write_units, backup=False)
    page = desk_page.page(desk, told)
    replace_atomically(folder / PAGE, lambda target: _write(target, page), backup=False)
    # Last, because somebody may have it open.
    data = desk_book.workbook(desk)
    if not (folder / BOOK).is_file() or (folder / BOOK).read_bytes() != data:
        replace_atomically(folder / BOOK, lambda target: _write(target, data), by="inspect")
    return [folder / BOOK, folder / PAGE, findings, table, outbox.folder]


def _write(target: Path, data: bytes) -> None:
    target.write_bytes(data)


def _send_back(
    desk: Overview, at: int, outbox: unit_reports.Outbox, record: Record, report: Report
) -> None:
    """The report and the mail of one file."""
    changed = desk.change(at)
    remarks = unit_reports.Remarks(
        tuple(sentence for _, sentence in desk.likenesses.get(at, ())),
        changed.said if changed is not None and changed.before is not None else "",
    )
    page = unit_reports.page(report, desk.standards, remarks)
    entry = desk.attendance.entries.get(at) if desk.attendance is not None else None
    address = entry.address if entry is not None else None
    outbox.put(f"{desk.names[at]}.html", page)
    mail = unit_reports.mail(record, report, desk.names[at], page, remarks, address)
    outbox.put(f"{desk.names[at]}.eml", mail)


def _sums(desk: Overview) -> list[str]:
    """The names of the sums that files state, in the order in which they come."""
    return list(dict.fromkeys(name for line in desk.lines for name in line.record.totals))


def _unit_line(desk: Overview, at: int) -> dict[str, object]:
    """The line of a file in the table of files."""
    line, changed = desk.lines[at], desk.change(at)
    counts = {f"{level.value}s": line.number_of(level) for level in Level}
    return {
        **{name: frames.exact(text) for name, text in line.record.totals.items()},
        **line.record._asdict(),
        **counts,
        "not_executed": line.not_executed,
        "not_read": line.not_read,
        "likeness": "".join(sentence for _, sentence in desk.likenesses.get(at, ())) or None,
        "change": changed.said or changed.change.chinese if changed is not None else None,
        "report_file": desk.report_file(at),
    }
