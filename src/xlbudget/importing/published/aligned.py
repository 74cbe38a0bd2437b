"""Tables without lines: the places of words on their lines become columns.

Below a title the standard's headings are looked for, each word of them wherever it stands; where all are
there, from left to right, they are the columns. Amounts stand below each other, at the right, the middle or the
left of their column; names begin at the left or stand in the middle. Where a column is not sure for a page, its
rows stay ``loose``; a table whose headings are not all there stays lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import folded, squash
from xlbudget.explaining.plan import load_plan
from xlbudget.importing.published.aligned_forms import FormDraft
from xlbudget.importing.published.alignment import (
    YEAR,
    as_line,
    comparable,
    in_order,
    is_packed,
    logical_lines,
    row_distance,
    stacked,
)
from xlbudget.importing.published.elements import Line, Matrix, Word, tidy
from xlbudget.importing.published.recognise import PartHeadings
from xlbudget.importing.titles import Titles
from xlbudget.sheets.layout import is_form
from xlbudget.standard.model import AMOUNT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from xlbudget.importing.published.elements import PrintedLine
    from xlbudget.standard.model import Standard, Table

_AMOUNT = re.compile(r"[-(]?(?:\d[\d,]*\.\d{1,2}|\d{1,3}(?:,\d{3})+)\)?")
_WHOLE = re.compile(r"-?\d+")
"""An amount without decimals or groups; before a name it is a code."""
_FIGURE = re.compile(r"[-(]?\d[\d,]*(?:\.\d+)?[)%]?|[-—/]+|无")
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})*\.\d{2}")
_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})*(?:\.\d{2})?")
_BROKEN = re.compile(r"-?\d[\d,]*(?:[.,]|,\d{1,2})|-?\d{1,3}(?:,\d{3})+\.\d|\.\d\d?|,\d{3}\.\d\d")
_NUMBERED = re.compile(r"\d{1,2}\.")
_PIECE = re.compile(r"[-\d,.]+")
_REMARK = re.compile("(?:说明|备注|注)[:：]|注[:：]?\\d")
_PART = re.compile("第[一二三四五六七八九十]{1,3}部分")
_LONGEST_PART = 40
_HEADED = 14
"""The headings of a table stand in so many lines below its title."""
_NEARLY = 0.8
_SAME = 0.3
"""What stands so few letters apart stands at the same place."""


class Leaf(NamedTuple):
    """A column: its block's and its own number (-1: none of the standard's), its kind, heading and where this stands."""

    block: int
    column: int
    kind: str
    text: str
    left: float
    right: float

    @property
    def centre(self) -> float:
        """Halfway between the ends of its heading."""
        return (self.left + self.right) / 2


def with_aligned_tables(
    shapes: Sequence[Standard], elements: Sequence[Line | Matrix]
) -> list[Line | Matrix]:
    """The elements with tables in place of the lines that print one without lines between its cells.

    ``shapes``: the standard, and as its variants have it.
    """
    drafts = dict(_drafts(shapes, elements))
    tables = [draft for draft in drafts.values() if isinstance(draft, _Draft)]
    ways = _usual(way for draft in tables for way in draft.ways())
    found: list[Line | Matrix] = []
    at = 0
    while at < len(elements):
        draft = drafts.get(at)
        made = draft.elements(ways) if draft is not None else None
        found += made if made is not None else [elements[at]]
        at = draft.end if draft is not None and made is not None else at + 1
    return found


def _drafts(
    shapes: Sequence[Standard], elements: Sequence[Line | Matrix]
) -> Iterator[tuple[int, _Draft | FormDraft]]:
    """The tables whose headings show among the lines below a title, by the number of the first of these."""
    standard = shapes[0]
    titles, parts = Titles(standard), PartHeadings(standard, load_plan(standard))
    for at, one in enumerate(elements, 1):
        if not isinstance(one, Line) or (known := titles.exact(one.text)) is None:
            continue
        end = at
        while end < len(elements) and _goes_on(titles, parts, elements[end]):
            end += 1
        if end < len(elements) and isinstance(elements[end], Matrix):
            continue
        lines = [line for line in elements[at:end] if isinstance(line, Line)]
        printed = [row for line in lines for row in line.printed]
        if is_packed(printed):
            continue
        table, form = known
        if form is not None:
            yield at, FormDraft(form, printed, end)
        elif not is_form(table) and (shape := _shape(table, shapes, printed)) is not None:
            yield at, _Draft(shape[0], printed, shape[1], end)


def _shape(
    table: Table, shapes: Iterable[Standard], printed: Sequence[PrintedLine]
) -> tuple[Table, Head] | None:
    """The table as the variant has it whose headings are there with the fewest others; None without any."""
    tables = [shape.table(table.key) for shape in shapes]
    heads = [
        (one, head)
        for at, one in enumerate(tables)
        if one not in tables[:at] and (head := find_leaves(one, printed)) is not None
    ]
    return min(heads, key=lambda pair: sum(leaf.block < 0 for leaf in pair[1].leaves), default=None)


def _goes_on(titles: Titles, parts: PartHeadings, element: Line | Matrix) -> bool:
    """Whether the lines below a title go on with this one."""
    if not isinstance(element, Line) or not element.printed:
        return False
    text = squash(element.text)
    part = _PART.match(text) is not None and len(text) < _LONGEST_PART
    return not part and parts.part(element.text) is None and titles.exact(element.text) is None


class _Draft:
    """A table whose headings are known, in the lines below a title; these end at the element ``end``."""

    def __init__(self, table: Table, printed: Sequence[PrintedLine], head: Head, end: int) -> None:
        self.table, self.printed, self.head, self.end = table, printed, head, end
        below = range(head.body, len(printed))
        self.rest = next((at for at in below if _is_remark(printed[at])), len(printed))
        lines = printed[head.body : self.rest]
        whole = _has_amount if not any(map(_is_broken, lines)) else _never
        limit = row_distance(lines, whole)
        self.pages = [
            _Page(page, leaves, limit, headed=headed)
            for page, leaves, headed in _pages(table, lines, head.leaves)
        ]

    def ways(self) -> Iterator[_Way]:
        """How amounts stand in the columns of pages where that shows."""
        for page in self.pages:
            ways = _ways(page.clusters or (), page.size)
            if len(ways) == 1:
                yield ways[0]

    def elements(self, ways: Collection[_Way]) -> list[Line | Matrix] | None:
        """The lines above the table, the table and what follows; None where it cannot be read.

        ``ways``: how amounts stand in columns elsewhere in the document.
        """
        own = _usual(self.ways()) or set(ways) or set(_WAYS)
        made = _Body(self.table, len(self.head.leaves), own)
        if not all(made.add(page, begins=not at) for at, page in enumerate(self.pages)):
            return None
        first, heads = self.head.first, _heading_rows(self.table, self.head)
        starts = tuple((at + len(heads), where) for at, where in made.starts[1:])
        loose = frozenset(at + len(heads) for at in made.loose)
        where = self.printed[first].where
        matrix = Matrix([*heads, *made.rows], where, starts, loose=loose)
        above, below = self.printed[:first], self.printed[self.rest :]
        return [*map(as_line, above), matrix, *map(as_line, below)]


def _is_remark(row: PrintedLine) -> bool:
    return bool(row.words) and _REMARK.match(folded(row.words[0].text)) is not None


# ------------------------------------------------------------------ headings


class Head(NamedTuple):
    """The headings of a table: the first line of theirs, the first below them, all columns from the left.

    ``outer`` are labels that stand above several columns, as they are printed, by their comparable form.
    """

    first: int
    body: int
    leaves: list[Leaf]
    outer: dict[str, str]


def find_leaves(table: Table, printed: Sequence[PrintedLine]) -> Head | None:
    """The headings among the first lines; None where some are not there, or not in their order."""
    rows = printed[:_HEADED]
    wanted = [
        (number, at, column.kind, column.paths)
        for number, block in enumerate(table.blocks)
        for at, column in enumerate(block.columns)
    ]
    chosen = in_order(rows, [{path[-1] for path in paths} for *_, paths in wanted])
    if chosen is None:
        return None
    used = {spot for one in chosen for spot in one.spots}
    last = max(spot[0] for spot in used)
    leaves = [
        Leaf(number, at, kind, one.text, one.left, one.right)
        for (number, at, kind, _), one in zip(wanted, chosen, strict=True)
    ]
    groups = {comparable(label) for *_, paths in wanted for path in paths for label in path[:-1]}
    first = _first_of_groups(rows, min(spot[0] for spot in used), "".join(groups))
    others = [
        word
        for number in range(first, last + 1)
        for at, word in enumerate(rows[number].words)
        if (number, at) not in used
    ]
    outer = {comparable(text): text for text, *_ in stacked(others)}
    strange = [word for word in others if not any(comparable(word.text) in one for one in groups)]
    extra = [Leaf(-1, -1, "", *one) for one in stacked(strange)]
    return Head(first, last + 1, sorted([*leaves, *extra], key=lambda leaf: leaf.left), outer)


def _first_of_groups(rows: Sequence[PrintedLine], first: int, outer: str) -> int:
    """The first line of the outer labels that stand above the headings."""
    while first > 0 and rows[first - 1].words:
        if not all(comparable(word.text) in outer for word in rows[first - 1].words):
            break
        first -= 1
    return first


def _heading_rows(table: Table, head: Head) -> list[list[str]]:
    """The headings as a table has them, in the words that are printed."""
    paths: list[tuple[str, ...]] = []
    for leaf in head.leaves:
        outer: tuple[str, ...] = ()
        if leaf.block >= 0:
            outer = table.blocks[leaf.block].columns[leaf.column].heading(2000)[:-1]
        known = (head.outer.get(comparable(label), YEAR.sub("", label)) for label in outer)
        paths.append((*known, leaf.text))
    return [
        [path[level] if level < len(path) else "" for path in paths] for level in range(table.depth)
    ]


# ------------------------------------------------------------------ rows


def _pages(
    table: Table, printed: Sequence[PrintedLine], leaves: list[Leaf]
) -> Iterator[tuple[list[PrintedLine], list[Leaf], bool]]:
    """The rows of each page, the headings that hold for it, and whether it repeats these."""
    pages: dict[int, list[PrintedLine]] = {}
    for row in printed:
        pages.setdefault(row.page, []).append(row)
    for number, rows in enumerate(pages.values()):
        again = find_leaves(table, rows) if number else None
        if again is not None:
            leaves = again.leaves
        yield rows if again is None else rows[again.body :], leaves, again is not None


class _Page:
    """A page's rows of a table, each of one line or several; ``limit``: lines of a row are nearer."""

    def __init__(
        self, lines: list[PrintedLine], leaves: list[Leaf], limit: float, *, headed: bool
    ) -> None:
        self.leaves, self.headed = leaves, headed
        self.size = lines[0].size if lines else 1.0
        self.measured = any(line.bottom for line in lines)
        # Parts of broken amounts look like amounts: then distance alone tells the rows.
        whole = _has_amount if not any(map(_is_broken, lines)) else _never
        groups = logical_lines(lines, limit, whole) if self.measured else [[one] for one in lines]
        self.rows = [_whole_amounts(group) for group in groups]
        broken = any(_is_broken(line) for row in self.rows for line in row)
        self.clusters = None if broken else _clusters(self.rows)
        self.exact = any(
            all(max(ends) - min(ends) <= 1 for ends in _ends(self.clusters or (), part))
            for part in _WAYS.values()
        )


