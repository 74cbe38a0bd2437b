"""The list of checks below the overview: what every line says, and what no formula can say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.live import CHECK_COLUMNS, HIDDEN_FIRST
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.live import Live
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["write_checks"]

_ROLES = ("check", "broken", "result", "piece")


def write_checks(sheet: Sheet, live: Live, cells: Sequence[CellContent], width: float) -> int:
    """Title, headings and a line per rule; ``width`` is that of the first column.

    Gives the last line.
    """
    title, heading = live.first - 2, live.first - 1
    sheet.text(f"A{title}", "勾稽核对表（公式，随数字变化；允许四舍五入的尾差）", styles.BAND)
    for letter in "BCD":
        sheet.blank(f"{letter}{title}", styles.BAND)
    sheet.height(title, 24)
    for letter, text in zip("ABCD", CHECK_COLUMNS, strict=True):
        sheet.text(f"{letter}{heading}", text, styles.HEADING)
    sheet.height(heading, 22)
    looks = {
        "check": styles.CAPTION,
        "broken": replace(styles.CAPTION, align="right", num_format="0"),
        "result": replace(styles.CHECK, align="center", border=1, border_color=styles.LINE),
        "piece": styles.BODY,
    }
    helpers = 0
    for one in cells:
        if one.role not in _ROLES:
            continue
        letters, line = split_cell(one.cell)
        sheet.put(one, looks[one.role])
        helpers = max(helpers, column_number(letters) - HIDDEN_FIRST)
        if letters == "A" and isinstance(one.value, str):
            sheet.height(line, styles.row_height(styles.lines_of(one.value, width), least=19))
    for column in range(HIDDEN_FIRST, HIDDEN_FIRST + helpers):
        sheet.hide(column)
    wrong = styles.Style(font_name=None, font_size=None, valign=None, bold=True, underline=1)
    area = f"A{live.first}:D{live.last}"
    look = replace(wrong, bg_color=styles.WRONG, border=1, border_color=styles.LINE)
    sheet.conditional(area, f"$C{live.first}>0", look)
    last = live.last
    if live.left_out:
        last += 1
        text = f"另有{len(live.left_out)}条规则要看文字或名称，公式不能表达，由“校验”检查：{'、'.join(live.left_out)}。"
        sheet.text(f"A{last}", text, styles.HINT)
    return last
