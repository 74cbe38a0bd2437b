"""Money that units give each other: listed, matched, and taken out of the sum where that is asked for.

Which income and which spending these are, the standard says. Units do not state whom they gave to or received from:
all that was given is set against all that was received.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.consolidating.figures import ELIMINATED, Figure, Share, fens_of
from xlbudget.figures import BlockData
from xlbudget.money import Amount
from xlbudget.rules.fill import statements
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import definitions, expand
from xlbudget.standard.ledger import selects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from xlbudget.consolidating.figures import Summed
    from xlbudget.figures import Book, LedgerLine
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.ledger import LedgerStandard, Selection
    from xlbudget.standard.model import Ref, Standard, Transfer


class Flow(NamedTuple):
    """What a unit (its position) received or gave in a row, in 分, and how much of it is taken out of the sum."""

    unit: int
    figure: Figure
    fen: int
    out: int = 0


class Matched(NamedTuple):
    """A kind of transfer: all that was received and given. ``slack``: what rounding explains of a difference, in 分."""

    title: str
    received: tuple[Flow, ...]
    given: tuple[Flow, ...]
    slack: int = 0

    @property
    def income(self) -> int:
        """All that was received, in 分."""
        return sum(flow.fen for flow in self.received)

    @property
    def expense(self) -> int:
        """All that was given, in 分."""
        return sum(flow.fen for flow in self.given)

    @property
    def apart(self) -> int:
        """What was received and not given, beyond rounding; below nought: given and not received."""
        rest = self.income - self.expense
        return rest if abs(rest) > self.slack else 0

    @property
    def any(self) -> bool:
        """Whether there is such a transfer at all."""
        return bool(self.received or self.given)


def match_transfers(standard: Standard, summed: Summed) -> list[Matched]:
    """Every kind of transfer with what the units have of it, and how much of each flow could be taken out.

    That is all of the smaller side; of the larger one as much, in the order of the units.
    """
    half = standard.unit.fen // 200
    found = []
    for transfer in standard.transfers:
        received = list(_flows(standard, summed, transfer.income))
        given = list(_flows(standard, summed, transfer.expense))
        slack = 0 if summed.exact else half * (len(received) + len(given))
        one = Matched(transfer.title, tuple(received), tuple(given), slack)
        least = min(one.income, one.expense)
        if one.apart or not least:
            received, given = (list(_taken(flows, least)) for flows in (received, given))
        else:
            received, given = (
                [flow._replace(out=flow.fen) for flow in own] for own in (received, given)
            )
        if one.any:
            found.append(one._replace(received=tuple(received), given=tuple(given)))
    return found


def _flows(standard: Standard, summed: Summed, ref: Ref) -> Iterator[Flow]:
    for at, unit in enumerate(summed.units):
        if summed.exact:
            yield from _flows_of_lines(standard, at, unit.book, ref)
            continue
        data = unit.book.blocks.get(ref.block)
        if data is None:
            continue
        column = standard.blocks[ref.block].amount_index[ref.column]
        for position in Grid(standard, unit.book).select(ref.block, ref.which):
            row = data.rows[position]
            cell = row.cells[column]
            if isinstance(cell, Amount) and cell.fen > 0:
                yield Flow(at, Figure(ref.block, row.key, row.parent, ref.column), cell.fen)


def _flows_of_lines(standard: Standard, at: int, book: Book, ref: Ref) -> Iterator[Flow]:
    assert standard.ledger is not None
    column = _row_column(standard, ref)
    for line in book.ledger.lines:
        if _positive(line) and _posts(standard.ledger, ref, line):
            assert isinstance(line.amount, Amount)
            figure = Figure(ref.block, line.texts.get(column, ""), "", ref.column)
            yield Flow(at, figure, line.amount.fen)


def _row_column(standard: Standard, ref: Ref) -> str:
    """The column of the ledger that names the rows of a block of units or subjects."""
    assert standard.ledger is not None
    block = standard.blocks[ref.block]
    kind = "unit" if block.body == "unit" else "code"
    return standard.ledger.key_of(kind, block.subjects)


def _posts(ledger: LedgerStandard, ref: Ref, line: LedgerLine) -> bool:
    posting = ledger.postings[ref.block]
    column = posting.columns[ref.column]
    return selects(ledger, posting.where, line.texts) and selects(ledger, column, line.texts)


def _taken(flows: Sequence[Flow], most: int) -> Iterator[Flow]:
    for flow in flows:
        out = min(flow.fen, most)
        most -= out
        yield flow._replace(out=out)


# ------------------------------------------------------------------ taken out of tables


def eliminated(standard: Standard, summed: Summed, matched: Sequence[Matched]) -> Summed:
    """The sum of tables without what units gave each other: the amounts, and every sum that contains them."""
    changes: dict[Figure, int] = {}
    for one in matched:
        for flow in (*one.received, *one.given):
            if flow.out:
                changes[flow.figure] = changes.get(flow.figure, 0) - flow.out
    before = fens_of(standard, summed.book)
    book = _changed(standard, summed.book, changes)
    return with_eliminated(standard, summed._replace(book=book), before)


def with_eliminated(standard: Standard, summed: Summed, before: Mapping[Figure, int]) -> Summed:
    """The sum with what was taken out of each figure as a share of its own."""
    after = fens_of(standard, summed.book)
    shares = {figure: list(own) for figure, own in summed.shares.items()}
    for figure in dict.fromkeys([*before, *after]):
        if out := after.get(figure, 0) - before.get(figure, 0):
            shares.setdefault(figure, []).append(Share(ELIMINATED, out))
    return summed._replace(shares=shares)


def _changed(standard: Standard, book: Book, changes: Mapping[Figure, int]) -> Book:
    """The book with cells changed by so many 分, and all that follows from them by the standard's rules."""
    grid = Grid(standard, book)
    defined = definitions(expand(grid).relations)
    moves: dict[int, int] = {}
    for figure, fen in changes.items():
        number = grid.number_at(figure.block, figure.row, figure.column)
        assert number is not None
        moves[number] = fen
    moves = _moved(defined, moves)
    cells = list(grid.cells)
    for number, fen in moves.items():
        cell = cells[number]
        if fen and isinstance(cell, Amount):
            left = cell.fen + fen
            cells[number] = cell._replace(fen=left) if left else None
    touched = {
        (grid.block_of(number), grid.spot(number).row.key) for number in moves if moves[number]
    }
    changed = grid.as_book(cells)
    blocks = {
        key: BlockData.of(
            [
                row
                for row in data.rows
                if (key, row.key) not in touched
                or row.kind not in ("subject", "class")
                or any(cell is not None for cell in row.cells)
            ]
        )
        for key, data in changed.blocks.items()
    }
    changed = changed.with_blocks(blocks)
    return changed._replace(notes=statements(standard, changed))


