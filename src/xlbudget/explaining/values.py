"""The cells of a book as the text needs them: totals left blank are computed from their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.explaining.figure import CellRef
from xlbudget.explaining.wording import clean
from xlbudget.figures import UNFILLED, Place, Unreadable
from xlbudget.money import YUAN, Amount
from xlbudget.rules.derive import definitions, evaluate
from xlbudget.rules.fill import complete_rows
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import expand
from xlbudget.standard.equations import ONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.figures import Book, Row
    from xlbudget.standard.equations import Ref
    from xlbudget.standard.model import Keyed, Standard


class Value(NamedTuple):
    """What references come to.

    ``amount`` is None where every cell is blank; ``blank`` is whether any is; ``gap`` says why
    there is no value at all (a sheet is missing, a cell is no amount).
    """

    amount: Amount | None = None
    cells: tuple[CellRef, ...] = ()
    blank: bool = False
    gap: str = ""


def added(values: Iterable[tuple[int, Value]]) -> Value:
    """The signed sum, in the unit and with the most places of the parts (of several units: 元)."""
    total: Amount | None = None
    cells: list[CellRef] = []
    blank, gap = False, ""
    for sign, value in values:
        cells.extend(value.cells)
        blank = blank or value.blank
        gap = gap or value.gap
        amount = value.amount
        if amount is None:
            continue
        if total is None:
            total = amount._replace(fen=sign * amount.fen)
        elif total.unit == amount.unit:
            places = max(total.places, amount.places)
            total = Amount(total.fen + sign * amount.fen, total.unit, places)
        else:
            total = Amount(total.fen + sign * amount.fen, YUAN)
    return Value(total, tuple(cells), blank, gap)


class Values:
    """All cells of a book, typed ones as they are, blank ones computed where a rule defines them."""

    def __init__(self, standard: Standard, book: Book) -> None:
        known = {key: data for key, data in book.blocks.items() if key in standard.blocks}
        self.standard, self.book = standard, book
        self.grid = Grid(standard, complete_rows(standard, book._replace(blocks=known)))
        defined = definitions(expand(self.grid).relations)
        typed = self.grid.cells
        self.cells = evaluate(self.grid, defined, lambda number: typed[number] is not None)

    def sheet(self, block: str) -> str:
        """The sheet of a block."""
        table = self.standard.table(self.standard.blocks[block].table)
        return self.book.sheets.get(table.key, table.sheet)

    def missing(self, block: str) -> str:
        """Why the rows of a block cannot be read, empty if they can."""
        if block == INFO or block in self.grid.book.blocks:
            return ""
        return f"缺少工作表“{self.sheet(block)}”"

    def positions(self, ref: Ref) -> list[int]:
        """The rows that a reference takes."""
        data = self.grid.data(ref.block)
        if data is None:
            return []
        if ref.how == ONE:
            found = data.by_key.get(ref.which, -1)
            return [found] if found >= 0 else []
        return self.grid.select(ref.block, ref.which)

    def row(self, ref: Ref, position: int) -> Row:
        """One row of the block of a reference."""
        data = self.grid.data(ref.block)
        assert data is not None
        return data.rows[position]

    def at(self, ref: Ref, position: int) -> Value:
        """The cell of one row."""
        number = self.grid.number(ref.block, position, self.grid.column(ref.block, ref.column))
        cell, place = self.cells[number], self.grid.place(number)
        row = self.row(ref, position)
        where = CellRef(place, ref.block, row.key, ref.column, self._label(ref, row))
        if ref.block == INFO and cell == UNFILLED:
            return Value(None, (where,), blank=True)  # a document does not state it
        if isinstance(cell, Unreadable):
            shown = f"“{place.sheet}”{place.cell}“{row.label}”的“{cell.raw[:20]}”不是金额"
            return Value(None, (where,), gap=clean(shown))
        return Value(cell, (where,), cell is None)

    def _label(self, ref: Ref, row: Row) -> str:
        """What a cell is in words: its row and the heading of its column."""
        if ref.block == INFO:
            return row.label
        heading = self.standard.blocks[ref.block].column(ref.column).heading(self.book.year)
        parts = dict.fromkeys("".join(clean(part).split()) for part in heading)
        return f"{clean(row.label)}·{'/'.join(parts)}"

    def name_cell(self, block: str, position: int) -> tuple[CellRef, ...]:
        """The cell with the name of a row; none where the row stands on no sheet."""
        data = self.grid.data(block)
        row = data.rows[position] if data is not None else None
        if row is None or not row.line:
            return ()
        forms = self.book.forms if row.kind == "form" else ()
        cell = next((form.places.get("name", "") for form in forms if form.name == row.key), "")
        place = Place(self.sheet(block), cell)
        return (CellRef(place, block, row.key, "", clean(row.label), row.line),)

    def keyed_cell(self, keyed: Keyed, name: str) -> tuple[CellRef, ...]:
        """The cell of a text of a list of 基础信息, by its name there."""
        place = Place(self.book.sheets.get(INFO, "基础信息"), "")
        return (CellRef(place, keyed.key, name, keyed.title, f"{keyed.title}：{name}"),)

    def of(self, ref: Ref, *, lenient: bool = False) -> Value:
        """The sum of the cells that a reference takes.

        A prescribed row that a table with figures lacks is a gap, or with ``lenient`` a blank.
        """
        gap = self.missing(ref.block) or ("" if lenient else self._lacking(ref))
        if gap:
            return Value(gap=gap)
        value = added((1, self.at(ref, position)) for position in self.positions(ref))
        return value if value.cells else Value(blank=True)

    def _lacking(self, ref: Ref) -> str:
        if ref.how != ONE or ref.block == INFO or self.positions(ref):
            return ""
        data = self.grid.data(ref.block)
        specs = {spec.key: spec for spec in self.standard.blocks[ref.block].rows}
        if data is None or data.empty or ref.which not in specs:
            return ""
        return f"工作表“{self.sheet(ref.block)}”没有“{specs[ref.which].label}”一行"

    def info_cell(self, key: str) -> tuple[CellRef, ...]:
        """The cell of a field of 基础信息."""
        info = self.book.info.get(key)
        place = Place(self.book.sheets.get(INFO, "基础信息"), info.cell if info else "")
        return (CellRef(place, INFO, key, "value", self.standard.fields[key].label),)

    def below(self, ref: Ref, position: int) -> list[int]:
        """The rows directly below one row."""
        return self.grid.tree(ref.block).get(position, [])
