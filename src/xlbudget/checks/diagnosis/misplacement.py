"""Figures that stand in the wrong place: shifted columns and rows, rows in another order, 元 for 万元.

Each is one slip that makes many cells wrong. It is believed only where putting it right mends
relations and breaks none, and where the figures or rows that move were in doubt before.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, combinations, product
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.intervals import interval
from xlbudget.money import COUNT, Amount
from xlbudget.relations.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.checks.identities import Probe
    from xlbudget.figures import Cell
    from xlbudget.relations.grid import Grid

COLUMNS, ROWS, SWAP, ORDER, UNIT = "columns", "rows", "swap", "order", "unit"


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
    edits: dict[int, Cell]
    unknown: tuple[int, ...]
    mended: frozenset[int]
    left: int


def suspect_rows(grid: Grid, probe: Probe, few: int) -> dict[str, list[int]]:
    """Rows with a suspect figure, by block; the parts of a sum only if its rows are ``few``."""
    rows: dict[str, set[int]] = {}
    for number in probe.broken:
        here: dict[str, list[int]] = {}
        for _, cell in probe.terms[number]:
            block = grid.block_of(cell)
            if block != INFO:
                position = (cell - grid.base[block]) // grid.width[block]
                here.setdefault(block, []).append(position)
        for block, found in here.items():
            suspects = found if len(set(found)) <= few else found[:1]
            rows.setdefault(block, set()).update(suspects)
    return {block: sorted(found) for block, found in rows.items()}


def judged(
    probe: Probe,
    kind: str,
    block: str,
    rows: tuple[int, ...],
    shift: int,
    edits: dict[int, Cell],
    unknown: tuple[int, ...] = (),
) -> Misplacement | None:
    """The misplacement if putting it right mends much and breaks nothing."""
    changed = [cell for cell, value in edits.items() if value != probe.cells[cell]]
    if len(changed) + len(unknown) < 2:  # noqa: PLR2004
        return None
    if kind == COLUMNS and not any(in_doubt(probe, cell) for cell in changed):
        return None
    effect = probe.effect(edits, unknown)
    least = 1 if kind == COLUMNS and not unknown else 3 if kind == ROWS else 2
    if effect.spoiled or len(effect.mended) < least:
        return None
    if len(effect.mended) == 1 and effect.left:
        return None
    if all(probe.bound[number] for number in effect.mended):
        return None  # any figure large enough, or small enough, mends a bound
    return Misplacement(kind, block, rows, shift, edits, unknown, effect.mended, len(effect.left))


def demerit(one: Misplacement) -> tuple[int, int, int]:
    """The less, the better a misplacement explains what is broken."""
    return 2 * one.left - len(one.mended), len(one.unknown), len(one.edits)


def in_doubt(probe: Probe, cell: int) -> bool:
    """Whether a cell is in a broken relation."""
    return not probe.broken.isdisjoint(probe.touching.get(cell, ()))


_FACTOR = 10_000
"""万元 to 元."""
_FEWEST_IN_TABLE = 4
_MOST_ROWS_ASIDE = 40
_MOST_COLUMNS = 20


def table_units(grid: Grid, probe: Probe, rows: dict[str, list[int]]) -> Iterator[Misplacement]:
    """A table whose amounts are all 10,000 times too large or too small."""
    for table in grid.standard.tables:
        keys = [block.key for block in table.blocks if block.key in rows]
        if not keys or any(block.unit == COUNT for block in table.blocks):
            continue
        cells = [
            number
            for key in (block.key for block in table.blocks if block.key in grid.base)
            for number in range(grid.base[key], grid.end(key))
        ]
        amounts = {
            number: cell for number in cells if isinstance(cell := probe.cells[number], Amount)
        }
        if sum(bool(one.fen) for one in amounts.values()) < _FEWEST_IN_TABLE:
            continue
        broken = {one for number in amounts for one in probe.touching.get(number, ())}
        broken &= probe.broken
        down = {
            n: (one._replace(fen=one.fen // _FACTOR)).rounded(one.unit)
            for n, one in amounts.items()
        }
        up = {n: one._replace(fen=one.fen * _FACTOR) for n, one in amounts.items()}
        for shift, edits in ((1, down), (-1, up)):
            found = judged(probe, UNIT, keys[0], tuple(rows[keys[0]]), shift, dict(edits))
            if found is None:
                continue
            sums = sum(not probe.bound[number] for number in found.mended)
            if sums and 2 * len(found.mended) > len(broken) and sums > found.left:
                yield found


def column_shifts(grid: Grid, probe: Probe, rows: dict[str, list[int]]) -> Iterator[Misplacement]:
    """Neighbouring figures of a row, or of several rows alike, some columns to the left or right."""
    for block, positions in rows.items():
        width, base = grid.width[block], grid.base[block]
        alike: dict[tuple[int, int, int], list[int]] = {}
        for position in positions[:_MOST_ROWS_ASIDE]:
            start = base + position * width
            for first, last, back in _segments(probe.cells[start : start + width], width):
                edits, unknown = _moved_aside(probe, start, first, last, back, width)
                if _figures(edits) < 2:  # noqa: PLR2004
                    unknown = ()
                for lost in {(), unknown}:
                    found = judged(probe, COLUMNS, block, (position,), -back, edits, lost)
                    if found is not None:
                        yield found
                alike.setdefault((first, last, back), []).append(position)
        for (first, last, back), group in alike.items():
            if 1 < len(group) <= _MOST_ROWS_ASIDE:
                joint: dict[int, Cell] = {}
                for position in group:
                    joint |= _moved_aside(probe, base + position * width, first, last, back, width)[
                        0
                    ]
                found = judged(probe, COLUMNS, block, tuple(group), -back, joint)
                if found is not None:
                    yield found


def table_columns(grid: Grid, probe: Probe, blocks: Iterable[str]) -> Iterator[Misplacement]:
    """All rows of a table, from some column on, a column too far to the right or left."""
    for block in blocks:
        width, base, end = grid.width[block], grid.base[block], grid.end(block)
        filled = [
            column
            for column in range(width)
            if any(isinstance(cell, Amount) for cell in probe.cells[base + column : end : width])
        ]
        for back, first in product((-1, 1), filled[:_MOST_COLUMNS]):
            if first + back < 0 or probe.work.exhausted:
                continue
            edits: dict[int, Cell] = {}
            lost: list[int] = []
            for start in range(base, end, width):
                low = min(first, first + back)
                for column in range(low, width):
                    source = column - back
                    inside = first <= source < width
                    edits[start + column] = probe.cells[start + source] if inside else None
                edge = start + (width - 1 if back < 0 else first)
                if edits.get(edge, probe.cells[edge]) is None:
                    lost.append(edge)
            rows = tuple(range((end - base) // width))
            for unknown in ((), tuple(lost)):
                kept = {cell: value for cell, value in edits.items() if cell not in set(unknown)}
                found = judged(probe, COLUMNS, block, rows, -back, kept, unknown)
                if found is not None:
                    yield found


def _segments(cells: list[Cell], width: int) -> Iterator[tuple[int, int, int]]:
    """Runs of columns that begin and end with a figure and have room beside: first, last, way back."""
    filled = [column for column, cell in enumerate(cells) if isinstance(cell, Amount)]
    for back in (-1, 1, -2, 2):
        for first in filled:
            for last in filled:
                if last < first or first + back < 0 or last + back >= width:
                    continue
                beside = (
                    range(last + 1, last + back + 1) if back > 0 else range(first + back, first)
                )
                if all(cells[column] is None for column in beside):
                    yield first, last, back


def _moved_aside(
    probe: Probe, start: int, first: int, last: int, back: int, width: int
) -> tuple[dict[int, Cell], tuple[int, ...]]:
    """The cells with a run moved by ``back``; and, at the table's edge, the cell that lost its figure."""
    low, high = min(first, first + back), max(last, last + back)
    edits: dict[int, Cell] = {}
    for column in range(low, high + 1):
        source = column - back
        edits[start + column] = probe.cells[start + source] if first <= source <= last else None
    edge = (start + width - 1,) if last == width - 1 else (start,) if first == 0 else ()
    return edits, edge if edge and edge[0] in edits else ()


