"""A book as filling would leave it, in memory, and what nobody has filled in yet.

Validation judges this book: a total that is still to be computed is no printed zero, nor is a table
that is still to be typed. What counts as not filled in (blank cells; a typed 0.00 is a figure):

- a *block* (a table, or one side of it) without figures that none can be computed for, if a table that
  is filled in has an amount that must stand there too, or if no table that is filled in tells anything of it;
- the *rows* of a block of which only totals are there; or the rest of its rows, where it has no total yet
  and lacks a quarter of another table's rows, or falls short of other tables in two columns of its own;
- the last rows of a table with prescribed rows, two or more, where figures must stand;
- a *column* without figures, if sums do not come out and everything agrees once it is left open;
- the *parts* of an amount that is to be divided (a standard's allotments) and is not.

Of these nothing is known, nor of what would be computed from them. A block of whose derived cells
more are blank than not, or whose prescribed total row is blank, is *open*: its rows are completed and its blanks
computed, as filling does. A few blanks in a block that is otherwise complete are left: there a
figure was forgotten. Where the whole row of the total is gone (it is told as that), nothing is known of its
sums: they are not nought for the tables that compare with them, nor what adding up printed parts gives.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from xlbudget.figures import TOTAL, UNFILLED, BlockData, Unreadable
from xlbudget.money import Amount
from xlbudget.rules.fill import cell_key, class_sources, complete_rows, settled
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import allotted, checked, definitions, expand
from xlbudget.rules.unfilled import CellKey, Lack, Unfilled, Virtual, Witness, block_title
from xlbudget.standard.model import EACH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlbudget.figures import Cell, Row
    from xlbudget.rules.relations import Expansion, Relation


class Known:
    """The cells of a book with all rows that follow, computed as far as they can be.

    ``full`` is the completed book; ``empty`` its blocks without a figure; ``derivable`` are the cells
    that some rule defines. What depends on ``lacks`` is unknown: ``grid`` has no block that is not filled
    in, and ``cells``, numbered as there, are ``UNFILLED`` where nothing can be said.
    """

    def __init__(self, grid: Grid, lacks: Iterable[Unfilled]) -> None:
        self.standard, self.book = standard, book = grid.standard, grid.book
        self.full = complete_rows(standard, book)
        self.empty = {key for key, data in book.blocks.items() if data.empty}
        self.first = first = grid if self.full is book else Grid(standard, self.full)
        self.derivable = {
            cell_key(first, definition) for definition in definitions(expand(first).relations)
        }
        self.lacks: dict[tuple[str, str], Unfilled] = {}
        self.learn(lacks)

    def learn(self, lacks: Iterable[Unfilled]) -> bool:
        """Take these for not filled in as well; whether there are any."""
        found = {(unfilled.block, unfilled.column): unfilled for unfilled in lacks}
        self.lacks.update(found)
        if found or not hasattr(self, "grid"):
            self._settle()
        return bool(found)

    def _settle(self) -> None:
        self.__dict__.pop("expansion", None)
        gone = {unfilled.block for unfilled in self.lacks.values() if unfilled.lack is Lack.TABLE}
        blocks = {key: data for key, data in self.full.blocks.items() if key not in gone}
        reasons = {
            unfilled.block: self._reason(unfilled)
            for unfilled in self.lacks.values()
            if unfilled.lack in (Lack.TABLE, Lack.ROWS, Lack.TAIL)
        }
        for block, sources in class_sources(self.standard).items():
            unfilled = [reasons[source] for source in sources if source in reasons]
            if unfilled and block in blocks and self.without_total(block):
                reasons.setdefault(block, unfilled[0])
        self.grid = grid = self.first
        if gone or reasons:
            left = self.full._replace(blocks=blocks, unfilled=reasons)
            self.grid = grid = Grid(self.standard, left)
        marked = list(grid.cells)
        for number, cell in enumerate(grid.cells):
            if cell is None and self._to_type(grid, number):
                marked[number] = UNFILLED
        # What would be computed from a table that is not filled in cannot be, and is no zero.
        defined = definitions(expand(grid).relations) if reasons else {}
        for number in self._cut_off(grid):
            if marked[number] is None and number not in defined:
                marked[number] = UNFILLED
        self.cells: list[Cell]
        self.cells, _ = settled(grid.with_cells(marked), lambda one: marked[one] is not None)

    def _reason(self, one: Unfilled) -> str:
        table = self.standard.table_of(self.standard.blocks[one.block])
        done = "尚未填完" if one.lack is Lack.TAIL else "尚未填列"
        title = block_title(self.standard, one.block).removeprefix(table.title)
        return f"表{table.number}“{table.title}”{title}{done}，有关勾稽关系未核对。"

    def _cut_off(self, grid: Grid) -> Iterator[int]:
        """The cells that an equation defines which speaks of a table that is not filled in."""
        for rule in self.standard.rules_of(self.book.year) if grid.book.unfilled else ():
            for equation in rule.equations:
                others = [term.ref.block for term in equation.right]
                if equation.derive and not grid.book.unfilled.keys().isdisjoint(others):
                    yield from grid.numbers_of(equation.left[0].ref)

    def _to_type(self, grid: Grid, number: int) -> bool:
        """Whether a blank cell is one that is still to be typed."""
        key = cell_key(grid, number)
        if key.block == INFO or key in self.derivable:
            return False
        column = self.lacks.get((key.block, key.column))
        if column is not None and column.lack is Lack.COLUMN:
            return True
        lack = self.lacks.get((key.block, ""))
        if lack is not None and lack.row is not None:
            data = grid.data(key.block)
            assert data is not None
            fixed = self.standard.blocks[key.block].body == "fixed"
            return fixed and data.by_key[key.row] > data.by_key[lack.row.key]
        return lack is not None and lack.lack is Lack.ROWS

    # ------------------------------------------------------------------ questions

    @cached_property
    def expansion(self) -> Expansion:
        """The relations that apply to these cells."""
        return expand(self.grid.with_cells(self.cells))

    @property
    def checked(self) -> list[Relation]:
        """The relations by which tables are compared."""
        return checked(self.expansion.relations)

    def sum_rows(self, block: str) -> set[str]:
        """The rows that add up all others of a block."""
        spec = self.standard.blocks[block]
        fixed = {row.key for row in spec.rows if row.total}
        return fixed | ({TOTAL} if spec.total else set())

    def without_total(self, block: str) -> bool:
        """Whether the rows that add up all others are blank, or not there."""
        data = self.book.blocks[block]
        rows = [data.row(key) for key in self.sum_rows(block)]
        return bool(rows) and all(
            row is None or all(cell is None for cell in row.cells) for row in rows
        )

    def has_money(self, number: int) -> bool:
        """Whether a cell has an amount other than zero."""
        cell = self.cells[number]
        return isinstance(cell, Amount) and bool(cell.fen)

    def witness(self, numbers: Iterable[int]) -> Witness | None:
        """The first of these cells with money."""
        for number in numbers:
            cell = self.cells[number]
            if isinstance(cell, Amount) and cell.fen and self.grid.block_of(number) != INFO:
                block, row, column = self.grid.spot(number)
                name = self.standard.blocks[block].amounts[column]
                return Witness(block, row, name, cell, self.grid.place(number))
        return None

    def off(self, relation: Relation) -> int:
        """By how many 分 left and right differ beyond what rounding explains; 0 if something is unknown."""
        total, slack = 0, 0
        for sign, number in relation.terms:
            cell = self.cells[number]
            if isinstance(cell, Unreadable):
                return 0
            if cell is not None:
                total += sign * cell.fen
                slack += cell.ulp
        if relation.equation.relation != "=":
            total = min(total, 0)
        return total if 2 * abs(total) > slack else 0


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
    computed = {grid.block_of(number) for number in numbers if known.has_money(number)}
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
            others = (term for term in terms if known.grid.block_of(term) not in own)
            if any(known.has_money(number) for number in others):
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
    return not any(isinstance(cells[number], Amount) for number in column)


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
            and any(known.cells[number] is not None for number in grid.row_numbers(key, row.key))
        ]
        last: Row | None = None
        if sums and not there:
            yield Unfilled(Lack.ROWS, key)
        elif known.standard.blocks[key].body == "fixed":
            last = _before_blank_end(known, key)
        elif not ((total := known.book.blocks[key].row(TOTAL)) and any(total.cells)) and (
            _lacks_rows(known, key) or _falls_short(known, key)
        ):
            typed = known.book.blocks[key].by_key
            last = next((row for row in reversed(there) if row.key in typed), None)
        if last is not None:
            yield Unfilled(Lack.TAIL, key, row=last)


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
        cell_key(grid, relation.target).column
        for relation in known.expansion.relations
        if relation.equation.derive
        and relation.equation.same_row
        and grid.block_of(relation.target) == block
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
    for allotment in known.standard.allotments:
        if allotment.parts.block in known.grid.book.unfilled:
            continue
        whole, parts = allotted(known.grid, allotment)
        witness = known.witness(whole)
        blank = bool(parts) and all(known.grid.cells[number] is None for number in parts)
        if not blank or witness is None or known.cells[parts[0]] != UNFILLED:
            continue
        sources = defined[parts[0]].terms[1:] if parts[0] in defined else ()
        keys = (cell_key(known.grid, number) for _, number in sources)
        if found.isdisjoint((key.block, key.column) for key in keys):
            found.add((allotment.parts.block, allotment.parts.column))
            yield Unfilled(
                Lack.PARTS, allotment.parts.block, allotment.parts.column, witness=witness
            )


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
    blocks = {
        grid.block_of(number) for relation in broken for _, number in relation.terms
    } & known.empty
    if blocks:
        yield tuple(Unfilled(Lack.TABLE, block) for block in sorted(blocks))
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


def virtually_filled(grid: Grid, guess: tuple[Unfilled, ...] = ()) -> Virtual:
    """The book as it is to be judged, if what is in ``guess`` is not filled in; ``grid`` has its cells.

    A call without a guess says which there are; it is for the caller to see whether all agrees then.
    """
    standard, book = grid.standard, grid.book
    if book.unfilled:
        grid = Grid(standard, book._replace(unfilled={}))
    known = Known(grid, guess)
    while known.learn(list(blank_blocks(known))):
        pass
    while known.learn(list(unfinished_rows(known))):
        pass
    known.learn(list(undivided_parts(known)))
    open_ = _open(known)
    # Blocks with figures, but without the row of their total, that filling would give one.
    totals = frozenset(
        key
        for key, data in book.blocks.items()
        if standard.blocks[key].total
        and not data.empty
        and TOTAL not in data.by_key
        and known.grid.row(key, TOTAL) is not None
    ) - {*open_, *known.grid.book.unfilled}
    blocks: dict[str, BlockData] = {}
    filled: set[CellKey] = set()
    for key, data in known.grid.book.blocks.items():
        full = key in open_ or key in known.grid.book.unfilled
        source = data.rows if full else book.blocks[key].rows
        if key in totals:
            there = book.blocks[key].by_key
            source = tuple(row for row in data.rows if row.key in there or row.key == TOTAL)
        rows = []
        for row in source:
            cells = tuple(_judged(known, key, row, full=full))
            if key in totals and row.key == TOTAL:
                cells = (UNFILLED,) * len(cells)
            names = zip(standard.blocks[key].amounts, row.cells, cells, strict=True)
            filled |= {
                CellKey(key, row.key, name)
                for name, was, cell in names
                if was is None and isinstance(cell, Amount)
            }
            rows.append(row._replace(cells=cells))
        blocks[key] = BlockData.of(rows, data.letters)
    judged = book._replace(blocks=blocks, unfilled=known.grid.book.unfilled)
    lacks, more = tuple(known.lacks.values()), () if guess else tuple(guesses(known))
    return Virtual(judged, frozenset(filled), open_, lacks, more, totals)


def _open(known: Known) -> dict[str, int]:
    """Blocks whose derived cells nobody has filled in, and how many these are."""
    grid = known.grid
    blank: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for number, was in enumerate(grid.cells):
        if known.has_money(number):
            key = cell_key(grid, number)
            if key.block != INFO and key in known.derivable:
                (blank if was is None else there)[key.block] += 1
    return {
        block: count
        for block, count in blank.items()
        if count > there[block]
        or (known.standard.blocks[block].body == "fixed" and known.without_total(block))
    }


def _judged(known: Known, block: str, row: Row, *, full: bool) -> Iterator[Cell]:
    """The cells of a row as they are judged: computed in an open block, else only unknown.

    A table without figures may be printed with its total row; filling leaves no row there, so nothing is known of it.
    """
    if known.grid.row(block, row.key) is None:
        yield from row.cells
        return
    for number, cell in zip(known.grid.row_numbers(block, row.key), row.cells, strict=True):
        now = known.cells[number]
        yield now if cell is None and (full or now == UNFILLED) else cell
