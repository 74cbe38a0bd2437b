"""The texts as they are published: what the user wrote where he did, else what is generated."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.notes.document import HEADING
from xlbudget.notes.explain import document
from xlbudget.workbook.layout import GLOSSARY, NOTES, NOTES_FIRST, NOTES_ROOM
from xlbudget.workbook.notes_live import is_error
from xlbudget.workbook.read_cells import text_of, value_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.figures import Book
    from xlbudget.notes.document import Document
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.read_cells import Lines
    from xlbudget.xlsx.workbook import Workbook

__all__ = ["FinalText", "FinalTexts", "final_paragraphs", "generated_texts"]

SHEETS: Mapping[str, str] = MappingProxyType({"explanation": NOTES, "glossary": GLOSSARY})
"""The documents of ``notes/sections.toml`` that a workbook holds, and their sheets."""


class FinalText(NamedTuple):
    """A paragraph: ``level`` 1 for a section's heading, 2 for one within it, 0 for text."""

    text: str
    level: int = 0


class FinalTexts(NamedTuple):
    """The final texts by document; ``generated``: those whose sheet is empty, made just now."""

    documents: Mapping[str, tuple[FinalText, ...]]
    generated: tuple[str, ...] = ()


def generated_texts(standard: Standard, book: Book, name: str) -> tuple[FinalText, ...]:
    """A document as it is generated from the book's figures."""
    return _texts(document(standard, book, name))


def _texts(found: Document) -> tuple[FinalText, ...]:
    return tuple(FinalText(one.text, one.level) for one in found.paragraphs)


def final_paragraphs(source: Workbook, standard: Standard, book: Book) -> FinalTexts:
    """The final texts of a workbook's 情况说明 and 名词解释.

    Raises:
        UnusableFileError: the workbook is unreadable.
    """
    lines = source.lines_of(list(SHEETS.values()))
    formulas = source.formulas_of(set(lines))
    documents: dict[str, tuple[FinalText, ...]] = {}
    generated: list[str] = []
    for name, sheet in SHEETS.items():
        fresh = document(standard, book, name)
        held = _held(lines.get(sheet, []), formulas.get(sheet, {}))
        if not any(one.final for one in held):
            documents[name] = _texts(fresh)
            generated += [name] if fresh.paragraphs else []
            continue
        levels = {one.id: one.level for one in fresh.paragraphs}
        documents[name] = tuple(
            FinalText(one.final, levels.get(one.id, _level(one))) for one in held if one.final
        )
    return FinalTexts(documents, tuple(generated))


class _Held(NamedTuple):
    """A line of the sheet."""

    id: str
    kind: str
    final: str


def _held(lines: Lines, formulas: Mapping[str, str]) -> Sequence[_Held]:
    """The lines in use; an emptied final text stays empty."""
    found = []
    for line in range(NOTES_FIRST, NOTES_FIRST + NOTES_ROOM):
        identity, kind, made, final = (
            text_of(value_at(lines, line, column)) for column in range(1, 5)
        )
        # A formula that was never computed, or is broken, would follow the generated text.
        if f"D{line}" in formulas and (not final or is_error(final)):
            final = made
        found.append(_Held(identity, kind, final))
    return found


def _level(one: _Held) -> int:
    """The level of a line that is not generated any more, or was never."""
    if one.kind != HEADING:
        return 0
    # An id without a point is a section's, as long as it is not the user's own line.
    return 1 if one.id and "." not in one.id else 2
