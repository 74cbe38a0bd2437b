"""What the mail of a package says: unit, year, key figures, grade, attachments."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.mail.message import Letter, size_text
from xlbudget.report.wording import verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.exchange.mail.address import Address
    from xlbudget.exchange.mail.message import Attachment
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard

__all__ = ["MailContent", "letter_for"]

_ASIDE = "本邮件由 xlbudget 按工作簿生成；表格只有数值，没有宏、公式和外部链接。"
_STYLE = "border-collapse:collapse;margin:0.5em 0"
_CELL = "border:1px solid #7f7f7f;padding:0.2em 0.8em"


class MailContent(NamedTuple):
    """What the sentences are made of; ``remarks`` are what a recipient must know besides."""

    title: str
    figures: Sequence[tuple[str, str]]
    report: Report
    standard: Standard
    remarks: Sequence[str] = ()


def letter_for(
    content: MailContent, attachments: Sequence[Attachment], to: Sequence[Address]
) -> Letter:
    """The mail of a package."""
    report = content.report
    unit = report.unit_name or "（单位名称未填）"
    opening = f"现发送{unit}{report.year}年度部门预算，请查收。"
    grade = verdict(report, content.standard)[0]
    listed = [(one.name, size_text(len(one.data))) for one in attachments]
    text = [opening, ""]
    if content.figures:
        text += ["主要数字：", *(f"  {title}：{amount}" for title, amount in content.figures), ""]
    text += [f"校验结论：{grade}"]
    text += [f"注意：{one}" for one in content.remarks]
    text += ["", f"附件{len(listed)}个："]
    text += [f"  {number}. {name}（{size}）" for number, (name, size) in enumerate(listed, 1)]
    text += ["", _ASIDE, ""]
    return Letter(
        content.title,
        "\n".join(text),
        _html(opening, grade, content, listed),
        tuple(attachments),
        tuple(to),
    )


def _html(opening: str, grade: str, content: MailContent, listed: Sequence[tuple[str, str]]) -> str:
    pieces = [f"<p>{escape(opening)}</p>"]
    if content.figures:
        rows = "".join(
            f'<tr><td style="{_CELL}">{escape(title)}</td>'
            f'<td style="{_CELL};text-align:right">{escape(amount)}</td></tr>'
            for title, amount in content.figures
        )
        pieces.append(f'<table style="{_STYLE}">{rows}</table>')
    pieces.append(f"<p>校验结论：{escape(grade)}</p>")
    pieces += [f"<p><strong>注意：{escape(one)}</strong></p>" for one in content.remarks]
    items = "".join(f"<li>{escape(name)}（{size}）</li>" for name, size in listed)
    pieces.append(f"<p>附件{len(listed)}个：</p><ol>{items}</ol>")
    pieces.append(f'<p style="color:#595959">{escape(_ASIDE)}</p>')
    body = "\n".join(pieces)
    head = f'<head><meta charset="utf-8"><title>{escape(content.title)}</title></head>'
    return f'<!DOCTYPE html>\n<html lang="zh-CN">{head}<body>\n{body}\n</body></html>\n'
