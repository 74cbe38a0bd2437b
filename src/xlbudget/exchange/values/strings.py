"""The texts of the copy: those of the cells that it shows, and no others."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from xlbudget.errors import UnusableFileError
from xlbudget.exchange.values.xml import MAIN, added, parsed, serialized

__all__ = ["Strings"]

_KEEP_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


class Strings:
    """Texts with their numbers, collected as cells ask for them; rich text keeps its looks."""

    def __init__(self, old: bytes | None, part: str = "") -> None:
        self._old = [] if old is None else parsed(old, part).findall(f"{MAIN}si")
        self._numbers: dict[bytes, int] = {}
        self._made: list[ET.Element] = []
        self._known: dict[str, int] = {}
        self.uses = 0

    def of_old(self, number: str) -> int:
        """The new number of a text of the source.

        Raises:
            UnusableFileError: the source has no such text.
        """
        if not number.strip().isdecimal() or int(number) >= len(self._old):
            raise UnusableFileError(
                "工作簿的文字表与单元格不符；请在 Excel 中打开并另存为 .xlsm 或 .xlsx 后再试。"
            )
        return self._number(self._old[int(number)])

    def of_element(self, inside: ET.Element) -> int:
        """The number of a text that stood in its cell."""
        made = ET.Element(f"{MAIN}si")
        made.extend(list(inside))
        return self._number(made)

    def of_text(self, text: str) -> int:
        """The number of a plain text, as it is written in XML (escapes included)."""
        made = ET.Element(f"{MAIN}si")
        inside = added(made, "t", text)
        if text != text.strip() or "\n" in text:
            inside.set(_KEEP_SPACE, "preserve")
        return self._number(made)

    def shown(self, cell: ET.Element) -> str:
        """The text that a cell of the source shows; "" for one that holds no text."""
        value = cell.findtext(f"{MAIN}v") or ""
        kind = cell.get("t", "n")
        if kind == "s" and value.isdecimal() and int(value) < len(self._old):
            return _plain(self._old[int(value)])
        inside = cell.find(f"{MAIN}is")
        return _plain(inside) if inside is not None else value * (kind == "str")

    def _number(self, one: ET.Element) -> int:
        self.uses += 1
        one.tail = None
        key = ET.tostring(one)
        if key not in self._numbers:
            self._numbers[key] = len(self._made)
            self._made.append(one)
        return self._numbers[key]

    def part(self) -> bytes:
        """The part that holds them."""
        root = ET.Element(
            f"{MAIN}sst", {"count": str(self.uses), "uniqueCount": str(len(self._made))}
        )
        root.extend(self._made)
        return serialized(root)


def _plain(one: ET.Element) -> str:
    """A text without its looks."""
    return "".join(
        found.text or ""
        for path in (f"{MAIN}t", f"{MAIN}r/{MAIN}t")
        for found in one.iterfind(path)
    )
