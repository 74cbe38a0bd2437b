"""Which row of one draft is which of the other: by key, doubles by what they hold, and rows under another name."""

from __future__ import annotations

from bisect import bisect_left
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import row_label, squash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlbudget.figures import BlockData, Row

_ALIKE = 0.6
"""Names so alike may be one row under another name, as in the comparison with last year."""
_PRESCRIBED = ("fixed", "total")
"""Kinds of rows that no department names."""
_MOST = 400
"""Of more rows without a counterpart none is taken for another under a new name."""


class Pair(NamedTuple):
    """A row of both drafts, or of one; ``renamed``: it has another key or another name."""

    before: Row | None
    after: Row | None
    renamed: bool = False

    @property
    def row(self) -> Row:
        """The row as it is called now."""
        row = self.after or self.before
        assert row is not None
        return row


class Matched(NamedTuple):
    """All rows of a block in the order of the later draft, what went behind what stood before it.

    ``moved`` are those of the pairs that stand elsewhere among the others.
    """

    pairs: tuple[Pair, ...]
    moved: tuple[Pair, ...] = ()


def match_rows(before: BlockData, after: BlockData) -> Matched:
    """Pair the rows of a block."""
    partner: dict[int, int] = {}
    for identity in (_whole, _key):
        _by_identity(before.rows, after.rows, partner, identity)
    partner |= dict([*_renamed(before.rows, after.rows, partner)])
    taken = set(partner.values())
    moved = {at for at, _ in _moved(sorted(partner.items()))}
    found = {
        to: Pair(before.rows[at], after.rows[to], _another(before.rows[at], after.rows[to]))
        for at, to in partner.items()
    }
    found |= {to: Pair(None, row) for to, row in enumerate(after.rows) if to not in taken}
    behind: dict[int, list[Pair]] = {}
    last = -1
    for at, row in enumerate(before.rows):
        if at in partner:
            last = partner[at]
        else:
            behind.setdefault(last, []).append(Pair(row, None))
    pairs = list(behind.get(-1, ()))
    for to in range(len(after.rows)):
        pairs += [found[to], *behind.get(to, ())]
    return Matched(tuple(pairs), tuple(found[partner[at]] for at in sorted(moved)))


def name_of(row: Row) -> str:
    """What a row is called."""
    return row.label or row.key.removeprefix("group:")


def _whole(row: Row) -> tuple[str, ...]:
    return row.kind, row.parent, row.key


def _key(row: Row) -> tuple[str, ...]:
    return row.kind, row.key


def _by_identity(
    before: Sequence[Row],
    after: Sequence[Row],
    partner: dict[int, int],
    identity: Callable[[Row], tuple[str, ...]],
) -> None:
    """Pair rows of one identity: of several first those with the same figures, then in their order."""
    taken = set(partner.values())
    came: dict[tuple[str, ...], list[int]] = {}
    for to, row in enumerate(after):
        if to not in taken:
            came.setdefault(identity(row), []).append(to)
    left = [at for at in range(len(before)) if at not in partner]
    for same in (True, False):
        for at in left:
            places = came.get(identity(before[at]), [])
            alike = [to for to in places if not same or after[to].cells == before[at].cells]
            if alike and at not in partner:
                partner[at] = alike[0]
                places.remove(alike[0])


def _another(before: Row, after: Row) -> bool:
    """Whether a row is called something else; what the standard prescribes is called what it is called."""
    if before.kind in _PRESCRIBED:
        return False
    labels = [row_label(row.label) for row in (before, after)]
    return before.key != after.key or (all(labels) and labels[0] != labels[1])


def _renamed(
    before: Sequence[Row], after: Sequence[Row], partner: dict[int, int]
) -> Iterator[tuple[int, int]]:
    """Rows that went and rows that came in their place under another name or code, the most alike first."""
    taken = set(partner.values())
    went = [at for at in range(len(before)) if at not in partner]
    came = [to for to in range(len(after)) if to not in taken]
    if not went or not came or len(went) + len(came) > _MOST:
        return
    scores = [
        (score, at, to) for at in went for to in came if (score := _likeness(before[at], after[to]))
    ]
    used: set[tuple[str, int]] = set()
    for _, at, to in sorted(scores, key=lambda one: (-one[0], abs(one[1] - one[2]), one[1])):
        if ("before", at) not in used and ("after", to) not in used:
            used |= {("before", at), ("after", to)}
            yield at, to


def _likeness(one: Row, other: Row) -> float:
    """How sure it is that two rows are one under another name; 0: they are two."""
    if one.kind != other.kind or one.kind in _PRESCRIBED:
        return 0.0
    names = squash(name_of(one)), squash(name_of(other))
    same_figures = one.cells == other.cells and any(one.fens)
    if one.kind in ("subject", "class"):
        alike = names[0] == names[1] and len(one.key) == len(other.key)
        return 1.0 + same_figures if alike and same_figures else 0.0
    ratio = SequenceMatcher(None, *names, autojunk=False).ratio()
    if same_figures:
        return 1.0 + ratio
    return ratio if ratio >= _ALIKE else 0.0


def _moved(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs outside the longest run that keeps its order (patience sorting)."""
    ends: list[int] = []
    places: list[int] = []
    back: list[int] = []
    for number, (_, to) in enumerate(pairs):
        at = bisect_left(ends, to)
        back.append(places[at - 1] if at else -1)
        if at == len(ends):
            ends.append(to)
            places.append(number)
        else:
            ends[at], places[at] = to, number
    kept: set[int] = set()
    number = places[-1] if places else -1
    while number >= 0:
        kept.add(number)
        number = back[number]
    return [pair for at, pair in enumerate(pairs) if at not in kept]
