"""Expand the equations of a standard over the rows of one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import Unreadable
from xlbudget.findings import NotExecuted
from xlbudget.relations.grid import INFO, Grid
from xlbudget.standard.equations import ALL, EACH, ONE

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def expand(grid: Grid) -> Expansion:
    """All relations that apply to the book behind ``grid``."""
    result = Expansion([], [], [])
    conditions = _Conditions(grid)
    for rule in grid.standard.rules_of(grid.book.year):
        reasons: dict[str, None] = {}
        for equation in rule.equations:
            missing = _missing(grid, equation) or conditions.undecided(equation.when)
            if missing:
                reasons[missing] = None
            elif conditions.holds(equation.when):
                result.relations.extend(_of_equation(grid, rule, equation, result.gaps))
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


def _of_equation(grid: Grid, rule: Rule, equation: Equation, gaps: list[Gap]) -> Iterator[Relation]:
    eachs = [ref for ref in equation.refs if ref.how == EACH]
    columns = _columns(grid, equation)
    if not eachs:
        yield from _instances(grid, rule, equation, columns, "", -1)
        return
    lead = eachs[0]
    selected = grid.select(lead.block, lead.which)
    data = grid.data(lead.block)
    assert data is not None
    for position in selected:
        key = data.rows[position].key
        others = _partners(equation, lead)
        if others and equation.relation == "=" and all(_find(grid, ref, key) < 0 for ref in others):
            if _has_money(grid, lead, position):
                gaps.append(Gap(rule, key, lead.block, others[0].block))
            continue
        yield from _instances(grid, rule, equation, columns, key, position)
    yield from _of_strangers(grid, rule, equation, lead, columns, gaps)


def _of_strangers(
    grid: Grid, rule: Rule, equation: Equation, lead: Ref, columns: list[str], gaps: list[Gap]
) -> Iterator[Relation]:
    """Rows that other tables have and the leading one lacks."""
    known = grid.data(lead.block)
    assert known is not None
    seen: set[str] = set()
    for ref in _partners(equation, lead):
        data = grid.data(ref.block)
        assert data is not None
        for position in grid.select(ref.block, ref.which or lead.which):
            key = data.rows[position].key
            if key in known.index or key in seen or not _has_money(grid, ref, position):
                continue
            seen.add(key)
            if equation.relation == "=":
                gaps.append(Gap(rule, key, ref.block, lead.block))
            else:
                yield from _instances(grid, rule, equation, columns, key, -1)


def _partners(equation: Equation, lead: Ref) -> list[Ref]:
    """The other tables' rows that stand for the leading row."""
    return [ref for ref in equation.refs if ref.how == EACH and ref.block != lead.block]


def _has_money(grid: Grid, ref: Ref, position: int) -> bool:
    columns = (
        range(grid.width[ref.block]) if ref.column == "*" else (grid.column(ref.block, ref.column),)
    )
    cells = (grid.cells[grid.number(ref.block, position, column)] for column in columns)
    return any(cell is not None and (isinstance(cell, Unreadable) or cell.fen) for cell in cells)


def _find(grid: Grid, ref: Ref, key: str) -> int:
    data = grid.data(ref.block)
    return data.index.get(key, -1) if data else -1


def _columns(grid: Grid, equation: Equation) -> list[str]:
    """The columns for which ``*`` stands: those of the leading block."""
    star = next((ref for ref in equation.refs if ref.column == "*"), None)
    return list(grid.standard.blocks[star.block].amounts) if star else [""]


def _instances(
    grid: Grid, rule: Rule, equation: Equation, columns: list[str], key: str, position: int
) -> Iterator[Relation]:
    rows = [
        (term.sign, term.ref, _rows(grid, term.ref, key, position, equation))
        for term in equation.left
    ]
    left_sides = len(rows)
    rows += [
        (-term.sign, term.ref, _rows(grid, term.ref, key, position, equation))
        for term in equation.right
    ]
    if equation.present and not any(found for _, _, found in rows[:left_sides]):
        return
    if equation.present and not any(found for _, _, found in rows[left_sides:]):
        return
    if equation.derive and not rows[0][2]:
        return
    for column in columns:
        terms: list[tuple[int, int]] = []
        left = 0
        for count, (sign, ref, found) in enumerate(rows, 1):
            name = column if ref.column == "*" else ref.column
            if ref.block == INFO or name in grid.standard.blocks[ref.block].amount_index:
                base = grid.base[ref.block] + grid.column(ref.block, name)
                width = grid.width[ref.block]
                terms.extend((sign, base + row * width) for row in found)
            if count == left_sides:
                left = len(terms)
        if terms:
            yield Relation(rule, equation, tuple(terms), left)


def _rows(grid: Grid, ref: Ref, key: str, position: int, equation: Equation) -> list[int]:
    if ref.how == ALL:
        if ref.which == "child":
            return grid.tree(ref.block).get(position, [])
        if ref.which == "top":
            return grid.tree(ref.block).get(-1, [])
        return grid.select(ref.block, ref.which)
    found = _find(grid, ref, ref.which if ref.how == ONE else key)
    if ref.how == EACH and found >= 0 and position >= 0 and _same_block(equation, ref):
        found = position
    return [found] if found >= 0 else []


def _same_block(equation: Equation, ref: Ref) -> bool:
    """Whether the reference speaks of the leading table, so that doubled keys keep their own row."""
    return next(one for one in equation.refs if one.how == EACH).block == ref.block
