"""The lines below a table's headings as exports print them, made what a sheet of the standard holds.

A code and its name in one cell are parted, 合计 stands in the first column that names rows, the sums of a page and
what stands below a form are left out, and codes that lost digits are told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import code_text, is_footer, shortened, split_code, squash
from xlbudget.sheets.cells import text_of
from xlbudget.standard.model import AMOUNT
from xlbudget.xlsx.references import column_letter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.importing.tables.find import Section
    from xlbudget.standard.model import Block, Standard

_PAGE_SUMS = frozenset(
    ("小计", "本页小计", "本页合计", "页计", "累计", "承前页", "接上页", "过次页", "转下页")
)
"""Rows that a program adds at the end of a page; the standard's tables have none of these."""
_POWER = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d+")
_LOST = "00"
"""No level of a classification has this number: it is what rounding leaves of the digits."""
_AMONG = re.compile(r"其中[:：]?\s*")
_NAMES = ("name", "label", "level1", "level2")
_SHOWN = 3
_FEWEST = 4
"""So many rising numbers with fewer digits are no amounts."""


class Refused(NamedTuple):
    """A line that is not read: its number, its cell (``B7``) and what is wrong with that."""

    number: int
    cell: str
    why: str


class PlainLines(NamedTuple):
    """Numbered lines, equally long, with each block's columns in them; ``said`` tells what was left out."""

    numbered: list[tuple[int, list[object]]]
    columns: dict[str, list[int | None]]
    refused: list[Refused]
    said: list[str]


def plain_lines(standard: Standard, section: Section, lines: Sequence[int]) -> PlainLines:
    """The ``lines`` (from 0) of a section whose headings are complete."""
    heads, grid = section.heads, section.grid
    assert heads is not None
    blocks = section.table.blocks
    columns = {block.key: heads.of(block) for block in blocks}
    width = len(grid.sheet.lines[0])
    parted: dict[str, int] = {}
    for block in blocks:
        code, name = _spot(block, columns, "code"), _spot(block, columns, "name")
        if code is not None and name in (None, code):
            parted[block.key] = width + len(parted)
    found = PlainLines([], columns, [], [])
    sums: dict[str, list[int]] = {}
    for at in lines:
        line = [*grid.sheet.lines[at], *[""] * len(parted)]
        first = next((text for _, text in grid.texts(at)), "")
        if is_footer(first) or _counts([text for _, text in grid.texts(at)]):
            continue
        words = {squash(text) for _, text in grid.texts(at)} & _PAGE_SUMS
        if words and not _known(blocks, words):
            sums.setdefault(words.pop(), []).append(at + 1)
            continue
        _total(section, columns, line)
        refused = [
            Refused(at + 1, f"{column_letter(place)}{at + 1}", why)
            for block in blocks
            if (place := _spot(block, columns, "code")) is not None
            and (why := _code(standard, block, columns, line, parted.get(block.key)))
        ]
        found.refused.extend(refused)
        if not refused:
            for place in _names(blocks, columns):
                if isinstance(text := line[place], str):
                    line[place] = _AMONG.sub("", text, count=1)
            found.numbered.append((at + 1, line))
    for block in blocks:
        apart = parted.get(block.key)
        if apart is not None and any(line[apart] for _, line in found.numbered):
            index = next(iter(block.of_kind("name")), None)
            if index is not None:
                columns[block.key] = [*columns[block.key]]
                columns[block.key][index] = apart
    for word, numbers in sums.items():
        shown = "、".join(map(str, numbers[:_SHOWN])) + ("等" if len(numbers) > _SHOWN else "")
        found.said.append(
            f"“{section.table.title}”的“{word}”{len(numbers)}行（第{shown}行）不是规定的行，没有导入。"
        )
    return found


def _counts(texts: Sequence[str]) -> bool:
    """Whether a line only numbers its columns, as programs do above the tables that they write."""
    if len(texts) < _FEWEST or not all(
        text.isascii() and text.isdigit() and len(text) < _FEWEST for text in texts
    ):
        return False
    numbers = [*map(int, texts)]
    return numbers == [*range(numbers[0], numbers[0] + len(numbers))]


def _spot(block: Block, columns: dict[str, list[int | None]], kind: str) -> int | None:
    """Where the only column of a kind stands; None where there is none, or several."""
    indices = block.of_kind(kind)
    return columns[block.key][indices[0]] if len(indices) == 1 else None


def _names(blocks: Sequence[Block], columns: dict[str, list[int | None]]) -> Iterator[int]:
    for block in blocks:
        if block.body != "fixed":
            for kind in _NAMES:
                place = _spot(block, columns, kind)
                if place is not None:
                    yield place


def _known(blocks: Sequence[Block], words: set[str]) -> bool:
    """Whether a word is a row's own label."""
    return any(squash(row.label) in words for block in blocks for row in block.rows)


def _total(section: Section, columns: dict[str, list[int | None]], line: list[object]) -> None:
    """Put 合计, which may stand before the columns that name rows, into the first of them."""
    grid = section.grid
    for block in section.table.blocks:
        places = [
            place
            for column, place in zip(block.columns, columns[block.key], strict=True)
            if column.kind != AMOUNT and place is not None
        ]
        if not block.total or not places or any(text_of(line[place]) for place in places):
            continue
        before = range(grid.left, max(places))
        total = squash(block.total)
        if any(squash(text_of(line[place])).rstrip(":") == total for place in before):
            line[places[0]] = block.total


def _code(
    standard: Standard,
    block: Block,
    columns: dict[str, list[int | None]],
    line: list[object],
    name: int | None,
) -> str:
    """What is wrong with a line's code, empty where nothing is; a name in its cell goes to its own."""
    place = _spot(block, columns, "code")
    assert place is not None
    text = text_of(line[place])
    if not any(map(str.isdigit, text)):
        return ""
    if _POWER.fullmatch(squash(text)):
        return f"编码“{shortened(text)}”是科学计数法，丢了位数"
    code, own_name = split_code(text)
    if code:
        line[place] = code
        if name is not None:
            line[name] = own_name
    else:
        code = code_text(text)
    subjects = standard.subjects.get(block.subjects) if block.subjects else None
    if subjects is None or not (code.isascii() and code.isdigit()) or code in subjects.by_code:
        return ""
    if len(code) not in subjects.lengths:
        digits = "、".join(map(str, subjects.lengths))
        return f"编码“{shortened(code)}”有{len(code)}位，应为{digits}位"
    return f"编码“{code}”像是丢了末尾的数字" if code.endswith(_LOST) else ""
