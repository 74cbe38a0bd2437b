"""Files of tables opened as sheets of values and merges, whatever their names say they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.importing.tables.delimited import delimited_sheet
from xlbudget.importing.tables.ods import is_ods, read_ods
from xlbudget.importing.tables.size import too_large
from xlbudget.importing.tables.web import web_sheet
from xlbudget.limits import (
    LARGEST_EXPORT,
    LARGEST_EXPORTED_TEXT,
    MOST_EXPORTED_CELLS,
    MOST_EXPORTED_COLUMNS,
    MOST_EXPORTED_LINES,
    MOST_EXPORTED_MERGED,
    MOST_SHEETS,
)
from xlbudget.sheets.cells import UNCOMPUTED, Area, Sheet, TableFile, whole_lines
from xlbudget.xlsx.references import column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.xlsx.cells import Lines


SUFFIXES = (".xls", ".xlsx", ".xlsm", ".et", ".ods")
"""What exported tables may be called."""
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
"""Text with a line for each line of a table; what is copied from a screen has tabs between its cells."""
PAGES = (".html", ".htm")
"""Web pages, which may hold exported tables or a whole published document."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOKS = tuple(one.encode("utf-16-le") for one in ("Workbook", "Book", "WORKBOOK", "BOOK"))
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<table", b"<meta", b"<body", b"<div", b"<style")
_MARKS = b"\xef\xbb\xbf\xff\xfe \t\r\n"
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)(?<!/)>")
_CELLS_END = re.compile(rb"</(?:\w+:)?sheetData>")
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3}[0-9]{1,7})[\"']")
_TEXT_RESULT = re.compile(rb"\bt=[\"']str[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>[^<]")
_BLANK = ("", None)


def open_tables(path: Path) -> TableFile:
    """The sheets of an exported file, without blank lines and columns behind what they hold.

    Raises:
        UnusableFileError: missing, damaged, protected by a password, of another format, or larger
            than any budget's tables.
    """
    data = _content(path)
    if not data.startswith((b"PK", _OLE, *_OLD_BIFF)) and len(data) > LARGEST_EXPORTED_TEXT:
        raise too_large(path.name, f"有{len(data) // 2**20}兆字节")
    return _bounded(_opened(path, data))


def _opened(path: Path, data: bytes) -> TableFile:
    if data.startswith(b"PK"):
        return TableFile(path.name, read_ods(path)) if is_ods(data) else read_xlsx(path)
    ole = data.startswith(_OLE)
    if ole and _ENCRYPTED in data:
        raise UnusableFileError(
            f"“{path.name}”设有打开密码；请在 Excel 或 WPS 中取消密码，另存后再导入。"
        )
    if (ole and any(one in data for one in _WORKBOOKS)) or data.startswith(_OLD_BIFF):
        from xlbudget.importing.tables.xls import read_xls  # noqa: PLC0415  # the library is for these alone

        return read_xls(path, data)
    head = data[:2048].lstrip(_MARKS).replace(b"\0", b"").lower()
    if head.startswith(_PAGE):
        return TableFile(path.name, (web_sheet(path),))
    if why := _kind(path, data, head, ole=ole):
        raise UnusableFileError(f"“{path.name}”{why}")
    return TableFile(path.name, (delimited_sheet(data, path.name, path.stem),))


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UnusableFileError(f"“{path}”是文件夹，不是表格文件；请选其中的文件。")
        if path.stat().st_size > LARGEST_EXPORT:
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


def _kind(path: Path, data: bytes, head: bytes, *, ole: bool) -> str:
    """What the file is that is no table, and the way out; empty for a text."""
    saved = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再导入。"
    if ole:
        return "不是表格文件，或已损坏；请选导出的 .xls 或 .xlsx 文件。"
    if head.startswith(b"mime-version"):
        return f"其实是整个网页存成的一个文件（.mht），只是名称写成了{path.suffix}；{saved}"
    if head.startswith((b"<?xml", b"<")):
        return f"其实是 XML 文件，只是名称写成了{path.suffix}；{saved}"
    if head.startswith(b"%pdf"):
        return f"其实是 PDF 文件，只是名称写成了{path.suffix}；请改回 .pdf 后再导入。"
    if path.suffix.lower() in SUFFIXES and not any(sign in data for sign in b"\t,;|"):
        return f"不是 Excel 文件（.xls、.xlsx、.xlsm），也许已损坏；{saved}"
    return ""


