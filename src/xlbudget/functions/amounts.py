"""Values of cells as exact amounts; what is no amount becomes an error value, never zero."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.errors import AmountError
from xlbudget.figures import Unreadable
from xlbudget.functions.cells import NUM, VALUE, Failure, error_in, is_blank
from xlbudget.money import Amount, Unit, from_number
from xlbudget.workbook.read_cells import cell_reader

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PLAIN", "amount_reader", "decimal_of"]

PLAIN = Unit("", 1_000_000, 6)
"""A number whose unit nobody told: 元 or 万元 alike are kept exactly, down to six decimals."""

_MOST = 10**15
"""Beyond so many, Excel's own numbers are no longer exact."""
_LONGEST = 64
_TOO_MUCH = Failure(NUM, "数字太大，不能精确计算。")
_UNIT_SIGNS = frozenset("元万亿")


def amount_reader(unit: Unit = PLAIN) -> Callable[[object], Amount | Failure | None]:
    """A function from a cell's value to its amount, None for a blank, or why it is none.

    Numbers, and texts with separators (``5,251.36``, ``￥1.00``, ``(3.20)``), are in ``unit``. Texts
    that name a unit (``12万元``) are converted, but refused where ``unit`` is unknown (PLAIN).
    """
    known = cell_reader(unit)

    def read(value: object) -> Amount | Failure | None:
        if is_blank(value):
            return None
        if isinstance(value, str):
            wrong = error_in(value) or _unsuitable(value, unit)
            if wrong is not None:
                return wrong
        elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            if not -_MOST < value < _MOST:
                return _TOO_MUCH
            if isinstance(value, Decimal):
                return _of_decimal(value, unit)
        found = known(value)
        if isinstance(found, Unreadable):
            return Failure(VALUE, f"“{found.raw}”不是金额。")
        if found is not None and abs(found.fen) >= _MOST * unit.fen:
            return _TOO_MUCH
        return found

    return read


def _unsuitable(text: str, unit: Unit) -> Failure | None:
    if len(text) > _LONGEST:
        return Failure(VALUE, f"“{text[:20]}……”不是金额。")
    if unit is PLAIN and _UNIT_SIGNS.intersection(text):
        return Failure(VALUE, f"“{text.strip()}”带有单位或文字，请在单元格中只填数字。")
    return None


def _of_decimal(value: Decimal, unit: Unit) -> Amount | Failure:
    """Cells in a currency format arrive as decimals."""
    try:
        return from_number(value, unit)
    except AmountError as error:
        return Failure(VALUE, str(error))


def decimal_of(fen: int, unit: Unit = PLAIN, places: int = 2) -> Decimal:
    """The money as a number of ``unit``, exactly, with at least ``places`` decimals."""
    while places < unit.max_places and fen % (unit.fen // 10**places):
        places += 1
    return Amount(fen, unit, places).decimal
