"""The figures of a source merged into a workbook's book: totals stay formulas where they agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.editing.fill import formula_keys
from xlbudget.figures import TOTAL, UNFILLED, BlockData, Row, Unreadable
from xlbudget.money import Amount
from xlbudget.rules.fill import Filled, cell_key, recomputed, statements
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import definitions, expand, open_parts, unit_of, value_of
from xlbudget.rules.unfilled import CellKey
from xlbudget.sheets.layout import INFO_SHEET

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from xlbudget.figures import Book, Cell, InfoValue
    from xlbudget.importing.imported import Question
    from xlbudget.standard.model import Block, Standard, Table
    from xlbudget.xlsx.cells import Afterwards, CellEdit

_Identity = tuple[str, str, str, int]
_FIXED = ("year", "standard")
"""Fields that say what the workbook is: an import never changes them."""
_MOST_ROUNDS = 8


class Kind(Enum):
    """What becomes of a cell that the source has, as the preview says it."""

    NEW = "新填"
    SAME = "相同"
    CHANGED = "改写"
    KEPT = "不同而保留"
    TOTAL = "与计算不同、照来源写入"
    HELD = "与计算不同、保留公式"
    TEXTS = "文字"
    LINES = "明细"
    SAME_LINES = "相同的明细"
    SUBJECTS = "科目"


_COUNTED = {Kind.TEXTS: "段", Kind.LINES: "行", Kind.SAME_LINES: "行", Kind.SUBJECTS: "个"}


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
    counts: Mapping[Kind, int]
    rows_kept: int = 0

    @property
    def sentence(self) -> str:
        """One line of the preview."""
        parts = [
            f"{kind.value}{self.counts[kind]}{_COUNTED.get(kind, '格')}"
            for kind in Kind
            if self.counts.get(kind)
        ]
        rows = f"；来源没有的{self.rows_kept}行保留" if self.rows_kept else ""
        return f"{self.title}：{'，'.join(parts) or '没有数字'}{rows}（取自{self.origin}）"


class ImportPlan(NamedTuple):
    """The edits that an import makes, what goes with them, and the preview in words.

    ``conflicts`` counts filled cells that differ and are kept because nobody asked to overwrite. ``questions``
    are open and ``unsettled`` counts what a person has to settle; ``layout`` is that of the sources.
    """

    edits: list[CellEdit]
    afterwards: Afterwards
    said: str
    tallies: tuple[Tally, ...]
    changes: tuple[Change, ...]
    left: tuple[str, ...]
    questions: tuple[Question, ...] = ()
    unsettled: int = 0
    layout: str = ""

    @property
    def conflicts(self) -> int:
        """Filled cells that differ and are kept."""
        return sum(change.kind is Kind.KEPT for change in self.changes)

    @property
    def has_list(self) -> bool:
        """Whether a source is a list of subjects."""
        return any(Kind.SUBJECTS in tally.counts for tally in self.tallies)


class Merge:
    """A source being merged into a workbook: what becomes of every cell that it has.

    ``counts`` and ``rows_kept`` (rows that only the workbook has) are by table key, ``INFO`` for all
    that is no table. ``fresh`` are cells that were blank, ``asked`` what the source has for cells with
    a formula, ``absent`` the titles of tables that the workbook does not have, ``left`` sentences on
    what found no place.
    """

    def __init__(self, standard: Standard, book: Book, *, overwrite: bool) -> None:
        self.standard, self.book, self.overwrite = standard, book, overwrite
        self.counts: defaultdict[str, Counter[Kind]] = defaultdict(Counter)
        self.rows_kept: Counter[str] = Counter()
        self.changes: list[Change] = []
        self.fresh: dict[CellKey, Cell] = {}
        self.asked: dict[CellKey, Cell] = {}
        self.edits: list[CellEdit] = []
        self.absent: list[str] = []
        self.left: list[str] = []

    def differs(
        self, key: str, label: tuple[str, str, str], now: str, source: str, cell: str = ""
    ) -> bool:
        """Note a filled cell that differs; whether it is overwritten.

        ``key`` is its table's, ``label`` its table, row and column in words.
        """
        kind = Kind.CHANGED if self.overwrite else Kind.KEPT
        self.counts[key][kind] += 1
        self.changes.append(Change(kind, *label, now, source, cell))
        return self.overwrite

    def text(
        self, key: str, label: tuple[str, str, str], now: str, source: str, cell: str = ""
    ) -> bool:
        """Whether a text of the source is to be written: where none stands, or over another one."""
        if now.strip() == source.strip():
            self.counts[key][Kind.SAME] += 1
            return False
        if not now.strip():
            self.counts[key][Kind.NEW] += 1
            return True
        return self.differs(key, label, now, source, cell)


class _BlockMerge:
    """The rows of one block; ``ours`` are cells with a formula."""

    def __init__(
        self, merge: Merge, table: Table, block: Block, ours: Collection[CellKey], *, blank: bool
    ) -> None:
        self.merge, self.table, self.block, self.ours, self.blank = merge, table, block, ours, blank

    def cell(self, row: Row, index: int, now: Cell, source: Cell, where: str) -> Cell:
        """What a cell will hold; ``now`` is what stands there, ``where`` its name (of a new row: none)."""
        key = CellKey(self.block.key, row.key, self.block.amounts[index])
        if source is None and (
            now is None or key in self.ours or (isinstance(now, Amount) and not now.fen)
        ):
            if now is None and (self.blank or not where) and key not in self.ours:
                self.merge.fresh[key] = None
            return now
        if key in self.ours:
            self.merge.asked[key] = source
            return now
        if now is None:
            self.merge.counts[self.table.key][Kind.NEW] += 1
            self.merge.fresh[key] = source
            return source
        if equal(now, source):
            self.merge.counts[self.table.key][Kind.SAME] += 1
            return now
        column = "/".join(self.block.column(key.column).heading(self.merge.book.year))
        label = (self.table.title, row.label, column)
        wins = self.merge.differs(self.table.key, label, shown(now), shown(source), where)
        return source if wins else now

    def text(self, row: Row, column: str, now: str, source: str) -> str:
        """What a text of a row will be; texts of rows are not counted as cells."""
        if not source or not now or "".join(now.split()) == "".join(source.split()):
            return now or source
        kind = Kind.CHANGED if self.merge.overwrite else Kind.KEPT
        self.merge.changes.append(Change(kind, self.table.title, row.label, column, now, source))
        return source if self.merge.overwrite else now

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


def _merge_block(
    merge: Merge, table: Table, block: Block, source: BlockData, ours: Collection[CellKey]
) -> BlockData:
    """The rows of the workbook's block with what ``source`` has; ``ours`` are cells with a formula."""
    held = merge.book.blocks[block.key]
    # Prescribed rows without figures are as good as new ones.
    merging = _BlockMerge(merge, table, block, ours, blank=held.empty)
    waiting = dict(zip(_identities(held.rows), held.rows, strict=True))
    found: dict[_Identity, Row] = {}
    added: list[Row] = []
    for identity, row in zip(_identities(source.rows), source.rows, strict=True):
        if identity in waiting:
            found[identity] = merging.row(held, waiting[identity], row)
        else:
            blank = row._replace(cells=(None,) * len(row.cells), line=0, places=())
            added.append(merging.row(BlockData.of([]), blank, row))
    rows = [found.get(identity, row) for identity, row in waiting.items()]
    merge.rows_kept[table.key] += sum(
        identity not in found and row.kind != TOTAL and any(cell is not None for cell in row.cells)
        for identity, row in waiting.items()
    )
    return BlockData.of(_ordered(block, rows, added), held.letters)


