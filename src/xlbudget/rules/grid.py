"""All amount cells of a workbook in one flat list, so that relations speak of small integers."""

from __future__ import annotations

from collections import Counter
from copy import copy
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from xlbudget.figures import BlockData, Cell, InfoValue, Place, Row
from xlbudget.standard.model import ONE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from xlbudget.figures import Book
    from xlbudget.money import Amount
    from xlbudget.rules.unfilled import Virtual
    from xlbudget.standard.model import Column, Ref, Standard


T = TypeVar("T")

INFO = "info"
"""The pseudo-block whose rows are the fields of 基础信息 and whose only column is ``value``."""


class Spot(NamedTuple):
    """A cell by meaning: block key, row and amount column (position in the block's amounts)."""

    block: str
    row: Row
    column: int


class Grid:
    """The cells of a book, numbered; ``cells[number]`` is the value.

    Numbers are given block by block, row by row, in the order of the amount columns; those of
    基础信息 come last. ``lacking`` are rows (block, key) known to be missing beside another table's, and
    ``corrected`` what cells should hold that are known to be wrong; of ``open_cells`` one is wrong, or
    they follow from such a one. ``as_read``: the cells are the book's. ``functions`` are derived cells known to hold a formula, ``virtual`` is what
    is not filled in yet.
    """

    def __init__(self, standard: Standard, book: Book) -> None:
        self.standard, self.book = standard, book
        self.cells: list[Cell] = []
        self.base: dict[str, int] = {}
        self.width: dict[str, int] = {}
        self._owner: list[str] = []
        for key, data in book.blocks.items():
            self._add(key, data, len(standard.blocks[key].amounts))
        fields = [field for field in standard.fields.values() if field.kind in ("amount", "count")]
        self._info = BlockData.of(
            [Row(field.key, "info", field.label, (book.number(field.key),)) for field in fields]
        )
        self._add(INFO, self._info, 1)
        self.lacking: frozenset[tuple[str, str]] = frozenset()
        self.corrected: Mapping[int, Cell] = {}
        self.open_cells: Collection[int] = ()
        self.functions: Collection[int] = ()
        self.virtual: Virtual | None = None
        self._select: dict[tuple[str, str], list[int]] = {}
        self._trees: dict[str, dict[int, list[int]]] = {}
        self._sheets: dict[str, str] = {}
        self.as_read = True
        self.made: dict[object, object] = {}

    def _add(self, key: str, data: BlockData, width: int) -> None:
        self.base[key], self.width[key] = len(self.cells), width
        for row in data.rows:
            self.cells.extend(row.cells)
        self._owner.extend([key] * (len(self.cells) - self.base[key]))

    def data(self, block: str) -> BlockData | None:
        """The rows of a block, or None where its sheet is missing."""
        return self._info if block == INFO else self.book.blocks.get(block)

    def column(self, block: str, column: str) -> int:
        """Position of an amount column."""
        return 0 if block == INFO else self.standard.blocks[block].amount_index[column]

    def number(self, block: str, row: int, column: int) -> int:
        """The number of a cell."""
        return self.base[block] + row * self.width[block] + column

    def numbers_of(self, ref: Ref) -> list[int]:
        """The cells that a reference means, row by row."""
        data = self.data(ref.block)
        if data is None:
            return []
        if ref.how == ONE:
            rows = [data.by_key[ref.which]] if ref.which in data.by_key else []
        else:
            rows = self.select(ref.block, ref.which)
        every = ref.column == "*"
        columns = range(self.width[ref.block]) if every else [self.column(ref.block, ref.column)]
        return [self.number(ref.block, row, column) for row in rows for column in columns]

    def live_columns(self) -> set[int]:
        """The first cell of every column in which anything stands."""
        live: set[int] = set()
        starts = [*self.base.values(), len(self.cells)]
        for (base, end), width in zip(pairwise(starts), self.width.values(), strict=True):
            for column in range(base, base + width):
                if any(cell is not None for cell in self.cells[column:end:width]):
                    live.add(column)
        return live

    def block_of(self, number: int) -> str:
        """The block in which a cell stands."""
        return self._owner[number]

    def end(self, block: str) -> int:
        """The number after a block's last cell."""
        data = self.data(block)
        return self.base[block] + (len(data.rows) if data else 0) * self.width[block]

    def row_numbers(self, block: str, key: str) -> range:
        """The numbers of the cells of a row."""
        data = self.data(block)
        assert data is not None
        first = self.number(block, data.by_key[key], 0)
        return range(first, first + self.width[block])

    def number_at(self, block: str, key: str, column: str | int) -> int | None:
        """The number of a cell by its row's key and its column (or the column's position); None if not there."""
        data = self.data(block)
        position = data.by_key.get(key) if data is not None else None
        if position is None:
            return None
        at = self.column(block, column) if isinstance(column, str) else column
        return self.number(block, position, at)

    def number_in(self, other: Grid, number: int) -> int | None:
        """The number in ``other`` of the cell that has ``number`` here; None if its row is not there."""
        if other is self:
            return number
        block, row, column = self.spot(number)
        return other.number_at(block, row.key, column)

    def is_another_subject(self, block: str, position: int) -> bool:
        """Whether a row's code and its name speak of different things, so that the code alone proves nothing.

        What a rule says of 30212 (travel abroad) is not true of a row with that code and the name of something
        else; the name is reported by itself. A name that has half of its signs in common is a spelling of it.
        """
        data = self.data(block)
        row = data.rows[position] if data is not None else None
        if row is None or row.kind != "subject" or not row.label:
            return False
        known = self.standard.subjects[self.standard.blocks[block].subjects].find(
            row.key, self.book.year
        )
        if known is None:
            return False
        printed = Counter(row.label)
        names = map(Counter, (known.name, *known.aliases))
        return all(
            2 * (printed & name).total() < min(printed.total(), name.total()) for name in names
        )

    def right(self, number: int) -> Cell:
        """What a cell should hold, as far as that is known; else what it holds."""
        return self.corrected.get(number, self.cells[number])

    def row(self, block: str, key: str) -> Row | None:
        """The row of that key, or None where it or its sheet is missing."""
        data = self.data(block)
        return data.row(key) if data is not None else None

    def with_edits(self, edits: Mapping[int, Cell]) -> Grid:
        """The same rows with some cells changed."""
        cells = list(self.cells)
        for number, cell in edits.items():
            cells[number] = cell
        return self.with_cells(cells)

    def with_cells(self, cells: list[Cell]) -> Grid:
        """The same rows with other figures."""
        other = copy(self)
        other.cells = cells
        if cells != self.cells:
            other.as_read, other.made = False, {}
        return other

    def derived(self, key: object, make: Callable[[], T]) -> T:
        """What somebody makes of these cells, made once: ``key`` names it."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]  # type: ignore[return-value]  # made under this key

    def as_book(self, cells: Sequence[Cell] | None = None) -> Book:
        """The grid's book with ``cells`` for figures (None: the grid's own); all else stays as it is."""
        cells = self.cells if cells is None else cells
        blocks = {}
        for key, data in self.book.blocks.items():
            width, base = self.width[key], self.base[key]
            rows = [
                row._replace(cells=tuple(cells[base + at * width : base + (at + 1) * width]))
                for at, row in enumerate(data.rows)
            ]
            blocks[key] = BlockData.of(rows, data.letters, data.strays)
        info = dict(self.book.info)
        for row, value in zip(self._info.rows, cells[self.base[INFO] :], strict=True):
            if value is not None and value != row.cells[0]:
                info[row.key] = info.get(row.key, InfoValue(None))._replace(value=value)
        return self.book.with_blocks(blocks)._replace(info=info)

    def inferred(self) -> dict[int, Amount]:
        """The cells of 基础信息 that a published text does not print, with the change that it prints."""
        return {
            self.base[INFO] + at: info.change
            for at, row in enumerate(self._info.rows)
            if (info := self.book.info.get(row.key)) is not None and info.change is not None
        }

    def spot(self, number: int) -> Spot:
        """What a cell means."""
        block = self._owner[number]
        row, column = divmod(number - self.base[block], self.width[block])
        data = self.data(block)
        assert data is not None
        return Spot(block, data.rows[row], column)

    def place(self, number: int) -> Place:
        """Where a cell stands."""
        block, row, column = self.spot(number)
        if block == INFO:
            return self.book.info_place(row.key)
        sheet = self._sheets.get(block)
        if sheet is None:
            table = self.standard.table(self.standard.blocks[block].table)
            sheet = self._sheets[block] = self.book.sheets.get(table.key, table.sheet)
        return Place(sheet, self.book.blocks[block].cell_name(row, column))

    def heading(self, number: int) -> Column | None:
        """The column of a cell, None for 基础信息."""
        spot = self.spot(number)
        if spot.block == INFO:
            return None
        block = self.standard.blocks[spot.block]
        return block.column(block.amounts[spot.column])

    def select(self, block: str, which: str) -> list[int]:
        """Positions of the rows that a selector takes (all, class, parent, leaf, 301*, unit)."""
        known = self._select.get((block, which))
        if known is None:
            data = self.data(block)
            known = self._selected(block, which, data.rows if data else ())
            self._select[block, which] = known
        return known

    def _selected(self, block: str, which: str, rows: tuple[Row, ...]) -> list[int]:
        subjects = [at for at, row in enumerate(rows) if row.kind == "subject"]
        if not which:
            return list(range(len(rows)))
        if which.endswith("*"):
            return [at for at in subjects if rows[at].key.startswith(which[:-1])]
        if which == "parent":
            return sorted(self.tree(block).keys() - {-1})
        if which == "leaf":
            return [at for at in subjects if at not in self.tree(block)]
        if which == "top":
            return list(self.tree(block).get(-1, ()))
        chosen = [at for at, row in enumerate(rows) if row.kind == which]
        if which == "class" and subjects:
            length = self.standard.subjects[self.standard.blocks[block].subjects].lengths[0]
            chosen = sorted([*chosen, *(at for at in subjects if len(rows[at].key) == length)])
        return chosen

    def tree(self, block: str) -> Mapping[int, list[int]]:
        """Row -> its children (nearest existing ancestor); -1 -> the rows without one."""
        known = self._trees.get(block)
        if known is None:
            known = self._trees[block] = self._grow(block)
        return known

    def above(self, block: str) -> Mapping[int, int]:
        """Row -> the row that it is a child of; rows without one are left out."""
        return {
            child: row for row, below in self.tree(block).items() if row >= 0 for child in below
        }

    def _grow(self, block: str) -> dict[int, list[int]]:
        data, tree = self.data(block) or BlockData(()), dict[int, list[int]]()
        by_key = data.by_key
        for position, row in enumerate(data.rows):
            if row.kind == "subject":
                subjects = self.standard.subjects[self.standard.blocks[block].subjects]
                if not subjects.level(row.key):
                    continue  # a malformed code is nobody's child, and a finding
                codes = (code for code in reversed(subjects.parents(row.key)) if code in by_key)
                above = next(map(by_key.__getitem__, codes), -1)
            elif row.kind in ("group", "item"):
                above = by_key.get(row.parent, -1) if row.kind == "item" else -1
            else:
                continue
            tree.setdefault(above, []).append(position)
        return tree
