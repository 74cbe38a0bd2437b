"""Checks of subject codes: form, parents, names, order, depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.characters import squash
from xlbudget.checks.unfilled import is_waiting
from xlbudget.findings import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.checks.context import Context, Outcome
    from xlbudget.figures import Row
    from xlbudget.findings import Finding
    from xlbudget.standard.subjects import SubjectList

_MANY = 3
"""With more rows out of place, the table was sorted by something else: that is told once."""

__all__ = ["code_depth", "code_form", "code_name", "code_order", "code_parent"]


def _rows(context: Context) -> Iterator[tuple[str, int, Row, SubjectList]]:
    """Every subject row: block, position, row, its list."""
    for key, block in context.blocks("subject"):
        subjects = context.grid.standard.subjects[block.subjects]
        for position, row in enumerate(context.grid.book.blocks[key].rows):
            if row.kind == "subject":
                yield key, position, row, subjects


def code_form(context: Context) -> Iterator[Outcome]:
    """A code has the digits of one of its list's levels."""
    for key, position, row, subjects in _rows(context):
        if not subjects.level(row.key):
            allowed = "、".join(
                f"{level}{length}位"
                for level, length in zip(subjects.levels, subjects.lengths, strict=True)
            )
            message = f"科目编码“{row.key}”（{row.label}）不是{subjects.name}的编码；应为数字：{allowed}。"
            yield context.in_row(key, position, message, printed=row.key)


def code_parent(context: Context) -> Iterator[Outcome]:
    """The rows of the subjects above a code exist: one finding per missing row, at the first below it.

    A row that another table has, and this one lacks, is reported as such.
    """
    below: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    for key, position, row, subjects in _rows(context):
        if not subjects.level(row.key) or is_waiting(context, key):
            continue
        index = context.grid.book.blocks[key].by_key
        for code in subjects.parents(row.key):
            if code not in index and (key, code) not in context.grid.lacking:
                below.setdefault((key, code), []).append((position, row))
    for (key, code), rows in below.items():
        position, row = rows[0]
        others = f"等{len(rows)}行" if len(rows) > 1 else ""
        message = f"“{row.key} {row.label}”{others}缺少上级科目行 {code}；可用“填列小计”补上。"
        yield context.in_row(key, position, message)


def code_name(context: Context) -> Iterator[Outcome]:
    """The name is the list's for that year; an unknown code is a hint, as no list is complete."""
    year = context.grid.book.year
    for key, position, row, subjects in _rows(context):
        if not subjects.level(row.key):
            continue
        known = subjects.find(row.key, year)
        if known is not None:
            if not row.label:
                message = f"科目 {row.key} 没有写名称，应为“{known.name}”。"
                yield context.in_row(key, position, message)
            elif squash(row.label) not in {squash(name) for name in (known.name, *known.aliases)}:
                message = f"科目 {row.key} 的名称为“{row.label}”，科目字典中为“{known.name}”。"
                yield context.in_row(key, position, message, printed=row.label)
        elif row.key in subjects.by_code:
            ended = subjects.by_code[row.key][0]
            years = f"{ended.first or '……'}至{ended.last}年度"
            message = f"科目“{row.key} {ended.name}”只适用于{years}，不适用于{year}年度。"
            yield context.in_row(key, position, message)
        else:
            name = f"（{row.label}）" if row.label else "，也没有写名称"
            message = f"科目字典中没有编码 {row.key}{name}；请核对，或导入本地完整的科目目录。"
            level = Level.HINT if row.label else Level.WARNING
            yield context.in_row(key, position, message, level=level)


def code_order(context: Context) -> Iterator[Outcome]:
    """Codes ascend (a parent before its children) and none is doubled."""
    last: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    unordered: dict[str, list[Finding]] = {}
    for key, position, row, _ in _rows(context):
        if (key, row.key) in seen:
            message = f"科目 {row.key}（{row.label}）重复出现；同一科目只列一行，请合并。"
            yield context.in_row(key, position, message)
        elif row.key < last.get(key, ""):
            message = f"科目 {row.key}（{row.label}）没有按编码顺序排列，应在 {last[key]} 之前。"
            found = context.in_row(key, position, message, level=Level.WARNING)
            unordered.setdefault(key, []).append(found)
        seen.add((key, row.key))
        last[key] = max(row.key, last.get(key, ""))
    for key, findings in unordered.items():
        if len(findings) > _MANY:
            message = f"{context.title(key)}各行没有按科目编码排列（{len(findings)}行不在其位）；请按编码重新排序。"
            yield findings[0]._replace(message=message)
        else:
            yield from findings


def code_depth(context: Context) -> Iterator[Outcome]:
    """Every branch goes down to the last level (项, 款); a row that another table has is not said twice."""
    for key, position, row, subjects in _rows(context):
        level = subjects.level(row.key)
        if is_waiting(context, key):
            continue
        if 0 < level < len(subjects.levels) and position not in context.grid.tree(key):
            if any(lack == key and code.startswith(row.key) for lack, code in context.grid.lacking):
                continue
            message = (
                f"“{row.key} {row.label}”只列到“{subjects.levels[level - 1]}”，"
                f"应细化到“{subjects.levels[-1]}”级科目。"
            )
            yield context.in_row(key, position, message)
