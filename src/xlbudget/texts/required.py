"""What texts must say: all sections, the passages of disclosure, and in the glossary every subject in use, once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.characters import ordinal
from xlbudget.explaining.document import Change, Figure, FigureList
from xlbudget.findings import Finding, Level
from xlbudget.texts.readings import plain, printed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from xlbudget.explaining.document import Item
    from xlbudget.explaining.facts import Facts
    from xlbudget.figures import TextUnit
    from xlbudget.texts.judging import Paper

    Papers = Callable[[TextUnit], Paper]
    from xlbudget.texts.readings import Passage, Readings


def lost_texts(
    texts: Sequence[TextUnit], paper: Papers, readings: Readings, facts: Facts
) -> Iterator[Finding]:
    """Sections and passages that the explanation among ``texts`` lacks; nothing where it has none."""
    notes = [unit for unit in texts if unit.part == "notes"]
    sections: dict[str, list[TextUnit]] = {}
    for unit in notes:
        sections.setdefault(unit.section, []).append(unit)
    specs = facts.source.sections.get("explanation", ())
    # One without a template is free: who has nothing to say there leaves it out.
    written = (section for section in specs if section.heading and section.template)
    wanted = [section for section in written if facts.present(section)]
    lost = [section for section in wanted if section.number not in sections]
    # Where more than half are not there, it is divided otherwise, and nothing is said.
    for spec in lost if notes and 2 * len(lost) <= len(wanted) else ():
        title = printed(plain(spec.heading.format_map(_Names(facts.names))))
        near = notes[0]._replace(id=spec.number, section=spec.number, text="", heading=True)
        here = near._replace(place=near.place._replace(cell=""))
        message = f"情况说明没有“{title}”这一部分；没有这项收支的也要写明。"
        yield paper(here).finding(message)
    for section, units in sections.items():
        # Its headings are no part of the body that must speak of a passage.
        bodies = [plain(unit.text) for unit in units if not unit.heading]
        for passage in lost_passages(readings, facts, section, bodies):
            message = f"这一部分没有说明{passage.name}；请补上，没有的写明“无”。"
            yield paper(units[0]).finding(message, level=Level.WARNING)


def lost_passages(
    readings: Readings, facts: Facts, section: str, bodies: Sequence[str]
) -> list[Passage]:
    """What the body of a section must speak of and does not; not the parts of what is missing as a whole."""
    lost = []
    for passage in readings.passages:
        figure = facts.names.get(passage.zero)
        nought = (isinstance(figure, Figure) and figure.zero) or (
            isinstance(figure, Change) and figure.same
        )
        if isinstance(figure, Change):
            nought = figure.same or not figure.known
        if passage.section == section and not nought and not any(map(passage.told, bodies)):
            lost.append(passage)
    return [
        one
        for one in lost
        if not any(
            near in word
            for near in one.near
            for other in lost
            if other is not one
            for word in other.any
        )
    ]


class _Names(dict[str, object]):
    """The figures' texts by name, for a heading's {year}."""

    def __missing__(self, key: str) -> str:
        return ""


_NUMERALS = {ordinal(number): number for number in range(1, 400)}
_NUMBER = re.compile(
    "(?:(?P<top>[一二三四五六七八九十百零]+)、"
    "|[(](?P<below>[一二三四五六七八九十百零]+)[)]"
    r"|(?P<digit>\d{1,3})[.、])"
)
_SHOWN = 6


def glossary_findings(
    texts: Sequence[TextUnit],
    paper: Papers,
    readings: Readings,
    facts: Facts,
    mended: Collection[str],
) -> Iterator[Finding]:
    """What is wrong with the glossary among ``texts`` as a whole.

    ``mended`` are names that another finding says should stand there: they are not missing too.
    """
    units = [unit for unit in texts if unit.part == "glossary" and not unit.heading]
    if not units or "glossary" not in readings.rules:
        return
    subjects = facts.names.get(readings.glossary)
    used = list(_leaves(subjects.items)) if isinstance(subjects, FigureList) else []
    entries = "\n".join(plain(unit.text) for unit in units)  # of which no name goes over two
    lost = [item for item in used if item.name.text not in mended and not _explained(item, entries)]
    yield from _numbering(units, paper, gaps=not lost)
    yield from _twice(units, paper)
    if lost:
        shown = list(dict.fromkeys(f"“{one.name.text}”" for one in lost))
        more = f"等{len(shown)}个科目" if len(shown) > _SHOWN else ""
        names = f"{'、'.join(shown[:_SHOWN])}{more}"
        message = f"名词解释里没有{names}，而支出表中有；请补上解释。"
        yield paper(units[-1]).finding(
            message, lost[0].amount, rule="glossary", level=Level.WARNING
        )


def _leaves(items: Collection[Item]) -> Iterator[Item]:
    """The lowest subjects with money."""
    for item in items:
        if item.children.items:
            yield from _leaves(item.children.items)
        elif item.name.text and not item.name.missing:
            yield item


def _explained(item: Item, entries: str) -> bool:
    """Whether an entry names the subject: with its level, where the glossary writes levels."""
    name = plain(item.name.text)
    stems = (name, name.removesuffix("支出"))
    if f"({item.level})" in entries:
        return any(f"{stem}({item.level})" in entries for stem in stems)
    return any(stem in entries for stem in stems)


def _numbering(units: Sequence[TextUnit], paper: Papers, *, gaps: bool) -> Iterator[Finding]:
    """A number that does not follow the one before it; those that go on from it are right again.

    Without ``gaps`` nothing is said of numbers left out: entries that are missing are told by name.
    """
    numbers = []  # kind, number, as written; of entries that have one
    for unit in units:
        match = _NUMBER.match(plain(unit.text))
        kind = match.lastgroup or "" if match else ""
        said = match[kind] if match else ""
        number = int(said) if kind == "digit" else _NUMERALS.get(said, 0)
        if number:
            numbers.append((unit, kind, number, said))
    before: dict[str, int] = {}
    for at, (unit, kind, number, said) in enumerate(numbers):
        if kind == "top":
            before.pop("below", None)
        wanted = before.get(kind, 0) + 1
        before[kind] = number
        if number == wanted or (number > wanted and not gaps):
            continue
        later = next((one[2] for one in numbers[at + 1 :] if one[1] == kind), 0)
        if later == wanted + 1:
            before[kind] = wanted  # a slip: the next one follows the right number
        right = f"{wanted}" if kind == "digit" else ordinal(wanted)
        message = f"编号“{said}”与前面不连续，应为“{right}”；请核对有没有漏掉的名词。"
        yield paper(unit).finding(
            message, None, said, right, rule="glossary", level=Level.WARNING, why="前后编号"
        )


def _twice(units: Sequence[TextUnit], paper: Papers) -> Iterator[Finding]:
    """Terms that two numbered entries explain."""
    seen: dict[str, str] = {}
    for unit in units:
        text = plain(unit.text)
        match = _NUMBER.match(text)
        term, mark, _ = text.partition(":")
        if match is None or not mark or match.lastgroup == "below" or "【" in term:
            continue  # a term with a hole is none yet
        term = term[match.end() :]
        if term in seen:
            message = f"“{printed(term)}”在名词解释里写了两次（前一次编号“{seen[term]}”）；请核对。"
            said = printed(term)
            yield paper(unit).finding(message, None, said, rule="glossary", level=Level.WARNING)
        seen.setdefault(term, match[match.lastgroup or 0])
