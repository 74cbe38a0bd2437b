"""What the mail of a package says: unit, year, key figures, whether it balances, attachments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.mail.message import Letter, size_text
from xlbudget.findings import Level, Status
from xlbudget.templates import rendered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.exchange.mail.address import Address
    from xlbudget.exchange.mail.message import Attachment
    from xlbudget.findings import Report

__all__ = ["MailContent", "letter_for", "plain_grade"]

_TEMPLATES = Path(__file__).parent / "templates"


class MailContent(NamedTuple):
    """What the sentences are made of; ``remarks`` are what a recipient must know besides."""

    title: str
    figures: Sequence[tuple[str, str]]
    report: Report
    remarks: Sequence[str] = ()


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
    content: MailContent, attachments: Sequence[Attachment], to: Sequence[Address]
) -> Letter:
    """The mail of a package."""
    report = content.report
    values = {
        "title": content.title,
        "unit": report.unit_name or "（单位名称未填）",
        "year": report.year,
        "remarks": content.remarks,
        "figures": content.figures,
        "grade": plain_grade(report),
        "attachments": [(one.name, one.what, size_text(len(one.data))) for one in attachments],
    }
    text, html = (rendered(_TEMPLATES, f"letter.{kind}.j2", values) for kind in ("txt", "html"))
    return Letter(content.title, text, html, tuple(attachments), tuple(to))
