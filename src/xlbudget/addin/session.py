"""One action on the open workbook, from the click to the closing message, and the cells as they were before.

The workbook is read from a copy that the program makes of it as it stands, by the same code as on
the command line; only cells that change are written back, after their state has been kept.
"""

from __future__ import annotations

import functools
import hashlib
import json
import tempfile
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import xlwings as xw

from xlbudget.addin.program import (
    TITLE,
    address_of,
    answer,
    busy,
    calculating_once,
    calling_book,
    changing,
    chosen_files,
    fit_rows,
    lay_rows,
    lift_protection,
    place_of,
    quiet_program,
    restore_protection,
    save_copy,
    set_print_areas,
    show_status,
    write_edits,
)
from xlbudget.deeds import note_written, recording
from xlbudget.errors import MACHINE, UnusableFileError, XlbudgetError, reason_of
from xlbudget.folders import state_folder
from xlbudget.logs import log_fault, logged
from xlbudget.sheets.cells import text_of, value_at
from xlbudget.xlsx.atomic import replace_text
from xlbudget.xlsx.cells import Afterwards, CellEdit
from xlbudget.xlsx.references import column_number, same_formula, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from xlbudget.deeds import Record
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
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)  # the cells' contents are nobody else's
    except OSError as error:
        raise XlbudgetError(
            f"无法保存操作前的状态（“{path.parent}”建不了），工作簿没有改动；请检查该文件夹的权限。"
        ) from error
    with recording():  # a file of the program's own: nothing to tell the user of
        replace_text(path, json.dumps(held, ensure_ascii=False), backup=False, private=True)


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


class Source(NamedTuple):
    """What an action works on: the workbook as it stands, and ``place`` where it was opened.

    ``chosen`` are the files that the user picked for this click; ``tell`` shows in the status bar what is
    being done, ``ask`` asks a question that is answered by yes or no.
    """

    book: Workbook
    place: Path
    chosen: tuple[Path, ...]
    tell: Callable[[str], None]
    ask: Callable[[str], bool]


class Change(NamedTuple):
    """What an action does: the edits, what goes with them, what is said, the sheet to show.

    In ``message``, ``{count}`` is how many cells were written. ``question`` is asked before anything
    is written. ``undo``: no edits of its own, the last action's are taken back. ``then`` is done once all
    is written, and gives what is to be said of it.
    """

    edits: list[CellEdit]
    afterwards: Afterwards
    message: str
    show: str = ""
    undo: bool = False
    question: str = ""
    then: Callable[[], str] | None = None

    @classmethod
    def telling(cls, message: str) -> Change:
        """Nothing changes."""
        return cls([], Afterwards(), message)


def action(title: str) -> Callable[[Callable[[Source], Change]], Callable[[], None]]:
    """Make a button's action of a function that plans a change from a copy of the workbook."""

    def decorated(plan: Callable[[Source], Change]) -> Callable[[], None]:
        @functools.wraps(plan)
        def run() -> None:
            _run(title, plan)

        return run

    return decorated


def _run(title: str, plan: Callable[[Source], Change]) -> None:
    """Never raises: what went wrong is said, and logged where it is our own fault."""
    book = None
    with recording() as record:
        try:
            book = calling_book()
            with quiet_program(book.app, f"正在{title}……"):
                said = _act(book, title, plan)
            mode = "info"
        except XlbudgetError as error:
            said, mode = f"{error}{record.before}", "exclamation"
        except Exception as error:  # noqa: BLE001  # the user gets a sentence, the developers a log
            said, mode = _fault(error, title, record), "critical"
    try:
        if book is not None:
            answer(book)
            book.app.alert(said, f"{TITLE} · {title}", mode=mode)
        elif xw.apps.active is not None:
            xw.apps.active.alert(said, f"{TITLE} · {title}", mode="exclamation")
    except Exception as error:  # noqa: BLE001  # nobody is left to be told
        log_fault(error, f"{title}: {said}")


def _fault(error: Exception, title: str, record: Record) -> str:
    told = busy(error)
    if told and not record:
        return told
    if isinstance(error, MemoryError):
        return f"内存不足，“{title}”没有完成；{record.state}。请关闭别的程序，再试一次。"
    if isinstance(error, OSError) and error.errno in MACHINE:
        return f"磁盘或文件夹读写不了（{reason_of(error)}），“{title}”没有完成；{record.state}。"
    return f"程序内部出错，“{title}”没有完成；{record.state}。{logged(error, title)}"


