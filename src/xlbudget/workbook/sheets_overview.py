"""The sheet 总览: charts that one would print, each beside the live list that it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.relations.grid import INFO
from xlbudget.workbook import styles
from xlbudget.workbook.layout import INFO_SHEET, OVERVIEW
from xlbudget.workbook.overview import (
    HEADING_HEIGHT,
    HELPERS,
    LINE_HEIGHT,
    SOURCE_HEIGHT,
    TITLE_HEIGHT,
    chart_areas,
    chart_sections,
    chart_unit,
    overview_last,
    render_overview,
)
from xlbudget.workbook.sheet_charts import ChartPlace, Series, draw_chart
from xlbudget.workbook.sheet_page import print_page
from xlbudget.workbook.sheet_writer import checked
from xlbudget.workbook.sheets_common import TITLE_ROW, tool_row
from xlbudget.xlsx.references import column_number, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import Book
    from xlbudget.standard.model import Chart, Standard
    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.overview import ChartSection
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["print_overview", "write_overview"]

_WIDTHS = (34.0, 16.0, 16.0, 12.0, 2.0, *(6 * (13.5,)))
_CHART, _LAST = "F", "K"
"""The columns that charts take."""
_CHART_WIDTH = 440.0
"""In points."""
_NAME = replace(styles.TEXT, locked=None)
_AMOUNT = replace(styles.AMOUNT, locked=None)
_LOOKS = {
    "name": _NAME,
    "amount": _AMOUNT,
    "share": styles.PERCENT,
    "change": _AMOUNT,
    "helper": styles.BODY,
}


def write_overview(sheet: Sheet, standard: Standard, book: Book) -> None:
    """Title, then a section for every chart of the standard; nothing is typed here.

    ``book`` is placed. The sheet is protected and printed as far as the charts go; see
    ``print_overview`` for one that goes on.
    """
    tool_row(sheet)
    sheet.merge(f"A{TITLE_ROW}", f"{_LAST}{TITLE_ROW}", OVERVIEW, styles.TITLE)
    sheet.height(TITLE_ROW, 32)
    _unit_row(sheet, book)
    for index, width in enumerate(_WIDTHS):
        sheet.width(index, width)
    for letter in HELPERS:
        sheet.hide(column_number(letter) - 1)
    cells = {one.cell: one for one in render_overview(standard, book)}
    for one in cells.values():
        look = _LOOKS[one.role.removeprefix("total_")]
        sheet.put(one, replace(look, bold=True) if one.role.startswith("total_") else look)
    for section in chart_sections(standard):
        _captions(sheet, standard, section, book.year)
        _chart(sheet, standard, section, cells, book.year)
    sheet.freeze(3)
    sheet.protect()
    print_overview(sheet, standard, overview_last(standard))


def print_overview(sheet: Sheet, standard: Standard, last: int) -> None:
    """Print to the line ``last``; what follows the charts begins on a page of its own."""
    breaks = [section.title - 1 for section in chart_sections(standard) if section.breaks]
    if last > overview_last(standard):
        breaks.append(overview_last(standard))
    print_page(sheet, f"A{TITLE_ROW}:{_LAST}{last}", landscape=True, breaks=breaks)


def _unit_row(sheet: Sheet, book: Book) -> None:
    cell = book.info["unit_name"].cell if "unit_name" in book.info else ""
    caption = "预算单位："
    if cell:
        text = f'"{caption}"&{quoted(INFO_SHEET)}!{cell}'
        sheet.formula("A3", text, caption + book.text("unit_name"), styles.BODY)
    sheet.height(3, 20)


def _captions(sheet: Sheet, standard: Standard, section: ChartSection, year: int) -> None:
    """The section's title, the table that it shows, the unit, the columns' headings."""
    chart = section.chart
    series = [chart.dated(one, year) for one in chart.series]
    headings = ("项目", *series, "增减") if chart.against else ("项目", *series, "占比")
    letters = "ABCD"[: len(headings)]
    sheet.text(f"A{section.title}", chart.dated(chart.title, year), styles.BAND)
    for letter in "BCD":
        sheet.blank(f"{letter}{section.title}", styles.BAND)
    sheet.text(f"A{section.source}", f"来源：{_sources(standard, chart)}", styles.HINT)
    unit = f"单位：{chart_unit(standard, chart).name}"
    sheet.text(f"{letters[-1]}{section.source}", unit, replace(styles.BODY, align="right"))
    for letter, text in zip(letters, headings, strict=True):
        sheet.text(f"{letter}{section.heading}", text, styles.HEADING)
    sheet.height(section.title, TITLE_HEIGHT)
    sheet.height(section.source, SOURCE_HEIGHT)
    sheet.height(section.heading, HEADING_HEIGHT)
    for line in range(section.total, section.end + 1):
        sheet.height(line, LINE_HEIGHT)
    area = f"A{section.total}:{letters[-1]}{section.last}"
    sheet.conditional(area, f'$A{section.total}<>""', styles.BORDERED)


def _sources(standard: Standard, chart: Chart) -> str:
    """The tables that a list is taken from."""
    blocks = dict.fromkeys(ref.block for ref in chart.refs)
    tables = (
        INFO_SHEET if key == INFO else standard.table_of(standard.blocks[key]).title
        for key in blocks
    )
    return "、".join(dict.fromkeys(tables))


def _chart(
    sheet: Sheet,
    standard: Standard,
    section: ChartSection,
    cells: Mapping[str, CellContent],
    year: int,
) -> None:
    """The chart of a section, beside its list."""
    chart = section.chart
    names, *amounts = chart_areas(section, cells)
    for one in (names, *amounts):
        if one.defined:
            result = sheet.book.define_name(one.reference, f"={one.defined}")
            checked(result, one.reference)
    series = [
        Series(chart.dated(name, year), names.reference, one.reference, names.values, one.values)
        for name, one in zip(chart.series, amounts, strict=True)
    ]
    unit = chart_unit(standard, chart).name
    title = f"{chart.dated(chart.title, year)}（单位：{unit}）"
    place = ChartPlace(f"{_CHART}{section.title}", _CHART_WIDTH, section.height - 4)
    draw_chart(sheet, chart.kind, title, series, place)
