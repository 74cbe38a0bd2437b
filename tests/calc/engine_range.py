"""A rectangle of cells, as xlwings asks an engine for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlwings import base_classes

from calc.engine_cells import Content, Rows, read_formulas, read_values, write_cells
from calc.engine_document import CalcError
from calc.engine_excel import RangeApi

if TYPE_CHECKING:
    from calc.engine_book import Sheet
    from calc.uno_path import Uno

__all__ = ["Range", "corners", "letters"]

_ROWS, _COLUMNS = 1_048_576, 16_384
_REFERENCE = re.compile(r"([A-Z]{1,3})?([1-9]\d*)?(?::([A-Z]{1,3})?([1-9]\d*)?)?", re.ASCII)
_CONTENTS = 1 | 2 | 4 | 16
"""CellFlags: VALUE, DATETIME, STRING, FORMULA."""

_LONGEST_ARRAY_FORMULA = 255


def corners(address: str) -> tuple[int, int, int, int] | None:
    """First row and column, last row and column of ``A1``, ``A1:B2``, ``5:5`` or ``B:D``."""
    found = _REFERENCE.fullmatch(address.replace("$", "").upper())
    if found is None or not address:
        return None
    left, top, right, bottom = found.groups()
    if ":" not in address:
        right, bottom = left, top
        if not (left and top):
            return None
    if bool(left) != bool(right) or bool(top) != bool(bottom):
        return None
    rows = sorted((int(top), int(bottom))) if top else [1, _ROWS]
    columns = sorted((_number(left), _number(right))) if left else [1, _COLUMNS]
    return rows[0], columns[0], rows[1], columns[1]


def letters(column: int) -> str:
    """The name of a column (from 1)."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _number(column: str) -> int:
    number = 0
    for one in column:
        number = number * 26 + ord(one) - 64
    return number


