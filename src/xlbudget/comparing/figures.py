"""The cells of two drafts on one grid: which of them hold something else, and which of those follow from others.

Both drafts' rows are laid on one grid, blank where a draft lacks them; a relation of the standard then
speaks of changes as it speaks of amounts: what a sum changed by is what its parts changed by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.checks.wording import column_label, difference_text, row_label, table_title
from xlbudget.comparing.comparison import CellChange
from xlbudget.comparing.rows import match_rows, name_of
from xlbudget.figures import TOTAL, BlockData, Unreadable
from xlbudget.money import Amount
from xlbudget.printed import strong_row
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import definitions, expand, resolver

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from xlbudget.comparing.rows import Matched, Pair
    from xlbudget.comparing.sides import Side
    from xlbudget.figures import Cell, Row
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Standard

Shares = dict[int, int]
"""By cause (its number) how many 分 it adds to a cell."""


class Cause(NamedTuple):
    """What somebody changed: a line of the ledger, a row (``pair``), else one cell; one of the three.

    ``line`` is the number of the changed line among those of the ledger.
    """

    line: int | None = None
    pair: tuple[str, int] | None = None
    cell: int | None = None


class Group(NamedTuple):
    """Causes that belong together: what one changes is balanced by what the other does.

    ``cells`` are the numbers of the cells that they changed, ``follows`` those that changed with them, and by how
    many 分 of each these causes account for.
    """

    causes: tuple[Cause, ...]
    cells: tuple[int, ...]
    follows: Mapping[int, int]


def differs(before: Cell, after: Cell, *, printed: bool) -> bool:
    """Whether two cells say something else; ``printed``: one of them may be rounded.

    Amounts of other units or more decimals then agree if the coarser one is the other's rounding.
    """
    if isinstance(before, Amount) and isinstance(after, Amount):
        off, ulps = abs(before.fen - after.fen), (before.ulp, after.ulp)
        if printed and ulps[0] != ulps[1]:
            return 2 * off > max(ulps)
        return off > 0
    if isinstance(before, Unreadable) and isinstance(after, Unreadable):
        return squash(before.raw) != squash(after.raw)
    return before != after


def is_blank_change(before: Cell, after: Cell) -> bool:
    """Whether a blank and a nought took each other's place."""
    kinds = {type(before), type(after)}
    return kinds == {type(None), Amount} and not _fen(before) and not _fen(after)


def _fen(cell: Cell) -> int:
    return cell.fen if isinstance(cell, Amount) else 0


def shown(cell: Cell) -> str:
    """A cell as it is printed, "" for a blank."""
    if isinstance(cell, Unreadable):
        return cell.shown
    return cell.text if cell is not None else ""


def _opposite(sums: Shares, slack: int) -> Iterator[tuple[int, int]]:
    """Pairs of causes that add the opposite, but for ``slack``, where no other does."""
    matches = {
        cause: [
            other for other, more in sums.items() if other != cause and abs(fen + more) <= slack
        ]
        for cause, fen in sums.items()
        if abs(fen) > slack
    }
    for cause, others in matches.items():
        if len(others) == 1 and cause < others[0] and matches.get(others[0]) == [cause]:
            yield cause, others[0]


