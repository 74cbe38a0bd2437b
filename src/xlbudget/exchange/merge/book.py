"""The figures of a source merged into a workbook's book: totals stay formulas where they agree."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import TOTAL, UNFILLED, BlockData, Row, Unreadable
from xlbudget.fill.fill import CellKey, Filled, cell_key, recomputed, statements
from xlbudget.money import Amount
from xlbudget.relations.derive import definitions, open_parts, unit_of, value_of
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import INFO, Grid
from xlbudget.workbook.fill_file import formula_keys
from xlbudget.workbook.layout import INFO_SHEET

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from xlbudget.figures import Book, Cell, InfoValue
    from xlbudget.standard.model import Block, Standard, Table
    from xlbudget.xlsx.cells import Afterwards, CellEdit


class Kind(StrEnum):
    """What becomes of a cell that the source has."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    KEPT = "kept"
    TOTAL = "total"
    HELD = "held"
    TEXTS = "texts"

    @property
    def chinese(self) -> str:
        """For the preview."""
        return {
            "new": "新填",
            "same": "相同",
            "changed": "改写",
            "kept": "不同而保留",
            "total": "与计算不同、照来源写入",
            "held": "与计算不同、保留公式",
            "texts": "文字",
        }[self.value]


class Change(NamedTuple):
    """A cell that differs: its table, row and column in words, what stands there, what the source has."""

    kind: Kind
    table: str
    row: str
    column: str
    now: str
    source: str
    cell: str = ""

    @property
    def sentence(self) -> str:
        """For the preview."""
        where = f"{self.table} {self.cell}".rstrip()
        what = f"{where}（{self.row}／{self.column}）"
        now, source = self.now or "空白", self.source or "空白"
        if self.kind is Kind.KEPT:
            return f"{what}：工作簿里是 {now}，来源是 {source}，没有改动。"
        if self.kind is Kind.CHANGED:
            return f"{what}：由 {now} 改为 {source}。"
        if self.kind is Kind.TOTAL:
            return f"{what}：来源是 {source}，按明细计算是 {now}，照来源写入。"
        return f"{what}：来源是 {source}，公式算出 {now}，保留公式。"


class Tally(NamedTuple):
    """How many cells of one table (or of 基础信息) become what, and where they come from."""

    title: str
    origin: str
    counts: dict[Kind, int]
    rows_kept: int = 0

    @property
    def sentence(self) -> str:
        """One line of the preview."""
        parts = [
            f"{kind.chinese}{self.counts[kind]}{'段' if kind is Kind.TEXTS else '格'}"
            for kind in Kind
            if self.counts.get(kind)
        ]
        rows = f"；来源没有的{self.rows_kept}行保留" if self.rows_kept else ""
        return f"{self.title}：{'，'.join(parts) or '没有数字'}{rows}（取自{self.origin}）"


class ImportPlan(NamedTuple):
    """The edits that an import makes, what goes with them, and the preview in words.

    ``conflicts`` counts filled cells that differ and are kept because nobody asked to overwrite.
    """

    edits: list[CellEdit]
    afterwards: Afterwards
    said: str
    tallies: tuple[Tally, ...]
    changes: tuple[Change, ...]
    left: tuple[str, ...]

    @property
    def conflicts(self) -> int:
        """Filled cells that differ and are kept."""
        return sum(one.kind is Kind.KEPT for one in self.changes)


_Identity = tuple[str, str, str, int]


class Merged(NamedTuple):
    """The rows that result, the fate of every cell of the source, and what differs.

    ``fresh`` are cells that were blank, ``asked`` what the source has for cells with a formula.
    """

    data: BlockData
    counts: dict[Kind, int]
    changes: list[Change]
    fresh: dict[CellKey, Cell]
    asked: dict[CellKey, Cell]
    rows_kept: int


