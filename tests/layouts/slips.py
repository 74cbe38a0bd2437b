"""Mistakes that people make in a document: one number, or one of the slips that inspections list.

A slip is done to the blocks of a document, before a layout prints them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from layouts.model import ABOVE, CONTENTS, ITEM, NOTE, PART, TEXT, TITLE, Grid, Paragraph

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from layouts.model import Block, Document

_NUMBER = re.compile(r"(?<![\d.])\d[\d,]*\.\d\d(?!\d)")
_LIST = re.compile(r"(?<=其中：|包括：)([^。；]*支出[\d,.]+万元(?:、[^。；]*支出[\d,.]+万元)+)")
_ANY_AMOUNT = re.compile(r"(?<![\d.])\d[\d,]*\.\d\d(?=万元)")


class Slip(NamedTuple):
    """A document with one mistake.

    ``place`` is the title of the table that it stands in, or the text of the paragraph (as changed);
    ``row`` the name of the row. ``printed`` is what stands there now, ``true`` what should.
    """

    kind: str
    document: Document
    place: str
    row: str = ""
    printed: str = ""
    true: str = ""
    code: str = ""

    @property
    def in_table(self) -> bool:
        """Whether it stands in a table and not in a text."""
        return bool(self.code or self.row)


def _with(document: Document, at: int, *blocks: Block) -> Document:
    return (*document[:at], *blocks, *document[at + 1 :])


# ------------------------------------------------------------------ single numbers


class Number(NamedTuple):
    """A printed number: its block, and its row and cell, or where it begins in the text (row -1)."""

    block: int
    row: int
    at: int
    text: str


def numbers(document: Document) -> list[Number]:
    """All amounts of the tables, and all amounts and percentages of the sentences of the explanation."""
    found = []
    explaining = False
    for at, block in enumerate(document):
        if isinstance(block, Paragraph):
            if block.role == PART:
                explaining = "情况说明" in block.text
            if explaining and block.role == TEXT:
                found += [
                    Number(at, -1, one.start(), one[0]) for one in _NUMBER.finditer(block.text)
                ]
        elif block.kind == "table":
            found += [
                Number(at, line, place, cell.text)
                for line, row in enumerate(block.rows)
                if line >= block.head
                for place, cell in enumerate(row)
                if cell.kind == "amount" and _NUMBER.fullmatch(cell.text)
            ]
    return found


def wrong_number(document: Document, number: Number, chance: random.Random) -> Slip:
    """The document with that number wrong: a digit, two digits exchanged, a digit lost or ten times."""
    wrong = _slipped(number.text, chance)
    block = document[number.block]
    if isinstance(block, Grid):
        row = list(block.rows[number.row])
        row[number.at] = row[number.at]._replace(text=wrong)
        rows = (*block.rows[: number.row], tuple(row), *block.rows[number.row + 1 :])
        names = [cell.text for cell in row[: number.at] if cell.kind != "amount" and cell.text]
        name = names[-1].replace("\n", "") if names else ""
        changed = _with(document, number.block, block._replace(rows=rows))
        code = next((cell.text for cell in row if cell.kind == "code" and cell.text), "")
        return Slip("number", changed, block.title, name or "?", wrong, number.text, code)
    end = number.at + len(number.text)
    text = block.text[: number.at] + wrong + block.text[end:]
    return Slip(
        "number",
        _with(document, number.block, block._replace(text=text)),
        text,
        "",
        wrong,
        number.text,
    )


def _slipped(text: str, chance: random.Random) -> str:
    """Another number, as a hand makes it of this one."""
    plain = text.replace(",", "")
    digits = [at for at, sign in enumerate(plain) if sign.isdigit()]
    while True:
        kind = chance.randrange(4)
        at = chance.choice(digits)
        if kind == 0:
            wrong = plain[:at] + chance.choice("123456789") + plain[at + 1 :]
        elif kind == 1 and at + 1 in digits:
            wrong = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
        elif kind == 2 and plain.index(".") > 1:
            at = min(at, plain.index(".") - 1)
            wrong = plain[:at] + plain[at + 1 :]
        else:
            whole, cents = plain.split(".")
            wrong = f"{whole}{cents[0]}.{cents[1]}0"
        wrong = re.sub(r"^0+(?=\d)", "", wrong)
        if wrong != plain and float(wrong) != float(plain):
            whole, cents = wrong.split(".")
            return f"{int(whole):,}.{cents}"


# ------------------------------------------------------------------ slips of text


def _paragraphs(document: Document, role: str, part: str = "") -> Iterator[tuple[int, Paragraph]]:
    now = ""
    for at, block in enumerate(document):
        if isinstance(block, Paragraph):
            now = block.text if block.role == PART else now
            if block.role == role and part in now:
                yield at, block


def _reworded(
    document: Document,
    chance: random.Random,
    kind: str,
    change: Callable[[str, random.Random], str],
    role: str = TEXT,
    part: str = "情况说明",
) -> Slip | None:
    """One paragraph that the change can be done to, changed."""
    fitting = [
        (at, block, changed)
        for at, block in _paragraphs(document, role, part)
        if (changed := change(block.text, chance)) != block.text
    ]
    if not fitting:
        return None
    at, block, text = chance.choice(fitting)
    return Slip(kind, _with(document, at, block._replace(text=text)), text)


def _one(pattern: str, instead: str) -> Callable[[str, random.Random], str]:
    """One of the places where the pattern fits, replaced."""

    def change(text: str, chance: random.Random) -> str:
        spots = list(re.finditer(pattern, text))
        if not spots:
            return text
        spot = chance.choice(spots)
        return text[: spot.start()] + spot.expand(instead) + text[spot.end() :]

    return change


def _other_direction(text: str, chance: random.Random) -> str:
    spots = list(re.finditer(r"增加(?=\d)|减少(?=\d)", text))
    if not spots:
        return text
    spot = chance.choice(spots)
    other = "减少" if spot[0] == "增加" else "增加"
    return text[: spot.start()] + other + text[spot.end() :]


def _without_one(text: str, chance: random.Random) -> str:
    """One subject of a list left out."""
    lists = list(_LIST.finditer(text))
    if not lists:
        return text
    match = chance.choice(lists)
    parts = match[1].split("、")
    del parts[chance.randrange(len(parts))]
    return text[: match.start()] + "、".join(parts) + text[match.end() :]


TEXT_SLIPS: dict[str, tuple[str, Callable[[str, random.Random], str]]] = {
    "元 for 万元": (TEXT, _one(r"(?<=\d)万元", "元")),
    "万 for 万元": (TEXT, _one(r"(?<=\d)万元", "万")),
    "last year's year in a sentence": (
        TEXT,
        _one(r"(?<!与)(?<!比)(2024)年(?=[^，。]{0,8}\d)", "2023年"),
    ),
    "the other direction": (TEXT, _other_direction),
    "a change without its reason": (TEXT, _one(r"，主要原因[^，。；]*", "")),
    "a subject missing in a list": (TEXT, _without_one),
    "a placeholder left": (TEXT, _one(r"(?<=主要原因是)[^，。；]+", "XX")),
    "another year's heading": (ITEM, _one(r"2024年", "2023年")),
    "an amount that is another one's": (TEXT, _one(_ANY_AMOUNT.pattern, "123.45")),
    "a share that is wrong": (TEXT, _one(r"(?<=占)\d+\.\d\d(?=%)", "12.34")),
    "待补充 left": (TEXT, _one(r"(?<=主要原因是)[^，。；]+", "（待补充）")),
    "an identity number": (TEXT, _one(r"。$", "（联系人身份证号11010519491231002X）。")),
}


# ------------------------------------------------------------------ slips of tables


def _table(document: Document, chance: random.Random, fits: Callable[[Grid], bool]) -> int:
    return chance.choice(
        [
            at
            for at, block in enumerate(document)
            if isinstance(block, Grid) and block.kind == "table" and fits(block)
        ]
    )


def _coded(grid: Grid) -> list[int]:
    """The rows of subjects of the lowest level."""
    codes = [
        next((cell.text for cell in row if cell.kind == "code"), "") if at >= grid.head else ""
        for at, row in enumerate(grid.rows)
    ]
    deepest = max(map(len, codes), default=0)
    return [at for at, code in enumerate(codes) if code and len(code) == deepest]


def row_left_out(document: Document, chance: random.Random) -> Slip:
    """A row of the lowest level is missing."""
    at = _table(document, chance, lambda grid: len(_coded(grid)) > 1)
    grid = document[at]
    assert isinstance(grid, Grid)
    line = chance.choice(_coded(grid))
    code, name = grid.rows[line][0].text, grid.rows[line][1].text
    rows = (*grid.rows[:line], *grid.rows[line + 1 :])
    return Slip(
        "a row left out", _with(document, at, grid._replace(rows=rows)), grid.title, name, code=code
    )


def old_name(document: Document, chance: random.Random) -> Slip | None:
    """A subject by a name that is not in the list."""
    old = {
        "卫生健康支出": "医疗卫生与计划生育支出",
        "文化旅游体育与传媒支出": "文化体育与传媒支出",
        "行政事业单位养老支出": "行政事业单位离退休",
        "机关事业单位基本养老保险缴费支出": "基本养老保险缴费",
        "津贴补贴": "津补贴",
        "公务用车运行维护费": "公务用车运行费",
    }
    spots = [
        (at, line, place, cell.text)
        for at, grid in enumerate(document)
        if isinstance(grid, Grid) and grid.kind == "table"
        for line, row in enumerate(grid.rows)
        if line >= grid.head
        for place, cell in enumerate(row)
        if cell.text in old and cell.kind == "name"
    ]
    if not spots:
        return None
    at, line, place, name = chance.choice(spots)
    grid = document[at]
    assert isinstance(grid, Grid)
    row = list(grid.rows[line])
    row[place] = row[place]._replace(text=old[name])
    rows = (*grid.rows[:line], tuple(row), *grid.rows[line + 1 :])
    return Slip(
        "an old name",
        _with(document, at, grid._replace(rows=rows)),
        grid.title,
        old[name],
        code=row[0].text,
    )


def neighbour_column(document: Document, chance: random.Random) -> Slip:
    """A figure stands one column to the right."""
    spots = []
    for at, grid in enumerate(document):
        if isinstance(grid, Grid) and grid.kind == "table":
            for line, cells in enumerate(grid.rows[grid.head :], grid.head):
                spots += [
                    (at, line, place)
                    for place in range(len(cells) - 1)
                    if cells[place].kind == cells[place + 1].kind == "amount"
                    and cells[place].text.strip("0.,")
                    and not cells[place + 1].text
                ]
    at, line, place = chance.choice(spots)
    grid = document[at]
    assert isinstance(grid, Grid)
    row = list(grid.rows[line])
    row[place], row[place + 1] = row[place + 1], row[place]
    rows = (*grid.rows[:line], tuple(row), *grid.rows[line + 1 :])
    names = [cell.text for cell in row if cell.kind not in ("amount", "code") and cell.text]
    name = names[0] if names else "合计"
    code = next((cell.text for cell in row if cell.kind == "code"), "")
    return Slip(
        "a figure one column off",
        _with(document, at, grid._replace(rows=rows)),
        grid.title,
        name,
        code=code,
    )


def unit_of_table(document: Document, chance: random.Random) -> Slip:
    """元 above a table in 万元."""
    spots = [
        at
        for at, block in enumerate(document)
        if isinstance(block, Paragraph)
        and block.role == ABOVE
        and "单位：万元" in (block.right or block.text)
    ]
    at = chance.choice(spots)
    block = document[at]
    assert isinstance(block, Paragraph)
    new = block._replace(
        text=block.text.replace("单位：万元", "单位：元"),
        right=block.right.replace("单位：万元", "单位：元"),
    )
    return Slip("元 above a table", _with(document, at, new), _title_after(document, at), "元")


def statement_missing(document: Document, chance: random.Random) -> Slip | None:
    """An empty table without the statement that there is nothing."""
    spots = [
        at
        for at, block in enumerate(document)
        if isinstance(block, Paragraph) and block.role == NOTE and "没有" in block.text
    ]
    if not spots:
        return None
    at = chance.choice(spots)
    title = next(b.title for b in reversed(document[:at]) if isinstance(b, Grid))
    return Slip("an empty table without its statement", _with(document, at), title, "说明")


def other_unit(document: Document, chance: random.Random) -> Slip:
    """Another unit's name above a table."""
    spots = [
        at
        for at, block in enumerate(document)
        if isinstance(block, Paragraph)
        and block.role == ABOVE
        and block.text.startswith("预算单位")
    ]
    at = chance.choice(spots)
    block = document[at]
    assert isinstance(block, Paragraph)
    return Slip(
        "another unit above a table",
        _with(document, at, block._replace(text="预算单位：滨河市体育局")),
        _title_after(document, at),
        "滨河市体育局",
    )


