"""What the fast reader does not tell: cells with error values (#REF!), and cells too far away.

It gives an error value as a blank, and makes room for every cell up to the last one used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError
from xlbudget.workbook.archive import Archive
from xlbudget.workbook.parts import workbook_parts

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

__all__ = ["error_cells"]

_MOST_CELLS = 8_000_000
"""More room than any budget's sheet needs; a stray cell far away asks for much more."""
_FEW_ROWS = _MOST_CELLS // 16_384
"""With so few rows, even the last column that Excel has needs no more room than that."""

_NARROW = 702
"""Columns up to ZZ."""

_CELL = rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]+)(\d+)[\"'][^>]*(?<!/)>"
_ANY_CELL = re.compile(_CELL)
_ERROR_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^>]*\bt=[\"']e[\"'][^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL
)
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")
_SHOWN = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)<")
_ROW = re.compile(rb"row\s[^>]*?\br=[\"'](\d+)[\"']")
_WIDE = re.compile(rb'r="[A-Z][A-Z][A-Z]')
_WIDE_SINGLE = re.compile(rb"r='[A-Z][A-Z][A-Z]")

_Found = dict[str, dict[tuple[int, int], str]]


def error_cells(path: Path, names: Collection[str]) -> _Found:
    """Error values of the sheets ``names``: sheet -> (line, column), both from 0 -> ``#REF!``.

    Raises:
        UnusableFileError: a sheet has a cell far away from all others.
        UnusableFileError: the file is damaged.
        KeyError: a part is missing.
    """
    found: _Found = {}
    with Archive(path) as archive:
        sheets = workbook_parts(archive).sheets
        for name in names:
            data = archive.read(sheets[name].part)
            single = b"='" in data
            _check_extent(path.name, name, data, single=single)
            if b't="e"' in data or (single and b"t='e'" in data):
                found[name] = _errors(data)
    return found


def _errors(data: bytes) -> dict[tuple[int, int], str]:
    cells: dict[tuple[int, int], str] = {}
    for match in _ERROR_CELL.finditer(data):
        place = _REFERENCE.search(match[1])
        shown = _SHOWN.search(match[2])
        if place:
            text = shown[1].decode("utf-8", "replace") if shown else "#VALUE!"
            cells[int(place[2]) - 1, _column(place[1])] = text
    return cells


def _check_extent(book: str, sheet: str, data: bytes, *, single: bool) -> None:
    """Refuse a sheet on which a stray cell would need millions of cells of room."""
    last = _ROW.search(data, max(data.rfind(b"<row "), data.rfind(b":row "), 0))
    if last is not None and int(last[1]) <= _FEW_ROWS:
        return
    wide = _WIDE.search(data) or (single and _WIDE_SINGLE.search(data))
    if not wide and (last is None or int(last[1]) <= _MOST_CELLS // _NARROW):
        return
    rows = columns = 0
    for match in _ANY_CELL.finditer(data):
        rows = max(rows, int(match[2]))
        columns = max(columns, _column(match[1]) + 1)
    if rows * columns > _MOST_CELLS:
        raise UnusableFileError(
            f"工作簿“{book}”的工作表“{sheet}”用到了第{rows}行、第{columns}列，远远超出预算表；"
            f"请删去表外的内容后再试。"
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
