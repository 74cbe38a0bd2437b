"""The figures of a source merged into a workbook's book: totals stay formulas where they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.merge.info import merge_info
from xlbudget.exchange.merge.model import Change, Kind
from xlbudget.exchange.merge.rows import equal, merge_block, shown
from xlbudget.figures import UNFILLED, BlockData
from xlbudget.fill.fill import CellKey, Filled, cell_key, recomputed, statements
from xlbudget.relations.derive import definitions, open_parts, unit_of, value_of
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import INFO, Grid
from xlbudget.workbook.fill_file import formula_keys
from xlbudget.workbook.layout import INFO_SHEET

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Standard

__all__ = ["MergedBook", "merge_books"]

_MOST_ROUNDS = 8


class MergedBook(NamedTuple):
    """The merged book with its formulas; per table key the counts and the rows that only it has."""

    filled: Filled
    counts: dict[str, dict[Kind, int]]
    rows_kept: dict[str, int]
    changes: list[Change]
    absent: tuple[str, ...]


def merge_books(
    standard: Standard,
    book: Book,
    source: Book,
    formulas: Mapping[str, Mapping[str, str]],
    *,
    overwrite: bool,
) -> MergedBook:
    """``book`` with the figures of ``source``; of 基础信息 those that are numbers."""
    grid = Grid(standard, book)
    with_formula = formula_keys(grid, formulas)
    defined = {
        cell_key(grid, number) for number in definitions(expand(grid, assume=True).relations)
    }
    ours = with_formula & defined
    counts: dict[str, dict[Kind, int]] = {}
    kept: dict[str, int] = {}
    changes: list[Change] = []
    fresh: dict[CellKey, Cell] = {}
    asked: dict[CellKey, Cell] = {}
    blocks: dict[str, BlockData] = {}
    absent: list[str] = []
    for table in standard.tables:
        for block in table.blocks:
            given = source.blocks.get(block.key)
            if given is None:
                continue
            if block.key not in book.blocks:
                absent.append(table.title)
                continue
            merged = merge_block(
                table,
                block,
                book.blocks[block.key],
                given,
                ours,
                overwrite=overwrite,
                year=book.year,
            )
            blocks[block.key] = merged.data
            tally = counts.setdefault(table.key, {})
            for kind, number in merged.counts.items():
                tally[kind] = tally.get(kind, 0) + number
            kept[table.key] = kept.get(table.key, 0) + merged.rows_kept
            changes += merged.changes
            fresh |= merged.fresh
            asked |= merged.asked
    together = book.with_blocks(blocks)
    info = merge_info(standard, book, source, ours, overwrite=overwrite)
    together = together._replace(info=info.info)
    counts[INFO] = info.counts
    changes += info.changes
    fresh |= info.fresh
    asked |= info.asked
    hold = any(kept.values()) or any(one.kind is Kind.KEPT and one.cell for one in changes)
    settled = _settle(standard, together, ours, fresh, asked, hold=hold)
    for change, key in settled.changes:
        changes.append(change)
        tally = counts.setdefault(_table_key(standard, key), {})
        tally[change.kind] = tally.get(change.kind, 0) + 1
    changes += settled.more
    for key in settled.agreeing:
        tally = counts.setdefault(_table_key(standard, key), {})
        kind = Kind.SAME if _cell_of(standard, book, key) is not None else Kind.NEW
        tally[kind] = tally.get(kind, 0) + 1
    filled = settled.filled
    final = filled.book._replace(notes=statements(standard, filled.book))
    return MergedBook(
        filled._replace(book=final), counts, kept, changes, tuple(dict.fromkeys(absent))
    )


class _Settled(NamedTuple):
    filled: Filled
    changes: list[tuple[Change, CellKey]]
    agreeing: list[CellKey]
    more: list[Change]


def _settle(
    standard: Standard,
    book: Book,
    ours: Collection[CellKey],
    fresh: Mapping[CellKey, Cell],
    asked: Mapping[CellKey, Cell],
    *,
    hold: bool,
) -> _Settled:
    """Which cells stay or become formulas: those that come to what the source has.

    ``hold``: details that the source has not were kept, so formulas stay whatever the source's totals are.
    """
    formulas = set(ours) | set(fresh)
    wanted = {**fresh, **asked}
    printed = _typed(standard, book, wanted)
    typed = {
        key: now
        for key, now in _computed(standard, printed, wanted).items()
        if not equal(now, wanted[key]) and not (hold and key in ours)
    }
    for _ in range(_MOST_ROUNDS):
        formulas -= typed.keys()
        standing = {key: wanted[key] for key in typed}
        filled = recomputed(standard, _typed(standard, book, standing), formulas)
        wrong = {
            key: now
            for key in filled.derived & wanted.keys()
            if not equal(now := _cell_of(standard, filled.book, key), wanted[key])
            and not (hold and key in ours)
        }
        if not wrong:
            break
        typed |= wrong
    changes: list[tuple[Change, CellKey]] = []
    agreeing: list[CellKey] = []
    more: list[Change] = []
    for key, source in asked.items():
        now = typed[key] if key in typed else _cell_of(standard, filled.book, key)
        if key in typed:
            changes.append((_change(standard, filled.book, key, Kind.TOTAL, now, source), key))
        elif equal(now, source):
            agreeing.append(key)
        else:
            changes.append((_change(standard, filled.book, key, Kind.HELD, now, source), key))
    for key, now in typed.items():
        if key in fresh and now is not None and fresh[key] is not None:
            more.append(_change(standard, filled.book, key, Kind.TOTAL, now, fresh[key]))
    return _Settled(filled, changes, agreeing, more)


def _computed(
    standard: Standard, book: Book, wanted: Mapping[CellKey, Cell]
) -> dict[CellKey, Cell]:
    """What each rule gives for a wanted cell when all others are as printed.

    What follows from an amount that is not divided yet is blank, as its formula shows it.
    """
    grid = Grid(standard, book)
    cells = list(grid.cells)
    for number in open_parts(grid, cells):
        cells[number] = UNFILLED
    found = {}
    for number, relation in definitions(expand(grid).relations).items():
        key = cell_key(grid, number)
        if key in wanted:
            now = value_of(relation, cells, unit_of(grid, number))
            found[key] = None if now == UNFILLED else now
    return found


def _change(
    standard: Standard, book: Book, key: CellKey, kind: Kind, now: Cell, source: Cell
) -> Change:
    if key.block == INFO:
        label = standard.fields[key.row].label
        cell = book.info[key.row].cell
        return Change(kind, INFO_SHEET, label, "内容", shown(now), shown(source), cell)
    block = standard.blocks[key.block]
    data = book.blocks[key.block]
    row = data.row(key.row)
    assert row is not None
    column = "/".join(block.column(key.column).heading(book.year))
    cell = data.cell_name(row, block.amount_index[key.column])
    title = standard.table_of(block).title
    return Change(kind, title, row.label, column, shown(now), shown(source), cell)


def _table_key(standard: Standard, key: CellKey) -> str:
    return INFO if key.block == INFO else standard.blocks[key.block].table


def _cell_of(standard: Standard, book: Book, key: CellKey) -> Cell:
    if key.block == INFO:
        return book.number(key.row)
    data = book.blocks.get(key.block)
    row = data.row(key.row) if data else None
    return row.cells[standard.blocks[key.block].amount_index[key.column]] if row else None


def _typed(standard: Standard, book: Book, values: Mapping[CellKey, Cell]) -> Book:
    """The book with some cells set."""
    blocks: dict[str, BlockData] = {}
    info = dict(book.info)
    for key, value in values.items():
        if key.block == INFO and key.row in info:
            info[key.row] = info[key.row]._replace(value=value)
    for block in {key.block for key in values} - {INFO}:
        columns = standard.blocks[block].amounts
        data = book.blocks[block]
        rows = []
        seen: set[str] = set()
        for row in data.rows:
            cells = [
                values.get(CellKey(block, row.key, column), held) if row.key not in seen else held
                for column, held in zip(columns, row.cells, strict=True)
            ]
            seen.add(row.key)
            rows.append(row._replace(cells=tuple(cells)))
        blocks[block] = BlockData.of(rows, data.letters)
    return book.with_blocks(blocks)._replace(info=info)
