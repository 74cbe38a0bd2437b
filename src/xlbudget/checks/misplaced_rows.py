"""Misplaced figures, up and down: rows swapped, or shifted by lines."""

from __future__ import annotations

from bisect import bisect_left
from itertools import combinations
from typing import TYPE_CHECKING

from xlbudget.checks.misplaced import ROWS, SWAP, Misplacement, demerit, in_doubt, judged
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.checks.probe import Probe
    from xlbudget.figures import Cell
    from xlbudget.relations.grid import Grid

__all__ = ["fen_of", "left_behind", "row_shift", "row_shifts", "row_swaps"]

_MOST_ROWS = 40
_MOST_SPAN = 8
"""Every short span between rows in doubt is tried; that longer ones stand lower is seen otherwise."""
_MOST_PAIRS = 800
_MOST_GROWN = 2
_DOUBTFUL = 0.7
_FURTHER = 6
"""How many rows beyond those in doubt a shift may reach: long sums put no single row in doubt."""


def row_swaps(grid: Grid, probe: Probe, rows: dict[str, list[int]]) -> Iterator[Misplacement]:
    """Two rows of one table whose figures stand in each other's place."""
    for block, positions in rows.items():
        width, base = grid.width[block], grid.base[block]
        for one, other in _likely_pairs(grid, probe, block, positions):
            if probe.work.exhausted:
                return
            first, second = base + one * width, base + other * width
            edits: dict[int, Cell] = {}
            for column in range(width):
                if probe.cells[first + column] != probe.cells[second + column]:
                    edits[first + column] = probe.cells[second + column]
                    edits[second + column] = probe.cells[first + column]
            found = judged(probe, SWAP, block, (one, other), 0, edits)
            if found is not None:
                yield found


def _likely_pairs(
    grid: Grid, probe: Probe, block: str, positions: list[int]
) -> list[tuple[int, int]]:
    """Pairs of rows that differ, in some column, by what a relation of one of them is off."""
    width, base = grid.width[block], grid.base[block]
    found: dict[tuple[int, int], None] = {}
    for column in range(width):
        fens = sorted((fen_of(probe.cells[base + row * width + column]), row) for row in positions)
        for fen, row in fens:
            for number in probe.touching.get(base + row * width + column, ()):
                off = abs(probe.residual(number)) if number in probe.broken else 0
                if not off:
                    continue
                near = max(off // 100, 1)
                for wanted in (fen - off, fen + off):
                    at = bisect_left(fens, (wanted - near, -1))
                    while at < len(fens) and fens[at][0] <= wanted + near:
                        if abs(off - abs(fens[at][0] - fen)) < abs(fens[at][0] - fen) // 100:
                            found[min(row, fens[at][1]), max(row, fens[at][1])] = None
                        at += 1
    return sorted(found)[:_MOST_PAIRS]


def fen_of(cell: Cell) -> int:
    """What a cell comes to in 分, a blank to nothing."""
    return cell.fen if isinstance(cell, Amount) else 0


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
                if not probe.work.exhausted
                for one in row_shift(grid, probe, block, chosen, first, last, down)
            ]
            for one in sorted(found, key=demerit)[:_MOST_GROWN]:
                found += _grown(grid, probe, one, chosen, count)
            yield from (one for one in found if left_behind(grid, probe, one, chosen))


def left_behind(grid: Grid, probe: Probe, one: Misplacement, columns: tuple[int, ...]) -> bool:
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
                yield from row_shift(grid, probe, one.block, columns, start, end, one.shift)


def _spans(doubtful: list[int], count: int) -> Iterator[tuple[int, int]]:
    """Ranges of rows to try: runs between doubtful rows."""
    tried = doubtful[:_MOST_ROWS]
    for first, last in combinations(tried, 2):
        if last - first < min(len(tried) + 2, _MOST_SPAN) and last < count:
            yield first, last


def row_shift(
    grid: Grid,
    probe: Probe,
    block: str,
    columns: tuple[int, ...],
    first: int,
    last: int,
    down: int,
    *,
    long: bool = False,
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
    doubtful = sum(_row_in_doubt(probe, base, width, row) for row in rows)
    if len(rows) < 2 or doubtful < (_DOUBTFUL * len(rows) if long else len(rows)):  # noqa: PLR2004
        return
    blanked: dict[int, Cell] = dict.fromkeys(unknown)
    for here, lost in ((moved | blanked, ()), (moved, tuple(unknown))):
        found = judged(probe, ROWS, block, tuple(range(first, last + 1)), down, here, lost)
        if found is not None:
            yield found


def _row_in_doubt(probe: Probe, base: int, width: int, row: int) -> bool:
    return any(in_doubt(probe, base + row * width + column) for column in range(width))
