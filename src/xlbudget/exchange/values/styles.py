"""The looks of the copy: those of the source, and bold ones where a format asked for dropped cells."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from xlbudget.exchange.values.xml import MAIN, parsed, serialized

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Styles"]


class Styles:
    """The styles' part; new cell formats are added behind the others."""

    def __init__(self, data: bytes, part: str) -> None:
        self._root = parsed(data, part)
        self._bold: dict[str, str] = {}

    def bold(self, style: str) -> str:
        """The number of the same cell format in bold; the number itself where there is none."""
        if style not in self._bold:
            self._bold[style] = self._made_bold(style)
        return self._bold[style]

    def _made_bold(self, style: str) -> str:
        formats, fonts = self._root.find(f"{MAIN}cellXfs"), self._root.find(f"{MAIN}fonts")
        number = int(style) if style.isdecimal() else 0
        if formats is None or fonts is None or number >= len(formats):
            return style
        made = deepcopy(formats[number])
        font = deepcopy(fonts[int(made.get("fontId", 0))])
        if font.find(f"{MAIN}b") is None:
            font.insert(0, font.makeelement(f"{MAIN}b", {}))
        made.set("applyFont", "1")
        made.set("fontId", str(_append(fonts, font)))
        return str(_append(formats, made))

    def part(self) -> bytes:
        """The part that holds them."""
        return serialized(self._root)


def _append(parent: Element, child: Element) -> int:
    parent.append(child)
    parent.set("count", str(len(parent)))
    return len(parent) - 1
