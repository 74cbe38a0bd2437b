"""The sheet 封面: a desk, where one starts. Every step with its state and what it still lacks, by native formulas.

What a step comes to is read from the cells of the other sheets, by formulas and, for the values that are
stored, by the same expressions here. No other module knows the sheet's rows.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building import styles
from xlbudget.building.formulas.areas import content
from xlbudget.building.formulas.expressions import (
    Area,
    constant,
    count_if,
    iff,
    left,
    single,
)
from xlbudget.editing.edits import edits_of, value_of
from xlbudget.reading.book import read_book
from xlbudget.sheets.layout import (
    CONTENTS,
    COUNTS,
    DESK,
    DESK_NAME,
    DESK_TITLE,
    DUTIES,
    FINDINGS,
    INFO_SHEET,
    NOTES,
    OFFICES,
    OVERALL,
    PROFILE,
    PROFILE_FIRST,
    PROFILE_ROOM,
    REMARK,
    STALE,
    UNITS,
    VERDICT,
    contents_lines,
    info_lines,
)
from xlbudget.sheets.ledger import SUM_ROW, ledger_layout
from xlbudget.sheets.notes import FIRST, LAST, REVIEWED, STATE
from xlbudget.sheets.notes import STALE as OUTDATED
from xlbudget.standard.loader import own_standard
from xlbudget.xlsx.references import column_letter, in_quotes, quoted, same_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from xlbudget.building.contents import CellContent
    from xlbudget.building.formulas.expressions import Expression, Value
    from xlbudget.building.sheet import Sheet
    from xlbudget.standard.model import Field, Standard
    from xlbudget.xlsx.cells import CellEdit
    from xlbudget.xlsx.workbook import Workbook

NEXT_ROW, HEADING_ROW = 4, 5
STEPS = ("info", "entry", "profile", "fill", "validate", "notes", "package")
"""The steps by which buttons name them, one line each below the headings."""
ALL, LATER = "all", "later"
"""Buttons for all steps at once, and for what comes after the last."""
_WIDTHS = (18.0, 14.0, 64.0, 26.0)
_FIRST = HEADING_ROW + 1
_DONE = "已"
"""What the state of a step begins with when nothing is left to do."""
READY = "可以打包"


class Step(NamedTuple):
    """A step: its name with the sheet to which it leads, its state, what is said, and the cell that this leads to."""

    name: Expression
    state: Expression
    said: Expression
    target: Expression


def row_of(step: str) -> int:
    """The line of a step."""
    if step == ALL:
        return NEXT_ROW
    return _FIRST + (len(STEPS) if step == LATER else STEPS.index(step))


# ------------------------------------------------------------------ what the steps come to


class _Reader:
    """Pieces of formulas that read other sheets, each with what stands there."""

    def __init__(self, standard: Standard, held: Callable[[str, str], Value]) -> None:
        self.standard, self.held = standard, held
        lines = {line.field.key: line.line for line in info_lines(standard) if line.field}
        self.info = {key: f"B{line}" for key, line in lines.items()}

    def cell(self, sheet: str, cell: str) -> Expression:
        letters, number = cell[0], cell[1:]
        return single(f"{quoted(sheet)}!${letters}${number}", self.held(sheet, cell))

    def column(self, sheet: str, letter: str, first: int, last: int) -> Area:
        values = [self.held(sheet, f"{letter}{line}") for line in range(first, last + 1)]
        return Area(f"{quoted(sheet)}!${letter}${first}:${letter}${last}", values)

    # -------------------------------------------------------------- the steps

    def particulars(self) -> Step:
        """基础信息: every required field has something."""
        fields = [line.field for line in info_lines(self.standard) if line.field is not None]
        return _lacking(
            INFO_SHEET,
            [
                (self.cell(INFO_SHEET, self.info[field.key]).equals(""), field.label, field)
                for field in fields
                if field.required
            ],
            self.info,
        )

    def entry(self) -> Step:
        """The ledger, or the tables where they are filled in by hand."""
        tables = [line.line for line in contents_lines(self.standard) if line.kind == "table"]
        empty = count_if(self.column(CONTENTS, "C", min(tables), max(tables)), "未填")
        number = len(tables)
        by_hand = Step(
            constant("填表"),
            iff(empty.equals(0), "已填", iff(empty.equals(number), "未填", "未填全")),
            iff(empty > 0, empty & "张表还没有填，见“目录”", "各表都有内容"),
            constant(_place(CONTENTS, f"C{min(tables)}")),
        )
        ledger = self.standard.ledger
        if ledger is None:
            return by_hand
        said = self.cell(ledger.sheet, f"A{SUM_ROW}")
        first = ledger_layout(self.standard).first
        from_ledger = Step(
            constant(ledger.sheet),
            iff(_has(said, "都已填齐"), "已填", iff(_has(said, "还没有"), "未填", "待补")),
            iff(said.equals(""), "", said),
            constant(_place(ledger.sheet, f"A{first}")),
        )
        switch = self.cell(INFO_SHEET, self.info[ledger.switch_field])
        chosen = switch.equals(ledger.from_ledger)
        pairs = zip(from_ledger, by_hand, strict=True)
        return Step(*(iff(chosen, one, other) for one, other in pairs))

    def profile(self) -> Step:
        """部门概况: duties, offices (or a remark on them) and units."""
        kinds = self.column(PROFILE, "A", PROFILE_FIRST, PROFILE_FIRST + PROFILE_ROOM - 1)
        offices = count_if(kinds, OFFICES) + count_if(kinds, REMARK)
        tests = (
            (count_if(kinds, DUTIES).equals(0), DUTIES),
            (offices.equals(0), OFFICES),
            (count_if(kinds, UNITS).equals(0), UNITS),
        )
        return _lacking(PROFILE, [(test, label, None) for test, label in tests], {})

    def filling(self) -> Step:
        """What the overall check says."""
        told = self.cell(CONTENTS, OVERALL)
        state = iff(
            _has(told, "不平"),
            "不平",
            iff(_has(told, "尚未"), "未填列", iff(_has(told, "未填"), "未填全", f"{_DONE}平")),
        )
        return Step(constant("填列"), state, told & "", constant(_place(CONTENTS, "C4")))

    def validation(self) -> Step:
        """The verdict, while the figures are those that were validated."""
        verdict = self.cell(FINDINGS, VERDICT)
        stale, counts = self.cell(FINDINGS, STALE), self.cell(FINDINGS, COUNTS)
        moved = _has(stale, "改动过")
        passed = iff(
            _has(verdict, "差错"), "有差错", iff(_has(verdict, "无法"), "无法判断", "已校验")
        )
        state = iff(verdict.equals(""), "未校验", iff(moved, "需重做", passed))
        said = iff(verdict.equals(""), "还没有校验", iff(moved, stale, counts))
        return Step(constant("校验"), state, said, constant(_place(FINDINGS, "A5")))

    def texts(self) -> Step:
        """The paragraphs of 情况说明: generated, none older than its figures, none to be looked at."""
        states = self.column(NOTES, STATE, FIRST, LAST)
        every, old, open_ = (count_if(states, one) for one in ("?*", OUTDATED, REVIEWED))
        state = iff(
            every.equals(0),
            "未生成",
            iff(old > 0, "需重做", iff(open_ > 0, "待核对", "已生成")),
        )
        some = iff(
            old > 0,
            constant("生成之后数字改动过，有") & old & "段过期",
            iff(open_ > 0, open_ & "段待核对，原因见“备注”栏", every & "段"),
        )
        said = iff(every.equals(0), "还没有生成", some)
        return Step(constant("生成说明"), state, said, constant(_place(NOTES, f"E{FIRST}")))


def _lacking(
    sheet: str,
    tests: Sequence[tuple[Expression, str, Field | None]],
    cells: Mapping[str, str],
) -> Step:
    """A sheet on which things are missing where tests hold; the first is named and led to."""
    missing: Expression = constant(0)
    first: Expression = constant("")
    target: Expression = constant(_place(sheet, "A4"))
    for number, (test, _, _) in enumerate(tests):
        part = iff(test, 1, 0)
        missing = missing + part if number else part
    for test, label, field in reversed(tests):
        first = iff(test, label, first)
        if field is not None:
            target = iff(test, _place(sheet, cells[field.key]), target)
    more = iff(missing > 1, constant("等") & missing & "项", "")
    return Step(
        constant(sheet),
        iff(missing.equals(0), "已填", constant("缺") & missing & "项"),
        iff(missing.equals(0), "", constant("缺") & first & more),
        target,
    )


def _has(cell: Expression, word: str) -> Expression:
    """Whether a text has a word in it."""
    text = f"ISNUMBER(FIND({constant(word).text},{cell.text}))"
    return single(text, word in str(cell.value or ""))


def _place(sheet: str, cell: str) -> str:
    """What a link inside the workbook names."""
    return f"#{in_quotes(sheet)}!{cell}"


def _link(target: Expression, said: Expression) -> Expression:
    return single(f"HYPERLINK({target.text},{said.text})", said.value)


def desk_contents(standard: Standard, held: Callable[[str, str], Value]) -> list[CellContent]:
    """The formulas of the desk; ``held`` gives what a cell (``D7``) of a sheet holds."""
    read = _Reader(standard, held)
    steps = [
        read.particulars(),
        read.entry(),
        read.profile(),
        read.filling(),
        read.validation(),
        read.texts(),
    ]
    states = [single(f"$B${line}", step.state.value) for line, step in enumerate(steps, _FIRST)]
    open_ = [iff(left(state, 1).equals(_DONE), 0, 1) for state in states]
    left_over = open_[0]
    for one in open_[1:]:
        left_over = left_over + one
    ready = left_over.equals(0)
    steps.append(
        Step(
            constant("打包"),
            iff(ready, READY, "还不能"),
            iff(ready, "各步都已完成", constant("还有") & left_over & "步没有完成"),
            constant(_place(DESK, f"A{_FIRST}")),
        )
    )
    found = [content("B1", read.cell(CONTENTS, OVERALL) & "", "state")]
    following: Expression = steps[-1].name
    for line, step in reversed([*enumerate(steps[:-1], _FIRST)]):
        state, name = (
            single(f"$B${line}", step.state.value),
            single(f"$A${line}", step.name.value),
        )
        following = iff(left(state, 1).equals(_DONE), following, name & "：" & state)
    found.append(content(f"A{NEXT_ROW}", constant("下一步　") & following, "next"))
    for line, step in enumerate(steps, _FIRST):
        found.append(content(f"A{line}", _link(step.target, step.name), "step"))
        found.append(content(f"B{line}", step.state, "state"))
        found.append(content(f"C{line}", _link(step.target, step.said), "said"))
    return found


# ------------------------------------------------------------------ bringing stored values up to date


def refreshed_desk(source: Workbook, edits: Iterable[CellEdit] = ()) -> list[CellEdit]:
    """The edits that let the desk show what its formulas come to after ``edits``.

    Cells whose formulas are others (an older workbook's, or after a sheet was renamed) are left alone.
    """
    if DESK not in source.names or not (there := source.formulas(DESK)):
        return []
    coming = {(edit.sheet, edit.cell): edit.value for edit in edits}

    def held(sheet: str, cell: str) -> Value:
        if (sheet, cell) in coming:
            return coming[sheet, cell]
        if sheet not in source.names:
            return None
        value = value_of(cell, source.lines(sheet))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Decimal(format(value, ".15g"))
        return value if isinstance(value, str) and value else None

    contents = [
        one
        for one in desk_contents(own_standard(read_book(source)), held)
        if same_formula(there.get(one.cell, ""), one.formula)
    ]
    return list(edits_of(DESK, contents, source.lines(DESK), there))


# ------------------------------------------------------------------ the sheet


_LEGEND = (
    (styles.AMOUNT, "1,234.56", "黑字：填写。只填明细数，小计、合计可以空着，由“填列小计”补上。"),
    (
        replace(styles.AMOUNT, font_color=styles.DERIVED),
        "1,234.56",
        "蓝字：公式得出，不用填写。您自己填写的合计数保持原样，不会变成公式。",
    ),
    (styles.CHECK, "已平", "浅蓝底斜体：核对。数字一改就重新核对，不需要 Python。"),
    (styles.MARKED, "▲1,234.56", "▲ 加粗：校验认为有误，原因和建议见“校验结果”。"),
    (replace(styles.AMOUNT, bold=True), "1,234.56", "加粗：类级科目、小计、合计。"),
)
_TIPS = (
    "由上往下做，每一步的名称和“还缺什么”都可以点（LibreOffice 里按住 Ctrl 点）。科目只填编码，名称自动出现。",
    "“一键完成”依次填列小计、生成说明、校验；不用按钮时，关闭工作簿后运行 xlbudget finish 工作簿。",
    "工作表有保护但没有密码：审阅 → 撤消工作表保护，即可调整格式或版面。",
    "从邮件、网盘收到的文件，按钮被禁用时：先关闭，右键点文件 → 属性 → 勾选“解除锁定”，再打开。",
)
_STATE = replace(styles.STATE, italic=None, bg_color=None)
_CHANGED = replace(styles.BODY, font_name=None, font_size=None, valign=None)
_NEXT = replace(styles.BODY, font_name="黑体", font_size=13)


def write_desk(sheet: Sheet, contents: Iterable[CellContent]) -> None:
    """The whole sheet; buttons are put beside the steps by whoever has them (see :func:`row_of`)."""
    sheet.widths(_WIDTHS)
    sheet.link("A1", CONTENTS, "目录", styles.LINK)
    sheet.blanks("CD", 1, styles.CHECK_LEFT)
    sheet.height(1, 24)
    letters = "".join(column_letter(at) for at in range(len(_WIDTHS)))
    sheet.merge(DESK_TITLE, f"{letters[-1]}2", DESK_NAME, replace(styles.TITLE, font_size=20))
    sheet.height(2, 48)
    sheet.height(3, 6)
    sheet.height(NEXT_ROW, 32)
    sheet.headings(HEADING_ROW, ("步骤", "状态", "还缺什么", "按钮"), 24)
    framed = replace(styles.LINK, border=1, border_color=styles.LINE, align="left", indent=1)
    looks = {
        "step": framed,
        "said": replace(framed, text_wrap=True),
        "next": _NEXT,
        "state": _STATE,
    }
    for one in contents:
        sheet.put(one, styles.CHECK_LEFT if one.cell == "B1" else looks[one.role])
    last = row_of(STEPS[-1])
    for line in range(_FIRST, last + 1):
        sheet.blank(f"D{line}", replace(styles.BODY, border=1, border_color=styles.LINE))
        sheet.height(line, 32)
    states = f"B{_FIRST}:B{last}"
    done = f'OR(LEFT($B{_FIRST},1)="{_DONE}",$B{_FIRST}="{READY}")'
    sheet.conditional(states, done, replace(_CHANGED, bg_color=styles.CHECK_BLUE))
    sheet.conditional(states, f"NOT({done})", replace(_CHANGED, bold=True, bg_color=styles.WRONG))
    line = row_of(LATER)
    sheet.text(f"A{line}", "下一年度", styles.CAPTION)
    said = "公开之后：由本年的工作簿生成下年的，今年的数作上年数"
    sheet.merge(f"B{line}", f"C{line}", said, styles.CAPTION)
    sheet.blank(f"D{line}", replace(styles.BODY, border=1, border_color=styles.LINE))
    sheet.height(line, 32)
    for title, rows in (("单元格说明", [*_legend()]), ("提示", [*_tips()])):
        line += 2
        sheet.band(line, title, "ABCD", 24)
        for style, sample, meaning in rows:
            line += 1
            sheet.text(f"A{line}", sample, style)
            sheet.merge(f"B{line}", f"D{line}", meaning, styles.CAPTION)
            width = sum(_WIDTHS[1:])
            sheet.height(line, styles.height_of([(meaning, width)], least=24))
    sheet.print_page(f"A2:D{line}")
    sheet.freeze(1)
    sheet.protect()


def _legend() -> Iterator[tuple[styles.Style, str, str]]:
    for style, sample, meaning in _LEGEND:
        yield replace(style, border=1, border_color=styles.LINE, locked=None), sample, meaning


def _tips() -> Iterator[tuple[styles.Style, str, str]]:
    for number, tip in enumerate(_TIPS, 1):
        yield styles.CAPTION, str(number), tip
