"""The cells outside the tables that follow the figures by formulas: 目录, 总览, the tool rows.

One rendering for building and for bringing their values up to date after the figures changed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building.contents import CellContent
from xlbudget.building.formulas.areas import Areas, content
from xlbudget.building.formulas.checks import ERROR, check_lines, left_out
from xlbudget.building.formulas.expressions import (
    Area,
    Expression,
    constant,
    count,
    count_if,
    if_error,
    iff,
    literal,
    single,
    sum_if,
    total,
    whole_part,
)
from xlbudget.building.formulas.terms import joined, same_for_all
from xlbudget.building.numbering import first_pages
from xlbudget.building.overview import overview_last, render_overview
from xlbudget.sheets.layout import (
    CONTENTS,
    GLOSSARY,
    HIDDEN_FIRST,
    INFO_SHEET,
    NOTES,
    OVERALL,
    OVERVIEW,
    PAGE_COLUMN,
    TEXT_PAGES,
    contents_lines,
    is_form,
)
from xlbudget.standard.model import ALL, Ref
from xlbudget.standard.placeholders import NAME
from xlbudget.xlsx.references import areas_of, column_letter, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.building.formulas.checks import CheckLine
    from xlbudget.building.formulas.expressions import Value
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard, Table


EMPTY, BALANCED, NEARLY, UNBALANCED = "未填", "已平", "已平（尾差）", "不平"
UNCHECKED = "公式未核对"
"""The state of a table with figures that no formula checks."""
STATE_WIDTH = 24.0
"""Digits that the longest state of a table takes on its own sheet: buttons stand beyond."""
CHECK_COLUMNS = ("核对内容", "涉及的表", "不符处数", "结果")
_TABLES, _WEIGHT, _BROKEN = column_letter(HIDDEN_FIRST), column_letter(HIDDEN_FIRST + 1), "C"
"""The columns of a check: which tables it is about, all its weight, its contradictions."""
_INFO = 0
"""Stands for 基础信息 among the numbers of tables."""
_HEADINGS = 3
"""Lines between the overview's last line and the first check: a gap, a title, the headings."""


class Live(NamedTuple):
    """The cells by sheet, the lines of the checks on 总览, and the rules that no formula tells.

    ``partly`` are those of which formulas tell some equations and not others.
    """

    cells: dict[str, list[CellContent]]
    first: int
    last: int
    left_out: list[str]
    partly: list[str]


def render_live(
    standard: Standard,
    book: Book,
    contents: Mapping[str, Sequence[CellContent]],
    text_pages: int = 1,
) -> Live:
    """All such cells of a placed book, whose own cells are ``contents``; 情况说明 has ``text_pages``."""
    areas = Areas(standard, book, contents)
    checks = check_lines(areas, book.year)
    first = overview_last(standard) + _HEADINGS + 1
    board = _Board(areas, checks, first)
    lines = {
        line.number: line.line
        for line in contents_lines(standard)
        if line.kind == "table" or line.sheet == INFO_SHEET
    }
    states = {number: board.state(number) for number in lines}
    shown = [content(f"C{lines[number]}", one, "state") for number, one in states.items()]
    area = f"C{min(lines.values())}:C{max(lines.values())}"
    told = Area(area, [expression.value for expression in states.values()])
    overall = _overall(standard, told, whole=not areas.unexpressed and board.covers(standard))
    cells = {
        OVERVIEW: [*render_overview(areas), *board.cells],
        CONTENTS: [
            *shown,
            content(OVERALL, overall, "state"),
            *_page_cells(standard, first_pages(standard, book, contents), text_pages),
        ],
    }
    for table in standard.tables:
        # What a table's own sheet shows in the rows that stay in sight.
        there = f"{quoted(CONTENTS)}!$C${lines[table.number]}"
        said = constant("本表核对：") & single(there, states[table.number].value)
        cells[table.sheet] = [content("B1", said, "state"), *areas.codes.get(table.sheet, ())]
    left = left_out(standard, book.year, checks)
    partly = [code for code in areas.unexpressed if code not in left]
    return Live(cells, first, board.last, left, partly)


def _page_cells(
    standard: Standard, pages: Mapping[str, int], text_pages: int
) -> Iterator[CellContent]:
    """The page on which every part and table begins; 名词解释 follows the pages of 情况说明."""
    lines = contents_lines(standard)
    texts = (f"{PAGE_COLUMN}{line.line}" for line in lines if line.sheet == NOTES)
    waiting, notes = "", next(texts, "")
    for line in lines:
        cell = f"{PAGE_COLUMN}{line.line}"
        if line.kind == "part" and not line.sheet:
            waiting = cell  # begins with its first table
        elif line.sheet in pages and line.kind in ("part", "table"):
            number = Decimal(pages[line.sheet])
            for one in filter(None, (waiting, cell)):
                yield CellContent(one, "number", number, "", "page")
            waiting = ""
        elif line.sheet == GLOSSARY and notes:
            text = f"{notes}+{quoted(NOTES)}!{TEXT_PAGES}"
            yield CellContent(cell, "formula", Decimal(pages[NOTES] + text_pages), text, "page")


