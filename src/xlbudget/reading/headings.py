"""A table's columns by their headings: merged, in several rows, in another order, with others between."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import heading, split_code, years_in
from xlbudget.sheets.cells import Grid, Sheet, heading_unit, without_unit
from xlbudget.sheets.layout import HEADING_ROW
from xlbudget.standard.model import AMOUNT
from xlbudget.standard.placeholders import is_open, matcher

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from xlbudget.money import Unit
    from xlbudget.standard.model import Block, Column, Table
    from xlbudget.xlsx.cells import Lines


_SEARCHED = 15
"""On an own sheet the headings begin within these first lines."""
_MOST_ROWS = 5
"""Foreign headings may have so many rows; more where the standard's own have."""
_FEW = 2
"""So many columns must be found for lines to count as the headings."""
_PUNCTUATION = re.compile(r"[-_—/、:;()·.]+")
_ANY_YEAR = "20XX年"
_THIS_YEAR = re.compile("^本年度?(?=预算数)")
_STRICT, _LEVELS = 3, 5
"""Levels of likeness of headings: those that leave nothing out, and all that are sure."""
_OPTIONAL = ("name", "text")
"""Columns without which a table can still be read."""
_TOLD_BY = 50
"""So many lines below the headings tell what a column holds."""
_WORDS = {"code": ("编码", "代码", "科目"), "name": ("名称",), "label": ("名称", "项目", "单位")}
"""How headings end under which codes, names and labels stand."""

_Path = tuple[str, ...]
Spot = tuple[str, int]
"""A column of the standard: its block and its position there."""


class _Found(NamedTuple):
    """A column on the sheet: its heading's path made comparable, the years and unit that it names."""

    path: _Path
    years: frozenset[int]
    unit: Unit | None
    text: str


class Headings(NamedTuple):
    """Where a table's columns stand.

    ``first`` and ``body`` are the first line of the headings and the first below them (from 0).
    ``columns`` leads from the standard's columns to the sheet's; ``missing`` and ``doubled`` are
    those that are not there, or that two columns of the sheet could be. ``extra`` are other columns
    with their headings; ``texts`` the headings that were used; ``exact`` counts those that are the
    standard's, outer labels included.
    """

    table: Table
    first: int
    body: int
    columns: dict[Spot, int]
    missing: tuple[Spot, ...]
    doubled: tuple[Spot, ...]
    extra: dict[int, str]
    texts: dict[Spot, str]
    units: dict[Spot, Unit]
    years: frozenset[int]
    exact: int
    depth: int

    def of(self, block: Block) -> list[int | None]:
        """The sheet's column of each of the block's columns, None for one that is missing."""
        return [self.columns.get((block.key, index)) for index in range(len(block.columns))]

    @property
    def needed(self) -> list[Spot]:
        """The columns without which the table is not read."""
        return [spot for spot in self.missing if self._column(spot).kind not in _OPTIONAL]

    @property
    def complete(self) -> bool:
        """Whether all columns are there that a table must have, each once."""
        return not self.needed and not self.doubled

    @property
    def score(self) -> tuple[int, ...]:
        """How well the headings fit: more columns, exactly, few others, few lines, the first ones."""
        certain = len(self.columns) - len(self.doubled)
        return certain, self.exact, -len(self.extra), -self.depth, -self.first

    def label(self, spot: Spot, year: int) -> str:
        """A column's heading as the standard prints it."""
        return "/".join(self._column(spot).heading(year))

    def _column(self, spot: Spot) -> Column:
        return next(block for block in self.table.blocks if block.key == spot[0]).columns[spot[1]]


def find_headings(
    table: Table,
    grid: Grid,
    lines: Iterable[int],
    year: int | None = None,
    known: dict[tuple[int, int], dict[int, _Found]] | None = None,
) -> Headings | None:
    """The best headings that begin on one of ``lines``; None where nothing looks like them.

    ``known`` keeps what is read of the lines, for whoever asks for several tables on one grid.

    What is not sure is not guessed: a column is missing, or doubled.
    """
    most = max(_MOST_ROWS, table.depth + 1)
    matches = (
        _match(table, grid, first, depth, year, known=known)
        for first in lines
        if first < grid.bottom and not grid.blank(first)
        for depth in range(1, min(most, grid.bottom - first) + 1)
    )
    return _best(table, matches)


def own_headings(table: Table, lines: Lines, year: int | None = None) -> Headings | None:
    """The headings of a sheet that is known to hold the table, or None where no line looks like them.

    Columns that lost a part of their heading are told by their order, texts by their place before
    the amounts: whoever reads the sheet says what is missing.
    """
    grid = Grid(Sheet("", lines), 0, len(lines))
    matches: list[Headings | None] = []
    firsts = range(min(_SEARCHED, len(lines) - table.depth + 1))
    # Where our own layout has them first: then nothing else need be looked at.
    for first in sorted(firsts, key=lambda first: (first != HEADING_ROW - 1, first)):
        found = _match(table, grid, first, table.depth, year, ordered=True)
        matches.append(found)
        if found is not None and found.exact == _count(table):
            break
    best = _best(table, matches)
    if best is not None and best.missing:
        for block in table.blocks:
            _by_place(block, best.columns)
    return best


