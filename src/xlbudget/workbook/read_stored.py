"""How figures are stored: amounts as text, which formulas leave out; years in titles and headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.characters import squash
from xlbudget.figures import Place
from xlbudget.money import Amount
from xlbudget.relations.grid import INFO
from xlbudget.workbook.layout import column_letter
from xlbudget.workbook.read_cells import value_at
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.read_cells import Lines

__all__ = ["dated_titles", "stored_as_text"]

_YEAR = re.compile(r"(?<!\d)(20\d\d)年")
_TITLE_LINES = 6


def stored_as_text(
    standard: Standard, book: Book, lines_of: Callable[[str], Lines]
) -> frozenset[Place]:
    """The cells that were read as amounts and hold text; ``lines_of`` gives a sheet's lines.

    A count of 基础信息 may be typed with its unit (130人).
    """
    found = set()
    for place in _amounts(standard, book):
        letters, line = split_cell(place.cell)
        if isinstance(value_at(lines_of(place.sheet), line, column_number(letters)), str):
            found.add(place)
    return frozenset(found)


def _amounts(standard: Standard, book: Book) -> Iterator[Place]:
    for key, data in book.blocks.items():
        sheet = book.sheets[standard.blocks[key].table]
        for row in data.rows:
            for column, cell in enumerate(row.cells):
                if isinstance(cell, Amount) and (name := data.cell_name(row, column)):
                    yield Place(sheet, name)
    for key, value in book.info.items():
        if isinstance(value.value, Amount) and standard.fields[key].kind == "amount":
            yield Place(book.sheets[INFO], value.cell)


def dated_titles(sheets: Mapping[str, tuple[str, Lines]]) -> tuple[tuple[Place, int], ...]:
    """The years in the first lines of the tables' sheets (name and lines by table key)."""
    found = []
    for name, lines in sheets.values():
        for number, line in enumerate(lines[:_TITLE_LINES], 1):
            for column, cell in enumerate(line):
                if isinstance(cell, str) and (match := _YEAR.search(squash(cell))):
                    found.append((Place(name, f"{column_letter(column)}{number}"), int(match[1])))
    return tuple(found)
