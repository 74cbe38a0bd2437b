"""Formulas outside the tables brought up to date in a file whose figures change."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.workbook.live import render_live
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import column_number, same_formula, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book, Place
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.formulas import Formula
    from xlbudget.workbook.read_cells import Lines
    from xlbudget.xlsx.workbook import Workbook

__all__ = ["live_edits", "shows"]

_LIVE = ("formula", "array")


def live_edits(
    source: Workbook, standard: Standard, placed: Book, formulas: Mapping[Place, Formula]
) -> Iterator[CellEdit]:
    """The edits that let 目录, 总览 and the tool rows say what ``placed`` holds.

    ``placed`` has every table. A sheet that is missing, or has no such formulas (an older
    workbook's), is left alone.

    Raises:
        UnusableFileError: ``source`` is unreadable.
    """
    cells = render_live(standard, placed, formulas).cells
    lines = source.lines_of(list(cells))
    held = source.formulas_of(set(cells))
    for sheet, contents in cells.items():
        now = held.get(sheet, {})
        wanted = [one for one in contents if one.kind in _LIVE]
        if sheet not in lines or not any(one.cell in now for one in wanted):
            continue
        for one in wanted:
            if not same_formula(now.get(one.cell, ""), one.formula) or not shows(one, lines[sheet]):
                array = one.kind == "array"
                yield CellEdit(sheet, one.cell, one.value, one.formula, array)


def shows(content: CellContent, lines: Lines) -> bool:
    """Whether a cell of the sheet shows what it should."""
    letters, line = split_cell(content.cell)
    now = value_at(lines, line, column_number(letters))
    if isinstance(content.value, Decimal):
        return isinstance(now, (int, float)) and abs(Decimal(now) - content.value) < Decimal("1e-9")
    return text_of(now) == (content.value or "").strip()
