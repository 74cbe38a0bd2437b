"""The pieces of a published document, a line or a table each, and how their text is put together."""

from __future__ import annotations

import re
from typing import NamedTuple

from xlbudget.characters import visible

__all__ = ["Line", "Matrix", "evened", "joined", "tidy"]

_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u2018-\u201f"
_GAP = re.compile(rf"(?<=[{_CJK}])[^\S\n]+|[^\S\n]+(?=[{_CJK}])")
_END = "。：；！？…:;"
_MARK = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十百]{1,5}[、）).．]|第[一二三四五六七八九十]{1,3}部分"
    r"|[（(]?\d{1,3}[、）)]|\d{1,3}[.．](?!\d))"
)
_FULL_LINE = 18
"""A paragraph with fewer letters than this was not broken because the page was full."""


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


def evened(lines: list[list[str]]) -> list[list[str]]:
    """The same lines, made equally long."""
    width = max(map(len, lines), default=0)
    return [[*line, *[""] * (width - len(line))] for line in lines]


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
