"""What cells call: the worksheet functions, the only module with frames and xlwings' decorators.

Arguments arrive as frames of whatever stands in the cells; the functions compute on exact plain
values and never raise. An error shows as Excel's own (``#VALUE!``); our own faults are logged.
Signatures and docstrings are what ``building/macros.py`` makes the VBA wrappers and Excel's help from.
"""
# ruff: noqa: D400, D415, N802  # the help is Chinese, names are Excel's

from __future__ import annotations

import functools
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd  # type: ignore[import-untyped]  # has no py.typed marker
import xlwings as xw

from xlbudget.caller import Calling, calling
from xlbudget.errors import XlbudgetError
from xlbudget.frames import printed_frame
from xlbudget.functions import budget
from xlbudget.functions.cells import VALUE, Area, Failure, Result, single
from xlbudget.logs import log_fault
from xlbudget.sheets.cells import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "BUDGET_BALANCE",
    "BUDGET_CHANGE",
    "BUDGET_CHECKS",
    "BUDGET_INCREASE",
    "BUDGET_NAME",
    "BUDGET_NOTE",
    "BUDGET_SHARE",
    "BUDGET_SUBTOTAL",
    "BUDGET_TABLE",
    "BUDGET_TOTAL",
    "BUDGET_WAN",
]

_F = TypeVar("_F", bound="Callable[..., Any]")
_CATEGORY = "部门预算"


def _cells(name: str) -> Callable[[_F], _F]:
    """An argument that arrives as a frame of raw cells, errors as their texts."""
    return xw.arg(name, pd.DataFrame, index=False, header=False, dtype=object, err_to_str=True)


def _guarded(body: _F) -> _F:
    """Never raise; give what a cell can show. xlwings must not see the type hints as converters."""

    @functools.wraps(body)
    def run(*arguments: object) -> object:
        try:
            return _shown(body(*arguments))
        except XlbudgetError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  # a cell shows an error, the log says why
            log_fault(error, f"{body.__name__}()")
            return VALUE

    run.__annotations__ = {}
    return run  # type: ignore[return-value]


def _shown(result: object) -> object:
    if isinstance(result, list):
        return [_shown(one) for one in result]
    if isinstance(result, Failure):
        return result.shown
    return float(result) if isinstance(result, Decimal) else result


def _area(argument: object) -> Area:
    """The cells of an argument without the blank lines at its end."""
    if argument is None:
        return Area([], 0, 0)
    if isinstance(argument, pd.DataFrame):
        frame = argument
    else:
        lines = list(argument) if isinstance(argument, (list, tuple)) else [argument]
        rows = [list(line) if isinstance(line, (list, tuple)) else [line] for line in lines]
        wide = max(map(len, rows), default=0)
        frame = pd.DataFrame([row + [None] * (wide - len(row)) for row in rows], dtype=object)
    height, width = frame.shape
    filled = (frame.notna() & (frame != "")).to_numpy(dtype=bool).any(axis=1)
    last = int(filled.nonzero()[0][-1]) + 1 if filled.any() else 0
    return Area(frame.iloc[:last].to_numpy(dtype=object).tolist(), height, width)


def _single(argument: object, name: str) -> object:
    """The only cell of an argument (None for a blank); what the function shows where that fails."""
    value = single(_area(argument), name)
    if isinstance(value, Failure):
        raise XlbudgetError(value.shown)
    return value


def _saved() -> Calling:
    """The calling workbook, whose file can be read; else its trouble is what the function shows."""
    found = calling()
    if found.trouble:
        raise XlbudgetError(found.trouble)
    return found


def _shaped(area: Area, compute: Callable[[object], Result]) -> object:
    """A function of one cell over an area: of the same shape, one cell for one cell."""
    if area.height <= 1 and area.width <= 1:
        return compute(single(area, ""))
    return _padded([[compute(cell) for cell in line] for line in area.lines], area)


def _padded(lines: list[list[Result]], area: Area) -> object:
    """Lines for the blank ones that were left out; at least one cell."""
    return lines + [[""] * area.width] * (area.height - len(lines)) or ""


@xw.func(category=_CATEGORY)
@_cells("code")
@_cells("codes")
@_cells("amounts")
@_guarded
def BUDGET_SUBTOTAL(code: object, codes: object, amounts: object) -> object:
    """某科目的小计：它下一级各行之和。下一级没有的，加再下一级，不重复计算；空白的行以其下级之和计。单位同金额列。

    Args:
        code: 要合计的科目编码，如 201 或 20103。
        codes: 科目编码所在的区域：一列，或类、款、项各一列。行的次序不限，可以是整列；位数不对的编码不计入。
        amounts: 金额所在的一列，行数与 codes 相同；不要包含本公式所在的单元格。
    """
    lists = calling().standard.subjects.values()
    return budget.subtotal(_area(code), _area(codes), _area(amounts), lists)


