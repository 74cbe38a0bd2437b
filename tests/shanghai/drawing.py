"""The made documents drawn on pages by hand, in ways in which no program here prints them, and without one."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from lxml import html

from drawn_pdf import CHINESE, pdf

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from lxml.html import HtmlElement

_MARGIN = 50.0
_SIZES = {"h1": 20.0, "h2": 15.0, "p": 10.5}
_LEADING = 1.6
_BESIDE = 3.0
"""What is free beside the text of a cell, in points."""
_SIGNS = re.compile(r"[\d.,%]+|.[，。、；：）”》]*")
"""What a line of a paragraph does not part."""


class Look(NamedTuple):
    """How pages look.

    ``lines``: all, rows (between rows alone), grounds (colours behind the headings and every second row), none.
    ``widest``: the letters of the widest name and of the widest amount; what is longer is broken. ``running`` is printed
    above and ``number`` below each page; ``letters``: the pages are written as letters.
    """

    lines: str = "all"
    wide: float = 842.0
    high: float = 595.0
    size: float = 9.0
    widest: tuple[float, float] = (20.0, 9.0)
    indent: float = 2.0
    leading: float = 1.4
    running: str = ""
    number: str = ""
    repeated: bool = False
    centred: bool = False
    letters: bool = False


class Block(NamedTuple):
    """A heading, a paragraph or a table of a page; a heading may begin a new one."""

    kind: str
    text: str
    begins: bool
    table: HtmlElement | None = None


class _Cell(NamedTuple):
    row: int
    column: int
    rows: int
    columns: int
    text: str
    amount: bool
    head: bool


def blocks_of(text: str) -> list[Block]:
    """What stands in a document's page, in its order."""
    found = []
    for one in html.fromstring(text).find("body"):
        begins = "page-break-before" in one.get("style", "")
        said = "" if one.tag == "table" else one.text_content()
        kind = "plain" if one.get("class") == "plain" else one.get("class") or one.tag
        found.append(Block(kind, said, begins, one if one.tag == "table" else None))
    return found


def draw(text: str, path: Path, look: Look) -> Path:
    """The document as a file."""
    sheets = _Sheets(look)
    for block in blocks_of(text):
        if block.begins:
            sheets.turn()
        if block.table is None:
            sheets.paragraph(block)
        elif block.kind == "above":
            left, right = (cell.text_content() for cell in block.table.iter("td"))
            sheets.ends(left, right)
        else:
            sheets.table(list(_cells(block.table)))
    media = f"[0 0 {look.wide} {look.high}]"
    return pdf(path, sheets.drawings(), media, font=CHINESE, packed=True, letters=look.letters)


def _cells(table: HtmlElement) -> Iterator[_Cell]:
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(table.iter("tr")):
        column = 0
        for cell in line:
            while (row, column) in taken:
                column += 1
            deep, broad = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
            taken |= {(row + down, column + on) for down in range(deep) for on in range(broad)}
            amount = cell.get("class") == "amount"
            yield _Cell(
                row, column, deep, broad, cell.text_content().strip(), amount, cell.tag == "th"
            )
            column += broad


def _width(text: str, size: float) -> float:
    return sum(size / 2 if sign.isascii() else size for sign in text)


def _wrapped(signs: Sequence[str], width: float, size: float, first: float = 0.0) -> list[str]:
    lines, used = [""], first
    for sign in signs:
        if lines[-1] and used + _width(sign, size) > width:
            lines.append("")
            used = 0.0
        lines[-1] += sign
        used += _width(sign, size)
    return lines


