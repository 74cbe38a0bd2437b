"""What a section of an exported file holds: rows or forms in the standard's unit, or why it is not taken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import row_label, years_in
from xlbudget.figures import BlockData, FormData, Row, Unreadable
from xlbudget.findings import Finding, Level
from xlbudget.importing.tables.find import part_texts, says_none
from xlbudget.reading.forms import FormsData, read_forms
from xlbudget.reading.tables import CODE, Stray, line_text, numbers_columns, read_block, sort_strays
from xlbudget.sheets.cells import UNCOMPUTED, Reader, Sheet, stated_units, text_of, value_at
from xlbudget.standard.model import AMOUNT
from xlbudget.xlsx.references import column_letter, column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from xlbudget.figures import Cell
    from xlbudget.importing.tables.find import Section
    from xlbudget.money import Unit
    from xlbudget.reading.headings import Headings
    from xlbudget.standard.model import Standard, Table


_FORM_TOP = 4
_UNIT = re.compile(r"[（(](元|千元|万元|百万元|亿元)[）)]$")


def section_years(section: Section) -> set[int]:
    """The years in a table's title, the lines below it and its own headings."""
    grid, heads = section.grid, section.heads
    end = heads.first if heads is not None else min(grid.top + _FORM_TOP, grid.bottom)
    named = set().union(*map(years_in, (section.title, *part_texts(grid, end))))
    return named | (set(heads.years) if heads is not None else set())


def refusal(section: Section, year: int, named: Collection[int]) -> str:
    """Why a section cannot be read; empty where it can.

    ``named`` are the years that the file's tables name: they hold for one that names none.
    """
    heads, table = section.heads, section.table
    assert heads is not None
    place = f"“{table.title}”（{section.where}）"
    if heads.doubled:
        names = "”“".join(heads.label(one, year) for one in heads.doubled)
        return f"{place}有不止一栏叫“{names}”，分不清，没有导入；请改正栏目标题。"
    if heads.needed:
        names = "”“".join(heads.label(one, year) for one in heads.needed)
        if UNCOMPUTED in part_texts(section.grid, heads.body):
            return (
                f"{place}的栏目标题是没有计算结果的公式，没有导入；"
                "请在 Excel 或 WPS 中打开、保存后再导入。"
            )
        return f"{place}找不到栏“{names}”，没有导入；请补上这些栏或改正栏目标题。"
    return wrong_year(section, year, named)


def wrong_year(section: Section, year: int, named: Collection[int]) -> str:
    """Why a section is not of ``year``; empty where it is, or where nothing says."""
    place = f"“{section.table.title}”（{section.where}）"
    years = section_years(section)
    if not years and named and year not in named:
        other = "、".join(f"{one}年" for one in sorted(named))
        return f"{place}所在的文件写的是{other}，应为{year}年，没有导入；请换成{year}年度的文件。"
    if years and years != {year}:
        stated = "、".join(f"{year}年" for year in sorted(years))
        if year in years:
            return f"{place}的标题和栏目写了不同的年度（{stated}），没有导入；请核对。"
        hint = "，像是上一年度的文件" if years == {year - 1} else ""
        return f"{place}写的是{stated}，应为{year}年{hint}，没有导入；请换成{year}年度的文件。"
    return ""


class Body(NamedTuple):
    """What stands in a section: rows by block key, notes below, findings, what was not taken."""

    blocks: dict[str, BlockData]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]
    left: tuple[str, ...]


