"""What 校验结果 says by formulas: counts, links, and whether the figures have moved since.

For every table a sum weighted by place is kept with the findings and computed anew beside it:
where the two differ, a figure was changed after the validation. The same is computed here, for the
values that are stored.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.findings import Level
from xlbudget.workbook.contents import CellContent
from xlbudget.workbook.layout import (
    FINDINGS,
    FINDINGS_FIRST,
    FINDINGS_ROOM,
    INFO_SHEET,
    column_letter,
    is_form,
    table_layout,
)
from xlbudget.workbook.layout_forms import FORM_FIRST, FORM_LINES
from xlbudget.workbook.notes_live import is_error
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import column_number, in_quotes, quoted, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.standard.model import Standard
    from xlbudget.workbook.read_cells import Lines
    from xlbudget.xlsx.workbook import Workbook

__all__ = [
    "GONE",
    "NOT_RUN",
    "Watched",
    "counts_content",
    "link_formula",
    "refreshed_findings",
    "stale_content",
    "sum_contents",
    "sum_of",
    "watched_areas",
]

GONE, NOT_RUN = "已消除", "未执行"
"""Kinds of lines that are no findings: one that is gone but has the user's remark; a rule not run."""

_LAST = FINDINGS_FIRST + FINDINGS_ROOM - 1
_KINDS = f"$A${FINDINGS_FIRST}:$A${_LAST}"
_VERDICT, _STALE, _COUNTS = "L3", "H3", "A3"
_SAME = Decimal("0.005")
_TURN = 97
"""Weights start again after so many lines: sums stay exact enough to tell one 分."""
_MISSING = Decimal(-1)
_INFO_LINES = 400
_DAY_ZERO, _SECOND, _DAY = datetime(1899, 12, 30), timedelta(seconds=1), 86_400  # noqa: DTZ001


class Watched(NamedTuple):
    """The area of a sheet whose figures are watched: letters of the columns, first and last line."""

    sheet: str
    left: str
    right: str
    first: int
    last: int

    @property
    def reference(self) -> str:
        """As a formula has it."""
        area = f"${self.left}${self.first}:${self.right}${self.last}"
        return f"{quoted(self.sheet)}!{area}"


def watched_areas(standard: Standard) -> list[Watched]:
    """The bodies of all tables, and 基础信息."""
    found = []
    for table in standard.tables:
        if is_form(table):
            last = FORM_FIRST + table.blocks[0].room * FORM_LINES
            found.append(Watched(table.sheet, "B", "J", FORM_FIRST, last))
        else:
            layout = table_layout(standard, table)
            right = column_letter(layout.width - 1)
            found.append(Watched(table.sheet, "A", right, layout.first, layout.last))
    return [*found, Watched(INFO_SHEET, "B", "J", 1, _INFO_LINES)]


# ------------------------------------------------------------------ the formulas


def link_formula(sheet: str, cell: str) -> str:
    """A link to a cell, shown as the cell alone."""
    target = f"#{in_quotes(sheet)}!{cell}".replace('"', '""')
    return f'HYPERLINK("{target}","{cell}")'


def counts_content(kinds: Sequence[str], verdict: str) -> CellContent:
    """The line of counts; ``kinds`` are those of all lines."""
    shown = [level.chinese for level in Level]
    parts = [f'"{kind}"&COUNTIF({_KINDS},"{kind}")&"处"' for kind in shown]
    rest = [
        f'IF(COUNTIF({_KINDS},"{kind}")>0,"，{kind}"&COUNTIF({_KINDS},"{kind}")&"{unit}","")'
        for kind, unit in ((NOT_RUN, "条规则"), (GONE, "处"))
    ]
    counted = "&".join(['&"，"&'.join(parts), *rest])
    unknown = "尚未校验"
    formula = f'IF({_VERDICT}="","{unknown}","结论："&{_VERDICT}&"。"&{counted})'
    value = unknown
    if verdict:
        value = f"结论：{verdict}。" + "，".join(f"{one}{kinds.count(one)}处" for one in shown)
        for kind, unit in ((NOT_RUN, "条规则"), (GONE, "处")):
            value += f"，{kind}{kinds.count(kind)}{unit}" if kind in kinds else ""
    return CellContent(_COUNTS, "formula", value, formula)


def stale_content(changed: Sequence[str], *, known: bool) -> CellContent:
    """Whether the findings are those of the figures as they stand; ``changed``: sheets that moved."""
    last = FINDINGS_FIRST + 99
    stored, moved = f"$O${FINDINGS_FIRST}:$O${last}", f"$Q${FINDINGS_FIRST}:$Q${last}"
    names = f"$N${FINDINGS_FIRST}:$N${last}"
    hint = "点“校验”按钮，或运行 xlbudget validate 工作簿 --write。"
    same = "以下结果与现在的数字一致。"
    first = f"INDEX({names},MATCH(1,{moved},0))"
    more = f'IF(SUM({moved})>1,"等"&SUM({moved})&"张表","")'
    told = f'"校验之后“"&{first}&"”"&{more}&"的数字改动过，请重新校验。"'
    formula = f'IF(COUNT({stored})=0,"{hint}",IF(SUM({moved})=0,"{same}",{told}))'
    value = hint
    if known:
        many = f"等{len(changed)}张表" if len(changed) > 1 else ""
        value = f"校验之后“{changed[0]}”{many}的数字改动过，请重新校验。" if changed else same
    return CellContent(_STALE, "formula", value, formula)


