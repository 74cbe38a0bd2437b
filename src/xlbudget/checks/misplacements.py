"""All kinds of misplaced figures, tried on one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.misplaced import UNIT, Misplacement, demerit, suspect_rows
from xlbudget.checks.misplaced_blocks import block_shifts
from xlbudget.checks.misplaced_columns import column_shifts, table_columns, table_units
from xlbudget.checks.misplaced_order import reordered_rows
from xlbudget.checks.misplaced_rows import row_shifts, row_swaps

if TYPE_CHECKING:
    from xlbudget.checks.probe import Probe
    from xlbudget.relations.grid import Grid

__all__ = ["find_misplacements"]

_MOST_FOUND = 5
_LONG = 8
"""A slip in so many rows that explains all is no coincidence."""
_FEW_ROWS = 3
"""A sum of more rows does not make each of them suspect of having been moved."""


def find_misplacements(grid: Grid, probe: Probe) -> list[Misplacement]:
    """The misplacements that mend most, the best first.

    Where a slip in a whole table explains all that is broken in it, nothing else is looked for.
    """
    any_rows = suspect_rows(grid, probe, len(probe.cells))
    whole: list[Misplacement] = []
    for tried in (
        table_units(grid, probe, any_rows),
        block_shifts(grid, probe, any_rows),
        table_columns(grid, probe, any_rows),
        reordered_rows(grid, probe, any_rows),
    ):
        whole += [one for one in tried if not _hides(grid, probe, one)]
    if any(not one.left and len(one.rows) >= _LONG for one in whole):
        return sorted(whole, key=demerit)[:_MOST_FOUND]
    rows = suspect_rows(grid, probe, _FEW_ROWS)
    found = [
        *whole,
        *column_shifts(grid, probe, any_rows),
        *row_swaps(grid, probe, rows),
        *row_shifts(grid, probe, rows),
    ]
    return sorted(found, key=demerit)[:_MOST_FOUND]


def _hides(grid: Grid, probe: Probe, one: Misplacement) -> bool:
    """Whether most of what is broken in the table of a slip that takes in all of it would stay so."""
    base, end = grid.base[one.block], grid.end(one.block)
    return (
        2 * len(one.mended)
        < sum(any(base <= cell < end for _, cell in probe.terms[number]) for number in probe.broken)
        and one.kind == UNIT
    )
