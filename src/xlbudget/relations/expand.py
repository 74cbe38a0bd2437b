"""Expand the equations of a standard over the rows of one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import Unreadable
from xlbudget.findings import NotExecuted
from xlbudget.relations.conditions import Conditions
from xlbudget.relations.grid import INFO, Grid
from xlbudget.standard.equations import ALL, EACH, ONE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from xlbudget.figures import Cell
    from xlbudget.standard.equations import Equation, Ref
    from xlbudget.standard.model import Rule

__all__ = ["Expansion", "Gap", "Relation", "expand"]


class Relation(NamedTuple):
    """``sum(sign * cell) = 0`` (or >= 0) over numbered cells; the left side comes first.

    ``left`` is how many terms stand on the left side.
    """

    rule: Rule
    equation: Equation
    terms: tuple[tuple[int, int], ...]
    left: int

    @property
    def target(self) -> int:
        """The cell that a derivation defines."""
        return self.terms[0][1]


class Gap(NamedTuple):
    """A row that one table has and another lacks: ``key`` stands in ``present``, not in ``absent``."""

    rule: Rule
    key: str
    present: str
    absent: str


class Expansion(NamedTuple):
    """The relations of a book, the rows that do not match, and what could not run."""

    relations: list[Relation]
    gaps: list[Gap]
    not_executed: list[NotExecuted]


def expand(grid: Grid, *, live_only: bool = False, assume: bool = False) -> Expansion:
    """All relations that apply to the book behind ``grid``.

    With ``live_only``, hard rules' relations come without their blank cells (and none of blanks
    alone): enough to reconcile, not to derive. With ``assume``, as if every condition held.
    """
    live = grid.live_columns() if live_only else None
    result = Expansion([], [], [])
    conditions = Conditions(grid)
    for rule in grid.standard.rules_of(grid.book.year):
        reasons: dict[str, None] = {}
        for equation in rule.equations:
            when = "" if assume else equation.when
            missing = _missing(grid, equation) or conditions.undecided(when)
            if missing:
                reasons[missing] = None
            elif conditions.holds(when):
                _of_equation(grid, rule, equation, result, live)
        result.not_executed.extend(NotExecuted(rule.code, reason) for reason in reasons)
    return result


def _missing(grid: Grid, equation: Equation) -> str:
    for ref in equation.refs:
        if ref.block != INFO and ref.block not in grid.book.blocks:
            table = grid.standard.table(grid.standard.blocks[ref.block].table)
            return f"缺少工作表“{table.sheet}”。"
    return ""


_Plan = list[tuple[int, int, int]]
"""For one of the columns that ``*`` stands for: sign, first cell and width of each side."""


def _plans(equation: Equation, sides: list[_Side], live: Collection[int] | None) -> list[_Plan]:
    """A plan per column; with ``live``, only those in which some column holds anything."""
    plans = []
    for column in range(len(equation.columns[0])):
        plan = [(side.sign, side.offsets[column], side.width) for side in sides]
        if live is None or any(offset in live for _, offset, _ in plan):
            plans.append(plan)
    return plans


class _Side(NamedTuple):
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


def _sides(grid: Grid, equation: Equation) -> list[_Side]:
    lead = equation.lead
    return [
        _side(grid, sign, ref, lead, columns)
        for sign, ref, columns in zip(equation.signs, equation.refs, equation.columns, strict=True)
    ]


def _side(grid: Grid, sign: int, ref: Ref, lead: Ref | None, columns: tuple[int, ...]) -> _Side:
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
    return _Side(sign, fixed, children, by_key, leads, offsets, grid.width[ref.block])


def _of_equation(
    grid: Grid, rule: Rule, equation: Equation, result: Expansion, live: Collection[int] | None
) -> None:
    lead = equation.lead
    sides = _sides(grid, equation)
    cells = grid.cells if live is not None and not rule.soft else None
    plans = _plans(equation, sides, live)
    if lead is None:
        _instances(result.relations, rule, equation, sides, plans, "", -1, cells)
        return
    data = grid.data(lead.block)
    assert data is not None
    partners = equation.partners
    indexes = [partner.by_key for ref in partners if (partner := grid.data(ref.block)) is not None]
    matched = bool(partners) and equation.relation == "="
    if not plans:
        return
    for position in grid.select(lead.block, lead.which):
        key = data.rows[position].key
        if matched and not any(key in index for index in indexes):
            if _has_money(grid, lead, position):
                result.gaps.append(Gap(rule, key, lead.block, partners[0].block))
            continue
        _instances(result.relations, rule, equation, sides, plans, key, position, cells)
    for key, ref in _strangers(grid, lead, partners).items():
        if equation.relation == "=":
            result.gaps.append(Gap(rule, key, ref.block, lead.block))
        else:
            _instances(result.relations, rule, equation, sides, plans, key, -1, cells)


def _strangers(grid: Grid, lead: Ref, partners: tuple[Ref, ...]) -> dict[str, Ref]:
    """Rows with money that other tables have and the leading one lacks: key -> where it is."""
    known = grid.data(lead.block)
    assert known is not None
    found: dict[str, Ref] = {}
    for ref in partners:
        data = grid.data(ref.block)
        assert data is not None
        for position in grid.select(ref.block, ref.which or lead.which):
            key = data.rows[position].key
            if key not in known.by_key and key not in found and _has_money(grid, ref, position):
                found[key] = ref
    return found


def _has_money(grid: Grid, ref: Ref, position: int) -> bool:
    every = ref.column == "*"
    columns = range(grid.width[ref.block]) if every else (grid.column(ref.block, ref.column),)
    cells = (grid.cells[grid.number(ref.block, position, column)] for column in columns)
    return any(cell is not None and (isinstance(cell, Unreadable) or cell.fen) for cell in cells)


def _instances(
    found: list[Relation],
    rule: Rule,
    equation: Equation,
    sides: list[_Side],
    plans: list[_Plan],
    key: str,
    position: int,
    cells: list[Cell] | None,
) -> None:
    """Add the relations of one row; this is the innermost loop of validation."""
    split = len(equation.left)
    if cells is not None and position >= 0 and all(side.leads for side in sides):
        _add_row(found, rule, equation, plans, position, cells)
        return
    rows = [side.rows(key, position) for side in sides]
    if equation.derive and not rows[0]:
        return
    if equation.present and not (any(rows[:split]) and any(rows[split:])):
        return
    if cells is not None:
        _add_live(found, rule, equation, plans, rows, cells)
        return
    left = len(rows[0]) if split == 1 else sum(map(len, rows[:split]))
    for plan in plans:
        terms = []
        for (sign, offset, width), taken in zip(plan, rows):  # noqa: B905  # hot
            if offset >= 0:
                for row in taken:
                    terms.append((sign, offset + row * width))  # noqa: PERF401  # hot
        if terms:
            found.append(Relation(rule, equation, tuple(terms), left))


def _add_row(
    found: list[Relation],
    rule: Rule,
    equation: Equation,
    plans: list[_Plan],
    position: int,
    cells: list[Cell],
) -> None:
    """The live relations within one row, of which there are the most."""
    split = len(equation.left)
    for plan in plans:
        shift = position * plan[0][2]
        terms = [
            (sign, offset + shift)
            for sign, offset, _ in plan
            if offset >= 0 and cells[offset + shift] is not None
        ]
        if terms:
            left = sum([cells[offset + shift] is not None for _, offset, _ in plan[:split]])
            found.append(Relation(rule, equation, tuple(terms), left))


def _add_live(
    found: list[Relation],
    rule: Rule,
    equation: Equation,
    plans: list[_Plan],
    rows: list[list[int]],
    cells: list[Cell],
) -> None:
    """The same without blank cells; most cells of a budget are blank."""
    split = len(equation.left)
    for plan in plans:
        terms = []
        left = 0
        for count, ((sign, offset, width), taken) in enumerate(zip(plan, rows)):  # noqa: B905
            if offset >= 0:
                for row in taken:
                    number = offset + row * width
                    if cells[number] is not None:
                        terms.append((sign, number))
                        if count < split:
                            left += 1
        if terms:
            found.append(Relation(rule, equation, tuple(terms), left))
