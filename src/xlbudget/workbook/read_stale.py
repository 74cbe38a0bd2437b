"""Which paragraphs were written for other figures than the cells hold now.

The list of figures on 情况说明 keeps what each cell held when the text was generated, and the hidden
columns the fingerprint of the figures for which an edited text was written.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.workbook.layout import (
    NOTES,
    NOTES_FIGURES_FIRST,
    NOTES_FIGURES_ROOM,
    NOTES_FIRST,
)
from xlbudget.workbook.read_cells import text_of, value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.figures import TextUnit
    from xlbudget.workbook.read import Source
    from xlbudget.workbook.read_cells import Lines

__all__ = ["with_staleness"]

_SPOT = re.compile(r"(.+)!([A-Z]{1,3})([0-9]{1,7})")
_HALF = 5e-7
"""As in ``notes_live``: cells that agree to six decimals are the same."""
_OLDER = "定稿是按以前的数字改写的，之后数字有变。"


class _Held(NamedTuple):
    """A line of the list of figures: what it means, the cell, and what that held."""

    line: int
    paragraph: str
    meaning: str
    sheet: str
    letters: str
    number: int
    then: object


def with_staleness(source: Source, texts: Iterable[TextUnit]) -> list[TextUnit]:
    """The texts, each with sentences on what has changed since it was written."""
    units = list(texts)
    name = source.find(NOTES)
    if not units or not name:
        return units
    moved: dict[str, list[str]] = {}
    for one, now in _moved(source, source.lines(name)):
        spot = f"{one.sheet} {one.letters}{one.number}"
        sentence = f"{one.meaning}（{spot}）：生成说明时为 {_shown(one.then)}，现为 {_shown(now)}。"
        moved.setdefault(one.paragraph, []).append(sentence)
    return [_with(source, unit, moved.get(unit.id, [])) for unit in units]


def _with(source: Source, unit: TextUnit, moved: list[str]) -> TextUnit:
    """One text; an edited one also carries the text that was found to be older than its figures."""
    number = int(unit.place.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or NOTES_FIRST)
    older = text_of(value_at(source.lines(unit.place.sheet), number, 9))
    said = [_OLDER] if older and older == unit.text and not unit.follows else []
    return unit._replace(stale=(*said, *moved)) if said or moved else unit


def _moved(source: Source, lines: Lines) -> list[tuple[_Held, object]]:
    """The lines whose cell holds something else now, looked at closely only where any seems to."""
    held = list(_listed(lines))
    differing = [one for one in held if not _same(one.then, _value(source, one))]
    if not differing:
        return []
    formulas = source.workbook.formulas(source.find(NOTES))
    found = []
    for one in differing:
        # Rows that were put in move the cell; the formula beside knows where it went.
        there = _followed(one, formulas.get(f"F{one.line}", ""))
        now = _value(source, there)
        if not _same(one.then, now) and not (now in (None, "") and _computed(source, there)):
            found.append((there, now))
    return found


def _computed(source: Source, one: _Held) -> bool:
    """Whether a cell that seems blank holds a formula that no program has worked out."""
    return f"{one.letters}{one.number}" in source.workbook.formulas(one.sheet)


def _listed(lines: Lines) -> Iterator[_Held]:
    last = min(NOTES_FIGURES_FIRST + NOTES_FIGURES_ROOM - 1, len(lines))
    for number in range(NOTES_FIGURES_FIRST, last + 1):
        paragraph = text_of(value_at(lines, number, 1))
        match = _SPOT.fullmatch(text_of(value_at(lines, number, 4)))
        if paragraph and match is not None:
            meaning = text_of(value_at(lines, number, 3))
            then = value_at(lines, number, 5)
            yield _Held(number, paragraph, meaning, match[1], match[2], int(match[3]), then)


def _followed(one: _Held, formula: str) -> _Held:
    """The line with the cell that its formula shows."""
    from xlbudget.workbook.notes_live import shown_place  # noqa: PLC0415  # rarely needed

    place = shown_place(formula)
    match = _SPOT.fullmatch(f"{place.sheet}!{place.cell}") if place is not None else None
    if match is None:
        return one
    return one._replace(sheet=match[1], letters=match[2], number=int(match[3]))


def _value(source: Source, one: _Held) -> object:
    """What the cell holds now; what it held where its sheet is gone (a finding of its own)."""
    if one.sheet not in source.names:
        return one.then
    column = 0
    for letter in one.letters:
        column = column * 26 + ord(letter) - 64
    return value_at(source.lines(one.sheet), one.number, column)


def _same(then: object, now: object) -> bool:
    if isinstance(then, int | float) and isinstance(now, int | float):
        return abs(then - now) < _HALF
    return text_of(then) == text_of(now)


def _shown(value: object) -> str:
    """A number with separators, a text shortened, 空白 for nothing."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{Decimal(format(value, '.15g')):,f}"
    text = text_of(value)
    return (text[:30] + "…" if len(text) > 30 else text) or "空白"  # noqa: PLR2004