def sum_contents(
    areas: Sequence[Watched], stored: Sequence[Decimal | None], now: Sequence[Decimal]
) -> Iterator[CellContent]:
    """The hidden columns: the sheet, the sum at the validation, the sum now, whether they differ."""
    every = zip(areas, stored, now, strict=True)
    for line, (area, then, current) in enumerate(every, FINDINGS_FIRST):
        reference = area.reference
        weights = f"MOD(ROW({reference}),{_TURN})+7*COLUMN({reference})"
        total = f"IFERROR(SUMPRODUCT({reference},{weights}),{_MISSING})"
        differs = f'IF(O{line}="",0,IF(ABS(ROUND(O{line}-P{line},6))>{_SAME},1,0))'
        moved = Decimal(then is not None and abs(then - current) > _SAME)
        yield CellContent(f"N{line}", "text", area.sheet)
        yield (
            CellContent(f"O{line}", "number", then)
            if then is not None
            else CellContent(f"O{line}", "blank")
        )
        yield CellContent(f"P{line}", "formula", current, total)
        yield CellContent(f"Q{line}", "formula", moved, differs)


# ------------------------------------------------------------------ what they come to


def sum_of(
    area: Watched, lines: Lines | None, coming: Mapping[tuple[str, str], object] | None = None
) -> Decimal:
    """What the formula of an area comes to; ``coming`` are cells about to be written."""
    if lines is None:
        return _MISSING
    left, right = column_number(area.left), column_number(area.right)
    values: dict[tuple[int, int], object] = {}
    for number, line in enumerate(lines[area.first - 1 : area.last], area.first):
        for column, value in enumerate(line[left - 1 : right], left):
            values[number, column] = value
    for (sheet, cell), value in (coming or {}).items():
        if sheet == area.sheet:
            letters, number = split_cell(cell)
            column = column_number(letters)
            if area.first <= number <= area.last and left <= column <= right:
                values[number, column] = value
    total = Decimal(0)
    for (number, column), value in values.items():
        if isinstance(value, str) and is_error(value):
            return _MISSING
        exact = _number(value)
        if exact is not None:
            total += exact * (number % _TURN + 7 * column)
    return total


def refreshed_findings(source: Workbook, edits: Iterable[CellEdit] = ()) -> list[CellEdit]:
    """The edits that let 校验结果 say whether it is still that of the figures.

    ``edits`` are those about to be written to ``source``. An older workbook's sheet is left alone.

    Raises:
        UnusableFileError: ``source`` is unreadable.
    """
    lines = source.lines_of([FINDINGS])
    formulas = source.formulas_of({FINDINGS}).get(FINDINGS, {})
    if FINDINGS not in lines or _STALE not in formulas:
        return []
    coming = {(one.sheet, one.cell): one.value for one in edits}
    watched = _watched(lines[FINDINGS], formulas)
    there = source.lines_of([area.sheet for area in watched.values()])
    found, changed, known = [], [], False
    for line, area in watched.items():
        if area.sheet not in there:
            continue
        now = sum_of(area, there[area.sheet], coming)
        then = value_at(lines[FINDINGS], line, 15)
        moved = 0
        if isinstance(then, int | float):
            known = True
            moved = int(abs(Decimal(format(then, ".15g")) - now) > _SAME)
        if moved:
            changed.append(area.sheet)
        for letter, value in (("P", now), ("Q", Decimal(moved))):
            if _number(value_at(lines[FINDINGS], line, column_number(letter))) != value:
                formula = formulas.get(f"{letter}{line}", "")
                found.append(CellEdit(FINDINGS, f"{letter}{line}", value, formula))
    told = stale_content(changed, known=known)
    if text_of(value_at(lines[FINDINGS], 3, 8)) != told.value:
        found.append(CellEdit(FINDINGS, _STALE, told.value, formulas[_STALE]))
    return [one for one in found if one.formula]


def _watched(lines: Lines, formulas: Mapping[str, str]) -> dict[int, Watched]:
    """Line -> the area that its formula sums."""
    found = {}
    for line in range(FINDINGS_FIRST, FINDINGS_FIRST + 100):
        sheet = text_of(value_at(lines, line, 14))
        formula = formulas.get(f"P{line}", "")
        _, _, area = formula.partition("!")
        corners = area.partition(",")[0].replace("$", "").partition(":")
        if not sheet or not corners[2]:
            continue
        (left, first), (right, last) = split_cell(corners[0]), split_cell(corners[2])
        found[line] = Watched(sheet, left, right, first, last)
    return found


def _number(value: object) -> Decimal | None:
    """A cell's number; a date is the days since the programs' day 0."""
    if isinstance(value, datetime | date):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        return Decimal((moment - _DAY_ZERO) // _SECOND) / _DAY
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(format(value, ".15g")) if isinstance(value, float) else Decimal(value)
