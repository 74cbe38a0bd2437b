"""Words typed by people made ready for a sentence, 部门概况 as templates see it, Chinese numerals."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import ordinal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


_ENDING = "。．.；;，,、：: "
_REPEATED = re.compile(r"([。，；、：])[。，；、：]+")
_LEADING = re.compile(
    r"(?:其?主要原因(?:是|为|在于)?|其?原因(?:是|为|在于|(?=[：:，,]))|主要是|是?因为|是?由于)[：:，,]?"
)


def clean(text: str) -> str:
    """One line of ordinary characters: no control, private-use or formatting characters.

    Line breaks and runs of white space become one space, or nothing between Chinese characters.
    """
    if text.isprintable() and " " not in text:
        return text  # as nearly all are
    kept = "".join(
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or unicodedata.category(sign)[0] != "C"
    )
    kept = " ".join(kept.split())
    return re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", kept)


def clean_clause(text: str, leading: str = "") -> str:
    """A clause that fits after set words: no closing punctuation, none doubled.

    ``leading`` is a word removed from its beginning (指, 主要用于); words that lead in a reason
    (主要原因是, 因为, 由于) are removed when it is ``原因``.
    """
    cleaned = clean(text).strip(_ENDING)
    while True:
        if leading == "原因":
            rest = _LEADING.sub("", cleaned, count=1) if _LEADING.match(cleaned) else cleaned
        else:
            rest = cleaned.removeprefix(leading)
        rest = rest.strip(_ENDING)
        if rest == cleaned:
            return _REPEATED.sub(r"\1", cleaned)
        cleaned = rest


# ------------------------------------------------------------------ 部门概况: duties, offices, remarks and budget units


_MARK = (
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


class Entry(NamedTuple):
    """A text that is taken over as it is: paragraphs below a ``name``, if it has one."""

    name: str
    texts: tuple[str, ...]


def entries_of(text: str, entries: Mapping[str, str]) -> tuple[Entry, ...]:
    """A long field of 基础信息, or a list of texts by name; nothing where both are blank."""
    alone = (Entry("", _lines([text])),) if text.strip() else ()
    return alone + tuple(Entry(_line(name), _lines([said])) for name, said in entries.items())


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
    named = [(_line(office.name), _lines([office.duty])) for office in profile.offices]
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
        if key in standard.blocks and standard.blocks[key].of_units
        for row in data.rows
        if row.kind == "unit"
    ]
    return list(dict.fromkeys(names))


def _listed(texts: Iterable[str]) -> tuple[Listed, ...]:
    cleaned = [text for text in map(_line, texts) if text]
    marked = _all_marked(cleaned)
    return tuple(Listed(str(number), text, marked) for number, text in enumerate(cleaned, 1))


def _all_marked(texts: list[str]) -> bool:
    return bool(texts) and all(re.match(_MARK, text) for text in texts)


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Every line that was typed is a paragraph."""
    return tuple(line for text in texts for part in text.splitlines() if (line := _line(part)))


def _line(text: str) -> str:
    """Ordinary characters; a # would make a heading of the paragraph."""
    return clean(text).lstrip("# ")
