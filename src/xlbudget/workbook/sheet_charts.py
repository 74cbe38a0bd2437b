"""Charts of areas of a sheet: Chinese fonts, colours that differ in lightness when printed grey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.workbook.sheet_writer import checked
from xlbudget.xlsx.references import column_number, split_cell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["ChartPlace", "Series", "draw_chart"]

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


class Series(NamedTuple):
    """One series: its name, formulas of names and values, and what these come to now.

    Programs that do not follow names, and previewers, show what they come to now.
    """

    name: str
    names: str
    values: str
    shown_names: Sequence[str | Decimal]
    shown_values: Sequence[Decimal | str]


class ChartPlace(NamedTuple):
    """The upper left cell of a chart, and its size in points."""

    cell: str
    width: float
    height: float


def draw_chart(
    sheet: Sheet, kind: str, title: str, series: Sequence[Series], place: ChartPlace
) -> None:
    """A chart of a kind that a standard may name, labelled with amounts or, if round, shares."""
    chart = sheet.book.add_chart({"type": kind})
    for number, one in enumerate(series):
        chart.add_series(_series(kind, one, number))
    chart.set_title({"name": title, "name_font": _TITLE, "overlay": False})
    chart.set_chartarea({"border": {"color": "#A6A6A6", "width": 0.75}})
    alone = len(series) == 1
    chart.set_legend({"none": True} if alone else {"position": "bottom", "font": _TEXT})
    if kind not in _ROUND:
        _axes(chart, kind)
    pixels = {"width": round(place.width * 96 / 72), "height": round(place.height * 96 / 72)}
    chart.set_size(pixels)
    letters, row = split_cell(place.cell)
    options = {
        "description": f"{title}：{_KINDS[kind]}，数字见左侧的表。",
        "object_position": 3,
        "x_offset": 4,
        "y_offset": 2,
    }
    checked(sheet.raw.insert_chart(row - 1, column_number(letters) - 1, chart, options), place.cell)


def _series(kind: str, one: Series, number: int) -> dict[str, Any]:
    # Without a figure, some programs would make up a name and a scale.
    values = [0.0 if isinstance(value, str) else float(value) for value in one.shown_values]
    found: dict[str, Any] = {
        "name": one.name,
        "categories": f"={one.names}",
        "values": f"={one.values}",
        "categories_data": [str(name) or " " for name in one.shown_names],
        "values_data": values,
    }
    if kind in _ROUND:
        found["points"] = [{"fill": {"color": colour}, "border": _EDGE} for colour in _COLOURS]
        labels = {"category": True, "percentage": True, "separator": "\n", "num_format": "0.0%"}
        if kind == "pie":
            labels |= {"position": "outside_end", "leader_lines": True}
        found["data_labels"] = {**labels, "font": _TEXT}
        return found
    found |= {"fill": {"color": _COLOURS[number]}, "border": _EDGE}
    found["data_labels"] = {"value": True, "num_format": _AMOUNTS, "font": _TEXT}
    if kind == "bar":
        found["gap"] = 80
    else:
        found |= {"gap": 80, "overlap": 0}
    return found


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
