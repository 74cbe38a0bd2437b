"""A table's sheet, given as lists of values, read into blocks: no spreadsheet library needed."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.figures import BlockData, Row
from xlbudget.findings import Finding, Level
from xlbudget.money import Amount
from xlbudget.standard.model import AMOUNT
from xlbudget.workbook.layout import column_letter
from xlbudget.workbook.read_cells import cell_reader, text_of, whole_lines
from xlbudget.workbook.read_headings import find_headings
from xlbudget.workbook.read_labels import is_note, squash
from xlbudget.workbook.read_rows import Line, recogniser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlbudget.standard.model import Block, Standard, Table
    from xlbudget.workbook.read_cells import Lines, Sheet

__all__ = ["CODE", "TableData", "read_table"]

CODE = "F06"
"""The rule under which the reader reports what it did not understand."""

_COUNTED = frozenset(("栏次", "行次"))


class TableData(NamedTuple):
    """What a table's sheet holds; ``blocks`` lacks a block that was not found on it."""

    blocks: dict[str, BlockData]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


class _Stray(NamedTuple):
    """A line of a block that is no row of it: ``why`` is empty for a line without a meaning.

    ``row`` are its amounts, where it has any.
    """

    number: int
    label: str
    cell: str
    filled: bool
    why: str
    row: Row | None = None


class _Body(NamedTuple):
    """The rows of a block and its other lines."""

    rows: list[Row]
    strays: list[_Stray]


def read_table(standard: Standard, table: Table, sheet: Sheet, year: int) -> TableData:
    """Read a table that is not a form; ``sheet`` holds its values from A1 on."""
    lines = whole_lines(sheet.lines)
    found = find_headings(table, lines)
    if found is None:
        message = (
            f"工作表“{sheet.name}”找不到{table.title}的栏目标题行，该表没有校验；请恢复标题行。"
        )
        return TableData({}, (), (Finding(CODE, Level.ERROR, message, table.title, sheet.name),))
    body_line = found.body + _numbered(lines[found.body : found.body + 1])
    findings: list[Finding] = []
    blocks: dict[str, BlockData] = {}
    strays: list[_Stray] = []
    known: set[int] = set()
    for block in table.blocks:
        columns = found.columns[block.key]
        missing = _missing(table, block, columns, sheet.name, year)
        findings += missing
        if _readable(block, columns):
            body = _read_body(standard, block, columns, lines, body_line, year)
            letters = tuple(
                "" if columns[index] is None else column_letter(columns[index] or 0)
                for index in block.of_kind(AMOUNT)
            )
            rows = [_placed(row, letters) for row in body.rows] if missing else body.rows
            lost = tuple(one.row for one in body.strays if one.row is not None)
            blocks[block.key] = BlockData.of(rows, letters, lost)
            strays += body.strays
            known.update(row.line for row in rows)
    notes: list[int] = []
    last = max(known, default=0)
    for stray in strays:
        if stray.why or stray.filled or stray.number < last or stray.number in known:
            findings.append(_stray_finding(table, sheet.name, stray))
        elif stray.number not in notes:
            notes.append(stray.number)
    texts = tuple(_line_text(lines[number - 1]) for number in sorted(notes))
    return TableData(blocks, texts, tuple(findings))


def _numbered(lines: Lines) -> bool:
    """Whether the line below the headings only numbers the columns (栏次 1 2 3)."""
    return any(
        isinstance(cell, str) and squash(cell) in _COUNTED for line in lines for cell in line
    )


def _line_text(line: Sequence[object]) -> str:
    return "".join(cell.strip() for cell in line if isinstance(cell, str))


# ------------------------------------------------------------------ columns


