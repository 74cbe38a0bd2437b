"""Which conditional formats go on working in a copy that has values alone.

A format that asks for other sheets, names, files, formulas or macros cannot work there: it is left
out. Emphasis that follows a row's own content stays as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.exchange.values.xml import MAIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

__all__ = ["keep_working_formats"]

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_WORD = re.compile(r"[^\W\d][\w.]*")
_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]{1,7}|[A-Za-z]{1,3}|TRUE|FALSE", re.IGNORECASE)
_ASKING = re.compile(
    r"(?:_xlfn\.)?(?:ISFORMULA|FORMULATEXT|INDIRECT|CELL|BUDGET_\w+)", re.IGNORECASE
)
"""Functions that ask for formulas, for addresses as text, or for macros."""


def keep_working_formats(sheet: Element) -> int:
    """Take the formats out that cannot work; how many rules that were."""
    gone = 0
    for area in sheet.findall(f"{MAIN}conditionalFormatting"):
        for rule in list(area):
            if not all(_works(text) for text in _formulas(rule)):
                area.remove(rule)
                gone += 1
        if not len(area):
            sheet.remove(area)
    return gone


def _formulas(rule: Element) -> Iterator[str]:
    for one in rule.iter():
        if one.tag == f"{MAIN}formula":
            yield one.text or ""
        elif one.tag == f"{MAIN}cfvo" and one.get("type") == "formula":
            yield one.get("val", "")


def _works(formula: str) -> bool:
    """Whether a formula needs nothing but cells of its own sheet."""
    bare = _TEXT.sub("", formula)
    if any(sign in bare for sign in "![#'"):
        return False
    for match in _WORD.finditer(bare):
        called = bare[match.end() :].lstrip().startswith("(")
        if called and _ASKING.fullmatch(match[0]):
            return False
        if not called and not _CELL.fullmatch(match[0].strip("$")):
            return False
    return True
