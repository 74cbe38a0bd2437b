"""The list numbers of a .docx, counted and printed as Word does (ISO 29500-1, 17.9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import ordinal

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element as Node

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_LARGEST = 999
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_FIRST_CIRCLED, _CIRCLED = 0x2460, 20
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
          (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


class _Level(NamedTuple):
    """A level of a list: its first number, how numbers are written and what stands around them."""

    start: int
    form: str
    text: str


class Numbering:
    """The list numbers of a document's paragraphs, asked for in their order."""

    def __init__(self, numbering: Node, styles: Node) -> None:
        lists = {
            one.get(f"{_W}abstractNumId", ""): {
                _whole(level.get(f"{_W}ilvl")): _level(level) for level in one.iter(f"{_W}lvl")
            }
            for one in numbering.iter(f"{_W}abstractNum")
        }
        self._lists: dict[str, tuple[str, dict[int, _Level]]] = {}
        for one in numbering.iter(f"{_W}num"):
            key = _value(one, "abstractNumId")
            levels = dict(lists.get(key, {}))
            for override in one.iter(f"{_W}lvlOverride"):
                at = _whole(override.get(f"{_W}ilvl"))
                own = override.find(f"{_W}lvl")
                levels[at] = _level(own) if own is not None else levels.get(at, _Level(1, "", ""))
                if start := _value(override, "startOverride"):
                    levels[at] = levels[at]._replace(start=_whole(start))
                    key = f"{key}/{one.get(f'{_W}numId', '')}"  # counts for itself
            self._lists[one.get(f"{_W}numId", "")] = key, levels
        self._styles = {one.get(f"{_W}styleId", ""): one for one in styles.iter(f"{_W}style")}
        self._counts: dict[str, dict[int, int]] = {}

    def next(self, paragraph: Node) -> str:
        """What Word prints before a paragraph; empty where it is in no list, or has a mere bullet."""
        if not self._lists:
            return ""
        number, at = self._place(paragraph)
        key, levels = self._lists.get(number, ("", {}))
        if at not in levels:
            return ""
        counts = self._counts.setdefault(key, {})
        counts[at] = counts.get(at, levels[at].start - 1) + 1
        for deeper in [level for level in counts if level > at]:
            del counts[deeper]
        if levels[at].form in ("bullet", "none"):
            return ""

        def printed(place: re.Match[str]) -> str:
            level = int(place[1]) - 1
            spec = levels.get(level, levels[at])
            return _printed(counts.get(level, spec.start), spec.form)

        return _PLACE.sub(printed, levels[at].text)

    def _place(self, paragraph: Node) -> tuple[str, int]:
        """The list and level of a paragraph, by itself, by its style or one that this is based on."""
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return "", 0
        number = level = ""
        style = _value(properties, "pStyle")
        seen: set[str] = set()
        while True:
            own = None if properties is None else properties.find(f"{_W}numPr")
            if own is not None:
                number, level = _value(own, "numId"), level or _value(own, "ilvl")
            if number or style in seen or style not in self._styles:
                return number, _whole(level)
            seen.add(style)
            properties = self._styles[style].find(f"{_W}pPr")
            style = _value(self._styles[style], "basedOn")


def _value(parent: Node, name: str) -> str:
    element = parent.find(f"{_W}{name}")
    return "" if element is None else element.get(f"{_W}val", "")


def _whole(text: str | None) -> int:
    """A whole number; 0 for anything else."""
    return (
        int(text) if text and text.isascii() and text.isdigit() and len(text) < len("100000") else 0
    )


def _level(level: Node) -> _Level:
    return _Level(
        _whole(_value(level, "start") or "1"), _value(level, "numFmt"), _value(level, "lvlText")
    )


def _letters(number: int) -> str:
    """Word repeats the letter after z: aa, bb."""
    times, at = divmod(number - 1, 26)
    return chr(ord("a") + at) * (times + 1)


def _roman(number: int) -> str:
    found = ""
    for size, sign in _ROMAN:
        found += sign * (number // size)
        number %= size
    return found


def _circled(number: int) -> str:
    return chr(_FIRST_CIRCLED + number - 1) if number <= _CIRCLED else str(number)


_CHINESE = (
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand",
    "taiwaneseCounting", "ideographDigital", "japaneseDigitalTenThousand",
)  # fmt: skip
_FORMS: dict[str, Callable[[int], str]] = {
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperRoman": _roman,
    "decimalFullWidth": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalZero": "{:02d}".format,
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), _circled),
    "ideographTraditional": lambda number: _STEMS[(number - 1) % len(_STEMS)],
    **dict.fromkeys(_CHINESE, ordinal),
}


def _printed(number: int, form: str) -> str:
    return _FORMS[form](number) if form in _FORMS and 0 < number <= _LARGEST else str(number)
