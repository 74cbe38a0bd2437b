"""Relations looked at one by one: whether each holds, and the soft rules' findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.probe import stands
from xlbudget.checks.wording import arithmetic, finding_at, mismatch, money_text
from xlbudget.findings import Level
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.findings import Finding
    from xlbudget.relations.expand import Relation
    from xlbudget.relations.grid import Grid

__all__ = ["holds", "residual", "single_findings"]


def residual(grid: Grid, relation: Relation) -> int:
    """Left minus right, in 分, of the amounts as printed."""
    total = 0
    for sign, number in relation.terms:
        cell = grid.cells[number]
        if isinstance(cell, Amount):
            total += sign * cell.fen
    return total


def holds(grid: Grid, relation: Relation) -> bool:
    """Whether unrounded amounts exist that satisfy this relation alone; true if a cell is unreadable."""
    return stands(grid.cells, relation.terms, relation.equation.relation == ">=")


def single_findings(grid: Grid, relations: Iterable[Relation]) -> list[Finding]:
    """A finding, at its first cell, for every relation that does not hold by itself."""
    findings: list[Finding] = []
    for relation in relations:
        if holds(grid, relation):
            continue
        number = relation.terms[0][1]
        cell = grid.cells[number]
        unit = cell.unit if isinstance(cell, Amount) else grid.standard.unit
        off = residual(grid, relation)
        # One relation does not tell which of its sides is wrong: both are named.
        message = f"{mismatch(grid, relation)}（{relation.rule.title}）；请核对。"
        findings.append(
            finding_at(
                grid,
                number,
                relation.rule.code,
                Level(relation.rule.level),
                message,
                difference=money_text(off * relation.terms[0][0], unit).replace(",", ""),
                basis=(arithmetic(grid, relation),),
            )
        )
    return findings
