"""How the sheets of a disclosure are printed: upright or across, how high their rows are, how many pages they take.

All is A4, one page wide. What is counted here is what Excel does: it makes a sheet smaller by whole
percents until its columns fit, repeats some rows on every page, and ends a page before the row that
does not fit. Programs with other fonts make the columns wider, so the sheet smaller, and more rows
would fit: so the ends of pages stand in the file. Heights are points; widths digits, as in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building import styles
from xlbudget.printed import headings
from xlbudget.standard.model import ANY_YEAR, dated
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlbudget.building.contents import CellContent
    from xlbudget.sheets.layout import TableLayout
    from xlbudget.standard.model import Column


SIDE, ABOVE, BELOW = 0.5, 0.6, 0.7
"""Margins in inches: left and right, above, below."""
_SHORT, _LONG, _INCH = 595.3, 841.9, 72.0
_DIGIT, _AROUND, _PIXEL = 7, 5, 0.75
"""A column of so many digits is so many pixels wide; a pixel in points."""
_RESERVE = 0.98
"""Of a page's room: programs round heights differently."""
_FEWEST = 3
"""No page holds fewer rows."""
_ROW = 18.0
TITLE_HEIGHT, UNIT_HEIGHT = 34.0, 20.0

_WIDTHS = {"amount": 13.0, "code": 10.0, "name": 36.0, "text": 18.0, "level1": 20.0, "level2": 32.0}
_UPRIGHT = 134
"""Lists that are wider (in digits) are printed across: upright, their letters would be too small."""
_LANDSCAPE = 112
"""So are other tables from this width on: they have few rows."""
_MANY = 9
"""From so many columns of amounts on, they are narrower."""
_PAGE, _PAGE_ACROSS = 94, 138
"""Narrower tables are stretched to the width of their page (in digits)."""
_ROOM = 3.2
"""Digits between an amount and the borders of its cell."""

TEXT_MARGIN, TEXT_WIDTH = 1.7, 92.0
"""Widths of the three columns before a published text, and of the text."""
_LARGE, _LINE, _BLANK = 12 / 11, 17.5, 15.0
"""A text's letters against those by which widths are counted; points from line to line, and of a blank one."""


class PrintedSheet(NamedTuple):
    """What decides about the pages of a sheet.

    ``title`` are the rows on the first page alone, ``repeated`` those on every page, ``rows`` the
    others, which are in ``blocks`` of so many rows that a page does not end in.
    """

    widths: Sequence[float]
    landscape: bool
    title: Sequence[float]
    repeated: Sequence[float]
    rows: Sequence[float]
    blocks: Sequence[int] = ()

    @property
    def room(self) -> float:
        """How high the rows of a page may be altogether."""
        paper = (_SHORT if self.landscape else _LONG) - (ABOVE + BELOW) * _INCH
        return _RESERVE * paper / self._scale

    @property
    def _scale(self) -> float:
        paper = (_LONG if self.landscape else _SHORT) - 2 * SIDE * _INCH
        needed = sum(int(width * _DIGIT + _AROUND) * _PIXEL for width in self.widths)
        return min(100, int(100 * paper / needed)) / 100

    @property
    def starts(self) -> list[int]:
        """The rows (from 0) before which a new page begins."""
        starts, room = [], self.room - sum(self.repeated)
        row, left = 0, room - sum(self.title)
        for count in self.blocks or [1] * len(self.rows):
            needed = sum(self.rows[row : row + count])
            if needed > left and row:
                starts.append(row)
                left = room
            left -= needed
            row += count
        if starts and not self.blocks:
            starts[-1] = min(starts[-1], max(1, len(self.rows) - _FEWEST))
        return starts

    @property
    def pages(self) -> int:
        """How many pages it takes."""
        return len(self.starts) + 1

    def ends(self, first: int) -> list[int]:
        """The lines of the sheet after which a page ends, where the first of the ``rows`` is ``first``."""
        return [first - 1 + start for start in self.starts]


