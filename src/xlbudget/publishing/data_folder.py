"""A workbook as a data folder: the inverse of reading one, without loss."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.editing.own import (
    cells_beside,
    foreign_sheets,
    own_notes,
    read_finals,
    unused_subjects,
)
from xlbudget.errors import UnusableFileError
from xlbudget.figures import BlockData, Profile, Unreadable
from xlbudget.findings import Level
from xlbudget.importing.data_folder import (
    FINAL_PARTS,
    FINALS_FILE,
    FORM_KIND,
    INDICATOR_FILE,
    INFO_FILE,
    NOTES_FILE,
    PROFILE_FILE,
    PROJECT,
    SUBJECTS_FILE,
    ledger_file,
)
from xlbudget.printed import column_names, row_entries, side_by_side
from xlbudget.reading.book import read_book
from xlbudget.reading.ledger import ledger_unit
from xlbudget.reading.particulars import subject_texts
from xlbudget.sheets.layout import (
    INFO_SHEET,
    SUBJECT_HEADINGS,
    form_of,
    form_pairs,
    is_form,
    place_book,
)
from xlbudget.standard.loader import own_standard
from xlbudget.standard.roles import FORM_NAME
from xlbudget.xlsx.locks import refuse_open_file
from xlbudget.xlsx.sets import FINISHED, finish_set, replace_set
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlbudget.figures import Book, Cell, TextUnit
    from xlbudget.money import Unit
    from xlbudget.standard.model import Block, Field, Standard, Table

_INFO_HEAD = """\
# 基础信息。左边是项目名称（请勿改动），等号右边填内容；文字写在英文双引号里，数字不加引号，没有内容的整行删去。
"""
_FINALS_HEAD = """\
# 改写过的段落（定稿）：段落编号请勿改动。没有列出的段落用生成的文字。
"""
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?|-")
_SHOWN = 12
"""So many letters of a text that was left out are shown."""
_NAMED = 8
"""So many names stand in a sentence."""
_OPTIONAL = (PROFILE_FILE, NOTES_FILE, SUBJECTS_FILE, FINALS_FILE)


def csv_bytes(lines: Iterable[Sequence[str]]) -> bytes:
    """The lines as CSV with the mark by which spreadsheet programs know UTF-8."""
    stream = io.StringIO(newline="")
    held = [[_no_formula(cell) for cell in line] for line in lines]
    # The library puts quotes around the line ends of its own file alone.
    quoted = any("\r" in cell for line in held for cell in line)
    csv.writer(
        stream, lineterminator="\n", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    ).writerows(held)
    return stream.getvalue().encode("utf-8-sig")


def _no_formula(text: str) -> str:
    """A text that spreadsheet programs would take for a formula begins with a tab, which every reader drops."""
    return (
        f"\t{text}"
        if text.startswith(("=", "+", "-", "@")) and not _NUMBER.fullmatch(text)
        else text
    )


def table_files(standard: Standard, book: Book) -> dict[str, bytes]:
    """File name -> content for every table; one without rows has its headings alone."""
    found: dict[str, bytes] = {}
    laid_out = _placed(standard, book)
    for table in standard.tables:
        name = f"{table.number:02d}-{table.sheet}.csv"
        if is_form(table):
            forms, indicators = _form_lines(table, book)
            found[name] = csv_bytes(forms)
            found[f"{table.number:02d}-{INDICATOR_FILE}.csv"] = csv_bytes(indicators)
        else:
            found[name] = csv_bytes(_table_lines(standard, table, book, laid_out))
    return found


def ledger_lines(standard: Standard, book: Book) -> list[list[str]]:
    """The ledger's lines under its columns' labels; a column of remarks only where there are some."""
    assert standard.ledger is not None
    lines = book.ledger.lines
    unit = ledger_unit(standard, book.text(standard.ledger.unit_field))
    columns = [
        column
        for column in standard.ledger.columns
        if column.kind != "text" or any(line.texts.get(column.key) for line in lines)
    ]
    return [
        [column.label for column in columns],
        *(
            [
                amount_text(line.amount, unit)
                if column.kind == "amount"
                else line.texts.get(column.key, "")
                for column in columns
            ]
            for line in lines
        ),
    ]


def amount_text(cell: Cell, unit: Unit) -> str:
    """A cell as it is typed: no separators, all its decimals; what is no amount as it stands."""
    if cell is None:
        return ""
    if isinstance(cell, Unreadable):
        return cell.raw
    if cell.unit == unit:
        return cell.plain
    return format((Decimal(cell.fen) / unit.fen).normalize(), "f")


# ------------------------------------------------------------------ tables


def _table_lines(
    standard: Standard, table: Table, book: Book, laid_out: Book | None
) -> list[list[str]]:
    sides = [
        dict(zip(_places(block, book, laid_out), _lines_of(standard, block, book), strict=True))
        for block in table.blocks
    ]
    lines = side_by_side(table, sides, "")
    return [column_names(table, book.year), *(line for line in lines if any(line))]


def _placed(standard: Standard, book: Book) -> Book | None:
    """The book as the layout places it; None where a sheet does not hold what files hold."""
    try:
        return place_book(standard, book)
    except UnusableFileError:
        return None


def _places(block: Block, book: Book, laid_out: Book | None) -> list[int]:
    """The line of every row where the layout puts it, so that the sides of a table stay level."""
    data = book.blocks.get(block.key, BlockData.of([]))
    if laid_out is None:
        return list(range(len(data.rows)))
    placed = laid_out.blocks[block.key]
    found = [placed.rows[placed.by_key[row.key]].line for row in data.rows]
    first = min((row.line for row in placed.rows), default=0)
    rising = all(before < after for before, after in pairwise(found))
    return [line - first for line in found] if rising else list(range(len(data.rows)))


def _lines_of(standard: Standard, block: Block, book: Book) -> list[list[str]]:
    """The rows as texts; the first item of a group has the group's name beside it."""
    group = ""
    lines = []
    for row in book.blocks.get(block.key, BlockData.of([])).rows:
        named = row.kind == "item" and row.parent != group
        group = row.key if row.kind == "group" else row.parent if row.kind == "item" else group
        beside = group.removeprefix("group:") if named else ""
        lines.append(
            [
                entry if isinstance(entry, str) else amount_text(entry, block.unit)
                for entry in row_entries(standard, block, row, row.label, beside)
            ]
        )
    return lines


