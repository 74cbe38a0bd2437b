"""Build a workbook from a standard and a book of figures: reproducible, without Excel."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building import styles
from xlbudget.building.contents import render_sheets
from xlbudget.building.formulas.derived import book_formulas
from xlbudget.building.formulas.posting import ledger_formulas
from xlbudget.building.front import (
    profile_rows,
    write_contents,
    write_cover,
    write_dictionary,
    write_info,
    write_profile,
)
from xlbudget.building.ledger import ledger_contents, write_ledger
from xlbudget.building.live import STATE_WIDTH, render_live
from xlbudget.building.macros import TEXTS, load_macros, put_buttons, vba_project, write_texts
from xlbudget.building.overview_sheet import write_overview
from xlbudget.building.tables import write_codes, write_form_models, write_forms, write_table
from xlbudget.building.writer import Writer, bare_workbook
from xlbudget.editing.desk import desk_contents, row_of, write_desk
from xlbudget.editing.findings import (
    counts_content,
    stale_content,
    write_findings,
)
from xlbudget.editing.notes import write_notes
from xlbudget.errors import UnusableFileError
from xlbudget.figures import InfoValue
from xlbudget.rules.posting import fill_from_ledger, follows_from_ledger
from xlbudget.sheets.layout import (
    CONTENTS,
    COVER,
    DESK,
    DICTIONARY,
    FINDINGS,
    GLOSSARY,
    INFO_SHEET,
    MEMORY,
    MEMORY_END,
    MODELS,
    NOTES,
    OVERVIEW,
    PROFILE,
    PROFILE_FIRST,
    STAMP,
    body_area,
    body_name,
    is_form,
    place_book,
    sheet_names,
)
from xlbudget.standard.loader import standard_for
from xlbudget.standard.placeholders import fill, said_by
from xlbudget.standard.stamp import stamp_of
from xlbudget.xlsx.references import column_letter, column_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from xlbudget.building.contents import CellContent
    from xlbudget.building.live import Live
    from xlbudget.building.sheet import Sheet
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


CODE_NAMES = {
    DESK: "shDesk",
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
    MODELS: "shForms",
    TEXTS: "shTexts",
}
"""What macros call the sheets that are no tables; a table's sheet is ``shTable`` and its key."""
LEDGER_CODE = "shLedger"


class FurtherSheet(NamedTuple):
    """A sheet behind those that every workbook has; ``code`` is what macros call it.

    ``write`` draws it, given the book with its rows and fields where they stand.
    """

    name: str
    code: str
    write: Callable[[Sheet, Book], None]


def build_workbook(
    standard: Standard,
    book: Book,
    target: Path,
    *,
    year: int,
    further: Sequence[FurtherSheet] = (),
    stamped: bool = True,
) -> None:
    """Write a new workbook; a target ending in .xlsm is declared as one with macros.

    It remembers the standard as it is now, unless it is to be filled in at another time (not ``stamped``).

    Raises:
        UnusableFileError: more rows than fit, or the file cannot be written.
    """
    macros = target.suffix.lower() == ".xlsm"
    data = workbook_bytes(
        standard, book, year=year, macros=macros, further=further, stamped=stamped
    )
    try:
        target.write_bytes(data)
    except OSError as error:
        raise UnusableFileError(
            f"“{target.name}”写不进去：请检查文件夹是否存在、文件是否正在打开。"
        ) from error


def workbook_bytes(
    standard: Standard,
    book: Book,
    *,
    year: int,
    macros: bool = True,
    further: Sequence[FurtherSheet] = (),
    stamped: bool = True,
) -> bytes:
    """The workbook as bytes: the same book gives the same bytes.

    Raises:
        UnusableFileError: more rows than fit.
    """
    # A workbook names the standard that it was made with, whatever its figures came from.
    book = book._replace(year=year, info={**book.info, "standard": InfoValue(standard.id)})
    standard = standard_for(standard, book.year, book.info)
    placed, contents = _rendered(standard, book)
    tables = {table.sheet: table for table in standard.tables}
    live = render_live(standard, placed, contents)
    title = fill(standard.titles["cover"], said_by(year, placed.info))
    with warnings.catch_warnings(action="error", category=UserWarning):  # XlsxWriter's
        writer = Writer(title)
        sheets: dict[str, Sheet] = {}
        codes: list[str] = []
        for name in sheet_names(standard):
            table = tables.get(name)
            code = CODE_NAMES.get(name, LEDGER_CODE) if table is None else _code_name(table.key)
            codes.append(code)
            sheet = sheets[name] = writer.sheet(name, code)
            if table is not None:
                if is_form(table):
                    write_forms(sheet, table, placed, contents[name])
                else:
                    write_table(sheet, standard, table, placed, contents[name])
                _finish_table(sheet, live.cells[name])
                right, first, end = body_area(standard, table)
                writer.name(body_name(name), name, f"$A${first}:${right}${end}")
            elif name == DESK:
                write_desk(sheet, _desk(standard, placed, contents, live))
            elif name == COVER:
                write_cover(sheet, standard, placed)
            elif name == CONTENTS:
                write_contents(
                    sheet, standard, placed, {content.cell: content for content in live.cells[name]}
                )
            elif name == INFO_SHEET:
                write_info(sheet, standard, contents[name])
            elif standard.ledger is not None and name == standard.ledger.sheet:
                write_ledger(writer, sheet, standard, placed, ledger_contents(standard, placed))
            elif name == PROFILE:
                write_profile(sheet, placed.profile)
            elif name in (NOTES, GLOSSARY):
                write_notes(sheet, name)
            elif name == OVERVIEW:
                write_overview(sheet, standard, placed, live)
            elif name == FINDINGS:
                figures = {
                    (at, content.cell): content.value for at in contents for content in contents[at]
                }
                write_findings(writer, sheet, standard, figures)
            elif name == DICTIONARY:
                write_dictionary(writer, sheet, standard, placed.profile)
        for one in further:
            codes.append(one.code)
            one.write(writer.sheet(one.name, one.code), placed)
        codes += _hidden_sheets(writer, standard, placed, stamped=stamped)
        if not macros:
            return writer.finish()
        return _with_macros(writer, sheets, list(tables), codes)