class Range(base_classes.Range):
    """Cells of one sheet; rows and columns count from 1."""

    sheet: Sheet = None  # type: ignore[assignment] # xlwings' own is a property
    row: int = 0
    column: int = 0

    def __init__(self, sheet: Sheet, row: int, column: int, height: int, width: int) -> None:
        self.sheet, self.row, self.column = sheet, row, column
        self.height_in_rows, self.width_in_columns = height, width
        self.options: dict[str, object] = {}
        self._cells: Uno = None

    @property
    def cells(self) -> Uno:
        """The cells in LibreOffice."""
        if self._cells is None:
            bottom, right = self.row + self.height_in_rows - 2, self.column - 2
            self._cells = self.sheet.cells_of_sheet.getCellRangeByPosition(
                self.column - 1, self.row - 1, right + self.width_in_columns, bottom
            )
        return self._cells

    @property
    def api(self) -> RangeApi:
        return RangeApi(self)

    @property
    def shape(self) -> tuple[int, int]:
        return self.height_in_rows, self.width_in_columns

    def __len__(self) -> int:
        return self.height_in_rows * self.width_in_columns

    def __call__(self, row: int, column: int | None = None) -> Range:
        """One cell, by row and column or by number along the rows; also outside."""
        if column is None:
            down, right = divmod(row - 1, self.width_in_columns)
            row, column = down + 1, right + 1
        return Range(self.sheet, self.row + row - 1, self.column + column - 1, 1, 1)

    @property
    def address(self) -> str:
        return self.get_address(row_absolute=True, col_absolute=True, external=False)

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        down, right = "$" * row_absolute, "$" * col_absolute
        first = f"{right}{letters(self.column)}{down}{self.row}"
        bottom, last = self.row + self.height_in_rows - 1, self.column + self.width_in_columns - 1
        text = first if len(self) == 1 else f"{first}:{right}{letters(last)}{down}{bottom}"
        if not external:
            return text
        place = f"[{self.sheet.book.name}]{self.sheet.name}".replace("'", "''")
        return f"'{place}'!{text}"

    # What the cells hold -----------------------------------------------------------------------

    @property
    def raw_value(self) -> Content | list[list[Content]]:
        found = read_values(self.sheet.book.document, self.cells)
        return found[0][0] if len(self) == 1 else found

    @raw_value.setter
    def raw_value(self, value: Rows | Content) -> None:
        write_cells(self.sheet.book.document, self.cells, value)

    @property
    def formula(self) -> str | tuple[tuple[str, ...], ...]:
        found = read_formulas(self.sheet.book.document, self.cells)
        return found[0][0] if len(self) == 1 else tuple(tuple(row) for row in found)

    @formula.setter
    def formula(self, value: Rows | Content) -> None:
        write_cells(self.sheet.book.document, self.cells, value)

    @property
    def has_array(self) -> bool | None:
        held = {
            text.startswith("{=") and text != value
            for texts, values in zip(
                self.cells.getFormulaArray(), self.cells.getDataArray(), strict=True
            )
            for text, value in zip(texts, values, strict=True)
        }
        return held.pop() if len(held) == 1 else None

    @property
    def formula_array(self) -> str | None:
        # LibreOffice's own getArrayFormula answers in the spelling of its user interface.
        texts = {
            text for row in read_formulas(self.sheet.book.document, self.cells) for text in row
        }
        return texts.pop() if len(texts) == 1 and (len(self) == 1 or self.has_array) else None

    @formula_array.setter
    def formula_array(self, value: str) -> None:
        if len(value) > _LONGEST_ARRAY_FORMULA:
            raise CalcError(
                f"Excel takes {_LONGEST_ARRAY_FORMULA} characters in FormulaArray, not {len(value)}"
            )
        self._refuse_locked()
        ready = self.sheet.book.document.syntax.to_calc(value)
        self.cells.setArrayFormula(ready)

    def clear_contents(self) -> None:
        self._refuse_locked()
        self.cells.clearContents(_CONTENTS)

    @property
    def locked(self) -> bool | None:
        """Whether a protected sheet keeps the cells; None where some are and some are not."""
        groups = self.cells.getUniqueCellFormatRanges()
        held = {groups.getByIndex(at).CellProtection.IsLocked for at in range(groups.Count)}
        return held.pop() if len(held) == 1 else None

    def _refuse_locked(self) -> None:
        # LibreOffice says nothing here, where Excel raises.
        if self.sheet.cells_of_sheet.isProtected() and self.locked is not False:
            raise CalcError(f"{self.sheet.name} is protected and {self.address} locked")

    # How they look -----------------------------------------------------------------------------

    @property
    def number_format(self) -> str | None:
        if self.cells.getPropertyState("NumberFormat").value == "AMBIGUOUS_VALUE":
            return None
        return self.sheet.book.document.formats.code(self.cells.NumberFormat)

    @number_format.setter
    def number_format(self, value: str) -> None:
        document = self.sheet.book.document
        with document.formatting(self.sheet.cells_of_sheet, "AllowFormattingCells"):
            self.cells.NumberFormat = document.formats.key(value)

    @property
    def color(self) -> tuple[int, int, int] | None:
        found = self.cells.CellBackColor
        if found in (-1, None):
            return None
        return (found >> 16) & 255, (found >> 8) & 255, found & 255

    @color.setter
    def color(self, value: tuple[int, int, int] | str | None) -> None:
        if isinstance(value, str):
            number = int(value.removeprefix("#"), 16)
        else:
            number = -1 if value is None else (value[0] << 16) + (value[1] << 8) + value[2]
        document = self.sheet.book.document
        with document.formatting(self.sheet.cells_of_sheet, "AllowFormattingCells"):
            self.cells.CellBackColor = number

    @property
    def row_height(self) -> float | None:
        """In points, to a twentieth; None where the rows differ."""
        rows = self.cells.Rows
        held: set[int] = {rows.getByIndex(at).Height for at in range(self.height_in_rows)}
        return round(held.pop() * 72 / 2540 * 20) / 20 if len(held) == 1 else None

    @row_height.setter
    def row_height(self, value: float) -> None:
        document = self.sheet.book.document
        with document.formatting(self.sheet.cells_of_sheet, "AllowFormattingRows"):
            self.cells.Rows.Height = round(value * 2540 / 72)

    @property
    def column_width(self) -> float | None:
        """In digits of 7 pixels; None where the columns differ."""
        columns = self.cells.Columns
        held: set[int] = {columns.getByIndex(at).Width for at in range(self.width_in_columns)}
        if len(held) != 1:
            return None
        return round(max(0.0, (held.pop() * 96 / 2540 - 5) / 7), 2)

    @column_width.setter
    def column_width(self, value: float) -> None:
        document = self.sheet.book.document
        with document.formatting(self.sheet.cells_of_sheet, "AllowFormattingColumns"):
            self.cells.Columns.Width = round((value * 7 + 5) * 2540 / 96)

    def autofit(self, axis: str | None = None) -> None:
        document = self.sheet.book.document
        if axis in (None, "r", "rows"):
            with document.formatting(self.sheet.cells_of_sheet, "AllowFormattingRows"):
                self.cells.Rows.OptimalHeight = True
        if axis in (None, "c", "columns"):
            with document.formatting(self.sheet.cells_of_sheet, "AllowFormattingColumns"):
                self.cells.Columns.OptimalWidth = True

    def select(self) -> None:
        self.sheet.activate()
        self.sheet.book.document.model.CurrentController.select(self.cells)
