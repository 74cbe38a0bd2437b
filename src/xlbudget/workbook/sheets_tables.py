"""The sheets of the tables: headings, body with its fixed room, emphasis, print layout."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.printed import headings
from xlbudget.workbook import styles
from xlbudget.workbook.contents import with_info
from xlbudget.workbook.layout import (
    HEADING_ROW,
    INFO_SHEET,
    TableLayout,
    column_letter,
    table_layout,
)
from xlbudget.workbook.render import last_line, render_table, vacant
from xlbudget.workbook.sheet_page import print_page
from xlbudget.workbook.sheets_common import TITLE_ROW, tool_row
from xlbudget.workbook.table_entry import guide_entry
from xlbudget.workbook.table_looks import emphasize
from xlbudget.xlsx.references import column_number, quoted, split_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.figures import Book, Place
    from xlbudget.standard.model import Column, Standard, Table
    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.formulas import Formula
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["content_style", "write_table"]

UNIT_ROW = 3
_WIDTHS = {"amount": 13.0, "code": 10.0, "name": 36.0, "text": 18.0, "level1": 20.0, "level2": 32.0}
_LANDSCAPE = 112
"""Tables that are wider (in digits) are printed across."""
_MANY = 9
"""From so many columns of amounts on, they are narrower."""
_PAGE, _PAGE_ACROSS = 94, 138
"""Narrower tables are stretched to the width of their page (in digits)."""


def content_style(content: CellContent, column: str) -> styles.Style:
    """The look of a cell in a column of that kind; formulas are locked, inputs are not."""
    if content.role == "note":
        return replace(styles.NOTE, locked=None if content.kind == "formula" else False)
    base = {"amount": styles.AMOUNT, "code": styles.CODE}.get(column, styles.TEXT)
    if column == "amount":
        base = replace(base, num_format=styles.amount_format(content.places))
        return replace(base, locked=None) if content.kind == "formula" else base
    # A name may be typed over where the dictionary's is not the bureau's.
    return replace(base, locked=None) if content.role == "prescribed" else base


def write_table(
    sheet: Sheet,
    standard: Standard,
    table: Table,
    book: Book,
    formulas: Mapping[Place, Formula],
) -> None:
    """One table's sheet, from the tool row to the notes."""
    layout = table_layout(standard, table)
    columns = [column for one in layout.blocks for column in one.block.columns]
    contents = render_table(standard, table, book, formulas)
    widths = _widths(columns, contents)
    for index, width in enumerate(widths):
        sheet.width(index, width)
    tool_row(sheet)
    last_column = column_letter(layout.width - 1)
    sheet.merge(f"A{TITLE_ROW}", f"{last_column}{TITLE_ROW}", table.title, styles.TITLE)
    sheet.height(TITLE_ROW, 34)
    _unit_row(sheet, book, layout, last_column)
    _headings(sheet, layout, book, widths)
    _body(sheet, layout, contents, columns, widths)
    emphasize(sheet, standard, layout)
    guide_entry(sheet, standard, layout)
    sheet.quiet(f"A{layout.first}:{last_column}{layout.last}")
    labels = sum(column.kind != "amount" for column in layout.blocks[0].block.columns)
    sheet.freeze(layout.first - 1, labels if len(layout.blocks) == 1 else 0)
    used = max((split_cell(one.cell)[1] for one in contents if one.kind != "blank"), default=0)
    print_page(
        sheet,
        f"A{TITLE_ROW}:{last_column}{max(used, last_line(layout, book), layout.first)}",
        landscape=sum(widths) > _LANDSCAPE,
        repeat=(HEADING_ROW, layout.first - 1),
    )


def _widths(columns: Sequence[Column], contents: Sequence[CellContent]) -> list[float]:
    """Column widths: the standard's, else by kind; never too narrow for an amount."""
    many = sum(column.kind == "amount" for column in columns) >= _MANY
    widths = []
    for column in columns:
        usual = 8.8 if many and column.kind == "amount" else _WIDTHS.get(column.kind, 26.0)
        widths.append(column.width or usual)
    for one in contents:
        if one.role == "amount" and one.value not in (None, ""):
            index = column_number(split_cell(one.cell)[0]) - 1
            shown = f"{one.value:,f}" if not isinstance(one.value, str) else one.value
            widths[index] = max(widths[index], len(shown) + (1.0 if many else 2.0))
    page = _PAGE_ACROSS if sum(widths) > _LANDSCAPE else _PAGE
    stretch = max(1.0, page / sum(widths))
    return [round(width * stretch, 2) for width in widths]


def _unit_row(sheet: Sheet, book: Book, layout: TableLayout, last_column: str) -> None:
    name = book.info["unit_name"].cell if "unit_name" in book.info else ""
    caption = "预算单位："
    if name:
        text = f'"{caption}"&{quoted(INFO_SHEET)}!{name}'
        sheet.formula(f"A{UNIT_ROW}", text, caption + book.text("unit_name"), styles.BODY)
    unit = layout.blocks[0].block.unit.name
    right = replace(styles.BODY, align="right")
    sheet.text(f"{last_column}{UNIT_ROW}", f"单位：{unit}", right)
    sheet.height(UNIT_ROW, 20)


# ------------------------------------------------------------------ headings


def _headings(sheet: Sheet, layout: TableLayout, book: Book, widths: Sequence[float]) -> None:
    """Equal neighbouring outer labels are merged across, labels of one level downwards."""
    depth = layout.table.depth
    heights = [1] * depth
    for one in layout.blocks:
        paths = [column.label for column in one.block.columns]
        for label in headings(paths, depth):
            first = one.letters[label.column]
            last = one.letters[label.column + label.columns - 1]
            top = HEADING_ROW + label.level
            low = top + label.rows - 1
            text = with_info(f"{first}{top}", label.label, book, "heading")
            sheet.merge_put(f"{first}{top}", f"{last}{low}", text, styles.HEADING)
            left = one.first + label.column
            needed = styles.lines_of(str(text.value), sum(widths[left : left + label.columns]))
            # A label over several rows shares them evenly.
            heights[label.level] = max(heights[label.level], -(-needed // label.rows))
    for level, lines in enumerate(heights):
        sheet.height(HEADING_ROW + level, styles.row_height(lines, least=22))


# ------------------------------------------------------------------ body


def _body(
    sheet: Sheet,
    layout: TableLayout,
    contents: Sequence[CellContent],
    columns: Sequence[Column],
    widths: Sequence[float],
) -> None:
    """The rendered cells, and formatted blanks in the rest of the room."""
    lines: dict[int, int] = {}
    written: set[str] = set()
    for one in contents:
        letters, line = split_cell(one.cell)
        index = column_number(letters) - 1
        style = content_style(one, columns[index].kind)
        sheet.put(one, style)
        written.add(one.cell)
        count = 1
        if isinstance(one.value, str) and style.text_wrap:
            count = styles.lines_of(one.value, widths[index] - 1.5 * one.indent)
        lines[line] = max(lines.get(line, 1), count)
    sheet.usual_height(styles.row_height(1))
    for line, count in lines.items():
        if count > 1:
            sheet.height(line, styles.row_height(count))
    for own in layout.blocks:
        for index, column in enumerate(own.block.columns):
            look = {"amount": styles.AMOUNT, "code": styles.CODE}.get(column.kind, styles.TEXT)
            for line in range(layout.first, layout.last_note + 1):
                if f"{own.letters[index]}{line}" in written:
                    continue
                if line <= layout.last:
                    sheet.put(vacant(own, index, line), look)
                else:
                    sheet.blank(f"{own.letters[index]}{line}", look)
