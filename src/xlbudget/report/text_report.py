"""The report as plain text, for a terminal or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.report.wording import (
    about,
    clean,
    counts,
    grouped,
    level_counts,
    many_counts,
    place,
    suggestion_text,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.findings import Finding, Report
    from xlbudget.standard.model import Standard

__all__ = ["report_text", "reports_text"]

_INDENT = "    "


def report_text(report: Report, standard: Standard | None = None) -> str:
    """One workbook: the verdict, the findings by table, what did not run, the counts."""
    return "\n".join(_lines(report, standard)) + "\n"


def reports_text(reports: Sequence[Report], standards: Mapping[str, Standard] | None = None) -> str:
    """Several workbooks one after another; the last line says how they fared together."""
    known = standards or {}
    texts = [report_text(report, known.get(report.standard)) for report in reports]
    if len(texts) != 1:
        texts.append(many_counts(reports) + "\n")
    return "\n".join(texts)


def _lines(report: Report, standard: Standard | None) -> Iterator[str]:
    what = about(report, standard)
    yield clean(report.workbook) + (f"（{what}）" if what else "") + f"：{report.status.chinese}"
    yield from verdict(report, standard)
    for table, findings in grouped(report.findings):
        yield ""
        yield f"【{table}】{level_counts(findings)}"
        for finding in findings:
            yield from _finding_lines(finding)
    if report.not_executed:
        yield ""
        yield "【未执行】既不算通过，也不算差错"
        for one in report.not_executed:
            yield f"［未执行］{clean(one.code)}：{clean(one.reason)}"
    yield ""
    yield counts(report)


def _finding_lines(finding: Finding) -> Iterator[str]:
    head = " ".join(part for part in (clean(finding.code), place(finding)) if part)
    yield f"［{finding.level.chinese}］{head}：{clean(finding.message)}"
    for sentence in finding.basis:
        yield f"{_INDENT}依据：{clean(sentence)}"
    for suggestion in finding.suggestions:
        yield f"{_INDENT}建议：{suggestion_text(suggestion)}"
    for sentence in finding.follows:
        yield f"{_INDENT}连带：{clean(sentence)}"
