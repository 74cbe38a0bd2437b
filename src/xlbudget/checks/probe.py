"""Relations looked at one by one, over cells that are changed on trial."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.system import interval
from xlbudget.figures import Unreadable
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from xlbudget.figures import Cell
    from xlbudget.relations.expand import Relation

__all__ = ["Effect", "Probe", "stands"]

Terms = tuple[tuple[int, int], ...]
"""Signs or coefficients, each with a cell number."""


class Effect(NamedTuple):
    """What a change does: the relations that it mends, that it breaks, and that stay broken."""

    mended: frozenset[int]
    spoiled: frozenset[int]
    left: frozenset[int]


def stands(cells: Sequence[Cell], terms: Iterable[tuple[int, int]], bound: bool) -> bool:
    """Whether unrounded amounts exist that satisfy this relation alone; true if one is unreadable."""
    off = slack = 0
    for sign, number in terms:
        cell = cells[number]
        if cell is None:
            continue
        if isinstance(cell, Unreadable):
            return True
        fen, unit, places = cell
        off += sign * fen
        slack += abs(sign) * (unit.fen // 10**places)
    if not off or (bound and off > 0):
        return True
    if abs(off) > slack:
        return False
    low = high = 0
    for sign, number in terms:
        one, other = interval(cells[number])
        low += sign * (one if sign > 0 else other)
        high += sign * (other if sign > 0 else one)
    return high >= 0 if bound else low <= 0 <= high


class Probe:
    """Which relations are broken as printed, and what changes of cells would do.

    Relations with an unknown cell (in ``free``) hold for some value of it, and are left out;
    ``terms`` are those of the relations where these are not to be taken as they stand (derived
    cells replaced by what they are computed from).
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        relations: Sequence[Relation],
        free: Collection[int] = (),
        terms: Sequence[Terms] | None = None,
    ) -> None:
        self.cells = list(cells)
        self.relations = relations
        self.terms = terms or [relation.terms for relation in relations]
        self.free = set(free)
        self._touching: dict[int, list[int]] | None = None
        self.broken = {number for number in range(len(relations)) if not self._stands(number)}

    def _stands(self, number: int) -> bool:
        terms = self.terms[number]
        if self.free and any(cell in self.free for _, cell in terms):
            return True
        return stands(self.cells, terms, self.relations[number].equation.relation == ">=")

    @property
    def touching(self) -> dict[int, list[int]]:
        """Cell -> the relations that it is in."""
        if self._touching is None:
            self._touching = {}
            for number, terms in enumerate(self.terms):
                for _, cell in terms:
                    self._touching.setdefault(cell, []).append(number)
        return self._touching

    def gross(self) -> bool:
        """Whether some relation is off by more than rounding could ever put it off."""
        for number in self.broken:
            terms = self.terms[number]
            amounts = ((abs(sign), self.cells[cell]) for sign, cell in terms)
            if abs(self.residual(number)) > sum(
                times * one.ulp for times, one in amounts if isinstance(one, Amount)
            ):
                return True
        return False

    def residual(self, number: int) -> int:
        """Left minus right of a relation as printed, in 分."""
        total = 0
        for sign, cell in self.terms[number]:
            found = self.cells[cell]
            if isinstance(found, Amount):
                total += sign * found.fen
        return total

    def effect(self, edits: Mapping[int, Cell], unknown: Collection[int] = ()) -> Effect:
        """What changing cells would do, the ``unknown`` ones being left open."""
        numbers = {one for cell in edits for one in self.touching.get(cell, ())}
        # A relation with an unknown cell holds for some value of it: that proves nothing.
        numbers -= {one for cell in unknown for one in self.touching.get(cell, ())}
        before = {cell: self.cells[cell] for cell in edits}
        for cell, value in edits.items():
            self.cells[cell] = value
        broken = {number for number in numbers if not self._stands(number)}
        for cell, value in before.items():
            self.cells[cell] = value
        before_too = numbers & self.broken
        return Effect(
            frozenset(before_too - broken),
            frozenset(broken - self.broken),
            frozenset(before_too & broken),
        )
