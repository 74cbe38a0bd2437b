"""What is wrong with a sum of units beyond what their rounding explains.

Every printed amount is a sum of rounded ones, so it may be off by as much as the standard of such a workbook
allows. Which figure is wrong cannot be told here: it is wrong in a unit, and there it is to be sought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.identities import lead_difference, residual
from xlbudget.checks.wording import arithmetic, finding_at, mismatch, table_place
from xlbudget.findings import Finding, Level
from xlbudget.money import Amount
from xlbudget.rules.relations import checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.rules.grid import Grid
    from xlbudget.rules.relations import Expansion, Gap, Relation

_ADVICE = "超过各单位取整累积的尾差；请先校验各单位的工作簿（见“汇总来源”），改正后重新汇总"


def beyond_rounding(grid: Grid, relation: Relation) -> bool:
    """Whether a relation is missed by more than the rounding of all its amounts, each to the limit."""
    off = residual(grid, relation)
    if relation.equation.relation == ">=" and off >= 0:
        return False
    allowed = 0
    for sign, number in relation.terms:
        cell = grid.cells[number]
        if isinstance(cell, Amount) and cell.unit.max_places:
            allowed += abs(sign) * grid.standard.limit(cell.unit)
    return abs(off) > allowed


def sum_findings(grid: Grid, expansion: Expansion) -> list[Finding]:
    """The rows that do not match, and the relations that rounding does not explain; one at least."""
    findings = list(_gap_findings(grid, expansion.gaps))
    relations = checked(expansion.relations)
    off = [relation for relation in relations if beyond_rounding(grid, relation)]
    findings += [_finding(grid, relation, Level(relation.rule.level), _ADVICE) for relation in off]
    if not findings:
        worst = max(relations, key=lambda relation: abs(residual(grid, relation)))
        message = f"与其余各数不能同时成立，{_ADVICE}"
        findings.append(_finding(grid, worst, Level.ERROR, message))
    return findings


def _finding(grid: Grid, relation: Relation, level: Level, advice: str) -> Finding:
    message = f"{mismatch(grid, relation)}（{relation.rule.title}），{advice}。"
    return finding_at(grid, relation.terms[0][1], relation.rule.code, level, message)._replace(
        difference=lead_difference(grid, relation), basis=(arithmetic(grid, relation),)
    )


def _gap_findings(grid: Grid, gaps: list[Gap]) -> Iterator[Finding]:
    seen = set()
    for gap in gaps:
        row = grid.row(gap.present, gap.key)
        if row is None or (gap.absent, gap.key) in seen:
            continue
        seen.add((gap.absent, gap.key))
        has = table_place(grid.standard, grid.book, gap.present)[0]
        lacks, sheet = table_place(grid.standard, grid.book, gap.absent)
        name = f"{row.key} {row.label}".strip() if row.kind == "subject" else row.label or row.key
        message = f"{has}有“{name}”，{lacks}没有这一行；请先校验各单位的工作簿，改正后重新汇总。"
        yield Finding(gap.rule.code, Level(gap.rule.level), message, lacks, sheet, row=gap.key)
