"""Where everything stands on the sheets, computed from the standard alone.

A table's sheet: row 1 tools, 2 title, 3 unit name and unit of money, then the headings, then a body
of fixed room; the blocks stand side by side. Lines and columns are sheet rows (from 1) and sheet
columns (from 0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.figures import TOTAL, BlockData, Row
from xlbudget.relations.grid import INFO
from xlbudget.workbook.layout_forms import place_forms
from xlbudget.workbook.layout_info import InfoLine, info_lines, place_info
from xlbudget.xlsx.references import column_letter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Book
    from xlbudget.standard.model import Block, Standard, Table

__all__ = [
    "CONTENTS",
    "COVER",
    "DICTIONARY",
    "FINDINGS",
    "FINDINGS_FIRST",
    "FINDINGS_ROOM",
    "FORM",
    "GLOSSARY",
    "HEADING_ROW",
    "INFO_SHEET",
    "NOTES",
    "NOTES_FIGURES_FIRST",
    "NOTES_FIGURES_ROOM",
    "NOTES_FIRST",
    "NOTES_ROOM",
    "NOTES_WIDTH",
    "OVERVIEW",
    "PROFILE",
    "BlockLayout",
    "InfoLine",
    "TableLayout",
    "column_letter",
    "info_lines",
    "is_form",
    "place_book",
    "sheet_names",
    "table_layout",
]

COVER, CONTENTS, INFO_SHEET, PROFILE = "封面", "目录", "基础信息", "部门概况"
NOTES, GLOSSARY, OVERVIEW = "情况说明", "名词解释", "总览"
NOTES_FIRST, NOTES_ROOM = 4, 150
"""The first paragraph's line on 情况说明 and 名词解释, and how many paragraphs fit."""
NOTES_WIDTH = 46.0
"""Width of the columns of the generated and the final text, in digits."""
NOTES_FIGURES_FIRST, NOTES_FIGURES_ROOM = NOTES_FIRST + NOTES_ROOM + 3, 800
"""The first line of the list of figures below the paragraphs of 情况说明, and how many fit."""
FINDINGS, DICTIONARY = "校验结果", "科目字典"
FINDINGS_FIRST, FINDINGS_ROOM = 5, 300
"""The first finding's line on 校验结果, and how many lines fit."""

FORM = "form"
FIXED = "fixed"
HEADING_ROW = 4
"""The first heading row of a table's sheet."""
FIXED_ROOM = 40
"""Lines of a table whose rows are prescribed, or more where the standard needs more."""


class BlockLayout(NamedTuple):
    """A block's columns on its sheet: ``first`` is its first sheet column (from 0)."""

    block: Block
    first: int
    letters: tuple[str, ...]
    amounts: tuple[str, ...]


class TableLayout(NamedTuple):
    """A table's sheet: ``first`` to ``last`` are the lines of the body with its 合计 row."""

    table: Table
    blocks: tuple[BlockLayout, ...]
    first: int
    room: int

    @property
    def last(self) -> int:
        """The last line that a row of the body may take."""
        return self.first + self.room - 1 + any(one.block.total for one in self.blocks)

    @property
    def last_note(self) -> int:
        """The last line that may hold a note below the body."""
        return self.last + max(1, len(self.table.notes))

    @property
    def width(self) -> int:
        """How many sheet columns the table takes."""
        return self.blocks[-1].first + len(self.blocks[-1].letters)


def sheet_names(standard: Standard) -> list[str]:
    """All sheets in their order."""
    tables = [table.sheet for table in standard.tables]
    front = [COVER, CONTENTS, INFO_SHEET, PROFILE]
    return [*front, *tables, NOTES, GLOSSARY, OVERVIEW, FINDINGS, DICTIONARY]


def is_form(table: Table) -> bool:
    """Whether the table is printed as one form per project."""
    return table.blocks[0].body == FORM


def table_layout(standard: Standard, table: Table) -> TableLayout:
    """The columns and lines of a table that is not a form."""
    blocks: list[BlockLayout] = []
    first = 0
    for block in table.blocks:
        letters = tuple(column_letter(first + index) for index in range(len(block.columns)))
        amounts = tuple(letters[index] for index in block.of_kind("amount"))
        blocks.append(BlockLayout(block, first, letters, amounts))
        first += len(letters)
    room = max(_room(standard, block) for block in table.blocks)
    return TableLayout(table, tuple(blocks), HEADING_ROW + table.depth, room)


def _room(standard: Standard, block: Block) -> int:
    if block.body != FIXED:
        return block.room
    slots = sum(1 for row in block.rows if row.slot)
    classes = 0
    if slots and block.subjects:
        listed = standard.subjects[block.subjects]
        classes = len({one.code for one in listed.subjects if len(one.code) == listed.lengths[0]})
    return max(FIXED_ROOM, len(block.rows) - slots + slots * classes)


