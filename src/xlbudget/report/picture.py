"""The structure of spending as one picture: an SVG that browsers, Word and printers show."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.money import Amount, percent_text, share
from xlbudget.relations.grid import Grid

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.equations import Ref
    from xlbudget.standard.model import Standard

__all__ = ["Bar", "spending_bars", "spending_picture", "spending_split"]

_WIDTH, _LABEL, _BAR, _ROW = 760, 190, 380, 34
_TOP = 64
_FONTS = "'Microsoft YaHei','PingFang SC','Noto Sans CJK SC','SimSun',sans-serif"
_COLOURS = ("#2f5597", "#8faadc", "#c9a227", "#7f7f7f", "#a9a9a9")


class Bar(NamedTuple):
    """One part of spending: its name, the amount, its share in hundredths of a percent."""

    name: str
    amount: Amount
    share: int


def spending_bars(standard: Standard, book: Book) -> list[Bar]:
    """The classes with money, in the order of their codes."""
    if standard.picture is None:
        return []
    grid, ref = Grid(standard, book), standard.picture.bars
    data = grid.data(ref.block)
    rows = [data.rows[position] for position in grid.select(ref.block, ref.which)] if data else []
    column = grid.column(ref.block, ref.column)
    return _bars([(row.label, row.cells[column]) for row in rows])


def spending_split(standard: Standard, book: Book) -> list[Bar]:
    """Spending by its kinds (基本支出, 项目支出 …), those with money."""
    if standard.picture is None:
        return []
    grid = Grid(standard, book)
    return _bars([_cell(standard, grid, ref) for ref in standard.picture.split])


def _cell(standard: Standard, grid: Grid, ref: Ref) -> tuple[str, object]:
    data = grid.data(ref.block)
    row = data.row(ref.which) if data else None
    name = "".join(standard.blocks[ref.block].column(ref.column).label[-1].split())
    return name, row.cells[grid.column(ref.block, ref.column)] if row else None


def _bars(pairs: list[tuple[str, object]]) -> list[Bar]:
    found = [(name, cell) for name, cell in pairs if isinstance(cell, Amount) and cell.fen > 0]
    whole = sum(cell.fen for _, cell in found)
    return [Bar(name, cell, share(cell.fen, whole)) for name, cell in found]


def spending_picture(standard: Standard, book: Book) -> str:
    """The picture as SVG text; says so where there is no spending."""
    bars, split = spending_bars(standard, book), spending_split(standard, book)
    title = standard.picture.title.replace("{year}", str(book.year)) if standard.picture else ""
    unit = bars[0].amount.unit.name if bars else standard.unit.name
    height = _TOP + _ROW * max(len(bars), 1) + 96
    described = "；".join(f"{bar.name}{bar.amount.text}{unit}" for bar in bars)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
            f'font-family="{escape(_FONTS)}" font-size="14" fill="#222">'
        ),
        f"<title>{escape(title)}</title><desc>{escape(described or '没有支出')}</desc>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{_WIDTH / 2}" y="28" font-size="18" text-anchor="middle">{escape(title)}</text>',
        f'<text x="{_WIDTH - 16}" y="50" font-size="12" text-anchor="end">单位：{unit}</text>',
    ]
    if not bars:
        lines.append(f'<text x="{_WIDTH / 2}" y="{_TOP + 20}" text-anchor="middle">没有支出</text>')
    longest = max((bar.amount.fen for bar in bars), default=1)
    for number, bar in enumerate(bars):
        top = _TOP + number * _ROW
        length = max(1, round(_BAR * bar.amount.fen / longest, 1))
        lines += [
            f'<text x="{_LABEL - 8}" y="{top + 17}" text-anchor="end">{escape(bar.name)}</text>',
            f'<rect x="{_LABEL}" y="{top + 3}" width="{length}" height="20" fill="{_COLOURS[0]}"/>',
            (
                f'<text x="{_LABEL + length + 6}" y="{top + 17}">{bar.amount.text}'
                f"（{percent_text(bar.share)}）</text>"
            ),
        ]
    lines += _band(split, _TOP + _ROW * max(len(bars), 1) + 18)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _band(split: list[Bar], top: int) -> list[str]:
    """One band over the whole width, divided by kind, with its legend below."""
    lines, left, legend = [], 16.0, 16
    for number, bar in enumerate(split):
        width = round((_WIDTH - 32) * bar.share / 10_000, 1)
        colour = _COLOURS[number % len(_COLOURS)]
        text = f"{bar.name} {bar.amount.text}（{percent_text(bar.share)}）"
        lines += [
            f'<rect x="{left}" y="{top}" width="{width}" height="22" fill="{colour}" stroke="#fff"/>',
            f'<rect x="{legend}" y="{top + 36}" width="12" height="12" fill="{colour}"/>',
            f'<text x="{legend + 18}" y="{top + 47}" font-size="13">{escape(text)}</text>',
        ]
        left += width
        legend += 250
    return lines
