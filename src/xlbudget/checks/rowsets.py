"""Findings about rows: those that a table lacks, and those that it has under another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.describe import basis_of, determined, suggestion
from xlbudget.checks.wording import column_label, finding_at, row_label
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.money import Amount
from xlbudget.relations.derive import unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.checks.explanation import Absence, Examination
    from xlbudget.checks.missing import Completed, Renamed
    from xlbudget.checks.propagate import Bounds
    from xlbudget.figures import Row
    from xlbudget.relations.expand import Gap
    from xlbudget.relations.grid import Grid

__all__ = ["absence_finding", "gap_findings", "renamed_finding"]

_NARROW = 20
"""Ranges up to so many times what counts as 尾差 are put down to rounding."""
_INSTEAD = 0.2
"""The share of a slip that is not telling enough to be preferred to a missing row."""


def gap_findings(
    grid: Grid,
    gaps: Iterable[Gap],
    done: Completed,
    found: Examination,
    bounds: Bounds | None,
) -> list[Finding]:
    """One finding per missing row and table, with the figures that the rest determines."""
    renamed = {(one.gap.absent, one.gap.key) for one in done.renamed}
    renamed |= {(one.gap.present, one.key) for one in done.renamed}
    findings: dict[tuple[str, str], Finding] = {}
    for gap in gaps:
        data = grid.data(gap.present)
        row = data.row(gap.key) if data else None
        if row is None or (gap.absent, gap.key) in renamed:
            continue
        has, lacks = (_title(grid, block) for block in (gap.present, gap.absent))
        figures = ""
        if (gap.absent, gap.key) in done.added:
            figures = _figures(found, bounds, gap.absent, gap.key)
        message = (
            f"{has}有“{_name(row)}”一行，{lacks}却没有；请补上该行{figures}，或核对行名是否一致。"
        )
        finding = Finding(
            gap.rule.code,
            Level(gap.rule.level),
            message,
            grid.standard.table(grid.standard.blocks[gap.absent].table).title,
            _sheet(grid, gap.absent),
            row=row.key.removeprefix("group:"),
        )
        findings.setdefault((gap.key, gap.absent), finding)
    return list(findings.values())


def renamed_finding(grid: Grid, one: Renamed) -> Finding:
    """A row that has the figures of another table's row, but not its code or name."""
    here, there = grid.data(one.block), grid.data(one.gap.present)
    row, right = (here.row(one.key) if here else None), (there.row(one.right) if there else None)
    assert row is not None
    assert right is not None
    wanted = _name(right)
    message = (
        f"“{_name(row)}”一行与{_title(grid, one.gap.present)}“{wanted}”的金额相同，"
        f"编码或名称却不同；很可能是同一行，请统一为“{wanted}”。"
    )
    number = grid.row_numbers(one.block, one.key)[0]
    return finding_at(grid, number, one.gap.rule.code, Level(one.gap.rule.level), message)


def absence_finding(
    one: Absence, found: Examination, bounds: Bounds | None, level: Level
) -> Finding:
    """A sum that lacks a lower row: at the sum."""
    grid, lack = one.grid, one.lack
    number = one.relations[0].terms[0][1]
    figures = _figures(found, bounds, lack.block, lack.key)
    row = row_label(grid, number)
    if lack.blank:
        number = found.grid.row_numbers(lack.block, lack.key)[0]
        message = f"“{row_label(found.grid, number)}”一行没有填数，上级和其余各表却有它的金额{figures}；请补填。"
        basis = basis_of(grid, one.relations)
        return finding_at(
            found.grid, number, one.relations[0].rule.code, level, message, basis=basis
        )
    if lack.first:
        message = f"“{row}”与所列各行合不上；从“{lack.first}”起很可能另属一个一级项目，漏列了它的一行{figures}，请补上。"
    else:
        message = (
            f"“{row}”比所列各行之和多，而其余各表都与它相符；很可能漏列了一行{figures}，请补上。"
        )
    return finding_at(
        grid,
        number,
        one.relations[0].rule.code,
        level,
        message,
        basis=basis_of(grid, one.relations),
        suggestions=_instead(grid, one, number),
    )


def _instead(grid: Grid, one: Absence, number: int) -> tuple[Suggestion, ...]:
    """A wrong figure that would explain the same."""
    if one.instead is None or one.instead.value is None:
        return ()
    return (suggestion(grid, one.instead, number)._replace(share=_INSTEAD),)


def _figures(found: Examination, bounds: Bounds | None, block: str, key: str) -> str:
    """The amounts of a row that was added, as far as the rest determines them."""
    known = []
    for number in found.grid.row_numbers(block, key):
        value = determined(found, bounds, number)
        about = "" if value is not None else "约"
        if value is None:
            value = _middle(found, bounds, number)
        if value is not None and value.fen:
            known.append(f"{column_label(found.grid, number)}{about} {value.text}")
    return f"（按其余各格应为：{'、'.join(known)}）" if known else ""


def _middle(found: Examination, bounds: Bounds | None, number: int) -> Amount | None:
    """The middle of what the rest allows a cell; None where that is not just a matter of rounding."""
    variable = found.system.variable.get(number)
    if bounds is None or variable is None:
        return None
    unit = unit_of(found.grid, number)
    low, high = bounds.low[variable], bounds.high[variable]
    if low <= 0 or high - low > _NARROW * found.grid.standard.rounding_limit:
        return None
    return Amount((low + high) // 2).rounded(unit)


def _name(row: Row) -> str:
    return f"{row.key} {row.label}" if row.kind == "subject" else row.label


def _title(grid: Grid, block: str) -> str:
    return grid.standard.table(grid.standard.blocks[block].table).title


def _sheet(grid: Grid, block: str) -> str:
    table = grid.standard.table(grid.standard.blocks[block].table)
    return grid.book.sheets.get(table.key, table.sheet)
