"""The elements of a published document, a line or a table each."""

from __future__ import annotations

import re
from typing import NamedTuple

from xlbudget.characters import visible

_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u2018-\u201f"
_GAP = re.compile(rf"(?<=[{_CJK}])[^\S\n]+|[^\S\n]+(?=[{_CJK}])")
_END = "。：；！？…:;"
_MARK = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十百]{1,5}[、）).．]|第[一二三四五六七八九十]{1,3}部分"
    r"|[（(]?\d{1,3}[、）)]|\d{1,3}[.．](?!\d))"
)
_FULL_LINE = 18
"""A paragraph with fewer letters than this was not broken because the page was full."""
_MOST_COLUMNS, _MOST_ROWS = 200, 5000


class Line(NamedTuple):
    """A paragraph and where it stands in the file, in words (第12行, 第3页).

    ``raw`` are the lines that it was put together from, where their spaces may matter.
    """

    text: str
    where: str
    raw: str = ""


class Matrix(NamedTuple):
    """A table: a merged cell's text stands in its first place, the others are empty."""

    lines: list[list[str]]
    where: str


def tidy(text: str) -> str:
    """Without the spaces that converters put beside Chinese letters."""
    return _GAP.sub("", visible(text).replace("\u00a0", " ")).strip()


def joined(before: str, text: str, *, apart: bool) -> bool:
    """Whether ``text`` goes on with the paragraph ``before``; ``apart``: a blank line is between."""
    if not before or before[-1] in _END or _MARK.match(text):
        return False
    if len(before) < _FULL_LINE:
        return False
    return not apart or any(mark in _MARK.sub("", before, count=1) for mark in "，、；。")


class SpanGrid:
    """Rows of cells with spans, laid out: a cell's text stands in its first place."""

    def __init__(self) -> None:
        self.rows: list[dict[int, str]] = []
        self.covered: dict[tuple[int, int], bool] = {}
        self.at = 0

    def row(self) -> None:
        """Begin a row."""
        self.rows.append({})
        self.at = 0

    def cell(self, text: str, columns: int = 1, rows: int = 1) -> None:
        """The next cell of the row that is open."""
        if not self.rows:
            self.row()
        number = len(self.rows) - 1
        while self.covered.get((number, self.at)):
            self.at += 1
        if self.at >= _MOST_COLUMNS or number >= _MOST_ROWS:
            return
        self.rows[number][self.at] = text
        for below in range(1, rows):
            for beside in range(columns):
                self.covered[number + below, self.at + beside] = True
        for beside in range(1, columns):
            self.rows[number].setdefault(self.at + beside, "")
        self.at += columns

    def lines(self) -> list[list[str]]:
        """All rows, equally long, without rows that hold nothing at all."""
        width = max((max(row, default=-1) + 1 for row in self.rows), default=0)
        return [[row.get(at, "") for at in range(width)] for row in self.rows if any(row.values())]
