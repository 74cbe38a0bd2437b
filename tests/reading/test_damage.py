"""Files that are damaged, or no budget workbook, are refused in one sentence."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from xlbudget.errors import UnusableFileError
from xlbudget.money import WAN, parse_amount
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import load_standard

STANDARD = load_standard("changchun")
EXAMPLE = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"
GENERAL = "一般公共预算支出表"
AMOUNT = parse_amount("5", WAN)


def headings(table: Any, year: int = 2024) -> Any:
    paths = [column.heading(year) for block in table.blocks for column in block.columns]
    if table.depth == 1:
        return [[path[0] for path in paths]]
    outer = []
    for _, run in groupby(paths, key=lambda path: (path[0], len(path))):
        same = list(run)
        outer += [same[0][0], *[""] * (len(same) - 1)]
    return [outer, [path[1] if len(path) > 1 else "" for path in paths]]


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


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "某局 预算.xlsx"


# ------------------------------------------------------------------ unusable files


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 200, b"text"])
def test_what_is_no_workbook_is_refused_in_one_sentence(target: Path, content: Any) -> None:
    if content is not None:
        target.write_bytes(content)
    with pytest.raises(UnusableFileError, match=r"某局 预算\.xlsx"):
        read_book(target)


def test_a_damaged_workbook_is_refused_and_nothing_else_is_raised(target: Path) -> None:
    whole = write(target, sheets()).read_bytes()
    said = []
    for step in range(60):
        place = len(whole) * step // 60
        damaged = bytearray(whole)
        damaged[place : place + 8] = bytes(byte ^ 0x5A for byte in damaged[place : place + 8])
        for data in (whole[:place], bytes(damaged)):
            target.write_bytes(data)
            try:
                read_book(target)
            except UnusableFileError as error:
                said.append(str(error))
    assert len(said) > 60
    assert all(target.name in text and text.endswith("。") for text in said)


def test_a_cell_far_away_is_refused_instead_of_filling_the_memory(target: Path) -> None:
    def far(book: Any) -> None:
        book.get_worksheet_by_name(GENERAL).write(1_000_000, 16_000, "x")

    with pytest.raises(UnusableFileError, match=f"{GENERAL}.*第1000001行"):
        read_book(write(target, sheets(), far))


def test_formatted_cells_far_away_are_no_content(target: Path) -> None:
    def far(book: Any) -> None:
        book.get_worksheet_by_name(GENERAL).write_blank(900_000, 900, None, book.add_format())
        book.get_worksheet_by_name(GENERAL).set_row(1_000_000, 30)

    assert read_book(write(target, sheets(), far)).blocks["general"].row("201") is not None
