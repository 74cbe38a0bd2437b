"""Checks that nothing is missing: sheets, rows, statements of empty tables, required particulars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.checks.unfilled import is_waiting
from xlbudget.figures import TOTAL
from xlbudget.findings import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.checks.context import Context, Outcome

__all__ = ["empty_statement", "required_info", "sheet_present", "unknown_row"]


def sheet_present(context: Context) -> Iterator[Outcome]:
    """Every table of the standard has its sheet."""
    book = context.grid.book
    for table in context.grid.standard.tables:
        if not any(block.key in book.blocks for block in table.blocks):
            message = f"缺少工作表“{table.sheet}”，与它有关的勾稽关系没有校验；请恢复该表，没有数字也要保留空表。"
            yield Finding(context.rule.code, context.level, message, table.title, table.sheet)


def unknown_row(context: Context) -> Iterator[Outcome]:
    """What the reader did not understand (its own findings), tables without 合计, items without group."""
    yield from context.grid.book.findings
    for key, data in context.grid.book.blocks.items():
        block = context.grid.standard.blocks[key]
        if is_waiting(context, key):
            continue
        if block.total and not data.empty and TOTAL not in data.by_key:
            message = f"{context.title(key)}有数字却没有“{block.total}”行；可用“填列小计”补上。"
            yield Finding(
                context.rule.code, context.level, message, context.title(key), context.sheet(key)
            )

    yield from _ungrouped(context)


def _ungrouped(context: Context) -> Iterator[Outcome]:
    """Items that stand below no group: its row is missing."""
    for key, _ in context.blocks("project"):
        data = context.grid.book.blocks[key]
        alone = [
            at
            for at, row in enumerate(data.rows)
            if row.kind == "item" and row.parent not in data.by_key and not is_waiting(context, key)
        ]
        if alone:
            first = data.rows[alone[0]].label
            others = f"等{len(alone)}个二级项目" if len(alone) > 1 else ""
            message = f"“{first}”{others}上面没有一级项目的行；请补上。"
            yield context.in_row(key, alone[0], message, level=Level.WARNING)


def empty_statement(context: Context) -> Iterator[Outcome]:
    """A table without figures says so below; a table with figures does not."""
    book = context.grid.book
    for table in context.grid.standard.tables:
        blocks = [book.blocks[block.key] for block in table.blocks if block.key in book.blocks]
        if not table.empty_statement or not blocks:
            continue
        if any(is_waiting(context, block.key) for block in table.blocks):
            continue
        empty = all(data.empty for data in blocks)
        said = [note for note in book.notes.get(table.key, ()) if _denies(note)]
        place = (table.title, book.sheets.get(table.key, table.sheet))
        listed = any(row.kind in _LISTED for data in blocks for row in data.rows)
        if empty and not said and listed:
            message = f"{table.title}列了项目或科目，却没有金额；请填写，没有这些支出的请删去各行。"
            yield Finding(context.rule.code, Level.WARNING, message, *place)
        elif empty and not said:
            message = f"{table.title}没有数字，也没有说明；请在表下写明：{table.empty_statement}"
            yield Finding(context.rule.code, context.level, message, *place)
        if not empty and said:
            message = f"{table.title}有数字，表下却写着“{said[0]}”；请删去这句说明。"
            yield Finding(context.rule.code, context.level, message, *place)


_LISTED = frozenset(("item", "form", "subject"))
"""Rows that somebody put there: a table that has them waits for its figures."""


def _denies(note: str) -> bool:
    """Whether a note says that there is nothing."""
    return any(word in note for word in ("无", "没有", "未安排")) and not any(
        char.isdigit() for char in note
    )


def required_info(context: Context) -> Iterator[Outcome]:
    """Required fields of 基础信息 are filled in."""
    book = context.grid.book
    if book.without_info:
        message = "没有工作表“基础信息”，单位名称、人员等没有核对；对外的数值副本可以没有它，自用的工作簿请恢复。"
        yield Finding(context.rule.code, context.level, message, "基础信息", "基础信息")
        return
    for field in context.grid.standard.fields.values():
        found = book.info.get(field.key)
        if field.required and (found is None or found.value in (None, "")):
            message = f"基础信息“{field.label}”未填。"
            cell = found.cell if found else ""
            sheet = book.sheets.get("info", "基础信息")
            yield Finding(
                context.rule.code, context.level, message, "基础信息", sheet, cell, field.key
            )
        elif (
            found is not None and field.choices and found.value and found.value not in field.choices
        ):
            message = f"基础信息“{field.label}”为“{found.value}”，应为以下之一：{'、'.join(field.choices)}。"
            sheet = book.sheets.get("info", "基础信息")
            yield Finding(
                context.rule.code, context.level, message, "基础信息", sheet, found.cell, field.key
            )
