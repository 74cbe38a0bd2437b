"""Finding what of a book is not filled in yet; the rules stand at the head of ``virtual.py``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.figures import TOTAL, UNFILLED, Unreadable
from xlbudget.fill.fill import cell_key
from xlbudget.fill.known import Lack, Unfilled
from xlbudget.money import Amount
from xlbudget.relations.derive import allotted, definitions
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import INFO
from xlbudget.standard.equations import EACH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.figures import Cell, Row
    from xlbudget.fill.known import Known, Witness
    from xlbudget.relations.expand import Relation

__all__ = ["blank_blocks", "guesses", "undivided_parts", "unfinished_rows"]

_FEW = 2
"""A single row that is missing, or one column that is off, was rather a mistake."""
_SHARE = 4
"""Of so many rows of another table one must be missing at least."""
_MOST_GUESSES = 6
"""So many columns are tried, one after the other."""


def blank_blocks(known: Known) -> Iterator[Unfilled]:
    """Blocks without figures that are not filled in."""
    grid, standard = known.grid, known.standard
    numbers = range(len(known.cells))
    computed = {grid.block_of(one) for one in numbers if known.has_money(one)}
    blank = [key for key in grid.book.blocks if key in known.empty and key not in computed]
    if not blank:
        return
    tables = {key: standard.table_of(standard.blocks[key]) for key in blank}
    # Tables that may be published empty count as nothing beside others in one sum.
    silent = {key for key in blank if tables[key].empty_statement}
    # Where all others are filled in, one figure that contradicts an empty table may be misplaced.
    alone = silent.issuperset(blank) and not known.lacks
    for key in blank:
        told, witness = _told_of(known, key, silent, supported=alone)
        stated = key in silent and any(known.book.notes.get(tables[key].key, ()))
        if witness is not None or not (told or stated):
            yield Unfilled(Lack.TABLE, key, witness=witness)


def _told_of(
    known: Known, block: str, silent: set[str], *, supported: bool
) -> tuple[bool, Witness | None]:
    """Whether tables that are filled in tell anything of a blank one, and an amount that it lacks.

    With ``supported``, only an amount counts with which a third table agrees.
    """
    grid, cells = known.grid, known.cells
    filled = {grid.block_of(one) for one, cell in enumerate(cells) if cell is not None}
    blank = known.empty - filled
    for gap in known.expansion.gaps:
        if gap.absent == block and gap.present not in blank:
            return True, known.witness(grid.row_numbers(gap.present, gap.key))
    told = False
    for relation in known.checked:
        for own, other, terms in _sides(relation):
            if own - (silent - {block}) != {block} or block in other or not other:
                continue
            if INFO in other or other & blank:
                continue
            numbers = [number for _, number in terms]
            told = told or not any(_still_blank(known, number) for number in numbers)
            witness = known.witness(numbers)
            if witness is not None and not (supported and not _supported(known, block, numbers)):
                return True, witness
    return told, None


def _supported(known: Known, block: str, numbers: Sequence[int]) -> bool:
    """Whether a figure of a third table agrees with one of these cells with money."""
    cells = {number for number in numbers if known.has_money(number)}
    for relation in known.checked:
        terms = [number for _, number in relation.terms]
        inside = cells.intersection(terms)
        own = {known.grid.block_of(number) for number in inside} | {block, INFO}
        if inside and relation.equation.relation == "=" and not known.off(relation):
            others = (one for one in terms if known.grid.block_of(one) not in own)
            if any(known.has_money(one) for one in others):
                return True
    return False


def _sides(relation: Relation) -> Iterator[tuple[set[str], set[str], Sequence[tuple[int, int]]]]:
    """The blocks of each side that must have what the other has, the other's blocks and terms."""
    equation = relation.equation
    left = {term.ref.block for term in equation.left}
    right = {term.ref.block for term in equation.right}
    yield left, right, relation.terms[relation.left :]
    if equation.relation == "=":
        yield right, left, relation.terms[: relation.left]


