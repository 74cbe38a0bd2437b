"""The explanation and glossary of a published document, as final texts beside the generated ones."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.imported import GLOSSARY_TEXT, NOTES_TEXT
from xlbudget.standard.extend import own_standard
from xlbudget.workbook.layout import GLOSSARY, NOTES
from xlbudget.workbook.read import read_book
from xlbudget.xlsx.cells import Afterwards
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlbudget.exchange.imported import PublishedText
    from xlbudget.workbook.notes_file import NotesPlan
    from xlbudget.xlsx.cells import CellEdit

__all__ = ["TEXT_SHEETS", "TextsPlan", "plan_texts", "write_texts"]

TEXT_SHEETS = {NOTES_TEXT: NOTES, GLOSSARY_TEXT: GLOSSARY}
"""Where the parts of a document stand in the workbook."""


class TextsPlan(NamedTuple):
    """The edits, what goes with them, how many texts are taken by part, and what was not, in words."""

    edits: list[CellEdit]
    afterwards: Afterwards
    counts: Mapping[str, int]
    left: tuple[str, ...]


def plan_texts(
    source: Workbook,
    edits: Iterable[CellEdit],
    afterwards: Afterwards,
    texts: tuple[PublishedText, ...],
) -> TextsPlan:
    """What writes ``texts`` into ``source`` once ``edits`` are in it.

    The texts are generated from those figures; where the published one is another, it becomes the
    final text, unless the user has written one.

    Raises:
        UnusableFileError: a sheet is missing or has no room.
    """
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as folder:
        copy = Path(folder) / f"copy{source.path.suffix}"
        source.patch(copy, edits, afterwards)
        notes, left = _plan(Workbook(copy), texts)
    both = Afterwards(
        recalculate=afterwards.recalculate or notes.afterwards.recalculate,
        last_rows={**afterwards.last_rows, **notes.afterwards.last_rows},
        heights={**afterwards.heights, **notes.afterwards.heights},
        charts=afterwards.charts or notes.afterwards.charts,
    )
    counts = {
        part: number
        for part in TEXT_SHEETS
        if (number := sum(1 for one in texts if one.part == part))
    }
    return TextsPlan(notes.edits, both, counts, left)


def write_texts(path: Path, texts: tuple[PublishedText, ...]) -> tuple[str, ...]:
    """Write the texts into a workbook that has the figures; what was not taken, in words.

    Raises:
        UnusableFileError: a sheet is missing or has no room.
    """
    source = Workbook(path)
    notes, left = _plan(source, texts)
    source.patch(path, notes.edits, notes.afterwards)
    return left


def _plan(source: Workbook, texts: tuple[PublishedText, ...]) -> tuple[NotesPlan, tuple[str, ...]]:
    # Templates are only needed where a document has texts.
    from xlbudget.exchange.published.notes import final_texts, lost_texts  # noqa: PLC0415
    from xlbudget.notes.explain import explain, glossary  # noqa: PLC0415
    from xlbudget.workbook.notes_file import plan_notes  # noqa: PLC0415

    book = read_book(source)
    standard = own_standard(book)
    match = final_texts(standard, book, texts)
    documents = explain(standard, book), glossary(standard, book)
    return plan_notes(source, *documents, finals=match.texts), tuple(lost_texts(match))
