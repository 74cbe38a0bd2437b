"""Find the standard's tables on the sheets of an exported file: by titles, else by headings."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.characters import heading, plain_name, row_label, squash
from xlbudget.importing.tables.size import too_large
from xlbudget.importing.titles import Title, Titles
from xlbudget.limits import MOST_HEADINGS, MOST_TITLES
from xlbudget.reading.headings import find_headings
from xlbudget.sheets.cells import Grid
from xlbudget.sheets.layout import is_form
from xlbudget.standard.placeholders import fits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.reading.headings import Headings
    from xlbudget.sheets.cells import Sheet
    from xlbudget.standard.model import Standard, Table


_SEARCHED = 12
"""The headings begin within so many lines below the title."""
_FEW_HEADS = 3
_LONGEST = 60
"""A heading has fewer letters."""
_CONTENTS = 3
"""So many titles without a table make a list of contents."""


class Section(NamedTuple):
    """A table on a sheet: the part that it takes, its title, its headings (None for forms).

    ``repeats`` are lines on which the headings stand again.
    """

    table: Table
    grid: Grid
    title: str
    heads: Headings | None
    repeats: frozenset[int] = frozenset()
    continued: bool = False

    @property
    def where(self) -> str:
        """Where it stands, in words."""
        return f"工作表“{self.grid.sheet.name}”第{self.grid.top + 1}行起"


class Finder:
    """Looks for the tables of one standard in a file; ``left`` says of titles without a table."""

    def __init__(self, name: str, standard: Standard, year: int | None) -> None:
        self.name, self.standard, self.year = name, standard, year
        self.titles = Titles(standard)
        self.tables = [table for table in standard.tables if not is_form(table)]
        self.left: list[str] = []
        labels = {
            heading(label)
            for table in self.tables
            for block in table.blocks
            for column in block.columns
            for label in column.heading(0)
        }
        self.labels = re.compile("|".join(map(re.escape, sorted(labels))))
        self.tried = 0

    def sections(self, sheet: Sheet) -> list[Section]:
        """All tables of a sheet, from above.

        Raises:
            UnusableFileError: so much of it looks like titles or headings that it is no budget.
        """
        grid = Grid(sheet, 0, len(sheet.lines))
        titles = list(islice(self.titles.on(grid), MOST_TITLES + 1))
        if len(titles) > MOST_TITLES:
            raise too_large(self.name, f"的工作表“{sheet.name}”有{MOST_TITLES}多个表的标题")
        found: list[Section] = []
        bare: list[Title] = []
        if not titles:
            match = self.titles.match(sheet.name)
            return list(self._untitled(grid, match[0] if match else None))
        if titles[0].line:
            found += self._untitled(grid.part(0, titles[0].line), None)
        for part, title in self._parts(grid, titles):
            sections = list(self._titled(part, title))
            found += sections
            known = [*(section.table for section in found), *(title.table for title in bare)]
            if not sections and title.exact and title.table not in known:
                bare.append(title)
        if len(bare) < _CONTENTS:
            taken = {section.table.key for section in found}
            self.left += [
                f"工作表“{sheet.name}”第{title.line + 1}行写着“{title.text}”，下面没有它的栏目标题，没有导入。"
                for title in bare
                if title.table.key not in taken
            ]
        return found

    def _parts(self, grid: Grid, titles: Sequence[Title]) -> Iterator[tuple[Grid, Title]]:
        """The part of the sheet below each title; titles on one line stand side by side."""
        lines = sorted({title.line for title in titles})
        for line, below in zip(lines, [*lines[1:], grid.bottom], strict=True):
            beside = [title for title in titles if title.line == line]
            part = grid.part(line, below)
            if len(beside) == 1:
                yield part, beside[0]
                continue
            edges = [grid.left, *(_gap(part, title.column) for title in beside[1:]), grid.right]
            for one, left, right in zip(beside, edges, edges[1:], strict=False):
                yield part.part(line, columns=(left, right)), one

    def _titled(self, grid: Grid, title: Title) -> Iterator[Section]:
        table = title.table
        if is_form(table):
            yield from self._form(table, grid, title.text)
            return
        lines = range(grid.top + 1, min(grid.top + 1 + _SEARCHED, grid.bottom))
        heads = find_headings(table, grid, lines, self.year)
        if title.exact and not (heads is not None and heads.complete):
            known = heads.exact if heads is not None else 0
            others = (one for one in self._complete(grid, lines) if one.table is not table)
            better = next((one for one in others if one.exact > known), None)
            if better is not None:
                self.left.append(
                    f"工作表“{grid.sheet.name}”第{title.line + 1}行的标题是“{title.text}”，"
                    f"栏目却是“{better.table.title}”的，没有导入；请改正标题后再导入。"
                )
                return
        wanted = sum(len(block.columns) for block in table.blocks)
        if heads is None or (not title.exact and 2 * len(heads.columns) < wanted):
            return
        section, rest = self._cut(
            Section(table, grid, title.text, heads, continued=title.continued)
        )
        yield section
        yield from self._untitled(rest, None)

    def _cut(self, section: Section) -> tuple[Section, Grid | None]:
        """A section up to where the headings of another table begin, and the part from there on.

        Its own headings may be repeated.
        """
        grid, heads = section.grid, section.heads
        assert heads is not None
        repeats: set[int] = set()
        head_texts = _texts(grid, heads.body - 1)
        for line in range(heads.body, grid.bottom):
            if len(head_texts) >= _FEW_HEADS and _texts(grid, line) == head_texts:
                first = line - (heads.body - 1 - heads.first)
                repeats.update(range(first, line + 1))
            elif self._heading_like(grid, line):
                other = self._at(grid, line)
                if other is not None and other.table is not section.table:
                    above = grid.part(grid.top, line)
                    return section._replace(grid=above, repeats=frozenset(repeats)), grid.part(line)
        return section._replace(repeats=frozenset(repeats)), None

    def _heading_like(self, grid: Grid, line: int) -> bool:
        """Whether headings may begin on a line: some texts, no number, and one of the known labels."""
        cells = [(grid.value(line, column), text) for column, text in grid.texts(line)]
        return (
            len(cells) >= _FEW_HEADS
            and not any(isinstance(value, (int, float)) for value, _ in cells)
            and any(
                self.labels.search(heading(text))
                for _, text in cells
                if len(text) < _LONGEST and not text.isascii()
            )
        )

    def _complete(self, grid: Grid, lines: Sequence[int]) -> list[Headings]:
        """The headings that begin on one of the lines, of all tables whose columns are all there."""
        self.tried += 1
        if self.tried > MOST_HEADINGS:
            raise too_large(
                self.name, f"的工作表“{grid.sheet.name}”有{MOST_HEADINGS}多行像是栏目标题"
            )
        known: dict[tuple[int, int], dict[int, Any]] = {}
        every = (find_headings(table, grid, lines, self.year, known) for table in self.tables)
        return [headings for headings in every if headings is not None and headings.complete]

    def _at(self, grid: Grid, line: int) -> Headings | None:
        """The table whose headings begin on a line, where they are all there."""
        # Of equal ones the standard's first: how many lines they take says nothing.
        return max(self._complete(grid, [line]), key=lambda heads: heads.score[:3], default=None)

    def _form(self, table: Table, grid: Grid, title: str) -> Iterator[Section]:
        """The part as forms, where it has their captions or says that there are none."""
        if _is_form(table, grid) or says_none(table, grid):
            yield Section(table, grid, title, None, continued=True)

    def _untitled(self, grid: Grid | None, named: Table | None) -> Iterator[Section]:
        """Tables without a title: by the sheet's name, else those whose headings are all there."""
        if grid is not None and named is not None and is_form(named):
            yield from self._form(named, grid, "")
            return
        while grid is not None:
            section, grid = self._next(grid, named)
            named = None
            if section is not None:
                yield section

    def _next(self, grid: Grid, named: Table | None) -> tuple[Section | None, Grid | None]:
        """The first table of a part, if one is known, and the part below it."""
        lines = range(grid.top, min(grid.top + _SEARCHED, grid.bottom))
        if named is not None:
            heads = find_headings(named, grid, lines, self.year)
            if heads is not None and heads.complete:
                return self._cut(Section(named, grid, "", heads))
        fitting = self._complete(grid, lines)
        if not fitting:
            forms = (table for table in self.standard.tables if is_form(table))
            form = next((table for table in forms if _is_form(table, grid)), None)
            section = form and Section(form, grid, "", None, continued=True)
            return section, self._below(grid, lines.stop)
        # Headings further down are another table's.
        top = min(headings.body for headings in fitting)
        ranks = [
            ((*headings.score[:2], self._rows_known(headings, grid)), headings)
            for headings in fitting
            if headings.first < top
        ]
        highest = max(rank for rank, _ in ranks)
        best, *same = [headings for rank, headings in ranks if rank == highest]
        if same:
            names = "”“".join(headings.table.title for headings in (best, *same))
            self.left.append(
                f"工作表“{grid.sheet.name}”第{best.first + 1}行起的表没有标题，"
                f"分不清是“{names}”中的哪一张，没有导入；请在表的上方写上标题。"
            )
            return None, self._below(grid, best.body)
        return self._cut(Section(best.table, grid, "", best))

    def _below(self, grid: Grid, line: int) -> Grid | None:
        """The part from the next line on that looks like headings of a table."""
        for at in range(line, grid.bottom):
            if self._heading_like(grid, at) and self._at(grid, at) is not None:
                return grid.part(at)
        return None

    def _rows_known(self, heads: Headings, grid: Grid) -> int:
        """How many of a table's prescribed rows stand below its headings."""
        known = 0
        for block in heads.table.blocks:
            at = next((heads.columns.get((block.key, i)) for i in block.of_kind("label")), None)
            labels = {
                row_label(label) for spec in block.rows if not spec.slot for label in spec.labels
            }
            if at is not None and labels:
                texts = {row_label(grid.text(i, at)) for i in range(heads.body, grid.bottom)}
                known += len(labels & texts)
        return known


def _gap(grid: Grid, column: int) -> int:
    """The last blank column before a title that stands beside another; else the title's own."""
    for at in range(column - 1, grid.left, -1):
        if not any(grid.covered(line, at) for line in range(grid.top, grid.bottom)):
            return at
    return column


def part_texts(grid: Grid, bottom: int | None = None) -> Iterator[str]:
    """All texts of a part of a sheet, line by line, up to ``bottom``."""
    for line in range(grid.top, grid.bottom if bottom is None else bottom):
        for _, text in grid.texts(line):
            yield text


def _texts(grid: Grid, line: int) -> list[str]:
    return [plain_name(text) for _, text in grid.texts(line)]


def says_none(table: Table, grid: Grid) -> bool:
    """Whether the statement stands there that the department has no such table."""
    known = table.spelled.statements
    return bool(known) and any(fits(text, known, squash) for text in part_texts(grid))


def _is_form(table: Table, grid: Grid) -> bool:
    """Whether the captions of one of the table's forms stand there."""
    texts = set(map(row_label, part_texts(grid)))
    for form in table.forms:
        captions = [row_label(cell.caption) for line in form.lines for cell in line.cells]
        if sum(caption in texts for caption in captions) * 2 > len(captions):
            return True
    return False
