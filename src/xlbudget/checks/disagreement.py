"""Numbers of the text against tables that agree among themselves: which cell, or the text itself.

A slip in a typed cell whose totals are formulas breaks no identity, but every sentence that was written
before it. One cell that explains them all is likelier than so many wrong sentences; where several cells
explain as much, none is accused, and where none does, it is the text that is wrong.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.locate import Candidate, Contradiction, shared
from xlbudget.checks.slips import guess_slip
from xlbudget.figures import Unreadable
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from xlbudget.checks.evidence import Evidence
    from xlbudget.checks.probe import Probe
    from xlbudget.checks.slips import Neighbours
    from xlbudget.money import Unit

__all__ = ["Disagreements"]

_SLIP = 4.6
"""Log-odds against a slip in a cell of which nothing is known: about one in a hundred."""
_MOST_SAYINGS = 60
_MOST_FOUND = 12
_LEVEL = 2.0
"""Candidates with less evidence than the best by more than this explain less."""


class _Try(NamedTuple):
    """A cell moved by ``shift`` 分, the evidence for it, and the sayings that then hold."""

    cell: int
    shift: int
    evident: float
    mended: frozenset[int]


class Disagreements:
    """The search over one workbook whose tables' own contradictions are known.

    ``moved`` are the corrections of cells that are called wrong already, ``open_cells`` those of which
    it is not known whether they are right: sayings about them prove nothing.
    """

    def __init__(
        self,
        evidence: Evidence,
        probe: Probe,
        unit_of: Callable[[int], Unit],
        near: Callable[[int], Neighbours],
    ) -> None:
        self.evidence, self.probe, self.unit_of, self.near = evidence, probe, unit_of, near
        self.tried = 0

    def explain(self, moved: Mapping[int, int], open_cells: Collection[int]) -> list[Contradiction]:
        """A contradiction for each cell, or group of cells of which one is wrong, that explains sayings."""
        evidence, moved, unknown = self.evidence, dict(moved), set(open_cells)
        found: list[Contradiction] = []
        # A text that agreed before a cell was put right was written for the wrong figure: it follows.
        blocked = self._about(unknown) | (
            frozenset(range(len(evidence.sayings))) - frozenset(evidence.contradicting())
        )
        while len(found) < _MOST_FOUND:
            waiting = [one for one in evidence.contradicting(moved) if one not in blocked]
            best = self._best(waiting[:_MOST_SAYINGS], moved, unknown)
            if not best:
                break
            candidates = shared([self._candidate(one, moved) for one in best])
            mended = frozenset.union(*(one.mended for one in best))
            one = Contradiction((), candidates, tuple(sorted(mended)))
            found.append(one)
            accused = one.accused
            if accused is not None and accused.value is not None:
                shift = next(each.shift for each in best if each.cell == accused.cell)
                moved[accused.cell] = moved.get(accused.cell, 0) + shift
                unknown.add(accused.cell)
            else:
                unknown |= {each.cell for each in candidates}
            blocked |= mended | (self._about(unknown) if accused is None else frozenset())
        return found

    def _about(self, cells: Iterable[int]) -> frozenset[int]:
        """The sayings about any of these cells."""
        return frozenset(one for cell in cells for one in self.evidence.touching.get(cell, ()))

    def _best(
        self, waiting: Iterable[int], moved: Mapping[int, int], unknown: Collection[int]
    ) -> list[_Try]:
        """The moves with the most evidence, if they are likelier than wrong sentences."""
        evidence = self.evidence
        tries: dict[tuple[int, int], _Try] = {}
        for saying in waiting:
            for cell in evidence.terms[saying]:
                if cell in unknown:
                    continue
                for shift in evidence.shifts(cell, moved):
                    if (cell, shift) not in tries:
                        one = self._try(cell, shift, moved)
                        if one is not None:
                            tries[cell, shift] = one
        if not tries:
            return []
        most = max(one.evident for one in tries.values())
        if most <= _SLIP:
            return []
        level = [one for one in tries.values() if one.evident > most - _LEVEL]
        best: dict[int, _Try] = {}
        for one in sorted(level, key=lambda one: -one.evident):
            best.setdefault(one.cell, one)
        return list(best.values())

    def _try(self, cell: int, shift: int, moved: Mapping[int, int]) -> _Try | None:
        """One move, if the tables allow it."""
        evidence = self.evidence
        gain = evidence.gain(cell, shift, moved)
        if gain <= 0:
            return None
        have = self.probe.cells[cell]
        if isinstance(have, Unreadable):
            return None
        self.tried += 1
        value = self._value(cell, (have.fen if have is not None else 0) + shift)
        if self.probe.effect({cell: value}).spoiled:
            return None
        fen = evidence.fen(cell) + shift
        evident = gain + evidence.prior(cell) + evidence.recall(cell, fen)
        after = {**moved, cell: moved.get(cell, 0) + shift}
        mended = frozenset(
            one
            for one in evidence.touching[cell]
            if evidence.off(one, moved) and not evidence.off(one, after)
        )
        return _Try(cell, shift, evident, mended)

    def _value(self, cell: int, fen: int) -> Amount:
        unit = self.unit_of(cell)
        printed = self.probe.cells[cell]
        places = printed.places if isinstance(printed, Amount) else min(2, unit.max_places)
        ulp = unit.fen // 10**places
        while fen % ulp and places < unit.max_places:
            places += 1
            ulp = unit.fen // 10**places
        return Amount(fen, unit, places)

    def _candidate(self, one: _Try, moved: Mapping[int, int]) -> Candidate:
        printed = self.evidence.cells[one.cell]
        shown = printed if isinstance(printed, Amount) else None
        fen = self.evidence.fen(one.cell) + moved.get(one.cell, 0) + one.shift
        value = self._value(one.cell, fen)
        slip = guess_slip(shown, value, self.near(one.cell))
        score = one.evident + log(max(slip.weight, 1e-300))
        return Candidate(one.cell, value, (fen, fen), slip.name, score, one.evident)
