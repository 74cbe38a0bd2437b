"""Exported tables as platforms and colleagues make them: one book of figures in many shapes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from xlbudget.importing.tables.open import open_tables
from xlbudget.importing.tables.read import read_tables
from xlbudget.sheets.layout import is_form

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from xlbudget.figures import Book, Row
    from xlbudget.importing.imported import Imported
    from xlbudget.money import Amount
    from xlbudget.standard.model import Block, Column, Standard, Table

UNITS = {"元": 1, "千元": 1000, "万元": 10_000, "亿元": 10**8}


def read_path(path: Path, standard: Standard, year: int | None = None) -> Imported:
    """The tables of the file at a path."""
    return read_tables(open_tables(path), standard, year)


@dataclass(frozen=True)
class Shape:
    """How tables are exported; ``heads``: merged, blank, repeated, joined, flat, under (a further row)."""

    heads: str = "merged"
    down: int = 0
    right: int = 0
    unit: str = "万元"
    unit_at: str = "line"
    figure: Callable[[Decimal], object] = float
    blank: object = None
    sheet: Callable[[int, Table], str] = lambda number, table: table.sheet[:31]
    title: Callable[[int, Table], str] = lambda number, table: table.title
    titled: bool = True
    one_sheet: bool = False
    gap: int = 2
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    order: Callable[[list[int]], list[int]] = list
    numbered: bool = False
    foot: str = ""
    between: int = 0
    hidden_rows: bool = False
    pages: int = 0
    label: Callable[[str], str] = str
    year: int = 2024
    code: Callable[[str], object] = str
    forms_apart: bool = False
    only: tuple[str, ...] = ()


def write(path: Path, standard: Standard, book: Book, shape: Shape) -> Path:
    """The file."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "封面"
    sheet["B3"] = "某部门预算公开表"
    line = 1
    common = None
    for number, table in enumerate(standard.tables, 1):
        if shape.only and table.key not in shape.only:
            continue
        if is_form(table):
            _forms(workbook, standard, table, book, shape, number)
            continue
        if shape.one_sheet:
            common = common or workbook.create_sheet("导出结果")
            line = _table(common, table, book, shape, number, line) + shape.gap
        else:
            _table(workbook.create_sheet(shape.sheet(number, table)), table, book, shape, number, 1)
    workbook.save(path)
    return path


def _grid(
    table: Table, book: Book, shape: Shape
) -> tuple[list[tuple[str, ...]], list[list[object]]]:
    """Heading paths and rows, the blocks side by side."""
    paths: list[tuple[str, ...]] = []
    bodies = [
        [_values(block, row, shape) for row in book.blocks[block.key].rows]
        for block in table.blocks
    ]
    for block in table.blocks:
        order = shape.order(list(range(len(block.columns))))
        paths += [block.columns[at].heading(shape.year) for at in order]
    widths = [len(block.columns) for block in table.blocks]
    rows = [
        [v for part, width in zip(parts, widths, strict=True) for v in part or [None] * width]
        for parts in zip_longest(*bodies)
    ]
    return paths, rows


def _values(block: Block, row: Row, shape: Shape) -> list[object]:
    """The cells of a row, in the order of the shape."""
    values: list[object] = []
    for column in block.columns:
        if column.kind == "amount":
            values.append(_figure(row.cells[block.amount_index[column.key]], shape))
        elif column.kind == "code":
            values.append(None if row.kind == "total" else shape.code(row.key))
        elif column.kind == "text":
            at = block.of_kind("text").index(block.columns.index(column))
            values.append((row.texts[at] if at < len(row.texts) else "") or None)
        elif column.kind in ("level1", "level2"):
            wanted = "group" if column.kind == "level1" else "item"
            values.append(shape.label(row.label) if row.kind == wanted else None)
        elif row.kind == "total" and column.kind == "name":
            values.append(None)
        else:
            values.append(shape.label(row.label))
    if row.kind == "total":
        first = next(i for i, one in enumerate(block.columns) if one.kind != "amount")
        values[first] = block.total
    return [values[at] for at in shape.order(list(range(len(block.columns))))]


def _figure(cell: Amount | None, shape: Shape) -> object:
    if cell is None:
        return shape.blank
    return shape.figure(Decimal(cell.fen) / 100 / UNITS[shape.unit])


