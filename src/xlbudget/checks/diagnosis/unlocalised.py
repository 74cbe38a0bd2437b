"""Where too much is wrong to say which figure: the table or rows are named, and no cell is accused.

A table in which most relations do not hold is set aside as a whole, so that the others can still be
judged without it: it may be of another version, its figures may have been sorted without their
codes, or its rows pasted twice.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.misplacement import placed_elsewhere
from xlbudget.checks.wording import arithmetic, finding_at, named, row_label, table_title
from xlbudget.figures import BlockData
from xlbudget.rules.grid import INFO, Grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlbudget.checks.diagnosis.conflict_sets import ConflictSet
    from xlbudget.checks.identities import Identities
    from xlbudget.findings import Finding, Level
    from xlbudget.rules.relations import Relation

MANY, ORDER, TWICE, VERSION = "many", "order", "twice", "version"
_FEWEST_COPIES = 6
_FEWEST_BROKEN = 12
_SHARE = 0.6
_FEWEST_WRONG = 5
"""What fewer wrong figures can explain is told cell by cell."""
_REPEATED = 3
_MOST_BASIS = 4
_MOST_NAMED = 3


class Unlocalised(NamedTuple):
    """Rows (positions in ``block``; none: the whole table) of which no single cell can be called wrong.

    ``relations`` are those that do not hold, ``told`` how many of how many so tell; ``grid`` is the
    one in which the block's rows are counted.
    """

    grid: Grid
    kind: str
    block: str
    rows: tuple[int, ...]
    relations: tuple[Relation, ...]
    told: tuple[int, int]


def unlocalised_tables(grid: Grid, identities: Identities) -> dict[str, Unlocalised]:
    """Table -> what is wrong with it, where most of its relations, or of its copies, do not hold.

    The worst table is taken first, and its relations then speak against no other.
    """
    tables: dict[str, set[int]] = {}
    across: dict[str, set[int]] = {}
    for number, terms in enumerate(identities.terms):
        blocks = {grid.block_of(cell) for _, cell in terms if identities.cells[cell] is not None}
        keys = {grid.standard.blocks[block].table for block in blocks if block != INFO}
        for key in keys:
            if not identities.bound[number] or number in identities.broken:
                tables.setdefault(key, set()).add(number)
                if len(keys) > 1:
                    across.setdefault(key, set()).add(number)
    found: dict[str, Unlocalised] = {}
    gone: set[int] = set()
    while True:
        worst, most = "", (0.0, 0)
        for key, numbers in tables.items():
            for group, fewest in (
                (across.get(key, set()), _FEWEST_COPIES),
                (numbers, _FEWEST_BROKEN),
            ):
                left = group - gone
                broken = len(left & identities.broken)
                if (
                    broken >= fewest
                    and broken >= _SHARE * len(left)
                    and _needs(grid, identities, key, left & identities.broken) >= _FEWEST_WRONG
                ):
                    most, worst = max((most, worst), ((broken / len(left), broken), key))
        if not worst or worst in found:
            return found
        left = tables[worst] - gone
        copies = across.get(worst, set()) - gone
        differing = copies & identities.broken
        other = len(differing) >= max(_FEWEST_COPIES, _SHARE * len(copies))
        broken_here = [*sorted(differing), *sorted((left - copies) & identities.broken)]
        block = _block_of(grid, identities, worst, broken_here)
        kind = ORDER if placed_elsewhere(grid, identities, block) else VERSION if other else MANY
        relations = tuple(identities.relations[number] for number in broken_here)
        count = (len(differing), len(copies)) if kind == VERSION else (len(relations), len(left))
        found[worst] = Unlocalised(grid, kind, block, (), relations, count)
        gone |= tables[worst]
        del tables[worst]


def _needs(grid: Grid, identities: Identities, table: str, numbers: set[int]) -> int:
    """How many wrong cells of a table it takes, at least about, to put all these relations off.

    Where totals are formulas, one wrong leaf is in most relations of its table.
    """
    own = cells_of_table(grid, next(iter(grid.standard.table(table).blocks)).key)
    inside: dict[int, set[int]] = {}
    for number in numbers:
        for _, cell in identities.terms[number]:
            if cell in own:
                inside.setdefault(cell, set()).add(number)
    left, count = set(numbers), 0
    while left and count < _FEWEST_WRONG:
        best = max(inside, key=lambda cell: (len(inside[cell] & left), -cell))
        identities.work.spend(len(inside))
        if not inside[best] & left:
            break
        left -= inside[best]
        count += 1
    return count


def _block_of(grid: Grid, identities: Identities, table: str, numbers: Iterable[int]) -> str:
    """The table's block with most broken relations."""
    counts: dict[str, int] = {}
    for number in numbers:
        for block in {grid.block_of(cell) for _, cell in identities.terms[number]}:
            if block != INFO and grid.standard.blocks[block].table == table:
                counts[block] = counts.get(block, 0) + 1
    return max(counts, key=lambda block: counts[block])