def _finish_table(sheet: Sheet, live: Sequence[CellContent]) -> None:
    """What a table's sheet shows in its tool row, and the whole codes that its formulas need."""
    state, *codes = live
    sheet.put(state, styles.CHECK_LEFT)
    for column in range(2, column_number(sheet.beyond("B", STATE_WIDTH)) - 1):
        sheet.blank(f"{column_letter(column)}1", styles.CHECK_LEFT)
    write_codes(sheet, codes)
    sheet.protect()


def _hidden_sheets(writer: Writer, standard: Standard, placed: Book, *, stamped: bool) -> list[str]:
    """What the workbook remembers, and the looks of new forms; gives the sheets' code names."""
    memory = writer.sheet(MEMORY, CODE_NAMES[MEMORY])
    for cell in ("A1", MEMORY_END):  # empty, of the extent that it may come to have
        memory.text(cell, "xlbudget", styles.BODY)
    if stamped:
        memory.text(STAMP, stamp_of(standard).text, styles.BODY)
    memory.raw.very_hidden()
    table = next(filter(is_form, standard.tables), None)
    if table is None:
        return [CODE_NAMES[MEMORY]]
    models = writer.sheet(MODELS, CODE_NAMES[MODELS])
    write_form_models(models, table, placed)
    models.raw.very_hidden()
    return [CODE_NAMES[MEMORY], CODE_NAMES[MODELS]]


def _rendered(standard: Standard, book: Book) -> tuple[Book, dict[str, list[CellContent]]]:
    """The placed book and the cells of its tables and of 基础信息; tables that follow from the ledger filled in."""
    if not follows_from_ledger(standard, book):
        placed = place_book(standard, book)
        return placed, render_sheets(standard, placed, book_formulas(standard, placed))
    placed = place_book(standard, fill_from_ledger(standard, book).book)
    formulas = book_formulas(standard, placed) | ledger_formulas(standard, placed)
    return placed, render_sheets(standard, placed, formulas)


def _desk(
    standard: Standard, book: Book, contents: Mapping[str, Sequence[CellContent]], live: Live
) -> list[CellContent]:
    """The cells of the desk of a new workbook, in which nothing was generated or validated."""
    cells = {**contents, **live.cells}
    if standard.ledger is not None:
        cells[standard.ledger.sheet] = ledger_contents(standard, book)
    cells[FINDINGS] = [counts_content((), ""), stale_content((), known=False)]
    held = {(sheet, one.cell): one.value for sheet, ones in cells.items() for one in ones}
    for line, (kind, _, _) in enumerate(profile_rows(book.profile), PROFILE_FIRST):
        held[PROFILE, f"A{line}"] = kind
    return desk_contents(standard, lambda sheet, cell: held.get((sheet, cell)))


def _with_macros(
    writer: Writer, sheets: Mapping[str, Sheet], tables: Iterable[str], codes: Sequence[str]
) -> bytes:
    """The workbook with its macros, buttons and ribbon; ``codes`` are the sheets' code names."""
    macros = load_macros()
    write_texts(writer.sheet(TEXTS, CODE_NAMES[TEXTS]), macros)
    short = [button for button in macros.buttons if button.table]
    for name in tables:
        put_buttons(sheets[name], short, f"{sheets[name].beyond('B', STATE_WIDTH)}1")
    for step in dict.fromkeys(button.step for button in macros.buttons):
        beside = [button for button in macros.buttons if button.step == step]
        put_buttons(sheets[DESK], beside, f"D{row_of(step)}")
    writer.add_macros(vba_project(bare_workbook([*codes, CODE_NAMES[TEXTS]]), macros.modules))
    return writer.finish(macros.ribbon)


def _code_name(key: str) -> str:
    return "shTable" + "".join(part.capitalize() for part in key.split("_"))
