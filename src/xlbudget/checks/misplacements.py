"""All kinds of misplaced figures, tried on one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.misplaced import Misplacement, demerit, suspect_rows
from xlbudget.checks.misplaced_columns import column_shifts, table_units
from xlbudget.checks.misplaced_rows import row_shifts, row_swaps

if TYPE_CHECKING:
    from xlbudget.checks.probe import Probe
    from xlbudget.relations.grid import Grid

__all__ = ["find_misplacements"]

_MOST_FOUND = 5
_FEW_ROWS = 3
"""A sum of more rows does not make each of them suspect of having been moved."""


def find_misplacements(grid: Grid, probe: Probe) -> list[Misplacement]:
    """The misplacements that mend most, the best first.

    Where a table's unit explains all that is broken in it, nothing else is looked for.
    """
    any_rows = suspect_rows(grid, probe, len(probe.cells))
    units = list(table_units(grid, probe, any_rows))
    if any(not one.left for one in units):
        return units
    rows = suspect_rows(grid, probe, _FEW_ROWS)
    found = [
        *units,
        *column_shifts(grid, probe, any_rows),
        *row_swaps(grid, probe, rows),
        *row_shifts(grid, probe, rows),
    ]
    return sorted(found, key=demerit)[:_MOST_FOUND]
