"""The sheet 校验结果: where everything stands, writing what validation found, what formulas say.

A finding is known again by its rule and by the row and column that it is about, wherever they stand
now; what the user wrote beside it stays with it. One that is gone keeps its line, as 已消除, while
the user's remark stands there. The sheet is not protected: lines are filtered, sorted and unfolded,
and the hidden columns of a line are sorted with it. For every table a sum weighted by place is kept with the findings and
computed anew beside it: where the two differ, a figure was changed after the validation. The same is
computed here, for the values that are stored. No other module knows the sheet's columns and rows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building import styles
from xlbudget.building.contents import CellContent
from xlbudget.building.sheet import MARKS, TITLE_ROW, Advice
from xlbudget.editing.desk import refreshed_desk
from xlbudget.editing.edits import edits_of, remembering, value_of
from xlbudget.errors import UnusableFileError
from xlbudget.findings import Level, Status
from xlbudget.memory import PASSED
from xlbudget.report.text_report import clean, suggestion_text
from xlbudget.sheets.cells import text_of, value_at
from xlbudget.sheets.layout import (
    COUNTS,
    FINDINGS,
    INFO_SHEET,
    STALE,
    VERDICT,
    body_area,
    is_form,
)
from xlbudget.sheets.notes import is_error
from xlbudget.xlsx.cells import Afterwards, CellEdit
from xlbudget.xlsx.references import column_number, in_quotes, quoted, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.building.sheet import Sheet
    from xlbudget.building.writer import Writer
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.cells import Lines
    from xlbudget.xlsx.workbook import Workbook


FIRST, ROOM = 5, 300
"""The first finding's line, and how many lines fit."""
LAST = FIRST + ROOM - 1
_HEAD = FIRST - 1
_AREAS_LAST = FIRST + 99
"""The last line that may hold a watched area."""
_LETTERS = "ABCDEFGHIJKLMN"
"""The columns of a line."""
_AREA, _THEN, _NOW, _MOVED = "OPQR"
"""Hidden columns: a sheet that is watched, its sum at the validation and now, whether they differ."""
_FILTERED = "I3"
_HEADINGS = (
    "级别", "表", "位置", "表中数", "应为", "差额", "说明", "建议", "处理说明", "依据", "规则",
    "依据全文", "标记（请勿改动）", "识别码（请勿改动）",
)  # fmt: skip
"""The last two columns are hidden, as are those of the sums beside them."""
_SHOWN = 12
_WIDTHS = (8.0, 18.0, 9.0, 14.0, 14.0, 11.0, 44.0, 36.0, 24.0, 36.0, 8.0, 160.0)
_LAST_PRINTED = "K"
_WHOLE = 11
"""The column (from 0) of the whole basis: folded, on one line, so that no row grows with it."""
_EMPTY_HEIGHT = 15.0
_HIGHEST = 120.0
"""Points: eight lines of text; a longer one is read in the cell itself."""
_HIDDEN = 18

GONE, NOT_RUN = "已消除", "未执行"
"""Kinds of lines that are no findings: one that is gone but has the user's remark; a rule not run."""

_KINDS = f"$A${FIRST}:$A${LAST}"
_SAME = Decimal("0.005")
_TURN = 97
"""Weights start again after so many lines: sums stay exact enough to tell one 分."""
_MISSING = Decimal(-1)
_INFO_LINES = 400
_DAY_ZERO, _SECOND, _DAY = datetime(1899, 12, 30), timedelta(seconds=1), 86_400  # noqa: DTZ001
_OWN = "自写"


class FindingsPlan(NamedTuple):
    """The edits, how many remarks were kept, how many findings had no room, what goes with it."""

    edits: list[CellEdit]
    kept: int
    left_out: int
    afterwards: Afterwards


class _Line(NamedTuple):
    """A line; but for ``sheet`` (that of ``cell``), the fields are the columns from A on.

    ``mark`` is the cell that is marked by it, ``identity`` how it is known again.
    """

    kind: str = ""
    table: str = ""
    cell: str = ""
    printed: str = ""
    expected: str = ""
    difference: str = ""
    message: str = ""
    advice: str = ""
    remark: str = ""
    basis: str = ""
    code: str = ""
    whole: str = ""
    mark: str = ""
    identity: str = ""
    sheet: str = ""


