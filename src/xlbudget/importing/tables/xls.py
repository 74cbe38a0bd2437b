"""Old spreadsheets (.xls, Excel 5 to 2003) as sheets; letters of a code page that nobody names are made out."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import xlrd  # type: ignore[import-untyped]  # has no py.typed marker

from xlbudget.errors import UnusableFileError
from xlbudget.importing.tables.size import too_large
from xlbudget.limits import LARGEST_EXPORTED_TEXT, MOST_EXPORTED_CELLS, MOST_SHEETS
from xlbudget.sheets.cells import Area, Sheet, TableFile, looks_garbled

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.xlsx.cells import Lines


_UNICODE_FROM = 80
"""Files of this version on (Excel 97) hold Unicode; older ones name a code page, or should."""
_CHINESE_CODES = "gb18030"


def read_xls(path: Path, data: bytes) -> TableFile:
    """All sheets of the file.

    Raises:
        UnusableFileError: protected by a password, damaged, or its text cannot be made out.
    """
    if len(data) > LARGEST_EXPORTED_TEXT:
        raise too_large(path.name, f"有{len(data) // 2**20}兆字节")
    book = _opened(path, data, None)
    sheets = _sheets(path, book)
    if book.biff_version >= _UNICODE_FROM or not _garbled(sheets):
        return TableFile(path.name, sheets)
    try:
        again = _sheets(path, _opened(path, data, _CHINESE_CODES))
    except UnusableFileError:  # what is no letter of that code page cannot be told from damage
        again = sheets
    if _garbled(again):
        raise UnusableFileError(
            f"“{path.name}”是很旧的 .xls 文件，文字读出来是乱码；请在 Excel 或 WPS 中打开核对文字，"
            "另存为 .xlsx 后再导入。"
        )
    said = f"“{path.name}”没有写明文字的编码，按简体中文（GBK）读入；请核对名称中的文字。"
    return TableFile(path.name, again, (said,))


def _opened(path: Path, data: bytes, encoding: str | None) -> Any:
    """The file as xlrd gives it, with merged cells where it can tell them."""
    for formatting in (True, False):
        try:
            return xlrd.open_workbook(
                file_contents=data,
                formatting_info=formatting,
                ragged_rows=True,
                encoding_override=encoding,
                logfile=io.StringIO(),
            )
        except UnicodeDecodeError:
            if encoding is None:
                return _opened(path, data, _CHINESE_CODES)
            raise _damaged(path) from None
        except xlrd.XLRDError as error:
            if "encrypted" in str(error).lower():
                raise UnusableFileError(
                    f"“{path.name}”设有打开密码；请在 Excel 或 WPS 中取消密码，另存后再导入。"
                ) from error
            if not formatting:
                raise _damaged(path) from error
        except Exception as error:  # a damaged file makes the library fail in many ways
            if not formatting:
                raise _damaged(path) from error
    raise _damaged(path)


def _damaged(path: Path) -> UnusableFileError:
    return UnusableFileError(
        f"“{path.name}”已损坏，或不是 Excel 的 .xls 文件；请在 Excel 或 WPS 中打开，另存为 .xlsx 后再导入。"
    )


def _sheets(path: Path, book: Any) -> tuple[Sheet, ...]:
    if book.nsheets > MOST_SHEETS:
        raise too_large(path.name, f"有{book.nsheets}张工作表")
    sheets = []
    room = MOST_EXPORTED_CELLS
    for sheet in book.sheets():
        room -= sum(map(sheet.row_len, range(sheet.nrows)))
        if room < 0:
            raise too_large(path.name, f"的工作表“{sheet.name}”有{sheet.nrows}行、{sheet.ncols}栏")
        lines: Lines = [[_value(cell, book.datemode) for cell in row] for row in sheet.get_rows()]
        merged = tuple(
            Area(top, left, bottom - 1, right - 1)
            for top, bottom, left, right in sheet.merged_cells
        )
        sheets.append(Sheet(sheet.name, lines, merged, sheet.visibility != 0))
    return tuple(sheets)


def _value(cell: Any, datemode: int) -> object:
    """A cell's value as the reader of .xlsx gives it."""
    kind = cell.ctype
    if kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#VALUE!"))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if kind == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError):
            return cell.value
    if kind in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER):
        return cell.value
    return ""


def _garbled(sheets: tuple[Sheet, ...]) -> bool:
    texts = [
        cell for sheet in sheets for line in sheet.lines for cell in line if isinstance(cell, str)
    ]
    return looks_garbled("".join(texts))
