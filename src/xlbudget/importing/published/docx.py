"""A .docx as lines and tables; only its main part is read, within bounds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # what everybody calls it

from xlbudget.errors import UnusableFileError
from xlbudget.importing.published.elements import Line, Matrix, SpanGrid
from xlbudget.xlsx.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PAGE = re.compile(r"\t\s*\d+\s*$")
"""A page number in the contents."""
_MAIN = "word/document.xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SILENT = frozenset((f"{_W}instrText", f"{_W}delText", f"{_W}del", f"{_W}moveFrom", _FALLBACK))
_WRAPPERS = frozenset(
    f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml")
)


def docx_elements(path: Path) -> Iterator[Line | Matrix]:
    """The paragraphs and tables of the document.

    Raises:
        UnusableFileError: it is damaged, encrypted, or no .docx.
    """
    body = _main(path).find(f"{_W}body")
    if body is None:
        raise _damaged(path)
    lines = tables = 0
    for element in _unwrapped(body):
        if element.tag == f"{_W}p":
            lines += 1
            for text in _text(element).split("\n"):
                if shown := _PAGE.sub("", text).strip():
                    yield Line(shown, f"第{lines}段")
        elif element.tag == f"{_W}tbl":
            tables += 1
            if found := _table(element):
                yield Matrix(found, f"第{tables}张表")


def _damaged(path: Path) -> UnusableFileError:
    return UnusableFileError(
        f"“{path.name}”已损坏，或不是 Word 文档；请用 Word 打开检查，另存为 .docx 后再试。"
    )


def _main(path: Path) -> ET.Element:
    with path.open("rb") as file:
        head = file.read(len(_OLE))
    if head == _OLE:
        raise UnusableFileError(
            f"“{path.name}”设有打开密码，或是旧格式（.doc）；请取消密码，另存为 .docx 后再试。"
        )
    try:
        data = Archive(path).read(_MAIN)
    except (UnusableFileError, KeyError) as error:
        raise _damaged(path) from error
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise _damaged(path)
    try:
        return ET.fromstring(data)  # noqa: S314  # bounded above, and without declarations
    except ET.ParseError as error:
        raise _damaged(path) from error


def _unwrapped(parent: ET.Element) -> Iterator[ET.Element]:
    """The children, also those in content controls and accepted insertions."""
    for element in parent:
        if element.tag in _WRAPPERS:
            yield from _unwrapped(element)
        else:
            yield element


def _text(paragraph: ET.Element) -> str:
    """What is printed of a paragraph."""
    found: list[str] = []
    _collect(paragraph, found)
    return "".join(found)


def _collect(parent: ET.Element, found: list[str]) -> None:
    for element in parent:
        if element.tag in _SILENT:
            continue
        if element.tag == f"{_W}t":
            found.append(element.text or "")
        elif element.tag == f"{_W}tab":
            found.append("\t" if parent.tag == f"{_W}r" else "")
        elif element.tag in (f"{_W}br", f"{_W}cr"):
            found.append("\n")
        elif element.tag == f"{_W}noBreakHyphen":
            found.append("-")
        else:
            _collect(element, found)


def _table(table: ET.Element) -> list[list[str]]:
    rows = [element for element in _unwrapped(table) if element.tag == f"{_W}tr"]
    grid = SpanGrid()
    for row in rows:
        grid.row()
        before = row.find(f"{_W}trPr/{_W}gridBefore")
        if before is not None:
            grid.cell("", _number(before, 1))
        for cell in _unwrapped(row):
            if cell.tag != f"{_W}tc":
                continue
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            text = "\n".join(_text(element).strip() for element in cell.iter(f"{_W}p")).strip("\n")
            if merged is not None and merged.get(f"{_W}val", "continue") == "continue":
                text = ""
            grid.cell(text, _number(span, 1))
    return grid.lines()


def _number(element: ET.Element | None, default: int) -> int:
    value = "" if element is None else element.get(f"{_W}val", "")
    return max(1, int(value)) if value.isdigit() else default
