"""A published department against its published units: every figure that is not their sum, with cell and units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.consolidating.figures import (
    Figure,
    column_name,
    figures_of,
    row_name,
    shown,
    table_name,
    unit_of_figure,
    unstated,
)
from xlbudget.figures import Place, Unreadable
from xlbudget.money import COUNT, Amount
from xlbudget.rules.grid import INFO
from xlbudget.sheets.layout import INFO_SHEET, is_form
from xlbudget.xlsx.references import column_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.consolidating.figures import Share, Summed
    from xlbudget.figures import Book, Cell, Row
    from xlbudget.standard.model import Standard

_NAMED = 5
"""So many units are named behind a figure."""


class Difference(NamedTuple):
    """A figure that the department prints otherwise than its units come to; ``printed`` None: not at all.

    ``rounding``: it is no more than rounding explains. ``rows`` are the units' shares, the largest first.
    """

    figure: Figure
    table: str
    row: str
    column: str
    place: Place
    printed: int | None
    summed: int
    rounding: bool
    shares: tuple[tuple[str, int], ...]


class Compared(NamedTuple):
    """What a department's figures were compared to: how many agree, what differs, what was not compared."""

    name: str
    agreeing: int
    differences: tuple[Difference, ...]
    skipped: tuple[str, ...]

    @property
    def wrong(self) -> list[Difference]:
        """The differences that rounding does not explain."""
        return [one for one in self.differences if not one.rounding]


def compare(
    standard: Standard, summed: Summed, department: Book, lost: Mapping[str, str]
) -> Compared:
    """Every figure of the department against the sum of its units.

    A table that the department's file does not have, or that was ``lost`` on the way out of it (by key, why), is not
    compared, nor is a cell that could not be read. Rounding explains as much as the units' and the department's own last decimals can come to.
    """
    gone = {block.key for key in lost for block in standard.table(key).blocks}
    left = {key: data for key, data in department.blocks.items() if key not in gone}
    department = department._replace(blocks=left)
    theirs = _cells(standard, department)
    ours = _cells(standard, summed.book)
    skipped = [
        lost.get(block.table) or f"“{standard.table_of(block).title}”没有读到，没有核对。"
        for key, block in standard.blocks.items()
        if key in summed.book.blocks and key not in department.blocks
    ]
    agreeing, found = 0, []
    for figure in dict.fromkeys([*ours, *theirs]):
        mine, row = ours.get(figure, (None, None))
        printed, own_row = theirs.get(figure, (None, None))
        if not _comparable(figure, summed, department):
            continue
        name = row_name(standard, figure, own_row or row)
        if isinstance(printed, Unreadable) or isinstance(mine, Unreadable):
            skipped.append(f"“{table_name(standard, figure)}”{name}的数读不出来，没有核对。")
            continue
        total = mine.fen if isinstance(mine, Amount) else 0
        there = printed.fen if isinstance(printed, Amount) else None
        if (there or 0) == total:
            agreeing += total != 0
            continue
        shares = summed.shares.get(figure, ())
        found.append(
            Difference(
                figure,
                table_name(standard, figure),
                name,
                column_name(standard, figure),
                _place(standard, department, figure, own_row),
                there,
                total,
                abs((there or 0) - total) <= _allowed(standard, figure, shares, summed),
                tuple(_named(summed, shares)),
            )
        )
    return Compared(department.name, agreeing, tuple(found), tuple(dict.fromkeys(skipped)))


def _cells(standard: Standard, book: Book) -> dict[Figure, tuple[Cell, Row | None]]:
    """The cells of a book by meaning, names of units, groups and projects without their spaces and widths."""
    found: dict[Figure, tuple[Cell, Row | None]] = {}
    for figure, row, cell in figures_of(standard, book):
        key = figure
        if row is not None and row.kind in ("unit", "group", "item", "form"):
            key = figure._replace(row=squash(figure.row), parent=squash(figure.parent))
        if cell is not None or key not in found:
            found[key] = (cell, row)
    return found


def _comparable(figure: Figure, summed: Summed, department: Book) -> bool:
    """Whether both have the table, or the department and all units say that field of 基础信息."""
    if figure.block == INFO:
        books = (department, summed.book)
        said = all(book.number(figure.row) is not None for book in books)
        return said and not any(unstated(unit, figure.row) for unit in summed.units)
    return figure.block in department.blocks and figure.block in summed.book.blocks


def _allowed(standard: Standard, figure: Figure, shares: Sequence[Share], summed: Summed) -> int:
    """What rounding explains of a difference, in 分: half a last decimal for the department and each unit."""
    unit = unit_of_figure(standard, figure)
    if unit == COUNT:
        return 0
    half = unit.fen // 200
    return 2 * half if summed.exact else half * (len(shares) + 1)


def _named(summed: Summed, shares: Sequence[Share]) -> Iterator[tuple[str, int]]:
    units = sorted((one for one in shares if one.unit >= 0), key=lambda one: -abs(one.fen))
    for share in units[:_NAMED]:
        yield summed.units[share.unit].name, share.fen
    if len(units) > _NAMED:
        yield f"其余{len(units) - _NAMED}个单位", sum(one.fen for one in units[_NAMED:])


def _place(standard: Standard, book: Book, figure: Figure, row: Row | None) -> Place:
    """Where the department prints a figure; the table alone where it does not."""
    if figure.block == INFO:
        info = book.info.get(figure.row)
        place = book.info_place(figure.row)
        return Place(info.sheet or place.sheet, info.cell) if info is not None else place
    block = standard.blocks[figure.block]
    sheet = book.sheets.get(block.table, standard.table(block.table).sheet)
    if row is None:
        return Place(sheet, "")
    data = book.blocks[figure.block]
    return Place(sheet, data.cell_name(row, block.amount_index[figure.column]))


_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def _said(standard: Standard, place: Place, *, document: bool) -> str:
    """A cell as its reader finds it: of a document's table by line and column."""
    match = _CELL.fullmatch(place.cell)
    if not document or match is None:
        return place.cell
    forms = {table.title for table in standard.tables if is_form(table)}
    above = place.sheet in forms  # a form's title is put above its lines when they are read
    return f"第{int(match[2]) - above}行第{column_number(match[1])}列"


def sentence(standard: Standard, one: Difference, *, document: bool) -> str:
    """What differs: the cell as its reader sees it, both amounts, and the units with theirs."""
    unit = unit_of_figure(standard, one.figure).name

    def money(fen: int) -> str:
        return f"{shown(standard, one.figure, fen)}{unit}"

    cell = _said(standard, one.place, document=document)
    where = f"{one.place.sheet or INFO_SHEET}{cell}" if cell else one.table
    column = f"“{one.column}”" if one.column else ""
    what = f"{where}“{one.row}”{column}"
    printed = "没有数" if one.printed is None else f"为{money(one.printed)}"
    apart = (one.printed or 0) - one.summed
    rows = "，".join(f"{name} {shown(standard, one.figure, fen)}" for name, fen in one.shares)
    rest = f"（{rows}）" if rows else "（没有一个单位有这个数）"
    why = "，属于取整的尾差" if one.rounding else ""
    return f"{what}{printed}，各单位合计{money(one.summed)}{rest}，差{shown(standard, one.figure, apart)}{why}。"