class _Merging:
    def __init__(
        self, table: Table, block: Block, ours: Collection[CellKey], *, overwrite: bool, year: int
    ) -> None:
        self.table, self.block, self.ours = table, block, ours
        self.overwrite, self.year = overwrite, year
        self.counts: dict[Kind, int] = {}
        self.changes: list[Change] = []
        self.fresh: dict[CellKey, Cell] = {}
        self.asked: dict[CellKey, Cell] = {}
        self.blank = False

    def count(self, kind: Kind) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def cell(self, row: Row, index: int, now: Cell, source: Cell, where: str) -> Cell:
        """What a cell will hold; ``now`` is what stands there, ``where`` its name (of a new row: none)."""
        key = CellKey(self.block.key, row.key, self.block.amounts[index])
        if source is None and (now is None or key in self.ours or _zero(now)):
            if now is None and (self.blank or not where) and key not in self.ours:
                self.fresh[key] = None
            return now
        if key in self.ours:
            self.asked[key] = source
            return now
        if now is None:
            self.fresh[key] = source
            self.count(Kind.NEW)
            return source
        if equal(now, source):
            self.count(Kind.SAME)
            return now
        kind = Kind.CHANGED if self.overwrite else Kind.KEPT
        self.count(kind)
        column = "/".join(self.block.column(key.column).heading(self.year))
        change = Change(kind, self.table.title, row.label, column, shown(now), shown(source), where)
        self.changes.append(change)
        return source if self.overwrite else now

    def text(self, row: Row, column: str, now: str, source: str) -> str:
        """What a text of a row will be."""
        if not source or not now:
            return now or source
        if _plain(now) == _plain(source):
            return now
        kind = Kind.CHANGED if self.overwrite else Kind.KEPT
        self.changes.append(Change(kind, self.table.title, row.label, column, now, source))
        return source if self.overwrite else now

    def row(self, data: BlockData, now: Row, source: Row) -> Row:
        """Two rows of one meaning."""
        cells = tuple(
            self.cell(now, index, held, given, data.cell_name(now, index))
            for index, (held, given) in enumerate(zip(now.cells, source.cells, strict=True))
        )
        label = now.label
        if now.kind == "subject":
            label = self.text(now, "名称", now.label, source.label)
        columns = [self.block.columns[index].label[-1] for index in self.block.of_kind("text")]
        texts = tuple(
            self.text(now, column, held, given)
            for column, held, given in zip(columns, now.texts, source.texts, strict=False)
        )
        return now._replace(cells=cells, label=label, texts=texts)


def merge_block(
    table: Table,
    block: Block,
    held: BlockData,
    source: BlockData,
    ours: Collection[CellKey],
    *,
    overwrite: bool,
    year: int,
) -> Merged:
    """The rows of ``held`` with what ``source`` has; ``ours`` are cells with a formula."""
    merging = _Merging(table, block, ours, overwrite=overwrite, year=year)
    if held.empty:  # prescribed rows without figures: as good as new ones
        merging.blank = True
    waiting = dict(zip(_identities(held.rows), held.rows, strict=True))
    found: dict[_Identity, Row] = {}
    added: list[Row] = []
    for identity, row in zip(_identities(source.rows), source.rows, strict=True):
        now = waiting.get(identity)
        if now is None:
            blank = row._replace(cells=(None,) * len(row.cells), line=0, places=())
            found_row = merging.row(BlockData.of([]), blank, row)
            added.append(found_row)
        else:
            found[identity] = merging.row(held, now, row)
    rows = [found.get(identity, row) for identity, row in waiting.items()]
    kept = sum(
        1
        for identity, row in waiting.items()
        if identity not in found and row.kind != TOTAL and any(one is not None for one in row.cells)
    )
    together = _ordered(block, rows, added)
    data = BlockData.of(together, held.letters)
    return Merged(data, merging.counts, merging.changes, merging.fresh, merging.asked, kept)


def _identities(rows: Sequence[Row]) -> list[_Identity]:
    """What a row means; the second one of the same meaning is told from the first."""
    seen: dict[tuple[str, str, str], int] = {}
    found = []
    for row in rows:
        key = (row.kind, row.key, row.parent)
        seen[key] = seen.get(key, 0) + 1
        found.append((*key, seen[key]))
    return found


