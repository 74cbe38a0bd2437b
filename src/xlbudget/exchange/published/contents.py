"""The contents of a document against its headings, and years and units in both and above the tables."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.published.info import unit_line
from xlbudget.exchange.published.parts import bare_heading
from xlbudget.exchange.published.pieces import Line
from xlbudget.exchange.published.tables import table_titles
from xlbudget.findings import Finding, Level
from xlbudget.texts.names import bare_name
from xlbudget.texts.readings import load_readings
from xlbudget.workbook.read_labels import heading, plain_name, squash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.exchange.published.parts import Parts
    from xlbudget.exchange.published.pieces import Matrix
    from xlbudget.standard.model import Standard

__all__ = ["contents_findings", "unit_findings", "year_findings"]

_YEAR = re.compile(r"(?<!\d)(20\d\d)年(?!\d{1,2}月)")
_NUMBERED = re.compile(r"[一二三四五六七八九十]{1,3}、")
_SENTENCE = "。；：，;:"
_LONGEST = 40
_CLOSE = 0.75
_HEAD_ROWS = 3
_CONTENTS, _COVER = "目录", "封面"
_GLOSSARY = "glossary"


class _Rules(NamedTuple):
    """The codes of the findings."""

    name: str

    year: str
    contents: str


def _rules(standard: Standard) -> _Rules:
    readings = load_readings(standard.folder)
    known = readings.rules if readings is not None else {}
    return _Rules(known.get("name", "F06"), known.get("year", "F06"), known.get("stale", "F06"))


def contents_findings(standard: Standard, parts: Parts) -> Iterator[Finding]:
    """Every line of the contents is a heading of the body, and every heading stands in the contents."""
    if not parts.contents:
        return
    code = _rules(standard).contents
    entries = {squash(one.text): one for one in parts.contents}
    body = {squash(one.text): one for one in _headings(standard, parts)}
    lost = [one for key, one in entries.items() if key not in body]
    new = [one for key, one in body.items() if key not in entries]
    for one in lost:
        near = _nearest(one, new)
        if near is not None:
            new.remove(near)
            message = (
                f"目录写作“{one.text}”，正文（{near.where}）的标题是“{near.text}”；请改成一致。"
            )
        else:
            message = f"目录中的“{one.text}”在正文里没有；请核对。"
        yield Finding(code, Level.WARNING, message, _CONTENTS, _CONTENTS, one.where)
    for one in new:
        message = f"正文的标题“{one.text}”不在目录里；请核对。"
        yield Finding(code, Level.WARNING, message, _CONTENTS, _CONTENTS, one.where)


def _headings(standard: Standard, parts: Parts) -> Iterator[Line]:
    """Headings of parts and of their items; the glossary's items are not listed in contents."""
    titles = table_titles(standard)
    for holds, part in parts.parts.items():
        yield part.heading._replace(text=bare_heading(part.heading.text))
        if holds == _GLOSSARY:
            continue
        for one in part.pieces:
            if not isinstance(one, Line) or not _NUMBERED.match(one.text):
                continue
            short = len(one.text) <= _LONGEST and one.text[-1] not in _SENTENCE
            if short and (holds != "tables" or plain_name(one.text) in titles):
                yield one


def _nearest(one: Line, others: Sequence[Line]) -> Line | None:
    """The heading that is meant: the same but for the year, else much the same."""
    same = [other for other in others if heading(other.text) == heading(one.text)]
    if same:
        return same[0]
    texts = {heading(other.text): other for other in others}
    near = difflib.get_close_matches(heading(one.text), list(texts), 1, _CLOSE)
    return texts[near[0]] if near else None


# ------------------------------------------------------------------ units


def unit_findings(standard: Standard, parts: Parts) -> Iterator[Finding]:
    """Another unit above a table than above most of them."""
    pattern, code = unit_line(standard), _rules(standard).name
    named = [
        (title, line, match[1])
        for holds, part in parts.parts.items()
        if holds == "tables"
        for title, line in _around_tables(standard, part.pieces)
        if (match := pattern.fullmatch(squash(line.text))) is not None
    ]
    counts = Counter(bare_name(name) for _, _, name in named)
    usual = next((name for name, often in counts.items() if 2 * often > len(named)), "")
    right = next((name for _, _, name in named if bare_name(name) == usual), "")
    for title, line, name in named if usual else ():
        if bare_name(name) != usual:
            message = f"{title}上方的预算单位是“{name}”，其他表是“{right}”；请核对。"
            yield Finding(code, Level.ERROR, message, title, title, line.where, "", "", name, right)


# ------------------------------------------------------------------ years


def year_findings(standard: Standard, parts: Parts, year: int) -> Iterator[Finding]:
    """Another year on the cover, in the contents, the parts' headings, around and above the tables."""
    places: list[tuple[str, Line]] = [(_COVER, one) for one in parts.cover]
    places += [(_CONTENTS, one) for one in parts.contents]
    places += [(part.heading.text, part.heading) for part in parts.parts.values()]
    for holds, part in parts.parts.items():
        if holds == "tables":
            places += _around_tables(standard, part.pieces)
    code = _rules(standard).year
    for title, line in places:
        for found in dict.fromkeys(_YEAR.findall(squash(line.text))):
            if int(found) != year:
                message = f"“{line.text[:40]}”的年份应为{year}年。"
                yield Finding(
                    code, Level.ERROR, message, title, title, line.where, "", "", found, str(year)
                )


def _around_tables(
    standard: Standard, pieces: Sequence[Line | Matrix]
) -> Iterator[tuple[str, Line]]:
    """Short lines (titles, subtitles) and the headings of columns, each with its table's title."""
    titles = table_titles(standard)
    title = ""
    for one in pieces:
        if isinstance(one, Line):
            if len(one.text) <= _LONGEST and one.text[-1] not in _SENTENCE:
                known = titles.get(plain_name(one.text))
                title = known[0].title if known is not None else title
                yield title, one
            continue
        for number, row in enumerate(one.lines[:_HEAD_ROWS], 1):
            for column, cell in enumerate(row, 1):
                if cell and len(cell) <= _LONGEST and not any(sign.isdigit() for sign in cell[4:]):
                    yield title, Line(cell, f"第{number}行第{column}列")
