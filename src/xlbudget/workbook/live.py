"""The cells outside the tables that follow the figures by formulas: 目录, 总览, the tool rows.

One rendering for building and for bringing their values up to date after the figures changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.workbook.contents_page import OVERALL, contents_lines
from xlbudget.workbook.layout import CONTENTS, INFO_SHEET, OVERVIEW
from xlbudget.workbook.native.areas import Areas
from xlbudget.workbook.native.checks import check_lines, left_out
from xlbudget.workbook.native.states import Board, render_board, render_tool_state
from xlbudget.workbook.overview_lines import overview_last
from xlbudget.workbook.render_overview import render_overview

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import Book, Place
    from xlbudget.standard.model import Standard
    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.formulas import Formula


__all__ = ["Live", "checks_first", "render_live"]

_HEADINGS = 3
"""Lines between the overview's last line and the first check: a gap, a title, the headings."""


class Live(NamedTuple):
    """The cells by sheet, where the checks stand, and the rules that no formula tells."""

    cells: dict[str, list[CellContent]]
    board: Board
    left_out: list[str]


def checks_first(standard: Standard) -> int:
    """The first line of the checks on 总览."""
    return overview_last(standard) + _HEADINGS + 1


def render_live(standard: Standard, book: Book, formulas: Mapping[Place, Formula]) -> Live:
    """All such cells of a placed book."""
    areas = Areas(standard, book, formulas)
    checks = check_lines(areas, book.year)
    first = checks_first(standard)
    lines = {
        one.number: one.line
        for one in contents_lines(standard)
        if one.kind == "table" or one.sheet == INFO_SHEET
    }
    board = Board(first, first + len(checks) - 1, lines, OVERALL)
    cells = render_board(areas, checks, board)
    cells[OVERVIEW] = [*render_overview(standard, book), *cells[OVERVIEW]]
    states = {one.cell: str(one.value) for one in cells[CONTENTS]}
    for table in standard.tables:
        state = states[f"C{lines[table.number]}"]
        cells[table.sheet] = [render_tool_state(board, table.number, state)]
    return Live(cells, board, left_out(standard, book.year, checks))
