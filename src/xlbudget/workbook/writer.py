"""The only module that calls XlsxWriter: typed, and nothing that it swallows goes unnoticed.

XlsxWriter answers mistakes with a warning and a negative number; both become errors here.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter  # type: ignore[import-untyped]  # ships annotations but no py.typed marker

from xlbudget.errors import UnusableFileError
from xlbudget.workbook.references import column_number, quoted, split_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.workbook.contents import CellContent
    from xlbudget.workbook.styles import Style

__all__ = ["Sheet", "Writer", "strict_warnings"]

_CREATED = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
"""A fixed stamp, so that builds repeat."""
_DATE = (1980, 1, 1, 0, 0, 0)
_LONGEST_TEXT = 32_767
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MAIN_MACRO = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_BLANK_RESULT = re.compile(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)>(<f>[^<]*</f><v></v></c>)')


def _checked(result: object, what: str) -> None:
    if isinstance(result, int) and result < 0:
        raise ValueError(f"XlsxWriter refused {what} (code {result}).")


def _spot(cell: str) -> tuple[int, int]:
    letters, row = split_cell(cell)
    return row - 1, column_number(letters) - 1


class Sheet:
    """One worksheet; cells are named like ``C7``, rows count from 1, columns from 0."""

    def __init__(self, writer: Writer, sheet: Any, name: str) -> None:
        self._writer, self._sheet, self.name = writer, sheet, name

    def text(self, cell: str, text: str, style: Style) -> None:
        """A text, never interpreted; an empty one leaves a formatted blank cell."""
        if len(text) > _LONGEST_TEXT:
            raise UnusableFileError(
                f"“{self.name}”{cell}的文字超过{_LONGEST_TEXT}字，Excel放不下；请缩短。"
            )
        if not text:
            self.blank(cell, style)
            return
        row, column = _spot(cell)
        _checked(self._sheet.write_string(row, column, text, self._format(style)), cell)

    def number(self, cell: str, number: Decimal, style: Style) -> None:
        """A number, as the nearest float (15 digits come back exactly)."""
        row, column = _spot(cell)
        _checked(self._sheet.write_number(row, column, float(number), self._format(style)), cell)

    def blank(self, cell: str, style: Style) -> None:
        """A formatted cell without content."""
        row, column = _spot(cell)
        _checked(self._sheet.write_blank(row, column, None, self._format(style)), cell)

    def formula(self, cell: str, text: str, value: str | Decimal, style: Style) -> None:
        """A formula (without leading "=") and the value that it shows until recalculated."""
        row, column = _spot(cell)
        shown = value if isinstance(value, str) else float(value)
        form = self._format(style)
        _checked(self._sheet.write_formula(row, column, f"={text}", form, shown), cell)

    def put(self, content: CellContent, style: Style) -> None:
        """Whatever a rendered cell holds."""
        if content.kind == "formula":
            shown = "" if content.value is None else content.value
            self.formula(content.cell, content.formula, shown, style)
        elif isinstance(content.value, Decimal):
            self.number(content.cell, content.value, style)
        else:
            self.text(content.cell, content.value or "", style)

    def merge(self, first: str, last: str, text: str, style: Style) -> None:
        """A heading over several cells (over one, it is simply written)."""
        if first == last:
            self.text(first, text, style)
            return
        spots = (*_spot(first), *_spot(last))
        _checked(self._sheet.merge_range(*spots, text, self._format(style)), first)

    def link(self, cell: str, sheet: str, text: str, style: Style) -> None:
        """A link to another sheet of the workbook."""
        row, column = _spot(cell)
        target = f"internal:{quoted(sheet)}!A1"
        _checked(self._sheet.write_url(row, column, target, self._format(style), text), cell)

    def width(self, column: int, width: float) -> None:
        """Width of a column (from 0), in digits."""
        _checked(self._sheet.set_column(column, column, width), f"column {column}")

    def hide(self, column: int) -> None:
        """Hide a column (from 0): what programs need and readers do not."""
        _checked(
            self._sheet.set_column(column, column, None, None, {"hidden": True}), f"column {column}"
        )

    def height(self, row: int, points: float) -> None:
        """Height of a row (from 1)."""
        _checked(self._sheet.set_row(row - 1, points), f"row {row}")

    def usual_height(self, points: float) -> None:
        """Height of every row that has none of its own."""
        self._sheet.set_default_row(points)

    def conditional(self, area: str, formula: str, style: Style) -> None:
        """A format that holds where ``formula`` (without "=") is true."""
        rule = {"type": "formula", "criteria": f"={formula}", "format": self._format(style)}
        _checked(self._sheet.conditional_format(area, rule), area)

    def choices(self, cell: str, allowed: Sequence[str]) -> None:
        """A list to choose from."""
        rule = {"validate": "list", "source": list(allowed), "error_title": "请选择"}
        _checked(self._sheet.data_validation(cell, rule), cell)

    def quiet(self, area: str) -> None:
        """No green corners: codes are text and neighbouring sums differ on purpose."""
        kinds = ("number_stored_as_text", "formula_differs", "formula_range", "formula_unlocked")
        _checked(self._sheet.ignore_errors(dict.fromkeys(kinds, area)), area)

    def freeze(self, rows: int, columns: int = 0) -> None:
        """Keep the first rows and columns in sight."""
        self._sheet.freeze_panes(rows, columns)

    def page(
        self,
        area: str,
        *,
        landscape: bool = False,
        repeat: tuple[int, int] | None = None,
        breaks: Sequence[int] = (),
    ) -> None:
        """A4, one page wide, page numbers; ``breaks`` are rows after which a page ends."""
        sheet = self._sheet
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        _checked(sheet.print_area(area), area)
        if repeat:
            sheet.repeat_rows(repeat[0] - 1, repeat[1] - 1)
        if breaks:
            _checked(sheet.set_h_pagebreaks(list(breaks)), "breaks")

    def bar_chart(self, cell: str, title: str, names: str, values: str, rows: int) -> None:
        """A bar chart of one series; ``names`` and ``values`` are areas of this sheet."""
        chart = self._writer.book.add_chart({"type": "bar"})
        prefix = f"={quoted(self.name)}!"
        chart.add_series(
            {"name": title, "categories": prefix + names, "values": prefix + values, "gap": 60}
        )
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"num_format": "#,##0", "major_gridlines": {"visible": True}})
        chart.set_size({"width": 620, "height": max(220, 36 * rows + 90)})
        row, column = _spot(cell)
        options = {"description": f"{title}：条形图，数字见左表。", "object_position": 3}
        _checked(self._sheet.insert_chart(row, column, chart, options), cell)

    def _format(self, style: Style) -> Any:
        return self._writer.format(style)


class Writer:
    """A workbook being written; :meth:`finish` gives its bytes."""

    def __init__(self, title: str) -> None:
        self._file = io.BytesIO()
        self._formats: dict[Style, Any] = {}
        self.book = xlsxwriter.Workbook(self._file, {"in_memory": True})
        self.book.set_properties({"title": title, "created": _CREATED})
        _checked(self.book.set_vba_name("ThisWorkbook"), "the workbook's code name")

    def sheet(self, name: str, code_name: str) -> Sheet:
        """A new sheet; ``code_name`` is what macros call it (ASCII)."""
        sheet = self.book.add_worksheet(name)
        _checked(sheet.set_vba_name(code_name), code_name)
        return Sheet(self, sheet, name)

    def format(self, style: Style) -> Any:
        """The format of a style, made once."""
        found = self._formats.get(style)
        if found is None:
            found = self._formats[style] = self.book.add_format(style.properties())
        return found

    def finish(self, *, macros: bool) -> bytes:
        """The file; with ``macros`` its main part is declared as that of an .xlsm."""
        self.book.close()
        return _repacked(self._file.getvalue(), macros=macros)


def _repacked(data: bytes, *, macros: bool) -> bytes:
    """The same parts with fixed dates; blank results of formulas typed as text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "[Content_Types].xml" and macros:
                part = part.replace(_MAIN.encode(), _MAIN_MACRO.encode())
            elif name.startswith("xl/worksheets/sheet"):
                # XlsxWriter leaves a result of "" untyped: an empty number, which is no value.
                text = _BLANK_RESULT.sub(r'<c r="\1"\2 t="str">\3', part.decode())
                part = text.encode()
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, part)
    return out.getvalue()


def strict_warnings() -> warnings.catch_warnings[None]:
    """A context in which XlsxWriter's warnings are errors."""
    return warnings.catch_warnings(action="error", category=UserWarning)
