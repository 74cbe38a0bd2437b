"""Derived cells that nobody filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.wording import cell_label, finding_at
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from xlbudget.relations.expand import Relation
    from xlbudget.relations.grid import Grid

__all__ = ["blank_derived", "blank_finding"]

_MOST_NAMED = 3


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


def blank_finding(
    grid: Grid, blanks: Sequence[tuple[int, Amount | None]], defined: Mapping[int, Relation]
) -> Finding:
    """Derived cells of one table that are blank although their parts are not, with their values.

    Each with a value is a suggestion of its own; the finding is at the first.
    """
    number, right = blanks[0]
    named = "、".join(
        cell_label(grid, cell) + (f"应为 {value.text}" if value is not None else "")
        for cell, value in blanks[:_MOST_NAMED]
    )
    message = (
        f"{cell_label(grid, number)}为空{f'，应为 {right.text}' if right is not None else ''}"
        if len(blanks) == 1
        else f"有{len(blanks)}格小计、合计为空（{named}{'等' * (len(blanks) > _MOST_NAMED)}）"
    )
    rules = {defined[cell].rule.code: defined[cell].rule for cell, _ in blanks}
    suggestions = []
    for cell, value in blanks:
        if value is not None:
            sheet, place = ("", "") if cell == number else grid.place(cell)
            suggestions.append(Suggestion(value.plain, "由其余各格得出", 1.0, sheet, place))
    return finding_at(
        grid,
        number,
        defined[number].rule.code,
        Level.ERROR,
        f"{message}；可用“填列小计”自动填写。",
        expected=right.plain if right is not None else "",
        basis=tuple(f"{code} {rule.title}" for code, rule in rules.items()),
        suggestions=tuple(suggestions),
    )
