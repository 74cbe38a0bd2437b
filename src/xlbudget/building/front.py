"""The sheets that are no tables: 公开封面, 目录, 基础信息, 部门概况 and 科目字典."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from xlbudget.building import styles
from xlbudget.building.contents import with_info
from xlbudget.building.pages import PrintedSheet
from xlbudget.building.sheet import LIST_HEADING, LIST_TITLE, Advice
from xlbudget.building.styles import Style
from xlbudget.errors import UnusableFileError
from xlbudget.sheets.layout import (
    CODES,
    CONTENTS,
    CONTENTS_FIRST,
    DESK,
    DICTIONARY,
    DICTIONARY_FIRST,
    INFO_SHEET,
    NAMES,
    OVERALL,
    PAGE_COLUMN,
    PROFILE,
    PROFILE_KINDS,
    PROFILE_ROOM,
    SUBJECT_HEADINGS,
    UNIT_LIST,
    UNIT_ROOM,
    InfoLine,
    contents_lines,
    dictionary_last,
    info_lines,
    list_name,
)
from xlbudget.xlsx.references import quoted, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlbudget.building.contents import CellContent
    from xlbudget.building.sheet import Sheet
    from xlbudget.building.writer import Writer
    from xlbudget.figures import Book, InfoValue, Profile
    from xlbudget.sheets.layout import ContentsLine
    from xlbudget.standard.model import Field, Standard


_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_BLACK = "#000000"
_PAGE = Style(align="right", num_format="0")
_ENTRY = Style(align="left", indent=2, font_color=_BLACK)
"""Links look like print: they are what is handed in."""


def write_cover(sheet: Sheet, standard: Standard, book: Book) -> None:
    """Title, unit and date as they are printed."""
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
    sheet.print_page("A2:C7")
    sheet.publish(numbered=False)
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
    sheet.widths((72, 10, 12, 30))
    sheet.link("A1", DESK, DESK, styles.LINK)
    sheet.put(cells[OVERALL], styles.CHECK_LEFT)
    sheet.blanks("CD", 1, styles.CHECK_LEFT)
    sheet.height(1, 20)
    sheet.merge("A2", f"{PAGE_COLUMN}2", CONTENTS, replace(styles.TITLE, font_size=22))
    sheet.height(2, 54)
    sheet.text(f"{PAGE_COLUMN}3", "页码", replace(styles.BODY, align="right"))
    sheet.headings(3, ("核对", "说明"), 22, 2)
    lines = contents_lines(standard)
    for line in lines:
        _contents_line(sheet, line, book)
        for letter, look in (("C", styles.STATE), (PAGE_COLUMN, _PAGE)):
            if f"{letter}{line.line}" in cells:
                sheet.put(cells[f"{letter}{line.line}"], look)
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
    sheet.print_page(f"A2:{PAGE_COLUMN}{max(printed)}")
    sheet.publish(numbered=False)
    sheet.freeze(3)
    sheet.protect()


def _contents_line(sheet: Sheet, one: ContentsLine, book: Book) -> None:
    big = replace(styles.BODY, font_name="黑体", font_size=12, font_color=_BLACK)
    if one.kind in ("part", "heading"):
        content = with_info(f"A{one.line}", one.text, book, one.kind)
        if one.sheet:
            sheet.link(f"A{one.line}", one.sheet, str(content.value), big)
        sheet.put(content, big)
        sheet.height(one.line, 30)
        return
    text = f"表{one.number}　{one.text}" if one.number else one.text
    entry = with_info(f"A{one.line}", text, book, one.kind)
    sheet.link(f"A{one.line}", one.sheet, str(entry.value), _ENTRY)
    if entry.formula:
        sheet.put(entry, _ENTRY)
    if one.note:
        sheet.text(f"D{one.line}", one.note, styles.HINT)
    sheet.height(one.line, 23)


# ------------------------------------------------------------------ 基础信息, 部门概况, 科目字典: what no table has, and the lists that cells offer


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
        if content.kind != "blank" if field is None else field.summed != "limit":
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
        sheet.text(f"A{line.line}", line.keyed.name_label, styles.SHADED_HEADING)
        sheet.text(f"B{line.line}", line.keyed.text_label, styles.SHADED_HEADING)
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


def printed_profile(profile: Profile) -> PrintedSheet:
    """The sheet 部门概况 as it is printed: what the pages of the disclosure begin with."""
    widths = (12.0, 30.0, 66.0)
    rows = [styles.height_of(zip(texts, widths, strict=True)) for texts in profile_rows(profile)]
    return PrintedSheet(widths, False, [LIST_TITLE], [LIST_HEADING], rows)


def write_profile(sheet: Sheet, profile: Profile) -> None:
    """部门概况: duties, institutions, offices, budget units.

    Raises:
        UnusableFileError: more rows than fit.
    """
    rows = profile_rows(profile)
    printed = printed_profile(profile)
    if len(rows) > PROFILE_ROOM:
        raise UnusableFileError(
            f"部门概况有{len(rows)}行，工作表只能放下{PROFILE_ROOM}行；请合并或删去多余的行。"
        )
    sheet.list_head(PROFILE, ("栏目", "名称", "内容"), printed.widths, styles.HEADING)
    for number in range(4, 4 + PROFILE_ROOM):
        texts = rows[number - 4] if number - 4 < len(rows) else ("", "", "")
        for letter, text in zip("ABC", texts, strict=True):
            sheet.text(f"{letter}{number}", text, styles.TEXT)
    for number, height in enumerate(printed.rows, 4):
        sheet.height(number, height)
    last = 3 + PROFILE_ROOM
    sheet.offer_choices(f"A4:A{last}", PROFILE_KINDS, _CHOICE)
    sheet.mark_found(f"A4:C{last}")
    sheet.conditional(f"A4:C{last}", '$A4&$B4&$C4<>""', styles.BORDERED)
    last = max(4, 3 + len(rows))
    sheet.print_page(f"A2:C{last}", repeat=(3, 3), breaks=printed.ends(4))
    sheet.publish(first=True)
    sheet.protect()


# ------------------------------------------------------------------ 科目字典


_WIDTHS = (12, 44, 24, 10, 10, 24, 44)
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
    sheet.headings(_HEADING_LINE, SUBJECT_HEADINGS, 24)
    sheet.widths(_WIDTHS)
    sheet.freeze(_HEADING_LINE)
    last = dictionary_last(standard)
    shipped = _subjects(writer, sheet, standard)
    for line in range(shipped + 1, last + 1):
        for letters, style in (("A", styles.CODE), ("BCFG", styles.TEXT), ("DE", styles.COUNT)):
            sheet.blanks(letters, line, style)
    writer.name(CODES, DICTIONARY, f"$A${DICTIONARY_FIRST}:$A${last}")
    writer.name(NAMES, DICTIONARY, f"$B${DICTIONARY_FIRST}:$B${last}")
    kinds = [subjects.name for subjects in standard.subjects.values()]
    advice = Advice("分类", f"分类应为以下之一：{'、'.join(kinds)}。", "从列表中选科目的分类。")
    sheet.offer_choices(f"C{shipped + 1}:C{last}", kinds, advice)
    _units(writer, sheet, profile)
    sheet.quiet(f"A{DICTIONARY_FIRST}:A{last}")
    filled = f'$A{DICTIONARY_FIRST}<>""'
    sheet.conditional(f"A{DICTIONARY_FIRST}:G{last}", filled, styles.BORDERED)
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
            sheet.text(f"G{line}", subject.meaning, styles.TEXT)
        writer.name(list_name(subjects.name), DICTIONARY, f"$A${first}:$A${max(line, first)}")
    return line


def _units(writer: Writer, sheet: Sheet, profile: Profile) -> None:
    """The budget units that 部门概况 lists, for the lists of other sheets."""
    column = "ABCDEFGHIJ".index(_UNITS)
    sheet.width(column, 34)
    sheet.text(f"{_UNITS}{_HEADING_LINE}", "预算单位（取自部门概况）", styles.SHADED_HEADING)
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
