"""The sheets that are plain lists: 情况说明, 名词解释, 校验结果, 科目字典."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.layout import FINDINGS, NOTES_FIRST, NOTES_ROOM, NOTES_WIDTH
from xlbudget.workbook.sheet_page import print_page
from xlbudget.workbook.sheets_common import heading_rows

if TYPE_CHECKING:
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["FINDINGS_HEADINGS", "write_findings", "write_text_sheet"]

NOTES_HEADINGS = ("段落", "类别", "生成稿", "定稿", "状态", "指纹（请勿改动）")
FINDINGS_HEADINGS = (
    "级别",
    "规则",
    "表",
    "位置",
    "打印数",
    "应为",
    "差额",
    "说明",
    "依据",
    "建议",
    "处理说明",
)
_FINDINGS_ROOM = 300


def write_text_sheet(sheet: Sheet, title: str) -> None:
    """情况说明 or 名词解释: what was generated, and the final text, which follows it."""
    heading_rows(sheet, title, NOTES_HEADINGS, (12, 8, NOTES_WIDTH, NOTES_WIDTH, 18, 20))
    sheet.hide(len(NOTES_HEADINGS) - 1)
    last = NOTES_FIRST - 1 + NOTES_ROOM
    for line in range(NOTES_FIRST, last + 1):
        for letter in "ABCEF":
            sheet.blank(f"{letter}{line}", styles.TEXT)
        sheet.formula(f"D{line}", f'IF(C{line}="","",C{line})', "", styles.TEXT)
    sheet.conditional(f"A4:F{last}", '$A4&$C4&$D4<>""', styles.BORDERED)
    print_page(sheet, "A2:E4", landscape=True, repeat=(3, 3))


def write_findings(sheet: Sheet) -> None:
    """校验结果: room for what validation finds."""
    widths = (8, 8, 22, 12, 13, 13, 12, 50, 50, 36, 24)
    heading_rows(sheet, FINDINGS, FINDINGS_HEADINGS, widths)
    last = 3 + _FINDINGS_ROOM
    for line in range(4, last + 1):
        for letter in "ABCDEFGHIJK":
            sheet.blank(f"{letter}{line}", styles.TEXT)
    sheet.conditional(f"A4:K{last}", '$A4&$H4<>""', styles.BORDERED)
    print_page(sheet, "A2:K4", landscape=True, repeat=(3, 3))
