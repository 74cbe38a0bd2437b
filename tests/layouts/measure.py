"""How well a made document is read: its cells against the book that it was made from, and what is said of it."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.errors import XlbudgetError
from xlbudget.figures import Unreadable
from xlbudget.findings import Level
from xlbudget.importing.plan import read_sources, unwritten
from xlbudget.importing.published import SUFFIXES
from xlbudget.importing.published.validate import validate_published
from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlbudget.figures import Book, Cell, Row
    from xlbudget.findings import Finding, Report
    from xlbudget.importing.imported import Imported
    from xlbudget.standard.model import Standard

READER = "F06"
"""The code of what a reader says of a file, which accuses nobody."""

_LINE_LEFT = re.compile(r"第\d+行没有(?:导入|读入)")

FindingKey = tuple[str, str, str, str, str]


class Spot(NamedTuple):
    """A cell of the book: table's key and title, row's key and name, column, amount as printed."""

    block: str
    title: str
    row: str
    name: str
    column: int
    printed: str


class Measured(NamedTuple):
    """What came of one file.

    ``lost`` cells were printed and are missing, ``unnamed`` those of them of which nothing is said;
    ``wrong`` hold another amount. ``added`` are findings (errors and warnings) that the plain document does
    not have, ``accusing`` those of them that blame the author. ``refused`` is the sentence if it was.
    """

    right: int
    lost: tuple[Spot, ...]
    unnamed: tuple[Spot, ...]
    wrong: tuple[Spot, ...]
    added: tuple[Finding, ...]
    gone: int
    texts: int
    status: str
    refused: str
    seconds: float
    said: tuple[str, ...] = ()

    @property
    def accusing(self) -> list[Finding]:
        """The added findings that are no remark of the reader; an error accuses whatever its code."""
        return [one for one in self.added if one.code != READER or one.level is Level.ERROR]


def spots(standard: Standard, book: Book) -> Iterator[tuple[Spot, Cell]]:
    """Every amount of the book that is printed in a table."""
    titles = {block.key: table.title for table in standard.tables for block in table.blocks}
    for key, data in book.blocks.items():
        for row in data.rows:
            for column, cell in enumerate(row.cells):
                if isinstance(cell, Amount):
                    yield (
                        Spot(key, titles[key], row.key, row.label or row.key, column, cell.text),
                        cell,
                    )


def findings_of(report: Report) -> Counter[FindingKey]:
    """What a report accuses, in a form that other places of the same thing share."""
    return Counter(
        map(finding_key, (one for one in report.findings if one.level is not Level.HINT))
    )


def finding_key(one: Finding) -> FindingKey:
    """What makes two findings the same, wherever they stand."""
    printed = squash(one.printed)
    return one.code, one.table, squash(one.row), one.column, printed if printed.strip("0.") else ""


class Base(NamedTuple):
    """The same book in the plain document: its findings, and how many paragraphs are read."""

    standard: Standard
    book: Book
    findings: Counter[FindingKey]
    texts: int


def measured(paths: Sequence[Path], base: Base) -> Measured:
    """Read and validate what a layout gave."""
    start = time.perf_counter()
    document = paths[0].suffix in SUFFIXES
    try:
        imported = read_sources(paths, base.standard, base.book.year)
        report = validate_published(paths[0], base.standard) if document else None
    except Exception as error:  # noqa: BLE001  # what must never happen is measured too
        seconds = time.perf_counter() - start
        lost = tuple(spot for spot, _ in spots(base.standard, base.book))
        if not isinstance(error, XlbudgetError):
            return Measured(0, lost, lost, (), (), 0, 0, "crash", repr(error), seconds)
        return Measured(0, lost, (), (), (), 0, 0, "refused", str(error), seconds)
    seconds = time.perf_counter() - start
    said = [*unwritten(imported)]
    findings: Sequence[Finding] = imported.book.findings
    if report is not None:
        said += [one.message for one in report.findings if one.code == READER]
        said += [f"{one}" for one in getattr(report, "not_read", ())]
        findings = report.findings
    known = base.findings.copy()
    added = []
    for one in findings:
        if one.level is Level.HINT:
            continue
        key = finding_key(one)
        if known[key]:
            known[key] -= 1
        else:
            added.append(one)
    right, lost_spots, wrong = compared(base, imported)
    unnamed = _unnamed(lost_spots, said)
    return Measured(
        right, lost_spots, unnamed, wrong, tuple(added),
        sum(known.values()) if report is not None else 0,
        len(imported.texts),
        report.status.value if report is not None else "read",
        "", seconds, tuple(dict.fromkeys(said)),
    )  # fmt: skip


def compared(base: Base, imported: Imported) -> tuple[int, tuple[Spot, ...], tuple[Spot, ...]]:
    """Cells read right, those that were printed and are missing, and those that hold another amount.

    A row is known by its key without the breaks and the widths of its signs, as it may be printed.
    """
    right, lost, wrong = 0, [], []
    expected: dict[tuple[str, str], dict[int, tuple[Spot, Cell]]] = {}
    for spot, cell in spots(base.standard, base.book):
        expected.setdefault((spot.block, squash(spot.row)), {})[spot.column] = spot, cell
    read: dict[tuple[str, str], list[Row]] = {}
    for key, data in imported.book.blocks.items():
        for one in data.rows:
            read.setdefault((key, squash(one.key)), []).append(one)
    for place, cells in expected.items():
        row = read[place].pop(0) if read.get(place) else None
        for column, (spot, cell) in cells.items():
            found = row.cells[column] if row is not None else None
            if not isinstance(found, Amount) or not isinstance(cell, Amount):
                lost.append(spot)
            elif found.fen == cell.fen:
                right += 1
            else:
                wrong.append(spot._replace(printed=found.text))
        wrong += _strange(base, place[0], row, set(cells)) if row is not None else []
    for (key, _), rows in read.items():
        for one in rows:
            wrong += _strange(base, key, one, set())
    return right, tuple(lost), tuple(wrong)


def _strange(base: Base, key: str, row: Row, known: set[int]) -> list[Spot]:
    """Amounts of a row where none was printed; a zero in a blank cell is none."""
    title = next(t.title for t in base.standard.tables for b in t.blocks if b.key == key)
    return [
        Spot(key, title, row.key, row.label, at, cell.text if isinstance(cell, Amount) else "?")
        for at, cell in enumerate(row.cells)
        if at not in known
        and ((isinstance(cell, Amount) and cell.fen) or isinstance(cell, Unreadable))
    ]


def _unnamed(lost: Sequence[Spot], said: Sequence[str]) -> tuple[Spot, ...]:
    """The lost cells of which no sentence speaks.

    A sentence may name a row by its line alone; where so many sentences of a table do as rows are lost, they
    name these.
    """
    left = [spot for spot in lost if not _named(spot, said)]
    rows = {(spot.title, spot.row) for spot in left}
    by_line = Counter(
        title for title in {title for title, _ in rows} for one in said
        if title in one and _LINE_LEFT.search(one)
    )  # fmt: skip
    named = {
        title for title, number in by_line.items() if number >= sum(t == title for t, _ in rows)
    }
    return tuple(spot for spot in left if spot.title not in named)


def _named(spot: Spot, said: Sequence[str]) -> bool:
    """Whether a sentence speaks of the lost cell: its row or amount in its table, or the whole table."""
    for sentence in said:
        if spot.title not in sentence:
            continue
        if "没有读入" in sentence and "这张表" in sentence:
            return True
        if spot.printed in sentence or spot.name in sentence or spot.row in sentence:
            return True
    return False