def _table(sheet: Worksheet, table: Table, book: Book, shape: Shape, number: int, line: int) -> int:
    """Write a table from ``line`` on; gives the line below it."""
    paths, rows = _grid(table, book, shape)
    paths = [*[(one,) for one in shape.before], *paths, *[(one,) for one in shape.after]]
    left = 1 + shape.right
    line += shape.down
    stated = f"单位：{shape.unit}"
    if shape.titled:
        title = shape.title(number, table)
        sheet.cell(line, left, f"{title}（{stated}）" if shape.unit_at == "title" else title)
        line += 1
    if shape.unit_at == "line":
        sheet.cell(line, left, "编制单位：某部门")
        sheet.cell(line, left + len(paths) - 1, stated)
        line += 1
    if shape.unit_at == "heading":
        kinds = [column.kind for block in table.blocks for column in _ordered(block, shape)]
        kinds = ["", *kinds] if shape.before else kinds
        paths = [
            (*path[:-1], f"{path[-1]}（{shape.unit}）")
            if i < len(kinds) and kinds[i] == "amount"
            else path
            for i, path in enumerate(paths)
        ]
    top = line
    line = _heads(sheet, paths, shape, line, left)
    heads = [
        [c.value for c in row]
        for row in sheet.iter_rows(top, line - 1, left, left + len(paths) - 1)
    ]
    if shape.numbered:
        for at in range(len(paths)):
            sheet.cell(line, left + at, "栏次" if at == 0 else at)
        line += 1
    for at, row in enumerate(rows):
        if shape.pages and at and at % shape.pages == 0:
            for head in heads:
                for column, text in enumerate(head):
                    sheet.cell(line, left + column, text)
                line += 1
        values = [*[at + 1 for _ in shape.before], *row, *["—" for _ in shape.after]]
        for column, value in enumerate(values):
            cell = sheet.cell(line, left + column)
            cell.value = value
            if isinstance(value, str) and value.startswith("="):
                cell.data_type = "s"
        if shape.hidden_rows and at % 3 == 1:
            sheet.row_dimensions[line].hidden = True
        line += 1 + shape.between
    for note in (shape.foot,) if shape.foot else ():
        sheet.cell(line, left, note)
        line += 1
    return line


def _ordered(block: Block, shape: Shape) -> list[Column]:
    return [block.columns[at] for at in shape.order(list(range(len(block.columns))))]


def _heads(
    sheet: Worksheet, paths: list[tuple[str, ...]], shape: Shape, line: int, left: int
) -> int:
    if shape.heads == "joined":
        for at, path in enumerate(paths):
            sheet.cell(line, left + at, "-".join(path))
        return line + 1
    if shape.heads == "flat":
        for at, path in enumerate(paths):
            sheet.cell(line, left + at, path[-1])
        return line + 1
    if shape.heads == "under":
        sheet.cell(line, left, "预算公开数据")
        sheet.merge_cells(
            start_row=line, end_row=line, start_column=left, end_column=left + len(paths) - 1
        )
        line += 1
    depth = max(map(len, paths))
    for level in range(depth):
        previous = None
        for at, path in enumerate(paths):
            text = path[level] if level < len(path) else None
            same = level < len(path) - 1 and previous == path[: level + 1]
            if text is not None and not (same and shape.heads != "repeated"):
                sheet.cell(line + level, left + at, text)
            previous = path[: level + 1] if level < len(path) - 1 else None
    if shape.heads in ("merged", "under"):
        _merge(sheet, paths, line, left, depth)
    return line + depth


def _merge(
    sheet: Worksheet, paths: list[tuple[str, ...]], line: int, left: int, depth: int
) -> None:
    at = 0
    while at < len(paths):
        path = paths[at]
        if len(path) < depth:
            if depth > len(path):
                _range(sheet, line + len(path) - 1, left + at, line + depth - 1, left + at)
            at += 1
            continue
        end = at
        while (
            end + 1 < len(paths) and len(paths[end + 1]) == depth and paths[end + 1][0] == path[0]
        ):
            end += 1
        if depth > 1 and end > at:
            _range(sheet, line, left + at, line, left + end)
        at = end + 1


def _range(sheet: Worksheet, top: int, left: int, bottom: int, right: int) -> None:
    sheet.merge_cells(f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}")


def _forms(
    workbook: Workbook, standard: Standard, table: Table, book: Book, shape: Shape, number: int
) -> None:
    """The performance forms, all on one sheet or each on its own."""
    sheet = None
    line = 1
    block = table.blocks[0]
    rows = book.blocks[block.key].rows
    for position, (data, row) in enumerate(zip(book.forms, rows, strict=True), 1):
        if sheet is None or shape.forms_apart:
            name = f"绩效{position}" if shape.forms_apart else shape.sheet(number, table)
            sheet, line = workbook.create_sheet(name), 1 + shape.down
        form = next(one for one in table.forms if one.key == data.form)
        left = 1 + shape.right
        sheet.cell(line, left, form.title)
        line += 1
        if form.subtitle:
            sheet.cell(line, left, form.subtitle.replace("{year}", str(shape.year)))
            line += 1
        for one in form.lines:
            column = left
            if one.group:
                sheet.cell(line, column, one.group.replace("万元", shape.unit))
            for cell in one.cells:
                sheet.cell(line, column + 1, cell.caption)
                at = block.amount_index.get(cell.field)
                value = (
                    _figure(row.cells[at], shape) if at is not None else data.fields.get(cell.field)
                )
                sheet.cell(line, column + 2, value or (value if at is not None else None))
                column += 3
            line += 1
        sheet.cell(line, left, form.caption)
        for at, shown in enumerate(form.indicators, 1):
            sheet.cell(line, left + at, shown.label[0])
        line += 1
        for indicator in data.indicators:
            for at, shown in enumerate(form.indicators, 1):
                cell = sheet.cell(line, left + at)
                cell.value = indicator.values.get(shown.key)
                cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
            line += 1
        line += 1


