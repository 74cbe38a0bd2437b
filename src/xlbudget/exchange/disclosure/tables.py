"""The tables of a book as they are printed: headings over several rows, body, notes below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.exchange.disclosure.model import visible
from xlbudget.printed import TABLE, PrintedCell, PrintedTable, head_rows, strong_row
from xlbudget.standard.model import AMOUNT
from xlbudget.workbook.contents import with_info
from xlbudget.workbook.layout import table_layout
from xlbudget.workbook.render import last_line, render_table
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard, Table
    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.layout import TableLayout

__all__ = ["shown_amount", "table_grid"]

_NAMING = ("code", "name", "label", "level1", "level2")
"""Kinds of columns whose cells name their row."""


def table_grid(
    standard: Standard, table: Table, book: Book, above: tuple[str, str]
) -> PrintedTable:
    """A table of a placed book (see ``layout.place_book``)."""
    layout = table_layout(standard, table)
    contents = render_table(standard, table, book, {})
    last = last_line(layout, book)
    lines: dict[int, list[CellContent]] = {}
    notes = []
    for one in contents:
        line = split_cell(one.cell)[1]
        if line <= last:
            lines.setdefault(line, []).append(one)
        elif one.role == "note" and one.value:
            notes.append(visible(str(one.value)))
    kinds = [column.kind for one in layout.blocks for column in one.block.columns]
    strong = _strong(standard, layout, book)
    body = tuple(
        _total_spread([_body_cell(one, kinds, strong) for one in lines[line]], layout)
        for line in sorted(lines)
    )
    blank = tuple(PrintedCell("", kind) for kind in kinds)
    return PrintedTable(
        TABLE,
        visible(table.title),
        tuple(kinds),
        head_rows(table, lambda label: _heading(label, book)),
        body or (blank,),
        above=above,
        notes=tuple(note for note in notes if note),
    )


def _heading(label: str, book: Book) -> str:
    return visible(str(with_info("A1", label, book, "heading").value or ""))


def shown_amount(content: CellContent) -> str:
    """An amount as the sheet shows it: separators, its own decimals, blank where it is blank."""
    value = content.value
    if value is None or isinstance(value, str):
        return visible(value or "")
    return f"{value:,f}"


def _body_cell(one: CellContent, kinds: Sequence[str], strong: set[tuple[int, int]]) -> PrintedCell:
    letters, line = split_cell(one.cell)
    index = column_number(letters) - 1
    text = shown_amount(one)
    header = bool(text) and kinds[index] in _NAMING
    bold = (line, index) in strong
    indent = 0 if kinds[index] == "code" else one.indent
    return PrintedCell(text, kinds[index], bold=bold, indent=indent, header=header)


def _total_spread(cells: list[PrintedCell], layout: TableLayout) -> tuple[PrintedCell, ...]:
    """The word 合计 covers the blank texts beside it where rows are not prescribed."""
    total = layout.blocks[0].block.total
    if len(layout.blocks) > 1 or not total or cells[0].text != total or not cells[0].bold:
        return tuple(cells)
    end = 1
    while end < len(cells) and cells[end].kind != AMOUNT and not cells[end].text:
        end += 1
    return (cells[0]._replace(kind="total", columns=end, header=True), *cells[end:])


def _strong(standard: Standard, layout: TableLayout, book: Book) -> set[tuple[int, int]]:
    """Line and column of what is emphasized: totals, classes of subjects, groups of projects."""
    found = set()
    for one in layout.blocks:
        for row in book.blocks[one.block.key].rows:
            if strong_row(standard, one.block, row):
                found |= {(row.line, one.first + index) for index in range(len(one.letters))}
    return found