def _still_blank(known: Known, number: int) -> bool:
    """Whether a cell would be computed, and nothing in its column is there yet: it is no zero."""
    grid, cells = known.grid, known.cells
    if cells[number] is not None or cell_key(grid, number) not in known.derivable:
        return cells[number] == UNFILLED
    block = grid.block_of(number)
    base, width = grid.base[block], grid.width[block]
    column = range(base + (number - base) % width, grid.end(block), width)
    return not any(isinstance(cells[one], Amount) for one in column)


def unfinished_rows(known: Known) -> Iterator[Unfilled]:
    """Blocks of which only totals are there, and blocks that break off."""
    grid = known.grid
    for key, data in grid.book.blocks.items():
        if key in known.empty or (key, "") in known.lacks:
            continue
        sums = known.sum_rows(key)
        there = [
            row
            for row in data.rows
            if row.key not in sums
            and any(known.cells[one] is not None for one in grid.row_numbers(key, row.key))
        ]
        last: Row | None = None
        if sums and not there:
            yield Unfilled(Lack.ROWS, key)
        elif known.standard.blocks[key].body == "fixed":
            last = _before_blank_end(known, key)
        elif not _has_total(known, key) and (_lacks_rows(known, key) or _falls_short(known, key)):
            typed = known.book.blocks[key].by_key
            last = next((row for row in reversed(there) if row.key in typed), None)
        if last is not None:
            yield Unfilled(Lack.TAIL, key, row=last)


def _has_total(known: Known, block: str) -> bool:
    total = known.book.blocks[block].row(TOTAL)
    return total is not None and any(cell is not None for cell in total.cells)


def _lacks_rows(known: Known, block: str) -> bool:
    """Whether another table has many more rows."""
    grid = known.grid
    lacking: dict[str, set[str]] = {}
    for gap in known.expansion.gaps:
        if gap.absent == block:
            lacking.setdefault(gap.present, set()).add(gap.key)
    for relation in known.checked:
        equation = relation.equation
        lead = equation.left[0].ref if equation.left else None
        if equation.relation == "=" or lead is None or relation.left:
            continue
        if lead.how == EACH and lead.block == block:
            for _, number in relation.terms:
                if known.has_money(number):
                    present, row, _ = grid.spot(number)
                    lacking.setdefault(present, set()).add(row.key)
    for present, missing in lacking.items():
        data = grid.data(present)
        rows = len(data.rows) if data is not None else 0
        if len(missing) >= _FEW and len(missing) * _SHARE >= rows:
            return True
    return False


def _falls_short(known: Known, block: str) -> bool:
    """Whether computed totals are less than other tables have, in more than one column of its own."""
    grid = known.grid
    sums = {
        cell_key(grid, one.target).column
        for one in known.expansion.relations
        if one.equation.derive and one.equation.same_row and grid.block_of(one.target) == block
    }
    short: set[str] = set()
    for relation in known.checked:
        off = known.off(relation)
        sides = (relation.terms[: relation.left], relation.terms[relation.left :])
        for own, other in (sides, sides[::-1]) if off else ():
            if len(own) != 1 or not other:
                continue
            key = cell_key(grid, own[0][1])
            blocks = {grid.block_of(number) for _, number in other}
            if key.block != block or key.row != TOTAL or not blocks.isdisjoint((block, INFO)):
                continue
            if own[0][0] * off > 0:
                return False
            short.add(key.column)
    return len(short - sums) >= _FEW


def _before_blank_end(known: Known, block: str) -> Row | None:
    """The last row with figures of a table with prescribed rows that ends in blank ones."""
    grid = known.grid
    data, base, width = grid.data(block), grid.base[block], grid.width[block]
    assert data is not None
    filled = [number for number in range(base, grid.end(block)) if grid.cells[number] is not None]
    if not filled:
        return None
    last = (filled[-1] - base) // width
    end = range(base + (last + 1) * width, grid.end(block))
    keys = (cell_key(grid, number) for number in end)
    if len({key.row for key in keys if key not in known.derivable}) < _FEW:
        return None
    needed = any(
        known.off(relation)
        and any(number in end and known.cells[number] is None for _, number in relation.terms)
        for relation in known.checked
    )
    return data.rows[last] if needed else None