_REMARK_COLUMN = _Line._fields.index("remark") + 1
_POINTER_LETTER = _LETTERS[_Line._fields.index("cell")]


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
    rows = [
        line._replace(remark=remarks.pop(line.identity, _Line()).remark)
        for line in _lines(standard, report, there)
    ]
    # The line of a finding that is no more is kept for its remark.
    rows += [
        line._replace(kind="" if identity.startswith(_OWN) else GONE, identity=identity)
        for identity, line in remarks.items()
    ]
    if sum(bool(line.remark) for line in rows) > ROOM:
        raise UnusableFileError(
            f"工作表“{FINDINGS}”只能放下{ROOM}行，“处理说明”已超过；"
            f"请清空“{GONE}”各行不用的处理说明，再校验一次。"
        )
    shown = _fitting(rows)
    sums = [sum_of(area, there.get(area.sheet)) for area in areas]
    verdict = report.status.chinese
    contents = [
        *_cells(shown),
        counts_content([line.kind for line in shown], verdict),
        stale_content((), known=True),
        CellContent(VERDICT, "text", verdict),
        *sum_contents(areas, sums, sums),
    ]
    edits = [*edits_of(FINDINGS, contents, lines, source.formulas_of({FINDINGS})[FINDINGS])]
    if report.status is not Status.ERROR:
        edits += remembering(source, PASSED)
    edits += refreshed_desk(source, edits)
    ends = {FINDINGS: _HEAD + max(len(shown), 1)}
    heights = {FINDINGS: _heights(shown)}
    kept = sum(bool(line.remark) for line in shown)
    after = Afterwards(last_rows=ends, heights=heights, unfiltered=(FINDINGS,))
    return FindingsPlan(edits, kept, len(rows) - len(shown), after)


def _checked(there: Mapping[str, Lines]) -> Lines:
    """The sheet's lines, if they are where this version has them: else something would be lost."""
    if FINDINGS not in there:
        raise UnusableFileError(
            f"缺少工作表“{FINDINGS}”，校验结果没有写入；请恢复该表，或不用 --write。"
        )
    lines = there[FINDINGS]
    heads = tuple(
        text_of(value_at(lines, _HEAD, column)) for column in range(1, len(_HEADINGS) + 1)
    )
    if heads != _HEADINGS:
        raise UnusableFileError(
            f"工作表“{FINDINGS}”第{_HEAD}行的栏目标题不是"
            f"“{'、'.join(_HEADINGS[:_SHOWN])}”（可能插入或删除过行、栏，或是旧版工作簿），"
            "校验结果没有写入；请恢复原来的行和栏，或不用 --write。"
        )
    return lines


# ------------------------------------------------------------------ the lines


def _lines(standard: Standard, report: Report, there: Mapping[str, Lines]) -> Iterator[_Line]:
    titles = {table.title: table.sheet for table in standard.tables}
    seen: dict[str, int] = {}
    for finding in report.findings:
        where = (finding.row, finding.column) if finding.row or finding.column else (finding.cell,)
        identity = "|".join((finding.code, finding.table or finding.sheet, *where))
        seen[identity] = seen.get(identity, 0) + 1
        if seen[identity] > 1:
            identity = f"{identity}|{seen[identity]}"
        # Where a sheet has another name now, its marks go by the name that it should have.
        sheet = (
            finding.sheet if finding.sheet in there else titles.get(finding.table, finding.sheet)
        )
        follows = [f"连带：{clean(text)}" for text in finding.follows]
        basis = [*map(clean, finding.basis), *follows]
        rest = f"（共{len(basis)}条，其余见右侧折叠的“依据全文”）" if len(basis) > 1 else ""
        yield _Line(
            finding.level.chinese,
            finding.table,
            finding.cell,
            finding.printed,
            finding.expected,
            finding.difference,
            clean(finding.message),
            "\n".join(suggestion_text(suggestion) for suggestion in finding.suggestions),
            basis=basis[0] + rest if basis else "",
            code=finding.code,
            # On one line: a text of several lines would be shown as such by some programs.
            whole=" ／ ".join(basis) if rest else "",
            mark=f"{sheet}!{finding.cell}" if finding.sheet and finding.cell else "",
            identity=identity,
            sheet=finding.sheet,
        )
    for code, reason in ((skipped.code, clean(skipped.reason)) for skipped in report.not_executed):
        yield _Line(NOT_RUN, code=code, message=reason, identity=f"{NOT_RUN}|{code}|{reason}")


