"""Rows whose figures are in another order than their codes: a table sorted without its first columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.misplaced import ORDER, Misplacement, judged
from xlbudget.checks.system import interval
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.checks.probe import Probe
    from xlbudget.figures import Cell
    from xlbudget.relations.grid import Grid

__all__ = ["placed_elsewhere", "reordered_rows"]

_FEWEST = 3
_PLACED = 0.8
"""Such a share of the rows in doubt must find the figures that other tables have for them."""

Range = tuple[int, int]


def reordered_rows(grid: Grid, probe: Probe, blocks: Iterable[str]) -> Iterator[Misplacement]:
    """Tables in which the figures that other tables have for a row stand in another row."""
    for block in blocks:
        width, base = grid.width[block], grid.base[block]
        wanted = _wanted(grid, probe, block)
        doubtful = [
            row
            for row, columns in wanted.items()
            if not all(
                _fits(probe.cells[base + row * width + at], one) for at, one in columns.items()
            )
        ]
        if len(doubtful) < _FEWEST or probe.work.exhausted:
            continue
        source = _sources(grid, probe, block, {row: wanted[row] for row in doubtful})
        if len(source) < max(_FEWEST, _PLACED * len(doubtful)):
            continue
        edits: dict[int, Cell] = {}
        for row, other in source.items():
            for column in range(width):
                edits[base + row * width + column] = probe.cells[base + other * width + column]
        found = judged(probe, ORDER, block, tuple(sorted(source)), 0, edits)
        if found is not None:
            yield found


def placed_elsewhere(grid: Grid, probe: Probe, block: str) -> bool:
    """Whether the figures that other tables have for a table's rows stand in other rows of it."""
    width, base, end = grid.width[block], grid.base[block], grid.end(block)
    asked = there = 0
    for row, columns in _wanted(grid, probe, block).items():
        for column, wanted in columns.items():
            if (
                _fits(probe.cells[base + row * width + column], wanted)
                or wanted[0] <= 0 <= wanted[1]
            ):
                continue
            asked += 1
            there += any(_fits(cell, wanted) for cell in probe.cells[base + column : end : width])
    return asked >= _FEWEST and there >= _PLACED * asked


def _wanted(grid: Grid, probe: Probe, block: str) -> dict[int, dict[int, Range]]:
    """What other tables say a row's figures are: row -> column -> least and most, in 分."""
    width, base, end = grid.width[block], grid.base[block], grid.end(block)
    wanted: dict[int, dict[int, Range]] = {}
    for number, terms in enumerate(probe.terms):
        own = [(sign, cell) for sign, cell in terms if base <= cell < end]
        if len(own) != 1 or abs(own[0][0]) != 1 or len(terms) == 1 or probe.bound[number]:
            continue
        sign, cell = own[0]
        low, high, unknown = probe.ends[number]
        if unknown:
            continue
        probe.work.spend(len(terms))
        bottom, top = interval(probe.cells[cell])
        low, high = (low - bottom, high - top) if sign > 0 else (low + top, high + bottom)
        row, column = divmod(cell - base, width)
        range_ = (-high, -low) if sign > 0 else (low, high)
        wanted.setdefault(row, {}).setdefault(column, range_)
    return wanted


def _fits(cell: Cell, wanted: Range) -> bool:
    bottom, top = interval(cell)
    return bottom <= wanted[1] and top >= wanted[0]


def _sources(
    grid: Grid, probe: Probe, block: str, wanted: dict[int, dict[int, Range]]
) -> dict[int, int]:
    """Row -> the row in which its figures stand; only rows that so exchange their figures."""
    width, base = grid.width[block], grid.base[block]
    free = dict.fromkeys(wanted)
    source: dict[int, int] = {}
    for row, columns in wanted.items():
        probe.work.spend(4 * len(free))
        for other in free:
            cells = [(probe.cells[base + other * width + at], one) for at, one in columns.items()]
            shown = any(isinstance(cell, Amount) and cell.fen for cell, _ in cells)
            if shown and all(_fits(cell, one) for cell, one in cells):
                source[row] = other
                del free[other]
                break
    lost = [row for row in wanted if row not in source]
    if len(lost) == 1 == len(free):
        source[lost[0]] = next(iter(free))
    while len(source) != len(
        kept := {row: other for row, other in source.items() if row in source.values()}
    ):
        source = kept
    return source
