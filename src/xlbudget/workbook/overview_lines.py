"""Where the charts of 总览 and their lists stand, from the standard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xlbudget.standard.model import Chart, Standard

__all__ = [
    "HEADING_HEIGHT",
    "LINE_HEIGHT",
    "SOURCE_HEIGHT",
    "TITLE_HEIGHT",
    "ChartSection",
    "chart_sections",
    "overview_last",
]

TITLE_HEIGHT, SOURCE_HEIGHT, HEADING_HEIGHT, LINE_HEIGHT = 24.0, 17.0, 21.0, 17.0
_FIRST = 4
_LEAST_LINES = 9
"""A chart with fewer lines beside it would be too low."""
_PAGE = 575.0
"""Points of height on a page (A4 across, where the sheet is one page wide)."""
_BEFORE = 52.0
"""The title and the unit's name above the first section."""


class ChartSection(NamedTuple):
    """A chart with its list: a title, the source, headings, the total, then ``first`` to ``last``.

    ``end`` is the last line that the chart takes beside them; ``breaks`` says that the section
    begins on a new page.
    """

    chart: Chart
    title: int
    first: int
    last: int
    end: int
    breaks: bool

    @property
    def source(self) -> int:
        """The line that names table and unit."""
        return self.title + 1

    @property
    def heading(self) -> int:
        """The line of the columns' headings."""
        return self.title + 2

    @property
    def total(self) -> int:
        """The line of the total."""
        return self.title + 3

    @property
    def height(self) -> float:
        """The height of its lines in points."""
        lines = self.end - self.heading
        return TITLE_HEIGHT + SOURCE_HEIGHT + HEADING_HEIGHT + lines * LINE_HEIGHT


def chart_sections(standard: Standard) -> list[ChartSection]:
    """The sections from top to bottom, a blank line between them, none divided by a page's end."""
    found: list[ChartSection] = []
    title, used = _FIRST, _BEFORE
    for chart in standard.charts:
        first = title + 4
        last = first + chart.room - 1
        end = max(last, title + 2 + _LEAST_LINES)
        section = ChartSection(chart, title, first, last, end, breaks=False)
        if found and used + section.height > _PAGE:
            section, used = section._replace(breaks=True), 0.0
        found.append(section)
        used += section.height + LINE_HEIGHT
        title = end + 2
    return found


def overview_last(standard: Standard) -> int:
    """The last line that charts and lists take on 总览."""
    return max((one.end for one in chart_sections(standard)), default=_FIRST)
