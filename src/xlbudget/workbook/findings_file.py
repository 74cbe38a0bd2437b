"""Write what validation found into 校验结果; what the user wrote beside a finding stays with it.

A finding is known again by its rule and by the row and column that it is about, wherever they
stand now. One that is gone keeps its line, as 已消除, while the user's remark stands there.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.findings import Level, Status
from xlbudget.memory import PASSED
from xlbudget.report.text_report import clean, suggestion_text
from xlbudget.workbook import sheets_findings as page
from xlbudget.workbook.contents import CellContent
from xlbudget.workbook.findings_live import (
    GONE,
    NOT_RUN,
    counts_content,
    link_formula,
    stale_content,
    sum_contents,
    sum_of,
    watched_areas,
)
from xlbudget.workbook.layout import FINDINGS, FINDINGS_FIRST, FINDINGS_ROOM
from xlbudget.workbook.live_edits import shows
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.workbook.remembering import remembering
from xlbudget.workbook.styles import lines_of, row_height
from xlbudget.xlsx.cells import Afterwards, CellEdit
from xlbudget.xlsx.references import same_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.findings import Finding, Report
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.read_cells import Lines
    from xlbudget.xlsx.workbook import Workbook

__all__ = ["FindingsPlan", "plan_findings"]

_OWN = "自写"
_LETTERS = "ABCDEFGHIJKLM"
_ORDER = [level.chinese for level in Level]


class FindingsPlan(NamedTuple):
    """The edits, how many remarks were kept, how many findings had no room, what goes with it."""

    edits: list[CellEdit]
    kept: int
    left_out: int
    afterwards: Afterwards


class _Line(NamedTuple):
    """A line; ``mark`` is the cell that is marked by it, ``identity`` how it is known again."""

    kind: str
    code: str = ""
    table: str = ""
    sheet: str = ""
    cell: str = ""
    amounts: tuple[str, str, str] = ("", "", "")
    message: str = ""
    basis: str = ""
    advice: str = ""
    remark: str = ""
    mark: str = ""
    identity: str = ""


def plan_findings(source: Workbook, standard: Standard, report: Report) -> FindingsPlan:
    """What writing the findings into ``source`` would change.

    Raises:
        UnusableFileError: the sheet is missing or of an older layout, or the user's remarks alone
            fill it.
    """
    areas = watched_areas(standard)
    there = source.lines_of([FINDINGS, *(area.sheet for area in areas)])
    lines = _checked(there)
    remarks = dict(_remarks(lines))
    every = [*_found(standard, report, there), *_not_run(report)]
    rows = [one._replace(remark=_remark(remarks, one.identity)) for one in every]
    rows += [_gone(identity, line) for identity, line in remarks.items()]
    if sum(bool(one.remark) for one in rows) > FINDINGS_ROOM:
        raise UnusableFileError(
            f"工作表“{FINDINGS}”只能放下{FINDINGS_ROOM}行，“处理说明”已超过；"
            f"请清空“{GONE}”各行不用的处理说明，再校验一次。"
        )
    shown = _fitting(rows)
    sums = [sum_of(area, there.get(area.sheet)) for area in areas]
    verdict = report.status.chinese
    contents = [
        *_cells(shown),
        counts_content([one.kind for one in shown], verdict),
        stale_content((), known=True),
        CellContent("L3", "text", verdict),
        *sum_contents(areas, sums, sums),
    ]
    formulas = source.formulas_of({FINDINGS}).get(FINDINGS, {})
    edits = [
        CellEdit(FINDINGS, one.cell, one.value, one.formula)
        for one in contents
        if not same_formula(formulas.get(one.cell, ""), one.formula) or not shows(one, lines)
    ]
    if report.status is not Status.ERROR:
        edits += remembering(source, PASSED)
    ends = {FINDINGS: FINDINGS_FIRST - 1 + max(len(shown), 1)}
    heights = {FINDINGS: _heights(shown)}
    kept = sum(bool(one.remark) for one in shown)
    after = Afterwards(last_rows=ends, heights=heights)
    return FindingsPlan(edits, kept, len(rows) - len(shown), after)


def _checked(there: Mapping[str, Lines]) -> Lines:
    """The sheet's lines, if they are where this version has them: else something would be lost."""
    if FINDINGS not in there:
        raise UnusableFileError(
            f"缺少工作表“{FINDINGS}”，校验结果没有写入；请恢复该表，或不用 --write。"
        )
    lines = there[FINDINGS]
    heads = tuple(
        text_of(value_at(lines, FINDINGS_FIRST - 1, column))
        for column in range(1, len(page.FINDINGS_HEADINGS) + 1)
    )
    if heads != page.FINDINGS_HEADINGS:
        raise UnusableFileError(
            f"工作表“{FINDINGS}”第{FINDINGS_FIRST - 1}行的栏目标题不是"
            f"“{'、'.join(page.FINDINGS_HEADINGS[: page.SHOWN])}”（可能插入或删除过行、栏，或是旧版工作簿），"
            "校验结果没有写入；请恢复原来的行和栏，或不用 --write。"
        )
    return lines


# ------------------------------------------------------------------ the lines


