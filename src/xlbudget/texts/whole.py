"""The report of a whole book: its tables and its texts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.checks.validate import corrections, validate
from xlbudget.figures import BlockData
from xlbudget.findings import Level, Status
from xlbudget.relations.grid import Grid
from xlbudget.texts.check import check_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from xlbudget.figures import Book, Cell, Place
    from xlbudget.findings import Finding, Report
    from xlbudget.relations.grid import Spot
    from xlbudget.standard.model import Standard
    from xlbudget.texts.check import TextOutcome

__all__ = ["validate_whole"]


def validate_whole(
    standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None = None
) -> Report:
    """All that is wrong with the tables, then with the texts; pure, no files.

    Raises:
        StandardError: the standard's facts or readings are wrong.
    """
    report = validate(standard, book, computed)
    texts = check_texts(standard, book)
    if report.status is Status.ERROR and texts.findings:
        texts = _own_mistakes(texts, standard, book, computed)
    counts = Counter(dict(report.executed))
    counts.update(texts.counts)
    levels = list(Level)
    found = sorted([*report.findings, *texts.findings], key=lambda one: levels.index(one.level))
    wrong = any(one.level is Level.ERROR for one in texts.findings)
    return report._replace(
        status=Status.ERROR if wrong else report.status,
        findings=tuple(found),
        not_executed=tuple(dict.fromkeys([*report.not_executed, *texts.loose])),
        executed=tuple(sorted(counts.items())),
    )


def _own_mistakes(
    texts: TextOutcome,
    standard: Standard,
    book: Book,
    computed: Callable[[], Collection[Place]] | None,
) -> TextOutcome:
    """Without what only follows from mistakes in the tables: a text that agrees with the right figures."""
    right = corrections(standard, book, computed)
    if not right:
        return texts
    # Formulas follow from what is corrected: blank, they are computed anew.
    formulas = computed() if computed else ()
    grid = Grid(standard, book)
    numbers = range(len(grid.cells)) if formulas else ()
    stale = {grid.spot(number): None for number in numbers if grid.place(number) in formulas}
    again = check_texts(standard, _corrected(book, {**stale, **right})).findings
    same = dict(_told_apart(again))
    kept = [same[key] for key, _ in _told_apart(texts.findings) if key in same]
    return texts._replace(findings=kept)


def _told_apart(findings: Iterable[Finding]) -> Iterator[tuple[tuple[str, str, str, int], Finding]]:
    """Findings by what is said where, and the how-many-eth it is of its kind there."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for one in findings:
        key = (one.code, one.row, one.printed)
        seen[key] += 1
        yield (*key, seen[key]), one


def _corrected(book: Book, right: Mapping[Spot, Cell]) -> Book:
    """The book with the cells as they should be."""
    blocks = dict(book.blocks)
    for spot, cell in right.items():
        data = blocks.get(spot.block)
        if data is None:
            continue
        rows = [
            row._replace(cells=(*row.cells[: spot.column], cell, *row.cells[spot.column + 1 :]))
            if row.key == spot.row.key
            else row
            for row in data.rows
        ]
        blocks[spot.block] = BlockData.of(rows, data.letters)
    return book._replace(blocks=blocks)
