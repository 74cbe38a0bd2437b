"""The tables of a book as they stand on their sheets, for a report to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import TOTAL, BlockData, Unreadable, row_indent
from xlbudget.money import COUNT, Amount
from xlbudget.relations.grid import INFO
from xlbudget.report.pictures import Box, Line, TablePicture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.figures import Book, Cell, Row
    from xlbudget.standard.model import Block, Form, Standard, Table

__all__ = ["cell_text", "table_pictures"]

_AMOUNT, _LABEL, _VALUE, _HEADING = "amount", "label", "value", "heading"


def table_pictures(standard: Standard, book: Book) -> tuple[TablePicture, ...]:
    """All tables that the book has, 基础信息 last."""
    found: list[TablePicture] = []
    for table in standard.tables:
        if table.blocks[0].body == "form":
            found += _form_pictures(table, book)
        elif any(block.key in book.blocks for block in table.blocks):
            found.append(_picture(standard, table, book))
    return (*found, _info_picture(standard, book))


def cell_text(cell: Cell) -> str:
    """What a cell shows: an amount with separators, a text that is none, nothing where blank."""
    if isinstance(cell, Amount):
        return str(cell.fen) if cell.unit == COUNT else cell.text
    return cell.raw if isinstance(cell, Unreadable) else ""


def _letter(position: int) -> str:
    """The name of a column, from 0."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


# ------------------------------------------------------------------ tables of amounts


def _picture(standard: Standard, table: Table, book: Book) -> TablePicture:
    sides = [book.blocks.get(block.key, BlockData(())) for block in table.blocks]
    placed = all(row.line for data in sides for row in data.rows)
    lines: dict[int, list[Row | None]] = {}
    for side, data in enumerate(sides):
        for number, row in enumerate(data.rows):
            at = row.line if placed else number
            lines.setdefault(at, [None] * len(sides))[side] = row
    units = dict.fromkeys(block.unit.name for block in table.blocks)
    return TablePicture(
        table.title,
        book.sheets.get(table.key, table.sheet),
        _head(table, book.year),
        tuple(_line(standard, table, sides, lines[at]) for at in sorted(lines)),
        "、".join(units),
    )


def _line(
    standard: Standard, table: Table, sides: Sequence[BlockData], rows: Sequence[Row | None]
) -> Line:
    boxes: list[Box] = []
    first, strong = 0, False
    for block, data, row in zip(table.blocks, sides, rows, strict=True):
        if row is None:
            boxes += [Box("", column.kind) for column in block.columns]
        else:
            boxes += _row_boxes(standard, block, data, row, first)
            strong = strong or _strong(standard, block, row)
        first += len(block.columns)
    return Line(tuple(boxes), strong)


def _row_boxes(
    standard: Standard, block: Block, data: BlockData, row: Row, first: int
) -> Iterator[Box]:
    taken: dict[str, int] = {}
    named = False
    for position, column in enumerate(block.columns):
        kind = column.kind
        count = taken[kind] = taken.get(kind, -1) + 1
        if kind == _AMOUNT:
            at = block.amount_index[column.key]
            yield Box(cell_text(row.cells[at]), kind, data.cell_name(row, at))
            continue
        text = _text(standard, block, row, kind, count, first=position == 0)
        cell = f"{_letter(first + position)}{row.line}" if row.line else ""
        header = bool(text) and kind != "text" and (kind != "code" or row.kind == TOTAL)
        header, named = header and not named, named or header
        indent = row_indent(standard, block, row) if kind in (_LABEL, "name") else 0
        yield Box(text, kind, cell, header, indent)


def _text(standard: Standard, block: Block, row: Row, kind: str, count: int, *, first: bool) -> str:
    """The text of a row in the column of a kind, ``count`` such columns before it."""
    if row.kind == TOTAL:
        return (row.label or block.total) if first else ""
    if kind == "text":
        return row.texts[count] if count < len(row.texts) else ""
    if kind == "code":
        columns = len(block.of_kind("code"))
        if columns == 1:
            return row.key
        lengths = (0, *standard.subjects[block.subjects].lengths)
        return row.key[lengths[count] : None if count == columns - 1 else lengths[count + 1]]
    if kind in ("level1", "level2"):
        wanted = "group" if kind == "level1" else "item"
        return (row.label or row.key) if row.kind == wanted else ""
    return row.label or row.key


