"""Identity checks: relations looked at one by one, over the cells as printed or changed on trial."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.intervals import Work, interval
from xlbudget.checks.wording import arithmetic, difference_text, fen_of, finding_at, mismatch
from xlbudget.figures import Unreadable
from xlbudget.findings import Level
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from xlbudget.figures import Cell
    from xlbudget.findings import Finding
    from xlbudget.rules.grid import Grid
    from xlbudget.rules.relations import Relation

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


class Identities:
    """Which relations are broken as printed, and what changes of cells would do.

    Relations with an unknown cell (in ``free``) hold for some value of it, and are left out;
    ``terms`` are those of the relations where these are not to be taken as they stand (derived
    cells replaced by what they are computed from). What each relation comes to is kept, and a
    trial only adds what its cells change: it costs as many steps as these cells have relations.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        relations: Sequence[Relation],
        free: Collection[int] = (),
        terms: Sequence[Terms] | None = None,
        work: Work | None = None,
    ) -> None:
        self.cells = list(cells)
        self.relations = relations
        self.terms = terms or [relation.terms for relation in relations]
        self.free = set(free)
        self.work = work or Work()
        self.bound = [relation.equation.relation == ">=" for relation in relations]
        self.broken = {number for number in range(len(relations)) if not self._stands(number)}

    def _stands(self, number: int) -> bool:
        terms = self.terms[number]
        if self.free and any(cell in self.free for _, cell in terms):
            return True
        return stands(self.cells, terms, self.bound[number])

    @cached_property
    def touching(self) -> dict[int, list[int]]:
        """Cell -> the relations that it is in."""
        return {cell: [number for number, _ in found] for cell, found in self.signed.items()}

    def in_doubt(self, cell: int) -> bool:
        """Whether a cell is in a broken relation."""
        return not self.broken.isdisjoint(self.touching.get(cell, ()))

    @cached_property
    def signed(self) -> dict[int, list[tuple[int, int]]]:
        """Cell -> the relations that it is in, each with the cell's sign or coefficient there."""
        signed: dict[int, list[tuple[int, int]]] = {}
        for number, terms in enumerate(self.terms):
            for sign, cell in terms:
                signed.setdefault(cell, []).append((number, sign))
        return signed

    @cached_property
    def ends(self) -> list[tuple[int, int, int]]:
        """Per relation: the least and the most that it comes to, and how many cells are unknown."""
        return [self._summed(terms) for terms in self.terms]

    @cached_property
    def residuals(self) -> list[int]:
        """Per relation: left minus right as printed, in 分."""
        return [
            sum(sign * fen_of(self.cells[cell]) for sign, cell in terms) for terms in self.terms
        ]

    def _summed(self, terms: Terms) -> tuple[int, int, int]:
        low = high = unknown = 0
        for sign, cell in terms:
            amount = self.cells[cell]
            if cell in self.free or isinstance(amount, Unreadable):
                unknown += 1
                continue
            one, other = interval(amount)
            low += sign * (one if sign > 0 else other)
            high += sign * (other if sign > 0 else one)
        return low, high, unknown

    def holds(self, number: int, low: int, high: int, unknown: int) -> bool:
        """Whether a relation holds that comes to between ``low`` and ``high``."""
        return bool(unknown) or (high >= 0 if self.bound[number] else low <= 0 <= high)

    def gross(self) -> bool:
        """Whether some relation is off by more than rounding could ever put it off."""
        for number in self.broken:
            amounts = ((abs(sign), self.cells[cell]) for sign, cell in self.terms[number])
            slack = sum(times * one.ulp for times, one in amounts if isinstance(one, Amount))
            if abs(self.residuals[number]) > slack:
                return True
        return False

    def effect(self, edits: Mapping[int, Cell], unknown: Collection[int] = ()) -> Effect:
        """What changing cells would do, the ``unknown`` ones being left open."""
        ends, signed = self.ends, self.signed
        changes: dict[int, list[int]] = {}
        steps = 0
        for cell, value in edits.items():
            before = self.cells[cell]
            touched = signed.get(cell, ())
            steps += len(touched)
            if before == value or cell in self.free:
                for number, _ in touched:
                    changes.setdefault(number, [0, 0, 0])
                continue
            lost = isinstance(value, Unreadable) - isinstance(before, Unreadable)
            bottom, top = interval(before)
            new_bottom, new_top = interval(value)
            less, more = new_bottom - bottom, new_top - top
            for number, sign in touched:
                change = changes.setdefault(number, [0, 0, 0])
                change[0] += sign * (less if sign > 0 else more)
                change[1] += sign * (more if sign > 0 else less)
                change[2] += lost
        # A step costs about three times what one does in propagation.
        self.work.spend(len(edits) + 3 * steps)
        # A relation with an unknown cell holds for some value of it: that proves nothing.
        for cell in unknown:
            for number, _ in signed.get(cell, ()):
                changes.pop(number, None)
        broken = set()
        for number, (less, more, lost) in changes.items():
            low, high, open_cells = ends[number]
            if not self.holds(number, low + less, high + more, open_cells + lost):
                broken.add(number)
        before_too = changes.keys() & self.broken
        return Effect(
            frozenset(before_too - broken),
            frozenset(broken - self.broken),
            frozenset(before_too & broken),
        )


def residual(grid: Grid, relation: Relation) -> int:
    """Left minus right, in 分, of the amounts as printed."""
    return sum(sign * fen_of(grid.cells[number]) for sign, number in relation.terms)


def holds(grid: Grid, relation: Relation) -> bool:
    """Whether unrounded amounts exist that satisfy this relation alone; true if a cell is unreadable."""
    return stands(grid.cells, relation.terms, relation.equation.relation == ">=")


def identity_findings(grid: Grid, relations: Iterable[Relation]) -> list[Finding]:
    """A finding, at its first cell, for every relation that does not hold by itself."""
    # One relation does not tell which of its sides is wrong: both are named.
    return [
        finding_at(
            grid,
            relation.terms[0][1],
            rule.code,
            Level(rule.level),
            f"{mismatch(grid, relation)}（{rule.title}）；请核对。",
        )._replace(difference=lead_difference(grid, relation), basis=(arithmetic(grid, relation),))
        for relation in relations
        for rule in [relation.rule]
        if not holds(grid, relation)
    ]


def lead_difference(grid: Grid, relation: Relation) -> str:
    """By how much the first cell of a relation is off, in its unit."""
    sign, number = relation.terms[0]
    cell = grid.cells[number]
    unit = cell.unit if isinstance(cell, Amount) else grid.standard.unit
    return difference_text(residual(grid, relation) * sign, unit)
