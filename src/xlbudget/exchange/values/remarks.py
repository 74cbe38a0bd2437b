"""What every reader of a copy must know: on a sheet of its own, and above every printed page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from xlbudget.exchange.values.xml import MAIN, added, local

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.exchange.values.strings import Strings

__all__ = ["mark_pages", "remark_sheet"]

_AFTER = frozenset(("rowBreaks", "colBreaks", "ignoredErrors", "drawing"))
"""What follows the headers and footers in a sheet."""
_LONGEST = 200
"""Letters of a header; programs take 255."""


def remark_sheet(remarks: Sequence[str], strings: Strings) -> ET.Element:
    """A sheet with a line for each."""
    root = ET.Element(f"{MAIN}worksheet")
    added(added(root, "sheetViews"), "sheetView", tabSelected="1", workbookViewId="0")
    added(added(root, "cols"), "col", min="1", max="1", width="110", customWidth="1")
    data = added(root, "sheetData")
    for number, text in enumerate(remarks, 1):
        cell = added(added(data, "row", r=str(number)), "c", r=f"A{number}", t="s")
        added(cell, "v", str(strings.of_text(text)))
    return root


def mark_pages(root: ET.Element, remarks: Sequence[str]) -> None:
    """Put them above every printed page, in place of what a header said; footers stay."""
    area = root.find(f"{MAIN}headerFooter")
    if area is None:
        area = root.makeelement(f"{MAIN}headerFooter", {})
        places = [at for at, one in enumerate(root) if local(one) in _AFTER]
        root.insert(places[0] if places else len(root), area)
    text = "".join(remarks)[:_LONGEST].replace("&", "&&")
    for name in ("firstHeader", "evenHeader", "oddHeader"):
        old = area.find(f"{MAIN}{name}")
        if old is not None:
            area.remove(old)
    # oddHeader, oddFooter, evenHeader, evenFooter, firstHeader, firstFooter, in this order.
    footers = {local(one): one for one in list(area)}
    for one in footers.values():
        area.remove(one)
    kinds = ["odd"]
    kinds += ["even"] if area.get("differentOddEven") in ("1", "true") else []
    kinds += ["first"] if area.get("differentFirst") in ("1", "true") else []
    for kind in ("odd", "even", "first"):
        if kind in kinds:
            added(area, f"{kind}Header", f"&C{text}")
        if f"{kind}Footer" in footers:
            area.append(footers[f"{kind}Footer"])
