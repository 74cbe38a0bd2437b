"""What no table asks of a ledger's lines, but 基础信息 says in sums: which of them are procured, and how."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from xlbudget.checks.ledger.candidates import bounds
from xlbudget.money import YUAN, Amount
from xlbudget.rules.posting import post, printed
from xlbudget.standard.ledger import selects

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from xlbudget.figures import Book, LedgerLine
    from xlbudget.standard.ledger import LedgerStandard
    from xlbudget.standard.model import Standard


def labelled(
    standard: Standard, book: Book, lines: Sequence[LedgerLine], told: Collection[str] = ()
) -> tuple[list[LedgerLine], list[str]]:
    """The lines with those texts, some of them divided; and the fields of 基础信息 that they still do not say.

    ``told`` are the columns that a table asks for: their texts are the lines' own.
    An amount is taken from one line that has it, else from two, else from a part of the largest line.
    """
    ledger = standard.ledger
    assert ledger is not None
    made = list(lines)
    for (column, value), fen in _asked(ledger, book).items():
        if fen > 0 and column not in told:
            _label(ledger, made, column, value, fen)
    sums = post(standard, made).info
    wrong = [
        field
        for field in ledger.info
        if isinstance(amount := book.number(field), Amount)
        and (printed(sums.get(field), amount.unit) or Amount(0, amount.unit)) != amount
    ]
    return made, wrong


def _asked(ledger: LedgerStandard, book: Book) -> dict[tuple[str, str], int]:
    """What each text of such a column comes to, in 分: as printed, or nearly so that their total is printed too."""
    fens: dict[tuple[str, str], int] = {}
    room: dict[tuple[str, str], tuple[int, int]] = {}
    sums: list[tuple[list[tuple[str, str]], Amount]] = []
    for field, selection in ledger.info.items():
        amount = book.number(field)
        if not isinstance(amount, Amount) or len(selection) != 1:
            continue
        (column, values), *_ = selection.items()
        if column in ledger.kinds:
            continue
        if len(values) == 1:
            fens[column, values[0]] = amount.fen
            room[column, values[0]] = bounds(amount)
        else:
            sums.append(([(column, value) for value in values], amount))
    for parts, amount in sums:
        low, high = bounds(amount)
        for part in parts:
            total = sum(fens.get(one, 0) for one in parts)
            if part in fens and not low <= total <= high:
                wanted = fens[part] + (low if total < low else high) - total
                fens[part] = max(room[part][0], min(room[part][1], wanted))
    return fens


def _label(
    ledger: LedgerStandard, lines: list[LedgerLine], column: str, value: str, fen: int
) -> None:
    absent = ledger.column(column).absent or {}
    free = [
        at
        for at, line in enumerate(lines)
        if isinstance(line.amount, Amount)
        and line.amount.fen > 0
        and not line.texts.get(column)
        and not (absent and selects(ledger, absent, line.texts))
    ]
    fens = {at: _fen(lines[at]) for at in free}
    chosen = _exact(fens, fen)
    if not chosen:
        largest = sorted(free, key=lambda at: -fens[at])
        left = fen
        for at in largest:
            part = min(left, fens[at])
            if part < fens[at]:
                rest = Amount(fens[at] - part, YUAN)
                lines.append(lines[at]._replace(amount=rest))
                lines[at] = lines[at]._replace(amount=Amount(part, YUAN))
            chosen = (*chosen, at)
            left -= part
            if not left:
                break
        if left:
            return
    for at in chosen:
        lines[at] = lines[at]._replace(texts={**lines[at].texts, column: value})


def _fen(line: LedgerLine) -> int:
    assert isinstance(line.amount, Amount)
    return line.amount.fen


def _exact(fens: dict[int, int], fen: int) -> tuple[int, ...]:
    """One line, or two, that have just that amount; none if there are no such."""
    for count in (1, 2):
        for chosen in combinations(fens, count):
            if sum(map(fens.__getitem__, chosen)) == fen:
                return chosen
    return ()
