"""Texts of a workbook for its cells: sections of the explanation, the table of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.functions.cells import NA, VALUE, Failure, error_in, is_blank
from xlbudget.workbook.read_cells import text_of
from xlbudget.workbook.read_labels import squash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.findings import Report

__all__ = ["CHECKS_HEADINGS", "checks_lines", "note_text"]

CHECKS_HEADINGS = ("级别", "规则", "表", "位置", "表中数", "应为", "差额", "说明")
_NOT_RUN = "未执行"
_LONGEST = 32_767
"""So many characters fit into a cell."""


def note_text(paragraphs: Sequence[tuple[str, str]], section: object) -> str | Failure:
    """The text of a section, heading included, a line per paragraph.

    ``paragraphs`` are (id, final text) in order. ``section`` is its number (五, 5), a paragraph's
    id (五.201) or the beginning of its name (名词解释); a blank gives "".
    """
    wrong = error_in(section)
    if wrong is not None:
        return wrong
    if is_blank(section):
        return ""
    wanted = squash(text_of(section)).strip("()、.第部分")
    numbers = list(dict.fromkeys(identity.partition(".")[0] for identity, _ in paragraphs))
    head, dot, rest = wanted.partition(".")
    if head.isascii() and head.isdigit() and 0 < int(head[:6]) <= len(numbers):
        head = numbers[int(head[:6]) - 1]
    elif head not in numbers:
        names = (one for one in numbers if len(one) > 1 and head.startswith(one))
        head = next(names, head)
    if dot:
        texts = [text for identity, text in paragraphs if identity == f"{head}.{rest}"]
    else:
        texts = [text for identity, text in paragraphs if identity.partition(".")[0] == head]
    if not texts:
        return Failure(NA, f"说明中没有“{wanted}”；现有：{'、'.join(numbers) or '（无）'}。")
    text = "\n".join(texts)
    if len(text) > _LONGEST:
        return Failure(
            VALUE, f"“{wanted}”有{len(text)}个字符，一格放不下；请用段落编号，如“{head}.1”。"
        )
    return text


def checks_lines(report: Report) -> list[tuple[str, ...]]:
    """A line per finding (without any, one with the verdict), then one per rule not executed."""
    lines: list[tuple[str, ...]] = [
        (
            one.level.chinese,
            one.code,
            one.table,
            f"{one.sheet} {one.cell}".strip(),
            one.printed,
            one.expected,
            one.difference,
            one.message,
        )
        for one in report.findings
    ]
    lines = lines or [(report.status.chinese, *[""] * 6, "没有发现问题。")]
    return lines + [
        (_NOT_RUN, one.code, "", "", "", "", "", one.reason)
        for one in dict.fromkeys(report.not_executed)
    ]
