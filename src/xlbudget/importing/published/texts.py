"""The texts of a published document: explanation, glossary, 部门概况, and every text with its place."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import heading, row_label
from xlbudget.explaining.document import HEADING
from xlbudget.explaining.explain import explain, glossary
from xlbudget.explaining.plan import load_plan
from xlbudget.explaining.source import load_source
from xlbudget.figures import Office, Place, Printed, Profile, TextUnit
from xlbudget.importing.imported import GLOSSARY_TEXT, NOTES_TEXT, PublishedText
from xlbudget.importing.published.elements import Line, Matrix
from xlbudget.standard.layers import layer_path
from xlbudget.texts.readings import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.explaining.document import Paragraph
    from xlbudget.figures import Book
    from xlbudget.importing.published.recognise import DocumentPart, Parts
    from xlbudget.standard.model import Standard


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
_TITLES = {NOTES_TEXT: "情况说明", GLOSSARY_TEXT: "名词解释"}
_OFFICE = re.compile(r"[(（]?(?:[一二三四五六七八九十百]{1,4}|\d{1,2})[)）、.．]\s*(?=\S)")
_DIGIT = re.compile(r"[(（]?\d{1,3}[)）、.．]\s*")
_DUTY_END = "。；：！？"
_NAME = 40
"""An office's name has fewer letters."""
_COVER, _CONTENTS, _REST = "封面", "目录", "公开文本"
_BROKEN_AFTER = re.compile(r"[0-9A-Za-z._%+-]+(?:@[0-9A-Za-z.-]*)?$")
_BROKEN_BEFORE = re.compile(r"@?[0-9A-Za-z.-]+")


class FinalMatch(NamedTuple):
    """Generated paragraph id -> published text.

    ``unmatched`` are the published paragraphs without a counterpart. ``covered`` are generated ones
    without, whose content stands in another published paragraph of their section (id -> its id):
    published beside it, they would say the same twice. ``free`` are the published paragraphs of free parts.
    """

    texts: Mapping[str, str]
    unmatched: tuple[PublishedText, ...]
    covered: Mapping[str, str] = {}
    free: tuple[PublishedText, ...] = ()


def published_texts(part: DocumentPart) -> tuple[PublishedText, ...]:
    """The paragraphs of a part with the number of the section in which they stand."""
    kind, specs = DOCUMENTS[part.plan.holds], part.plan.sections
    titles = {
        heading(row_label(re.sub(r"\{\w+\}", "2000", section.heading))): section.number
        for section in specs
        if section.heading
    }
    section = next((section.number for section in specs if not section.heading), "")
    section = specs[0].number if len(specs) == 1 else section
    texts = []
    for line in part.elements:
        if isinstance(line, Line):
            section = (_section_of(titles, line.text) if titles else "") or section
            texts.append(PublishedText(kind, section, line.text, line.where))
    return tuple(texts)


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


def units_of(texts: Sequence[PublishedText]) -> tuple[TextUnit, ...]:
    """Paragraphs with an id in their section, and whether each is a heading."""
    units: list[TextUnit] = []
    counts: dict[tuple[str, str], int] = {}
    for text in texts:
        titled = _is_heading(text, first=(text.part, text.section) not in counts)
        number = counts.get((text.part, text.section), -1) + 1
        counts[text.part, text.section] = number
        identity = f"{text.section}.{number}" if number else text.section
        place = Place(_TITLES[text.part], text.where)
        units.append(TextUnit(text.part, text.section, identity, text.text, place, titled))
    return tuple(units)


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
        mine = [text for text in texts if text.part == part]
        known = {section.number for section in document.sections}
        unmatched += [text for text in mine if text.section not in known]
        for section in document.sections:
            given = [text for text in mine if text.section == section.number]
            matched, left = _aligned(section.paragraphs, given)
            found |= matched
            covered |= _covered(section.paragraphs, matched)
            unmatched += left
    parts = load_plan(standard).parts
    free = {section.number for part in parts if part.spec.free for section in part.sections}
    own = tuple(text for text in unmatched if text.part == NOTES_TEXT and text.section in free)
    unmatched = [text for text in unmatched if text not in own]
    order = {id(one): number for number, one in enumerate(texts)}
    unmatched.sort(key=lambda text: order.get(id(text), 0))
    return FinalMatch(found, tuple(unmatched), covered, own)


