"""Edits as rectangles, undo states on disk, and where the program keeps its own files."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbudget import folders, logs
from xlbudget.addin import session as undo
from xlbudget.addin.program import blocks_of, busy, changing
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import column_letter, column_number, split_cell

spots = st.tuples(st.integers(0, 6), st.integers(1, 9))


@given(st.lists(st.tuples(spots, st.integers(0, 99)), max_size=40))
def test_rectangles_hold_every_edit_once(found: list[tuple[tuple[int, int], int]]) -> None:
    edits = [CellEdit("表", f"{column_letter(x)}{y}", value) for (x, y), value in found]
    wanted = {one.cell: float(one.value or 0) for one in edits}
    written: dict[str, object] = {}
    for block in blocks_of(edits):
        first, _, last = block.area.partition(":")
        (left, top), (right, bottom) = split_cell(first), split_cell(last)
        assert len(block.rows) == bottom - top + 1
        for line, row in enumerate(block.rows, top):
            assert len(row) == column_number(right) - column_number(left) + 1
            for column, value in enumerate(row, column_number(left) - 1):
                cell = f"{column_letter(column)}{line}"
                assert cell not in written
                written[cell] = value
    assert written == wanted


def test_a_whole_table_is_one_call() -> None:
    edits = [CellEdit("表", f"{letter}{line}", 1) for letter in "CDEF" for line in range(5, 300)]
    assert [block.area for block in blocks_of(edits)] == ["C5:F299"]


def test_formulas_that_stand_there_already_are_not_written_again() -> None:
    edits = [
        CellEdit("甲", "B2", 3, "SUM('乙'!A1:A2)"),
        CellEdit("甲", "B3", 3, "SUM(乙!A1:A3)"),
        CellEdit("甲", "B4", None),
    ]
    there = {"甲": {"B2": "SUM(乙!A1:A2)", "B4": "1+1"}}
    assert changing(edits, there) == edits[1:]


def test_a_state_comes_back_from_disk_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XLBUDGET_HOME", str(tmp_path / "状 态"))
    was = (
        CellEdit("表", "B2", Decimal("0.10")),
        CellEdit("表", "B3", None, "SUM(B1:B2)"),
        CellEdit("表", "B4", "=文字"),
        CellEdit("表", "B5", None),
        CellEdit("表", "B6", None, "SUM(A1:A9*B1:B9)", array=True),
    )
    became = tuple(one._replace(value=Decimal(7), formula="", array=False) for one in was)
    before = undo.Before("填列小计", was, became, {"表": "$A$1:$B$9"})
    assert undo.recall("甲.xlsm") is None
    undo.remember("甲.xlsm", before)
    assert undo.recall("甲.xlsm") == before
    assert undo.recall("乙.xlsm") is None
    undo.forget("甲.xlsm")
    assert undo.recall("甲.xlsm") is None


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("win32", {"LOCALAPPDATA": "/用户/AppData/Local"}, "/用户/AppData/Local/xlbudget"),
        ("linux", {"XDG_STATE_HOME": "/状态"}, "/状态/xlbudget"),
        ("linux", {"XLBUDGET_HOME": "/别处"}, "/别处"),
    ],
)
def test_each_system_keeps_state_where_it_should(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], folder: str
) -> None:
    for name in ("LOCALAPPDATA", "XDG_STATE_HOME", "XLBUDGET_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert folders.state_folder() == Path(folder)
    assert logs.log_path() == Path(folder) / "xlbudget.log"


def test_a_fault_is_logged_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XLBUDGET_HOME", str(tmp_path))
    with pytest.raises(ZeroDivisionError) as caught:
        Decimal(1) / 0
    path = logs.log_fault(caught.value, "填列小计")
    assert path is not None
    text = path.read_text(encoding="utf-8")
    assert "填列小计" in text and "DivisionByZero" in text and "Traceback" in text


def test_a_cell_being_edited_is_told_from_other_errors() -> None:
    class ComError(Exception):
        """As Excel's answer comes on Windows: number, text, details, argument."""

    assert "Esc" in busy(ComError(-2147418111, "Call was rejected by callee.", None, None))
    assert busy(ComError(-2147352567, "Exception occurred.", None, None)) == ""
    assert busy(RuntimeError()) == ""
