"""The sheets 封面 and 目录."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.layout import (
    CONTENTS,
    DICTIONARY,
    FINDINGS,
    GLOSSARY,
    INFO_SHEET,
    NOTES,
    OVERVIEW,
    PROFILE,
)
from xlbudget.workbook.references import quoted
from xlbudget.workbook.sheet_page import print_page

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["write_contents", "write_cover"]

_LEGEND = (
    (styles.AMOUNT, "1,234.56", "白底：填写的数字。只填明细，小计可以空着。"),
    (
        replace(styles.AMOUNT, bg_color=styles.GREY),
        "1,234.56",
        "灰底：公式得出的数字，请勿改动；已填写的合计数保持原样，不会变成公式。",
    ),
    (
        replace(styles.AMOUNT, bold=True),
        "1,234.56",
        "加粗：类级科目、小计、合计。",
    ),
)


def write_cover(sheet: Sheet, standard: Standard, book: Book, year: int) -> None:
    """Title, unit, date, and a legend of the cells' styles."""
    for column, width in enumerate((4, 16, 66)):
        sheet.width(column, width)
    big = replace(styles.TITLE, font_size=28)
    unit = replace(styles.TITLE, font_name="黑体", font_size=20)
    sheet.link("A1", CONTENTS, "目录", styles.LINK)
    name, issued = book.info.get("unit_name"), book.info.get("issued")
    for line, height in ((2, 90), (3, 40), (4, 50), (5, 60), (6, 30), (7, 120)):
        sheet.height(line, height)
    for line in (3, 4, 6):
        for letter in "AC":
            sheet.blank(f"{letter}{line}", styles.BODY)
    centred = "center_across"
    if name is not None:
        text = f'{quoted(INFO_SHEET)}!{name.cell}&""'
        sheet.formula("A3", text, book.text("unit_name"), replace(unit, align=centred))
        sheet.blank("B3", replace(unit, align=centred))
        sheet.blank("C3", replace(unit, align=centred))
    title = standard.titles["cover"].replace("{year}", str(year))
    sheet.merge("A4", "C4", title, big)
    if issued is not None:
        text = f'{quoted(INFO_SHEET)}!{issued.cell}&""'
        date = replace(unit, font_size=14, align=centred)
        sheet.formula("A6", text, book.text("issued"), date)
        sheet.blank("B6", date)
        sheet.blank("C6", date)
    sheet.text("B8", "单元格说明", styles.BAND)
    sheet.blank("C8", styles.BAND)
    for line, (style, sample, meaning) in enumerate(_LEGEND, 9):
        framed = replace(style, border=1, border_color=styles.LINE, locked=None)
        sheet.text(f"B{line}", sample, framed)
        sheet.text(f"C{line}", meaning, styles.CAPTION)
        sheet.height(line, 22)
    print_page(sheet, "A2:C7")


def write_contents(sheet: Sheet, standard: Standard, year: int) -> None:
    """The parts of the disclosure and the tables, each a link; then the working sheets."""
    for column, width in enumerate((10, 62, 20)):
        sheet.width(column, width)
    sheet.merge("A2", "C2", CONTENTS, styles.TITLE)
    sheet.height(1, 18)
    sheet.height(2, 40)
    line = 4
    targets = (PROFILE, "", NOTES, GLOSSARY)
    big = replace(styles.BODY, font_name="黑体", font_size=12)
    for number, part in enumerate(standard.parts):
        text = f"第{'一二三四五六七八九'[number]}部分  {part.replace('{year}', str(year))}"
        target = targets[number] if number < len(targets) else ""
        if target:
            sheet.link(f"A{line}", target, text, replace(big, font_color="#0563C1"))
        else:
            sheet.text(f"A{line}", text, big)
        sheet.height(line, 26)
        line += 1
        if number == 1:
            for table in standard.tables:
                sheet.text(f"A{line}", f"表{table.number}", replace(styles.BODY, align="right"))
                sheet.link(f"B{line}", table.sheet, table.title, styles.LINK)
                sheet.height(line, 20)
                line += 1
    last = line - 1
    line += 1
    sheet.text(f"A{line}", "填写与检查", big)
    for name in (INFO_SHEET, OVERVIEW, FINDINGS, DICTIONARY):
        line += 1
        sheet.link(f"B{line}", name, name, styles.LINK)
    print_page(sheet, f"A2:C{last}")
