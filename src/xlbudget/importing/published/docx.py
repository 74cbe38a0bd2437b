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
_SIGNS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


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


def _text(parent: ET.Element) -> str:
    """What is printed of a paragraph, or of a part of one."""
    text = ""
    for element in parent:
        if element.tag in _SILENT:
            continue
        if element.tag == f"{_W}t":
            text += element.text or ""
        elif element.tag == f"{_W}tab":
            text += "\t" if parent.tag == f"{_W}r" else ""
        elif element.tag in _SIGNS:
            text += _SIGNS[element.tag]
        else:
            text += _text(element)
    return text


def _table(table: ET.Element) -> list[list[str]]:
    grid = SpanGrid()
    for row in _unwrapped(table):
        if row.tag != f"{_W}tr":
            continue
        grid.row()
        before = row.find(f"{_W}trPr/{_W}gridBefore")
        if before is not None:
            grid.cell("", _number(before))
        for cell in _unwrapped(row):
            if cell.tag != f"{_W}tc":
                continue
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            text = "\n".join(_text(element).strip() for element in cell.iter(f"{_W}p")).strip("\n")
            if merged is not None and merged.get(f"{_W}val", "continue") == "continue":
                text = ""
            grid.cell(text, _number(span))
    return grid.lines()


def _number(element: ET.Element | None) -> int:
    value = "" if element is None else element.get(f"{_W}val", "")
    return max(1, int(value)) if value.isdigit() else 1