@xw.func(category=_CATEGORY)
@_cells("codes")
@_cells("amounts")
@_guarded
def BUDGET_TOTAL(codes: object, amounts: object) -> object:
    """合计：最高一级各科目之和，下级和“合计”行不重复计算。单位同金额列；全为空白时为空白。

    Args:
        codes: 科目编码所在的区域：一列，或类、款、项各一列。行的次序不限，可以是整列；位数不对的编码不计入。
        amounts: 金额所在的一列，行数与 codes 相同；不要包含本公式所在的单元格。
    """
    lists = calling().standard.subjects.values()
    return budget.total(_area(codes), _area(amounts), lists)


@xw.func(category=_CATEGORY)
@_cells("code")
@_cells("kind")
@_guarded
def BUDGET_NAME(code: object, kind: object) -> object:
    """科目名称，按本工作簿预算年度的科目字典；字典里没有的为 #N/A。

    Args:
        code: 科目编码，可以是一片区域，结果与它同形。
        kind: 科目种类，如“功能”“支出功能分类”“部门经济”；留空时在全部分类中找。
    """
    asked = _single(kind, "kind")
    found = calling()
    lists = found.standard.subjects.values()
    return _shaped(_area(code), lambda cell: budget.subject_name(cell, asked, lists, found.year))


@xw.func(category=_CATEGORY)
@_cells("total")
@_cells("parts")
@_guarded
def BUDGET_BALANCE(total: object, parts: object) -> object:
    """合计减各部分之和；四舍五入能解释的尾差为 0，否则为差额。按适用标准的单位：万元容许每个数半个末位，元必须分毫不差。

    Args:
        total: 合计数，一个单元格。
        parts: 各组成部分，一片区域；空白单元格不计。
    """
    whole = _single(total, "total")
    cells = [cell for line in _area(parts).lines for cell in line]
    return budget.balance(whole, cells, calling().standard.unit)


@xw.func(category=_CATEGORY)
@_cells("part")
@_cells("whole")
@_guarded
def BUDGET_SHARE(part: object, whole: object) -> object:
    """占比，四舍五入到 0.01%（0.845 即 84.50%，请用百分比格式）。给一列时，每个占比各自四舍五入，合起来不一定正好 100%。

    Args:
        part: 部分：一个单元格或一片区域，结果与它同形。
        whole: 总额，一个单元格；为空或为零时占比为 #DIV/0!。
    """
    of, area = _single(whole, "whole"), _area(part)
    found = iter(budget.share([cell for line in area.lines for cell in line], of))
    if area.height <= 1 and area.width <= 1:
        return next(found, "")
    return _padded([[next(found) for _ in line] for line in area.lines], area)


@xw.func(category=_CATEGORY)
@_cells("now")
@_cells("before")
@_guarded
def BUDGET_CHANGE(now: object, before: object) -> object:
    """比上年增减的百分比，四舍五入到 0.01%（0.0524 即增长 5.24%，负数为下降，请用百分比格式）。

    Args:
        now: 本年数，一个单元格；空白按没有计。
        before: 上年数，一个单元格；为空或为零时为 #DIV/0!，是负数时为 #NUM!。
    """
    return budget.change(_single(now, "now"), _single(before, "before"))


BUDGET_INCREASE = BUDGET_CHANGE
"""Its name in cells: scanners of mail take every macro that ends in _CHANGE for an event's."""


@xw.func(category=_CATEGORY)
@_cells("yuan")
@_guarded
def BUDGET_WAN(yuan: object) -> object:
    """元折合万元，四舍五入到两位小数；空白仍为空白。

    Args:
        yuan: 以元为单位的金额，可以是一片区域，结果与它同形。
    """
    return _shaped(_area(yuan), budget.wan)


@xw.func(category=_CATEGORY)
@_cells("section")
@_guarded
def BUDGET_NOTE(section: object) -> object:
    """情况说明某一部分的定稿。读的是上次保存的文件，没有保存的改动看不到；保存后按 Ctrl+Alt+F9 重算。

    Args:
        section: 部分的编号，如“五”或 5；某一段的编号，如“五.1”；或“名词解释”。
    """
    asked = _single(section, "section")
    return budget.note_text(_saved().paragraphs(), asked)


@xw.func(category=_CATEGORY)
@xw.ret(index=False)
@_guarded
def BUDGET_CHECKS() -> object:
    """校验结果：一行一处差错、提醒或提示，第一行是标题。读的是上次保存的文件，没有保存的改动看不到；保存后按 Ctrl+Alt+F9 重算。"""
    lines = budget.checks_lines(_saved().report())
    return pd.DataFrame(lines, columns=list(budget.CHECKS_HEADINGS))


@xw.func(category=_CATEGORY)
@xw.ret(index=False)
@_cells("table")
@_guarded
def BUDGET_TABLE(table: object) -> object:
    """一张表的数字，第一行是栏目标题，合并的标题用“/”连接，两边的表并排。读的是上次保存的文件，没有保存的改动看不到；保存后按 Ctrl+Alt+F9 重算。

    Args:
        table: 表的编号或名称，如 3、“表3”或“部门支出总表”。
    """
    asked, found = _single(table, "table"), _saved()
    if asked is None:
        return ""
    frame = printed_frame(found.standard, found.book(), text_of(asked))
    return frame.map(_shown)