# ------------------------------------------------------------------ forms


def _form_lines(table: Table, book: Book) -> tuple[list[list[str]], list[list[str]]]:
    """The lines of the file of forms and of the file of indicators."""
    block = table.blocks[0]
    fields = _captions(
        [(cell.field, cell.caption) for form in table.forms for line in form.lines for cell in line.cells],
        set(block.amounts),
    )  # fmt: skip
    columns = _captions(
        [(column.key, column.label[0]) for form in table.forms for column in form.indicators]
    )
    amounts = {column.label[0]: column.key for column in block.columns}
    forms = [[FORM_KIND, *fields.values(), *amounts]]
    indicators = [[PROJECT, *columns.values()]]
    rows = book.blocks.get(block.key, BlockData.of([])).rows
    for data, row in form_pairs(table, rows, book.forms):
        texts = [data.fields.get(key, "") for key in fields]
        name = list(fields).index(FORM_NAME) if FORM_NAME in fields else 0
        texts[name] = data.name
        cells = [
            "" if isinstance(cell, Unreadable) else amount_text(cell, block.unit)
            for cell in (row.cells[block.amount_index[key]] for key in amounts.values())
        ]
        forms.append([form_of(table, data).title, *texts, *cells])
        indicators += [
            [data.name, *(indicator.values.get(key, "") for key in columns)]
            for indicator in data.indicators
        ]
    return forms, indicators


def _captions(pairs: list[tuple[str, str]], without: Iterable[str] = ()) -> dict[str, str]:
    """The heading of each field: its first caption that no other field takes over."""
    meant = {caption: field for field, caption in pairs}
    found: dict[str, str] = {}
    for field, caption in pairs:
        if field not in without and meant[caption] == field:
            found.setdefault(field, caption)
    return found


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def info_toml(standard: Standard, book: Book) -> str:
    """基础信息: sections of fields, then the lists by name or code."""
    lines = [_INFO_HEAD]
    for section in standard.sections:
        values = [
            f"{_quoted(field.label)} = {value}"
            for field in section.fields
            if (value := _value(standard, book, field))
        ]
        if values:
            lines += [f"[{_quoted(section.title)}]", *values, ""]
    for keyed in standard.keyed:
        entries = book.keyed.get(keyed.key, {})
        if entries:
            lines.append(f"[{_quoted(keyed.title)}]")
            lines += [f"{_quoted(name)} = {_quoted(text)}" for name, text in entries.items()]
            lines.append("")
    return "\n".join(lines)


