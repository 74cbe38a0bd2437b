"""What filling writes into subtotals, as 基础信息 has it: native formulas, Python functions, values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.figures import TOTAL
from xlbudget.relations.derive import definitions
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import Grid
from xlbudget.workbook.formulas import Formula
from xlbudget.workbook.layout import is_form, table_layout
from xlbudget.xlsx.references import split_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book, Place
    from xlbudget.standard.model import Standard

__all__ = ["FUNCTIONS", "SETTING", "VALUES", "chosen_formulas"]

SETTING = "subtotal_formula"
"""The field of 基础信息; anything but the two below means native formulas."""
FUNCTIONS, VALUES = "Python 函数", "数值"


def chosen_formulas(
    standard: Standard, placed: Book, native: Mapping[Place, Formula]
) -> Mapping[Place, Formula]:
    """The formulas that the setting asks for, of a placed book whose native ones are given.

    Functions stand only where a subject's rows are added up; other derived cells keep their native
    formulas. Without Python, functions show ``#NAME?``; values do not follow their leaves.
    """
    setting = placed.text(SETTING)
    if setting == VALUES:
        return {}
    if setting != FUNCTIONS:
        return native
    asked = dict(_functions(standard, placed))
    return {
        place: Formula(asked[place], one.value) if place in asked else one
        for place, one in native.items()
    }


def _functions(standard: Standard, placed: Book) -> Iterator[tuple[Place, str]]:
    """The cells of subjects' subtotals and totals, with the functions that give them.

    A function is given the rows below its own cell (a total: above), never the cell itself.
    """
    layouts = {
        one.block.key: (one, layout.first, layout.last)
        for layout in (
            table_layout(standard, table) for table in standard.tables if not is_form(table)
        )
        for one in layout.blocks
    }
    grid = Grid(standard, placed)
    for number, relation in definitions(expand(grid).relations).items():
        spot, place = grid.spot(number), grid.place(number)
        if spot.block not in layouts or not place.cell:
            continue
        one, first, last = layouts[spot.block]
        codes = one.block.of_kind("code")
        terms = [term for _, term in relation.terms[1:]]
        if one.block.body != "subject" or len(codes) != 1 or not terms:
            continue
        letter, line = split_cell(place.cell)
        places = [grid.place(term) for term in terms]
        if any(each.sheet != place.sheet or not each.cell for each in places):
            continue
        spots = [split_cell(each.cell) for each in places]
        if any(each != letter for each, _ in spots):
            continue
        lines = [each for _, each in spots]
        column = one.letters[codes[0]]
        row = spot.row
        if row.key == TOTAL and max(lines) < line:
            codes_above, amounts = (
                f"{column}{first}:{column}{line - 1}",
                f"{letter}{first}:{letter}{line - 1}",
            )
            yield place, f"BUDGET_TOTAL({codes_above},{amounts})"
        elif row.key != TOTAL and min(lines) > line:
            below, amounts = (
                f"{column}{line + 1}:{column}{last}",
                f"{letter}{line + 1}:{letter}{last}",
            )
            yield place, f"BUDGET_SUBTOTAL({column}{line},{below},{amounts})"
