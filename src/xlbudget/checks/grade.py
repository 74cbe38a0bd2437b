"""The grade of a workbook: 通过, 尾差 or 差错, by the slack that reconciles it.

The slack is the smallest half-width to which every printed amount must be widened (as if printed
less precisely) for all identities to hold at once; 0.005 is what rounding to two decimals gives.
What filling would compute is computed in place before.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.intervals import (
    WORTH,
    Conflict,
    build_system,
    printed_bounds,
    propagate,
    widened_bounds,
)
from xlbudget.findings import Status
from xlbudget.money import COUNT
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import checked, expand

if TYPE_CHECKING:
    from xlbudget.checks.diagnosis.intervals import System
    from xlbudget.figures import Book
    from xlbudget.rules.relations import Expansion
    from xlbudget.rules.unfilled import Virtual
    from xlbudget.standard.model import Standard


class Grade(NamedTuple):
    """The grade, the slack in 分 (None where no width helps), and the first contradiction."""

    status: Status
    slack: Decimal | None
    conflict: Conflict | None


def grade(system: System, unit_ulp: int, limit: int, *, of_sum: bool = False) -> Grade:
    """Grade a system whose amounts are printed in steps of ``unit_ulp`` 分.

    ``limit`` is the largest slack, in 分, that still counts as 尾差. Within it nothing contradicts where the amounts
    are sums of rounded ones (``of_sum``): then all of it is rounding.
    """
    conflict = propagate(system, printed_bounds(system))
    floor = _floor(system, unit_ulp)
    # Amounts that print as they do are within half a step of their prints.
    enough = unit_ulp // 2 if conflict is None else None
    slack = None if floor is None else _slack(system, floor, unit_ulp, enough)
    if conflict is None:
        return Grade(Status.PASS, slack, None)
    within = slack is not None and slack <= limit
    if within and of_sum:
        return Grade(Status.ROUNDING, slack, None)
    return Grade(Status.ROUNDING if within else Status.ERROR, slack, conflict)


def _floor(system: System, unit_ulp: int) -> Decimal | None:
    """A lower bound of the slack: what the worst single relation needs; None if it is exact.

    An amount printed in larger steps than ``unit_ulp`` 分 may move by as many times the slack.
    """
    worst = Decimal(0)
    fens: list[int] = []
    movable: list[int] = []
    for cells in system.observations:
        fen, unit, places = system.amount(cells[0]) if cells else (0, COUNT, 0)
        fens.append(fen)
        step = unit.fen // 10**places
        movable.append(max(1, step // unit_ulp) if step > 1 else 0)
        if len(cells) > 1:
            prints = [system.amount(cell).fen for cell in cells]
            if min(prints) != max(prints):
                room = 2 * max(1, step // unit_ulp)
                worst = max(worst, Decimal(max(prints) - min(prints)) / room)
    for terms, bound, _ in system.constraints:
        residual = 0
        for coefficient, variable in terms:
            residual += coefficient * fens[variable]
        if residual and (residual < 0 or not bound):
            if not all(system.observations[variable] for _, variable in terms):
                continue
            width = sum(abs(coefficient) * movable[variable] for coefficient, variable in terms)
            if not width:
                return None
            worst = max(worst, Decimal(abs(residual)) / width)
    return worst


def _slack(system: System, floor: Decimal, unit_ulp: int, enough: int | None) -> Decimal | None:
    """``floor`` where it suffices, else the smallest whole number of 分 that does; ``enough`` is known to."""

    def suffices(half: int) -> bool:
        bounds = widened_bounds(system, half, unit_ulp)
        return propagate(system, bounds, worth=max(WORTH, half // 100)) is None

    low = int(floor.to_integral_value(ROUND_CEILING))
    if suffices(low):
        return floor
    high = max(2 * low, unit_ulp)
    if enough is not None and low < enough:
        high = enough
    else:
        while not suffices(high):
            high *= 4
            if high > unit_ulp * 10**10:
                return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return Decimal(high)


class GradedBook(NamedTuple):
    """A book as it is judged: its cells and relations, and how it is graded by these.

    What filling would compute is computed in ``grid``, and what nobody has filled in yet is not judged
    (``rules/virtual.py``); ``found`` has the cells as they are, and what waits. Mostly it is the same.
    """

    grid: Grid
    expansion: Expansion
    graded: Grade
    found: Grid

    @property
    def wrong(self) -> bool:
        """Whether there is anything to explain."""
        return self.graded.conflict is not None or bool(self.expansion.gaps)


def graded_book(standard: Standard, book: Book, grid: Grid | None = None) -> GradedBook:
    """``book`` with derived blanks computed, graded by its standard's relations.

    ``grid`` has its cells, if somebody numbered them already.
    """
    seen = _graded(grid or Grid(standard, book))
    virtual = _virtual(standard, book, seen)
    if virtual is None:
        return seen
    seen.grid.virtual = virtual
    return _graded(Grid(standard, virtual.book))._replace(found=seen.grid)


def _graded(grid: Grid) -> GradedBook:
    expansion = expand(grid, live_only=True)
    return GradedBook(grid, expansion, graded_by(grid, expansion), grid)


def _virtual(standard: Standard, book: Book, seen: GradedBook) -> Virtual | None:
    """What is not filled in yet; None where everything is.

    It shows in a contradiction, or in a table without figures and without a word about it. That a
    column is not filled in is only said if all the rest agrees then, and not of what is published: nobody
    will fill that in.
    """
    blank = any(
        data.empty and not book.notes.get(standard.blocks[key].table)
        for key, data in book.blocks.items()
    )
    if not seen.wrong and not blank:
        return None
    from xlbudget.rules.virtual import virtually_filled  # noqa: PLC0415  # rarely needed

    virtual = virtually_filled(seen.grid)
    if virtual.guesses and not book.without_info and _graded(Grid(standard, virtual.book)).wrong:
        for guess in virtual.guesses:
            attempt = virtually_filled(seen.grid, guess)
            if not _graded(Grid(standard, attempt.book)).wrong:
                return attempt
    return virtual if virtual.waits else None


def graded_by(grid: Grid, expansion: Expansion) -> Grade:
    """The grade of these cells by the hard relations."""
    standard = grid.standard
    system = build_system(grid.cells, checked(expansion.relations))
    ulp = standard.unit.fen // 100
    return grade(system, ulp, standard.rounding_limit, of_sum=standard.of_sum)
