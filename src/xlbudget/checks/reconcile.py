"""From contradictions to findings: the wrong cells, misplaced figures and missing rows of a book."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.describe import (
    blank_finding,
    cell_finding,
    determined,
    moved_finding,
    tail_finding,
)
from xlbudget.checks.examine import examine
from xlbudget.checks.missing import completed
from xlbudget.checks.rowsets import absence_finding, gap_findings, renamed_finding
from xlbudget.checks.wording import table_title
from xlbudget.findings import Level, Status
from xlbudget.money import Amount
from xlbudget.relations.derive import definitions
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import Grid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from xlbudget.checks.explanation import Examination
    from xlbudget.checks.locate import Contradiction
    from xlbudget.checks.propagate import Bounds
    from xlbudget.figures import Cell, Place
    from xlbudget.findings import Finding

__all__ = ["Reconciled", "blank_values", "reconcile"]

_MANY = 2
"""More cells of one table that are off by 尾差 are reported together."""


class Reconciled(NamedTuple):
    """Findings, and what the cells should hold that they say are wrong (as far as that is known)."""

    findings: list[Finding]
    corrected: dict[int, Cell]


def reconcile(grid: Grid, status: Status, computed: Collection[Place] = ()) -> Reconciled:
    """Findings for the rows that do not match and the contradictions of the joint system.

    Derived cells that hold a formula (``computed``) say nothing by themselves: they follow from
    other cells, and a wrong one of these is what is to be found.

    Each contradiction gives one finding: an error, or a warning where the workbook as a whole is
    尾差 (some table may have been footed on rounded figures).
    """
    level = Level.ERROR if status is Status.ERROR else Level.WARNING
    expansion = expand(grid)
    whole, relations, free = grid, expansion.relations, set[int]()
    done = completed(grid, expansion.gaps) if expansion.gaps else None
    if done is not None:
        whole = Grid(grid.standard, done.book)
        relations = expand(whole).relations
        free = {cell for block, key in done.added for cell in whole.row_numbers(block, key)}
    if computed:
        free |= {number for number in definitions(relations) if whole.place(number) in computed}
    found = examine(whole, relations, free)
    bounds = found.settled()
    findings: list[Finding] = []
    if done is not None:
        findings += [renamed_finding(grid, one) for one in done.renamed]
        findings += gap_findings(grid, expansion.gaps, done, found, bounds)
    findings += [moved_finding(one, found, bounds, level) for one in found.moved]
    findings += [absence_finding(one, found, bounds, level) for one in found.absences]
    for number, value in blank_values(found, bounds):
        findings.append(blank_finding(found.grid, number, found.blank[number], value))
    findings += _wrong_cells(found, level)
    return Reconciled(findings, _corrected(grid, found, bounds))


def _wrong_cells(found: Examination, level: Level) -> Iterator[Finding]:
    """A finding per wrong cell; one per table where many are off by no more than 尾差."""
    tails: dict[str, list[tuple[Contradiction, int, Amount]]] = {}
    for one in found.contradictions:
        for best in one.candidates[:1]:
            printed, right = found.grid.cells[best.cell], best.value
            if isinstance(printed, Amount) and right is not None:
                off = abs(printed.fen - right.fen)
                if off <= found.grid.standard.rounding_limit:
                    title = table_title(found.grid, best.cell)
                    tails.setdefault(title, []).append((one, best.cell, right))
    many = [group for group in tails.values() if len(group) > _MANY]
    merged = {id(one) for group in many for one, _, _ in group}
    for one in found.contradictions:
        if id(one) not in merged:
            yield cell_finding(found, one, level)
    for group in many:
        cells = sorted((cell, right) for _, cell, right in group)
        yield tail_finding(found, cells, cell_finding(found, group[0][0], level).code, level)


def _corrected(grid: Grid, found: Examination, bounds: Bounds | None) -> dict[int, Cell]:
    """The right figures of wrong cells, by their numbers in ``grid``; as printed where unknown."""
    right: list[tuple[Grid, int, Cell]] = []
    for one in found.moved:
        right += [(one.grid, cell, value) for cell, value in one.what.edits.items()]
        for cell in one.what.unknown:
            number = found.number_of(one.grid, cell)
            right.append((one.grid, cell, determined(found, bounds, number)))
    for number, value in blank_values(found, bounds):
        right.append((found.grid, number, value))
    for contradiction in found.contradictions:
        for best in contradiction.candidates[:1]:
            right += [(found.grid, cell, best.value) for cell in (best.cell, *best.also)]
    numbered = ((whole.number_in(grid, cell), value) for whole, cell, value in right)
    return {number: value for number, value in numbered if number is not None}


def blank_values(found: Examination, bounds: Bounds | None) -> Iterator[tuple[int, Amount | None]]:
    """The blank derived cells that are wrong, with their value where the rest determines it.

    A blank is right where the rest, without the wrong cells, allows 0.
    """
    for number in found.blank:
        variable = found.system.variable.get(number)
        if bounds is not None and variable is not None:
            low, high = bounds.low[variable], bounds.high[variable]
            if low <= 0 <= high:
                continue
        yield number, determined(found, bounds, number)
