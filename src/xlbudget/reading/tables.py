"""The rows of a table's sheet: columns by their headings, rows by labels and codes, notes, findings."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import (
    code_text,
    is_note,
    row_label,
    shortened,
    squash,
    visible,
    without_ordinal,
)
from xlbudget.figures import TOTAL, BlockData, Row
from xlbudget.findings import Finding, Level
from xlbudget.limits import LONGEST_CODE
from xlbudget.money import Amount
from xlbudget.reading.headings import own_headings
from xlbudget.sheets.cells import cells_reader, text_of, whole_lines
from xlbudget.sheets.layout import code_widths
from xlbudget.standard.loader import with_subjects
from xlbudget.standard.model import AMOUNT, Subject
from xlbudget.standard.placeholders import is_open, known_as
from xlbudget.xlsx.references import column_letter

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from xlbudget.figures import Cell
    from xlbudget.reading.headings import Headings
    from xlbudget.sheets.cells import Sheet
    from xlbudget.standard.model import Block, Standard, Table
    from xlbudget.xlsx.cells import Lines


_CODE = re.compile(r"[A-Za-z]*+\d[0-9A-Za-z]*+")
UNREAD = "unknown_row"
"""The check under which the reader reports what it did not understand; the book has its rule's code."""
_COUNTED = frozenset(("栏次", "行次"))
_NUMBERS = re.compile(r"[\d甲乙丙丁*=+()]+")
_FEW = 3
"""So many rising numbers in a line number its columns."""


class Line(NamedTuple):
    """One line of a block: sheet row, values of its text columns, amounts, whether it has any."""

    number: int
    values: Sequence[object]
    cells: tuple[Cell, ...]
    filled: bool


class Recogniser(ABC):
    """Turns the lines of one block into rows, in their order."""

    def __init__(self, block: Block) -> None:
        self.block, self.total = block, squash(block.total)
        self.kinds = [column.kind for column in block.columns if column.kind != AMOUNT]
        self.texts = [at for at, kind in enumerate(self.kinds) if kind == "text"]

    @abstractmethod
    def __call__(self, line: Line) -> Row | str | None:
        """The row; None where the line is no row of this block; or why it is none (a repeat)."""

    def row(self, line: Line, key: str, kind: str, label: str, parent: str = "") -> Row:
        """A row of this meaning with the amounts and texts of the line."""
        texts = tuple([text_of(line.values[at]) for at in self.texts]) if self.texts else ()
        return Row(key, kind, label, line.cells, texts, parent, line.number)

    def total_row(self, line: Line) -> Row | None:
        """The row of 合计, where one of the first two columns, or the name behind a code's parts, says so."""
        naming = max(2, self.kinds.count("code") + 1)
        if self.total and any(
            isinstance(value, str) and squash(value).rstrip(":") == self.total
            for value in line.values[:naming]
        ):
            return Row(TOTAL, "total", self.block.total, line.cells, line=line.number)
        return None

    def name(self, line: Line, kind: str) -> str:
        """The name in a column, which other tables must have too: without invisible signs."""
        at = self.kinds.index(kind) if kind in self.kinds else None
        return "" if at is None else visible(text_of(line.values[at])).strip()


def recogniser(standard: Standard, block: Block, year: int) -> Recogniser:
    """The recogniser for the block's body."""
    if block.body == "fixed":
        return _Fixed(standard, block, year)
    if block.body == "subject":
        return _Subjects(standard, block)
    return _Projects(block) if block.body == "project" else _Units(block)


