"""The very hidden sheet on which a workbook keeps what it remembers, as texts, a column per moment.

Spreadsheet programs carry a sheet through their own saving (LibreOffice turns very hidden into
hidden); a custom part of the package they may drop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import Keepsake
from xlbudget.memory import EXPLAINED, PASSED
from xlbudget.sheets.cells import text_of, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.xlsx.cells import CellEdit, Lines


MEMORY = "_memory"
_COLUMNS = (PASSED, EXPLAINED)
_HEAD, _FIRST = 2, 3
_CHUNK = 8_000
"""Characters in a cell; a cell holds 32,767, but some programs shorten long texts."""
_ROOM = 400
"""Cells of one moment: more than the largest workbook needs."""
MEMORY_END = f"B{_FIRST + _ROOM}"
"""The cell behind the room, which is filled so that the sheet's extent never changes."""


def remember(kept: Keepsake, lines: Lines) -> list[CellEdit]:
    """The edits that keep it, on the sheet whose lines are given; none where it is too large."""
    chunks = [kept.body[at : at + _CHUNK] for at in range(0, len(kept.body), _CHUNK)]
    if len(chunks) > _ROOM:
        return list(_column(_COLUMNS.index(kept.moment), [], lines))
    return list(_column(_COLUMNS.index(kept.moment), [kept.head, *chunks], lines))


def forget(lines: Lines) -> list[CellEdit]:
    """The edits that empty the memory."""
    return [edit for index in range(len(_COLUMNS)) for edit in _column(index, [], lines)]


def read_keepsakes(lines: Lines) -> tuple[Keepsake, ...]:
    """What is kept on the sheet."""
    keepsakes = []
    for column, moment in enumerate(_COLUMNS, 1):
        head = text_of(value_at(lines, _HEAD, column))
        last = min(len(lines), _FIRST + _ROOM - 1)
        body = [text_of(value_at(lines, line, column)) for line in range(_FIRST, last + 1)]
        if head:
            keepsakes.append(Keepsake(moment, head, "".join(body)))
    return tuple(keepsakes)


def _column(index: int, texts: Sequence[str], lines: Lines) -> Iterator[CellEdit]:
    """The texts below one another, and nothing where longer ones stood before."""
    from xlbudget.xlsx.cells import CellEdit  # noqa: PLC0415  # reading does without it

    for line in range(_HEAD, max(_HEAD + len(texts), min(len(lines) + 1, _FIRST + _ROOM))):
        text = texts[line - _HEAD] if line - _HEAD < len(texts) else ""
        if text_of(value_at(lines, line, index + 1)) != text:
            yield CellEdit(MEMORY, f"{'AB'[index]}{line}", text)