def read_body(standard: Standard, section: Section, unit: Unit, year: int) -> Body:
    """All rows of a section whose headings are complete; ``unit`` is the one that it states."""
    heads, grid = section.heads, section.grid
    assert heads is not None
    skipped = set(section.repeats)
    below = [grid.value(heads.body, column) for column in range(grid.right)]
    if numbers_columns(heads, [below]):
        skipped.add(heads.body)
    lines = [
        line
        for line in range(heads.body, grid.bottom)
        if line not in skipped and not grid.blank(line)
    ]
    numbered = [(line + 1, grid.sheet.lines[line]) for line in lines]
    blocks: dict[str, BlockData] = {}
    findings: list[Finding] = []
    strays: list[Stray] = []
    left: list[str] = []
    taken: set[int] = set()
    for block in section.table.blocks:
        reader = Reader(block.unit)
        amounts = [(block.key, index) for index in block.of_kind(AMOUNT)]
        units = [heads.units.get(spot, unit) for spot in amounts]
        rows, others = read_block(
            standard, block, year, heads.of(block), numbered, reader.line(units)
        )
        findings += [
            _unreadable_cell(section, f"{column_letter(heads.columns[spot])}{row.line}", cell.raw, heads.texts[spot])
            for row in rows
            for spot, cell in zip(amounts, row.cells, strict=True)
            if isinstance(cell, Unreadable)
        ]  # fmt: skip
        strays += others
        taken |= {row.line for row in rows}
        blocks[block.key] = BlockData.of([_plain(row) for row in rows])
        said = reader.sentence(section.table.title)
        left += [said] if said and said not in left else []
    loud, below_rows = sort_strays(strays, taken)
    findings += [_finding(section, stray) for stray in loud]
    notes = [line_text([cell for _, cell in grid.texts(number - 1)]) for number in below_rows]
    left += _extra(section, heads, lines)
    if heads.missing:
        names = "”“".join(heads.label(one, year) for one in heads.missing)
        left.append(f"“{section.table.title}”没有“{names}”一栏，留空（{section.where}）。")
    return Body(blocks, tuple(notes), tuple(findings), tuple(left))


def _plain(row: Row) -> Row:
    """A row that stands on no sheet, without what could not be read."""
    cells = tuple(None if isinstance(cell, Unreadable) else cell for cell in row.cells)
    return row._replace(cells=cells, line=0, places=())


def _unreadable_cell(section: Section, cell: str, raw: str, heading: str) -> Finding:
    sheet = section.grid.sheet.name
    if raw == UNCOMPUTED:
        why = "是没有计算结果的公式，当作空白；请在 Excel 或 WPS 中打开、保存后再导入"
    elif raw.startswith("#"):
        why = f"是错误值{raw}，当作空白；请改正公式后再导入"
    else:
        why = f"“{raw}”不是金额，当作空白；请改正后再导入"
    message = f"工作表“{sheet}”的单元格{cell}（{heading}）{why}。"
    return Finding(CODE, Level.ERROR, message, section.table.title, sheet, cell, column=heading)


def _finding(section: Section, stray: Stray) -> Finding:
    title, sheet = section.table.title, section.grid.sheet.name
    place = f"工作表“{sheet}”第{stray.number}行"
    if stray.why:
        message = f"{place}：{stray.why}，后一行没有导入；请核对。"
    elif not stray.filled:
        text = f"“{stray.label}”" if stray.label else "的文字"
        message = f"{place}{text}不是“{title}”的行，没有导入。"
    elif stray.label:
        message = (
            f"{place}“{stray.label}”不是“{title}”的行，它的金额没有导入；请改用规定的名称或编码。"
        )
    else:
        message = f"{place}有金额，却没有名称或编码，没有导入；请补上。"
    level = Level.ERROR if stray.filled else Level.WARNING
    return Finding(CODE, level, message, title, sheet, stray.cell, row_label(stray.label))


def _extra(section: Section, heads: Headings, lines: list[int]) -> Iterator[str]:
    """Columns with contents that the standard does not have."""
    grid, title = section.grid, section.table.title
    used = set(heads.columns.values())
    rows = [line for line in lines if any(grid.text(line, at) for at in used)]
    names = []
    for column in range(grid.left, grid.right):
        if column in used:
            continue
        held = sum(1 for line in rows if grid.text(line, column))
        if held or column in heads.extra:
            name = heads.extra.get(column, "")
            names.append((f"“{name}”" if name else f"{column_letter(column)}列") + f"（{held}格）")
    if names:
        yield f"“{title}”中多出的栏没有导入：{'、'.join(names)}（{section.where}）。"


