"""Where everything stands on the sheets, and by which names formulas know it, from the standard alone.

A table's sheet: row 1 tools, 2 title, 3 unit name and unit of money, then the headings, then a body
of fixed room; the blocks stand side by side. The forms of 项目支出绩效目标表 stand one below the other, a
blank line between: title (and subtitle), lines (caption and field), the indicators' headings and rows.
Lines and columns are sheet rows (from 1) and sheet columns (from 0).
"""

from __future__ import annotations

import re
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.figures import TOTAL, BlockData, FormData, InfoValue, Keepsake, Row
from xlbudget.memory import EXPLAINED, PASSED
from xlbudget.money import parse_amount
from xlbudget.rules.grid import INFO
from xlbudget.sheets.cells import text_of, value_at
from xlbudget.sheets.ledger import place_ledger
from xlbudget.standard.stamp import parse_stamp
from xlbudget.xlsx.references import column_letter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import (
        Block,
        Field,
        Form,
        FormCell,
        FormLine,
        Keyed,
        Section,
        Standard,
        Table,
    )
    from xlbudget.standard.stamp import Stamp
    from xlbudget.xlsx.cells import CellEdit, Lines


# ------------------------------------------------------------------ 基础信息


_INFO_FIRST = 4
"""The first line below the headings."""


class InfoLine(NamedTuple):
    """One line of 基础信息: a section's title, a field, or a line of a keyed list."""

    line: int
    kind: str
    title: str = ""
    field: Field | None = None
    keyed: Keyed | None = None
    position: int = 0


def info_lines(standard: Standard) -> list[InfoLine]:
    """What stands on each line; kinds: section, field, keyed, keyed_heading, keyed_row."""
    lines: list[InfoLine] = []

    def add(section: Section) -> None:
        lines.append(InfoLine(0, "section", title=section.title))
        lines.extend(InfoLine(0, "field", field=field) for field in section.fields)

    for section in standard.sections:
        if not section.summed:
            add(section)
    for keyed in standard.keyed:
        lines.append(InfoLine(0, "keyed", title=keyed.title, keyed=keyed))
        lines.append(InfoLine(0, "keyed_heading", keyed=keyed))
        rows = range(keyed.room)
        lines.extend(InfoLine(0, "keyed_row", keyed=keyed, position=row) for row in rows)
    for section in standard.sections:
        if section.summed and standard.of_sum:
            add(section)
    return [one._replace(line=number) for number, one in enumerate(lines, _INFO_FIRST)]


def last_info_line(standard: Standard, book: Book) -> int:
    """The last line of 基础信息 that is printed: that of its fields, or of what its lists hold."""
    lines = info_lines(standard)
    filled = [
        line.line for line in lines if line.field is not None and line.field.summed != "limit"
    ]
    filled += [
        line.line
        for line in lines
        if line.kind == "keyed_row"
        and line.keyed is not None
        and line.position < len(book.keyed.get(line.keyed.key, {}))
    ]
    return max(filled)


def place_info(standard: Standard, book: Book) -> dict[str, InfoValue]:
    """Every field with its cell; one that the book lacks holds its default or is blank."""
    return {
        line.field.key: InfoValue(_info_value(standard, book, line.field), f"B{line.line}")
        for line in info_lines(standard)
        if line.field is not None
    }


def _info_value(standard: Standard, book: Book, field: Field) -> str | Cell:
    info = book.info.get(field.key)
    if info is not None:
        return info.value
    if field.kind == "year":
        return str(book.year) if book.year else ""
    if field.key == "standard":
        return standard.id
    if field.kind in ("amount", "count"):
        return parse_amount(field.default, standard.info_unit(field.key))
    return field.default


# ------------------------------------------------------------------ the forms


FORM_FIRST = 3
"""The first line of the first form, and of the statement that there is none."""

FORM_LINES = 26
"""Lines that a form takes with its indicators: how far formulas look."""