def _strong(standard: Standard, block: Block, row: Row) -> bool:
    if row.kind in (TOTAL, "group"):
        return True
    if row.kind == "subject":
        return len(row.key) == standard.subjects[block.subjects].lengths[0]
    return any(spec.total and spec.key == row.key for spec in block.rows)


def _head(table: Table, year: int) -> tuple[tuple[Box, ...], ...]:
    """Heading rows: a label over neighbours that share it, or down to the last heading row."""
    depth = table.depth
    lines: list[list[Box]] = [[] for _ in range(depth)]
    for block in table.blocks:
        paths = [column.heading(year) for column in block.columns]
        for level in range(depth):
            start = 0
            while start < len(paths):
                path, end = paths[start], start + 1
                inner = level < len(path) - 1
                while inner and end < len(paths) and _shared(paths[end], path, level):
                    end += 1
                if level < len(path):
                    rows = depth - level if level == len(path) - 1 else 1
                    text = "".join(path[level].split())
                    lines[level].append(Box(text, _HEADING, columns=end - start, rows=rows))
                start = end
    return tuple(map(tuple, lines))


def _shared(path: Sequence[str], other: Sequence[str], level: int) -> bool:
    return len(path) > level + 1 and path[: level + 1] == other[: level + 1]


# ------------------------------------------------------------------ forms and 基础信息


def _form_pictures(table: Table, book: Book) -> Iterator[TablePicture]:
    """One picture for each form: its fields one below another, then its indicators."""
    block, forms = table.blocks[0], {form.key: form for form in table.forms}
    data = book.blocks.get(block.key)
    for one in book.forms:
        form = forms.get(one.form)
        if form is None:
            continue
        width = len(form.indicators)
        row = data.row(one.name) if data is not None else None
        lines = []
        for caption, field in _captions(form):
            text, cell = one.fields.get(field, ""), one.places.get(field, "")
            kind = _VALUE
            if row is not None and data is not None and field in block.amount_index:
                at = block.amount_index[field]
                text, cell, kind = cell_text(row.cells[at]), data.cell_name(row, at), _AMOUNT
            boxes = (
                Box(caption, _LABEL, header=True),
                Box(text, kind, cell, columns=max(width - 1, 1)),
            )
            lines.append(Line(boxes))
        lines += [
            Line(tuple(Box("".join(one.label[0].split()), _HEADING) for one in form.indicators))
        ]
        for line in one.indicators:
            cells = (
                Box(
                    line.values.get(column.key, ""),
                    _VALUE,
                    f"{letter}{line.line}" if line.line and letter else "",
                )
                for column in form.indicators
                for letter in [one.letters.get(column.key, "")]
            )
            lines.append(Line(tuple(cells)))
        sheet = book.sheets.get(table.key, table.sheet)
        yield TablePicture(table.title, sheet, (), tuple(lines), block.unit.name, one.name)


def _captions(form: Form) -> Iterator[tuple[str, str]]:
    for line in form.lines:
        for cell in line.cells:
            yield cell.caption, cell.field


def _info_picture(standard: Standard, book: Book) -> TablePicture:
    lines = []
    for section in standard.sections:
        lines.append(Line((Box(section.title, _HEADING, header=True, columns=2),), strong=True))
        for field in section.fields:
            found = book.info.get(field.key)
            value = found.value if found is not None else ""
            text = value if isinstance(value, str) else cell_text(value)
            kind = _VALUE if isinstance(value, str) else _AMOUNT
            cell = found.cell if found is not None else ""
            label = field.label + (f"（{field.unit}）" if field.unit else "")
            lines.append(Line((Box(label, _LABEL, header=True), Box(text, kind, cell))))
    sheet = book.sheets.get(INFO, "基础信息")
    return TablePicture("基础信息", sheet, (), tuple(lines), partial=True)
