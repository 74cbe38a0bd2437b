"""Where the forms of 项目支出绩效目标表 stand: one below the other, a blank line between.

A form: its title (and subtitle), its lines (caption and field), the indicators' headings and rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.figures import FormData, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.standard.model import Form, FormCell, FormLine, Table

__all__ = [
    "FORM_FIRST",
    "FORM_LINES",
    "FieldSpot",
    "FormLayout",
    "form_layout",
    "form_of",
    "place_forms",
]

FORM_FIRST = 3
"""The first line of the first form, and of the statement that there is none."""

FORM_LINES = 20
"""Lines that a form takes with its indicators: how far formulas look."""

_CAPTIONS = "AF"
_VALUES = "CG"
_INDICATORS = "BCDEFGHIJKLMNOP"


class FieldSpot(NamedTuple):
    """A caption and its field on the sheet: the cells of both."""

    caption: str
    cell: FormCell
    value: str
    line: FormLine


class FormLayout(NamedTuple):
    """The lines of one form; ``heading`` is the line of the indicators' headings."""

    title: int
    subtitle: int
    fields: tuple[FieldSpot, ...]
    groups: tuple[tuple[str, str], ...]
    heading: int
    last: int


def form_of(table: Table, data: FormData) -> Form:
    """The form that a project uses; the table's first where the data names another."""
    return next((form for form in table.forms if form.key == data.form), table.forms[0])


def form_layout(form: Form, first: int, indicators: int) -> FormLayout:
    """The lines of a form that begins on line ``first``."""
    line = first + 1
    subtitle = 0
    if form.subtitle:
        subtitle, line = line, line + 1
    fields: list[FieldSpot] = []
    groups: list[tuple[str, str]] = []
    for one in form.lines:
        if one.group:
            groups.append((f"A{line}", one.group))
        for index, cell in enumerate(one.cells):
            caption = "B" if one.group and index == 0 else _CAPTIONS[index]
            fields.append(FieldSpot(f"{caption}{line}", cell, f"{_VALUES[index]}{line}", one))
        line += 1
    return FormLayout(first, subtitle, tuple(fields), tuple(groups), line, line + indicators)


def place_forms(
    table: Table, rows: Sequence[Row], forms: Sequence[FormData], first: int = FORM_FIRST
) -> tuple[list[Row], tuple[FormData, ...]]:
    """Rows and forms with their cells, from line ``first`` on; a row without a form gets one, and the reverse.

    Raises:
        UnusableFileError: a form has more indicator columns than the sheet has letters for.
    """
    block = table.blocks[0]
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.key, []).append(row)
    placed_rows: list[Row] = []
    placed_forms: list[FormData] = []
    line = first
    for data in _completed(table, rows, forms):
        form = form_of(table, data)
        if len(form.indicators) > len(_INDICATORS):
            raise UnusableFileError(f"表式“{form.title}”的指标栏超过{len(_INDICATORS)}栏，放不下。")
        spots = form_layout(form, line, len(data.indicators))
        places = {spot.cell.field: spot.value for spot in spots.fields}
        indicators = tuple(
            one._replace(line=line) for line, one in enumerate(data.indicators, spots.heading + 1)
        )
        letters = {column.key: _INDICATORS[index] for index, column in enumerate(form.indicators)}
        placed_forms.append(data._replace(places=places, letters=letters, indicators=indicators))
        waiting = by_name.get(data.name, [])
        row = waiting.pop(0) if waiting else _blank(data.name, len(block.amounts))
        amounts = tuple(places.get(key, "") for key in block.amounts)
        placed_rows.append(row._replace(line=spots.title, places=amounts))
        line = spots.last + 2
    return placed_rows, tuple(placed_forms)


def _blank(name: str, width: int) -> Row:
    return Row(name, "form", name, (None,) * width)


def _completed(table: Table, rows: Sequence[Row], forms: Sequence[FormData]) -> list[FormData]:
    """The forms, then one empty form for every further row."""
    missing = [row.key for row in rows]
    for data in forms:
        if data.name in missing:
            missing.remove(data.name)
    return [*forms, *(FormData(name, table.forms[0].key, {"name": name}, ()) for name in missing)]
