"""Charts of areas of a sheet, plain enough to print in black and white."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.workbook.references import column_number, quoted, split_cell
from xlbudget.workbook.sheet_writer import checked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["Series", "bar_chart"]


class Series(NamedTuple):
    """One series: its name, and the areas (``$A$5:$A$9``) of the categories and the values."""

    name: str
    names: str
    values: str


def bar_chart(sheet: Sheet, cell: str, title: str, series: Sequence[Series], rows: int) -> None:
    """Horizontal bars, a group per category; ``rows`` is how many categories there are."""
    chart = sheet.book.add_chart({"type": "bar"})
    prefix = f"={quoted(sheet.name)}!"
    for one in series:
        areas = {"categories": prefix + one.names, "values": prefix + one.values}
        chart.add_series({"name": one.name, **areas, "gap": 60})
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"none": True} if len(series) == 1 else {"position": "bottom"})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"num_format": "#,##0", "major_gridlines": {"visible": True}})
    chart.set_size({"width": 620, "height": max(220, 36 * rows + 90)})
    letters, row = split_cell(cell)
    options = {"description": f"{title}：条形图，数字见表。", "object_position": 3}
    spot = row - 1, column_number(letters) - 1
    checked(sheet.raw.insert_chart(*spot, chart, options), cell)
