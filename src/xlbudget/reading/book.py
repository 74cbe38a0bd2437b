"""Read a workbook into the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.characters import plain_name
from xlbudget.errors import StandardError, UnusableFileError
from xlbudget.figures import (
    BlockData,
    Book,
    FormData,
    InfoValue,
    Ledger,
    Profile,
    without_collecting,
)
from xlbudget.findings import Finding, Level
from xlbudget.money import Amount
from xlbudget.reading.headings import own_headings
from xlbudget.reading.ledger import ledger_unit, read_ledger
from xlbudget.reading.particulars import (
    InfoData,
    heading_year,
    own_subjects,
    read_forms,
    read_info,
    read_profile,
    standard_of,
    year_of,
)
from xlbudget.reading.source import (
    Source,
    dated_titles,
    read_printed,
    stored_as_text,
    with_staleness,
)
from xlbudget.reading.tables import read_table, with_printed_classes
from xlbudget.rules.grid import INFO
from xlbudget.sheets.cells import Sheet, text_of, value_at, whole_lines
from xlbudget.sheets.layout import (
    CONTENTS,
    COVER,
    DESK,
    DICTIONARY,
    FINDINGS,
    GLOSSARY,
    INFO_SHEET,
    MEMORY,
    MODELS,
    NOTES,
    OVERVIEW,
    PROFILE,
    is_form,
    read_keepsakes,
)
from xlbudget.sheets.notes import read_texts
from xlbudget.standard.loader import OWN_LISTS, load_standard, standard_for, with_subjects
from xlbudget.standard.placeholders import known_as
from xlbudget.standard.search import chosen, standard_ids
from xlbudget.xlsx.references import column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from xlbudget.reading.tables import TableData
    from xlbudget.standard.ledger import LedgerStandard
    from xlbudget.standard.model import Standard, Subject, Table
    from xlbudget.xlsx.cells import Lines

_PIECE = (
    r"\"(?P<text>(?:[^\"]|\"\")*)\""
    r"|(?:'(?P<quoted>(?:[^']|'')+)'!|(?P<sheet>[^\W\d][\w.]*)!)?"
    r"\$?(?P<letters>[A-Z]{1,3})\$?(?P<line>[0-9]{1,7})(?![\w.(!])"
)
_NAME = r'IF\(([A-Z]{1,3}[0-9]{1,7})="","",IFERROR\(INDEX\('
_YEAR_CHECK = "required_info"
_TITLE_LINES = 6
_SHOWN = 3
OTHER_SHEETS = frozenset(
    (
        DESK,
        COVER,
        CONTENTS,
        INFO_SHEET,
        PROFILE,
        NOTES,
        GLOSSARY,
        OVERVIEW,
        FINDINGS,
        DICTIONARY,
        MODELS,
    )
)
"""The sheets of a workbook that are no tables."""


def lacks_texts(body: TableData) -> bool:
    """Whether a column was not found, or a subject has a code and no name."""
    return not body.blocks or any(
        any(not letter for letter in data.letters)
        or any(row.kind == "subject" and not row.label for row in data.rows)
        for data in body.blocks.values()
    )


def compute_texts(source: Source, standard: Standard, sheet: str) -> bool:
    """Put what formulas of texts come to into the lines of ``sheet``; whether there was any."""
    lines = source.own_lines(sheet)

    def cell_text(sheet: str, letters: str, line: int) -> str | None:
        if sheet and sheet not in source.names:
            return None
        held = source.lines(sheet) if sheet else lines
        return text_of(value_at(held, line, column_number(letters)))

    found = False
    for cell, formula in source.workbook.formulas(sheet).items():
        letters, line = split_cell(cell)
        column = column_number(letters)
        if text_of(value_at(lines, line, column)):
            continue
        text = _name(standard, lines, formula) or joined_text(formula, cell_text)
        if text:
            lines.extend([] for _ in range(line - len(lines)))
            lines[line - 1] += [""] * (column - len(lines[line - 1]))
            lines[line - 1][column - 1] = text
            found = True
    return found


def _name(standard: Standard, lines: Lines, formula: str) -> str:
    match = re.match(_NAME, formula)
    if match is None:
        return ""
    letters, line = split_cell(match[1])
    code = text_of(value_at(lines, line, column_number(letters)))
    known = (subjects.by_code.get(code) for subjects in standard.subjects.values())
    return next((one[0].name for one in known if one), "")


def joined_text(formula: str, cell: Callable[[str, str, int], str | None]) -> str | None:
    """Texts and cells joined by &; None for any other formula.

    ``cell`` gives the text of a sheet's ("": its own) column and line, None where it has none.
    """
    pieces: list[str] = []
    piece, place = re.compile(_PIECE), 0
    while place <= len(formula):
        match = piece.match(formula, place)
        if match is None:
            return None
        text: str | None = (match["text"] or "").replace('""', '"')
        if match["letters"]:
            sheet = match["sheet"] or (match["quoted"] or "").replace("''", "'")
            text = cell(sheet, match["letters"], int(match["line"]))
        place = match.end()
        if text is None or (place < len(formula) and formula[place] != "&"):
            return None
        pieces.append(text)
        place += 1
    return "".join(pieces)


@without_collecting
def read_book(source: Path | Workbook, standard: Standard | None = None) -> Book:
    """All figures of a workbook; what could not be understood is among its findings.

    Without ``standard``, the one that the workbook names in 基础信息, else the default. Of a workbook
    that is open already they are read once.

    Raises:
        UnusableFileError: missing, damaged, protected by a password, or no budget workbook.
    """
    book = Workbook.of(source)
    if standard is not None:
        return _read(Source(book), standard)
    return book.derived(read_book, lambda: _read(Source(book), None))


@without_collecting
def read_figures(source: Path | Workbook) -> Book:
    """What of a workbook can be added up: figures, forms, lists and 部门概况, without the texts around them.

    The lines of the ledger only where the tables follow from it.

    Raises:
        UnusableFileError: as for :func:`read_book`.
    """
    return _read(Source(Workbook.of(source)), None, figures=True)


def _read(source: Source, standard: Standard | None, *, figures: bool = False) -> Book:
    """The book; of one whose ``figures`` are wanted alone, texts and an unused ledger are not looked at."""
    info_sheet, profile_sheet = source.find(INFO_SHEET), source.find(PROFILE)
    if standard is None:
        standard = _named_standard(source, info_sheet)
    sheets = _table_sheets(source, standard)
    if not sheets:
        named = "”“".join(table.sheet for table in standard.tables[:3])
        raise UnusableFileError(
            f"“{source.workbook.path.name}”不是部门预算工作簿：应有工作表“{named}”等；请选对文件。"
        )
    if not info_sheet:
        _refuse_foreign(source, standard, sheets)
    dictionary = source.find(DICTIONARY)
    data = InfoData({}, {})
    if info_sheet:
        source.check([info_sheet])
        data = read_info(standard, source.lines(info_sheet))
    ledger_sheet = ""
    if standard.ledger is not None and not (figures and _by_hand(standard.ledger, data)):
        ledger_sheet = source.find(standard.ledger.sheet)
    wanted = [info_sheet, profile_sheet, dictionary, ledger_sheet, *sheets.values()]
    spoken = () if figures else filter(None, map(source.find, (NOTES, GLOSSARY)))
    # All that is read together: the reader of cells is opened anew for what was not checked before.
    source.workbook.check([*filter(None, wanted), *spoken])
    source.check(wanted)
    own: dict[str, tuple[Subject, ...]] = {}
    if dictionary and data.info.get("subject_lists", InfoValue("")).value == OWN_LISTS:
        own = own_subjects(standard, source.lines(dictionary))
        standard = with_subjects(standard, own)
    findings: list[Finding] = []
    year = _year(source, standard, data.info.get("year"), info_sheet, sheets, findings)
    plain, standard = standard, standard_for(standard, year, data.info)
    if standard.layers != plain.layers:
        # A table that a variant names otherwise may still stand on a sheet of the usual name.
        found = _table_sheets(source, standard)
        keys = [table.key for table in standard.tables]
        sheets = {key: name for key in keys if (name := found.get(key) or sheets.get(key, ""))}
        source.check(sheets.values())
        if info_sheet:
            data = read_info(standard, source.lines(info_sheet))
    # Before the forms are read: that writes merged cells out.
    printed = () if figures else tuple(read_printed(source, sheets.values()))
    blocks, forms, notes, noticed = _read_tables(source, standard, sheets, year)
    texts = [
        unit
        for title in (() if figures else (NOTES, GLOSSARY))
        if (name := source.find(title))
        for unit in read_texts(title, name, source.lines(name))
    ]
    ledger = Ledger()
    if standard.ledger is not None and ledger_sheet:
        unit = data.info.get(standard.ledger.unit_field, InfoValue("")).value
        ledger = _read_ledger(source, standard, ledger_sheet, str(unit or ""), sheets)
    others = {INFO: info_sheet, "profile": profile_sheet}
    book = Book(
        name=source.workbook.path.name,
        standard=standard.id,
        year=year,
        info=data.info,
        blocks=blocks,
        forms=forms,
        keyed=data.keyed,
        profile=read_profile(source.lines(profile_sheet)) if profile_sheet else Profile(),
        notes=notes,
        sheets={**{key: name for key, name in others.items() if name}, **sheets},
        findings=standard.coded(findings + noticed),
        subjects=own,
        texts=tuple(with_staleness(source, texts)),
        keepsakes=read_keepsakes(source.lines(MEMORY))
        if MEMORY in source.names and not figures
        else (),
        printed=printed,
        ledger=ledger,
    )
    return book._replace(
        as_text=stored_as_text(standard, book, source.lines),
        dated=dated_titles(
            standard, year, {key: (name, source.lines(name)) for key, name in sheets.items()}
        ),
    )


def _by_hand(ledger: LedgerStandard, data: InfoData) -> bool:
    """Whether 基础信息 says that the tables do not follow from the ledger."""
    return data.info.get(ledger.switch_field, InfoValue("")).value != ledger.from_ledger


def _read_ledger(
    source: Source, standard: Standard, sheet: str, unit_text: str, tables: Mapping[str, str]
) -> Ledger:
    """The lines of the ledger, and what else of its sheet is to be known where it has any."""
    unit, lines = ledger_unit(standard, unit_text), source.lines(sheet)
    ledger = read_ledger(standard, sheet, lines, unit)
    if not ledger.lines:
        return ledger
    from xlbudget.reading.ledger_sheet import ledger_sheet  # noqa: PLC0415  # most have no ledger

    known = {plain_name(name) for name in (*OTHER_SHEETS, *tables.values(), sheet, MEMORY)}
    others = tuple(
        name
        for name in source.names
        if plain_name(name) not in known
        and read_ledger(standard, name, source.lines(name), unit).lines
    )
    read = next(
        (line.amount.unit for line in ledger.lines if isinstance(line.amount, Amount)), unit
    )
    return ledger._replace(beside=ledger_sheet(standard, ledger, lines, read, others))


def _read_tables(
    source: Source, standard: Standard, sheets: dict[str, str], year: int
) -> tuple[dict[str, BlockData], tuple[FormData, ...], dict[str, tuple[str, ...]], list[Finding]]:
    """The blocks, forms, notes by table and findings of all tables' sheets.

    Classes that no list has are known by what the tables themselves print.
    """
    read = _read_each(source, standard, standard, sheets, year)
    wider = with_printed_classes(standard, year, read[0])
    return read if wider is standard else _read_each(source, standard, wider, sheets, year)


def _read_each(
    source: Source, standard: Standard, knowing: Standard, sheets: dict[str, str], year: int
) -> tuple[dict[str, BlockData], tuple[FormData, ...], dict[str, tuple[str, ...]], list[Finding]]:
    blocks: dict[str, BlockData] = {}
    forms: tuple[FormData, ...] = ()
    notes: dict[str, tuple[str, ...]] = {}
    findings: list[Finding] = []
    for table in standard.tables:
        name = sheets.get(table.key)
        if name is None:
            continue
        sheet = Sheet(name, source.filled_lines(name) if is_form(table) else source.lines(name))
        if is_form(table):
            forms_data = read_forms(table, sheet)
            blocks[table.blocks[0].key] = forms_data.block
            forms += forms_data.forms
            texts, noticed = forms_data.notes, forms_data.findings
        else:
            body = read_table(knowing, table, sheet, year)
            # Texts of formulas whose values the file does not hold.
            if lacks_texts(body) and compute_texts(source, standard, name):
                body = read_table(knowing, table, Sheet(name, source.lines(name)), year)
            blocks |= body.blocks
            texts, noticed = body.notes, body.findings
        if texts:
            notes[table.key] = texts
        findings += noticed
    return blocks, forms, notes, findings


def _named_standard(source: Source, info_sheet: str) -> Standard:
    named = standard_of(source.lines(info_sheet)) if info_sheet else None
    identity = named.value if named is not None and isinstance(named.value, str) else ""
    place = (
        f"工作簿“{source.workbook.path.name}”{info_sheet}{named.cell if named is not None else ''}"
    )
    try:
        standard = load_standard() if chosen() else load_standard(identity)
    except StandardError as error:
        known = not identity or chosen() or identity in standard_ids()
        more = "" if known else "没有这个标准的文件夹时，请向发来工作簿的单位索取。"
        raise UnusableFileError(f"{place}的适用标准不能用：{error}{more}") from error
    if identity and identity != standard.id:
        way = f" {identity}" if identity in standard_ids() else "写明它的文件夹"
        raise UnusableFileError(
            f"{place}的适用标准是“{identity}”，不是指定的“{standard.id}”；请换用 --standard{way}，或不写 --standard。"
        )
    return standard


def _table_sheets(source: Source, standard: Standard) -> dict[str, str]:
    """Table key -> sheet: by name, else by the title in its first lines."""
    found = {
        table.key: source.find(table.sheet, *table.spelled.titles) for table in standard.tables
    }
    taken = {name for name in found.values() if name}
    missing = {
        plain_name(title): table
        for table in standard.tables
        if not found[table.key]
        for title in table.spelled.titles
    }
    if missing:
        for name in source.names:
            if name not in taken and plain_name(name) not in OTHER_SHEETS:
                table = _titled(source.lines(name), missing)
                if table is not None and not found[table.key]:
                    found[table.key] = name
    return {key: name for key, name in found.items() if name}


def _refuse_foreign(source: Source, standard: Standard, sheets: Mapping[str, str]) -> None:
    """Refuse a workbook most of whose sheets hold other tables, though some have names of the standard's.

    Raises:
        UnusableFileError: it is another kind of workbook; the sentence names some of its sheets.
    """
    own = set()
    source.check(sheets.values())
    for table in standard.tables:
        if (name := sheets.get(table.key)) is not None:
            headings = (
                None if is_form(table) else own_headings(table, whole_lines(source.lines(name)))
            )
            wanted = sum(len(block.columns) for block in table.blocks)
            if is_form(table) or (headings is not None and 2 * len(headings.columns) > wanted):
                own.add(name)
    others = [
        name for name in source.names if name not in own and plain_name(name) not in OTHER_SHEETS
    ]
    if 2 * len(own) < len(standard.tables) and len(others) > len(own):
        shown = "”“".join(others[:_SHOWN])
        more = "等" if len(others) > _SHOWN else ""
        raise UnusableFileError(
            f"“{source.workbook.path.name}”不是部门预算工作簿：没有“{INFO_SHEET}”，"
            f"多数工作表（“{shown}”{more}）不是“{standard.name}”的表；请选对文件。"
        )


def _titled(lines: Lines, titles: dict[str, Table]) -> Table | None:
    """The table whose title stands in the first lines; none where there are several (目录)."""
    cells = (cell for line in lines[:_TITLE_LINES] for cell in line if isinstance(cell, str))
    seen = {
        titles[known].key: titles[known]
        for plain in map(plain_name, cells)
        if (known := known_as(plain, titles)) is not None
    }
    return next(iter(seen.values())) if len(seen) == 1 else None


def _year(
    source: Source,
    standard: Standard,
    stated: InfoValue | None,
    info_sheet: str,
    sheets: dict[str, str],
    findings: list[Finding],
) -> int:
    text = stated.value if stated is not None and isinstance(stated.value, str) else ""
    year = year_of(text)
    if year:
        return year
    seen = heading_year([source.lines(name) for name in sheets.values()])
    year = seen or standard.first
    if seen and not info_sheet:
        return year  # that the whole sheet is missing is told as itself
    origin = f"表头写明的{year}年" if seen else f"{year}年"
    message = f"基础信息“预算年度”未填或不是年度，暂按{origin}处理；请填写预算年度。"
    cell = stated.cell if stated is not None else ""
    findings.append(
        Finding(_YEAR_CHECK, Level.WARNING, message, INFO_SHEET, info_sheet or INFO_SHEET, cell)
    )
    return year
