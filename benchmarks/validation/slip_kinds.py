"""The kinds of slip that people make in one cell, as functions of the cell and its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.money import Amount, round_div

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

__all__ = ["KINDS", "Around", "slipped"]


class Around(NamedTuple):
    """A printed amount, the cell above and the cell to its left (None: blank or none)."""

    cell: Amount
    above: Amount | None
    left: Amount | None


def _with(cell: Amount, digits: str) -> Amount:
    """The cell with other digits (all of them, decimals included) and its own sign."""
    steps = int(digits or "0") * (-1 if cell.fen < 0 else 1)
    return Amount(steps * cell.ulp, cell.unit, cell.places)


def _digits(cell: Amount) -> str:
    return str(abs(cell.fen) // cell.ulp)


def _last_place(rng: random.Random, at: Around) -> Amount:
    return at.cell._replace(fen=at.cell.fen + rng.choice((-1, 1)) * at.cell.ulp)


def _swapped(rng: random.Random, at: Around) -> Amount | None:
    digits = _digits(at.cell)
    places = [i for i in range(len(digits) - 1) if digits[i] != digits[i + 1]]
    if not places:
        return None
    i = rng.choice(places)
    return _with(at.cell, digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :])


def _wrong_digit(rng: random.Random, at: Around) -> Amount:
    digits = _digits(at.cell)
    i = rng.randrange(len(digits))
    other = rng.choice([one for one in "0123456789" if one != digits[i]])
    return _with(at.cell, digits[:i] + other + digits[i + 1 :])


def _lost_digit(rng: random.Random, at: Around) -> Amount:
    digits = _digits(at.cell)
    i = rng.randrange(len(digits))
    return _with(at.cell, digits[:i] + digits[i + 1 :])


def _doubled_digit(rng: random.Random, at: Around) -> Amount:
    digits = _digits(at.cell)
    i = rng.randrange(len(digits))
    return _with(at.cell, digits[: i + 1] + digits[i:])


def _sign(_: random.Random, at: Around) -> Amount:
    return at.cell._replace(fen=-at.cell.fen)


def _times_ten(_: random.Random, at: Around) -> Amount:
    return at.cell._replace(fen=at.cell.fen * 10)


def _tenth(_: random.Random, at: Around) -> Amount:
    return at.cell._replace(fen=round_div(at.cell.fen, 10 * at.cell.ulp) * at.cell.ulp)


def _yuan(_: random.Random, at: Around) -> Amount:
    return at.cell._replace(fen=at.cell.fen * 10_000)


def _from_above(_: random.Random, at: Around) -> Amount | None:
    return at.above


def _from_left(_: random.Random, at: Around) -> Amount | None:
    return at.left


def _blank(_: random.Random, at: Around) -> Amount | None:
    return None if at.cell.fen else at.cell


def _whole_unit(rng: random.Random, at: Around) -> Amount:
    return at.cell._replace(fen=at.cell.fen + rng.choice((-1, 1)) * at.cell.unit.fen)


def _decimals_swapped(_: random.Random, at: Around) -> Amount:
    digits = _digits(at.cell).rjust(3, "0")
    return _with(at.cell, digits[:-2] + digits[-1] + digits[-2])


def _to_integer(_: random.Random, at: Around) -> Amount:
    unit = at.cell.unit.fen
    return at.cell._replace(fen=round_div(at.cell.fen, unit) * unit)


KINDS: dict[str, Callable[[random.Random, Around], Amount | None]] = {
    "±0.01": _last_place,
    "相邻数字颠倒": _swapped,
    "一位数字有误": _wrong_digit,
    "少一位": _lost_digit,
    "多一位": _doubled_digit,
    "正负号": _sign,
    "乘以10": _times_ten,
    "除以10": _tenth,
    "把元写成万元": _yuan,
    "抄了上一行": _from_above,
    "抄了左一栏": _from_left,
    "漏填": _blank,
    "整数差1": _whole_unit,
    "两位小数颠倒": _decimals_swapped,
    "取成整数": _to_integer,
}
"""Kind of slip -> what it makes of a cell; None or the amount itself where it does not apply."""


def slipped(rng: random.Random, kind: str, at: Around) -> Amount | bool | None:
    """What the slip prints in the cell (None: blank); False where it changes no amount."""
    made = KINDS[kind](rng, at)
    if made is None:
        return None if kind == "漏填" else False
    return False if made.fen == at.cell.fen else made
