"""Cells and ranges by name, and references in formulas as text.

Formulas are moved to other cells here and not by openpyxl's translator: that one fails at names
such as ``YSB2024``, lets references run beyond the sheet's edge, and must not be loaded to validate.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_CELL = re.compile(r"([A-Z]+)([0-9]+)")
_PLAIN = re.compile(r"[^\W\d][\w.]*")
_LIKE_A_CELL = r"[A-Za-z]{1,3}[0-9]+|[RrCc][0-9]*|[Rr][0-9]*[Cc][0-9]*|(?i:true|false)"
_AWAY = (
    r"((?:'(?:[^']|'')++'|(?<![\w.])[^\W\d][\w.]*+)!)(\$?[A-Z]+\$?[0-9]+(?::\$?[A-Z]+\$?[0-9]+)?)"
)
_ARGUMENTS = 250
"""Excel takes 255 arguments."""
_LAST_ROW = 1_048_576
_LAST_COLUMN = 16_384

_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_ONE = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_COLUMNS = r"\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}"
_ROWS = r"\$?[0-9]{1,7}:\$?[0-9]{1,7}"
_END = r"(?![\w.(!?\\])"
_TOKEN = rf"""(?sx)
    "(?:[^"]|"")*"                                              # a text
    | '(?:[^']|'')*'                                            # a sheet's name
    | \[(?:'.|[^\[\]']|\[(?:'.|[^\[\]'])*\])*\]                 # columns of a table, another workbook
    | \#[A-Z0-9/_]+[!?]?                                        # an error value
    | (?P<cells>{_ONE}(?::{_ONE})?){_END}
    | (?P<columns>{_COLUMNS}){_END}
    | (?P<rows>{_ROWS}){_END}
    | [0-9]+(?:\.[0-9]*)?(?:[Ee][+-]?[0-9]+)?                   # a number
    | [^\W\d\\]?[\w.\\?]+                                       # a name, a function, a sheet
    """
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


def in_quotes(sheet: str) -> str:
    """A sheet's name in quotes, as links have it: always allowed."""
    return "'" + sheet.replace("'", "''") + "'"


def quoted(sheet: str) -> str:
    """A sheet's name as programs write it in formulas: in quotes only where it needs them."""
    plain = _PLAIN.fullmatch(sheet) and not re.fullmatch(_LIKE_A_CELL, sheet)
    return sheet if plain else in_quotes(sheet)


def same_formula(one: str, other: str) -> bool:
    """Whether two formulas are the same but for quotes that a program added or dropped."""
    return one == other or one.replace("'", "") == other.replace("'", "")


def split_cell(cell: str) -> tuple[str, int]:
    """``AB12`` is ("AB", 12)."""
    match = _CELL.fullmatch(cell)
    assert match is not None, cell
    return match[1], int(match[2])


def column_number(letters: str) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letter(column: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def references(sheet: str, cells: Iterable[str]) -> list[str]:
    """``C8`` and ``C12:C13`` for single cells and runs; ``sheet`` is "" for the formula's own."""
    pairs = map(split_cell, cells)
    spots = sorted({(column_number(letters), row, letters) for letters, row in pairs})
    across = len({row for _, row, _ in spots}) == 1 and len(spots) > 1
    runs: list[list[tuple[int, int, str]]] = [[spot] for spot in spots[:1]]
    for before, spot in pairwise(spots):
        step = (1, 0) if across else (0, 1)
        if (spot[0] - before[0], spot[1] - before[1]) == step:
            runs[-1].append(spot)
        else:
            runs.append([spot])
    prefix = f"{quoted(sheet)}!" if sheet else ""
    return [prefix + _run(run) for run in runs]


def areas_of(formulas: Iterable[str]) -> list[str]:
    """For each other sheet that some formulas read, the one area that holds all they read of it."""
    found: dict[str, list[tuple[int, int]]] = {}
    for formula in formulas:
        for match in re.finditer(_AWAY, formula):
            ends = [split_cell(one.replace("$", "")) for one in match[2].split(":")]
            spots = [(column_number(letters), line) for letters, line in ends]
            found.setdefault(match[1], []).extend(spots)
    areas = []
    for prefix, spots in found.items():
        columns, lines = zip(*spots, strict=True)
        first = f"${column_letter(min(columns) - 1)}${min(lines)}"
        areas.append(f"{prefix}{first}:${column_letter(max(columns) - 1)}${max(lines)}")
    return areas


def _run(run: Sequence[tuple[int, int, str]]) -> str:
    first, last = (f"{letters}{row}" for _, row, letters in (run[0], run[-1]))
    return first if first == last else f"{first}:{last}"


def chunked(parts: Sequence[str]) -> list[Sequence[str]]:
    """``parts`` in pieces that one function call can take."""
    return [parts[start : start + _ARGUMENTS] for start in range(0, len(parts), _ARGUMENTS)]


# ------------------------------------------------------------------ cells and areas


def parse_cell(cell: str) -> Spot | None:
    """``D7`` as a spot; None if it is no cell."""
    match = _PLACE.fullmatch(cell)
    if match is None:
        return None
    spot = Spot(int(match[2]), column_number(match[1].upper()))
    return spot if 1 <= spot.row <= _LAST_ROW and spot.column <= _LAST_COLUMN else None


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


def translate(formula: str, rows: int, columns: int) -> str:
    """``formula`` as it reads ``rows`` further down and ``columns`` further right.

    References without $ move along; one that leaves the sheet becomes #REF!.
    """
    pieces: list[str] = []
    for text, reference in _pieces(formula):
        corners = [_moved(corner, rows, columns) for corner in reference]
        pieces += [text, "#REF!" if "" in corners else ":".join(corners)]
    return "".join(pieces)


@lru_cache(maxsize=64)
def _pieces(formula: str) -> list[tuple[str, list[_Corner]]]:
    """A formula cut before each reference and behind it: text, and the reference's corners.

    It is kept: a formula that is filled down is translated for thousands of cells.
    """
    found: list[tuple[str, list[_Corner]]] = []
    start = 0
    for match in re.finditer(_TOKEN, formula):
        corners = match[0].split(":")
        if match.lastgroup is None or (
            match.lastgroup == "cells" and not all(map(parse_cell, corners))
        ):
            continue  # also a name such as ZZZ1
        found.append((formula[start : match.start()], list(map(_corner, corners))))
        start = match.end()
    return [*found, (formula[start:], [])]


class _Corner(NamedTuple):
    """One corner of a reference: a cell, a column or a row; with $ in front of what stays."""

    across: str
    column: int
    down: str
    row: int


def _corner(text: str) -> _Corner:
    if text.startswith("$") and text[1:].isdecimal():
        return _Corner("", 0, "$", int(text[1:]))
    match = _CORNER.fullmatch(text)
    assert match is not None, text
    across, letters, down, digits = match.groups()
    return _Corner(across, column_number(letters.upper()) if letters else 0, down, int(digits or 0))


def _moved(corner: _Corner, rows: int, columns: int) -> str:
    """A corner as text, elsewhere; "" if it leaves the sheet."""
    across, column, down, row = corner
    if column and not across:
        column += columns
        if not 1 <= column <= _LAST_COLUMN:
            return ""
    if row and not down:
        row += rows
        if not 1 <= row <= _LAST_ROW:
            return ""
    return f"{across}{column_letter(column - 1) if column else ''}{down}{row or ''}"
