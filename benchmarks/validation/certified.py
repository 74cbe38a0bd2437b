"""Interval propagation beside a linear-programming solver whose answers are proved exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from random_budget import STANDARD
from trials import ULP, slips

from xlbudget.checks.diagnosis.certify import certify
from xlbudget.checks.diagnosis.intervals import build_system
from xlbudget.checks.grade import grade
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import checked, expand

if TYPE_CHECKING:
    import random

    from xlbudget.figures import Book

__all__ = ["Certified", "certified"]


class Certified(NamedTuple):
    """Trials; contradictory by propagation, by exact proof, by both; and with the same slack."""

    trials: int
    propagated: int
    proved: int
    both: int
    same_slack: int


def certified(books: list[Book], rng: random.Random, trials: int) -> Certified:
    """``trials`` slips, in one book after another."""
    propagated = proved = both = same = 0
    for at in range(trials):
        grid = Grid(STANDARD, books[at % len(books)])
        number, _, _, wrong = rng.choice(list(slips(rng, grid, 1)))
        grid.cells[number] = wrong
        system = build_system(grid.cells, checked(expand(grid).relations))
        graded = grade(system, ULP, STANDARD.rounding_limit)
        proof = certify(system, ULP)
        found = graded.conflict is not None
        # Just half a unit: one of the roundings would have to reach the end that is excluded.
        shown = proof.slack is None or 2 * proof.slack >= ULP
        propagated += found
        proved += shown
        both += found and shown
        if proof.slack is None or graded.slack is None:
            same += proof.slack is None and graded.slack is None
        else:
            # The slack is sought in whole 分.
            same += abs(float(proof.slack) - float(graded.slack)) <= 1
    return Certified(trials, propagated, proved, both, same)
