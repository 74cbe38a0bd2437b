"""Shares, changes, balances and 万元: what is rounded is rounded half up, by ``money`` alone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.checks.diagnosis.intervals import interval
from xlbudget.functions.amounts import amount_reader, decimal_of
from xlbudget.functions.cells import DIV0, NUM, Failure
from xlbudget.money import STANDARD_PLACES, WAN, YUAN, Amount, Unit, round_div
from xlbudget.money import share as share_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.functions.cells import Result

__all__ = ["balance", "change", "share", "wan"]

_RATE = 10_000
"""Rates have four decimals: 0.8450 is 84.50%."""


def balance(total: object, parts: Sequence[object], unit: Unit) -> Result:
    """What ``total`` has more than the sum of ``parts``; 0 where rounding explains it.

    Rounding explains what is within half of the last printed decimal of each figure: never
    anything in 元, (n + 1) x 0.005 for n parts in 万元 with two decimals. The difference is in
    ``unit``. Blanks count as nothing; where all is blank, the result is "".
    """
    read = amount_reader(unit)
    amounts: list[tuple[int, Amount]] = []
    for sign, value in ((1, total), *((-1, part) for part in parts)):
        cell = read(value)
        if isinstance(cell, Failure):
            return cell
        if cell is not None:
            amounts.append((sign, cell))
    if not amounts:
        return ""
    low = high = off = 0
    for sign, amount in amounts:
        off += sign * amount.fen
        ends = interval(amount)
        low += ends[0] if sign > 0 else -ends[1]
        high += ends[1] if sign > 0 else -ends[0]
    return decimal_of(0 if low <= 0 <= high else off, unit, min(STANDARD_PLACES, unit.max_places))


def share(parts: Sequence[object], whole: object) -> list[Result]:
    """The share of each part in ``whole``: 0.8450 for 84.50%.

    Each is rounded by itself, so that together they need not make up 1. A blank part gives "",
    a whole that is blank or nought #DIV/0! (or "" for a blank part).
    """
    read = amount_reader()
    of = read(whole)
    if isinstance(of, Failure):
        return [of] * len(parts)
    cells = [read(part) for part in parts]
    result: list[Result] = []
    for cell in cells:
        if isinstance(cell, Failure):
            result.append(cell)
        elif cell is None:
            result.append("")
        elif of is None or not of.fen:
            result.append(Failure(DIV0, "总额为空或为零，算不出占比。"))
        else:
            result.append(Decimal(share_of(cell.fen, of.fen)).scaleb(-4))
    return result


def change(now: object, before: object) -> Result:
    """The change on last year as a rate: 0.0524 for 5.24% more, -0.0524 for less.

    A blank ``now`` counts as nothing; both blank: "". On a base that is blank or nought there is
    no rate (#DIV/0!), nor on a negative one (#NUM!).
    """
    read = amount_reader()
    new, old = read(now), read(before)
    for cell in (new, old):
        if isinstance(cell, Failure):
            return cell
    assert not isinstance(new, Failure)
    assert not isinstance(old, Failure)
    if new is None and old is None:
        return ""
    base = old.fen if old else 0
    if not base:
        return Failure(DIV0, "上年数为空或为零，没有增减百分比。")
    if base < 0:
        return Failure(NUM, "上年数是负数，没有增减百分比。")
    return Decimal(round_div(((new.fen if new else 0) - base) * _RATE, base)).scaleb(-4)


def wan(yuan: object) -> Result:
    """An amount of 元 in 万元, rounded half up to two decimals; a blank gives ""."""
    cell = amount_reader(YUAN)(yuan)
    if isinstance(cell, Amount):
        return cell.rounded(WAN).decimal
    return "" if cell is None else cell
