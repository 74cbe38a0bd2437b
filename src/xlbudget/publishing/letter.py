"""What is said with a package: the mail, and the list of what was checked with checksums.

The checksums show changes. The mail's key figures are named by the standard's ``package.toml``; the
book gives the amounts.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget import __version__
from xlbudget.errors import StandardError
from xlbudget.explaining.facts import evaluate_facts
from xlbudget.explaining.source import load_source
from xlbudget.findings import Level, Status
from xlbudget.publishing.mail import Letter, size_text
from xlbudget.templates import rendered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Book
    from xlbudget.findings import Report
    from xlbudget.publishing.mail import Address, Attachment
    from xlbudget.standard.model import Standard


_TEMPLATES = Path(__file__).parent / "templates"
_FIGURES = "package.toml"


class PackedFile(NamedTuple):
    """A file of the package: what it is, its size in bytes and its checksum."""

    name: str
    what: str
    size: int
    sha256: str


def plain_grade(report: Report) -> str:
    """The grade for people outside, who know nothing of rounding and rules."""
    if report.status is Status.ERROR:
        count = report.number_of(Level.ERROR)
        found = f"，发现差错 {count} 处尚未改正" if count else "，各表数字尚不能全部对上"
        return f"各表之间、表与文字之间的数字已核对{found}。"
    if not any(count for _, count in report.executed):
        return "各表数字没有核对。"
    if report.status is Status.ROUNDING:
        return "各表之间、表与文字之间的数字已核对，总数与分项之和有四舍五入造成的尾差，请留意。"
    return "各表之间、表与文字之间的数字已核对，全部相符（分项四舍五入的尾差除外）。"


def letter_for(
    title: str,
    figures: Sequence[tuple[str, str]],
    report: Report,
    remarks: Sequence[str],
    attachments: Sequence[Attachment],
    to: Sequence[Address],
    sender: Address | None,
) -> Letter:
    """The mail of a package: unit, year, key figures, whether it balances, attachments.

    ``remarks`` are what a recipient must know besides.
    """
    values = {
        "title": title,
        "unit": report.unit_name or "（单位名称未填）",
        "year": report.year,
        "remarks": remarks,
        "figures": figures,
        "grade": plain_grade(report),
        "attachments": [
            (attachment.name, attachment.what, size_text(len(attachment.data)))
            for attachment in attachments
        ],
    }
    text, html = (rendered(_TEMPLATES, f"letter.{kind}.j2", values) for kind in ("txt", "html"))
    return Letter(title, text, html, tuple(attachments), tuple(to), sender)


def key_figures(standard: Standard, book: Book) -> list[tuple[str, str]]:
    """Title and amount with its unit, as the explanation prints it; none where none are named.

    Raises:
        StandardError: ``package.toml`` is wrong, or names what ``notes/facts.toml`` has not.
    """
    path = standard.folder / _FIGURES
    if not path.is_file():
        return []
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("figure", ())
        wanted = [(str(entry["fact"]), str(entry["title"])) for entry in entries]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise StandardError(f"标准文件“{_FIGURES}”的写法不对：{error}。") from error
    source = load_source(standard)
    known = evaluate_facts(standard, book, source).figures
    found = []
    for name, title in wanted:
        if name not in known:
            raise StandardError(f"标准文件“{_FIGURES}”提到的“{name}”不在notes/facts.toml中。")
        figure = known[name]
        unit = "" if figure.missing or figure.kind != "amount" else source.unit.name
        found.append((title, f"{figure.text}{unit}"))
    return found


def checklist(
    title: str,
    standard: Standard,
    report: Report,
    source: PackedFile,
    files: Sequence[PackedFile],
    left_out: Sequence[str],
    remarks: Sequence[str],
    made: str,
) -> tuple[str, str]:
    """The list for people and for programs; ``made`` is a day or empty, ``source`` the workbook."""
    values = {
        "title": title,
        "standard": standard,
        "report": report,
        "source": source,
        "files": files,
        "left_out": left_out,
        "remarks": remarks,
        "made": made,
        "version": __version__,
        "grade": plain_grade(report),
        "levels": [(level.chinese, report.number_of(level)) for level in Level],
    }
    said = {
        "title": title,
        "unit": report.unit_name,
        "year": report.year,
        "standard": report.standard,
        "status": report.status.value,
        "slack": report.slack,
        "findings": {level.value: report.number_of(level) for level in Level},
        "not_executed": len(report.not_executed),
        "remarks": list(remarks),
        "xlbudget": __version__,
        "made": made or None,
        "source": {"name": source.name, "sha256": source.sha256},
        "files": [file._asdict() for file in files],
        "sheets_left_out": list(left_out),
    }
    text = rendered(_TEMPLATES, "checklist.txt.j2", values)
    return text, json.dumps(said, ensure_ascii=False, indent=2) + "\n"
