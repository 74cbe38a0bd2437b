"""Files that look like another one: same figures under two names, last year's sent again, two for one unit.

None of this is proof of a mistake: what is said is what was found, and that somebody should look.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.bureau.lines import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlbudget.bureau.lines import Owner, UnitLine
    from xlbudget.bureau.records import Record

_NAMED = 3
"""So many others are named in a sentence."""
_LOOKED_AT = 50
"""In larger groups nobody's own name is left out of the list: looking for each takes the square of the number."""


class Likeness(StrEnum):
    """How a file is like another."""

    SAME_FIGURES = "same_figures"
    LAST_YEAR = "last_year"
    TWO_FILES = "two_files"

    @property
    def chinese(self) -> str:
        """What the user sees."""
        words = {"same_figures": "数字雷同", "last_year": "疑似上年数", "two_files": "一个单位多份"}
        return words[self.value]


class Duplicate(NamedTuple):
    """Files (places in the list) that are alike, and the sentence for each of them."""

    likeness: Likeness
    files: tuple[int, ...]
    sentences: tuple[str, ...]


def find_duplicates(
    lines: Sequence[UnitLine], previous: Iterable[UnitLine] = ()
) -> list[Duplicate]:
    """All likenesses among the files, and with the years before among those of the inspection before."""
    return [*_same_figures(lines), *_last_years(lines, previous), *_several(lines)]


def told_of(duplicates: Iterable[Duplicate]) -> dict[int, list[tuple[Likeness, str]]]:
    """What is said of each file that is like another: place in the list -> likeness and sentence."""
    told: dict[int, list[tuple[Likeness, str]]] = {}
    for one in duplicates:
        for at, sentence in zip(one.files, one.sentences, strict=True):
            told.setdefault(at, []).append((one.likeness, sentence))
    return told


def _groups(lines: Iterable[tuple[int, object]]) -> Iterable[list[int]]:
    """Places with the same key, in groups of two and more; None is no key."""
    groups: dict[object, list[int]] = {}
    for at, key in lines:
        if key is not None:
            groups.setdefault(key, []).append(at)
    return [group for group in groups.values() if len(group) > 1]


def _figures(record: Record) -> str | None:
    """The fingerprint, where there is any amount but zero: units without money are all alike."""
    sums = [text for text in record.totals.values() if text]
    nothing = bool(sums) and not any(text.strip("-0.,") for text in sums)
    return None if nothing else record.figures


def _same_figures(lines: Sequence[UnitLine]) -> Iterable[Duplicate]:
    """Different units whose amounts are all the same."""
    keyed = (
        (at, (figures, line.record.year) if figures and line.owner else None)
        for at, line in enumerate(lines)
        for figures in [_figures(line.record)]
    )
    for group in _groups(keyed):
        owners = {lines[at].owner: lines[at].name for at in group}
        others = {
            owner: [name for other, name in owners.items() if _apart(owner, other)]
            for owner in list(owners)[:_LOOKED_AT]
        }
        rest = list(owners.values())  # of very many, each is told of the first ones
        files = [at for at in group if others.get(lines[at].owner, rest)]
        if files:
            told = "各表金额与{}完全相同；请核对是不是报错了文件。"
            yield Duplicate(
                Likeness.SAME_FIGURES,
                tuple(files),
                tuple(told.format(_names(others.get(lines[at].owner, rest))) for at in files),
            )


def _apart(one: Owner | None, other: Owner | None) -> bool:
    """Whether two units are surely different: another name, or the same in two departments."""
    if one is None or other is None:
        return False
    return one[1] != other[1] or ("" not in (one[0], other[0]) and one[0] != other[0])


def _last_years(lines: Sequence[UnitLine], previous: Iterable[UnitLine]) -> Iterable[Duplicate]:
    """Amounts of a year that are all those of the year before, of the same unit or as the file itself states them.

    And what a file states of the year before, where that is what the file of that year stated of its own.
    """
    before: set[tuple[Owner, int, str]] = set()
    stated: set[tuple[Owner, int, str]] = set()
    for line in (*lines, *previous):
        if line.owner and line.record.year:
            if line.record.figures:
                before.add((line.owner, line.record.year, line.record.figures))
            if line.record.last_year_figures:
                stated.add((line.owner, line.record.year, line.record.last_year_figures))
    for at, line in enumerate(lines):
        record, figures = line.record, _figures(line.record)
        if line.owner is None or record.year is None:
            continue
        last, told = record.year - 1, record.last_year_figures
        if figures and ((line.owner, last, figures) in before or figures == told):
            said = f"{record.year}年度的各表金额与{last}年度的完全相同；请核对是不是把上年的数又报了一次。"
        elif told and (line.owner, last, told) in stated:
            said = f"所填的上年数与{last}年度那一份里的上年数完全相同；请核对是不是没有更新。"
        else:
            continue
        yield Duplicate(Likeness.LAST_YEAR, (at,), (said,))


def _several(lines: Sequence[UnitLine]) -> Iterable[Duplicate]:
    """Files of one kind for one unit and year."""
    keyed = (
        (at, (line.owner, line.record.year, line.record.kind) if line.owner else None)
        for at, line in enumerate(lines)
    )
    for group in _groups(keyed):
        how = _difference([lines[at].record for at in group])
        kind = KINDS.get(lines[group[0]].record.kind or "", "文件")
        paths = [lines[at].record.path for at in group]
        told = "同名的单位有{}份{}，{}；另有{}，是同一个单位的请确认以哪一份为准。"
        sentences = (
            told.format(len(group), kind, how, _names([*paths[:at], *paths[at + 1 :]]))
            if len(group) <= _LOOKED_AT
            else told.format(len(group), kind, how, _names(paths))
            for at in range(len(group))
        )
        yield Duplicate(Likeness.TWO_FILES, tuple(group), tuple(sentences))


def _difference(records: Sequence[Record]) -> str:
    if len({record.hash for record in records}) == 1:
        return "内容完全一样"
    if len({record.figures for record in records}) == 1:
        return "金额都相同"
    return "金额不同"


def _names(names: Sequence[str]) -> str:
    many = f"等{len(names)}个" if len(names) > _NAMED else ""
    return f"“{'”“'.join(names[:_NAMED])}”{many}"


def counts(duplicates: Iterable[Duplicate]) -> Mapping[Likeness, int]:
    """How many files are of each likeness."""
    files: dict[Likeness, set[int]] = {likeness: set() for likeness in Likeness}
    for one in duplicates:
        files[one.likeness].update(one.files)
    return {likeness: len(held) for likeness, held in files.items() if held}
