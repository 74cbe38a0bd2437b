"""Whether a generated text still says what the cells of its figures hold now."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.sheets.layout import NOTES
from xlbudget.sheets.notes import CHANGED, CellValue, FigureLine, cell_at, figure_lines, same_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.figures import TextUnit
    from xlbudget.reading.source import Source


_LONGEST = 30
"""So many letters of a cell's text are quoted."""


def with_staleness(source: Source, texts: Iterable[TextUnit]) -> list[TextUnit]:
    """The texts, each with sentences on what has changed since it was written."""
    units = list(texts)
    name = source.find(NOTES)
    if not units or not name:
        return units
    moved: dict[str, list[str]] = {}
    for one, now in _moved_figures(source, name):
        spot = f"{one.place.sheet} {one.place.cell}"
        sentence = (
            f"{one.meaning}（{spot}）：生成说明时为 {_quoted(one.value)}，现为 {_quoted(now)}。"
        )
        moved.setdefault(one.paragraph, []).append(sentence)
    return [
        unit._replace(stale=(*unit.stale, *moved[unit.id])) if unit.id in moved else unit
        for unit in units
    ]


def _moved_figures(source: Source, name: str) -> list[tuple[FigureLine, CellValue]]:
    """The figures whose cell holds something else now, looked at closely only where any seems to."""
    lines = source.lines(name)
    differing = {line.line for line in figure_lines(lines) if _differs(source, line)}
    if not differing:
        return []
    found = []
    for line in figure_lines(lines, source.workbook.formulas(name)):
        if line.line in differing and _differs(source, line):
            now = _value_now(source, line)
            # A cell that seems blank may hold a formula that no program has worked out.
            if now or line.place.cell not in source.workbook.formulas(line.place.sheet):
                found.append((line, now))
    return found


def _differs(source: Source, one: FigureLine) -> bool:
    now = _value_now(source, one)
    # An error that stood there before is a finding of its own, no change.
    return now != one.value and same_value(one.value, now) == CHANGED


def _value_now(source: Source, one: FigureLine) -> CellValue:
    """What the cell holds now; what it held where its sheet is gone (a finding of its own)."""
    if one.place.sheet not in source.names:
        return one.value
    return cell_at(source.lines(one.place.sheet), one.place.cell)


def _quoted(value: CellValue) -> str:
    """A number with separators, a text shortened, 空白 for nothing."""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    text = value.strip()
    return (text[:_LONGEST] + "…" if len(text) > _LONGEST else text) or "空白"
