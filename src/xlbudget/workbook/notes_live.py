"""What 情况说明 and 名词解释 say by formulas, which live without Python.

A line of the list of figures compares a cell with what it held when the text was generated; a
paragraph's state follows from its lines. The same is computed here, for the values that are stored.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import Place
from xlbudget.workbook.layout import (
    GLOSSARY,
    NOTES,
    NOTES_FIGURES_FIRST,
    NOTES_FIGURES_ROOM,
    NOTES_FIRST,
    NOTES_ROOM,
)
from xlbudget.workbook.read_cells import text_of, value_at
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import column_number, in_quotes, quoted, same_formula, split_cell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from xlbudget.workbook.read_cells import Lines
    from xlbudget.xlsx.workbook import Workbook

__all__ = [
    "CHANGED",
    "EDITED",
    "FRESH",
    "REVIEW",
    "SAME",
    "STALE",
    "CellValue",
    "Paragraphs",
    "cell_value",
    "count_formula",
    "final_formula",
    "is_error",
    "link_formula",
    "present_formula",
    "refreshed",
    "same_value",
    "same_value_formula",
    "shown_place",
    "shown_text",
    "state_formula",
    "state_of",
]

FRESH, EDITED, STALE, REVIEW = "最新", "已改", "已过期", "待核对"
"""State of a paragraph: as generated; edited by hand; its figures have changed since; a person
must look (the reason is given)."""
SAME, CHANGED = "一致", "已变"
"""State of a figure: its cell holds what it held when the text was generated, or something else."""

CellValue = str | Decimal
"""What a cell shows: a number or a text, "" for a blank."""

_DECIMALS = 6
"""Cells that agree to so many decimals are the same (分 in 万元); sums of floats differ beyond."""
_HALF = Decimal(5).scaleb(-_DECIMALS - 1)
_LAST = NOTES_FIGURES_FIRST + NOTES_FIGURES_ROOM - 1
_IDS = f"$A${NOTES_FIGURES_FIRST}:$A${_LAST}"
_STATES = f"$G${NOTES_FIGURES_FIRST}:$G${_LAST}"
_ERROR = re.compile(r"#(?:REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)")
_PRESENT = re.compile(
    r"IF\((?:'((?:[^']|'')+)'|([^'!(]+))!\$?([A-Z]{1,3})\$?([0-9]{1,7})=\"\",\"\","
)


# ------------------------------------------------------------------ the formulas


def final_formula(line: int) -> str:
    """The final text follows the generated one until somebody writes another."""
    return f'IF(C{line}="","",C{line})'


def state_formula(sheet: str, line: int) -> str:
    """The state of the paragraph on a line of ``sheet``.

    Column I holds the final text that was found to be older than its figures.
    """
    away = "" if sheet == NOTES else f"{quoted(NOTES)}!"
    moved = f'SUMPRODUCT(({away}{_IDS}=A{line})*({away}{_STATES}="{CHANGED}"))>0'
    older = f'AND(I{line}<>"",EXACT(D{line},I{line}))'
    plain = f'IF(F{line}="","{FRESH}","{REVIEW}")'
    edited = f'IF(EXACT(C{line},D{line}),{plain},"{EDITED}")'
    return (
        f'IF(AND(C{line}="",D{line}=""),"",IF(AND(A{line}<>"",{moved}),"{STALE}",'
        f'IF({older},"{STALE}",{edited})))'
    )


def count_formula(sheet: str, line: int) -> str:
    """How many lines of the list of figures a paragraph has, as a link to the first of them."""
    away = "" if sheet == NOTES else f"{quoted(NOTES)}!"
    first = f"ROW({away}$A${NOTES_FIGURES_FIRST - 1})+MATCH(A{line},{away}{_IDS},0)"
    shown = f'SUMPRODUCT(--({away}{_IDS}=A{line}))&"项"'
    link = f'HYPERLINK("#{in_quotes(NOTES)}!A"&({first}),{shown})'
    return f'IF(A{line}="","",IFERROR({link},""))'


def link_formula(place: Place) -> str:
    """A link to a cell."""
    target = f"#{in_quotes(place.sheet)}!{place.cell}".replace('"', '""')
    shown = f"{place.sheet}!{place.cell}".replace('"', '""')
    return f'HYPERLINK("{target}","{shown}")'


def present_formula(place: Place) -> str:
    """What a cell shows now."""
    cell = f"{quoted(place.sheet)}!{place.cell}"
    return f'IF({cell}="","",{cell})'


def same_value_formula(line: int) -> str:
    """Whether the cell of a line of the list shows what it did (SAME or CHANGED)."""
    then, now = f"E{line}", f"F{line}"
    numbers = f"ROUND({then}-{now},{_DECIMALS})=0"
    same = f"IF(COUNT({then}:{now})=2,{numbers},EXACT({then},{now}))"
    told = f'IF(ISERROR({now}),"{CHANGED}",IF({same},"{SAME}","{CHANGED}"))'
    return f'IF(A{line}="","",{told})'


# ------------------------------------------------------------------ what they come to


def cell_value(value: object) -> CellValue:
    """What a cell shows, from a reader's value or from that of an edit."""
    if isinstance(value, bool):
        return text_of(value)
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(format(value, ".15g"))
    return value if isinstance(value, str) else text_of(value)


