"""The sheets of an exported .xlsx or .xlsm, with the formulas that were saved without a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.exchange.tables.grid import UNCOMPUTED, Area, TableFile, TableSheet
from xlbudget.workbook.archive import Archive, check_archive
from xlbudget.workbook.parts import workbook_parts
from xlbudget.workbook.read_cells import whole_lines
from xlbudget.workbook.read_source import opened
from xlbudget.workbook.references import column_number, split_cell

if TYPE_CHECKING:
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
    missing = _uncomputed(path)
    sheets: list[TableSheet] = []
    with opened(path) as source:
        source.check(source.names)
        shown = source.visible
        for name in source.names:
            lines = [list(line) for line in source.lines(name)]
            for cell in missing.get(name, ()):
                letters, line = split_cell(cell)
                column = column_number(letters)
                lines.extend([] for _ in range(line - len(lines)))
                lines[line - 1] += [""] * (column - len(lines[line - 1]))
                lines[line - 1][column - 1] = UNCOMPUTED
            merged = tuple(
                Area(top, left, bottom, right)
                for (top, left), (bottom, right) in source.sheets[name].merged_cell_ranges or ()
            )
            uncomputed = tuple(missing.get(name, ()))
            hidden = name not in shown
            sheets.append(TableSheet(name, hidden, whole_lines(lines), merged, uncomputed))
    return TableFile(path.name, tuple(sheets))


def _uncomputed(path: Path) -> dict[str, list[str]]:
    """Sheet -> the cells whose formula has no value; an empty text is a value."""
    found: dict[str, list[str]] = {}
    archive = Archive(path, check_archive(path))
    for name, sheet in _sheets(archive).items():
        data = archive.read(sheet)
        if not _FORMULA.search(data):
            continue
        for match in _CELL.finditer(data):
            if not _FORMULA.search(match[2]) or _VALUE.search(match[2]):
                continue
            place = _PLACE.search(match[1])
            if place and not _TEXT_RESULT.search(match[1]):
                found.setdefault(name, []).append(place[1].decode())
    return found


def _sheets(archive: Archive) -> dict[str, str]:
    """Sheet -> its part; nothing where the archive's index is broken (the reader says so)."""
    try:
        return {name: one.part for name, one in workbook_parts(archive).sheets.items()}
    except KeyError:
        return {}