BLANK_LINES = 10
"""Lines to type into of a form that has no indicators yet."""

_CAPTIONS = "AF"
_FIELDS = "CG"
_INDICATORS = "BCDEFGHIJKLMNOP"


MODELS = "_forms"
"""The very hidden sheet with a form of every kind: new forms get their looks."""
MODEL_FORMULAS = "R"
"""Its column with the look of an amount of the same line that is a formula."""


class FieldSpot(NamedTuple):
    """A caption and its field on the sheet: the cells of both."""

    caption: str
    cell: FormCell
    value: str
    line: FormLine


class FormLayout(NamedTuple):
    """The lines of one form; ``heading`` is the line of the indicators' headings."""

    title: int
    subtitle: int
    fields: tuple[FieldSpot, ...]
    groups: tuple[tuple[str, str], ...]
    heading: int
    last: int


def form_of(table: Table, data: FormData) -> Form:
    """The form that a project uses; the table's first where the data names another."""
    return next((form for form in table.forms if form.key == data.form), table.forms[0])


def last_form_line(table: Table) -> int:
    """The last line down to which formulas look for forms."""
    return FORM_FIRST + table.blocks[0].room * FORM_LINES


def form_layout(form: Form, first: int, indicators: int) -> FormLayout:
    """The lines of a form that begins on line ``first``."""
    line = first + 1
    subtitle = 0
    if form.subtitle:
        subtitle, line = line, line + 1
    fields: list[FieldSpot] = []
    groups: list[tuple[str, str]] = []
    for one in form.lines:
        if one.group:
            groups.append((f"A{line}", one.group))
        for index, cell in enumerate(one.cells):
            caption = "B" if one.group and index == 0 else _CAPTIONS[index]
            fields.append(FieldSpot(f"{caption}{line}", cell, f"{_FIELDS[index]}{line}", one))
        line += 1
    return FormLayout(first, subtitle, tuple(fields), tuple(groups), line, line + indicators)


def place_forms(
    table: Table, rows: Sequence[Row], forms: Sequence[FormData], first: int = FORM_FIRST
) -> tuple[list[Row], tuple[FormData, ...]]:
    """Rows and forms with their cells, from line ``first`` on; a row without a form gets one, and the reverse.

    Raises:
        UnusableFileError: a form has more indicator columns than the sheet has letters for, or
            the forms have more lines than it has room for.
    """
    placed_rows: list[Row] = []
    placed_forms: list[FormData] = []
    line = first
    for data, row in form_pairs(table, rows, forms):
        form = form_of(table, data)
        if len(form.indicators) > len(_INDICATORS):
            raise UnusableFileError(f"表式“{form.title}”的指标栏超过{len(_INDICATORS)}栏，放不下。")
        spots = form_layout(form, line, len(data.indicators) or BLANK_LINES)
        if spots.last > last_form_line(table):
            raise UnusableFileError(
                f"表“{table.title}”放不下项目“{data.name}”的表，工作表只用到第{last_form_line(table)}行；"
                "请删去空白的指标行或不用的表，或在标准的该表中把 room 调大后重新生成工作簿。"
            )
        places = {spot.cell.field: spot.value for spot in spots.fields}
        indicators = tuple(
            one._replace(line=line) for line, one in enumerate(data.indicators, spots.heading + 1)
        )
        blank = () if indicators else tuple(range(spots.heading + 1, spots.last + 1))
        letters = {column.key: _INDICATORS[index] for index, column in enumerate(form.indicators)}
        placed_forms.append(
            data._replace(places=places, letters=letters, indicators=indicators, blank_lines=blank)
        )
        amounts = tuple(places.get(key, "") for key in table.blocks[0].amounts)
        placed_rows.append(row._replace(line=spots.title, places=amounts))
        line = spots.last + 2
    return placed_rows, tuple(placed_forms)


