"""Spreadsheets of LibreOffice and WPS (.ods) as sheets: values, merges, what repeats written out.

The reader of .xlsx can open them, but gives no merged ranges and writes out whatever is said to repeat.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from xlbudget.errors import UnusableFileError
from xlbudget.importing.tables.size import too_large
from xlbudget.limits import (
    LARGEST_ODS,
    MOST_EXPORTED_CELLS,
    MOST_EXPORTED_COLUMNS,
    MOST_EXPORTED_LINES,
    MOST_SHEETS,
)
from xlbudget.sheets.cells import UNCOMPUTED, Area, Sheet
from xlbudget.xlsx.archive import Archive
from xlbudget.xlsx.references import Spot, cell_name

if TYPE_CHECKING:
    from pathlib import Path

_NAMESPACE = "{{urn:oasis:names:tc:opendocument:xmlns:{}:1.0}}".format
_TABLE, _OFFICE, _TEXT, _STYLE = map(_NAMESPACE, ("table", "office", "text", "style"))
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CONTENT = "content.xml"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_NUMBERS = frozenset(("float", "currency", "percentage"))
_DEEPEST = 100
_LONGEST_SPACES = 100
_DIGITS = 10


def is_ods(data: bytes) -> bool:
    """Whether a zip says of itself that it is one."""
    return b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in data[:200]


def read_ods(path: Path) -> tuple[Sheet, ...]:
    """All sheets of the file.

    Raises:
        UnusableFileError: damaged, protected by a password, or larger than any table.
    """
    archive = Archive(path)
    if _CONTENT not in archive.members:
        raise _damaged(path)
    if archive.members[_CONTENT].size > LARGEST_ODS:
        raise too_large(path.name, "解压后过大")
    data = archive.read(_CONTENT)
    if not data.lstrip().startswith(b"<"):
        raise UnusableFileError(f"“{path.name}”设有打开密码，或已损坏；请取消密码，另存后再导入。")
    if b"<!DOCTYPE" in data[:LARGEST_ODS]:
        raise _damaged(path)
    try:
        return _Content(path.name).sheets(data)
    except (ET.ParseError, LookupError, ValueError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> UnusableFileError:
    return UnusableFileError(
        f"“{path.name}”已损坏，或不是 .ods 表格；请用 WPS 或 LibreOffice 打开检查，另存为 .xlsx 后再导入。"
    )


class _Content:
    """The sheets of one file, read element by element; nothing but a row is held as a tree."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.hidden: set[str] = set()
        self.room, self.lines_left = MOST_EXPORTED_CELLS, MOST_EXPORTED_LINES
        self.computed = False

    def sheets(self, data: bytes) -> tuple[Sheet, ...]:
        found: list[Sheet] = []
        path: list[ET.Element] = []
        sheet: _Sheet | None = None
        for event, element in ET.iterparse(BytesIO(data), events=("start", "end")):  # noqa: S314  # bounded, and without declarations
            if event == "start":
                if len(path) > _DEEPEST:
                    raise UnusableFileError(
                        f"“{self.name}”的内容嵌套过深，没有读入；请核对文件来源。"
                    )
                path.append(element)
                if element.tag == f"{_TABLE}table" and sheet is None:
                    if len(found) == MOST_SHEETS:
                        raise too_large(self.name, f"超过{MOST_SHEETS}张工作表")
                    sheet = _Sheet(self, element)
                continue
            path.pop()
            if element.tag == f"{_TABLE}table-row" and sheet is not None:
                sheet.row(element)
            elif sheet is not None and element is sheet.element:
                found.append(sheet.whole(self.hidden))
                sheet = None
            elif element.tag == f"{_STYLE}style":
                shown = element.find(f"{_STYLE}table-properties")
                if shown is not None and shown.get(f"{_TABLE}display") == "false":
                    self.hidden.add(element.get(f"{_STYLE}name", ""))
            else:
                continue
            element.clear()
            if path:
                path[-1].remove(element)
        # Who computes at all leaves the value out where the result is an empty text.
        return tuple(map(_without_uncomputed, found) if self.computed else found)


