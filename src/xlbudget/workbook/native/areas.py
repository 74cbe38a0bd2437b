"""What stands in the columns of the tables' bodies, for formulas that look at whole columns.

Every area knows its reference and its values, so that a formula's result can be told without a
spreadsheet program. Text criteria work as in SUMIF: ``?`` and ``*`` stand for other signs.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.workbook.layout import is_form, table_layout
from xlbudget.workbook.layout_forms import FORM_FIRST, FORM_LINES
from xlbudget.workbook.render import render_info, render_table
from xlbudget.xlsx.references import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.figures import Book, Place
    from xlbudget.standard.model import Block, Standard
    from xlbudget.workbook.formulas import Formula

__all__ = ["Area", "Areas", "Body", "literal", "matching"]

Value = str | Decimal | None


class Area(NamedTuple):
    """A column's cells from the first to the last line of a body."""

    reference: str
    values: tuple[Value, ...]

    @property
    def texts(self) -> list[str]:
        """What a comparison with text sees."""
        return ["" if one is None else str(one) for one in self.values]

    def beside(self, other: Area) -> Area:
        """One or several columns, and one right of them, as one area; values column by column."""
        last = other.reference.rpartition(":")[2]
        return Area(f"{self.reference.partition(':')[0]}:{last}", (*self.values, *other.values))


class Body(NamedTuple):
    """The room of a block on its sheet: columns by key, first and last line."""

    block: Block
    sheet: str
    letters: Mapping[str, str]
    first: int
    last: int

    def letter_of(self, kind: str) -> str:
        """The only column of a kind; "" where there is none, or several."""
        found = self.block.of_kind(kind)
        return self.letters[self.block.columns[found[0]].key] if len(found) == 1 else ""


class Areas:
    """The sheets of a placed book as they will stand."""

    def __init__(self, standard: Standard, book: Book, formulas: Mapping[Place, Formula]) -> None:
        self.standard, self.book = standard, book
        self._sheets: dict[str, dict[str, Value]] = {}
        self.bodies: dict[str, Body] = {}
        for table in standard.tables:
            contents = render_table(standard, table, book, formulas)
            self._sheets[table.sheet] = {one.cell: one.value for one in contents}
            if is_form(table):
                block = table.blocks[0]
                last = FORM_FIRST + block.room * FORM_LINES
                self.bodies[block.key] = Body(block, table.sheet, {}, FORM_FIRST, last)
                continue
            layout = table_layout(standard, table)
            for one in layout.blocks:
                keys = [column.key for column in one.block.columns]
                letters = dict(zip(keys, one.letters, strict=True))
                body = Body(one.block, table.sheet, letters, layout.first, layout.last)
                self.bodies[one.block.key] = body
        self.info = {one.cell: one.value for one in render_info(standard, book, formulas)}
        self._known: dict[tuple[str, str, int, int], Area] = {}

    def area(self, sheet: str, letter: str, first: int, last: int) -> Area:
        """The cells of a column of a sheet."""
        known = self._known.get((sheet, letter, first, last))
        if known is None:
            cells = self._sheets[sheet]
            values = tuple(cells.get(f"{letter}{line}") for line in range(first, last + 1))
            reference = f"{quoted(sheet)}!${letter}${first}:${letter}${last}"
            known = self._known[sheet, letter, first, last] = Area(reference, values)
        return known

    def column(self, body: Body, letter: str) -> Area:
        """The cells of a column in the room of a body."""
        return self.area(body.sheet, letter, body.first, body.last)

    def prescribed(self, body: Body, letter: str) -> dict[str, Area]:
        """The cells of a column in the rows that the standard prescribes, by the rows' keys.

        Where rows of classes may push them down, they are found by their labels: their formulas
        then stay as they are, wherever the rows go.
        """
        keys = {row.key for row in body.block.rows if not row.slot}
        cells = self._sheets[body.sheet]
        table = self.standard.table(body.block.table)
        pushed = any(row.slot for block in table.blocks for row in block.rows)
        labels = self.column(body, body.letter_of("label")) if pushed else None
        amounts = self.column(body, letter).reference
        found = {}
        known: tuple[str, int] | None = None
        for row in self.book.blocks[body.block.key].rows:
            if row.key not in keys or row.kind != "fixed":
                known = None
                continue
            reference = f"{quoted(body.sheet)}!${letter}${row.line}"
            if labels is not None:
                if labels.texts.count(row.label) == 1:
                    known = f"MATCH({literal(row.label)},{labels.reference},0)", row.line
                if known is not None:
                    # A label that stands there twice is counted from the one above.
                    below = f"+{row.line - known[1]}" if row.line > known[1] else ""
                    reference = f"INDEX({amounts},{known[0]}{below})"
            found[row.key] = Area(reference, (cells.get(f"{letter}{row.line}"),))
        return found


def literal(text: str) -> str:
    """A text as a criterion that means just itself, within a formula's quotes."""
    for sign in "~*?":
        text = text.replace(sign, f"~{sign}")
    return '"' + text.replace('"', '""') + '"'


def matching(criterion: str, texts: Sequence[str]) -> list[int]:
    """The positions (from 0) at which a criterion holds; "" holds nowhere that counts."""
    if not criterion:
        return []
    test = _pattern(criterion)
    return [position for position, text in enumerate(texts) if text and test.fullmatch(text)]


@lru_cache(maxsize=4096)
def _pattern(criterion: str) -> re.Pattern[str]:
    pieces = []
    signs = iter(criterion)
    for sign in signs:
        if sign == "~":
            pieces.append(re.escape(next(signs, "~")))
        else:
            pieces.append({"*": ".*", "?": "."}.get(sign) or re.escape(sign))
    return re.compile("".join(pieces), re.IGNORECASE | re.DOTALL)
