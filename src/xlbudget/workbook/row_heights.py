"""Heights of rows whose texts were written: not every program fits them by itself on opening."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.workbook.parts import attributes
from xlbudget.workbook.tags import with_attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["free_rows", "with_heights"]

_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*>")


def with_heights(xml: bytes, heights: Mapping[int, float]) -> bytes:
    """A worksheet's XML with heights, in points, of some rows.

    They stay automatic (no ``customHeight``): a row whose height a person has set is left alone.
    """
    pieces, last = [], 0
    for match in _ROW.finditer(xml):
        one = attributes(match[0].decode("utf-8", "replace"))
        number = one.get("r", "")
        height = heights.get(int(number)) if number.isdecimal() else None
        if height is None or one.get("customHeight", "0") in ("1", "true"):
            continue
        pieces += [xml[last : match.start()], with_attribute(match[0], b"ht", b"%g" % height)]
        last = match.end()
    return b"".join([*pieces, xml[last:]])


def free_rows(xml: bytes, rows: Iterable[int]) -> list[int]:
    """Those of some rows of a worksheet whose height nobody has set."""
    fixed = set()
    for match in _ROW.finditer(xml):
        one = attributes(match[0].decode("utf-8", "replace"))
        if one.get("customHeight", "0") in ("1", "true"):
            fixed.add(one.get("r", ""))
    return [row for row in rows if str(row) not in fixed]
