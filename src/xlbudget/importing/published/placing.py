"""Figures whose columns do not show, placed by the identities of the standard.

Where cells stand apart by spaces only, a blank one leaves no trace: a row's figures are known, and their
order. All ways to place them are tried against the identities of the standard, together with those that other
rows still have, until no way falls away any more. A row that has one way left is placed, and said;
one that has several is not read.
"""

from __future__ import annotations

from itertools import combinations, count, product
from math import comb, prod
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.checks.diagnosis.intervals import interval
from xlbudget.figures import BlockData, Unreadable
from xlbudget.findings import Finding, Level
from xlbudget.money import Amount
from xlbudget.reading.tables import UNREAD
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import expand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlbudget.figures import Book, Cell, Row
    from xlbudget.rules.relations import Relation
    from xlbudget.standard.model import Block, Standard

_MOST_WAYS = 1_000
"""A row with more ways to place its figures stays open: too much would fit by chance."""
_MOST_TRIED = 20_000
"""So many combinations of a relation are tried."""
_ROUNDS = 20

_Span = tuple[int, int]
"""Between which amounts something lies."""


class LooseRow(NamedTuple):
    """A row of a block without its figures, and these in their order."""

    block: Block
    row: Row
    figures: tuple[Cell, ...]


class _Placing:
    """The ways that are left for each loose row: the columns of its figures.

    A row is ``doubtful`` where an identity that speaks of it cannot hold: a figure is wrong, or a row was lost.
    """

    def __init__(self, standard: Standard, book: Book, rows: Sequence[LooseRow]) -> None:
        grid = Grid(standard, book)
        self.cells = grid.cells
        self.figures = [one.figures for one in rows]
        self.doubtful: set[int] = set()
        self.owner: dict[int, tuple[int, int]] = {}
        self.ways: list[list[tuple[int, ...]]] = []
        lines = {one.block.key: count() for one in rows}
        for number, one in enumerate(rows):
            width, held = len(one.block.amounts), len(one.figures)
            first = grid.number(one.block.key, next(lines[one.block.key]), 0)
            if one.figures:
                self.owner |= {first + at: (number, at) for at in range(width)}
            few = held <= width and comb(width, held) <= _MOST_WAYS
            self.ways.append(list(combinations(range(width), held)) if few else [])
        relations = [
            relation
            for relation in expand(grid).relations
            if not relation.rule.soft
            and relation.equation.check
            and any(number in self.owner for _, number in relation.terms)
        ]
        # What speaks of few rows leaves fewer ways for the others.
        self.relations = sorted(relations, key=lambda one: (len(self._rows(one)), len(one.terms)))

    def _rows(self, relation: Relation) -> set[int]:
        return {self.owner[number][0] for _, number in relation.terms if number in self.owner}

    def solve(self) -> None:
        """Leave the ways that no relation excludes."""
        seen: dict[int, int] = {}
        for _ in range(_ROUNDS):
            changed = False
            for number, relation in enumerate(self.relations):
                left = sum(len(self.ways[row]) for row in self._rows(relation))
                if seen.get(number) != left:
                    self._narrow(relation)
                    seen[number] = sum(len(self.ways[row]) for row in self._rows(relation))
                    changed |= seen[number] != left
            if not changed:
                return

    def _narrow(self, relation: Relation) -> None:
        """Leave the ways with which the relation can hold; all of them where it cannot."""
        fixed = (0, 0)
        terms: dict[int, dict[int, int]] = {}
        for sign, number in relation.terms:
            if number in self.owner:
                row, column = self.owner[number]
                terms.setdefault(row, {})
                terms[row][column] = terms[row].get(column, 0) + sign
            else:
                span = _span(self.cells[number], sign)
                if span is None:
                    return
                fixed = _sum(fixed, span)
        if not all(self.ways[row] for row in terms):
            return
        by_span = [self._by_span(row, signs) for row, signs in terms.items()]
        if any(None in spans for spans in by_span):
            return
        if prod(map(len, by_span)) > _MOST_TRIED:
            return
        bound = relation.equation.relation == ">="
        kept: list[set[_Span | None]] = [set() for _ in by_span]
        for spans in product(*by_span):
            low, high = fixed
            for span in spans:
                assert span is not None
                low, high = low + span[0], high + span[1]
            if high >= 0 if bound else low <= 0 <= high:
                for left, span in zip(kept, spans, strict=True):
                    left.add(span)
        for row, spans_of, left in zip(terms, by_span, kept, strict=True):
            if left:
                self.ways[row] = [way for span in left for way in spans_of[span]]
            else:
                self.doubtful.add(row)

    def _by_span(
        self, row: int, signs: Mapping[int, int]
    ) -> dict[_Span | None, list[tuple[int, ...]]]:
        """The ways of a row by what its cells come to in a relation; None: one is unreadable."""
        found: dict[_Span | None, list[tuple[int, ...]]] = {}
        for way in self.ways[row]:
            whole: _Span | None = (0, 0)
            for column, figure in zip(way, self.figures[row], strict=True):
                if column in signs and whole is not None:
                    span = _span(figure, signs[column])
                    whole = None if span is None else _sum(whole, span)
            found.setdefault(whole, []).append(way)
        return found


