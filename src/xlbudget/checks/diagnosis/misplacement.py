"""Figures that stand in the wrong place: shifted columns and rows, rows in another order, 元 for 万元.

Each is one slip that makes many cells wrong. It is believed only where putting it right mends
relations and breaks none, and where the figures or rows that move were in doubt before.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, combinations, product
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.intervals import interval
from xlbudget.checks.wording import fen_of
from xlbudget.money import COUNT, Amount
from xlbudget.rules.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.checks.identities import Identities
    from xlbudget.figures import Cell
    from xlbudget.rules.grid import Grid

COLUMNS, ROWS, SWAP, ORDER, UNIT = "columns", "rows", "swap", "order", "unit"
_MOST_FOUND = 5
_LONG = 8
"""A slip in so many rows that explains all is no coincidence."""
_FEW_ROWS = 3
"""A sum of more rows does not make each of them suspect of having been moved."""
_FACTOR = 10_000
"""万元 to 元."""
_FEWEST_IN_TABLE = 4
_MOST_ROWS, _MOST_COLUMNS, _MOST_PAIRS = 40, 20, 800
_MOST_SPAN = 8
"""Every short span between rows in doubt is tried; that longer ones stand lower is seen otherwise."""
_MOST_GROWN = 2
_DOUBTFUL = 0.7
_FURTHER = 6
"""How many rows beyond those in doubt a shift may reach: long sums put no single row in doubt."""
_STEPS = (1, -1, 2, -2, 3, -3)
"""By how many lines a table may have been pasted too low or too high."""
_ENDS = (0, 1, -1, 2, -2)
_FEWEST_ROWS = 5
_FEWEST_VOTES = 3
_MOST_PARTS = 60
"""A longer sum says nothing of single rows."""
_FEWEST_PLACED = 3
_PLACED = 0.8
"""Such a share of the rows in doubt must find the figures that other tables have for them."""

Range = tuple[int, int]
Edits = dict[int, "Cell"]


class Misplacement(NamedTuple):
    """One slip: how the cells read when it is put right; ``unknown`` are those whose figure is lost.

    ``rows`` are positions in ``block``; ``shift`` by how many columns or rows the figures stand
    off (1: to the right, or below), or for a unit the sign of the error. ``mended`` are the
    relations that then hold; ``left`` is how many of the same cells still do not.
    """

    kind: str
    block: str
    rows: tuple[int, ...]
    shift: int
    edits: Edits
    unknown: tuple[int, ...]
    mended: frozenset[int]
    left: int


def find_misplacements(grid: Grid, identities: Identities) -> list[Misplacement]:
    """The misplacements that mend most, the best first.

    Where a slip in a whole table explains all that is broken in it, nothing else is looked for.
    """
    any_rows = _suspect_rows(grid, identities, len(identities.cells))
    tables = [_Table(grid, identities, block) for block in any_rows]
    whole = [
        misplacement
        for misplacement in _table_units(grid, identities, any_rows)
        for cells in [range(grid.base[misplacement.block], grid.end(misplacement.block))]
        if 2 * len(misplacement.mended)
        >= sum(
            any(cell in cells for _, cell in identities.terms[number])
            for number in identities.broken
        )
    ]
    for found_in in (_block_shifts, _table_columns, _reordered_rows):
        for table in tables:
            whole += found_in(table)
    if any(not misplacement.left and len(misplacement.rows) >= _LONG for misplacement in whole):
        return sorted(whole, key=_demerit)[:_MOST_FOUND]
    rows = _suspect_rows(grid, identities, _FEW_ROWS)
    for table in tables:
        whole += _column_shifts(table, any_rows[table.block])
    for moved_in in (_row_swaps, _row_shifts):
        for block, positions in rows.items():
            whole += moved_in(_Table(grid, identities, block), positions)
    return sorted(whole, key=_demerit)[:_MOST_FOUND]


def placed_elsewhere(grid: Grid, identities: Identities, block: str) -> bool:
    """Whether the figures that other tables have for a table's rows stand in other rows of it."""
    table = _Table(grid, identities, block)
    asked = there = 0
    for row, columns in _wanted(table).items():
        for column, wanted in columns.items():
            if not _fits(table.cell(row, column), wanted) and not wanted[0] <= 0 <= wanted[1]:
                asked += 1
                there += any(_fits(cell, wanted) for cell in table.column(column))
    return asked >= _FEWEST_PLACED and there >= _PLACED * asked


