"""The units' ledgers joined, and the tables that they print: exact, with the rounding of official tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.consolidating.figures import ROUNDED, Share, fens_of
from xlbudget.figures import InfoValue, Ledger
from xlbudget.limits import MOST_JOINED_LINES
from xlbudget.money import YUAN, Amount
from xlbudget.rules.posting import (
    fill_from_ledger,
    follows_from_ledger,
    posted_book,
    posted_cells,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.consolidating.figures import Summed, UnitBook
    from xlbudget.figures import Book, LedgerLine
    from xlbudget.standard.model import Standard


def all_from_ledgers(standard: Standard, units: Sequence[UnitBook]) -> bool:
    """Whether the tables of every unit follow from its ledger."""
    return all(follows_from_ledger(standard, unit.book) for unit in units)


def joined_lines(units: Sequence[UnitBook]) -> list[LedgerLine]:
    """The lines of all ledgers, unit by unit, in 元."""
    return [
        line._replace(amount=Amount(line.amount.fen, YUAN), line=0)
        if isinstance(line.amount, Amount)
        else line._replace(line=0)
        for unit in units
        for line in unit.book.ledger.lines
    ]


def from_ledger(standard: Standard, summed: Summed, lines: Sequence[LedgerLine]) -> Summed:
    """The sum with the tables that joined lines print; what rounding makes of a figure is a share of its own."""
    ledger = standard.ledger
    assert ledger is not None
    chosen = {
        ledger.switch_field: InfoValue(ledger.from_ledger),
        ledger.unit_field: InfoValue(YUAN.name),
    }
    book = summed.book._replace(
        info={**summed.book.info, **chosen}, ledger=Ledger(tuple(lines), sheet=ledger.sheet)
    )
    book = printed_by(standard, book)
    shares = {figure: list(own) for figure, own in summed.shares.items()}
    fens = fens_of(standard, book)
    for figure in dict.fromkeys([*shares, *fens]):
        own = shares.setdefault(figure, [])
        if rest := fens.get(figure, 0) - sum(share.fen for share in own):
            own.append(Share(ROUNDED, rest))
    remarks = summed.remarks
    if len(lines) > MOST_JOINED_LINES:
        said = f"各单位的底稿共{len(lines)}行，超过{MOST_JOINED_LINES}行，没有并入工作簿"
        remarks += (f"{said}；各表的数仍由底稿合并得出。",)
    book = without_large_ledger(standard, book)
    return summed._replace(book=book, shares=shares, remarks=remarks, exact=True)


def without_large_ledger(standard: Standard, book: Book) -> Book:
    """The book with its tables as they stand, where its ledger has more lines than a sheet of formulas bears."""
    ledger = standard.ledger
    assert ledger is not None
    if len(book.ledger.lines) <= MOST_JOINED_LINES:
        return book
    by_hand = {ledger.switch_field: InfoValue(ledger.by_hand)}
    return book._replace(info={**book.info, **by_hand}, ledger=Ledger(sheet=ledger.sheet))


def printed_by(standard: Standard, book: Book) -> Book:
    """The book with everything that its ledger prints, whatever stood there."""
    follows = {*posted_cells(standard, posted_book(standard, book)), *posted_cells(standard, book)}
    return fill_from_ledger(standard, book, follows).book
