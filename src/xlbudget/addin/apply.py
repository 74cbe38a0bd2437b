"""Edits of single cells made in the open workbook, in few calls: rectangle by rectangle."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.xlsx.references import (
    column_letter,
    column_number,
    same_formula,
    split_cell,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import xlwings as xw

    from xlbudget.xlsx.cells import CellEdit

__all__ = ["Block", "blocks_of", "changing", "fit_rows", "set_print_areas", "write_edits"]

_LONGEST_ARRAY = 255
"""Excel takes no longer text for a formula over whole areas."""


class Block(NamedTuple):
    """A rectangle of cells (``B7:D9``) and what they are to hold, row by row."""

    area: str
    rows: tuple[tuple[str | float, ...], ...]


def changing(
    edits: Iterable[CellEdit], formulas: Mapping[str, Mapping[str, str]]
) -> list[CellEdit]:
    """The edits without those that only bring a formula's stored value up to date.

    An open workbook recalculates by itself. ``formulas`` are those that stand there now. Formulas
    over whole areas that are too long to be set in an open workbook are left as they are.
    """
    found = []
    for one in edits:
        there = formulas.get(one.sheet, {}).get(one.cell, "")
        if one.formula and same_formula(there, one.formula):
            continue
        if one.array and len(one.formula) >= _LONGEST_ARRAY:
            continue
        found.append(one)
    return found


def write_edits(book: xw.Book, edits: Iterable[CellEdit]) -> None:
    """Put the edits into the open workbook; its sheets must not be protected."""
    by_sheet: dict[str, list[CellEdit]] = {}
    for edit in edits:
        by_sheet.setdefault(edit.sheet, []).append(edit)
    for name, found in by_sheet.items():
        sheet = book.sheets[name]
        for block in blocks_of(one for one in found if not one.array):
            _write(sheet, block)
        for edit in found:
            if edit.array:
                sheet.range(edit.cell).formula_array = f"={edit.formula}"


def _write(sheet: xw.Sheet, block: Block) -> None:
    cells = sheet.range(block.area)
    rows = [list(row) for row in block.rows]
    for index in range(len(rows[0])):
        risky = [row for row in rows if _risky(row[index])]
        # A cell formatted as text takes any text as it is; elsewhere an apostrophe keeps it one.
        if risky and cells.columns[index].number_format != "@":
            for row in risky:
                row[index] = f"'{row[index]}"
    cells.formula = tuple(map(tuple, rows))


def _risky(content: str | float) -> bool:
    """Whether it is a text that would become something else if it were typed."""
    if not isinstance(content, str) or not content or content.startswith("="):
        return False
    plain = content.strip()
    if content[0] == "'":
        return False
    if content[0] in "+-@" or plain.upper() in ("TRUE", "FALSE"):
        return True
    return any(sign.isdigit() for sign in plain[:2]) and len(plain) <= _LONGEST_NUMBER


_LONGEST_NUMBER = 40
"""Longer texts are no numbers, dates or times."""


def set_print_areas(book: xw.Book, last_rows: Mapping[str, int]) -> dict[str, str]:
    """Let print areas end at the given rows; gives those that were changed, as they were."""
    before: dict[str, str] = {}
    for name, last in last_rows.items():
        setup = book.sheets[name].page_setup
        area = setup.print_area
        if area and _ending(area, last) != area:
            before[name] = area
            setup.print_area = _ending(area, last)
    return before


def _ending(area: str, last: int) -> str:
    """``$A$2:$G$30`` with another last row."""
    start, _, end = area.partition(":")
    letters = end.replace("$", "").rstrip("0123456789")
    return f"{start}:${letters}${last}" if letters.isalpha() else area


def fit_rows(sheet: xw.Sheet, rows: Iterable[int]) -> None:
    """Let the program fit the heights of rows to their texts, in runs."""
    for first, last in _runs(sorted(set(rows))):
        sheet.range(f"{first}:{last}").rows.autofit()


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        held = [number for _, number in run]
        yield held[0], held[-1]


def blocks_of(edits: Iterable[CellEdit]) -> Iterator[Block]:
    """The edits of one sheet as rectangles; a later edit of the same cell wins."""
    cells = {}
    for edit in edits:
        letters, line = split_cell(edit.cell)
        cells[line, column_number(letters)] = _content(edit)
    runs = []
    for line, found in groupby(sorted(cells), key=lambda spot: spot[0]):
        runs += [(first, last, line) for first, last in _runs([column for _, column in found])]
    runs.sort()
    for (first, last), alike in groupby(runs, key=lambda run: run[:2]):
        for top, bottom in _runs([line for _, _, line in alike]):
            rows = tuple(
                tuple(cells[line, column] for column in range(first, last + 1))
                for line in range(top, bottom + 1)
            )
            area = f"{column_letter(first - 1)}{top}:{column_letter(last - 1)}{bottom}"
            yield Block(area, rows)


def _content(edit: CellEdit) -> str | float:
    """A cell's content as it would be typed."""
    if edit.formula:
        return f"={edit.formula}"
    if isinstance(edit.value, (int, Decimal)):
        return float(edit.value)
    text = edit.value or ""
    # A text that begins with "=" must not be told from a formula by what it looks like; an
    # apostrophe in front is taken for a mark, so one that belongs to the text needs another.
    return f"'{text}" if text.startswith(("=", "'")) else text
