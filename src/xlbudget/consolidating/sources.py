"""汇总来源: the sheet that tells of a sum which units it has, what needs a look, and the shares of every figure.

It is for internal use and nothing reads it: delete it, and the figures stay what they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building import styles
from xlbudget.consolidating.figures import (
    ELIMINATED,
    ROUNDED,
    figures_of,
    row_name,
    shown,
    table_name,
    unit_of_figure,
)
from xlbudget.consolidating.figures import column_name as heading_of
from xlbudget.limits import MOST_SOURCE_LINES, MOST_SOURCES
from xlbudget.money import STANDARD_PLACES, Amount
from xlbudget.rules.grid import INFO
from xlbudget.sheets.layout import INFO_SHEET

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from xlbudget.building.sheet import Sheet
    from xlbudget.building.styles import Style
    from xlbudget.consolidating.consolidate import Consolidated
    from xlbudget.consolidating.figures import Figure, Share
    from xlbudget.consolidating.transfers import Flow, Matched
    from xlbudget.figures import Book

SOURCES = "汇总来源"
CODE = "shSources"
_WIDTHS = (28, 36, 24, 11, 17, 32, 17)
_LETTERS = "ABCDEFG"
_NOT_A_UNIT = {ROUNDED: "取整（合计后取整与各单位取整之差）", ELIMINATED: "往来抵销"}
_TEXT = styles.Style(align="left", indent=1, text_wrap=True, border=1, border_color=styles.LINE)
_AMOUNT = replace(styles.AMOUNT, locked=None, border=1, border_color=styles.LINE)
_LINK = replace(styles.LINK, border=1, border_color=styles.LINE)
_HEIGHT = 22.0
_LINE_HEIGHT = 15.0


class SourceLine(NamedTuple):
    """A line behind a figure: who has how much in it, in 分 or things. The first of a figure has its total."""

    figure: Figure
    sheet: str
    cell: str
    row: str
    total: int | None
    who: str
    fen: int


def source_lines(done: Consolidated, placed: Book) -> list[SourceLine]:
    """The shares of every figure of the placed book, the largest first, those of many units as one."""
    standard, summed = done.standard, done.summed
    many = max(1, min(MOST_SOURCES, MOST_SOURCE_LINES // max(1, len(summed.shares)) - 1))
    lines: list[SourceLine] = []
    for figure, row, cell in figures_of(standard, placed):
        own = summed.shares.get(figure)
        if not own:
            continue
        if figure.block == INFO:
            info = placed.info.get(figure.row)
            sheet, spot = INFO_SHEET, info.cell if info is not None else ""
        else:
            data, block = placed.blocks[figure.block], standard.blocks[figure.block]
            assert row is not None
            sheet = standard.table_of(block).sheet
            spot = data.cell_name(row, block.amount_index[figure.column])
        total: int | None = cell.fen if isinstance(cell, Amount) else 0
        for who, fen in _told(done, own, many):
            lines.append(
                SourceLine(figure, sheet, spot, row_name(standard, figure, row), total, who, fen)
            )
            total = None
    return lines


def _told(done: Consolidated, shares: Sequence[Share], many: int) -> Iterator[tuple[str, int]]:
    units = sorted((one for one in shares if one.unit >= 0), key=lambda one: -abs(one.fen))
    shown_units = units if len(units) <= many + 1 else units[:many]
    for share in shown_units:
        yield done.summed.units[share.unit].name, share.fen
    if rest := units[len(shown_units) :]:
        yield f"其余{len(rest)}个单位", sum(share.fen for share in rest)
    for share in shares:
        if share.unit < 0:
            yield _NOT_A_UNIT[share.unit], share.fen


# ------------------------------------------------------------------ the sheet


class _Page:
    """The sheet being written, line by line."""

    def __init__(self, sheet: Sheet, done: Consolidated) -> None:
        self.sheet, self.done, self.line = sheet, done, 3

    def section(self, title: str, headings: Sequence[str]) -> None:
        self.line += 1
        self.sheet.band(self.line, title, _LETTERS, _HEIGHT)
        self.line += 1
        if headings:
            self.sheet.headings(self.line, headings[:-1], _HEIGHT)
            first = f"{_LETTERS[len(headings) - 1]}{self.line}"
            last = f"{_LETTERS[-1]}{self.line}"
            self.sheet.merge(first, last, headings[-1], styles.SHADED_HEADING)
            self.line += 1

    def texts(self, *texts: str, merged: bool = False) -> None:
        """A line of texts, high enough to be read; ``merged``: the last runs over the columns that are left."""
        padded = [*texts, *[""] * (len(_LETTERS) - len(texts))]
        for letter, text in zip(_LETTERS, padded, strict=True):
            self.sheet.text(f"{letter}{self.line}", text, _TEXT)
        widths = list(_WIDTHS)
        if merged:
            at = len(texts) - 1
            last = f"{_LETTERS[-1]}{self.line}"
            self.sheet.merge(f"{_LETTERS[at]}{self.line}", last, texts[-1], _TEXT)
            widths[at] = sum(_WIDTHS[at:])
        heights = zip(padded, widths, strict=True)
        self.sheet.height(self.line, styles.height_of(heights, least=18))
        self.line += 1

    def amount(self, letter: str, value: Decimal, places: int, line: int) -> None:
        form = styles.amount_format(places) if places else "#,##0"
        style = _AMOUNT if places == STANDARD_PLACES else replace(_AMOUNT, num_format=form)
        self.sheet.number(f"{letter}{line}", value, style)


def write_sources(sheet: Sheet, done: Consolidated, placed: Book) -> None:
    """The whole sheet of a placed book."""
    sheet.widths(_WIDTHS)
    sheet.title(_LETTERS[-1], SOURCES, 34)
    how = "由各单位的底稿合并得出，逐格取整" if done.summed.exact else "各单位印出的数逐格相加"
    out = "单位之间的往来已抵销" if done.eliminated else "单位之间的往来没有抵销"
    sheet.text(
        "A3",
        f"内部使用，不公开。共{len(done.summed.units)}个单位；各表的数{how}；{out}。",
        styles.HINT,
    )
    page = _Page(sheet, done)
    _units(page)
    if done.transfers:
        _transfers(page)
    if done.summed.remarks:
        page.section("需要核对的", ())
        for remark in done.summed.remarks:
            page.texts(remark, merged=True)
    if done.summed.texts:
        page.section("没有汇总的文字", ("内容", "单位", "文字"))
        for text in done.summed.texts:
            page.texts(text.about, text.unit, text.text, merged=True)
    first = _figures(page, placed)
    sheet.quiet(f"A{first}:{_LETTERS[-1]}{page.line}")
    sheet.freeze(2)
    sheet.print_page(f"A2:{_LETTERS[-1]}{page.line - 1}", landscape=True, repeat=(2, 2))


def _units(page: _Page) -> None:
    page.section("汇总的单位", ("单位", "文件", "校验", "差错（条）", "支出总计", "说明"))
    for unit in page.done.summed.units:
        note = "有差错，汇总数也会有差错" if unit.errors else ""
        line = page.line
        counts = str(unit.errors) if unit.errors else ""
        page.texts(unit.name, unit.path.name, unit.status.chinese, counts, "", note, merged=True)
        total = _total(page.done, unit.book)
        if total is not None:
            page.amount("E", total.decimal, total.places, line)


def _total(done: Consolidated, book: Book) -> Amount | None:
    """What a unit spends in all: the total of the first chart of the standard, by which it is drawn."""
    for chart in done.standard.charts:
        for ref in chart.total[:1]:
            row = book.blocks[ref.block].row(ref.which) if ref.block in book.blocks else None
            if row is not None:
                cell = row.cells[done.standard.blocks[ref.block].amount_index[ref.column]]
                return cell if isinstance(cell, Amount) else None
    return None


def _transfers(page: _Page) -> None:
    headings = ("往来", "单位", "方向", "科目", "金额", "", "抵销")
    page.section("单位之间的往来", headings)
    for one in page.done.transfers:
        for what, flows in (("收到", one.received), ("拨出", one.given)):
            for flow in flows:
                _flow(page, one, what, flow)
        page.texts(one.title, transfer_sentence(page.done, one), merged=True)


def _flow(page: _Page, one: Matched, what: str, flow: Flow) -> None:
    line = page.line
    name = page.done.summed.units[flow.unit].name
    subject = flow.figure.row if what == "拨出" else ""
    page.texts(one.title, name, what, subject)
    unit = unit_of_figure(page.done.standard, flow.figure)
    money = Amount(flow.fen, unit, _places(page.done, flow.figure, flow.fen))
    page.amount("E", money.decimal, money.places, line)
    if page.done.eliminated and flow.out:
        out = Amount(flow.out, unit, _places(page.done, flow.figure, flow.out))
        page.amount("G", out.decimal, out.places, line)


def transfer_sentence(done: Consolidated, one: Matched) -> str:
    """What was received and given, whether they match, what was taken out."""
    figure = (*one.received, *one.given)[0].figure
    unit = unit_of_figure(done.standard, figure).name

    def money(fen: int) -> str:
        return f"{shown(done.standard, figure, fen)}{unit}"

    said = f"收到合计{money(one.income)}，拨出合计{money(one.expense)}"
    if one.apart:
        said += (
            f"，相差{money(abs(one.apart))}，对不上：请核对两方的数，或对方不在这次汇总的单位之中"
        )
    out = sum(flow.out for flow in one.received)
    if done.eliminated and out:
        said += f"；已抵销{money(out)}"
    elif out:
        said += "；没有抵销（加 --eliminate 抵销）"
    return said + "。"


def _places(done: Consolidated, figure: Figure, fen: int) -> int:
    text = shown(done.standard, figure, fen)
    return len(text.partition(".")[2])


def _figures(page: _Page, placed: Book) -> int:
    """The lines of all figures; gives the first."""
    standard = page.done.standard
    page.section("每个数的来源", ("表", "行", "栏", "单元格", "汇总数", "单位", "其中"))
    first = page.line
    lines = source_lines(page.done, placed)
    for one in lines[:MOST_SOURCE_LINES]:
        line = page.line
        texts: list[tuple[str, str, Style]] = [
            ("A", table_name(standard, one.figure), _TEXT),
            ("B", one.row, _TEXT),
            ("C", heading_of(standard, one.figure), _TEXT),
            ("F", one.who, _TEXT),
        ]
        for letter, text, style in texts:
            page.sheet.text(f"{letter}{line}", text, replace(style, text_wrap=None))
        if one.total is not None and one.cell:
            page.sheet.link(f"D{line}", one.sheet, one.cell, _LINK, to=one.cell)
        else:
            page.sheet.text(f"D{line}", one.cell, _TEXT)
        unit = unit_of_figure(standard, one.figure)
        for letter, fen in (("E", one.total), ("G", one.fen)):
            if fen is None:
                page.sheet.blank(f"{letter}{line}", _AMOUNT)
            else:
                places = _places(page.done, one.figure, fen)
                page.amount(letter, Amount(fen, unit, places).decimal, places, line)
        page.sheet.height(line, _LINE_HEIGHT)
        page.line += 1
    if len(lines) > MOST_SOURCE_LINES:
        rest = len(lines) - MOST_SOURCE_LINES
        page.texts(f"另有{rest}行没有列出；请分几次汇总。", merged=True)
    elif lines:
        page.sheet.filter(f"A{first - 1}:{_LETTERS[-1]}{page.line - 1}")
    return first
