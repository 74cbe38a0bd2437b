"""What a workbook remembers of its typed cells: when it last passed, and when its text was generated.

A cell that differs from what is remembered, while everything else agrees, is the one to look at,
whatever the sums allow. A memory of another unit, year or standard, or one that hardly resembles the
workbook any more, counts for nothing: it came with a copied sheet, or is too old to be evidence.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import AmountError
from xlbudget.figures import Keepsake, LedgerLine
from xlbudget.money import COUNT, YUAN, Amount, parse_amount
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import unit_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from xlbudget.figures import Book, Cell, Place
    from xlbudget.standard.model import Standard


PASSED, EXPLAINED = "passed", "explained"
"""The moments: the last time that validation found no error; when the explanation was generated."""
_VERSION = 1
_LEDGER = "ledger"
"""Where the lines of the ledger stand among the blocks."""
_ALIKE = 0.5
"""A memory of which less than this share still holds is of another state of affairs."""
_FEW = 12
"""Of so few cells all may have changed."""


class Memory(NamedTuple):
    """What typed cells held at a moment: cell number in the grid -> amount, or None for a blank."""

    moment: str
    cells: Mapping[int, Cell]


def keepsake(standard: Standard, book: Book, computed: Collection[Place], moment: str) -> Keepsake:
    """The typed cells as they are now, to be kept in the workbook.

    ``computed`` are the cells that hold a formula: they follow from others and are not kept.
    """
    kept: dict[str, dict[str, list[str | None]]] = {}
    grid = Grid(standard, book)
    for number, cell in enumerate(grid.cells):
        block, row, column = grid.spot(number)
        cells = kept.setdefault(block, {}).setdefault(row.key, [])
        if len(cells) != column:
            continue  # a second row of that key: the first is the one that is found by it
        text = cell.plain if isinstance(cell, Amount) else "" if cell is None else None
        cells.append(text if grid.place(number) not in computed else None)
    head = json.dumps({**_identity(standard, book), "version": _VERSION}, ensure_ascii=False)
    body: dict[str, object] = {**kept}
    if standard.ledger is not None and book.ledger.lines:
        keys = [column.key for column in standard.ledger.columns]
        body[_LEDGER] = [
            [
                *(line.texts.get(key, "") for key in keys),
                line.amount.fen if isinstance(line.amount, Amount) else None,
            ]
            for line in book.ledger.lines
        ]
    return Keepsake(moment, head, json.dumps(body, ensure_ascii=False, separators=(",", ":")))


def recalled(grid: Grid) -> tuple[Memory, ...]:
    """The memories of the grid's book that belong to it and still resemble it."""
    memories = []
    for moment, head, body in grid.book.keepsakes:
        kept = _parsed(head, body)
        wanted = {**_identity(grid.standard, grid.book), "version": _VERSION}
        if kept is None or kept[0] != wanted:
            continue
        cells = dict(_cells(grid, kept[1]))
        same = [grid.cells[number] == then for number, then in cells.items() if then is not None]
        if len(same) <= _FEW or sum(same) >= _ALIKE * len(same):
            memories.append(Memory(moment, cells))
    return tuple(memories)


def recalled_ledgers(
    standard: Standard, book: Book
) -> Iterator[tuple[str, tuple[LedgerLine, ...]]]:
    """The lines of the ledger as they were at each moment that is remembered, without their places."""
    ledger = standard.ledger
    assert ledger is not None
    keys = [column.key for column in ledger.columns]
    for moment, head, body in book.keepsakes:
        kept = _parsed(head, body)
        if kept is None or kept[0] != {**_identity(standard, book), "version": _VERSION}:
            continue
        entries = kept[1].get(_LEDGER)
        lines = [
            LedgerLine(
                {key: text for key, text in zip(keys, texts, strict=True) if text},
                Amount(fen, YUAN) if isinstance(fen, int) else None,
            )
            for *texts, fen in (entries if isinstance(entries, list) else ())
            if len(texts) == len(keys)
        ]
        if lines:
            yield moment, tuple(lines)


def _identity(standard: Standard, book: Book) -> dict[str, object]:
    return {"standard": standard.id, "year": book.year, "unit": book.text("unit_name")}


def _parsed(head: str, body: str) -> tuple[Mapping[str, object], Mapping[str, object]] | None:
    """Head and blocks; None where somebody shortened or edited them: no memory beats a wrong one."""
    try:
        parsed = json.loads(head), json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed[0], dict) or not isinstance(parsed[1], dict):
        return None
    return parsed


def _cells(grid: Grid, blocks: Mapping[str, object]) -> Iterator[tuple[int, Cell]]:
    for block, rows in blocks.items():
        data = grid.data(block)
        if data is None or not isinstance(rows, dict):
            continue
        for key, cells in rows.items():
            if key not in data.by_key or not isinstance(cells, list):
                continue
            for number, text in zip(grid.row_numbers(block, key), cells, strict=False):
                unit = unit_of(grid, number)
                if not isinstance(text, str):
                    continue
                if text and unit == COUNT:
                    if text.lstrip("-").isdecimal():
                        yield number, Amount(int(text), COUNT, 0)
                    continue
                with suppress(AmountError):
                    yield number, parse_amount(text, unit) if text else None
