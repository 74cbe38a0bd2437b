"""How people mistype amounts: which slip, if any, turns the right amount into the printed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xlbudget.money import Amount

__all__ = ["Slip", "guess_slip"]


class Slip(NamedTuple):
    """A kind of slip, in the words of a finding, and how much more likely it is than chance."""

    name: str
    weight: float


_NONE = Slip("", 1.0)


def guess_slip(printed: Amount | None, right: Amount) -> Slip:
    """The slip that explains ``printed`` where ``right`` was meant.

    Ordered from the most to the least telling; an unexplained difference weighs 1.
    """
    if printed is None:
        return Slip("漏填", 8.0)
    if printed.fen == -right.fen and right.fen:
        return Slip("正负号", 30.0)
    if right.fen == 0:
        return Slip("多填", 4.0)
    for factor, name in ((10_000, "把元写成万元"), (10, "小数点错一位"), (100, "小数点错两位")):
        if printed.fen in (right.fen * factor, right.fen // factor) and printed.fen:
            return Slip(name, 40.0)
    one, other = _digits(printed), _digits(right)
    if _swapped(one, other):
        return Slip("相邻数字颠倒", 40.0)
    if len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        last = one[:-1] == other[:-1]
        return Slip("末位数字有误", 6.0) if last else Slip("一位数字有误", 20.0)
    if _dropped(one, other):
        return Slip("少一位数字", 20.0)
    if _dropped(other, one):
        return Slip("多一位数字", 20.0)
    return _NONE


def _digits(amount: Amount) -> str:
    return amount.plain.replace(".", "").lstrip("-").lstrip("0") or "0"


def _swapped(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    differing = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) != 2 or differing[1] != differing[0] + 1:  # noqa: PLR2004
        return False
    first, second = differing
    return one[first] == other[second] and one[second] == other[first]


def _dropped(shorter: str, longer: str) -> bool:
    return len(shorter) + 1 == len(longer) and any(
        longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))
    )
