"""The state of every table (未填, 已平, 不平) and the list of checks, as cells of formulas."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.standard.equations import ALL, Ref
from xlbudget.workbook.contents import CellContent
from xlbudget.workbook.layout import CONTENTS, OVERVIEW, is_form
from xlbudget.workbook.native.areas import literal, matching
from xlbudget.workbook.native.terms import single
from xlbudget.workbook.native.weights import ERROR
from xlbudget.xlsx.references import areas_of, column_letter, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.standard.model import Standard, Table
    from xlbudget.workbook.native.areas import Areas
    from xlbudget.workbook.native.checks import CheckLine

__all__ = [
    "BALANCED",
    "CHECK_COLUMNS",
    "EMPTY",
    "HIDDEN_FIRST",
    "UNBALANCED",
    "Board",
    "render_board",
    "render_tool_state",
    "state_cells",
]

EMPTY, BALANCED, NEARLY, UNBALANCED = "未填", "已平", "已平（尾差）", "不平"
CHECK_COLUMNS = ("核对内容", "涉及的表", "不符处数", "结果")
HIDDEN_FIRST = 26
"""The first sheet column (AA, from 0) of the cells that only formulas need."""
_TABLES, _WEIGHT = column_letter(HIDDEN_FIRST), column_letter(HIDDEN_FIRST + 1)
_BROKEN = "C"
"""The columns of a check: which tables it is about, all its weight, its contradictions."""
_INFO = 0
"""Stands for 基础信息 among the numbers of tables."""


class Board(NamedTuple):
    """Where things stand: the lines of the checks on 总览, the line of each state on 目录."""

    first: int
    last: int
    lines: Mapping[int, int]
    overall: str


def state_cells(standard: Standard, first: int) -> dict[int, int]:
    """Table number -> line on 目录, where the first table stands on line ``first``."""
    return {table.number: first + place for place, table in enumerate(standard.tables)}


def render_board(
    areas: Areas, checks: Sequence[CheckLine], board: Board
) -> dict[str, list[CellContent]]:
    """The cells of the checks on 总览 and of the states on 目录."""
    overview = [
        cell for line, check in enumerate(checks, board.first) for cell in _check_cells(check, line)
    ]
    states = {number: _state(areas, checks, board, number) for number in board.lines}
    contents = [
        CellContent(f"C{board.lines[number]}", "formula", value, text, "state")
        for number, (text, value) in states.items()
    ]
    contents.append(_overall(areas.standard, board, [value for _, value in states.values()]))
    return {OVERVIEW: overview, CONTENTS: contents}


def _check_cells(check: CheckLine, line: int) -> Iterator[CellContent]:
    key, weight = _TABLES, _WEIGHT
    numbers = check.tables or (_INFO,)
    names = "、".join(f"表{one}" for one in check.tables) or "基础信息"
    yield CellContent(f"A{line}", "text", f"{check.code} {check.title}", "", "check")
    yield CellContent(f"B{line}", "text", names, "", "check")
    pieces = [column_letter(HIDDEN_FIRST + 2 + place) for place in range(len(check.pieces))]
    for letter, piece in zip(pieces, check.pieces, strict=True):
        yield CellContent(f"{letter}{line}", "array", Decimal(piece.value), piece.text, "piece")
    # LibreOffice does not compute a file on loading. Its array formulas then wait to be computed and
    # tell nobody of changes; a plain formula that reads the same cells itself follows every edit.
    read = ",".join(areas_of(piece.text for piece in check.pieces))
    added = f"IFERROR(SUM({pieces[0]}{line}:{pieces[-1]}{line}),{ERROR})"
    total = f"IF(COUNTA({read})=0,0,{added})"
    yield CellContent(f"{weight}{line}", "formula", Decimal(check.weight), total, "piece")
    broken = f"INT({weight}{line}/{ERROR})"
    yield CellContent(f"C{line}", "formula", Decimal(check.broken), broken, "broken")
    result = "不符" if check.broken else ("尾差" if check.weight else "相符")
    text = f'IF(C{line}>0,"不符",IF({weight}{line}>0,"尾差","相符"))'
    yield CellContent(f"D{line}", "formula", result, text, "result")
    text = "".join(f"|{one}" for one in numbers) + "|"
    yield CellContent(f"{key}{line}", "text", text, "", "piece")


def _state(areas: Areas, checks: Sequence[CheckLine], board: Board, number: int) -> tuple[str, str]:
    """The formula of a table's state, and what it comes to."""
    ours = [one for one in checks if number in (one.tables or (_INFO,))]
    value = BALANCED
    if any(one.broken for one in ours):
        value = UNBALANCED
    elif any(one.weight for one in ours):
        value = NEARLY
    every = f'"*|{number}|*"'
    broken, weight = (_sum_of(board, every, column) for column in (_BROKEN, _WEIGHT))
    text = f'IF({broken}>0,"{UNBALANCED}",IF({weight}>0,"{NEARLY}","{BALANCED}"))'
    if number == _INFO:
        return text, value
    # A table without figures is no party to what other tables say of each other.
    table = next(one for one in areas.standard.tables if one.number == number)
    blank = _blank(areas, table)
    if blank.value:
        alone = any(one.broken for one in ours if len(one.tables) == 1)
        value = UNBALANCED if alone else (BALANCED if blank.stated else EMPTY)
    alone_text = _sum_of(board, f'"|{number}|"', _BROKEN)
    left = f'IF({blank.said},"{BALANCED}","{EMPTY}")' if blank.said else f'"{EMPTY}"'
    without = f'IF({alone_text}>0,"{UNBALANCED}",{left})'
    return f"IF({blank.text},{without},{text})", value


