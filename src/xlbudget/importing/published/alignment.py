"""Words on their lines: headings found among them, lines of one row put together."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.importing.published.elements import Line, tidy
from xlbudget.reading.headings import plain_heading

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from xlbudget.importing.published.elements import PrintedLine, Word

YEAR = re.compile(r"20(?:\d\d|XX)年?度?")
_DEEP = 4
"""One heading has so many lines at most."""
_MOST_HEADING_LINES = 8
_NEAR = 2.5
"""Words of one heading that stand beside each other are so many letters apart at most."""
_TRIED = 20_000
_LOOSER = 0.15
"""Rows of a table are so many letters further apart than the lines of a cell, or more."""
_NEAREST = 0.9
"""Lines of one cell are nearer than so many letters."""


def as_line(row: PrintedLine) -> Line:
    """A printed line as one of text."""
    text = " ".join(word.text for word in row.words)
    return Line(tidy(text), row.where, text, (row,))


def is_packed(rows: Sequence[PrintedLine]) -> bool:
    """Whether single spaces stand between the words of most lines of a text, so that their places say nothing."""
    spaced = [row for row in rows if len(row.words) > 1 and not row.bottom]
    packed = [
        row
        for row in spaced
        if all(after.left - before.right <= row.size / 2 for before, after in pairwise(row.words))
    ]
    return 2 * len(packed) > len(spaced)


def comparable(text: str) -> str:
    """A heading without its year and unit."""
    return YEAR.sub("", plain_heading(text))


def stacked(words: Iterable[Word]) -> list[tuple[str, float, float]]:
    """Words below each other, put together."""
    found: list[tuple[str, float, float]] = []
    for word in words:
        for at, (text, left, right) in enumerate(found):
            if word.left < right and left < word.right:
                found[at] = text + word.text, min(left, word.left), max(right, word.right)
                break
        else:
            found.append((word.text, word.left, word.right))
    return found


class Place(NamedTuple):
    """Where a heading may stand: the words that it is made of (line, place on it), and its ends."""

    spots: tuple[tuple[int, int], ...]
    text: str
    left: float
    right: float


class _Label(NamedTuple):
    """The spellings of one heading, made comparable, and whether a year belongs to it."""

    spellings: frozenset[str]
    dated: bool

    @classmethod
    def of(cls, texts: Iterable[str]) -> _Label:
        """The label of the texts by which a heading is known."""
        known = [*texts]
        dated = any(YEAR.search(plain_heading(text)) is not None for text in known)
        return cls(frozenset(map(comparable, known)), dated)

    def begins(self, text: str) -> bool:
        """Whether one of the spellings goes on behind what a text says."""
        return any(one.startswith(text) and one != text for one in self.spellings)


class _Places:
    """All places where one heading may stand."""

    def __init__(self, rows: Sequence[PrintedLine], label: _Label) -> None:
        self.rows, self.label = rows, label
        self.found: list[Place] = []
        for number, row in enumerate(rows):
            for at, word in enumerate(row.words):
                start = Place(((number, at),), word.text, word.left, word.right)
                self._extend(start)
        self.found.sort(key=lambda place: place.left)

    def _extend(self, place: Place) -> None:
        text = comparable(place.text)
        if text in self.label.spellings and text:
            self.found.append(place)
        # A year may be broken off from what follows it.
        dated = self.label.dated and squash(place.text).isdigit()
        if not (self.label.begins(text) or dated):
            return
        for spot in self._next(place):
            word = self.rows[spot[0]].words[spot[1]]
            self._extend(
                Place(
                    (*place.spots, spot),
                    place.text + word.text,
                    min(place.left, word.left),
                    max(place.right, word.right),
                )
            )

    def _next(self, place: Place) -> Iterator[tuple[int, int]]:
        """The words that may go on with it: the next one on its line, else those below it."""
        number, at = place.spots[-1]
        row = self.rows[number]
        if at + 1 < len(row.words):
            before, after = row.words[at], row.words[at + 1]
            if after.left - before.right <= _NEAR * row.size:
                yield number, at + 1
        for below in range(number + 1, min(number + _DEEP, len(self.rows))):
            if self.rows[below].page != row.page:
                return
            under = [
                (below, beside)
                for beside, word in enumerate(self.rows[below].words)
                if word.left < place.right and place.left < word.right
            ]
            yield from under
            if under:
                return


def in_order(rows: Sequence[PrintedLine], labels: Iterable[Collection[str]]) -> list[Place] | None:
    """A place for each heading, known by any of its spellings, from left to right; None where there is none."""
    known = [*map(_Label.of, labels)]
    if not any(row.bottom for row in rows) and (found := _in_turn(rows, known)) is not None:
        return found
    places = [_Places(rows, label) for label in known]
    tried = 0

    def chosen(at: int, end: float, used: frozenset[tuple[int, int]]) -> list[Place] | None:
        nonlocal tried
        if at == len(places):
            return []
        for place in places[at].found:
            tried += 1
            if tried > _TRIED:
                return None
            if place.left < end or used & set(place.spots):
                continue
            rest = chosen(at + 1, place.right, used | set(place.spots))
            if rest is not None:
                return [place, *rest]
        return None

    return chosen(0, float("-inf"), frozenset())


def _in_turn(rows: Sequence[PrintedLine], labels: Sequence[_Label]) -> list[Place] | None:
    """The same where a program wrote a page as text and moved its words: on each line they keep their order."""
    held = [Place((), "", 0.0, 0.0) for _ in labels]
    for number, row in enumerate(rows):
        first = 0
        for at, word in enumerate(row.words):
            for one in range(first, len(held)):
                before = held[one]
                text = before.text + word.text
                plain = comparable(text)
                label = labels[one]
                begun = bool(plain) or (label.dated and squash(text).isdigit())
                near = not before.spots or number - before.spots[-1][0] <= 1
                whole = plain in label.spellings
                if begun and near and (whole or label.begins(plain)):
                    ends = (before.left, before.right) if before.spots else word[1:]
                    held[one] = Place((*before.spots, (number, at)), text, *ends)
                    first = one + whole
                    break
        pairs = zip(held, labels, strict=True)
        if all(comparable(one.text) in label.spellings for one, label in pairs):
            lines = [spot[0] for one in held for spot in one.spots]
            return held if max(lines) - min(lines) < _MOST_HEADING_LINES else None
    return None


def logical_lines(
    printed: Sequence[PrintedLine], limit: float, whole: Callable[[PrintedLine], bool]
) -> list[list[PrintedLine]]:
    """The lines of each row: within a row they stand closer than ``limit``.

    A row has one line that is ``whole`` at most; what stands between two goes to the nearer one.
    """
    ends: list[int] = []
    anchor = None
    for at, row in enumerate(printed):
        if at and _gap(printed, at) >= limit:
            ends.append(at)
            anchor = None
        if whole(row):
            if anchor is not None:
                ends.append(max(range(anchor + 1, at + 1), key=lambda one: _gap(printed, one)))
            anchor = at
    return [list(printed[start:end]) for start, end in pairwise((0, *ends, len(printed)))]


def _gap(printed: Sequence[PrintedLine], at: int) -> float:
    """How far a line stands below the one before it."""
    before, row = printed[at - 1], printed[at]
    return row.top - before.bottom if at and row.page == before.page else float("inf")


def row_distance(printed: Sequence[PrintedLine], whole: Callable[[PrintedLine], bool]) -> float:
    """How far apart lines are that are of different rows; lower than any distance where that does not show.

    ``whole``: whether a line is one of a row of its own, such as one with amounts.
    """
    size = max((row.size for row in printed), default=1.0)
    gaps = [
        (after.top - before.bottom, whole(before) and whole(after))
        for before, after in pairwise(printed)
        if before.page == after.page
    ]
    most = min((gap for gap, apart in gaps if apart), default=float("inf"))
    near = sorted(gap for gap, _ in gaps if gap <= most)
    steps = [
        (after - before, (after + before) / 2)
        for before, after in pairwise(near)
        if before < _NEAREST * size and after - before > _LOOSER * size
    ]
    return max(steps)[1] if steps else float("-inf")
