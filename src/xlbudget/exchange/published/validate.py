"""Validate a published document: its tables, its text, its contents, and what was lost on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.checks.validate import judge
from xlbudget.exchange.published.contents import (
    contents_findings,
    unit_findings,
    year_findings,
)
from xlbudget.exchange.published.document import read_document
from xlbudget.exchange.published.kind import standard_of_document
from xlbudget.exchange.published.source import read_source
from xlbudget.exchange.published.told import told_info
from xlbudget.figures import UNFILLED, InfoValue, Unreadable
from xlbudget.findings import Level, Status
from xlbudget.money import COUNT, Amount, parse_amount
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import INFO, Grid
from xlbudget.texts.whole import corrected_book, validate_whole
from xlbudget.workbook.layout import is_form
from xlbudget.xlsx.references import column_number

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.findings import Finding, Report
    from xlbudget.standard.model import Standard

__all__ = ["validate_published"]

_CELL = re.compile(r"([A-Z]{1,3})(\d{1,5})")
_REQUIRED = "required_info"
"""The check that asks for fields of 基础信息, which a document does not have."""


def validate_published(
    path: Path, standard: Standard | None = None, year: int | None = None
) -> Report:
    """Read and validate a published document; the standard is told from its tables if not given.

    Places are the document's own: 第3行第14列 of a table, 第712行, 第31页, 第160段 of a text.

    Raises:
        UnusableFileError: it cannot be read, is of another standard, or of another year.
    """
    source = read_source(path)
    standard = standard or standard_of_document(path, source.pieces)
    document = read_document(path, source, standard, year)
    book = _with_settings(standard, document.imported.book)
    report = validate_whole(standard, book)
    if report.status is Status.ERROR and (retold := _retold(standard, book)) is not None:
        report = validate_whole(standard, retold)
    found = [
        *report.findings,
        *contents_findings(standard, document.parts),
        *year_findings(standard, document.parts, book.year),
        *unit_findings(standard, document.parts),
    ]
    asked = {rule.code for rule in standard.rules if rule.check == _REQUIRED}
    findings = [_placed(standard, one) for one in found if one.code not in asked]
    levels = list(Level)
    findings.sort(key=lambda one: levels.index(one.level))
    wrong = any(one.level is Level.ERROR for one in findings)
    return report._replace(
        status=Status.ERROR if wrong else report.status, findings=tuple(findings)
    )


def _retold(standard: Standard, book: Book) -> Book | None:
    """The book whose text is read against the tables as they should be; None where that changes nothing.

    Last year's figure often stands in no table, but follows from this year's and the change that the text
    prints. Taken from a wrong cell of this year it would stand against every right sentence about it.
    """
    told = {key: one for key, one in book.info.items() if one.said}
    if not told:
        return None
    unknown = {key: one._replace(value=Unreadable("未载明")) for key, one in told.items()}
    judged = judge(standard, book._replace(info={**book.info, **unknown}))
    if not judged.corrected:
        return None
    rest = {key: one for key, one in book.info.items() if key not in told}
    right = corrected_book(book, judged.corrected)._replace(info=rest)
    return book._replace(info={**told, **rest, **told_info(standard, right, book.texts)})


def _with_settings(standard: Standard, book: Book) -> Book:
    """The settings as a new workbook has them, which no document states."""
    info = {
        field.key: InfoValue(parse_amount(field.default, COUNT))
        for field in standard.fields.values()
        if field.kind == "count" and field.default
    }
    return _with_unstated(standard, book._replace(info={**info, **book.info}))


def _with_unstated(standard: Standard, book: Book) -> Book:
    """What a total of 基础信息 is made of is not known where the document states the total alone.

    In a workbook such a blank is nought; a text that leaves the division out says nothing of it,
    so there is nothing to compare the total with.
    """
    grid = Grid(standard, book)
    unstated: dict[str, None] = {}
    for relation in expand(grid).relations:
        numbers = [number for _, number in relation.terms]
        if relation.left != 1 or any(grid.block_of(one) != INFO for one in numbers):
            continue
        whole, *parts = (grid.spot(one).row.key for one in numbers)
        amounts = [one.fen for key in parts if isinstance(one := book.number(key), Amount)]
        total = book.number(whole)
        if isinstance(total, Amount) and total.fen and not any(amounts):
            unstated |= dict.fromkeys(one for one in parts if one not in book.info)
    if not unstated:
        return book
    names = "、".join(f"“{standard.fields[one].label}”" for one in unstated)
    info = {one: InfoValue(UNFILLED) for one in unstated}
    said = f"公开文本没有写明{names}，有关勾稽关系未核对。"
    return book._replace(info={**book.info, **info}, unfilled={**book.unfilled, INFO: said})


def _placed(standard: Standard, finding: Finding) -> Finding:
    """The place in the document's words."""
    titles = {table.title: table for table in standard.tables}
    cell, match = finding.cell, _CELL.fullmatch(finding.cell)
    if finding.sheet in titles and match is not None:
        # The form's title is put above its lines when they are read.
        above = 1 if is_form(titles[finding.sheet]) else 0
        cell = f"第{int(match[2]) - above}行第{column_number(match[1])}列"
    named = re.compile(f"({'|'.join(map(re.escape, titles))}){_CELL.pattern}")
    basis = tuple(named.sub(_named, one) for one in finding.basis)
    message = finding.message.replace("工作表“", "表“")
    return finding._replace(cell=cell, basis=basis, message=message)


def _named(match: re.Match[str]) -> str:
    return f"{match[1]}第{match[3]}行第{column_number(match[2])}列"
