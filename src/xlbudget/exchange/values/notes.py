"""情况说明 and 名词解释 in the copy: the final text alone, in its own cells.

Numbers of paragraphs, the generated text, states, remarks and the list of figures are for those who
write the text; a recipient gets what is published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.exchange.values.sheet import cells_of
from xlbudget.exchange.values.xml import MAIN, added
from xlbudget.notes.document import HEADING
from xlbudget.workbook.layout import NOTES_FIRST, NOTES_ROOM
from xlbudget.workbook.styles import lines_of, row_height
from xlbudget.xlsx.references import split_cell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

    from xlbudget.exchange.values.strings import Strings
    from xlbudget.exchange.values.styles import Styles

__all__ = ["FINAL", "only_final_texts"]

FINAL = "D"
"""The column of the final text."""
_KIND = "B"
_TITLE_LINE = 2
_MARGIN, _WIDTH = 1.7, 92.0
"""Widths of the columns before the text, and of the text."""
_LARGE, _LINE = 12 / 11, 17.5
_USELESS = ("conditionalFormatting", "ignoredErrors", "dataValidations", "cols", "dimension")


def only_final_texts(root: Element, strings: Strings, styles: Styles) -> int:
    """Leave the title and the final texts on a sheet; gives the last line that holds one."""
    texts = {name: strings.shown(one) for name, one in cells_of(root)}
    for name in _USELESS:
        for one in root.findall(f"{MAIN}{name}"):
            root.remove(one)
    data = root.find(f"{MAIN}sheetData")
    last = _TITLE_LINE
    for row in list(data if data is not None else ()):
        line = int(row.get("r", "0"))
        if line <= _TITLE_LINE:
            _keep(row, ("A",) if line < _TITLE_LINE else ("A", "B", "C", FINAL))
        elif texts.get(f"{FINAL}{line}") and NOTES_FIRST <= line < NOTES_FIRST + NOTES_ROOM:
            _write_text(row, line, texts, styles)
            last = line
        elif data is not None:
            data.remove(row)
    _lay_out(root)
    return last


def _keep(row: Element, letters: tuple[str, ...]) -> None:
    for one in list(row):
        if split_cell(one.get("r", "A0"))[0] not in letters:
            row.remove(one)
    row.attrib.pop("spans", None)


def _write_text(row: Element, line: int, texts: Mapping[str, str], styles: Styles) -> None:
    _keep(row, (FINAL,))
    if texts.get(f"{_KIND}{line}") == HEADING:
        for one in row:
            one.set("s", styles.bold(one.get("s", "0")))
    lines = lines_of(texts[f"{FINAL}{line}"], _WIDTH / _LARGE)
    row.set("ht", f"{row_height(lines, line=_LINE):g}")
    row.set("customHeight", "1")


def _lay_out(root: Element) -> None:
    """One wide column behind a narrow margin, the title above it, upright pages."""
    columns = root.makeelement(f"{MAIN}cols", {})
    for first, end, width in ((1, 3, _MARGIN), (4, 4, _WIDTH)):
        added(columns, "col", min=str(first), max=str(end), width=f"{width:g}", customWidth="1")
    before = root.find(f"{MAIN}sheetData")
    root.insert(0 if before is None else list(root).index(before), columns)
    merged = root.find(f"{MAIN}mergeCells")
    if merged is not None:
        for one in list(merged):
            merged.remove(one)
        added(merged, "mergeCell", ref=f"A{_TITLE_LINE}:{FINAL}{_TITLE_LINE}")
        merged.set("count", "1")
    for area in root.findall(f"{MAIN}hyperlinks"):
        for one in list(area):
            if one.get("ref") != "A1":
                area.remove(one)
        if not len(area):
            root.remove(area)
    for setup in root.iterfind(f"{MAIN}pageSetup"):
        setup.set("orientation", "portrait")
