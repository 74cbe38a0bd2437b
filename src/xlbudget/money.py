"""Exact money: the only module that rounds, converts units, parses and prints amounts.

An :class:`Amount` is a whole number of 分 together with the unit (元, 万元) and the number of
decimals in which it was printed. No float gets past :func:`from_number`.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite
from typing import NamedTuple

from xlbudget.characters import amount_text, shortened
from xlbudget.errors import AmountError
from xlbudget.limits import LARGEST_FEN, LONGEST_AMOUNT

STANDARD_PLACES = 2
"""Decimals of a published amount, in 元 as in 万元."""


class Unit(NamedTuple):
    """A unit of money: its name, how many 分 it has, and the decimals that reach down to 1 分."""

    name: str
    fen: int
    max_places: int


YUAN = Unit("元", 100, 2)
WAN = Unit("万元", 1_000_000, 6)
COUNT = Unit("", 1, 0)
"""Things that are counted (人, 辆): whole numbers, never rounded."""
UNITS = {unit.name: unit for unit in (YUAN, WAN)}


class Amount(NamedTuple):
    """An amount of ``fen`` 分, printed in ``unit`` with ``places`` decimals."""

    fen: int
    unit: Unit = WAN
    places: int = STANDARD_PLACES

    @property
    def ulp(self) -> int:
        """One unit of the last printed decimal, in 分 (万元 with two decimals: 10,000 分)."""
        return int(self.unit.fen // 10**self.places)

    @property
    def decimal(self) -> Decimal:
        """The amount in its own unit, exactly."""
        return (Decimal(self.fen) / self.unit.fen).quantize(Decimal(1).scaleb(-self.places))

    @property
    def text(self) -> str:
        """As printed in a table: ``5,251.36``."""
        return f"{self.decimal:,f}"

    @property
    def plain(self) -> str:
        """As printed, without separators: ``5251.36``."""
        return f"{self.decimal:f}"

    def in_unit(self, unit: Unit) -> Amount:
        """The same money in ``unit``, with as many decimals as it takes, two at least."""
        if self.unit == unit:
            return self
        places = STANDARD_PLACES
        while places < unit.max_places and self.fen % (unit.fen // 10**places):
            places += 1
        return self.rounded(unit, places)

    def rounded(self, unit: Unit, places: int = STANDARD_PLACES) -> Amount:
        """The same money rounded half up to ``places`` decimals of ``unit``."""
        ulp = unit.fen // 10**places
        return Amount(round_div(self.fen, ulp) * ulp, unit, places)


def round_div(numerator: int, denominator: int) -> int:
    """Divide integers and round half away from zero, as Excel's ROUND does."""
    quotient, rest = divmod(abs(numerator), abs(denominator))
    quotient += 2 * rest >= abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def from_number(number: float | Decimal, unit: Unit) -> Amount:
    """Read a number of ``unit`` from a cell.

    A float is taken at 15 significant digits, as Excel shows it, so 0.1+0.2 is 0.3. More decimals
    than 分 can hold are rounded half up. At least two decimals count as printed.

    Raises:
        AmountError: the number is not finite, or beyond 10^13 元.
    """
    if isinstance(number, int):
        number = Decimal(number)
    # Compared before anything is worked out: a number of a million digits would take minutes.
    most = LARGEST_FEN // unit.fen
    finite = number.is_finite() if isinstance(number, Decimal) else isfinite(number)
    if not finite or not -most <= number <= most:
        raise AmountError(f"“{number:.15g}”不是金额。")
    if isinstance(number, float):
        hundredths = round(number * 100)
        # The float nearest to a number of two decimals: most of what stands in cells.
        if hundredths / 100 == number and unit.fen % 100 == 0:
            return Amount(hundredths * (unit.fen // 100), unit)
    value = number if isinstance(number, Decimal) else Decimal(format(number, ".15g"))
    exact = value * unit.fen
    fen = int(exact)
    if fen != exact:
        fen = int(exact.to_integral_value(ROUND_HALF_UP))
    places = min(STANDARD_PLACES, unit.max_places)
    ulp = unit.fen // 10**places
    while fen % ulp:
        places += 1
        ulp //= 10
    return Amount(fen, unit, places)


_SUFFIXES = (("亿元", 10**8), ("万元", 10**4), ("元", 1), ("万", 10**4), ("亿", 10**8))
_SEPARATED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+")


def parse_amount(text: str, unit: Unit) -> Amount | None:
    """Read a typed amount: full-width digits, separators, ¥, 元/万元 suffixes, (1.00), -1.00.

    A number without suffix is in ``unit``; with one, it is converted exactly. Printed decimals
    are kept where they exceed two. Blank text gives None.

    Raises:
        AmountError: the text is something else, or beyond 10^13 元; it is never read as zero, nor is
            a ¥ alone blank.
    """
    text = text.strip()
    cleaned = amount_text(text) if len(text) <= LONGEST_AMOUNT else None
    if cleaned == "":
        return None
    if cleaned is None:
        raise AmountError(f"“{shortened(text)}”不是金额。")
    cleaned = cleaned.removeprefix("人民币").lstrip("¥￥")
    own = Decimal(unit.fen) / 100
    body, scale = cleaned, own
    negative = False
    if body.startswith("(") and body.endswith(")"):
        body, negative = body[1:-1], True
    for suffix, yuan in _SUFFIXES:
        if body.endswith(suffix):
            body, scale = body.removesuffix(suffix), Decimal(yuan)
            break
    if body.startswith("(") and body.endswith(")"):
        body, negative = body[1:-1], True
    if body[:1] in ("+", "-"):
        negative, body = negative or body[0] == "-", body[1:]
    body = body.lstrip("¥￥")
    if not _SEPARATED.fullmatch(body):
        raise AmountError(f"“{shortened(text)}”不是金额。")
    value = Decimal(body.replace(",", "")) * scale / own
    return from_number(-value if negative else value, unit)


def percent_text(hundredths: int) -> str:
    """A percentage given in hundredths of a percent point: 8450 is ``84.50%``."""
    return f"{Decimal(hundredths).scaleb(-2):.2f}%"


def share(part: int, whole: int) -> int:
    """The percentage of ``part`` in ``whole``, in hundredths of a point, rounded half up by itself.

    The percentages of the parts of a whole need not make up 100.00 then. An empty whole gives 0.
    """
    return round_div(part * 10_000, whole) if whole else 0
