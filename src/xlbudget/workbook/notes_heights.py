"""How high the lines of 情况说明 and 名词解释 must be to show their texts whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.workbook import sheets_notes as page
from xlbudget.workbook.layout import (
    NOTES_FIGURES_FIRST,
    NOTES_FIGURES_ROOM,
    NOTES_FIRST,
    NOTES_ROOM,
)
from xlbudget.workbook.styles import lines_of, row_height

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.workbook.notes_figures import FigureLine

__all__ = ["figure_heights", "text_heights"]

_LARGE = 12 / 11
"""The texts' letters are so much larger than those by which columns are measured."""
_EMPTY_HEIGHT = 15.0


def text_heights(rows: Sequence[tuple[str, str, str]]) -> dict[int, float]:
    """Row -> height for (generated, final, remark): the longer text whole; usual where none stands."""
    found = dict.fromkeys(range(NOTES_FIRST, NOTES_FIRST + NOTES_ROOM), _EMPTY_HEIGHT)
    width, remark = page.NOTES_WIDTHS[2] / _LARGE, page.NOTES_WIDTHS[5]
    for number, (generated, final, review) in enumerate(rows, NOTES_FIRST):
        lines = max(lines_of(text, width) for text in (generated, final))
        text = row_height(lines, line=17.5)
        found[number] = max(text, row_height(lines_of(review, remark)))
    return found


def figure_heights(listed: Sequence[FigureLine]) -> dict[int, float]:
    """Row -> height for the list of figures."""
    every = range(NOTES_FIGURES_FIRST, NOTES_FIGURES_FIRST + NOTES_FIGURES_ROOM)
    found = dict.fromkeys(every, _EMPTY_HEIGHT)
    widths = [page.NOTES_WIDTHS[column] for column in (0, 1, 2, 4, 5)]
    for number, one in enumerate(listed, NOTES_FIGURES_FIRST):
        texts = (one.paragraph, one.shown, one.meaning, str(one.value), str(one.value))
        lines = max(lines_of(text, width) for text, width in zip(texts, widths, strict=True))
        found[number] = row_height(lines, least=19)
    return found
