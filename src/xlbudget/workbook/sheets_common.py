"""What many sheets begin with: the tool row, a title, one row of headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.layout import CONTENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["TITLE_ROW", "heading_rows", "tool_row"]

TITLE_ROW = 2


def tool_row(sheet: Sheet) -> None:
    """The first row: back to 目录; it is not printed."""
    sheet.link("A1", CONTENTS, "返回目录", styles.LINK)
    sheet.height(1, 24)


def heading_rows(
    sheet: Sheet, title: str, headings: Sequence[str], widths: Sequence[float]
) -> None:
    """Tool row, title and one row of headings, as on every sheet that is a plain list."""
    tool_row(sheet)
    sheet.merge("A2", f"{chr(64 + len(headings))}2", title, styles.TITLE)
    sheet.height(2, 32)
    for index, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.text(f"{chr(65 + index)}3", heading, styles.HEADING)
        sheet.width(index, width)
    sheet.height(3, 22)
    sheet.freeze(3)
