"""A table as it is printed: its cells with text, role, span and place, and how headings are merged.

The sheets' headings, the document, the web page and the report are all drawn from this.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from xlbudget.figures import TOTAL
from xlbudget.standard.model import AMOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from xlbudget.figures import Cell, Row
    from xlbudget.standard.model import Block, Standard, Table

T = TypeVar("T")

TABLE, FORM = "table", "form"
"""Kinds of printed tables: one of amounts, a form of texts printed on a page of its own."""


class PrintedCell(NamedTuple):
    """A cell that covers ``columns`` by ``rows`` places.

    ``kind`` is heading, caption (of a form), or what it holds: amount, code, name, label, text,
    level1, level2, total (the word 合计), value (of a form), indicator. ``header``: it names its
    row. ``cell`` is its name on the sheet, empty where it stands on none.
    """

    text: str
    kind: str
    columns: int = 1
    rows: int = 1
    bold: bool = False
    indent: int = 0
    header: bool = False
    cell: str = ""


class PrintedTable(NamedTuple):
    """A table or a form.

    ``columns`` are the kinds of its columns; ``head`` and ``body`` its lines, each with the cells
    that begin there, from left to right. ``above`` stands over it on the left and right.
    ``notes`` stand below. ``sheet`` is where it comes from, ``unit`` that of its amounts, ``name``
    which of several with the same title it is. ``partial``: it is not for publication; only the
    lines of which something speaks are shown.
    """

    kind: str
    title: str
    columns: tuple[str, ...]
    head: tuple[tuple[PrintedCell, ...], ...]
    body: tuple[tuple[PrintedCell, ...], ...]
    subtitle: str = ""
    above: tuple[str, str] = ("", "")
    notes: tuple[str, ...] = ()
    sheet: str = ""
    unit: str = ""
    name: str = ""
    partial: bool = False

    @property
    def width(self) -> int:
        """How many places its widest line covers, at least 1."""
        lines = (sum(cell.columns for cell in line) for line in (*self.head[:1], *self.body))
        return max(lines, default=1)


class Heading(NamedTuple):
    """A heading's label with its place: heading row and column, both from 0, and its span."""

    label: str
    level: int
    column: int
    columns: int
    rows: int


def headings(paths: Sequence[tuple[str, ...]], depth: int) -> Iterator[Heading]:
    """The headings of neighbouring columns, each with the path of its labels, outermost first.

    An outer label runs over the neighbours that share it and all above it; the innermost one
    reaches down to the last of the ``depth`` heading rows.
    """
    for level in range(depth):
        start = 0
        while start < len(paths):
            path, end = paths[start], start + 1
            inner = level < len(path) - 1
            while inner and end < len(paths) and _shared(paths[end], path, level):
                end += 1
            if level < len(path):
                yield Heading(path[level], level, start, end - start, 1 if inner else depth - level)
            start = end


def _shared(path: Sequence[str], other: Sequence[str], level: int) -> bool:
    return len(path) > level + 1 and path[: level + 1] == other[: level + 1]


def head_rows(table: Table, said: Callable[[str], str]) -> tuple[tuple[PrintedCell, ...], ...]:
    """The heading rows of a table; ``said`` makes the printed text of a label of the standard."""
    lines: list[list[PrintedCell]] = [[] for _ in range(table.depth)]
    for block in table.blocks:
        for heading in headings([column.label for column in block.columns], table.depth):
            cell = PrintedCell(said(heading.label), "heading", heading.columns, heading.rows)
            lines[heading.level].append(cell)
    return tuple(map(tuple, lines))


def strong_row(standard: Standard, block: Block, row: Row) -> bool:
    """Whether a row is emphasized: a total, a class of subjects, a group of projects."""
    if row.kind in (TOTAL, "group"):
        return True
    if row.kind == "subject":
        return len(row.key) == standard.subjects[block.subjects].lengths[0]
    return row.kind == "fixed" and any(spec.total and spec.key == row.key for spec in block.rows)


def code_part(standard: Standard, block: Block, code: str, position: int) -> str:
    """A code, or its part where the standard prints each level in a column of its own.

    One whose parts have lost or got a digit is read with blanks between them, and printed as it was.
    """
    columns = len(block.of_kind("code"))
    if columns == 1:
        return code
    if " " in code:
        parts = code.split(" ", columns - 1)
        return parts[position] if position < len(parts) else ""
    lengths = (0, *standard.subjects[block.subjects].lengths)
    return code[lengths[position] : None if position == columns - 1 else lengths[position + 1]]


def column_names(table: Table, year: int) -> list[str]:
    """The headings of the columns of all sides, outer and inner joined by "/"."""
    return [
        "/".join("".join(part.split()) for part in column.heading(year))
        for block in table.blocks
        for column in block.columns
    ]


def row_entries(
    standard: Standard, block: Block, row: Row, label: str, group: str = ""
) -> list[str | Cell]:
    """What a row has in each column: amounts as they are, else texts; ``group`` stands beside an item."""
    amounts, texts, codes = iter(row.cells), iter(row.texts), count()
    entries: list[str | Cell] = []
    for column in block.columns:
        entry: str | Cell = label
        if column.kind == AMOUNT:
            entry = next(amounts)
        elif row.kind == TOTAL:
            entry = "" if any(isinstance(before, str) for before in entries) else block.total
        elif column.kind == "text":
            entry = next(texts, "")
        elif column.kind == "code":
            part = next(codes)
            entry = code_part(standard, block, row.key, part) if row.kind == "subject" else ""
        elif column.kind == "level1":
            entry = label if row.kind == "group" else group
        elif column.kind == "level2":
            entry = label if row.kind == "item" else ""
        entries.append(entry)
    return entries


def side_by_side(
    table: Table, sides: Sequence[Mapping[int, Sequence[T]]], blank: T
) -> list[list[T]]:
    """The lines of a table from those of its sides, each with its place; ``blank`` where one has none."""
    return [
        [
            entry
            for side, block in zip(sides, table.blocks, strict=True)
            for entry in side.get(number, [blank] * len(block.columns))
        ]
        for number in sorted(set().union(*sides))
    ]
