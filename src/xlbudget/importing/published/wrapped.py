"""Names that were broken into lines of their own, put together again.

Where a document draws no lines between rows, a long name gives a second row without amounts. It goes
on with the name above where only both together are a name that the standard knows, or where a table
of subjects or projects can have no row without an amount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.characters import is_note, row_label, squash
from xlbudget.standard.model import AMOUNT

if TYPE_CHECKING:
    from xlbudget.reading.headings import Headings
    from xlbudget.standard.model import Block, Standard

_MOST_LINES = 3
"""A name is broken into so many lines at most."""


def unwrapped(
    standard: Standard, headings: Headings, lines: list[list[object]], year: int
) -> list[list[object]]:
    """The table's lines with whole names; lines keep their numbers."""
    found = [list(line) for line in lines]
    for block in headings.table.blocks:
        columns = headings.of(block)
        kinds = {
            at: column.kind
            for at, column in zip(columns, block.columns, strict=True)
            if at is not None
        }
        names = [at for at, kind in kinds.items() if kind != AMOUNT]
        amounts = [at for at, kind in kinds.items() if kind == AMOUNT]
        if not names or not amounts:
            continue
        body = found[headings.body :]
        if block.body == "fixed":
            _fixed(body, names[0], amounts, _known(standard, block, year))
        else:
            _listed(body, names, amounts)
    return found


def _known(standard: Standard, block: Block, year: int) -> frozenset[str]:
    """The labels that rows of a block can have."""
    labels = [row_label(label) for spec in block.rows if not spec.slot for label in spec.labels]
    if block.subjects:
        labels += map(row_label, standard.subjects[block.subjects].classes(year))
    return frozenset(filter(None, labels))


def _fixed(body: list[list[object]], name: int, amounts: list[int], known: frozenset[str]) -> None:
    for at, line in enumerate(body):
        whole = str(line[name])
        if not whole or row_label(whole) in known:
            continue
        for below in range(at + 1, min(at + _MOST_LINES, len(body))):
            whole += str(body[below][name])
            if any(line[one] and body[below][one] for one in amounts) or not body[below][name]:
                break
            if row_label(whole) in known:
                line[name] = whole
                for other in body[at + 1 : below + 1]:
                    other[name] = ""
                    for one in amounts:
                        line[one], other[one] = line[one] or other[one], ""
                break


def _listed(body: list[list[object]], names: list[int], amounts: list[int]) -> None:
    above: list[object] | None = None
    for line in body:
        here = [at for at in names if line[at]]
        if any(line[at] for at in amounts):
            above = line
            continue
        goes_on = (
            above is not None
            and bool(here)
            and all(above[at] for at in here)
            and not any(squash(str(line[at])).isdigit() or is_note(str(line[at])) for at in here)
        )
        if above is None or not goes_on:
            above = above if not here else None
            continue
        for at in here:
            above[at], line[at] = f"{above[at]}{line[at]}", ""
