"""Titles that show fields of 基础信息 (预算单位：…) show the imported ones, also where nothing recalculates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.money import Amount
from xlbudget.relations.grid import INFO
from xlbudget.workbook.layout import INFO_SHEET
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from xlbudget.figures import Book
    from xlbudget.xlsx.workbook import Workbook

__all__ = ["shown_edits"]

_PIECE = re.compile(rf"\"((?:[^\"]|\"\")*)\"|'?{INFO_SHEET}'?!\$?([A-Z]+)\$?([0-9]+)")


def shown_edits(
    workbook: Workbook,
    book: Book,
    formulas: Mapping[str, Mapping[str, str]],
    taken: Collection[tuple[str, str]],
) -> Iterator[CellEdit]:
    """The same formulas with their new text; ``taken`` are cells that are written anyway.

    Raises:
        UnusableFileError: the workbook cannot be read.
    """
    values = {
        one.cell: one.value.plain if isinstance(one.value, Amount) else str(one.value or "")
        for one in book.info.values()
    }
    if book.sheets.get(INFO) != INFO_SHEET:
        return
    wanted = {
        (sheet, cell): (formula, text)
        for sheet, cells in formulas.items()
        for cell, formula in cells.items()
        if f"{INFO_SHEET}!" in formula
        and (sheet, cell) not in taken
        and (text := _joined(formula, values)) is not None
    }
    lines = workbook.lines_of({sheet for sheet, _ in wanted})
    for (sheet, cell), (formula, text) in wanted.items():
        letters, line = split_cell(cell)
        if text_of(value_at(lines.get(sheet, []), line, column_number(letters))) != text.strip():
            yield CellEdit(sheet, cell, text, formula)


def _joined(formula: str, values: Mapping[str, str]) -> str | None:
    """Texts and fields joined by &; None for any other formula."""
    pieces: list[str] = []
    place = 0
    while place < len(formula):
        match = _PIECE.match(formula, place)
        if match is None:
            return None
        if match[2]:
            pieces.append(values.get(match[2] + match[3], ""))
        else:
            pieces.append(match[1].replace('""', '"'))
        place = match.end()
        if place < len(formula) and formula[place] != "&":
            return None
        place += 1
    return "".join(pieces)
