"""Expand the equations of a standard over the rows of one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import Unreadable
from xlbudget.findings import NotExecuted
from xlbudget.relations.grid import INFO, Grid
from xlbudget.standard.equations import ALL, EACH, ONE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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

    With ``live_only``, without those between columns in which nothing stands at all; with
    ``assume``, as if every condition held.
    """
    live = grid.live_columns() if live_only else None
    result = Expansion([], [], [])
    conditions = _Conditions(grid)
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


class _Conditions:
    """Which conditions of the standard hold in a book; each is looked at once."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._known: dict[str, tuple[bool, str]] = {"": (True, "")}

    def holds(self, key: str) -> bool:
        return self._look(key)[0]

    def undecided(self, key: str) -> str:
        return self._look(key)[1]

    def _look(self, key: str) -> tuple[bool, str]:
        if key not in self._known:
            self._known[key] = self._evaluate(key)
        return self._known[key]

    def _evaluate(self, key: str) -> tuple[bool, str]:
        grid, condition = self.grid, self.grid.standard.conditions[key]
        for ref in condition.zero:
            if ref.block not in grid.book.blocks:
                sheet = grid.standard.table(grid.standard.blocks[ref.block].table).sheet
                return False, f"无法判断“{condition.title}”：缺少工作表“{sheet}”。"
            data = grid.data(ref.block)
            row = data.row(ref.which) if data else None
            cell = row.cells[grid.column(ref.block, ref.column)] if row else None
            if isinstance(cell, Unreadable):
                return False, f"无法判断“{condition.title}”：相关金额不可读。"
            if cell is not None and cell.fen:
                return False, ""
        return True, ""


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


def _sides(grid: Grid, equation: Equation, lead: Ref | None) -> list[_Side]:
    signs = [term.sign for term in equation.left] + [-term.sign for term in equation.right]
    return [
        _side(grid, sign, ref, lead, columns)
        for sign, ref, columns in zip(signs, equation.refs, equation.columns, strict=True)
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
    lead = next((ref for ref in equation.refs if ref.how == EACH), None)
    sides = _sides(grid, equation, lead)
    plans = _plans(equation, sides, live)
    if lead is None:
        _instances(result.relations, rule, equation, sides, plans, "", -1)
        return
    data = grid.data(lead.block)
    assert data is not None
    partners = [ref for ref in equation.refs if ref.how == EACH and ref.block != lead.block]
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
        _instances(result.relations, rule, equation, sides, plans, key, position)
    for key, ref in _strangers(grid, lead, partners).items():
        if equation.relation == "=":
            result.gaps.append(Gap(rule, key, ref.block, lead.block))
        else:
            _instances(result.relations, rule, equation, sides, plans, key, -1)


def _strangers(grid: Grid, lead: Ref, partners: list[Ref]) -> dict[str, Ref]:
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
) -> None:
    """Add the relations of one row; this is the innermost loop of validation."""
    rows = [side.rows(key, position) for side in sides]
    split = len(equation.left)
    if equation.derive and not rows[0]:
        return
    if equation.present and not (any(rows[:split]) and any(rows[split:])):
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
