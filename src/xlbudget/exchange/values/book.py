"""The workbook's part in the copy: its sheets, and what is printed of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from xlbudget.exchange.values.xml import MAIN, REL, Link, added, serialized
from xlbudget.xlsx.references import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["BookSheet", "book_sheets", "book_xml"]

_PRINTED = ("_xlnm.Print_Area", "_xlnm.Print_Titles")
_AREA = r"(?:'(?:[^']|'')+'|[^'!,]+)!\$?[A-Z]*\$?[0-9]*:\$?[A-Z]*\$?[0-9]*"
_AREAS = re.compile(rf"{_AREA}(?:,{_AREA})*")


class BookSheet(NamedTuple):
    """A sheet: its part ("" for one without cells), and its place in the source."""

    name: str
    part: str
    hidden: bool
    position: int


def book_sheets(book: ET.Element, links: Mapping[str, Link]) -> list[BookSheet]:
    """All sheets in their order."""
    found = []
    for position, one in enumerate(book.iterfind(f"{MAIN}sheets/{MAIN}sheet")):
        link = links.get(one.get(f"{REL}id", ""), Link("", ""))
        part = link.target if link.kind == "worksheet" else ""
        hidden = one.get("state", "visible") != "visible"
        found.append(BookSheet(one.get("name", ""), part, hidden, position))
    return found


def book_xml(book: ET.Element, kept: Sequence[BookSheet], areas: Mapping[str, str]) -> bytes:
    """The part with the kept sheets alone; sheets of ``areas`` print these cells, on every page."""
    root = ET.Element(f"{MAIN}workbook")
    version = book.find(f"{MAIN}fileVersion")
    if version is not None:
        version.attrib.pop("codeName", None)
        root.append(version)
    old = book.find(f"{MAIN}workbookPr")
    properties = added(root, "workbookPr")
    if old is not None and "date1904" in old.attrib:
        properties.set("date1904", old.get("date1904", ""))
    added(added(root, "bookViews"), "workbookView", windowWidth="16095", windowHeight="9660")
    sheets = added(root, "sheets")
    for number, one in enumerate(kept, 1):
        made = added(sheets, "sheet", name=one.name, sheetId=str(number))
        made.set(f"{REL}id", f"rId{number}")
    names = added(root, "definedNames")
    places = {one.position: number for number, one in enumerate(kept)}
    for defined in book.iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
        name, text = defined.get("name", ""), defined.text or ""
        number = places.get(int(defined.get("localSheetId", "-1")), -1)
        known = name in _PRINTED and number >= 0 and _AREAS.fullmatch(text)
        if known and kept[number].name not in areas:
            added(names, "definedName", text, name=name, localSheetId=str(number))
    for number, one in enumerate(kept):
        if one.name in areas:
            text = f"{quoted(one.name)}!{areas[one.name]}"
            added(names, "definedName", text, name=_PRINTED[0], localSheetId=str(number))
    if not len(names):
        root.remove(names)
    return serialized(root)
