"""Interval propagation over the joint system: one variable per quantity, one constraint per identity or bound.

Cells that must print the same amount (two-term identities) are one variable with several
observations. A blank is the exact 0; it is left out, or kept as a variable where wrong cells are
to be located. Everything is a whole number of 分, without tolerance.

Every variable is narrowed by every constraint until nothing changes. An empty interval is a contradiction: no
true amounts exist that print as the workbook does. Improvements below 1/200 of a printed unit, or below 1/256
of a wider interval, are not pursued; that can only miss a contradiction, never invent one.

Work is counted, never timed, so every machine ends in the same place. One unit is one term of one
relation looked at, by propagation or by a trial of figures moved elsewhere.
"""

from __future__ import annotations

from heapq import heappop, heappush
from operator import gt, itemgetter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import Unreadable
from xlbudget.limits import MOST_WORK, MOST_WORK_AT_ONCE
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from xlbudget.figures import Cell
    from xlbudget.rules.relations import Relation

_LEAST = 400_000
_PER_TERM = 800
"""Every term of the book's relations may be looked at so often, by all searches together.

A propagation looks at each term two or three times, so this is some 300 propagations of the whole
book: ten times what one to five wrong figures take, and about two seconds for a department of fifty
subjects and twenty projects (benchmarks/validation/hard.py prints what each kind of bad input takes).
"""
_STAGE = 0.3
"""The share of what is left that one stage of a search may take by default."""


