"""What a file is that holds other tables than the standard's: its final accounts, another region's tables.

One shared title makes no file the standard's: it is what most of its tables are, by title and by columns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.characters import plain_name, squash
from xlbudget.sheets.cells import stated_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlbudget.sheets.cells import Sheet

_TITLE = re.compile(r"(?!第.{1,3}部分)[^，。；：、:;,]{2,30}表")
_NUMBER = re.compile(r"(?:公开|预算|部门|附)*(?:附?表)?\d+-?\d*表?|[附报本下上该各]表")
"""The number of a form (公开01表) stands where titles do, and is none."""
_BRACKETS = re.compile(r"\([^()]*\)$")
_ACCOUNTS = "决算"
_SHOWN = 3


def table_titles(sheet: Sheet) -> Iterator[str]:
    """The titles of tables on a sheet, whatever standard they are of: each alone on its line, or beside a unit."""
    for line in sheet.lines:
        texts = [cell for cell in line if isinstance(cell, str) and cell]
        if not texts or len(texts) > 2 or any(isinstance(cell, (int, float)) for cell in line):  # noqa: PLR2004  # a title and a unit
            continue
        plain = _BRACKETS.sub("", plain_name(texts[0]))
        if _TITLE.fullmatch(plain) and not _NUMBER.fullmatch(plain):
            yield plain


def kind_of(titles: Iterable[str], sheets: Iterable[Sheet]) -> str:
    """What tables of these titles are, in words: 像是部门决算（有“…”等9张，金额单位为元）."""
    several = list(dict.fromkeys(titles))
    accounts = sum(_ACCOUNTS in title for title in several)
    what = "部门决算" if 2 * accounts >= len(several) else "另一种标准的表"
    units = stated_units(
        cell
        for sheet in sheets
        for line in sheet.lines
        for cell in line
        if isinstance(cell, str) and "单位" in squash(cell[:60])
    )
    unit = f"，金额单位为{units.pop().name}" if len(units) == 1 else ""
    shown = "”“".join(several[:_SHOWN])
    more = f"等{len(several)}张" if len(several) > _SHOWN else ""
    return f"像是{what}（有“{shown}”{more}{unit}）"