def _whole_amounts(group: list[PrintedLine]) -> list[PrintedLine]:
    """The lines of a row with amounts put together that their narrow column broke: ``15,214.3⏎6``."""
    pieces = [
        (at, word)
        for at, line in enumerate(group)
        for word in line.words
        if _PIECE.fullmatch(folded(word.text))
    ]
    lines = [list(line.words) for line in group]
    for at, word in pieces:
        if word not in lines[at]:
            continue
        below = [
            (other, piece)
            for other, piece in pieces
            if other > at and piece.left < word.right and word.left < piece.right
        ]
        texts = [folded(piece.text) for _, piece in ((at, word), *below)]
        if below and _GROUPED.fullmatch("".join(texts)) and not all(map(_NUMBER.fullmatch, texts)):
            for other, piece in below:
                lines[other].remove(piece)
            ends = [word.right, *(piece.right for _, piece in below)]
            starts = [word.left, *(piece.left for _, piece in below)]
            lines[at][lines[at].index(word)] = Word("".join(texts), min(starts), max(ends))
    return [line._replace(words=tuple(words)) for line, words in zip(group, lines, strict=True)]


class _Cluster(NamedTuple):
    """Amounts below each other."""

    left: float
    right: float
    words: tuple[Word, ...]


class _Body:
    """The rows so far; ``ways`` are how amounts may stand."""

    def __init__(self, table: Table, width: int, ways: Collection[_Way]) -> None:
        self.table, self.width, self.ways = table, width, set(ways)
        self.rows: list[list[str]] = []
        self.starts: list[tuple[int, str]] = []
        self.loose: list[int] = []

    def add(self, page: _Page, *, begins: bool) -> bool:
        """Whether the rows of a page could be taken."""
        if not page.rows:
            return True
        clusters, leaves = page.clusters, page.leaves
        if len(leaves) != self.width:
            return False
        places = None
        if clusters is not None and (page.measured or (page.exact and (begins or page.headed))):
            seen = set(_ways(clusters, page.size))
            places = _placed(leaves, clusters, seen & self.ways or seen)
        first = len(self.rows)
        self.starts.append((first, page.rows[0][0].where))
        if clusters is not None and places is not None:
            self.rows += [_cells(row, leaves, clusters, places) for row in page.rows]
            return True
        # Names in several columns cannot be told apart where words may be moved.
        if page.measured or any(leaf.kind == "level2" for leaf in leaves):
            return False
        # The words of a text may be moved: then their order is all that is known.
        rows = [_in_turn(row[0], leaves) for row in page.rows]
        if None in rows:
            return False
        self.rows += [row for row in rows if row is not None]
        self.loose += range(first, len(self.rows))
        return True


