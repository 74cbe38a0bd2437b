"""The report as one html file to mail and to print: no scripts, nothing loaded from elsewhere.

Everything that comes from a workbook is escaped where it enters the page.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from xlbudget.findings import Level, Status
from xlbudget.report.html_style import STYLE
from xlbudget.report.wording import (
    about,
    amount,
    clean,
    counts,
    executed_counts,
    grouped,
    is_amount,
    level_counts,
    many_counts,
    not_executed_count,
    slack_text,
    standard_name,
    suggestion_text,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.findings import Finding, Report
    from xlbudget.standard.model import Standard

__all__ = ["report_html"]

_TITLE = "部门预算校验报告"
_STATUS_SHAPES = {Status.PASS: "✓", Status.ROUNDING: "≈", Status.ERROR: "×"}
_LEVEL_SHAPES = {Level.ERROR: "■", Level.WARNING: "▲", Level.HINT: "○"}
_BLANK = "空白"
_HEADINGS = (
    ("级别", "level"),
    ("规则", "code"),
    ("位置", "place"),
    ("表列数", "number"),
    ("应为", "number"),
    ("差额", "number"),
    ("说明", "message"),
    ("依据", "basis"),
    ("建议", "remedy"),
)
_OVERVIEW = (
    ("序号", "number"),
    ("工作簿", "name"),
    ("单位", "name"),
    ("年度", "year"),
    ("标准", "name"),
    ("结论", "grade"),
    *((level.chinese, "number") for level in Level),
    ("未执行规则", "number"),
    ("最大尾差半宽", "number"),
)
_REMARKS = (
    "级别：■ 差错须改正；▲ 提醒请核对，确有依据的可以保留；○ 提示仅供参考。提醒和提示不影响结论。",
    "差额＝表列数－应为。可能性是各候选之间的相对大小，不是定论；请核对原始资料后再改，本程序不自行改动数字。",
)


def report_html(reports: Sequence[Report], standards: Mapping[str, Standard] | None = None) -> str:
    """A whole page: for several workbooks an overview first, then one section for each."""
    known = standards or {}
    title = _TITLE
    if len(reports) == 1:
        title = f"{_TITLE}：{_safe(reports[0].unit_name or reports[0].workbook)}"
    return "\n".join(_page(title, reports, known)) + "\n"


def _page(
    title: str, reports: Sequence[Report], standards: Mapping[str, Standard]
) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield '<html lang="zh-CN">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light">'
    yield f"<title>{title}</title>"
    yield f"<style>\n{STYLE}\n</style>"
    yield "</head>"
    yield "<body>"
    yield f'<h1 id="top">{_TITLE}</h1>'
    if len(reports) != 1:
        yield from _overview(reports, standards)
    yield "<main>"
    for number, report in enumerate(reports, 1):
        yield from _section(
            number, report, standards.get(report.standard), several=len(reports) > 1
        )
    yield "</main>"
    yield '<footer class="remarks">'
    yield from (f"<p>{remark}</p>" for remark in _REMARKS)
    yield "</footer>"
    yield "</body>"
    yield "</html>"


def _overview(reports: Sequence[Report], standards: Mapping[str, Standard]) -> Iterator[str]:
    """All workbooks, each with a link to its section."""
    yield '<nav class="overview" aria-label="工作簿一览">'
    yield f"<p>{many_counts(reports)}</p>"
    yield f"{_room('一览')}<table>"
    yield _head(*_OVERVIEW)
    yield "<tbody>"
    for number, report in enumerate(reports, 1):
        standard = standards.get(report.standard)
        numbers = [str(report.number_of(level)) for level in Level]
        numbers += [str(not_executed_count(report)), slack_text(report, standard) or "—"]
        cells = (
            f'<td class="number">{number}</td>',
            f'<td class="name"><a href="#w{number}">{_safe(report.workbook)}</a></td>',
            f'<td class="name">{_safe(report.unit_name)}</td>',
            f'<td class="whole">{report.year or "—"}</td>',
            f'<td class="name">{_safe(standard_name(report, standard))}</td>',
            f'<td class="level {report.status}">{_status(report.status)}</td>',
            *(f'<td class="number">{_safe(one)}</td>' for one in numbers),
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"
    yield "</nav>"


def _section(
    number: int, report: Report, standard: Standard | None, *, several: bool
) -> Iterator[str]:
    """One workbook."""
    yield f'<section id="w{number}" aria-labelledby="w{number}-name">'
    yield f'<h2 id="w{number}-name">{_safe(report.workbook)}</h2>'
    yield f'<p class="about">{_safe(about(report, standard))}</p>'
    yield f'<div class="summary {report.status}">'
    yield f'<div class="status">{_status(report.status)}</div>'
    yield "<div>"
    for count, sentence in enumerate(verdict(report, standard)):
        shown = sentence.removeprefix(f"{report.status.chinese}：") if not count else sentence
        yield f"<p>{_safe(shown)}</p>"
    yield f"<p>{_safe(counts(report))}</p>"
    yield "</div></div>"
    yield from _findings(report, standard)
    titles = {rule.code: rule.title for rule in standard.rules} if standard else {}
    yield from _not_executed(report, titles)
    yield from _executed(report, titles)
    if several:
        yield '<p class="back"><a href="#top">返回一览</a></p>'
    yield "</section>"


def _findings(report: Report, standard: Standard | None) -> Iterator[str]:
    """One table with a group of rows for each table of the workbook."""
    if not report.findings:
        return
    yield f'{_room("发现的问题")}<table class="findings">'
    yield f"<caption>发现的问题 <small>（{level_counts(report.findings)}）</small></caption>"
    yield _head(*_HEADINGS)
    for table, findings in grouped(report.findings):
        unit = _unit_of(table, standard) if any(one.expected for one in findings) else ""
        remark = (f"金额单位：{unit}；" if unit else "") + level_counts(findings)
        yield '<tbody><tr class="groups">'
        yield f'<th scope="rowgroup" colspan="{len(_HEADINGS)}" class="group">'
        yield f"{_safe(table)} <small>（{_safe(remark)}）</small></th></tr>"
        yield from map(_finding_row, findings)
        yield "</tbody>"
    yield "</table></div>"


def _room(name: str) -> str:
    """The start of a wide table's box, which scrolls by itself, by keyboard too."""
    return f'<div class="room" role="region" aria-label="{name}" tabindex="0">'


