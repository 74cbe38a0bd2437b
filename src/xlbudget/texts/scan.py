"""A paragraph as a row of tokens: phrases, numbers with units, years, and the words between them."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.texts.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["NUMBER", "PHRASE", "STOP", "YEAR", "Number", "Scanner", "Token"]

PHRASE, NUMBER, YEAR, STOP = "phrase", "number", "year", "stop"
_NUMBER = r"(?P<number>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)(?P<unit>亿元|万元|元|万(?![\u4e00-\u9fff])|万(?=[其比较与增减占用主当])|%|个|辆|台\(套\)|台|套|人(?![次均])|平方米)?"
_NO_TOKENS = ("before_prior", "this_year", "filler", "limit", "beyond")
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


class _Words(NamedTuple):
    """What every section's sentences are made of: the pattern before phrases, and that after them."""

    kinds: Mapping[str, str]
    before: re.Pattern[str]
    after: re.Pattern[str]


@lru_cache(maxsize=8)
def _words(groups: tuple[tuple[str, tuple[str, ...]], ...]) -> _Words:
    kinds = {
        plain(word): kind for kind, group in groups if kind not in _NO_TOKENS for word in group
    }
    every = sorted(kinds, key=len, reverse=True)
    before = r"《[^》]*》|(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?"
    after = [
        r"(?P<year>(?<!\d)(?:\d{4})年)",
        _NUMBER,
        f"(?P<word>{'|'.join(map(re.escape, every))})",
        r"(?P<stop>[。;,、:]|其中)",
    ]
    return _Words(kinds, re.compile(before), re.compile("|".join(after)))


class Scanner:
    """Finds the tokens of one section's vocabulary.

    Phrases are looked up by their first sign: a pattern of all of them takes longer to make than
    all texts to read.
    """

    def __init__(self, phrases: Iterable[str], words: Mapping[str, tuple[str, ...]]) -> None:
        self._words = _words(tuple(words.items()))
        self._phrases: dict[str, list[str]] = {}
        for phrase in sorted(phrases, key=len, reverse=True):
            self._phrases.setdefault(phrase[0], []).append(phrase)

    def tokens(self, text: str) -> Iterator[Token]:
        """The tokens of a plain text; its leading number (1. 一、) is none."""
        kinds, before, after = self._words
        lead = _LEAD.match(text)
        position = lead.end() if lead else 0
        while position < len(text):
            aside = before.match(text, position)
            if aside is not None:
                position = aside.end()
                continue
            phrase = next(
                (
                    one
                    for one in self._phrases.get(text[position], ())
                    if text.startswith(one, position)
                ),
                None,
            )
            if phrase is not None:
                yield Token(PHRASE, phrase, position, position + len(phrase))
                position += len(phrase)
                continue
            match = after.match(text, position)
            if match is None:
                position += 1
                continue
            yield _token(kinds, match)
            position = match.end()


def _token(kinds: Mapping[str, str], match: re.Match[str]) -> Token:
    found = match[0]
    if match["number"] is not None:
        number, unit = match["number"].replace(",", ""), match["unit"] or ""
        value = Number(Decimal(number), len(number.partition(".")[2]), unit)
        return Token(NUMBER, found, match.start(), match.end(), value)
    kind = kinds[found] if match["word"] is not None else str(match.lastgroup)
    return Token(kind, found, match.start(), match.end())