def is_error(text: str) -> bool:
    """Whether a cell that is read as ``text`` shows an error."""
    return _ERROR.fullmatch(text) is not None


def same_value(then: CellValue, now: CellValue) -> str:
    """SAME or CHANGED."""
    if isinstance(then, Decimal) and isinstance(now, Decimal):
        return SAME if abs(then - now) < _HALF else CHANGED
    if isinstance(now, str) and is_error(now):
        return CHANGED
    return SAME if shown_text(then) == shown_text(now) else CHANGED


def shown_text(value: CellValue) -> str:
    """A value as text: 201.0 is ``201``."""
    return value if isinstance(value, str) else text_of(float(value))


class Paragraphs(NamedTuple):
    """What the state of a paragraph follows from: its texts, the reason to look, the older text."""

    generated: str
    final: str
    review: str
    older: str


def state_of(one: Paragraphs, *, moved: bool) -> str:
    """What :func:`state_formula` comes to; ``moved``: any of its figures has changed."""
    if not one.generated and not one.final:
        return ""
    if moved or (one.older and one.final == one.older):
        return STALE
    if one.final != one.generated:
        return EDITED
    return REVIEW if one.review else FRESH


# ------------------------------------------------------------------ after figures changed


def refreshed(source: Workbook, edits: Iterable[CellEdit] = ()) -> list[CellEdit]:
    """The edits that let the list of figures and the states say what they come to.

    ``edits`` are those about to be written to ``source``; no text is generated. Lines and
    paragraphs whose formulas are not there (an older workbook's) are left alone.

    Raises:
        UnusableFileError: ``source`` is unreadable.
    """
    lines = source.lines_of([NOTES, GLOSSARY])
    if NOTES not in lines:
        return []
    formulas = source.formulas_of(set(lines))
    coming = {(one.sheet, one.cell): one.value for one in edits}
    places = _places(formulas[NOTES])
    away = {place.sheet for place in places.values()} - set(lines)
    lines |= source.lines_of(sorted(away))
    moved: set[str] = set()
    found = [*_figures(lines, formulas[NOTES], places, coming, moved)]
    for sheet in (NOTES, GLOSSARY):
        if sheet in lines:
            found += _states(sheet, lines[sheet], formulas[sheet], moved)
    return found


def _places(formulas: Mapping[str, str]) -> dict[int, Place]:
    """Line of the list -> the cell that its formula shows."""
    every = range(NOTES_FIGURES_FIRST, _LAST + 1)
    found = {line: shown_place(formulas.get(f"F{line}", "")) for line in every}
    return {line: place for line, place in found.items() if place is not None}


def shown_place(formula: str) -> Place | None:
    """The cell that a :func:`present_formula` shows; None where it is another formula."""
    match = _PRESENT.match(formula)
    if match is None:
        return None
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    return Place(sheet, f"{match[3]}{match[4]}")


def _figures(
    lines: Mapping[str, Lines],
    formulas: Mapping[str, str],
    places: Mapping[int, Place],
    coming: Mapping[tuple[str, str], object],
    moved: set[str],
) -> Iterator[CellEdit]:
    """The present values and their states; ``moved`` gets the paragraphs of changed figures."""
    held = lines[NOTES]
    for line, place in places.items():
        identity = text_of(value_at(held, line, 1))
        if not identity or place.sheet not in lines:
            continue
        letters, number = split_cell(place.cell)
        there = value_at(lines[place.sheet], number, column_number(letters))
        now = cell_value(coming.get((place.sheet, place.cell), there))
        state = same_value(cell_value(value_at(held, line, 5)), now)
        if state == CHANGED:
            moved.add(identity)
        if cell_value(value_at(held, line, 6)) != now:
            yield CellEdit(NOTES, f"F{line}", now, formulas[f"F{line}"])
        told = formulas.get(f"G{line}", "")
        if same_formula(told, same_value_formula(line)) and value_at(held, line, 7) != state:
            yield CellEdit(NOTES, f"G{line}", state, told)


def _states(
    sheet: str, held: Lines, formulas: Mapping[str, str], moved: Collection[str]
) -> Iterator[CellEdit]:
    for line in range(NOTES_FIRST, NOTES_FIRST + NOTES_ROOM):
        told = formulas.get(f"E{line}", "")
        if not same_formula(told, state_formula(sheet, line)):
            continue
        texts = [shown_text(cell_value(value_at(held, line, column))) for column in (3, 4, 6, 9)]
        identity = text_of(value_at(held, line, 1))
        state = state_of(Paragraphs(*texts), moved=identity in moved)
        if text_of(value_at(held, line, 5)) != state:
            yield CellEdit(sheet, f"E{line}", state, told)
