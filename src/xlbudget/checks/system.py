"""The joint system: one variable per quantity, one constraint per identity or bound.

Cells that must print the same amount (two-term identities) are one variable with several
observations. A blank is the exact 0; it is left out, or kept as a variable where wrong cells are
to be located. Everything is a whole number of 分.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.work import Work
from xlbudget.figures import Unreadable
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from xlbudget.figures import Cell
    from xlbudget.relations.expand import Relation

__all__ = ["FREE", "Constraint", "System", "build_system", "interval"]

FREE = 10**18
"""More 分 than any budget has: the bound of a variable about which nothing is known."""

BLANK = Amount(0)


class Constraint(NamedTuple):
    """``sum(coefficient * variable)`` = 0, or >= 0 where ``bound``."""

    terms: tuple[tuple[int, int], ...]
    bound: bool
    relation: Relation


class System:
    """Variables with their observations, constraints, and which constraints a variable is in.

    ``observations[v]`` are the cell numbers that print variable v; ``copies[v]`` the identities
    that say so; ``variable`` maps a cell number to its variable; ``printed`` the bounds that all
    prints leave, once they were asked for. ``work`` counts what is looked at.
    """

    def __init__(self, cells: Sequence[Cell], work: Work | None = None) -> None:
        self.cells = cells
        self.work = work or Work()
        self.variable: dict[int, int] = {}
        self.observations: list[list[int]] = []
        self.copies: list[list[Relation]] = []
        self.constraints: list[Constraint] = []
        self.touching: list[list[int]] = []
        self.printed: tuple[list[int], list[int]] | None = None

    def amount(self, cell: int) -> Amount:
        """What a cell prints; a blank is 0."""
        found = self.cells[cell]
        return found if isinstance(found, Amount) else BLANK


def interval(cell: Cell) -> tuple[int, int]:
    """The true amounts, in 分, that print as ``cell``: half up, so the outer end is excluded."""
    if not isinstance(cell, Amount):
        return (0, 0)
    ulp = cell.unit.fen // 10**cell.places
    if ulp <= 1:
        return (cell.fen, cell.fen)
    half = ulp // 2
    if cell.fen > 0:
        return (cell.fen - half, cell.fen + half - 1)
    if cell.fen < 0:
        return (cell.fen - half + 1, cell.fen + half)
    return (1 - half, half - 1)


def build_system(
    cells: Sequence[Cell],
    relations: Iterable[Relation],
    *,
    blanks: Collection[int] = (),
    free: Collection[int] = (),
    work: Work | None = None,
) -> System:
    """The system of all hard relations whose cells can be read.

    The blank cells in ``blanks`` are variables (observed as exactly 0) instead of nothing; cells
    in ``free`` are variables without observation.
    """
    system = System(cells, work)
    parent: dict[int, int] = {}

    def root(cell: int) -> int:
        above = parent.setdefault(cell, cell)
        while above != cell:
            parent[cell] = above = parent[above]
            cell, above = above, parent[above]
        return cell

    many: list[tuple[Relation, list[tuple[int, int]]]] = []
    copied: list[tuple[int, Relation]] = []
    plain = not blanks and not free and not any(isinstance(cell, Unreadable) for cell in cells)
    for relation in relations:
        if plain:
            terms = [term for term in relation.terms if cells[term[1]] is not None]
        else:
            kept = _kept_terms(cells, relation, blanks, free)
            if kept is None:
                continue
            terms = kept
        if _is_copy(cells, relation, terms, free):
            one, other = root(terms[0][1]), root(terms[1][1])
            copied.append((one, relation))
            if one != other:
                parent[other] = one
        elif terms:
            many.append((relation, terms))
            for _, cell in terms:
                parent.setdefault(cell, cell)
    for cell in list(parent):
        top = root(cell)
        if top not in system.variable:
            system.variable[top] = len(system.observations)
            system.observations.append([])
            system.copies.append([])
        variable = system.variable[cell] = system.variable[top]
        if cell not in free:
            system.observations[variable].append(cell)
    for cell, relation in copied:
        system.copies[system.variable[cell]].append(relation)
    _constrain(system, many)
    system.work.spend(2 * sum(len(terms) for terms, _, _ in system.constraints))
    return system


def _kept_terms(
    cells: Sequence[Cell],
    relation: Relation,
    blanks: Collection[int],
    free: Collection[int],
) -> list[tuple[int, int]] | None:
    kept = []
    for term in relation.terms:
        cell = cells[term[1]]
        if cell is None:
            if term[1] in blanks or term[1] in free:
                kept.append(term)
        elif isinstance(cell, Unreadable):
            return None
        else:
            kept.append(term)
    return kept


def _is_copy(
    cells: Sequence[Cell], relation: Relation, terms: list[tuple[int, int]], free: Collection[int]
) -> bool:
    if relation.equation.relation != "=" or len(terms) != 2 or terms[0][0] == terms[1][0]:  # noqa: PLR2004
        return False
    one, other = cells[terms[0][1]], cells[terms[1][1]]
    if not isinstance(one, Amount) or not isinstance(other, Amount):
        return terms[0][1] not in free and terms[1][1] not in free and one is None and other is None
    return one.unit == other.unit and one.places == other.places


def _constrain(system: System, many: list[tuple[Relation, list[tuple[int, int]]]]) -> None:
    system.touching = [[] for _ in system.observations]
    known: set[tuple[tuple[tuple[int, int], ...], bool]] = set()
    for relation, terms in many:
        merged: dict[int, int] = {}
        for sign, cell in terms:
            variable = system.variable[cell]
            merged[variable] = merged.get(variable, 0) + sign
        kept = tuple(
            sorted([(one, variable) for variable, one in merged.items() if one], key=itemgetter(1))
        )
        if not kept:
            continue
        bound = relation.equation.relation == ">="
        if (kept, bound) in known:
            continue
        known.add((kept, bound))
        number = len(system.constraints)
        system.constraints.append(Constraint(kept, bound, relation))
        for _, variable in kept:
            system.touching[variable].append(number)
