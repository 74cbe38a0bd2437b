"""Two texts laid beside each other: which paragraph is which, and which words of it differ.

Paragraphs are compared without spaces and in one width of signs, for readers and printers change both.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import folded, squash
from xlbudget.comparing.comparison import NOWHERE, Action, Stretch, TextChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlbudget.figures import Place

_AMOUNT = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?%?"
_NUMBER = re.compile(_AMOUNT)
_TOKEN = re.compile(rf"{_AMOUNT}|[A-Za-z]+|\s+|.", re.DOTALL)
_ALIKE = 0.5
"""Paragraphs less alike than this are not two versions of one."""
_ALIKE_JOINED = 0.75
"""The same where one of them is put together."""
_RUNNING = 3
"""A line that stands so often in one of them and never in the other runs over pages."""
_MOST = 100
"""Of more paragraphs without a counterpart in one place only neighbours are compared."""
_LONG = 40
"""A line that is longer and ends without a full stop goes on in the next one: a page ends there."""
_ENDS = "。；：！？.;:!?”）)】》"
_MOST_WORDS = 4_000_000
"""The words of two longer paragraphs (their product) are not laid beside each other one by one."""
_MANY = 2_000
"""Of more paragraphs those that are repeated again and again are not told apart."""
_SIGNS = dict.fromkeys(map(ord, "、，。；：,;:"))
_TWICE = 3
"""A paragraph may be divided into so many lines."""


class Paragraph(NamedTuple):
    """A paragraph of a text; ``name`` is its lasting name, ``divided``: its reader may have cut it at the end of a page."""

    text: str
    place: Place = NOWHERE
    name: str = ""
    heading: bool = False
    divided: bool = False

    @property
    def key(self) -> str:
        """What it says, to be compared."""
        return squash(self.text)


class Texts(NamedTuple):
    """What differs between two texts, and the lines that were left out as running over pages."""

    changes: tuple[TextChange, ...]
    running: tuple[str, ...] = ()


def compare_texts(part: str, before: Iterable[Paragraph], after: Iterable[Paragraph]) -> Texts:
    """The paragraphs that came, went, moved or say something else, in their order."""
    old, new = list(before), list(after)
    running = {*_running(old, new), *_running(new, old)}
    old = _whole([one for one in old if one.key not in running])
    new = _whole([one for one in new if one.key not in running])
    changes: list[TextChange] = []
    went: list[Paragraph] = []
    came: list[Paragraph] = []
    keys = [one.key for one in old], [one.key for one in new]
    matcher = SequenceMatcher(None, keys[0], keys[1], autojunk=len(new) > _MANY)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        for one, other in _pairs(old[a:b], new[c:d]):
            if one is None or other is None:
                changes.append(_apart(part, one, other))
                if one is not None:
                    went.append(one)
                if other is not None:
                    came.append(other)
            elif not same_paragraph(one, other):
                changes.append(_changed(part, one, other))
    return Texts(tuple(_with_moves(changes, went, came)), tuple(sorted(running)))


def same_paragraph(one: Paragraph, other: Paragraph) -> bool:
    """Whether both say the same; a sign at the end of a line is lost when a page is made of it."""
    if one.divided or other.divided:
        return one.key.translate(_SIGNS) == other.key.translate(_SIGNS)
    return one.key == other.key


def _running(mine: Sequence[Paragraph], others: Sequence[Paragraph]) -> Iterator[str]:
    """Lines that are repeated in one text and unknown to the other."""
    known = {one.key for one in others}
    counts = Counter(one.key for one in mine if one.divided)
    return (key for key, often in counts.items() if often >= _RUNNING and key not in known)


def _whole(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Paragraphs that the end of a page has divided, put together."""
    found: list[Paragraph] = []
    for one in paragraphs:
        last = found[-1] if found else None
        if (
            last is not None
            and last.divided
            and not last.heading
            and not one.heading
            and len(last.text) > _LONG
            and last.text.rstrip()[-1:] not in _ENDS
        ):
            found[-1] = last._replace(text=last.text + one.text)
        elif one.key:
            found.append(one)
    return found


def _pairs(
    old: Sequence[Paragraph], new: Sequence[Paragraph]
) -> Iterator[tuple[Paragraph | None, Paragraph | None]]:
    """The pairs of most likeness that keep the order of both; what has none stands alone.

    A paragraph that the other text has in several lines is one.
    """
    rows, columns = len(old), len(new)
    if rows * columns > _MOST * _MOST:
        yield from _neighbours(old, new)
        return
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    step: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(rows, -1, -1):
        for column in range(columns, -1, -1):
            choices: list[tuple[float, tuple[int, int]]] = []
            if row < rows and column < columns:
                for high, wide in _SHAPES:
                    if row + high <= rows and column + wide <= columns:
                        here = _likeness(
                            _joined(old[row : row + high]),
                            _joined(new[column : column + wide]),
                            joined=(high, wide) != (1, 1),
                        )
                        if here:
                            choices.append((here + best[row + high][column + wide], (high, wide)))
            if row < rows:
                choices.append((best[row + 1][column], (1, 0)))
            if column < columns:
                choices.append((best[row][column + 1], (0, 1)))
            if choices:
                best[row][column], step[row, column] = max(choices, key=lambda one: one[0])
    row = column = 0
    while (row, column) in step:
        high, wide = step[row, column]
        yield (
            _joined(old[row : row + high]) if high else None,
            _joined(new[column : column + wide]) if wide else None,
        )
        row, column = row + high, column + wide


