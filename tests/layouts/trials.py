"""Mistakes made at random in some layouts of the example: whether each is found, named, mended and alone."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from layouts.make import make
from layouts.measure import finding_key
from layouts.slips import numbers, slips, wrong_number
from xlbudget.characters import squash
from xlbudget.errors import XlbudgetError
from xlbudget.findings import Level
from xlbudget.importing.published.document import read_published
from xlbudget.importing.published.validate import validate_published

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layouts.make import Layout
    from layouts.measure import FindingKey
    from layouts.model import Document
    from layouts.slips import Slip
    from layouts.sources import Source
    from xlbudget.findings import Finding
    from xlbudget.standard.model import Standard

_NUMBERED = re.compile(r"^[一二三四五六七八九十]+、")
_NUMBER = re.compile(r"[\d,]+\.\d\d")
_SHORT = 4
"""Fewer letters of a changed paragraph do not tell which it is."""


class Trial(NamedTuple):
    """What was said of one mistake.

    ``named``: a new finding stands at its place; ``true``: one offers the value that was there. ``further``
    are new errors and warnings that do not speak of it. ``refused`` is the sentence if nothing was read.
    """

    layout: str
    slip: Slip
    found: bool
    named: bool
    true: bool
    further: tuple[Finding, ...]
    refused: str = ""
    added: tuple[Finding, ...] = ()


def number_trials(layout: Layout, given: Source, folder: Path, count: int) -> Iterator[Trial]:
    """So many single numbers changed at random; the same ones in every run."""
    chance = random.Random(f"{layout.name} {given.name} numbers")
    every = numbers(given.document)
    wrong = [wrong_number(given.document, one, chance) for one in chance.sample(every, count)]
    yield from _tried(layout, given, folder, wrong)


def slip_trials(layout: Layout, given: Source, folder: Path, count: int) -> Iterator[Trial]:
    """So many realistic slips of text and tables."""
    chance = random.Random(f"{layout.name} {given.name} slips")
    yield from _tried(
        layout, given, folder, slips(given.document, count, chance, given.base.book.year)
    )


def _tried(layout: Layout, given: Source, folder: Path, made: list[Slip]) -> Iterator[Trial]:
    standard = given.base.standard
    try:
        clean = validate_published(_file(layout, given, folder / "clean", None), standard)
    except XlbudgetError as error:  # the layout itself is not read: no mistake in it is found
        yield from (
            Trial(layout.name, one, False, False, False, (), str(error)) for one in made
        )  # fields in a row
        return
    known = Counter(map(finding_key, clean.findings))
    for number, slip in enumerate(made):
        path = _file(layout, given, folder / f"{number:03d}", slip.document)
        try:
            report = validate_published(path, standard)
        except XlbudgetError as error:
            yield Trial(layout.name, slip, False, False, False, (), str(error))
            continue
        added = tuple(_added(report.findings, known))
        places = _places(path, slip, standard)
        named = [one for one in added if _names(one, slip, places)]
        true = any(_offers(one, slip.true) for one in added) if slip.true else bool(named)
        further = tuple(one for one in added if one not in named and one.level is not Level.HINT)
        yield Trial(layout.name, slip, bool(added), bool(named), true, further, added=added)


def _file(layout: Layout, given: Source, folder: Path, document: Document | None) -> Path:
    """The file of a layout; one that an earlier run kept in that folder is taken again."""
    kept = folder / "made.txt"
    if not kept.exists():
        (path,) = make(layout, given, folder, document)
        kept.write_text(str(path.relative_to(folder)), encoding="utf-8")
    return folder / kept.read_text(encoding="utf-8")


def _added(findings: tuple[Finding, ...], known: Counter[FindingKey]) -> Iterator[Finding]:
    left = known.copy()
    for one in findings:
        key = finding_key(one)
        if left[key]:
            left[key] -= 1
        else:
            yield one


def _places(path: Path, slip: Slip, standard: Standard) -> set[str]:
    """Where the changed paragraph stands in the file, in the words of findings."""
    text = squash(slip.place)
    if slip.in_table or len(text) < _SHORT:
        return set()
    return {
        one.where
        for one in read_published(path, standard).texts
        if text in squash(one.text) or squash(one.text) in text
    }


def _names(one: Finding, slip: Slip, places: set[str]) -> bool:
    """Whether a finding stands at the slip's place, or names its row or its number."""
    said = "".join((one.message, one.row, one.printed, *one.basis, *one.follows))
    if slip.in_table:
        if slip.place not in (one.table, one.sheet) and slip.place not in said:
            return False
        if slip.row == slip.place:
            return True  # of the table as a whole
        row = squash(_NUMBERED.sub("", slip.row))
        printed = bool(slip.printed) and slip.printed in (
            one.printed,
            *_NUMBER.findall(one.message),
        )
        return printed or row in squash(said) or bool(slip.code and slip.code in said)
    if one.cell in places or (slip.printed and slip.printed in said):
        return True
    quoted = re.findall(r"“([^”]{4,})”", one.message)
    return any(squash(words) in squash(slip.place) for words in quoted)


def _offers(one: Finding, true: str) -> bool:
    """Whether the finding gives the value that was printed before."""
    values = [one.expected, *(each.value for each in one.suggestions)]
    return true in values or true in one.message or true.replace(",", "") in values


def told(trial: Trial) -> str:
    """A trial that did not go as it should, in a line."""
    slip = trial.slip
    said = trial.refused or "; ".join(one.message[:60] for one in trial.added)
    where = f"{slip.place[:30]} {slip.row} {slip.printed}<-{slip.true}"
    return f"{slip.kind} [{where}] named {trial.named}, true {trial.true}, further {len(trial.further)}: {said[:200]}"