def _head(*headings: tuple[str, str]) -> str:
    """A table's head from headings with the class of their column."""
    cells = (f'<th scope="col" class="{kind}">{heading}</th>' for heading, kind in headings)
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def _unit_of(table: str, standard: Standard | None) -> str:
    """The unit of a table's amounts, where it has but one."""
    found = next((one for one in standard.tables if one.title == table), None) if standard else None
    units = {block.unit.name for block in found.blocks} if found else set()
    return units.pop() if len(units) == 1 else ""


def _finding_row(finding: Finding) -> str:
    printed = amount(finding.printed) or (_BLANK if finding.expected else "")
    amounts = (printed, amount(finding.expected), amount(finding.difference, signed=True))
    suggestions = (suggestion_text(suggestion) for suggestion in finding.suggestions)
    return "".join(
        (
            f'<tr><td class="level {finding.level}">{_level(finding.level)}</td>',
            f'<td class="code">{_safe(finding.code)}</td>',
            f'<td class="place">{_place(finding)}</td>',
            *(f"<td{_amount_class(one)}>{_safe(one)}</td>" for one in amounts),
            f"<td>{_safe(finding.message)}</td>",
            f"<td>{_list(finding.basis)}</td>",
            f"<td>{_list(suggestions)}</td></tr>",
        )
    )


def _amount_class(text: str) -> str:
    """Numbers stand right and unbroken; other text is free to wrap."""
    return ' class="number"' if is_amount(text) else ""


def _place(finding: Finding) -> str:
    """Cell, its sheet where that has another name than the table, row and column."""
    parts = [f"<strong>{_safe(finding.cell)}</strong>"] if finding.cell else []
    if finding.sheet != finding.table:
        parts.append(_safe(finding.sheet))
    if finding.row.isdigit() or not finding.row.isascii():
        parts.append(_safe(finding.row))
    parts.append(_safe(finding.column))
    return "<br>".join(part for part in parts if part)


def _not_executed(report: Report, titles: Mapping[str, str]) -> Iterator[str]:
    if not report.not_executed:
        return
    yield f"{_room('未执行的规则')}<table>"
    yield "<caption>未执行的规则 <small>（既不算通过，也不算差错）</small></caption>"
    content = [("内容", "content")] if titles else []
    yield _head(("规则", "code"), *content, ("未执行的原因", "reason"))
    yield "<tbody>"
    for one in report.not_executed:
        title = f"<td>{_safe(titles.get(one.code, ''))}</td>" if titles else ""
        yield f'<tr><td class="code">{_safe(one.code)}</td>{title}<td>{_safe(one.reason)}</td></tr>'
    yield "</tbody></table></div>"


def _executed(report: Report, titles: Mapping[str, str]) -> Iterator[str]:
    rules, relations = executed_counts(report)
    if not rules:
        return
    missing = {one.code for one in report.not_executed}
    yield f"<h3>已执行的规则（{rules} 条，{relations:,} 个关系）</h3>"
    yield '<ul class="rules">'
    for code, count in report.executed:
        if count:
            title = titles.get(code, "") + ("（另见“未执行”）" if code in missing else "")
            yield (
                f'<li><span class="code">{_safe(code)}</span> <span class="title">{_safe(title)}'
                f'</span> <span class="times">{count:,} 个</span></li>'
            )
    yield "</ul>"


def _status(status: Status) -> str:
    return f'<span aria-hidden="true">{_STATUS_SHAPES[status]}</span> {status.chinese}'


def _level(level: Level) -> str:
    return f'<span aria-hidden="true">{_LEVEL_SHAPES[level]}</span> {level.chinese}'


def _list(texts: Iterable[str]) -> str:
    shown = [_safe(text) for text in texts]
    if len(shown) < 2:  # noqa: PLR2004
        return "".join(shown)
    return "<ul>" + "".join(f"<li>{text}</li>" for text in shown) + "</ul>"


def _safe(text: str) -> str:
    """The only way for text from a workbook into the page."""
    return html.escape(clean(text))
