"""What stands on the sheet of a ledger beside its lines: the control total, and what formulas take otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.characters import code_text
from xlbudget.figures import LedgerSheet, Unreadable
from xlbudget.money import Amount
from xlbudget.sheets.cells import cell_reader, text_of, value_at
from xlbudget.sheets.ledger import CONTROL_ROW, FEN, LEDGER_HEADING, ledger_layout
from xlbudget.xlsx.references import column_letter, column_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.figures import Ledger
    from xlbudget.money import Unit
    from xlbudget.standard.ledger import LedgerColumn
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.cells import Lines

_MOST_STRAYS = 5


def ledger_sheet(
    standard: Standard, ledger: Ledger, lines: Lines, unit: Unit, others: tuple[str, ...]
) -> LedgerSheet:
    """What is to be known of the sheet of a ledger that has lines; ``unit`` is that of its amounts.

    ``others`` are further sheets that look like a ledger.
    """
    assert standard.ledger is not None
    layout = ledger_layout(standard)
    amount = standard.ledger.amount.key
    in_place = ledger.letters.get(amount) == layout.spots[amount].letter
    control = None
    if in_place:
        held = value_at(lines, CONTROL_ROW, column_number(ledger.letters[amount]))
        control = cell_reader(unit)(held)
    uncounted = []
    if in_place:
        hidden = column_number(layout.spots[FEN].letter)
        uncounted = [
            line.line
            for line in ledger.lines
            if isinstance(line.amount, Amount)
            and line.line <= layout.last
            and not isinstance(_typed(ledger, lines, line.line, amount), str)
            and value_at(lines, line.line, hidden) in ("", None)
        ]
    return LedgerSheet(
        control=None if isinstance(control, Unreadable) else control,
        raw=dict(_raw(standard, ledger, lines)),
        finer=tuple(_finer(standard, ledger, lines, unit)),
        uncounted=tuple(uncounted),
        below=tuple(line.line for line in ledger.lines if line.line > layout.last),
        strays=tuple(_strays(lines, len(layout.spots))) if in_place else (),
        others=others,
    )


def _typed(ledger: Ledger, lines: Lines, line: int, key: str) -> object:
    return value_at(lines, line, column_number(ledger.letters[key]))


def _raw(standard: Standard, ledger: Ledger, lines: Lines) -> Iterator[tuple[str, str]]:
    assert standard.ledger is not None
    for line in ledger.lines:
        for key, letter in ledger.letters.items():
            value = _typed(ledger, lines, line.line, key)
            if isinstance(value, str) and not _plain(standard.ledger.column(key), value):
                yield f"{letter}{line.line}", value


def _plain(column: LedgerColumn, value: str) -> bool:
    """Whether formulas take a text for what was read."""
    if column.kind == "amount":
        return not value.strip()
    if column.kind == "text":
        return True
    return value == (code_text(value) if column.kind == "code" else value.strip())


def _finer(standard: Standard, ledger: Ledger, lines: Lines, unit: Unit) -> Iterator[str]:
    """The cells with an amount that is no whole 分."""
    assert standard.ledger is not None
    key = standard.ledger.amount.key
    for line in ledger.lines:
        value = _typed(ledger, lines, line.line, key)
        if isinstance(value, float) and Decimal(format(value, ".15g")) * unit.fen % 1:
            yield f"{ledger.letters[key]}{line.line}"


def _strays(lines: Lines, width: int) -> Iterator[str]:
    """Cells on the right of all columns from the headings on."""
    count = 0
    for number, line in enumerate(lines[LEDGER_HEADING - 1 :], LEDGER_HEADING):
        for at in range(width, len(line)):
            if text_of(line[at]) and count < _MOST_STRAYS:
                count += 1
                yield f"{column_letter(at)}{number}"
