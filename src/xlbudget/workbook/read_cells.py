"""Values of cells, as a spreadsheet reader gives them, as amounts, counts and texts.

A value is a float, int, str, bool, date, datetime, time, timedelta, or "" or None for a blank.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import visible
from xlbudget.errors import AmountError
from xlbudget.figures import Unreadable
from xlbudget.money import COUNT, YUAN, Amount, from_number, parse_amount
from xlbudget.xlsx.cells import Lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.figures import Cell
    from xlbudget.money import Unit

__all__ = [
    "NOTHING",
    "Lines",
    "Sheet",
    "cell_reader",
    "count_of",
    "text_of",
    "value_at",
    "whole_lines",
]

NOTHING = frozenset(("-", "--", "－", "—", "——", "–", "―", "/", "／", "−"))
"""What people put where there is no amount."""
_EXACT = 10.0**13
"""Below this, a float with two decimals is printed with at most 15 digits."""


class Sheet(NamedTuple):
    """A sheet's name and its lines."""

    name: str
    lines: Lines


def whole_lines(lines: Lines) -> Lines:
    """The same lines, made equally long."""
    width = max(map(len, lines), default=0)
    if all(len(line) == width for line in lines):
        return lines
    return [[*line, *[""] * (width - len(line))] for line in lines]


def value_at(lines: Lines, line: int, column: int) -> object:
    """The value in a line and column (both from 1), "" beyond the last."""
    inside = line <= len(lines) and column <= len(lines[line - 1])
    return lines[line - 1][column - 1] if inside else ""


def text_of(value: object) -> str:
    """A cell's text; 201.0 is ``201``, a date ``2024-02-27``, a blank empty."""
    if isinstance(value, str):
        return value.strip() if value else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return format(value, ".15g") if abs(value) < 10**15 else format(value, ".0f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != value.min.time() else f"{value:%Y-%m-%d}"
    return value.isoformat() if isinstance(value, date) else str(value)


def cell_reader(unit: Unit) -> Callable[[object], Cell]:
    """A function from a cell's value to the amount, None or Unreadable; it remembers values."""
    return _Cells(unit).__getitem__


class _Cells(dict[object, "Cell"]):
    """Value -> cell, found out when first asked for: figures repeat, and most cells are blank.

    0 and 1 are not kept, because False and True equal them and are no amounts.
    """

    def __init__(self, unit: Unit) -> None:
        super().__init__({"": None, None: None})
        self.unit, self.hundredth = unit, unit.fen // 100

    def __missing__(self, value: object) -> Cell:
        if value.__class__ is float and -_EXACT < value < _EXACT and self.hundredth:
            # The nearest float to a number of at most 15 digits: what from_number would give.
            hundredths: int = round(value * 100)
            if hundredths / 100 == value:
                found: Cell = Amount(hundredths * self.hundredth, self.unit)
            else:
                found = _other(value, self.unit)
        else:
            found = _other(value, self.unit)
        if value not in (0, 1):
            self[value] = found
        return found


def _number(value: float, unit: Unit) -> Cell:
    try:
        return from_number(value, unit)
    except AmountError:
        return Unreadable(str(value))


def _other(value: object, unit: Unit) -> Cell:
    if isinstance(value, str):
        text = visible(value).strip()
        if not text or text in NOTHING:
            return None
        try:
            return parse_amount(text, unit)
        except AmountError:
            return Unreadable(text)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value, unit)
    return Unreadable(text_of(value))


def count_of(value: object, unit_name: str = "") -> Cell:
    """A whole number of things; anything else, also 2.5, is unreadable. ``unit_name``: ``130人``."""
    if isinstance(value, str):
        value = visible(value).strip()
        value = value.removesuffix(unit_name).rstrip() if unit_name else value
        if value.endswith(("元", "万", "亿")):
            return Unreadable(value)
    found = _other("" if value is None else value, YUAN)
    if not isinstance(found, Amount):
        return found
    count, rest = divmod(found.fen, YUAN.fen)
    return Unreadable(text_of(value)) if rest else Amount(count, COUNT, 0)
