"""Units summed up: from their books to the book of the whole, with where every figure comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.validate import validate
from xlbudget.consolidating.adding import (
    by_unit,
    in_columns,
    own_subjects,
    sum_standard,
    sum_units,
)
from xlbudget.consolidating.figures import fens_of
from xlbudget.consolidating.ledgers import (
    all_from_ledgers,
    from_ledger,
    joined_lines,
    printed_by,
    without_large_ledger,
)
from xlbudget.consolidating.sources import CODE, SOURCES, write_sources
from xlbudget.consolidating.transfers import (
    eliminated,
    eliminated_lines,
    match_transfers,
    with_eliminated,
)
from xlbudget.editing.build import FurtherSheet, build_workbook
from xlbudget.errors import UnusableFileError
from xlbudget.figures import BlockData, InfoValue, Ledger, Profile
from xlbudget.limits import MOST_SUMMED_ROWS
from xlbudget.sheets.layout import PROFILE, PROFILE_ROOM, is_form, place_book
from xlbudget.standard.loader import for_sum, with_subjects
from xlbudget.xlsx.atomic import replace_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlbudget.building.sheet import Sheet
    from xlbudget.consolidating.figures import Summed, UnitBook
    from xlbudget.consolidating.transfers import Matched
    from xlbudget.figures import Book, LedgerLine
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard


class Consolidated(NamedTuple):
    """The sum, the standard with room for it, the transfers between the units, whether they were taken out."""

    standard: Standard
    summed: Summed
    transfers: tuple[Matched, ...]
    eliminated: bool


def consolidate(
    units: Sequence[UnitBook], name: str = "", *, eliminate: bool = False, one_row: bool = False
) -> Consolidated:
    """The sum of units of one year and standard, called ``name``.

    Where all tables follow from ledgers these are joined, and the sum is exact; else printed amounts are added up.
    ``eliminate`` takes out what units gave each other. ``one_row``: every workbook is one row among the units.

    Raises:
        UnusableFileError: a table has more rows than a sheet may.
    """
    known = own_subjects(units, [])
    standard = with_subjects(sum_standard(units, name), known)
    units = [in_columns(standard, unit) for unit in units]
    if one_row:
        units = [by_unit(standard, unit) for unit in units]
    summed = sum_units(standard, units, name)
    exact = all_from_ledgers(standard, summed.units)
    summed = summed._replace(exact=exact)
    matched = match_transfers(standard, summed)
    taken = eliminate and any(flow.out for one in matched for flow in one.received)
    if exact:
        lines = joined_lines(summed.units)
        plain = from_ledger(standard, summed, lines)
        summed = plain
        if taken:
            summed = _without_lines(standard, plain, eliminated_lines(standard, lines, matched))
    elif taken:
        summed = eliminated(standard, summed, matched)
    summed = _fitting(standard, summed)
    return Consolidated(for_sum(standard, summed.book), summed, tuple(matched), eliminated=taken)


def _without_lines(standard: Standard, summed: Summed, lines: Sequence[LedgerLine]) -> Summed:
    """An exact sum whose tables follow from other lines."""
    assert standard.ledger is not None
    before = fens_of(standard, summed.book)
    chosen = {standard.ledger.switch_field: InfoValue(standard.ledger.from_ledger)}
    ledger = Ledger(tuple(lines), sheet=standard.ledger.sheet)
    book = summed.book._replace(info={**summed.book.info, **chosen}, ledger=ledger)
    book = without_large_ledger(standard, printed_by(standard, book))
    return with_eliminated(standard, summed._replace(book=book), before)


def _fitting(standard: Standard, summed: Summed) -> Summed:
    """The sum without what no sheet of ours holds.

    Raises:
        UnusableFileError: a table has more rows than a sheet may.
    """
    book, remarks = summed.book, list(summed.remarks)
    for table in standard.tables:
        for block in table.blocks:
            count = len(book.blocks[block.key].rows) if block.key in book.blocks else 0
            if is_form(table) and count > block.room:
                book = book.with_blocks({block.key: BlockData.of([])})._replace(forms=())
                remarks.append(
                    f"“{table.title}”共{count}份，工作表只能放下{block.room}份，没有汇总；请看各单位的工作簿。"
                )
            elif count > MOST_SUMMED_ROWS:
                raise UnusableFileError(
                    f"汇总后“{table.title}”有{count}行，工作表最多{MOST_SUMMED_ROWS}行；"
                    "请先按部门分别汇总，再把部门汇总起来（加 --one-row，每个工作簿只列一行）。"
                )
    if len(book.profile.units) > PROFILE_ROOM:
        remarks.append(
            f"预算单位共{len(book.profile.units)}个，“{PROFILE}”只能放下{PROFILE_ROOM}行，没有列出。"
        )
        book = book._replace(profile=Profile())
    shares = summed.shares
    if not book.forms:
        gone = {block.key for table in standard.tables if is_form(table) for block in table.blocks}
        shares = {figure: own for figure, own in shares.items() if figure.block not in gone}
    return summed._replace(book=book, shares=shares, remarks=tuple(remarks))


def judged(done: Consolidated) -> Report:
    """What the rules say of the sum, by its tables."""
    return validate(done.standard, place_book(done.standard, done.summed.book))


def write_workbook(done: Consolidated, target: Path) -> None:
    """Write the sum as a new workbook with the sheet of its sources: whole or not at all.

    Raises:
        UnusableFileError: it exists, or cannot be written.
    """

    def sources(sheet: Sheet, placed: Book) -> None:
        write_sources(sheet, done, placed)

    def write(path: Path) -> None:
        book = done.summed.book
        further = (FurtherSheet(SOURCES, CODE, sources),)
        build_workbook(done.standard, book, path, year=book.year, further=further)

    replace_atomically(target, write, by="consolidate", new=True)
