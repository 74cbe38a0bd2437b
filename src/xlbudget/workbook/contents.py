"""The content of one cell: texts, amounts, formulas, and the notes below a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import Cell, Unreadable
from xlbudget.money import Amount
from xlbudget.workbook.layout import INFO_SHEET
from xlbudget.xlsx.references import quoted

if TYPE_CHECKING:
    from decimal import Decimal

    from xlbudget.figures import Book
    from xlbudget.standard.model import Table
    from xlbudget.workbook.formulas import Formula

__all__ = ["CellContent", "amount_content", "note_contents", "text_content", "with_info"]


class CellContent(NamedTuple):
    """What stands in one cell.

    ``kind`` is text, number, formula, array (a formula over whole areas) or blank; ``value`` what the cell shows (of a formula: its
    result, "" for blank); ``formula`` has no leading "=". ``role`` says what the cell is for:
    a column's kind (amount, code, name, label, text, level1, level2), note, info, or a part of a
    form (form_title, form_subtitle, form_group, form_caption, form_value, indicator_heading,
    indicator). ``places`` are the decimals to show.
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
    empty = all(data.empty for data in found)
    templates = (table.empty_statement,) if empty and table.empty_statement else table.notes
    ready = {_fill_in(template, book): template for template in templates}
    texts = book.notes.get(table.key, tuple(ready))
    contents: list[CellContent] = []
    for number, text in enumerate(texts, line):
        if text in ready:
            contents.append(with_info(f"A{number}", ready[text], book, "note"))
        else:
            contents.append(text_content(f"A{number}", text, "note"))
    return contents


_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")


def _fill_in(template: str, book: Book) -> str:
    return _PLACEHOLDER.sub(lambda match: _info_text(book, match[1]), template)


def _info_text(book: Book, key: str) -> str:
    if key == "year":
        return str(book.year)
    found = book.info.get(key)
    value = found.value if found is not None else ""
    if isinstance(value, Unreadable):
        return value.raw
    return value.plain if isinstance(value, Amount) else value or ""


def with_info(cell: str, template: str, book: Book, role: str) -> CellContent:
    """A text with what 基础信息 says in its placeholders (``{year}``), following it by a formula."""
    text = _fill_in(template, book)
    keys = _PLACEHOLDER.findall(template)
    if keys and all(key in book.info and book.info[key].cell for key in keys):
        return CellContent(cell, "formula", text, _info_formula(template, book), role)
    return text_content(cell, text, role)


def _info_formula(template: str, book: Book) -> str:
    """The formula of a text whose placeholders are fields of 基础信息."""
    pieces = _PLACEHOLDER.split(template)
    parts: list[str] = []
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            parts += ['"' + piece.replace('"', '""') + '"'] if piece else []
        else:
            cell = f"{quoted(INFO_SHEET)}!{book.info[piece].cell}"
            value = book.info[piece].value
            money = isinstance(value, Amount) and value.places > 0
            parts.append(f'TEXT({cell},"0.00")' if money else cell)
    return "&".join(parts)
