"""References in formulas as text: runs of cells become ranges."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "areas_of",
    "chunked",
    "column_letter",
    "column_number",
    "in_quotes",
    "quoted",
    "references",
    "same_formula",
    "split_cell",
]

_CELL = re.compile(r"([A-Z]+)([0-9]+)")
_PLAIN = re.compile(r"[^\W\d][\w.]*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[RrCc][0-9]*|[Rr][0-9]*[Cc][0-9]*|(?i:true|false)")
_AWAY = re.compile(
    r"((?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)(\$?[A-Z]+\$?[0-9]+(?::\$?[A-Z]+\$?[0-9]+)?)"
)
_ARGUMENTS = 250
"""Excel takes 255 arguments."""


def in_quotes(sheet: str) -> str:
    """A sheet's name in quotes, as links have it: always allowed."""
    return "'" + sheet.replace("'", "''") + "'"


def quoted(sheet: str) -> str:
    """A sheet's name as programs write it in formulas: in quotes only where it needs them."""
    plain = _PLAIN.fullmatch(sheet) and not _LIKE_A_CELL.fullmatch(sheet)
    return sheet if plain else in_quotes(sheet)


def same_formula(one: str, other: str) -> bool:
    """Whether two formulas are the same but for quotes that a program added or dropped."""
    return one == other or one.replace("'", "") == other.replace("'", "")


def split_cell(cell: str) -> tuple[str, int]:
    """``AB12`` is ("AB", 12)."""
    match = _CELL.fullmatch(cell)
    assert match is not None, cell
    return match[1], int(match[2])


def column_number(letters: str) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letter(column: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def references(sheet: str, cells: Iterable[str]) -> list[str]:
    """``C8`` and ``C12:C13`` for single cells and runs; ``sheet`` is "" for the formula's own."""
    pairs = map(split_cell, cells)
    spots = sorted({(column_number(letters), row, letters) for letters, row in pairs})
    across = len({row for _, row, _ in spots}) == 1 and len(spots) > 1
    runs: list[list[tuple[int, int, str]]] = [[spot] for spot in spots[:1]]
    for before, spot in pairwise(spots):
        step = (1, 0) if across else (0, 1)
        if (spot[0] - before[0], spot[1] - before[1]) == step:
            runs[-1].append(spot)
        else:
            runs.append([spot])
    prefix = f"{quoted(sheet)}!" if sheet else ""
    return [prefix + _run(run) for run in runs]


def areas_of(formulas: Iterable[str]) -> list[str]:
    """For each other sheet that some formulas read, the one area that holds all they read of it."""
    found: dict[str, list[tuple[int, int]]] = {}
    for formula in formulas:
        for match in _AWAY.finditer(formula):
            ends = [split_cell(one.replace("$", "")) for one in match[2].split(":")]
            spots = [(column_number(letters), line) for letters, line in ends]
            found.setdefault(match[1], []).extend(spots)
    areas = []
    for prefix, spots in found.items():
        columns, lines = zip(*spots, strict=True)
        first = f"${column_letter(min(columns) - 1)}${min(lines)}"
        areas.append(f"{prefix}{first}:${column_letter(max(columns) - 1)}${max(lines)}")
    return areas


def _run(run: Sequence[tuple[int, int, str]]) -> str:
    first, last = (f"{letters}{row}" for _, row, letters in (run[0], run[-1]))
    return first if first == last else f"{first}:{last}"


def chunked(parts: Sequence[str]) -> list[Sequence[str]]:
    """``parts`` in pieces that one function call can take."""
    return [parts[start : start + _ARGUMENTS] for start in range(0, len(parts), _ARGUMENTS)]
