"""The paragraphs of 情况说明 and 名词解释 as they would be published, and which were looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.figures import Place, TextUnit
from xlbudget.workbook.layout import NOTES, NOTES_FIRST, NOTES_ROOM
from xlbudget.workbook.read_cells import text_of, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.notes.document import Paragraph
    from xlbudget.workbook.read_cells import Lines

__all__ = ["looked_at", "read_texts"]

_HEADING = "标题"


def read_texts(title: str, sheet: str, lines: Lines) -> Iterator[TextUnit]:
    """The final text of every paragraph; ``title`` is the sheet's own name, ``sheet`` what it is called."""
    section = ""
    for number in range(NOTES_FIRST, NOTES_FIRST + NOTES_ROOM):
        identity, kind, generated, final = (
            text_of(value_at(lines, number, column)) for column in range(1, 5)
        )
        text = final or generated
        if not identity or not text:
            continue
        head = identity.partition(".")[0]
        section = section if head == "自写" and section else head
        yield TextUnit(
            "notes" if title == NOTES else "glossary",
            section,
            identity,
            text,
            Place(sheet, f"D{number}"),
            heading=kind == _HEADING,
            follows=text == generated,
        )


def looked_at(paragraphs: Sequence[Paragraph], lines: Lines) -> list[Paragraph]:
    """Without the remarks that a person has cleared: same text, same figures, nothing to look at."""
    seen = {}
    for number in range(NOTES_FIRST, NOTES_FIRST + NOTES_ROOM):
        identity, text, remark, stamp = (
            text_of(value_at(lines, number, column)) for column in (1, 3, 6, 8)
        )
        if not remark:
            seen[identity] = (text, stamp.partition(" ")[0])
    return [
        replace(one, review="") if seen.get(one.id) == (one.text, one.fingerprint) else one
        for one in paragraphs
    ]
