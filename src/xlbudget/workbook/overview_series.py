"""What the charts of 总览 show: areas or names of lines in use, and what these hold now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from xlbudget.workbook.layout import OVERVIEW
from xlbudget.workbook.overview_lines import chart_sections
from xlbudget.workbook.render_overview import render_overview
from xlbudget.xlsx.references import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.overview_lines import ChartSection

__all__ = ["Shown", "chart_areas", "overview_caches", "with_caches"]


class Shown(NamedTuple):
    """One column of a chart.

    ``reference`` is an area or a name of the sheet; ``defined`` what the name means, "" for an area;
    ``values`` is what it comes to now, one blank entry where there is nothing.
    """

    reference: str
    defined: str
    values: tuple[str | Decimal, ...]


def chart_areas(section: ChartSection, cells: Mapping[str, CellContent]) -> list[Shown]:
    """Names and amounts of a chart, one per column of its list.

    Without counterparts, names of the sheet follow the lines in use, so that no blank line is
    drawn: programs that know no names in charts draw what was kept of them.
    """
    chart, first, last = section.chart, section.first, section.last
    prefix = f"{quoted(OVERVIEW)}!"
    letters = ("A", "B", "C") if chart.against else ("A", "B")
    used = range(first, last + 1)
    if not chart.against:
        filled = sum(1 for line in used if _value(cells, f"A{line}"))
        used = range(first, first + max(1, filled))
    found = []
    for letter in letters:
        area = f"{prefix}${letter}${first}:${letter}${last}"
        values = tuple(_value(cells, f"{letter}{line}") for line in used)
        if chart.against:
            found.append(Shown(area, "", values))
            continue
        amounts = f"{prefix}$B${first}:$B${last}"
        start = f"{prefix}${letter}${first}"
        defined = f"{start}:INDEX({area},MAX(1,COUNT({amounts})))"
        found.append(Shown(f"{prefix}chart_{chart.key}_{letter}", defined, values))
    return found


def _value(cells: Mapping[str, CellContent], cell: str) -> str | Decimal:
    found = cells.get(cell)
    return "" if found is None or found.value is None else found.value


# ------------------------------------------------------------------ kept values


_KEPT = re.compile(
    rb"(<c:f>([^<]*)</c:f><c:(str|num)Cache>(?:<c:formatCode>[^<]*</c:formatCode>)?)"
    rb"<c:ptCount val=\"\d+\"/>.*?(?=</c:(?:str|num)Cache>)",
    re.DOTALL,
)


def overview_caches(standard: Standard, book: Book) -> dict[str, tuple[str | Decimal, ...]]:
    """Reference without quotes -> what it comes to, for all charts of a placed book."""
    cells = {one.cell: one for one in render_overview(standard, book)}
    return {
        _bare(one.reference): one.values
        for section in chart_sections(standard)
        for one in chart_areas(section, cells)
    }


def with_caches(part: bytes, caches: Mapping[str, Sequence[str | Decimal]]) -> bytes:
    """A chart's part in which what is kept of the references is as ``caches`` has it.

    Programs that compute do so themselves; previewers, and LibreOffice for names, show what is kept.
    """

    def renewed(match: re.Match[bytes]) -> bytes:
        values = caches.get(_bare(match[2].decode()))
        if values is None:
            return match[0]
        points = "".join(_points(values, text=match[3] == b"str"))
        return match[1] + f'<c:ptCount val="{len(values)}"/>{points}'.encode()

    return _KEPT.sub(renewed, part)


def _points(values: Sequence[str | Decimal], *, text: bool) -> Iterator[str]:
    for place, value in enumerate(values):
        # Without anything, some programs would make up a name and a scale.
        shown = (escape(str(value)) or " ") if text else (str(value) or "0")
        yield f'<c:pt idx="{place}"><c:v>{shown}</c:v></c:pt>'


def _bare(reference: str) -> str:
    return reference.replace("'", "").replace("&apos;", "")
