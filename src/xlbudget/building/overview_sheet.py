"""The sheet 总览: charts that one would print beside the live lists that they show; below, the list of checks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xlbudget.building import styles
from xlbudget.building.live import CHECK_COLUMNS
from xlbudget.building.overview import (
    HEADING_HEIGHT,
    HELPERS,
    LINE_HEIGHT,
    SOURCE_HEIGHT,
    TITLE_HEIGHT,
    Shown,
    chart_areas,
    chart_sections,
    chart_unit,
    overview_last,
)
from xlbudget.building.sheet import TITLE_ROW, checked
from xlbudget.rules.grid import INFO
from xlbudget.sheets.layout import HIDDEN_FIRST, INFO_SHEET, OVERVIEW
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.building.contents import CellContent
    from xlbudget.building.live import Live
    from xlbudget.building.overview import ChartSection
    from xlbudget.building.sheet import Sheet
    from xlbudget.figures import Book
    from xlbudget.standard.model import Chart, Standard


_COLOURS = ("#1F4E79", "#9DC3E6", "#F7EFD9", "#7F7F7F", "#FFFFFF", "#C9A227")
"""Neighbours differ clearly in lightness; the border keeps white visible."""
_EDGE = {"color": "#404040", "width": 0.75}
_TITLE = {"name": "黑体", "size": 12, "bold": False, "color": "#1F1F1F"}
_TEXT = {"name": "宋体", "size": 9, "color": "#1F1F1F"}
_AMOUNTS = "#,##0.00;-#,##0.00;;"
"""No label where there is nothing."""
_BARS = {"x": 0.27, "y": 0.14, "width": 0.58, "height": 0.81}
"""Parts of the chart that the bars take: names at their left and amounts at their right have room."""
_ROUND = ("pie", "doughnut")
_KINDS = {"bar": "条形图", "column": "柱形图", "pie": "饼图", "doughnut": "环形图"}


def _chart(
    sheet: Sheet,
    standard: Standard,
    section: ChartSection,
    cells: Mapping[str, CellContent],
    year: int,
) -> None:
    """The chart of a section beside its list, labelled with amounts or, if round, shares."""
    spec = section.chart
    names, *amounts = chart_areas(section, cells)
    for one in (names, *amounts):
        if one.defined:
            result = sheet.book.define_name(one.reference, f"={one.defined}")
            checked(result, one.reference)
    chart = sheet.book.add_chart({"type": spec.kind})
    for number, (name, one) in enumerate(zip(spec.series, amounts, strict=True)):
        chart.add_series(_series(spec.kind, spec.dated(name, year), names, one, number))
    title = f"{spec.dated(spec.title, year)}（单位：{chart_unit(standard, spec).name}）"
    chart.set_title({"name": title, "name_font": _TITLE, "overlay": False})
    chart.set_chartarea({"border": {"color": "#A6A6A6", "width": 0.75}})
    alone = len(amounts) == 1
    chart.set_legend({"none": True} if alone else {"position": "bottom", "font": _TEXT})
    if spec.kind not in _ROUND:
        _axes(chart, spec.kind)
    size = {"width": _CHART_WIDTH, "height": section.height - 4}
    chart.set_size({key: round(points * 96 / 72) for key, points in size.items()})
    options = {
        "description": f"{title}：{_KINDS[spec.kind]}，数字见左侧的表。",
        "object_position": 3,
        "x_offset": 4,
        "y_offset": 2,
    }
    row, column = section.title - 1, column_number(_CHART) - 1
    checked(sheet.raw.insert_chart(row, column, chart, options), spec.key)


def _series(kind: str, name: str, names: Shown, amounts: Shown, number: int) -> dict[str, Any]:
    """One series; programs that do not follow names, and previewers, show what they come to now."""
    # Without a figure, some programs would make up a name and a scale.
    values = [0.0 if isinstance(value, str) else float(value) for value in amounts.values]
    found: dict[str, Any] = {
        "name": name,
        "categories": f"={names.reference}",
        "values": f"={amounts.reference}",
        "categories_data": [str(value) or " " for value in names.values],
        "values_data": values,
    }
    if kind in _ROUND:
        found["points"] = [{"fill": {"color": colour}, "border": _EDGE} for colour in _COLOURS]
        labels = {"category": True, "percentage": True, "separator": "\n", "num_format": "0.0%"}
        if kind == "pie":
            labels |= {"position": "outside_end", "leader_lines": True}
        return found | {"data_labels": {**labels, "font": _TEXT}}
    found |= {"fill": {"color": _COLOURS[number]}, "border": _EDGE, "gap": 80}
    found["data_labels"] = {"value": True, "num_format": _AMOUNTS, "font": _TEXT}
    return found if kind == "bar" else found | {"overlap": 0}


def _axes(chart: Any, kind: str) -> None:
    """Names on their axis; amounts stand at the bars, a scale would only repeat them."""
    names: dict[str, Any] = {"num_font": _TEXT, "line": _EDGE, "major_tick_mark": "none"}
    amounts = {"visible": False, "major_gridlines": {"visible": False}}
    if kind == "bar":
        # The first line of the list is the uppermost bar.
        chart.set_x_axis(amounts)
        chart.set_y_axis({**names, "reverse": True})
        chart.set_plotarea({"layout": _BARS})
    else:
        chart.set_x_axis(names)
        chart.set_y_axis(amounts)


_ROLES = ("check", "broken", "result", "piece")


def _checks(sheet: Sheet, live: Live) -> int:
    """Title, headings and a line per rule; gives the last line."""
    caption = "勾稽核对表（公式，随数字变化；允许四舍五入的尾差）"
    sheet.band(live.first - 2, caption, "ABCD", 24)
    sheet.headings(live.first - 1, CHECK_COLUMNS, 22)
    looks = {
        "check": styles.CAPTION,
        "broken": replace(styles.CAPTION, align="right", num_format="0"),
        "result": styles.STATE,
        "piece": styles.BODY,
    }
    helpers = 0
    for content in live.cells[OVERVIEW]:
        if content.role not in _ROLES:
            continue
        letters, line = split_cell(content.cell)
        sheet.put(content, looks[content.role])
        helpers = max(helpers, column_number(letters) - HIDDEN_FIRST)
        if letters == "A" and isinstance(content.value, str):
            sheet.height(line, styles.height_of([(content.value, _WIDTHS[0])], least=19))
    for column in range(HIDDEN_FIRST, HIDDEN_FIRST + helpers):
        sheet.hide(column)
    wrong = styles.Style(font_name=None, font_size=None, valign=None, bold=True, underline=1)
    area = f"A{live.first}:D{live.last}"
    look = replace(wrong, bg_color=styles.WRONG, border=1, border_color=styles.LINE)
    sheet.conditional(area, f"$C{live.first}>0", look)
    last = live.last
    if live.left_out:
        last += 1
        text = f"另有{len(live.left_out)}条规则要看文字或名称，公式不能表达，由“校验”检查：{'、'.join(live.left_out)}。"
        sheet.text(f"A{last}", text, styles.HINT)
    if live.partly:
        last += 1
        text = f"规则{'、'.join(live.partly)}的一部分等式公式不能表达，也由“校验”检查。"
        sheet.text(f"A{last}", text, styles.HINT)
    return last


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


def write_overview(sheet: Sheet, standard: Standard, book: Book, live: Live) -> None:
    """Title, a section for every chart of the standard, the checks on a page of their own; nothing is typed here.

    ``book`` is placed, ``live`` what its cells hold.
    """
    sheet.title(_LAST, OVERVIEW, 32)
    sheet.unit_row(book)
    sheet.widths(_WIDTHS)
    for letter in HELPERS:
        sheet.hide(column_number(letter) - 1)
    cells = {
        content.cell: content for content in live.cells[OVERVIEW] if content.role not in _ROLES
    }
    for content in cells.values():
        look = _LOOKS[content.role.removeprefix("total_")]
        sheet.put(content, replace(look, bold=True) if content.role.startswith("total_") else look)
    for section in chart_sections(standard):
        _captions(sheet, standard, section, book.year)
        _chart(sheet, standard, section, cells, book.year)
    sheet.freeze(3)
    sheet.protect()
    last = _checks(sheet, live)
    breaks = [section.title - 1 for section in chart_sections(standard) if section.breaks]
    breaks.append(overview_last(standard))
    sheet.print_page(f"A{TITLE_ROW}:{_LAST}{last}", landscape=True, breaks=breaks)


def _captions(sheet: Sheet, standard: Standard, section: ChartSection, year: int) -> None:
    """The section's title, the table that it shows, the unit, the columns' headings."""
    chart = section.chart
    series = [chart.dated(one, year) for one in chart.series]
    headings = ("项目", *series, "增减") if chart.against else ("项目", *series, "占比")
    letters = "ABCD"[: len(headings)]
    sheet.band(section.title, chart.dated(chart.title, year), "ABCD", TITLE_HEIGHT)
    sheet.text(f"A{section.source}", f"来源：{_sources(standard, chart)}", styles.HINT)
    unit = f"单位：{chart_unit(standard, chart).name}"
    sheet.text(f"{letters[-1]}{section.source}", unit, replace(styles.BODY, align="right"))
    sheet.height(section.source, SOURCE_HEIGHT)
    sheet.headings(section.heading, headings, HEADING_HEIGHT)
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
