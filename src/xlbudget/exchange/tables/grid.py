"""A sheet of an exported file as values: lines, merged areas, and what is not known of its cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.workbook.layout import column_letter
from xlbudget.workbook.read_cells import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.workbook.read_cells import Lines

__all__ = ["UNCOMPUTED", "Area", "Grid", "TableFile", "TableSheet", "cell_of", "looks_garbled"]

UNCOMPUTED = "（公式没有计算结果）"
"""Stands in a cell whose formula was saved without a value: it reads as no amount."""
_CHINESE = re.compile("[\u4e00-\u9fff]")
_HIGH = re.compile("[\u0080-\u024f\u2010-\u2122\ufffd]")
_FEW = 10
_MOST_COVERED = 20_000
"""Merged areas with more cells than this are no headings."""


class Area(NamedTuple):
    """A merged range: first and last line and column, all from 0."""

    top: int
    left: int
    bottom: int
    right: int


class TableSheet(NamedTuple):
    """A sheet as read; its lines are equally long. ``uncomputed`` are formulas without a value."""

    name: str
    hidden: bool
    lines: Lines
    merged: tuple[Area, ...] = ()
    uncomputed: tuple[str, ...] = ()


class TableFile(NamedTuple):
    """All sheets of a file, and sentences on how it was read."""

    name: str
    sheets: tuple[TableSheet, ...]
    said: tuple[str, ...] = ()


class Grid:
    """A part of a sheet: the lines ``top`` to ``bottom`` and columns ``left`` to ``right`` (both without the last).

    Lines and columns keep the sheet's numbers (from 0).
    """

    def __init__(
        self, sheet: TableSheet, top: int, bottom: int, columns: tuple[int, int] | None = None
    ) -> None:
        width = len(sheet.lines[0]) if sheet.lines else 0
        self.sheet, self.top, self.bottom = sheet, top, min(bottom, len(sheet.lines))
        self.left, self.right = columns or (0, width)
        self.cover: dict[tuple[int, int], Area] = {}
        for area in sheet.merged:
            if area.bottom < top or area.top >= bottom or _size(area) > _MOST_COVERED:
                continue
            for line in range(area.top, area.bottom + 1):
                for column in range(area.left, area.right + 1):
                    self.cover[line, column] = area

    def part(
        self, top: int, bottom: int | None = None, columns: tuple[int, int] | None = None
    ) -> Grid:
        """A smaller part."""
        end = self.bottom if bottom is None else bottom
        return Grid(self.sheet, top, end, columns or (self.left, self.right))

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


def _size(area: Area) -> int:
    return (area.bottom - area.top + 1) * (area.right - area.left + 1)


def cell_of(line: int, column: int) -> str:
    """The name of a cell: line 0 and column 0 are A1."""
    return f"{column_letter(column)}{line + 1}"


def looks_garbled(text: str) -> bool:
    """Whether a text is Chinese that was read in a Western code page."""
    return len(_HIGH.findall(text)) > max(_FEW, 2 * len(_CHINESE.findall(text)))