def _figures(edits: dict[int, Cell]) -> int:
    """How many figures other than 0 move; one alone whose place is lost is rather left out."""
    return sum(isinstance(cell, Amount) and cell.fen != 0 for cell in edits.values())


_MOST_ROWS = 40
_MOST_SPAN = 8
"""Every short span between rows in doubt is tried; that longer ones stand lower is seen otherwise."""
_MOST_PAIRS = 800
_MOST_GROWN = 2
_DOUBTFUL = 0.7
_FURTHER = 6
"""How many rows beyond those in doubt a shift may reach: long sums put no single row in doubt."""


def row_swaps(grid: Grid, probe: Probe, rows: dict[str, list[int]]) -> Iterator[Misplacement]:
    """Two rows of one table whose figures stand in each other's place."""
    for block, positions in rows.items():
        width, base = grid.width[block], grid.base[block]
        for one, other in _likely_pairs(grid, probe, block, positions):
            if probe.work.exhausted:
                return
            first, second = base + one * width, base + other * width
            edits: dict[int, Cell] = {}
            for column in range(width):
                if probe.cells[first + column] != probe.cells[second + column]:
                    edits[first + column] = probe.cells[second + column]
                    edits[second + column] = probe.cells[first + column]
            found = judged(probe, SWAP, block, (one, other), 0, edits)
            if found is not None:
                yield found


