"""What is known of a book of which some blocks, rows and columns are not filled in yet."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import TOTAL, UNFILLED, Unreadable
from xlbudget.fill.fill import cell_key, settled
from xlbudget.fill.rows import class_sources, complete_rows
from xlbudget.money import Amount
from xlbudget.relations.derive import definitions
from xlbudget.relations.expand import checked, expand
from xlbudget.relations.grid import INFO, Grid
from xlbudget.standard.equations import ONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.figures import Book, Cell, Place, Row
    from xlbudget.relations.expand import Expansion, Relation
    from xlbudget.standard.equations import Equation
    from xlbudget.standard.model import Standard

__all__ = ["Known", "Lack", "Unfilled", "Witness", "block_title"]


class Lack(StrEnum):
    """What of a block is not filled in: all of it, all but its totals, its end, a column, the parts."""

    TABLE = "table"
    ROWS = "rows"
    TAIL = "tail"
    COLUMN = "column"
    PARTS = "parts"


class Witness(NamedTuple):
    """The figure of another table that shows that something is missing: what it is, where it stands."""

    block: str
    row: Row
    column: str
    amount: Amount
    place: Place


class Unfilled(NamedTuple):
    """A block, or the ``column`` of one, that is not filled in; ``row`` is the last one that is."""

    lack: Lack
    block: str
    column: str = ""
    row: Row | None = None
    witness: Witness | None = None


def block_title(standard: Standard, block: str) -> str:
    """A table's title; of a table with several blocks, with the heading of this one."""
    spec = standard.blocks[block]
    table = standard.table_of(spec)
    if len(table.blocks) == 1:
        return table.title
    return f"{table.title}“{''.join(spec.columns[0].label[0].split())}”"


