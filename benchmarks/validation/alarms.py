"""Correct budgets: how many of them each test calls wrong."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from random_budget import STANDARD, random_budget
from rivals import RIVALS
from trials import printed_cells

from xlbudget.checks.validate import validate
from xlbudget.findings import Level, Status
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import checked, expand

if TYPE_CHECKING:
    from random_budget import Size

__all__ = ["OURS", "Alarms", "false_alarms", "footed_grades"]

OURS = "联立区间（本工具）"


class Alarms(NamedTuple):
    """Correct books, their mean number of printed cells, and how many each test flags."""

    books: int
    cells: float
    flagged: Counter[str]


def false_alarms(seed: int, size: Size, count: int) -> Alarms:
    """``count`` books whose every cell is rounded by itself; ours flags any error or warning."""
    flagged: Counter[str] = Counter()
    cells = 0
    for number in range(count):
        book = random_budget(random.Random(seed * 1_000_003 + number), size)
        grid = Grid(STANDARD, book)
        cells += len(printed_cells(grid))
        hard = checked(expand(grid).relations)
        for name, test in RIVALS.items():
            flagged[name] += not test(grid.cells, hard)
        report = validate(STANDARD, book)
        worse = [one for one in report.findings if one.level is not Level.HINT]
        flagged[OURS] += bool(worse) or report.status is not Status.PASS
    return Alarms(count, cells / count, flagged)


def footed_grades(seed: int, size: Size, count: int) -> list[str]:
    """How books are graded whose tables add up what is rounded: pass, 尾差, error."""
    grades = Counter(
        validate(
            STANDARD, random_budget(random.Random(seed * 7919 + number), size, footed=True)
        ).status
        for number in range(count)
    )
    return [str(grades[status]) for status in (Status.PASS, Status.ROUNDING, Status.ERROR)]
