"""The sheet 校验结果: what validation found, and the user's remarks on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.findings import Level
from xlbudget.workbook import styles
from xlbudget.workbook.findings_live import (
    GONE,
    NOT_RUN,
    counts_content,
    stale_content,
    sum_contents,
    sum_of,
    watched_areas,
)
from xlbudget.workbook.layout import FINDINGS, FINDINGS_FIRST, FINDINGS_ROOM
from xlbudget.workbook.sheet_marks import MARKS
from xlbudget.workbook.sheet_page import print_page
from xlbudget.workbook.sheets_common import TITLE_ROW, tool_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.standard.model import Standard
    from xlbudget.workbook.sheet_writer import Sheet
    from xlbudget.workbook.writer import Writer

__all__ = ["EMPTY_HEIGHT", "FINDINGS_HEADINGS", "SHOWN", "WIDTHS", "write_findings"]

FINDINGS_HEADINGS = (
    "级别", "规则", "表", "位置", "表中数", "应为", "差额", "说明", "依据", "建议", "处理说明",
    "标记（请勿改动）", "识别码（请勿改动）",
)  # fmt: skip
"""The last two columns are hidden, as are those of the sums beside them."""
SHOWN = 11
WIDTHS = (8.0, 7.5, 18.0, 8.5, 13.0, 13.0, 11.0, 42.0, 42.0, 34.0, 26.0)
EMPTY_HEIGHT = 15.0
_HIDDEN = 17

_CENTER = replace(styles.TEXT, align="center", indent=None, locked=None)
_PLAIN = replace(styles.TEXT, indent=None, locked=None)
_HELD = replace(_PLAIN, text_wrap=None)
"""Of hidden cells: what wraps there would make rows high."""
_POINTER = replace(_CENTER, font_color="#000080", underline=1)
_NUMBER = replace(styles.AMOUNT, locked=None)
_SIGNED = replace(_NUMBER, num_format="+#,##0.00;-#,##0.00;0.00")
_REMARK = replace(styles.TEXT, indent=None)
_LOOKS = (*(_CENTER,) * 3, _POINTER, _NUMBER, _NUMBER, _SIGNED, _PLAIN, _PLAIN, _PLAIN, _REMARK)

# Conditional formats set only what they change.
_LEVELS = {
    Level.ERROR.chinese: replace(styles.BORDERED, bold=True, bg_color=styles.WRONG),
    Level.WARNING.chinese: replace(styles.BORDERED, italic=True, bg_color="#FFF2CC"),
    GONE: replace(styles.BORDERED, font_color="#7F7F7F"),
    NOT_RUN: replace(styles.BORDERED, font_color="#7F7F7F", italic=True),
}


def write_findings(
    writer: Writer, sheet: Sheet, standard: Standard, figures: Mapping[tuple[str, str], object]
) -> None:
    """The sheet before the first validation, with room for what is found.

    ``figures`` are what the cells of the tables and of 基础信息 hold, by sheet and cell.
    """
    tool_row(sheet)
    sheet.merge(f"A{TITLE_ROW}", f"K{TITLE_ROW}", FINDINGS, styles.TITLE)
    sheet.height(TITLE_ROW, 34)
    band = replace(styles.BAND, indent=None)
    for letter in "BCDEFGIJK":
        sheet.blank(f"{letter}3", band)
    sheet.put(counts_content((), ""), band)
    sheet.put(stale_content((), known=False), replace(band, italic=True))
    sheet.blank("L3", _HELD)
    sheet.height(3, 24)
    head = FINDINGS_FIRST - 1
    for index, heading in enumerate(FINDINGS_HEADINGS):
        sheet.text(f"{chr(65 + index)}{head}", heading, styles.HEADING)
    for index, width in enumerate(WIDTHS):
        sheet.width(index, width)
    for index in range(SHOWN, _HIDDEN):
        sheet.hide(index)
    sheet.height(head, 22)
    sheet.freeze(head)
    last = FINDINGS_FIRST + FINDINGS_ROOM - 1
    for line in range(FINDINGS_FIRST, last + 1):
        for index, look in enumerate((*_LOOKS, _HELD, _HELD)):
            sheet.blank(f"{chr(65 + index)}{line}", look)
    areas = watched_areas(standard)
    sums = [sum_of(area, [], figures) for area in areas]
    for content in sum_contents(areas, [None] * len(areas), sums):
        sheet.put(content, _HELD)
    for kind, look in _LEVELS.items():
        sheet.conditional(f"A{FINDINGS_FIRST}:A{last}", f'$A{FINDINGS_FIRST}="{kind}"', look)
    used = f'$A{FINDINGS_FIRST}&$H{FINDINGS_FIRST}&$K{FINDINGS_FIRST}<>""'
    gone = f'OR($A{FINDINGS_FIRST}="{GONE}",$A{FINDINGS_FIRST}="{NOT_RUN}")'
    sheet.conditional(f"A{FINDINGS_FIRST}:K{last}", gone, _LEVELS[GONE])
    sheet.conditional(f"A{FINDINGS_FIRST}:K{last}", used, styles.BORDERED)
    sheet.quiet(f"A{FINDINGS_FIRST}:M{last}")
    writer.name(MARKS, FINDINGS, f"$L${FINDINGS_FIRST}:$L${last}")
    print_page(sheet, f"A{TITLE_ROW}:K{FINDINGS_FIRST}", landscape=True, repeat=(head, head))
    sheet.protect()
