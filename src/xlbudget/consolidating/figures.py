"""What a sum of units consists of: figures by meaning, the units' shares in each, and what needs a look."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.figures import TOTAL, Unreadable
from xlbudget.money import COUNT, Amount, Unit
from xlbudget.rules.grid import INFO
from xlbudget.standard.placeholders import without_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal
    from pathlib import Path

    from xlbudget.figures import Book, Cell, Row
    from xlbudget.findings import Status
    from xlbudget.standard.model import Standard


class Figure(NamedTuple):
    """An amount by meaning: block (``info``: a field of 基础信息), the row's key and its parent's, column."""

    block: str
    row: str
    parent: str
    column: str


class Share(NamedTuple):
    """What a unit (its position; below 0: none) has in a figure, in 分 or things."""

    unit: int
    fen: int


ROUNDED, ELIMINATED = -1, -2
"""Shares that are no unit's: what rounding the exact sum makes of it, and what was eliminated."""


class UnitBook(NamedTuple):
    """The figures of one unit, filled in to the end, and how they were judged.

    ``slack`` is the half-width, in 分, that reconciles them; ``errors`` counts its findings of that level.
    """

    name: str
    path: Path
    book: Book
    status: Status
    slack: Decimal
    errors: int = 0


class UnitText(NamedTuple):
    """A text that cannot be summed up: what it is about, whose it is, and what it says."""

    about: str
    unit: str
    text: str


class Summed(NamedTuple):
    """The sum of units: these as they were added up, its book, the shares of every figure, what needs a look.

    A figure that is nought has no shares. ``texts`` are those of the units that the sum does not have; ``limit`` is the 尾差 that the units' rounding
    allows in the sum, in 分; ``exact``: its tables follow from the units' ledgers, joined.
    """

    units: tuple[UnitBook, ...]
    book: Book
    shares: Mapping[Figure, list[Share]]
    remarks: tuple[str, ...]
    texts: tuple[UnitText, ...]
    limit: int
    exact: bool = False


def unstated(unit: UnitBook, key: str) -> bool:
    """Whether a unit's published document does not say a field of 基础信息: that is unknown, and not nought."""
    return unit.book.without_info and unit.book.number(key) is None


def figures_of(standard: Standard, book: Book) -> Iterator[tuple[Figure, Row | None, Cell]]:
    """All figures of a book with their rows; those of 基础信息 that are added up come last, without one."""
    for key, data in book.blocks.items():
        names = standard.blocks[key].amounts
        for row in data.rows:
            for name, cell in zip(names, row.cells, strict=True):
                yield Figure(key, row.key, row.parent, name), row, cell
    for field in standard.fields.values():
        if field.kind in ("amount", "count") and not field.summed:
            yield Figure(INFO, field.key, "", "value"), None, book.number(field.key)


def fens_of(standard: Standard, book: Book) -> dict[Figure, int]:
    """The amounts of a book in 分 (or things), without noughts; what stands in doubled rows is added up."""
    found: dict[Figure, int] = {}
    for figure, _, cell in figures_of(standard, book):
        if isinstance(cell, Amount) and cell.fen:
            found[figure] = found.get(figure, 0) + cell.fen
    return {figure: fen for figure, fen in found.items() if fen}


def unit_of_figure(standard: Standard, figure: Figure) -> Unit:
    """The unit in which a figure is printed."""
    if figure.block != INFO:
        return standard.blocks[figure.block].unit
    return standard.info_unit(figure.row)


def shown(standard: Standard, figure: Figure, fen: int) -> str:
    """So many 分 as a figure is printed, with all decimals that it needs."""
    unit = unit_of_figure(standard, figure)
    places = 0 if unit == COUNT else 2
    while places < unit.max_places and fen % (unit.fen // 10**places):
        places += 1
    return Amount(fen, unit, places).text


def row_name(standard: Standard, figure: Figure, row: Row | None) -> str:
    """What a figure's row is called: code and name, or its label."""
    if figure.block == INFO:
        return standard.fields[figure.row].label
    if row is None:
        return figure.row
    if row.kind == "total" or row.key == TOTAL:
        return row.label
    return f"{row.key} {row.label}".strip() if row.kind == "subject" else row.label or row.key


def column_name(standard: Standard, figure: Figure) -> str:
    """The heading of a figure's column, outermost first, without the year."""
    if figure.block == INFO:
        return ""
    label = standard.blocks[figure.block].column(figure.column).label
    return "/".join(squash(without_names(part)) for part in label)


def table_name(standard: Standard, figure: Figure) -> str:
    """The title of the table in which a figure stands."""
    if figure.block == INFO:
        return "基础信息"
    return standard.table(standard.blocks[figure.block].table).title


def added(first: Cell, second: Cell, unit: Unit) -> Cell:
    """Two cells added up: blank and an amount is the amount; what cannot be read counts for nothing."""
    cells = [one for one in (first, second) if isinstance(one, Amount)]
    if not cells:
        return None if first is None or isinstance(first, Unreadable) else first
    places = max(one.places if one.unit == unit else min(2, unit.max_places) for one in cells)
    return Amount(sum(one.fen for one in cells), unit, places)