class TwoDrafts:
    """The rows of both on one grid, which has the later draft's figures; ``before`` are the earlier's.

    ``matched`` are the rows of the blocks that are compared. Of 基础信息 the fields ``fields`` are compared.
    ``changed`` are the numbers of the cells that hold something else, ``blanks`` those
    where a blank and 0.00 took each other's place.
    """

    def __init__(
        self,
        standard: Standard,
        before: Side,
        after: Side,
        blocks: Collection[str],
        fields: Collection[str],
    ) -> None:
        self.standard, self.earlier, self.later = standard, before, after
        self._changes: dict[int, CellChange] = {}
        self.matched: dict[str, Matched] = {
            key: match_rows(before.book.blocks[key], after.book.blocks[key]) for key in blocks
        }
        union = {key: self._united(key, matched) for key, matched in self.matched.items()}
        self.grid = Grid(standard, after.book._replace(blocks=union))
        self.before: list[Cell] = list(self.grid.cells)
        for key, matched in self.matched.items():
            base, width = self.grid.base[key], self.grid.width[key]
            for at, pair in enumerate(matched.pairs):
                cells = pair.before.cells if pair.before else (None,) * width
                self.before[base + at * width : base + (at + 1) * width] = cells
        for field in fields:
            if (number := self.grid.number_at(INFO, field, 0)) is not None:
                self.before[number] = before.book.number(field)
        printed = before.printed or after.printed
        every = [
            number
            for number, (old, new) in enumerate(zip(self.before, self.grid.cells, strict=True))
            if old is not new and differs(old, new, printed=printed)
        ]
        self.blanks = [
            number
            for number in every
            if is_blank_change(self.before[number], self.grid.cells[number])
        ]
        self.changed = [number for number in every if number not in set(self.blanks)]

    def leave_out(self, pairs: Collection[tuple[str, int]]) -> None:
        """Say nothing of the cells of some rows."""
        if pairs:
            self.changed = [one for one in self.changed if self.pair_of(one) not in pairs]
            self.blanks = [one for one in self.blanks if self.pair_of(one) not in pairs]

    def _united(self, key: str, matched: Matched) -> BlockData:
        """Rows of both drafts; a row that the later one lacks is blank."""
        blank = (None,) * len(self.standard.blocks[key].amounts)
        rows = [pair.after or pair.row._replace(cells=blank) for pair in matched.pairs]
        return BlockData.of(rows)

    def pair_of(self, number: int) -> tuple[str, int] | None:
        """The block and number of the pair in whose row a cell stands; None for 基础信息."""
        block = self.grid.block_of(number)
        if block == INFO:
            return None
        return block, (number - self.grid.base[block]) // self.grid.width[block]

    def pair(self, at: tuple[str, int]) -> Pair:
        """The pair of rows."""
        return self.matched[at[0]].pairs[at[1]]

    def delta(self, number: int) -> int:
        """What a cell changed by, in 分; a blank and what is no amount count as nothing."""
        return _fen(self.grid.cells[number]) - _fen(self.before[number])

    def change(self, number: int) -> CellChange:
        """The cell in words, with its places in both."""
        if number not in self._changes:
            self._changes[number] = self._change(number)
        return self._changes[number]

    def _change(self, number: int) -> CellChange:
        old, new = self.before[number], self.grid.cells[number]
        block, row, column = self.grid.spot(number)
        amounts = [cell for cell in (new, old) if isinstance(cell, Amount)]
        plain = amounts and not any(isinstance(cell, Unreadable) for cell in (new, old))
        off = self.delta(number)
        at = self.pair_of(number)
        pair = self.pair(at) if at is not None else None
        places = [
            side.cell_place(self.standard, block, own, column, row.key)
            for side, own in (
                (self.earlier, pair.before if pair else None),
                (self.later, pair.after if pair else None),
            )
        ]
        before_place, after_place = places
        return CellChange(
            table_title(self.grid, number) if block != INFO else "基础信息",
            row.key.removeprefix("group:"),
            row_label(self.grid, number) or row.key,
            column_label(self.grid, number),
            shown(old),
            shown(new),
            difference_text(off, amounts[0].unit) if plain else "",
            before_place,
            after_place,
            total=self.is_total(number),
            fen=off,
        )

    def is_total(self, number: int) -> bool:
        """Whether a cell stands in a row that sums up its table."""
        block, row, _ = self.grid.spot(number)
        if block == INFO:
            return False
        spec = self.standard.blocks[block]
        return row.kind in (TOTAL, "fixed") and strong_row(self.standard, spec, row)

    # ------------------------------------------------------------------ causes

    def groups(self, lines: Mapping[int, Mapping[int, int]]) -> list[Group]:
        """The changed cells by what changed them.

        ``lines`` are the effects of each changed line of the ledger: by cell how many 分 more it prints.
        """
        if not self.changed and not lines:
            return []
        relations = [one for one in expand(self.grid).relations if one.equation.relation == "="]
        causes: dict[Cause, int] = {Cause(line=line): line for line in lines}
        numbers = {number: Cause(line=number) for number in lines}
        shares = self._shares(relations, lines, causes, numbers)
        own: dict[int, list[int]] = {number: [] for number in numbers}
        follows: dict[int, Shares] = {}
        for number in self.changed:
            if number in self._typed:
                own[causes[self._own_cause(number)]].append(number)
            else:
                follows[number] = shares[number]
        merged = self._merged(relations, shares, numbers)
        groups = []
        for members in merged:
            cells = [number for cause in members for number in own[cause]]
            following = {
                number: sum(mine.get(cause, 0) for cause in members)
                for number, mine in follows.items()
                if members & mine.keys()
            }
            ranks = {one: self._rank(numbers[one], own[one], follows, one) for one in members}
            ordered = sorted(members, key=ranks.__getitem__)
            groups.append(
                Group(tuple(numbers[one] for one in ordered), tuple(sorted(cells)), following)
            )
        return groups

    def _own_cause(self, number: int) -> Cause:
        """What changed a cell that follows from no other: its row, where that came or went, else itself."""
        at = self.pair_of(number)
        if at is not None:
            pair = self.pair(at)
            if pair.before is None or pair.after is None:
                return Cause(pair=at)
        return Cause(cell=number)

    def _shares(
        self,
        relations: list[Relation],
        lines: Mapping[int, Mapping[int, int]],
        causes: dict[Cause, int],
        numbers: dict[int, Cause],
    ) -> dict[int, Shares]:
        """Of every changed cell what each cause adds; causes that are met get numbers."""
        changed = set(self.changed)
        posted = self._posted(lines)
        defined = definitions(relations)
        sums = {
            target
            for target, relation in defined.items()
            if target not in posted and self._adds_up(relation, changed)
        }
        parts = resolver(defined.values(), sums)
        self._typed: set[int] = set()

        def of_cell(number: int) -> Shares:
            if number in posted:
                return posted[number]
            cause = self._own_cause(number)
            mine = causes.setdefault(cause, len(numbers))
            numbers.setdefault(mine, cause)
            self._typed.add(number)
            return {mine: self.delta(number)}

        found: dict[int, Shares] = {}
        for number in self.changed:
            if number in posted or number not in sums:
                found[number] = of_cell(number)
                continue
            total: Shares = {}
            for part, times in parts(number).items():
                if part in changed and part != number:
                    for cause, fen in of_cell(part).items():
                        total[cause] = total.get(cause, 0) + times * fen
            found[number] = total or of_cell(number)
        return found

    def _posted(self, lines: Mapping[int, Mapping[int, int]]) -> dict[int, Shares]:
        """The cells whose change is that of the ledger's lines, each rounded by itself."""
        effects: dict[int, Shares] = {}
        for line, cells in lines.items():
            for number, fen in cells.items():
                if fen:
                    effects.setdefault(number, {})[line] = fen
        changed = set(self.changed)
        return {
            number: shares
            for number, shares in effects.items()
            if number in changed
            and abs(self.delta(number) - sum(shares.values())) <= self._ulp(number)
        }

    def _ulp(self, number: int) -> int:
        cells = (self.before[number], self.grid.cells[number])
        return max((cell.ulp for cell in cells if isinstance(cell, Amount)), default=1)

    def _adds_up(self, relation: Relation, changed: set[int]) -> bool:
        """Whether what a sum changed by is what its parts did, but for rounding; some part must have."""
        terms = [(sign, number) for sign, number in relation.terms if number in changed]
        others = [number for _, number in terms if number != relation.target]
        return bool(others) and self._balanced(terms)

    def _balanced(self, terms: Collection[tuple[int, int]]) -> bool:
        return abs(sum(sign * self.delta(number) for sign, number in terms)) <= self._slack(terms)

    def _slack(self, terms: Collection[tuple[int, int]]) -> int:
        """How far changes of printed amounts may be off by rounding alone; what is exact to 分 has nothing to round."""
        if not sum(sign * self.delta(number) for sign, number in terms):
            return 0
        return sum(ulp for _, number in terms if (ulp := self._ulp(number)) > 1)

    def _merged(
        self,
        relations: Iterable[Relation],
        shares: Mapping[int, Shares],
        causes: Mapping[int, Cause],
    ) -> list[set[int]]:
        """Causes joined where two of them balance a relation, and each has but the other to do so.

        More than two that are balanced together may be several deeds; lines of the ledger are deeds by themselves.
        """
        root = {cause: cause for cause in causes}

        def top(cause: int) -> int:
            while root[cause] != cause:
                root[cause] = root[root[cause]]
                cause = root[cause]
            return cause

        nets: list[tuple[Shares, int]] = []
        for relation in relations:
            terms = [(sign, number) for sign, number in relation.terms if number in shares]
            if len(terms) < 2 or not self._balanced(terms):  # noqa: PLR2004  # one alone joins nothing
                continue
            net: Shares = {}
            for sign, number in terms:
                for cause, fen in shares[number].items():
                    net[cause] = net.get(cause, 0) + sign * fen
            slack = self._slack(terms)
            net = {cause: fen for cause, fen in net.items() if abs(fen) > slack}
            if len(net) > 1 and any(causes[cause].line is None for cause in net):
                nets.append((net, slack))
        for net, slack in sorted(nets, key=lambda one: len(one[0])):
            sums: Shares = {}
            for cause, fen in net.items():
                sums[top(cause)] = sums.get(top(cause), 0) + fen
            for cause, other in _opposite(sums, slack):
                root[top(cause)] = top(other)
        joined: dict[int, set[int]] = {}
        for cause in causes:
            joined.setdefault(top(cause), set()).add(cause)
        return list(joined.values())

    def _rank(
        self, cause: Cause, own: list[int], follows: Mapping[int, Shares], number: int
    ) -> tuple[int, int, int, int]:
        """Lines first, then rows that came or went, then the cell from which most follows."""
        kind = 0 if cause.line is not None else 1 if cause.pair is not None else 2
        many = sum(number in shares for shares in follows.values())
        return kind, -many, min(own, default=0), number

    # ------------------------------------------------------------------ rows

    def rows_apart(self) -> Iterator[tuple[tuple[str, int], Pair]]:
        """The rows that one draft alone has."""
        for block, matched in self.matched.items():
            for at, pair in enumerate(matched.pairs):
                if pair.before is None or pair.after is None:
                    yield (block, at), pair

    @staticmethod
    def row_name(row: Row) -> str:
        """A row as its reader calls it."""
        if row.kind == "subject":
            return f"{row.key} {row.label}".strip()
        return "合计" if row.kind == TOTAL and row.key == TOTAL else name_of(row)

    def title(self, block: str) -> str:
        """The title of a block's table."""
        return self.standard.table_of(self.standard.blocks[block]).title