def _span(cell: Cell, sign: int) -> _Span | None:
    """Between what a cell may lie, unrounded, taken so many times; None where it cannot be read."""
    if cell is None:
        return 0, 0
    if isinstance(cell, Unreadable):
        return None
    low, high = interval(cell)
    return (sign * low, sign * high) if sign > 0 else (sign * high, sign * low)


def _sum(one: _Span, other: _Span) -> _Span:
    return one[0] + other[0], one[1] + other[1]


def place_loose(
    standard: Standard, book: Book, rows: Sequence[LooseRow]
) -> tuple[dict[str, BlockData], list[Finding]]:
    """The blocks with the figures whose column is sure, and what is to be said of the others.

    ``rows`` are all rows of their blocks, in order, those without loose figures among them.
    """
    kept: dict[str, list[Row]] = {}
    for row in rows:
        kept.setdefault(row.block.key, []).append(row.row)
    blocks = {key: BlockData.of(found) for key, found in kept.items()}
    placing = _Placing(standard, book.with_blocks(blocks), rows)
    placing.solve()
    lines = {key: count() for key in kept}
    findings: list[Finding] = []
    for number, (one, ways) in enumerate(zip(rows, placing.ways, strict=True)):
        line = next(lines[one.block.key])
        if not one.figures:
            continue
        width = len(one.block.amounts)
        sure = len(one.figures) == width or (len(ways) == 1 and number not in placing.doubtful)
        if sure:
            cells: list[Cell] = [None] * width
            for at, figure in zip(ways[0], one.figures, strict=True):
                cells[at] = figure
            kept[one.block.key][line] = one.row._replace(cells=tuple(cells))
        if len(one.figures) != width:
            findings.append(_said(standard, one, sure=sure))
    return {key: BlockData.of(found) for key, found in kept.items()}, findings


def _said(standard: Standard, one: LooseRow, *, sure: bool) -> Finding:
    """What is to be said of a row: how it was read, or that it was not."""
    table = standard.table_of(one.block)
    name = (
        " ".join(dict.fromkeys([one.row.key, one.row.label]))
        if one.row.kind == "subject"
        else one.row.label
    )
    shown = "、".join(cell.text for cell in one.figures if isinstance(cell, Amount))
    if sure:
        level = Level.HINT
        message = f"{table.title}“{name}”一行看不出空白格，按勾稽关系只有一种放法，已放入：{shown}；请对照原件核对。"
    else:
        level = Level.WARNING
        message = f"{table.title}“{name}”一行看不出空白格，{shown}不知各属哪一栏，没有读入；请对照原件填写。"
    return Finding(UNREAD, level, message, table.title, table.title, "", one.row.key)
