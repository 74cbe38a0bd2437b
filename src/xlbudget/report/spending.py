"""The structure of spending as one picture: an SVG that browsers, Word and printers show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.money import Amount, percent_text, share
from xlbudget.rules.grid import Grid
from xlbudget.standard.model import dated
from xlbudget.templates import rendered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

_WIDTH, _LABEL, _BAR, _ROW = 760, 190, 380, 34
_TOP = 64
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
    return _bars((row.label, row.cells[column]) for row in rows)


def _spending_split(standard: Standard, book: Book) -> Iterator[tuple[str, object]]:
    """Spending by its kinds (基本支出, 项目支出 …)."""
    grid = Grid(standard, book)
    for ref in standard.picture.split if standard.picture else ():
        data = grid.data(ref.block)
        row = data.row(ref.which) if data else None
        label = standard.blocks[ref.block].column(ref.column).heading(book.year)[-1]
        cell = row.cells[grid.column(ref.block, ref.column)] if row else None
        yield "".join(label.split()), cell


def _bars(pairs: Iterable[tuple[str, object]]) -> list[Bar]:
    known = [(name, cell) for name, cell in pairs if isinstance(cell, Amount) and cell.fen > 0]
    whole = sum(cell.fen for _, cell in known)
    return [Bar(name, cell, share(cell.fen, whole)) for name, cell in known]


def spending_picture(standard: Standard, book: Book) -> str:
    """The picture as SVG text; says so where there is no spending."""
    bars = spending_bars(standard, book)
    title = dated(standard.picture.title, book.year) if standard.picture else ""
    unit = bars[0].amount.unit.name if bars else standard.unit.name
    bottom = _TOP + _ROW * max(len(bars), 1)
    longest = max((bar.amount.fen for bar in bars), default=1)
    values = {
        "title": title,
        "described": "；".join(f"{bar.name}{bar.amount.text}{unit}" for bar in bars),
        "unit": unit,
        "width": _WIDTH,
        "height": bottom + 96,
        "label": _LABEL,
        "top": _TOP,
        "colours": _COLOURS,
        "percent_text": percent_text,
        "bars": [
            (bar, _TOP + at * _ROW, max(1, round(_BAR * bar.amount.fen / longest, 1)))
            for at, bar in enumerate(bars)
        ],
        "band": list(_band(_bars(_spending_split(standard, book)))),
        "band_top": bottom + 18,
    }
    return rendered(Path(__file__).parent / "templates", "spending.svg.j2", values)


def _band(split: list[Bar]) -> Iterator[tuple[Bar, float, float, str]]:
    """Every kind with where its piece of the band begins, how wide it is, and its colour."""
    left = 16.0
    for number, bar in enumerate(split):
        width = round((_WIDTH - 32) * bar.share / 10_000, 1)
        yield bar, left, width, _COLOURS[number % len(_COLOURS)]
        left += width
