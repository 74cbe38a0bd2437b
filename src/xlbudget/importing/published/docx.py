"""A .docx as lines and tables: what a reader sees of its main part, within bounds.

List numbers are printed as Word counts them; hidden and deleted text, hidden rows and the second
form of drawings are left out. What stands in text boxes follows the paragraph that holds them, and a
table that holds tables is layout: its cells are read one after another.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # what everybody calls it

from xlbudget.errors import UnusableFileError
from xlbudget.findings import NotRead
from xlbudget.importing.published.elements import Line, Matrix, SpanGrid, span
from xlbudget.importing.published.numbering import Numbering
from xlbudget.xlsx.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.importing.published.elements import Element


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PAGE = re.compile(r"\t\s*\d+\s*$")
"""A page number in the contents."""
_MAIN, _NUMBERING, _STYLES = "word/document.xml", "word/numbering.xml", "word/styles.xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOX = f"{_W}txbxContent"
_SILENT = frozenset(
    (f"{_W}instrText", f"{_W}delText", f"{_W}del", f"{_W}moveFrom", f"{_W}rt", _FALLBACK, _BOX)
)
_WRAPPERS = frozenset(
    f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml")
)
_SIGNS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_OFF = frozenset(("0", "false", "off", "none"))
_DEEPEST = 200
"""No document that people made is nested deeper."""


def docx_elements(path: Path) -> Iterator[Element]:
    """The paragraphs and tables of the document.

    Raises:
        UnusableFileError: it is damaged, encrypted, nested without reason, or no .docx.
    """
    archive = _archive(path)
    body = _part(path, archive, _MAIN).find(f"{_W}body")
    if body is None:
        raise _damaged(path)
    if _depth(body) > _DEEPEST:
        raise UnusableFileError(
            f"“{path.name}”的内容嵌套过深，不像部门预算的公开文本，没有打开；请另存为新的 .docx 后再试。"
        )
    styles = _optional(path, archive, _STYLES)
    numbering = Numbering(_optional(path, archive, _NUMBERING), styles)
    yield from _Body(numbering, _hidden_styles(styles)).blocks(body)


def _damaged(path: Path) -> UnusableFileError:
    return UnusableFileError(
        f"“{path.name}”已损坏，或不是 Word 文档；请用 Word 打开检查，另存为 .docx 后再试。"
    )


def _archive(path: Path) -> Archive:
    with path.open("rb") as file:
        head = file.read(len(_OLE))
    if head == _OLE:
        raise UnusableFileError(
            f"“{path.name}”设有打开密码，或是旧格式（.doc）；请取消密码，另存为 .docx 后再试。"
        )
    try:
        return Archive(path)
    except UnusableFileError as error:
        raise _damaged(path) from error


def _part(path: Path, archive: Archive, name: str) -> ET.Element:
    try:
        data = archive.read(name)
    except (UnusableFileError, KeyError) as error:
        raise _damaged(path) from error
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise _damaged(path)
    try:
        return ET.fromstring(data)  # noqa: S314  # bounded above, and without declarations
    except (ET.ParseError, LookupError, ValueError) as error:  # or an odd encoding is declared
        raise _damaged(path) from error


def _optional(path: Path, archive: Archive, name: str) -> ET.Element:
    return _part(path, archive, name) if name in archive.members else ET.Element("none")


def _depth(root: ET.Element) -> int:
    """How many elements stand in one another, as far as it matters."""
    level, depth = [root], 0
    while level and depth <= _DEEPEST:
        level = [child for element in level for child in element if len(child)]
        depth += 1
    return depth


def _on(properties: ET.Element | None, name: str) -> bool:
    """Whether a property that is on or off is on."""
    element = None if properties is None else properties.find(f"{_W}{name}")
    return element is not None and element.get(f"{_W}val", "") not in _OFF


def _hidden_styles(styles: ET.Element) -> frozenset[str]:
    return frozenset(
        style.get(f"{_W}styleId", "")
        for style in styles.iter(f"{_W}style")
        if _on(style.find(f"{_W}rPr"), "vanish")
    )


def _unwrapped(parent: ET.Element) -> Iterator[ET.Element]:
    """The children, also those in content controls and accepted insertions."""
    for element in parent:
        if element.tag in _WRAPPERS:
            yield from _unwrapped(element)
        else:
            yield element


class _Body:
    """Reads blocks in their order; counts paragraphs, tables and list numbers."""

    def __init__(self, numbering: Numbering, hidden: frozenset[str]) -> None:
        self.numbering, self.hidden = numbering, hidden
        self.lines = self.tables = 0

    def blocks(self, parent: ET.Element) -> Iterator[Element]:
        """The paragraphs and tables in the body, a text box or a cell of layout."""
        for element in _unwrapped(parent):
            if element.tag == f"{_W}p":
                self.lines += 1
                where = f"第{self.lines}段"
                for text in self.paragraph(element).split("\n"):
                    if shown := _PAGE.sub("", text).strip():
                        yield Line(shown, where)
                for box in _boxes(element):
                    yield from self.blocks(box)
            elif element.tag == f"{_W}tbl":
                yield from self.table(element)

    def paragraph(self, paragraph: ET.Element) -> str:
        """What is printed of a paragraph, with its list number."""
        text = self.text(paragraph)
        return self.numbering.next(paragraph) + text if text.strip() else text

    def text(self, parent: ET.Element) -> str:
        """What is printed of a part of a paragraph."""
        text = ""
        for element in parent:
            if element.tag in _SILENT:
                continue
            if element.tag == f"{_W}r" and self.vanishes(element):
                continue
            if element.tag == f"{_W}t":
                text += element.text or ""
            elif element.tag == f"{_W}tab":
                text += "\t" if parent.tag == f"{_W}r" else ""
            elif element.tag in _SIGNS:
                text += _SIGNS[element.tag]
            else:
                text += self.text(element)
        return text

    def vanishes(self, run: ET.Element) -> bool:
        """Whether a run is hidden, by itself or by its style."""
        properties = run.find(f"{_W}rPr")
        if properties is None:
            return False
        style = properties.find(f"{_W}rStyle")
        named = style is not None and style.get(f"{_W}val", "") in self.hidden
        shown = properties.find(f"{_W}vanish") is not None and not _on(properties, "vanish")
        return _on(properties, "vanish") or (named and not shown)

    def table(self, table: ET.Element) -> Iterator[Element]:
        """A table; of one that is layout, what its cells hold."""
        rows = [row for row in _unwrapped(table) if row.tag == f"{_W}tr"]
        rows = [row for row in rows if not _on(row.find(f"{_W}trPr"), "hidden")]
        cells = [[cell for cell in _unwrapped(row) if cell.tag == f"{_W}tc"] for row in rows]
        if any(
            part.tag == f"{_W}tbl" for row in cells for cell in row for part in _unwrapped(cell)
        ):
            for cell in (cell for row in cells for cell in row):
                yield from self.blocks(cell)
            return
        self.tables += 1
        where = f"第{self.tables}张表"
        grid = SpanGrid()
        for row, inside in zip(rows, cells, strict=True):
            grid.row()
            before = row.find(f"{_W}trPr/{_W}gridBefore")
            if before is not None:
                grid.cell("", span(before.get(f"{_W}val")))
            for cell in inside:
                properties = cell.find(f"{_W}tcPr")
                columns, merged = (
                    (None, None)
                    if properties is None
                    else (properties.find(f"{_W}gridSpan"), properties.find(f"{_W}vMerge"))
                )
                covered = merged is not None and merged.get(f"{_W}val", "continue") == "continue"
                wide = 1 if columns is None else span(columns.get(f"{_W}val"))
                grid.cell("" if covered else self.cell(cell), wide)
        if lines := grid.lines():
            yield Matrix(lines, where)
        elif grid.beyond:
            yield NotRead(where, "行或列多得不像预算表")

    def cell(self, cell: ET.Element) -> str:
        """The paragraphs of a cell, and of text boxes in it."""
        texts = []
        for element in _unwrapped(cell):
            if element.tag == f"{_W}p":
                texts.append(self.paragraph(element).strip())
                texts += [self.cell(box) for box in _boxes(element)]
        return "\n".join(texts).strip("\n")


def _boxes(parent: ET.Element) -> Iterator[ET.Element]:
    """The text boxes that are anchored in a paragraph, each once."""
    for element in parent:
        if element.tag == _BOX:
            yield element
        elif element.tag != _FALLBACK and len(element):
            yield from _boxes(element)
