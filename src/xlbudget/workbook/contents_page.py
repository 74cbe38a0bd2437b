"""The lines of 目录: the parts of the disclosure, its tables, the working sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.workbook.layout import (
    DICTIONARY,
    FINDINGS,
    GLOSSARY,
    INFO_SHEET,
    NOTES,
    OVERVIEW,
    PROFILE,
)

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard

__all__ = ["CONTENTS_FIRST", "OVERALL", "ContentsLine", "contents_lines"]

OVERALL = "B1"
"""The cell of 目录 that says how all tables are."""
CONTENTS_FIRST = 4
_TARGETS = (PROFILE, "", NOTES, GLOSSARY)
_ORDINALS = "一二三四五六七八九"
_WORKING = (
    (INFO_SHEET, "单位、年度、人员、上年数和变动原因"),
    (OVERVIEW, "结构图和勾稽核对表"),
    (FINDINGS, "校验找到的差错和建议"),
    (DICTIONARY, "科目编码和名称，可补充"),
)


class ContentsLine(NamedTuple):
    """One line: ``kind`` is part, table, heading or working; ``number`` that of a table.

    ``sheet`` is where it leads, empty where it leads nowhere.
    """

    line: int
    kind: str
    text: str
    sheet: str = ""
    number: int = 0
    note: str = ""


def contents_lines(standard: Standard) -> list[ContentsLine]:
    """All lines of 目录 from the standard alone, ``{year}`` as it stands there."""
    lines: list[ContentsLine] = []
    for place, part in enumerate(standard.parts):
        text = f"第{_ORDINALS[place]}部分  {part}"
        target = _TARGETS[place] if place < len(_TARGETS) else ""
        lines.append(ContentsLine(0, "part", text, target))
        if place == 1:
            lines += [
                ContentsLine(0, "table", table.title, table.sheet, table.number)
                for table in standard.tables
            ]
    lines.append(ContentsLine(0, "heading", "填写与检查"))
    lines += [ContentsLine(0, "working", name, name, 0, note) for name, note in _WORKING]
    return [one._replace(line=number) for number, one in enumerate(lines, CONTENTS_FIRST)]
