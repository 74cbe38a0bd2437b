"""The sheets 封面 and 目录."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.building import styles
from xlbudget.building.contents import with_info
from xlbudget.sheets.layout import (
    CONTENTS,
    CONTENTS_FIRST,
    COVER,
    INFO_SHEET,
    OVERALL,
    contents_lines,
)
from xlbudget.xlsx.references import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.building.contents import CellContent
    from xlbudget.building.sheet import Sheet
    from xlbudget.figures import Book, InfoValue
    from xlbudget.sheets.layout import ContentsLine
    from xlbudget.standard.model import Standard


_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LEGEND = (
    (styles.AMOUNT, "1,234.56", "白底：填写。只填明细数，小计、合计可以空着，由“填列小计”补上。"),
    (
        replace(styles.AMOUNT, bg_color=styles.GREY),
        "1,234.56",
        "灰底：公式得出，不用填写。您自己填写的合计数保持原样，不会变成公式。",
    ),
    (styles.CHECK, "已平", "浅蓝底斜体：核对。数字一改就重新核对，不需要 Python。"),
    (styles.MARKED, "▲1,234.56", "▲ 加粗：校验认为有误，原因和建议见“校验结果”。"),
    (replace(styles.AMOUNT, bold=True), "1,234.56", "加粗：类级科目、小计、合计。"),
)
_STEPS = (
    "填“基础信息”和各表的明细数；科目只填编码，名称自动出现。",
    "“填列小计”补齐上级科目、小计和合计；“校验”逐格指出差错；“生成说明”写出情况说明。",
)
_TIPS = (
    "工作表有保护但没有密码：审阅 → 撤消工作表保护，即可调整格式或版面。",
    "从邮件、网盘收到的文件，按钮被禁用时：先关闭，右键点文件 → 属性 → 勾选“解除锁定”，再打开。",
)


def write_cover(sheet: Sheet, standard: Standard, book: Book) -> None:
    """Title, unit and date as printed; below them a legend of the cells' styles."""
    sheet.widths((4, 16, 70))
    sheet.link("A1", CONTENTS, "目录", styles.LINK)
    sheet.height(1, 24)
    for line, height in ((2, 120), (3, 44), (4, 60), (5, 90), (6, 34), (7, 160)):
        sheet.height(line, height)
    unit = replace(styles.TITLE, font_name="黑体", font_size=22, align="center_across")
    _centred(sheet, 3, book.info.get("unit_name"), book.text("unit_name"), unit)
    title = with_info("A4", standard.titles["cover"], book, "title")
    sheet.merge_put("A4", "C4", title, replace(styles.TITLE, font_size=32))
    issued = replace(unit, font_name="仿宋", font_size=16)
    _issued(sheet, 6, book.info.get("issued"), book.text("issued"), issued)
    sheet.band(8, "单元格说明", "BC", 24)
    line = 9
    for style, sample, meaning in _LEGEND:
        framed = replace(style, border=1, border_color=styles.LINE, locked=None)
        sheet.text(f"B{line}", sample, framed)
        sheet.text(f"C{line}", meaning, styles.CAPTION)
        sheet.height(line, 24)
        line += 1
    sheet.band(line, "使用步骤", "BC", 24)
    steps = [(f"第{number}步", step) for number, step in zip("一二三", _STEPS, strict=False)]
    for label, text in [*steps, *(("提示", tip) for tip in _TIPS)]:
        line += 1
        sheet.text(f"B{line}", label, styles.CAPTION)
        sheet.text(f"C{line}", text, styles.CAPTION)
        sheet.height(line, styles.height_of([(text, 70)], least=24))
    sheet.print_page("A2:C7")
    sheet.protect()


def _centred(
    sheet: Sheet, line: int, source: InfoValue | None, text: str, style: styles.Style
) -> None:
    """What 基础信息 says, across the page without merging."""
    sheet.blank(f"A{line}", style)
    if source is not None:
        sheet.formula(f"A{line}", f'{quoted(INFO_SHEET)}!{source.cell}&""', text, style)
    sheet.blanks("BC", line, style)


def _issued(
    sheet: Sheet, line: int, source: InfoValue | None, text: str, style: styles.Style
) -> None:
    """The day of publication: 2024-02-27 as 2024年2月27日, anything else as it was typed."""
    match = _DAY.fullmatch(text)
    shown = f"{match[1]}年{int(match[2])}月{int(match[3])}日" if match else text
    _centred(sheet, line, source, shown, style)
    if source is not None:
        cell = f"{quoted(INFO_SHEET)}!{source.cell}"
        parts = (("LEFT", ",4", "年"), ("MID", ",6,2", "月"), ("MID", ",9,2", "日"))
        day = "&".join(f'VALUE({name}({cell}{where}))&"{unit}"' for name, where, unit in parts)
        typed = f'AND(LEN({cell})=10,MID({cell},5,1)="-",MID({cell},8,1)="-")'
        sheet.formula(f"A{line}", f'IF({typed},IFERROR({day},{cell}&""),{cell}&"")', shown, style)


def write_contents(
    sheet: Sheet, standard: Standard, book: Book, cells: Mapping[str, CellContent]
) -> None:
    """The parts of the disclosure and the tables, each a link with its state; the working sheets."""
    sheet.widths((12, 60, 12, 30))
    sheet.link("A1", COVER, "封面", styles.LINK)
    sheet.put(cells[OVERALL], styles.CHECK_LEFT)
    sheet.blanks("CD", 1, styles.CHECK_LEFT)
    sheet.height(1, 20)
    sheet.merge("A2", "B2", CONTENTS, replace(styles.TITLE, font_size=22))
    sheet.height(2, 54)
    sheet.headings(3, ("核对", "说明"), 22, 2)
    lines = contents_lines(standard)
    for line in lines:
        _contents_line(sheet, line, book)
        state = cells.get(f"C{line.line}")
        if state is not None:
            sheet.put(state, styles.STATE)
    last = lines[-1].line
    wrong = replace(styles.CHECK, bold=True, bg_color=styles.WRONG, underline=1)
    for area in (f"C{CONTENTS_FIRST}:C{last}", OVERALL):
        cell = area.partition(":")[0]
        sheet.conditional(
            area,
            f'ISNUMBER(SEARCH("不平",{cell}))',
            replace(wrong, font_name=None, font_size=None, valign=None),
        )
    printed = [line.line for line in lines if line.kind in ("part", "table")]
    sheet.print_page(f"A2:B{max(printed)}")
    sheet.freeze(3)
    sheet.protect()


def _contents_line(sheet: Sheet, one: ContentsLine, book: Book) -> None:
    big = replace(styles.BODY, font_name="黑体", font_size=12)
    if one.kind in ("part", "heading"):
        linked = replace(big, font_color=styles.LINK.font_color)
        if one.sheet:
            sheet.link(f"A{one.line}", one.sheet, one.text, linked)
        text = with_info(f"A{one.line}", one.text, book, one.kind)
        sheet.put(text, linked if one.sheet else big)
        sheet.height(one.line, 30)
        return
    if one.number:
        sheet.text(f"A{one.line}", f"表{one.number}", replace(styles.BODY, align="right"))
    sheet.link(f"B{one.line}", one.sheet, one.text, replace(styles.LINK, font_size=11))
    if one.note:
        sheet.text(f"D{one.line}", one.note, styles.HINT)
    sheet.height(one.line, 23)
