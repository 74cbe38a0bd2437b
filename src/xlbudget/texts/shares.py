"""Lists of percentages that a person made to add up to 100: one or more differ from plain rounding."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from xlbudget.notes.figure import FigureList, Item
    from xlbudget.texts.bind import Mention
    from xlbudget.texts.scan import Number

__all__ = ["made_to_add_up"]

_WHOLE = 100
_NOTHING = Decimal(0)


def made_to_add_up(lists: Iterable[FigureList], mentions: Iterable[Mention]) -> set[str]:
    """The names of the shares that are printed in lists which make up 100 exactly.

    Percentages are rounded each by itself, and need not make up 100. Where they do though plain
    rounding gives another sum, the remainder was given to one of them, or a last digit each to
    several: that is how many publish them, and no mistake.
    """
    said: dict[str, set[Number]] = {}
    for one in mentions:
        if one.kind == "share" and one.figure is not None and one.number is not None:
            said.setdefault(one.figure.name, set()).add(one.number)
    return {
        item.share.name
        for lines in lists
        for siblings in _siblings(lines.items)
        if _adjusted(siblings, said)
        for item in siblings
    }


def _siblings(items: Collection[Item]) -> Iterator[Collection[Item]]:
    if items:
        yield items
    for item in items:
        yield from _siblings(item.children.items)


def _adjusted(items: Collection[Item], said: Mapping[str, set[Number]]) -> bool:
    total, off = _NOTHING, list[Decimal]()
    step = _NOTHING
    for item in items:
        exact = item.share.value
        if not isinstance(exact, int):
            return False
        numbers = said.get(item.share.name, set())
        if not numbers and not item.share.shown:
            continue
        if len(numbers) != 1:
            return False
        number = next(iter(numbers))
        total += number.value
        last = Decimal(1).scaleb(-number.places)
        step = max(step, last)
        difference = abs(number.value - (Decimal(exact) / 100))
        if 2 * difference > last:
            off.append(difference)
    if total != _WHOLE or not off or 2 * max(off) > len(items) * step + step:
        return False
    return len(off) == 1 or max(off) <= step + step / 2