class Known:
    """The cells of a book with all rows that follow, computed as far as they can be.

    ``full`` is the completed book; ``empty`` its blocks without a figure; ``derivable`` are the cells
    that some rule defines. What depends on ``lacks`` is unknown: ``grid`` has no block that is not filled
    in, and ``cells``, numbered as there, are ``UNFILLED`` where nothing can be said.
    """

    def __init__(self, standard: Standard, book: Book, lacks: Iterable[Unfilled]) -> None:
        self.standard, self.book = standard, book
        self.full = complete_rows(standard, book)
        self.empty = {key for key, data in book.blocks.items() if data.empty}
        first = Grid(standard, self.full)
        self.derivable = {cell_key(first, one) for one in definitions(expand(first).relations)}
        self.lacks: dict[tuple[str, str], Unfilled] = {}
        self.learn(lacks)

    def learn(self, lacks: Iterable[Unfilled]) -> bool:
        """Take these for not filled in as well; whether there are any."""
        found = {(one.block, one.column): one for one in lacks}
        self.lacks.update(found)
        if found or not hasattr(self, "grid"):
            self._settle()
        return bool(found)

    def _settle(self) -> None:
        self.__dict__.pop("expansion", None)
        gone = {one.block for one in self.lacks.values() if one.lack is Lack.TABLE}
        blocks = {key: data for key, data in self.full.blocks.items() if key not in gone}
        reasons = {
            one.block: self._reason(one)
            for one in self.lacks.values()
            if one.lack in (Lack.TABLE, Lack.ROWS, Lack.TAIL)
        }
        for block, sources in class_sources(self.standard).items():
            unfilled = [reasons[one] for one in sources if one in reasons]
            if unfilled and block in blocks and self.without_total(block):
                reasons.setdefault(block, unfilled[0])
        self.grid = grid = Grid(self.standard, self.full._replace(blocks=blocks, unfilled=reasons))
        marked = list(grid.cells)
        for number, cell in enumerate(grid.cells):
            if cell is None and self._to_type(grid, number):
                marked[number] = UNFILLED
        # What would be computed from a table that is not filled in cannot be, and is no zero.
        defined = definitions(expand(grid).relations) if reasons else {}
        for number in self._cut_off(grid):
            if marked[number] is None and number not in defined:
                marked[number] = UNFILLED
        self.cells: list[Cell]
        self.cells, _ = settled(grid.with_cells(marked), lambda one: marked[one] is not None)

    def _reason(self, one: Unfilled) -> str:
        table = self.standard.table_of(self.standard.blocks[one.block])
        done = "尚未填完" if one.lack is Lack.TAIL else "尚未填列"
        title = block_title(self.standard, one.block).removeprefix(table.title)
        return f"表{table.number}“{table.title}”{title}{done}，有关勾稽关系未核对。"

    def _cut_off(self, grid: Grid) -> Iterator[int]:
        """The cells that an equation defines which speaks of a table that is not filled in."""
        for rule in self.standard.rules_of(self.book.year) if grid.book.unfilled else ():
            for equation in rule.equations:
                others = [term.ref.block for term in equation.right]
                if equation.derive and not grid.book.unfilled.keys().isdisjoint(others):
                    yield from _targets(grid, equation)

    def _to_type(self, grid: Grid, number: int) -> bool:
        """Whether a blank cell is one that is still to be typed."""
        key = cell_key(grid, number)
        if key.block == INFO or key in self.derivable:
            return False
        column = self.lacks.get((key.block, key.column))
        if column is not None and column.lack is Lack.COLUMN:
            return True
        lack = self.lacks.get((key.block, ""))
        if lack is not None and lack.row is not None:
            data = grid.data(key.block)
            assert data is not None
            fixed = self.standard.blocks[key.block].body == "fixed"
            return fixed and data.by_key[key.row] > data.by_key[lack.row.key]
        return lack is not None and lack.lack is Lack.ROWS

    # ------------------------------------------------------------------ questions

    @cached_property
    def expansion(self) -> Expansion:
        """The relations that apply to these cells."""
        return expand(self.grid.with_cells(self.cells))

    @property
    def checked(self) -> list[Relation]:
        """The relations by which tables are compared."""
        return checked(self.expansion.relations)

    def sum_rows(self, block: str) -> set[str]:
        """The rows that add up all others of a block."""
        spec = self.standard.blocks[block]
        fixed = {row.key for row in spec.rows if row.total}
        return fixed | ({TOTAL} if spec.total else set())

    def without_total(self, block: str) -> bool:
        """Whether the rows that add up all others are blank, or not there."""
        data = self.book.blocks[block]
        rows = [data.row(key) for key in self.sum_rows(block)]
        return bool(rows) and all(
            row is None or all(cell is None for cell in row.cells) for row in rows
        )

    def has_money(self, number: int) -> bool:
        """Whether a cell has an amount other than zero."""
        cell = self.cells[number]
        return isinstance(cell, Amount) and bool(cell.fen)

    def witness(self, numbers: Iterable[int]) -> Witness | None:
        """The first of these cells with money."""
        for number in numbers:
            cell = self.cells[number]
            if isinstance(cell, Amount) and cell.fen and self.grid.block_of(number) != INFO:
                block, row, column = self.grid.spot(number)
                name = self.standard.blocks[block].amounts[column]
                return Witness(block, row, name, cell, self.grid.place(number))
        return None

    def off(self, relation: Relation) -> int:
        """By how many 分 left and right differ beyond what rounding explains; 0 if something is unknown."""
        total, slack = 0, 0
        for sign, number in relation.terms:
            cell = self.cells[number]
            if isinstance(cell, Unreadable):
                return 0
            if cell is not None:
                total += sign * cell.fen
                slack += cell.ulp
        if relation.equation.relation != "=":
            total = min(total, 0)
        return total if 2 * abs(total) > slack else 0


def _targets(grid: Grid, equation: Equation) -> Iterator[int]:
    """The cells that an equation would define."""
    ref = equation.left[0].ref
    data = grid.data(ref.block)
    if data is None:
        return
    if ref.how == ONE:
        rows = [data.by_key[ref.which]] if ref.which in data.by_key else []
    else:
        rows = grid.select(ref.block, ref.which)
    every = ref.column == "*"
    columns = range(grid.width[ref.block]) if every else [grid.column(ref.block, ref.column)]
    for row in rows:
        yield from (grid.number(ref.block, row, column) for column in columns)