def cells_of_table(grid: Grid, block: str) -> set[int]:
    """The cells of all blocks of a block's table."""
    table = grid.standard.table(grid.standard.blocks[block].table)
    keys = [block.key for block in table.blocks if block.key in grid.base]
    return {cell for key in keys for cell in range(grid.base[key], grid.end(key))}


def unlocalised_rows(grid: Grid, conflicts: Sequence[ConflictSet]) -> Unlocalised:
    """The rows of contradictions that no few wrong cells explain."""
    relations = tuple(dict.fromkeys(relation for core in conflicts for relation in core.relations))
    cells = [relation.terms[0][1] for relation in relations]
    cells += sorted(cell for core in conflicts for cell in core.cells)
    block = next((one for one in map(grid.block_of, cells) if one != INFO), INFO)
    base, width = grid.base[block], grid.width[block]
    rows = {(cell - base) // width for cell in cells if grid.block_of(cell) == block}
    return Unlocalised(grid, MANY, block, tuple(sorted(rows)), relations, (0, 0))


def pasted_twice(grid: Grid, relations: Iterable[Relation]) -> tuple[Grid, list[Unlocalised]]:
    """The figures without rows that repeat, several in succession, earlier rows of their table."""
    found: list[Unlocalised] = []
    blocks: dict[str, BlockData] = {}
    for key, data in grid.book.blocks.items():
        if len(data.by_key) == len(data.rows):
            continue
        seen: dict[tuple[str, str], object] = {}
        again: list[int] = []
        for at, row in enumerate(data.rows):
            name = row.key, row.parent
            if name in seen and seen[name] == row.cells:
                again.append(at)
            seen.setdefault(name, row.cells)
        runs = [at for at in again if at - 1 in again or at + 1 in again]
        if len(runs) >= _REPEATED:
            base, end = grid.base[key], grid.end(key)
            told = (
                relation
                for relation in relations
                if any(base <= cell < end for _, cell in relation.terms)
            )
            found.append(Unlocalised(grid, TWICE, key, tuple(runs), tuple(islice(told, 1)), (0, 0)))
            kept = [row for at, row in enumerate(data.rows) if at not in set(runs)]
            blocks[key] = BlockData.of(kept, data.letters)
    return (Grid(grid.standard, grid.book.with_blocks(blocks)), found) if found else (grid, found)


def unlocalised_finding(one: Unlocalised, level: Level) -> Finding:
    """One finding, at the first row in question, under the first rule that does not hold there."""
    code = one.relations[0].rule.code
    grid, rows = one.grid, one.rows
    number = grid.number(one.block, rows[0], 0) if rows else grid.base[one.block]
    title = table_title(grid, number)
    off, of = one.told
    counted = f"（{of}项勾稽关系中{off}项不成立）"
    if one.kind == TWICE:
        message = (
            f"{title}从这一行起有{len(rows)}行与前面的行重复，像是贴了两遍；请删去重复的行，"
            "其余的校验按只贴一遍进行。"
        )
    elif one.kind == ORDER:
        message = (
            f"{title}的数与编码、名称对不上号：其余各表的数在这张表里都有，却不在自己的行，像是排序时"
            "只排了数；请把各行的数放回自己的编码，再校验。"
        )
    elif one.kind == VERSION:
        message = (
            f"{title}与其余各表多处不符{counted}，像是另一版本，或还没有填好；"
            "请先核对整张表，再校验。"
        )
    elif not rows:
        message = f"{title}不止一处有误{counted}，无法断定是哪几格；请先核对整张表，再校验。"
    else:
        labels = dict.fromkeys(row_label(grid, grid.number(one.block, row, 0)) for row in rows)
        message = f"{title}{named(list(labels), _MOST_NAMED)}不止一处有误，改一格解决不了；请按依据先核对这几行，再校验。"
    told = one.relations[:_MOST_BASIS] if one.kind != TWICE else ()
    basis = tuple(arithmetic(grid, relation) for relation in told)
    return finding_at(grid, number, code, level, message)._replace(basis=basis)
