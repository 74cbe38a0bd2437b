"""What stands in the cells of the tables, the forms and 基础信息: one rendering for building and filling.

Everything here is pure: a placed book (see ``layout.place_book``) goes in, cell contents come out.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import ordinal
from xlbudget.figures import Cell, Place, Row, Unreadable, row_indent
from xlbudget.money import Amount
from xlbudget.printed import row_entries
from xlbudget.sheets.layout import (
    FORM_FIRST,
    INFO_SHEET,
    TableLayout,
    form_layout,
    form_of,
    info_lines,
    is_form,
    name_formula,
    names_itself,
    table_layout,
)
from xlbudget.standard.placeholders import NAME, fill, names_in, said_by
from xlbudget.xlsx.references import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.building.formulas.derived import Formula
    from xlbudget.figures import BlockData, Book, FormData
    from xlbudget.sheets.layout import BlockLayout
    from xlbudget.standard.model import Block, Form, Standard, Table


class CellContent(NamedTuple):
    """What stands in one cell.

    ``kind`` is text, number, formula, array (a formula over whole areas) or blank; ``value`` what the cell shows (of a formula: its
    result, "" for blank); ``formula`` has no leading "=". ``role`` says what the cell is for:
    a column's kind (amount, code, name, label, text, level1, level2), note, info, or a part of a
    form (form_title, form_subtitle, form_group, form_caption, form_value, form_amount,
    indicator_heading, indicator). ``places`` are the decimals to show.
    """

    cell: str
    kind: str
    value: str | Decimal | None = None
    formula: str = ""
    role: str = ""
    indent: int = 0
    places: int = 0


def text_content(cell: str, text: str, role: str, indent: int = 0) -> CellContent:
    """A text, or a blank cell where it is empty."""
    return CellContent(cell, "text" if text else "blank", text or None, "", role, indent)


def amount_content(cell: str, value: Cell, formula: Formula | None, role: str) -> CellContent:
    """A printed amount: as a formula where that comes to the same money and blankness.

    A printed total that differs from the sum of its parts stays as typed.
    """
    if isinstance(value, Unreadable):
        return text_content(cell, value.raw, role)
    places = value.places if value is not None else 2
    if formula is not None and _same(value, formula.value):
        shown: str | Decimal = "" if value is None else value.decimal
        return CellContent(cell, "formula", shown, formula.text, role, 0, places)
    if value is None:
        return CellContent(cell, "blank", None, "", role, 0, places)
    return CellContent(cell, "number", value.decimal, "", role, 0, places)


def _same(printed: Cell, computed: Cell) -> bool:
    if isinstance(printed, Amount) and isinstance(computed, Amount):
        return (printed.fen, printed.unit) == (computed.fen, computed.unit)
    return printed is None and computed is None


def note_contents(table: Table, book: Book, line: int) -> list[CellContent]:
    """The notes below a table (or its statement that it is empty), from ``line`` on.

    Notes that the book has are kept; a placeholder is a formula on 基础信息 where that gives the
    same text.
    """
    found = [book.blocks[block.key] for block in table.blocks if block.key in book.blocks]
    statement = table.template.empty_statement
    templates = (statement,) if all(data.empty for data in found) and statement else table.notes
    ready = {_fill_in(template, book): template for template in templates}
    texts = book.notes.get(table.key, tuple(ready))
    contents: list[CellContent] = []
    for number, text in enumerate(texts, line):
        if text in ready:
            contents.append(with_info(f"A{number}", ready[text], book, "note"))
        else:
            contents.append(text_content(f"A{number}", text, "note"))
    return contents


def _fill_in(template: str, book: Book) -> str:
    return fill(template, said_by(book.year, book.info))


def with_info(cell: str, template: str, book: Book, role: str) -> CellContent:
    """A text with what 基础信息 says in its placeholders (``{year}``), following it by a formula."""
    text = _fill_in(template, book)
    keys = [_AFTER.get(key, key) for key in names_in(template)]
    if keys and all(key in book.info and book.info[key].cell for key in keys):
        return CellContent(cell, "formula", text, _info_formula(template, book), role)
    return text_content(cell, text, role)


_AFTER = {"last_year": "year"}
"""The field of 基础信息 that a name follows, where it is not one itself."""


def _info_formula(template: str, book: Book) -> str:
    """The formula of a text whose placeholders are fields of 基础信息."""
    pieces = NAME.split(template)
    parts: list[str] = []
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            parts += ['"' + piece.replace('"', '""') + '"'] if piece else []
        else:
            key = _AFTER.get(piece, piece)
            cell = f"{quoted(INFO_SHEET)}!{book.info[key].cell}"
            value = book.info[key].value
            cell = f"({cell}-1)" if piece == "last_year" else cell
            money = isinstance(value, Amount) and value.places > 0
            parts.append(f'TEXT({cell},"0.00")' if money else cell)
    return "&".join(parts)


# ------------------------------------------------------------------ the forms


_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,4})?")


def render_forms(table: Table, book: Book, formulas: Mapping[Place, Formula]) -> list[CellContent]:
    """All forms of a placed book, or the statement that there is none."""
    if not book.forms:
        return note_contents(table, book, FORM_FIRST)
    rows = book.blocks[table.blocks[0].key].rows
    return [
        content
        for data, row in zip(book.forms, rows, strict=True)
        for content in _form_contents(table, book, data, row, formulas)
    ]


def _form_contents(
    table: Table, book: Book, data: FormData, row: Row, formulas: Mapping[Place, Formula]
) -> Iterator[CellContent]:
    form = form_of(table, data)
    spots = form_layout(form, row.line, data.depth)
    yield text_content(f"A{spots.title}", form.title, "form_title")
    if spots.subtitle:
        yield with_info(f"A{spots.subtitle}", form.subtitle, book, "form_subtitle")
    for cell, group in spots.groups:
        yield text_content(cell, group, "form_group")
    amounts = table.blocks[0].amount_index
    for spot in spots.fields:
        yield text_content(spot.caption, spot.cell.caption, "form_caption")
        if spot.cell.field in amounts:
            formula = formulas.get(Place(table.sheet, spot.value))
            value = row.cells[amounts[spot.cell.field]]
            yield amount_content(spot.value, value, formula, "form_amount")
        else:
            yield text_content(spot.value, data.fields.get(spot.cell.field, ""), "form_value")
    yield from _indicator_contents(form, data, spots.heading)


def _indicator_contents(form: Form, data: FormData, heading: int) -> Iterator[CellContent]:
    yield text_content(f"A{heading}", form.caption, "indicator_heading")
    for column in form.indicators:
        cell = f"{data.letters[column.key]}{heading}"
        yield text_content(cell, column.label[0], "indicator_heading")
    for line in (*(indicator.line for indicator in data.indicators), *data.blank_lines):
        yield text_content(f"A{line}", form.caption, "form_group")
    for indicator in data.indicators:
        for column in form.indicators:
            cell = f"{data.letters[column.key]}{indicator.line}"
            yield indicator_content(cell, column.kind, indicator.values.get(column.key, ""))


def indicator_content(cell: str, kind: str, text: str) -> CellContent:
    """What stands in a cell of an indicator: a weight is a number."""
    if kind == "weight" and _NUMBER.fullmatch(text):
        places = -int(Decimal(text).as_tuple().exponent)
        return CellContent(cell, "number", Decimal(text), "", "indicator", 0, places)
    return text_content(cell, text, "indicator")


# ------------------------------------------------------------------ the tables and 基础信息


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
            if row is None:
                contents += [vacant(one, index, line) for index in range(len(one.letters))]
                continue
            label = row.label if row.kind == "subject" else labels.get(line, row.label or row.key)
            entries = row_entries(standard, one.block, row, label)
            for index, (letter, entry) in enumerate(zip(one.letters, entries, strict=True)):
                if isinstance(entry, str):
                    contents.append(_label_content(standard, book, one, row, index, entry))
                else:
                    cell = f"{letter}{line}"
                    formula = formulas.get(Place(table.sheet, cell))
                    contents.append(amount_content(cell, entry, formula, "amount"))
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
    standard: Standard, book: Book, one: BlockLayout, row: Row, index: int, text: str
) -> CellContent:
    """A text of a row: as a formula where the dictionary gives the same name for its code."""
    block, cell = one.block, f"{one.letters[index]}{row.line}"
    kind = block.columns[index].kind
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
    own = {subject.code for subjects in book.subjects.values() for subject in subjects}
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


def render_sheets(
    standard: Standard, book: Book, formulas: Mapping[Place, Formula]
) -> dict[str, list[CellContent]]:
    """All tables and 基础信息, by sheet."""
    contents = {
        table.sheet: render_table(standard, table, book, formulas) for table in standard.tables
    }
    return contents | {INFO_SHEET: list(render_info(standard, book, formulas))}


def _info_content(cell: str, value: str, kind: str) -> CellContent:
    if kind in ("year", "count") and value.isascii() and value.isdigit():
        return CellContent(cell, "number", Decimal(value), "", "info")
    return text_content(cell, value, "info")
