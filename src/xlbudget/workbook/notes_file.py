"""Write the explanation and glossary into a workbook: generated text beside the final text.

A final text that the user wrote is never touched; it stays with its paragraph's id, also where
paragraphs come and go. By default the final text is a formula that shows the generated one.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.workbook.layout import GLOSSARY, NOTES, NOTES_FIRST, NOTES_ROOM, NOTES_WIDTH
from xlbudget.workbook.patch import Afterwards, CellEdit, cell_formulas
from xlbudget.workbook.read import read_lines
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.workbook.styles import lines_of, row_height

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlbudget.notes.document import Document, Paragraph
    from xlbudget.workbook.read_cells import Lines

__all__ = ["EDITED", "FRESH", "REVIEW", "STALE", "NotesPlan", "plan_notes"]

FRESH, EDITED, STALE, REVIEW = "最新", "已改", "已过期", "待核对"
"""State of a paragraph: as generated; edited by hand; edited before its figures changed; a person
must look (the reason is given)."""

_STATE_WIDTH = 18.0
_COLUMNS = "ABCDEF"
_ID, _KIND, _GENERATED, _FINAL, _STATE, _PRINT = range(6)


class NotesPlan(NamedTuple):
    """The edits, the ids of edited paragraphs, whose final text is kept, and what goes with it."""

    edits: list[CellEdit]
    kept: list[str]
    afterwards: Afterwards


class _Held(NamedTuple):
    """A final text that the user wrote, and the fingerprint of the figures it was written for."""

    text: str
    print: str
    kind: str


def plan_notes(source: Path, explanation: Document, glossary: Document) -> NotesPlan:
    """What writing both documents into ``source`` would change.

    Raises:
        UnusableFileError: a sheet is missing or has no room for all paragraphs.
    """
    sheets = {NOTES: explanation, GLOSSARY: glossary}
    lines = read_lines(source, list(sheets))
    for sheet in sheets:
        if sheet not in lines:
            raise UnusableFileError(f"缺少工作表“{sheet}”，说明没有写入；请恢复该表。")
    formulas = cell_formulas(source, set(sheets))
    last_rows: dict[str, int] = {}
    heights: dict[str, dict[int, float]] = {}
    plan = NotesPlan([], [], Afterwards(last_rows=last_rows, heights=heights))
    for sheet, document in sheets.items():
        held = _held(lines[sheet], formulas.get(sheet, {}))
        rows = list(_rows(document.paragraphs, held))
        if len(rows) > NOTES_ROOM:
            raise UnusableFileError(
                f"工作表“{sheet}”只能放下{NOTES_ROOM}段，现有{len(rows)}段；请删去不用的旧段落。"
            )
        plan.kept.extend(held)
        last_rows[sheet] = NOTES_FIRST - 1 + max(len(rows), 1)
        heights[sheet] = _heights(rows)
        plan.edits.extend(_edits(sheet, rows, lines[sheet], formulas.get(sheet, {})))
    return plan


def _held(lines: Lines, formulas: Mapping[str, str]) -> dict[str, _Held]:
    """Id -> the final text that is no formula and not what was generated."""
    found: dict[str, _Held] = {}
    room = lines[NOTES_FIRST - 1 : NOTES_FIRST - 1 + NOTES_ROOM]
    for number, line in enumerate(room, NOTES_FIRST):
        cells = [text_of(value) for value in (*line, *[""] * len(_COLUMNS))[: len(_COLUMNS)]]
        typed = cells[_FINAL] and f"D{number}" not in formulas
        if typed and cells[_FINAL] != cells[_GENERATED]:
            key = cells[_ID] or f"自写.{number}"
            while key in found:  # a copied line, or a second one of the user's own
                key += "+"
            raw = line[_FINAL]
            text = raw if isinstance(raw, str) else cells[_FINAL]
            found[key] = _Held(text, _written_for(cells), cells[_KIND])
    return found


def _written_for(cells: Sequence[str]) -> str:
    """The figures' fingerprint when the final text was last edited.

    The last column holds the fingerprint of the last run's figures and, for an edited text, also
    those it was written for and the text's own: a text edited again was written for the last run.
    """
    last, *edited = cells[_PRINT].split() or [""]
    if len(edited) == 2 and edited[1] == _hash(cells[_FINAL]):  # noqa: PLR2004  # two more parts
        return edited[0]
    return last


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().encode("utf-8")).hexdigest()[:12]


def _rows(paragraphs: Sequence[Paragraph], held: Mapping[str, _Held]) -> Iterator[tuple[str, ...]]:
    """The cells of every line; texts whose paragraph is gone come last and are not lost."""
    ids = {one.id for one in paragraphs}
    for one in paragraphs:
        kept = held.get(one.id)
        if kept is None:
            state = f"{REVIEW}：{one.review}" if one.review else FRESH
            yield (one.id, one.kind, one.text, "", state, one.fingerprint)
        else:
            state = EDITED if kept.print in ("", one.fingerprint) else STALE
            stamp = f"{one.fingerprint} {kept.print or one.fingerprint} {_hash(kept.text)}"
            yield (one.id, one.kind, one.text, kept.text, state, stamp)
    for key, kept in held.items():
        if key not in ids:
            yield (
                key,
                kept.kind,
                "",
                kept.text,
                STALE,
                f"- {kept.print or '-'} {_hash(kept.text)}",
            )


def _heights(rows: Sequence[tuple[str, ...]]) -> dict[int, float]:
    """Row -> height that shows the longer of the two texts whole."""
    found = {}
    for number, cells in enumerate(rows, NOTES_FIRST):
        texts = (cells[_GENERATED], cells[_FINAL])
        lines = max(lines_of(text, NOTES_WIDTH) for text in texts)
        lines = max(lines, lines_of(cells[_STATE], _STATE_WIDTH))
        found[number] = row_height(lines)
    return found


def _edits(
    sheet: str, rows: Iterable[tuple[str, ...]], lines: Lines, formulas: Mapping[str, str]
) -> Iterator[CellEdit]:
    """Every cell of the room that is to change; the lines below the last paragraph are emptied."""
    given = list(rows)
    last = max(NOTES_FIRST - 1 + len(given), min(len(lines), NOTES_FIRST - 1 + NOTES_ROOM))
    for number in range(NOTES_FIRST, last + 1):
        position = number - NOTES_FIRST
        wanted = given[position] if position < len(given) else ("",) * len(_COLUMNS)
        for column, letter in enumerate(_COLUMNS):
            cell = f"{letter}{number}"
            now = text_of(value_at(lines, number, column + 1))
            value, formula = wanted[column], ""
            if column == _FINAL and not value:
                value, formula = wanted[_GENERATED], f'IF(C{number}="","",C{number})'
            if now != value.strip() or formulas.get(cell, "") != formula:
                yield CellEdit(sheet, cell, value if value or formula else None, formula)
