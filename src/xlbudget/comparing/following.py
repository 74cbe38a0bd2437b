"""Sentences in which only figures changed, put below the change of the cell that they print."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.comparing.comparison import Action, Kind
from xlbudget.comparing.texts import changed_numbers, numbers_in
from xlbudget.money import percent_text, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlbudget.comparing.comparison import CellChange, Difference, TextChange

_SENTENCES = (Kind.TEXT, Kind.NOTE)


def attached(differences: Iterable[Difference]) -> list[Difference]:
    """The differences, a sentence that follows from a changed cell below that, and not beside it."""
    every = list(differences)
    cells = _printed(every)
    apart: list[Difference] = []
    below: dict[int, list[TextChange]] = {}
    for one in every:
        found = _origin(one.texts[0], cells) if _is_sentence(one) else None
        if found is None:
            apart.append(one)
        else:
            below.setdefault(found, []).append(one.texts[0])
    return [
        one._replace(sentences=tuple(below[id(one)])) if id(one) in below else one for one in apart
    ]


def _is_sentence(one: Difference) -> bool:
    return one.kind in _SENTENCES and one.action is Action.CHANGED and len(one.texts) == 1


Numbers = tuple[Decimal, Decimal]


def _printed(differences: Sequence[Difference]) -> dict[Numbers, int]:
    """What changed cells print then and now -> the difference in which the cell stands; the first that names it."""
    found: dict[Numbers, int] = {}
    for own in (True, False):
        for one in differences:
            cells = one.cells if own else tuple(following.cell for following in one.follows)
            for cell in cells:
                numbers = _numbers(cell)
                if numbers is not None:
                    found.setdefault(numbers, id(one))
    return found


def _numbers(cell: CellChange) -> Numbers | None:
    """A cell's amounts; a blank prints as nought."""
    texts = [text.replace(",", "") or "0" for text in (cell.before, cell.after)]
    try:
        before, after = map(Decimal, texts)
    except ArithmeticError:
        return None
    return before, after


def _origin(change: TextChange, cells: dict[Numbers, int]) -> int | None:
    """The difference from which the figures of a sentence follow; None where not all of them can.

    A figure is a cell's, or what a cell changed by was added to it (an increase over last year), or a percentage
    beside such a one.
    """
    pairs = changed_numbers(change.before, change.after)
    if not pairs:
        return None
    found: int | None = None
    steps = {after - before: origin for (before, after), origin in reversed(cells.items())}
    for old, new in pairs:
        if old.endswith("%") or new.endswith("%"):
            continue
        numbers = Decimal(old), Decimal(new)
        step = numbers[1] - numbers[0]
        origin = cells.get(numbers, steps.get(step, steps.get(-step)))
        if origin is None:
            return None
        found = origin if found is None or numbers in cells else found
    return found if found is not None else _of_percentages(change, pairs, cells)


def _of_percentages(
    change: TextChange, pairs: Sequence[tuple[str, str]], cells: dict[Numbers, int]
) -> int | None:
    """The change of the whole of which the sentence's amounts are parts, where percentages alone changed."""
    amounts = [_hundredths(Decimal(number)) for number in numbers_in(change.after)]
    for (before, after), origin in cells.items():
        wholes = _hundredths(before), _hundredths(after)
        then, now = ({percent_text(share(one, whole)) for one in amounts} for whole in wholes)
        if all(old in then and new in now for old, new in pairs):
            return origin
    return None


def _hundredths(amount: Decimal) -> int:
    return int(amount.scaleb(2))
