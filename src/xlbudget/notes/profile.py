"""部门概况 as templates see it: duties, offices, remarks and budget units, ready for paragraphs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.notes.wording import clean, ordinal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

__all__ = ["Listed", "ListedOffice", "ProfileTexts", "profile_texts"]

_MARK = re.compile(
    r"(?:[（(](?:[0-9]{1,3}|[一二三四五六七八九十百]{1,5})[）)]"
    r"|(?:[0-9]{1,3}|[一二三四五六七八九十百]{1,5})[、.．])"
)
_MOST = 999
"""Numerals are written out up to this one."""


class Listed(NamedTuple):
    """An entry of a list; ``marked``: its text begins with a number of its own."""

    number: str
    text: str
    marked: bool


class ListedOffice(NamedTuple):
    """An office: ``ordinal`` is 一, 二 …; ``texts`` are the paragraphs of its duty."""

    ordinal: str
    name: str
    texts: tuple[str, ...]
    marked: bool


class ProfileTexts(NamedTuple):
    """What 部门概况 holds; ``unit_count`` is how many budget units it names."""

    duties: tuple[Listed, ...]
    offices: tuple[ListedOffice, ...]
    remarks: tuple[str, ...]
    units: tuple[Listed, ...]
    unit_count: str


def profile_texts(standard: Standard, book: Book) -> ProfileTexts:
    """The texts of a book; without budget units of its own, those of the tables by unit."""
    profile = book.profile
    units = profile.units or _units_of_tables(standard, book)
    listed = _listed(units)
    named = [(_line(one.name), _lines([one.duty])) for one in profile.offices]
    marked = _all_marked([name for name, _ in named if name])
    offices = [
        ListedOffice(ordinal(min(number, _MOST)), name, texts, marked)
        for number, (name, texts) in enumerate(named, 1)
    ]
    return ProfileTexts(
        _listed(_lines(profile.duties)),
        tuple(offices),
        _lines([profile.remark]),
        listed,
        str(len(listed)),
    )


def _units_of_tables(standard: Standard, book: Book) -> list[str]:
    names = [
        row.label or row.key
        for key, data in book.blocks.items()
        if key in standard.blocks and standard.blocks[key].body == "unit"
        for row in data.rows
        if row.kind == "unit"
    ]
    return list(dict.fromkeys(names))


def _listed(texts: Iterable[str]) -> tuple[Listed, ...]:
    cleaned = [text for text in map(_line, texts) if text]
    marked = _all_marked(cleaned)
    return tuple(Listed(str(number), text, marked) for number, text in enumerate(cleaned, 1))


def _all_marked(texts: list[str]) -> bool:
    return bool(texts) and all(_MARK.match(text) for text in texts)


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Every line that was typed is a paragraph."""
    return tuple(line for text in texts for part in text.splitlines() if (line := _line(part)))


def _line(text: str) -> str:
    """Ordinary characters; a # would make a heading of the paragraph."""
    return clean(text).lstrip("# ")