class Work:
    """What was spent, and what may be; without a ``limit`` it only counts.

    What a part of a budget (its ``whole``) spends is spent there as well.
    """

    __slots__ = ("limit", "spent", "whole")

    def __init__(self, limit: int | None = None, whole: Work | None = None) -> None:
        self.limit, self.spent, self.whole = limit, 0, whole

    @classmethod
    def for_terms(cls, terms: int) -> Work:
        """The budget of a book whose relations have so many terms in all."""
        return cls(min(_LEAST + _PER_TERM * terms, MOST_WORK))

    def spend(self, terms: int) -> None:
        """So many terms more were looked at."""
        self.spent += terms
        if self.whole is not None:
            self.whole.spend(terms)

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left."""
        return self.limit is not None and self.spent >= self.limit

    def part(self, share: float = _STAGE) -> Work:
        """A budget of its own, a share of what is left."""
        left = None if self.limit is None else int(max(0, self.limit - self.spent) * share)
        return Work(left, self)


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
    prints leave, once they were asked for, and ``steps`` each variable's different prints with the step in which
    they are printed, both in 分. ``work`` counts what is looked at.
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
        self.steps: list[list[tuple[int, int]]] | None = None

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
    variables = {*blanks, *free}
    plain = not blanks and not free and not any(isinstance(cell, Unreadable) for cell in cells)
    for relation in relations:
        if plain:
            terms = [term for term in relation.terms if cells[term[1]] is not None]
        else:
            kept = _kept_terms(cells, relation, variables)
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
    cells: Sequence[Cell], relation: Relation, variables: Collection[int]
) -> list[tuple[int, int]] | None:
    """The terms that are printed or among ``variables``; None where one cannot be read."""
    kept = []
    for term in relation.terms:
        cell = cells[term[1]]
        if isinstance(cell, Unreadable):
            return None
        if cell is not None or term[1] in variables:
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
        pairs = [(one, variable) for variable, one in merged.items() if one]
        kept = tuple(sorted(pairs, key=itemgetter(1)))
        bound = relation.equation.relation == ">="
        if not kept or (kept, bound) in known:
            continue
        known.add((kept, bound))
        for _, variable in kept:
            system.touching[variable].append(len(system.constraints))
        system.constraints.append(Constraint(kept, bound, relation))


WORTH = 50
"""By default, improvements smaller than this many 分 (0.5 % of a printed 0.01 万元) are not pursued."""

_MOST_LOOKS = 50
"""So often, on average, a constraint is looked at in one propagation: enough to come to rest, and an end."""


class Bounds(NamedTuple):
    """Lower and upper bound of every variable, in 分."""

    low: list[int]
    high: list[int]


class Conflict(NamedTuple):
    """Where a contradiction showed: a variable or constraint, and the constraints that led there.

    ``variables`` are those whose bounds, as they were given, took part.
    """

    variable: int
    constraints: tuple[int, ...]
    variables: tuple[int, ...] = ()


def printed_bounds(system: System, released: Collection[int] = ()) -> Bounds:
    """What the prints say of each variable; the cells in ``released`` say nothing.

    The search asks for this thousands of times: what all cells say together is kept with the
    system, and only the variables of released cells are looked at anew.
    """
    if system.printed is None:
        every = [_observed(system, cells, ()) for cells in system.observations]
        system.printed = [low for low, _ in every], [high for _, high in every]
    low, high = map(list, system.printed)
    for variable in {system.variable[cell] for cell in released if cell in system.variable}:
        low[variable], high[variable] = _observed(system, system.observations[variable], released)
    return Bounds(low, high)


def _observed(system: System, cells: Iterable[int], released: Collection[int]) -> tuple[int, int]:
    """The interval that the prints of one variable leave."""
    low, high, known = -FREE, FREE, None
    for cell in cells:
        # Copies mostly print the same, and then say the same.
        if cell not in released and (known is None or system.cells[cell] != known):
            known = system.cells[cell]
            bottom, top = interval(known)
            low, high = max(low, bottom), min(high, top)
    return low, high


def widened_bounds(system: System, half: int, unit_ulp: int) -> Bounds:
    """Each print widened by ``half`` 分 (for a printed unit of ``unit_ulp``; others in proportion).

    Cells printed to the 分 and counts are exact and stay so.
    """
    if system.steps is None:  # the slack is sought with one width after the other
        system.steps = [_steps(system, cells) for cells in system.observations]
    low, high = [], []
    for prints in system.steps:
        bottom, top = -FREE, FREE
        for fen, step in prints:
            width = half * step // unit_ulp
            bottom, top = max(bottom, fen - width), min(top, fen + width)
        low.append(bottom)
        high.append(top)
    return Bounds(low, high)


def _steps(system: System, cells: Iterable[int]) -> list[tuple[int, int]]:
    """The different prints of one variable, each with its step: 0 where it is exact."""
    found: dict[tuple[int, int], None] = {}
    for cell in cells:
        fen, unit, places = system.amount(cell)
        step = unit.fen // 10**places
        found[fen, step if step > 1 and system.cells[cell] is not None else 0] = None
    return list(found)


def propagate(  # noqa: PLR0915
    system: System,
    bounds: Bounds,
    active: Collection[int] | None = None,
    worth: int = WORTH,
    start: Iterable[int] | None = None,
) -> Conflict | None:
    """Narrow ``bounds`` in place by the ``active`` constraints (all by default).

    Improvements smaller than ``worth`` 分 are not pursued. With ``start``, only these constraints
    are looked at first: nothing else has changed since the bounds were narrowed.

    Returns None where every interval stays non-empty, else where it broke. The terms looked at are
    counted in ``system.work``.
    """
    low, high = bounds
    if any(map(gt, low, high)):
        variable = next(one for one, bottom in enumerate(low) if bottom > high[one])
        return Conflict(variable, (), (variable,))
    constraints, touching = system.constraints, system.touching
    allowed = (
        None if active is None else active if isinstance(active, (set, frozenset)) else set(active)
    )
    if start is None:
        waiting = list(range(len(constraints)) if active is None else sorted(active))
    else:
        waiting = [number for number in start if allowed is None or number in allowed]
    looks = _MOST_LOOKS * (len(waiting) + len(constraints))
    waiting.reverse()
    queued = set(waiting)
    story = _Story(system)
    spent = 0
    while waiting and looks and spent < MOST_WORK_AT_ONCE:
        looks -= 1
        number = waiting.pop()
        queued.discard(number)
        terms, bound, _ = constraints[number]
        spent += len(terms)
        least = most = 0
        for coefficient, variable in terms:
            if coefficient == 1:
                least += low[variable]
                most += high[variable]
            elif coefficient == -1:
                least -= high[variable]
                most -= low[variable]
            else:
                ends = (coefficient * low[variable], coefficient * high[variable])
                least += min(ends)
                most += max(ends)
        if most < 0 or (least > 0 and not bound):
            system.work.spend(spent)
            return story.of_constraint(number, most=most < 0)
        if not bound and least > -worth and most < worth:
            continue
        seen = len(story.steps)
        for coefficient, variable in terms:
            bottom, top = low[variable], high[variable]
            if coefficient == 1:
                new_bottom = top - most
                new_top = bottom - least if not bound else top
            elif coefficient == -1:
                new_bottom = top + least if not bound else bottom
                new_top = bottom + most
            else:
                new_bottom, new_top = _scaled(coefficient, bottom, top, least, most, bound)
            if new_bottom <= bottom and new_top >= top:
                continue
            # A wide interval must shrink by a part of it: else circles of free cells go on and on.
            left = min(top, new_top) - max(bottom, new_bottom)
            least_gain = max(worth, left >> 8)
            changed = False
            if new_bottom >= bottom + least_gain or new_bottom > max(bottom, top):
                low[variable], changed = new_bottom, True
                story.add(number, variable, 0, seen)
            if new_top <= top - least_gain or new_top < min(bottom, top):
                high[variable], changed = new_top, True
                story.add(number, variable, 1, seen)
            if changed:
                if low[variable] > high[variable]:
                    system.work.spend(spent)
                    return story.of_variable(variable)
                for other in touching[variable]:
                    if (
                        other not in queued
                        and other != number
                        and (allowed is None or other in allowed)
                    ):
                        queued.add(other)
                        waiting.append(other)
    system.work.spend(spent)
    return None


def _scaled(
    coefficient: int, bottom: int, top: int, least: int, most: int, bound: bool
) -> tuple[int, int]:
    """The same step for a coefficient other than 1 and -1."""
    own_least, own_most = sorted((coefficient * bottom, coefficient * top))
    floor = own_most - most
    ceiling = own_least - least if not bound else FREE * abs(coefficient)
    if coefficient > 0:
        return -(-floor // coefficient), ceiling // coefficient
    return -(-ceiling // coefficient), floor // coefficient


class _Story:
    """What narrowed what, in order: so a conflict is put down to just the steps that it needs."""

    def __init__(self, system: System) -> None:
        self.constraints = system.constraints
        self.steps: list[tuple[int, int, int, int, int]] = []
        """Constraint, variable, end (0 low, 1 high), the step before that moved this end, and how many
        steps had been made when the constraint was added up."""
        self.last: dict[tuple[int, int], int] = {}

    def add(self, number: int, variable: int, end: int, seen: int) -> None:
        """A constraint, added up after ``seen`` steps, moved an end of a variable."""
        key = (variable, end)
        self.steps.append((number, variable, end, self.last.get(key, -1), seen))
        self.last[key] = len(self.steps) - 1

    def of_constraint(self, number: int, *, most: bool) -> Conflict:
        """A constraint whose most is too little, or whose least too much."""
        return Conflict(-1, *self._backwards([number], self._ends(number, -1, most)))

    def of_variable(self, variable: int) -> Conflict:
        """A variable whose ends have crossed."""
        return Conflict(variable, *self._backwards([], [(variable, 0), (variable, 1)]))

    def _ends(self, number: int, but: int, most: bool) -> list[tuple[int, int]]:
        """The ends of variables from which the most, or least, of a constraint's terms (``but`` one) comes."""
        terms = self.constraints[number].terms
        return [(other, int((one > 0) == most)) for one, other in terms if other != but]

    def _backwards(
        self, numbers: list[int], ends: list[tuple[int, int]]
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The constraints of all steps that these ends need, and the variables they began with."""
        constraints, given = dict.fromkeys(numbers), dict[int, None]()
        waiting, seen, before = list[int](), set[int](), len(self.steps)
        while True:
            for variable, end in ends:
                # The step that had moved this end last; the variable is as given where there is none.
                step = self.last.get((variable, end), -1)
                while step >= before:
                    step = self.steps[step][3]
                if step < 0:
                    given[variable] = None
                elif step not in seen:
                    seen.add(step)
                    heappush(waiting, -step)
            if not waiting:
                return tuple(constraints), tuple(given)
            number, moved, end, _, before = self.steps[-heappop(waiting)]
            constraints[number] = None
            sign = next(one for one, other in self.constraints[number].terms if other == moved)
            # An upper end of what is added comes from the least of the rest, a lower one from its most.
            ends = self._ends(number, moved, (sign > 0) != bool(end))
