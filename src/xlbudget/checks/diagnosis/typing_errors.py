"""How people mistype amounts: which slip turns the right amount into the printed one, how likely.

A weight is a probability: of this print, given the right amount and that the cell is wrong. So
weights of different cells and values can be compared; they come from what slips are common and
from how many prints each kind of slip can make of an amount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.money import Amount
from xlbudget.rules.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlbudget.rules.grid import Grid


class Slip(NamedTuple):
    """A kind of slip, in the words of a finding (empty: none known), and its weight."""

    name: str
    weight: float


class Neighbours(NamedTuple):
    """What a cell may have been copied from; ``filled`` is the share of its column that is filled."""

    above: Amount | None = None
    left: Amount | None = None
    filled: float = 1.0


SIGN = "正负号"
_ALONE = Neighbours()
_BLANK, _SIGN, _SWAPPED, _DIGIT, _LOST, _DOUBLED = 0.10, 0.05, 0.15, 0.16, 0.10, 0.08
_SHIFTED, _YUAN, _COPIED, _WHOLE, _DECIMALS, _NEXT = 0.06, 0.07, 0.05, 0.04, 0.04, 0.06
_OTHER, _EXTRA = 0.02, 0.01
_FEWEST_STEPS = 100
_FEWEST_BLANK_STEPS = 1000
_NEGATIVE = 0.02
"""How much rarer a negative right amount is."""
_FACTORS = (
    (10, "小数点错一位", _SHIFTED),
    (10_000, "把元写成万元", _YUAN),
    (100, "小数点错两位", 0.01),
)


def unexplained(printed: Amount | None) -> float:
    """The weight of a print for which no slip accounts: any amount of that size."""
    steps = abs(printed.fen) // printed.ulp if printed else 0
    return _OTHER / max(steps, _FEWEST_STEPS)


def guess_slip(printed: Amount | None, right: Amount, near: Neighbours = _ALONE) -> Slip:
    """The likeliest slip that prints ``printed`` where ``right`` was meant."""
    rarity = 1.0 if right.fen >= 0 else _NEGATIVE
    if printed is None:
        steps = max(abs(right.fen) // right.ulp, _FEWEST_BLANK_STEPS)
        return Slip("漏填", _BLANK * near.filled * rarity / steps)
    # That nothing is printed says nothing of the size of what was meant.
    best = Slip("", unexplained(printed if printed.fen else right))
    for slip in _slips(printed, right, near):
        if slip.weight > best.weight:
            best = slip
    return best if right.fen >= 0 or printed.fen < 0 else best._replace(weight=best.weight * rarity)


def _slips(printed: Amount, right: Amount, near: Neighbours) -> list[Slip]:
    ulp = printed.ulp
    have, want = printed.fen, right.fen
    slips = []
    if near.above is not None and have == near.above.fen and have:
        slips.append(Slip("抄了上一行", _COPIED))
    if near.left is not None and have == near.left.fen and have:
        slips.append(Slip("抄了左一栏", _COPIED))
    if not want:
        slips.append(Slip("多填", _EXTRA))
        return slips
    if have == -want:
        slips.append(Slip(SIGN, _SIGN))
    for factor, name, weight in _FACTORS:
        if have == want * factor:
            slips.append(Slip(name, weight))
        elif have and have == _rounded(want, factor, ulp):
            # 元 for 万元 has one direction; the other is a point lost somewhere.
            slips.append(Slip(name, weight if factor == _FACTORS[0][0] else weight / 10))
    if abs(have - want) == ulp:
        slips.append(Slip("末位数字有误", _NEXT / 2))
    unit = printed.unit.fen
    if ulp < unit:
        if abs(have - want) == unit:
            slips.append(Slip("整数部分差1", _WHOLE / 2))
        if have % unit == 0 and want % unit and have == _rounded(want, 1, unit):
            slips.append(Slip("只写了整数", _WHOLE))
    slips += _digit_slips(_digits(printed), _digits(right))
    return slips


def _rounded(fen: int, factor: int, ulp: int) -> int:
    """``fen`` / ``factor`` rounded half up to ``ulp``."""
    step = factor * ulp
    steps = (2 * abs(fen) + step) // (2 * step)
    return (steps if fen >= 0 else -steps) * ulp


def _digit_slips(one: str, other: str) -> list[Slip]:
    """Slips of single digits; ``other`` is right."""
    length = len(other)
    if len(one) == length:
        differing = [i for i in range(length) if one[i] != other[i]]
        if len(differing) == 1:
            last = differing[0] == length - 1
            return [Slip("末位数字有误" if last else "一位数字有误", _DIGIT / (9 * length))]
        if len(differing) == 2:  # noqa: PLR2004
            first, second = differing
            if second == first + 1 and one[first] == other[second] and one[second] == other[first]:
                weight = _SWAPPED / max(1, length - 1)
                return [Slip("相邻数字颠倒", weight + (_DECIMALS if second == length - 1 else 0))]
    elif len(one) + 1 == length:
        if any(other[:i] + other[i + 1 :] == one for i in range(length)):
            return [Slip("少一位数字", _LOST / length)]
    elif len(one) == length + 1:
        places = [i for i in range(len(one)) if one[:i] + one[i + 1 :] == other]
        if places:
            doubled = any(i and one[i] == one[i - 1] for i in places)
            return [Slip("多一位数字", _DOUBLED / length if doubled else _DOUBLED / (30 * length))]
    return []


def _digits(amount: Amount) -> str:
    """All digits, those of the decimals included, at least three."""
    return str(abs(amount.fen) // amount.ulp).rjust(amount.places + 1, "0")


class NeighbourCells:
    """The neighbours of the cells of one workbook, looked up when asked for.

    Nobody copied from a cell that is computed: it follows from others, a wrong one among them.
    """

    def __init__(self, grid: Grid, computed: Collection[int] = ()) -> None:
        self.grid, self.computed = grid, computed
        self._filled: dict[int, float] = {}

    def __call__(self, number: int) -> Neighbours:
        """The neighbours of a cell."""
        block, _, column = self.grid.spot(number)
        if block == INFO:
            return Neighbours()
        base, width = self.grid.base[block], self.grid.width[block]
        above = self._typed(number - width) if number - width >= base else None
        left = self._typed(number - 1) if column else None
        first = base + column
        if first not in self._filled:
            # The share of the column's cells that are filled.
            cells = self.grid.cells[first : self.grid.end(block) : width]
            filled = sum(cell is not None for cell in cells)
            self._filled[first] = (filled + 0.5) / (len(cells) + 1)
        return Neighbours(above, left, self._filled[first])

    def _typed(self, number: int) -> Amount | None:
        cell = self.grid.cells[number]
        return cell if isinstance(cell, Amount) and number not in self.computed else None