def _identities(rows: Sequence[Row]) -> list[_Identity]:
    """What a row means; the second one of the same meaning is told from the first."""
    seen: Counter[tuple[str, str, str]] = Counter()
    identities = []
    for row in rows:
        meaning = (row.kind, row.key, row.parent)
        seen[meaning] += 1
        identities.append((*meaning, seen[meaning]))
    return identities


def _ordered(block: Block, rows: list[Row], added: list[Row]) -> list[Row]:
    """Added rows where they belong: by code, below their group, before 合计; fixed ones are placed."""
    if not added:
        return rows
    totals = [row for row in (*rows, *added) if row.key == TOTAL]
    body = [row for row in rows if row.key != TOTAL]
    others = [row for row in added if row.key != TOTAL]
    if all(row.kind in ("fixed", TOTAL) for row in rows):  # the source's own order
        return [*body, *others, *totals]
    if block.body == "subject":
        return [*sorted([*body, *others], key=lambda row: row.key), *totals]
    if block.body == "fixed":
        classes = [row for row in (*body, *others) if row.kind == "class"]
        fixed = [row for row in body if row.kind != "class"]
        return [*fixed, *sorted(classes, key=lambda row: row.key), *totals]
    for row in others:
        family = [i for i, one in enumerate(body) if row.parent in (one.parent, one.key)]
        place = family[-1] + 1 if row.kind == "item" and row.parent and family else len(body)
        body.insert(place, row)
    return [*body, *totals]


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


