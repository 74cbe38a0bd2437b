"""The texts of a book as they would be published, each number with the cells that it comes from.

Numbers of a text that a person edited are found where it still agrees with the generated one.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from xlbudget.figures import TextUnit
from xlbudget.notes.facts import evaluate_facts
from xlbudget.notes.source import load_source
from xlbudget.report.pictures import Number, Passage, Pictures
from xlbudget.report.tables import table_pictures
from xlbudget.texts.origins import Origins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.figures import Book
    from xlbudget.notes.document import Paragraph
    from xlbudget.standard.model import Standard

__all__ = ["passages", "report_pictures"]

_LONGEST = 4000
"""Longer edited texts are not compared sign by sign."""
_NOTES = "情况说明"
_EDITED, _STALE = "已改", "已过期"
_SIGNS = frozenset("0123456789.,，．%％")
_NUMBERS = ("amount", "count", "percent", "year")
"""Kinds of figures that are numbers."""


def report_pictures(standard: Standard, book: Book) -> Pictures:
    """All that a report can show of a book: its tables, and its texts where it has any.

    Raises:
        StandardError: the standard's facts or templates are wrong.
    """
    return Pictures(table_pictures(standard, book), passages(standard, book))


def passages(standard: Standard, book: Book, *, generate: bool = False) -> tuple[Passage, ...]:
    """The paragraphs of the book's explanation and glossary.

    Where it has none there are none, or with ``generate`` those that would be generated.

    Raises:
        StandardError: the standard's facts or templates are wrong.
    """
    if not book.texts and not generate:
        return ()
    from xlbudget.notes.explain import explain, glossary  # noqa: PLC0415  # templates are slow

    documents = {"notes": explain(standard, book), "glossary": glossary(standard, book)}
    generated = {
        part: {one.id: one for one in document.paragraphs} for part, document in documents.items()
    }
    units = book.texts or [
        TextUnit(part, section.number, one.id, one.text, heading=bool(one.level), follows=True)
        for part, document in documents.items()
        for section in document.sections
        for one in section.paragraphs
    ]
    origins = Origins(evaluate_facts(standard, book, load_source(standard)))
    titles = {"notes": _NOTES, "glossary": standard.parts[-1]}
    return tuple(
        _passage(unit, titles.get(unit.part, ""), found, origins)
        for unit in units
        for found in [generated.get(unit.part, {}).get(unit.id)]
    )


def _passage(unit: TextUnit, title: str, found: Paragraph | None, origins: Origins) -> Passage:
    numbers: tuple[Number, ...] = ()
    level, fingerprint = (1 if unit.heading else 0), ""
    if found is not None:
        numbers = tuple(_numbers(unit.text, found, origins))
        level, fingerprint = found.level, found.fingerprint
    return Passage(
        unit.id,
        unit.place.sheet or title,
        unit.text,
        unit.place.sheet,
        unit.place.cell,
        level,
        _state(unit, found),
        numbers,
        fingerprint,
    )


def _state(unit: TextUnit, found: Paragraph | None) -> str:
    """As on the sheet: nothing for a text that is as generated now."""
    if unit.stale:
        return _STALE
    same = unit.follows or (found is not None and found.text == unit.text)
    return "" if same else _EDITED


def _numbers(text: str, found: Paragraph, origins: Origins) -> Iterator[Number]:
    """The numbers of the generated text that the final text still has."""
    wanted = [span for span in found.spans if span.figure.kind in _NUMBERS and span.figure.cells]
    same = _same(found.text, text) if wanted else []
    for span in wanted:
        for start, end, shift in same:
            if start <= span.start and span.end <= end:
                first, last = span.start + shift, span.end + shift
                if text == found.text or _whole(text, first, last):
                    yield Number(first, last, origins.of(span.figure))
                break


def _same(old: str, new: str) -> list[tuple[int, int, int]]:
    """Stretches of the old text that stand in the new one, each with how far it moved."""
    if old == new:
        return [(0, len(old), 0)]
    if max(len(old), len(new)) > _LONGEST:
        return []
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return [(one.a, one.a + one.size, one.b - one.a) for one in blocks if one.size]


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch is not part of a longer number."""
    before, after = text[start - 1 : start], text[end : end + 1]
    inside = text[start:end]
    if not inside[:1].isdigit():
        return True
    return before not in _SIGNS and not (
        after.isdigit() or (after == "." and inside[-1:].isdigit())
    )
