"""Derived cells: which equation defines each of them, and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import UNFILLED, Cell, Unreadable
from xlbudget.money import COUNT, STANDARD_PLACES, Amount
from xlbudget.rules.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from xlbudget.money import Unit
    from xlbudget.rules.grid import Grid
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Allotment


def definitions(relations: Iterable[Relation]) -> dict[int, Relation]:
    """Cell number -> the relation that defines it: the first in the standard's order."""
    found: dict[int, Relation] = {}
    for relation in relations:
        if relation.equation.derive and len(relation.terms) > 1:
            found.setdefault(relation.target, relation)
    return found


def unit_of(grid: Grid, number: int) -> Unit:
    """The unit in which a cell is printed."""
    spot = grid.spot(number)
    if spot.block != INFO:
        return grid.standard.blocks[spot.block].unit
    return COUNT if grid.standard.fields[spot.row.key].kind == "count" else grid.standard.unit


def value_of(relation: Relation, cells: Sequence[Cell], unit: Unit) -> Cell:
    """What the right side comes to: blank if all its cells are, unreadable if one is.

    Amounts of the same unit add up exactly; those of another are rounded to two decimals.
    """
    found = [(-sign, cells[number]) for sign, number in relation.terms[1:]]
    for _, cell in found:
        if isinstance(cell, Unreadable):
            return cell
    amounts = [(sign, cell) for sign, cell in found if isinstance(cell, Amount)]
    if not amounts:
        return None
    total = sum(sign * amount.fen for sign, amount in amounts)
    if all(amount.unit == unit for _, amount in amounts):
        return Amount(total, unit, max(amount.places for _, amount in amounts))
    return Amount(total).rounded(unit, min(STANDARD_PLACES, unit.max_places))


def evaluate(grid: Grid, defined: dict[int, Relation], kept: Callable[[int], bool]) -> list[Cell]:
    """All cells of the grid, the derived ones computed unless ``kept`` says that they stand.

    Cells are computed from computed cells, in the order of their dependence; where definitions
    form a circle, the cell that closes it keeps what it has. Parts among which an amount has not
    been divided yet come out as ``UNFILLED``, and so does what would be computed from them.
    """
    cells = list(grid.cells)
    state: dict[int, bool] = {}

    def settle(number: int) -> None:
        if number in state or number not in defined:
            return
        state[number] = False
        if kept(number):
            return
        for _, part in defined[number].terms[1:]:
            settle(part)
        cells[number] = value_of(defined[number], cells, unit_of(grid, number))

    for allotment in grid.standard.allotments:
        whole, parts = allotted(grid, allotment)
        for number in (*whole, *parts):
            settle(number)
        if undivided(cells, whole, parts):
            for number in parts:
                cells[number] = UNFILLED
    for number in defined:
        settle(number)
    return cells


def open_parts(grid: Grid, cells: Sequence[Cell]) -> set[int]:
    """The cells among which an amount of ``cells`` is to be divided and is not yet."""
    divided = (allotted(grid, allotment) for allotment in grid.standard.allotments)
    return {part for whole, parts in divided if undivided(cells, whole, parts) for part in parts}


def allotted(grid: Grid, one: Allotment) -> tuple[list[int], list[int]]:
    """The cell that is divided (none where it is missing) and those among which it is."""
    return grid.numbers_of(one.whole), grid.numbers_of(one.parts)


def undivided(cells: Sequence[Cell], whole: Iterable[int], parts: Iterable[int]) -> bool:
    """Whether there is something to divide and none of the parts has anything."""
    amounts = (cells[number] for number in whole)
    return any(isinstance(amount, Amount) and amount.fen for amount in amounts) and all(
        cells[number] is None for number in parts
    )


def dependents(relations: Iterable[Relation], cells: Collection[int]) -> set[int]:
    """The derived cells that are computed, by whatever steps, from some of these cells."""
    above: dict[int, list[int]] = {}
    for target, relation in definitions(relations).items():
        for _, part in relation.terms[1:]:
            above.setdefault(part, []).append(target)
    found: set[int] = set()
    waiting = list(cells)
    while waiting:
        for target in above.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def resolver(
    relations: Iterable[Relation], derived: Collection[int]
) -> Callable[[int], Mapping[int, int]]:
    """A function from a cell to the typed cells that it comes to, each with its coefficient.

    A cell not in ``derived`` is typed: it comes to itself, as do cells that define one another in a
    circle.
    """
    defined = definitions(relations)
    known: dict[int, dict[int, int]] = {}

    def parts(cell: int) -> dict[int, int]:
        if cell not in derived or cell not in defined:
            return {cell: 1}
        if cell not in known:
            known[cell] = {cell: 1}
            known[cell] = resolved(defined[cell].terms[1:], parts, -1)
        return known[cell]

    return parts


def resolved(
    terms: Iterable[tuple[int, int]], parts: Callable[[int], Mapping[int, int]], factor: int = 1
) -> dict[int, int]:
    """What terms come to in typed cells, times ``factor``: cell -> coefficient, 0 where they cancel."""
    found: dict[int, int] = {}
    for sign, cell in terms:
        for part, times in parts(cell).items():
            found[part] = found.get(part, 0) + factor * sign * times
    return found


def through(relations: Sequence[Relation], derived: Collection[int]) -> list[Relation]:
    """The relations with each of the ``derived`` cells replaced by what it is computed from.

    They speak of typed cells alone, as far as definitions reach; a definition itself says nothing
    any more and has no terms.
    """
    parts = resolver(relations, derived)
    rewritten = []
    for relation in relations:
        if any(cell in derived for _, cell in relation.terms):
            found = resolved(relation.terms, parts)
            terms = tuple((sign, cell) for cell, sign in found.items() if sign)
            rewritten.append(relation._replace(terms=terms))
        else:
            rewritten.append(relation)
    return rewritten
