"""What a report shows beside its findings: the tables as they stand on their sheets, the text with its figures.

Plain values that a caller makes where figures and texts are at hand; renderers only print them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import TOTAL, BlockData, Unreadable, row_indent
from xlbudget.money import COUNT, Amount
from xlbudget.printed import (
    FORM,
    TABLE,
    PrintedCell,
    PrintedTable,
    head_rows,
    row_entries,
    strong_row,
)
from xlbudget.rules.grid import INFO
from xlbudget.standard.placeholders import fill, said_by
from xlbudget.texts.passages import passages
from xlbudget.xlsx.references import column_letter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.figures import Book, Cell, Row
    from xlbudget.standard.model import Block, Standard, Table
    from xlbudget.texts.passages import Passage


class Pictures(NamedTuple):
    """What a report can show of one workbook."""

    tables: tuple[PrintedTable, ...] = ()
    passages: tuple[Passage, ...] = ()


def report_pictures(standard: Standard, book: Book) -> Pictures:
    """All that a report can show of a book: its tables, and its texts where it has any.

    Raises:
        StandardError: the standard's facts or templates are wrong.
    """
    return Pictures(table_pictures(standard, book), passages(standard, book))


_AMOUNT, _LABEL, _VALUE, _HEADING = "amount", "label", "value", "heading"


def table_pictures(standard: Standard, book: Book) -> tuple[PrintedTable, ...]:
    """All tables that the book has, 基础信息 last."""
    tables: list[PrintedTable] = []
    for table in standard.tables:
        if table.blocks[0].body == "form":
            tables += _form_pictures(table, book)
        elif any(block.key in book.blocks for block in table.blocks):
            tables.append(_picture(standard, table, book))
    return (*tables, _info_picture(standard, book))


def cell_text(cell: Cell) -> str:
    """What a cell shows: an amount with separators, a text that is none, nothing where blank."""
    if isinstance(cell, Amount):
        return str(cell.fen) if cell.unit == COUNT else cell.text
    return cell.raw if isinstance(cell, Unreadable) else ""


# ------------------------------------------------------------------ tables of amounts


def _picture(standard: Standard, table: Table, book: Book) -> PrintedTable:
    sides = [book.blocks.get(block.key, BlockData(())) for block in table.blocks]
    placed = all(row.line for data in sides for row in data.rows)
    lines: dict[int, list[Row | None]] = {}
    for side, data in enumerate(sides):
        for number, row in enumerate(data.rows):
            at = row.line if placed else number
            lines.setdefault(at, [None] * len(sides))[side] = row
    units = dict.fromkeys(block.unit.name for block in table.blocks)
    said = said_by(book.year, book.info, standard.fields)
    return PrintedTable(
        TABLE,
        table.title,
        tuple(column.kind for block in table.blocks for column in block.columns),
        head_rows(table, lambda label: "".join(fill(label, said).split())),
        tuple(_line(standard, table, sides, lines[at]) for at in sorted(lines)),
        sheet=book.sheets.get(table.key, table.sheet),
        unit="、".join(units),
    )


def _line(
    standard: Standard, table: Table, sides: Sequence[BlockData], rows: Sequence[Row | None]
) -> tuple[PrintedCell, ...]:
    boxes: list[PrintedCell] = []
    first = 0
    for block, data, row in zip(table.blocks, sides, rows, strict=True):
        if row is None:
            boxes += [PrintedCell("", column.kind) for column in block.columns]
        else:
            boxes += _row_boxes(standard, block, data, row, first)
        first += len(block.columns)
    return tuple(boxes)


def _row_boxes(
    standard: Standard, block: Block, data: BlockData, row: Row, first: int
) -> Iterator[PrintedCell]:
    named, strong = False, strong_row(standard, block, row)
    entries = row_entries(standard, block, row, row.label or row.key)
    for at, (column, entry) in enumerate(zip(block.columns, entries, strict=True), first):
        kind = column.kind
        if not isinstance(entry, str):
            cell = data.cell_name(row, block.amount_index[column.key])
            yield PrintedCell(cell_text(entry), kind, bold=strong, cell=cell)
            continue
        cell = f"{column_letter(at)}{row.line}" if row.line else ""
        header = bool(entry) and kind != "text" and (kind != "code" or row.kind == TOTAL)
        header, named = header and not named, named or header
        indent = row_indent(standard, block, row) if kind in (_LABEL, "name") else 0
        yield PrintedCell(entry, kind, 1, 1, strong, indent, header, cell)


# ------------------------------------------------------------------ forms and 基础信息


def _form_pictures(table: Table, book: Book) -> Iterator[PrintedTable]:
    """One picture for each form: its fields one below another, then its indicators."""
    block, forms = table.blocks[0], {form.key: form for form in table.forms}
    data = book.blocks.get(block.key)
    for one in book.forms:
        form = forms.get(one.form)
        if form is None:
            continue
        width = len(form.indicators)
        row = data.row(one.name) if data is not None else None
        lines: list[tuple[PrintedCell, ...]] = []
        for place in (place for line in form.lines for place in line.cells):
            field = place.field
            text, cell = one.fields.get(field, ""), one.places.get(field, "")
            kind = _VALUE
            if row is not None and data is not None and field in block.amount_index:
                at = block.amount_index[field]
                text, cell, kind = cell_text(row.cells[at]), data.cell_name(row, at), _AMOUNT
            caption_cell = PrintedCell(place.caption, _LABEL, header=True)
            lines.append((caption_cell, PrintedCell(text, kind, max(width - 1, 1), cell=cell)))
        lines.append(
            tuple(
                PrintedCell("".join(column.label[0].split()), _HEADING)
                for column in form.indicators
            )
        )
        for line in one.indicators:
            cells = (
                PrintedCell(
                    line.values.get(column.key, ""),
                    _VALUE,
                    cell=f"{letter}{line.line}" if line.line and letter else "",
                )
                for column in form.indicators
                for letter in [one.letters.get(column.key, "")]
            )
            lines.append(tuple(cells))
        yield PrintedTable(
            FORM,
            table.title,
            tuple(_VALUE for _ in range(max(width, 2))),
            (),
            tuple(lines),
            sheet=book.sheets.get(table.key, table.sheet),
            unit=block.unit.name,
            name=one.name,
        )


def _info_picture(standard: Standard, book: Book) -> PrintedTable:
    lines: list[tuple[PrintedCell, ...]] = []
    for section in standard.sections:
        if section.summed and not standard.of_sum:
            continue
        lines.append((PrintedCell(section.title, _HEADING, 2, bold=True, header=True),))
        for field in section.fields:
            info = book.info.get(field.key)
            value = info.value if info is not None else ""
            text = value if isinstance(value, str) else cell_text(value)
            kind = _VALUE if isinstance(value, str) else _AMOUNT
            cell = info.cell if info is not None else ""
            label = field.label + (f"（{field.unit}）" if field.unit else "")
            caption = PrintedCell(label, _LABEL, header=True)
            lines.append((caption, PrintedCell(text, kind, cell=cell)))
    sheet = book.sheets.get(INFO, "基础信息")
    kinds = (_LABEL, _VALUE)
    return PrintedTable(TABLE, "基础信息", kinds, (), tuple(lines), sheet=sheet, partial=True)