class _Board:
    """The lines of the checks on 总览, and what follows from them for each table."""

    def __init__(self, areas: Areas, checks: Sequence[CheckLine], first: int) -> None:
        self.areas = areas
        self.cells: list[CellContent] = []
        self.last = first + len(checks) - 1
        self._covered = {number for check in checks for number in check.tables}
        columns: dict[str, list[Value]] = {_TABLES: [], _WEIGHT: [], _BROKEN: []}
        for line, check in enumerate(checks, first):
            for letter, value in zip(columns, self._line(check, line), strict=True):
                columns[letter].append(value)
        sheet = quoted(OVERVIEW)
        self._tables, self._weight, self._broken = (
            Area(f"{sheet}!${letter}${first}:${letter}${self.last}", values)
            for letter, values in columns.items()
        )

    def _line(self, check: CheckLine, line: int) -> tuple[Value, ...]:
        """The cells of a check; gives the tables it is about, its weight, its contradictions."""
        names = "、".join(f"表{table}" for table in check.tables) or "基础信息"
        self.cells += [
            CellContent(f"A{line}", "text", f"{check.code} {check.title}", "", "check"),
            CellContent(f"B{line}", "text", names, "", "check"),
        ]
        letters = [column_letter(HIDDEN_FIRST + 2 + at) for at in range(len(check.weights))]
        for letter, one in zip(letters, check.weights, strict=True):
            self.cells.append(content(f"{letter}{line}", one, "piece", kind="array"))
        # LibreOffice does not compute a file on loading. Its array formulas then wait to be computed and
        # tell nobody of changes; a plain formula that reads the same cells itself follows every edit.
        # Where they are all blank, nothing contradicts: the sum is 0 as well.
        read = ",".join(areas_of(expression.text for expression in check.weights))
        parts = Area(f"{letters[0]}{line}:{letters[-1]}{line}", [x.value for x in check.weights])
        added = if_error(total(parts), ERROR)
        weight = Expression(f"IF(COUNTA({read})=0,0,{added.text})", added.at)
        broken = whole_part(single(f"{_WEIGHT}{line}", weight.value) / ERROR)
        here = single(f"C{line}", broken.value)
        nearly = iff(single(f"{_WEIGHT}{line}", weight.value) > 0, "尾差", "相符")
        tables = "".join(f"|{table}" for table in check.tables or (_INFO,)) + "|"
        self.cells += [
            content(f"{_WEIGHT}{line}", weight, "piece"),
            content(f"C{line}", broken, "broken"),
            content(f"D{line}", iff(here > 0, "不符", nearly), "result"),
            CellContent(f"{_TABLES}{line}", "text", tables, "", "piece"),
        ]
        return tables, weight.value, broken.value

    def covers(self, standard: Standard) -> bool:
        """Whether every table is spoken of by some check."""
        return all(table.number in self._covered for table in standard.tables)

    def _sum(self, tables: str, column: Area) -> Expression:
        """The sum of a column of the checks over the lines about some tables."""
        return sum_if(self._tables, tables, column)

    def state(self, number: int) -> Expression:
        """The state of a table."""
        every, alone = f"*|{number}|*", f"|{number}|"
        weighed = iff(self._sum(every, self._weight) > 0, NEARLY, BALANCED)
        if number not in (_INFO, *self._covered):
            weighed = constant(UNCHECKED)
        state = iff(self._sum(every, self._broken) > 0, UNBALANCED, weighed)
        if number == _INFO:
            return state
        # A table without figures is no party to what other tables say of each other.
        table = next(table for table in self.areas.standard.tables if table.number == number)
        empty: Expression = constant(EMPTY)
        if table.empty_statement:
            body = self.areas.bodies[table.blocks[0].key]
            notes = self.areas.area(body.sheet, "A", body.first, body.last + 1)
            # Wherever the statement stands and whatever 基础信息 said when it was written.
            pieces = NAME.sub("\0", table.template.empty_statement).split("\0")
            stated = count_if(notes, "*".join(map(literal, pieces)))
            empty = iff(stated > 0, BALANCED, empty)
        without = iff(self._sum(alone, self._broken) > 0, UNBALANCED, empty)
        return iff(_figures(self.areas, table).equals(0), without, state)


def _figures(areas: Areas, table: Table) -> Expression:
    """How many amounts a table has."""
    if is_form(table):
        key = table.blocks[0].key
        return joined(
            same_for_all(areas, Ref(key, ALL, "form", amount), amount).figures
            for amount in table.blocks[0].amounts
        )
    return count(
        *(
            areas.amounts(areas.bodies[block.key], key)
            for block in table.blocks
            for key in block.amounts
        )
    )


def _overall(standard: Standard, states: Area, *, whole: bool) -> Expression:
    """What is said of all tables; ``whole``: formulas express all that must be equal.

    Nothing is filled in where all tables that must have figures have none.
    """
    least = sum(not table.empty_statement for table in standard.tables)
    wrong, empty, nearly = (count_if(states, one) for one in (UNBALANCED, EMPTY, NEARLY))
    rounding = iff(nearly > 0, "（有尾差）", "")
    good = constant("全部已平" if whole else "公式能核对的已平") & rounding
    some = constant("已填的表") & good & "，还有" & empty & "张表未填"
    rest = iff(empty >= least, "尚未填表", iff(empty > 0, some, good))
    told = iff(wrong > 0, constant("不平（") & wrong & "处）", rest)
    return constant("总体核对：") & told