def _merge_info(merge: Merge, source: Book, ours: Collection[CellKey]) -> dict[str, InfoValue]:
    """The fields of 基础信息 with what ``source`` has."""
    info = dict(merge.book.info)
    ledger = merge.standard.ledger
    kept = _FIXED if ledger is None else (*_FIXED, ledger.switch_field, ledger.unit_field)
    for key, given in source.info.items():
        field, now = merge.standard.fields.get(key), info.get(key)
        if field is None or now is None or field.kind in _FIXED or key in kept:
            continue
        if given.value in (None, ""):
            continue
        cell_key = CellKey(INFO, key, "value")
        if not isinstance(given.value, str) and cell_key in ours:
            merge.asked[cell_key] = given.value
            continue
        held, source_text = _info_text(now.value), _info_text(given.value)
        blank = now.value in (None, "") or (
            str(now.value) == field.default and field.kind != "amount"
        )
        same = held == source_text
        if not (blank or isinstance(now.value, str) or isinstance(given.value, str)):
            same = equal(now.value, given.value)
        if same:
            merge.counts[INFO][Kind.SAME] += 1
        elif blank:
            merge.counts[INFO][Kind.NEW] += 1
            if not isinstance(given.value, str):
                merge.fresh[cell_key] = given.value
        elif not merge.differs(
            INFO, (INFO_SHEET, field.label, "内容"), held, source_text, now.cell
        ):
            continue
        if not same:
            info[key] = now._replace(value=given.value)
    return info


def _info_text(value: str | Cell) -> str:
    return value.strip() if isinstance(value, str) else shown(value)


def merge_books(merge: Merge, source: Book, formulas: Mapping[str, Mapping[str, str]]) -> Filled:
    """The workbook's book with the figures of ``source``, of 基础信息 those that are numbers."""
    standard, book = merge.standard, merge.book
    grid = Grid(standard, book)
    defined = {
        cell_key(grid, number) for number in definitions(expand(grid, assume=True).relations)
    }
    ours = formula_keys(grid, formulas) & defined
    blocks: dict[str, BlockData] = {}
    for table in standard.tables:
        for block in table.blocks:
            if block.key not in source.blocks:
                continue
            if block.key in book.blocks:
                blocks[block.key] = _merge_block(
                    merge, table, block, source.blocks[block.key], ours
                )
            elif table.title not in merge.absent:
                merge.absent.append(table.title)
    together = book.with_blocks(blocks)._replace(info=_merge_info(merge, source, ours))
    filled = _settle(merge, together, ours)
    return filled._replace(book=filled.book._replace(notes=statements(standard, filled.book)))


def _settle(merge: Merge, book: Book, ours: Collection[CellKey]) -> Filled:
    """Which cells stay or become formulas: those that come to what the source has.

    Where details that the source has not were kept, formulas stay whatever the source's totals are.
    """
    standard = merge.standard
    hold = any(merge.rows_kept.values()) or any(
        change.kind is Kind.KEPT and change.cell for change in merge.changes
    )
    formulas = set(ours) | set(merge.fresh)
    wanted = {**merge.fresh, **merge.asked}
    typed = {
        key: now
        for key, now in _computed(standard, _typed(standard, book, wanted), wanted).items()
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
    for key, source in merge.asked.items():
        now = typed[key] if key in typed else _cell_of(standard, filled.book, key)
        if key not in typed and equal(now, source):
            blank = _cell_of(standard, merge.book, key) is None
            kind = Kind.NEW if blank else Kind.SAME
        else:
            kind = Kind.TOTAL if key in typed else Kind.HELD
            merge.changes.append(_change(standard, filled.book, key, kind, now, source))
        table = INFO if key.block == INFO else standard.blocks[key.block].table
        merge.counts[table][kind] += 1
    merge.changes += [
        _change(standard, filled.book, key, Kind.TOTAL, now, merge.fresh[key])
        for key, now in typed.items()
        if key in merge.fresh and now is not None and merge.fresh[key] is not None
    ]
    return filled


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
