"""What stands in the cells of the tables and of 基础信息: one rendering for building and filling.

Everything here is pure: a placed book (see ``layout.place_book``) goes in, cell contents come out.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.figures import TOTAL, Place, Row, row_indent
from xlbudget.printed import code_part
from xlbudget.workbook.contents import CellContent, amount_content, note_contents, text_content
from xlbudget.workbook.contents_forms import render_forms
from xlbudget.workbook.dictionary import name_formula, names_itself
from xlbudget.workbook.layout import INFO_SHEET, TableLayout, info_lines, is_form, table_layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import BlockData, Book
    from xlbudget.standard.model import Block, Standard, Table
    from xlbudget.workbook.formulas import Formula
    from xlbudget.workbook.layout import BlockLayout


def render_table(
    standard: Standard, table: Table, book: Book, formulas: Mapping[Place, Formula]
) -> list[CellContent]:
    """All cells of a table's body, used line by used line, and the notes below.

    Every column of a used line is given, blank ones too. Forms include captions and headings.
    """
    if is_form(table):
        return render_forms(table, book, formulas)
    layout = table_layout(standard, table)
    contents: list[CellContent] = []
    last = last_line(layout, book)
    for one in layout.blocks:
        data = book.blocks[one.block.key]
        by_line = {row.line: row for row in data.rows}
        labels = _labels(one.block, data)
        for line in range(layout.first, last + 1):
            row = by_line.get(line)
            for index, column in enumerate(one.block.columns):
                cell = f"{one.letters[index]}{line}"
                if row is None:
                    contents.append(vacant(one, index, line))
                elif column.kind == "amount":
                    value = row.cells[one.block.amount_index[column.key]]
                    formula = formulas.get(Place(table.sheet, cell))
                    contents.append(amount_content(cell, value, formula, column.kind))
                else:
                    contents.append(_label_content(standard, book, one, row, index, labels))
    notes = note_contents(table, book, last + 1)
    # A note runs on over its neighbours: a formula there, even one that shows nothing, would cut it.
    for number in range(last + 1, last + 1 + len(notes)):
        for one in layout.blocks:
            names = one.block.of_kind("name")
            contents += [CellContent(f"{one.letters[at]}{number}", "blank") for at in names]
    return [*contents, *notes]


def vacant(one: BlockLayout, index: int, line: int) -> CellContent:
    """A cell of a line without a row; a name waits for its code."""
    kind = one.block.columns[index].kind
    cell = f"{one.letters[index]}{line}"
    if kind == "name" and names_itself(one.block):
        return CellContent(cell, "formula", "", name_formula(one, line), kind)
    return CellContent(cell, "blank", role=kind)


def _label_content(
    standard: Standard,
    book: Book,
    one: BlockLayout,
    row: Row,
    index: int,
    labels: Mapping[int, str],
) -> CellContent:
    """A text of a row: as a formula where the dictionary gives the same name for its code."""
    block, cell = one.block, f"{one.letters[index]}{row.line}"
    kind = block.columns[index].kind
    text = _text(standard, one, row, index, labels)
    indent = row_indent(standard, block, row) if text else 0
    if kind == "name" and names_itself(block):
        if text == _dictionary_name(standard, book, block, row):
            formula = name_formula(one, row.line)
            return CellContent(cell, "formula", text, formula, kind, indent)
        return text_content(cell, text, kind, indent)
    prescribed = row.kind == "fixed" and kind == "label" and text
    return text_content(cell, text, "prescribed" if prescribed else kind, indent)


def _dictionary_name(standard: Standard, book: Book, block: Block, row: Row) -> str | None:
    """The name that 科目字典 gives for a row's code; None where that cannot be told here."""
    if row.kind != "subject":
        return ""
    own = {one.code for found in book.subjects.values() for one in found}
    # A code of the user's own may stand in the dictionary twice.
    known = standard.subjects[block.subjects].by_code.get(row.key, ())
    return None if row.key in own else (known[0].name if known else "")


def last_line(layout: TableLayout, book: Book) -> int:
    """The last used line of a table's body (the line above it where there is no row)."""
    used = [row.line for one in layout.blocks for row in book.blocks[one.block.key].rows]
    return max(used, default=layout.first - 1)


def last_used(standard: Standard, table: Table, book: Book) -> int:
    """The last line of a table that is printed: of its body, headings or notes."""
    last = last_line(table_layout(standard, table), book)
    return last + len(note_contents(table, book, last + 1))


def _text(
    standard: Standard, one: BlockLayout, row: Row, index: int, labels: Mapping[int, str]
) -> str:
    """The text of a row in the column at ``index``."""
    block = one.block
    column = block.columns[index]
    if row.kind == TOTAL:
        return block.total if index == 0 else ""
    if column.kind == "code":
        return code_part(standard, block, row.key, block.of_kind("code").index(index))
    if column.kind == "text":
        position = block.of_kind("text").index(index)
        return row.texts[position] if position < len(row.texts) else ""
    if column.kind in ("level1", "level2"):
        wanted = "group" if column.kind == "level1" else "item"
        return (row.label or row.key) if row.kind == wanted else ""
    if row.kind == "subject":
        return row.label
    return labels.get(row.line, row.label or row.key)


def _labels(block: Block, data: BlockData) -> dict[int, str]:
    """Line -> label of the prescribed rows and of the classes at their slot."""
    specs = {spec.key: spec.label for spec in block.rows if not spec.slot}
    template = next((spec.label for spec in block.rows if spec.slot), "{name}")
    labels: dict[int, str] = {}
    number = 0
    for row in data.rows:
        if row.kind == "class":
            number += 1
            labels[row.line] = _class_label(template, row.label, number)
        elif row.kind == "fixed" and row.key in specs:
            labels[row.line] = specs[row.key]
    return labels


def _class_label(template: str, printed: str, number: int) -> str:
    """``一、名称``; a label that already has the template's form stays as it is."""
    shape = re.escape(template).replace(r"\{ordinal\}", "[一二三四五六七八九十百]+")
    if re.fullmatch(shape.replace(r"\{name\}", ".+"), printed):
        return printed
    return template.replace("{ordinal}", ordinal(number)).replace("{name}", printed)


def ordinal(number: int) -> str:
    """一, 十, 十一, 二十八 … (to 99)."""
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    head = "" if tens == 0 else ("十" if tens == 1 else digits[tens] + "十")
    return head + (digits[ones] if ones or not tens else "")


def render_info(
    standard: Standard, book: Book, formulas: Mapping[Place, Formula]
) -> Iterator[CellContent]:
    """The values of 基础信息 and its keyed lists; captions are the sheet writer's."""
    entries = {keyed.key: list(book.keyed.get(keyed.key, {}).items()) for keyed in standard.keyed}
    for line in info_lines(standard):
        if line.field is not None:
            cell = f"B{line.line}"
            value = book.info[line.field.key].value
            if isinstance(value, str):
                yield _info_content(cell, value, line.field.kind)
            else:
                formula = formulas.get(Place(INFO_SHEET, cell))
                yield amount_content(cell, value, formula, "info")
        elif line.kind == "keyed_row" and line.keyed is not None:
            held = entries[line.keyed.key]
            pair = held[line.position] if line.position < len(held) else ("", "")
            yield text_content(f"A{line.line}", pair[0], "info")
            yield text_content(f"B{line.line}", pair[1], "info")


def _info_content(cell: str, value: str, kind: str) -> CellContent:
    if kind in ("year", "count") and value.isascii() and value.isdigit():
        return CellContent(cell, "number", Decimal(value), "", "info")
    return text_content(cell, value, "info")
