"""Rows that one table lacks and another has: put in, with the figures that other tables give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.look import look
from xlbudget.checks.missing import completed
from xlbudget.checks.wording import column_label
from xlbudget.figures import TOTAL, Unreadable
from xlbudget.findings import Finding, Level
from xlbudget.money import Amount
from xlbudget.relations.derive import unit_of
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import INFO, Grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.checks.follow import Formulas
    from xlbudget.figures import Book
    from xlbudget.relations.expand import Gap, Relation
    from xlbudget.standard.model import Standard

__all__ = ["missing_rows"]

_MOST = 3
"""With more rows missing, the tables are unfinished or of different versions."""


def missing_rows(
    standard: Standard, book: Book, formulas: Formulas
) -> Iterator[tuple[Finding, Book]]:
    """A finding for each row that is missing, and the book with it and those before."""
    if not _gaps(Grid(standard, book)):
        return
    followed = formulas.following(book)
    if look(standard, followed).found.virtual is not None:
        return  # a table that is not filled in to its end lacks rows, and is told as that
    grid = Grid(standard, followed)
    gaps = _gaps(grid)
    if not gaps:
        return
    done = completed(grid, gaps)
    if done.renamed or not done.added or len({key for _, key in done.added}) > _MOST:
        return
    if any(book.blocks[block].empty for block, _ in done.added):
        return
    whole = Grid(standard, done.book)
    new = {
        number: (block, key)
        for block, key in done.added
        for number in whole.row_numbers(block, key)
    }
    cells = list(whole.cells)
    known = _settled(whole, new)
    for number in new:
        cells[number] = known.get(number, Unreadable("缺行"))
    mended = whole.as_book(cells)
    for (block, key), gap in done.added.items():
        numbers = whole.row_numbers(block, key)
        yield (
            _finding(whole, gap, {number: known[number] for number in numbers if number in known}),
            mended,
        )


def _gaps(grid: Grid) -> list[Gap]:
    return [one for one in expand(grid, live_only=True).gaps if one.key != TOTAL]


def _settled(grid: Grid, new: dict[int, tuple[str, str]]) -> dict[int, Amount]:
    """What other tables' figures make of the new cells; sums of the same table may lack the row."""
    relations = [
        one
        for one in expand(grid).relations
        if one.equation.check and one.equation.relation == "=" and not one.rule.soft
        and any(cell in new for _, cell in one.terms) and _apart(grid, one, new)
    ]  # fmt: skip
    known: dict[int, Amount] = {}
    while True:
        found = {}
        for one in relations:
            lost = [(sign, cell) for sign, cell in one.terms if cell in new and cell not in known]
            if len(lost) != 1:
                continue
            value = _solved(grid, one, lost[0], known)
            if value is not None:
                found[lost[0][1]] = value
        if not found:
            return known
        known |= found


def _apart(grid: Grid, one: Relation, new: dict[int, tuple[str, str]]) -> bool:
    """Whether a relation has, of the table with the new row, only cells of that row."""
    home = {new[cell] for _, cell in one.terms if cell in new}
    blocks = {block for block, _ in home}
    return all(cell in new or grid.block_of(cell) not in blocks for _, cell in one.terms)


def _solved(
    grid: Grid, one: Relation, lost: tuple[int, int], known: dict[int, Amount]
) -> Amount | None:
    total, amounts = 0, 0
    for sign, cell in one.terms:
        if cell == lost[1]:
            continue
        value = known.get(cell, grid.cells[cell])
        if isinstance(value, Unreadable):
            return None
        if isinstance(value, Amount):
            total += sign * value.fen
            amounts += 1
    return Amount(-lost[0] * total, unit_of(grid, lost[1])) if amounts else None


def _finding(grid: Grid, gap: Gap, known: dict[int, Amount]) -> Finding:
    standard, book = grid.standard, grid.book
    data, there = book.blocks[gap.absent], grid.data(gap.present)
    row = there.row(gap.key) if there is not None and gap.present != INFO else None
    name = gap.key.removeprefix("group:")
    if row is not None and row.kind == "subject":
        name = f"{row.key} {row.label}"
    table = standard.table(standard.blocks[gap.absent].table)
    has = standard.table(standard.blocks[gap.present].table).title if row else "基础信息"
    position = data.by_key[gap.key]
    below = (one.line for one in data.rows[position:] if one.line)
    line = next(below, max((one.line for one in data.rows), default=0))
    figures = "、".join(
        f"{column_label(grid, number)} {value.text}" for number, value in known.items() if value.fen
    )
    body = standard.blocks[gap.absent].body
    what = "这个项目的绩效目标表" if body == "form" else "这一行"
    message = (
        f"{has}有“{name}”，{table.title}却没有{what}；请补上"
        f"{f'（按其余各表：{figures}）' if figures else ''}，或核对名称、编码是否一致。"
    )
    return Finding(
        gap.rule.code, Level(gap.rule.level), message, table.title,
        book.sheets.get(table.key, table.sheet), f"A{line}" if line else "", name.split(" ")[0],
    )  # fmt: skip
