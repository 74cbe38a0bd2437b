"""The lines of two ledgers: which are the same appropriation, and what each changed one changes in the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.figures import Unreadable
from xlbudget.money import Amount
from xlbudget.rules.grid import INFO
from xlbudget.rules.posting import follows_from_ledger, post

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.comparing.figures import TwoDrafts
    from xlbudget.figures import Ledger, LedgerLine

_MOST = 400
"""Of more lines without a counterpart none is taken for another that was changed."""
_SAME = 0.6
"""Lines that agree in so many of what both say are one that was changed."""


class LinePair(NamedTuple):
    """A line that differs, in both ledgers or in one."""

    before: LedgerLine | None
    after: LedgerLine | None


def changed_lines(before: Ledger, after: Ledger) -> list[LinePair]:
    """The lines that differ: the same line with other entries, then those of one ledger alone.

    The order of lines says nothing.
    """
    left: dict[object, list[LedgerLine]] = {}
    for line in before.lines:
        left.setdefault((_texts(line), _amount(line)), []).append(line)
    came: list[LedgerLine] = []
    for line in after.lines:
        same = left.get((_texts(line), _amount(line)))
        if same:
            same.pop()
        else:
            came.append(line)
    went = sorted((line for lines in left.values() for line in lines), key=lambda line: line.line)
    pairs: list[LinePair] = []
    by_texts: dict[object, list[LedgerLine]] = {}
    for line in went:
        by_texts.setdefault(_texts(line), []).append(line)
    rest: list[LedgerLine] = []
    for line in came:
        same = by_texts.get(_texts(line))
        if same:
            pairs.append(LinePair(same.pop(0), line))
        else:
            rest.append(line)
    paired = {id(pair.before) for pair in pairs}
    went = [line for line in went if id(line) not in paired]
    pairs += _alike(went, rest)
    paired = {id(line) for pair in pairs for line in pair}
    pairs += [LinePair(line, None) for line in went if id(line) not in paired]
    pairs += [LinePair(None, line) for line in rest if id(line) not in paired]
    return pairs


def _texts(line: LedgerLine) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, squash(text)) for key, text in line.texts.items() if text.strip()))


def _amount(line: LedgerLine) -> object:
    if isinstance(line.amount, Amount):
        return line.amount.fen
    return squash(line.amount.raw) if isinstance(line.amount, Unreadable) else None


def _alike(went: Sequence[LedgerLine], came: Sequence[LedgerLine]) -> Iterator[LinePair]:
    """Lines most of whose entries agree, those that agree most first."""
    if len(went) + len(came) > _MOST:
        return
    scores = []
    for at, one in enumerate(went):
        for to, other in enumerate(came):
            mine, others = dict(_texts(one)), dict(_texts(other))
            keys = mine.keys() | others.keys()
            same = sum(mine.get(key) == others.get(key) for key in keys)
            money = _amount(one) == _amount(other)
            score = (same + money) / (len(keys) + 1)
            if score >= _SAME:
                scores.append((score, money, at, to))
    used: set[tuple[str, int]] = set()
    for _, _, at, to in sorted(scores, key=lambda one: (-one[0], -one[1], one[2], one[3])):
        if ("went", at) not in used and ("came", to) not in used:
            used |= {("went", at), ("came", to)}
            yield LinePair(went[at], came[to])


def effects(drafts: TwoDrafts, pairs: Sequence[LinePair]) -> dict[int, dict[int, int]]:
    """For every changed line by how many 分 more each cell prints; none where tables are filled in by hand."""
    standard = drafts.standard
    books = (drafts.earlier.book, drafts.later.book)
    if not all(follows_from_ledger(standard, book) for book in books):
        return {number: {} for number in range(len(pairs))}
    names = {
        (block, pair.before.key): pair.after.key
        for block, matched in drafts.matched.items()
        for pair in matched.pairs
        if pair.renamed and pair.before is not None and pair.after is not None
    }
    found: dict[int, dict[int, int]] = {}
    for number, pair in enumerate(pairs):
        cells: dict[int, int] = {}
        for sign, line, book in zip((-1, 1), pair, books, strict=True):
            chosen = {form.name: form.form for form in book.forms}
            for cell, fen in _cells(drafts, (line,) if line else (), chosen, names):
                cells[cell] = cells.get(cell, 0) + sign * fen
        found[number] = {cell: fen for cell, fen in cells.items() if fen}
    return found


def _cells(
    drafts: TwoDrafts,
    lines: Iterable[LedgerLine],
    chosen: Mapping[str, str],
    names: Mapping[tuple[str, str], str],
) -> Iterator[tuple[int, int]]:
    """The cells in which some lines are printed, with their amount; ``chosen`` are the forms of projects."""
    postings = post(drafts.standard, lines, chosen)
    for block, sums in postings.blocks.items():
        for (key, _), columns in sums.items():
            for column, fen in columns.items():
                if block in drafts.matched:
                    cell = drafts.grid.number_at(block, names.get((block, key), key), column)
                    if cell is not None:
                        yield cell, fen
    for field, fen in postings.info.items():
        cell = drafts.grid.number_at(INFO, field, 0)
        if cell is not None:
            yield cell, fen