def _remarks(lines: Lines) -> Iterator[tuple[str, _Line]]:
    """Identity -> the line beside which the user wrote."""
    seen: set[str] = set()
    for number in range(FIRST, min(LAST, len(lines)) + 1):
        held = _Line(*(text_of(value_at(lines, number, at)) for at in range(1, len(_HEADINGS) + 1)))
        if not held.remark:
            continue
        raw = value_at(lines, number, _REMARK_COLUMN)
        identity = held.identity or f"{_OWN}|{number}"
        while identity in seen:  # a line that was copied
            identity += "+"
        seen.add(identity)
        remark = raw if isinstance(raw, str) else held.remark
        yield identity, held._replace(remark=remark, mark="")


def _fitting(rows: list[_Line]) -> list[_Line]:
    """The lines for which there is room: those with remarks, then by level; the last says so."""
    if len(rows) <= ROOM:
        return rows
    ranks = {level.chinese: rank for rank, level in enumerate(Level)}
    order = sorted(
        range(len(rows)), key=lambda at: (not rows[at].remark, ranks.get(rows[at].kind, 9))
    )
    chosen = sorted(order[: ROOM - 1])
    left = len(rows) - len(chosen)
    text = (
        f"还有{left}条没有列出：本表只能放下{ROOM}行。请先改正上面各条再校验，"
        "或用 xlbudget validate 工作簿 查看全部。"
    )
    return [*(rows[at] for at in chosen), _Line("", message=text)]


# ------------------------------------------------------------------ the cells


def _cells(rows: Sequence[_Line]) -> Iterator[CellContent]:
    """All cells of the room: the lines below the last one are empty."""
    amounts = range(_Line._fields.index("printed"), _Line._fields.index("message"))
    for line in range(FIRST, LAST + 1):
        one = rows[line - FIRST] if line - FIRST < len(rows) else _Line()
        for at, (letter, text) in enumerate(zip(_LETTERS, one[:-1], strict=True)):
            cell = f"{letter}{line}"
            value = _amount(text) if at in amounts else text
            if letter == _POINTER_LETTER and one.sheet and one.cell:
                yield CellContent(cell, "formula", text, link_formula(one.sheet, one.cell))
            elif isinstance(value, Decimal):
                yield CellContent(cell, "number", value)
            else:
                yield CellContent(cell, "text" if text else "blank", text or None)


def _amount(text: str) -> Decimal | str:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def _heights(rows: Iterable[_Line]) -> dict[int, float]:
    """Row -> height that shows its longest text whole; usual where none stands."""
    found = dict.fromkeys(range(FIRST, LAST + 1), _EMPTY_HEIGHT)
    for number, one in enumerate(rows, FIRST):
        texts = zip(one[1:_WHOLE], _WIDTHS[1:_WHOLE], strict=True)
        found[number] = min(_HIGHEST, styles.height_of(texts))
    return found


# ------------------------------------------------------------------ the formulas


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
    found = [
        Watched(table.sheet, "B" if is_form(table) else "A", *body_area(standard, table))
        for table in standard.tables
    ]
    return [*found, Watched(INFO_SHEET, "B", "J", 1, _INFO_LINES)]


def link_formula(sheet: str, cell: str) -> str:
    """A link to a cell, shown as the cell alone."""
    target = f"#{in_quotes(sheet)}!{cell}".replace('"', '""')
    return f'HYPERLINK("{target}","{cell}")'


def counts_content(kinds: Sequence[str], verdict: str) -> CellContent:
    """The line of counts; ``kinds`` are those of all lines."""
    shown, others = [level.chinese for level in Level], ((NOT_RUN, "条规则"), (GONE, "处"))
    counts = {kind: f'COUNTIF({_KINDS},"{kind}")' for kind in (*shown, NOT_RUN, GONE)}
    counted = '&"，"&'.join(f'"{kind}"&{counts[kind]}&"处"' for kind in shown)
    for kind, unit in others:
        counted += f'&IF({counts[kind]}>0,"，{kind}"&{counts[kind]}&"{unit}","")'
    unknown = "尚未校验"
    formula = f'IF({VERDICT}="","{unknown}","结论："&{VERDICT}&"。"&{counted})'
    value = unknown
    if verdict:
        value = f"结论：{verdict}。" + "，".join(f"{one}{kinds.count(one)}处" for one in shown)
        for kind, unit in others:
            value += f"，{kind}{kinds.count(kind)}{unit}" if kind in kinds else ""
    return CellContent(COUNTS, "formula", value, formula)


