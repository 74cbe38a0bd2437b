"""What the fast reader does not tell: cells with error values (#REF!), and cells too far away.

It gives an error value as a blank, and makes room for every cell up to the last one used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError
from xlbudget.workbook.archive import Archive
from xlbudget.workbook.parts import workbook_parts
from xlbudget.workbook.references import column_number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlbudget.workbook.archive import Member

__all__ = ["Errors", "RawSheets"]

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

Errors = dict[str, dict[tuple[int, int], str]]


class RawSheets:
    """The sheets of an archive as they are stored."""

    def __init__(self, path: Path, found: dict[str, Member]) -> None:
        self._path = path
        self._archive = Archive(path, found)
        self._sheets = workbook_parts(self._archive).sheets

    def error_cells(self, names: Iterable[str]) -> Errors:
        """Error values of the sheets ``names``: sheet -> (line, column) from 0 -> ``#REF!``.

        Raises:
            UnusableFileError: a sheet has a cell far away from all others, or is damaged.
            KeyError: a part is missing.
        """
        found: Errors = {}
        for name in names:
            data = self._archive.read(self._sheets[name].part)
            _check_extent(self._path.name, name, data)
            if b't="e"' in data or b"t='e'" in data:
                found[name] = _errors(data)
        return found


def _errors(data: bytes) -> dict[tuple[int, int], str]:
    cells: dict[tuple[int, int], str] = {}
    for match in _ERROR_CELL.finditer(data):
        place = _REFERENCE.search(match[1])
        shown = _SHOWN.search(match[2])
        if place:
            text = shown[1].decode("utf-8", "replace") if shown else "#VALUE!"
            cells[int(place[2]) - 1, column_number(place[1].decode()) - 1] = text
    return cells


def _check_extent(book: str, sheet: str, data: bytes) -> None:
    """Refuse a sheet on which a stray cell would need millions of cells of room."""
    start = data.rfind(b"<row ")
    last = _ROW.search(data, max(start if start >= 0 else data.rfind(b":row "), 0))
    if last is not None and int(last[1]) <= _FEW_ROWS:
        return
    wide = _WIDE.search(data) or _WIDE_SINGLE.search(data)
    if not wide and (last is None or int(last[1]) <= _MOST_CELLS // _NARROW):
        return
    rows = columns = 0
    for match in _ANY_CELL.finditer(data):
        rows = max(rows, int(match[2]))
        columns = max(columns, column_number(match[1].decode()))
    if rows * columns > _MOST_CELLS:
        raise UnusableFileError(
            f"工作簿“{book}”的工作表“{sheet}”用到了第{rows}行、第{columns}列，远远超出预算表；"
            f"请删去表外的内容后再试。"
        )
