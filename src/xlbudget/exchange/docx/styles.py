"""The looks of the document: ``parts/styles.xml.j2`` with the sizes of letters that its tables need.

Fonts are those of official documents; ``parts/fontTable.xml`` names for each another that most
machines have.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.templates import rendered

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["HEI", "styles_xml", "table_style"]

HEI = "黑体"


def styles_xml(contents_width: float, table_sizes: Sequence[float]) -> str:
    """``styles.xml``; the contents' page numbers stand at ``contents_width`` points."""
    sizes = [(table_style(size), size, _line(size)) for size in table_sizes]
    values = {"width": contents_width, "sizes": sizes}
    return rendered(Path(__file__).parent / "parts", "styles.xml.j2", values)


def _line(size: float) -> float:
    """Height of a line in a table, in points, for letters of ``size`` points."""
    return round(size * 1.25 * 2) / 2


def table_style(size: float) -> str:
    """The id of the style of texts of that size in tables."""
    return f"TableText{size * 2:.0f}"
