"""Misplaced figures: a whole table, or a long run of its rows, pasted some lines too low or too high."""

from __future__ import annotations

from itertools import accumulate, product
from typing import TYPE_CHECKING

from xlbudget.checks.misplaced_rows import fen_of, left_behind, row_shift
from xlbudget.checks.system import interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.checks.misplaced import Misplacement
    from xlbudget.checks.probe import Probe
    from xlbudget.relations.grid import Grid

__all__ = ["block_shifts"]

_STEPS = (1, -1, 2, -2, 3, -3)
"""By how many lines a table may have been pasted too low or too high."""
_ENDS = (0, 1, -1, 2, -2)
_FEWEST_ROWS = 5
_FEWEST_VOTES = 3
_MOST_PARTS = 60
"""A longer sum says nothing of single rows."""


def block_shifts(grid: Grid, probe: Probe, blocks: Iterable[str]) -> Iterator[Misplacement]:
    """A table's rows, all or a long run of them, some lines too low or too high.

    Each relation is looked at once with all figures that many lines further: those that then hold
    speak for the rows that they reach over, those that no longer do speak against them.
    """
    for block in blocks:
        width, base = grid.width[block], grid.base[block]
        count = (grid.end(block) - base) // width
        filled = [
            column
            for column in range(width)
            if any(
                cell is not None for cell in probe.cells[base + column : grid.end(block) : width]
            )
        ]
        if count < _FEWEST_ROWS:
            continue
        own = _relations_in(grid, probe, block)
        for chosen in (tuple(filled), *((one,) for one in filled if len(filled) > 1)):
            for down in _STEPS:
                if probe.work.exhausted:
                    return
                if abs(down) < count:
                    votes = _votes(grid, probe, block, own, chosen, down)
                    for first, last in _runs(votes):
                        yield from _ended(grid, probe, block, chosen, first, last, down)


def _relations_in(grid: Grid, probe: Probe, block: str) -> dict[int, list[tuple[int, int, int]]]:
    """Relation -> sign, row and column of its cells in a table."""
    width, base, end = grid.width[block], grid.base[block], grid.end(block)
    own: dict[int, list[tuple[int, int, int]]] = {}
    for cell in range(base, end):
        for number, sign in probe.signed.get(cell, ()):
            own.setdefault(number, []).append((sign, *divmod(cell - base, width)))
    return own


def _votes(
    grid: Grid,
    probe: Probe,
    block: str,
    own: dict[int, list[tuple[int, int, int]]],
    columns: tuple[int, ...],
    down: int,
) -> list[int]:
    """For each row: how many relations speak for its figures standing ``down`` lines lower."""
    width, base = grid.width[block], grid.base[block]
    count = (grid.end(block) - base) // width
    steps = [0] * (count + 1)
    for number, cells in own.items():
        rows = [row for _, row, column in cells if column in columns]
        if not rows or max(rows) + down >= count or min(rows) + down < 0:
            continue
        if len(rows) > _MOST_PARTS or max(rows) - min(rows) > count // 2:
            continue
        probe.work.spend(4 * len(cells))
        low, high, unknown = probe.ends[number]
        shown = False
        for sign, row, column in cells:
            if column in columns:
                here = probe.cells[base + row * width + column]
                there = probe.cells[base + (row + down) * width + column]
                shown = shown or fen_of(there) != 0
                one, other = interval(here), interval(there)
                less, more = other[0] - one[0], other[1] - one[1]
                low += sign * (less if sign > 0 else more)
                high += sign * (more if sign > 0 else less)
        vote = 0
        holds = probe.holds(number, low, high, unknown)
        if number in probe.broken:
            vote = int(holds and (shown or len(rows) == 1) and not probe.bound[number])
        elif not holds:
            vote = -1
        steps[min(rows)] += vote
        steps[max(rows) + 1] -= vote
    return list(accumulate(steps[:-1]))


def _runs(votes: list[int]) -> Iterator[tuple[int, int]]:
    """Rows, from the first to the last that is spoken for, with none between that is spoken against."""
    first = last = -1
    count = 0
    for row, vote in enumerate([*votes, -1]):
        if vote > 0:
            first = row if first < 0 else first
            last = row
            count += 1
        elif vote < 0 and first >= 0:
            if count >= _FEWEST_VOTES:
                yield first, last
            first, count = -1, 0


def _ended(
    grid: Grid, probe: Probe, block: str, columns: tuple[int, ...], first: int, last: int, down: int
) -> Iterator[Misplacement]:
    """The shift of about these rows; long sums leave open where exactly it begins and ends."""
    width, base = grid.width[block], grid.base[block]
    count = (grid.end(block) - base) // width
    around = sorted(product(_ENDS, _ENDS), key=lambda ends: abs(ends[0]) + abs(ends[1]))
    for one, other in around:
        start = first - one + min(0, down)
        end = last + other + max(0, down)
        if probe.work.exhausted:
            return
        if 0 <= start < end < count:
            found = [
                one
                for one in row_shift(grid, probe, block, columns, start, end, down, long=True)
                if left_behind(grid, probe, one, columns)
            ]
            yield from found
            if any(not one.left for one in found):
                return
