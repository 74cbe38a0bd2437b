"""What two books say, made comparable: whether nothing was lost between two files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.building.contents import note_contents

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


def same(standard: Standard, book: Book) -> dict[str, object]:
    """What a book says, without where it stands: a field without default that is blank is absent."""
    fields = standard.fields
    return {
        "year": book.year,
        "info": {
            key: value.value
            for key, value in book.info.items()
            if value.value not in (None, "") or fields[key].default
        },
        "keyed": {key: dict(texts) for key, texts in book.keyed.items() if texts},
        "blocks": {
            key: [(row.key, row.kind, row.label, row.cells, row.texts, row.parent) for row in data.rows]
            for key, data in book.blocks.items()
        },
        "forms": [
            (
                form.name,
                form.form,
                {key: text for key, text in form.fields.items() if text},
                [dict(one.values) for one in form.indicators],
            )
            for form in book.forms
        ],
        "profile": book.profile,
        "subjects": dict(book.subjects),
        "notes": {table.key: printed(standard, table.key, book) for table in standard.tables},
        "texts": [(one.part, one.section, one.id, one.text, one.heading) for one in book.texts],
    }  # fmt: skip


def printed(standard: Standard, key: str, book: Book) -> list[object]:
    """The lines below a table, as a workbook has them."""
    return [one.value for one in note_contents(standard.table(key), book, 1)]