def comma(value: Decimal) -> str:
    """1,234.50."""
    return f"{value:,.2f}"


def wide(value: Decimal) -> str:
    """１２３４．５０."""
    return f"{value:.2f}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."})


def spaced(value: Decimal) -> str:
    """With spaces and a currency sign."""
    return f" ¥{value:,.2f} "


def with_unit(value: Decimal) -> str:
    """1234.50万元."""
    return f"{value:.2f}万元"


def exact(value: Decimal) -> object:
    """A whole number where it is one."""
    return int(value) if value == value.to_integral_value() else float(value)


P = Shape()
VARIANTS: dict[str, Shape] = {
    "as printed": P,
    "offset": replace(P, down=4, right=3),
    "far offset": replace(P, down=40, right=12),
    "outer headings not merged": replace(P, heads="blank"),
    "outer headings repeated": replace(P, heads="repeated"),
    "headings in one row": replace(P, heads="joined"),
    "a row above the headings": replace(P, heads="under", down=1),
    "in 元": replace(P, unit="元", figure=exact),
    "in 元 as text": replace(P, unit="元", figure=comma),
    "in 千元": replace(P, unit="千元", figure=exact),
    "unit in the title": replace(P, unit="元", figure=exact, unit_at="title"),
    "unit in the headings": replace(P, unit="元", figure=exact, unit_at="heading"),
    "sheets named by number": replace(P, sheet=lambda number, _: f"Sheet{number}"),
    "sheets named otherwise": replace(P, sheet=lambda number, _: f"GK{number:02d} 导出 表"),
    "sheet names without titles": replace(P, titled=False),
    "no titles, no names": replace(P, titled=False, sheet=lambda number, _: f"Sheet{number}"),
    "all on one sheet": replace(P, one_sheet=True),
    "all on one sheet, no gaps": replace(P, one_sheet=True, gap=0, right=1),
    "one sheet in 元": replace(P, one_sheet=True, unit="元", figure=exact, heads="blank"),
    "number column": replace(P, before=("序号",)),
    "columns behind": replace(P, after=("备注", "2023年执行数")),
    "figures as text": replace(P, figure=comma),
    "full-width figures": replace(P, figure=wide),
    "figures with signs": replace(P, figure=spaced),
    "figures with their unit": replace(P, figure=with_unit),
    "dashes for nothing": replace(P, blank="－"),
    "other dashes": replace(P, blank="—", figure=comma),
    "columns in another order": replace(P, order=lambda at: at[::-1], heads="joined"),
    "numbered columns": replace(P, numbered=True),
    "a line for the preparer": replace(
        P, foot="填表人：      审核人：      填表日期：2024年2月27日"
    ),
    "blank lines between": replace(P, between=1),
    "hidden rows": replace(P, hidden_rows=True),
    "headings on every page": replace(P, pages=7, heads="blank"),
    "spaces in names": replace(P, label=lambda text: f"　　{text} "),
    "codes as numbers": replace(P, code=int),
    "numbered titles": replace(P, title=lambda number, table: f"附表{number}：{table.title}"),
    "titles with number and year": replace(
        P, title=lambda number, table: f"表{number}  2024年{table.title}"
    ),
    "titles with the unit's name": replace(
        P, title=lambda _, table: f"某某市某某局2024年{table.title}"
    ),
    "titles with brackets": replace(
        P, title=lambda number, table: f"{table.title}（公开{number:02d}表）"
    ),
    "each form on its sheet": replace(P, forms_apart=True, unit="元", figure=exact),
}
"""Shapes that are all the same figures."""


def biff5(rows: list[list[object]], page: int | None, encoding: str) -> bytes:
    """A file of Excel 95 with one sheet: letters in a code page, which it may not name."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    head = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0))
    if page is not None:
        head += record(0x42, struct.pack("<H", page))
    name = b"Sheet1"
    offset = len(head) + 4 + 7 + len(name) + 4
    head += record(0x85, struct.pack("<IBBB", offset, 0, 0, len(name)) + name) + record(0x0A, b"")
    body = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0))
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, (int, float)):
                body += record(0x203, struct.pack("<HHHd", line, column, 0, value))
            elif value:
                text = str(value).encode(encoding)
                body += record(0x204, struct.pack("<HHHH", line, column, 0, len(text)) + text)
    return head + body + record(0x0A, b"")
