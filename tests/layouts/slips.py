"""Mistakes that people make in a document: one number, or one of the slips that inspections list.

A slip is done to the blocks of a document, before a layout prints them.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from layouts.model import ABOVE, CONTENTS, ITEM, NOTE, PART, TEXT, TITLE, Cell, Grid, Paragraph

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from layouts.model import Block, Document

_NUMBER = re.compile(r"(?<![\d.])\d[\d,]*\.\d\d(?!\d)")
_LIST = re.compile(r"(?<=其中：|包括：)([^。；]*支出[\d,.]+万元(?:、[^。；]*支出[\d,.]+万元)+)")


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


class Rewording(NamedTuple):
    """A slip of slips.toml: in which paragraphs it is made, where, and what then stands there."""

    kind: str
    rule: str
    find: str
    instead: str
    role: str = TEXT
    part: str = ""

    def made(self, document: Document, chance: random.Random, year: int) -> Slip | None:
        """One paragraph with the slip at one place; None where there is none for it."""
        years = {"year": year, "last": year - 1}
        pattern, instead = re.compile(self.find.format(**years)), self.instead.format(**years)
        part = self.part or ("情况说明" if self.role in (TEXT, ITEM) else "")
        spots = [
            (at, block, spot)
            for at, block in _paragraphs(document, self.role, part)
            for spot in pattern.finditer(block.text)
        ]
        if not spots:
            return None
        at, block, spot = chance.choice(spots)
        text = block.text[: spot.start()] + spot.expand(instead) + block.text[spot.end() :]
        return Slip(self.kind, _with(document, at, block._replace(text=text)), text)


def rewordings() -> list[Rewording]:
    """All of slips.toml."""
    data = tomllib.loads(Path(__file__).with_name("slips.toml").read_text(encoding="utf-8"))
    return [Rewording(**one) for one in data["slip"]]


def other_direction(document: Document, chance: random.Random) -> Slip | None:
    """增加 for 减少, or the reverse."""
    spots = [
        (at, block, spot)
        for at, block in _paragraphs(document, TEXT, "情况说明")
        for spot in re.finditer(r"增加(?=\d)|减少(?=\d)", block.text)
    ]
    at, block, spot = chance.choice(spots)
    other = "减少" if spot[0] == "增加" else "增加"
    text = block.text[: spot.start()] + other + block.text[spot.end() :]
    return Slip("the other direction", _with(document, at, block._replace(text=text)), text)


def subject_missing(document: Document, chance: random.Random) -> Slip | None:
    """One subject of a list with amounts left out."""
    spots = [
        (at, block, match)
        for at, block in _paragraphs(document, TEXT, "情况说明")
        for match in _LIST.finditer(block.text)
    ]
    at, block, match = chance.choice(spots)
    parts = match[1].split("、")
    gone = parts.pop(chance.randrange(len(parts)))
    text = block.text[: match.start()] + "、".join(parts) + block.text[match.end() :]
    slip = Slip("a subject missing in a list", _with(document, at, block._replace(text=text)), text)
    return slip._replace(printed=gone)


def three_public_left_out(document: Document, chance: random.Random) -> Slip | None:
    """The explanation says nothing of one of the three."""
    spots = [
        (at, block)
        for at, block in _paragraphs(document, TEXT, "情况说明")
        if re.match(r"\d\.(因公|公务)", block.text)
    ]
    at, block = chance.choice(spots)
    word = re.sub(r"^\d\.|[\d（].*", "", block.text)
    return Slip("三公: an item left out of the text", _with(document, at), "情况说明", word)


def glossary_entry_missing(document: Document, chance: random.Random) -> Slip | None:
    """The last of the glossary's subjects is not explained."""
    entries = [
        (at, block)
        for at, block in _paragraphs(document, TEXT, "名词解释")
        if "（项）：" in block.text
    ]
    at, block = entries[-1]
    name = re.split("（项）：", block.text)[0]
    word = re.sub("^.*(（款）|）)", "", name)
    return Slip("a subject that the glossary lacks", _with(document, at), "名词解释", word)


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
        if isinstance(block, Paragraph) and block.role == NOTE and re.search("无|没有", block.text)
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


