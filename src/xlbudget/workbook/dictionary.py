"""Where the lists stand on 科目字典, by which names formulas know them, and the formula of a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlbudget.standard.model import Block, Standard
    from xlbudget.workbook.layout import BlockLayout

__all__ = [
    "CODES",
    "DICTIONARY_FIRST",
    "NAMES",
    "SPARE",
    "UNIT_LIST",
    "UNIT_ROOM",
    "body_name",
    "dictionary_last",
    "list_name",
    "name_formula",
    "names_itself",
]

CODES, NAMES = "科目编码", "科目名称"
"""The names of the columns of all codes and of their names, with the room for more."""
UNIT_LIST = "预算单位名单"
DICTIONARY_FIRST = 5
SPARE = 1_600
"""Lines for a bureau's own subjects below the shipped ones: a complete list fits."""
UNIT_ROOM = 60


def list_name(kind: str) -> str:
    """The name of one classification's codes."""
    return f"{_plain(kind)}编码"


def body_name(sheet: str) -> str:
    """The name of the body of a table."""
    return f"{_plain(sheet)}_表体"


def _plain(text: str) -> str:
    """Only what a name may consist of."""
    return re.sub(r"[^\w]", "", text)


def dictionary_last(standard: Standard) -> int:
    """The last line of 科目字典 that may hold a subject."""
    shipped = sum(len(one.subjects) for one in standard.subjects.values())
    return DICTIONARY_FIRST - 1 + shipped + SPARE


def names_itself(block: Block) -> bool:
    """Whether a table's names follow from its codes."""
    one_of_each = len(block.of_kind("code")) == len(block.of_kind("name")) == 1
    return block.body == "subject" and one_of_each


def name_formula(one: BlockLayout, line: int) -> str:
    """The formula by which the name of the code on a line appears."""
    code = f"{one.letters[one.block.of_kind('code')[0]]}{line}"
    return f'IF({code}="","",IFERROR(INDEX({NAMES},MATCH({code},{CODES},0)),""))'