def filtered_content() -> CellContent:
    """That a filter hides lines: written once, it follows the filter by itself."""
    shown = f"SUBTOTAL(3,{_KINDS})"
    told = f'"筛选后只显示"&{shown}&"条，共"&COUNTA({_KINDS})&"条"'
    return CellContent(_FILTERED, "formula", "", f'IF({shown}<COUNTA({_KINDS}),{told},"")')


def stale_content(changed: Sequence[str], *, known: bool) -> CellContent:
    """Whether the findings are those of the figures as they stand; ``changed``: sheets that moved."""
    last = _AREAS_LAST
    stored, moved, names = (
        f"${letter}${FIRST}:${letter}${last}" for letter in (_THEN, _MOVED, _AREA)
    )
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
    return CellContent(STALE, "formula", value, formula)


def sum_contents(
    areas: Sequence[Watched], stored: Sequence[Decimal | None], now: Sequence[Decimal]
) -> Iterator[CellContent]:
    """The hidden columns: the sheet, the sum at the validation, the sum now, whether they differ."""
    every = zip(areas, stored, now, strict=True)
    for line, (area, then, current) in enumerate(every, FIRST):
        reference = area.reference
        weights = f"MOD(ROW({reference}),{_TURN})+7*COLUMN({reference})"
        total = f"IFERROR(SUMPRODUCT({reference},{weights}),{_MISSING})"
        differs = f'IF({_THEN}{line}="",0,IF(ABS(ROUND({_THEN}{line}-{_NOW}{line},6))>{_SAME},1,0))'
        moved = Decimal(then is not None and abs(then - current) > _SAME)
        yield CellContent(f"{_AREA}{line}", "text", area.sheet)
        yield CellContent(f"{_THEN}{line}", "blank" if then is None else "number", then)
        yield CellContent(f"{_NOW}{line}", "formula", current, total)
        yield CellContent(f"{_MOVED}{line}", "formula", moved, differs)


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
    if FINDINGS not in lines or STALE not in formulas:
        return []
    coming = {(edit.sheet, edit.cell): edit.value for edit in edits}
    watched = _watched(lines[FINDINGS], formulas)
    there = source.lines_of([area.sheet for area in watched.values()])
    found, changed, known = [], [], False
    for line, area in watched.items():
        if area.sheet not in there:
            continue
        now = sum_of(area, there[area.sheet], coming)
        then = value_of(f"{_THEN}{line}", lines[FINDINGS])
        moved = 0
        if isinstance(then, int | float):
            known = True
            moved = int(abs(Decimal(format(then, ".15g")) - now) > _SAME)
        if moved:
            changed.append(area.sheet)
        for letter, value in ((_NOW, now), (_MOVED, Decimal(moved))):
            cell = f"{letter}{line}"
            if _number(value_of(cell, lines[FINDINGS])) != value:
                found.append(CellEdit(FINDINGS, cell, value, formulas.get(cell, "")))
    told = stale_content(changed, known=known)
    if text_of(value_of(STALE, lines[FINDINGS])) != told.value:
        found.append(CellEdit(FINDINGS, STALE, told.value, formulas[STALE]))
    return [edit for edit in found if edit.formula]


def _watched(lines: Lines, formulas: Mapping[str, str]) -> dict[int, Watched]:
    """Line -> the area that its formula sums."""
    found = {}
    for line in range(FIRST, _AREAS_LAST + 1):
        sheet = text_of(value_of(f"{_AREA}{line}", lines))
        formula = formulas.get(f"{_NOW}{line}", "")
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


# ------------------------------------------------------------------ the sheet before the first validation

