"""The sheet of the performance forms: one below the other, each on its own page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.building import styles
from xlbudget.building.styles import Style
from xlbudget.sheets.layout import FORM_FIRST, FORM_LINES, form_layout, form_of
from xlbudget.xlsx.references import column_letter, column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from xlbudget.building.contents import CellContent
    from xlbudget.building.sheet import Sheet
    from xlbudget.figures import Book, FormData
    from xlbudget.sheets.layout import FormLayout
    from xlbudget.standard.model import Form, Table


_FIRST_WIDTH, _CAPTION_WIDTH = 18.0, 16.0
_VALUE_COLUMN, _VALUE_WIDTH = 2, 30.0
"""Fields stand in column C: long ones wrap there."""
_TITLE = replace(styles.TITLE, font_size=16, align="center_across")
_SUBTITLE = replace(styles.BODY, align="center_across")
_NO_WRAP = ("form_title", "form_subtitle", "form_value", "note")
_WIDEST = 28.0
"""Forms with few and with many columns share the sheet's widths: none may take too much."""


def write_forms(sheet: Sheet, table: Table, book: Book, contents: Sequence[CellContent]) -> None:
    """All forms of a placed book, or the statement that there is none."""
    used = [form_of(table, data) for data in book.forms] or list(table.forms[:1])
    widths = [_FIRST_WIDTH]
    for form in used:
        for index, column in enumerate(form.indicators, 1):
            if index == len(widths):
                widths.append(0.0)
            widths[index] = max(widths[index], min(column.width, _WIDEST))
    widths[1] = max(widths[1], _CAPTION_WIDTH)
    widths[_VALUE_COLUMN] = max(widths[_VALUE_COLUMN], _VALUE_WIDTH)
    sheet.widths(widths)
    sheet.tool_row()
    tops = [row.line for row in book.blocks[table.blocks[0].key].rows]
    placed = [
        (form, data, form_layout(form, top, len(data.indicators)))
        for form, data, top in zip(used, book.forms, tops, strict=False)
    ]
    heights = _heights(contents, widths)
    last = FORM_FIRST
    framed: dict[str, Style] = {}
    merged: dict[str, str] = {}
    for form, data, spots in placed:
        last = _frame(framed, form, spots)
        _value_heights(heights, form, data, spots, widths)
        merged |= dict(_merged(form, spots))
    hidden = {cell for first, end in merged.items() for cell in _cells(first, end)[1:]}
    for content in contents:
        style = _style(content, framed.get(content.cell))
        if content.cell in merged:
            sheet.merge_put(content.cell, merged[content.cell], content, style)
        elif content.cell not in hidden:
            sheet.put(content, style)
    for cell in framed.keys() - {content.cell for content in contents} - hidden:
        sheet.blank(cell, framed[cell])
    for line, points in heights.items():
        sheet.height(line, points)
    sheet.freeze(1)
    right = column_letter(len(widths) - 1)
    sheet.mark_found(f"A{FORM_FIRST}:{right}{FORM_FIRST + table.blocks[0].room * FORM_LINES}")
    area = f"A{FORM_FIRST}:{right}{max(last, FORM_FIRST)}"
    sheet.print_page(area, landscape=True, breaks=[top - 1 for top in tops[1:]])


_BOXED = Style(align="left", indent=1, top=1, bottom=1, border_color=styles.LINE)


def _style(one: CellContent, framed: Style | None) -> Style:
    """The look of a rendered cell, over that of its place in the frame."""
    base = framed or styles.NOTE
    if one.role in ("form_group", "form_caption", "indicator_heading"):
        base = styles.HEADING
    elif one.role == "indicator" and one.kind == "number":
        shown = "0." + "0" * one.places if one.places else "0"
        base = replace(base, align="center", num_format=shown)
    elif one.role == "form_value" and one.kind in ("number", "formula"):
        base = replace(base, num_format=styles.amount_format(one.places))
    if one.kind == "formula" and one.role == "form_value":
        return replace(base, locked=None, bg_color=styles.GREY)
    return base


def _heights(contents: Sequence[CellContent], widths: Sequence[float]) -> dict[int, float]:
    """Line -> height: enough for the longest text that wraps."""
    lines: dict[int, int] = {}
    for content in contents:
        letters, line = split_cell(content.cell)
        text: str | Decimal | None = content.value
        count = 1
        if isinstance(text, str) and content.role not in _NO_WRAP:
            count = styles.lines_of(text, widths[column_number(letters) - 1])
        lines[line] = max(lines.get(line, 1), count)
    return {line: styles.row_height(count) for line, count in lines.items()}


def _value_heights(
    heights: dict[int, float],
    form: Form,
    data: FormData,
    spots: FormLayout,
    widths: Sequence[float],
) -> None:
    """Room for the title, and for the values of lines to which the standard gives a height."""
    heights[spots.title] = 36
    for spot in spots.fields:
        letters, line = split_cell(spot.value)
        if spot.line.height:
            text = data.fields.get(spot.cell.field, "")
            start = column_number(letters) - 1
            width = sum(widths[start : len(form.indicators) + 1])
            needed = styles.row_height(styles.lines_of(text, width))
            heights[line] = max(heights.get(line, 0), spot.line.height, needed)


def _frame(framed: dict[str, Style], form: Form, spots: FormLayout) -> int:
    """Put the looks of a whole form's cells into ``framed``; gives the form's last line.

    A value and the empty cells beside it share one box: it looks like a wide cell, and short
    texts run on into it.
    """
    letters = [column_letter(index) for index in range(len(form.indicators) + 1)]
    for line, style in ((spots.title, _TITLE), (spots.subtitle, _SUBTITLE)):
        framed.update({f"{letter}{line}": style for letter in letters if line})
    for line in range(max(spots.title, spots.subtitle) + 1, spots.heading):
        framed.update({f"{letter}{line}": styles.CAPTION for letter in letters[:2]})
        framed.update({f"{letter}{line}": _BOXED for letter in letters[2:]})
        framed[f"{letters[-1]}{line}"] = replace(_BOXED, right=1)
    for line in range(spots.heading, spots.last + 1):
        cell = replace(styles.CAPTION, align="left", locked=False)
        framed.update({f"{letter}{line}": cell for letter in letters})
    for spot in spots.fields:
        wraps = True if spot.line.height else None
        framed[spot.value] = replace(_BOXED, left=1, locked=False, text_wrap=wraps)
    return spots.last


def _merged(form: Form, spots: FormLayout) -> Iterator[tuple[str, str]]:
    """First and last cell of what is merged: captions, and goals, which run over many lines."""
    right = column_letter(len(form.indicators))
    alone = {spot.value for spot in spots.fields if len(spot.line.cells) == 1}
    for spot in spots.fields:
        line = split_cell(spot.value)[1]
        if spot.line.height and spot.value in alone:
            yield spot.value, f"{right}{line}"
        if not spot.line.group and split_cell(spot.caption)[0] == "A":
            yield spot.caption, f"B{line}"
    groups: dict[str, list[str]] = {}
    for cell, group in spots.groups:
        groups.setdefault(group, []).append(cell)
    captions = [f"A{line}" for line in range(spots.heading, spots.last + 1)]
    for cells in (*groups.values(), captions):
        if len(cells) > 1:
            yield cells[0], cells[-1]


def _cells(first: str, last: str) -> list[str]:
    """The cells from one corner to the other."""
    (left, top), (right, bottom) = split_cell(first), split_cell(last)
    columns = range(column_number(left) - 1, column_number(right))
    lines = range(top, bottom + 1)
    return [f"{column_letter(column)}{line}" for line in lines for column in columns]