def _moved(defined: Mapping[int, Relation], known: Mapping[int, int]) -> dict[int, int]:
    """By how many 分 every cell moves that follows from those that are known to move."""
    moves = dict(known)

    def move(number: int) -> int:
        if number not in moves:
            moves[number] = 0  # where definitions form a circle, the cell that closes it stays
            if number in defined:
                terms = defined[number].terms[1:]
                moves[number] = sum(-sign * move(part) for sign, part in terms)
        return moves[number]

    for number in defined:
        move(number)
    return moves


# ------------------------------------------------------------------ taken out of joined ledgers


def eliminated_lines(
    standard: Standard, lines: Sequence[LedgerLine], matched: Sequence[Matched]
) -> list[LedgerLine]:
    """The joined lines without what units gave each other.

    The lines of the givers go; what the receivers spend of it has then the source that the giver had.
    """
    amounts = {one.title: min(_out(one.received), _out(one.given)) for one in matched}
    result = list(lines)
    for transfer in standard.transfers:
        if amounts.get(transfer.title):
            result = _without(standard, result, transfer, amounts[transfer.title])
    return result


def _out(flows: Sequence[Flow]) -> int:
    return sum(flow.out for flow in flows)


def _without(
    standard: Standard, lines: Sequence[LedgerLine], transfer: Transfer, most: int
) -> list[LedgerLine]:
    ledger = standard.ledger
    assert ledger is not None
    given, rest = _split(lines, most, lambda line: _posts(ledger, transfer.expense, line))
    posting = ledger.postings[transfer.income.block]
    columns = _columns(ledger, posting.columns[transfer.income.column])
    sources = deque(given)
    left = most
    result: list[LedgerLine] = []
    for line in rest:
        if not (_positive(line) and _posts(ledger, transfer.income, line)):
            result.append(line)
            continue
        assert isinstance(line.amount, Amount)
        open_fen = line.amount.fen
        while open_fen and left and sources:
            source = sources[0]
            assert isinstance(source.amount, Amount)
            fen = min(open_fen, source.amount.fen)
            origin = {key: source.texts.get(key, "") for key in columns}
            result.append(
                line._replace(texts={**line.texts, **origin}, amount=line.amount._replace(fen=fen))
            )
            open_fen -= fen
            left -= fen
            sources[0] = source._replace(amount=source.amount._replace(fen=source.amount.fen - fen))
            if source.amount.fen == fen:
                sources.popleft()
        if open_fen:
            result.append(line._replace(amount=line.amount._replace(fen=open_fen)))
    return result


def _columns(ledger: LedgerStandard, selection: Selection) -> list[str]:
    """The columns that a selection looks at."""
    return [ledger.kinds[key].of if key in ledger.kinds else key for key in selection]


def _positive(line: LedgerLine) -> bool:
    return isinstance(line.amount, Amount) and line.amount.fen > 0


def _split(
    lines: Sequence[LedgerLine], most: int, chosen: Callable[[LedgerLine], bool]
) -> tuple[list[LedgerLine], list[LedgerLine]]:
    """So much of the chosen lines, and all that is left."""
    taken, rest = [], []
    for line in lines:
        if most and _positive(line) and chosen(line):
            assert isinstance(line.amount, Amount)
            fen = min(most, line.amount.fen)
            most -= fen
            taken.append(line._replace(amount=line.amount._replace(fen=fen)))
            if line.amount.fen > fen:
                rest.append(line._replace(amount=line.amount._replace(fen=line.amount.fen - fen)))
        else:
            rest.append(line)
    return taken, rest
