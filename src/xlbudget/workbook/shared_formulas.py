"""Formulas that several cells share: their texts cell by cell, and which cells may not be written.

A formula filled down is stored once, in the range's first cell (its master); the others only
point to it. Writing over the master would take their formula away.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.workbook.references import column_letter, column_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

__all__ = [
    "LAST_COLUMN",
    "LAST_ROW",
    "Area",
    "SheetFormula",
    "Spot",
    "cell_name",
    "formula_texts",
    "orphans",
    "parse_area",
    "parse_cell",
    "refuse_bound",
    "sheet_formula",
    "translate",
    "widened",
    "widened_spans",
]

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_COLUMNS = r"\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}"
_ROWS = r"\$?[0-9]{1,7}:\$?[0-9]{1,7}"
_END = r"(?![\w.(!?\\])"
_TOKEN = re.compile(
    rf"""
    "(?:[^"]|"")*"                                              # a text
    | '(?:[^']|'')*'                                            # a sheet's name
    | \[(?:'.|[^\[\]']|\[(?:'.|[^\[\]'])*\])*\]                 # columns of a table, another workbook
    | \#[A-Z0-9/_]+[!?]?                                        # an error value
    | (?P<cells>{_CELL}(?::{_CELL})?){_END}
    | (?P<columns>{_COLUMNS}){_END}
    | (?P<rows>{_ROWS}){_END}
    | [0-9]+(?:\.[0-9]*)?(?:[Ee][+-]?[0-9]+)?                   # a number
    | [^\W\d\\]?[\w.\\?]+                                       # a name, a function, a sheet
    """,
    re.VERBOSE | re.DOTALL,
)
_CORNER = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")


class Spot(NamedTuple):
    """A cell's row and column, both from 1."""

    row: int
    column: int


class Area(NamedTuple):
    """A range of cells, its corners included."""

    top: int
    left: int
    bottom: int
    right: int

    def covers(self, spot: Spot) -> bool:
        """Whether a spot lies in the area."""
        return self.top <= spot.row <= self.bottom and self.left <= spot.column <= self.right


class SheetFormula(NamedTuple):
    """The formula element of a cell as it stands in the sheet.

    ``kind`` is normal, shared, array or dataTable; ``area`` the range of a master, an array
    or a data table; ``group`` the number of a shared formula.
    """

    spot: Spot
    kind: str
    text: str
    area: str = ""
    group: str = ""


def sheet_formula(spot: Spot, attributes: Mapping[str, str], text: str) -> SheetFormula:
    """A formula element from its attributes and text."""
    kind, area = attributes.get("t", "normal"), attributes.get("ref", "")
    return SheetFormula(spot, kind, text, area, attributes.get("si", ""))


def parse_cell(cell: str) -> Spot | None:
    """``D7`` as a spot; None if it is no cell."""
    match = _PLACE.fullmatch(cell)
    if match is None:
        return None
    spot = Spot(int(match[2]), column_number(match[1].upper()))
    return spot if 1 <= spot.row <= LAST_ROW and spot.column <= LAST_COLUMN else None


def parse_area(text: str) -> Area | None:
    """``A1:B2`` or ``A1``; None if it is neither."""
    first, colon, last = text.partition(":")
    start = parse_cell(first)
    end = parse_cell(last) if colon else start
    return Area(*start, *end) if start and end else None


def widened(area: str, spots: Sequence[Spot]) -> str:
    """The smallest range around ``area`` (``A1:C9``) and ``spots``; ``area`` as it is if it is none."""
    found = parse_area(area)
    if found is None or all(map(found.covers, spots)):
        return area
    rows = [found.top, found.bottom, *(spot.row for spot in spots)]
    columns = [found.left, found.right, *(spot.column for spot in spots)]
    first, last = Spot(min(rows), min(columns)), Spot(max(rows), max(columns))
    return f"{cell_name(first)}:{cell_name(last)}"


def widened_spans(spans: str, columns: Collection[int]) -> str:
    """A row's ``spans`` (``1:3 5:9``) taking in ``columns``; "" if there are none."""
    ends = [int(end) for end in spans.replace(":", " ").split() if end.isdecimal()]
    if not ends or (min(ends) <= min(columns) and max(columns) <= max(ends)):
        return spans
    return f"{min(*ends, *columns)}:{max(*ends, *columns)}"


