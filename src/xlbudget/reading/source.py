"""The sheets of a workbook as readers ask for them, and what stands on them beside the figures.

Texts that would be published, years in titles, amounts stored as text, texts that no longer say what the cells hold.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.characters import YEAR, plain_name, squash
from xlbudget.errors import UnusableFileError
from xlbudget.figures import Place, Printed
from xlbudget.limits import MOST_LINES
from xlbudget.money import Amount
from xlbudget.rules.grid import INFO
from xlbudget.sheets.cells import Area, Grid, Sheet, value_at, whole_lines
from xlbudget.sheets.layout import (
    CONTENTS,
    COVER,
    DESK,
    DESK_NAME,
    DESK_TITLE,
    GLOSSARY,
    INFO_SHEET,
    NOTES,
    PROFILE,
)
from xlbudget.sheets.notes import (
    CHANGED,
    CellValue,
    FigureLine,
    cell_at,
    figure_lines,
    notes_lines,
    same_value,
)
from xlbudget.standard.model import LAST_YEAR
from xlbudget.xlsx.references import column_letter, column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from xlbudget.figures import Book, TextUnit
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.cells import Lines
    from xlbudget.xlsx.workbook import Workbook


def find_sheet(workbook: Workbook, *names: str) -> str:
    """The sheet of one of these names, exactly or but for spaces, quotes and a number; "" if none."""
    exact = next((name for name in names if name in workbook.parts.sheets), "")
    if exact:
        return exact
    plain: dict[str, str] = {}
    for name in workbook.names:
        plain.setdefault(plain_name(name), name)
    return next((plain[one] for one in map(plain_name, names) if one in plain), "")


def find_cover(workbook: Workbook) -> str:
    """The sheet that is printed as the cover; "" if none. Older workbooks have it as 封面, where one also starts."""
    name = find_sheet(workbook, COVER) or find_sheet(workbook, DESK)
    letters, line = split_cell(DESK_TITLE)
    title = value_at(workbook.lines(name), line, column_number(letters)) if name else ""
    return "" if title == DESK_NAME else name


class Source:
    """A workbook's lines, of which reading may fill in some; the workbook keeps its own."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook, self.names = workbook, workbook.names
        self._filled: dict[str, Lines] = {}

    def find(self, *names: str) -> str:
        """The sheet of one of these names, as :func:`find_sheet`."""
        return find_sheet(self.workbook, *names)

    def check(self, names: Iterable[str]) -> None:
        """Look at sheets of ours before they are read.

        Raises:
            UnusableFileError: as for :meth:`Workbook.check`, or one has more lines than a budget's.
        """
        wanted = list(filter(None, names))
        self.workbook.check(wanted)
        for name in wanted:
            lines = self.workbook.lines(name)
            if len(lines) > MOST_LINES:
                filled = sum(line.count("") < len(line) for line in lines)
                if filled > MOST_LINES:
                    raise UnusableFileError(
                        f"工作簿“{self.workbook.path.name}”的工作表“{name}”有{filled}行内容，多于{MOST_LINES}行，"
                        "远远超出预算表，没有读取；请删去表外的内容后再试。"
                    )

    def lines(self, name: str) -> Lines:
        """The cells of a sheet from A1 on; error values are texts (``#REF!``)."""
        return self._filled.get(name) or self.workbook.lines(name)

    def own_lines(self, name: str) -> Lines:
        """The same as a copy, into which may be written what the next reader shall find."""
        if name not in self._filled:
            self._filled[name] = [[*line] for line in self.workbook.lines(name)]
        return self._filled[name]

    def filled_lines(self, name: str) -> Lines:
        """The same with the value of cells merged downwards in each of them, to the end of the last."""
        merged = tuple(Area(*(end - 1 for end in area)) for area in self.workbook.merged(name))
        lines = whole_lines(self.lines(name))
        ends = [
            area.bottom + 1 for area in merged if area.left == area.right and area.top < len(lines)
        ]
        below = min(max(ends, default=0) - len(lines), _MOST_BELOW)
        blank: Lines = [[""] * len(lines[0]) for _ in range(below)]
        sheet = Sheet(name, [*lines, *blank], merged)
        self._filled[name] = Grid(sheet, 0, len(sheet.lines)).masked()
        return self._filled[name]


_MOST_BELOW = 100
"""So many blank lines below the last text of a sheet are read where a merged cell goes over them."""
_VALUE = 2
"""The last column of 基础信息 that is printed anywhere: units and hints are not."""
_FEWEST = 7
"""A whole number with fewer digits is an amount, a code or a count, nobody's number."""
_TITLE_LINES = 6


def read_printed(source: Source, tables: Collection[str]) -> Iterator[Printed]:
    """The texts of the published sheets (``tables`` are those of the tables), and of 基础信息."""
    cover = find_cover(source.workbook)
    for name in filter(None, (cover, source.find(CONTENTS), source.find(PROFILE))):
        yield from sheet_texts(name, source.lines(name))
    for name in tables:
        yield from sheet_texts(name, source.lines(name))
    for title in (NOTES, GLOSSARY):
        if name := source.find(title):
            for one in notes_lines(name, source.lines(name)):
                if one.final:
                    yield Printed(one.final, one.place)
    if name := source.find(INFO_SHEET):
        lines = [line[:_VALUE] for line in source.lines(name)]
        yield from (text._replace(info=True) for text in sheet_texts(name, lines))


