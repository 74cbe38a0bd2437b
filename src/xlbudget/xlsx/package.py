"""The parts around the sheets brought in line with edits: the workbook's own, the calculation chain.

Each function takes a part and gives it as it shall be, or the very same where nothing changes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # what everybody calls it

from xlbudget.xlsx.tree import Tree, local_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_BEFORE_CALCULATION = ("sheets", "functionGroups", "externalReferences", "definedNames")
_AREA = re.compile(r"(.*!\$[A-Z]+\$\d+:\$[A-Z]+\$)\d+", re.DOTALL)


def unchained(chain: bytes, gone: Collection[tuple[int, str]]) -> bytes | None:
    """The calculation chain without cells that hold no formula any more; None if it is empty then.

    ``gone``: numbers of sheets, and cells; Excel calls a file broken whose chain names too many. An
    entry without its sheet's number is on the sheet of the entry before.
    """
    tree = Tree(chain)
    number, left, told = "0", 0, "0"
    removed = False
    for one in [*tree.root]:
        if local_name(one) != "c":
            continue
        number = one.get("i", number)
        if number.isdecimal() and (int(number), one.get("r", "")) in gone:
            tree.root.remove(one)
            removed = True
            continue
        if number != told and "i" not in one.attrib:
            one.set("i", number)
        told = number
        left += 1
    if not left:
        return None
    return tree.to_bytes() if removed else chain


def without_entry(listing: bytes, key: str, value: str) -> bytes:
    """A list of relationships (key Id) or content types (PartName) without one entry."""
    tree = Tree(listing)
    for one in [*tree.root]:
        if one.get(key, "").lower() == value.lower():
            tree.root.remove(one)
    return tree.to_bytes()


def calculating_on_load(book: bytes) -> bytes:
    """The workbook's part, asking for all formulas to be computed when it is opened.

    Raises:
        KeyError: it has no sheets.
    """
    tree = Tree(book)
    asked = next(tree.elements("calcPr"), None)
    if asked is None:
        before = [at for at, one in enumerate(tree.root) if local_name(one) in _BEFORE_CALCULATION]
        if not before:
            raise KeyError("sheets")
        space = tree.root.tag.rpartition("}")
        asked = ET.Element("".join((*space[:2], "calcPr")))
        tree.root.insert(before[-1] + 1, asked)
    asked.set("fullCalcOnLoad", "1")
    return tree.to_bytes()


def printing_to(book: bytes, last_rows: Mapping[str, int]) -> bytes:
    """The workbook's part with the print areas of some sheets ending at another row.

    Sheets without a print area of one rectangle keep what they have.
    """
    if not last_rows:
        return book
    tree = Tree(book)
    names = [element.get("name", "") for element in tree.elements("sheet")]
    changed = False
    for element in tree.elements("definedName"):
        number = element.get("localSheetId", "")
        if element.get("name") != "_xlnm.Print_Area" or not number.isdecimal():
            continue
        sheet = names[int(number)] if int(number) < len(names) else ""
        area = _AREA.fullmatch(element.text or "")
        if sheet in last_rows and area is not None:
            new = f"{area[1]}{last_rows[sheet]}"
            changed |= new != element.text
            element.text = new
    return tree.to_bytes() if changed else book
