"""Files that are damaged, or no budget workbook, are refused in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reading.small_sheets import sheets, write
from xlbudget.errors import UnusableFileError
from xlbudget.money import WAN, parse_amount
from xlbudget.reading.book import read_book

EXAMPLE = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"
GENERAL = "一般公共预算支出表"
AMOUNT = parse_amount("5", WAN)


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
