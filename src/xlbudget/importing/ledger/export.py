"""A file of detail lines, whatever platform exported it, as a book that holds the ledger alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.characters import plain_name, years_in
from xlbudget.errors import UnusableFileError
from xlbudget.figures import Ledger
from xlbudget.importing.imported import Imported, Question, blank_book
from xlbudget.importing.ledger.headings import find_headings
from xlbudget.importing.ledger.lines import ExportLines, too_small
from xlbudget.importing.ledger.vocabulary import YEAR, Vocabulary
from xlbudget.importing.tables.size import too_large
from xlbudget.money import UNITS, Amount
from xlbudget.sheets.cells import stated_units, text_of
from xlbudget.sheets.layout import INFO_SHEET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.importing.ledger.headings import Headings
    from xlbudget.money import Unit
    from xlbudget.sheets.cells import Sheet, TableFile
    from xlbudget.standard.ledger import LedgerStandard
    from xlbudget.standard.model import Standard

_YEAR_TEXT = r"[0-9]{4}"
LEDGER = "ledger"
"""Where the ledger comes from, among an import's origins."""
UNIT, SHEET = "金额单位", "工作表"
_MOST_TIMES = 20
"""A detail export with more lines than so many times a ledger's room is of many departments."""


def looks_like_lines(file: TableFile, standard: Standard) -> bool:
    """Whether an opened file, of which other readers might take something too, holds detail lines."""
    if standard.ledger is None or any(plain_name(one.name) == INFO_SHEET for one in file.sheets):
        return False  # the latter is a workbook of ours
    words = Vocabulary(standard.ledger)
    return any(find_headings(standard, words, sheet) for sheet in file.sheets if not sheet.hidden)


def read_lines(
    file: TableFile, standard: Standard, year: int | None, answers: Mapping[str, str]
) -> Imported:
    """The lines of a file as the ledger of a book without tables; ``year`` is the one they should be of.

    Raises:
        UnusableFileError: it has no headings of a detail export, more lines than a ledger has
            room for, is of another year, or an answer cannot be used.
    """
    ledger = standard.ledger
    assert ledger is not None
    words = Vocabulary(ledger)
    found = [
        (sheet, headings)
        for sheet in file.sheets
        if not sheet.hidden and (headings := find_headings(standard, words, sheet))
    ]
    if not found:
        labels = "、".join(column.label for column in ledger.columns if column.needed is not None)
        raise UnusableFileError(
            f"“{file.name}”里没有认出明细的标题行（“{labels}”等栏）；请保留标题行，规定的表请另存为 .xlsx 再导入。"
        )
    questions: list[Question] = []
    if len(found) > 1:
        names = tuple(sheet.name for sheet, _ in found)
        found = [one for one in found if one[0].name == answers.get(SHEET)] or found
        if len(found) > 1:
            questions.append(
                Question(SHEET, f"“{file.name}”有{len(names)}张明细表，导入哪一张？", names)
            )
    sheet, headings = found[0]
    year = _year(file, sheet, headings, year)
    export = ExportLines(standard, words, sheet, headings, year or standard.last, answers)
    if export.money.rivals:
        names = tuple(column.heading for column in export.money.rivals)
        several = "”“".join(names)
        questions.append(
            Question(
                ledger.amount.label,
                f"“{file.name}”里“{several}”哪一栏是预算金额？",
                names,
                lasting=names,
                needed=True,
            )
        )
    unit = _unit(ledger, sheet, headings, export, answers)
    if unit is None:
        units = tuple(UNITS)
        questions.append(
            Question(
                UNIT,
                f"“{file.name}”没有写明金额的单位，是元还是万元？",
                units,
                lasting=units,
                needed=True,
            )
        )
    blank = blank_book(standard, year or 0)._replace(name=file.name, blocks={}, info={})
    if questions:  # nothing can be read without these
        return Imported(blank, {}, questions=tuple(questions), layout=headings.layout)
    assert unit is not None
    held = len(sheet.lines) - headings.body
    if held > _MOST_TIMES * ledger.room:
        raise too_large(file.name, f"有{held}行")
    export.read(unit)
    if len(export.lines) > ledger.room:
        raise UnusableFileError(
            f"“{file.name}”有{len(export.lines)}行明细，{ledger.sheet}最多{ledger.room}行，没有导入；"
            "请把同一科目、项目的行合并，或按单位分成几个工作簿。"
        )
    if not export.lines:
        raise UnusableFileError(f"“{file.name}”的标题行下面没有明细；请核对导出的内容。")
    left = [*file.said, *export.left]
    left += [
        f"工作表“{other.name}”没有导入：底稿一次取自一张表。"
        for other in file.sheets
        if other is not sheet and any(text_of(cell) for line in other.lines for cell in line)
    ]
    amounts = [line.amount for line in export.lines if isinstance(line.amount, Amount)]
    if any(amount.unit.name == ledger.unit for amount in amounts) and too_small(
        export.lines, ledger.export.small
    ):
        left.append(
            f"全部金额都不到{ledger.export.small}元，也许是把万元当成了元；请核对导出的单位。"
        )
    book = blank._replace(ledger=Ledger(export.lines))
    where = f"“{file.name}”" + (f"的工作表“{sheet.name}”" if len(file.sheets) > 1 else "")
    return Imported(
        book,
        {LEDGER: where},
        (),
        tuple(left),
        tuple(export.questions.values()),
        export.unsettled,
        headings.layout,
    )


def _unit(
    ledger: LedgerStandard,
    sheet: Sheet,
    headings: Headings,
    export: ExportLines,
    answers: Mapping[str, str],
) -> Unit | None:
    """The unit of amounts whose heading names none: from the lines above, else as it was answered."""
    if all(column.unit for column in export.money.amounts) and export.money.amounts:
        return UNITS[ledger.unit]
    labels = {column.heading for column in headings.columns}
    if labels >= {column.label for column in ledger.columns if column.needed is not None}:
        return UNITS[ledger.unit]  # our own file
    above = [text_of(cell) for line in sheet.lines[: headings.body] for cell in line if cell]
    stated = stated_units(above)
    return stated.pop() if len(stated) == 1 else UNITS.get(answers.get(UNIT, ""))


def _year(file: TableFile, sheet: Sheet, headings: Headings, year: int | None) -> int | None:
    """The year of the lines, from their column or the title; None where nothing names it.

    Raises:
        UnusableFileError: it is not the one that they should be of.
    """
    places = [one.at for one in headings.columns if one.meaning and one.meaning.key == YEAR]
    cells = {
        text_of(line[at]).removesuffix("年度").removesuffix("年")
        for line in sheet.lines[headings.body :]
        for at in places
    }
    named = {int(text) for text in cells if re.fullmatch(_YEAR_TEXT, text)}
    if not named:
        above = " ".join(text_of(cell) for line in sheet.lines[: headings.first] for cell in line)
        named = set(years_in(above))
    if year and named and year not in named:
        said = "、".join(map(str, sorted(named)))
        raise UnusableFileError(
            f"“{file.name}”是{said}年度的明细，应为{year}年度，没有导入；请选对文件。"
        )
    return year or (named.pop() if len(named) == 1 else None)
