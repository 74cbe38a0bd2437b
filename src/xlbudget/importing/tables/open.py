"""Files of tables (.xls, .xlsx) opened as sheets of values and merges, whatever their names say they are."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import xlrd  # type: ignore[import-untyped]  # has no py.typed marker

from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.sheets.cells import UNCOMPUTED, Area, Sheet, TableFile, looks_garbled, whole_lines
from xlbudget.xlsx.references import column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.xlsx.cells import Lines


SUFFIXES = (".xls", ".xlsx", ".xlsm", ".et")
"""What exported tables may be called."""
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
"""Text with a line for each line of a table; what is copied from a screen has tabs between its cells."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_LARGEST = 100 * 2**20
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOKS = tuple(one.encode("utf-16-le") for one in ("Workbook", "Book", "WORKBOOK", "BOOK"))
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3}[0-9]{1,7})[\"']")
_TEXT_RESULT = re.compile(rb"\bt=[\"']str[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>[^<]")


def open_tables(path: Path) -> TableFile:
    """The sheets of an exported file.

    Raises:
        UnusableFileError: missing, damaged, protected by a password, or of another format.
    """
    data = _content(path)
    if data.startswith(b"PK"):
        return read_xlsx(path)
    ole = data.startswith(_OLE)
    if ole and _ENCRYPTED in data:
        raise UnusableFileError(
            f"“{path.name}”设有打开密码；请在 Excel 或 WPS 中取消密码，另存后再导入。"
        )
    if (ole and any(one in data for one in _WORKBOOKS)) or data.startswith(_OLD_BIFF):
        return read_xls(path, data)
    raise UnusableFileError(f"“{path.name}”{_kind(path, data, ole=ole)}")


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UnusableFileError(f"“{path}”是文件夹，不是表格文件；请选其中的文件。")
        if path.stat().st_size > _LARGEST:
            raise UnusableFileError(f"“{path.name}”过大，不像导出的预算表，没有打开。")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnusableFileError(f"找不到文件“{path}”；请检查文件名和所在文件夹。") from error
    except OSError as error:
        raise UnusableFileError(
            f"“{path}”读不出来（{reason_of(error)}）；请检查文件权限，或关闭正在使用它的程序。"
        ) from error
    if not data:
        raise UnusableFileError(f"“{path.name}”是空文件；请重新导出，或从备份恢复。")
    return data


def _kind(path: Path, data: bytes, *, ole: bool) -> str:
    """What the file is instead, and the way out."""
    saved = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入。"
    head = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if ole:
        return "不是表格文件，或已损坏；请选导出的 .xls 或 .xlsx 文件。"
    if head.startswith((b"<!doctype", b"<html", b"<head", b"<table", b"<meta", b"mime-version")):
        return f"其实是网页，只是名称写成了{path.suffix}；{saved}"
    if head.startswith(b"<"):
        return f"其实是 XML 文件，只是名称写成了{path.suffix}；{saved}"
    if head.startswith(b"%pdf"):
        return f"其实是 PDF 文件，只是名称写成了{path.suffix}；请改回 .pdf 后再导入。"
    if b"\0" not in data[:2048] and (b"," in head or b"\t" in head):
        return f"其实是文本（CSV），没有标题和单位；{saved}"
    return f"不是 Excel 文件（.xls、.xlsx、.xlsm），也许已损坏；{saved}"


def read_xlsx(path: Path) -> TableFile:
    """All sheets of the file.

    Raises:
        UnusableFileError: missing, damaged, protected by a password, or no workbook.
    """
    source = Workbook(path)
    source.check(source.names)
    missing = dict(_uncomputed(source))
    sheets: list[Sheet] = []
    for name, part in source.parts.sheets.items():
        lines = [list(line) for line in source.lines(name)]
        uncomputed = tuple(missing.get(name, ()))
        for cell in uncomputed:
            letters, line = split_cell(cell)
            column = column_number(letters)
            lines.extend([] for _ in range(line - len(lines)))
            lines[line - 1] += [""] * (column - len(lines[line - 1]))
            lines[line - 1][column - 1] = UNCOMPUTED
        merged = tuple(Area(*(end - 1 for end in area)) for area in source.merged(name))
        sheets.append(Sheet(name, whole_lines(lines), merged, not part.visible, uncomputed))
    return TableFile(path.name, tuple(sheets))


def _uncomputed(source: Workbook) -> Iterator[tuple[str, list[str]]]:
    """Each sheet, and its cells whose formula has no value; an empty text is a value."""
    for name, sheet in source.parts.sheets.items():
        data = source.archive.read(sheet.part)
        found = []
        for match in _CELL.finditer(data) if _FORMULA.search(data) else ():
            if not _FORMULA.search(match[2]) or _VALUE.search(match[2]):
                continue
            place = _PLACE.search(match[1])
            if place and not _TEXT_RESULT.search(match[1]):
                found.append(place[1].decode())
        yield name, found


_UNICODE_FROM = 80
"""Files of this version on (Excel 97) hold Unicode; older ones name a code page, or should."""
_CHINESE_CODES = "gb18030"
_MOST_CELLS = 8_000_000


def read_xls(path: Path, data: bytes) -> TableFile:
    """All sheets of the file.

    Raises:
        UnusableFileError: protected by a password, damaged, or its text cannot be made out.
    """
    book = _opened(path, data, None)
    sheets = _sheets(path, book)
    if book.biff_version >= _UNICODE_FROM or not _garbled(sheets):
        return TableFile(path.name, sheets)
    again = _sheets(path, _opened(path, data, _CHINESE_CODES))
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
    sheets = []
    for sheet in book.sheets():
        if sheet.nrows * max(sheet.ncols, 1) > _MOST_CELLS:
            raise UnusableFileError(
                f"“{path.name}”的工作表“{sheet.name}”远远超出预算表的大小；请删去表外的内容后再试。"
            )
        lines: Lines = [[_value(cell, book.datemode) for cell in row] for row in sheet.get_rows()]
        merged = tuple(
            Area(top, left, bottom - 1, right - 1)
            for top, bottom, left, right in sheet.merged_cells
        )
        hidden = sheet.visibility != 0
        sheets.append(Sheet(sheet.name, whole_lines(lines), merged, hidden))
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
