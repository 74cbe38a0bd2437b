"""Which of the values that rounding leaves open makes the sums agree as they are shown.

Where totals are formulas, a typed cell is bounded by sums over many typed cells, and several prints may
be left for it. All explain the contradiction; but the sums that formulas show are exact, and people
compare these: of the values left, the one is offered after which the fewest of them are apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.single import holds
from xlbudget.money import round_div
from xlbudget.relations.derive import definitions, dependents, evaluate, unit_of
from xlbudget.relations.expand import checked, expand

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from xlbudget.checks.explanation import Examination
    from xlbudget.checks.locate import Candidate, Contradiction
    from xlbudget.money import Amount
    from xlbudget.relations.expand import Relation

__all__ = ["with_exact_values"]

_MOST_CANDIDATES = 3
"""So many of a contradiction's candidates are ever shown."""
_MOST_TRIED = 4
"""Other values tried beside the first: ranges of typed cells are seldom wider."""


def with_exact_values(found: Examination, functions: Collection[int]) -> Examination:
    """The examination with the candidates' values chosen so; ``functions`` are its grid's formula cells."""
    if not functions or not found.contradictions:
        return found
    shown = _Shown(found, functions)
    return found._replace(
        contradictions=[shown.told(one) if one.candidates else one for one in found.contradictions]
    )


class _Shown:
    """The sums of a book as its formulas show them."""

    def __init__(self, found: Examination, functions: Collection[int]) -> None:
        self.grid, self.functions = found.grid, functions
        self.relations = expand(self.grid).relations
        self.hard = checked(self.relations)
        self.defined = definitions(self.relations)

    def told(self, one: Contradiction) -> Contradiction:
        """The contradiction with those values; beside an accused cell only what mends as much is offered."""
        best, *others = map(self.settled, one.candidates[:_MOST_CANDIDATES])
        if one.accused is not None:
            others = [each for each in others if each[1] <= best[1]]
        shown = (each for each, _ in (best, *others))
        return one._replace(candidates=(*shown, *one.candidates[_MOST_CANDIDATES:]))

    def settled(self, one: Candidate) -> tuple[Candidate, int]:
        """The candidate with that value of its range after which the fewest sums are apart, and how many are."""
        if one.value is None:
            return one, 0
        moved = {one.cell, *dependents(self.relations, [one.cell])}
        concerned = [
            relation
            for relation in self.hard
            if any(number in moved for _, number in relation.terms)
        ]
        least = self._apart(one.cell, one.value, concerned)
        if one.also or one.range[0] == one.range[1]:
            return one, least
        for value in self._others(one):
            if not least:
                break
            left = self._apart(one.cell, value, concerned)
            if left < least:
                one, least = one._replace(value=value), left
        return one, least

    def _others(self, one: Candidate) -> Iterator[Amount]:
        """The nearest other prints of the candidate's range."""
        assert one.value is not None
        ulp = unit_of(self.grid, one.cell).fen // 10**one.value.places
        first, last = (round_div(end, ulp) for end in one.range)
        here = round_div(one.value.fen, ulp)
        near = sorted(range(max(first, here - _MOST_TRIED), min(last, here + _MOST_TRIED) + 1))
        near.sort(key=lambda step: abs(step - here))
        for step in near[1 : _MOST_TRIED + 1]:
            yield one.value._replace(fen=step * ulp)

    def _apart(self, cell: int, value: Amount, concerned: Sequence[Relation]) -> int:
        """How many relations do not hold as shown once the cell has that value."""
        cells = list(self.grid.cells)
        cells[cell] = value
        after = self.grid.with_cells(cells)
        after = after.with_cells(
            evaluate(after, self.defined, lambda number: number not in self.functions)
        )
        return sum(not holds(after, relation) for relation in concerned)
