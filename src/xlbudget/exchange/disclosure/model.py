"""The finished document as plain values: what .docx, .pdf and web page are written from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "FORM",
    "TABLE",
    "Disclosure",
    "Grid",
    "GridCell",
    "Item",
    "Part",
    "Text",
    "visible",
    "visible_line",
]

TABLE, FORM = "table", "form"
"""Kinds of grids: a table of amounts, a form of texts printed on a page of its own."""


class Text(NamedTuple):
    """A paragraph; ``heading``: a heading within an item; ``term``: so many letters are a term."""

    text: str
    heading: bool = False
    term: int = 0


class GridCell(NamedTuple):
    """A cell that covers ``columns`` by ``rows`` places.

    ``kind`` is heading, caption (of a form), or what it holds: amount, code, name, label, text,
    level1, level2, total (the word 合计), value (of a form), indicator. ``header``: it names its
    row.
    """

    text: str
    kind: str
    columns: int = 1
    rows: int = 1
    bold: bool = False
    indent: int = 0
    header: bool = False


class Grid(NamedTuple):
    """A table or a form.

    ``columns`` are the kinds of its columns; ``head`` and ``body`` its lines, each with the cells
    that begin there, from left to right. ``above`` stands over it on the left and right.
    ``notes`` stand below.
    """

    kind: str
    title: str
    columns: tuple[str, ...]
    head: tuple[tuple[GridCell, ...], ...]
    body: tuple[tuple[GridCell, ...], ...]
    subtitle: str = ""
    above: tuple[str, str] = ("", "")
    notes: tuple[str, ...] = ()


class Item(NamedTuple):
    """What one line of the contents leads to."""

    heading: str
    content: tuple[Text | Grid, ...]


class Part(NamedTuple):
    """A part: texts before its first item, then the items; ``holds`` is tables or a document."""

    heading: str
    holds: str
    lead: tuple[Text, ...]
    items: tuple[Item, ...]


class Disclosure(NamedTuple):
    """The whole document; ``day`` is the day of publication as printed, empty where unknown.

    ``remarks`` are what every reader must know of an unfinished one: they stand on every page.
    """

    title: str
    unit: str
    cover: str
    day: str
    year: int
    contents: str
    parts: tuple[Part, ...]
    remarks: tuple[str, ...] = ()

    @property
    def headings(self) -> Iterator[tuple[int, str]]:
        """Level (1, 2) and text of every line of the contents."""
        for part in self.parts:
            yield 1, part.heading
            for item in part.items:
                yield 2, item.heading

    @property
    def grids(self) -> Iterator[Grid]:
        """All tables and forms."""
        for part in self.parts:
            for item in part.items:
                yield from (one for one in item.content if isinstance(one, Grid))

    @property
    def texts(self) -> Iterator[Text]:
        """All paragraphs outside the grids."""
        for part in self.parts:
            yield from part.lead
            for item in part.items:
                yield from (one for one in item.content if isinstance(one, Text))

    def unfinished(self, mark: str = "【待填") -> list[str]:
        """The paragraphs in which something is still to be filled in."""
        return [one.text for one in self.texts if mark in one.text]


_BREAKS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]"
)


def visible(text: str) -> str:
    """A text without what no document can hold or show; its line breaks are kept."""
    lines = _BREAKS.sub("\n", text.replace("\t", " ")).split("\n")
    return "\n".join(_INVISIBLE.sub("", line).strip() for line in lines).strip("\n")


def visible_line(text: str) -> str:
    """The same on one line."""
    return " ".join(part for part in visible(text).split("\n") if part)
