"""The rows of a block in a workbook and those of a source brought together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.merge.model import Change, Kind
from xlbudget.figures import TOTAL, BlockData, Row, Unreadable
from xlbudget.fill.fill import CellKey
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from xlbudget.figures import Cell
    from xlbudget.standard.model import Block, Table

__all__ = ["Merged", "equal", "merge_block", "shown"]

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
