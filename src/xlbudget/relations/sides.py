"""An equation's references made ready for one workbook: which rows and cells each of them takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.standard.equations import ALL, EACH, ONE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from xlbudget.relations.grid import Grid
    from xlbudget.standard.equations import Equation, Ref

__all__ = ["Plan", "Side", "plans_of", "sides_of"]

Plan = list[tuple[int, int, int]]
"""For one of the columns that ``*`` stands for: sign, first cell and width of each side."""


def plans_of(equation: Equation, sides: list[Side], live: Collection[int] | None) -> list[Plan]:
    """A plan per column; with ``live``, only those in which some column holds anything."""
    plans = []
    many = len(equation.columns[0]) > 1
    for column in range(len(equation.columns[0])):
        plan = [(side.sign, side.offsets[column], side.width) for side in sides]
        if live is None or not many or any(offset in live for _, offset, _ in plan):
            plans.append(plan)
    return plans


class Side(NamedTuple):
    """A reference made ready: which rows it takes for a given row of the leading table.

    ``fixed`` are the rows that do not depend on it (None: they do); ``children`` the rows below
    each row; ``by_key`` the rows by key; ``leads`` whether the reference is to the leading table.
    ``offsets`` is the number of the column's first cell, per expanded column (-1: no such column).
    """

    sign: int
    fixed: list[int] | None
    children: Mapping[int, list[int]] | None
    by_key: Mapping[str, int]
    leads: bool
    offsets: list[int]
    width: int

    def rows(self, key: str, position: int) -> list[int]:
        """The rows for the leading row ``position`` (-1: it has none) of that key."""
        if self.fixed is not None:
            return self.fixed
        if self.children is not None:
            return self.children.get(position, [])
        if self.leads and position >= 0:
            return [position]
        found = self.by_key.get(key, -1)
        return [found] if found >= 0 else []


def sides_of(grid: Grid, equation: Equation) -> list[Side]:
    """Every reference of an equation, made ready."""
    lead = equation.lead
    return [
        _side(grid, sign, ref, lead, columns)
        for sign, ref, columns in zip(equation.signs, equation.refs, equation.columns, strict=True)
    ]


def _side(grid: Grid, sign: int, ref: Ref, lead: Ref | None, columns: tuple[int, ...]) -> Side:
    data = grid.data(ref.block)
    by_key = data.by_key if data else {}
    fixed: list[int] | None = None
    children = None
    if ref.how == ONE:
        found = by_key.get(ref.which, -1)
        fixed = [found] if found >= 0 else []
    elif ref.how == ALL and ref.which == "child":
        children = grid.tree(ref.block)
    elif ref.how == ALL and ref.which == "top":
        fixed = grid.tree(ref.block).get(-1, [])
    elif ref.how == ALL:
        fixed = grid.select(ref.block, ref.which)
    base = grid.base[ref.block]
    offsets = [base + column if column >= 0 else -1 for column in columns]
    leads = ref.how == EACH and lead is not None and ref.block == lead.block
    return Side(sign, fixed, children, by_key, leads, offsets, grid.width[ref.block])
