"""The sheet of the ledger: lines to type, and formulas that name codes, tell each line's state and cut it to keys.

Every line of the room has its formulas, so that a line counts as soon as it is typed. What they come to is
worked out for lines in use; the others are all alike.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.building import styles
from xlbudget.building.contents import CellContent, amount_content
from xlbudget.building.formulas.areas import content
from xlbudget.building.formulas.expressions import (
    constant,
    iff,
    is_number,
    left,
    length,
    rounded,
    single,
    trim,
)
from xlbudget.building.sheet import Advice
from xlbudget.figures import LedgerLine, Unreadable
from xlbudget.money import WAN, YUAN, Amount
from xlbudget.reading.ledger import ledger_unit
from xlbudget.sheets.layout import CODES, INFO_SHEET, NAMES, UNIT_LIST
from xlbudget.sheets.ledger import (
    CONTROL_ROW,
    FEN,
    ITEM,
    LEDGER_HEADING,
    SEPARATOR,
    STATE,
    SUM_ROW,
    ledger_layout,
    level_key,
    name_key,
)
from xlbudget.standard.ledger import selects
from xlbudget.xlsx.references import column_letter, column_number, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.building.formulas.expressions import Expression, Value
    from xlbudget.building.sheet import Sheet
    from xlbudget.building.writer import Writer
    from xlbudget.figures import Book
    from xlbudget.money import Unit
    from xlbudget.sheets.ledger import LedgerLayout
    from xlbudget.standard.ledger import LedgerColumn, Selection
    from xlbudget.standard.model import Standard


COMPLETE, NO_NUMBER, UNKNOWN, SHORT = "齐", "金额不是数字", "不在目录", "不是最末级"
"""The state of a line that lacks nothing, and of some that do."""
_ANY_LINE = 999_999
"""Stands for the line in formulas that are shared by many."""


class _Line:
    """The formulas of one line."""

    def __init__(
        self, standard: Standard, layout: LedgerLayout, unit: Unit, unit_cell: str, line: LedgerLine
    ) -> None:
        assert standard.ledger is not None
        self.standard, self.ledger, self.layout, self.line = standard, standard.ledger, layout, line
        self.unit, self.unit_cell = unit, unit_cell

    def cell(self, key: str) -> Expression:
        """What is typed in a column."""
        return single(self.layout.cell(key, self.line.line), self._typed(key))

    def _typed(self, key: str) -> Value:
        if key != self.ledger.amount.key:
            return self.line.texts.get(key)
        amount = self.line.amount
        if isinstance(amount, Unreadable):
            return amount.raw
        return Decimal(amount.fen) / self.unit.fen if amount is not None else None

    def code(self, column: LedgerColumn) -> Expression:
        """A code as text, however it was typed."""
        return trim(self.cell(column.key))

    def name(self, column: LedgerColumn) -> Expression:
        """The name of a code."""
        typed, code = self.cell(column.key), self.code(column)
        known = self.standard.subjects[column.subjects].by_code.get(str(code.value or ""))
        found = f'IFERROR(INDEX({NAMES},MATCH({code.text},{CODES},0)),"")'
        return iff(typed.equals(""), "", single(found, known[0].name if known else ""))

    def fen(self) -> Expression:
        """The amount in whole 分."""
        amount = self.cell(self.ledger.amount.key)
        factor = single(self.unit_cell, self.unit.fen)
        return iff(is_number(amount), rounded(amount * factor, 0), "")

    def item(self) -> Expression:
        """A project together with its group."""
        group, item = (self.cell(self.ledger.key_of(kind)) for kind in ("level1", "level2"))
        return iff(item.equals(""), "", trim(group) & SEPARATOR & trim(item))

    def kind(self, key: str) -> Expression:
        """The class of a choice."""
        kind = self.ledger.kinds[key]
        value = self.cell(kind.of)
        found: Expression = constant("")
        for name in reversed(dict.fromkeys(kind.classes.values())):
            members = [member for member, of in kind.classes.items() if of == name]
            parts = ",".join(value.equals(member).text for member in members)
            test = single(
                f"OR({parts})" if len(members) > 1 else parts,
                kind.classes.get(str(value.value or "")) == name,
            )
            found = iff(test, name, found)
        return found

    def state(self) -> Expression:
        """What the line lacks, first things first."""
        amount = self.cell(self.ledger.amount.key)
        state: Expression = iff(is_number(amount), COMPLETE, NO_NUMBER)
        tests = [test for column in self.ledger.columns for test in self._tests(column)]
        for test, said in reversed(tests):
            state = iff(test, said, state)
        typed = [self.cell(spot.key) for spot in self.layout.typed]
        used = any(cell.value not in (None, "") for cell in typed)
        # Names stand between: they are no entries.
        entries = ",".join(expression.text for expression in typed)
        return iff(single(f"COUNTA({entries})=0", not used), "", state)

    def _tests(self, column: LedgerColumn) -> Iterator[tuple[Expression, str]]:
        """What may be wrong with what stands in a column, and how it is said."""
        cell = self.cell(column.key)
        blank, there = cell.equals(""), cell.differs("")
        if column.needed is not None:
            yield self._where(column.needed, blank), f"缺{column.label}"
        if column.absent is not None:
            yield self._where(column.absent, there), f"{column.label}应空"
        if column.kind == "code":
            subjects = self.standard.subjects[column.subjects]
            code = self.code(column)
            text = str(code.value or "")
            short = length(code).differs(subjects.lengths[-1])
            yield _both(there, short), f"{column.label}{SHORT}"
            # The dictionary has room for a bureau's own subjects.
            match = f"ISNA(MATCH({code.text},{CODES},0))"
            unknown = single(match, text not in subjects.by_code)
            yield _both(there, unknown), f"{column.label}{UNKNOWN}"

    def _where(self, selection: Selection, test: Expression) -> Expression:
        """A test on the lines that a selection takes."""
        for key, values in selection.items():
            cell = self.layout.cell(key, self.line.line)
            alternatives = [f"{cell}={constant(value).text}" for value in values]
            text = alternatives[0] if len(values) == 1 else f"OR({','.join(alternatives)})"
            taken = selects(self.ledger, {key: values}, self.line.texts)
            test = _both(single(text, taken), test)
        return test

    def formulas(self) -> Iterator[tuple[str, Expression]]:
        """All formulas of the line by the key of their column."""
        for column in self.ledger.columns:
            if column.kind == "code":
                yield name_key(column.key), self.name(column)
        yield STATE, self.state()
        yield FEN, self.fen()
        for column in self.ledger.columns:
            if column.kind == "code":
                for digits in self.standard.subjects[column.subjects].lengths:
                    yield level_key(column.key, digits), left(self.code(column), digits)
        if ITEM in self.layout.spots:
            yield ITEM, self.item()
        for key in self.ledger.kinds:
            yield key, self.kind(key)


def _both(one: Expression, other: Expression) -> Expression:
    return single(f"AND({one.text},{other.text})", bool(one.value) and bool(other.value))


def ledger_contents(standard: Standard, book: Book) -> list[CellContent]:
    """The formulas of the ledger's lines in use, and of its head; ``book`` is placed."""
    layout = ledger_layout(standard)
    assert standard.ledger is not None
    unit = ledger_unit(standard, book.text(standard.ledger.unit_field))
    cell = _unit_cell(standard, book)
    found = [
        content(f"{layout.spots[key].letter}{line.line}", expression, key)
        for line in book.ledger.lines
        for key, expression in _Line(standard, layout, unit, cell, line).formulas()
    ]
    states = [one.value for one in found if one.role == STATE]
    return [*found, *_head(standard, book, layout, cell, states)]


