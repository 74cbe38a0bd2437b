"""The values of sheets, by the fast reader: the only module that knows python-calamine.

It gives an error value (#REF!) as a blank and makes room for every cell up to the last one used:
the raw sheet is looked at for both before it is read.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, cast

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.references import Area, column_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.xlsx.archive import Archive
    from xlbudget.xlsx.cells import Lines
    from xlbudget.xlsx.parts import SheetPart

_MOST_CELLS = 8_000_000
"""More room than any budget's sheet needs; a stray cell far away asks for much more."""
_FEW_ROWS = _MOST_CELLS // 16_384
"""With so few rows, even the last column that Excel has needs no more room than that."""
_NARROW = 702
"""Columns up to ZZ."""

_CELL = rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]+)(\d+)[\"'][^>]*(?<!/)>"
_ERROR_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^>]*\bt=[\"']e[\"'][^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL
)
_FORMULA = re.compile(rb"<f(?:\s[^>]*?\bt=[\"']|(?:\s[^>]*[^/>])?>[^<])")
"""A formula has a text, or its kind says that another cell has it."""
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")
_SHOWN = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)<")
_ROW = re.compile(rb"row\s[^>]*?\br=[\"'](\d+)[\"']")
_WIDE = re.compile(rb'r="[A-Z][A-Z][A-Z]')
_WIDE_SINGLE = re.compile(rb"r='[A-Z][A-Z][A-Z]")


@contextmanager
def reading(name: str) -> Iterator[None]:
    """What the libraries raise on a damaged or protected file, as one clear sentence.

    Raises:
        UnusableFileError: in its place; names the workbook.
    """
    try:
        yield
    except PasswordError as error:
        raise UnusableFileError(
            f"工作簿“{name}”有打开密码；请在 Excel 中取消密码后再试。"
        ) from error
    except UnusableFileError:
        raise
    except BaseException as error:
        # A panic inside the reader is no Exception; an interrupt is none either, and passes.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise UnusableFileError(
                f"工作簿“{name}”已损坏，读不出内容；请从备份恢复，或在 Excel 中打开修复后另存。"
            ) from error
        raise


class Values:
    """The values of an archive's sheets, each read once and when it is needed."""

    def __init__(self, archive: Archive, sheets: Mapping[str, SheetPart]) -> None:
        self._archive, self._sheets = archive, sheets
        self._name = archive.path.name
        self._lines: dict[str, Lines] = {}
        self._errors: dict[str, dict[tuple[int, int], str]] = {}
        self._last: CalamineSheet | None = None

    @cached_property
    def _workbook(self) -> CalamineWorkbook:
        with reading(self._name):
            return CalamineWorkbook.from_filelike(BytesIO(self._archive.data))

    def check(self, name: str) -> None:
        """Look at a raw sheet: error values and stray cells; on every sheet once.

        Raises:
            UnusableFileError: it has a cell far away from all others, or is damaged.
        """
        if name not in self._errors:
            with reading(self._name):
                data = self._archive.read(self._sheets[name].part)
                _check_extent(self._name, name, data)
                some = b't="e"' in data or b"t='e'" in data
                self._errors[name] = dict(_errors(data)) if some else {}

    def lines(self, name: str) -> Lines:
        """The cells of a sheet from A1 on; error values are texts (``#REF!``).

        Raises:
            UnusableFileError: as for :meth:`check`.
        """
        known = self._lines.get(name)
        if known is None:
            self.check(name)
            with reading(self._name):
                found = self._sheet(name).to_python(skip_empty_area=False)
            known = self._lines[name] = cast("Lines", found)
            for (line, column), text in self._errors[name].items():
                known += [[] for _ in range(line + 1 - len(known))]
                known[line] += [""] * (column + 1 - len(known[line]))
                known[line][column] = text
        return known

    def formula_cells(self, name: str) -> set[str] | None:
        """The cells of a sheet that hold a formula; None where that takes a whole reading of it.

        Raises:
            UnusableFileError: the part is damaged.
        """
        data = self._archive.read(self._sheets[name].part)
        if b"\0" in data[:4] or b":sheetData" in data:  # UTF-16, or elements with a prefix
            return None
        found = set()
        for match in _FORMULA.finditer(data):
            cell = data.rfind(b"<c", 0, match.start())
            place = _REFERENCE.search(data, max(cell, 0), match.start())
            if place is None:
                return None
            found.add((place[1] + place[2]).decode())
        return found

    def merged(self, name: str) -> list[Area]:
        """The merged ranges of a sheet."""
        with reading(self._name):
            ranges = self._sheet(name).merged_cell_ranges or ()
        return [
            Area(top + 1, left + 1, bottom + 1, right + 1)
            for (top, left), (bottom, right) in ranges
        ]

    def _sheet(self, name: str) -> CalamineSheet:
        """A sheet as the reader has it; the last one stays, whose merges are asked for beside its values."""
        if self._last is None or self._last.name != name:
            self._last = self._workbook.get_sheet_by_name(name)
        return self._last


def _put(lines: Lines, line: int, column: int, text: str) -> None:
    while len(lines) <= line:
        lines.append([])
    lines[line] += [""] * (column + 1 - len(lines[line]))
    lines[line][column] = text


def _errors(data: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """The error values of a sheet with their line and column from 0."""
    for match in _ERROR_CELL.finditer(data):
        place = _REFERENCE.search(match[1])
        shown = _SHOWN.search(match[2])
        if place:
            text = shown[1].decode("utf-8", "replace") if shown else "#VALUE!"
            yield (int(place[2]) - 1, column_number(place[1].decode()) - 1), text


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
    for match in re.finditer(_CELL, data):
        rows = max(rows, int(match[2]))
        columns = max(columns, column_number(match[1].decode()))
    if rows * columns > _MOST_CELLS:
        raise UnusableFileError(
            f"工作簿“{book}”的工作表“{sheet}”用到了第{rows}行、第{columns}列，远远超出预算表；"
            f"请删去表外的内容后再试。"
        )
