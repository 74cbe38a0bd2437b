"""The performance forms of an exported file: one below the other, or each on a sheet of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.tables.find import says_none
from xlbudget.exchange.tables.grid import UNCOMPUTED
from xlbudget.exchange.tables.units import Reader, stated_units
from xlbudget.figures import BlockData, FormData, Row, Unreadable
from xlbudget.findings import Finding, Level
from xlbudget.workbook.read_cells import Sheet, text_of, value_at
from xlbudget.workbook.read_forms import read_forms
from xlbudget.workbook.read_tables import CODE
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.exchange.tables.find import Section
    from xlbudget.figures import Cell
    from xlbudget.money import Unit
    from xlbudget.standard.model import Standard

__all__ = ["Forms", "read_form_sections"]

_UNIT = re.compile(r"[（(](元|千元|万元|百万元|亿元)[）)]$")


class Forms(NamedTuple):
    """All forms with their rows, what is wrong in them, and what was not taken."""

    block: BlockData
    forms: tuple[FormData, ...]
    findings: tuple[Finding, ...]
    left: tuple[str, ...]


def read_form_sections(standard: Standard, sections: Sequence[Section]) -> Forms:
    """The forms of all sections; the same form twice counts once, a differing one is refused."""
    table = sections[0].table
    reader = Reader(table.blocks[0].unit)
    rows: dict[str, Row] = {}
    forms: dict[str, FormData] = {}
    findings: list[Finding] = []
    left: list[str] = []
    clash: set[str] = set()
    for section in sections:
        lines = section.grid.masked()
        found = read_forms(table, Sheet(section.grid.sheet.name, lines))
        findings += found.findings
        if not found.forms and not says_none(table, section.grid):
            left.append(
                f"“{table.title}”（{section.where}）没有读出内容，没有导入；请核对各栏的名称。"
            )
        unit = _unit(section, standard.unit)
        for row, form in zip(found.block.rows, found.forms, strict=True):
            cells: list[Cell] = []
            for place in row.places:
                cell = _amount(lines, place, reader, unit)
                if isinstance(cell, Unreadable):
                    findings.append(_unreadable(section, place, cell.raw))
                    cell = None
                cells.append(cell)
            plain_row = row._replace(cells=tuple(cells), line=0, places=())
            plain = form._replace(
                indicators=tuple(one._replace(line=0) for one in form.indicators),
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
    return Forms(block, tuple(forms.values()), tuple(findings), tuple(left))


def _unit(section: Section, default: Unit) -> Unit:
    """The unit that a caption in brackets or a line beside the title states."""
    grid = section.grid
    texts = [text for line in range(grid.top, grid.bottom) for _, text in grid.texts(line)]
    stated = stated_units(one for one in texts if _UNIT.search(one) or "单位" in one[:6])
    return next(iter(stated)) if len(stated) == 1 else default


def _amount(lines: list[list[object]], place: str, reader: Reader, unit: Unit) -> Cell:
    if not place:
        return None
    letters, line = split_cell(place)
    value = value_at(lines, line, column_number(letters))
    return reader.read(text_of(value) if isinstance(value, bool) else value, unit)


def _unreadable(section: Section, place: str, raw: str) -> Finding:
    sheet = section.grid.sheet.name
    why = "公式没有计算结果" if raw == UNCOMPUTED else f"“{raw}”不是金额"
    message = f"工作表“{sheet}”的单元格{place}{why}，当作空白；请改正后再导入。"
    return Finding(CODE, Level.ERROR, message, section.table.title, sheet, place)
