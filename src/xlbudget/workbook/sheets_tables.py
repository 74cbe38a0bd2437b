"""The sheets of the tables: headings, body with its fixed room, emphasis, print layout."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.layout import (
    HEADING_ROW,
    INFO_SHEET,
    TableLayout,
    column_letter,
    table_layout,
)
from xlbudget.workbook.references import column_number, quoted, split_cell
from xlbudget.workbook.render import last_line, render_table
from xlbudget.workbook.sheet_page import print_page
from xlbudget.workbook.sheets_common import TITLE_ROW, tool_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.figures import Book, Place
    from xlbudget.standard.model import Block, Column, Standard, Table
    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.formulas import Formula
    from xlbudget.workbook.layout import BlockLayout
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["content_style", "write_table"]

UNIT_ROW = 3
_WIDTHS = {"amount": 13.0, "code": 10.0, "name": 36.0, "text": 18.0, "level1": 20.0, "level2": 32.0}
_LANDSCAPE = 112
"""Tables that are wider (in digits) are printed across."""
_MANY = 9
"""From so many columns of amounts on, they are narrower."""
_LEAST_WIDTH = 88
"""Narrower tables are stretched, so that notes and the page are filled."""


def content_style(content: CellContent, column: str) -> styles.Style:
    """The look of a cell in a column of that kind; formulas are locked, inputs are not."""
    if content.role == "note":
        return styles.NOTE
    base = {"amount": styles.AMOUNT, "code": styles.CODE}.get(column, styles.TEXT)
    if column == "amount":
        base = replace(base, num_format=styles.amount_format(content.places))
    return replace(base, locked=None) if content.kind == "formula" else base


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
    _headings(sheet, layout, book.year, widths)
    _body(sheet, layout, contents, columns, widths)
    _emphasis(sheet, standard, layout)
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
        usual = 10.0 if many and column.kind == "amount" else _WIDTHS.get(column.kind, 26.0)
        widths.append(column.width or usual)
    for one in contents:
        if one.role == "amount" and one.value not in (None, ""):
            index = column_number(split_cell(one.cell)[0]) - 1
            shown = f"{one.value:,f}" if not isinstance(one.value, str) else one.value
            widths[index] = max(widths[index], len(shown) + 2.0)
    stretch = max(1.0, _LEAST_WIDTH / sum(widths))
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


def _headings(sheet: Sheet, layout: TableLayout, year: int, widths: Sequence[float]) -> None:
    """Equal neighbouring outer labels are merged across, labels of one level downwards."""
    depth = layout.table.depth
    heights = [1] * depth
    for one in layout.blocks:
        paths = [column.heading(year) for column in one.block.columns]
        for level in range(depth):
            start = 0
            while start < len(paths):
                end = _run_end(paths, start, level)
                if level < len(paths[start]):
                    bottom = depth if level == len(paths[start]) - 1 else level + 1
                    first, last = one.letters[start], one.letters[end]
                    text = paths[start][level]
                    top, low = HEADING_ROW + level, HEADING_ROW + bottom - 1
                    sheet.merge(f"{first}{top}", f"{last}{low}", text, styles.HEADING)
                    width = sum(widths[one.first + start : one.first + end + 1])
                    needed = styles.lines_of(text, width)
                    # A label over several rows shares them evenly.
                    share = -(-needed // (bottom - level))
                    heights[level] = max(heights[level], share)
                start = end + 1
    for level, lines in enumerate(heights):
        sheet.height(HEADING_ROW + level, styles.row_height(lines, least=22))


def _run_end(paths: Sequence[tuple[str, ...]], start: int, level: int) -> int:
    """The last column whose heading shares the outer labels down to ``level``."""
    path = paths[start]
    end = start
    if level < len(path) - 1:
        while end + 1 < len(paths) and len(paths[end + 1]) > level + 1:
            if paths[end + 1][: level + 1] != path[: level + 1]:
                break
            end += 1
    return end


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
    for index, column in enumerate(columns):
        letter = column_letter(index)
        blank = {"amount": styles.AMOUNT, "code": styles.CODE}.get(column.kind, styles.TEXT)
        for line in range(layout.first, layout.last_note + 1):
            if f"{letter}{line}" not in written:
                sheet.blank(f"{letter}{line}", blank)


def _emphasis(sheet: Sheet, standard: Standard, layout: TableLayout) -> None:
    """Borders, bold rows and the shade of derived cells, for rows that are there or will be.

    Each rule gives the whole look, the most special one first: some programs apply only the
    first rule that holds.
    """
    first, last = layout.first, layout.last
    right = column_letter(layout.width - 1)
    ending = _criterion(_last_label(layout.blocks[0].block))
    used = f"COUNTA($B{first}:${right}{first})>0"
    if ending:
        used = f'OR({used},COUNTIF($A{first}:$A${last},"{ending}")>0)'
    for one in layout.blocks:
        _indents(sheet, standard, one, first, last)
        area = f"{one.letters[0]}{first}:{one.letters[-1]}{last}"
        derived = f"_xlfn.ISFORMULA({one.letters[0]}{first})"
        bold = _bold_rule(standard, one.block, one.letters, first)
        if bold:
            look = replace(styles.BORDERED, bold=True)
            shaded = replace(look, bg_color=styles.GREY)
            sheet.conditional(area, f"AND({used},{bold},{derived})", shaded)
            sheet.conditional(area, f"AND({used},{bold})", look)
        shaded = replace(styles.BORDERED, bg_color=styles.GREY)
        sheet.conditional(area, f"AND({used},{derived})", shaded)
        sheet.conditional(area, used, styles.BORDERED)


def _indents(sheet: Sheet, standard: Standard, one: BlockLayout, first: int, last: int) -> None:
    """Labels of lower levels set in, wherever their rows move: blanks before the text."""
    block = one.block
    for index in (*block.of_kind("code"), *block.of_kind("name"), *block.of_kind("label")):
        letter = one.letters[index]
        for level, rule in _levels(standard, one, f"{one.letters[0]}{first}"):
            look = replace(styles.BORDERED, num_format=f'"{"   " * level}"@')
            sheet.conditional(f"{letter}{first}:{letter}{last}", rule, look)


def _levels(standard: Standard, one: BlockLayout, cell: str) -> Iterator[tuple[int, str]]:
    """How far rows are set in, and the rule by which they are known from their first ``cell``."""
    block = one.block
    if block.body == "subject" and len(block.of_kind("code")) == 1:
        lengths = standard.subjects[block.subjects].lengths
        for level, length in enumerate(lengths[1:], 1):
            yield level, f"LEN(${cell})={length}"
    elif block.body == "fixed":
        labels: dict[int, list[str]] = {}
        for row in block.rows:
            if not row.slot:
                labels.setdefault(row.indent, []).append(row.label.replace('"', '""'))
        for level in sorted(labels):
            if level:
                yield level, _one_of(cell, labels[level])
        slot = next((row for row in block.rows if row.slot and row.indent), None)
        if slot is not None:
            every = [label for found in labels.values() for label in found]
            yield slot.indent, f'AND(${cell}<>"",NOT({_one_of(cell, every)}))'


def _one_of(cell: str, labels: Sequence[str]) -> str:
    tests = [f'${cell}="{label}"' for label in labels]
    return f"OR({','.join(tests)})"


def _last_label(block: Block) -> str:
    """What the body ends with: 合计, or the last prescribed row."""
    return block.total or (block.rows[-1].label if block.rows and not block.rows[-1].slot else "")


def _criterion(label: str) -> str:
    for sign in "~*?":
        label = label.replace(sign, f"~{sign}")
    return label.replace('"', '""')


def _bold_rule(standard: Standard, block: Block, letters: Sequence[str], first: int) -> str:
    """When a row is emphasized: 合计, prescribed totals, classes, groups of projects."""
    here = f"${letters[0]}{first}"
    totals = [block.total] if block.total else [row.label for row in block.rows if row.total]
    tests = [f'{here}="{label.replace(chr(34), chr(34) * 2)}"' for label in totals]
    codes = block.of_kind("code")
    if block.body == "subject" and len(codes) == 1:
        length = standard.subjects[block.subjects].lengths[0]
        tests.append(f"LEN(${letters[codes[0]]}{first})={length}")
    elif block.body == "subject":
        tests.append(f'AND({here}<>"",${letters[codes[1]]}{first}="")')
    tests += [f'${letters[index]}{first}<>""' for index in block.of_kind("level1")]
    return f"OR({','.join(tests)})" if tests else ""