def undivided_parts(known: Known) -> Iterator[Unfilled]:
    """Amounts that are to be divided and are not; not those whose parts follow from other parts."""
    defined = definitions(expand(known.grid).relations)
    found: set[tuple[str, str]] = set()
    for one in known.standard.allotments:
        if one.parts.block in known.grid.book.unfilled:
            continue
        whole, parts = allotted(known.grid, one)
        witness = known.witness(whole)
        blank = bool(parts) and all(known.grid.cells[number] is None for number in parts)
        if not blank or witness is None or known.cells[parts[0]] != UNFILLED:
            continue
        sources = defined[parts[0]].terms[1:] if parts[0] in defined else ()
        keys = (cell_key(known.grid, number) for _, number in sources)
        if found.isdisjoint((key.block, key.column) for key in keys):
            found.add((one.parts.block, one.parts.column))
            yield Unfilled(Lack.PARTS, one.parts.block, one.parts.column, witness=witness)


def guesses(known: Known) -> Iterator[tuple[Unfilled, ...]]:
    """What else may not be filled in, where sums do not come out; each is to be tried by itself.

    First blocks in which nothing is typed and that are computed in part; then columns without
    figures: those that are alone in a sum that does not come out, together, then each that is in several;
    none that would have to hold less than nothing.
    """
    grid = known.grid
    used = {
        (key.block, key.column)
        for key in (cell_key(grid, one) for one, cell in enumerate(known.cells) if cell is not None)
    }
    broken = [relation for relation in known.checked if known.off(relation)]
    blocks = {grid.block_of(number) for one in broken for _, number in one.terms} & known.empty
    if blocks:
        yield tuple(Unfilled(Lack.TABLE, one) for one in sorted(blocks))
    alone: dict[tuple[str, str], Unfilled] = {}
    times: Counter[tuple[str, str]] = Counter()
    never: set[tuple[str, str]] = set()
    for relation in broken:
        keys = [cell_key(grid, number) for _, number in relation.terms]
        blank = {(key.block, key.column) for key in keys if key.block != INFO} - used
        times.update(blank)
        if len(blank) == 1:
            (column,) = blank
            if _below_nought(known, relation, column):
                never.add(column)
            numbers = sorted(
                (number for _, number in relation.terms),
                key=lambda number: -_size(known.cells[number]),
            )
            witness = known.witness(numbers)
            alone.setdefault(column, Unfilled(Lack.COLUMN, *column, witness=witness))
    if fitting := [one for column, one in alone.items() if column not in never]:
        yield tuple(fitting)
    often = [one for one, count in sorted(times.items()) if count >= _FEW and one not in never]
    for column in often[:_MOST_GUESSES]:
        yield (alone.get(column) or Unfilled(Lack.COLUMN, *column),)


def _below_nought(known: Known, relation: Relation, column: tuple[str, str]) -> bool:
    """Whether the cells of a column without figures would come to less than 0 for a sum to come out."""
    keys = {number: cell_key(known.grid, number) for _, number in relation.terms}
    mine = {one for one, key in keys.items() if (key.block, key.column) == column}
    signs = {sign for sign, number in relation.terms if number in mine}
    others = ((sign, known.cells[number]) for sign, number in relation.terms if number not in mine)
    rest = sum(sign * cell.fen for sign, cell in others if isinstance(cell, Amount))
    return relation.equation.relation == "=" and len(signs) == 1 and rest * signs.pop() > 0


def _size(cell: Cell) -> int:
    return 0 if cell is None or isinstance(cell, Unreadable) else abs(cell.fen)
