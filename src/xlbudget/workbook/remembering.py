"""What keeping a workbook's typed amounts on its memory sheet would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.memory import keepsake
from xlbudget.standard.extend import own_standard
from xlbudget.workbook.memory_sheet import MEMORY, remember
from xlbudget.workbook.patch import formula_cells
from xlbudget.workbook.read import read_book, read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.workbook.patch import CellEdit

__all__ = ["remembering"]


def remembering(source: Path, moment: str) -> list[CellEdit]:
    """The edits by which ``source`` remembers its typed amounts as those of ``moment``.

    None where the workbook has no memory sheet: it was made by an earlier version.
    """
    there = read_lines(source, [MEMORY])
    if MEMORY not in there:
        return []
    book = read_book(source)
    computed = formula_cells(source, set(book.sheets.values()))
    return remember(keepsake(own_standard(book), book, computed, moment), there[MEMORY])