class _Fixed(Recogniser):
    """Prescribed rows by label; the same label twice by the heading row above; classes by name."""

    def __init__(self, standard: Standard, block: Block, year: int) -> None:
        super().__init__(block)
        self.specs = block.rows
        self.label = self.kinds.index("label") if "label" in self.kinds else None
        self.known: dict[str, list[int]] = {}
        self.parents: list[int] = []
        for position, spec in enumerate(block.rows):
            above = ((at, block.rows[at]) for at in range(position - 1, -1, -1))
            lower = (at for at, one in above if not one.slot and one.indent < spec.indent)
            self.parents.append(next(lower, -1))
            if not spec.slot:
                for label in dict.fromkeys(map(row_label, spec.labels)):
                    self.known.setdefault(label, []).append(position)
        self.open = [label for label in self.known if is_open(label)]
        self.classes: dict[str, str] = {}
        if block.subjects and any(spec.slot for spec in block.rows):
            for name, code in standard.subjects[block.subjects].classes(year).items():
                plain = row_label(name)
                # By its code a class stands that had no name when it was filled in.
                for label in (plain, plain.removesuffix("支出"), f"{plain}支出", code):
                    self.classes.setdefault(label, code)
        self.used: set[int] = set()
        self.last = -1

    def __call__(self, line: Line) -> Row | str | None:
        position: int | None
        if self.label is None:  # its lines are its rows, in order
            position = len(self.used)
            if position == len(self.specs) or not line.filled:
                return None
            printed = self.specs[position].label
        else:
            printed = text_of(line.values[self.label])
            label = self._known_as(row_label(printed))
            if label not in self.known:
                code = self.classes.get(label) if label else None
                return code and self.row(line, code, "class", without_ordinal(printed))
            position = self._choose(self.known[label])
            if position is None:
                return f"行“{shortened(printed)}”重复" if line.filled else None
        self.used.add(position)
        self.last = position
        return self.row(line, self.specs[position].key, "fixed", printed)

    def _known_as(self, label: str) -> str:
        """The label by which the standard knows it: one that leaves room for what 基础信息 says, or itself."""
        if label and label not in self.known and label not in self.classes:
            return known_as(label, self.open) or label
        return label

    def _choose(self, positions: list[int]) -> int | None:
        """Of rows with the same label, the one that belongs below the last row found."""
        free = [position for position in positions if position not in self.used]
        if len(positions) > 1:
            above = (self.last, self.parents[self.last] if self.last >= 0 else -1)
            near = [position for position in free if self.parents[position] in above]
            free = near or [position for position in free if position > self.last] or free
        return free[0] if free else None


class _Subjects(Recogniser):
    """Rows by subject code, in one column or several."""

    def __init__(self, standard: Standard, block: Block) -> None:
        super().__init__(block)
        codes = [at for at, kind in enumerate(self.kinds) if kind == "code"]
        self.codes = list(zip(codes, code_widths(standard, block), strict=True))

    def __call__(self, line: Line) -> Row | str | None:
        values = line.values
        parts = [
            code_text(value) if isinstance(value := values[at], str) else _padded(value, width)
            for at, width in self.codes
        ]
        # A part that has lost or got a digit must not become a part of another code: 7 11 02 is no 711 02.
        odd = any(
            part.isdigit() and width and len(part) != width
            for part, (_, width) in zip(parts, self.codes, strict=True)
        )
        code = (" " if odd else "").join(filter(None, parts))
        if not code or not code[0].isdigit():
            total = self.total_row(line)
            if total or not code:
                return total
        if len(code) > LONGEST_CODE:
            return None
        if not _CODE.fullmatch(code) and not (line.filled and any(map(str.isdigit, code))):
            return None
        return self.row(line, code, "subject", self.name(line, "name"))


def _padded(value: object, width: int) -> str:
    """A part of a code that was typed as a number gets its lost zeros back."""
    text = text_of(value)
    return text.zfill(width) if text else ""


class _Units(Recogniser):
    """Rows by the name of a unit."""

    def __call__(self, line: Line) -> Row | str | None:
        if total := self.total_row(line):
            return total
        name = self.name(line, "label" if "label" in self.kinds else self.kinds[0])
        if not name or (not line.filled and is_note(name)):
            return None
        return self.row(line, name, "unit", name)


class _Projects(Recogniser):
    """Groups (一级项目) and the items (二级项目) below them."""

    group = ""

    def __call__(self, line: Line) -> Row | str | None:
        if total := self.total_row(line):
            return total
        group, item = self.name(line, "level1"), self.name(line, "level2")
        if group:
            self.group = f"group:{group}"
        if item:
            return self.row(line, item, "item", item, self.group)
        return self.row(line, self.group, "group", group) if group else None


def with_printed_classes(
    standard: Standard, year: int, blocks: Mapping[str, BlockData]
) -> Standard:
    """The standard for reading tables that name the classes whose codes these blocks print.

    What its lists lack is known by the name that stands beside the code, or by the code. The very same where they
    lack nothing.
    """
    added: dict[str, dict[str, tuple[Subject, ...]]] = {}
    for key, data in blocks.items():
        block = standard.blocks[key]
        if block.body != "subject":
            continue
        items = standard.subjects[block.subjects]
        known = {squash(name) for name in items.classes(year)}
        for row in data.rows:
            label = squash(row.label) or row.key
            if row.kind != "subject" or items.level(row.key) != 1 or label in known:
                continue
            given = added.setdefault(items.key, {})
            entries = given.get(row.key) or items.by_code.get(row.key) or (Subject(row.key, label),)
            given[row.key] = tuple(
                one._replace(aliases=tuple(dict.fromkeys((*one.aliases, label)))) for one in entries
            )
    return (
        with_subjects(
            standard,
            {key: [one for held in found.values() for one in held] for key, found in added.items()},
        )
        if added
        else standard
    )