def _in_turn(line: PrintedLine, leaves: Sequence[Leaf]) -> list[str] | None:
    """A row whose amounts stand in their order from the first column of their block; None for too many."""
    cells = [""] * len(leaves)
    block = 0
    for number, word in enumerate(line.words):
        at = _column(word, leaves, (), (), first=number == 0)
        if leaves[at].kind != AMOUNT and not _AMOUNT.fullmatch(folded(word.text)):
            # A name behind amounts is the next block's.
            behind = any(
                cells[one]
                for one, leaf in enumerate(leaves)
                if leaf.kind == AMOUNT and leaf.block == block
            )
            block = max(block + behind, leaves[at].block)
            names = [
                one
                for one, leaf in enumerate(leaves)
                if leaf.kind != AMOUNT and leaf.block == block
            ]
            if leaves[at].block != block:
                if not names:
                    return None
                at = names[0]
        else:
            own = (
                one
                for one, leaf in enumerate(leaves)
                if leaf.kind == AMOUNT and leaf.block == block
            )
            free = next((one for one in own if not cells[one]), None)
            if free is None:
                return None
            at = free
        cells[at] += f" {word.text}" if cells[at] else word.text
    return [tidy(cell) for cell in cells]


def _clusters(rows: Sequence[Sequence[PrintedLine]]) -> list[_Cluster] | None:
    """The amounts of some rows, column by column; None where they do not stand below each other."""
    words = sorted(
        (
            (word, number)
            for number, lines in enumerate(rows)
            for line in lines
            for word in _amounts(line)
        ),
        key=lambda one: one[0].left,
    )
    found: list[tuple[_Cluster, set[int]]] = []
    for word, number in words:
        if found and word.left < found[-1][0].right:
            cluster, numbers = found[-1]
            if number in numbers:
                return None
            right = max(cluster.right, word.right)
            found[-1] = _Cluster(cluster.left, right, (*cluster.words, word)), numbers | {number}
        else:
            found.append((_Cluster(word.left, word.right, (word,)), {number}))
    return [cluster for cluster, _ in found]


