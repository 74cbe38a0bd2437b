"""Tables of a web page, which some platforms save under a spreadsheet's name, as one sheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.findings import NotRead
from xlbudget.importing.published.elements import Line
from xlbudget.importing.published.html import html_elements
from xlbudget.importing.tables.size import too_large
from xlbudget.limits import MOST_EXPORTED_CELLS, MOST_EXPORTED_LINES
from xlbudget.sheets.cells import Sheet

if TYPE_CHECKING:
    from pathlib import Path

_NUMBERED = re.compile(r"(?:Sheet|工作表|表格)\s*\d+\s*[:：]\s*")
"""What LibreOffice writes before the name of a sheet."""
_LONGEST = 120
"""Letters of a paragraph: a note below a table has no more, the sentences of an explanation do."""


def is_export(sheet: Sheet) -> bool:
    """Whether a page holds tables alone, without the sentences that make it a published document."""
    lines = ([cell for cell in line if cell != ""] for line in sheet.lines)
    return all(len(cells) != 1 or len(str(cells[0])) <= _LONGEST for cells in lines)


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
        if isinstance(element, Line):
            rows = [[_NUMBERED.sub("", element.text, count=1)]]
        else:
            rows = [*element.lines, []]
        lines += [[*row] for row in rows]
        cells += sum(map(len, rows))
        if cells > MOST_EXPORTED_CELLS or len(lines) > MOST_EXPORTED_LINES:
            raise too_large(path.name, f"超过{MOST_EXPORTED_LINES // 10_000}万行")
    return Sheet(path.stem, lines)
