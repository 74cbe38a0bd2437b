"""A code that the list does not have is told once, however many tables print it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.checks.validate import validate
from xlbudget.importing.data_folder import read_folder
from xlbudget.rules.fill import with_names

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard

CULTURE = Path(__file__).parents[1] / "cases" / "culture-bureau"


def test_an_unknown_code_is_told_once(standard: Standard) -> None:
    book = with_names(standard, read_folder(CULTURE, standard))
    messages = [one.message for one in validate(standard, book).findings]
    codes = Counter(
        match[1] for one in messages if (match := re.match(r"科目字典中没有编码 (\d+)", one))
    )
    assert len(codes) > 10
    assert set(codes.values()) == {1}
    lists = [block for block in standard.blocks.values() if block.subjects == "functional"]
    printed = Counter(
        row.key for block in lists for row in book.blocks[block.key].rows if row.key in codes
    )
    assert max(printed.values()) > 1
