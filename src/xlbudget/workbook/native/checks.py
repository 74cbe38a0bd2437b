"""The checks that live in the workbook without Python: a line per rule and the tables it is about.

What no formula can say is left to validation,
and said to be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.relations.grid import INFO
from xlbudget.workbook.native.equations import equation_pieces
from xlbudget.workbook.native.named import NAMED
from xlbudget.workbook.native.terms import NotNativeError
from xlbudget.workbook.native.weights import ERROR, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlbudget.standard.equations import Equation
    from xlbudget.standard.model import Rule, Standard
    from xlbudget.workbook.native.areas import Areas

__all__ = ["CheckLine", "check_lines", "left_out"]

_LONGEST = 1_500
"""Excel takes 8,192 characters; what nobody could read any more goes into a second cell."""


class CheckLine(NamedTuple):
    """A rule, the numbers of the tables it is about, and what weighs its contradictions."""

    code: str
    title: str
    tables: tuple[int, ...]
    pieces: tuple[Piece, ...]

    @property
    def weight(self) -> int:
        """All contradictions together."""
        return sum(one.value for one in self.pieces)

    @property
    def broken(self) -> int:
        """The number of contradictions, without 尾差."""
        return self.weight // ERROR


def check_lines(areas: Areas, year: int) -> list[CheckLine]:
    """The lines of all rules that a workbook breaks when they do not hold."""
    lines: list[CheckLine] = []
    for rule in _hard(areas.standard, year):
        grouped: dict[tuple[int, ...], list[Piece]] = {}
        for equation in rule.equations:
            if equation.check:
                tables = _tables(areas, equation)
                grouped.setdefault(tables, []).extend(_pieces(areas, equation))
        for table, found in NAMED[rule.check](areas) if rule.check in NAMED else ():
            grouped.setdefault((table,), []).append(found)
        for tables, pieces in grouped.items():
            if pieces:
                lines.append(CheckLine(rule.code, rule.title, tables, tuple(_joined(pieces))))
    return lines


def left_out(standard: Standard, year: int, checks: Iterable[CheckLine]) -> list[str]:
    """The codes of rules that are wholly left to validation: none of ``checks`` is theirs."""
    there = {line.code for line in checks}
    return [rule.code for rule in _hard(standard, year) if rule.code not in there]


def _hard(standard: Standard, year: int) -> Iterator[Rule]:
    for rule in standard.rules_of(year):
        if rule.level == "error" and not rule.soft:
            yield rule


def _tables(areas: Areas, equation: Equation) -> tuple[int, ...]:
    keys = {areas.bodies[ref.block].block.table for ref in equation.refs if ref.block != INFO}
    return tuple(table.number for table in areas.standard.tables if table.key in keys)


def _pieces(areas: Areas, equation: Equation) -> list[Piece]:
    try:
        return equation_pieces(areas, equation)
    except NotNativeError:
        return []


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces added up, in as few formulas as their length allows."""
    texts: list[str] = []
    value = 0
    for piece in pieces:
        if texts and sum(map(len, texts)) + len(piece.text) > _LONGEST:
            yield Piece("+".join(texts), value)
            texts, value = [], 0
        texts.append(piece.text)
        value += piece.value
    if texts:
        yield Piece("+".join(texts), value)
