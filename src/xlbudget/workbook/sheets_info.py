"""The sheets 基础信息 and 部门概况: what no table has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError
from xlbudget.workbook import styles
from xlbudget.workbook.layout import INFO_SHEET, PROFILE, InfoLine, info_lines
from xlbudget.workbook.render import render_info
from xlbudget.workbook.sheet_entry import Advice, offer_choices
from xlbudget.workbook.sheet_marks import mark_found
from xlbudget.workbook.sheet_page import print_page
from xlbudget.workbook.sheets_common import heading_rows
from xlbudget.xlsx.references import split_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import Book, Place, Profile
    from xlbudget.standard.model import Field, Standard
    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.formulas import Formula
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["PROFILE_ROOM", "profile_rows", "write_info", "write_profile"]

PROFILE_ROOM = 120
PROFILE_KINDS = ("主要职能", "机构说明", "机构设置", "预算单位")
"""What a line of 部门概况 may be."""
_CHOICE = Advice("请选择", "请从下拉列表中选一项；要清空就按 Delete 键。")
_INPUT = replace(styles.CAPTION, locked=False, align="left")


def write_info(
    sheet: Sheet, standard: Standard, book: Book, formulas: Mapping[Place, Formula]
) -> None:
    """基础信息: sections of fields, then lists by name or code."""
    widths = (38, 56, 9, 44)
    heading_rows(sheet, INFO_SHEET, ("项目", "内容", "单位", "填写说明"), widths)
    lines = info_lines(standard)
    for line in lines:
        _captions(sheet, standard, line)
    fields = {f"B{line.line}": line.field for line in lines if line.field is not None}
    heights: dict[int, int] = {}
    last = 3
    for one in render_info(standard, book, formulas):
        field = fields.get(one.cell)
        sheet.put(one, _value_style(one, field))
        number = split_cell(one.cell)[1]
        text = one.value if one.kind == "text" and isinstance(one.value, str) else ""
        heights[number] = max(heights.get(number, 1), styles.lines_of(text, widths[1]))
        if field is not None and field.choices:
            offer_choices(sheet, one.cell, field.choices, _CHOICE)
        if field is not None or one.kind != "blank":
            last = number
    for number, count in heights.items():
        sheet.height(number, styles.row_height(count))
    mark_found(sheet, f"A4:D{last}")
    print_page(sheet, f"A2:D{last}", repeat=(3, 3))
    sheet.protect()


def _captions(sheet: Sheet, standard: Standard, line: InfoLine) -> None:
    if line.kind in ("section", "keyed"):
        sheet.text(f"A{line.line}", line.title, styles.BAND)
        for letter in "BCD":
            sheet.blank(f"{letter}{line.line}", styles.BAND)
        sheet.height(line.line, 22)
    elif line.kind == "keyed_heading" and line.keyed is not None:
        sheet.text(f"A{line.line}", line.keyed.name_label, styles.HEADING)
        sheet.text(f"B{line.line}", line.keyed.text_label, styles.HEADING)
    elif line.field is not None:
        field = line.field
        unit = field.unit or (standard.unit.name if field.kind == "amount" else "")
        hint = "；".join(part for part in ("必填" if field.required else "", field.hint) if part)
        sheet.text(f"A{line.line}", field.label, styles.CAPTION)
        sheet.text(f"C{line.line}", unit, replace(styles.CAPTION, align="center"))
        sheet.text(f"D{line.line}", hint, replace(styles.CAPTION, font_color="#595959"))


def _value_style(one: CellContent, field: Field | None) -> styles.Style:
    if field is None:
        is_code = one.cell.startswith("A")
        return replace(_INPUT, num_format="@") if is_code else _INPUT
    if field.kind == "amount":
        style = replace(_INPUT, align="right", num_format=styles.amount_format(one.places))
    elif field.kind in ("count", "year"):
        style = replace(_INPUT, align="right", num_format="0")
    else:
        style = replace(_INPUT, num_format="@") if field.kind == "date" else _INPUT
    return replace(style, bg_color=styles.GREY, locked=None) if one.kind == "formula" else style


def profile_rows(profile: Profile) -> list[tuple[str, str, str]]:
    """The lines of 部门概况: 栏目, 名称, 内容."""
    rows = [("主要职能", "", duty) for duty in profile.duties]
    if profile.remark:
        rows.append(("机构说明", "", profile.remark))
    rows += [("机构设置", one.name, one.duty) for one in profile.offices]
    return rows + [("预算单位", unit, "") for unit in profile.units]


def write_profile(sheet: Sheet, profile: Profile) -> None:
    """部门概况: duties, institutions, offices, budget units.

    Raises:
        UnusableFileError: more rows than fit.
    """
    rows = profile_rows(profile)
    if len(rows) > PROFILE_ROOM:
        raise UnusableFileError(
            f"部门概况有{len(rows)}行，工作表只能放下{PROFILE_ROOM}行；请合并或删去多余的行。"
        )
    widths = (12, 30, 66)
    heading_rows(sheet, PROFILE, ("栏目", "名称", "内容"), widths)
    for number in range(4, 4 + PROFILE_ROOM):
        texts = rows[number - 4] if number - 4 < len(rows) else ("", "", "")
        for letter, text in zip("ABC", texts, strict=True):
            sheet.text(f"{letter}{number}", text, styles.TEXT)
        lines = max(styles.lines_of(text, width) for text, width in zip(texts, widths, strict=True))
        if any(texts):
            sheet.height(number, styles.row_height(lines))
    last = 3 + PROFILE_ROOM
    offer_choices(sheet, f"A4:A{last}", PROFILE_KINDS, _CHOICE)
    mark_found(sheet, f"A4:C{last}")
    sheet.conditional(f"A4:C{last}", '$A4&$B4&$C4<>""', styles.BORDERED)
    print_page(sheet, f"A2:C{max(4, 3 + len(rows))}", repeat=(3, 3))
    sheet.protect()
