"""Why a table that was found is not taken: its year, its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.exchange.tables.grid import UNCOMPUTED
from xlbudget.exchange.tables.titles import years_in

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlbudget.exchange.tables.find import Section

__all__ = ["refusal", "section_years", "wrong_year"]

_FORM_TOP = 4


def section_years(section: Section) -> set[int]:
    """The years in a table's title, the lines below it and its own headings."""
    grid, heads = section.grid, section.heads
    end = heads.first if heads is not None else min(grid.top + _FORM_TOP, grid.bottom)
    found = set(years_in(section.title))
    for line in range(grid.top, end):
        for _, text in grid.texts(line):
            found |= years_in(text)
    return found | (set(heads.years) if heads is not None else set())


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
        texts = [
            text
            for line in range(section.grid.top, heads.body)
            for _, text in section.grid.texts(line)
        ]
        if UNCOMPUTED in texts:
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
        stated = "、".join(f"{one}年" for one in sorted(years))
        if year in years:
            return f"{place}的标题和栏目写了不同的年度（{stated}），没有导入；请核对。"
        hint = "，像是上一年度的文件" if years == {year - 1} else ""
        return f"{place}写的是{stated}，应为{year}年{hint}，没有导入；请换成{year}年度的文件。"
    return ""
