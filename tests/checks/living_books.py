"""Workbooks whose formulas follow when a typed cell changes, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.editing.notes import plan_notes
from xlbudget.explaining.explain import explain, glossary
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import definitions, evaluate, expand
from xlbudget.standard.loader import own_standard
from xlbudget.texts.whole import validate_whole
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlbudget.figures import Book, Cell
    from xlbudget.findings import Report


def write_explanation(path: Path) -> None:
    """Generate the workbook's explanation and glossary into it."""
    source = Workbook(path)
    book = read_book(source)
    standard = own_standard(book)
    plan = plan_notes(source, explain(standard, book), glossary(standard, book))
    source.patch(path, plan.edits, plan.afterwards)


class Living:
    """A workbook's figures; formulas follow from what is typed."""

    def __init__(self, path: Path) -> None:
        source = Workbook(path)
        self.book = read_book(source)
        self.standard = own_standard(self.book)
        self.computed = source.formula_cells(set(self.book.sheets.values()))
        self.grid = Grid(self.standard, self.book)
        self.defined = definitions(expand(self.grid).relations)
        self.formulas = {one for one in self.defined if self.grid.place(one) in self.computed}

    def with_cells(self, wrong: Mapping[int, Cell]) -> Book:
        """The book with other cells, all formulas but those of ``wrong`` worked out anew."""
        cells = list(self.grid.cells)
        for number, cell in wrong.items():
            cells[number] = cell
        free = self.formulas - set(wrong)
        grid = self.grid.with_cells(cells)
        return self.grid.as_book(evaluate(grid, self.defined, lambda one: one not in free))

    def judged(self, book: Book) -> Report:
        return validate_whole(self.standard, book, lambda: self.computed)
