"""The lines of the ledger from the values of its sheet, or of a file in its columns.

Columns are found by their headings, wherever they stand; what is on other columns (names of codes,
states) follows from these and is not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.characters import squash
from xlbudget.figures import Ledger, LedgerLine
from xlbudget.money import UNITS
from xlbudget.sheets.cells import cell_reader, text_of
from xlbudget.xlsx.references import column_letter

if TYPE_CHECKING:
    from xlbudget.money import Unit
    from xlbudget.standard.ledger import LedgerStandard
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.cells import Lines

_HEADING_LINES = 12
"""The headings stand among the first lines of a sheet."""


def ledger_unit(standard: Standard, text: str) -> Unit:
    """The unit of a ledger's amounts, from what 基础信息 says of it."""
    assert standard.ledger is not None
    return UNITS.get(text, UNITS[standard.ledger.unit])


def read_ledger(standard: Standard, sheet: str, lines: Lines, unit: Unit) -> Ledger:
    """The ledger on a sheet; an empty one where there are no headings.

    Lines without anything typed are skipped. Amounts are in ``unit``, if the heading names none.
    """
    ledger = standard.ledger
    assert ledger is not None
    heading, columns = _headings(ledger, lines)
    if not columns:
        return Ledger(sheet=sheet)
    amount = ledger.amount.key
    named = [name for name in UNITS if name in _bracketed(lines[heading][columns[amount]])]
    read = cell_reader(UNITS[max(named, key=len)] if named else unit)
    found: list[LedgerLine] = []
    for number, line in enumerate(lines[heading + 1 :], heading + 2):
        values = {key: line[at] if at < len(line) else "" for key, at in columns.items()}
        texts = {
            key: text for key, value in values.items() if key != amount and (text := text_of(value))
        }
        cell = read(values[amount])
        if texts or cell is not None:
            found.append(LedgerLine(texts, cell, number))
    letters = {key: column_letter(at) for key, at in columns.items()}
    return Ledger(tuple(found), letters, sheet)


def _headings(ledger: LedgerStandard, lines: Lines) -> tuple[int, dict[str, int]]:
    """The line (from 0) of the headings and the columns (from 0) by key; none where there is no such line."""
    labels = {squash(column.label): column.key for column in ledger.columns}
    for number, line in enumerate(lines[:_HEADING_LINES]):
        columns: dict[str, int] = {}
        for at, value in enumerate(line):
            text = squash(text_of(value)) if isinstance(value, str) else ""
            key = labels.get(text) or labels.get(text.partition("(")[0].partition("（")[0])
            if key:
                columns.setdefault(key, at)
        if ledger.amount.key in columns and len(columns) * 2 > len(ledger.columns):
            return number, columns
    return 0, {}


def _bracketed(value: object) -> str:
    """What stands in brackets behind a heading: its unit."""
    return squash(text_of(value)).replace("（", "(").partition("(")[2]