def sheet_texts(name: str, lines: Lines) -> Iterator[Printed]:
    """The texts of a sheet, each with the text on its left; also long whole numbers beside a text."""
    for number, line in enumerate(lines, 1):
        before = ""
        for column, value in enumerate(line):
            if not value:
                continue
            text = value if isinstance(value, str) else _number_text(value) if before else ""
            if text:
                yield Printed(text, Place(name, f"{column_letter(column)}{number}"), before)
            before = value if isinstance(value, str) else ""


def _number_text(value: object) -> str:
    """The digits of a telephone number that was typed as a number, empty for all else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if isinstance(value, int) else ""
    return text if len(text) >= _FEWEST else ""


def stored_as_text(
    standard: Standard, book: Book, lines_of: Callable[[str], Lines]
) -> frozenset[Place]:
    """The cells that were read as amounts and hold text; ``lines_of`` gives a sheet's lines.

    A count of 基础信息 may be typed with its unit (130人).
    """
    places = set()
    for place in _amounts(standard, book):
        letters, line = split_cell(place.cell)
        if isinstance(value_at(lines_of(place.sheet), line, column_number(letters)), str):
            places.add(place)
    return frozenset(places)


def _amounts(standard: Standard, book: Book) -> Iterator[Place]:
    for key, data in book.blocks.items():
        sheet = book.sheets[standard.blocks[key].table]
        for row in data.rows:
            for column, cell in enumerate(row.cells):
                if isinstance(cell, Amount) and (name := data.cell_name(row, column)):
                    yield Place(sheet, name)
    for key, value in book.info.items():
        if isinstance(value.value, Amount) and standard.fields[key].kind == "amount":
            yield Place(book.sheets[INFO], value.cell)


def dated_titles(
    standard: Standard, year: int, sheets: Mapping[str, tuple[str, Lines]]
) -> tuple[tuple[Place, int], ...]:
    """The years in the first lines of the tables' sheets (name and lines by table key).

    Headings of last year's figures are left out: they say another year rightly.
    """
    found = []
    labels = (
        (column.label, column.heading(year))
        for block in standard.blocks.values()
        for column in block.columns
    )
    last = {
        squash(said)
        for parts in labels
        for part, said in zip(*parts, strict=True)
        if LAST_YEAR in part
    }
    for name, lines in sheets.values():
        for number, line in enumerate(lines[:_TITLE_LINES], 1):
            for column, cell in enumerate(line):
                if not isinstance(cell, str) or squash(cell) in last:
                    continue
                if match := YEAR.search(squash(cell)):
                    found.append((Place(name, f"{column_letter(column)}{number}"), int(match[1])))
    return tuple(found)


_LONGEST = 30
"""So many letters of a cell's text are quoted."""


def with_staleness(source: Source, texts: Iterable[TextUnit]) -> list[TextUnit]:
    """The texts, each with sentences on what has changed since it was written."""
    units = list(texts)
    name = source.find(NOTES)
    if not units or not name:
        return units
    moved: dict[str, list[str]] = {}
    for one, now in _moved_figures(source, name):
        spot = f"{one.place.sheet} {one.place.cell}"
        sentence = (
            f"{one.meaning}（{spot}）：生成说明时为 {_quoted(one.value)}，现为 {_quoted(now)}。"
        )
        moved.setdefault(one.paragraph, []).append(sentence)
    return [
        unit._replace(stale=(*unit.stale, *moved[unit.id])) if unit.id in moved else unit
        for unit in units
    ]


def _moved_figures(source: Source, name: str) -> list[tuple[FigureLine, CellValue]]:
    """The figures whose cell holds something else now, looked at closely only where any seems to."""
    lines = source.lines(name)
    differing = {line.line for line in figure_lines(lines) if _differs(source, line)}
    if not differing:
        return []
    found = []
    for line in figure_lines(lines, source.workbook.formulas(name), differing):
        if _differs(source, line):
            now = _value_now(source, line)
            # A cell that seems blank may hold a formula that no program has worked out.
            if now or line.place.cell not in source.workbook.formulas(line.place.sheet):
                found.append((line, now))
    return found


def _differs(source: Source, one: FigureLine) -> bool:
    now = _value_now(source, one)
    # An error that stood there before is a finding of its own, no change.
    return now != one.value and same_value(one.value, now) == CHANGED


def _value_now(source: Source, one: FigureLine) -> CellValue:
    """What the cell holds now; what it held where its sheet is gone (a finding of its own)."""
    if one.place.sheet not in source.names:
        return one.value
    return cell_at(source.lines(one.place.sheet), one.place.cell)


def _quoted(value: CellValue) -> str:
    """A number with separators, a text shortened, 空白 for nothing."""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    text = value.strip()
    return (text[:_LONGEST] + "…" if len(text) > _LONGEST else text) or "空白"
