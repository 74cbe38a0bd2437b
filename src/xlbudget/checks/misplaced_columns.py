"""Misplaced figures, sideways: rows shifted by columns; and whole tables in another unit."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from xlbudget.checks.misplaced import COLUMNS, UNIT, Misplacement, judged
from xlbudget.money import COUNT, Amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.checks.probe import Probe
    from xlbudget.figures import Cell
    from xlbudget.relations.grid import Grid

__all__ = ["column_shifts", "table_columns", "table_units"]

_FACTOR = 10_000
"""万元 to 元."""
_FEWEST_IN_TABLE = 4
_MOST_ROWS = 40
_MOST_COLUMNS = 20


def table_units(grid: Grid, probe: Probe, rows: dict[str, list[int]]) -> Iterator[Misplacement]:
    """A table whose amounts are all 10,000 times too large or too small."""
    for table in grid.standard.tables:
        keys = [block.key for block in table.blocks if block.key in rows]
        if not keys or any(block.unit == COUNT for block in table.blocks):
            continue
        cells = [
            number
            for key in (block.key for block in table.blocks if block.key in grid.base)
            for number in range(grid.base[key], grid.end(key))
        ]
        amounts = {
            number: cell for number in cells if isinstance(cell := probe.cells[number], Amount)
        }
        if sum(bool(one.fen) for one in amounts.values()) < _FEWEST_IN_TABLE:
            continue
        broken = {one for number in amounts for one in probe.touching.get(number, ())}
        broken &= probe.broken
        down = {
            n: (one._replace(fen=one.fen // _FACTOR)).rounded(one.unit)
            for n, one in amounts.items()
        }
        up = {n: one._replace(fen=one.fen * _FACTOR) for n, one in amounts.items()}
        for shift, edits in ((1, down), (-1, up)):
            found = judged(probe, UNIT, keys[0], tuple(rows[keys[0]]), shift, dict(edits))
            if found is None:
                continue
            sums = sum(not probe.bound[number] for number in found.mended)
            if sums and 2 * len(found.mended) > len(broken) and sums > found.left:
                yield found


def column_shifts(grid: Grid, probe: Probe, rows: dict[str, list[int]]) -> Iterator[Misplacement]:
    """Neighbouring figures of a row, or of several rows alike, some columns to the left or right."""
    for block, positions in rows.items():
        width, base = grid.width[block], grid.base[block]
        alike: dict[tuple[int, int, int], list[int]] = {}
        for position in positions[:_MOST_ROWS]:
            start = base + position * width
            for first, last, back in _segments(probe.cells[start : start + width], width):
                edits, unknown = _moved(probe, start, first, last, back, width)
                if _figures(edits) < 2:  # noqa: PLR2004
                    unknown = ()
                for lost in {(), unknown}:
                    found = judged(probe, COLUMNS, block, (position,), -back, edits, lost)
                    if found is not None:
                        yield found
                alike.setdefault((first, last, back), []).append(position)
        for (first, last, back), group in alike.items():
            if 1 < len(group) <= _MOST_ROWS:
                joint: dict[int, Cell] = {}
                for position in group:
                    joint |= _moved(probe, base + position * width, first, last, back, width)[0]
                found = judged(probe, COLUMNS, block, tuple(group), -back, joint)
                if found is not None:
                    yield found


def table_columns(grid: Grid, probe: Probe, blocks: Iterable[str]) -> Iterator[Misplacement]:
    """All rows of a table, from some column on, a column too far to the right or left."""
    for block in blocks:
        width, base, end = grid.width[block], grid.base[block], grid.end(block)
        filled = [
            column
            for column in range(width)
            if any(isinstance(cell, Amount) for cell in probe.cells[base + column : end : width])
        ]
        for back, first in product((-1, 1), filled[:_MOST_COLUMNS]):
            if first + back < 0 or probe.work.exhausted:
                continue
            edits: dict[int, Cell] = {}
            lost: list[int] = []
            for start in range(base, end, width):
                low = min(first, first + back)
                for column in range(low, width):
                    source = column - back
                    inside = first <= source < width
                    edits[start + column] = probe.cells[start + source] if inside else None
                edge = start + (width - 1 if back < 0 else first)
                if edits.get(edge, probe.cells[edge]) is None:
                    lost.append(edge)
            rows = tuple(range((end - base) // width))
            for unknown in ((), tuple(lost)):
                kept = {cell: value for cell, value in edits.items() if cell not in set(unknown)}
                found = judged(probe, COLUMNS, block, rows, -back, kept, unknown)
                if found is not None:
                    yield found


def _segments(cells: list[Cell], width: int) -> Iterator[tuple[int, int, int]]:
    """Runs of columns that begin and end with a figure and have room beside: first, last, way back."""
    filled = [column for column, cell in enumerate(cells) if isinstance(cell, Amount)]
    for back in (-1, 1, -2, 2):
        for first in filled:
            for last in filled:
                if last < first or first + back < 0 or last + back >= width:
                    continue
                beside = (
                    range(last + 1, last + back + 1) if back > 0 else range(first + back, first)
                )
                if all(cells[column] is None for column in beside):
                    yield first, last, back


def _moved(
    probe: Probe, start: int, first: int, last: int, back: int, width: int
) -> tuple[dict[int, Cell], tuple[int, ...]]:
    """The cells with a run moved by ``back``; and, at the table's edge, the cell that lost its figure."""
    low, high = min(first, first + back), max(last, last + back)
    edits: dict[int, Cell] = {}
    for column in range(low, high + 1):
        source = column - back
        edits[start + column] = probe.cells[start + source] if first <= source <= last else None
    edge = (start + width - 1,) if last == width - 1 else (start,) if first == 0 else ()
    return edits, edge if edge and edge[0] in edits else ()


def _figures(edits: dict[int, Cell]) -> int:
    """How many figures other than 0 move; one alone whose place is lost is rather left out."""
    return sum(isinstance(cell, Amount) and cell.fen != 0 for cell in edits.values())
