"""The report as one html file to mail and to print: nothing is loaded from elsewhere.

Everything that comes from a workbook is escaped where it enters the page. A small script makes the
origin of a number open beside it; without it, the same is reached by links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.findings import Level, Status
from xlbudget.report.html_common import head, room, safe
from xlbudget.report.html_findings import findings_of
from xlbudget.report.html_place import Places
from xlbudget.report.html_script import SCRIPT, SCRIPT_HASH
from xlbudget.report.html_style import STYLE
from xlbudget.report.html_tables import other_tables
from xlbudget.report.html_texts import texts
from xlbudget.report.pictures import Pictures
from xlbudget.report.wording import (
    about,
    counts,
    executed_counts,
    many_counts,
    not_executed_count,
    slack_text,
    standard_name,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard

__all__ = ["report_html"]

_TITLE = "部门预算校验报告"
_STATUS_SHAPES = {Status.PASS: "✓", Status.ROUNDING: "≈", Status.ERROR: "×", Status.UNKNOWN: "?"}
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


def report_html(
    reports: Sequence[Report],
    standards: Mapping[str, Standard] | None = None,
    pictures: Sequence[Pictures | None] = (),
    remarks: Sequence[str] = (),
) -> str:
    """A whole page: for several workbooks an overview first, then one section for each.

    ``pictures`` are those of each report, in their order: of one workbook all tables and the whole
    text are shown, of several only what findings speak of. ``remarks`` stand at the top.
    """
    known = standards or {}
    shown = [*pictures, *([None] * (len(reports) - len(pictures)))]
    title = _TITLE
    if len(reports) == 1:
        title = f"{_TITLE}：{safe(reports[0].unit_name or reports[0].workbook)}"
    return "\n".join(_page(title, reports, known, shown, remarks)) + "\n"


def _page(
    title: str,
    reports: Sequence[Report],
    standards: Mapping[str, Standard],
    pictures: Sequence[Pictures | None],
    remarks: Sequence[str],
) -> Iterator[str]:
    live = any(one is not None and (one.passages or one.tables) for one in pictures)
    yield "<!DOCTYPE html>"
    yield '<html lang="zh-CN">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    policy += f"; script-src '{SCRIPT_HASH}'" if live else ""
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light">'
    yield f"<title>{title}</title>"
    yield f"<style>\n{STYLE}\n</style>"
    yield "</head>"
    yield "<body>"
    yield f'<h1 id="top">{_TITLE}</h1>'
    yield from (f"<p><strong>{safe(remark)}</strong></p>" for remark in remarks)
    if len(reports) != 1:
        yield from _overview(reports, standards)
    yield "<main>"
    for number, (report, shown) in enumerate(zip(reports, pictures, strict=True), 1):
        places = Places(f"w{number}", report, shown or Pictures(), whole=len(reports) == 1)
        yield from _section(
            number, report, standards.get(report.standard), places, several=len(reports) > 1
        )
    yield "</main>"
    yield '<footer class="remarks">'
    yield from (f"<p>{remark}</p>" for remark in _REMARKS)
    yield "</footer>"
    if live:
        yield f"<script>{SCRIPT}</script>"
    yield "</body>"
    yield "</html>"


def _overview(reports: Sequence[Report], standards: Mapping[str, Standard]) -> Iterator[str]:
    """All workbooks, each with a link to its section."""
    yield '<nav class="overview" aria-label="工作簿一览">'
    yield f"<p>{many_counts(reports)}</p>"
    yield f"{room('一览')}<table>"
    yield head(*_OVERVIEW)
    yield "<tbody>"
    for number, report in enumerate(reports, 1):
        standard = standards.get(report.standard)
        numbers = [str(report.number_of(level)) for level in Level]
        numbers += [str(not_executed_count(report)), slack_text(report, standard) or "—"]
        cells = (
            f'<td class="number">{number}</td>',
            f'<td class="name"><a href="#w{number}">{safe(report.workbook)}</a></td>',
            f'<td class="name">{safe(report.unit_name)}</td>',
            f'<td class="whole">{report.year or "—"}</td>',
            f'<td class="name">{safe(standard_name(report, standard))}</td>',
            f'<td class="level {report.status}">{_status(report.status)}</td>',
            *(f'<td class="number">{safe(one)}</td>' for one in numbers),
        )
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"
    yield "</nav>"


def _section(
    number: int, report: Report, standard: Standard | None, places: Places, *, several: bool
) -> Iterator[str]:
    """One workbook."""
    yield f'<section id="w{number}" aria-labelledby="w{number}-name">'
    yield f'<h2 id="w{number}-name">{safe(report.workbook)}</h2>'
    yield f'<p class="about">{safe(about(report, standard))}</p>'
    yield f'<div class="summary {report.status}">'
    yield f'<div class="status">{_status(report.status)}</div>'
    yield "<div>"
    for count, sentence in enumerate(verdict(report, standard)):
        shown = sentence.removeprefix(f"{report.status.chinese}：") if not count else sentence
        yield f"<p>{safe(shown)}</p>"
    yield f"<p>{safe(counts(report))}</p>"
    yield "</div></div>"
    titles = {rule.code: rule.title for rule in standard.rules} if standard else {}
    compares = [rule.code for rule in standard.rules if rule.compares] if standard else []
    parts = (
        ("发现的问题", f"{places.name}-findings", list(findings_of(report, standard, places))),
        ("未执行的规则", "", list(_not_executed(report, titles))),
        ("文字与数字的出处", f"{places.name}-texts", list(texts(places))),
        ("其他各表", f"{places.name}-tables", list(other_tables(places))),
        ("已执行的规则", f"{places.name}-rules", list(_executed(report, titles, compares, places))),
    )
    if places.whole and (places.pictures.tables or places.pictures.passages):
        links = (f'<a href="#{name}">{title}</a>' for title, name, found in parts if found and name)
        yield f'<nav class="jump" aria-label="本页内容">本页：{"　".join(links)}</nav>'
    for _, _, found in parts:
        yield from found
    if several:
        yield '<p class="back"><a href="#top">返回一览</a></p>'
    yield "</section>"


def _not_executed(report: Report, titles: Mapping[str, str]) -> Iterator[str]:
    if not report.not_executed:
        return
    yield f"{room('未执行的规则')}<table>"
    yield "<caption>未执行的规则 <small>（既不算通过，也不算差错）</small></caption>"
    content = [("内容", "content")] if titles else []
    yield head(("规则", "code"), *content, ("未执行的原因", "reason"))
    yield "<tbody>"
    for one in report.not_executed:
        title = f"<td>{safe(titles.get(one.code, ''))}</td>" if titles else ""
        yield f'<tr><td class="code">{safe(one.code)}</td>{title}<td>{safe(one.reason)}</td></tr>'
    yield "</tbody></table></div>"


def _executed(
    report: Report, titles: Mapping[str, str], compares: Sequence[str], places: Places
) -> Iterator[str]:
    rules, relations = executed_counts(report)
    if not rules:
        return
    missing = {one.code for one in report.not_executed}
    yield f'<h3 id="{places.name}-rules">已执行的规则（{rules} 条，{relations:,} 个关系）</h3>'
    yield '<ul class="rules">'
    for code, count in report.executed:
        if count:
            title = titles.get(code, "") + ("（另见“未执行”）" if code in missing else "")
            yield (
                f'<li><span class="code">{safe(code)}</span> <span class="title">{safe(title)}'
                f'</span> <span class="times">{count:,} 个</span></li>'
            )
    yield "</ul>"
    ran = {*missing, *(code for code, count in report.executed if count)}
    if left := [code for code in compares if code not in ran]:
        told = f"没有给出上年的工作簿（--last-year），{'、'.join(left)} 没有核对。"
        yield f'<p class="hint">{safe(told)}</p>'


def _status(status: Status) -> str:
    return f'<span aria-hidden="true">{_STATUS_SHAPES[status]}</span> {status.chinese}'
