"""What stands on the sheets beside the figures' values: texts that would be published, years in titles, amounts stored as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.characters import squash
from xlbudget.figures import Place, Printed
from xlbudget.money import Amount
from xlbudget.rules.grid import INFO
from xlbudget.sheets.cells import value_at
from xlbudget.sheets.layout import CONTENTS, COVER, GLOSSARY, INFO_SHEET, NOTES, PROFILE
from xlbudget.sheets.notes import notes_lines
from xlbudget.xlsx.references import column_letter, column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from xlbudget.figures import Book
    from xlbudget.reading.source import Source
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.cells import Lines


_VALUE = 2
"""The last column of 基础信息 that is printed anywhere: units and hints are not."""
_FEWEST = 7
"""A whole number with fewer digits is an amount, a code or a count, nobody's number."""
_YEAR = re.compile(r"(?<!\d)(20\d\d)年")
_TITLE_LINES = 6


def read_printed(source: Source, tables: Collection[str]) -> Iterator[Printed]:
    """The texts of the published sheets (``tables`` are those of the tables), and of 基础信息."""
    for title in (COVER, CONTENTS, PROFILE):
        if name := source.find(title):
            yield from sheet_texts(name, source.lines(name))
    for name in tables:
        yield from sheet_texts(name, source.lines(name))
    for title in (NOTES, GLOSSARY):
        if name := source.find(title):
            for one in notes_lines(name, source.lines(name)):
                if one.final:
                    yield Printed(one.final, one.place)
    if name := source.find(INFO_SHEET):
        lines = [line[:_VALUE] for line in source.lines(name)]
        yield from (text._replace(info=True) for text in sheet_texts(name, lines))


def sheet_texts(name: str, lines: Lines) -> Iterator[Printed]:
    """The texts of a sheet, each with the text on its left; also long whole numbers beside a text."""
    for number, line in enumerate(lines, 1):
        yield from _line_texts(name, number, line)


def _line_texts(name: str, number: int, line: Iterable[object]) -> Iterator[Printed]:
    before = ""
    for column, value in enumerate(line):
        if not value:
            continue
        text = value if isinstance(value, str) else _number_text(value) if before else ""
        if text:
            yield Printed(text, Place(name, f"{column_letter(column)}{number}"), before)
        before = value if isinstance(value, str) else ""


def _number_text(value: object) -> str:
    """The digits of a telephone number that was typed as a number, empty for all else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if isinstance(value, int) else ""
    return text if len(text) >= _FEWEST else ""


def stored_as_text(
    standard: Standard, book: Book, lines_of: Callable[[str], Lines]
) -> frozenset[Place]:
    """The cells that were read as amounts and hold text; ``lines_of`` gives a sheet's lines.

    A count of 基础信息 may be typed with its unit (130人).
    """
    places = set()
    for place in _amounts(standard, book):
        letters, line = split_cell(place.cell)
        if isinstance(value_at(lines_of(place.sheet), line, column_number(letters)), str):
            places.add(place)
    return frozenset(places)


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
