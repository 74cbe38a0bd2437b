"""A sheet as values and merges, and its cells as amounts, counts and texts.

A value is a float, int, str, bool, date, datetime, time, timedelta, or "" or None for a blank.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from xlbudget.characters import squash, visible
from xlbudget.errors import AmountError
from xlbudget.figures import Unreadable
from xlbudget.limits import LARGEST_FEN, MOST_COVERED
from xlbudget.money import (
    COUNT,
    STANDARD_PLACES,
    WAN,
    YUAN,
    Amount,
    Unit,
    from_number,
    parse_amount,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from xlbudget.figures import Cell
    from xlbudget.xlsx.cells import Lines


_Value = TypeVar("_Value", str, object)
NOTHING = frozenset(("-", "--", "－", "—", "——", "–", "―", "/", "／", "−"))
"""What people put where there is no amount."""
_EXACT = 10.0**13
"""Below this, a float with two decimals is printed with at most 15 digits."""
UNCOMPUTED = "（公式没有计算结果）"
"""Stands in a cell whose formula was saved without a value: it reads as no amount."""
_CHINESE = "[\u4e00-\u9fff]"
_HIGH = "[\u0080-\u024f\u2010-\u2122\ufffd]"
_FEW = 10
_UNITS = {
    "元": YUAN,
    "人民币元": YUAN,
    "千元": Unit("千元", 100_000, 5),
    "万元": WAN,
    "百万元": Unit("百万元", 100_000_000, 8),
    "亿元": Unit("亿元", 10_000_000_000, 10),
}
_NAMES = "|".join(sorted(_UNITS, key=len, reverse=True))
_STATED = rf"单位[:)]?\(?(?:人民币)?({_NAMES})(?![\u4e00-\u9fff])"
_BRACKETS = rf"\((?:(?:金额)?单位:?)?({_NAMES})\)"
_ALONE = rf"\(?({_NAMES})\)?"


def whole_lines(lines: list[list[_Value]]) -> list[list[_Value]]:
    """The same lines, made equally long."""
    width = max(map(len, lines), default=0)
    if all(len(line) == width for line in lines):
        return lines
    return [line + [""] * (width - len(line)) for line in lines]


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


def cells_reader(unit: Unit) -> Callable[[Sequence[object]], tuple[Cell, ...]]:
    """The same for several values at once."""
    read = cell_reader(unit)
    return lambda values: tuple(map(read, values))


class _Cells(dict[object, "Cell"]):
    """Value -> cell, found out when first asked for: figures repeat, and most cells are blank.

    0 and 1 are not kept, because False and True equal them and are no amounts.
    """

    def __init__(self, unit: Unit) -> None:
        super().__init__({"": None, None: None})
        self.unit, self.hundredth = unit, unit.fen // 100
        self.most = min(_EXACT, LARGEST_FEN / unit.fen)

    def __missing__(self, value: object) -> Cell:
        # The nearest float to a number of at most 15 digits: what from_number would give.
        if (
            value.__class__ is float
            and self.hundredth
            and -self.most < value < self.most
            and (hundredths := round(value * 100)) / 100 == value
        ):
            found: Cell = Amount(hundredths * self.hundredth, self.unit)
        else:
            found = _other(value, self.unit)
        if value not in (0, 1):
            self[value] = found
        return found


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
        try:
            return from_number(value, unit)
        except AmountError:
            return Unreadable(str(value))
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


class Area(NamedTuple):
    """A merged range: first and last line and column, all from 0."""

    top: int
    left: int
    bottom: int
    right: int


class Sheet(NamedTuple):
    """A sheet of values and merges: an own one, an exported one, a document's table.

    ``uncomputed`` are cells with formulas that were saved without a value.
    """

    name: str
    lines: Lines
    merged: tuple[Area, ...] = ()
    hidden: bool = False
    uncomputed: tuple[str, ...] = ()


class TableFile(NamedTuple):
    """All sheets of a file, and sentences on how it was read."""

    name: str
    sheets: tuple[Sheet, ...]
    said: tuple[str, ...] = ()


class Grid:
    """A part of a sheet: the lines ``top`` to ``bottom`` and columns ``left`` to ``right`` (both without the last).

    Lines and columns keep the sheet's numbers (from 0).
    """

    def __init__(
        self,
        sheet: Sheet,
        top: int,
        bottom: int,
        columns: tuple[int, int] | None = None,
        cover: dict[tuple[int, int], Area] | None = None,
    ) -> None:
        width = len(sheet.lines[0]) if sheet.lines else 0
        self.sheet, self.top, self.bottom = sheet, top, min(bottom, len(sheet.lines))
        self.left, self.right = columns or (0, width)
        # Of the whole sheet, made once: what covers a cell of a part is the same there.
        self.cover = _cover(sheet) if cover is None else cover

    def part(
        self, top: int, bottom: int | None = None, columns: tuple[int, int] | None = None
    ) -> Grid:
        """A smaller part."""
        end = self.bottom if bottom is None else bottom
        return Grid(self.sheet, top, end, columns or (self.left, self.right), self.cover)

    def value(self, line: int, column: int) -> object:
        """What stands in a cell; "" outside the part."""
        inside = self.top <= line < self.bottom and self.left <= column < self.right
        return self.sheet.lines[line][column] if inside else ""

    def text(self, line: int, column: int) -> str:
        """The text of a cell by itself."""
        return text_of(self.value(line, column))

    def covered(self, line: int, column: int) -> str:
        """The text of a cell, or of the merged range that covers it."""
        area = self.cover.get((line, column))
        if area is None:
            return self.text(line, column)
        if area.top < self.top or area.top >= self.bottom:
            return ""
        return text_of(self.sheet.lines[area.top][area.left])

    def texts(self, line: int) -> Iterator[tuple[int, str]]:
        """Column and text of every cell of a line that holds something."""
        for column in range(self.left, self.right):
            text = self.text(line, column)
            if text:
                yield column, text

    def blank(self, line: int) -> bool:
        """Whether a line holds nothing."""
        return next(self.texts(line), None) is None

    def masked(self) -> Lines:
        """The sheet's lines from its first one on, blank outside the part; merged columns filled down."""
        width = len(self.sheet.lines[0]) if self.sheet.lines else 0
        lines: Lines = [[""] * width for _ in range(self.bottom)]
        for line in range(self.top, self.bottom):
            for column in range(self.left, self.right):
                area = self.cover.get((line, column))
                down = area is not None and area.left == area.right and area.top >= self.top
                at = area.top if area is not None and down else line
                lines[line][column] = self.sheet.lines[at][column]
        return lines