def row_height(lines: int) -> float:
    """The height of a row of a table: closer than on the sheets that are typed into, so that pages are saved."""
    return styles.row_height(lines, line=14.0, least=_ROW, around=4)


def continued(title: str) -> str:
    """The head of the pages of a table that follow the first one."""
    return f'&C&"黑体,Regular"&14{title}（续表）'


def printed_table(layout: TableLayout, contents: Sequence[CellContent]) -> PrintedSheet:
    """The sheet of a table with these contents of its body, up to the last line that holds something."""
    columns = [column for one in layout.blocks for column in one.block.columns]
    listed = any(one.block.body == "subject" for one in layout.blocks)
    widths = [
        column.width or _usual_width(column.kind, many=_has_many(columns)) for column in columns
    ]
    for content in contents:
        if content.role == "amount" and content.value not in (None, ""):
            index = column_number(split_cell(content.cell)[0]) - 1
            shown = f"{content.value:,f}" if not isinstance(content.value, str) else content.value
            widths[index] = max(widths[index], len(shown) + _ROOM)
    landscape = sum(widths) > (_UPRIGHT if listed else _LANDSCAPE)
    stretch = max(1.0, (_PAGE_ACROSS if landscape else _PAGE) / sum(widths))
    widths = [round(width * stretch, 2) for width in widths]
    rows = _row_heights(layout, contents, columns, widths)
    repeated = [UNIT_HEIGHT, *_heading_heights(layout, widths)]
    return PrintedSheet(widths, landscape, [TITLE_HEIGHT], repeated, rows)


def _has_many(columns: Iterable[Column]) -> bool:
    return sum(column.kind == "amount" for column in columns) >= _MANY


def _usual_width(kind: str, *, many: bool) -> float:
    return 10.0 if many and kind == "amount" else _WIDTHS.get(kind, 26.0)


def _heading_heights(layout: TableLayout, widths: Sequence[float]) -> list[float]:
    """Of every heading row: a label over several rows shares them evenly."""
    lines = [1] * layout.table.depth
    for one in layout.blocks:
        paths = [column.label for column in one.block.columns]
        for label in headings(paths, layout.table.depth):
            left = one.first + label.column
            width = sum(widths[left : left + label.columns])
            needed = styles.lines_of(dated(label.label, ANY_YEAR), width)
            lines[label.level] = max(lines[label.level], -(-needed // label.rows))
    return [styles.row_height(count, least=22) for count in lines]


def _row_heights(
    layout: TableLayout,
    contents: Sequence[CellContent],
    columns: Sequence[Column],
    widths: Sequence[float],
) -> list[float]:
    """Of every row from the body's first on, up to the last that holds something."""
    lines: dict[int, int] = {}
    for content in contents:
        letters, line = split_cell(content.cell)
        index = column_number(letters) - 1
        wraps = content.role != "note" and columns[index].kind not in ("amount", "code")
        if content.kind != "blank":
            lines.setdefault(line, 1)
        if wraps and isinstance(content.value, str) and content.value:
            width = widths[index] - 1.5 * content.indent
            lines[line] = max(lines[line], styles.lines_of(content.value, width))
    last = max(lines, default=layout.first)
    return [row_height(lines.get(line, 1)) for line in range(layout.first, last + 1)]


def printed_text(texts: Iterable[str]) -> PrintedSheet:
    """A published text's sheet: its title and a blank line, then the paragraphs line by line, some of them blank."""
    heights = [
        styles.row_height(styles.lines_of(text, TEXT_WIDTH / _LARGE), line=_LINE)
        if text
        else _BLANK
        for text in texts
    ]
    widths = (*(TEXT_MARGIN,) * 3, TEXT_WIDTH)
    return PrintedSheet(widths, landscape=False, title=[32.0, _BLANK], repeated=[], rows=heights)