def last_years_head(document: Document, chance: random.Random, year: int) -> Slip:
    """Last year's year in the heading of a column."""
    spots = [
        (at, line, place)
        for at, grid in enumerate(document)
        if isinstance(grid, Grid)
        for line, row in enumerate(grid.rows[: grid.head])
        for place, cell in enumerate(row)
        if f"{year}年" in cell.text
    ]
    at, line, place = chance.choice(spots)
    grid = document[at]
    assert isinstance(grid, Grid)
    row = list(grid.rows[line])
    row[place] = row[place]._replace(text=row[place].text.replace(str(year), str(year - 1)))
    rows = (*grid.rows[:line], tuple(row), *grid.rows[line + 1 :])
    return Slip(
        "last year's column",
        _with(document, at, grid._replace(rows=rows)),
        grid.title,
        str(year - 1),
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
    words = ("机关运行经费", "政府采购预算", "车辆", "绩效目标")
    spots = [
        (at, word)
        for at, block in _paragraphs(document, TEXT, "情况说明")
        for word in words
        if re.match(r"[^。]{0,60}" + word, block.text) and "公务用车" not in block.text
    ]
    if not spots:
        return None
    at, word = chance.choice(spots)
    return Slip(f"no word on {word}", _with(document, at), "情况说明", word)


def _title_after(document: Document, at: int) -> str:
    return next(block.title for block in document[at:] if isinstance(block, Grid))


def unit_line_missing(document: Document, chance: random.Random) -> Slip:
    """No unit of money above a table."""
    spots = [
        at
        for at, block in enumerate(document)
        if isinstance(block, Paragraph) and block.role == ABOVE and "万元" in block.right
    ]
    at = chance.choice(spots)
    block = document[at]
    assert isinstance(block, Paragraph)
    title = _title_after(document, at)
    return Slip(
        "no unit line above a table", _with(document, at, block._replace(right="")), title, "单位"
    )


FORMS = "项目支出绩效目标表"
"""The table that all forms are of, whatever each is titled."""


def _project(form: Grid) -> str:
    """The project of a form."""
    return next(row[1].text for row in form.rows if len(row) > 1 and "项目名称" in row[0].text)


def _reset(document: Document, at: int, line: int, place: int, text: str, kind: str) -> Slip:
    """A cell of a table or form with another text."""
    grid = document[at]
    assert isinstance(grid, Grid)
    row = list(grid.rows[line])
    true, row[place] = row[place].text, row[place]._replace(text=text)
    rows = (*grid.rows[:line], tuple(row), *grid.rows[line + 1 :])
    changed = _with(document, at, grid._replace(rows=rows))
    names = [cell.text for cell in row[:place] if cell.kind != "amount" and cell.text]
    name, title = names[-1] if names else text, grid.title
    if grid.kind == "form":
        title, name = FORMS, _project(grid)
    return Slip(kind, changed, title, name, text, true)


def _rows(document: Document, kind: str) -> Iterator[tuple[int, int, tuple[Cell, ...]]]:
    """The rows below the headings of all tables of a kind."""
    for at, grid in enumerate(document):
        if isinstance(grid, Grid) and grid.kind == kind:
            for line, row in enumerate(grid.rows[grid.head :], grid.head):
                yield at, line, row


def wrong_code(document: Document, chance: random.Random) -> Slip:
    """A digit of a subject's code is another one."""
    spots = [
        (at, line, row)
        for at, line, row in _rows(document, "table")
        if row[0].kind == "code" and row[0].text
    ]
    at, line, row = chance.choice(spots)
    code = row[0].text
    wrong = f"{code[:-1]}{(int(code[-1]) + chance.randrange(3, 7)) % 10}"
    return _reset(document, at, line, 0, wrong, "a code with a wrong digit")._replace(
        row=row[1].text, code=wrong, true=""
    )


def row_twice(document: Document, chance: random.Random) -> Slip:
    """A row stands twice."""
    at = _table(document, chance, lambda grid: len(_coded(grid)) > 1)
    grid = document[at]
    assert isinstance(grid, Grid)
    line = chance.choice(_coded(grid))
    rows = (*grid.rows[: line + 1], *grid.rows[line:])
    code, name = grid.rows[line][0].text, grid.rows[line][1].text
    changed = _with(document, at, grid._replace(rows=rows))
    return Slip("a row twice", changed, grid.title, name, code=code)


def lowest_level_missing(document: Document, chance: random.Random) -> Slip:
    """A table goes down to 款 alone, or to 类."""
    at = _table(document, chance, lambda grid: len(_coded(grid)) > 1)
    grid = document[at]
    assert isinstance(grid, Grid)
    gone = set(_coded(grid))
    rows = tuple(row for line, row in enumerate(grid.rows) if line not in gone)
    changed = _with(document, at, grid._replace(rows=rows))
    return Slip("not down to the lowest level", changed, grid.title, grid.title)


def three_public_row_missing(document: Document, chance: random.Random) -> Slip:
    """An item is missing in the table of 三公."""
    spots = [
        (at, line, row[0].text)
        for at, line, row in _rows(document, "table")
        if re.match(r"\d、(因公|公务)", row[0].text)
    ]
    at, line, name = chance.choice(spots)
    grid = document[at]
    assert isinstance(grid, Grid)
    rows = (*grid.rows[:line], *grid.rows[line + 1 :])
    changed = _with(document, at, grid._replace(rows=rows))
    return Slip(
        "三公: an item missing in the table", changed, grid.title, re.sub(r"^\d、", "", name)
    )


_ALL_WEIGHTS = 90
"""The other ten points are for how much of the budget was spent."""


def _weights(form: Block) -> int:
    assert isinstance(form, Grid)
    last = [row[-1] for row in form.rows if row]
    return sum(int(one.text) for one in last if one.kind == "indicator" and one.text.isdigit())


def wrong_weight(document: Document, chance: random.Random) -> Slip:
    """The weights of a form do not add up."""
    spots = [
        (at, line, len(row) - 1)
        for at, line, row in _rows(document, "form")
        if row[-1].kind == "indicator"
        and re.fullmatch(r"\d+", row[-1].text)
        and _weights(document[at]) == _ALL_WEIGHTS
    ]
    at, line, place = chance.choice(spots)
    return _reset(document, at, line, place, "7", "a weight that is wrong")._replace(true="")


def form_amount(document: Document, chance: random.Random) -> Slip:
    """A form's sum is not the project's."""
    spots = [
        (at, line, place)
        for at, line, row in _rows(document, "form")
        for place, cell in enumerate(row)
        if cell.kind == "value"
        and place
        and "年度资金总额" in row[place - 1].text
        and cell.text.strip("0.,")
    ]
    at, line, place = chance.choice(spots)
    return _reset(document, at, line, place, "77.77", "a form's sum that is wrong")._replace(
        true=""
    )


def cost_indicator(document: Document, chance: random.Random) -> Slip:
    """The indicator of cost is not the project's money."""
    spots = [
        (at, line, place, cell.text)
        for at, line, row in _rows(document, "form")
        for place, cell in enumerate(row)
        if re.fullmatch(r"[≤<=＝]*[\d,.]+万元", cell.text)
    ]
    at, line, place, text = chance.choice(spots)
    wrong = re.sub(r"[\d,.]+", "88.88", text)
    return _reset(document, at, line, place, wrong, "a cost indicator that is wrong")._replace(
        true=""
    )


SLIPS: tuple[Callable[[Document, random.Random], Slip | None], ...] = (
    other_direction, subject_missing, three_public_left_out, glossary_entry_missing, row_left_out,
    old_name, neighbour_column, unit_of_table, unit_line_missing, statement_missing, other_unit,
    contents_differ, form_missing, table_missing, section_missing, wrong_code, row_twice,
    lowest_level_missing, three_public_row_missing, wrong_weight, form_amount, cost_indicator,
)  # fmt: skip


def slips(document: Document, count: int, chance: random.Random, year: int) -> list[Slip]:
    """So many slips, every kind in turn, beginning with one at random; kinds that the document has no place for are left out."""
    kinds: list[Callable[[], Slip | None]] = [
        *((lambda one=one: one.made(document, chance, year)) for one in rewordings()),
        *((lambda make=make: make(document, chance)) for make in SLIPS),
        lambda: last_years_head(document, chance, year),
    ]
    chance.shuffle(kinds)
    found: list[Slip] = []
    at = 0
    while len(found) < count:
        made = kinds[at % len(kinds)]()
        at += 1
        if made is not None:
            found.append(made)
    return found
