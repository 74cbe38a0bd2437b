"""The sheets 情况说明 and 名词解释: the generated text, the final one, and the figures in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.layout import (
    NOTES,
    NOTES_FIGURES_FIRST,
    NOTES_FIGURES_ROOM,
    NOTES_FIRST,
    NOTES_ROOM,
    NOTES_WIDTH,
)
from xlbudget.workbook.notes_live import (
    CHANGED,
    REVIEW,
    STALE,
    count_formula,
    final_formula,
    same_value_formula,
    state_formula,
)
from xlbudget.workbook.sheet_page import print_page
from xlbudget.workbook.sheets_common import heading_rows

if TYPE_CHECKING:
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["FIGURES_HEADINGS", "NOTES_HEADINGS", "NOTES_WIDTHS", "write_notes"]

NOTES_HEADINGS = (
    "段落", "类别", "生成稿", "定稿", "状态", "备注", "引用", "指纹（请勿改动）", "过期的定稿（请勿改动）",
)  # fmt: skip
"""Of the paragraphs; the last two columns are hidden."""
FIGURES_HEADINGS = ("段落", "数字", "含义", "位置", "生成时", "现值", "状态")
NOTES_WIDTHS = (10.0, 16.0, NOTES_WIDTH, NOTES_WIDTH, 17.0, 24.0, 9.0, 20.0, 20.0)
_SHOWN = 7
"""Columns that are not hidden."""

_LABEL = replace(styles.TEXT, align="center", indent=None, locked=None)
_GENERATED = replace(styles.TEXT, font_name="仿宋", font_size=12, indent=None, locked=None)
_FINAL = replace(_GENERATED, locked=False)
_REMARK = replace(styles.TEXT, indent=None, locked=None)
_HELD = replace(styles.TEXT, align=None, indent=None, locked=None)
_JUMP = replace(_LABEL, font_color="#000080", underline=1)
_POINTER = replace(_REMARK, font_color="#000080", underline=1)

# Conditional formats set only what they change.
_PLAIN = styles.Style(font_name=None, font_size=None, valign=None)
_SECTION = replace(_PLAIN, bold=True, bg_color=styles.BAND_GREY)
_LOCKED = replace(_PLAIN, bg_color="#F7F7F7")
_WARNING = replace(_PLAIN, bold=True, underline=1, bg_color=styles.WRONG)
_ASKING = replace(_PLAIN, bold=True, italic=True, bg_color="#FFF2CC")
_MONEY = replace(_PLAIN, num_format="#,##0.00####")


def write_notes(sheet: Sheet, title: str) -> None:
    """情况说明 or 名词解释 without a text; 情况说明 has the list of the figures of both below."""
    hidden = _SHOWN, len(NOTES_HEADINGS)
    heading_rows(sheet, title, NOTES_HEADINGS[:_SHOWN], NOTES_WIDTHS[:_SHOWN])
    for column in range(*hidden):
        sheet.text(f"{chr(65 + column)}3", NOTES_HEADINGS[column], styles.HEADING)
        sheet.hide(column)
    sheet.link("B1", NOTES, "引用数字", styles.LINK, to=f"A{NOTES_FIGURES_FIRST - 2}")
    hint = f"改写请在“定稿”栏。状态“{STALE}”：所引数字已变，请重新生成说明；“{REVIEW}”：请按备注核对，无误就清空备注。"
    sheet.text("C1", hint, styles.HINT)
    last = NOTES_FIRST + NOTES_ROOM - 1
    for line in range(NOTES_FIRST, last + 1):
        sheet.blank(f"A{line}", _LABEL)
        sheet.blank(f"B{line}", _LABEL)
        sheet.blank(f"C{line}", _GENERATED)
        sheet.formula(f"D{line}", final_formula(line), "", _FINAL)
        sheet.formula(f"E{line}", state_formula(title, line), "", _LABEL)
        sheet.blank(f"F{line}", replace(_REMARK, locked=False))
        sheet.formula(f"G{line}", count_formula(title, line), "", _JUMP)
        for letter in "HI":  # hidden: what wraps there would make rows high
            sheet.blank(f"{letter}{line}", replace(_REMARK, text_wrap=None))
    area = f"A{NOTES_FIRST}:G{last}"
    sheet.conditional(f"E{NOTES_FIRST}:E{last}", f'$E{NOTES_FIRST}="{STALE}"', _WARNING)
    sheet.conditional(f"E{NOTES_FIRST}:E{last}", f'$E{NOTES_FIRST}="{REVIEW}"', _ASKING)
    sheet.conditional(area, f'$B{NOTES_FIRST}="标题"', _SECTION)
    sheet.conditional(f"C{NOTES_FIRST}:C{last}", f'$C{NOTES_FIRST}<>""', _LOCKED)
    sheet.conditional(area, f'$A{NOTES_FIRST}&$C{NOTES_FIRST}&$D{NOTES_FIRST}<>""', styles.BORDERED)
    if title == NOTES:
        _write_figures(sheet)
        last = NOTES_FIGURES_FIRST + NOTES_FIGURES_ROOM - 1
    sheet.quiet(f"A{NOTES_FIRST}:I{last}")
    print_page(sheet, f"A2:G{NOTES_FIRST}", landscape=True, repeat=(3, 3))
    sheet.protect()


def _write_figures(sheet: Sheet) -> None:
    """Room for the list of figures: it is for looking things up and is not printed."""
    first, last = NOTES_FIGURES_FIRST, NOTES_FIGURES_FIRST + NOTES_FIGURES_ROOM - 1
    text = (
        "引用数字：两张表的文字出自哪些单元格。“现值”与“生成时”不同，"
        f"即为“{CHANGED}”，引用它的段落即为“{STALE}”。"
    )
    sheet.text(f"A{first - 2}", text, styles.BAND)
    for letter in "BCDEFG":
        sheet.blank(f"{letter}{first - 2}", styles.BAND)
    sheet.height(first - 2, 24)
    for letter, heading in zip("ABCDEFG", FIGURES_HEADINGS, strict=True):
        sheet.text(f"{letter}{first - 1}", heading, styles.HEADING)
    sheet.height(first - 1, 22)
    for line in range(first, last + 1):
        sheet.blank(f"A{line}", _LABEL)
        sheet.blank(f"B{line}", replace(_REMARK, align="right"))
        sheet.blank(f"C{line}", _REMARK)
        sheet.blank(f"D{line}", _POINTER)
        sheet.blank(f"E{line}", _HELD)
        sheet.blank(f"F{line}", _HELD)
        sheet.formula(f"G{line}", same_value_formula(line), "", _LABEL)
    sheet.conditional(f"F{first}:G{last}", f'$G{first}="{CHANGED}"', _WARNING)
    fraction = f"AND(ISNUMBER(E{first}),E{first}<>INT(E{first}))"
    sheet.conditional(f"E{first}:F{last}", fraction, _MONEY)
    sheet.conditional(f"A{first}:G{last}", f'$A{first}<>""', styles.BORDERED)
