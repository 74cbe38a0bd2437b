"""How badly printed amounts contradict each other, as a number that formulas can add up.

n printed amounts may miss their identity by less than n halves of the last decimal: that is what
rounding each by itself explains. A little more, up to the standard's limit, is 尾差; the rest is wrong.
What is missed is rounded to the decimals an amount can have before it is compared: floats leave
hairs behind, and every program leaves others.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.money import STANDARD_PLACES

if TYPE_CHECKING:
    from xlbudget.money import Unit
    from xlbudget.standard.model import Standard

__all__ = ["ERROR", "Piece", "Steps", "steps_of"]

ERROR = 10_000
"""The weight of a contradiction; 尾差 weighs 1."""
_LEAST = Decimal("0.004")
"""Less than any difference of printed amounts."""
_HAIR = Decimal("0.000000001")
"""Less than the smallest step of an amount (0.000001) divided by more amounts than a rule has."""


class Piece(NamedTuple):
    """A formula that weighs contradictions, and what it comes to."""

    text: str
    value: int


class Steps(NamedTuple):
    """How far each amount may be off: by rounding, and as 尾差; 0 where amounts are exact.

    ``places`` is the most decimals that an amount has.
    """

    rounding: Decimal
    limit: Decimal
    places: int

    def graded(self, off: str, count: str) -> str:
        """The formula of the weight of ``off`` in an identity of ``count`` amounts."""
        if not self.rounding:
            return f"(ROUND({off},{self.places})>{_LEAST})*{ERROR}"
        bounds = f"{{-1E+99,{self.rounding - _HAIR},{self.limit + _HAIR}}}"
        return f"LOOKUP(IFERROR(ROUND({off},{self.places})/({count}),0),{bounds},{{0,1,{ERROR}}})"

    def weight(self, off: Decimal, count: int) -> int:
        """The weight of a difference in an identity of ``count`` amounts."""
        if not self.rounding:
            return ERROR if off > _LEAST else 0
        if not count or off / count < self.rounding - _HAIR:
            return 0
        return ERROR if off / count >= self.limit + _HAIR else 1


def steps_of(unit: Unit, standard: Standard) -> Steps:
    """The steps of amounts that are printed in ``unit``."""
    if unit.max_places <= STANDARD_PLACES:
        return Steps(Decimal(0), Decimal(0), STANDARD_PLACES)
    half = Decimal(5).scaleb(-STANDARD_PLACES - 1)
    return Steps(half, Decimal(standard.rounding_limit) / unit.fen, unit.max_places)
