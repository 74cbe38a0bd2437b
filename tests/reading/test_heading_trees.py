"""Headings of any depth: what is written is read, on own sheets by place and elsewhere never wrongly."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from tiny_standards import CODE_COLUMNS, filled, random_columns, write_standard
from xlbudget.editing.build import build_workbook
from xlbudget.money import UNITS
from xlbudget.printed import headings
from xlbudget.reading.book import read_book
from xlbudget.reading.headings import find_headings, own_headings
from xlbudget.sheets.cells import Area, Grid, Sheet
from xlbudget.standard.loader import parse_table

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.standard.model import Table

_ABOVE = 3
"""Lines before the headings: tools, title, unit."""


def _random_table(random: Random) -> Table:
    label = {"key": "item", "kind": "label", "label": ["项目"]}
    blocks = [
        {
            "key": key,
            "body": "fixed",
            "columns": [label, *random_columns(random, random.randint(1, 9), random.randint(1, 7))],
            "rows": [{"key": "x", "label": "甲项"}],
        }
        for key in "ab"[: random.randint(1, 2)]
    ]
    return parse_table({"key": "one", "number": 1, "title": "某表", "block": blocks}, UNITS["元"])


def _drawn(table: Table) -> tuple[Sheet, dict[tuple[str, int], int]]:
    """The table as its sheet is written, with its merged headings, and where its columns stand."""
    width = sum(len(block.columns) for block in table.blocks)
    lines: list[list[object]] = [[""] * width for _ in range(_ABOVE + table.depth)]
    lines.append(["甲项", *[1.0] * (width - 1)])
    merged, columns, left = [], {}, 0
    for block in table.blocks:
        for label in headings([column.label for column in block.columns], table.depth):
            top, first = _ABOVE + label.level, left + label.column
            lines[top][first] = label.label
            if label.rows > 1 or label.columns > 1:
                merged.append(Area(top, first, top + label.rows - 1, first + label.columns - 1))
        for index in range(len(block.columns)):
            columns[block.key, index] = left + index
        left += len(block.columns)
    return Sheet("某表", lines, tuple(merged)), columns


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_random_headings_are_read_back(seed: int) -> None:
    for number in range(seed, seed + 20):
        table = _random_table(Random(number))
        sheet, columns = _drawn(table)
        own = own_headings(table, sheet.lines, 2024)
        assert own is not None
        assert (own.columns, own.body) == (columns, _ABOVE + table.depth), number
        for foreign in (sheet, Sheet("某表", sheet.lines)):
            grid = Grid(foreign, 0, len(sheet.lines))
            found = find_headings(table, grid, range(len(sheet.lines)), 2024)
            assert found is not None
            sure = {spot: at for spot, at in found.columns.items() if spot not in found.doubled}
            assert sure == {spot: columns[spot] for spot in sure}, number


@pytest.mark.parametrize("seed", [1, 2])
def test_a_new_workbook_is_read_cell_for_cell(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    tables = [
        {
            "key": f"t{depth}",
            "blocks": [
                {
                    "body": "subject",
                    "subjects": "functional",
                    "room": 20,
                    "total": "合计",
                    "columns": [*codes, *random_columns(random, 6, depth)],
                }
            ],
        }
        for depth, codes in (
            (1, CODE_COLUMNS),
            (3, CODE_COLUMNS),
            (5, ({"key": "code", "kind": "code", "label": ["编码"]}, CODE_COLUMNS[-1])),
        )
    ]
    # A single row without a name, of which some headings are three deep.
    line = {"key": "line", "label": ""}
    tables.append(
        {
            "key": "row",
            "blocks": [{"body": "fixed", "columns": random_columns(random, 7, 3), "rows": [line]}],
        }
    )
    standard = write_standard(tmp_path / "tiny", tables)
    book = filled(standard, random)
    path = tmp_path / "工作簿.xlsx"
    build_workbook(standard, book, path, year=book.year)
    back = read_book(path, standard)
    assert not back.findings
    for key, data in book.blocks.items():
        wanted = [(row.key, row.cells) for row in data.rows]
        assert [(row.key, row.cells) for row in back.blocks[key].rows] == wanted
