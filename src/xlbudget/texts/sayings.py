"""The numbers of the texts as functions of cells: what they say of the tables' figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.evidence import GENERATED, WRITTEN, Saying
from xlbudget.money import COUNT, Amount, round_div
from xlbudget.relations.grid import INFO
from xlbudget.texts.judge import prints

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlbudget.figures import TextUnit
    from xlbudget.notes.facts import Facts
    from xlbudget.notes.figure import CellRef, Figure
    from xlbudget.relations.grid import Grid
    from xlbudget.texts.bind import Mention
    from xlbudget.texts.scan import Number

__all__ = ["disagreeing", "sayings_of"]

_SCALE = {"亿元": 10_000_000_000, "万元": 1_000_000, "万": 1_000_000, "元": 100, "": 1_000_000}
_MOST_CELLS = 400
"""A figure of more cells than this is a sum over whole tables, which their own totals stand for."""


def sayings_of(
    grid: Grid, facts: Facts, mentions: Sequence[tuple[TextUnit, Mention]]
) -> list[Saying]:
    """The mentions that give an amount or count, over the cells of ``grid``.

    A number in the wrong unit or of an unknown figure says nothing here; it has findings of its own.
    """
    paragraphs: dict[str, int] = {}
    found = []
    for unit, mention in mentions:
        number, figure = mention.number, mention.figure
        if mention.kind not in ("amount", "change") or number is None or figure is None:
            continue
        if figure.missing or not isinstance(figure.value, Amount) or not figure.cells:
            continue
        bounds = _bounds(figure.value, number)
        terms = _terms(grid, facts, figure)
        if bounds is None or terms is None:
            continue
        low, high = bounds
        if mention.kind == "change":
            if mention.up is None:
                continue
            low, high = (low, high) if mention.up else (-high, -low)
        place = paragraphs.setdefault(f"{unit.part}:{unit.id}", len(paragraphs))
        weight = GENERATED if unit.follows else WRITTEN
        found.append(Saying(terms, low, high, weight, place, mention.said))
    return found


def disagreeing(mentions: Iterable[tuple[TextUnit, Mention]]) -> bool:
    """Whether some amount or count of the text is not its figure's."""
    return any(_disagrees(one) for _, one in mentions)


def _disagrees(one: Mention) -> bool:
    figure, number = one.figure, one.number
    if one.kind not in ("amount", "change") or number is None or figure is None:
        return False
    value = figure.value
    if figure.missing or not isinstance(value, Amount):
        return False
    if one.kind == "change":
        # A change is printed without its sign, beside a word that says it.
        if one.up is not None and value.fen and one.up != (value.fen > 0):
            return True
        figure = figure._replace(value=value._replace(fen=abs(value.fen)))
    return not prints(figure, number)


def _bounds(value: Amount, number: Number) -> tuple[int, int] | None:
    """The amounts, in 分 (counts: things), that print as the number; None where its unit is odd."""
    if value.unit == COUNT:
        whole = int(number.value)
        return (whole, whole) if number.value == whole else None
    if number.unit not in _SCALE:
        return None
    scale = _SCALE[number.unit]
    fen = int(number.value * scale)
    size = abs(value.fen)
    if fen and size and number.unit != "万元" and not size // 100 <= fen <= size * 100:
        # 元 for 万元 or the reverse: the unit is wrong, and told as that.
        return None
    ulp = scale // 10**number.places
    return (fen - ulp // 2, fen + (ulp - 1) // 2) if ulp > 1 else (fen, fen)


def _terms(grid: Grid, facts: Facts, figure: Figure) -> tuple[tuple[int, int], ...] | None:
    """The cells that make up a figure, with their signs; None where that cannot be told for sure."""
    if len(figure.cells) > _MOST_CELLS:
        return None
    numbers: list[int] = []
    fens: list[int] = []
    for cell in figure.cells:
        at = _number(grid, cell)
        amount = _held(facts, cell)
        if at is None:
            if amount:
                return None
            continue
        numbers.append(at)
        fens.append(amount)
    assert isinstance(figure.value, Amount)
    for signs in _signs(figure, len(numbers), [grid.block_of(one) == INFO for one in numbers]):
        total = sum(sign * fen for sign, fen in zip(signs, fens, strict=True))
        if _agrees(total, figure.value):
            return tuple(zip(signs, numbers, strict=True))
    return None


def _agrees(total: int, value: Amount) -> bool:
    return total == value.fen or (
        value.ulp > 1 and round_div(total, value.ulp) * value.ulp == value.fen
    )


def _signs(figure: Figure, count: int, info: Sequence[bool]) -> Iterator[list[int]]:
    """Ways in which a figure may be made of so many cells, the likeliest first."""
    if figure.how == "change":
        # This year's cells come first, last year's behind; the latter stand in 基础信息.
        first = next((at for at, one in enumerate(info) if one), count)
        for split in dict.fromkeys([first, *range(1, count)]):
            yield [1] * split + [-1] * (count - split)
    elif len(figure.basis) == count:
        yield [-1 if name.startswith("-") else 1 for name in figure.basis]
    yield [1] * count


def _number(grid: Grid, cell: CellRef) -> int | None:
    if not cell.column or (cell.block != INFO and cell.block not in grid.base):
        return None
    data = grid.data(cell.block)
    position = data.by_key.get(cell.row) if data else None
    if position is None:
        return None
    return grid.number(cell.block, position, grid.column(cell.block, cell.column))


def _held(facts: Facts, cell: CellRef) -> int:
    """What the cell holds, computed where it was left blank."""
    values = facts.values
    at = _number(values.grid, cell)
    amount = values.cells[at] if at is not None else None
    return amount.fen if isinstance(amount, Amount) else 0
