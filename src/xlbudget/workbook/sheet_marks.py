"""The mark on a cell that 校验结果 names: a conditional format, so that no look of the user's changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.workbook import styles

if TYPE_CHECKING:
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["MARKS", "mark_found"]

MARKS = "校验位置"
"""The name of the cells that hold the places of findings, each as ``sheet!cell``."""

_NUMBER = '"▲ "#,##0.00####;"▲ "-#,##0.00####;"▲ "0.00;"▲ "@'
_LOOK = replace(styles.BORDERED, bold=True, bg_color=styles.WRONG, num_format=_NUMBER)


def mark_found(sheet: Sheet, area: str) -> None:
    """Mark the cells of ``area`` (``A5:G40``) that are listed; to be called before other looks.

    Some programs apply only the first rule that holds: so the mark is the whole look.
    """
    here = f'"{sheet.name}!"&ADDRESS(ROW(),COLUMN(),4)'
    sheet.conditional(area, f"COUNTIF({MARKS},{here})>0", _LOOK)