def _count(table: Table) -> int:
    return sum(len(block.columns) for block in table.blocks)


def _best(table: Table, matches: Iterable[Headings | None]) -> Headings | None:
    best = max(filter(None, matches), key=lambda found: found.score, default=None)
    return best if best is not None and len(best.columns) >= min(_FEW, _count(table)) else None


def _match(
    table: Table,
    grid: Grid,
    first: int,
    depth: int,
    year: int | None,
    *,
    ordered: bool = False,
    known: dict[tuple[int, int], dict[int, _Found]] | None = None,
) -> Headings | None:
    """The headings on some lines, if any column's is there."""
    known = {} if known is None else known
    if (first, depth) not in known:
        known[first, depth] = _paths(grid, first, depth)
    found = known[first, depth]
    if not found:
        return None
    wanted = {
        (block.key, index): _wanted(column)
        for block in table.blocks
        for index, column in enumerate(block.columns)
    }
    if ordered:  # units are not looked at later: a column that names another one is missing
        own = {None, *(block.unit for block in table.blocks)}
        found = {
            at: one for at, one in found.items() if heading_unit(one.text.rpartition("/")[2]) in own
        }
    last = {
        (block.key, index)
        for block in table.blocks
        for index, column in enumerate(block.columns)
        if column.of_last_year
    }
    columns, doubled, exact = _assign(wanted, found, year, last, ordered=ordered)
    free = {at: one for at, one in found.items() if at not in columns.values()}
    body = first + depth
    for line in range(first, first + depth) if grid.cover else ():
        for column in range(grid.left, grid.right):
            area = grid.cover.get((line, column))
            body = max(body, area.bottom + 1) if area and area.top >= first else body
    for block in () if ordered else table.blocks:
        _by_kind(block, columns, free)
        _by_cells(block, columns, free, grid, body)
    if not columns:
        return None
    used = {spot: found[at] for spot, at in columns.items()}
    return Headings(
        table,
        first,
        body,
        columns,
        missing=tuple(spot for spot in wanted if spot not in columns),
        doubled=tuple(doubled),
        extra={at: one.text for at, one in free.items()},
        texts={spot: one.text for spot, one in used.items()},
        units={spot: one.unit for spot, one in used.items() if one.unit is not None},
        years=frozenset().union(*(one.years for one in used.values())),
        exact=exact,
        depth=depth,
    )


def _wanted(column: Column) -> tuple[_Path, ...]:
    """The paths by which a column is known, made comparable."""
    return tuple(tuple(_distinct([*map(plain_heading, path)])) for path in column.paths)


def plain_heading(text: str) -> str:
    """A heading made comparable: without its unit, whatever year it names."""
    plain = heading(without_unit(text)).rstrip(":").replace("20XX年度", _ANY_YEAR)
    return _THIS_YEAR.sub(_ANY_YEAR, plain).strip("*")


def _paths(grid: Grid, first: int, depth: int) -> dict[int, _Found]:
    """Column -> its heading; an outer label reaches over blank cells to the next one."""
    rows = [
        [grid.covered(line, column) for column in range(grid.left, grid.right)]
        for line in range(first, first + depth)
    ]
    for level, row in enumerate(rows[:-1]):
        below = rows[level + 1 :]
        parent = ""
        for at, text in enumerate(row):
            area = grid.cover.get((first + level, grid.left + at))
            inner = any(
                lower[at] and (area is None or grid.cover.get((line, grid.left + at)) is not area)
                for line, lower in enumerate(below, first + level + 1)
            )
            if text:
                parent = text if inner else ""
            elif inner and parent and (first + level, grid.left + at) not in grid.cover:
                row[at] = parent
    found: dict[int, _Found] = {}
    for at in range(grid.right - grid.left):
        texts = _distinct([row[at] for row in rows if row[at]])
        path = tuple(label for label in map(plain_heading, texts) if label)
        if path:
            years = frozenset().union(*map(years_in, texts))
            unit = next((unit for unit in map(heading_unit, reversed(texts)) if unit), None)
            found[grid.left + at] = _Found(path, years, unit, "/".join(texts))
    return found


def _distinct(texts: Sequence[str]) -> list[str]:
    """A path in which a label that is repeated below itself stands once."""
    return [*texts[:1], *(after for before, after in pairwise(texts) if after != before)]


# ------------------------------------------------------------------ which column is which


@lru_cache(maxsize=16384)
def _joined(path: _Path) -> str:
    return _PUNCTUATION.sub("", "".join(path))


