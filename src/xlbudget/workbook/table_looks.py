"""How the rows of a table look: borders, bold rows, the shade of derived cells, set-in labels, marks.

All by conditional formats that follow what the rows hold, wherever they move.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlbudget.workbook import styles
from xlbudget.workbook.layout import column_letter
from xlbudget.workbook.sheet_marks import mark_found

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from xlbudget.standard.model import Block, Standard
    from xlbudget.workbook.layout import BlockLayout, TableLayout
    from xlbudget.workbook.sheet_writer import Sheet

__all__ = ["emphasize"]


def emphasize(sheet: Sheet, standard: Standard, layout: TableLayout) -> None:
    """Make the looks of rows that are there or will be.

    Each rule gives the whole look, the most special one first: some programs apply only the
    first rule that holds.
    """
    first, last = layout.first, layout.last
    right = column_letter(layout.width - 1)
    ending = _criterion(_last_label(layout.blocks[0].block))
    mark_found(sheet, f"A{first}:{right}{last}")
    used = f"SUMPRODUCT(LEN($B{first}:${right}{first}))>0"
    if ending:
        used = f'OR({used},COUNTIF($A{first}:$A${last},"{ending}")>0)'
    for one in layout.blocks:
        _indents(sheet, standard, one, first, last)
        bold = _bold_rule(standard, one.block, one.letters, first)
        names = set(one.block.of_kind("name"))
        for run in _runs(len(one.letters), names):
            start, end = one.letters[run[0]], one.letters[run[-1]]
            area = f"{start}{first}:{end}{last}"
            looks = [(f"{used},{bold}", True)] if bold else []
            for tests, strong in (*looks, (used, False)):
                look = replace(styles.BORDERED, bold=True) if strong else styles.BORDERED
                # A name that follows its code is no result to be told apart.
                if run[0] not in names:
                    shaded = replace(look, bg_color=styles.GREY)
                    derived = f"AND({tests},_xlfn.ISFORMULA({start}{first}))"
                    sheet.conditional(area, derived, shaded)
                sheet.conditional(area, f"AND({tests})", look)


def _runs(width: int, names: Collection[int]) -> list[list[int]]:
    """The columns from left to right in pieces, those of names apart."""
    runs: list[list[int]] = []
    for index in range(width):
        if not runs or index in names or runs[-1][-1] in names:
            runs.append([])
        runs[-1].append(index)
    return runs


def _indents(sheet: Sheet, standard: Standard, one: BlockLayout, first: int, last: int) -> None:
    """Labels of lower levels set in, wherever their rows move: blanks before the text."""
    block = one.block
    for index in (*block.of_kind("code"), *block.of_kind("name"), *block.of_kind("label")):
        letter = one.letters[index]
        for level, rule in _levels(standard, one, f"{one.letters[0]}{first}"):
            look = replace(styles.BORDERED, num_format=f'"{"   " * level}"@')
            sheet.conditional(f"{letter}{first}:{letter}{last}", rule, look)


def _levels(standard: Standard, one: BlockLayout, cell: str) -> Iterator[tuple[int, str]]:
    """How far rows are set in, and the rule by which they are known from their first ``cell``."""
    block = one.block
    if block.body == "subject" and len(block.of_kind("code")) == 1:
        lengths = standard.subjects[block.subjects].lengths
        for level, length in enumerate(lengths[1:], 1):
            yield level, f"LEN(${cell})={length}"
    elif block.body == "fixed":
        labels: dict[int, list[str]] = {}
        for row in block.rows:
            if not row.slot:
                labels.setdefault(row.indent, []).append(row.label.replace('"', '""'))
        for level in sorted(labels):
            if level:
                yield level, _one_of(cell, labels[level])
        slot = next((row for row in block.rows if row.slot and row.indent), None)
        if slot is not None:
            every = [label for found in labels.values() for label in found]
            yield slot.indent, f'AND(${cell}<>"",NOT({_one_of(cell, every)}))'


def _one_of(cell: str, labels: Sequence[str]) -> str:
    tests = [f'${cell}="{label}"' for label in labels]
    return f"OR({','.join(tests)})"


def _last_label(block: Block) -> str:
    """What the body ends with: 合计, or the last prescribed row."""
    return block.total or (block.rows[-1].label if block.rows and not block.rows[-1].slot else "")


def _criterion(label: str) -> str:
    for sign in "~*?":
        label = label.replace(sign, f"~{sign}")
    return label.replace('"', '""')


def _bold_rule(standard: Standard, block: Block, letters: Sequence[str], first: int) -> str:
    """When a row is emphasized: 合计, prescribed totals, classes, groups of projects."""
    here = f"${letters[0]}{first}"
    totals = [block.total] if block.total else [row.label for row in block.rows if row.total]
    tests = [f'{here}="{label.replace(chr(34), chr(34) * 2)}"' for label in totals]
    codes = block.of_kind("code")
    if block.body == "subject" and len(codes) == 1:
        length = standard.subjects[block.subjects].lengths[0]
        tests.append(f"LEN(${letters[codes[0]]}{first})={length}")
    elif block.body == "subject":
        tests.append(f'AND({here}<>"",${letters[codes[1]]}{first}="")')
    tests += [f'${letters[index]}{first}<>""' for index in block.of_kind("level1")]
    return f"OR({','.join(tests)})" if tests else ""
