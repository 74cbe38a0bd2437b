"""What is where on the page of one workbook: the names of its findings, cells and paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.report.html_common import LEVEL_SHAPES, safe
from xlbudget.report.wording import grouped

if TYPE_CHECKING:
    from xlbudget.findings import Finding, Report
    from xlbudget.report.pictures import Line, Passage, Pictures, TablePicture

__all__ = ["FULL", "Places"]

FULL = 40
"""Tables with more lines are shown in part beside their findings."""
_AROUND = 2

Spot = tuple[str, str]
"""Sheet and cell."""


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
            id(one) for one in pictures.tables if any(self._marked(line, one) for line in one.lines)
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
                boxes = (box for at in at_all for box in table.lines[at].boxes)
                self._shown.update((table.sheet, box.cell) for box in boxes if box.cell)

    def _marked(self, line: Line, table: TablePicture) -> bool:
        return any((table.sheet, box.cell) in self.marks for box in line.boxes if box.cell)

    def lines(self, table: TablePicture) -> list[int]:
        """The lines to show beside the findings: all of a short table, else those around marks."""
        every = range(len(table.lines))
        marked = [at for at in every if self._marked(table.lines[at], table)]
        if table.partial:
            return marked
        if len(table.lines) <= FULL:
            return list(every)
        near = {at + step for at in marked for step in range(-_AROUND, _AROUND + 1)}
        last = [every[-1]] if table.lines and table.lines[-1].strong else []
        return sorted(near.intersection(every).union(last))

    def all_lines(self, table: TablePicture) -> list[int]:
        """The lines to show of a table anywhere: all, or those of which something speaks."""
        every = range(len(table.lines))
        if not table.partial:
            return list(every)
        return [
            at
            for at in every
            if self._marked(table.lines[at], table)
            or any((table.sheet, box.cell) in self.uses for box in table.lines[at].boxes)
        ]

    def finding(self, one: Finding) -> str:
        """The name of a finding's line."""
        return f"{self.name}-f{self.numbers[id(one)]}"

    def mark(self, one: Finding) -> str:
        """A finding's number with the shape of its level, leading to it."""
        number = self.numbers[id(one)]
        return (
            f'<a class="mark {one.level}" href="#{self.finding(one)}" '
            f'aria-label="{one.level.chinese} 第 {number} 处">{LEVEL_SHAPES[one.level]}{number}</a>'
        )

    def passage(self, number: int) -> str:
        """The name of a paragraph."""
        return f"{self.name}-p{number}"

    def origin(self, number: int, count: int) -> str:
        """The name of the origin of a number of a paragraph."""
        return f"{self.name}-o{number}-{count}"

    def use(self, sheet: str, cell: str) -> str:
        """The name of the list of paragraphs that use a cell."""
        return f"{self.name}-u{self._sheets[sheet]}-{safe(cell)}"

    def cell(self, sheet: str, cell: str) -> str:
        """The name of a table's cell, empty where it is not on the page."""
        if (sheet, cell) not in self._shown:
            return ""
        return f"{self.name}-c{self._sheets[sheet]}-{safe(cell)}"

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


def _spots(passage: Passage) -> dict[Spot, None]:
    """The cells on which the numbers of a paragraph rest, each once."""
    sources = (source for number in passage.numbers for source in number.origin.sources)
    return dict.fromkeys((source.sheet, source.cell) for source in sources if source.cell)
