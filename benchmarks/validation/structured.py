"""One slip that puts many cells wrong: shifts, missing rows, swapped rows, a table in 元."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from random_budget import STANDARD

from xlbudget.checks.validate import validate
from xlbudget.figures import BlockData
from xlbudget.findings import Level
from xlbudget.money import Amount, round_div

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from xlbudget.figures import Book, Cell, Row

__all__ = ["DAMAGES", "Damage", "Found", "structured"]


class Damage(NamedTuple):
    """A damaged book; the table's title and the rows (keys) one of which a finding must name.

    ``message`` is what the finding that puts it down to this one slip says.
    """

    book: Book
    table: str
    rows: frozenset[str]
    message: str


class Found(NamedTuple):
    """Trials; detected; the place named by an error; put down to one slip; with no other finding."""

    trials: int
    detected: int
    named: int
    understood: int
    alone: int


def _with(book: Book, block: str, rows: list[Row]) -> Book:
    return book.with_blocks({block: BlockData.of(rows, book.blocks[block].letters)})


def _title(block: str) -> str:
    return STANDARD.table(STANDARD.blocks[block].table).title


def _key(row: Row) -> str:
    return row.key.removeprefix("group:")


def _filled(row: Row) -> list[int]:
    return [at for at, cell in enumerate(row.cells) if isinstance(cell, Amount) and cell.fen]


def column_shift(rng: random.Random, book: Book) -> Damage | None:
    """All figures of a row, or those from some column on, one column to the right or left."""
    block = rng.choice(list(book.blocks))
    rows = list(book.blocks[block].rows)
    if not rows:
        return None
    at = rng.randrange(len(rows))
    cells: list[Cell] = list(rows[at].cells)
    filled = _filled(rows[at])
    if not filled:
        return None
    first = rng.choice([0, *filled])
    if rng.random() < 0.5:  # noqa: PLR2004
        if cells[-1] is not None:
            return None
        cells = [*cells[:first], None, *cells[first:-1]]
    else:
        first = max(first, 1)
        if cells[first - 1] is not None:
            return None
        cells = [*cells[: first - 1], *cells[first:], None]
    if [cell and cell.fen for cell in cells] == [cell and cell.fen for cell in rows[at].cells]:
        return None
    if block == "performance" and cells[1] is not None and rows[at].cells[1] is None:
        return None  # 结转 put with 财政拨款: some forms have only that cell, and it is right there
    key = _key(rows[at])
    rows[at] = rows[at]._replace(cells=tuple(cells))
    return Damage(_with(book, block, rows), _title(block), frozenset({key}), "栏，")


def row_shift(rng: random.Random, book: Book) -> Damage | None:
    """The figures of 3 to 6 rows, a line too low or too high; the one at the end is overwritten."""
    block = rng.choice(["expenditure", "general", "project", "performance"])
    rows = list(book.blocks[block].rows)
    length = rng.randrange(3, 7)
    if len(rows) < length + 2:
        return None
    first = rng.randrange(len(rows) - length)
    span = range(first, first + length)
    cells = [rows[at].cells for at in span]
    blank: tuple[Cell, ...] = (None,) * len(cells[0])
    moved = [blank, *cells[:-1]] if rng.random() < 0.5 else [*cells[1:], blank]  # noqa: PLR2004
    if sum(one != other for one, other in zip(cells, moved, strict=True)) < 2:  # noqa: PLR2004
        return None  # equal figures: it is a blank row, and no more
    for at, figures in zip(span, moved, strict=True):
        rows[at] = rows[at]._replace(cells=figures)
    names = frozenset(_key(rows[at]) for at in span)
    return Damage(_with(book, block, rows), _title(block), names, "行，")


def missing_row(rng: random.Random, book: Book) -> Damage | None:
    """A subject, class, project, group or form that is left out of one table."""
    block = rng.choice([key for key, data in book.blocks.items() if data.rows])
    rows = list(book.blocks[block].rows)
    open_rows = [
        at
        for at, row in enumerate(rows)
        if row.kind in ("subject", "class", "item", "group", "form") and _filled(row)
    ]
    if not open_rows:
        return None
    at = rng.choice(open_rows)
    row = rows.pop(at)
    names = {_key(row), row.parent.removeprefix("group:")}
    if row.kind == "subject":
        names |= {
            other.key for other in rows if other.key != row.key and row.key.startswith(other.key)
        }
        names |= {other.key for other in rows if other.key.startswith(row.key)}
        names.add("total")
    if row.kind == "group":
        rows = [
            one._replace(parent=_before(rows, at)) if one.parent == row.key else one for one in rows
        ]
        names |= {one.key for one in rows if one.parent == _before(rows, at)}
        names |= {_before(rows, at).removeprefix("group:"), "total"}
    return Damage(_with(book, block, rows), _title(block), frozenset(names), "")


def _before(rows: list[Row], at: int) -> str:
    """Without its group's line, an item is read as belonging to the group above."""
    return next((row.key for row in reversed(rows[:at]) if row.kind == "group"), "")