def _bounded(file: TableFile) -> TableFile:
    """The sheets with equally long lines and what is merged within them.

    Raises:
        UnusableFileError: they are larger than any budget's.
    """
    if len(file.sheets) > MOST_SHEETS:
        raise too_large(file.name, f"有{len(file.sheets)}张工作表")
    sheets = []
    lines = cells = covered = 0
    for sheet in file.sheets:
        used = [_used(line) for line in sheet.lines]
        height = max((at for at, width in enumerate(used, 1) if width), default=0)
        width = max(used, default=0)
        lines, cells = lines + height, cells + height * width
        place = f"的工作表“{sheet.name}”" if len(file.sheets) > 1 else ""
        if width > MOST_EXPORTED_COLUMNS:
            raise too_large(file.name, f"{place}有{width}栏")
        if lines > MOST_EXPORTED_LINES:
            raise too_large(file.name, f"有{lines}行")
        if cells > MOST_EXPORTED_CELLS:
            raise too_large(file.name, f"有{cells}格")
        merged = tuple(_within(sheet.merged, height, width))
        covered += sum(
            (area.bottom - area.top + 1) * (area.right - area.left + 1) for area in merged
        )
        if covered > MOST_EXPORTED_MERGED:
            raise too_large(
                file.name, f"{place}合并的单元格超过{MOST_EXPORTED_MERGED // 10_000}万格"
            )
        held = whole_lines([line[:width] for line in sheet.lines[:height]])
        sheets.append(sheet._replace(lines=held, merged=merged))
    return file._replace(sheets=tuple(sheets))


def _used(line: list[object]) -> int:
    """How many cells a line has up to the last one that holds something."""
    width = len(line)
    while width and line[width - 1] in _BLANK:
        width -= 1
    return width


def _within(areas: tuple[Area, ...], height: int, width: int) -> Iterator[Area]:
    """The part of merged ranges that lies within a sheet of this size."""
    for area in areas:
        part = area._replace(bottom=min(area.bottom, height - 1), right=min(area.right, width - 1))
        if part.top <= part.bottom and part.left <= part.right:
            yield part


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
        lines: Lines = [list(line) for line in source.lines(name)]
        uncomputed = tuple(missing.get(name, ()))
        for cell in uncomputed:
            letters, line = split_cell(cell)
            column = column_number(letters)
            if line > MOST_EXPORTED_LINES or column > MOST_EXPORTED_COLUMNS:
                raise too_large(path.name, f"的工作表“{name}”在{cell}有内容")
            lines.extend([] for _ in range(line - len(lines)))
            lines[line - 1] += [""] * (column - len(lines[line - 1]))
            lines[line - 1][column - 1] = UNCOMPUTED
        merged = tuple(Area(*(end - 1 for end in area)) for area in source.merged(name))
        sheets.append(Sheet(name, lines, merged, not part.visible, uncomputed))
    return TableFile(path.name, tuple(sheets))


def _uncomputed(source: Workbook) -> Iterator[tuple[str, list[str]]]:
    """Each sheet, and its cells whose formula has no value; an empty text is a value."""
    for name, sheet in source.parts.sheets.items():
        data = source.archive.read(sheet.part)
        ending = _CELLS_END.search(data)
        data = data[: ending.start()] if ending else data
        found = []
        starts = list(_CELL.finditer(data)) if _FORMULA.search(data) else []
        ends = [*(match.start() for match in starts[1:]), len(data)]
        for match, end in zip(starts, ends, strict=True) if starts else ():
            held = data[match.end() : end]
            if not _FORMULA.search(held) or _VALUE.search(held):
                continue
            place = _PLACE.search(match[1])
            if place and not _TEXT_RESULT.search(match[1]):
                found.append(place[1].decode())
        yield name, found
