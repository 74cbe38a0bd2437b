"""Units of exported amounts: what a table says it is in, and exact conversion to the standard's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.figures import Unreadable
from xlbudget.money import STANDARD_PLACES, WAN, YUAN, Amount, Unit
from xlbudget.workbook.read_cells import cell_reader
from xlbudget.workbook.read_labels import squash

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.figures import Cell

__all__ = ["Reader", "heading_unit", "stated_units", "without_unit"]

_UNITS = {
    "元": YUAN,
    "人民币元": YUAN,
    "千元": Unit("千元", 100_000, 5),
    "万元": WAN,
    "百万元": Unit("百万元", 100_000_000, 8),
    "亿元": Unit("亿元", 10_000_000_000, 10),
}
_NAMES = "|".join(sorted(_UNITS, key=len, reverse=True))
_STATED = re.compile(rf"单位[:)]?\(?(?:人民币)?({_NAMES})(?![\u4e00-\u9fff])")
_BRACKETS = re.compile(rf"\((?:(?:金额)?单位:?)?({_NAMES})\)")
_ALONE = re.compile(rf"\(?({_NAMES})\)?")


def stated_units(texts: Iterable[str]) -> set[Unit]:
    """The units that lines beside a title state: 单位：万元, （金额单位：元）, （万元）."""
    found: set[Unit] = set()
    for text in texts:
        plain = squash(text)
        match = _STATED.search(plain) or _BRACKETS.search(plain) or _ALONE.fullmatch(plain)
        if match:
            found.add(_UNITS[match[1]])
    return found


def heading_unit(text: str) -> Unit | None:
    """The unit that a heading names in brackets: 预算数（元）."""
    match = _BRACKETS.search(squash(text))
    return _UNITS[match[1]] if match else None


def without_unit(text: str) -> str:
    """A heading without its unit."""
    return _BRACKETS.sub("", squash(text))


class Reader:
    """Reads the cells of one table into the standard's unit; counts what it had to round."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.rounded = 0
        self.converted: set[Unit] = set()

    def read(self, value: object, source: Unit) -> Cell:
        """A cell that holds a number of ``source``."""
        found = cell_reader(source)(value)
        if found is None or isinstance(found, Unreadable):
            return found
        return self.convert(found)

    def convert(self, found: Amount) -> Amount:
        """An amount in the table's unit, with the decimals that the standard prints."""
        places = min(STANDARD_PLACES, self.unit.max_places)
        if found.unit == self.unit and found.places <= places:
            return found
        if found.unit != self.unit:
            self.converted.add(found.unit)
        result = found.rounded(self.unit, places)
        self.rounded += result.fen != found.fen
        return result

    def sentence(self, title: str) -> str:
        """What happened to the table's amounts, empty where nothing did."""
        said = ""
        if self.converted:
            units = "、".join(sorted(one.name for one in self.converted))
            said = f"“{title}”的金额由{units}换算成{self.unit.name}"
        if self.rounded:
            said += f"，其中{self.rounded}格" if said else f"“{title}”有{self.rounded}格"
            said += "四舍五入到两位小数"
        return f"{said}。" if said else ""