def form_models(table: Table) -> tuple[BlockData, tuple[FormData, ...]]:
    """A form of every kind without a project, where the hidden sheet has it."""
    empty = [FormData("", form.key, {}, ()) for form in table.forms]
    rows, forms = place_forms(table, (), empty)
    return BlockData.of(rows), forms


def form_pairs(
    table: Table, rows: Sequence[Row], forms: Sequence[FormData]
) -> list[tuple[FormData, Row]]:
    """Each form with its row; a further row gets an empty form of the first kind, and the reverse."""
    waiting: dict[str, list[Row]] = {}
    missing = [row.key for row in rows]
    for row in rows:
        waiting.setdefault(row.key, []).append(row)
    for data in forms:
        if data.name in missing:
            missing.remove(data.name)
    added = (FormData(name, table.forms[0].key, {"name": name}, ()) for name in missing)
    blank = (None,) * len(table.blocks[0].amounts)
    return [
        (data, found.pop(0) if found else Row(data.name, "form", data.name, blank))
        for data in (*forms, *added)
        for found in [waiting.get(data.name)]
    ]


# ------------------------------------------------------------------ the tables


DESK, COVER, CONTENTS = "封面", "公开封面", "目录"
"""Where one starts, with the state of every step; the cover that is printed."""
INFO_SHEET, PROFILE = "基础信息", "部门概况"
NOTES, GLOSSARY, OVERVIEW = "情况说明", "名词解释", "总览"
FINDINGS, DICTIONARY = "校验结果", "科目字典"

FORM = "form"
FIXED = "fixed"
HEADING_ROW = 4
"""The first heading row of a table's sheet."""
FIXED_ROOM = 40
"""Lines of a table whose rows are prescribed, or more where the standard needs more."""


HIDDEN_FIRST = 26
"""The first sheet column (AA, from 0) of the cells that only formulas need."""


class BlockLayout(NamedTuple):
    """A block's columns on its sheet: ``first`` is its first sheet column (from 0).

    ``code`` is the column in which its whole codes stand: that of its codes, or, where these stand in several
    columns, a hidden one that joins them (``joins``); "" where it has none.
    """

    block: Block
    first: int
    letters: tuple[str, ...]
    amounts: tuple[str, ...]
    code: str = ""

    @property
    def joins(self) -> bool:
        """Whether codes stand in several columns."""
        return bool(self.code) and self.code not in self.letters


class TableLayout(NamedTuple):
    """A table's sheet: ``first`` to ``last`` are the lines of the body with its 合计 row."""

    table: Table
    blocks: tuple[BlockLayout, ...]
    first: int
    room: int

    @property
    def last(self) -> int:
        """The last line that a row of the body may take."""
        return self.first + self.room - 1 + any(layout.block.total for layout in self.blocks)

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
    ledger = [standard.ledger.sheet] if standard.ledger is not None else []
    front = [DESK, COVER, CONTENTS, INFO_SHEET, *ledger, PROFILE]
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
    for at, one in enumerate(blocks):
        codes = one.block.of_kind("code")
        if codes:
            hidden = column_letter(max(first + 1, HIDDEN_FIRST) + at)
            code = one.letters[codes[0]] if len(codes) == 1 else hidden
            blocks[at] = one._replace(code=code)
    room = max(_room(standard, block) for block in table.blocks)
    return TableLayout(table, tuple(blocks), HEADING_ROW + table.depth, room)


def _room(standard: Standard, block: Block) -> int:
    if block.body != FIXED:
        return block.room
    slots = sum(1 for row in block.rows if row.slot)
    classes = 0
    if slots and block.subjects:
        listed = standard.subjects[block.subjects]
        classes = len(
            {subject.code for subject in listed.subjects if len(subject.code) == listed.lengths[0]}
        )
    return max(FIXED_ROOM, len(block.rows) - slots + slots * classes)


