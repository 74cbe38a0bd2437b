"""Codes that exports print in a column for each level (类、款、项), put together in the first of them.

Where the standard's own tables have a column for each level, every level gets its own digits in its own column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import code_text, squash
from xlbudget.sheets.cells import Sheet, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.sheets.cells import Area
    from xlbudget.standard.model import Standard, SubjectList
    from xlbudget.xlsx.cells import Lines

CODE_HEADING = "科目编码"
"""Stands above the codes that were put together, below whatever stood above their levels."""


class _Levels(NamedTuple):
    """Columns of levels: the line of their headings, the first column, the digits of each level.

    ``apart``: the standard has them in several columns too.
    """

    line: int
    column: int
    widths: tuple[int, ...]
    apart: bool


def whole_codes(sheet: Sheet, standard: Standard) -> Sheet:
    """The sheet with every code as the standard has it; all places stay.

    That is in one cell, the other cells of its levels blank, or each level by itself in its own.
    """
    found = list(_levels(sheet.lines, standard))
    if not found:
        return sheet
    lines = [[*line] for line in sheet.lines]
    merged = sheet.merged
    for levels in found:
        below = next(
            (one.line for one in found if one.line > levels.line and _over(one, levels)), len(lines)
        )
        _join(lines, levels, below)
        if not levels.apart:
            merged = tuple(_without(area, levels) for area in merged)
    return sheet._replace(lines=lines, merged=merged)


def _levels(lines: Lines, standard: Standard) -> Iterator[_Levels]:
    """Where the names of a list's levels stand beside each other; of two lists the deeper one's."""
    lists = sorted(standard.subjects.values(), key=lambda one: -len(one.levels))
    apart = {block.subjects for block in standard.blocks.values() if len(block.of_kind("code")) > 1}
    for number, line in enumerate(lines):
        texts = [
            squash(cell) if isinstance(cell, str) and len(cell) < _SHORT else "" for cell in line
        ]
        at = 0
        while at < len(texts):
            fitting = next((one for one in lists if _names(one, texts, at)), None)
            if fitting is not None:
                widths = tuple(
                    length - before
                    for before, length in zip((0, *fitting.lengths), fitting.lengths, strict=False)
                )
                yield _Levels(number, at, widths, fitting.key in apart)
            at += len(fitting.levels) if fitting is not None else 1


_SHORT = 8


def _names(subjects: SubjectList, texts: Sequence[str], at: int) -> bool:
    levels = subjects.levels
    return len(levels) > 1 and tuple(texts[at : at + len(levels)]) == levels


def _over(one: _Levels, other: _Levels) -> bool:
    return one.column < other.column + len(other.widths) and other.column < one.column + len(
        one.widths
    )


def _join(lines: Lines, levels: _Levels, below: int) -> None:
    """Write the codes down to the line ``below``; a level left out is that of the line above."""
    start, end = levels.column, levels.column + len(levels.widths)
    if not levels.apart:
        lines[levels.line][start:end] = [CODE_HEADING, *[""] * (end - start - 1)]
    above = [""] * len(levels.widths)
    for line in lines[levels.line + 1 : below]:
        parts = [code_text(text_of(cell)) for cell in line[start:end]]
        if not any(parts) or not all(part.isdigit() for part in parts if part):
            continue  # 合计, a note, or headings once more
        deepest = max(at for at, part in enumerate(parts) if part)
        code, own = "", [""] * len(parts)
        for at in range(deepest + 1):
            part = parts[at] or above[at]
            whole = len(code) + levels.widths[at]
            # Each level may be printed by itself, or with all above it.
            digits = (
                part
                if len(part) == whole and part.startswith(code)
                else code + part.zfill(levels.widths[at])
            )
            above[at] = own[at] = digits[len(code) :]
            code = digits
        line[start:end] = own if levels.apart else [code, *[""] * (end - start - 1)]


def _without(area: Area, levels: _Levels) -> Area:
    """A heading's merged range over the levels, drawn together to the first of them."""
    last = levels.column + len(levels.widths) - 1
    inside = levels.column <= area.left and area.right <= last and area.top <= levels.line
    return area._replace(right=area.left) if inside else area
