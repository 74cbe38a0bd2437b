"""Which columns of a detail export hold the amounts of lines, and which hold their sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.importing.ledger.vocabulary import Money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.importing.ledger.headings import ExportColumn
    from xlbudget.standard.ledger import LedgerStandard


class MoneyColumns(NamedTuple):
    """The columns of amounts; of ``sums`` each with the columns that it adds up.

    ``rivals`` are several columns of which any might be the amount: somebody has to choose.
    """

    amounts: tuple[ExportColumn, ...]
    sums: tuple[tuple[ExportColumn, tuple[ExportColumn, ...]], ...] = ()
    rivals: tuple[ExportColumn, ...] = ()


def money_columns(
    ledger: LedgerStandard, columns: Sequence[ExportColumn], chosen: str = ""
) -> MoneyColumns:
    """The columns of amounts; ``chosen`` is the heading of the one that somebody named."""
    pairs = [(column, column.money) for column in columns if column.money is not None]
    for column, _ in pairs:
        if column.heading == chosen:
            return MoneyColumns((column,))
    plain = [column for column, money in pairs if money == Money({})]
    parts = [(column, money) for column, money in pairs if not money.total and column not in plain]
    kinds = {tuple(sorted(money.fixed.items())) for _, money in parts if money.fixed}
    if plain and len(kinds) <= 1:  # “其中：…” of one kind beside the whole amount
        return (
            MoneyColumns(tuple(plain[:1]))
            if len(plain) == 1
            else MoneyColumns((), (), tuple(plain))
        )
    wide = [column for column, money in parts if not _adds_up(ledger, money, parts)]
    if not wide:
        whole = [column for column, money in pairs if money.total and not money.fixed]
        only = whole if len(whole) == 1 else []
        return MoneyColumns(tuple(only), (), () if only else tuple(column for column, _ in pairs))
    sums = tuple(
        (column, tuple(part for part in wide if _within(ledger, money, part.money)))
        for column, money in pairs
        if column not in wide
    )
    return MoneyColumns(tuple(wide), tuple((column, below) for column, below in sums if below))


def _adds_up(
    ledger: LedgerStandard, money: Money, parts: Sequence[tuple[ExportColumn, Money]]
) -> bool:
    """Whether a column holds what others hold in parts: 单位资金 beside 事业收入, 上年结转 beside its kinds.

    What names a kind of money is a sum of years only where all years stand beside it: alone it is this year's.
    """
    classified = {kind.of for kind in ledger.kinds.values()}
    for key in ledger.export.across:
        if key in money.fixed:
            continue
        values = {
            part.fixed[key]
            for _, part in parts
            if key in part.fixed
            and {**part.fixed, key: ""} == {**money.fixed, key: ""}
            and _within(ledger, money, part)
        }
        if values and (key in classified or values == set(ledger.column(key).choices)):
            return True
    return False


def _agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(other.get(key) == value for key, value in one.items())


def _within(ledger: LedgerStandard, money: Money, part: Money | None) -> bool:
    """Whether what a column of amounts holds is within what another names."""
    if part is None or not _agree(money.fixed, part.fixed):
        return False
    for name in money.classes:
        kind = next(kind for kind in ledger.kinds.values() if name in kind.classes.values())
        value = part.fixed.get(kind.of)
        if (kind.classes.get(value or "") != name) if value else name not in part.classes:
            return False
    return True