def body_area(standard: Standard, table: Table) -> tuple[str, int, int]:
    """The last column of a table's rows or forms, their first and last line."""
    if is_form(table):
        return "J", FORM_FIRST, last_form_line(table)
    layout = table_layout(standard, table)
    return column_letter(layout.width - 1), layout.first, layout.last


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
        ledger=place_ledger(standard, book.ledger),
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
        rows = book.blocks[block.key].rows if block.key in book.blocks else ()
        last = sorted(rows, key=lambda row: row.key == TOTAL)
        bodies.append(_prescribed(block, rows) if block.body == FIXED else last)
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


# ------------------------------------------------------------------ 目录


OVERALL = "B1"
"""The cell of 目录 that says how all tables are."""
CONTENTS_FIRST = 4
PAGE_COLUMN = "B"
"""The column of 目录 that says on which page of the disclosure something begins."""
TEXT_PAGES = "H1"
"""The hidden cell of 情况说明 that says how many pages its final texts take as they are published."""
_TARGETS = MappingProxyType({"profile": PROFILE, "explanation": NOTES, "glossary": GLOSSARY})
"""The sheets of the documents that parts hold."""
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
    """All lines of 目录 from the standard alone, names in braces as they stand there."""
    lines: list[ContentsLine] = []
    for number, part in enumerate(standard.parts, 1):
        target = _TARGETS.get(part.holds, "")
        lines.append(ContentsLine(0, "part", part.listed(number), target))
        if not target:
            lines += [
                ContentsLine(0, "table", table.template.title, table.sheet, table.number)
                for table in standard.tables
            ]
    lines.append(ContentsLine(0, "heading", "填写与检查"))
    working = list(_WORKING)
    if standard.ledger is not None:
        working.insert(1, (standard.ledger.sheet, "一行一笔预算，各表的金额由此得出"))
    lines += [ContentsLine(0, "working", name, name, 0, note) for name, note in working]
    return [one._replace(line=number) for number, one in enumerate(lines, CONTENTS_FIRST)]


# ------------------------------------------------------------------ 封面


DESK_TITLE, DESK_NAME = "A2", "部门预算公开：从这里开始"
"""By its title the desk is told from the printed cover that 封面 was in older workbooks."""


# ------------------------------------------------------------------ 部门概况


PROFILE_FIRST, PROFILE_ROOM = 4, 120
PROFILE_KINDS = DUTIES, REMARK, OFFICES, UNITS = ("主要职能", "机构说明", "机构设置", "预算单位")


# ------------------------------------------------------------------ 校验结果


COUNTS, STALE, VERDICT = "A3", "G3", "M3"
"""How many findings of each kind; whether they are those of the figures as they stand; the verdict (hidden)."""


# ------------------------------------------------------------------ 科目字典


CODES, NAMES = "科目编码", "科目名称"
"""The names of the columns of all codes and of their names, with the room for more."""
SUBJECT_HEADINGS = ("编码", "名称", "分类", "启用年度", "停用年度", "别名", "说明")
"""Of 科目字典, from column A, and of the file of subjects in a data folder."""
UNIT_LIST = "预算单位名单"
DICTIONARY_FIRST = 5
SPARE = 2_400
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
    shipped = sum(len(subjects.subjects) for subjects in standard.subjects.values())
    return DICTIONARY_FIRST - 1 + shipped + SPARE


def names_itself(block: Block) -> bool:
    """Whether a table's names follow from its codes."""
    return (
        block.body == "subject" and len(block.of_kind("name")) == 1 and bool(block.of_kind("code"))
    )


CODE_STARTS = "0123456789０１２３４５６７８９ \u00a0\u3000"
"""What a code begins with, rightly or wrongly: digits of both widths, and spaces that people type or paste."""


def code_widths(standard: Standard, block: Block) -> list[int]:
    """How many digits of a code each of its columns has; 0 where that is not known, for the rest of it."""
    count = len(block.of_kind("code"))
    lengths = standard.subjects[block.subjects].lengths if block.subjects else ()
    steps = [after - before for before, after in pairwise((0, *lengths))]
    return steps if len(steps) == count > 1 else [0] * count


