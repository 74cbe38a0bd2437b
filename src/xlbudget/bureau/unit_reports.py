"""What goes back to each unit: the report of validation as a page, and a mail with it, ready but not sent."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.bureau.lines import VERDICTS
from xlbudget.findings import WHOLE_FILE, Level, NotRead, Report, Status
from xlbudget.publishing.mail import Attachment, Letter, draft
from xlbudget.publishing.publish import file_stem
from xlbudget.report import text_report
from xlbudget.report.html_report import report_html
from xlbudget.report.json_report import report_of
from xlbudget.templates import rendered
from xlbudget.xlsx.atomic import refusal
from xlbudget.xlsx.backups import keep
from xlbudget.xlsx.beside import temporary_file
from xlbudget.xlsx.owners import usual_mode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.bureau.lines import UnitLine
    from xlbudget.bureau.records import Record
    from xlbudget.findings import Finding
    from xlbudget.publishing.mail import Address
    from xlbudget.standard.model import Standard

FOLDER = "单位"
"""Below the folder of an inspection: what goes back to the units."""
LIST = "文件清单.txt"
"""In it: what we wrote there, with checksums; what somebody has changed since is not overwritten unseen."""
_TEMPLATES = Path(__file__).parent / "templates"
_NO_LINK = re.compile("[#%]")
"""Signs that mean something in a link, and not the same to every program."""
_TOLD = 20
"""So many findings stand in the mail itself; all are in the report."""


def unit_report(record: Record) -> Report:
    """The report of a file as it stands in its line; of one that cannot be used, the entry that says so."""
    name = text_report.clean(PurePosixPath(record.path).name)
    if record.report is None:
        why = (NotRead(WHOLE_FILE, record.reason or "没有读出任何内容。"),)
        return Report(name, "", Status.UNKNOWN, "", not_read=why, path=record.path)
    report = report_of(record.report)
    executed = None if record.executed is None else tuple(sorted(record.executed.items()))
    return report._replace(
        executed=executed,
        unit_name=record.unit or "",
        year=record.year or 0,
        path=record.path,
    )


def worst_first(report: Report) -> list[Finding]:
    """The findings by level, within it in the order of the report."""
    findings = [one for _, group in text_report.grouped(report.findings) for one in group]
    return sorted(findings, key=lambda one: list(Level).index(one.level))


def file_names(lines: Sequence[UnitLine]) -> list[str]:
    """A name without ending for what goes back of each file: the unit's, numbered where several are alike.

    Systems that do not tell capital from small letters have no two of them alike.
    """
    taken: set[str] = set()
    names = []
    for line in lines:
        stem = file_stem(_NO_LINK.sub("_", text_report.clean(line.name)).strip(" .")) or "未命名"
        name, count = stem, 1
        while name.casefold() in taken:
            count += 1
            name = f"{stem}（{count}）"
        taken.add(name.casefold())
        names.append(name)
    return names


class Remarks(NamedTuple):
    """What is said to a unit beside the report: likenesses, what changed since the last time."""

    likenesses: tuple[str, ...] = ()
    since: str = ""


def page(report: Report, standards: Mapping[str, Standard], remarks: Remarks) -> bytes:
    """The report as a page of its own."""
    said = [f"请核对：{sentence}" for sentence in remarks.likenesses]
    said += [f"与上次校验相比：{remarks.since}。"] * bool(remarks.since)
    return report_html([report], standards, (), said).encode("utf-8", "replace")


def mail(
    record: Record,
    report: Report,
    name: str,
    html: bytes,
    remarks: Remarks,
    address: Address | None,
) -> bytes:
    """The mail with the page, to the address that the list of units gives; without one, to nobody yet."""
    unit = text_report.clean(record.unit or PurePosixPath(record.path).name)
    year = f"{record.year}年度" if record.year else ""
    verdict = VERDICTS[record.verdict]
    errors = report.number_of(Level.ERROR)
    title = f"{unit}{year}部门预算校验结果：{verdict}" + (f"{errors}处" if errors else "")
    findings = worst_first(report)
    values = {
        "title": title,
        "unit": unit,
        "year": year,
        "file": PurePosixPath(record.path).name,
        "verdict": text_report.verdict(report, None)[0],
        "usable": record.report is not None,
        "likenesses": remarks.likenesses,
        "since": remarks.since,
        "findings": [
            (one.level.chinese, text_report.place(one), one.message) for one in findings[:_TOLD]
        ],
        "more": max(0, len(findings) - _TOLD),
        "attachment": f"{name}.html",
        "right": not errors and record.report is not None and report.status is not Status.UNKNOWN,
    }
    text, web = (
        rendered(_TEMPLATES, f"letter.{kind}.j2", values, text_report.clean)
        for kind in ("txt", "html")
    )
    attachment = Attachment(f"{name}.html", html, "校验结果")
    return draft(Letter(title, text, web, (attachment,), (address,) if address else ()))


class Outbox:
    """The folder of what goes back. A file that somebody has changed since we wrote it is kept as a backup."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, set[str]] = {}
        self._written: dict[str, str] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if (folder / LIST).exists():
                for line in (folder / LIST).read_text("utf-8").splitlines():
                    told, _, name = line.partition("  ")
                    self._known.setdefault(name, set()).add(told)
            # Noted at once: after a run that was stopped, what it wrote is known as ours.
            self._list = (folder / LIST).open("a", encoding="utf-8", newline="\n")
        except OSError as error:
            raise refusal(folder / LIST, error) from error

    def put(self, name: str, data: bytes) -> None:
        """Write a file, unless it is there just so.

        Raises:
            UnusableFileError: it cannot be written.
        """
        path, told = self.folder / name, sha256(data).hexdigest()
        self._written[name] = told
        try:
            there = path.read_bytes() if path.exists() else None
            if there == data:
                return
            if there is not None and sha256(there).hexdigest() not in self._known.get(name, ()):
                keep(path, "inspect")
            self._list.write(f"{told}  {name}\n")
            self._list.flush()
            temporary = temporary_file(path)
            try:
                temporary.write_bytes(data)
                usual_mode(temporary)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise refusal(path, error) from error

    def finish(self) -> None:
        """Remove what we wrote before and nobody has changed, where it belongs to no file any more.

        Raises:
            UnusableFileError: the folder cannot be written.
        """
        self._list.close()
        try:
            for name, known in self._known.items():
                path = self.folder / name
                if name in self._written or not path.is_file():
                    continue
                if sha256(path.read_bytes()).hexdigest() in known:
                    path.unlink()
            lines = (f"{told}  {name}\n" for name, told in sorted(self._written.items()))
            temporary = temporary_file(self.folder / LIST)
            temporary.write_text("".join(lines), "utf-8", newline="\n")
            usual_mode(temporary)
            temporary.replace(self.folder / LIST)
        except OSError as error:
            raise refusal(self.folder / LIST, error) from error
