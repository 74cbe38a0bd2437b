"""The tables of a document as an exported workbook, by openpyxl."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl import Workbook

from layouts.model import ABOVE, NOTE, TITLE, Grid, Paragraph

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from layouts.model import Document


def write_sheets(document: Document, path: Path, **marks: Any) -> None:
    """A sheet per table with its title, what stands above and its notes; forms below one another.

    ``codes``: text, or number (codes as numbers, as they come out of a .csv opened in a spreadsheet).
    """
    book = Workbook()
    sheet, line = None, 1
    for block in document:
        if isinstance(block, Paragraph):
            if block.role == TITLE and (sheet is None or sheet.title != block.text[:31]):
                sheet = book.create_sheet(block.text[:31])
                line = 1
            if sheet is None or block.role not in (TITLE, ABOVE, NOTE):
                continue
            sheet.cell(line, 1, block.text)
            if block.right:
                sheet.cell(line, 4, block.right)
            line += 1
        elif sheet is not None:
            _grid(sheet, block, line, codes=marks.get("codes", "text"))
            line += len(block.rows) + (block.kind != "table")
    del book["Sheet"]
    book.save(path)


def _grid(sheet: Worksheet, grid: Grid, top: int, *, codes: str) -> None:
    for line, row in enumerate(grid.laid_out()):
        for at, cell in enumerate(row):
            if cell is None or not (cell.text or cell.columns > 1 or cell.rows > 1):
                continue
            value: object = cell.text or None
            plain = cell.text.replace(",", "")
            number = cell.kind == "amount" or (cell.kind == "code" and codes == "number")
            if number and plain.replace(".", "", 1).isdigit():
                value = float(plain)
            spot = sheet.cell(top + line, at + 1)
            spot.value = value
            if isinstance(value, float):
                spot.number_format = "#,##0.00" if cell.kind == "amount" else "0.00E+00"
            elif isinstance(value, str):
                spot.data_type = "s"
            if cell.columns > 1 or cell.rows > 1:
                sheet.merge_cells(
                    start_row=top + line,
                    end_row=top + line + cell.rows - 1,
                    start_column=at + 1,
                    end_column=at + cell.columns,
                )