_SHAPES = (
    (1, 1),
    *((1, wide) for wide in range(2, _TWICE + 1)),
    *((high, 1) for high in range(2, _TWICE + 1)),
)


def _joined(paragraphs: Sequence[Paragraph]) -> Paragraph:
    first = paragraphs[0]
    return (
        first
        if len(paragraphs) == 1
        else first._replace(text="".join(one.text for one in paragraphs))
    )


def _neighbours(
    old: Sequence[Paragraph], new: Sequence[Paragraph]
) -> Iterator[tuple[Paragraph | None, Paragraph | None]]:
    """The same where there are too many to compare each with each: in order, one with the next that is like it."""
    column = 0
    for one in old:
        near = range(column, min(column + _TWICE, len(new)))
        found = next((at for at in near if _likeness(one, new[at])), None)
        if found is None:
            yield one, None
            continue
        for other in new[column:found]:
            yield None, other
        yield one, new[found]
        column = found + 1
    for other in new[column:]:
        yield None, other


def _likeness(one: Paragraph, other: Paragraph, *, joined: bool = False) -> float:
    """How alike two paragraphs are, from 0 to 1, by the pairs of signs that they share; 0: not versions of one.

    ``joined``: one of them is several lines of its text; if they are the same but for figures, that is sure.
    """
    if joined and _plain(one.key) == _plain(other.key):
        return 2.0
    mine, others = _signs(one.key), _signs(other.key)
    whole = mine.total() + others.total()
    ratio = 2 * (mine & others).total() / whole if whole else 0.0
    return ratio if ratio >= (_ALIKE_JOINED if joined else _ALIKE) else 0.0


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """A text with one sign for every figure."""
    return _NUMBER.sub("0", text)


@lru_cache(maxsize=4096)
def _signs(text: str) -> Counter[str]:
    """How often each two signs stand beside each other; not to be changed."""
    plain = _plain(text)
    return Counter(plain[at : at + 2] for at in range(max(1, len(plain) - 1)))


# ------------------------------------------------------------------ what is said of them


def _apart(part: str, one: Paragraph | None, other: Paragraph | None) -> TextChange:
    if other is None:
        assert one is not None
        words = (Stretch("removed", one.text),)
        return TextChange(part, one.name, Action.REMOVED, one.text, "", words, one.place)
    words = (Stretch("added", other.text),)
    return TextChange(part, other.name, Action.ADDED, "", other.text, words, NOWHERE, other.place)


def _changed(part: str, one: Paragraph, other: Paragraph) -> TextChange:
    return TextChange(
        part,
        other.name or one.name,
        Action.CHANGED,
        one.text,
        other.text,
        marked_words(one.text, other.text),
        one.place,
        other.place,
    )


def _with_moves(
    changes: Sequence[TextChange], went: Sequence[Paragraph], came: Sequence[Paragraph]
) -> Iterator[TextChange]:
    """The changes, a paragraph that went here and came there told once, where it came."""
    left: dict[str, list[Paragraph]] = {}
    for one in went:
        left.setdefault(one.key, []).append(one)
    moved: dict[str, list[Paragraph]] = {}
    for other in came:
        if left.get(other.key):
            moved.setdefault(other.key, []).append(left[other.key].pop(0))
    gone = Counter({key: len(found) for key, found in moved.items()})
    for change in changes:
        key = squash(change.before or change.after)
        if change.action is Action.REMOVED and gone[key]:
            gone[key] -= 1
        elif change.action is Action.ADDED and moved.get(key):
            one = moved[key].pop(0)
            yield change._replace(
                action=Action.MOVED,
                before=one.text,
                words=(Stretch("same", change.after),),
                before_place=one.place,
            )
        else:
            yield change


def marked_words(before: str, after: str) -> tuple[Stretch, ...]:
    """The words of both texts in order; a number is one word, whatever its width."""
    return tuple(_words(before, after))


def _words(before: str, after: str) -> Iterator[Stretch]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) * len(new) > _MOST_WORDS:
        yield from (Stretch("removed", before), Stretch("added", after))
        return
    words = [squash(word) or " " for word in old], [squash(word) or " " for word in new]
    matcher = SequenceMatcher(None, words[0], words[1], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            yield Stretch("same", "".join(new[c:d]))
            continue
        if b > a:
            yield Stretch("removed", "".join(old[a:b]))
        if d > c:
            yield Stretch("added", "".join(new[c:d]))


def changed_numbers(before: str, after: str) -> list[tuple[str, str]] | None:
    """The numbers of two texts that differ, pair by pair; None where anything else differs."""
    one, other = squash(before), squash(after)
    if _plain(one) != _plain(other):
        return None
    numbers = zip(_NUMBER.findall(folded(one)), _NUMBER.findall(folded(other)), strict=True)
    return [(a.replace(",", ""), b.replace(",", "")) for a, b in numbers if a != b]


def numbers_in(text: str) -> list[str]:
    """The numbers of a text without separators; percentages are left out."""
    found = _NUMBER.findall(squash(text))
    return [number.replace(",", "") for number in found if not number.endswith("%")]
