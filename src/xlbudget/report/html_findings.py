"""The findings in the html report, by table, each with a picture of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.report.html_common import head, level, room, safe
from xlbudget.report.html_tables import tables_beside
from xlbudget.report.wording import amount, is_amount, level_counts, suggestion_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.findings import Finding, Report
    from xlbudget.report.html_place import Places
    from xlbudget.standard.model import Standard

__all__ = ["findings_of"]

_BLANK = "空白"
_HEADINGS = (
    ("序号", "count"),
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
_SHORT = 10
_ALWAYS, _MESSAGE = 4, 7
"""The first columns are always there, and the message; the others where any finding has them."""


def findings_of(report: Report, standard: Standard | None, places: Places) -> Iterator[str]:
    """For every table of the workbook its findings, then the table with the cells marked."""
    if not report.findings:
        return
    counts = level_counts(report.findings)
    yield f'<h3 id="{places.name}-findings">发现的问题 <small>（{counts}）</small></h3>'
    for table, findings in places.groups:
        unit = _unit_of(table, standard) if any(one.expected for one in findings) else ""
        remark = (f"金额单位：{unit}；" if unit else "") + level_counts(findings)
        yield f"<h4>{safe(table)} <small>（{safe(remark)}）</small></h4>"
        rows = [_cells(one, places) for one in findings]
        kept = [
            at for at in range(len(_HEADINGS)) if at < _ALWAYS or any(row[at][1] for row in rows)
        ]
        kept = sorted({*kept, _MESSAGE})
        yield f'{room(f"{table}的问题")}<table class="findings">'
        yield head(*(_HEADINGS[at] for at in kept))
        yield "<tbody>"
        for one, row in zip(findings, rows, strict=True):
            cells = "".join(f"<td{row[at][0]}>{row[at][1]}</td>" for at in kept)
            yield f'<tr id="{places.finding(one)}">{cells}</tr>'
        yield "</tbody></table></div>"
        yield from tables_beside(table, places)


def _unit_of(table: str, standard: Standard | None) -> str:
    """The unit of a table's amounts, where it has but one."""
    found = next((one for one in standard.tables if one.title == table), None) if standard else None
    units = {block.unit.name for block in found.blocks} if found else set()
    return units.pop() if len(units) == 1 else ""


def _cells(finding: Finding, places: Places) -> list[tuple[str, str]]:
    """The cells of a finding's line, each with its class."""
    printed = amount(finding.printed) or (_BLANK if finding.expected else "")
    amounts = (printed, amount(finding.expected), amount(finding.difference, signed=True))
    suggestions = (suggestion_text(suggestion) for suggestion in finding.suggestions)
    return [
        (' class="count"', str(places.numbers[id(finding)])),
        (f' class="level {finding.level}"', level(finding.level)),
        (' class="code"', safe(finding.code)),
        (' class="place"', _place(finding, places)),
        *((_amount_class(one), safe(one)) for one in amounts),
        ("", safe(finding.message)),
        ("", _list([*finding.basis, *(f"连带：{one}" for one in finding.follows)])),
        ("", _list(suggestions)),
    ]


def _amount_class(text: str) -> str:
    """Numbers stand right and unbroken, short text (9.15万元) unbroken; other text is free to wrap."""
    if is_amount(text):
        return ' class="number"'
    return ' class="whole"' if 0 < len(text) <= _SHORT else ""


def _place(finding: Finding, places: Places) -> str:
    """Cell, its sheet where that has another name than the table, row and column."""
    target = places.place(finding.sheet, finding.cell) if finding.cell else ""
    cell = f"<strong>{safe(finding.cell)}</strong>" if finding.cell else ""
    parts = [f'<a href="#{target}">{cell}</a>' if target else cell]
    if finding.sheet != finding.table:
        parts.append(safe(finding.sheet))
    if finding.row.isdigit() or not finding.row.isascii():
        parts.append(safe(finding.row))
    parts.append(safe(finding.column))
    return "<br>".join(part for part in parts if part)


def _list(texts: Iterable[str]) -> str:
    shown = [safe(text) for text in texts]
    if len(shown) < 2:  # noqa: PLR2004
        return "".join(shown)
    return "<ul>" + "".join(f"<li>{text}</li>" for text in shown) + "</ul>"
