"""What a report shows beside its findings: the tables as they stand, the text with its figures.

Plain values that a caller makes where figures and texts are at hand; renderers only print them.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Box", "Line", "Number", "Origin", "Passage", "Pictures", "Source", "TablePicture"]


class Box(NamedTuple):
    """A cell of a table: its text, what kind of column it is in, its name on the sheet.

    ``columns`` and ``rows`` are how many places it covers; ``header``: it names its line.
    """

    text: str
    kind: str
    cell: str = ""
    header: bool = False
    indent: int = 0
    columns: int = 1
    rows: int = 1


class Line(NamedTuple):
    """One line of a table; ``strong`` where it is a total or a heading of others."""

    boxes: tuple[Box, ...]
    strong: bool = False


class TablePicture(NamedTuple):
    """A table as it stands on its sheet; ``title`` as findings name it, ``caption`` what is more.

    ``partial``: it is not for publication; only the lines of which something speaks are shown.
    """

    title: str
    sheet: str
    head: tuple[tuple[Box, ...], ...]
    lines: tuple[Line, ...]
    unit: str = ""
    caption: str = ""
    partial: bool = False


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

    tables: tuple[TablePicture, ...] = ()
    passages: tuple[Passage, ...] = ()