class _Sheets:
    """The pages so far: what is drawn on each, and how high the free part of the last one goes."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.pages: list[list[str]] = [[]]
        self.top = look.high - _MARGIN
        self.inner = look.wide - 2 * _MARGIN

    def turn(self) -> None:
        """Begin a page, unless one has just begun."""
        if self.pages[-1]:
            self.pages.append([])
        self.top = self.look.high - _MARGIN

    def drawings(self) -> list[bytes]:
        """The pages with what runs over all of them."""
        for number, _ in enumerate(self.pages, 1):
            under = self.look.number.format(number)
            self._text((self.look.wide - _width(under, 9)) / 2, 24, 9, under, number - 1)
            self._text(_MARGIN, self.look.high - 30, 9, self.look.running, number - 1)
        return ["\n".join(page).encode() for page in self.pages]

    def paragraph(self, block: Block) -> None:
        """A heading in the middle, or a paragraph with its first line set in."""
        size = _SIZES.get(block.kind, _SIZES["p"])
        indent = self.look.indent * size if block.kind == "p" else 0.0
        for number, line in enumerate(
            _wrapped(_SIGNS.findall(block.text), self.inner, size, indent)
        ):
            self._room(size * _LEADING)
            left = _MARGIN + (0.0 if number else indent)
            if block.kind in ("h1", "h2"):
                left = (self.look.wide - _width(line, size)) / 2
            self._text(left, self.top - size * 1.2, size, line)
            self.top -= size * _LEADING

    def ends(self, left: str, right: str) -> None:
        """A line with something at both its ends."""
        size = _SIZES["p"]
        self._room(size * _LEADING)
        self._text(_MARGIN, self.top - size * 1.2, size, left)
        self._text(
            self.look.wide - _MARGIN - _width(right, size), self.top - size * 1.2, size, right
        )
        self.top -= size * _LEADING

    def table(self, cells: Sequence[_Cell]) -> None:
        """A table, on as many pages as it needs."""
        size = self.look.size
        widths = self._widths(cells)
        edges = [_MARGIN, *(_MARGIN + end for end in accumulate(widths))]
        count = max(cell.row + cell.rows for cell in cells)
        texts = {
            cell: _wrapped(
                cell.text,
                edges[cell.column + cell.columns] - edges[cell.column] - 2 * _BESIDE,
                size,
            )
            for cell in cells
        }
        heights = [size * self.look.leading + 2 * _BESIDE] * count
        for cell, lines in texts.items():
            needed = len(lines) * size * self.look.leading + 2 * _BESIDE
            last = cell.row + cell.rows - 1
            heights[last] += max(0.0, needed - sum(heights[cell.row : last + 1]))
        head = max((cell.row + 1 for cell in cells if cell.head), default=0)
        self._rows(texts, edges, heights, range(head))
        for row in range(head, count):
            if self._room(heights[row]) and self.look.repeated:
                self._rows(texts, edges, heights, range(head))
            self._rows(texts, edges, heights, range(row, row + 1))

    def _widths(self, cells: Sequence[_Cell]) -> list[float]:
        """The columns as wide as the longest text below the headings, within bounds, over the whole page."""
        size = self.look.size
        count = max(cell.column + cell.columns for cell in cells)
        wanted = [2.5 * size] * count
        for cell in cells:
            if not cell.head and cell.columns == 1:
                most = self.look.widest[cell.amount] * size
                wanted[cell.column] = max(wanted[cell.column], min(most, _width(cell.text, size)))
            if cell.amount and cell.columns == 1:
                wanted[cell.column] = max(wanted[cell.column], 4 * size)
        free = self.inner - sum(wanted) - count * 2 * _BESIDE
        share = max(0.0, free) / count if self.look.widest[0] > 12 else 0.0
        return [one + 2 * _BESIDE + share for one in wanted]

    def _rows(
        self,
        texts: dict[_Cell, list[str]],
        edges: Sequence[float],
        heights: Sequence[float],
        rows: range,
    ) -> None:
        size, step = self.look.size, self.look.size * self.look.leading
        tops = [self.top, *(self.top - end for end in accumulate(heights[at] for at in rows))]
        for cell, lines in texts.items():
            if cell.row not in rows:
                continue
            top = tops[cell.row - rows.start]
            bottom = tops[cell.row - rows.start + cell.rows]
            left, right = edges[cell.column], edges[cell.column + cell.columns]
            self._box(cell, left, bottom, right - left, top - bottom)
            middle = (top + bottom) / 2 + len(lines) * step / 2
            for number, line in enumerate(lines):
                over = right - left - _width(line, size)
                free = over - _BESIDE if cell.amount else _BESIDE
                if cell.head or cell.columns > 1 or (cell.amount and self.look.centred):
                    free = over / 2
                self._text(left + free, middle - number * step - size, size, line)
        self.top = tops[-1]

    def _box(self, cell: _Cell, left: float, bottom: float, width: float, height: float) -> None:
        page, lines = self.pages[-1], self.look.lines
        place = f"{left:.2f} {bottom:.2f} {width:.2f} {height:.2f} re"
        if lines == "all":
            page.append(f"0.5 w {place} S")
        elif lines == "rows":
            over = bottom + height
            page.append(f"0.5 w {left:.2f} {over:.2f} m {left + width:.2f} {over:.2f} l S")
        elif lines == "grounds" and (cell.head or cell.row % 2):
            page.append(f"0.9 g {place} f 0 g")

    def _room(self, height: float) -> bool:
        """Whether a page had to be begun for what is so high."""
        if self.top - height >= _MARGIN:
            return False
        self.turn()
        return True

    def _text(self, left: float, bottom: float, size: float, text: str, page: int = -1) -> None:
        if text.strip():
            coded = text.encode("utf-16-be").hex()
            drawn = f"BT /F {size:g} Tf {left:.2f} {bottom:.2f} Td <{coded}> Tj ET"
            self.pages[page].append(drawn)
