"""The sheet that is a plain list: 校验结果."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.layout import FINDINGS
from xlbudget.workbook.sheet_page import print_page
from xlbudget.workbook.sheets_common import heading_rows

if TYPE_CHECKING:
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["FINDINGS_HEADINGS", "write_findings"]

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
