"""The published explanation and glossary: paragraphs as they stand, as units for the checks, as final texts."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.imported import GLOSSARY_TEXT, NOTES_TEXT, PublishedText
from xlbudget.exchange.published.pieces import Line
from xlbudget.figures import Place, TextUnit
from xlbudget.notes.document import HEADING
from xlbudget.notes.explain import explain, glossary
from xlbudget.notes.source import load_source
from xlbudget.texts.readings import plain
from xlbudget.workbook.read_labels import heading, row_label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.exchange.imported import Imported
    from xlbudget.exchange.published.parts import DocumentPart
    from xlbudget.figures import Book
    from xlbudget.notes.document import Paragraph
    from xlbudget.standard.model import Standard

__all__ = [
    "DOCUMENTS",
    "FinalMatch",
    "final_texts",
    "lost_texts",
    "published_texts",
    "published_units",
    "units_of",
]

DOCUMENTS = {"explanation": NOTES_TEXT, "glossary": GLOSSARY_TEXT}
"""The documents of ``notes/sections.toml`` whose paragraphs are kept, and their part."""
_NUMBERED = re.compile(r"([一二三四五六七八九十]{1,3})、")
_INNER = re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]")
_HEADING_LENGTH = 40
_CLOSE = 0.8
_ALIKE = 0.35
"""Paragraphs less alike than this are not two versions of one."""
_HELD = 0.6
"""So much of a paragraph stands in another one that it says the same."""
_SENTENCE = "。；：，;:"


class FinalMatch(NamedTuple):
    """Generated paragraph id -> published text.

    ``unmatched`` are the published paragraphs without a counterpart. ``covered`` are generated ones
    without, whose content stands in another published paragraph of their section (id -> its id):
    published beside it, they would say the same twice.
    """

    texts: Mapping[str, str]
    unmatched: tuple[PublishedText, ...]
    covered: Mapping[str, str] = {}


def published_texts(standard: Standard, part: DocumentPart) -> tuple[PublishedText, ...]:
    """The paragraphs of a part with the number of the section in which they stand."""
    kind = DOCUMENTS[part.holds]
    specs = load_source(standard).sections.get(part.holds, ())
    titles = {
        heading(row_label(_year_free(one.heading))): one.number for one in specs if one.heading
    }
    section = next((one.number for one in specs if not one.heading), "")
    found = []
    for one in part.pieces:
        if not isinstance(one, Line):
            continue
        number = _section_of(titles, one.text) if titles else ""
        section = number or section
        found.append(PublishedText(kind, section, one.text, one.where))
    return tuple(found)


def _year_free(text: str) -> str:
    return re.sub(r"\{\w+\}", "2000", text)


def _section_of(titles: Mapping[str, str], text: str) -> str:
    """The section whose heading a line is: by its words, else by its number."""
    if len(text) > _HEADING_LENGTH or (text[-1] in _SENTENCE):
        return ""
    label = heading(row_label(text))
    if label in titles:
        return titles[label]
    match = _NUMBERED.match(text)
    if match is None:
        return ""
    near = difflib.get_close_matches(label, list(titles), 1, _CLOSE)
    return titles[near[0]] if near else match[1] if match[1] in titles.values() else ""


# ------------------------------------------------------------------ for the checks


def published_units(imported: Imported) -> tuple[TextUnit, ...]:
    """The paragraphs as the checks of texts read them."""
    return units_of(imported.texts)


def units_of(texts: Sequence[PublishedText]) -> tuple[TextUnit, ...]:
    """Paragraphs with an id in their section, and whether each is a heading."""
    found: list[TextUnit] = []
    counts: dict[tuple[str, str], int] = {}
    for one in texts:
        titled = _is_heading(one, first=(one.part, one.section) not in counts)
        number = counts.get((one.part, one.section), -1) + 1
        counts[one.part, one.section] = number
        identity = f"{one.section}.{number}" if number else one.section
        place = Place(_TITLES[one.part], one.where)
        found.append(TextUnit(one.part, one.section, identity, one.text, place, titled))
    return tuple(found)


_TITLES = {NOTES_TEXT: "情况说明", GLOSSARY_TEXT: "名词解释"}


def _is_heading(one: PublishedText, *, first: bool) -> bool:
    if len(one.text) > _HEADING_LENGTH or one.text[-1] in _SENTENCE or one.part != NOTES_TEXT:
        return False
    return bool(_INNER.match(one.text)) or (first and bool(_NUMBERED.match(one.text)))


# ------------------------------------------------------------------ for the workbook


def final_texts(standard: Standard, book: Book, texts: tuple[PublishedText, ...]) -> FinalMatch:
    """Which generated paragraph each published one is a version of, section by section, in order."""
    found: dict[str, str] = {}
    unmatched: list[PublishedText] = []
    covered: dict[str, str] = {}
    for document, part in (
        (explain(standard, book), NOTES_TEXT),
        (glossary(standard, book), GLOSSARY_TEXT),
    ):
        mine = [one for one in texts if one.part == part]
        known = {section.number for section in document.sections}
        unmatched += [one for one in mine if one.section not in known]
        for section in document.sections:
            given = [one for one in mine if one.section == section.number]
            matched, left = _aligned(section.paragraphs, given)
            found |= matched
            covered |= _covered(section.paragraphs, matched)
            unmatched += left
    order = {id(one): number for number, one in enumerate(texts)}
    unmatched.sort(key=lambda one: order.get(id(one), 0))
    return FinalMatch(found, tuple(unmatched), covered)


def _aligned(
    paragraphs: Sequence[Paragraph], given: Sequence[PublishedText]
) -> tuple[dict[str, str], list[PublishedText]]:
    """The pairs of most likeness that keep the order of both."""
    likeness = [[_likeness(one, other) for other in given] for one in paragraphs]
    rows, columns = len(paragraphs), len(given)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            here = likeness[row][column]
            pair = here + best[row + 1][column + 1] if here >= _ALIKE else 0.0
            best[row][column] = max(pair, best[row + 1][column], best[row][column + 1])
    matched: dict[str, str] = {}
    left: list[PublishedText] = []
    row = column = 0
    while column < columns:
        here = likeness[row][column] if row < rows else 0.0
        if row < rows and here >= _ALIKE and best[row][column] == here + best[row + 1][column + 1]:
            matched[paragraphs[row].id] = given[column].text
            row, column = row + 1, column + 1
        elif row < rows and best[row][column] == best[row + 1][column]:
            row += 1
        else:
            left.append(given[column])
            column += 1
    return matched, left


def _covered(paragraphs: Sequence[Paragraph], matched: Mapping[str, str]) -> dict[str, str]:
    """Paragraphs without a counterpart most of whose words stand in a neighbour's, in their order."""
    found: dict[str, str] = {}
    for one in paragraphs:
        text = plain(one.text)
        if one.id in matched or one.kind == HEADING or not text:
            continue
        shared = {key: _shared(text, plain(other)) for key, other in matched.items()}
        best = max(shared, key=lambda key: shared[key], default="")
        if best and shared[best] >= _HELD * len(text):
            found[one.id] = best
    return found


def _shared(text: str, other: str) -> int:
    """How many letters of a text stand in another one, in their order and not alone."""
    blocks = difflib.SequenceMatcher(None, text, other, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size > 1)


def _likeness(one: Paragraph, other: PublishedText) -> float:
    """How alike two paragraphs are, from 0 to 1; a heading is only like a heading."""
    titled = len(other.text) <= _HEADING_LENGTH and other.text[-1] not in _SENTENCE
    if (one.kind == HEADING) != titled:
        return 0.0
    return difflib.SequenceMatcher(None, plain(one.text), plain(other.text), autojunk=False).ratio()


def lost_texts(match: FinalMatch) -> Iterator[str]:
    """Sentences on paragraphs without a counterpart, published or generated."""
    for one in match.unmatched:
        yield f"{_TITLES[one.part]}{one.where}的段落（“{one.text[:20]}…”）没有对应的生成段落，没有写入定稿。"
    for key, other in match.covered.items():
        yield f"生成段落“{key}”的内容公开文本写在“{other}”里；请清空“{key}”的定稿，以免重复。"
