"""The sheets 基础信息, 部门概况 and 科目字典: what no table has, and the lists that cells offer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.building import styles
from xlbudget.building.sheet import Advice
from xlbudget.errors import UnusableFileError
from xlbudget.sheets.layout import (
    CODES,
    DICTIONARY,
    DICTIONARY_FIRST,
    INFO_SHEET,
    NAMES,
    PROFILE,
    UNIT_LIST,
    UNIT_ROOM,
    InfoLine,
    dictionary_last,
    info_lines,
    list_name,
)
from xlbudget.xlsx.references import quoted, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.building.contents import CellContent
    from xlbudget.building.sheet import Sheet
    from xlbudget.building.writer import Writer
    from xlbudget.figures import Profile
    from xlbudget.standard.model import Field, Standard


PROFILE_ROOM = 120
PROFILE_KINDS = ("主要职能", "机构说明", "机构设置", "预算单位")
"""What a line of 部门概况 may be."""
_CHOICE = Advice("请选择", "请从下拉列表中选一项；要清空就按 Delete 键。")
_INPUT = replace(styles.CAPTION, locked=False, align="left")


def write_info(sheet: Sheet, standard: Standard, contents: Iterable[CellContent]) -> None:
    """基础信息: sections of fields, then lists by name or code."""
    widths = (38, 56, 9, 44)
    sheet.list_head(INFO_SHEET, ("项目", "内容", "单位", "填写说明"), widths)
    lines = info_lines(standard)
    for line in lines:
        _info_captions(sheet, standard, line)
    fields = {f"B{line.line}": line.field for line in lines if line.field is not None}
    heights: dict[int, int] = {}
    last = 3
    for content in contents:
        field = fields.get(content.cell)
        sheet.put(content, _value_style(content, field))
        number = split_cell(content.cell)[1]
        text = content.value if content.kind == "text" and isinstance(content.value, str) else ""
        heights[number] = max(heights.get(number, 1), styles.lines_of(text, widths[1]))
        if field is not None and field.choices:
            sheet.offer_choices(content.cell, field.choices, _CHOICE)
        if field is not None or content.kind != "blank":
            last = number
    for keyed in standard.keyed:
        rows = [line.line for line in lines if line.kind == "keyed_row" and line.keyed is keyed]
        if keyed.choices:
            sheet.offer_choices(f"B{rows[0]}:B{rows[-1]}", keyed.choices, _CHOICE)
    for number, count in heights.items():
        sheet.height(number, styles.row_height(count))
    sheet.mark_found(f"A4:D{last}")
    sheet.print_page(f"A2:D{last}", repeat=(3, 3))
    sheet.protect()


def _info_captions(sheet: Sheet, standard: Standard, line: InfoLine) -> None:
    if line.kind in ("section", "keyed"):
        sheet.band(line.line, line.title, "ABCD", 22)
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
    rows += [("机构设置", office.name, office.duty) for office in profile.offices]
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
    sheet.list_head(PROFILE, ("栏目", "名称", "内容"), widths)
    for number in range(4, 4 + PROFILE_ROOM):
        texts = rows[number - 4] if number - 4 < len(rows) else ("", "", "")
        for letter, text in zip("ABC", texts, strict=True):
            sheet.text(f"{letter}{number}", text, styles.TEXT)
        if any(texts):
            sheet.height(number, styles.height_of(zip(texts, widths, strict=True)))
    last = 3 + PROFILE_ROOM
    sheet.offer_choices(f"A4:A{last}", PROFILE_KINDS, _CHOICE)
    sheet.mark_found(f"A4:C{last}")
    sheet.conditional(f"A4:C{last}", '$A4&$B4&$C4<>""', styles.BORDERED)
    sheet.print_page(f"A2:C{max(4, 3 + len(rows))}", repeat=(3, 3))
    sheet.protect()


# ------------------------------------------------------------------ 科目字典


_HEADINGS = ("编码", "名称", "分类", "启用年度", "停用年度", "别名")
_WIDTHS = (12, 44, 24, 10, 10, 24)
_UNITS = "H"
_HEADING_LINE = DICTIONARY_FIRST - 1
_LOCKED_CODE = replace(styles.CODE, locked=None)
_LOCKED_TEXT = replace(styles.TEXT, locked=None)
_LOCKED_YEAR = replace(styles.COUNT, locked=None)


def write_dictionary(writer: Writer, sheet: Sheet, standard: Standard, profile: Profile) -> None:
    """Every shipped subject, lines for the bureau's own, and the budget units of 部门概况."""
    sheet.title("F", DICTIONARY, 34)
    hint = "目录不可能齐全：在已有科目下方补充本地科目（编码、名称、分类），并在基础信息“科目目录”中选“按科目字典补充”。"
    sheet.text("A3", hint, styles.HINT)
    sheet.headings(_HEADING_LINE, _HEADINGS, 24)
    sheet.widths(_WIDTHS)
    sheet.freeze(_HEADING_LINE)
    last = dictionary_last(standard)
    shipped = _subjects(writer, sheet, standard)
    for line in range(shipped + 1, last + 1):
        for letters, style in (("A", styles.CODE), ("BCF", styles.TEXT), ("DE", styles.COUNT)):
            sheet.blanks(letters, line, style)
    writer.name(CODES, DICTIONARY, f"$A${DICTIONARY_FIRST}:$A${last}")
    writer.name(NAMES, DICTIONARY, f"$B${DICTIONARY_FIRST}:$B${last}")
    kinds = [subjects.name for subjects in standard.subjects.values()]
    advice = Advice("分类", f"分类应为以下之一：{'、'.join(kinds)}。", "从列表中选科目的分类。")
    sheet.offer_choices(f"C{shipped + 1}:C{last}", kinds, advice)
    _units(writer, sheet, profile)
    sheet.quiet(f"A{DICTIONARY_FIRST}:A{last}")
    filled = f'$A{DICTIONARY_FIRST}<>""'
    sheet.conditional(f"A{DICTIONARY_FIRST}:F{last}", filled, styles.BORDERED)
    repeat = (_HEADING_LINE, _HEADING_LINE)
    sheet.print_page(f"A2:F{max(shipped, DICTIONARY_FIRST)}", repeat=repeat)
    sheet.protect()


def _subjects(writer: Writer, sheet: Sheet, standard: Standard) -> int:
    """The shipped subjects, list by list; gives the last line."""
    line = DICTIONARY_FIRST - 1
    for subjects in standard.subjects.values():
        first = line + 1
        for subject in subjects.subjects:
            line += 1
            sheet.text(f"A{line}", subject.code, _LOCKED_CODE)
            sheet.text(f"B{line}", subject.name, _LOCKED_TEXT)
            sheet.text(f"C{line}", subjects.name, _LOCKED_TEXT)
            for letter, year, none in (("D", subject.first, 0), ("E", subject.last, 9999)):
                if year == none:
                    sheet.blank(f"{letter}{line}", _LOCKED_YEAR)
                else:
                    sheet.number(f"{letter}{line}", Decimal(year), _LOCKED_YEAR)
            sheet.text(f"F{line}", "|".join(subject.aliases), _LOCKED_TEXT)
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
        sheet.formula(f"{_UNITS}{line}", text, shown, _LOCKED_TEXT, array=True)
    last = DICTIONARY_FIRST + UNIT_ROOM - 1
    writer.name(UNIT_LIST, DICTIONARY, f"${_UNITS}${DICTIONARY_FIRST}:${_UNITS}${last}")