def _ordered(block: Block, rows: list[Row], added: list[Row]) -> list[Row]:
    """Added rows where they belong: by code, below their group, before 合计; fixed ones are placed."""
    if not added:
        return rows
    own = [row for row in rows if row.kind not in ("fixed", TOTAL)]
    totals = [row for row in (*rows, *added) if row.key == TOTAL]
    others = [row for row in added if row.key != TOTAL]
    if not own:  # the source's own order
        fixed = [row for row in rows if row.key != TOTAL]
        return [*fixed, *others, *totals]
    body = [row for row in rows if row.key != TOTAL]
    if block.body == "subject":
        return [*sorted([*body, *others], key=lambda row: row.key), *totals]
    if block.body == "fixed":
        classes = sorted(
            (row for row in [*body, *others] if row.kind == "class"), key=lambda row: row.key
        )
        return [*(row for row in body if row.kind != "class"), *classes, *totals]
    for row in others:
        family = [i for i, one in enumerate(body) if row.parent in (one.parent, one.key)]
        place = family[-1] + 1 if row.kind == "item" and row.parent and family else len(body)
        body.insert(place, row)
    return [*body, *totals]


def _zero(cell: Cell) -> bool:
    """Whether a cell says that there is nothing."""
    return isinstance(cell, Amount) and cell.fen == 0


def equal(one: Cell, other: Cell) -> bool:
    """The same money, however it is printed."""
    if one is None or other is None or isinstance(one, Unreadable) or isinstance(other, Unreadable):
        return one == other
    return one.fen == other.fen


def shown(cell: Cell) -> str:
    """A cell as the preview shows it."""
    if cell is None:
        return ""
    return cell.raw if isinstance(cell, Unreadable) else cell.text


def _plain(text: str) -> str:
    return "".join(text.split())


_FIXED = ("year", "standard")
"""Fields that say what the workbook is: an import never changes them."""


class MergedInfo(NamedTuple):
    """The fields that result, the fate of those of the source, and what differs."""

    info: dict[str, InfoValue]
    counts: dict[Kind, int]
    changes: list[Change]
    fresh: dict[CellKey, Cell]
    asked: dict[CellKey, Cell]


def merge_info(
    standard: Standard, book: Book, source: Book, ours: Collection[CellKey], *, overwrite: bool
) -> MergedInfo:
    """The fields of ``book`` with what ``source`` has."""
    result = MergedInfo(dict(book.info), {}, [], {}, {})
    for key, given in source.info.items():
        field = standard.fields.get(key)
        now = book.info.get(key)
        if field is None or now is None or field.kind in _FIXED or key in _FIXED:
            continue
        if given.value in (None, ""):
            continue
        cell_key = CellKey(INFO, key, "value")
        if not isinstance(given.value, str) and cell_key in ours:
            result.asked[cell_key] = given.value
            continue
        if now.value in (None, "") or (str(now.value) == field.default and field.kind != "amount"):
            kind = Kind.NEW if _shown(now) != _shown(given) else Kind.SAME
        elif _same(now, given):
            kind = Kind.SAME
        else:
            kind = Kind.CHANGED if overwrite else Kind.KEPT
            change = Change(
                kind, INFO_SHEET, field.label, "内容", _shown(now), _shown(given), now.cell
            )
            result.changes.append(change)
        result.counts[kind] = result.counts.get(kind, 0) + 1
        if kind in (Kind.NEW, Kind.CHANGED):
            result.info[key] = now._replace(value=given.value)
            if kind is Kind.NEW and not isinstance(given.value, str):
                result.fresh[cell_key] = given.value
    return result


def _same(now: InfoValue, given: InfoValue) -> bool:
    if isinstance(now.value, str) or isinstance(given.value, str):
        return _shown(now) == _shown(given)
    return equal(now.value, given.value)


def _shown(value: InfoValue) -> str:
    return value.value.strip() if isinstance(value.value, str) else shown(value.value)


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
