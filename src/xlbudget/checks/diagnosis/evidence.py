"""What speaks for or against a cell besides the identities: the text's numbers, and what is remembered.

A number of the text is a linear function of cells as they are printed, so it holds exactly or not at
all. A cell that is a formula is a function of typed cells; everything here is said of the latter.

If everything agrees once all changes since the workbook last agreed are taken back, some of them are the
mistake: those that cannot stay. Changes that were made alike in several places (a figure revised in three
tables) are no slips: where the tables agree with them, it is the text that is outdated; where they do not
(one was forgotten in a fourth), nothing is concluded here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.intervals import build_system, printed_bounds, propagate
from xlbudget.checks.wording import fen_of
from xlbudget.figures import Unreadable
from xlbudget.memory import PASSED
from xlbudget.money import Amount
from xlbudget.rules.relations import expand, resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.figures import Cell
    from xlbudget.memory import Memory
    from xlbudget.rules.grid import Grid
    from xlbudget.rules.relations import Relation

GENERATED, WRITTEN, INDICATOR, USUAL = 6.0, 3.0, 3.0, 2.0
"""Log-odds that something said is right: a text that follows the generated one, a person's, an indicator
of a performance form, what mostly holds (a rule that only warns)."""
_ECHO = 1.0
"""What a generated text counts for that agrees: it repeats what the cells held, be that right or wrong.
One that does not agree says for sure that they held something else."""
_SAME, _PARTLY = -6.0, -3.0
"""Log-odds of a slip in a cell that is as it was when all was well, or as it was at some other moment."""
_REMEMBERED = 1.5
"""For a value that the cell is remembered to have had."""


_UNKNOWN = Unreadable("")


class Saying(NamedTuple):
    """Something said of figures: the sum of ``terms`` lies from ``low`` to ``high`` (分, both inclusive).

    ``terms`` are coefficients with cell numbers, as the figure is made; ``said`` the words, and
    ``paragraph`` the number of the paragraph that says it (-1: no text, but an indicator or a rule of
    experience). ``weight`` are the log-odds that it is right.
    """

    terms: tuple[tuple[int, int], ...]
    low: int
    high: int
    weight: float
    paragraph: int = -1
    said: str = ""


def usual_sayings(grid: Grid) -> Iterator[Saying]:
    """The equations of rules that only warn: they mostly hold, up to rounding."""
    for relation in expand(grid).relations:
        if relation.rule.soft and relation.equation.check and relation.equation.relation == "=":
            amounts = ((sign, grid.cells[cell]) for sign, cell in relation.terms)
            slack = (
                sum(abs(sign) * one.ulp for sign, one in amounts if isinstance(one, Amount)) // 2
            )
            yield Saying(relation.terms, -slack, slack, USUAL)


class Evidence:
    """All sayings and memories about one grid's cells.

    ``parts`` resolves a cell into the typed cells that it is computed from (itself, if typed).
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        sayings: Iterable[Saying],
        memories: Sequence[Memory],
        parts: Callable[[int], Mapping[int, int]],
    ) -> None:
        self.cells = cells
        self.sayings = list(sayings)
        self.memories = memories
        self.terms: list[dict[int, int]] = []
        self.touching: dict[int, list[int]] = defaultdict(list)
        for number, saying in enumerate(self.sayings):
            typed = resolved(saying.terms, parts)
            self.terms.append({cell: times for cell, times in typed.items() if times})
            for cell in self.terms[number]:
                self.touching[cell].append(number)
        # The same figure said again is no second witness, only a somewhat better one.
        keys = [tuple(sorted(terms.items())) for terms in self.terms]
        alike = Counter(keys)
        pairs = zip(self.sayings, keys, strict=True)
        self.weights = [saying.weight / sqrt(alike[key]) for saying, key in pairs]

    # ------------------------------------------------------------ the text

    def off(self, number: int, moved: Mapping[int, int] = {}) -> int:  # never changed
        """By how many 分 the cells' sum must change for a saying to hold; 0 where it holds."""
        total = 0
        for cell, times in self.terms[number].items():
            total += times * (self.fen(cell) + moved.get(cell, 0))
        saying = self.sayings[number]
        if total < saying.low or total > saying.high:
            return (saying.low + saying.high + 1) // 2 - total
        return 0

    def contradicting(self, moved: Mapping[int, int] = {}) -> list[int]:  # never changed
        """The numbers of the text that do not hold, cells being ``moved`` by 分."""
        return [
            number
            for number, saying in enumerate(self.sayings)
            if saying.paragraph >= 0 and self.off(number, moved)
        ]

    def gain(self, cell: int, shift: int, moved: Mapping[int, int] = {}) -> float:
        """How much more (log-odds) the texts agree once a cell is moved by ``shift`` 分 besides ``moved``."""
        if not shift:
            return 0.0
        after = {**moved, cell: moved.get(cell, 0) + shift}
        return self._gained(self.touching.get(cell, ()), moved, after)

    def _gained(
        self, numbers: Iterable[int], before: Mapping[int, int], after: Mapping[int, int]
    ) -> float:
        """How much more of these sayings hold with cells moved as in ``after`` than as in ``before``."""
        total = 0.0
        for number in numbers:
            was_off, is_off = self.off(number, before), self.off(number, after)
            if was_off and not is_off:
                total += self.weights[number]
            elif is_off and not was_off:
                # A generated text that agrees is only an echo.
                echo = self.sayings[number].weight == GENERATED
                weight = self.weights[number]
                total -= min(weight, _ECHO) if echo else weight
        return total

    def believes(self, edits: Mapping[int, Cell]) -> bool:
        """Whether texts and memory can live with cells having been moved about as ``edits`` undoes it.

        Cells that are as they were when all was well were not moved, and a text that was written for the figures
        as they stand does not become wrong by putting them right.
        """
        passed = [memory.cells for memory in self.memories if memory.moment == PASSED]
        if passed and all(
            cells.get(cell, _UNKNOWN) == self.cells[cell] for cells in passed for cell in edits
        ):
            return False
        moved = {cell: fen_of(right) - self.fen(cell) for cell, right in edits.items()}
        concerned = {number for cell in edits for number in self.touching.get(cell, ())}
        return self._gained(concerned, {}, moved) >= 0

    def shifts(self, cell: int, moved: Mapping[int, int] = {}) -> Iterator[int]:
        """Moves of a cell by which some saying would hold, and the one back to what is remembered."""
        seen = set()
        for number in self.touching.get(cell, ()):
            off, times = self.off(number, moved), self.terms[number][cell]
            if off and off % times == 0:
                seen.add(off // times)
        before = self.before(cell)
        if isinstance(before, Amount):
            seen.add(before.fen - self.fen(cell))
        yield from sorted(seen - {0})

    # ------------------------------------------------------------ memory

    def changed(self, cell: int) -> bool:
        """Whether the memories know the cell, and all of them otherwise than it is."""
        known = [
            memory.cells[cell] == self.cells[cell]
            for memory in self.memories
            if cell in memory.cells
        ]
        return bool(known) and not any(known)

    def before(self, cell: int) -> Cell:
        """What a changed cell held, by the latest memory that knows it otherwise; None if unchanged."""
        for memory in self.memories:
            if cell in memory.cells and memory.cells[cell] != self.cells[cell]:
                return memory.cells[cell]
        return None

    def prior(self, cell: int) -> float:
        """Log-odds of a slip in this cell, from what is remembered of it."""
        same = {
            memory.moment
            for memory in self.memories
            if memory.cells.get(cell, _UNKNOWN) == self.cells[cell]
        }
        if self.before(cell) is not None:
            return _PARTLY if same else 0.0
        return _SAME if PASSED in same else _PARTLY if same else 0.0

    def recall(self, cell: int, value: int) -> float:
        """What speaks for a value (分) that the cell had."""
        before = self.before(cell)
        return _REMEMBERED if isinstance(before, Amount) and before.fen == value else 0.0

    def fen(self, cell: int) -> int:
        """What a cell holds, in 分; a blank is 0."""
        return fen_of(self.cells[cell])


_MOST_CHANGED = 60
"""Of more changes too much has happened since."""
_FEW = 4
_MOST_SLIPS = 5
"""More changes than this that the tables agree with are a revision."""


class ExplainingChanges(NamedTuple):
    """Cells with what they held: those that cannot stay as they are.

    ``revised``: it is a whole revision, with which the tables agree and which the text does not know yet.
    """

    cells: dict[int, Cell]
    revised: bool = False


_NOTHING = ExplainingChanges({})


def explaining_changes(
    evidence: Evidence, relations: Sequence[Relation], free: Collection[int]
) -> ExplainingChanges:
    """Which changes explain everything; no cells where they explain nothing.

    ``relations`` speak of typed cells; ``free`` cells say nothing.
    """
    changed = [
        cell
        for cell in sorted({cell for memory in evidence.memories for cell in memory.cells})
        if evidence.changed(cell) and cell not in free
    ]
    if not 0 < len(changed) <= _MOST_CHANGED:
        return _NOTHING
    back = {cell: evidence.before(cell) for cell in changed}
    shifts = {cell: fen_of(before) - evidence.fen(cell) for cell, before in back.items()}

    def reconciled(taken: Collection[int]) -> bool:
        cells = list(evidence.cells)
        for cell in taken:
            cells[cell] = back[cell]
        system = build_system(cells, relations, free=free)
        return propagate(system, printed_bounds(system)) is None

    def agrees(taken: Collection[int]) -> bool:
        moved = {cell: shifts[cell] for cell in taken}
        return reconciled(taken) and not evidence.contradicting(moved)

    taken = set(changed)
    if agrees(()) or not agrees(taken):
        return _NOTHING
    for cell in changed:
        if agrees(taken - {cell}):
            taken.discard(cell)
    found = {cell: back[cell] for cell in sorted(taken)}
    alike = _alike(relations, {cell: shifts[cell] for cell in found})
    if (alike or len(found) > _MOST_SLIPS) and reconciled(()):
        return ExplainingChanges(found, revised=True)
    return _NOTHING if alike else ExplainingChanges(found)


def _alike(relations: Sequence[Relation], shifts: Mapping[int, int]) -> bool:
    """Whether changes cancel out in some relation: then they were made for its sake.

    In a long sum two of them may do so by chance.
    """
    for relation in relations:
        inside = [sign * shifts[cell] for sign, cell in relation.terms if cell in shifts]
        if 2 * len(inside) >= max(_FEW, len(relation.terms)) and not sum(inside):
            return True
    return False
