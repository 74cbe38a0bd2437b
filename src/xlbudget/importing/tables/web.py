"""Tables of a web page, which some platforms save under a spreadsheet's name, as one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.findings import NotRead
from xlbudget.importing.published.elements import Line
from xlbudget.importing.published.html import html_elements
from xlbudget.importing.tables.limits import MOST_CELLS, MOST_LINES, too_large
from xlbudget.sheets.cells import Sheet

if TYPE_CHECKING:
    from pathlib import Path


def web_sheet(path: Path) -> Sheet:
    """All paragraphs and tables of a page below each other.

    Raises:
        UnusableFileError: no text, or larger than any table.
    """
    lines: list[list[object]] = []
    cells = 0
    for element in html_elements(path):
        if isinstance(element, NotRead):
            raise too_large(path.name, element.reason)
        rows = [[element.text]] if isinstance(element, Line) else [*element.lines, []]
        lines += [[*row] for row in rows]
        cells += sum(map(len, rows))
        if cells > MOST_CELLS or len(lines) > MOST_LINES:
            raise too_large(path.name, f"超过{MOST_LINES // 10_000}万行")
    return Sheet(path.stem, lines)
