"""Books with their explanation as text, harmed and reworded at random."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.explaining.explain import explain, glossary
from xlbudget.figures import TextUnit
from xlbudget.importing.data_folder import read_folder
from xlbudget.standard.loader import with_subject_files, with_subjects

if TYPE_CHECKING:
    from xlbudget.explaining.document import Document, Paragraph
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

__all__ = ["SLIPS", "Slip", "culture_bureau", "reworded", "slips", "with_texts"]


def with_texts(standard: Standard, book: Book) -> Book:
    """The book with the generated explanation and glossary as its texts."""
    units = []
    for part, document in (
        ("notes", explain(standard, book)),
        ("glossary", glossary(standard, book)),
    ):
        units += [
            TextUnit(part, section.number, one.id, one.text, heading=one.kind == "标题")
            for section in document.sections
            for one in section.paragraphs
        ]
    return book._replace(texts=tuple(units))


class Slip(NamedTuple):
    """A paragraph's id and its text with one mistake in it."""

    kind: str
    id: str
    text: str


SLIPS = ("digit", "unit", "year", "direction", "reason", "subject")
_OPPOSITE = {"增加": "减少", "减少": "增加", "增长": "下降", "下降": "增长"}
_REASON = re.compile(r"，主要原因是[^。]*(?=。)")


def slips(document: Document, count: int, seed: int) -> list[Slip]:
    """So many mistakes of all kinds in the figures of a generated explanation."""
    chance = random.Random(seed)
    found: list[Slip] = []
    paragraphs = [one for one in document.paragraphs if one.spans]
    while len(found) < count:
        one = chance.choice(paragraphs)
        kind = SLIPS[len(found) % len(SLIPS)]
        text = _harmed(chance, kind, one)
        if text and text != one.text:
            found.append(Slip(kind, one.id, text))
    return found


def _harmed(chance: random.Random, kind: str, one: Paragraph) -> str:
    text = one.text
    if kind == "digit":
        spans = [span for span in one.spans if span.figure.kind in ("amount", "percent", "count")]
        if not spans:
            return ""
        span = chance.choice(spans)
        places = [at for at in range(span.start, span.end) if text[at].isdigit()]
        at = chance.choice(places)
        return text[:at] + chance.choice([d for d in "123456789" if d != text[at]]) + text[at + 1 :]
    if kind == "unit":
        spans = [
            span
            for span in one.spans
            if text[span.end : span.end + 2] == "万元" and span.figure.kind == "amount"
        ]
        if not spans:
            return ""
        end = chance.choice(spans).end
        return text[:end] + chance.choice(["元", "万", ""]) + text[end + 2 :]
    if kind == "year":
        spans = [span for span in one.spans if span.figure.kind == "year"]
        if not spans:
            return ""
        span = chance.choice(spans)
        year = int(text[span.start : span.end]) + chance.choice([-2, -1, 1, 2, 10])
        return f"{text[: span.start]}{year}{text[span.end :]}"
    if kind == "direction":
        spans = [span for span in one.spans if span.figure.text in _OPPOSITE]
        if not spans:
            return ""
        span = chance.choice(spans)
        return text[: span.start] + _OPPOSITE[span.figure.text] + text[span.end :]
    if kind == "reason":
        matches = list(_REASON.finditer(text))
        if not matches:
            return ""
        match = chance.choice(matches)
        return text[: match.start()] + text[match.end() :]
    return _without_subject(chance, text)


def _without_subject(chance: random.Random, text: str) -> str:
    """One of a list of subjects left out."""
    lists = list(re.finditer(r"(?:包括：|其中：|分类：)([^。]*、[^。]*)", text))
    if not lists:
        return ""
    match = chance.choice(lists)
    parts = match[1].split("、")
    if any(mark in match[1] for mark in ("当年预算", "一级项目", "政府采购", "本年财政")):
        return ""
    del parts[chance.randrange(len(parts))]
    return text[: match.start(1)] + "、".join(parts) + text[match.end(1) :]


_SYNONYMS = (
    ("总收入", "收入总计"),
    ("总支出", "支出总计"),
    ("，主要原因是", "，主要原因为"),
    ("与2023年相比增加", "比2023年增加"),
    ("增加622.67", "上升622.67"),
    ("均为一般公共预算拨款收入", "全部为一般公共预算财政拨款收入"),
    ("当年预算", "本年预算"),
    ("减少1.20", "降低1.20"),
    ("无增减", "持平"),
    ("，其中：", "。其中："),
    ("主要包括：", "包括"),
    ("6,295.86", "6295.86"),
    ("下降6.55%", "降低6.55%"),
    ("（类）", ""),
    ("因公出国（境）费", "因公出国（境）费用"),
    ("万元", " 万元"),
)


def reworded(book: Book, seed: int) -> Book:
    """The same facts in other words: synonyms, clauses in another order, sentences merged."""
    chance = random.Random(seed)
    chosen = [pair for pair in _SYNONYMS if chance.random() < 0.4]
    units = []
    for unit in book.texts:
        text = unit.text
        if unit.part == "notes" and not unit.heading:
            for old, new in chosen:
                text = text.replace(old, new)
            if chance.random() < 0.4:
                text = _shuffled(chance, text)
            if chance.random() < 0.3:
                text = text[:-1].replace("。", "；") + text[-1:]
        units.append(unit._replace(text=text))
    merged: list[TextUnit] = []
    for unit in units:
        before = merged[-1] if merged else None
        same = before is not None and before.section == unit.section and before.part == "notes"
        if same and not unit.heading and not before.heading and chance.random() < 0.2:
            merged[-1] = before._replace(text=before.text + unit.text)
        else:
            merged.append(unit)
    return book._replace(texts=tuple(merged))


def _shuffled(chance: random.Random, text: str) -> str:
    """A list after 其中： or 包括： in another order."""

    def mixed(match: re.Match[str]) -> str:
        mark = "；" if "；" in match[2] else "、"
        parts = match[2].split(mark)
        chance.shuffle(parts)
        return match[1] + mark.join(parts)

    return re.sub(r"(其中：|包括：|分类：)([^。]*)", mixed, text)


def culture_bureau(standard: Standard) -> tuple[Standard, Book]:
    """The department of realistic size, with the standard that knows its subjects."""
    folder = Path(__file__).parents[1] / "cases" / "culture-bureau"
    extended = with_subject_files(standard, [("functional", folder / "functional-subjects.csv")])
    book = read_folder(folder, extended)
    return with_subjects(extended, book.subjects), book
