"""The finished document as plain values: what .docx, .pdf and web page are written from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.printed import PrintedTable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Disclosure",
    "Item",
    "Part",
    "Text",
    "visible",
    "visible_line",
]


class Text(NamedTuple):
    """A paragraph; ``heading``: a heading within an item; ``term``: so many letters are a term."""

    text: str
    heading: bool = False
    term: int = 0


class Item(NamedTuple):
    """What one line of the contents leads to."""

    heading: str
    content: tuple[Text | PrintedTable, ...]


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
    def grids(self) -> Iterator[PrintedTable]:
        """All tables and forms."""
        for part in self.parts:
            for item in part.items:
                yield from (one for one in item.content if isinstance(one, PrintedTable))

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