def _without_uncomputed(sheet: Sheet) -> Sheet:
    lines = [["" if cell == UNCOMPUTED else cell for cell in line] for line in sheet.lines]
    return sheet._replace(lines=lines, uncomputed=()) if sheet.uncomputed else sheet


class _Sheet:
    """One sheet while it is read."""

    def __init__(self, content: _Content, element: ET.Element) -> None:
        self.content, self.element = content, element
        self.name = element.get(f"{_TABLE}name", "")
        self.style = element.get(f"{_TABLE}style-name", "")
        self.lines: list[list[object]] = []
        self.merged: list[Area] = []
        self.uncomputed: list[str] = []
        self.blank = 0

    def whole(self, hidden: set[str]) -> Sheet:
        return Sheet(
            self.name,
            self.lines,
            tuple(self.merged),
            self.style in hidden,
            tuple(self.uncomputed),
        )

    def row(self, element: ET.Element) -> None:
        """The next row, as often as it is said to repeat."""
        times = _count(element, "number-rows-repeated")
        top = len(self.lines) + self.blank
        line: list[object] = []
        at = 0
        for cell in element:
            if cell.tag not in _CELLS:
                continue
            repeated = _count(cell, "number-columns-repeated")
            value = _value(cell)
            if value not in ("", UNCOMPUTED) and cell.get(f"{_TABLE}formula"):
                self.content.computed = True
            if value != "":
                if at + repeated > MOST_EXPORTED_COLUMNS:
                    raise too_large(
                        self.content.name, f"的工作表“{self.name}”超过{MOST_EXPORTED_COLUMNS}栏"
                    )
                line += [""] * (at - len(line)) + [value] * repeated
                if value == UNCOMPUTED:
                    self.uncomputed.append(cell_name(Spot(top + 1, at + 1)))
            wide, high = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
            if (wide, high) != (1, 1) and len(self.merged) < MOST_EXPORTED_LINES:
                self.merged.append(Area(top, at, top + high - 1, at + wide - 1))
            at += repeated
        if not line:
            self.blank += times
            return
        taken = self.blank + times
        self.content.lines_left -= taken
        self.content.room -= (self.blank + times) * len(line)
        if self.content.lines_left < 0 or self.content.room < 0:
            raise too_large(
                self.content.name, f"的工作表“{self.name}”超过{MOST_EXPORTED_LINES // 10_000}万行"
            )
        self.lines += [[] for _ in range(self.blank)]
        self.blank = 0
        self.lines += [list(line) for _ in range(times)]


def _count(element: ET.Element, name: str) -> int:
    text = element.get(f"{_TABLE}{name}", "1")
    if len(text) > _DIGITS:
        raise ValueError(name)
    return max(1, int(text))


def _value(cell: ET.Element) -> object:
    """A cell's value as the reader of .xlsx gives it, "" for a blank."""
    kind = cell.get(f"{_OFFICE}value-type", "")
    if cell.get(f"{_CALC}value-type") == "error":
        text = _text(cell)
        return text if text.startswith("#") else "#VALUE!"
    if kind in _NUMBERS:
        return float(cell.get(f"{_OFFICE}value", ""))
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    if kind == "date":
        return cell.get(f"{_OFFICE}date-value", "")
    text = _text(cell)
    if not text and not kind and cell.get(f"{_TABLE}formula"):
        return UNCOMPUTED
    return text


def _text(cell: ET.Element) -> str:
    """The paragraphs of a cell; notes beside it are none of them."""
    return "\n".join("".join(_pieces(paragraph)) for paragraph in cell.findall(f"{_TEXT}p")).strip()


def _pieces(element: ET.Element) -> list[str]:
    pieces = [element.text or ""]
    for inner in element:
        if inner.tag == f"{_TEXT}s":
            count = inner.get(f"{_TEXT}c", "1")
            number = int(count) if len(count) <= _DIGITS else _LONGEST_SPACES
            pieces.append(" " * min(number, _LONGEST_SPACES))
        elif inner.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            pieces.append("\t" if inner.tag.endswith("tab") else "\n")
        elif inner.tag != f"{_OFFICE}annotation":
            pieces += _pieces(inner)
        pieces.append(inner.tail or "")
    return pieces