_CENTER = replace(styles.TEXT, align="center", indent=None, locked=None)
_PLAIN = replace(styles.TEXT, indent=None, locked=None)
_HELD = replace(_PLAIN, text_wrap=None)
"""Of hidden and folded cells: what wraps there would make rows high."""
_POINTER = replace(_CENTER, font_color="#000080", underline=1)
_NUMBER = replace(styles.AMOUNT, align=None, text_wrap=True, locked=None)
"""Numbers stand at the right; a text is no number, and wraps instead of running over its neighbours."""
_SIGNED = replace(_NUMBER, num_format="+#,##0.00;-#,##0.00;0.00")
_REMARK = replace(styles.TEXT, indent=None)
_LOOKS = (
    *(_CENTER, _CENTER, _POINTER, _NUMBER, _NUMBER, _SIGNED, _PLAIN, _PLAIN, _REMARK, _PLAIN),
    *(_CENTER, _HELD, _HELD, _HELD),
)
_REMARKS = ("已改", "不用改", "待核实")
"""What is offered as a remark; the first two strike the line out."""

# Conditional formats set only what they change.
_LEVELS = {
    Level.ERROR.chinese: replace(styles.BORDERED, bold=True, bg_color=styles.WRONG),
    Level.WARNING.chinese: replace(styles.BORDERED, italic=True, bg_color="#FFF2CC"),
    GONE: replace(styles.BORDERED, font_color="#7F7F7F", font_strikeout=True),
    NOT_RUN: replace(styles.BORDERED, font_color="#7F7F7F", italic=True),
}


def write_findings(
    writer: Writer, sheet: Sheet, standard: Standard, figures: Mapping[tuple[str, str], object]
) -> None:
    """The sheet before the first validation, with room for what is found.

    ``figures`` are what the cells of the tables and of 基础信息 hold, by sheet and cell.
    """
    sheet.title(_LAST_PRINTED, FINDINGS, 34)
    band = replace(styles.BAND, indent=None)
    sheet.blanks("BCDEFHJK", 3, band)
    sheet.put(counts_content((), ""), band)
    sheet.put(stale_content((), known=False), replace(band, italic=True))
    sheet.put(filtered_content(), replace(band, italic=True))
    sheet.blank(VERDICT, _HELD)
    sheet.height(3, 24)
    sheet.headings(_HEAD, _HEADINGS, 22)
    sheet.widths(_WIDTHS)
    sheet.fold(_WHOLE, _WIDTHS)
    for index in range(_SHOWN, _HIDDEN):
        sheet.hide(index)
    sheet.freeze(_HEAD)
    for line in range(FIRST, LAST + 1):
        for letter, look in zip(_LETTERS, _LOOKS, strict=True):
            sheet.blank(f"{letter}{line}", look)
    areas = watched_areas(standard)
    sums = [sum_of(area, [], figures) for area in areas]
    for content in sum_contents(areas, [None] * len(areas), sums):
        sheet.put(content, _HELD)
    for kind, look in _LEVELS.items():
        sheet.conditional(f"A{FIRST}:A{LAST}", f'$A{FIRST}="{kind}"', look)
    area = f"A{FIRST}:K{LAST}"
    said = ",".join(f'LEFT($I{FIRST},{len(word)})="{word}"' for word in _REMARKS[:2])
    sheet.conditional(area, f'OR($A{FIRST}="{GONE}",{said})', _LEVELS[GONE])
    sheet.conditional(area, f'$A{FIRST}="{NOT_RUN}"', _LEVELS[NOT_RUN])
    sheet.conditional(area, f'$A{FIRST}&$G{FIRST}&$I{FIRST}<>""', styles.BORDERED)
    advice = Advice(
        "处理说明", "", "可选，也可以自己写；再校验时仍跟着这一条。写“已改”“不用改”的划去。"
    )
    sheet.offer_words(f"I{FIRST}:I{LAST}", _REMARKS, advice)
    # With the hidden columns: where lines are sorted, their marks and remarks go along.
    sheet.filter(f"A{_HEAD}:{_LETTERS[-1]}{LAST}")
    sheet.quiet(f"A{FIRST}:{_LETTERS[-1]}{LAST}")
    mark = _LETTERS[_Line._fields.index("mark")]
    writer.name(MARKS, FINDINGS, f"${mark}${FIRST}:${mark}${LAST}")
    sheet.print_page(f"A{TITLE_ROW}:{_LAST_PRINTED}{FIRST}", landscape=True, repeat=(_HEAD, _HEAD))