def _found(standard: Standard, report: Report, there: Mapping[str, Lines]) -> Iterator[_Line]:
    titles = {table.title: table.sheet for table in standard.tables}
    seen: dict[str, int] = {}
    for one in report.findings:
        identity = _identity(one)
        seen[identity] = seen.get(identity, 0) + 1
        if seen[identity] > 1:
            identity = f"{identity}|{seen[identity]}"
        # Where a sheet has another name now, its marks go by the name that it should have.
        sheet = one.sheet if one.sheet in there else titles.get(one.table, one.sheet)
        yield _Line(
            one.level.chinese,
            one.code,
            one.table,
            one.sheet,
            one.cell,
            (one.printed, one.expected, one.difference),
            clean(one.message),
            "\n".join([*map(clean, one.basis), *(f"连带：{clean(text)}" for text in one.follows)]),
            "\n".join(suggestion_text(each) for each in one.suggestions),
            mark=f"{sheet}!{one.cell}" if one.sheet and one.cell else "",
            identity=identity,
        )


def _identity(one: Finding) -> str:
    where = (one.row, one.column) if one.row or one.column else (one.cell,)
    return "|".join((one.code, one.table or one.sheet, *where))


def _not_run(report: Report) -> Iterator[_Line]:
    for one in report.not_executed:
        reason = clean(one.reason)
        yield _Line(NOT_RUN, one.code, message=reason, identity=f"{NOT_RUN}|{one.code}|{reason}")


def _remarks(lines: Lines) -> Iterator[tuple[str, _Line]]:
    """Identity -> the line beside which the user wrote."""
    seen: set[str] = set()
    for number in range(FINDINGS_FIRST, FINDINGS_FIRST + FINDINGS_ROOM):
        held = [text_of(value_at(lines, number, column)) for column in range(1, 14)]
        raw = value_at(lines, number, 11)
        remark = raw if isinstance(raw, str) else held[10]
        if not remark.strip():
            continue
        identity = held[12] or f"{_OWN}|{number}"
        while identity in seen:  # a line that was copied
            identity += "+"
        seen.add(identity)
        amounts = held[4], held[5], held[6]
        texts = held[7], held[8], held[9]
        yield identity, _Line(held[0], held[1], held[2], "", held[3], amounts, *texts, remark)


def _remark(remarks: dict[str, _Line], identity: str) -> str:
    """Take the remark that belongs to a finding."""
    line = remarks.pop(identity, None)
    return line.remark if line else ""


def _gone(identity: str, line: _Line) -> _Line:
    """The line of a finding that is no more, kept for its remark."""
    kind = "" if identity.startswith(_OWN) else GONE
    return line._replace(kind=kind, identity=identity)


def _fitting(rows: list[_Line]) -> list[_Line]:
    """The lines for which there is room: those with remarks, then by level; the last says so."""
    if len(rows) <= FINDINGS_ROOM:
        return rows
    ranks = {kind: rank for rank, kind in enumerate(_ORDER)}
    order = sorted(
        range(len(rows)), key=lambda at: (not rows[at].remark, ranks.get(rows[at].kind, 9))
    )
    chosen = sorted(order[: FINDINGS_ROOM - 1])
    left = len(rows) - len(chosen)
    text = (
        f"还有{left}条没有列出：本表只能放下{FINDINGS_ROOM}行。请先改正上面各条再校验，"
        "或用 xlbudget validate 工作簿 查看全部。"
    )
    return [*(rows[at] for at in chosen), _Line("", message=text)]


# ------------------------------------------------------------------ the cells


def _cells(rows: Sequence[_Line]) -> Iterator[CellContent]:
    """All cells of the room: the lines below the last one are empty."""
    blank = _Line("")
    for line in range(FINDINGS_FIRST, FINDINGS_FIRST + FINDINGS_ROOM):
        position = line - FINDINGS_FIRST
        one = rows[position] if position < len(rows) else blank
        link = link_formula(one.sheet, one.cell) if one.sheet and one.cell else ""
        values: list[str | Decimal] = [one.kind, one.code, one.table, one.cell]
        values += [_amount(each) for each in one.amounts]
        values += [one.message, one.basis, one.advice, one.remark, one.mark, one.identity]
        for letter, value in zip(_LETTERS, values, strict=True):
            cell = f"{letter}{line}"
            if letter == "D" and link:
                yield CellContent(cell, "formula", value, link)
            elif isinstance(value, Decimal):
                yield CellContent(cell, "number", value)
            else:
                yield CellContent(cell, "text" if value else "blank", value or None)


def _amount(text: str) -> Decimal | str:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def _heights(rows: Iterable[_Line]) -> dict[int, float]:
    """Row -> height that shows its longest text whole; usual where none stands."""
    found = dict.fromkeys(range(FINDINGS_FIRST, FINDINGS_FIRST + FINDINGS_ROOM), page.EMPTY_HEIGHT)
    for number, one in enumerate(rows, FINDINGS_FIRST):
        texts = {2: one.table, 7: one.message, 8: one.basis, 9: one.advice, 10: one.remark}
        lines = max(lines_of(text, page.WIDTHS[column]) for column, text in texts.items())
        found[number] = row_height(lines)
    return found
