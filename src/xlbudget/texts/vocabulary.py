"""The phrases of one section and the figures that they stand for, from the readings and the facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.notes.figure import Change, Figure, FigureList, Item
from xlbudget.texts.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlbudget.notes.facts import Facts
    from xlbudget.texts.readings import Head, Readings

__all__ = ["SILENT", "Target", "Topic", "Vocabulary", "vocabulary"]


class Target(NamedTuple):
    """What a phrase stands for; ``variant``: a name as it should not be written, ``name`` as it should.

    ``list`` and ``key`` tell which line of which list it is.
    """

    figure: Figure
    share: Figure | None = None
    list: str = ""
    key: str = ""
    name: str = ""
    variant: bool = False


class Topic(NamedTuple):
    """What a sentence speaks of, with what is only said of it."""

    head: Head
    target: Target | None
    change: Change | None
    kinds: FigureList | None
    carryover: Figure | None
    names: Figure | None
    parts: Mapping[str, Target]


class Vocabulary(NamedTuple):
    """All phrases of a section: topics and lines by phrase, and one pattern that finds any."""

    topics: Mapping[str, Topic]
    lines: Mapping[str, Target]
    whole: Mapping[str, FigureList]
    phrases: tuple[str, ...]
    thresholds: tuple[tuple[re.Pattern[str], str], ...]


SILENT = Vocabulary({}, {}, {}, (), ())
"""Of texts that speak of no figure."""


def vocabulary(readings: Readings, facts: Facts, section: str) -> Vocabulary:
    """The phrases of one section."""
    topics: dict[str, Topic] = {}
    phrases: dict[str, None] = {}
    thresholds: dict[str, None] = {}
    for head in readings.heads:
        known = not head.figure or isinstance(facts.names.get(head.figure), Figure)
        if head.section == section and known:
            topic = _topic(readings, facts, head)
            for say in _said(readings, facts, head.say):
                topics[say] = topic
            phrases |= dict.fromkeys([*_said(readings, facts, head.say), *topic.parts])
            spoken = [*head.say, *(say for part in head.parts for say in part.say)]
            thresholds |= dict.fromkeys(say for say in spoken if "{" in say)
    lines: dict[str, Target] = {}
    whole: dict[str, FigureList] = {}
    for of, name in readings.lines:
        found = facts.names.get(name)
        if of == section and isinstance(found, FigureList) and found.gap is None:
            whole[name] = found
            for phrase, target in _lines(readings, name, found.items):
                lines.setdefault(phrase, target)
    phrases |= dict.fromkeys(lines)
    ordered = tuple(sorted(phrases, key=len, reverse=True))
    # A longer phrase holds the shorter ones, and is the one to name.
    patterns = sorted((_threshold(facts, say) for say in thresholds), key=lambda one: -len(one[1]))
    return Vocabulary(topics, lines, whole, ordered, tuple(patterns))


def _topic(readings: Readings, facts: Facts, head: Head) -> Topic:
    figure = facts.names.get(head.figure)
    change, kinds = facts.names.get(head.change), facts.names.get(head.kinds)
    carryover, names = facts.names.get(head.carryover), facts.names.get(head.names)
    parts = {}
    for part in head.parts:
        found = facts.names.get(part.figure)
        if isinstance(found, Figure):
            for say in _said(readings, facts, part.say):
                parts[say] = Target(found)
    return Topic(
        head,
        Target(figure) if isinstance(figure, Figure) else None,
        change if isinstance(change, Change) else None,
        kinds if isinstance(kinds, FigureList) else None,
        carryover if isinstance(carryover, Figure) else None,
        names if isinstance(names, Figure) else None,
        parts,
    )


def _said(readings: Readings, facts: Facts, says: Iterable[str]) -> list[str]:
    """Every way of saying it, with the standard's constants filled in, made plain."""
    found: dict[str, None] = {}
    for say in says:
        for one in (say, *readings.alias.get(say, ())):
            text = re.sub(r"\{(\w+)\}", lambda match: str(facts.names.get(match[1], "")), one)
            found[plain(text)] = None
    return list(found)


def _threshold(facts: Facts, say: str) -> tuple[re.Pattern[str], str]:
    """A phrase with a set amount in it: with any number there, and as it should be."""
    right = re.sub(r"\{(\w+)\}", lambda match: str(facts.names.get(match[1], "")), say)
    pieces = [re.escape(plain(piece)) for piece in re.split(r"\{\w+\}", say)]
    return re.compile(r"\d[\d.,]*(?:万元|万|元)?".join(pieces)), plain(right)


def _lines(readings: Readings, name: str, items: Iterable[Item]) -> Iterator[tuple[str, Target]]:
    for item in items:
        label = plain(item.name.text)
        target = Target(item.amount, item.share, name, item.key, item.name.text)
        for one in (item.name.text, *readings.alias.get(item.name.text, ())):
            yield plain(one), target
        if item.level:
            stem = label.removesuffix("支出")
            for one in (f"{label}({item.level})", f"{stem}({item.level})支出"):
                yield one, target
            if stem != label:
                yield stem, target._replace(variant=True)
                yield f"{stem}({item.level})", target._replace(variant=True)
        yield from _lines(readings, name, item.children.items)
