"""The report of a whole book: its tables and its texts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.checks.validate import validate
from xlbudget.findings import Level, Status
from xlbudget.texts.check import check_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from xlbudget.figures import Book, Place
    from xlbudget.findings import Report
    from xlbudget.standard.model import Standard

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
