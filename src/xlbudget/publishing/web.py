"""The published document as one web page: no scripts, nothing loaded from elsewhere.

Everything that comes from a workbook is escaped where it enters the page (``templates``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.printed import FORM
from xlbudget.templates import fixed_part, rendered

if TYPE_CHECKING:
    from xlbudget.printed import PrintedCell, PrintedTable
    from xlbudget.publishing.disclosure import Disclosure


_FOLDER = Path(__file__).parent / "templates"
_WIDE = 7
"""A part that has a table with so many columns is printed across."""
_DEEPEST = 4


def web_copy(disclosure: Disclosure) -> str:
    """The whole page."""
    values = {
        "found": disclosure,
        "across": lambda part: any(
            len(table.columns) >= _WIDE for item in part.items for table in item.tables
        ),
        "classes": _classes,
        "label": _label,
        "style": fixed_part(_FOLDER, "web.css"),
    }
    return rendered(_FOLDER, "web.html.j2", values)


def _label(table: PrintedTable) -> str:
    """The name of the area that scrolls; forms have the same title, so their project is added."""
    first = table.body[0] if table.kind == FORM and table.body else ()
    return "：".join([table.title, *(cell.text for cell in first if cell.kind == "value")])


def _classes(cell: PrintedCell) -> list[str]:
    classes = ["caption" if cell.kind == "heading" else cell.kind]
    if cell.bold:
        classes.append("strong")
    if cell.indent:
        classes.append(f"i{min(cell.indent, _DEEPEST)}")
    return classes
