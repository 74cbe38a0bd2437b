"""Formulas that do not come to what the cells are that they are made of.

A total that holds a formula is taken for a function of its parts. But a person's own formula can
leave a part out (``=SUM(D8:D20)`` where ``D21`` counts too), and a program can write cells without computing
anew. Then the cell prints what its parts do not come to, although nothing that was typed is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.single import holds
from xlbudget.checks.wording import (
    arithmetic,
    cell_label,
    finding_at,
    money_text,
    table_title,
)
from xlbudget.findings import Level, Status
from xlbudget.money import Amount
from xlbudget.relations.expand import checked, expand

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from xlbudget.findings import Finding
    from xlbudget.relations.expand import Relation
    from xlbudget.relations.grid import Grid

__all__ = ["FormulaOff", "formula_findings", "formulas_off"]

_MOST_NAMED = 3
_WAY_OUT = (
    "请先重算（F9）；仍是这样，就是公式少算或多算了格，请改它的范围，或清空这一格再按“填列小计”。"
)


class FormulaOff(NamedTuple):
    """A formula's cell, what its parts come to as printed, and the relation that says so."""

    number: int
    right: Amount
    relation: Relation


def formulas_off(
    printed: Grid, again: Grid, defined: Mapping[int, Relation], formulas: Collection[int]
) -> list[FormulaOff]:
    """The cells among ``formulas`` that show something else than their parts, as printed, come to.

    ``defined`` are the definitions of ``printed``; ``again`` has every formula computed anew. A cell whose relations do not hold there either is left
    out: which of its definitions the formula follows is not known, and a typed cell can be the cause.
    """
    off = [
        FormulaOff(number, right, defined[number])
        for number in sorted(formulas)
        if number in defined
        and isinstance(printed.cells[number], Amount)
        and isinstance(right := again.cells[number], Amount)
        and not holds(printed, defined[number])
    ]
    if not off:
        return []
    doubtful = {
        number
        for one in checked(expand(again).relations)
        if not holds(again, one)
        for _, number in one.terms
    }
    return [one for one in off if one.number not in doubtful]


def formula_findings(grid: Grid, off: Iterable[FormulaOff], status: Status) -> Iterator[Finding]:
    """A finding for each table, at its first such cell of ``grid``: the cells as printed, their grade ``status``."""
    level = Level.WARNING if status is Status.ROUNDING else Level.ERROR
    tables: dict[str, list[FormulaOff]] = {}
    for one in off:
        tables.setdefault(table_title(grid, one.number), []).append(one)
    for several in tables.values():
        yield _finding(grid, several, level)


def _finding(grid: Grid, several: list[FormulaOff], level: Level) -> Finding:
    first = several[0]
    printed = grid.cells[first.number]
    assert isinstance(printed, Amount)
    if len(several) == 1:
        what = (
            f"{cell_label(grid, first.number)}是公式，现为 {printed.text}，"
            f"而它的各部分合计为 {first.right.text}"
        )
    else:
        named = "、".join(_named(grid, one) for one in several[:_MOST_NAMED])
        more = "等" * (len(several) > _MOST_NAMED)
        what = f"有{len(several)}格公式的结果不是其各部分的合计（{named}{more}）"
    return finding_at(
        grid,
        first.number,
        first.relation.rule.code,
        level,
        f"{what}；{_WAY_OUT}",
        expected=first.right.plain,
        difference=money_text(printed.fen - first.right.fen, printed.unit).replace(",", ""),
        basis=tuple(arithmetic(grid, one.relation) for one in several[:_MOST_NAMED]),
    )


def _named(grid: Grid, one: FormulaOff) -> str:
    return f"{grid.place(one.number).cell}{cell_label(grid, one.number)}应为 {one.right.text}"
