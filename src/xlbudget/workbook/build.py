"""Build a workbook from a standard and a book of figures: reproducible, without Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError
from xlbudget.workbook import styles
from xlbudget.workbook.dictionary import body_name
from xlbudget.workbook.formulas import book_formulas
from xlbudget.workbook.layout import (
    CONTENTS,
    COVER,
    DICTIONARY,
    FINDINGS,
    GLOSSARY,
    INFO_SHEET,
    NOTES,
    OVERVIEW,
    PROFILE,
    column_letter,
    is_form,
    place_book,
    sheet_names,
    table_layout,
)
from xlbudget.workbook.layout_forms import FORM_FIRST, FORM_LINES
from xlbudget.workbook.live import render_live
from xlbudget.workbook.macros import load_macros
from xlbudget.workbook.memory_sheet import MEMORY, MEMORY_END
from xlbudget.workbook.render import render_info, render_table
from xlbudget.workbook.sheets_dictionary import write_dictionary
from xlbudget.workbook.sheets_findings import write_findings
from xlbudget.workbook.sheets_forms import write_forms
from xlbudget.workbook.sheets_front import write_contents, write_cover
from xlbudget.workbook.sheets_info import write_info, write_profile
from xlbudget.workbook.sheets_macros import TEXTS, put_buttons, write_texts
from xlbudget.workbook.sheets_notes import write_notes
from xlbudget.workbook.sheets_overview import print_overview, write_checks, write_overview
from xlbudget.workbook.sheets_tables import write_table
from xlbudget.workbook.vba import vba_project
from xlbudget.workbook.writer import Writer, bare_workbook, strict_warnings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlbudget.figures import Book, Place
    from xlbudget.standard.model import Standard, Table
    from xlbudget.workbook.formulas import Formula
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["CODE_NAMES", "build_workbook", "workbook_bytes"]

CODE_NAMES = {
    COVER: "shCover",
    CONTENTS: "shContents",
    INFO_SHEET: "shInfo",
    PROFILE: "shProfile",
    NOTES: "shNotes",
    GLOSSARY: "shGlossary",
    OVERVIEW: "shOverview",
    FINDINGS: "shFindings",
    DICTIONARY: "shDictionary",
    MEMORY: "shMemory",
    TEXTS: "shTexts",
}
"""What macros call the sheets that are no tables; a table's sheet is ``shTable`` and its key."""


def build_workbook(standard: Standard, book: Book, target: Path, *, year: int) -> None:
    """Write a new workbook; a target ending in .xlsm is declared as one with macros.

    Raises:
        UnusableFileError: more rows than fit, or the file cannot be written.
    """
    macros = target.suffix.lower() == ".xlsm"
    data = workbook_bytes(standard, book, year=year, macros=macros)
    try:
        target.write_bytes(data)
    except OSError as error:
        raise UnusableFileError(
            f"“{target.name}”写不进去：请检查文件夹是否存在、文件是否正在打开。"
        ) from error


def workbook_bytes(standard: Standard, book: Book, *, year: int, macros: bool = True) -> bytes:
    """The workbook as bytes: the same book gives the same bytes.

    Raises:
        UnusableFileError: more rows than fit.
    """
    placed = place_book(standard, book._replace(year=year))
    formulas = book_formulas(standard, placed)
    live = render_live(standard, placed, formulas)
    tables = {table.sheet: table for table in standard.tables}
    title = standard.titles["cover"].replace("{year}", str(year))
    with strict_warnings():
        writer = Writer(title)
        sheets: dict[str, Sheet] = {}
        codes: list[str] = []
        for name in sheet_names(standard):
            table = tables.get(name)
            code = CODE_NAMES[name] if table is None else _code_name(table.key)
            codes.append(code)
            sheet = sheets[name] = writer.sheet(name, code)
            if table is not None:
                write = write_forms if is_form(table) else write_table
                write(sheet, standard, table, placed, formulas)
                sheet.put(live.cells[name][0], styles.CHECK_LEFT)
                sheet.protect()
                writer.name(body_name(name), name, _body(standard, table))
            elif name == COVER:
                write_cover(sheet, standard, placed)
            elif name == CONTENTS:
                write_contents(sheet, standard, placed, {one.cell: one for one in live.cells[name]})
            elif name == INFO_SHEET:
                write_info(sheet, standard, placed, formulas)
            elif name == PROFILE:
                write_profile(sheet, placed.profile)
            elif name in (NOTES, GLOSSARY):
                write_notes(sheet, name)
            elif name == OVERVIEW:
                write_overview(sheet, standard, placed, live)
                last = write_checks(sheet, live)
                print_overview(sheet, standard, last)
            elif name == FINDINGS:
                write_findings(writer, sheet, standard, _figures(standard, placed, formulas))
            elif name == DICTIONARY:
                write_dictionary(writer, sheet, standard, placed.profile)
        _write_memory(writer.sheet(MEMORY, CODE_NAMES[MEMORY]))
        codes.append(CODE_NAMES[MEMORY])
        if not macros:
            return writer.finish()
        found = load_macros()
        write_texts(writer.sheet(TEXTS, CODE_NAMES[TEXTS]), found)
        short = [one for one in found.buttons if not one.cover]
        for name in tables:
            put_buttons(sheets[name], short, "C1")
        # A column each, because a button across two of them is drawn wider by some programs.
        put_buttons(sheets[COVER], found.buttons[:1], "B1")
        put_buttons(sheets[COVER], found.buttons[1:], "C1")
        writer.add_macros(vba_project(bare_workbook([*codes, CODE_NAMES[TEXTS]]), found.modules))
        return writer.finish(found.ribbon)


def _write_memory(sheet: Sheet) -> None:
    """An empty memory, of the extent that it may come to have."""
    for cell in ("A1", MEMORY_END):
        sheet.text(cell, "xlbudget", styles.BODY)
    sheet.raw.very_hidden()


def _figures(
    standard: Standard, placed: Book, formulas: Mapping[Place, Formula]
) -> dict[tuple[str, str], object]:
    """What the cells of the tables and of 基础信息 hold."""
    found: dict[tuple[str, str], object] = {}
    for table in standard.tables:
        contents = render_table(standard, table, placed, formulas)
        found |= {(table.sheet, one.cell): one.value for one in contents}
    info = render_info(standard, placed, formulas)
    return found | {(INFO_SHEET, one.cell): one.value for one in info}


def _body(standard: Standard, table: Table) -> str:
    """The area of a table's rows, without headings and notes."""
    if is_form(table):
        return f"$A${FORM_FIRST}:$J${FORM_FIRST + table.blocks[0].room * FORM_LINES}"
    layout = table_layout(standard, table)
    return f"$A${layout.first}:${column_letter(layout.width - 1)}${layout.last}"


def _code_name(key: str) -> str:
    return "shTable" + "".join(part.capitalize() for part in key.split("_"))
