"""What is where on the page of one workbook: the names of its findings, cells and paragraphs.

Which lines of a table are shown, what is marked in them, and what leads where.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.report.wording import grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.findings import Finding, Report
    from xlbudget.printed import PrintedCell, PrintedTable
    from xlbudget.report.pictures import Passage, Pictures

    Line = tuple[PrintedCell, ...]

__all__ = ["FULL", "Places"]

FULL = 40
"""Tables with more lines are shown in part beside their findings."""
_AROUND = 2
_DEEPEST = 3
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Spot = tuple[str, str]
"""Sheet and cell."""


class Link(NamedTuple):
    """Where a used cell leads, and the names of the paragraphs; ``listed``: to a list of them."""

    target: str
    names: str
    listed: bool


class ShownCell(NamedTuple):
    """A cell with what is said of it; ``name`` is empty where nothing leads to it."""

    cell: PrintedCell
    name: str
    classes: tuple[str, ...]
    marks: tuple[Finding, ...]
    link: Link | None
    places: Places


class ShownLine(NamedTuple):
    """A line with its number on the sheet, or (``gap``) so many lines that are left out."""

    gap: int = 0
    row: str = ""
    strong: bool = False
    cells: tuple[ShownCell, ...] = ()


class Places:
    """Names of everything on the page that something else leads to.

    ``whole``: all tables and the whole text are on the page, as for one workbook.
    """

    def __init__(self, name: str, report: Report, pictures: Pictures, *, whole: bool) -> None:
        self.name, self.pictures, self.whole = name, pictures, whole
        self.groups = grouped(report.findings)
        ordered = [finding for _, findings in self.groups for finding in findings]
        self.numbers = {id(one): number for number, one in enumerate(ordered, 1)}
        self.marks: dict[Spot, list[Finding]] = {}
        for one in ordered:
            if one.sheet and one.cell:
                self.marks.setdefault((one.sheet, one.cell), []).append(one)
        self._sheets = {
            sheet: number
            for number, sheet in enumerate(dict.fromkeys(one.sheet for one in pictures.tables), 1)
        }
        told = {one.part for one in pictures.passages if one.numbers and not one.level and whole}
        self.passages = {
            (one.sheet, one.cell): number
            for number, one in enumerate(pictures.passages, 1)
            if one.cell and (one.part in told or (one.sheet, one.cell) in self.marks)
        }
        self.beside = {
            id(one) for one in pictures.tables if any(self._marked(line, one) for line in one.body)
        }
        self.uses: dict[Spot, list[int]] = {}
        for at, passage in enumerate(pictures.passages, 1):
            if (passage.sheet, passage.cell) in self.passages:
                for spot in _spots(passage):
                    self.uses.setdefault(spot, []).append(at)
        self._shown: set[Spot] = set()
        self._given: set[str] = set()
        for table in pictures.tables:
            if whole or id(table) in self.beside:
                at_all = self.all_lines(table) if whole else self.lines(table)
                boxes = (box for at in at_all for box in table.body[at])
                self._shown.update((table.sheet, box.cell) for box in boxes if box.cell)

    def _marked(self, line: Line, table: PrintedTable) -> bool:
        return any((table.sheet, box.cell) in self.marks for box in line if box.cell)

    def lines(self, table: PrintedTable) -> list[int]:
        """The lines to show beside the findings: all of a short table, else those around marks."""
        every = range(len(table.body))
        marked = [at for at in every if self._marked(table.body[at], table)]
        if table.partial:
            return marked
        if len(table.body) <= FULL:
            return list(every)
        near = {at + step for at in marked for step in range(-_AROUND, _AROUND + 1)}
        last = [every[-1]] if table.body and _strong(table.body[-1]) else []
        return sorted(near.intersection(every).union(last))

    def all_lines(self, table: PrintedTable) -> list[int]:
        """The lines to show of a table anywhere: all, or those of which something speaks."""
        every = range(len(table.body))
        if not table.partial:
            return list(every)
        return [
            at
            for at in every
            if self._marked(table.body[at], table)
            or any((table.sheet, box.cell) in self.uses for box in table.body[at])
        ]

    def finding(self, one: Finding) -> str:
        """The name of a finding's line."""
        return f"{self.name}-f{self.numbers[id(one)]}"

    def passage(self, number: int) -> str:
        """The name of a paragraph."""
        return f"{self.name}-p{number}"

    def origin(self, number: int, count: int) -> str:
        """The name of the origin of a number of a paragraph."""
        return f"{self.name}-o{number}-{count}"

    def use(self, sheet: str, cell: str) -> str:
        """The name of the list of paragraphs that use a cell."""
        return f"{self.name}-u{self._sheets[sheet]}-{cell}"

    def cell(self, sheet: str, cell: str) -> str:
        """The name of a table's cell, empty where it is not on the page."""
        if (sheet, cell) not in self._shown:
            return ""
        return f"{self.name}-c{self._sheets[sheet]}-{cell}"

    def take(self, sheet: str, cell: str) -> str:
        """The name of a cell that something leads to, given once; else empty."""
        if (sheet, cell) not in self.marks and (sheet, cell) not in self.uses:
            return ""
        return self.give(self.cell(sheet, cell))

    def give(self, name: str) -> str:
        """The name where it is given for the first time; else empty."""
        if name in self._given:
            return ""
        self._given.add(name)
        return name

    def place(self, sheet: str, cell: str) -> str:
        """What a place leads to: a cell of a table or a paragraph; empty where it is neither."""
        number = self.passages.get((sheet, cell))
        return self.passage(number) if number is not None else self.cell(sheet, cell)

    # ------------------------------------------------------------------ tables

    def beside_of(self, title: str) -> list[PrintedTable]:
        """The tables of a title that have findings."""
        return [
            one for one in self.pictures.tables if one.title == title and id(one) in self.beside
        ]

    def others(self) -> list[tuple[str, list[PrintedTable]]]:
        """All tables that are not shown whole beside their findings, by title."""
        others = [
            one
            for one in self.pictures.tables
            if self.whole
            and len(self.all_lines(one)) > (len(self.lines(one)) if id(one) in self.beside else 0)
        ]
        return [(title, list(group)) for title, group in groupby(others, key=lambda one: one.title)]

    def letters(self, table: PrintedTable) -> list[str]:
        """The names of the columns, where every cell stands on a sheet."""
        found: dict[int, str] = {}
        for line in table.body:
            for at, one in enumerate(line):
                if one.cell:
                    found.setdefault(at, one.cell.rstrip("0123456789"))
        every = len(found) == table.width and bool(table.head)
        return [found[at] for at in sorted(found)] if every else []

    def shown_lines(self, table: PrintedTable, at_all: Sequence[int]) -> list[ShownLine]:
        """The lines at these places, and how many are left out between them."""
        found: list[ShownLine] = []
        last = -1
        for at in (*at_all, len(table.body)):
            if at > last + 1:
                found.append(ShownLine(gap=at - last - 1))
            last = at
            if at < len(table.body):
                line = table.body[at]
                row = next((one.cell.lstrip(_ALPHABET) for one in line if one.cell), "")
                cells = tuple(self._shown_cell(table.sheet, one) for one in line)
                found.append(ShownLine(0, row, _strong(line), cells))
        return found

    def _shown_cell(self, sheet: str, one: PrintedCell) -> ShownCell:
        classes = {"amount": ["amount"], "heading": ["caption"]}.get(one.kind, [])
        spot = (sheet, one.cell) if one.cell else ("", "")
        marks, uses = self.marks.get(spot, []), self.uses.get(spot, [])
        if marks:
            classes += ["wrong", marks[0].level.value]
        if one.indent:
            classes.append(f"i{min(one.indent, _DEEPEST)}")
        link = self._link(spot, uses) if uses else None
        name = self.take(*spot) if one.cell else ""
        return ShownCell(one, name, tuple(classes), tuple(marks), link, self)

    def _link(self, spot: Spot, uses: Sequence[int]) -> Link:
        """Where a used cell leads: to the paragraph that uses it, or to the list of them."""
        names = "、".join(self.pictures.passages[number - 1].id for number in uses)
        if len(uses) == 1:
            return Link(self.passage(uses[0]), names, listed=False)
        return Link(self.use(*spot), names, listed=True)

    def used(
        self, table: PrintedTable, lines: Sequence[ShownLine]
    ) -> list[tuple[str, PrintedCell, list[int]]]:
        """The cells that the text uses and that are not listed yet: name, cell, paragraphs."""
        cells = (one.cell for line in lines for one in line.cells)
        named = (
            (self.give(self.use(*spot)), one, self.uses[spot])
            for one in cells
            for spot in [(table.sheet, one.cell)]
            if spot in self.uses
        )
        return [one for one in named if one[0]]

    def shown_passages(self) -> list[tuple[int, Passage, bool]]:
        """The paragraphs to show, each with its number and whether a part begins with it."""
        shown = set(self.passages.values())
        every = enumerate(self.pictures.passages, 1)
        kept = [(number, one) for number, one in every if number in shown]
        parts = ["", *(one.part for _, one in kept)]
        return [(number, one, one.part != parts[at]) for at, (number, one) in enumerate(kept)]


def _strong(line: Line) -> bool:
    return any(one.bold for one in line)


def _spots(passage: Passage) -> dict[Spot, None]:
    """The cells on which the numbers of a paragraph rest, each once."""
    sources = (source for number in passage.numbers for source in number.origin.sources)
    return dict.fromkeys((source.sheet, source.cell) for source in sources if source.cell)
