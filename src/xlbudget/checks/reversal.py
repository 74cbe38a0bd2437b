"""Cells that were changed since the workbook last agreed: which of the changes broke it.

If everything agrees once all changes are taken back, some of them are the mistake: those that cannot
stay. Changes that were made alike in several places (a figure revised in three tables) are no slips: where
the tables agree with them, it is the text that is outdated; where they do not (one was forgotten in a
fourth), nothing is concluded here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.propagate import printed_bounds, propagate
from xlbudget.checks.system import build_system
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from xlbudget.checks.evidence import Evidence
    from xlbudget.figures import Cell
    from xlbudget.relations.expand import Relation

__all__ = ["Reversal", "reversals"]

_MOST_CHANGED = 60
"""Of more changes too much has happened since."""
_FEW = 4
_MOST_SLIPS = 5
"""More changes than this that the tables agree with are a revision."""


class Reversal(NamedTuple):
    """Cells with what they held: those that cannot stay as they are.

    ``revised``: it is a whole revision, with which the tables agree and which the text does not know yet.
    """

    cells: dict[int, Cell]
    revised: bool = False


_NOTHING = Reversal({})


def reversals(evidence: Evidence, relations: Sequence[Relation], free: Collection[int]) -> Reversal:
    """Which changes explain everything; no cells where they explain nothing.

    ``relations`` speak of typed cells; ``free`` cells say nothing.
    """
    changed = [
        cell
        for cell in sorted({cell for one in evidence.memories for cell in one.cells})
        if evidence.changed(cell) and cell not in free
    ]
    if not 0 < len(changed) <= _MOST_CHANGED:
        return _NOTHING
    back = {cell: evidence.before(cell) for cell in changed}

    def reconciled(taken: Collection[int]) -> bool:
        cells = list(evidence.cells)
        for cell in taken:
            cells[cell] = back[cell]
        system = build_system(cells, relations, free=free)
        return propagate(system, printed_bounds(system)) is None

    def agrees(taken: Collection[int]) -> bool:
        return reconciled(taken) and not evidence.contradicting(
            {cell: _shift(evidence, cell, back) for cell in taken}
        )

    taken = set(changed)
    if agrees(()) or not agrees(taken):
        return _NOTHING
    for cell in changed:
        if agrees(taken - {cell}):
            taken.discard(cell)
    found = {cell: back[cell] for cell in sorted(taken)}
    alike = _alike(relations, {cell: _shift(evidence, cell, back) for cell in found})
    if (alike or len(found) > _MOST_SLIPS) and reconciled(()):
        return Reversal(found, revised=True)
    return _NOTHING if alike else Reversal(found)


def _alike(relations: Sequence[Relation], shifts: Mapping[int, int]) -> bool:
    """Whether changes cancel out in some relation: then they were made for its sake.

    In a long sum two of them may do so by chance.
    """
    for relation in relations:
        inside = [sign * shifts[cell] for sign, cell in relation.terms if cell in shifts]
        if 2 * len(inside) >= max(_FEW, len(relation.terms)) and not sum(inside):
            return True
    return False


def _shift(evidence: Evidence, cell: int, back: dict[int, Cell]) -> int:
    before = back[cell]
    return (before.fen if isinstance(before, Amount) else 0) - evidence.fen(cell)