def _unit_cell(standard: Standard, book: Book) -> str:
    """How many 分 the unit of the ledger has, as a piece of formula on 基础信息."""
    assert standard.ledger is not None
    info = book.info.get(standard.ledger.unit_field)
    if info is None or not info.cell:
        return str(ledger_unit(standard, "").fen)
    return f'IF({quoted(INFO_SHEET)}!${info.cell[0]}${info.cell[1:]}="{WAN.name}",{WAN.fen},{YUAN.fen})'


def _head(
    standard: Standard,
    book: Book,
    layout: LedgerLayout,
    unit_cell: str,
    shown_states: list[str | Decimal | None],
) -> Iterator[CellContent]:
    """The sum, what is left of the control total, and how many lines still lack something.

    ``shown_states`` are those of the lines in use.
    """
    assert standard.ledger is not None
    unit = ledger_unit(standard, book.text(standard.ledger.unit_field))
    amount = layout.spots[standard.ledger.amount.key]
    behind = layout.spots[standard.ledger.columns[-1].key]
    money = (line.amount for line in book.ledger.lines)
    whole = sum(cell.fen for cell in money if isinstance(cell, Amount))
    area, states = layout.area(amount.key), layout.area(STATE)
    total = single(f"SUM({area})", Decimal(whole) / unit.fen)
    yield content(f"{amount.letter}{SUM_ROW}", total, "amount", places=2)
    # A line that was inserted has no formulas: its amount is in no table.
    fens = f"SUM({layout.area(FEN)})"
    lost = f"ROUND(SUM({area})*{unit_cell}-{fens},0)<>0"
    used, good = sum(state != "" for state in shown_states), shown_states.count(COMPLETE)
    typed = f'COUNTIF({states},"?*")'
    right = f'COUNTIF({states},"{COMPLETE}")'
    said = (
        f'IF({lost},"有的行没有公式，金额没有计入：请点“填列小计”补上",'
        f'IF({typed}=0,"还没有填写",IF({typed}={right},"共"&{typed}&"行，都已填齐",'
        f'"共"&{typed}&"行，"&({typed}-{right})&"行待补：见“状态”栏")))'
    )
    if not used:
        shown = "还没有填写"
    elif used == good:
        shown = f"共{used}行，都已填齐"
    else:
        shown = f"共{used}行，{used - good}行待补：见“状态”栏"
    yield CellContent(f"A{SUM_ROW}", "formula", shown, said, "state")
    control = f"${amount.letter}${CONTROL_ROW}"
    text = f'IF(ISNUMBER({control}),"控制数还剩 "&TEXT({control}-{total.text},"#,##0.00"),"")'
    given = book.ledger.beside.control
    shown = ""
    if isinstance(given, Amount):
        shown = f"控制数还剩 {Amount(given.fen - whole).rounded(unit).text}"
    yield CellContent(f"{behind.letter}{CONTROL_ROW}", "formula", shown, text, "state")