class TableData(NamedTuple):
    """What a table's sheet holds; ``blocks`` lacks a block that was not found on it."""

    blocks: dict[str, BlockData]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


class Stray(NamedTuple):
    """A line of a block that is no row of it: ``why`` is empty for a line without a meaning.

    ``row`` are its amounts, where it has any.
    """

    number: int
    label: str
    cell: str
    filled: bool
    why: str
    row: Row | None = None


def read_table(standard: Standard, table: Table, sheet: Sheet, year: int) -> TableData:
    """Read a table that is not a form; ``sheet`` holds its values from A1 on."""
    lines = whole_lines(sheet.lines)
    headings = own_headings(table, lines, year)
    if headings is None:
        message = (
            f"工作表“{sheet.name}”找不到{table.title}的栏目标题行，该表没有校验；请恢复标题行。"
        )
        return TableData({}, (), (Finding(UNREAD, Level.ERROR, message, table.title, sheet.name),))
    body = headings.body + numbers_columns(headings, lines[headings.body : headings.body + 1])
    numbered = list(enumerate(lines[body:], body + 1))
    findings: list[Finding] = []
    blocks: dict[str, BlockData] = {}
    strays: list[Stray] = []
    known: set[int] = set()
    for block in table.blocks:
        columns = headings.of(block)
        missing = _missing(table, block, columns, sheet.name, year)
        findings += missing
        if _readable(block, columns):
            rows, others = read_block(
                standard, block, year, columns, numbered, cells_reader(block.unit)
            )
            letters = tuple(
                "" if (at := columns[index]) is None else column_letter(at)
                for index in block.of_kind(AMOUNT)
            )
            known.update(row.line for row in rows)
            if missing:  # their cells have no name
                rows = [
                    row._replace(places=tuple(at and f"{at}{row.line}" for at in letters))
                    for row in rows
                ]
            lost = tuple(stray.row for stray in others if stray.row is not None)
            blocks[block.key] = BlockData.of(rows, letters, lost)
            strays += others
    loud, notes = sort_strays(strays, known)
    findings += [_stray_finding(table, sheet.name, stray) for stray in loud]
    # What a formula puts beside the table, as the parts of a code joined, is none of its texts.
    width = max(headings.columns.values()) + 1
    texts = tuple(line_text(lines[number - 1][:width]) for number in notes)
    return TableData(blocks, texts, tuple(findings))


# ------------------------------------------------------------------ any sheet's lines


def numbers_columns(found: Headings, lines: Lines) -> bool:
    """Whether the line below the headings only numbers the columns (栏次 1 2 3, 1=2+3)."""
    line = [text_of(cell) for line in lines for cell in line]
    texts = [squash(text) for text in line if text]
    if not _COUNTED.isdisjoint(texts):
        return True
    digits = [
        int(line[at])
        for at in sorted(found.columns.values())
        if texts and line[at].isascii() and line[at].isdigit()
    ]
    rising = len(digits) >= _FEW and digits == list(range(digits[0], digits[0] + len(digits)))
    return rising and digits[0] <= _FEW and all(map(_NUMBERS.fullmatch, texts))


def read_block(
    standard: Standard,
    block: Block,
    year: int,
    columns: Sequence[int | None],
    lines: Sequence[tuple[int, Sequence[object]]],
    read: Callable[[Sequence[object]], tuple[Cell, ...]],
) -> tuple[list[Row], list[Stray]]:
    """The rows among numbered lines that are equally long, and the other lines.

    ``read`` gives the amounts of a line's cells.
    ``columns``: where each of the block's columns stands in a line, None where it is missing.
    """
    recognise = recogniser(standard, block, year)
    rows: list[Row] = []
    strays: list[Stray] = []
    firm = 0
    for line in _block_lines(block, columns, lines, read):
        row = recognise(line)
        if isinstance(row, Row):
            rows.append(row)
            if line.filled or row.kind not in ("unit", "group", "item"):
                firm = line.number
        else:
            strays.append(_stray(block, columns, line, row or ""))
    # Names without amounts below everything else are notes, not rows.
    below = block.body == "unit" and firm > 0
    kept = [row for row in rows if not (below and row.line > firm)]
    if len(kept) < len(rows):
        notes = (row for row in rows if row.line > firm)
        strays += [Stray(row.line, row.label, "", filled=False, why="") for row in notes]
    return kept, strays


