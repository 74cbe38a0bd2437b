"""Rows that one table has and another, which must match it, lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.findings import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.relations.expand import Gap
    from xlbudget.relations.grid import Grid

__all__ = ["gap_findings"]


def gap_findings(grid: Grid, gaps: Iterable[Gap]) -> list[Finding]:
    """One finding per missing row and table, at the row that exists."""
    found: dict[tuple[str, str, str], Finding] = {}
    for gap in gaps:
        data = grid.data(gap.present)
        row = data.row(gap.key) if data else None
        if row is None:
            continue
        has, lacks = (_title(grid, block) for block in (gap.present, gap.absent))
        name = f"{row.key} {row.label}" if row.kind == "subject" else row.label
        message = f"{has}有“{name}”一行，{lacks}却没有；请补上该行，或核对行名是否一致。"
        table = grid.standard.table(grid.standard.blocks[gap.absent].table)
        sheet = grid.book.sheets.get(table.key, table.sheet)
        finding = Finding(
            gap.rule.code,
            Level(gap.rule.level),
            message,
            table.title,
            sheet,
            row=row.key.removeprefix("group:"),
        )
        found.setdefault((gap.key, gap.present, gap.absent), finding)
    return list(found.values())


def _title(grid: Grid, block: str) -> str:
    return grid.standard.table(grid.standard.blocks[block].table).title
