"""Whether the explanation in a workbook still says what the tables say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.notes.explain import explain, glossary
from xlbudget.workbook.layout import GLOSSARY, NOTES, NOTES_FIRST, NOTES_ROOM
from xlbudget.workbook.notes_file import REVIEW, STALE, plan_notes
from xlbudget.workbook.read_cells import text_of, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.notes_file import NotesPlan
    from xlbudget.workbook.read_cells import Lines
    from xlbudget.xlsx.workbook import Workbook

__all__ = ["NotesState", "Spot", "notes_state", "notes_warnings"]

_GAP = "【待填"
_NAMED = 8
"""So many paragraphs are named in a sentence."""


class Spot(NamedTuple):
    """A paragraph: its id, its cell (empty where it is not on its sheet), and what its remark says."""

    id: str
    sheet: str
    cell: str = ""
    remark: str = ""


class NotesState(NamedTuple):
    """Paragraphs by what is wrong with them.

    ``stale``: the final text is older than its figures; ``absent``: the figures ask for a paragraph
    that is not there; ``reviews``: marked to be looked at; ``gaps``: something is still to be
    filled in. ``plan`` writes both texts where the workbook has none at all.
    """

    stale: tuple[Spot, ...]
    absent: tuple[Spot, ...]
    reviews: tuple[Spot, ...]
    gaps: tuple[Spot, ...]
    plan: NotesPlan | None


def notes_warnings(state: NotesState) -> list[str]:
    """What to look at, in sentences."""
    told = (
        (
            state.stale,
            "情况说明已过期 {} 段（数字变了，定稿没有变）：{}；请重新生成说明，改过的定稿请核对。",
        ),
        (state.absent, "按现有数字，情况说明缺 {} 段：{}；请重新生成说明。"),
    )
    return [
        sentence.format(
            len(found),
            "、".join(one.id for one in found[:_NAMED]) + "等" * (len(found) > _NAMED),
        )
        for found, sentence in told
        if found
    ]


class _Line(NamedTuple):
    sheet: str
    line: int
    id: str
    generated: str
    final: str
    state: str
    remark: str

    @property
    def spot(self) -> Spot:
        """The cell of its final text."""
        return Spot(self.id, self.sheet, f"D{self.line}", self.remark)


def notes_state(source: Workbook, standard: Standard, book: Book) -> NotesState:
    """Compare the final texts of a workbook with what its figures say now.

    Raises:
        UnusableFileError: a sheet is missing or of an older layout.
    """
    documents = explain(standard, book), glossary(standard, book)
    plan = plan_notes(source, *documents)
    lines = source.lines_of([NOTES, GLOSSARY])
    coming = {(one.sheet, one.cell): one.value for one in plan.edits}
    held = [*_lines(lines, {})]
    none = not any(one.generated or one.final for one in held)
    if none:
        held = [*_lines(lines, coming)]
    due = {one.id: one for part in documents for one in part.paragraphs}
    older = {one.id for one in _lines(lines, coming) if one.state == STALE}
    stale = [
        one
        for one in held
        if one.id in older
        or (one.final == one.generated and (one.id not in due or due[one.id].text != one.final))
    ]
    known = {one.id for one in held}
    sheets = {
        one.id: sheet
        for sheet, part in zip(lines, documents, strict=False)
        for one in part.paragraphs
    }
    return NotesState(
        tuple(one.spot for one in stale),
        tuple(Spot(identity, sheets[identity]) for identity in due if identity not in known),
        tuple(one.spot for one in held if one.state == REVIEW and one not in stale),
        tuple(one.spot for one in held if _GAP in one.final),
        plan if none else None,
    )


def _lines(lines: Mapping[str, Lines], coming: Mapping[tuple[str, str], object]) -> Iterator[_Line]:
    """The lines that hold a text, as they are or as ``coming`` makes them."""
    for sheet, cells in lines.items():
        for line in range(NOTES_FIRST, NOTES_FIRST + NOTES_ROOM):
            identity, generated, final, state, remark = (
                text_of(coming.get((sheet, f"{letter}{line}"), value_at(cells, line, column)))
                for letter, column in (("A", 1), ("C", 3), ("D", 4), ("E", 5), ("F", 6))
            )
            if generated or final:
                yield _Line(sheet, line, identity, generated, final, state, remark)
