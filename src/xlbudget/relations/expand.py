"""Expand the equations of a standard over the rows of one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import Unreadable
from xlbudget.findings import NotExecuted
from xlbudget.relations.conditions import Conditions
from xlbudget.relations.grid import INFO, Grid
from xlbudget.relations.sides import Plan, Side, plans_of, sides_of
from xlbudget.standard.equations import ONE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from xlbudget.figures import Cell
    from xlbudget.standard.equations import Equation, Ref
    from xlbudget.standard.model import Rule

__all__ = ["Expansion", "Gap", "Relation", "checked", "expand"]


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


def checked(relations: Iterable[Relation]) -> list[Relation]:
    """The relations that are reconciled together: those of rules that do more than warn."""
    return [one for one in relations if one.equation.check and not one.rule.soft]


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
    """Why an equation cannot be judged: a sheet, or rows that it adds up or compares, are not there.

    Of a block that is not filled in to the end, single rows can still be compared.
    """
    for ref in equation.refs:
        there = ref.block == INFO or ref.block in grid.book.blocks
        whole = ref.how != ONE and not equation.same_row
        if ref.block in grid.book.unfilled and (whole or not there):
            return grid.book.unfilled[ref.block]
        if not there:
            table = grid.standard.table(grid.standard.blocks[ref.block].table)
            return f"缺少工作表“{table.sheet}”。"
    return ""


def _of_equation(
    grid: Grid, rule: Rule, equation: Equation, result: Expansion, live: Collection[int] | None
) -> None:
    lead = equation.lead
    if rule.soft:
        live = None
    if live is not None:
        if not _touches(grid, equation, live):
            return
        if equation.same_row and lead is not None:
            _add_rows(grid, rule, equation, lead, result.relations, live)
            return
    sides = sides_of(grid, equation)
    cells = None if live is None else grid.cells
    plans = plans_of(equation, sides, live)
    if lead is None:
        _instances(result.relations, rule, equation, sides, plans, "", -1, cells)
        return
    data = grid.data(lead.block)
    assert data is not None
    partners = equation.partners
    indexes = [partner.by_key for ref in partners if (partner := grid.data(ref.block)) is not None]
    matched = bool(partners) and equation.relation == "="
    for position in grid.select(lead.block, lead.which):
        key = data.rows[position].key
        if matched and not any(key in index for index in indexes):
            if _has_money(grid, lead, position):
                result.gaps.append(Gap(rule, key, lead.block, _home(grid, partners, key)))
            continue
        _instances(result.relations, rule, equation, sides, plans, key, position, cells)
    leading = equation.relation == "=" or any(term.ref == lead for term in equation.left)
    for key, ref in _strangers(grid, lead, partners).items():
        if leading:
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


def _home(grid: Grid, partners: tuple[Ref, ...], key: str) -> str:
    """The table in which a row that all partners lack would stand: that of its nearest relatives.

    Rows below it are nearer than rows above it.
    """
    rows = {ref.block: data.by_key for ref in partners if (data := grid.data(ref.block))}
    for block, keys in rows.items():
        if any(one.startswith(key) for one in keys):
            return block
    for length in range(len(key) - 1, 0, -1):
        for block, keys in rows.items():
            if key[:length] in keys:
                return block
    return partners[0].block


def _has_money(grid: Grid, ref: Ref, position: int) -> bool:
    every = ref.column == "*"
    columns = range(grid.width[ref.block]) if every else (grid.column(ref.block, ref.column),)
    cells = (grid.cells[grid.number(ref.block, position, column)] for column in columns)
    return any(cell is not None and (isinstance(cell, Unreadable) or cell.fen) for cell in cells)


def _instances(
    found: list[Relation],
    rule: Rule,
    equation: Equation,
    sides: list[Side],
    plans: list[Plan],
    key: str,
    position: int,
    cells: list[Cell] | None,
) -> None:
    """Add the relations of one row; this is the innermost loop of validation.

    With ``cells``, those that are blank are left out: most cells of a budget are.
    """
    split = len(equation.left)
    rows = [side.rows(key, position) for side in sides]
    if equation.derive and not rows[0]:
        return
    if equation.present and not (any(rows[:split]) and any(rows[split:])):
        return
    for plan in plans:
        terms: list[tuple[int, int]] = []
        left = 0
        for count, ((sign, offset, width), taken) in enumerate(zip(plan, rows), 1):  # noqa: B905
            if offset >= 0:
                for row in taken:
                    number = offset + row * width
                    if cells is None or cells[number] is not None:
                        terms.append((sign, number))
            if count == split:
                left = len(terms)
        if terms:
            found.append(Relation(rule, equation, tuple(terms), left))


def _touches(grid: Grid, equation: Equation, live: Collection[int]) -> bool:
    """Whether anything stands in one of the equation's columns."""
    return any(
        column >= 0 and grid.base[ref.block] + column in live
        for ref, columns in zip(equation.refs, equation.columns, strict=True)
        for column in columns
    )


def _add_rows(
    grid: Grid,
    rule: Rule,
    equation: Equation,
    lead: Ref,
    found: list[Relation],
    live: Collection[int],
) -> None:
    """The live relations within single rows, of which there are the most."""
    cells, base, width = grid.cells, grid.base[lead.block], grid.width[lead.block]
    split = len(equation.left)
    shifts = [position * width for position in grid.select(lead.block, lead.which)]
    for columns in zip(*equation.columns, strict=True):
        plan = [
            (sign, base + column, count < split)
            for count, (sign, column) in enumerate(zip(equation.signs, columns, strict=True))
            if column >= 0 and base + column in live
        ]
        for shift in shifts if plan else ():
            terms = [
                (sign, offset + shift)
                for sign, offset, _ in plan
                if cells[offset + shift] is not None
            ]
            if terms:
                left = sum([first and cells[at + shift] is not None for _, at, first in plan])
                found.append(Relation(rule, equation, tuple(terms), left))
