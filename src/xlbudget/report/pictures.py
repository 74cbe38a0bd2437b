"""What a report shows beside its findings: the tables as they stand, the text with its figures.

Plain values that a caller makes where figures and texts are at hand; renderers only print them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xlbudget.printed import PrintedTable

__all__ = ["Number", "Origin", "Passage", "Pictures", "Source"]


class Source(NamedTuple):
    """A cell on which a number of the text rests: where it is, what it means, what it holds."""

    sheet: str
    cell: str
    label: str
    text: str


class Origin(NamedTuple):
    """Where a number comes from: the figure it is, the cells, and how it follows from them.

    ``name`` is the figure's lasting name, ``kind`` amount, count, percent or year, ``sum`` the arithmetic in full, empty where the number is
    what one cell holds.
    """

    name: str
    title: str
    text: str
    kind: str
    how: str
    sources: tuple[Source, ...]
    sum: str = ""


class Number(NamedTuple):
    """``text[start:end]`` of a passage is what ``origin`` explains."""

    start: int
    end: int
    origin: Origin


class Passage(NamedTuple):
    """A paragraph as it would be published.

    ``part`` is the title of the text in which it stands, ``level`` 1 or 2 for a heading, 0 for text;
    ``state`` is empty for a generated text, else 已改 or 已过期; ``fingerprint`` that of the figures.
    """

    id: str
    part: str
    text: str
    sheet: str = ""
    cell: str = ""
    level: int = 0
    state: str = ""
    numbers: tuple[Number, ...] = ()
    fingerprint: str = ""


class Pictures(NamedTuple):
    """What a report can show of one workbook."""

    tables: tuple[PrintedTable, ...] = ()
    passages: tuple[Passage, ...] = ()
