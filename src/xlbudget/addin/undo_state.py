"""The state before the last action, kept in a file of the user's, to be brought back whole."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import XlbudgetError
from xlbudget.logs import state_folder
from xlbudget.sheets.cells import text_of, value_at
from xlbudget.xlsx.atomic import replace_text
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import column_number, same_formula, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from xlbudget.xlsx.cells import Lines


class Before(NamedTuple):
    """What an action changed: each cell's content before and after, print areas before.

    ``title`` is the action's; ``was`` and ``became`` are edits of the same cells in the same order.
    """

    title: str
    was: tuple[CellEdit, ...]
    became: tuple[CellEdit, ...]
    areas: Mapping[str, str]


def content_of(
    sheet: str, cell: str, lines: Mapping[str, Lines], formulas: Mapping[str, Mapping[str, str]]
) -> CellEdit:
    """What a cell holds now, as the edit that would put it there."""
    letters, line = split_cell(cell)
    value = value_at(lines.get(sheet, []), line, column_number(letters))
    formula = formulas.get(sheet, {}).get(cell, "")
    if formula:
        return CellEdit(sheet, cell, None, formula)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return CellEdit(sheet, cell, value if isinstance(value, str) else text_of(value) or None)
    return CellEdit(sheet, cell, Decimal(format(value, ".15g")))


def before_of(
    title: str,
    edits: Iterable[CellEdit],
    lines: Mapping[str, Lines],
    formulas: Mapping[str, Mapping[str, str]],
) -> Before:
    """The state that edits are about to change; a formula over a whole area comes back as one."""
    became = tuple(edits)
    was = tuple(
        content_of(edit.sheet, edit.cell, lines, formulas)._replace(array=edit.array)
        for edit in became
    )
    return Before(title, was, became, {})


def moved_since(
    before: Before, lines: Mapping[str, Lines], formulas: Mapping[str, Mapping[str, str]]
) -> list[CellEdit]:
    """The cells that no longer hold what the action left in them."""
    return [
        edit
        for edit in before.became
        if not _same(edit, content_of(edit.sheet, edit.cell, lines, formulas))
    ]


def _same(one: CellEdit, other: CellEdit) -> bool:
    if one.formula or other.formula:
        return same_formula(one.formula, other.formula)
    if isinstance(one.value, int | Decimal) and isinstance(other.value, int | Decimal):
        return float(one.value) == float(other.value)
    return str(one.value or "").strip() == str(other.value or "").strip()


# ------------------------------------------------------------------ on disk


def _file(book: str) -> Path:
    name = hashlib.sha256(book.encode("utf-8")).hexdigest()[:24]
    return state_folder() / "undo" / f"{name}.json"


def remember(book: str, before: Before) -> None:
    """Keep the state for the workbook of that full name, in place of an earlier one.

    Raises:
        XlbudgetError: it cannot be written; the action must not go on then.
    """
    held = {
        "book": book,
        "title": before.title,
        "cells": [
            [was.sheet, was.cell, was.array, *_packed(was), *_packed(became)]
            for was, became in zip(before.was, before.became, strict=True)
        ],
        "areas": dict(before.areas),
    }
    path = _file(book)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise XlbudgetError(
            f"无法保存操作前的状态（“{path.parent}”建不了），工作簿没有改动；请检查该文件夹的权限。"
        ) from error
    replace_text(path, json.dumps(held, ensure_ascii=False), backup=False)


def recall(book: str) -> Before | None:
    """The state before the last action on the workbook; None where none is kept."""
    try:
        held = json.loads(_file(book).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    was, became = [], []
    for sheet, cell, array, kind, value, kind_after, value_after in held["cells"]:
        was.append(_unpacked(sheet, cell, kind, value, array=array))
        became.append(_unpacked(sheet, cell, kind_after, value_after, array=array))
    return Before(held["title"], tuple(was), tuple(became), held["areas"])


def forget(book: str) -> None:
    """Keep no state of the workbook any more."""
    _file(book).unlink(missing_ok=True)


def _packed(edit: CellEdit) -> tuple[str, str]:
    if edit.formula:
        return "formula", edit.formula
    if isinstance(edit.value, int | Decimal):
        return "number", str(edit.value)
    return "text", edit.value or ""


def _unpacked(sheet: str, cell: str, kind: str, value: str, *, array: bool) -> CellEdit:
    if kind == "formula":
        return CellEdit(sheet, cell, None, value, array)
    return CellEdit(sheet, cell, Decimal(value) if kind == "number" else value or None)
