"""Figures that stand in the wrong place: shifted columns and rows, rows in another order, 元 for 万元.

Each is one slip that makes many cells wrong. It is believed only where putting it right mends
relations and breaks none, and where the figures or rows that move were in doubt before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.relations.grid import INFO

if TYPE_CHECKING:
    from xlbudget.checks.probe import Probe
    from xlbudget.figures import Cell
    from xlbudget.relations.grid import Grid

__all__ = [
    "COLUMNS",
    "ORDER",
    "ROWS",
    "SWAP",
    "UNIT",
    "Misplacement",
    "demerit",
    "in_doubt",
    "judged",
    "suspect_rows",
]

COLUMNS, ROWS, SWAP, ORDER, UNIT = "columns", "rows", "swap", "order", "unit"


class Misplacement(NamedTuple):
    """One slip: how the cells read when it is put right; ``unknown`` are those whose figure is lost.

    ``rows`` are positions in ``block``; ``shift`` by how many columns or rows the figures stand
    off (1: to the right, or below), or for a unit the sign of the error. ``mended`` are the
    relations that then hold; ``left`` is how many of the same cells still do not.
    """

    kind: str
    block: str
    rows: tuple[int, ...]
    shift: int
    edits: dict[int, Cell]
    unknown: tuple[int, ...]
    mended: frozenset[int]
    left: int


def suspect_rows(grid: Grid, probe: Probe, few: int) -> dict[str, list[int]]:
    """Rows with a suspect figure, by block; the parts of a sum only if its rows are ``few``."""
    rows: dict[str, set[int]] = {}
    for number in probe.broken:
        here: dict[str, list[int]] = {}
        for _, cell in probe.terms[number]:
            block = grid.block_of(cell)
            if block != INFO:
                position = (cell - grid.base[block]) // grid.width[block]
                here.setdefault(block, []).append(position)
        for block, found in here.items():
            suspects = found if len(set(found)) <= few else found[:1]
            rows.setdefault(block, set()).update(suspects)
    return {block: sorted(found) for block, found in rows.items()}


def judged(
    probe: Probe,
    kind: str,
    block: str,
    rows: tuple[int, ...],
    shift: int,
    edits: dict[int, Cell],
    unknown: tuple[int, ...] = (),
) -> Misplacement | None:
    """The misplacement if putting it right mends much and breaks nothing."""
    changed = [cell for cell, value in edits.items() if value != probe.cells[cell]]
    if len(changed) + len(unknown) < 2:  # noqa: PLR2004
        return None
    if kind == COLUMNS and not any(in_doubt(probe, cell) for cell in changed):
        return None
    effect = probe.effect(edits, unknown)
    least = 1 if kind == COLUMNS and not unknown else 3 if kind == ROWS else 2
    if effect.spoiled or len(effect.mended) < least:
        return None
    if len(effect.mended) == 1 and effect.left:
        return None
    if all(probe.bound[number] for number in effect.mended):
        return None  # any figure large enough, or small enough, mends a bound
    return Misplacement(kind, block, rows, shift, edits, unknown, effect.mended, len(effect.left))


def demerit(one: Misplacement) -> tuple[int, int, int]:
    """The less, the better a misplacement explains what is broken."""
    return 2 * one.left - len(one.mended), len(one.unknown), len(one.edits)


def in_doubt(probe: Probe, cell: int) -> bool:
    """Whether a cell is in a broken relation."""
    return not probe.broken.isdisjoint(probe.touching.get(cell, ()))
