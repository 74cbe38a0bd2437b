"""Rectangles of cells read and written with as few calls as their contents allow."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from calc.engine_document import CalcError, Document
from calc.number_formats import DATE, LOGICAL, TEXT, TIME
from calc.typed_text import EPOCH, Typed, serial_of, typed
from calc.uno_path import Uno, uno

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["CellError", "Content", "Rows", "read_formulas", "read_values", "write_cells"]

_FORMULA_CELLS_WITH_ERRORS = 4
_FAILED_SYNTAX = {501, *range(507, 513), 520, 533}
_ERRORS = {
    503: "#NUM!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}
_LOGICAL_FORMULA = re.compile(r"[<>=]|\b(?:TRUE|FALSE|AND|OR|XOR|NOT|EXACT|IS[A-Z]+)\(")
_NEW_FORMATS = {
    "boolean": (LOGICAL, "BOOLEAN"),
    "date": (DATE, "yyyy/m/d"),
    "time": (TIME, "h:mm:ss"),
    "moment": (DATE | TIME, "yyyy/m/d h:mm"),
    "percent": (0, "0.00%"),
}
"""Kind of content -> the formats that already suit it, and the one that a plain cell gets."""


class CellError(str):
    """The error that a cell shows, like ``#DIV/0!``."""

    __slots__ = ()


Content = str | float | bool | dt.date | None
Rows = Sequence[Sequence[Content]]
Spot = tuple[int, int]


def read_values(document: Document, cells: Uno) -> list[list[Content]]:
    """What the cells show: texts, numbers, dates, truth values, errors; "" where blank."""
    data: list[list[Content]] = [list(row) for row in cells.getDataArray()]
    if any(value is None for row in data for value in row):
        for row, column in _spots(cells, _error_areas(cells)):
            code = cells.getCellByPosition(column, row).getError()
            data[row][column] = CellError(_ERRORS.get(code, "#VALUE!"))
    if any(isinstance(value, float) for row in data for value in row):
        for kind, areas in _formats(document, cells, DATE | TIME | LOGICAL):
            for row, column in _spots(cells, areas):
                value = data[row][column]
                if isinstance(value, float):
                    data[row][column] = bool(value) if kind & LOGICAL else _moment(value)
        _answer_yes_or_no(cells, data)
    return data


def read_formulas(document: Document, cells: Uno) -> list[list[str]]:
    """What Excel's formula property gives: formulas, else what was typed, as text."""
    data = cells.getDataArray()
    found = [list(row) for row in cells.getFormulaArray()]
    logical: set[Spot] = set()
    if any(value in (0.0, 1.0) for row in data for value in row):
        for _, areas in _formats(document, cells, LOGICAL):
            logical.update(_spots(cells, areas))
    for at, row in enumerate(found):
        for column, text in enumerate(row):
            value = data[at][column]
            if text[:1] in ("=", "{") and text != value:
                row[column] = document.syntax.to_excel(text[1:-1] if text[0] == "{" else text)
            elif isinstance(value, float):
                is_logical = (at, column) in logical
                row[column] = str(bool(value)).upper() if is_logical else _number_text(value)
            else:
                row[column] = str(value)
    return found


def write_cells(document: Document, cells: Uno, rows: Rows | Content) -> None:
    """Write as Excel does: texts are read as if typed; one content for all goes into each cell.

    Raises:
        CalcError: Excel would refuse: protection, part of an array, a formula that is none.
    """
    area = cells.RangeAddress
    height, width = area.EndRow - area.StartRow + 1, area.EndColumn - area.StartColumn + 1
    given: Rows
    if rows is None or isinstance(rows, (str, float, int, dt.date)):
        filled, given = True, [[rows] * width] * height
    else:
        filled, given = False, rows
    if len(given) != height or any(len(row) != width for row in given):
        raise CalcError("the rectangle of values and that of cells differ")
    contents = _interpreted(document, cells, given)
    plain = tuple(
        tuple("" if one.kind == "formula" else one.value for one in row) for row in contents
    )
    formulas = {
        (at, column): str(one.value)
        for at, row in enumerate(contents)
        for column, one in enumerate(row)
        if one.kind == "formula"
    }
    try:
        cells.setDataArray(plain)
        if formulas:
            _write_formulas(document, cells, formulas, filled=filled)
    except uno().getClass("com.sun.star.uno.RuntimeException"):
        raise CalcError(
            f"{cells.AbsoluteName}: the cells are locked on a protected sheet, or part of an array"
        ) from None
    for kind in _NEW_FORMATS:
        _format_new(document, cells, kind, contents)


def _interpreted(document: Document, cells: Uno, rows: Rows) -> list[list[Typed]]:
    texts: set[Spot] = set()
    if any(isinstance(value, str) and value for row in rows for value in row):
        for _, areas in _formats(document, cells, TEXT):
            texts.update(_spots(cells, areas))
    try:
        return [
            [_content(value, (at, column) in texts) for column, value in enumerate(row)]
            for at, row in enumerate(rows)
        ]
    except ValueError as error:
        raise CalcError(str(error)) from None


def _content(value: Content, text_cell: bool) -> Typed:
    if value is None:
        return Typed("text", "")
    if isinstance(value, str):
        return typed(value, text_cell=text_cell)
    if isinstance(value, bool):
        return Typed("boolean", float(value))
    if isinstance(value, dt.date):
        serial = serial_of(value)
        return Typed("date" if serial.is_integer() else "moment", serial)
    if not math.isfinite(value):
        return Typed("text", "")
    return Typed("number", float(value))