def _likely_pairs(
    grid: Grid, probe: Probe, block: str, positions: list[int]
) -> list[tuple[int, int]]:
    """Pairs of rows that differ, in some column, by what a relation of one of them is off."""
    width, base = grid.width[block], grid.base[block]
    found: dict[tuple[int, int], None] = {}
    for column in range(width):
        fens = sorted((fen_of(probe.cells[base + row * width + column]), row) for row in positions)
        for fen, row in fens:
            for number in probe.touching.get(base + row * width + column, ()):
                off = abs(probe.residual(number)) if number in probe.broken else 0
                if not off:
                    continue
                near = max(off // 100, 1)
                for wanted in (fen - off, fen + off):
                    at = bisect_left(fens, (wanted - near, -1))
                    while at < len(fens) and fens[at][0] <= wanted + near:
                        if abs(off - abs(fens[at][0] - fen)) < abs(fens[at][0] - fen) // 100:
                            found[min(row, fens[at][1]), max(row, fens[at][1])] = None
                        at += 1
    return sorted(found)[:_MOST_PAIRS]


def fen_of(cell: Cell) -> int:
    """What a cell comes to in 分, a blank to nothing."""
    return cell.fen if isinstance(cell, Amount) else 0


def row_shifts(grid: Grid, probe: Probe, rows: dict[str, list[int]]) -> Iterator[Misplacement]:
    """The figures of consecutive rows, in one column or all, a line too low or too high."""
    for block, positions in rows.items():
        if len(positions) < 2:  # noqa: PLR2004
            continue
        width, base = grid.width[block], grid.base[block]
        count = (grid.end(block) - base) // width
        columns = [
            column
            for column in range(width)
            if any(probe.cells[base + row * width + column] is not None for row in positions)
        ]
        choices = [tuple(columns), *((column,) for column in columns if len(columns) > 1)]
        for chosen in choices:
            doubtful = [
                row
                for row in positions
                if any(in_doubt(probe, base + row * width + column) for column in chosen)
            ]
            found = [
                one
                for first, last in _spans(doubtful, count)
                for down in (1, -1)
                if not probe.work.exhausted
                for one in row_shift(grid, probe, block, chosen, first, last, down)
            ]
            for one in sorted(found, key=demerit)[:_MOST_GROWN]:
                found += _grown(grid, probe, one, chosen, count)
            yield from (one for one in found if left_behind(grid, probe, one, chosen))


def left_behind(grid: Grid, probe: Probe, one: Misplacement, columns: tuple[int, ...]) -> bool:
    """Whether the row from which the figures moved away is blank, or as it was."""
    width = grid.width[one.block]
    row = one.rows[0] if one.shift > 0 else one.rows[-1]
    cells = (grid.base[one.block] + row * width + column for column in columns)
    return all(
        probe.cells[cell] in (None, one.edits.get(cell, probe.cells[cell])) for cell in cells
    )


def _grown(
    grid: Grid, probe: Probe, one: Misplacement, columns: tuple[int, ...], count: int
) -> Iterator[Misplacement]:
    """The same shift of more rows, before and after."""
    first, last = one.rows[0], one.rows[-1]
    for start in range(first, max(-1, first - _FURTHER - 1), -1):
        for end in range(last, min(count, last + _FURTHER + 1)):
            if (start, end) != (first, last):
                yield from row_shift(grid, probe, one.block, columns, start, end, one.shift)


def _spans(doubtful: list[int], count: int) -> Iterator[tuple[int, int]]:
    """Ranges of rows to try: runs between doubtful rows."""
    tried = doubtful[:_MOST_ROWS]
    for first, last in combinations(tried, 2):
        if last - first < min(len(tried) + 2, _MOST_SPAN) and last < count:
            yield first, last


def row_shift(
    grid: Grid,
    probe: Probe,
    block: str,
    columns: tuple[int, ...],
    first: int,
    last: int,
    down: int,
    *,
    long: bool = False,
) -> Iterator[Misplacement]:
    """The figures that should be in rows ``first`` to ``last`` stand ``down`` rows further on.

    The row at the far end was blank (figures were cut and pasted), or its figure was overwritten.
    """
    width, base = grid.width[block], grid.base[block]
    edits: dict[int, Cell] = {}
    unknown: list[int] = []
    for row in range(first, last + 1):
        source = row + down
        for column in columns:
            cell = base + row * width + column
            if first <= source <= last:
                edits[cell] = probe.cells[base + source * width + column]
            else:
                unknown.append(cell)
    moved = {cell: edits[cell] for cell in edits if probe.cells[cell] != edits[cell]}
    rows = {(cell - base) // width for cell in (*moved, *unknown)}
    doubtful = sum(_row_in_doubt(probe, base, width, row) for row in rows)
    if len(rows) < 2 or doubtful < (_DOUBTFUL * len(rows) if long else len(rows)):  # noqa: PLR2004
        return
    blanked: dict[int, Cell] = dict.fromkeys(unknown)
    for here, lost in ((moved | blanked, ()), (moved, tuple(unknown))):
        found = judged(probe, ROWS, block, tuple(range(first, last + 1)), down, here, lost)
        if found is not None:
            yield found


def _row_in_doubt(probe: Probe, base: int, width: int, row: int) -> bool:
    return any(in_doubt(probe, base + row * width + column) for column in range(width))


_STEPS = (1, -1, 2, -2, 3, -3)
"""By how many lines a table may have been pasted too low or too high."""
_ENDS = (0, 1, -1, 2, -2)
_FEWEST_ROWS = 5
_FEWEST_VOTES = 3
_MOST_PARTS = 60
"""A longer sum says nothing of single rows."""


def block_shifts(grid: Grid, probe: Probe, blocks: Iterable[str]) -> Iterator[Misplacement]:
    """A table's rows, all or a long run of them, some lines too low or too high.

    Each relation is looked at once with all figures that many lines further: those that then hold
    speak for the rows that they reach over, those that no longer do speak against them.
    """
    for block in blocks:
        width, base = grid.width[block], grid.base[block]
        count = (grid.end(block) - base) // width
        filled = [
            column
            for column in range(width)
            if any(
                cell is not None for cell in probe.cells[base + column : grid.end(block) : width]
            )
        ]
        if count < _FEWEST_ROWS:
            continue
        own = _relations_in(grid, probe, block)
        for chosen in (tuple(filled), *((one,) for one in filled if len(filled) > 1)):
            for down in _STEPS:
                if probe.work.exhausted:
                    return
                if abs(down) < count:
                    votes = _votes(grid, probe, block, own, chosen, down)
                    for first, last in _runs(votes):
                        yield from _ended(grid, probe, block, chosen, first, last, down)


def _relations_in(grid: Grid, probe: Probe, block: str) -> dict[int, list[tuple[int, int, int]]]:
    """Relation -> sign, row and column of its cells in a table."""
    width, base, end = grid.width[block], grid.base[block], grid.end(block)
    own: dict[int, list[tuple[int, int, int]]] = {}
    for cell in range(base, end):
        for number, sign in probe.signed.get(cell, ()):
            own.setdefault(number, []).append((sign, *divmod(cell - base, width)))
    return own


def _votes(
    grid: Grid,
    probe: Probe,
    block: str,
    own: dict[int, list[tuple[int, int, int]]],
    columns: tuple[int, ...],
    down: int,
) -> list[int]:
    """For each row: how many relations speak for its figures standing ``down`` lines lower."""
    width, base = grid.width[block], grid.base[block]
    count = (grid.end(block) - base) // width
    steps = [0] * (count + 1)
    for number, cells in own.items():
        rows = [row for _, row, column in cells if column in columns]
        if not rows or max(rows) + down >= count or min(rows) + down < 0:
            continue
        if len(rows) > _MOST_PARTS or max(rows) - min(rows) > count // 2:
            continue
        probe.work.spend(4 * len(cells))
        low, high, unknown = probe.ends[number]
        shown = False
        for sign, row, column in cells:
            if column in columns:
                here = probe.cells[base + row * width + column]
                there = probe.cells[base + (row + down) * width + column]
                shown = shown or fen_of(there) != 0
                one, other = interval(here), interval(there)
                less, more = other[0] - one[0], other[1] - one[1]
                low += sign * (less if sign > 0 else more)
                high += sign * (more if sign > 0 else less)
        vote = 0
        holds = probe.holds(number, low, high, unknown)
        if number in probe.broken:
            vote = int(holds and (shown or len(rows) == 1) and not probe.bound[number])
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
    grid: Grid, probe: Probe, block: str, columns: tuple[int, ...], first: int, last: int, down: int
) -> Iterator[Misplacement]:
    """The shift of about these rows; long sums leave open where exactly it begins and ends."""
    width, base = grid.width[block], grid.base[block]
    count = (grid.end(block) - base) // width
    around = sorted(product(_ENDS, _ENDS), key=lambda ends: abs(ends[0]) + abs(ends[1]))
    for one, other in around:
        start = first - one + min(0, down)
        end = last + other + max(0, down)
        if probe.work.exhausted:
            return
        if 0 <= start < end < count:
            found = [
                one
                for one in row_shift(grid, probe, block, columns, start, end, down, long=True)
                if left_behind(grid, probe, one, columns)
            ]
            yield from found
            if any(not one.left for one in found):
                return


_FEWEST = 3
_PLACED = 0.8
"""Such a share of the rows in doubt must find the figures that other tables have for them."""

Range = tuple[int, int]


def reordered_rows(grid: Grid, probe: Probe, blocks: Iterable[str]) -> Iterator[Misplacement]:
    """Tables in which the figures that other tables have for a row stand in another row."""
    for block in blocks:
        width, base = grid.width[block], grid.base[block]
        wanted = _wanted(grid, probe, block)
        doubtful = [
            row
            for row, columns in wanted.items()
            if not all(
                _fits(probe.cells[base + row * width + at], one) for at, one in columns.items()
            )
        ]
        if len(doubtful) < _FEWEST or probe.work.exhausted:
            continue
        source = _sources(grid, probe, block, {row: wanted[row] for row in doubtful})
        if len(source) < max(_FEWEST, _PLACED * len(doubtful)):
            continue
        edits: dict[int, Cell] = {}
        for row, other in source.items():
            for column in range(width):
                edits[base + row * width + column] = probe.cells[base + other * width + column]
        found = judged(probe, ORDER, block, tuple(sorted(source)), 0, edits)
        if found is not None:
            yield found


def placed_elsewhere(grid: Grid, probe: Probe, block: str) -> bool:
    """Whether the figures that other tables have for a table's rows stand in other rows of it."""
    width, base, end = grid.width[block], grid.base[block], grid.end(block)
    asked = there = 0
    for row, columns in _wanted(grid, probe, block).items():
        for column, wanted in columns.items():
            if (
                _fits(probe.cells[base + row * width + column], wanted)
                or wanted[0] <= 0 <= wanted[1]
            ):
                continue
            asked += 1
            there += any(_fits(cell, wanted) for cell in probe.cells[base + column : end : width])
    return asked >= _FEWEST and there >= _PLACED * asked


def _wanted(grid: Grid, probe: Probe, block: str) -> dict[int, dict[int, Range]]:
    """What other tables say a row's figures are: row -> column -> least and most, in 分."""
    width, base, end = grid.width[block], grid.base[block], grid.end(block)
    wanted: dict[int, dict[int, Range]] = {}
    for number, terms in enumerate(probe.terms):
        own = [(sign, cell) for sign, cell in terms if base <= cell < end]
        if len(own) != 1 or abs(own[0][0]) != 1 or len(terms) == 1 or probe.bound[number]:
            continue
        sign, cell = own[0]
        low, high, unknown = probe.ends[number]
        if unknown:
            continue
        probe.work.spend(len(terms))
        bottom, top = interval(probe.cells[cell])
        low, high = (low - bottom, high - top) if sign > 0 else (low + top, high + bottom)
        row, column = divmod(cell - base, width)
        range_ = (-high, -low) if sign > 0 else (low, high)
        wanted.setdefault(row, {}).setdefault(column, range_)
    return wanted


def _fits(cell: Cell, wanted: Range) -> bool:
    bottom, top = interval(cell)
    return bottom <= wanted[1] and top >= wanted[0]


def _sources(
    grid: Grid, probe: Probe, block: str, wanted: dict[int, dict[int, Range]]
) -> dict[int, int]:
    """Row -> the row in which its figures stand; only rows that so exchange their figures."""
    width, base = grid.width[block], grid.base[block]
    free = dict.fromkeys(wanted)
    source: dict[int, int] = {}
    for row, columns in wanted.items():
        probe.work.spend(4 * len(free))
        for other in free:
            cells = [(probe.cells[base + other * width + at], one) for at, one in columns.items()]
            shown = any(isinstance(cell, Amount) and cell.fen for cell, _ in cells)
            if shown and all(_fits(cell, one) for cell, one in cells):
                source[row] = other
                del free[other]
                break
    lost = [row for row in wanted if row not in source]
    if len(lost) == 1 == len(free):
        source[lost[0]] = next(iter(free))
    while len(source) != len(
        kept := {row: other for row, other in source.items() if row in source.values()}
    ):
        source = kept
    return source


_MOST_FOUND = 5
_LONG = 8
"""A slip in so many rows that explains all is no coincidence."""
_FEW_ROWS = 3
"""A sum of more rows does not make each of them suspect of having been moved."""


def find_misplacements(grid: Grid, probe: Probe) -> list[Misplacement]:
    """The misplacements that mend most, the best first.

    Where a slip in a whole table explains all that is broken in it, nothing else is looked for.
    """
    any_rows = suspect_rows(grid, probe, len(probe.cells))
    whole: list[Misplacement] = []
    for tried in (
        table_units(grid, probe, any_rows),
        block_shifts(grid, probe, any_rows),
        table_columns(grid, probe, any_rows),
        reordered_rows(grid, probe, any_rows),
    ):
        whole += [one for one in tried if not _hides(grid, probe, one)]
    if any(not one.left and len(one.rows) >= _LONG for one in whole):
        return sorted(whole, key=demerit)[:_MOST_FOUND]
    rows = suspect_rows(grid, probe, _FEW_ROWS)
    found = [
        *whole,
        *column_shifts(grid, probe, any_rows),
        *row_swaps(grid, probe, rows),
        *row_shifts(grid, probe, rows),
    ]
    return sorted(found, key=demerit)[:_MOST_FOUND]


def _hides(grid: Grid, probe: Probe, one: Misplacement) -> bool:
    """Whether most of what is broken in the table of a slip that takes in all of it would stay so."""
    base, end = grid.base[one.block], grid.end(one.block)
    return (
        2 * len(one.mended)
        < sum(any(base <= cell < end for _, cell in probe.terms[number]) for number in probe.broken)
        and one.kind == UNIT
    )
