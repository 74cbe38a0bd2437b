"""Wrong cells put into budgets, and what joint reconciliation and its rivals say of them."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from random_budget import STANDARD, reference
from rivals import RIVALS, equal, errorlocate_blames
from slip_kinds import KINDS, Around, slipped

from xlbudget.checks.diagnosis.explanation import explain_contradictions
from xlbudget.checks.diagnosis.intervals import build_system
from xlbudget.checks.diagnosis.reconcile import blank_values
from xlbudget.checks.grade import grade
from xlbudget.money import Amount
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import checked, expand

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

    from xlbudget.checks.diagnosis.explanation import Explanation
    from xlbudget.figures import Book, Cell
    from xlbudget.rules.relations import Relation

__all__ = [
    "ULP",
    "Judgement",
    "Score",
    "Several",
    "around",
    "errorlocate_top",
    "explained",
    "judged",
    "printed_cells",
    "several",
    "single_cells",
    "slips",
]

ULP = STANDARD.unit.fen // 100
SHOWN = 3
"""So many candidates of a finding are shown."""


class Judgement(NamedTuple):
    """What we say of prepared figures: whether they contradict, the explanation, processor seconds."""

    wrong: bool
    found: Explanation | None
    seconds: float


def judged(grid: Grid, relations: list[Relation]) -> Judgement:
    """From figures and their relations to suggestions."""
    start = time.process_time()
    hard = checked(relations)
    graded = grade(build_system(grid.cells, hard), ULP, STANDARD.rounding_limit)
    found = None if graded.conflict is None else explain_contradictions(grid, relations)
    return Judgement(found is not None, found, time.process_time() - start)


def printed_cells(grid: Grid) -> list[int]:
    """The cells of the tables in which an amount stands."""
    return [
        number
        for number, cell in enumerate(grid.cells)
        if isinstance(cell, Amount) and grid.block_of(number) != INFO
    ]


def around(grid: Grid, number: int) -> Around:
    block, _, column = grid.spot(number)
    width = grid.width[block]
    above = grid.cells[number - width] if number - width >= grid.base[block] else None
    left = grid.cells[number - 1] if column else None
    cell = grid.cells[number]
    assert isinstance(cell, Amount)
    return Around(
        cell,
        above if isinstance(above, Amount) else None,
        left if isinstance(left, Amount) else None,
    )


def slips(
    rng: random.Random, grid: Grid, cells: int
) -> Iterator[tuple[int, str, Amount, Amount | None]]:
    """Cell, kind, right and wrong print, for all kinds in all cells (or ``cells`` random ones)."""
    numbers = printed_cells(grid)
    for number in rng.sample(numbers, min(cells, len(numbers))) if cells else numbers:
        near = around(grid, number)
        for kind in KINDS:
            made = slipped(rng, kind, near)
            if not isinstance(made, bool):
                yield number, kind, near.cell, made


class Score:
    """Counts over trials with one wrong cell."""

    def __init__(self) -> None:
        self.trials = 0
        self.counts: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.misjudged: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.ratios: list[float] = []

    def share(self, what: str) -> float:
        """Of all trials, in percent."""
        return 100 * self.counts[what] / self.trials if self.trials else 0.0

    @property
    def milliseconds(self) -> float:
        """Median processor time from figures to suggestions."""
        return 1000 * statistics.median(self.seconds) if self.seconds else 0.0

    @property
    def ratio(self) -> float:
        """The same as a multiple of a plain one-pass test of equality."""
        return statistics.median(self.ratios) if self.ratios else 0.0

    def add(self, kind: str, number: int, right: Amount, said: Judgement) -> None:
        """What was said of one trial."""
        self.trials += 1
        if not said.wrong or said.found is None:
            self.missed[kind] += 1
            return
        self.counts["detected"] += 1
        self.seconds.append(said.seconds)
        blamed = explained(said.found)
        if any(number in list(group)[:SHOWN] for group in blamed):
            self.counts["among"] += 1
        if len(blamed) == 1 and next(iter(blamed[0]), None) == number:
            self.counts["first"] += 1
            self.counts["exact"] += blamed[0][number] == right
        else:
            self.misjudged[kind] += 1


def single_cells(
    books: Iterable[Book], rng: random.Random, cells: int = 0, *, rivals: bool = True
) -> Score:
    """One wrong cell at a time: every kind of slip in every printed cell, or in ``cells`` of each book."""
    score = Score()
    for book in books:
        grid = Grid(STANDARD, book)
        for number, kind, right, wrong in slips(rng, grid, cells):
            grid.cells[number] = wrong
            relations = expand(grid).relations
            if rivals:
                hard = checked(relations)
                for name, test in RIVALS.items():
                    score.counts[name] += not test(grid.cells, hard)
                start = time.process_time()
                equal(grid.cells, hard, stop=False)
                plain = time.process_time() - start
            said = judged(grid, relations)
            if rivals and said.wrong:
                score.ratios.append(said.seconds / plain)
            score.add(kind, number, right, said)
            grid.cells[number] = right
    return score


class Several(NamedTuple):
    """Trials with several wrong cells: how often the blamed cells are exactly these, or could be.

    ``among`` also counts the trials in which each finding shows another one of the wrong cells.
    """

    trials: int
    exact: int
    among: int


def several(books: Iterable[Book], rng: random.Random, errors: int, trials: int) -> Several:
    """``errors`` random slips in random cells at once, ``trials`` times a book."""
    exact = among = total = 0
    for book in books:
        grid = Grid(STANDARD, book)
        for _ in range(trials):
            right: dict[int, Cell] = {}
            for number in rng.sample(printed_cells(grid), len(printed_cells(grid))):
                near = around(grid, number)
                made = slipped(rng, rng.choice(list(KINDS)), near)
                if not isinstance(made, bool):
                    right[number] = near.cell
                    grid.cells[number] = made
                if len(right) == errors:
                    break
            said = judged(grid, expand(grid).relations)
            total += 1
            if said.found is not None:
                groups = explained(said.found)
                exact += {next(iter(group), -1) for group in groups} == set(right)
                among += _each_shown(groups, set(right))
            for number, cell in right.items():
                grid.cells[number] = cell
    return Several(total, exact, among)


def explained(found: Explanation) -> list[dict[int, Amount | None]]:
    """The findings as their reader sees them: cells with their right values, the likeliest first."""
    groups: list[dict[int, Amount | None]] = []
    for one in found.contradictions:
        best = one.candidates[0] if one.candidates else None
        alike = dict.fromkeys(best.also, best.value) if best else {}
        groups.append({other.cell: other.value for other in one.candidates} | alike)
        if alike:
            groups.append(alike)
    for moved in found.moved:
        before, edits = moved.grid.cells, moved.what.edits
        groups += [
            {cell: value if isinstance(value, Amount) else None}
            for cell, value in edits.items()
            if value != before[cell]
        ]
    groups += [{cell: value} for cell, value in blank_values(found)]
    groups += [{} for _ in found.absences]
    return groups


def _each_shown(groups: Iterable[dict[int, Amount | None]], wrong: set[int]) -> bool:
    """Whether every finding shows another one of the wrong cells, and all are shown."""
    left = set(wrong)
    for group in sorted(groups, key=len):
        shown = next((cell for cell in list(group)[:SHOWN] if cell in left), None)
        if shown is None:
            return False
        left.discard(shown)
    return not left


def errorlocate_top(rng: random.Random, trials: int = 120) -> str:
    """How often the R package errorlocate blames just the wrong cell of the reference, and its time."""
    grid = Grid(STANDARD, reference())
    relations = checked(expand(grid).relations)
    numbers: list[int] = []
    records: list[list[Cell]] = []
    every = list(slips(rng, grid, 0))
    for number, _, _, wrong in rng.sample(every, trials):
        cells = list(grid.cells)
        cells[number] = wrong
        numbers.append(number)
        records.append(cells)
    said = errorlocate_blames(records, relations)
    right = sum(blamed == {number} for number, (blamed, _) in zip(numbers, said, strict=True))
    seconds = statistics.median(one for _, one in said)
    return f"{right}/{trials}（每份 {seconds:.2f} 秒）"
