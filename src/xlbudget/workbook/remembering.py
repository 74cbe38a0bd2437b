"""What keeping a workbook's typed amounts on its memory sheet would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.memory import keepsake
from xlbudget.standard.extend import own_standard
from xlbudget.workbook.memory_sheet import MEMORY, remember
from xlbudget.workbook.read import read_book

if TYPE_CHECKING:
    from xlbudget.xlsx.cells import CellEdit
    from xlbudget.xlsx.workbook import Workbook

__all__ = ["remembering"]


def remembering(source: Workbook, moment: str) -> list[CellEdit]:
    """The edits by which ``source`` remembers its typed amounts as those of ``moment``.

    None where the workbook has no memory sheet: it was made by an earlier version.
    """
    there = source.lines_of([MEMORY])
    if MEMORY not in there:
        return []
    book = read_book(source)
    computed = source.formula_cells(set(book.sheets.values()))
    return remember(keepsake(own_standard(book), book, computed, moment), there[MEMORY])
