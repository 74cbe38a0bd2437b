"""What of a workbook is its own: lines below tables, sheets and subjects that the standard does not have, final texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.building.contents import note_contents
from xlbudget.building.macros import TEXTS
from xlbudget.editing.edits import edit_of
from xlbudget.editing.notes import line_contents, plan_notes, text_heights
from xlbudget.errors import UnusableFileError
from xlbudget.figures import TextUnit
from xlbudget.reading.book import read_book
from xlbudget.reading.headings import own_headings
from xlbudget.reading.particulars import own_subjects
from xlbudget.sheets import notes as page
from xlbudget.sheets.cells import text_of, whole_lines
from xlbudget.sheets.layout import (
    DICTIONARY,
    INFO_SHEET,
    MEMORY,
    MODELS,
    PROFILE,
    body_area,
    is_form,
)
from xlbudget.sheets.layout import sheet_names as usual_sheets
from xlbudget.standard.loader import OWN_LISTS
from xlbudget.xlsx.cells import Afterwards, CellEdit
from xlbudget.xlsx.references import column_letter, column_number
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


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
    usual = {*usual_sheets(standard), *book.sheets.values(), TEXTS, MEMORY, MODELS}
    return [name for name in source.names if name not in usual]


def cells_beside(source: Workbook, standard: Standard, book: Book) -> list[tuple[str, str, str]]:
    """Sheet, cell and text of what somebody typed beside the columns that a sheet has: nobody reads it.

    Raises:
        UnusableFileError: the file cannot be read.
    """
    found: list[tuple[str, str, str]] = []
    for sheet, first, read in _read_columns(source, standard, book):
        computed = {place.cell for place in source.formula_cells({sheet})}
        for number, line in enumerate(source.lines(sheet)[first:], first + 1):
            for at, value in enumerate(line):
                cell = f"{column_letter(at)}{number}"
                text = text_of(value)
                if text and at not in read and cell not in computed:
                    found.append((sheet, cell, text))
    return found


def _read_columns(
    source: Workbook, standard: Standard, book: Book
) -> Iterator[tuple[str, int, Container[int]]]:
    """A sheet, the first line (from 0) below its headings, and the columns that are read or ours."""
    for table in standard.tables:
        name = book.sheets.get(table.key)
        if name is None:
            continue
        if is_form(table):
            yield name, 0, range(column_number(body_area(standard, table)[0]))
        elif heads := own_headings(table, whole_lines(source.lines(name)), book.year):
            yield name, heads.body, set(heads.columns.values())
    for name, columns in ((INFO_SHEET, 4), (PROFILE, 3)):
        if name in source.names:
            yield name, 0, range(columns)
    if book.ledger.sheet and book.ledger.lines:
        letters = book.ledger.letters.values()
        yield (
            book.ledger.sheet,
            min(line.line for line in book.ledger.lines) - 1,
            {column_number(letter) - 1 for letter in letters},
        )


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


# ------------------------------------------------------------------ the paragraphs that a person has written: found in a workbook, put into another one


def read_finals(source: Workbook) -> tuple[TextUnit, ...]:
    """The final texts of a workbook that are not the generated ones, also those without an id yet.

    Raises:
        UnusableFileError: the file cannot be read.
    """
    units: list[TextUnit] = []
    lines = source.lines_of(list(page.PARTS))
    for sheet, part in page.PARTS.items():
        section = ""
        every = list(page.notes_lines(sheet, lines.get(sheet, [])))
        edited = {line.line: line for line in page.edited_lines(every).values()}
        for line in every:
            head = line.id.partition(".")[0]
            section = head if head not in ("", page.OWN) else section
            if line.line in edited:
                key, text = edited[line.line].id, line.final.strip()
                heading = line.kind == page.HEADING
                units.append(TextUnit(part, section or page.OWN, key, text, line.place, heading))
    return tuple(units)


def plan_finals(
    texts: Sequence[TextUnit], remark: str = "", *, older: bool = False
) -> tuple[list[CellEdit], Afterwards]:
    """The edits that write the texts into a workbook whose notes have not been generated, and what goes with them.

    Each keeps its id, so generating puts it beside its paragraph. With ``older`` it was written for
    other figures: its state says so until it is edited or cleared. ``remark`` stands beside it.

    Raises:
        UnusableFileError: more paragraphs than there is room for.
    """
    edits: list[CellEdit] = []
    last_rows: dict[str, int] = {}
    heights: dict[str, dict[int, float]] = {}
    for sheet, part in page.PARTS.items():
        units = [unit for unit in texts if unit.part == part]
        if len(units) > page.room_of(sheet):
            raise UnusableFileError(
                f"工作表“{sheet}”只能放下{page.room_of(sheet)}段，现有{len(units)}段定稿；请删去不用的旧段落。"
            )
        if not units:
            continue
        rows = [
            page.NotesLine(
                sheet,
                line,
                unit.id,
                page.HEADING if unit.heading else page.BODY,
                final=unit.text,
                state=page.STALE if older else page.EDITED,
                review=remark,
                stamp="-" if older else "",
                older=unit.text if older else "",
            )
            for line, unit in enumerate(units, page.FIRST)
        ]
        edits += [edit_of(sheet, cell) for row in rows for cell in line_contents(row)]
        heights[sheet] = text_heights(sheet, rows)
        last_rows[sheet] = rows[-1].line
    return edits, Afterwards(last_rows=last_rows, heights=heights)


def write_finals(path: Path, standard: Standard, texts: Sequence[TextUnit]) -> None:
    """Generate the notes of a new workbook, with the texts as final texts beside their paragraphs.

    Raises:
        UnusableFileError: more paragraphs than there is room for.
    """
    from xlbudget.explaining.explain import explain, glossary  # noqa: PLC0415  # templates, rarely needed

    Workbook(path).patch(path, *plan_finals(texts))
    written = Workbook(path)
    book = read_book(written, standard)
    notes = plan_notes(written, explain(standard, book), glossary(standard, book))
    written.patch(path, notes.edits, notes.afterwards)