def _act(book: xw.Book, title: str, plan: Callable[[Source], Change]) -> str:
    """Do it; the closing message."""
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as folder:
        source = Workbook(save_copy(book, Path(folder)))
        tell, ask = partial(show_status, book.app), partial(_agreed, book, title)
        change = plan(Source(source, place_of(book), chosen_files(book), tell, ask))
        if change.undo:
            return _take_back(book, title, source)
        if change.question and not _agreed(book, title, change.question):
            return "没有写入，工作簿没有改动。"
        formulas = source.formulas_of({edit.sheet for edit in change.edits})
        edits = changing(change.edits, formulas)
        if edits:
            lines = source.lines_of(sorted({edit.sheet for edit in edits}))
            before = before_of(title, edits, lines, formulas)
            rows = source.free_rows(change.afterwards.heights)
            _apply(book, before, edits, change.afterwards, rows)
    if change.show:
        book.sheets[change.show].activate()
    said = change.message.replace("{count}", str(len(edits)))
    return "\n".join(filter(None, [said, change.then and change.then()]))


def _agreed(book: xw.Book, title: str, question: str) -> bool:
    return bool(book.app.alert(question, f"{TITLE} · {title}", buttons="yes_no") == "yes")


def _take_back(book: xw.Book, title: str, source: Workbook) -> str:
    before = recall(address_of(book))
    if before is None:
        return "没有可以撤销的操作：这个工作簿还没有用按钮改动过，或者另存过。"
    sheets = {edit.sheet for edit in before.was}
    lines, formulas = (source.lines_of(sorted(sheets)), source.formulas_of(sheets))
    missing = sheets - set(lines)
    if missing:
        raise UnusableFileError(
            f"工作表“{'、'.join(sorted(missing))}”已被改名或删除，不能撤销；工作簿没有改动。"
        )
    moved = moved_since(before, lines, formulas)
    if moved:
        first = f"{moved[0].sheet}!{moved[0].cell}"
        question = (
            f"“{before.title}”之后您又改过其中{len(moved)}格（如 {first}）。"
            "撤销会把它们也恢复到操作之前。是否继续？"
        )
        if not _agreed(book, title, question):
            return "没有撤销，工作簿没有改动。"
    now = before_of(f"撤销{before.title}", before.was, lines, formulas)
    rows: dict[str, list[int]] = {}
    _apply(book, now, before.was, Afterwards(), rows, areas=before.areas)
    return f"已撤销“{before.title}”：{len(before.was)}格恢复原样。再点一次可以重做。"


class _HalfWrittenError(XlbudgetError):
    """Neither could all be written nor what was written be taken back."""


def _restore(book: xw.Book, before: Before, areas: Mapping[str, str], error: BaseException) -> None:
    """Put back what was there before an action failed with ``error``.

    Raises:
        _HalfWrittenError: that fails too.
    """
    try:
        write_edits(book, before.was)
        for name, area in areas.items():
            book.sheets[name].page_setup.print_area = area or None
    except Exception as again:  # noqa: BLE001  # the programs' own error types differ
        log_fault(again, before.title)
        raise _HalfWrittenError(
            f"“{before.title}”写到一半出错，也没能恢复原样：“{book.name}”里可能有写了一半的格。"
            f"请不要保存，关闭后重新打开。{logged(error, before.title)}"
        ) from error


def _apply(  # what is written, and what goes with it
    book: xw.Book,
    before: Before,
    edits: Iterable[CellEdit],
    after: Afterwards,
    rows: Mapping[str, Iterable[int]],
    *,
    areas: Mapping[str, str] | None = None,
) -> None:
    """Write whole or not at all: what fails half-way is taken back."""
    wanted = list(edits)
    names = list(dict.fromkeys([*(edit.sheet for edit in wanted), *rows, *after.last_rows]))
    earlier = recall(address_of(book))
    remember(address_of(book), before)
    lifted = []
    changed: dict[str, str] = {}
    try:
        for name in names:
            one = lift_protection(book.sheets[name])
            if one is not None:
                lifted.append(one)
        try:
            with calculating_once(book.app):
                lay_rows(book, after.laid)
                write_edits(book, wanted)
            changed = set_print_areas(book, after.last_rows)
            for name, area in (areas or {}).items():
                setup = book.sheets[name].page_setup
                changed[name] = setup.print_area or ""
                setup.print_area = area or None
            for name, lines in rows.items():
                fit_rows(book.sheets[name], lines)
            note_written(place_of(book))
        except BaseException as error:
            _restore(book, before, changed, error)
            raise
    except BaseException:
        if earlier is None:
            forget(address_of(book))
        else:
            remember(address_of(book), earlier)
        raise
    finally:
        for one in lifted:
            restore_protection(one)
    if changed:
        remember(address_of(book), before._replace(areas=changed))
