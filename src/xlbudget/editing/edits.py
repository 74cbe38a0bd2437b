"""From what cells should hold to the edits of those that hold something else."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.memory import PASSED, keepsake
from xlbudget.reading.book import read_book
from xlbudget.sheets.cells import text_of, value_at
from xlbudget.sheets.layout import MEMORY, STAMP, read_stamp, remember
from xlbudget.standard.loader import own_standard
from xlbudget.standard.stamp import stamp_of
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import column_number, same_formula, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlbudget.building.contents import CellContent
    from xlbudget.xlsx.cells import Lines
    from xlbudget.xlsx.workbook import Workbook


_EXACT = Decimal("1e-9")
"""Numbers that differ by less are the same: floats are read at 15 digits."""


def edits_of(
    sheet: str, contents: Iterable[CellContent], lines: Lines, formulas: Mapping[str, str]
) -> Iterator[CellEdit]:
    """The edits of the cells of a sheet that do not hold what they should."""
    for content in contents:
        if not same_formula(formulas.get(content.cell, ""), content.formula) or not _shows(
            content, lines
        ):
            yield edit_of(sheet, content)


def edit_of(sheet: str, content: CellContent) -> CellEdit:
    """The edit that writes a cell."""
    array = content.kind == "array"
    return CellEdit(sheet, content.cell, content.value, content.formula, array)


def value_of(cell: str, lines: Lines) -> object:
    """What stands in a cell (``D7``) of a sheet."""
    letters, line = split_cell(cell)
    return value_at(lines, line, column_number(letters))


def _shows(content: CellContent, lines: Lines) -> bool:
    now = value_of(content.cell, lines)
    if isinstance(content.value, Decimal):
        if isinstance(now, bool) or not isinstance(now, int | float):
            return False
        return abs(Decimal(format(now, ".15g")) - content.value) < _EXACT
    return text_of(now) == (content.value or "").strip()


def remembering(source: Workbook, moment: str) -> list[CellEdit]:
    """The edits by which ``source`` remembers its typed amounts as those of ``moment``.

    None where the workbook has no memory sheet: it was made by an earlier version.
    """
    there = source.lines_of([MEMORY])
    if MEMORY not in there:
        return []
    book = read_book(source)
    computed = source.formula_cells(set(book.sheets.values()))
    standard = own_standard(book)
    edits = remember(keepsake(standard, book, computed, moment), there[MEMORY])
    stamp = stamp_of(standard)
    if moment == PASSED and read_stamp(there[MEMORY]) != stamp:
        edits.append(CellEdit(MEMORY, STAMP, stamp.text))
    return edits