def cell_name(spot: Spot) -> str:
    """``D7``."""
    return f"{column_letter(spot.column - 1)}{spot.row}"


def formula_texts(formulas: Sequence[SheetFormula]) -> dict[Spot, str]:
    """The text of every formula (without "="), shared ones translated; "" where there is none."""
    masters = _masters(formulas)
    return {one.spot: _text(one, masters) for one in formulas}


def orphans(formulas: Sequence[SheetFormula], written: Collection[Spot]) -> dict[Spot, str]:
    """Cells that lose their master when ``written`` are overwritten, and their own formulas."""
    masters = _masters(formulas)
    lost = {group for group, master in masters.items() if master.spot in written}
    return {
        one.spot: _text(one, masters)
        for one in formulas
        if one.kind == "shared" and one.group in lost and one.spot not in written
    }


def _masters(formulas: Sequence[SheetFormula]) -> dict[str, SheetFormula]:
    """The master of each group: the first cell that has both text and range, else text."""
    masters: dict[str, SheetFormula] = {}
    shared = [one for one in formulas if one.kind == "shared" and one.text]
    for one in sorted(shared, key=lambda one: not one.area):
        masters.setdefault(one.group, one)
    return masters


def _text(formula: SheetFormula, masters: dict[str, SheetFormula]) -> str:
    master = masters.get(formula.group)
    if formula.text or formula.kind != "shared" or master is None:
        return formula.text
    rows = formula.spot.row - master.spot.row
    return translate(master.text, rows, formula.spot.column - master.spot.column)


def refuse_bound(
    sheet: str,
    written: Iterable[Spot],
    formulas: Iterable[SheetFormula],
    merged: Iterable[str],
) -> None:
    """Refuse to write a cell of an array formula or a data table, or one hidden by a merged range.

    An array formula that is one cell's alone may be replaced like any other.

    Raises:
        UnusableFileError: names sheet, cell and range.
    """
    found = [one for one in formulas if one.kind in {"array", "dataTable"}]
    bound = [
        (one.kind, one.area, parse_area(one.area) or Area(*one.spot, *one.spot)) for one in found
    ]
    bound = [
        (kind, text, area) for kind, text, area in bound if kind != "array" or area[:2] != area[2:]
    ]
    hidden = [(text, area) for text in merged if (area := parse_area(text))]
    for spot in written:
        for kind, text, area in bound:
            if area.covers(spot):
                what = "数组公式" if kind == "array" else "模拟运算表"
                raise UnusableFileError(
                    f"工作表“{sheet}”的单元格{cell_name(spot)}属于{what}（{text or cell_name(spot)}），"
                    f"不能单独改写；请先在 Excel 中清除这个{what}。"
                )
        for text, area in hidden:
            if area.covers(spot) and spot != (area.top, area.left):
                raise UnusableFileError(
                    f"工作表“{sheet}”的单元格{cell_name(spot)}被合并区域{text}盖住，"
                    f"不能填写；请先在 Excel 中取消合并。"
                )


# ------------------------------------------------------------------ formulas moved to another cell


def translate(formula: str, rows: int, columns: int) -> str:
    """``formula`` as it reads ``rows`` further down and ``columns`` further right.

    References without $ move along; one that leaves the sheet becomes #REF!.
    """

    def moved(match: re.Match[str]) -> str:
        if match.lastgroup is None:
            return match[0]
        if match.lastgroup == "cells" and not all(map(parse_cell, match[0].split(":"))):
            return match[0]  # a name such as ZZZ1
        corners = [_moved(corner, rows, columns) for corner in match[0].split(":")]
        return "#REF!" if "" in corners else ":".join(corners)

    return _TOKEN.sub(moved, formula)


def _moved(corner: str, rows: int, columns: int) -> str:
    """One corner of a reference: a cell, a column or a row; "" if it leaves the sheet."""
    if corner.startswith("$") and corner[1:].isdecimal():
        return corner
    match = _CORNER.fullmatch(corner)
    assert match is not None, corner
    across, letters, down, digits = match.groups()
    if letters and not across:
        column = column_number(letters.upper()) + columns
        if not 1 <= column <= LAST_COLUMN:
            return ""
        letters = column_letter(column - 1)
    if digits and not down:
        row = int(digits) + rows
        if not 1 <= row <= LAST_ROW:
            return ""
        digits = str(row)
    return f"{across}{letters}{down}{digits}"
