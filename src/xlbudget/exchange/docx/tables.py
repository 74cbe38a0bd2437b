"""A table or a form as the element of a word processor's document."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from xlbudget.exchange.docx.styles import HEI, table_style
from xlbudget.exchange.docx.widths import CELL_ABOVE, cell_lines, line_height, placed_cells
from xlbudget.exchange.docx.xml import attribute, run
from xlbudget.printed import FORM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.exchange.docx.widths import Fit
    from xlbudget.printed import PrintedCell, PrintedTable

__all__ = ["table_xml"]

_CENTRED = ("heading", "caption", "total")
_SHORT = 8
"""Entries of a form up to so many letters stand in the middle of their column."""
_LEVELS = 2
"""So many columns beside a form's captions name the levels of its indicators."""
_ONE_LINE = 24
"""Values of a form up to so many letters stand in the middle."""
_BOLD = "<w:b/><w:bCs/>"
_SHADE = '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>'


def table_xml(grid: PrintedTable, fit: Fit, *, title: str) -> str:
    """The element of a grid that has columns."""
    edges = [0, *accumulate(fit.widths)]
    stops = [round(edge * 20) for edge in edges]
    widths = [end - start for start, end in pairwise(stops)]
    lines = (*grid.head, *grid.body)
    begun: list[dict[int, PrintedCell]] = [{} for _ in lines]
    for line, column, cell in placed_cells(grid):
        begun[line][column] = cell
    centred = _centred_columns(grid)
    rows = []
    running: dict[int, tuple[PrintedCell, int]] = {}
    for line, _ in enumerate(lines):
        cells, column = [], 0
        while column < len(widths):
            begins = begun[line].get(column)
            if begins is not None:
                running[column] = (begins, line + begins.rows)
            found, until = running.get(column, (None, 0))
            span = min(found.columns, len(widths) - column) if found and until > line else 1
            wide = sum(widths[column : column + span])
            if begins is not None:
                cells.append(_cell(begins, span, wide, fit, column in centred))
            else:
                cells.append(_covered(span, wide, fit, merged=found is not None and until > line))
            column += span
        rows.append(_row(cells, line < len(grid.head), fit, _height(begun[line], widths, fit)))
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f"<w:tbl><w:tblPr>{_properties(title, sum(widths), fit, headed=bool(grid.head))}</w:tblPr>"
        f"<w:tblGrid>{columns}</w:tblGrid>"
        f"{''.join(rows)}</w:tbl>"
    )


def _properties(title: str, width: int, fit: Fit, *, headed: bool) -> str:
    first = "1" if headed else "0"
    sides = {"top": CELL_ABOVE, "left": fit.margin, "bottom": CELL_ABOVE, "right": fit.margin}
    margins = "".join(
        f'<w:{side} w:w="{points * 20:.0f}" w:type="dxa"/>' for side, points in sides.items()
    )
    return (
        f'<w:tblStyle w:val="BudgetTable"/><w:tblW w:w="{width}" w:type="dxa"/>'
        '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{margins}</w:tblCellMar>"
        f'<w:tblLook w:val="04A0" w:firstRow="{first}" w:lastRow="0" w:firstColumn="1" '
        'w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
        f"<w:tblCaption w:val={attribute(title)}/><w:tblDescription w:val={attribute(title)}/>"
    )


def _centred_columns(grid: PrintedTable) -> set[int]:
    """The columns of a form in which all entries are short."""
    if grid.kind != FORM:
        return set()
    longest: dict[int, int] = {}
    for _, column, cell in placed_cells(grid):
        if cell.kind == "indicator":
            longest[column] = max(longest.get(column, 0), len(cell.text))
    return {column for column, letters in longest.items() if letters <= _SHORT or column <= _LEVELS}


def _height(cells: dict[int, PrintedCell], widths: Sequence[int], fit: Fit) -> float:
    """An estimate of a row's height in points."""
    lines = []
    for column, cell in cells.items():
        room = sum(widths[column : column + cell.columns]) / 20 - 2 * fit.margin
        lines.append(cell_lines(cell, fit.size, room) / cell.rows)
    return max(fit.row, max(lines, default=1) * line_height(fit.size))


def _row(cells: Sequence[str], heading: bool, fit: Fit, height: float) -> str:
    # A row that is higher than half a page may be broken: it might not fit on any.
    whole = "<w:cantSplit/>" if height < fit.page.height / 2 else ""
    repeated = "<w:tblHeader/>" if heading else ""
    least = f'<w:trHeight w:val="{fit.row * 20:.0f}" w:hRule="atLeast"/>'
    return f"<w:tr><w:trPr>{whole}{least}{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(cell: PrintedCell, span: int, width: int, fit: Fit, centred: bool) -> str:
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    merged = '<w:vMerge w:val="restart"/>' if cell.rows > 1 else ""
    shade = _SHADE if cell.kind == "heading" else ""
    look = _BOLD if cell.bold else ""
    runs = run(cell.text, look, eastern=HEI if cell.kind in ("heading", "caption") else "")
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spans}{merged}{shade}'
        f'<w:vAlign w:val="center"/></w:tcPr>{_paragraph(runs, _place(cell, fit, centred), fit)}</w:tc>'
    )


def _covered(span: int, width: int, fit: Fit, *, merged: bool) -> str:
    """A place that a cell above covers, or that no cell takes."""
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    down = "<w:vMerge/>" if merged else ""
    inner = f'<w:tcW w:w="{width}" w:type="dxa"/>{spans}{down}'
    return f"<w:tc><w:tcPr>{inner}</w:tcPr>{_paragraph('', '', fit)}</w:tc>"


def _paragraph(runs: str, place: str, fit: Fit) -> str:
    style = table_style(fit.size)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{place}</w:pPr>{runs}</w:p>'


def _place(cell: PrintedCell, fit: Fit, centred: bool) -> str:
    """Indent and alignment."""
    if cell.kind in _CENTRED or (centred and cell.kind == "indicator"):
        return '<w:jc w:val="center"/>'
    if cell.kind == "value" and len(cell.text) <= _ONE_LINE:
        return '<w:jc w:val="center"/>'
    if cell.kind == "amount":
        return '<w:jc w:val="right"/>'
    if cell.indent:
        return f'<w:ind w:left="{cell.indent * fit.size * 20:.0f}"/>'
    return ""