def place_book(standard: Standard, book: Book) -> Book:
    """The same book with every row, form and field where the layout puts it.

    Tables whose rows are prescribed get those that the book lacks, blank; 合计 comes last.

    Raises:
        UnusableFileError: more rows than fit.
    """
    blocks: dict[str, BlockData] = {}
    forms = book.forms
    for table in standard.tables:
        if is_form(table):
            block = table.blocks[0]
            _check_room(table, len(forms), block.room)
            rows = book.blocks[block.key].rows if block.key in book.blocks else ()
            placed, forms = place_forms(table, rows, forms)
            blocks[block.key] = BlockData.of(placed)
        else:
            blocks.update(_place_table(standard, table, book))
    for keyed in standard.keyed:
        count = len(book.keyed.get(keyed.key, {}))
        if count > keyed.room:
            raise UnusableFileError(
                f"基础信息“{keyed.title}”有{count}行，只能放下{keyed.room}行；请删去不用的行。"
            )
    sheets = {table.key: table.sheet for table in standard.tables} | {INFO: INFO_SHEET}
    return book._replace(
        info=place_info(standard, book),
        blocks=blocks,
        forms=forms,
        sheets={**book.sheets, **sheets},
    )


def _check_room(table: Table, count: int, room: int) -> None:
    if count > room:
        what = "份" if is_form(table) else "行"
        raise UnusableFileError(
            f"表“{table.title}”有{count}{what}，工作表只能放下{room}{what}；"
            f"请合并或删去多余的{what}，或在标准的该表中把 room 调大后重新生成工作簿。"
        )


def _place_table(standard: Standard, table: Table, book: Book) -> dict[str, BlockData]:
    layout = table_layout(standard, table)
    bodies = []
    for block in table.blocks:
        found = book.blocks[block.key].rows if block.key in book.blocks else ()
        bodies.append(_prescribed(block, found) if block.body == FIXED else _total_last(found))
    lines = _align(table.blocks, bodies)
    used = max((numbers[-1] + 1 for numbers in lines if numbers), default=0)
    room = layout.last - layout.first + 1
    totals = room - layout.room
    _check_room(table, used - totals if used > room else 0, layout.room)
    return {
        one.block.key: BlockData.of(
            [
                row._replace(line=layout.first + number, places=())
                for row, number in zip(body, numbers, strict=True)
            ],
            one.amounts,
        )
        for one, body, numbers in zip(layout.blocks, bodies, lines, strict=True)
    }


def _total_last(rows: Sequence[Row]) -> list[Row]:
    totals = [row for row in rows if row.key == TOTAL]
    return [row for row in rows if row.key != TOTAL] + totals


def _prescribed(block: Block, rows: Sequence[Row]) -> list[Row]:
    """The prescribed rows in their order, classes at their slot, others behind their neighbour."""
    specs = {spec.key for spec in block.rows if not spec.slot}
    slotted = any(spec.slot for spec in block.rows)
    found: dict[str, Row] = {}
    classes: list[Row] = []
    extras: dict[str, list[Row]] = {}
    behind = ""
    for row in rows:
        if row.key in specs and row.key not in found and row.kind != "class":
            found[row.key], behind = row, row.key
        elif row.kind == "class" and slotted:
            classes.append(row)
        else:
            extras.setdefault(behind, []).append(row)
    result = extras.pop("", [])
    for spec in block.rows:
        if spec.slot:
            result += classes
            classes = []
        else:
            blank = Row(spec.key, FIXED, spec.label, (None,) * len(block.amounts))
            result += [found.get(spec.key, blank), *extras.pop(spec.key, [])]
    return result


def _align(blocks: Sequence[Block], bodies: Sequence[Sequence[Row]]) -> list[list[int]]:
    """The line (from 0) of every row: rows of equal anchor stand on the same line."""
    anchors = [_anchors(block, body) for block, body in zip(blocks, bodies, strict=True)]
    lines: list[list[int]] = [[] for _ in bodies]
    for anchor in anchors[0] if anchors else ():
        sharing = [index for index, known in enumerate(anchors) if anchor in known]
        # An anchor met out of order on one side cannot be aligned any more.
        if sharing == [0] or any(anchors[index][anchor] < len(lines[index]) for index in sharing):
            continue
        for index in sharing:
            _follow(lines[index], anchors[index][anchor])
        target = max((lines[index][-1] + 1 if lines[index] else 0) for index in sharing)
        for index in sharing:
            lines[index].append(target)
    for numbers, body in zip(lines, bodies, strict=True):
        _follow(numbers, len(body))
    return lines


def _follow(numbers: list[int], count: int) -> None:
    """Give lines to the rows up to ``count``, each directly below the one before."""
    while len(numbers) < count:
        numbers.append(numbers[-1] + 1 if numbers else 0)


def _anchors(block: Block, body: Sequence[Row]) -> dict[str, int]:
    of_key = {spec.key: spec.anchor for spec in block.rows if spec.anchor and not spec.slot}
    found: dict[str, int] = {}
    for position, row in enumerate(body):
        anchor = of_key.get(row.key, "")
        if anchor:
            found.setdefault(anchor, position)
    return found