def swapped_rows(rng: random.Random, book: Book) -> Damage | None:
    """The figures of two rows, each in the other's place."""
    block = rng.choice(["summary.expense", "expenditure", "general", "project", "performance"])
    rows = list(book.blocks[block].rows)
    kinds = [at for at, row in enumerate(rows) if row.kind in ("subject", "class", "item", "form")]
    if len(kinds) < 2:  # noqa: PLR2004
        return None
    one, other = sorted(rng.sample(kinds, 2))
    if rows[one].cells == rows[other].cells:
        return None
    names = frozenset({_key(rows[one]), _key(rows[other])})
    first, second = rows[one].cells, rows[other].cells
    rows[one], rows[other] = rows[one]._replace(cells=second), rows[other]._replace(cells=first)
    return Damage(_with(book, block, rows), _title(block), names, "互换了位置")


def table_in_yuan(rng: random.Random, book: Book) -> Damage | None:
    """A whole table with amounts in 元 where 万元 is meant."""
    table = rng.choice(STANDARD.tables)
    changed: dict[str, BlockData] = {}
    filled = 0
    for block in table.blocks:
        data = book.blocks[block.key]
        rows = [
            row._replace(cells=tuple(_times(rng, cell) for cell in row.cells)) for row in data.rows
        ]
        filled += sum(len(_filled(row)) for row in data.rows)
        changed[block.key] = BlockData.of(rows, data.letters)
    if filled < 4:  # noqa: PLR2004
        return None
    names = frozenset(_key(row) for data in changed.values() for row in data.rows)
    return Damage(book.with_blocks(changed), table.title, names, "除以10,000")


def _times(rng: random.Random, cell: Cell) -> Cell:
    """The same in 元 with decimals of its own: what rounds to the cell in 万元."""
    if not isinstance(cell, Amount) or not cell.fen:
        return cell
    low, high = cell.fen - cell.ulp // 2 + 1, cell.fen + cell.ulp // 2 - 1
    exact = rng.randrange(low, high) * 10_000
    return cell._replace(fen=round_div(exact, cell.ulp) * cell.ulp)


DAMAGES: dict[str, Callable[[random.Random, Book], Damage | None]] = {
    "一行错栏": column_shift,
    "数行错行": row_shift,
    "漏一行": missing_row,
    "两行互换": swapped_rows,
    "整表写成元": table_in_yuan,
}


def structured(books: list[Book], rng: random.Random, kind: str, trials: int) -> Found:
    """``trials`` damages of one kind, to one book after another."""
    done = detected = named = understood = alone = 0
    while done < trials:
        damage = DAMAGES[kind](rng, books[done % len(books)])
        if damage is None:
            continue
        done += 1
        report = validate(STANDARD, damage.book)
        errors = [one for one in report.findings if one.level is not Level.HINT]
        detected += bool(errors)
        here = [
            one
            for one in errors
            if (one.table == damage.table and one.row in damage.rows)
            or f"也可能错在{damage.table}" in one.message
        ]
        named += bool(here)
        fits = [one for one in here if damage.message in one.message]
        understood += bool(fits)
        alone += bool(fits) and len(errors) == 1
    return Found(done, detected, named, understood, alone)
