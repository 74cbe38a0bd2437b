"""A published document as blocks, which layouts change and writers print."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.publishing.disclosure import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.printed import PrintedCell, PrintedTable
    from xlbudget.publishing.disclosure import Disclosure

COVER, CONTENTS, PART, ITEM, SUBHEADING, TEXT = (
    "cover", "contents", "part", "item", "subheading", "text",
)  # fmt: skip
TITLE, ABOVE, NOTE, RUNNING, HIDDEN = "title", "above", "note", "running", "hidden"


class Paragraph(NamedTuple):
    """A line of text.

    ``role`` says what it is; ``right`` stands at the right edge of the same line; ``level`` is that of a
    line of the contents (0 for their title); ``number`` is printed before the text where Word numbers it.
    """

    role: str
    text: str
    right: str = ""
    level: int = 0
    number: str = ""


class Cell(NamedTuple):
    """A cell that covers ``columns`` by ``rows`` places; ``kind`` as a printed cell has it."""

    text: str
    kind: str = ""
    columns: int = 1
    rows: int = 1


class Grid(NamedTuple):
    """A table: rows of the cells that begin there; ``head`` rows are headings, ``hidden`` rows do not show."""

    title: str
    kind: str
    head: int
    rows: tuple[tuple[Cell, ...], ...]
    width: int
    hidden: tuple[int, ...] = ()

    def laid_out(self) -> list[list[Cell | None]]:
        """All rows with a place per column; None where another cell covers it."""
        places: list[list[Cell | None]] = [[None] * self.width for _ in self.rows]
        covered: set[tuple[int, int]] = set()
        for line, cells in enumerate(self.rows):
            at = 0
            for cell in cells:
                while (line, at) in covered:
                    at += 1
                places[line][at] = cell
                covered |= {
                    (line + below, at + beside)
                    for below in range(cell.rows)
                    for beside in range(cell.columns)
                }
        return places

    def texts(self) -> list[list[str]]:
        """All rows with a text per column, empty where another cell covers it."""
        return [[cell.text if cell else "" for cell in row] for row in self.laid_out()]


Block = Paragraph | Grid
Document = tuple[Block, ...]


def document_of(made: Disclosure) -> Document:
    """The blocks of a disclosure, in the order of printing."""
    return tuple(chain(_front(made), _body(made)))


def _front(made: Disclosure) -> Iterator[Block]:
    yield Paragraph(COVER, made.unit)
    yield Paragraph(COVER, made.cover)
    yield Paragraph(COVER, made.day)
    yield Paragraph(CONTENTS, made.contents)
    for level, text in made.headings:
        yield Paragraph(CONTENTS, text, level=level)


def _body(made: Disclosure) -> Iterator[Block]:
    yield Paragraph(RUNNING, made.title)
    for part in made.parts:
        yield Paragraph(PART, part.heading)
        for text in part.lead:
            yield _paragraph(text)
        for item in part.items:
            yield Paragraph(ITEM, item.heading)
            for one in item.content:
                if isinstance(one, Text):
                    yield _paragraph(one)
                else:
                    yield from _table(one)


def _paragraph(text: Text) -> Paragraph:
    return Paragraph(SUBHEADING if text.heading else TEXT, text.text)


def _table(printed: PrintedTable) -> Iterator[Block]:
    yield Paragraph(TITLE, printed.title)
    if printed.subtitle:
        yield Paragraph(ABOVE, printed.subtitle)
    if any(printed.above):
        yield Paragraph(ABOVE, printed.above[0], printed.above[1])
    if printed.columns:
        rows = tuple(tuple(map(_cell, row)) for row in (*printed.head, *printed.body))
        yield Grid(printed.title, printed.kind, len(printed.head), rows, len(printed.columns))
    for note in printed.notes:
        yield Paragraph(NOTE, note)


def _cell(one: PrintedCell) -> Cell:
    return Cell(one.text, one.kind, one.columns, one.rows)