def _placed(
    leaves: Sequence[Leaf], clusters: Sequence[_Cluster], ways: Collection[_Way]
) -> list[int] | None:
    """The column of each cluster; None where that is not sure."""
    every = {tuple(way(leaves, cluster) for cluster in clusters) for way in ways}
    if len(every) != 1:
        return None
    places = list(every.pop())
    rising = all(before < after for before, after in pairwise(places))
    amounts = all(at >= 0 and leaves[at].kind in (AMOUNT, "") for at in places)
    return places if rising and amounts else None


def _usual(ways: Iterable[_Way]) -> set[_Way]:
    """The way in which nearly all amounts stand; all ways where there is none."""
    counts = Counter(ways)
    return {way for way, number in counts.items() if number >= _NEARLY * counts.total()} or {
        *counts
    }


def _ways(clusters: Sequence[_Cluster], size: float) -> list[_Way]:
    """How amounts stand in their columns; several where that does not show."""
    spread = dict.fromkeys(_WAYS, 0.0)
    for way, part in _WAYS.items():
        spread[way] = sum(max(ends) - min(ends) for ends in _ends(clusters, part))
    least = min(spread.values())
    return [way for way, width in spread.items() if width <= least + _SAME * size]


def _ends(clusters: Iterable[_Cluster], part: float) -> list[list[float]]:
    """Where a part of each amount stands, cluster by cluster."""
    return [
        [word.left + part * (word.right - word.left) for word in cluster.words]
        for cluster in clusters
    ]


