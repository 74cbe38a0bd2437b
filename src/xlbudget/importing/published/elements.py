"""The elements of a published document, a line or a table each."""

from __future__ import annotations

import re
from typing import NamedTuple

from xlbudget.characters import visible
from xlbudget.findings import NotRead

_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u2018-\u201f"
_GAP = re.compile(rf"(?<=[{_CJK}])[^\S\n]+|(?<![^\S\n])[^\S\n]+(?=[{_CJK}])")
_MOST_COLUMNS, _MOST_ROWS = 200, 5000


class Word(NamedTuple):
    """Signs without a space between them, and where they begin and end on their line."""

    text: str
    left: float
    right: float


class PrintedLine(NamedTuple):
    """A line as it is printed: its words from the left, and where it stands.

    ``size`` is the width of a Chinese character, in whatever unit its words are measured; ``top`` and
    ``bottom`` are measured on its ``page``, and both 0 where the lines of a file have no heights.
    """

    words: tuple[Word, ...]
    where: str
    page: int
    size: float
    top: float = 0.0
    bottom: float = 0.0


class Line(NamedTuple):
    """A paragraph and where it stands in the file, in words (第12行, 第3页).

    ``raw`` are the lines that it was put together from, where their spaces may matter; ``printed`` are these with
    the places of their words, where the kind of file has any.
    """

    text: str
    where: str
    raw: str = ""
    printed: tuple[PrintedLine, ...] = ()


class Matrix(NamedTuple):
    """A table: a merged cell's text stands in its first place, the others are empty.

    ``starts`` are the rows (from 0) where it goes on at another place, with the place; the cells of a
    ``ragged`` one may lack at the end of rows. The amounts in ``loose`` rows (from 0) are in
    their order from the first column on: under which headings they stand does not show. ``edges`` are
    where its columns begin on the paper, and where the last one ends, for kinds of files that say so.
    """

    lines: list[list[str]]
    where: str
    starts: tuple[tuple[int, str], ...] = ()
    ragged: bool = False
    loose: frozenset[int] = frozenset()
    edges: tuple[float, ...] = ()


Element = Line | Matrix | NotRead


class Source(NamedTuple):
    """A document as it was read: its lines and tables in their order, and what could not be read."""

    elements: tuple[Line | Matrix, ...]
    unread: tuple[NotRead, ...] = ()


def tidy(text: str) -> str:
    """Without the spaces that converters put beside Chinese letters."""
    return _GAP.sub("", visible(text).replace("\u00a0", " ")).strip()


class SpanGrid:
    """Rows of cells with spans, laid out: a cell's text stands in its first place.

    Spans count up to the most columns and rows that a table may have. A table with more of either is
    ``beyond`` what can be read.
    """

    def __init__(self) -> None:
        self.rows: list[dict[int, str]] = []
        self.covered: dict[int, int] = {}
        self.at = 0
        self.beyond = False

    def row(self) -> None:
        """Begin a row."""
        self.beyond |= len(self.rows) >= _MOST_ROWS
        if not self.beyond:
            self.rows.append({})
        self.at = 0

    def cell(self, text: str, columns: int = 1, rows: int = 1) -> None:
        """The next cell of the row that is open."""
        if not self.rows:
            self.row()
        number = len(self.rows) - 1
        while self.covered.get(self.at, -1) >= number:
            self.at += 1
        self.beyond |= self.at >= _MOST_COLUMNS
        if self.beyond:
            return
        here = self.rows[number]
        here[self.at] = text
        end = min(self.at + columns, _MOST_COLUMNS)
        if rows > 1:
            last = number + min(rows, _MOST_ROWS) - 1
            self.covered.update(dict.fromkeys(range(self.at, end), last))
        for beside in range(self.at + 1, end):
            here.setdefault(beside, "")
        self.at = end

    def lines(self) -> list[list[str]]:
        """All rows, equally long, without rows that hold nothing at all; none of a table beyond reading."""
        if self.beyond:
            return []
        width = max((max(row, default=-1) + 1 for row in self.rows), default=0)
        return [[row.get(at, "") for at in range(width)] for row in self.rows if any(row.values())]


def span(text: str | None) -> int:
    """How many columns or rows a cell says that it covers; 1 where it does not say a number."""
    if not text or not text.isascii() or not text.isdigit():
        return 1
    return max(1, int(text)) if len(text) <= len(str(_MOST_ROWS)) else _MOST_ROWS
