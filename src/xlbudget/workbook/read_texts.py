"""The paragraphs of 情况说明 and 名词解释 as they would be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import Place, TextUnit
from xlbudget.workbook.layout import NOTES, NOTES_FIRST, NOTES_ROOM
from xlbudget.workbook.read_cells import text_of, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.workbook.read_cells import Lines

__all__ = ["read_texts", "without_remark"]

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


def without_remark(lines: Lines) -> dict[str, tuple[str, str]]:
    """Paragraphs beside which nothing is remarked: id -> generated text, fingerprint of its figures."""
    found = {}
    for number in range(NOTES_FIRST, NOTES_FIRST + NOTES_ROOM):
        identity, text, remark, stamp = (
            text_of(value_at(lines, number, column)) for column in (1, 3, 6, 8)
        )
        if identity and not remark:
            found[identity] = (text, stamp.partition(" ")[0])
    return found