def _sum_of(board: Board, tables: str, letter: str) -> str:
    """The sum of a column of the checks over the lines about some tables."""
    sheet, first, last = quoted(OVERVIEW), board.first, board.last
    where = f"{sheet}!${_TABLES}${first}:${_TABLES}${last}"
    return f"SUMIF({where},{tables},{sheet}!${letter}${first}:${letter}${last})"


class _Blank(NamedTuple):
    """Whether a table has no figures, and whether it says so: formulas and their values."""

    text: str
    value: bool
    said: str
    stated: bool


def _blank(areas: Areas, table: Table) -> _Blank:
    body = areas.bodies[table.blocks[0].key]
    if is_form(table):
        terms = [
            single(areas, Ref(body.block.key, ALL, "form", key), key) for key in body.block.amounts
        ]
        count = "+".join(one.figures for one in terms)
        numbers = sum(one.numbers[0] for one in terms)
    else:
        found = [
            areas.column(areas.bodies[block.key], areas.bodies[block.key].letters[key])
            for block in table.blocks
            for key in block.amounts
        ]
        count = f"COUNT({','.join(one.reference for one in found)})"
        numbers = sum(isinstance(value, Decimal) for one in found for value in one.values)
    if not table.empty_statement:
        return _Blank(f"{count}=0", not numbers, "", stated=False)
    notes = areas.area(body.sheet, "A", body.first, body.last + 1)
    said = f"COUNTIF({notes.reference},{literal(table.empty_statement)})>0"
    stated = bool(matching(literal(table.empty_statement)[1:-1], notes.texts))
    return _Blank(f"{count}=0", not numbers, said, stated)


def _overall(standard: Standard, board: Board, states: Sequence[str]) -> CellContent:
    """Nothing is filled in where all tables that must have figures have none."""
    least = sum(not table.empty_statement for table in standard.tables)
    lines = board.lines.values()
    area = f"C{min(lines)}:C{max(lines)}"
    counts = {one: f'COUNTIF({area},"{one}")' for one in (UNBALANCED, EMPTY, NEARLY)}
    missing, good = states.count(EMPTY), "全部已平"
    if NEARLY in states:
        good += "（有尾差）"
    value = f"总体核对：{good}"
    if UNBALANCED in states:
        value = f"总体核对：不平（{states.count(UNBALANCED)}处）"
    elif missing >= least:
        value = "总体核对：尚未填表"
    elif missing:
        value = f"总体核对：已填的表{good}，还有{missing}张表未填"
    end = f'"全部已平"&IF({counts[NEARLY]}>0,"（有尾差）","")'
    text = (
        f'"总体核对："&IF({counts[UNBALANCED]}>0,"不平（"&{counts[UNBALANCED]}&"处）",'
        f'IF({counts[EMPTY]}>={least},"尚未填表",IF({counts[EMPTY]}>0,"已填的表"&{end}'
        f'&"，还有"&{counts[EMPTY]}&"张表未填",{end})))'
    )
    return CellContent(board.overall, "formula", value, text, "state")


def render_tool_state(board: Board, number: int, state: str) -> CellContent:
    """The state of a table as its own sheet shows it, in the rows that stay in sight."""
    text = f'"本表核对："&{quoted(CONTENTS)}!$C${board.lines[number]}'
    return CellContent("B1", "formula", f"本表核对：{state}", text, "state")
