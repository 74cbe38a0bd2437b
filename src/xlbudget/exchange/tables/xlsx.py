"""The sheets of an exported .xlsx or .xlsm, with the formulas that were saved without a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.exchange.tables.grid import UNCOMPUTED, Area, TableFile, TableSheet
from xlbudget.workbook.read_cells import whole_lines
from xlbudget.xlsx.references import column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["read_xlsx"]

_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3}[0-9]{1,7})[\"']")
_TEXT_RESULT = re.compile(rb"\bt=[\"']str[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>[^<]")


def read_xlsx(path: Path) -> TableFile:
    """All sheets of the file.

    Raises:
        UnusableFileError: missing, damaged, protected by a password, or no workbook.
    """
    source = Workbook(path)
    source.check(source.names)
    missing = dict(_uncomputed(source))
    sheets: list[TableSheet] = []
    for name, part in source.parts.sheets.items():
        lines = [list(line) for line in source.lines(name)]
        uncomputed = tuple(missing.get(name, ()))
        for cell in uncomputed:
            letters, line = split_cell(cell)
            column = column_number(letters)
            lines.extend([] for _ in range(line - len(lines)))
            lines[line - 1] += [""] * (column - len(lines[line - 1]))
            lines[line - 1][column - 1] = UNCOMPUTED
        merged = tuple(Area(*(end - 1 for end in area)) for area in source.merged(name))
        sheets.append(TableSheet(name, not part.visible, whole_lines(lines), merged, uncomputed))
    return TableFile(path.name, tuple(sheets))


def _uncomputed(source: Workbook) -> Iterator[tuple[str, list[str]]]:
    """Each sheet, and its cells whose formula has no value; an empty text is a value."""
    for name, sheet in source.parts.sheets.items():
        data = source.archive.read(sheet.part)
        found = []
        for match in _CELL.finditer(data) if _FORMULA.search(data) else ():
            if not _FORMULA.search(match[2]) or _VALUE.search(match[2]):
                continue
            place = _PLACE.search(match[1])
            if place and not _TEXT_RESULT.search(match[1]):
                found.append(place[1].decode())
        yield name, found