def _value(standard: Standard, book: Book, field: Field) -> str:
    """The value as TOML; empty where the line is left out.

    A blank field is left out, unless leaving it out would give it its default.
    """
    info = book.info.get(field.key)
    if field.kind == "year":
        return str(book.year)
    if info is None:
        return ""
    blank = '""' if field.default else ""
    value = info.value
    if isinstance(value, str):
        return _quoted(value) if value else blank
    if value is None or isinstance(value, Unreadable):
        return blank
    return amount_text(value, standard.info_unit(field.key))


def profile_toml(profile: Profile) -> str:
    """部门概况: duties, the remark on institutions, offices, budget units."""
    lines = list(_list("主要职能", profile.duties)) if profile.duties else []
    if profile.remark:
        lines.append(f"{_quoted('机构说明')} = {_quoted(profile.remark)}")
    lines += _list("预算单位", profile.units) if profile.units else []
    for office in profile.offices:
        lines += ["", f"[[{_quoted('机构设置')}]]", f"{_quoted('名称')} = {_quoted(office.name)}"]
        lines += [f"{_quoted('职责')} = {_quoted(office.duty)}"] if office.duty else []
    return "\n".join([*lines, ""])


def lists_toml(lists: Mapping[str, Sequence[str]]) -> str:
    """A list of texts under each name."""
    return "\n".join([line for name, texts in lists.items() for line in _list(name, texts)] + [""])


def _list(name: str, texts: Sequence[str]) -> Iterator[str]:
    yield f"{_quoted(name)} = ["
    yield from (f"  {_quoted(text)}," for text in texts)
    yield "]"


def finals_toml(texts: Sequence[TextUnit]) -> str:
    """The paragraphs that a person has written."""
    lines = [_FINALS_HEAD]
    for name, part in FINAL_PARTS.items():
        for unit in texts:
            if unit.part == part:
                lines += [f"[[{_quoted(name)}]]", f"{_quoted('段落')} = {_quoted(unit.id)}"]
                if unit.section != unit.id.partition(".")[0]:
                    lines.append(f"{_quoted('部分')} = {_quoted(unit.section)}")
                lines += [f"{_quoted('类别')} = {_quoted('标题')}"] if unit.heading else []
                lines += [f"{_quoted('定稿')} = {_quoted(unit.text)}", ""]
    return "\n".join(lines)


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
    beside = cells_beside(source, standard, book)
    if beside:
        named = "、".join(
            f"“{sheet}”{cell}（{text[:_SHOWN]}）" for sheet, cell, text in beside[:_NAMED]
        )
        many = f"等{len(beside)}格" if len(beside) > _NAMED else ""
        more.append(f"{named}{many}写在表的栏以外，数据文件夹没有地方放，没有导出。")
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
    optional = (*_OPTIONAL, *filter(None, [ledger_file(standard)]))
    every = (*files, *(name for name in optional if name not in files))
    if target.exists() and not target.is_dir():
        raise UnusableFileError(f"“{target}”是文件，不是文件夹；请换一个文件夹。")
    settled = (FINISHED.format(target),) if finish_set(target) else ()
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
    backups = replace_set(target, files, gone, by="export")
    left = (*settled, *_left(standard, book))
    return Exported(tuple(target / name for name in files), tuple(backups), left)


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
    if book.ledger.lines:
        found[ledger_file(standard)] = csv_bytes(ledger_lines(standard, book))
    if any(book.subjects.values()):
        lines = [
            subject_texts(subject, standard.subjects[key].name)
            for key, subjects in book.subjects.items()
            for subject in subjects
        ]
        found[SUBJECTS_FILE] = csv_bytes([SUBJECT_HEADINGS, *lines])
    return found


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