def joined(table: Table, bodies: list[tuple[Section, Body]]) -> Body | str:
    """One body, or the reason why the sections cannot be one table."""
    result = bodies[0][1]
    places = "、".join(section.where for section, _ in bodies)
    for section, body in bodies[1:]:
        if section.continued:
            result = Body(
                {
                    key: BlockData.of([*data.rows, *body.blocks[key].rows])
                    for key, data in result.blocks.items()
                },
                (*result.notes, *body.notes),
                (*result.findings, *body.findings),
                tuple(dict.fromkeys((*result.left, *body.left))),
            )
        elif body.blocks == result.blocks:
            same = f"“{table.title}”出现了不止一次，内容相同，只取一次（{places}）。"
            result = result._replace(left=tuple(dict.fromkeys((*result.left, same))))
        else:
            return f"“{table.title}”出现了不止一次，内容不同（{places}），都没有导入；请只留正确的一张。"
    return result


def read_form_sections(
    standard: Standard, sections: Sequence[Section]
) -> tuple[FormsData, list[str]]:
    """The forms of all sections, and what was not taken.

    The same form twice counts once, a differing one is refused.
    """
    table = sections[0].table
    reader = Reader(table.blocks[0].unit)
    rows: dict[str, Row] = {}
    forms: dict[str, FormData] = {}
    findings: list[Finding] = []
    left: list[str] = []
    clash: set[str] = set()
    for section in sections:
        lines = section.grid.masked()
        forms_data = read_forms(table, Sheet(section.grid.sheet.name, lines))
        findings += forms_data.findings
        if not forms_data.forms and not says_none(table, section.grid):
            left.append(
                f"“{table.title}”（{section.where}）没有读出内容，没有导入；请核对各栏的名称。"
            )
        unit = _unit(section, standard.unit)
        for row, form in zip(forms_data.block.rows, forms_data.forms, strict=True):
            cells = tuple(_amount(lines, place, reader, unit) for place in row.places)
            findings += [
                _unreadable_field(section, place, cell.raw)
                for place, cell in zip(row.places, cells, strict=True)
                if isinstance(cell, Unreadable)
            ]
            plain_row = _plain(row._replace(cells=cells))
            plain = form._replace(
                indicators=tuple(indicator._replace(line=0) for indicator in form.indicators),
                places={},
                letters={},
            )
            if form.name in rows and (rows[form.name], forms[form.name]) != (plain_row, plain):
                clash.add(form.name)
            rows.setdefault(form.name, plain_row)
            forms.setdefault(form.name, plain)
    for name in sorted(clash):
        del rows[name], forms[name]
        left.append(f"项目“{name}”的绩效目标表有两份，内容不同，没有导入；请只留一份。")
    said = reader.sentence(table.title)
    left += [said] if said else []
    block = BlockData.of(list(rows.values()))
    return FormsData(block, tuple(forms.values()), (), tuple(findings)), left


def _unit(section: Section, default: Unit) -> Unit:
    """The unit that a caption in brackets or a line beside the title states."""
    texts = part_texts(section.grid)
    stated = stated_units(text for text in texts if _UNIT.search(text) or "单位" in text[:6])
    return next(iter(stated)) if len(stated) == 1 else default


def _amount(lines: list[list[object]], place: str, reader: Reader, unit: Unit) -> Cell:
    if not place:
        return None
    letters, line = split_cell(place)
    value = value_at(lines, line, column_number(letters))
    return reader.read(text_of(value) if isinstance(value, bool) else value, unit)


def _unreadable_field(section: Section, place: str, raw: str) -> Finding:
    sheet = section.grid.sheet.name
    why = "公式没有计算结果" if raw == UNCOMPUTED else f"“{raw}”不是金额"
    message = f"工作表“{sheet}”的单元格{place}{why}，当作空白；请改正后再导入。"
    return Finding(CODE, Level.ERROR, message, section.table.title, sheet, place)