def _write_formulas(
    document: Document, cells: Uno, formulas: dict[Spot, str], *, filled: bool
) -> None:
    area = cells.RangeAddress
    if filled:
        first = next(iter(formulas.values()))
        fill = document.syntax.filled(first, (area.StartRow, area.StartColumn))
        ready = {at: fill(area.StartRow + at[0], area.StartColumn + at[1]) for at in formulas}
    else:
        ready = {at: document.syntax.to_calc(text) for at, text in formulas.items()}
    for top, left, bottom, right in _rectangles(ready):
        part = cells.getCellRangeByPosition(left, top, right, bottom)
        part.setFormulaArray(
            tuple(
                tuple(ready[at, column] for column in range(left, right + 1))
                for at in range(top, bottom + 1)
            )
        )
    for row, column in _spots(cells, _error_areas(cells)):
        cell = cells.getCellByPosition(column, row)
        if (row, column) in formulas and cell.getError() in _FAILED_SYNTAX:
            raise CalcError(f"{cell.AbsoluteName}: not a formula: {formulas[row, column]}")


def _format_new(document: Document, cells: Uno, kind: str, contents: list[list[Typed]]) -> None:
    """Give cells without a suitable format the one that Excel gives them."""
    spots = {
        (at, column)
        for at, row in enumerate(contents)
        for column, one in enumerate(row)
        if one.kind == kind
    }
    suitable, code = _NEW_FORMATS[kind]
    for top, left, bottom, right in _rectangles(spots):
        part = cells.getCellRangeByPosition(left, top, right, bottom)
        for key, group in _groups(part):
            general = document.formats.code(key) == "General"
            if general or (suitable and not document.formats.kind(key) & suitable):
                group.NumberFormat = document.formats.key(code)


def _answer_yes_or_no(cells: Uno, data: list[list[Content]]) -> None:
    """Truth values of formulas: their cells have no format of their own."""
    suspects = [
        (row, column)
        for row, line in enumerate(data)
        for column, value in enumerate(line)
        if isinstance(value, float) and value in (0.0, 1.0)
    ]
    if not suspects:
        return
    formulas = cells.getFormulaArray()
    for row, column in suspects:
        text = formulas[row][column]
        if text[:1] in ("=", "{") and _LOGICAL_FORMULA.search(text[1:]):
            shown = cells.getCellByPosition(column, row).String
            if shown in ("TRUE", "FALSE"):
                data[row][column] = shown == "TRUE"


def _formats(document: Document, cells: Uno, wanted: int) -> Iterator[tuple[int, Iterable[Uno]]]:
    """The parts of a range whose format is of a wanted kind."""
    for key, group in _groups(cells):
        kind = document.formats.kind(key)
        if kind & wanted:
            whole = group is cells
            yield kind, (group.RangeAddress,) if whole else group.getRangeAddresses()


def _groups(cells: Uno) -> Iterator[tuple[int, Uno]]:
    """Number formats and the cells that have them."""
    if cells.getPropertyState("NumberFormat").value != "AMBIGUOUS_VALUE":
        yield cells.NumberFormat, cells
        return
    groups = cells.getUniqueCellFormatRanges()
    for at in range(groups.Count):
        group = groups.getByIndex(at)
        yield group.NumberFormat, group


def _error_areas(cells: Uno) -> Iterable[Uno]:
    found: Iterable[Uno] = cells.queryFormulaCells(_FORMULA_CELLS_WITH_ERRORS).getRangeAddresses()
    return found


def _spots(cells: Uno, areas: Iterable[Uno]) -> Iterator[Spot]:
    """Row and column inside the range of every cell of some areas."""
    area = cells.RangeAddress
    top, left = area.StartRow, area.StartColumn
    for one in areas:
        for row in range(one.StartRow - top, one.EndRow - top + 1):
            for column in range(one.StartColumn - left, one.EndColumn - left + 1):
                yield row, column


def _rectangles(spots: Iterable[Spot]) -> list[tuple[int, int, int, int]]:
    """Rectangles (top, left, bottom, right) that cover exactly those cells."""
    open_: dict[tuple[int, int], int] = {}
    done: list[list[int]] = []
    ordered = sorted(spots)
    at = 0
    while at < len(ordered):
        row, left = ordered[at]
        right = left
        while at + 1 < len(ordered) and ordered[at + 1] == (row, right + 1):
            at, right = at + 1, right + 1
        at += 1
        above = open_.get((left, right))
        if above is not None and done[above][2] == row - 1:
            done[above][2] = row
        else:
            open_[left, right] = len(done)
            done.append([row, left, row, right])
    return [(top, left, bottom, right) for top, left, bottom, right in done]


def _moment(serial: float) -> Content:
    """A date of Excel's calendar, to the millisecond; a number that is none stays one."""
    if serial < 0:
        return serial
    return EPOCH + dt.timedelta(milliseconds=round(serial * 86_400_000))


def _number_text(value: float) -> str:
    """A number as Excel's formula property gives it: 15 digits."""
    text = f"{value:.15g}"
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    size = int(exponent)
    if -10 < size < 0 or 0 <= size <= 20:
        return f"{value:.{max(0, 14 - size)}f}".rstrip("0").rstrip(".")
    return f"{digits}E{size:+d}"
