"""On which page of the disclosure every sheet begins, as 目录 says it.

The cover and 目录 have no numbers; 部门概况 begins with 1. 情况说明 counts the pages of its final texts,
on one upright column, as they are published; how many those are stands on its sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.building.front import printed_profile
from xlbudget.building.pages import printed_table
from xlbudget.building.tables import printed_forms
from xlbudget.sheets.layout import NOTES, PROFILE, is_form, table_layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.building.contents import CellContent
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard, Table


def first_pages(
    standard: Standard, book: Book, contents: Mapping[str, Sequence[CellContent]]
) -> dict[str, int]:
    """Sheet -> its first page, from 部门概况 to 情况说明; ``contents`` are those of the tables."""
    found = {PROFILE: 1}
    page = 1 + printed_profile(book.profile).pages
    for table in standard.tables:
        found[table.sheet] = page
        page += _pages(standard, table, book, contents.get(table.sheet, ()))
    return found | {NOTES: page}


def _pages(standard: Standard, table: Table, book: Book, contents: Sequence[CellContent]) -> int:
    if is_form(table):
        return printed_forms(table, book, contents).pages
    return printed_table(table_layout(standard, table), contents).pages
