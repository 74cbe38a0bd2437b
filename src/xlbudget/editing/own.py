"""What of a workbook is its own: lines below tables, sheets and subjects that the standard does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.building.contents import note_contents
from xlbudget.building.macros import TEXTS
from xlbudget.reading.particulars import own_subjects
from xlbudget.sheets.layout import DICTIONARY, INFO_SHEET
from xlbudget.sheets.layout import sheet_names as usual_sheets
from xlbudget.sheets.memory import MEMORY
from xlbudget.standard.loader import OWN_LISTS

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.workbook import Workbook


def own_notes(standard: Standard, book: Book) -> dict[str, tuple[str, ...]]:
    """The lines below tables that are not what the standard puts there."""
    bare = book._replace(notes={})
    return {
        table.key: book.notes[table.key]
        for table in standard.tables
        if table.key in book.notes
        and book.notes[table.key]
        != tuple(str(content.value or "") for content in note_contents(table, bare, 1))
    }


def foreign_sheets(source: Workbook, standard: Standard, book: Book) -> list[str]:
    """The sheets of a workbook that are none of the standard's.

    Raises:
        UnusableFileError: the file cannot be read.
    """
    usual = {*usual_sheets(standard), *book.sheets.values(), TEXTS, MEMORY}
    return [name for name in source.names if name not in usual]


def unused_subjects(source: Workbook, standard: Standard, book: Book) -> list[str]:
    """A sentence where 科目字典 has subjects of its own that 基础信息 does not let count.

    Raises:
        UnusableFileError: the file cannot be read.
    """
    if book.subjects:
        return []
    own = own_subjects(standard, source.lines_of([DICTIONARY]).get(DICTIONARY, []))
    count = sum(map(len, own.values()))
    if not count:
        return []
    said = (
        f"{DICTIONARY}里补充了{count}个科目，但{INFO_SHEET}“科目目录”没有选“{OWN_LISTS}”，"
        "没有带过去；要用的请先选好再执行一次。"
    )
    return [said]
