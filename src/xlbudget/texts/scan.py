"""A paragraph as a row of tokens: phrases, numbers with units, years, and the words between them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.texts.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["NUMBER", "PHRASE", "STOP", "YEAR", "Number", "Scanner", "Token"]

PHRASE, NUMBER, YEAR, STOP = "phrase", "number", "year", "stop"
_NUMBER = r"(?P<number>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)(?P<unit>亿元|万元|元|万(?!分)|%|个|辆|台\(套\)|台|套|人|平方米)?"
_LEAD = re.compile(r"(?:\d{1,2}[.、]|\([一二三四五六七八九十\d]+\)|[一二三四五六七八九十]+、)")


class Number(NamedTuple):
    """A number as printed: its value, decimals, unit ("" where there is none)."""

    value: Decimal
    places: int
    unit: str


class Token(NamedTuple):
    """``kind`` is phrase, number, year, stop, or a group of words; ``start`` and ``end`` in the plain text."""

    kind: str
    text: str
    start: int
    end: int
    number: Number | None = None


class Scanner:
    """Finds the tokens of one section's vocabulary."""

    def __init__(self, phrases: Iterable[str], words: Mapping[str, tuple[str, ...]]) -> None:
        self._kinds = {
            plain(word): kind
            for kind, group in words.items()
            if kind not in ("before_prior", "this_year")
            for word in group
        }
        every = sorted(self._kinds, key=len, reverse=True)
        known = list(phrases)
        self._phrases = frozenset(known)
        pattern = [
            r"(?P<quoted>《[^》]*》)",
            r"(?P<date>(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?)",
            *([f"(?P<phrase>{'|'.join(map(re.escape, known))})"] if known else []),
            r"(?P<year>(?<!\d)(?:\d{4})年)",
            _NUMBER,
            f"(?P<word>{'|'.join(map(re.escape, every))})",
            r"(?P<stop>[。;,、:]|其中)",
        ]
        self._pattern = re.compile("|".join(pattern))

    def tokens(self, text: str) -> Iterator[Token]:
        """The tokens of a plain text; its leading number (1. 一、) is none."""
        lead = _LEAD.match(text)
        position = lead.end() if lead else 0
        for match in self._pattern.finditer(text, position):
            kind, found = str(match.lastgroup), match[0]
            if match["number"] is not None:
                number, unit = match["number"].replace(",", ""), match["unit"] or ""
                places = len(number.partition(".")[2])
                value = Number(Decimal(number), places, unit)
                yield Token(NUMBER, found, match.start(), match.end(), value)
            elif kind == "word":
                yield Token(self._kinds[found], found, match.start(), match.end())
            elif kind in (PHRASE, YEAR, STOP):
                yield Token(kind, found, match.start(), match.end())
