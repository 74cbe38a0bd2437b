"""Derived cells that nobody filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlbudget.relations.expand import Relation
    from xlbudget.relations.grid import Grid

__all__ = ["blank_derived"]


def blank_derived(
    grid: Grid, defined: dict[int, Relation], free: Collection[int]
) -> dict[int, Relation]:
    """Derived cells that are blank although something they sum is not (nor zero); none that is free."""
    state: dict[int, bool] = {}

    def has_money(number: int) -> bool:
        cell = grid.cells[number]
        if cell is not None:
            return bool(cell.fen) if isinstance(cell, Amount) else False
        if number not in defined:
            return False
        if number not in state:
            state[number] = False
            state[number] = any(has_money(part) for _, part in defined[number].terms[1:])
        return state[number]

    return {
        number: relation
        for number, relation in defined.items()
        if grid.cells[number] is None and number not in free and has_money(number)
    }
