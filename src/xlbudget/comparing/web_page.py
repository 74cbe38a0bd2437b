"""A comparison as one html file to mail and to print, both drafts side by side; nothing is loaded from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.comparing import text_page
from xlbudget.comparing.comparison import Action, RelationState
from xlbudget.comparing.relations import ordered
from xlbudget.report.text_report import clean
from xlbudget.templates import fixed_part, rendered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.comparing.comparison import Comparison, RelationChange, Stretch, TextChange

_FOLDER = Path(__file__).parent / "templates"


def comparison_html(comparison: Comparison) -> str:
    """The whole page."""
    values = {
        "comparison": comparison,
        "wording": text_page,
        "moved": Action.MOVED,
        "before_words": lambda text: _side(text, "removed"),
        "after_words": lambda text: _side(text, "added"),
        "relations": list(_relations(comparison)),
        "style": fixed_part(_FOLDER, "diff.css"),
    }
    return rendered(_FOLDER, "diff.html.j2", values, clean)


def _side(text: TextChange, kind: str) -> list[Stretch]:
    """The stretches of one of the two texts."""
    return [stretch for stretch in text.words if stretch.kind in ("same", kind)]


def _relations(comparison: Comparison) -> Iterator[RelationChange]:
    for state in RelationState:
        yield from ordered(comparison.relations or (), state)
