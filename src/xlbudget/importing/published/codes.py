"""Codes that a document prints whole, in one column, where its standard has a column for each of their parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import code_text, heading
from xlbudget.importing.published.elements import Matrix
from xlbudget.sheets.layout import code_widths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.importing.published.elements import Line
    from xlbudget.standard.model import Standard

_MOST_HEAD = 6
"""Headings stand in so many first rows."""
_CODE = re.compile(r"\d{3,9}")


class _Parts(NamedTuple):
    """The columns of a code: what stands above all of them, above each, and how many digits each has."""

    above: frozenset[str]
    labels: tuple[str, ...]
    widths: list[int]


def with_codes_apart(
    standard: Standard, elements: Iterable[Line | Matrix]
) -> Iterator[Line | Matrix]:
    """The elements with the parts of codes in columns of their own."""
    known = list(_known(standard))
    for one in elements:
        yield _apart(known, one) if known and isinstance(one, Matrix) else one


def _known(standard: Standard) -> Iterator[_Parts]:
    for block in standard.blocks.values():
        codes = [column for column in block.columns if column.kind == "code"]
        if len(codes) > 1:
            above = {path[-2] for column in codes for path in column.paths if len(path) > 1}
            labels = tuple(column.paths[0][-1] for column in codes)
            yield _Parts(frozenset(map(heading, above)), labels, code_widths(standard, block))


def _apart(known: Iterable[_Parts], matrix: Matrix) -> Matrix:
    """A table with its one column of codes divided; the same where it has none, or one for each part."""
    for parts in known:
        for number, row in enumerate(matrix.lines[:_MOST_HEAD]):
            for at, cell in enumerate(row):
                if cell and heading(cell) in parts.above and _is_whole(parts, matrix, number, at):
                    return _divided(parts, matrix, number, at)
    return matrix


def _is_whole(parts: _Parts, matrix: Matrix, number: int, at: int) -> bool:
    """Whether a heading stands above one column, and below it none of the parts' own headings."""
    row = matrix.lines[number]
    alone = at + 1 == len(row) or bool(row[at + 1])
    below = {heading(line[at]) for line in matrix.lines[number + 1 : _MOST_HEAD] if line[at]}
    return alone and below.isdisjoint(map(heading, parts.labels))


def _divided(parts: _Parts, matrix: Matrix, number: int, at: int) -> Matrix:
    lines: list[list[str]] = []
    for line_number, line in enumerate(matrix.lines):
        cells = [line[at], *[""] * (len(parts.widths) - 1)]
        code = code_text(line[at])
        if line_number > number and _CODE.fullmatch(code):
            start = 0
            for one, width in enumerate(parts.widths):
                end = start + width if one + 1 < len(parts.widths) else len(code)
                cells[one], start = code[start:end], end
        lines.append([*line[:at], *cells, *line[at + 1 :]])
        if line_number == number:
            rest = [""] * len(line)
            lines.append([*rest[:at], *parts.labels, *rest[at + 1 :]])
    return matrix._replace(
        lines=lines,
        edges=(),
        starts=tuple((row + (row > number), where) for row, where in matrix.starts),
        loose=frozenset(row + (row > number) for row in matrix.loose),
    )