def last_years_head(document: Document, chance: random.Random) -> Slip:
    """Last year's year in the heading of a column."""
    spots = [
        (at, line, place)
        for at, grid in enumerate(document)
        if isinstance(grid, Grid)
        for line, row in enumerate(grid.rows[: grid.head])
        for place, cell in enumerate(row)
        if "2024年" in cell.text
    ]
    at, line, place = chance.choice(spots)
    grid = document[at]
    assert isinstance(grid, Grid)
    row = list(grid.rows[line])
    row[place] = row[place]._replace(text=row[place].text.replace("2024", "2023"))
    rows = (*grid.rows[:line], tuple(row), *grid.rows[line + 1 :])
    return Slip(
        "last year's column", _with(document, at, grid._replace(rows=rows)), grid.title, "2023"
    )


def contents_differ(document: Document, chance: random.Random) -> Slip:
    """A line of the contents is missing."""
    spots = [
        at
        for at, block in enumerate(document)
        if isinstance(block, Paragraph) and block.role == CONTENTS and block.level > 1
    ]
    at = chance.choice(spots)
    block = document[at]
    assert isinstance(block, Paragraph)
    return Slip("a line of the contents missing", _with(document, at), "目录", block.text)


def form_missing(document: Document, chance: random.Random) -> Slip:
    """A project's performance form is missing."""
    spots = [
        at for at, block in enumerate(document) if isinstance(block, Grid) and block.kind == "form"
    ]
    at = chance.choice(spots)
    grid = document[at]
    assert isinstance(grid, Grid)
    name = next(
        row[1].text
        for row in grid.rows
        if len(row) > 1 and row[0].text.replace(" ", "") == "项目名称"
    )
    start = at - 1
    while isinstance(document[start], Paragraph) and document[start].role != TITLE:
        start -= 1
    return Slip(
        "a performance form missing", (*document[:start], *document[at + 1 :]), "项目支出", name
    )