def _aligned(
    paragraphs: Sequence[Paragraph], given: Sequence[PublishedText]
) -> tuple[dict[str, str], list[PublishedText]]:
    """The pairs of most likeness that keep the order of both."""
    likeness = [[_likeness(paragraph, text) for text in given] for paragraph in paragraphs]
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
    for paragraph in paragraphs:
        text = plain(paragraph.text)
        if paragraph.id in matched or paragraph.kind == HEADING or not text:
            continue
        shared = {key: _shared(text, plain(other)) for key, other in matched.items()}
        best = max(shared, key=lambda key: shared[key], default="")
        if best and shared[best] >= _HELD * len(text):
            found[paragraph.id] = best
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
    for text in match.unmatched:
        yield f"{_TITLES[text.part]}{text.where}的段落（“{text.text[:20]}…”）没有对应的生成段落，没有写入定稿。"
    for section in dict.fromkeys(text.section for text in match.free):
        texts = [text for text in match.free if text.section == section]
        yield (
            f"{_TITLES[NOTES_TEXT]}{texts[0].where}起的{len(texts)}段（“{texts[0].text[:20]}…”）由单位自己编写，"
            "没有写入定稿；需要时请贴到该部分的标题下面。"
        )
    for key, other in match.covered.items():
        yield f"生成段落“{key}”的内容公开文本写在“{other}”里；请清空“{key}”的定稿，以免重复。"


def profile_lines(standard: Standard, parts: Iterable[DocumentPart]) -> dict[str, list[Line]]:
    """The lines of each section by what its template shows: duties, offices, units."""
    found: dict[str, list[Line]] = {"duties": [], "offices": [], "units": []}
    layers = load_source(standard).layers
    for part in parts:
        titles: dict[str, str] = {}
        for spec in part.plan.sections:
            path = layer_path(layers, f"notes/{spec.template}") if spec.template else None
            template = path.read_text(encoding="utf-8") if path is not None else ""
            shown = (key for key in found if f"profile.{key}" in template)
            titles[row_label(spec.heading)] = next(shown, "")
        # The heading of a part's only section is the part's.
        current = next(iter(titles.values())) if len(titles) == 1 else ""
        for line in part.elements:
            if not isinstance(line, Line):
                continue
            label = row_label(line.text)
            if label in titles:
                current = titles[label]
            elif current:
                found[current].append(line)
    return found


def read_profile_part(lines: Mapping[str, Sequence[Line]]) -> Profile:
    """The profile that the lines describe."""
    duties = [line.text for line in lines["duties"]]
    if all(map(_DIGIT.match, duties)):  # all are numbered
        duties = [_DIGIT.sub("", text, count=1) for text in duties]
    offices, remark = _offices([line.text for line in lines["offices"]])
    units = [
        _DIGIT.sub("", line.text, count=1)
        for line in lines["units"]
        if _DIGIT.match(line.text) and line.text[-1] not in _DUTY_END
    ]
    return Profile(tuple(duties), remark, tuple(offices), tuple(units))


def _offices(texts: Sequence[str]) -> tuple[list[Office], str]:
    """Offices with their duties; what stands below a finished duty of the last one is the remark."""
    found: list[tuple[str, list[str]]] = []
    before: list[str] = []
    for text in texts:
        mark = _OFFICE.match(text)
        if mark is not None and len(text) <= _NAME and text[-1] not in _DUTY_END:
            found.append((text[mark.end() :], []))
        elif mark is not None and (
            split := re.match(r"([^。；：:]{2,30})[：:。](.+)", text[mark.end() :])
        ):
            found.append((split[1], [split[2]]))
        elif found:
            found[-1][1].append(text)
        else:
            before.append(text)
    tail: list[str] = []
    if found:
        duty = found[-1][1]
        while len(duty) > 1 and duty[-2].endswith("。"):
            tail.insert(0, duty.pop())
    offices = [Office(name, _duty(duty)) for name, duty in found]
    return offices, "\n".join([*before, *tail])


def _duty(texts: Sequence[str]) -> str:
    """One text of paragraphs that a page break may have divided."""
    whole = ""
    for text in texts:
        whole += text if not whole or whole.endswith(("；", ";", "，")) else f"\n{text}"
    return whole


def printed_texts(parts: Parts) -> Iterator[Printed]:
    """Cover, contents, all parts: paragraphs, and cells with what stands on their left."""
    yield from _elements(_COVER, parts.cover)
    yield from _elements(_CONTENTS, parts.contents)
    for part in parts.parts:
        yield from _elements(part.heading.text, part.elements)
    yield from _elements(_REST, parts.rest)


def _elements(name: str, elements: Iterable[Line | Matrix]) -> Iterator[Printed]:
    paragraph = Line("", "")
    for one in (*elements, Matrix([], "")):
        if isinstance(one, Line) and _goes_on(paragraph.text, one.text):
            paragraph = paragraph._replace(text=f"{paragraph.text}\n{one.text}")
            continue
        if paragraph.text:
            yield Printed(paragraph.text, Place(name, paragraph.where))
        paragraph = one if isinstance(one, Line) else Line("", "")
        for number, line in enumerate(() if isinstance(one, Line) else one.lines, 1):
            before = ""
            for column, text in enumerate(line, 1):
                if text:
                    where = f"{one.where}第{number}行第{column}列"
                    yield Printed(text, Place(name, where), before)
                before = text


def _goes_on(before: str, text: str) -> bool:
    """Whether a mail address was broken between two lines."""
    end, start = _BROKEN_AFTER.search(before), _BROKEN_BEFORE.match(text)
    return bool(end and start and ("@" in end[0] or start[0].startswith("@")))
