"""How a grid fits on a page: upright or across, size of letters, widths of columns, row heights.

Everything is estimated from the letters, so that it is the same on every machine.
"""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.printed import PrintedCell, PrintedTable


_SIZES = (10.5, 10.0, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
_UPRIGHT_FROM = 9.0
"""A grid that fits upright at this size is not turned."""
_UPRIGHT_COLUMNS = 6
_MANY = 10
"""Grids with more columns are set tight."""
_MARGIN, _TIGHT = 4.0, 2.0
"""Points between the border of a cell and its text."""
_BORDER = 0.6
_DIGIT, _POINT, _LETTER, _BOLD = 0.64, 0.33, 0.66, 1.1
"""Widths in letters of the font; serif fonts that stand in for others are wide."""
_INDENT = 1.0
_TEXT_LEAST, _TEXT_MOST = 4.2, 20.0
_VALUE_LEAST, _VALUE_MOST = 3.0, 14.0
_CAPTION_LEAST, _CAPTION_MOST = 4.1, 7.5
_HEADING_WHOLE = 7.0
"""Headings that are shorter stand on one line where there is room."""
_ROW, _ROW_LEAST = 1.95, 1.3
"""Height of a row in letters: usual, and where that lets the table fit on its page."""
_LINE = 1.25
CELL_ABOVE = 1.5
"""Points between the border of a cell and its text, above and below."""
_SHRINK, _SMALLEST = 0.75, 8.0
"""How small letters may become, at most, so that a grid stands on one page."""
_CROWDED = 1.15
"""Texts may want so many times the page's width: they are broken into lines then."""
_TITLE_SIZE = 18
_TITLE_HEIGHT, _SUBTITLE_HEIGHT, _ABOVE_HEIGHT = 28, 16, 18
_NOTE, _SPARE = 18, 6
"""Points for a note, and some that are left free."""


_MM = 1440 / 25.4
"""Twentieths of a point in a millimetre."""
_LONG, _SHORT = 297, 210
_HEADER, _FOOT = 15, 11
"""Millimetres above the header, and between the text and the page number's lower edge."""


class Page(NamedTuple):
    """A page's orientation and margins, in millimetres; all of A4."""

    across: bool
    top: float
    bottom: float
    left: float
    right: float

    @property
    def width(self) -> float:
        """Points between the left and right margins."""
        return ((_LONG if self.across else _SHORT) - self.left - self.right) * 72 / 25.4

    @property
    def height(self) -> float:
        """Points between the upper and lower margins."""
        return ((_SHORT if self.across else _LONG) - self.top - self.bottom) * 72 / 25.4

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the paper in twentieths of a point."""
        wide, high = (_LONG, _SHORT) if self.across else (_SHORT, _LONG)
        return round(wide * _MM), round(high * _MM)

    @property
    def edges(self) -> list[tuple[str, int]]:
        """The margins in twentieths of a point, as a word processor names them."""
        margins = {name: float(getattr(self, name)) for name in ("top", "right", "bottom", "left")}
        margins |= {"header": _HEADER, "footer": self.bottom - _FOOT}
        return [(name, round(value * _MM)) for name, value in margins.items()]


BODY_PAGE = Page(across=False, top=37, bottom=35, left=28, right=26)
"""The type area of official documents (GB/T 9704)."""
_UPRIGHT_PAGE = Page(across=False, top=25, bottom=22, left=20, right=20)
_ACROSS_PAGE = Page(across=True, top=22, bottom=20, left=20, right=20)


class Fit(NamedTuple):
    """How a grid is set; all in points.

    ``size`` is that of the letters, ``row`` the least height of a row, ``margin`` the space on both
    sides of a cell's text.
    """

    page: Page
    size: float
    widths: tuple[float, ...]
    row: float
    margin: float


def fit_grids(grids: Sequence[PrintedTable], above: float) -> list[Fit]:
    """The measures of each grid; grids of one kind and title are set alike.

    ``above`` are the points of the headings over the first; each other begins its page.
    """
    alike: dict[tuple[str, int], list[PrintedTable]] = {}
    for grid in grids:
        alike.setdefault((grid.title, len(grid.columns)), []).append(grid)
    measures = {key: _Measures(tables) for key, tables in alike.items()}
    return [
        measures[grid.title, len(grid.columns)].fit(grid, above if number == 0 else 0.0)
        for number, grid in enumerate(grids)
    ]


def line_height(size: float) -> float:
    """Height of a line in a table."""
    return round(size * _LINE * 2) / 2


class _Measures:
    """What grids with the same columns need; sizes and widths are the same for all of them."""

    def __init__(self, grids: Sequence[PrintedTable]) -> None:
        self.count = len(grids[0].columns)
        tight = self.count > _MANY
        self.margin = _TIGHT if tight else _MARGIN
        self.needed, self.wanted = [1.0] * self.count, [1.0] * self.count
        for grid in grids:
            for _, column, cell in placed_cells(grid):
                if cell.columns == 1:
                    self.needed[column] = max(self.needed[column], _least(cell))
                    self.wanted[column] = max(self.wanted[column], _most(cell, tight=tight))
        self.page, self.size = self._page()

    def fit(self, grid: PrintedTable, above: float) -> Fit:
        """The measures of one of the grids."""
        if not self.count:
            return Fit(_UPRIGHT_PAGE, _SIZES[0], (), 0, _MARGIN)
        room = self.page.height - above - _heading_height(grid, self.page.width)
        # Somewhat smaller letters are better than a few rows on a page of their own.
        least = max(self.size * _SHRINK, min(_SMALLEST, self.size))
        for size in (size for size in _SIZES if least <= size <= self.size):
            widths = self._widths(size)
            row = self._row_height(grid, size, widths, room)
            if row:
                return Fit(self.page, size, widths, row, self.margin)
        return Fit(self.page, self.size, self._widths(self.size), self.size * _ROW, self.margin)

    def _page(self) -> tuple[Page, float]:
        """The largest letters with which everything finds room."""
        for size in _SIZES if self.count <= _UPRIGHT_COLUMNS else ():
            if (
                size >= _UPRIGHT_FROM
                and sum(self._points(self.wanted, size)) <= _UPRIGHT_PAGE.width
            ):
                return _UPRIGHT_PAGE, size
        for crowded in (_CROWDED, math.inf):
            for size in _SIZES:
                needed, wanted = (
                    sum(self._points(one, size)) for one in (self.needed, self.wanted)
                )
                if needed <= _ACROSS_PAGE.width and wanted <= _ACROSS_PAGE.width * crowded:
                    return _ACROSS_PAGE, size
        return _ACROSS_PAGE, _SIZES[-1]

    def _points(self, letters: Sequence[float], size: float) -> list[float]:
        around = 2 * self.margin + _BORDER
        return [letter * size + around for letter in letters]

    def _widths(self, size: float) -> tuple[float, ...]:
        """Widths that fill the page: what is needed, then what is wanted, then evenly more."""
        needed, room = self._points(self.needed, size), self.page.width
        wanted = [max(pair) for pair in zip(needed, self._points(self.wanted, size), strict=True)]
        if sum(needed) >= room:
            return tuple(width * room / sum(needed) for width in needed)
        if sum(wanted) <= room:
            return tuple(width * room / sum(wanted) for width in wanted)
        share = (room - sum(needed)) / (sum(wanted) - sum(needed))
        pairs = zip(needed, wanted, strict=True)
        return tuple(least + (most - least) * share for least, most in pairs)

    def _row_height(
        self, grid: PrintedTable, size: float, widths: tuple[float, ...], room: float
    ) -> float:
        """The usual height, or less where that lets the grid stand on one page; 0 if none does."""
        heights: list[float] = [0.0] * (len(grid.head) + len(grid.body))
        for line, column, cell in placed_cells(grid):
            inside = sum(widths[column : column + cell.columns]) - 2 * self.margin - _BORDER
            share = cell_lines(cell, size, inside) * line_height(size) / cell.rows
            heights[line] = max(heights[line], share + 2 * CELL_ABOVE + _BORDER)
        usual, least = size * _ROW, size * _ROW_LEAST
        noted = (math.ceil(_width(note) * _SIZES[0] / self.page.width) for note in grid.notes)
        room -= _NOTE * sum(noted) + _SPARE
        if sum(max(height, usual) for height in heights) <= room:
            return usual
        if sum(max(height, least) for height in heights) > room:
            return 0
        low, high = least, usual
        for _ in range(20):
            middle = (low + high) / 2
            fits = sum(max(height, middle) for height in heights) <= room
            low, high = (middle, high) if fits else (low, middle)
        return math.floor(low * 10) / 10


def _heading_height(grid: PrintedTable, room: float) -> float:
    """Points that a grid's own title and the lines above it take."""
    title = math.ceil(_width(grid.title) * _TITLE_SIZE / room)
    below = _SUBTITLE_HEIGHT if grid.subtitle else 0
    # The left text and the right one share a line, with some space between them.
    beside = sum(_width(text) + 1 for text in grid.above if text)
    above = math.ceil(beside * _SIZES[0] / room)
    return _TITLE_HEIGHT * title + below + _ABOVE_HEIGHT * above


def _width(text: str) -> float:
    """The widest line of a text, in letters."""
    return max((sum(map(_sign, line)) for line in text.split("\n")), default=0.0)


def _sign(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WFA":
        return 1.0
    if sign in ",.:;'|!il ":
        return _POINT
    return _DIGIT if sign.isdigit() else _LETTER


def _least(cell: PrintedCell) -> float:
    whole = _width(cell.text) + _INDENT * cell.indent
    if cell.kind in ("amount", "code"):
        return whole * _BOLD if cell.bold else whole
    if cell.kind == "caption":
        return min(whole, _CAPTION_LEAST)
    if cell.kind == "heading":
        return min(whole, max(2.0, math.ceil(whole / 4)))
    return min(whole, _VALUE_LEAST if cell.kind == "indicator" else _TEXT_LEAST)


def _most(cell: PrintedCell, *, tight: bool) -> float:
    whole = _width(cell.text) + _INDENT * cell.indent
    if cell.kind == "heading" and tight:
        return min(whole, max(3.0, math.ceil(whole / 3)))
    if cell.kind == "heading":
        return whole if whole < _HEADING_WHOLE else math.ceil(whole / 2)
    if cell.kind == "caption":
        return min(whole, _CAPTION_MOST)
    if cell.kind == "indicator":
        return min(whole, _VALUE_MOST)
    return whole if cell.kind in ("amount", "code") else min(whole, _TEXT_MOST)


def cell_lines(cell: PrintedCell, size: float, room: float) -> int:
    """How many lines a cell's text takes in ``room`` points between the cell's margins."""
    room = max(room + 1.0 - cell.indent * size, size)
    return sum(max(1, math.ceil(_width(line) * size / room)) for line in cell.text.split("\n"))


def placed_cells(grid: PrintedTable) -> list[tuple[int, int, PrintedCell]]:
    """Line, column and cell of everything in a grid."""
    found = []
    taken: dict[int, int] = {}
    for line, cells in enumerate((*grid.head, *grid.body)):
        column = 0
        for cell in cells:
            while taken.get(column, 0) > line:
                column += 1
            found.append((line, column, cell))
            for covered in range(column, column + cell.columns):
                taken[covered] = line + cell.rows
            column += cell.columns
    return found