def _assign(
    wanted: Mapping[Spot, tuple[_Path, ...]],
    found: dict[int, _Found],
    year: int | None,
    last: Collection[Spot],
    *,
    ordered: bool,
) -> tuple[dict[Spot, int], list[Spot], int]:
    """Columns by their whole path, then by less and less of it; what stays unclear is not guessed.

    ``last`` are the columns of the year before. ``ordered``: equal headings are in the standard's order, and the last
    label alone will do.
    """
    columns: dict[Spot, int] = {}
    doubled: list[Spot] = []
    free = dict(found)
    exact = 0
    for level in range(_LEVELS + ordered):
        groups: dict[tuple[int, ...], list[Spot]] = {}
        for spot, paths in wanted.items():
            if spot in columns or spot in doubled:
                continue
            fitting = tuple(
                at
                for at, one in free.items()
                if any(_fits(path, one.path, level) for path in paths)
            )
            fitting = _of_year(fitting, free, year, before=spot in last)
            if fitting:
                groups.setdefault(fitting, []).append(spot)
        for fitting, spots in groups.items():
            if any(at not in free for at in fitting):
                continue
            # Of equal headings those of several blocks are told apart: the standard's order is kept.
            told_apart = ordered or len({block for block, _ in spots}) == len(spots)
            if (len(fitting) == len(spots) and told_apart) or (
                level == 0 and (ordered or len(fitting) > len(spots))
            ):
                for spot, at in zip(spots, fitting, strict=False):
                    columns[spot] = at
                    if ordered or len(fitting) == len(spots):
                        del free[at]
                    else:
                        doubled.append(spot)
        exact = len(columns) if level < _STRICT else exact
    return columns, doubled, exact


def _fits(wanted: _Path, path: _Path, level: int) -> bool:
    """Whether a path is that of a column, at one of the levels."""
    match level:
        case 0:
            return path == wanted
        case 1:  # below further headings
            return path[-len(wanted) :] == wanted
        case 2:  # run together in one cell
            return any(_joined(path[start:]) == _joined(wanted) for start in range(len(path)))
        case 3 if is_open(_joined(wanted)):
            return matcher(_joined(wanted)).fullmatch(_joined(path)) is not None
        case 3:  # without outer labels
            return path == wanted[-len(path) :] or _joined(path) == _joined(wanted[-1:])
        case 4:  # without the year
            return _joined(path).replace(_ANY_YEAR, "") in {
                _joined(labels).replace(_ANY_YEAR, "") for labels in (wanted, wanted[-1:])
            }
    return path[-1] == wanted[-1]


def _of_year(
    fitting: tuple[int, ...], found: dict[int, _Found], year: int | None, *, before: bool
) -> tuple[int, ...]:
    """Of columns that differ in their year alone, those of the year that is asked for, else the last; or the year before."""
    years = {year for at in fitting for year in found[at].years}
    if len(years) < 2:  # noqa: PLR2004  # two years to choose from
        return fitting
    wanted = (year if year in years else max(years)) - before
    return tuple(at for at in fitting if wanted in found[at].years)


def _by_kind(block: Block, columns: dict[Spot, int], free: dict[int, _Found]) -> None:
    """Codes and names under another heading: the only column before the amounts that says so."""
    amounts = [columns.get((block.key, index)) for index in block.of_kind(AMOUNT)]
    first = min((at for at in amounts if at is not None), default=None)
    if first is None:
        return
    for index, column in enumerate(block.columns):
        words = _WORDS.get(column.kind)
        if (block.key, index) in columns or words is None:
            continue
        fitting = [
            at
            for at, one in free.items()
            if at < first and any(one.path[-1].endswith(word) for word in words)
        ]
        if len(fitting) == 1 and len(block.of_kind(column.kind)) == 1:
            columns[block.key, index] = fitting[0]
            del free[fitting[0]]


def _by_cells(
    block: Block, columns: dict[Spot, int], free: dict[int, _Found], grid: Grid, body: int
) -> None:
    """Codes with their names in one column, whatever its heading: the only one before the amounts with such cells."""
    amounts = [columns.get((block.key, index)) for index in block.of_kind(AMOUNT)]
    first = min((at for at in amounts if at is not None), default=None)
    codes = block.of_kind("code")
    if first is None or len(codes) != 1 or (block.key, codes[0]) in columns:
        return
    names = {columns.get((block.key, index)) for index in block.of_kind("name")}
    lines = range(body, min(body + _TOLD_BY, grid.bottom))
    fitting = []
    for at in range(grid.left, first):
        if at in free or at in names:
            texts = [text for line in lines if (text := grid.text(line, at))]
            coded = sum(all(split_code(text)) for text in texts)
            if coded and 2 * coded >= len(texts):
                fitting.append(at)
    if len(fitting) == 1:
        columns[block.key, codes[0]] = fitting[0]
        free.pop(fitting[0], None)


def _by_place(block: Block, columns: dict[Spot, int]) -> None:
    """Columns of codes and labels under another heading: where they stand before the amounts."""
    first = next((i for i in block.of_kind(AMOUNT) if (block.key, i) in columns), 0)
    for index in range(first):
        place = columns[block.key, first] - (first - index)
        free = (block.key, index) not in columns and place >= 0 and place not in columns.values()
        if free and block.columns[index].kind != AMOUNT:
            columns[block.key, index] = place