def code_formula(standard: Standard, one: BlockLayout, line: int) -> str:
    """The formula that joins the columns of a code, in which a part typed as a number lost its zeros.

    It shows "" on lines that hold neither a code nor 合计, but a note.
    """
    first = f"{one.letters[one.block.of_kind('code')[0]]}{line}"
    there = f'ISNUMBER(FIND(LEFT({first}),"{CODE_STARTS}"))'
    if one.block.total:
        there = f'OR({first}="{one.block.total}",{there})'
    parts = []
    for index, width in zip(
        one.block.of_kind("code"), code_widths(standard, one.block), strict=True
    ):
        cell = f"{one.letters[index]}{line}"
        parts.append(f'IF(ISNUMBER({cell}),TEXT({cell},"{"0" * width}"),{cell})' if width else cell)
    return f'IF({there},{"&".join(parts)},"")'


def name_formula(one: BlockLayout, line: int) -> str:
    """The formula by which the name of the code on a line appears."""
    code = f"{one.code}{line}"
    return f'IF({code}="","",IFERROR(INDEX({NAMES},MATCH({code},{CODES},0)),""))'


# ------------------------------------------------------------------ the very hidden sheet: what the workbook remembers, as texts, a column per moment


MEMORY = "_memory"
"""Spreadsheet programs carry a sheet through their own saving (LibreOffice turns very hidden into
hidden); a custom part of the package they may drop."""
_COLUMNS = (PASSED, EXPLAINED)
_HEAD, _FIRST = 2, 3
_CHUNK = 8_000
"""Characters in a cell; a cell holds 32,767, but some programs shorten long texts."""
_ROOM = 400
"""Cells of one moment: more than the largest workbook needs."""
MEMORY_END = f"B{_FIRST + _ROOM}"
"""The cell behind the room, which is filled so that the sheet's extent never changes."""


def remember(kept: Keepsake, lines: Lines) -> list[CellEdit]:
    """The edits that keep it, on the sheet whose lines are given; none where it is too large."""
    chunks = [kept.body[at : at + _CHUNK] for at in range(0, len(kept.body), _CHUNK)]
    if len(chunks) > _ROOM:
        return list(_column(_COLUMNS.index(kept.moment), [], lines))
    return list(_column(_COLUMNS.index(kept.moment), [kept.head, *chunks], lines))


STAMP = "B1"
"""Where the sheet keeps the standard with which the workbook was made, or under which it last passed."""


def read_stamp(lines: Lines) -> Stamp | None:
    """The standard that the workbook remembers; None where it remembers none."""
    return parse_stamp(text_of(value_at(lines, 1, 2)))


def forget(lines: Lines) -> list[CellEdit]:
    """The edits that empty the memory."""
    return [edit for index in range(len(_COLUMNS)) for edit in _column(index, [], lines)]


def read_keepsakes(lines: Lines) -> tuple[Keepsake, ...]:
    """What is kept on the sheet."""
    keepsakes = []
    for column, moment in enumerate(_COLUMNS, 1):
        head = text_of(value_at(lines, _HEAD, column))
        last = min(len(lines), _FIRST + _ROOM - 1)
        body = [text_of(value_at(lines, line, column)) for line in range(_FIRST, last + 1)]
        if head:
            keepsakes.append(Keepsake(moment, head, "".join(body)))
    return tuple(keepsakes)


def _column(index: int, texts: Sequence[str], lines: Lines) -> Iterator[CellEdit]:
    """The texts below one another, and nothing where longer ones stood before."""
    from xlbudget.xlsx.cells import CellEdit  # noqa: PLC0415  # reading does without it

    for line in range(_HEAD, max(_HEAD + len(texts), min(len(lines) + 1, _FIRST + _ROOM))):
        text = texts[line - _HEAD] if line - _HEAD < len(texts) else ""
        if text_of(value_at(lines, line, index + 1)) != text:
            yield CellEdit(MEMORY, f"{'AB'[index]}{line}", text)
