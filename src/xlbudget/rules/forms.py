"""The performance forms that projects call for: of which kind, and what is known of a new one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.figures import BlockData, FormData, Row
from xlbudget.money import Amount
from xlbudget.standard.model import PLACEHOLDER
from xlbudget.standard.roles import FORM_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.figures import Book
    from xlbudget.standard.ledger import FormPosting, Selection
    from xlbudget.standard.model import Block, Standard

_PLACE = re.compile(PLACEHOLDER)


def new_form(standard: Standard, book: Book, name: str, kind: str) -> FormData:
    """A project's new form, with what 基础信息 and the table of projects say of it."""
    forms = (form for table in standard.tables for form in table.forms)
    known = next((form.known for form in forms if form.key == kind), {})
    texts = dict(_texts(standard, book, name))
    fields = {
        field: _PLACE.sub(lambda match: texts[match[1]], template)
        for field, template in known.items()
        if all(texts.get(key) for key in _PLACE.findall(template))
    }
    return FormData(name, kind, {FORM_NAME: name} | fields, ())


def _texts(standard: Standard, book: Book, name: str) -> Iterator[tuple[str, str]]:
    """What may be said in a new form, by name."""
    yield "year", str(book.year)
    for key in standard.fields:
        if key in book.info:
            yield key, book.text(key)
    for block, row in _items(standard, book):
        if row.key == name:
            keys = [block.columns[index].key for index in block.of_kind("text")]
            for key, text in zip(keys, row.texts, strict=False):
                yield f"item.{key}", text


def with_forms(standard: Standard, book: Book) -> Book:
    """The book with a blank form for every project of the table of projects that has none."""
    table = standard.form_table
    if table is None or table.blocks[0].key not in book.blocks:
        return book
    block = table.blocks[0]
    held = {data.name for data in book.forms} | {row.key for row in book.blocks[block.key].rows}
    new: dict[str, FormData] = {}
    for items, row in _items(standard, book):
        if row.key and row.key not in held:
            kind = _kind(standard, block, items, row) or table.forms[0].key
            new.setdefault(row.key, new_form(standard, book, row.key, kind))
    if not new:
        return book
    blank = (None,) * len(block.amounts)
    rows = [*book.blocks[block.key].rows, *(Row(name, "form", name, blank) for name in new)]
    added = book._replace(forms=(*book.forms, *new.values()))
    return added.with_blocks({block.key: BlockData.of(rows, book.blocks[block.key].letters)})


def forms_left(standard: Standard, book: Book) -> list[str]:
    """A sentence for each form whose project is in no table of projects: it is kept, for the user to judge."""
    if not any(standard.blocks[key].body == "project" for key in book.blocks):
        return []
    items = {row.key for _, row in _items(standard, book)}
    return [
        f"项目“{data.name}”已不在项目支出表中，它的绩效目标表保留；不再公开的，请删去这份表的各行。"
        for data in book.forms
        if data.name and data.name not in items
    ]


def _items(standard: Standard, book: Book) -> Iterator[tuple[Block, Row]]:
    """The projects of the tables of projects."""
    for key, data in book.blocks.items():
        if standard.blocks[key].body == "project":
            yield from ((standard.blocks[key], row) for row in data.rows if row.kind == "item")


def _kind(standard: Standard, block: Block, items: Block, row: Row) -> str:
    """The first form that takes all the money of a project, as the ledger's columns name it."""
    ledger = standard.ledger
    if ledger is None or block.key not in ledger.postings or items.key not in ledger.postings:
        return ""
    columns = ledger.postings[items.key].columns
    asked = [
        columns[name]
        for name, cell in zip(items.amounts, row.cells, strict=True)
        if columns.get(name) and isinstance(cell, Amount) and cell.fen
    ]
    return next(
        form.key
        for form in ledger.postings[block.key].forms
        if not form.only or (asked and all(_within(one, form) for one in asked))
    )


def _within(selection: Selection, form: FormPosting) -> bool:
    """Whether a form takes all lines that a column has."""
    return all(
        key in selection and set(selection[key]) <= set(values) for key, values in form.only.items()
    )
