"""A workbook as a data folder: the inverse of reading one, without loss."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.exchange.folder.export_tables import csv_bytes, table_files
from xlbudget.exchange.folder.export_toml import finals_toml, info_toml, lists_toml, profile_toml
from xlbudget.exchange.folder.more import FINALS_FILE, NOTES_FILE, SUBJECT_HEADINGS, SUBJECTS_FILE
from xlbudget.exchange.folder.read import INFO_FILE, PROFILE_FILE
from xlbudget.exchange.package.publish import publish
from xlbudget.exchange.published.final_texts import read_finals
from xlbudget.figures import Profile, Unreadable
from xlbudget.findings import Level
from xlbudget.standard.extend import OWN_LISTS, own_standard
from xlbudget.workbook.contents import note_contents
from xlbudget.workbook.layout import DICTIONARY, INFO_SHEET, is_form
from xlbudget.workbook.layout import sheet_names as usual_sheets
from xlbudget.workbook.memory_sheet import MEMORY
from xlbudget.workbook.read import read_book
from xlbudget.workbook.read_info import own_subjects
from xlbudget.workbook.sheets_macros import TEXTS
from xlbudget.xlsx.atomic import refuse_open_file
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

__all__ = [
    "Exported",
    "export_folder",
    "foreign_sheets",
    "own_notes",
    "unused_subjects",
    "write_folder",
]

_NAMED = 8
"""So many names stand in a sentence."""


class Exported(NamedTuple):
    """The files written, the backups of those replaced, and what the folder does not hold."""

    files: tuple[Path, ...]
    backups: tuple[Path, ...]
    left: tuple[str, ...]


def export_folder(path: Path, target: Path, *, overwrite: bool = False) -> Exported:
    """The figures and texts of a workbook as a data folder; the workbook is not changed.

    Raises:
        UnusableFileError: the workbook cannot be read, or the folder cannot be written.
    """
    source = Workbook(path)
    book = read_book(source)
    book = book._replace(texts=read_finals(source))
    standard = own_standard(book)
    done = write_folder(book, standard, target, overwrite=overwrite)
    more = []
    foreign = foreign_sheets(source, standard, book)
    if foreign:
        names = "”“".join(foreign[:_NAMED])
        many = f"等{len(foreign)}张" if len(foreign) > _NAMED else ""
        more.append(f"数据文件夹放不下自己加的工作表“{names}”{many}，没有导出。")
    more += unused_subjects(source, standard, book)
    return done._replace(left=(*done.left, *more))


def write_folder(
    book: Book, standard: Standard, target: Path, *, overwrite: bool = False
) -> Exported:
    """A book as a data folder: all files, or none.

    Files of that name are replaced only with ``overwrite``, each with a backup.

    Raises:
        UnusableFileError: such files exist, or the folder cannot be written.
    """
    files = {**table_files(standard, book), **_particulars(standard, book)}
    every = (*files, *(name for name in _OPTIONAL if name not in files))
    if target.exists() and not target.is_dir():
        raise UnusableFileError(f"“{target}”是文件，不是文件夹；请换一个文件夹。")
    there = [name for name in every if (target / name).exists()]
    if there and not overwrite:
        raise UnusableFileError(
            f"文件夹“{target}”里已有“{there[0]}”等{len(there)}个数据文件，没有改动；"
            "请换一个文件夹，或加 --overwrite（原文件留作备份）。"
        )
    for name in there:
        if (target / name).is_dir():
            raise UnusableFileError(f"“{target / name}”是文件夹，写不成文件；请移走后再导出。")
        refuse_open_file(target / name)
    gone = [name for name in there if name not in files]
    backups = publish(target, files, gone)
    return Exported(tuple(target / name for name in files), tuple(backups), _left(standard, book))


_OPTIONAL = (PROFILE_FILE, NOTES_FILE, SUBJECTS_FILE, FINALS_FILE)


def _particulars(standard: Standard, book: Book) -> dict[str, bytes]:
    """The files that are not tables; those that would be empty are left out."""
    texts = {INFO_FILE: info_toml(standard, book)}
    if book.profile != Profile():
        texts[PROFILE_FILE] = profile_toml(book.profile)
    notes = own_notes(standard, book)
    if notes:
        sheets = {table.key: table.sheet for table in standard.tables}
        texts[NOTES_FILE] = lists_toml({sheets[key]: lines for key, lines in notes.items()})
    finals = [unit for unit in book.texts if not unit.follows]
    if finals:
        texts[FINALS_FILE] = finals_toml(finals)
    found = {name: text.encode() for name, text in texts.items()}
    if any(book.subjects.values()):
        found[SUBJECTS_FILE] = csv_bytes(_subject_lines(standard, book))
    return found


def own_notes(standard: Standard, book: Book) -> dict[str, tuple[str, ...]]:
    """The lines below tables that are not what the standard puts there."""
    bare = book._replace(notes={})
    return {
        table.key: book.notes[table.key]
        for table in standard.tables
        if table.key in book.notes
        and book.notes[table.key]
        != tuple(str(one.value or "") for one in note_contents(table, bare, 1))
    }


def _subject_lines(standard: Standard, book: Book) -> list[list[str]]:
    lines = [list(SUBJECT_HEADINGS)]
    for key, subjects in book.subjects.items():
        name = standard.subjects[key].name
        for one in subjects:
            first, last = str(one.first or ""), "" if one.last == 9999 else str(one.last)  # noqa: PLR2004
            lines.append([one.code, one.name, name, first, last, "|".join(one.aliases)])
    return lines


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


def _left(standard: Standard, book: Book) -> tuple[str, ...]:
    """What is in the book and not in the folder, a sentence each."""
    found = []
    for key, value in book.info.items():
        if isinstance(value.value, Unreadable):
            label = standard.fields[key].label
            kind = "数目" if standard.fields[key].kind == "count" else "金额"
            found.append(
                f"{INFO_SHEET}“{label}”写的是“{value.value.raw}”，不是{kind}，导出为空白；请改正。"
            )
    for table in standard.tables:
        missing = [block for block in table.blocks if block.key not in book.blocks]
        if missing and book.sheets:
            found.append(f"工作簿缺少“{table.title}”或其中的栏，导出为空表。")
        if is_form(table):
            found += _left_forms(standard, table.blocks[0].key, book)
    for finding in book.findings:
        if finding.level is not Level.HINT:
            found.append(f"读工作簿时：{finding.message}")
    return tuple(dict.fromkeys(found))


def _left_forms(standard: Standard, key: str, book: Book) -> list[str]:
    found = []
    block = standard.blocks[key]
    title = standard.table_of(block).title
    for row in book.blocks[key].rows if key in book.blocks else ():
        for column, cell in zip(block.amounts, row.cells, strict=True):
            if isinstance(cell, Unreadable):
                label = block.column(column).label[0]
                found.append(
                    f"{title}项目“{row.label}”的“{label}”写的是“{cell.raw}”，不是金额，"
                    "导出为空白；请改正。"
                )
    twice = [name for name, count in Counter(form.name for form in book.forms).items() if count > 1]
    found += [
        f"{title}有几份项目名称都是“{name}”，导出后指标都归第一份；请改用不同的名称。"
        for name in twice
        if any(form.indicators for form in book.forms if form.name == name)
    ]
    return found