class _Table:
    """The figures of one block by row and column, and the trial of others in their place."""

    def __init__(self, grid: Grid, identities: Identities, block: str) -> None:
        self.identities, self.block = identities, block
        self.base, self.width, self.end = grid.base[block], grid.width[block], grid.end(block)
        self.count = (self.end - self.base) // self.width

    def number(self, row: int, column: int) -> int:
        return self.base + row * self.width + column

    def cell(self, row: int, column: int) -> Cell:
        return self.identities.cells[self.base + row * self.width + column]

    def column(self, column: int) -> list[Cell]:
        return self.identities.cells[self.base + column : self.end : self.width]

    def in_doubt(self, row: int, columns: Iterable[int]) -> bool:
        """Whether any of these cells of a row is in a broken relation."""
        return any(self.identities.in_doubt(self.number(row, column)) for column in columns)

    def tried(
        self,
        kind: str,
        rows: tuple[int, ...],
        shift: int,
        edits: Edits,
        unknown: tuple[int, ...] = (),
    ) -> Iterator[Misplacement]:
        """The misplacement if putting it right mends much and breaks nothing."""
        changed = [cell for cell, value in edits.items() if value != self.identities.cells[cell]]
        if len(changed) + len(unknown) < 2:  # noqa: PLR2004
            return
        if kind == COLUMNS and not any(map(self.identities.in_doubt, changed)):
            return
        effect = self.identities.effect(edits, unknown)
        least = 1 if kind == COLUMNS and not unknown else 3 if kind == ROWS else 2
        if (
            effect.spoiled
            or len(effect.mended) < least
            or (len(effect.mended) == 1 and effect.left)
        ):
            return
        # Any figure large enough, or small enough, mends a bound.
        if not all(self.identities.bound[number] for number in effect.mended):
            known = (rows, shift, edits, unknown, effect.mended, len(effect.left))
            yield Misplacement(kind, self.block, *known)


