"""What stands in the columns of the tables' bodies, for formulas that look at whole columns."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building.contents import CellContent
from xlbudget.building.formulas.expressions import (
    Area,
    index,
    literal,
    match,
    single,
    text_of,
)
from xlbudget.sheets.layout import (
    CODE_STARTS,
    FORM_FIRST,
    INFO_SHEET,
    code_formula,
    code_widths,
    is_form,
    last_form_line,
    table_layout,
)
from xlbudget.xlsx.references import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlbudget.building.formulas.expressions import Expression, Value
    from xlbudget.figures import Book
    from xlbudget.sheets.layout import BlockLayout, TableLayout
    from xlbudget.standard.model import Block, Standard


class Body(NamedTuple):
    """The room of a block on its sheet: columns by key, first and last line, the column of whole codes."""

    block: Block
    sheet: str
    letters: Mapping[str, str]
    first: int
    last: int
    code: str = ""

    def letter_of(self, kind: str) -> str:
        """The only column of a kind; "" where there is none, or several."""
        found = self.block.of_kind(kind)
        return self.letters[self.block.columns[found[0]].key] if len(found) == 1 else ""


class Areas:
    """The sheets of a placed book as they will stand: ``contents`` are their cells.

    ``codes`` are the hidden cells, by sheet, in which codes stand whole whose digits are in several columns: formulas
    that look for a code look there. ``unexpressed`` are the rules of which an equation is no formula.
    """

    def __init__(
        self, standard: Standard, book: Book, contents: Mapping[str, Iterable[CellContent]]
    ) -> None:
        self.standard, self.book = standard, book
        self._sheets: dict[str, dict[str, Value]] = {
            sheet: {cell.cell: cell.value for cell in cells} for sheet, cells in contents.items()
        }
        self.info = self._sheets[INFO_SHEET]
        self.bodies: dict[str, Body] = {}
        self.codes: dict[str, list[CellContent]] = {}
        self.unexpressed: dict[str, None] = {}
        for table in standard.tables:
            if is_form(table):
                block = table.blocks[0]
                last = last_form_line(table)
                self.bodies[block.key] = Body(block, table.sheet, {}, FORM_FIRST, last)
                continue
            layout = table_layout(standard, table)
            for one in layout.blocks:
                keys = [column.key for column in one.block.columns]
                letters = dict(zip(keys, one.letters, strict=True))
                body = Body(one.block, table.sheet, letters, layout.first, layout.last, one.code)
                self.bodies[one.block.key] = body
                if one.joins:
                    self._join_codes(table.sheet, layout, one)
        self._known: dict[tuple[str, str, int, int], Area] = {}

    def _join_codes(self, sheet: str, layout: TableLayout, one: BlockLayout) -> None:
        cells = self._sheets[sheet]
        widths = code_widths(self.standard, one.block)
        letters = [one.letters[index] for index in one.block.of_kind("code")]
        for line in range(layout.first, layout.last + 1):
            held = (cells.get(f"{letter}{line}") for letter in letters)
            parts = (
                text_of(value) if isinstance(value, str) else text_of(value).zfill(width)
                for value, width in zip(held, widths, strict=True)
                if value is not None
            )
            cell, code = f"{one.code}{line}", "".join(parts)
            if code != one.block.total and code[:1] not in CODE_STARTS:
                code = ""
            formula = code_formula(self.standard, one, line)
            content = CellContent(cell, "formula", code, formula, "code")
            self.codes.setdefault(sheet, []).append(content)
            cells[cell] = code or None

    def area(self, sheet: str, letter: str, first: int, last: int) -> Area:
        """The cells of a column of a sheet."""
        known = self._known.get((sheet, letter, first, last))
        if known is None:
            cells = self._sheets[sheet]
            values = [cells.get(f"{letter}{line}") for line in range(first, last + 1)]
            reference = f"{quoted(sheet)}!${letter}${first}:${letter}${last}"
            known = self._known[sheet, letter, first, last] = Area(reference, values)
        return known

    def column(self, body: Body, letter: str) -> Area:
        """The cells of a column in the room of a body."""
        return self.area(body.sheet, letter, body.first, body.last)

    def amounts(self, body: Body, key: str) -> Area:
        """The column of amounts that has a key."""
        return self.column(body, body.letters[key])

    def cell(self, body: Body, letter: str, line: int) -> Expression:
        """One cell of a body."""
        value = self._sheets[body.sheet].get(f"{letter}{line}")
        return single(f"{quoted(body.sheet)}!${letter}${line}", value)

    def prescribed(self, body: Body, letter: str) -> dict[str, Expression]:
        """The cells of a column in the rows that the standard prescribes, by the rows' keys.

        Where rows of classes may push them down, they are found by their labels: their formulas
        then stay as they are, wherever the rows go.
        """
        keys = {row.key for row in body.block.rows if not row.slot}
        table = self.standard.table(body.block.table)
        pushed = any(row.slot for block in table.blocks for row in block.rows)
        labels = self.column(body, body.letter_of("label")) if pushed else None
        found = {}
        known: tuple[Expression, int] | None = None
        for row in self.book.blocks[body.block.key].rows:
            if row.key not in keys or row.kind != "fixed":
                known = None
                continue
            found[row.key] = self.cell(body, letter, row.line)
            if labels is None:
                continue
            label = literal(row.label)
            if len(labels.matching(label)) == 1:
                known = match(label, labels), row.line
            if known is not None:
                # A label that stands there twice is counted from the one above.
                position, line = known
                below = position + (row.line - line) if row.line > line else position
                found[row.key] = index(self.column(body, letter), below)
        return found


def content(
    cell: str, formula: Expression, role: str, places: int = 0, kind: str = "formula"
) -> CellContent:
    """A cell with a formula and what it comes to."""
    value = formula.value
    shown = value if isinstance(value, str) else Decimal(value or 0)
    return CellContent(cell, kind, shown, formula.text, role, 0, places)
