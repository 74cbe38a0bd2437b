"""The parts of a published document: cover, contents, and what each part of the standard holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.disclosure.document import load_plan
from xlbudget.exchange.published.pieces import Line
from xlbudget.workbook.read_labels import heading, squash

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.exchange.published.pieces import Matrix
    from xlbudget.standard.model import Standard

__all__ = ["DocumentPart", "Parts", "bare_heading", "divide"]

_PAGE_NUMBER = re.compile(r"(?:[.…·。_\-－—\s]{2,}|\t)\d{1,4}\s*$")
_CONTENTS_PAGE = re.compile(r"[.…·。_\-－—\s]*(?<!\d)\d{1,4}\s*$")
"""No heading ends in a number: in the contents one that does is a page's."""
_PART = re.compile(r"第[一二三四五六七八九十]{1,3}部分")
_LONGEST = 60
"""A heading has fewer letters."""


class DocumentPart(NamedTuple):
    """A part: what it ``holds`` (as ``disclosure.toml`` says), its heading and its pieces."""

    holds: str
    heading: Line
    pieces: tuple[Line | Matrix, ...]


class Parts(NamedTuple):
    """The document divided; ``contents`` are the lines of the table of contents, without its title.

    Where a document has no parts' headings, ``parts`` is empty and everything stands in ``rest``.
    """

    cover: tuple[Line, ...]
    contents: tuple[Line, ...]
    parts: Mapping[str, DocumentPart]
    rest: tuple[Line | Matrix, ...]


def bare_heading(text: str) -> str:
    """A heading without the dots and the page number that follow it in the contents."""
    return _PAGE_NUMBER.sub("", text).strip()


def divide(standard: Standard, pieces: Sequence[Line | Matrix]) -> Parts:
    """Find the contents and the parts by their headings, whatever year these name."""
    plan = load_plan(standard)
    titles = [
        heading(plan.phrase("part", number, title=one.title.replace("{year}", "2000")))
        for number, one in enumerate(plan.parts, 1)
    ]
    spots = [
        (at, number)
        for at, one in enumerate(pieces)
        if isinstance(one, Line) and (number := _part_of(titles, one.text)) is not None
    ]
    start = _contents_start(pieces, plan.texts["contents"])
    body = _body(spots)
    if start is not None and body and body[0][0] < start:
        start = None
    first = body[0][0] if body else len(pieces) if start is None else start
    front = [
        one for one in pieces[: start if start is not None else first] if isinstance(one, Line)
    ]
    contents = [] if start is None else [
        one._replace(text=_CONTENTS_PAGE.sub("", one.text).strip())
        for one in pieces[start + 1 : first]
        if isinstance(one, Line)
    ]  # fmt: skip
    last = [at for at, one in enumerate(contents) if _part_of(titles, one.text) is not None]
    end = _contents_end(contents, last)
    parts: dict[str, DocumentPart] = {}
    ends = [*(at for at, _ in body[1:]), len(pieces)] if body else []
    for (at, number), after in zip(body, ends, strict=True):
        line = pieces[at]
        assert isinstance(line, Line)
        held = plan.parts[number].holds
        before = parts[held].pieces if held in parts else ()
        parts[held] = DocumentPart(held, line, (*before, *pieces[at + 1 : after]))
    rest = tuple(pieces) if not body else ()
    return Parts(tuple(front), tuple(contents[:end]), parts, rest)


def _part_of(titles: list[str], text: str) -> int | None:
    """Which part's heading a line is; a slip in its title does not matter where its number is there."""
    if len(text) > _LONGEST:
        return None
    found = heading(bare_heading(text))
    if found in titles:
        return titles.index(found)
    match = _PART.match(found)
    if match is None:
        return None
    same = [at for at, title in enumerate(titles) if title.startswith(match[0])]
    return same[0] if same and len(found) <= 2 * len(titles[same[0]]) else None


def _contents_start(pieces: Sequence[Line | Matrix], title: str) -> int | None:
    wanted = squash(title)
    for at, one in enumerate(pieces):
        if isinstance(one, Line) and squash(one.text) == wanted:
            return at
    return None


def _body(spots: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The headings in the body: of those of one part, the last one before the next part's last one."""
    last = {number: at for at, number in spots}
    found: list[tuple[int, int]] = []
    for number in sorted(last):
        if not found or last[number] > found[-1][0]:
            found.append((last[number], number))
    return found


def _contents_end(contents: list[Line], parts: list[int]) -> int:
    """The contents end with the last part's own lines: the running title that follows is none."""
    if not parts:
        return len(contents)
    end = parts[-1] + 1
    while end < len(contents) and re.match(r"[一二三四五六七八九十]+、", contents[end].text):
        end += 1
    return end