# ------------------------------------------------------------------ the sheet


_ENTRY = replace(styles.TEXT, text_wrap=None)
"""A line is one line: what is longer is cut by its neighbour, not by the next line."""
_NAME_STYLE = replace(_ENTRY, font_color="#595959", locked=None)
_STATE_STYLE = replace(styles.BODY, font_color="#595959")


def write_ledger(
    writer: Writer, sheet: Sheet, standard: Standard, book: Book, contents: list[CellContent]
) -> None:
    """The whole sheet; ``contents`` are the formulas of lines in use and of the head."""
    ledger = standard.ledger
    assert ledger is not None
    layout = ledger_layout(standard)
    unit = ledger_unit(standard, book.text(ledger.unit_field))
    right = layout.last_visible
    sheet.title(right, ledger.title, 34)
    sheet.unit_row(book)
    amount = layout.spots[ledger.amount.key]
    before = column_letter(column_number(amount.letter) - 2)
    sheet.text(f"{before}{SUM_ROW}", "合计", replace(styles.BODY, align="right"))
    sheet.text(f"{before}{CONTROL_ROW}", "控制数", replace(styles.BODY, align="right"))
    money = replace(styles.AMOUNT, num_format=styles.amount_format(2))
    sheet.blank(f"{amount.letter}{CONTROL_ROW}", money)
    for spot in layout.spots.values():
        if spot.role == "hidden":
            sheet.hide(column_number(spot.letter) - 1)
        else:
            _column(sheet, spot.letter, spot.of, spot.role, unit)
            heading = spot.heading
            if spot.of is ledger.amount:
                heading = f"{heading}（{unit.name}）"
            sheet.text(f"{spot.letter}{LEDGER_HEADING}", heading, styles.HEADING)
        if spot.name:
            first, last = f"${spot.letter}${layout.first}", f"${spot.letter}${layout.last}"
            writer.name(spot.name, layout.sheet, f"{first}:{last}")
    sheet.height(LEDGER_HEADING, 24)
    for line in book.ledger.lines:
        for spot in layout.typed:
            assert spot.of is not None
            cell = f"{spot.letter}{line.line}"
            if spot.of.kind == "amount":
                sheet.put(_amount(cell, line, unit), _style("amount", unit))
            else:
                sheet.text(cell, line.texts.get(spot.key, ""), _style(spot.of.kind, unit))
    for one in contents:
        sheet.put(one, _look(one.role, money))
    _blank_lines(sheet, standard, book, layout, unit)
    _guide(sheet, layout)
    sheet.freeze(LEDGER_HEADING, 1)
    body = f"A{layout.first}:{right}{layout.last}"
    sheet.mark_found(body)
    state = f"${layout.spots[STATE].letter}{layout.first}"
    wrong = replace(styles.BORDERED, bg_color=styles.WRONG)
    sheet.conditional(body, f'AND({state}<>"",{state}<>"{COMPLETE}")', wrong)
    sheet.conditional(body, f'{state}="{COMPLETE}"', styles.BORDERED)
    sheet.quiet(body)
    area = f"A{LEDGER_HEADING}:{right}{layout.last}"
    sheet.raw.autofilter(area)
    used = max((line.line for line in book.ledger.lines), default=layout.first)
    sheet.print_page(f"A2:{right}{used}", landscape=True, repeat=(LEDGER_HEADING, LEDGER_HEADING))


