"""Find a table's columns by their headings, wherever they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.standard.model import AMOUNT
from xlbudget.workbook.layout import HEADING_ROW
from xlbudget.workbook.read_labels import heading

if TYPE_CHECKING:
    from xlbudget.standard.model import Block, Table
    from xlbudget.workbook.read_cells import Lines

__all__ = ["Headings", "find_headings"]

_SEARCHED = 15
"""The headings begin within these first lines."""
_FEW = 2
"""So many columns must be found for a line to count as the headings."""

_Path = tuple[str, ...]


class Headings(NamedTuple):
    """``body`` is the first line (from 0) below the headings.

    ``columns`` gives, by block key, the sheet column (from 0) of each of the block's columns, or
    None for one that is missing.
    """

    body: int
    columns: dict[str, list[int | None]]


def find_headings(table: Table, lines: Lines) -> Headings | None:
    """Where the table's columns stand, or None where no line looks like its headings."""
    depth = table.depth
    wanted = [
        (block.key, index, tuple(map(heading, column.heading(2000))))
        for block in table.blocks
        for index, column in enumerate(block.columns)
    ]
    best: tuple[tuple[int, int], int, list[_Path]] | None = None
    places = range(min(_SEARCHED, len(lines) - depth + 1))
    # Where our own layout has them first: then nothing else need be looked at.
    for first in sorted(places, key=lambda one: (one != HEADING_ROW - 1, one)):
        paths = _paths(lines[first : first + depth])
        inner = {path[-1] for path in paths if path}
        exact = sum(path in paths for _, _, path in wanted)
        loose = sum(path[-1] in inner for _, _, path in wanted)
        if best is None or (exact, loose, -first) > (*best[0], -best[1]):
            best = ((exact, loose), first, paths)
        if exact == len(wanted):
            break
    if best is None or max(best[0]) < min(_FEW, len(wanted)):
        return None
    found = _assign(wanted, best[2])
    columns = {
        block.key: [found.get((block.key, index)) for index in range(len(block.columns))]
        for block in table.blocks
    }
    for block in table.blocks:
        _place_texts(block, columns[block.key], set(found.values()))
    return Headings(best[1] + depth, columns)


def _paths(rows: Lines) -> list[_Path]:
    """The heading of every column, outermost first; an outer label reaches to the next one."""
    texts = [[heading(cell) if isinstance(cell, str) else "" for cell in row] for row in rows]
    if len(texts) == 1:
        return [(text,) if text else () for text in texts[0]]
    paths: list[_Path] = []
    carried = ""
    for outer, inner in zip(*texts[:2], strict=True):
        carried = outer or carried
        if inner:
            paths.append((carried, inner) if carried else (inner,))
        else:
            paths.append((outer,) if outer else ())
    return paths


def _assign(wanted: list[tuple[str, int, _Path]], paths: list[_Path]) -> dict[tuple[str, int], int]:
    """Exact headings first; then equal last labels, in order, where there are as many of them."""
    found: dict[tuple[str, int], int] = {}
    free = dict(enumerate(paths))
    for key, index, path in wanted:
        column = next((column for column, other in free.items() if other == path), None)
        if column is not None:
            found[key, index] = column
            del free[column]
    missing: dict[str, list[tuple[str, int]]] = {}
    for key, index, path in wanted:
        if (key, index) not in found:
            missing.setdefault(path[-1], []).append((key, index))
    for label, spots in missing.items():
        columns = [column for column, path in free.items() if path and path[-1] == label]
        if len(columns) == len(spots):
            found.update(zip(spots, columns, strict=True))
            for column in columns:
                del free[column]
    return found


def _place_texts(block: Block, columns: list[int | None], used: set[int]) -> None:
    """Columns of codes and labels under another heading: where they stand before the amounts."""
    amounts = [
        (index, columns[index]) for index in block.of_kind(AMOUNT) if columns[index] is not None
    ]
    if not amounts:
        return
    first, column = amounts[0]
    assert column is not None
    for index, known in enumerate(columns):
        place = column - (first - index)
        free = known is None and place >= 0 and place not in used
        if free and index < first and block.columns[index].kind != AMOUNT:
            columns[index] = place
            used.add(place)