def _at_right(leaves: Sequence[Leaf], cluster: _Cluster) -> int:
    """Of headings in any place, the last whose middle is left of the amounts' end."""
    return max((at for at, leaf in enumerate(leaves) if leaf.centre < cluster.right), default=-1)


def _at_left(leaves: Sequence[Leaf], cluster: _Cluster) -> int:
    return min((at for at, leaf in enumerate(leaves) if leaf.centre > cluster.left), default=-1)


def _in_middle(leaves: Sequence[Leaf], cluster: _Cluster) -> int:
    centre = (cluster.left + cluster.right) / 2
    return min(range(len(leaves)), key=lambda at: abs(leaves[at].centre - centre))


_Way = Callable[[Sequence[Leaf], _Cluster], int]
_WAYS: dict[_Way, float] = {_at_right: 1.0, _at_left: 0.0, _in_middle: 0.5}
"""How amounts may stand in columns, and which part of a number then stands at the same place."""


def _cells(
    group: Sequence[PrintedLine],
    leaves: Sequence[Leaf],
    clusters: Sequence[_Cluster],
    places: Sequence[int],
) -> list[str]:
    """A row of the table from its lines."""
    cells = [""] * len(leaves)
    for row in group:
        for number, word in enumerate(row.words):
            at = _column(word, leaves, clusters, places, first=number == 0)
            between = "\n" if leaves[at].kind == AMOUNT else " "
            cells[at] += f"{between}{word.text}" if cells[at] else word.text
    return [tidy(cell) for cell in cells]


def _column(
    word: Word,
    leaves: Sequence[Leaf],
    clusters: Sequence[_Cluster],
    places: Sequence[int],
    *,
    first: bool,
) -> int:
    """The column in which a word stands."""
    plain = folded(word.text)
    if _FIGURE.fullmatch(plain) or _PIECE.fullmatch(plain):
        for cluster, at in zip(clusters, places, strict=True):
            if word.left < cluster.right and cluster.left < word.right:
                return at
        if not first:
            at = _at_right(leaves, _Cluster(word.left, word.right, ()))
            if at >= 0 and leaves[at].kind == AMOUNT:
                return at
    names = [at for at, leaf in enumerate(leaves) if leaf.kind != AMOUNT]
    if not names:  # a table of nothing but amounts
        return _in_middle(leaves, _Cluster(word.left, word.right, ()))
    over = [at for at in names if word.left < leaves[at].right and leaves[at].left < word.right]
    if len(over) == 1:
        return over[0]
    after = min(
        (at for at, leaf in enumerate(leaves) if leaf.centre > word.left), default=len(leaves) - 1
    )
    return max((at for at in names if at <= after), default=names[0])


def _amounts(line: PrintedLine) -> Iterator[Word]:
    """The words of a line that are amounts; numbers without decimals and groups are that behind a name."""
    named = False
    for word in line.words:
        plain = folded(word.text)
        if _AMOUNT.fullmatch(plain) or (named and _WHOLE.fullmatch(plain)):
            yield word
        named |= any(map(str.isalpha, plain))


def _has_amount(row: PrintedLine) -> bool:
    return any(True for _ in _amounts(row))


def _is_broken(row: PrintedLine) -> bool:
    """Whether a line has a part of an amount that cannot be one, and is no number of a name: ``1. 一般公共预算``."""
    texts = [folded(word.text) for word in row.words]
    return any(
        _BROKEN.fullmatch(text) and not (_NUMBERED.fullmatch(text) and after[:1].isalpha())
        for text, after in zip(texts, [*texts[1:], ""], strict=True)
    )


def _never(row: PrintedLine) -> bool:
    return not row
