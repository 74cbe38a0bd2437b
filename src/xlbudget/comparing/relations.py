"""What validation says of two drafts, matched by what it is about: newly broken, mended, still broken."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from xlbudget.characters import squash
from xlbudget.comparing.comparison import RelationChange, RelationState
from xlbudget.comparing.sides import DOCUMENT
from xlbudget.reading.tables import UNREAD
from xlbudget.sheets.layout import INFO_SHEET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from xlbudget.comparing.sides import Side
    from xlbudget.findings import Finding

_FIGURE = re.compile(r"-?\d[\d,]*\.\d+%?|(?<![\d.])\d+(?=[个处格行段页条人辆])")
_PLACE = re.compile(r"第\d+[行列页段]|[A-Z]{1,3}\d{1,7}")


def changed_relations(
    before: Side, after: Side, renamed: Mapping[str, str]
) -> tuple[RelationChange, ...]:
    """The findings of both by what became of them; ``renamed``: rows' names then and now.

    What a rule finds in one of them is neither broken nor mended where it could not run on all of the other.

    A cause may be told by another rule or at another cell once figures beside it changed, so findings are
    matched by cell, else by the identities that show them, else by their words without figures.
    """
    old, new = [*before.report.findings], [*after.report.findings]
    pairs: list[tuple[Finding, Finding]] = []
    for identity in (_exactly, _rule_and_cell, _cell, _words):
        _match(old, new, pairs, partial(identity, renamed=renamed))
    _match_basis(old, new, pairs)
    found = [RelationChange(RelationState.BROKEN, one) for one in _asked(new, after, before)]
    found += [RelationChange(RelationState.MENDED, one) for one in _asked(old, before, after)]
    found += [RelationChange(RelationState.STILL, now, was) for was, now in pairs]
    return tuple(found)


def _asked(findings: list[Finding], side: Side, other: Side) -> list[Finding]:
    """Those of rules that were asked of the other one as well, and that are about what both can hold.

    What the reader of a document noticed says nothing about its author.
    """
    skipped = {one.code for one in other.report.not_executed}
    if side.kind == DOCUMENT:
        skipped.add(side.standard.code_of(UNREAD))
    if not (_has_text(side) and _has_text(other)):
        skipped |= {rule.code for rule in side.standard.rules if rule.texts}
    info = not (side.book.without_info or other.book.without_info)
    return [
        finding
        for finding in findings
        if finding.code not in skipped
        and (info or INFO_SHEET not in (finding.sheet, finding.table))
    ]


def _has_text(side: Side) -> bool:
    return any(one.part == "notes" for one in side.book.texts)


Identity = tuple[str, ...] | None


def _match(
    old: list[Finding],
    new: list[Finding],
    pairs: list[tuple[Finding, Finding]],
    identity: Callable[[Finding], Identity],
) -> None:
    """Take pairs of one identity out of both lists."""
    waiting: dict[tuple[str, ...], list[Finding]] = {}
    for finding in old:
        key = identity(finding)
        if key is not None:
            waiting.setdefault(key, []).append(finding)
    for finding in [*new]:
        key = identity(finding)
        if key is not None and waiting.get(key):
            was = waiting[key].pop(0)
            pairs.append((was, finding))
            old[:] = [one for one in old if one is not was]
            new[:] = [one for one in new if one is not finding]


def _row(finding: Finding, renamed: Mapping[str, str]) -> str:
    return squash(renamed.get(finding.row, finding.row))


def _exactly(finding: Finding, renamed: Mapping[str, str]) -> Identity:
    where = (finding.code, finding.table, _row(finding, renamed), finding.column)
    return (*where, squash(finding.message))


def _rule_and_cell(finding: Finding, renamed: Mapping[str, str]) -> Identity:
    if not finding.row and not finding.column:
        return None
    return finding.code, finding.table, _row(finding, renamed), finding.column


def _cell(finding: Finding, renamed: Mapping[str, str]) -> Identity:
    if not finding.row or not finding.column:
        return None
    return finding.table, _row(finding, renamed), finding.column


def _words(finding: Finding, renamed: Mapping[str, str]) -> Identity:
    del renamed
    return finding.code, finding.table, _plain(finding.message)


def _plain(text: str) -> str:
    """A sentence without its figures and places."""
    return squash(_FIGURE.sub("#", _PLACE.sub("#", text)))


def _match_basis(
    old: list[Finding], new: list[Finding], pairs: list[tuple[Finding, Finding]]
) -> None:
    """Pair findings that rest on one identity of the standard."""

    def identities(finding: Finding) -> set[str]:
        return {_plain(sentence) for sentence in finding.basis}

    for finding in [*new]:
        mine = identities(finding)
        was = next((one for one in old if mine & identities(one)), None)
        if was is not None:
            pairs.append((was, finding))
            old[:] = [one for one in old if one is not was]
            new[:] = [one for one in new if one is not finding]


def ordered(changes: tuple[RelationChange, ...], state: RelationState) -> Iterator[RelationChange]:
    """Those of one state, errors first."""
    levels = {"error": 0, "warning": 1, "hint": 2}
    return iter(
        sorted(
            (change for change in changes if change.state is state),
            key=lambda change: levels[change.finding.level.value],
        )
    )
