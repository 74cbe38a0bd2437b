"""Every text of a workbook that would be published, with its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import Place, Printed
from xlbudget.workbook.layout import (
    CONTENTS,
    COVER,
    GLOSSARY,
    INFO_SHEET,
    NOTES,
    NOTES_FIRST,
    NOTES_ROOM,
    PROFILE,
)
from xlbudget.xlsx.references import column_letter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from xlbudget.workbook.read_cells import Lines
    from xlbudget.workbook.read_source import Source

__all__ = ["read_printed", "sheet_texts"]

_FINAL = 4
"""The column of the final text on the sheets of paragraphs; the others are not published."""
_VALUE = 2
"""The last column of 基础信息 that is printed anywhere: units and hints are not."""
_FEWEST = 7
"""A whole number with fewer digits is an amount, a code or a count, nobody's number."""


def read_printed(source: Source, tables: Collection[str]) -> Iterator[Printed]:
    """The texts of the published sheets (``tables`` are those of the tables), and of 基础信息."""
    for title in (COVER, CONTENTS, PROFILE):
        if name := source.find(title):
            yield from sheet_texts(name, source.lines(name))
    for name in tables:
        yield from sheet_texts(name, source.lines(name))
    for title in (NOTES, GLOSSARY):
        if name := source.find(title):
            last = NOTES_FIRST - 1 + NOTES_ROOM
            for number, line in enumerate(source.lines(name)[:last], 1):
                final = line[_FINAL - 1] if len(line) >= _FINAL else ""
                if number >= NOTES_FIRST and isinstance(final, str) and final:
                    yield Printed(final, Place(name, f"{column_letter(_FINAL - 1)}{number}"))
    if name := source.find(INFO_SHEET):
        lines = [line[:_VALUE] for line in source.lines(name)]
        yield from (one._replace(info=True) for one in sheet_texts(name, lines))


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