def sort_strays(strays: Sequence[Stray], taken: Collection[int]) -> tuple[list[Stray], list[int]]:
    """Those to be reported, and the numbers of the lines below all rows that are mere notes.

    ``taken`` are the numbers of the lines that are rows.
    """
    last = max(taken, default=0)
    loud: list[Stray] = []
    notes: set[int] = set()
    for stray in strays:
        if stray.why or stray.filled or stray.number < last or stray.number in taken:
            loud.append(stray)
        else:
            notes.add(stray.number)
    return loud, sorted(notes)


def line_text(line: Sequence[object]) -> str:
    """The texts of a line, run together."""
    return "".join(cell.strip() for cell in line if isinstance(cell, str))


def _block_lines(
    block: Block,
    columns: Sequence[int | None],
    lines: Sequence[tuple[int, Sequence[object]]],
    read: Callable[[Sequence[object]], tuple[Cell, ...]],
) -> Iterator[Line]:
    """The lines of a block that are not blank."""
    width = len(lines[0][1]) if lines else 0
    amounts: list[int] = []
    texts: list[int] = []
    for place, column in zip(columns, block.columns, strict=True):
        (amounts if column.kind == AMOUNT else texts).append(width if place is None else place)
    # Two blanks follow so that a tuple is taken, whatever the number of columns.
    take_amounts, take_texts = itemgetter(*amounts, width, width), itemgetter(*texts, width, width)
    blank = (None,) * len(amounts)
    for number, line in lines:
        if line.count("") == width:
            continue
        padded = [*line, ""]
        values = take_texts(padded)[:-2]
        cells = read(take_amounts(padded)[:-2])
        filled = cells != blank
        if filled or any(text_of(value) for value in values):
            yield Line(number, values, cells, filled)


def _stray(block: Block, columns: Sequence[int | None], line: Line, why: str) -> Stray:
    amounts: list[int | None] = []
    texts: list[int | None] = []
    for place, column in zip(columns, block.columns, strict=True):
        (amounts if column.kind == AMOUNT else texts).append(place)
    labels = [
        (text, at) for value, at in zip(line.values, texts, strict=True) if (text := text_of(value))
    ]
    filled = any(isinstance(cell, Amount) for cell in line.cells)
    if labels:
        label, place = labels[0]
        filled = filled or (line.filled and not is_note(label))
    else:
        label = ""
        place = next(at for cell, at in zip(line.cells, amounts, strict=True) if cell is not None)
    last = labels[-1][0] if labels else ""
    row = Row("", "stray", last, line.cells, line=line.number) if filled else None
    cell = "" if place is None else f"{column_letter(place)}{line.number}"
    return Stray(line.number, label, cell, filled, why, row)


# ------------------------------------------------------------------ an own sheet's columns and lines


def _missing(
    table: Table, block: Block, columns: Sequence[int | None], sheet: str, year: int
) -> list[Finding]:
    """A finding for every column that was not found, or one where the whole block is missing."""
    gone = [index for index, column in enumerate(columns) if column is None]
    labels = [
        "/".join(dict.fromkeys(map(squash, block.columns[index].heading(year)))) for index in gone
    ]
    if not _readable(block, columns):
        message = (
            f"工作表“{sheet}”找不到栏“{'”、“'.join(labels)}”，这部分没有校验；请恢复栏目标题。"
        )
        return [Finding(UNREAD, Level.ERROR, message, table.title, sheet)]
    said = "工作表“{}”找不到栏“{}”，这一栏当作空白；请恢复该栏和它的标题。".format
    return [
        Finding(UNREAD, Level.ERROR, said(sheet, label), table.title, sheet, column=label)
        for label in labels
    ]


def _readable(block: Block, columns: Sequence[int | None]) -> bool:
    """Whether rows can be told apart and have any amount."""
    found = {block.columns[index].kind for index, place in enumerate(columns) if place is not None}
    naming = {column.kind for column in block.columns} & {"code", "label", "level1", "level2"}
    return AMOUNT in found and (not naming or bool(naming & found))


def _stray_finding(table: Table, sheet: str, stray: Stray) -> Finding:
    level = Level.ERROR if stray.filled else Level.WARNING
    label = shortened(stray.label)
    if stray.why:
        message = f"{stray.why}，它的金额没有参加校验；请删去多余的一行。"
    elif not stray.filled:
        text = f"“{label}”" if stray.label else "这段文字"
        message = f"{table.title}第{stray.number}行的{text}不是该表的行，已略过。"
    elif stray.label:
        message = f"不认识的行“{label}”，它的金额没有参加校验；请改用规定的名称，或删去这一行。"
    else:
        message = f"{table.title}第{stray.number}行有金额，却没有名称或编码，它的金额没有参加校验；请补上。"
    return Finding(UNREAD, level, message, table.title, sheet, stray.cell, label)
