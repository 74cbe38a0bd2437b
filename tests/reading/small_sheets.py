"""Small sheets and workbooks as readers meet them: headings as merged cells give them, a row or two."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

import xlsxwriter

from xlbudget.money import WAN, parse_amount
from xlbudget.reading.tables import read_table
from xlbudget.sheets.cells import Sheet
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from pathlib import Path

STANDARD = load_standard("changchun")


def headings(table: Any, year: int = 2024) -> Any:
    """The heading rows as merged cells give them: an outer label stands once."""
    paths = [column.heading(year) for block in table.blocks for column in block.columns]
    if table.depth == 1:
        return [[path[0] for path in paths]]
    outer = []
    for _, run in groupby(paths, key=lambda path: (path[0], len(path))):
        same = list(run)
        outer += [same[0][0], *[""] * (len(same) - 1)]
    return [outer, [path[1] if len(path) > 1 else "" for path in paths]]


def sheet(key: str, *body: Any, year: int = 2024) -> Any:
    table = STANDARD.table(key)
    return [["返回目录"], [table.title], ["预算单位：某局"], *headings(table, year), *body]


def sheets(*keys: str, year: int = 2024) -> Any:
    """The sheets of a small workbook: 基础信息 and 一般公共预算支出表, and others that are asked for."""
    found = {
        "基础信息": [
            ["返回目录"],
            ["基础信息"],
            [],
            ["单位"],
            ["单位名称", "某局"],
            ["预算年度", year],
        ]
    }
    for key in ("general", *keys):
        table = STANDARD.table(key)
        head = [["返回目录"], [table.title], ["预算单位：某局"], *headings(table, year)]
        body = [["201", "一般公共服务支出", 5.0, 5.0, 3.0, 2.0, ""]] if key == "general" else []
        found[table.sheet] = [*head, *body]
    return found


def write(path: Path, content: Any, extra: Any = None) -> Path:
    """``content``: sheet name -> lines of values; a tuple is a formula and its error value."""
    book = xlsxwriter.Workbook(path)
    dates = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, lines in content.items():
        sheet = book.add_worksheet(name)
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                if isinstance(value, tuple):
                    sheet.write_formula(row, column, value[0], None, value[1])
                elif isinstance(value, date):
                    sheet.write_datetime(row, column, value, dates)
                elif value != "":
                    sheet.write(row, column, value)
    if extra:
        extra(book)
    book.close()
    return path


def read(key: str, lines: Any, year: int = 2024) -> Any:
    table = STANDARD.table(key)
    return read_table(STANDARD, table, Sheet(table.sheet, [list(line) for line in lines]), year)


def rows(data: Any, block: Any) -> Any:
    return [(row.kind, row.key, row.label, row.cells) for row in data.blocks[block].rows]


def keys(data: Any, block: Any) -> Any:
    return [row.key for row in data.blocks[block].rows]


def amount(text: Any) -> Any:
    return parse_amount(text, WAN)
