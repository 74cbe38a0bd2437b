"""What macros need on the sheets: the hidden sheet of their texts, and the buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.sheet_writer import checked
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.workbook.macros import Button, Macros
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["TEXTS", "put_buttons", "write_texts"]

TEXTS = "_texts"
"""The hidden sheet, behind all others."""
_WIDTH, _HEIGHT, _GAP = 78, 24, 3


def write_texts(sheet: Sheet, macros: Macros) -> None:
    """Line 1 is for the stamp by which Python answers; then the texts by key, the title first."""
    sheet.text("A1", "stamp", styles.BODY)
    sheet.text("B1", "", styles.BODY)
    for line, (key, text) in enumerate(macros.texts.items(), 2):
        sheet.text(f"A{line}", key, styles.BODY)
        sheet.text(f"B{line}", text, styles.BODY)
    sheet.raw.very_hidden()


def put_buttons(sheet: Sheet, buttons: Iterable[Button], cell: str) -> None:
    """The buttons side by side from ``cell`` on; they are not printed."""
    letters, row = split_cell(cell)
    for place, one in enumerate(buttons):
        options = {
            "macro": one.macro,
            "caption": one.caption,
            "description": one.description,
            "width": _WIDTH,
            "height": _HEIGHT,
            "x_offset": 4 + place * (_WIDTH + _GAP),
            "y_offset": 2,
            "object_position": 3,
        }
        spot = row - 1, column_number(letters) - 1
        checked(sheet.raw.insert_button(*spot, options), cell)
