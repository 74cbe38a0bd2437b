"""Amounts that moved unlike all others since last year: a robust threshold, never more than a hint.

The natural logarithm of this year's over last year's amount is taken for every cell that both
books have. A cell stands out where it is further from the median than several times the median
absolute deviation, and by a factor and an amount that matter.
"""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.findings import Finding, Level
from xlbudget.money import COUNT, Amount
from xlbudget.relations.grid import Grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.checks.last_year import Years
    from xlbudget.figures import Book
    from xlbudget.standard.model import Rule

__all__ = ["jumps"]

_TIMES = 3.5
_CONSISTENT = 1.4826
"""Makes the median absolute deviation of normal data its standard deviation."""
_FACTOR = math.log(2)
"""Less than doubling or halving is no jump, however quiet the other cells are."""
_MATTERS = 100
"""The change must be at least this part (1/100) of the largest amount."""
_SHIFTS = {10_000: "元与万元弄混", 100: "小数点错两位", 10: "小数点错一位"}
_CLOSE = 1e-3
_LEAST = 8
"""With fewer pairs all that stands still is not worth a remark."""
_MOST = 30


class _Pair(NamedTuple):
    """One cell of both years."""

    number: int
    now: Amount
    before: Amount
    ratio: float


def jumps(years: Years) -> Iterator[Finding]:
    """The cells that stand out, largest first; one remark where nothing at all has changed."""
    rule = years.rule("jumps")
    if rule is None:
        return
    grid = Grid(years.standard, _known(years))
    pairs = list(_pairs(years, grid))
    if len(pairs) >= _LEAST and all(pair.now.fen == pair.before.fen for pair in pairs):
        message = f"可与上年比较的 {len(pairs)} 格金额与上年完全相同；请核对是否还是上年的数字。"
        yield Finding(rule.code, Level.WARNING, message)
        return
    leaves = [pair for pair in pairs if _leaf(grid, pair.number)]
    if not leaves:
        return
    middle = median(pair.ratio for pair in leaves)
    spread = median(abs(pair.ratio - middle) for pair in leaves) * _CONSISTENT
    limit = max(_TIMES * spread, _FACTOR)
    matters = max(max(pair.now.fen, pair.before.fen) for pair in pairs) // _MATTERS
    out = [
        pair
        for pair in leaves
        if abs(pair.ratio - middle) > limit
        and abs(pair.ratio) > _FACTOR
        and abs(pair.now.fen - pair.before.fen) >= matters
    ]
    seen: set[tuple[str, int, int]] = set()
    for pair in sorted(out, key=lambda one: -abs(one.now.fen - one.before.fen)):
        row = grid.spot(pair.number).row
        same = row.key, pair.now.fen, pair.before.fen
        if same not in seen and len(seen) < _MOST:
            seen.add(same)
            yield _finding(years, rule, grid, pair, len(leaves), math.exp(middle))


def _known(years: Years) -> Book:
    """The book without blocks that the standard does not have."""
    known = {key: data for key, data in years.book.blocks.items() if key in years.standard.blocks}
    return years.book._replace(blocks=known)


def _pairs(years: Years, grid: Grid) -> Iterator[_Pair]:
    for key, data in grid.book.blocks.items():
        before, columns = years.last.blocks.get(key), years.standard.blocks[key].amount_index
        spec = years.last_standard.blocks.get(key)
        if before is None or spec is None:
            continue
        for position, row in enumerate(data.rows):
            old = before.row(row.key)
            for column, at in columns.items():
                there = spec.amount_index.get(column)
                if old is None or there is None:
                    continue
                now, then = row.cells[at], old.cells[there]
                if (
                    isinstance(now, Amount)
                    and isinstance(then, Amount)
                    and now.fen > 0
                    and then.fen > 0
                    and COUNT not in (now.unit, then.unit)
                ):
                    number = grid.number(key, position, at)
                    yield _Pair(number, now, then, math.log(now.fen / then.fen))


def _leaf(grid: Grid, number: int) -> bool:
    """Whether the cell's row has no rows below it and is no total."""
    block, row, _ = grid.spot(number)
    data = grid.data(block)
    if data is None or row.kind in ("total", "group", "class"):
        return False
    if any(spec.total and spec.key == row.key for spec in grid.standard.blocks[block].rows):
        return False
    return data.by_key.get(row.key, -1) not in grid.tree(block)


def _finding(
    years: Years, rule: Rule, grid: Grid, pair: _Pair, count: int, typical: float
) -> Finding:
    block, row, column = grid.spot(pair.number)
    spec, place = years.standard.blocks[block], grid.place(pair.number)
    heading = "/".join(
        dict.fromkeys(
            "".join(part.split())
            for part in spec.column(spec.amounts[column]).heading(years.book.year)
        )
    )
    code = f"{row.key} " if row.kind == "subject" else ""
    times = pair.now.fen / pair.before.fen
    moved = f"是上年的{times:,.1f}倍" if times >= 1 else f"只有上年的{times:.1%}"
    factor = next(
        (
            words
            for shift, words in _SHIFTS.items()
            if abs(max(times, 1 / times) / shift - 1) < _CLOSE
        ),
        "",
    )
    doubt = f"，像是{factor}" if factor else ""
    message = (
        f"“{code}{row.label or row.key}”{heading}今年 {pair.now.text}，上年 {pair.before.text}，"
        f"{moved}{doubt}；请核对，并在说明中写明原因。"
    )
    basis = (
        f"{count} 格可比的明细金额中，今年与上年之比的中位数为 {typical:.2f}；"
        f"{pair.now.text}÷{pair.before.text}＝{times:,.2f}"
    )
    table = years.standard.table_of(spec)
    return Finding(
        rule.code,
        Level(rule.level),
        message,
        table.title,
        place.sheet,
        place.cell,
        row.key.removeprefix("group:"),
        heading,
        pair.now.plain,
        basis=(basis,),
    )
