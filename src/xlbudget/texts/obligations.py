"""What an explanation must say, whatever its figures: all sections, and the passages of disclosure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.findings import Finding, Level
from xlbudget.notes.figure import Figure
from xlbudget.texts.plain import plain, printed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from xlbudget.figures import TextUnit
    from xlbudget.notes.facts import Facts
    from xlbudget.notes.source import SectionSpec
    from xlbudget.texts.paper import Paper
    from xlbudget.texts.readings import Readings

__all__ = ["lost_texts"]


def lost_texts(
    texts: Sequence[TextUnit],
    paper: Callable[[TextUnit], Paper],
    readings: Readings,
    facts: Facts,
) -> Iterator[Finding]:
    """Sections and passages that the explanation among ``texts`` lacks; nothing where it has none."""
    notes = [one for one in texts if one.part == "notes"]
    yield from _lost_sections(notes, paper, facts.source.sections.get("explanation", ()), facts)
    for section in dict.fromkeys(one.section for one in notes):
        units = [one for one in notes if one.section == section]
        yield from _lost_passages(units, paper, readings, facts)


def _lost_sections(
    units: Sequence[TextUnit],
    paper: Callable[[TextUnit], Paper],
    specs: Sequence[SectionSpec],
    facts: Facts,
) -> Iterator[Finding]:
    """Sections of the standard that an explanation lacks.

    Where more than half are not there, it is divided otherwise, and nothing is said.
    """
    there = {one.section for one in units}
    wanted = [one for one in specs if one.heading and (not one.when or facts.names.get(one.when))]
    lost = [one for one in wanted if one.number not in there]
    if not units or 2 * len(lost) > len(wanted):
        return
    for one in lost:
        title = one.heading.format_map(_Names(facts.names))
        near = units[0]._replace(id=one.number, section=one.number, text="", heading=True)
        here = near._replace(place=near.place._replace(cell=""))
        message = f"情况说明没有“{printed(plain(title))}”这一部分；没有这项收支的也要写明。"
        yield paper(here).finding(one.number, Level.ERROR, message)


class _Names(dict[str, object]):
    """The figures' texts by name, for a heading's {year}."""

    def __init__(self, names: Mapping[str, object]) -> None:
        super().__init__(names)

    def __missing__(self, key: str) -> str:
        return ""


def _lost_passages(
    units: Sequence[TextUnit],
    paper: Callable[[TextUnit], Paper],
    readings: Readings,
    facts: Facts,
) -> Iterator[Finding]:
    """Passages that the body of a section lacks; its headings are none."""
    texts = [plain(one.text) for one in units if not one.heading]
    for one in readings.passages:
        if one.section != units[0].section or any(map(one.told, texts)):
            continue
        figure = facts.names.get(one.zero)
        if isinstance(figure, Figure) and figure.zero:
            continue
        message = f"这一部分没有说明{one.name}；请补上，没有的写明“无”。"
        yield paper(units[0]).finding(one.section, Level.WARNING, message)
