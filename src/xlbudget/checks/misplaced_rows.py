"""Misplaced figures, up and down: rows swapped, or shifted by lines."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from xlbudget.checks.misplaced import ROWS, SWAP, Misplacement, demerit, in_doubt, judged
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.checks.probe import Probe
    from xlbudget.figures import Cell
    from xlbudget.relations.grid import Grid

__all__ = ["row_shifts", "row_swaps"]

_MOST_ROWS = 40
_MOST_GROWN = 2
_FURTHER = 6
"""How many rows beyond those in doubt a shift may reach: long sums put no single row in doubt."""


def row_swaps(grid: Grid, probe: Probe, rows: dict[str, list[int]]) -> Iterator[Misplacement]:
    """Two rows of one table whose figures stand in each other's place."""
    for block, positions in rows.items():
        width, base = grid.width[block], grid.base[block]
        for one, other in combinations(positions[:_MOST_ROWS], 2):
            first, second = base + one * width, base + other * width
            if not _offset_fits(probe, first, second, width):
                continue
            edits: dict[int, Cell] = {}
            for column in range(width):
                if probe.cells[first + column] != probe.cells[second + column]:
                    edits[first + column] = probe.cells[second + column]
                    edits[second + column] = probe.cells[first + column]
            found = judged(probe, SWAP, block, (one, other), 0, edits)
            if found is not None:
                yield found


def _offset_fits(probe: Probe, first: int, second: int, width: int) -> bool:
    """Whether some relation of the first row is off by what the two rows differ."""
    for column in range(width):
        one, other = probe.cells[first + column], probe.cells[second + column]
        gap = (one.fen if isinstance(one, Amount) else 0) - (
            other.fen if isinstance(other, Amount) else 0
        )
        for number in probe.touching.get(first + column, ()) if gap else ():
            if (
                number in probe.broken
                and abs(abs(probe.residual(number)) - abs(gap)) < abs(gap) // 100
            ):
                return True
    return False


def row_shifts(grid: Grid, probe: Probe, rows: dict[str, list[int]]) -> Iterator[Misplacement]:
    """The figures of consecutive rows, in one column or all, a line too low or too high."""
    for block, positions in rows.items():
        if len(positions) < 2:  # noqa: PLR2004
            continue
        width, base = grid.width[block], grid.base[block]
        count = (grid.end(block) - base) // width
        columns = [
            column
            for column in range(width)
            if any(probe.cells[base + row * width + column] is not None for row in positions)
        ]
        choices = [tuple(columns), *((column,) for column in columns if len(columns) > 1)]
        for chosen in choices:
            doubtful = [
                row
                for row in positions
                if any(in_doubt(probe, base + row * width + column) for column in chosen)
            ]
            found = [
                one
                for first, last in _spans(doubtful, count)
                for down in (1, -1)
                for one in _row_shift(grid, probe, block, chosen, first, last, down)
            ]
            for one in sorted(found, key=demerit)[:_MOST_GROWN]:
                found += _grown(grid, probe, one, chosen, count)
            yield from (one for one in found if _left_behind(grid, probe, one, chosen))


def _left_behind(grid: Grid, probe: Probe, one: Misplacement, columns: tuple[int, ...]) -> bool:
    """Whether the row from which the figures moved away is blank, or as it was."""
    width = grid.width[one.block]
    row = one.rows[0] if one.shift > 0 else one.rows[-1]
    cells = (grid.base[one.block] + row * width + column for column in columns)
    return all(
        probe.cells[cell] in (None, one.edits.get(cell, probe.cells[cell])) for cell in cells
    )


def _grown(
    grid: Grid, probe: Probe, one: Misplacement, columns: tuple[int, ...], count: int
) -> Iterator[Misplacement]:
    """The same shift of more rows, before and after."""
    first, last = one.rows[0], one.rows[-1]
    for start in range(first, max(-1, first - _FURTHER - 1), -1):
        for end in range(last, min(count, last + _FURTHER + 1)):
            if (start, end) != (first, last):
                yield from _row_shift(grid, probe, one.block, columns, start, end, one.shift)


def _spans(doubtful: list[int], count: int) -> Iterator[tuple[int, int]]:
    """Ranges of rows to try: runs between doubtful rows."""
    tried = doubtful[:_MOST_ROWS]
    for first, last in combinations(tried, 2):
        if last - first < len(tried) + 2 and last < count:
            yield first, last


def _row_shift(
    grid: Grid, probe: Probe, block: str, columns: tuple[int, ...], first: int, last: int, down: int
) -> Iterator[Misplacement]:
    """The figures that should be in rows ``first`` to ``last`` stand ``down`` rows further on.

    The row at the far end was blank (figures were cut and pasted), or its figure was overwritten.
    """
    width, base = grid.width[block], grid.base[block]
    edits: dict[int, Cell] = {}
    unknown: list[int] = []
    for row in range(first, last + 1):
        source = row + down
        for column in columns:
            cell = base + row * width + column
            if first <= source <= last:
                edits[cell] = probe.cells[base + source * width + column]
            else:
                unknown.append(cell)
    moved = {cell: edits[cell] for cell in edits if probe.cells[cell] != edits[cell]}
    rows = {(cell - base) // width for cell in (*moved, *unknown)}
    if len(rows) < 2 or not all(_row_in_doubt(probe, base, width, row) for row in rows):  # noqa: PLR2004
        return
    blanked: dict[int, Cell] = dict.fromkeys(unknown)
    for here, lost in ((moved | blanked, ()), (moved, tuple(unknown))):
        found = judged(probe, ROWS, block, tuple(range(first, last + 1)), down, here, lost)
        if found is not None:
            yield found


def _row_in_doubt(probe: Probe, base: int, width: int, row: int) -> bool:
    return any(in_doubt(probe, base + row * width + column) for column in range(width))
