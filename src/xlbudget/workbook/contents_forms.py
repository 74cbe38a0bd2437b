"""The cells of the performance forms."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.figures import Place
from xlbudget.workbook.contents import (
    CellContent,
    amount_content,
    note_contents,
    text_content,
    with_info,
)
from xlbudget.workbook.layout_forms import FORM_FIRST, form_layout, form_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book, FormData, Row
    from xlbudget.standard.model import Form, Table
    from xlbudget.workbook.formulas import Formula

__all__ = ["render_forms"]

_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,4})?")


def render_forms(table: Table, book: Book, formulas: Mapping[Place, Formula]) -> list[CellContent]:
    """All forms of a placed book, or the statement that there is none."""
    if not book.forms:
        return note_contents(table, book, FORM_FIRST)
    rows = book.blocks[table.blocks[0].key].rows
    return [
        content
        for data, row in zip(book.forms, rows, strict=True)
        for content in _form(table, book, data, row, formulas)
    ]


def _form(
    table: Table, book: Book, data: FormData, row: Row, formulas: Mapping[Place, Formula]
) -> Iterator[CellContent]:
    form = form_of(table, data)
    spots = form_layout(form, row.line, len(data.indicators))
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
            yield amount_content(spot.value, value, formula, "form_value")
        else:
            yield text_content(spot.value, data.fields.get(spot.cell.field, ""), "form_value")
    yield from _indicators(form, data, spots.heading)


def _indicators(form: Form, data: FormData, heading: int) -> Iterator[CellContent]:
    yield text_content(f"A{heading}", form.caption, "indicator_heading")
    for column in form.indicators:
        cell = f"{data.letters[column.key]}{heading}"
        yield text_content(cell, column.label[0], "indicator_heading")
    for one in data.indicators:
        yield text_content(f"A{one.line}", form.caption, "form_group")
        for column in form.indicators:
            cell = f"{data.letters[column.key]}{one.line}"
            text = one.values.get(column.key, "")
            if column.key == "weight" and _NUMBER.fullmatch(text):
                places = -int(Decimal(text).as_tuple().exponent)
                yield CellContent(cell, "number", Decimal(text), "", "indicator", 0, places)
            else:
                yield text_content(cell, text, "indicator")