def _missing(
    table: Table, block: Block, columns: list[int | None], sheet: str, year: int
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
        return [Finding(CODE, Level.ERROR, message, table.title, sheet)]
    return [
        Finding(
            CODE,
            Level.ERROR,
            f"工作表“{sheet}”找不到栏“{label}”，这一栏当作空白；请恢复该栏和它的标题。",
            table.title,
            sheet,
            column=label,
        )
        for label in labels
    ]


def _readable(block: Block, columns: list[int | None]) -> bool:
    """Whether rows can be told apart and have any amount."""
    found = {block.columns[index].kind for index, place in enumerate(columns) if place is not None}
    naming = {column.kind for column in block.columns} & {"code", "label", "level1", "level2"}
    return AMOUNT in found and (not naming or bool(naming & found))


def _placed(row: Row, letters: tuple[str, ...]) -> Row:
    """The row with the name of each cell, empty for those in missing columns."""
    return row._replace(places=tuple(f"{one}{row.line}" if one else "" for one in letters))


# ------------------------------------------------------------------ rows


def _picker(columns: list[int], width: int) -> Callable[[Sequence[object]], tuple[object, ...]]:
    """Takes the columns out of a line; two blanks follow so that it always gives a tuple."""
    return itemgetter(*columns, width, width)


def _block_lines(
    block: Block, columns: list[int | None], lines: Lines, body: int
) -> Iterator[Line]:
    """The lines of a block that are not blank."""
    width = len(lines[0])
    amounts = [columns[index] for index in block.of_kind(AMOUNT)]
    others = [
        place for place, column in zip(columns, block.columns, strict=True) if column.kind != AMOUNT
    ]
    take_amounts = _picker([width if one is None else one for one in amounts], width)
    take_texts = _picker([width if one is None else one for one in others], width)
    read = cell_reader(block.unit)
    blank = (None,) * len(amounts)
    for number, line in enumerate(lines[body:], body + 1):
        if line.count("") == width:
            continue
        padded = [*line, ""]
        values = take_texts(padded)[:-2]
        cells = tuple(map(read, take_amounts(padded)[:-2]))
        filled = cells != blank
        if filled or any(text_of(value) for value in values):
            yield Line(number, values, cells, filled)


def _read_body(
    standard: Standard,
    block: Block,
    columns: list[int | None],
    lines: Lines,
    body: int,
    year: int,
) -> _Body:
    recognise = recogniser(standard, block, year)
    rows: list[Row] = []
    strays: list[_Stray] = []
    firm = 0
    for line in _block_lines(block, columns, lines, body):
        row = recognise(line)
        if isinstance(row, Row):
            rows.append(row)
            if line.filled or row.kind not in ("unit", "group", "item"):
                firm = line.number
        else:
            strays.append(_stray(block, columns, line, row or ""))
    # Names without amounts below everything else are notes, not rows.
    loose = [row for row in rows if row.line > firm] if firm and block.body == "unit" else []
    for row in loose:
        rows.remove(row)
        strays.append(_Stray(row.line, row.label, "", filled=False, why=""))
    return _Body(rows, strays)


def _stray(block: Block, columns: list[int | None], line: Line, why: str) -> _Stray:
    kinds = [(column.kind, place) for column, place in zip(block.columns, columns, strict=True)]
    texts = [place for kind, place in kinds if kind != AMOUNT]
    labels = [
        (text_of(value), place)
        for value, place in zip(line.values, texts, strict=True)
        if text_of(value)
    ]
    filled = any(isinstance(cell, Amount) for cell in line.cells)
    if labels:
        label, place = labels[0]
        filled = filled or (line.filled and not is_note(label))
        row = Row("", "stray", labels[-1][0], line.cells, line=line.number) if filled else None
        return _Stray(line.number, label, _cell(place, line.number), filled, why, row)
    amounts = [place for kind, place in kinds if kind == AMOUNT]
    place = next(place for cell, place in zip(line.cells, amounts, strict=True) if cell is not None)
    row = Row("", "stray", "", line.cells, line=line.number) if filled else None
    return _Stray(line.number, "", _cell(place, line.number), filled, why, row)


def _cell(column: int | None, line: int) -> str:
    return "" if column is None else f"{column_letter(column)}{line}"


def _stray_finding(table: Table, sheet: str, stray: _Stray) -> Finding:
    level = Level.ERROR if stray.filled else Level.WARNING
    if stray.why:
        message = f"{stray.why}，它的金额没有参加校验；请删去多余的一行。"
    elif not stray.filled:
        text = f"“{stray.label}”" if stray.label else "这段文字"
        message = f"{table.title}第{stray.number}行的{text}不是该表的行，已略过。"
    elif stray.label:
        message = (
            f"不认识的行“{stray.label}”，它的金额没有参加校验；请改用规定的名称，或删去这一行。"
        )
    else:
        message = f"{table.title}第{stray.number}行有金额，却没有名称或编码，它的金额没有参加校验；请补上。"
    return Finding(CODE, level, message, table.title, sheet, stray.cell, stray.label)
