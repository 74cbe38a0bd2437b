"""How a published document is divided: its parts in their order, and their sections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.authoring.proposing import dated
from xlbudget.characters import ordinal
from xlbudget.importing.published.elements import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_PART = re.compile(r"第([一二三四五六七八九十]+)部分\s*[、:：]?\s*(\S.{0,40})")
_SECTION = re.compile(r"[一二三四五六七八九十]+、[^。；;，,]{2,40}")
_TABLE = re.compile(r"表\s*\d{1,2}\s*[^\d\s]")
_COVER = re.compile(r"(\S{3,30}?)(?:20\d\d)\s*年度?[^。，]{0,16}预算")
_HOLDS = (
    ("glossary", re.compile("名词|术语")),
    ("explanation", re.compile("说明")),
    ("profile", re.compile("概况|职责|职能|简介")),
    ("tables", re.compile("表")),
)
"""What a part holds, by a word in its heading; the first that fits."""


class Part(NamedTuple):
    """A part: what it holds, and its line in the contents or above it, with names in braces."""

    holds: str
    heading: str


class Section(NamedTuple):
    """A section: its heading with names in braces, and its paragraphs as they are printed."""

    heading: str
    texts: tuple[str, ...]


class Outline(NamedTuple):
    """The parts in their order, none where they are not the usual four, and the sections by what their part holds.

    ``numbered``: the titles above the tables begin with 表1, 表2.
    """

    parts: tuple[Part, ...]
    sections: Mapping[str, tuple[Section, ...]]
    numbered: bool


def outline(elements: Iterable[object], year: int) -> Outline:
    """How a document is divided; ``year`` is the budget's."""
    lines = [one.text.strip() for one in elements if isinstance(one, Line)]
    unit = next((match[1] for match in map(_COVER.match, lines) if match is not None), "")
    places: dict[str, int] = {}
    for at, line in enumerate(lines):
        match = _PART.fullmatch(line)
        if match is not None:
            places[match[1]] = at
    starts = sorted(places.values())
    held = [_holds(lines[at]) for at in starts]
    if sorted(held) != sorted(name for name, _ in _HOLDS):
        return Outline((), {}, numbered=False)
    parts = tuple(
        Part(holds, _named(lines[at], unit, year)) for holds, at in zip(held, starts, strict=True)
    )
    inside = {
        holds: [line for line in lines[start + 1 : end] if line]
        for holds, start, end in zip(held, starts, [*starts[1:], len(lines)], strict=True)
    }
    sections = {
        holds: tuple(_sections(inside[holds], unit, year)) for holds in ("explanation", "profile")
    }
    sections["glossary"] = (Section("", tuple(inside["glossary"])),)
    numbered = len([line for line in inside["tables"] if _TABLE.match(line)]) > 1
    return Outline(parts, sections, numbered)


def _holds(line: str) -> str:
    return next((name for name, word in _HOLDS if word.search(line)), "")


def _sections(lines: Sequence[str], unit: str, year: int) -> Iterator[Section]:
    """The sections by their headings, numbered one after the other; what stands before the first is none."""
    heading, number = "", 0
    texts: list[str] = []
    for line in lines:
        if _SECTION.fullmatch(line) and line.startswith(f"{ordinal(number + 1)}、"):
            if heading:
                yield Section(heading, tuple(texts))
            heading, texts, number = _named(line, unit, year), [], number + 1
        else:
            texts.append(line)
    if heading:
        yield Section(heading, tuple(texts))


def _named(line: str, unit: str, year: int) -> str:
    """A heading with ``{ordinal}`` for a part's number and the names of year and unit."""
    text = _PART.sub(lambda match: f"第{{ordinal}}部分  {match[2]}", line)
    text = text.replace(unit, "{unit_name}") if unit else text
    return dated(text, year)