def table_missing(document: Document, chance: random.Random) -> Slip:
    """A table is left out with its headings."""
    at = _table(document, chance, lambda grid: bool(_coded(grid)))
    grid = document[at]
    assert isinstance(grid, Grid)
    start = at
    while not (isinstance(document[start], Paragraph) and document[start].role == ITEM):
        start -= 1
    return Slip("a table missing", (*document[:start], *document[at + 1 :]), grid.title, grid.title)


def section_missing(document: Document, chance: random.Random) -> Slip | None:
    """The paragraph on procurement, vehicles or the cost of the office's work is missing."""
    words = ("机关运行经费", "政府采购预算", "车辆")
    spots = [
        (at, word)
        for at, block in _paragraphs(document, TEXT, "情况说明")
        for word in words
        if re.match(r"(长春|2024年|本|截至|[^，。]{0,30})" + word, block.text)
    ]
    if not spots:
        return None
    at, word = chance.choice(spots)
    return Slip(f"no word on {word}", _with(document, at), "情况说明", word)


def _title_after(document: Document, at: int) -> str:
    return next(block.title for block in document[at:] if isinstance(block, Grid))


TABLE_SLIPS: tuple[Callable[[Document, random.Random], Slip | None], ...] = (
    row_left_out, old_name, neighbour_column, unit_of_table, statement_missing, other_unit,
    last_years_head, contents_differ, form_missing, table_missing, section_missing,
)  # fmt: skip


def slips(document: Document, count: int, chance: random.Random) -> list[Slip]:
    """So many slips, every kind in turn."""
    found: list[Slip] = []
    kinds: list[Callable[[], Slip | None]] = [
        *(
            (
                lambda kind=kind, role=role, change=change: _reworded(
                    document, chance, kind, change, role
                )
            )
            for kind, (role, change) in TEXT_SLIPS.items()
        ),
        *((lambda make=make: make(document, chance)) for make in TABLE_SLIPS),
    ]
    at = 0
    while len(found) < count:
        made = kinds[at % len(kinds)]()
        at += 1
        if made is not None:
            found.append(made)
    return found
