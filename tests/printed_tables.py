"""Printed tables read back: what stands in them against what a book holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import TOTAL, BlockData, FormData, Indicator, Row, Unreadable
from xlbudget.money import WAN, Amount
from xlbudget.sheets.layout import is_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Standard, Table

__all__ = ["Compared", "Matrix", "compare_tables", "crowded"]

Matrix = list[list[str]]
"""A printed table's places; a cell that covers several stands in each of them."""


class Compared(NamedTuple):
    """How many cells were compared, how many of them hold an amount, by table."""

    cells: Counter[str]
    amounts: Counter[str]

    def __str__(self) -> str:
        parts = (f"{key} {self.cells[key]}/{self.amounts[key]}" for key in self.cells)
        total = f"{sum(self.cells.values())} cells, {sum(self.amounts.values())} amounts"
        return f"{total} ({', '.join(parts)})"


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.raw if isinstance(cell, Unreadable) else cell.text


def compare_tables(standard: Standard, book: Book, printed: Sequence[Matrix]) -> Compared:
    """Assert that the printed tables, in their order, hold the book's amounts."""
    found = Compared(Counter(), Counter())
    waiting = iter(printed)
    for table in standard.tables:
        if is_form(table):
            rows = book.blocks[table.blocks[0].key].rows
            for data, row in zip(book.forms, rows, strict=True):
                _compare_form(table, data, row, next(waiting), found)
        else:
            _compare_table(table, book, next(waiting), found)
    assert next(waiting, None) is None, "no table is left over"
    return found


def _compare_table(table: Table, book: Book, matrix: Matrix, found: Compared) -> None:
    first = 0
    body = matrix[table.depth :]
    for block in table.blocks:
        named = [index for index, one in enumerate(block.columns) if one.kind != "amount"]
        lines = [line[first : first + len(block.columns)] for line in body]
        lines = [line for line in lines if any(line[index] for index in named)]
        rows = sorted(book.blocks[block.key].rows, key=lambda row: row.kind == TOTAL)
        if len(rows) < len(lines) and block.body == "fixed":
            # Prescribed rows that the book does not have are printed blank.
            missing = {one.label for one in block.rows} - {row.label for row in rows}
            lines = [line for line in lines if line[named[0]] not in missing]
        expected = [[_text(cell) for cell in row.cells] for row in rows]
        amounts = [
            [text for index, text in enumerate(line) if index not in named] for line in lines
        ]
        assert amounts == expected, block.key
        for row, line in zip(rows, lines, strict=True):
            texts = [line[index] for index in named]
            wanted = block.total if row.kind == TOTAL and block.total else row.label or row.key
            assert any(wanted in text for text in texts), (wanted, texts)
        found.cells[table.key] += sum(map(len, expected))
        found.amounts[table.key] += sum(bool(text) for line in expected for text in line)
        first += len(block.columns)


def _compare_form(table: Table, data: FormData, row: Row, matrix: Matrix, found: Compared) -> None:
    form = next(one for one in table.forms if one.key == data.form)
    index = table.blocks[0].amount_index
    for line in form.lines:
        for cell in line.cells:
            (place,) = [
                found
                for found in matrix
                if cell.caption in found[:2] or (len(line.cells) > 1 and cell.caption in found)
            ]
            at = len(place) - 1 - place[::-1].index(cell.caption)
            if cell.field in index:
                text = _text(row.cells[index[cell.field]])
                found.cells[table.key] += 1
                found.amounts[table.key] += bool(text)
            else:
                text = data.fields.get(cell.field, "")
            assert place[at + 1] == text, (data.name, cell.caption)
    below = matrix[-len(data.indicators) :] if data.indicators else []
    levels = ["", ""]
    for shown, indicator in zip(below, data.indicators, strict=True):
        texts = [indicator.values.get(column.key, "") for column in form.indicators]
        levels = [new or old for new, old in zip(texts[:2], levels, strict=True)]
        assert shown[1:3] == levels
        assert shown[3:] == texts[2:]


def crowded(standard: Standard, example: Book) -> Book:
    """As much as the tables have room for, with long names, long texts and large amounts."""
    blocks = dict(example.blocks)
    unit = next(one for one in standard.blocks.values() if one.body == "unit")
    project = next(one for one in standard.blocks.values() if one.body == "project")
    form = next(one for one in standard.blocks.values() if one.body == "form")
    subject = next(one for one in standard.blocks.values() if one.body == "subject")

    def cells(count: int, seed: int) -> tuple[Cell, ...]:
        return tuple(
            None if (seed + index) % 7 == 0 else Amount((seed * 37 + index) * 10_000 + 10**11, WAN)
            for index in range(count)
        )

    def of(kind: str, count: int, width: int, name: str) -> list[Row]:
        return [
            Row(f"{name}{n:03d}", kind, f"{name}{n:03d}", cells(width, n)) for n in range(count)
        ]

    total = Row(TOTAL, "total", "合计", cells(len(unit.amounts), 5))
    name = "某市某区综合服务和应急保障中心（参照公务员法管理的事业单位）第"
    blocks[unit.key] = BlockData.of([*of("unit", 60, len(unit.amounts), name), total])
    codes = [
        Row(f"2{n:02d}", "subject", f"支出科目{n}", cells(len(subject.amounts), n))
        for n in range(20)
    ]
    codes += [
        Row(
            f"2{n:02d}{m:02d}",
            "subject",
            "款级科目" * (1 + m % 5),
            cells(len(subject.amounts), n + m),
        )
        for n in range(20)
        for m in range(1, 15)
    ]
    codes.sort(key=lambda row: row.key)
    end = Row(TOTAL, "total", "合计", cells(len(subject.amounts), 3))
    blocks[subject.key] = BlockData.of([*codes, end])
    texts = ("专项业务支出", name)
    items = [
        row._replace(texts=texts, label=row.label * (1 + number % 4))
        for number, row in enumerate(
            of("item", 200, len(project.amounts), "应急指挥平台建设和运维项目")
        )
    ]
    blocks[project.key] = BlockData.of(items)
    rows = of("form", 200, len(form.amounts), "应急指挥平台建设和运维项目")
    blocks[form.key] = BlockData.of(rows)
    kinds = [one.key for one in standard.tables[-1].forms]
    indicators = tuple(
        Indicator({"first": "产出指标", "second": "数量指标", "third": "指标" * n, "weight": "2"})
        for n in range(1, 26)
    )
    forms = tuple(
        FormData(
            row.key,
            kinds[number % len(kinds)],
            {"name": row.key, "goal": _goal(number)},
            indicators[: number % 26],
        )
        for number, row in enumerate(rows)
    )
    return example._replace(blocks=blocks, forms=forms)


def _goal(number: int) -> str:
    """One goal is longer than a page, the others are usual."""
    return "保障应急指挥平台全年稳定运行。" * (400 if number == 3 else 1 + number % 9)