def _suspect_rows(grid: Grid, identities: Identities, few: int) -> dict[str, list[int]]:
    """Rows with a suspect figure, by block; the parts of a sum only if its rows are ``few``."""
    rows: dict[str, set[int]] = {}
    for number in identities.broken:
        here: dict[str, list[int]] = {}
        for _, cell in identities.terms[number]:
            block = grid.block_of(cell)
            if block != INFO:
                here.setdefault(block, []).append((cell - grid.base[block]) // grid.width[block])
        for block, positions in here.items():
            suspects = positions if len(set(positions)) <= few else positions[:1]
            rows.setdefault(block, set()).update(suspects)
    return {block: sorted(positions) for block, positions in rows.items()}


def _demerit(one: Misplacement) -> tuple[int, int, int]:
    """The less, the better a misplacement explains what is broken."""
    return 2 * one.left - len(one.mended), len(one.unknown), len(one.edits)


# ------------------------------------------------------------------ units and columns


def _table_units(
    grid: Grid, identities: Identities, rows: dict[str, list[int]]
) -> Iterator[Misplacement]:
    """A table whose amounts are all 10,000 times too large or too small."""
    for table in grid.standard.tables:
        keys = [block.key for block in table.blocks if block.key in rows]
        if not keys or any(block.unit == COUNT for block in table.blocks):
            continue
        amounts = {
            number: cell
            for block in table.blocks
            if block.key in grid.base
            for number in range(grid.base[block.key], grid.end(block.key))
            if isinstance(cell := identities.cells[number], Amount)
        }
        if sum(bool(amount.fen) for amount in amounts.values()) < _FEWEST_IN_TABLE:
            continue
        broken = {one for number in amounts for one in identities.touching.get(number, ())}
        broken &= identities.broken
        down: Edits = {
            n: one._replace(fen=one.fen // _FACTOR).rounded(one.unit) for n, one in amounts.items()
        }
        up: Edits = {n: one._replace(fen=one.fen * _FACTOR) for n, one in amounts.items()}
        for shift, edits in ((1, down), (-1, up)):
            for one in _Table(grid, identities, keys[0]).tried(
                UNIT, tuple(rows[keys[0]]), shift, edits
            ):
                sums = sum(not identities.bound[number] for number in one.mended)
                if sums and 2 * len(one.mended) > len(broken) and sums > one.left:
                    yield one


def _column_shifts(table: _Table, positions: list[int]) -> Iterator[Misplacement]:
    """Neighbouring figures of a row, or of several rows alike, some columns to the left or right."""
    alike: dict[tuple[int, int, int], list[int]] = {}
    for position in positions[:_MOST_ROWS]:
        for segment in _segments(table, position):
            edits, unknown = _moved_aside(table, position, *segment)
            # One figure alone whose place is lost is rather left out.
            if sum(fen_of(cell) != 0 for cell in edits.values()) < 2:  # noqa: PLR2004
                unknown = ()
            for lost in {(), unknown}:
                yield from table.tried(COLUMNS, (position,), -segment[2], edits, lost)
            alike.setdefault(segment, []).append(position)
    for segment, group in alike.items():
        if 1 < len(group) <= _MOST_ROWS:
            joint: Edits = {}
            for position in group:
                joint |= _moved_aside(table, position, *segment)[0]
            yield from table.tried(COLUMNS, tuple(group), -segment[2], joint)


def _segments(table: _Table, row: int) -> Iterator[tuple[int, int, int]]:
    """Runs of columns that begin and end with a figure and have room beside: first, last, way back."""
    cells = [table.cell(row, column) for column in range(table.width)]
    filled = [column for column, cell in enumerate(cells) if isinstance(cell, Amount)]
    for back, first, last in product((-1, 1, -2, 2), filled, filled):
        if last < first or first + back < 0 or last + back >= table.width:
            continue
        beside = range(last + 1, last + back + 1) if back > 0 else range(first + back, first)
        if all(cells[column] is None for column in beside):
            yield first, last, back


def _moved_aside(
    table: _Table, row: int, first: int, last: int, back: int
) -> tuple[Edits, tuple[int, ...]]:
    """The cells with a run moved by ``back``; and, at the table's edge, the cell that lost its figure."""
    edits: Edits = {}
    for column in range(min(first, first + back), max(last, last + back) + 1):
        inside = first <= column - back <= last
        edits[table.number(row, column)] = table.cell(row, column - back) if inside else None
    edge = table.width - 1 if last == table.width - 1 else 0 if first == 0 else None
    lost = () if edge is None else (table.number(row, edge),)
    return edits, lost if lost and lost[0] in edits else ()


def _table_columns(table: _Table) -> Iterator[Misplacement]:
    """All rows of a table, from some column on, a column too far to the right or left."""
    width, cells = table.width, table.identities.cells
    filled = [
        column
        for column in range(width)
        if any(isinstance(cell, Amount) for cell in table.column(column))
    ]
    for back, first in product((-1, 1), filled[:_MOST_COLUMNS]):
        if first + back < 0 or table.identities.work.exhausted:
            continue
        edits: Edits = {}
        lost: list[int] = []
        for start in range(table.base, table.end, width):
            for column in range(min(first, first + back), width):
                inside = first <= column - back < width
                edits[start + column] = cells[start + column - back] if inside else None
            edge = start + (width - 1 if back < 0 else first)
            if edits.get(edge, cells[edge]) is None:
                lost.append(edge)
        gone = set(lost)
        for unknown in ((), tuple(lost)):
            without = gone if unknown else ()
            kept = {cell: value for cell, value in edits.items() if cell not in without}
            yield from table.tried(COLUMNS, tuple(range(table.count)), -back, kept, unknown)


# ------------------------------------------------------------------ rows swapped or shifted


def _row_swaps(table: _Table, positions: list[int]) -> Iterator[Misplacement]:
    """Two rows of one table whose figures stand in each other's place."""
    for one, other in _likely_pairs(table, positions):
        if table.identities.work.exhausted:
            return
        edits: Edits = {}
        for column in range(table.width):
            here, there = table.cell(one, column), table.cell(other, column)
            if here != there:
                edits[table.number(one, column)] = there
                edits[table.number(other, column)] = here
        yield from table.tried(SWAP, (one, other), 0, edits)


def _likely_pairs(table: _Table, positions: list[int]) -> list[tuple[int, int]]:
    """Pairs of rows that differ, in some column, by what a relation of one of them is off."""
    identities = table.identities
    pairs: dict[tuple[int, int], None] = {}
    for column in range(table.width):
        fens = sorted((fen_of(table.cell(row, column)), row) for row in positions)
        for fen, row in fens:
            for number in identities.touching.get(table.number(row, column), ()):
                off = abs(identities.residuals[number]) if number in identities.broken else 0
                if not off:
                    continue
                near = max(off // 100, 1)
                for wanted in (fen - off, fen + off):
                    at = bisect_left(fens, (wanted - near, -1))
                    while at < len(fens) and fens[at][0] <= wanted + near:
                        if abs(off - abs(fens[at][0] - fen)) < abs(fens[at][0] - fen) // 100:
                            pairs[min(row, fens[at][1]), max(row, fens[at][1])] = None
                        at += 1
    return sorted(pairs)[:_MOST_PAIRS]


def _row_shifts(table: _Table, positions: list[int]) -> Iterator[Misplacement]:
    """The figures of consecutive rows, in one column or all, a line too low or too high."""
    if len(positions) < 2:  # noqa: PLR2004
        return
    columns = [
        column
        for column in range(table.width)
        if any(table.cell(row, column) is not None for row in positions)
    ]
    for chosen in _all_and_single(columns):
        tried = [row for row in positions if table.in_doubt(row, chosen)][:_MOST_ROWS]
        shifts = [
            misplacement
            for first, last in combinations(tried, 2)
            if last - first < min(len(tried) + 2, _MOST_SPAN) and last < table.count
            for down in (1, -1)
            if not table.identities.work.exhausted
            for misplacement in _row_shift(table, chosen, first, last, down)
        ]
        for misplacement in sorted(shifts, key=_demerit)[:_MOST_GROWN]:
            shifts += _grown(table, misplacement, chosen)
        yield from (
            misplacement for misplacement in shifts if _left_behind(table, misplacement, chosen)
        )


def _all_and_single(columns: list[int]) -> list[tuple[int, ...]]:
    """All columns together, then each by itself."""
    return [tuple(columns), *((column,) for column in columns if len(columns) > 1)]


def _left_behind(table: _Table, one: Misplacement, columns: tuple[int, ...]) -> bool:
    """Whether the row from which the figures moved away is blank, or as it was."""
    row = one.rows[0] if one.shift > 0 else one.rows[-1]
    cells = (table.number(row, column) for column in columns)
    held = table.identities.cells
    return all(held[cell] in (None, one.edits.get(cell, held[cell])) for cell in cells)


def _grown(table: _Table, one: Misplacement, columns: tuple[int, ...]) -> Iterator[Misplacement]:
    """The same shift of more rows, before and after."""
    first, last = one.rows[0], one.rows[-1]
    for start in range(first, max(-1, first - _FURTHER - 1), -1):
        for end in range(last, min(table.count, last + _FURTHER + 1)):
            if (start, end) != (first, last):
                yield from _row_shift(table, columns, start, end, one.shift)


def _row_shift(
    table: _Table, columns: tuple[int, ...], first: int, last: int, down: int, *, long: bool = False
) -> Iterator[Misplacement]:
    """The figures that should be in rows ``first`` to ``last`` stand ``down`` rows further on.

    The row at the far end was blank (figures were cut and pasted), or its figure was overwritten.
    """
    moved: Edits = {}
    unknown: list[int] = []
    for row, column in product(range(first, last + 1), columns):
        cell = table.number(row, column)
        if not first <= row + down <= last:
            unknown.append(cell)
        elif table.identities.cells[cell] != (there := table.cell(row + down, column)):
            moved[cell] = there
    rows = {(cell - table.base) // table.width for cell in (*moved, *unknown)}
    doubtful = sum(table.in_doubt(row, range(table.width)) for row in rows)
    if len(rows) < 2 or doubtful < (_DOUBTFUL * len(rows) if long else len(rows)):  # noqa: PLR2004
        return
    every = tuple(range(first, last + 1))
    blanked: Edits = dict.fromkeys(unknown)
    yield from table.tried(ROWS, every, down, moved | blanked)
    yield from table.tried(ROWS, every, down, moved, tuple(unknown))


def _block_shifts(table: _Table) -> Iterator[Misplacement]:
    """A table's rows, all or a long run of them, some lines too low or too high.

    Each relation is looked at once with all figures that many lines further: those that then hold
    speak for the rows that they reach over, those that no longer do speak against them.
    """
    if table.count < _FEWEST_ROWS:
        return
    own: dict[int, list[tuple[int, int, int]]] = {}  # relation -> sign, row, column of its cells
    for cell in range(table.base, table.end):
        for number, sign in table.identities.signed.get(cell, ()):
            own.setdefault(number, []).append((sign, *divmod(cell - table.base, table.width)))
    filled = [
        column
        for column in range(table.width)
        if any(cell is not None for cell in table.column(column))
    ]
    for chosen, down in product(_all_and_single(filled), _STEPS):
        if table.identities.work.exhausted:
            return
        if abs(down) < table.count:
            for first, last in _runs(_votes(table, own, chosen, down)):
                yield from _ended(table, chosen, first, last, down)


def _votes(
    table: _Table,
    own: dict[int, list[tuple[int, int, int]]],
    columns: tuple[int, ...],
    down: int,
) -> list[int]:
    """For each row: how many relations speak for its figures standing ``down`` lines lower."""
    identities, count = table.identities, table.count
    steps = [0] * (count + 1)
    for number, cells in own.items():
        rows = [row for _, row, column in cells if column in columns]
        if not rows or max(rows) + down >= count or min(rows) + down < 0:
            continue
        if len(rows) > _MOST_PARTS or max(rows) - min(rows) > count // 2:
            continue
        identities.work.spend(4 * len(cells))
        low, high, unknown = identities.ends[number]
        shown = False
        for sign, row, column in cells:
            if column in columns:
                there = table.cell(row + down, column)
                shown = shown or fen_of(there) != 0
                one, other = interval(table.cell(row, column)), interval(there)
                less, more = other[0] - one[0], other[1] - one[1]
                low += sign * (less if sign > 0 else more)
                high += sign * (more if sign > 0 else less)
        vote = 0
        holds = identities.holds(number, low, high, unknown)
        if number in identities.broken:
            vote = int(holds and (shown or len(rows) == 1) and not identities.bound[number])
        elif not holds:
            vote = -1
        steps[min(rows)] += vote
        steps[max(rows) + 1] -= vote
    return list(accumulate(steps[:-1]))


def _runs(votes: list[int]) -> Iterator[tuple[int, int]]:
    """Rows, from the first to the last that is spoken for, with none between that is spoken against."""
    first = last = -1
    count = 0
    for row, vote in enumerate([*votes, -1]):
        if vote > 0:
            first = row if first < 0 else first
            last = row
            count += 1
        elif vote < 0 and first >= 0:
            if count >= _FEWEST_VOTES:
                yield first, last
            first, count = -1, 0


def _ended(
    table: _Table, columns: tuple[int, ...], first: int, last: int, down: int
) -> Iterator[Misplacement]:
    """The shift of about these rows; long sums leave open where exactly it begins and ends."""
    around = sorted(product(_ENDS, _ENDS), key=lambda ends: abs(ends[0]) + abs(ends[1]))
    for before, after in around:
        start = first - before + min(0, down)
        end = last + after + max(0, down)
        if table.identities.work.exhausted:
            return
        if 0 <= start < end < table.count:
            shifts = [
                misplacement
                for misplacement in _row_shift(table, columns, start, end, down, long=True)
                if _left_behind(table, misplacement, columns)
            ]
            yield from shifts
            if any(not misplacement.left for misplacement in shifts):
                return


# ------------------------------------------------------------------ rows in another order


def _reordered_rows(table: _Table) -> Iterator[Misplacement]:
    """A table in which the figures that other tables have for a row stand in another row.

    It was sorted without its codes and names.
    """
    wanted = _wanted(table)
    doubtful = {
        row: columns
        for row, columns in wanted.items()
        if not all(_fits(table.cell(row, at), one) for at, one in columns.items())
    }
    if len(doubtful) < _FEWEST_PLACED or table.identities.work.exhausted:
        return
    source = _sources(table, doubtful)
    if len(source) < max(_FEWEST_PLACED, _PLACED * len(doubtful)):
        return
    edits = {
        table.number(row, column): table.cell(other, column)
        for row, other in source.items()
        for column in range(table.width)
    }
    yield from table.tried(ORDER, tuple(sorted(source)), 0, edits)


def _wanted(table: _Table) -> dict[int, dict[int, Range]]:
    """What other tables say a row's figures are: row -> column -> least and most, in 分."""
    identities, base, end = table.identities, table.base, table.end
    wanted: dict[int, dict[int, Range]] = {}
    for number, terms in enumerate(identities.terms):
        own = [(sign, cell) for sign, cell in terms if base <= cell < end]
        if len(own) != 1 or abs(own[0][0]) != 1 or len(terms) == 1 or identities.bound[number]:
            continue
        sign, cell = own[0]
        low, high, unknown = identities.ends[number]
        if unknown:
            continue
        identities.work.spend(len(terms))
        bottom, top = interval(identities.cells[cell])
        range_ = (top - high, bottom - low) if sign > 0 else (low + top, high + bottom)
        row, column = divmod(cell - base, table.width)
        wanted.setdefault(row, {}).setdefault(column, range_)
    return wanted


def _fits(cell: Cell, wanted: Range) -> bool:
    bottom, top = interval(cell)
    return bottom <= wanted[1] and top >= wanted[0]


def _sources(table: _Table, wanted: dict[int, dict[int, Range]]) -> dict[int, int]:
    """Row -> the row in which its figures stand; only rows that so exchange their figures."""
    free = dict.fromkeys(wanted)
    source: dict[int, int] = {}
    for row, columns in wanted.items():
        table.identities.work.spend(4 * len(free))
        for number in free:
            cells = [(table.cell(number, at), one) for at, one in columns.items()]
            if any(fen_of(cell) for cell, _ in cells) and all(_fits(*cell) for cell in cells):
                source[row] = number
                del free[number]
                break
    lost = [row for row in wanted if row not in source]
    if len(lost) == 1 == len(free):
        source[lost[0]] = next(iter(free))
    # Not the rows whose own figures are not sought by another, nor those that then are not.
    while not source.keys() <= (sought := set(source.values())):
        source = {row: other for row, other in source.items() if row in sought}
    return source
