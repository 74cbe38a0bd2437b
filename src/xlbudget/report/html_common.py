"""What all parts of the html report share: text made safe, boxes that scroll, heads of tables."""

from __future__ import annotations

import html

from xlbudget.findings import Level
from xlbudget.report.wording import clean

__all__ = ["LEVEL_SHAPES", "head", "level", "room", "safe"]

LEVEL_SHAPES = {Level.ERROR: "■", Level.WARNING: "▲", Level.HINT: "○"}
"""Levels are told by shape as well as by colour."""


def safe(text: str) -> str:
    """The only way for text from a workbook into the page."""
    return html.escape(clean(text))


def room(name: str) -> str:
    """The start of a wide table's box, which scrolls by itself, by keyboard too."""
    return f'<div class="room" role="region" aria-label="{safe(name)}" tabindex="0">'


def head(*headings: tuple[str, str]) -> str:
    """A table's head from headings with the class of their column."""
    cells = (f'<th scope="col" class="{kind}">{heading}</th>' for heading, kind in headings)
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def level(one: Level) -> str:
    """A level as shape and word."""
    return f'<span aria-hidden="true">{LEVEL_SHAPES[one]}</span> {one.chinese}'
