"""The sheet 科目字典: subjects, room for more of them, and the lists that cells offer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.dictionary import (
    CODES,
    DICTIONARY_FIRST,
    NAMES,
    UNIT_LIST,
    UNIT_ROOM,
    dictionary_last,
    list_name,
)
from xlbudget.workbook.layout import DICTIONARY, PROFILE
from xlbudget.workbook.sheet_entry import Advice, offer_choices
from xlbudget.workbook.sheet_page import print_page
from xlbudget.workbook.sheets_common import tool_row
from xlbudget.workbook.sheets_info import PROFILE_ROOM
from xlbudget.xlsx.references import quoted

if TYPE_CHECKING:
    from xlbudget.figures import Profile
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.sheet_writer import Sheet
    from xlbudget.workbook.writer import Writer

__all__ = ["write_dictionary"]

_HEADINGS = ("编码", "名称", "分类", "启用年度", "停用年度", "别名")
_WIDTHS = (12, 44, 24, 10, 10, 24)
_UNITS = "H"
_HEADING_LINE = DICTIONARY_FIRST - 1
_LOCKED_CODE = replace(styles.CODE, locked=None)
_LOCKED_TEXT = replace(styles.TEXT, locked=None)
_LOCKED_YEAR = replace(styles.COUNT, locked=None)


def write_dictionary(writer: Writer, sheet: Sheet, standard: Standard, profile: Profile) -> None:
    """Every shipped subject, lines for the bureau's own, and the budget units of 部门概况."""
    tool_row(sheet)
    sheet.merge("A2", "F2", DICTIONARY, styles.TITLE)
    sheet.height(2, 34)
    hint = "目录不可能齐全：在已有科目下方补充本地科目（编码、名称、分类），并在基础信息“科目目录”中选“按科目字典补充”。"
    sheet.text("A3", hint, styles.HINT)
    for letter, heading, width in zip("ABCDEF", _HEADINGS, _WIDTHS, strict=True):
        sheet.text(f"{letter}{_HEADING_LINE}", heading, styles.HEADING)
        sheet.width("ABCDEF".index(letter), width)
    sheet.height(_HEADING_LINE, 24)
    sheet.freeze(_HEADING_LINE)
    last = dictionary_last(standard)
    shipped = _subjects(writer, sheet, standard)
    for line in range(shipped + 1, last + 1):
        for letter, style in zip(
            "ABCDEF",
            (styles.CODE, styles.TEXT, styles.TEXT, styles.COUNT, styles.COUNT, styles.TEXT),
            strict=True,
        ):
            sheet.blank(f"{letter}{line}", style)
    writer.name(CODES, DICTIONARY, f"$A${DICTIONARY_FIRST}:$A${last}")
    writer.name(NAMES, DICTIONARY, f"$B${DICTIONARY_FIRST}:$B${last}")
    kinds = [subjects.name for subjects in standard.subjects.values()]
    advice = Advice("分类", f"分类应为以下之一：{'、'.join(kinds)}。", "从列表中选科目的分类。")
    offer_choices(sheet, f"C{shipped + 1}:C{last}", kinds, advice)
    _units(writer, sheet, profile)
    sheet.quiet(f"A{DICTIONARY_FIRST}:A{last}")
    filled = f'$A{DICTIONARY_FIRST}<>""'
    sheet.conditional(f"A{DICTIONARY_FIRST}:F{last}", filled, styles.BORDERED)
    repeat = (_HEADING_LINE, _HEADING_LINE)
    print_page(sheet, f"A2:F{max(shipped, DICTIONARY_FIRST)}", repeat=repeat)
    sheet.protect()


def _subjects(writer: Writer, sheet: Sheet, standard: Standard) -> int:
    """The shipped subjects, list by list; gives the last line."""
    line = DICTIONARY_FIRST - 1
    for subjects in standard.subjects.values():
        first = line + 1
        for one in subjects.subjects:
            line += 1
            sheet.text(f"A{line}", one.code, _LOCKED_CODE)
            sheet.text(f"B{line}", one.name, _LOCKED_TEXT)
            sheet.text(f"C{line}", subjects.name, _LOCKED_TEXT)
            for letter, year, none in (("D", one.first, 0), ("E", one.last, 9999)):
                if year == none:
                    sheet.blank(f"{letter}{line}", _LOCKED_YEAR)
                else:
                    sheet.number(f"{letter}{line}", Decimal(year), _LOCKED_YEAR)
            sheet.text(f"F{line}", "|".join(one.aliases), _LOCKED_TEXT)
        writer.name(list_name(subjects.name), DICTIONARY, f"$A${first}:$A${max(line, first)}")
    return line


def _units(writer: Writer, sheet: Sheet, profile: Profile) -> None:
    """The budget units that 部门概况 lists, for the lists of other sheets."""
    column = "ABCDEFGHIJ".index(_UNITS)
    sheet.width(column - 1, 3)
    sheet.width(column, 34)
    sheet.text(f"{_UNITS}{_HEADING_LINE}", "预算单位（取自部门概况）", styles.HEADING)
    kinds = f"{quoted(PROFILE)}!$A$4:$A${3 + PROFILE_ROOM}"
    names = f"{quoted(PROFILE)}!$B$4:$B${3 + PROFILE_ROOM}"
    place = f'IF({kinds}="预算单位",ROW({kinds})-3)'
    for number in range(UNIT_ROOM):
        text = f'IFERROR(INDEX({names},SMALL({place},{number + 1}))&"","")'
        shown = profile.units[number] if number < len(profile.units) else ""
        line = DICTIONARY_FIRST + number
        sheet.array_formula(f"{_UNITS}{line}", text, shown, _LOCKED_TEXT)
    last = DICTIONARY_FIRST + UNIT_ROOM - 1
    writer.name(UNIT_LIST, DICTIONARY, f"${_UNITS}${DICTIONARY_FIRST}:${_UNITS}${last}")