def _cover(sheet: Sheet) -> dict[tuple[int, int], Area]:
    """Line and column of every cell in a merged range -> the range."""
    return {
        (line, column): area
        for area in sheet.merged
        if _size(area) <= MOST_COVERED
        for line in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
    }


def _size(area: Area) -> int:
    return (area.bottom - area.top + 1) * (area.right - area.left + 1)


def looks_garbled(text: str) -> bool:
    """Whether a text is Chinese that was read in a Western code page, or written in one: ????."""
    strange = len(re.findall(_HIGH, text)) + sum(map(len, re.findall(r"\?{2,}", text)))
    return strange > max(_FEW, 2 * len(re.findall(_CHINESE, text)))


def stated_units(texts: Iterable[str]) -> set[Unit]:
    """The units that lines beside a title state: 单位：万元, （金额单位：元）, （万元）."""
    units: set[Unit] = set()
    for text in texts:
        plain = squash(text)
        match = (
            re.search(_STATED, plain) or re.search(_BRACKETS, plain) or re.fullmatch(_ALONE, plain)
        )
        if match:
            units.add(_UNITS[match[1]])
    return units


def heading_unit(text: str) -> Unit | None:
    """The unit that a heading names in brackets: 预算数（元）."""
    match = re.search(_BRACKETS, squash(text))
    return _UNITS[match[1]] if match else None


def without_unit(text: str) -> str:
    """A heading without its unit."""
    return re.sub(_BRACKETS, "", squash(text))


class Reader:
    """Reads the cells of one table into the standard's unit; counts what it had to round."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.rounded = 0
        self.converted: set[Unit] = set()
        self.readers: dict[Unit, Callable[[object], Cell]] = {}

    def read(self, value: object, source: Unit) -> Cell:
        """A cell that holds a number of ``source``."""
        if source not in self.readers:
            self.readers[source] = cell_reader(source)
        found = self.readers[source](value)
        if found is None or isinstance(found, Unreadable):
            return found
        return self.convert(found)

    def line(self, units: Sequence[Unit]) -> Callable[[Sequence[object]], tuple[Cell, ...]]:
        """A function that reads several cells, each a number of its own unit."""
        return lambda values: tuple(map(self.read, values, units))

    def convert(self, found: Amount) -> Amount:
        """An amount in the table's unit, with the decimals that the standard prints."""
        places = min(STANDARD_PLACES, self.unit.max_places)
        if found.unit == self.unit and found.places <= places:
            return found
        if found.unit != self.unit:
            self.converted.add(found.unit)
        result = found.rounded(self.unit, places)
        self.rounded += result.fen != found.fen
        return result

    def sentence(self, title: str) -> str:
        """What happened to the table's amounts, empty where nothing did."""
        said = ""
        if self.converted:
            units = "、".join(sorted(one.name for one in self.converted))
            said = f"“{title}”的金额由{units}换算成{self.unit.name}"
        if self.rounded:
            said += f"，其中{self.rounded}格" if said else f"“{title}”有{self.rounded}格"
            said += "四舍五入到两位小数"
        return f"{said}。" if said else ""