def _amount(cell: str, line: LedgerLine, unit: Unit) -> CellContent:
    if isinstance(line.amount, Amount):
        places = line.amount.places if line.amount.unit == unit else unit.max_places
        amount = Amount(line.amount.fen, unit, max(2, min(places, unit.max_places)))
        return amount_content(cell, amount, None, "amount")
    return amount_content(cell, line.amount, None, "amount")


def _style(kind: str, unit: Unit) -> styles.Style:
    if kind == "amount":
        places = 2 if unit.max_places <= 2 else 6  # noqa: PLR2004  # 分 in 元, or in 万元
        shown = "#,##0.00" if places == 2 else "#,##0.00####"  # noqa: PLR2004
        return replace(styles.AMOUNT, num_format=shown)
    return styles.CODE if kind == "code" else _ENTRY


def _look(role: str, money: styles.Style) -> styles.Style:
    if role == "amount":
        return replace(money, locked=None)
    return _NAME_STYLE if role not in ("state", STATE) else _STATE_STYLE


def _column(sheet: Sheet, letter: str, column: LedgerColumn | None, role: str, unit: Unit) -> None:
    """Width and look of a column's blank cells."""
    if role == "typed" and column is not None:
        sheet.column(letter, column.width, _style(column.kind, unit))
    elif role == "name":
        sheet.column(letter, 20.0, _NAME_STYLE)
    else:
        sheet.column(letter, 18.0, _STATE_STYLE)


def _blank_lines(
    sheet: Sheet, standard: Standard, book: Book, layout: LedgerLayout, unit: Unit
) -> None:
    """The formulas of the lines that are not in use, shared."""
    cell = _unit_cell(standard, book)
    blank = _Line(standard, layout, unit, cell, LedgerLine({}, None, _ANY_LINE))
    used = {line.line for line in book.ledger.lines}
    lines = [line for line in range(layout.first, layout.last + 1) if line not in used]
    for key, expression in blank.formulas() if lines else ():
        text = expression.text.replace(str(_ANY_LINE), str(lines[0]))
        sheet.shared(layout.spots[key].letter, lines, text, _look(key, styles.AMOUNT))


def _guide(sheet: Sheet, layout: LedgerLayout) -> None:
    """Lists of choices, and what may be typed."""
    for spot in layout.typed:
        column = spot.of
        assert column is not None
        area = f"{spot.letter}{layout.first}:{spot.letter}{layout.last}"
        if column.kind == "choice":
            advice = Advice(column.label, f"{column.label}请从列表中选一项；要清空就按 Delete 键。")
            sheet.offer_choices(area, column.choices, advice)
        elif column.kind == "unit":
            advice = Advice(column.label, "名单取自部门概况的“预算单位”；不在名单上的，请先登记。")
            sheet.offer_name(area, UNIT_LIST, advice)
        elif column.kind == "amount":
            sheet.only_amounts(area, Advice(column.label, "金额只填数字，不带单位和文字。"))
