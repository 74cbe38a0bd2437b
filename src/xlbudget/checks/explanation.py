"""What was found to be wrong in a workbook, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.propagate import Bounds, printed_bounds, propagate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.checks.evidence import Evidence
    from xlbudget.checks.locate import Candidate, Contradiction
    from xlbudget.checks.misplaced import Misplacement
    from xlbudget.checks.missing import Lack
    from xlbudget.checks.probe import Probe
    from xlbudget.checks.system import System
    from xlbudget.checks.unsettled import Unsettled
    from xlbudget.checks.work import Work
    from xlbudget.figures import Cell
    from xlbudget.relations.expand import Relation
    from xlbudget.relations.grid import Grid

__all__ = ["Absence", "Examination", "Moved"]


class Moved(NamedTuple):
    """A misplacement, the figures as they stood, and the relations that it explains.

    ``elsewhere`` are blocks in which the same kind of misplacement would explain as much.
    """

    grid: Grid
    what: Misplacement
    relations: tuple[Relation, ...]
    elsewhere: tuple[str, ...]


class Absence(NamedTuple):
    """A missing lower row, the figures as they stood, and the relations that it explains.

    ``instead`` is a wrong figure that would explain them too.
    """

    grid: Grid
    lack: Lack
    relations: tuple[Relation, ...]
    instead: Candidate | None


class Examination(NamedTuple):
    """The explanation: misplaced figures, missing rows, wrong cells; and the figures they leave.

    ``grid``, ``probe`` and ``system`` are those in which ``contradictions`` speak of cells;
    ``blank`` are derived cells without a figure, and what derives them; ``origin`` gives the relation
    as the standard has it for one that was rewritten over typed cells (by its ``id``).
    ``revised`` are cells, with what they held, that were changed together since the text was generated.
    ``unsettled`` is where no cell can be called wrong; ``work`` what the search looked at.
    """

    grid: Grid
    probe: Probe
    system: System
    contradictions: list[Contradiction]
    moved: list[Moved]
    absences: list[Absence]
    blank: dict[int, Relation]
    origin: Mapping[int, Relation]
    evidence: Evidence | None = None
    revised: Mapping[int, Cell] = {}
    unsettled: Sequence[Unsettled] = ()
    work: Work | None = None

    def settled(self) -> Bounds | None:
        """The bounds of all quantities once the wrong cells say nothing; None if still contradictory."""
        wrong = self.doubted()
        bounds = printed_bounds(self.system, wrong)
        return bounds if propagate(self.system, bounds) is None else None

    def doubted(self) -> set[int]:
        """The cells that are accused, and of a group of which one is wrong all."""
        found: set[int] = set()
        for one in self.contradictions:
            accused = one.accused
            blamed = [accused] if accused is not None else one.candidates
            found |= {cell for each in blamed for cell in (each.cell, *each.also)}
        return found

    def number_of(self, grid: Grid, number: int) -> int:
        """The number that a cell of an earlier grid has now."""
        found = grid.number_in(self.grid, number)
        assert found is not None
        return found
