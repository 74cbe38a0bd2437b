"""Two commands at once on one workbook: neither loses what the other wrote."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from xlbudget.editing.fill import plan_fill
from xlbudget.sheets.layout import FINDINGS
from xlbudget.xlsx.atomic import replace_atomically
from xlbudget.xlsx.backups import backups
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from cli.conftest import Ended

CELLS = [CellEdit("一般公共预算支出表", "G9", None)]


def test_what_both_write_is_there(book: Path) -> None:
    Workbook(book).patch(book, CELLS)
    before = book.read_bytes()
    assert plan_fill(Workbook(book)).edits
    commands = [["fill", "-q"], ["notes", "-q"], ["validate", "--write", "-q"]]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "xlbudget", command, str(book), *more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command, *more in commands
    ]
    said = [one.communicate(timeout=200)[1] for one in started]
    assert not any("正由另一个" in one or "读取以后" in one for one in said), said
    kept = backups(book)
    assert len(kept) == 3 and kept[0].path.read_bytes() == before, "the original is still there"
    assert {one.by for one in kept} == {"fill", "notes", "validate"}
    after = Workbook(book)
    assert not plan_fill(after).edits, "what fill wrote is there"
    assert any(line for line in after.lines(FINDINGS)[4:])
    assert [one.name for one in book.parent.iterdir() if one.name.startswith(".")] == []


def test_a_workbook_changed_while_it_is_filled_is_left_alone(
    cli: Callable[..., Ended], book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a program that knows nothing of our locks."""
    Workbook(book).patch(book, CELLS)

    def elsewhere(*given: object, **more: object) -> object:
        book.write_bytes(b"of another program")
        return replace_atomically(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("xlbudget.xlsx.atomic.replace_atomically", elsewhere)
    said = cli("fill", book).sentence()
    assert "在读取以后被别的程序改过" in said and "没有写入" in said
    assert book.read_bytes() == b"of another program"
