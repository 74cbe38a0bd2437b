"""Protection, copies, alerts and the program itself: the host's Excel beside the cells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlwings as xw

from calc.engine import ALERTS, Alert
from calc.engine_document import CalcError
from xlbudget.reading.book import read_book

if TYPE_CHECKING:
    from collections.abc import Callable

    from calc.office import Office

    Open = Callable[[Path], xw.Book]

pytestmark = pytest.mark.office

INCOME = "部门收支总表"
TESTS = Path(__file__).parents[1]


def test_a_protected_sheet_refuses_until_it_is_lifted(live: Open, example_copy: Path) -> None:
    sheet = live(example_copy).sheets[INCOME]
    label = sheet.range("A7")
    before = label.value
    assert sheet.api.ProtectContents and label.api.Locked
    for way, given in (("value", "改"), ("formula", "=1"), ("formula_array", "=1")):
        with pytest.raises(CalcError):
            setattr(label, way, given)
    with pytest.raises(CalcError):
        label.clear_contents()
    assert label.value == before
    label.color = (255, 0, 0)
    assert label.color == (255, 0, 0), "formatting is allowed by the file"

    kept = sheet.api.Protection
    assert (kept.AllowFormattingCells, kept.AllowSorting) == (True, True)
    assert (kept.AllowInsertingRows, kept.AllowDeletingColumns) == (False, False)
    sheet.api.Unprotect()
    assert not sheet.api.ProtectContents
    label.value = "改"
    sheet.api.Protect(DrawingObjects=True, Contents=True, Scenarios=True, AllowFormattingRows=True)
    assert (sheet.api.ProtectContents, label.value) == (True, "改")
    assert sheet.api.Protection.AllowFormattingRows
    assert not sheet.api.Protection.AllowFormattingCells
    with pytest.raises(CalcError):
        label.color = None
    sheet.range("7:7").row_height = 40
    assert sheet.range("7:7").row_height == 40
    with pytest.raises(TypeError):
        sheet.api.Protect(AllowEverything=True)
    with pytest.raises(AttributeError):
        _ = sheet.api.Protection.AllowEverything


def test_a_password_is_asked_for(live: Open, paper: Path) -> None:
    sheet = live(paper).sheets["草稿"]
    sheet.api.Protect("秘密")
    with pytest.raises(CalcError, match="草稿"):
        sheet.api.Unprotect("")
    assert sheet.api.ProtectContents
    sheet.api.Unprotect("秘密")
    assert not sheet.api.ProtectContents


def test_looks_and_print_areas_are_kept(live: Open, example_copy: Path) -> None:
    book = live(example_copy)
    sheet = book.sheets[INCOME]
    assert sheet.page_setup.print_area is not None
    sheet.page_setup.print_area = "$A$2:$G$30"
    assert sheet.page_setup.print_area == "$A$2:$G$30"
    sheet.page_setup.print_area = None
    assert sheet.page_setup.print_area is None
    sheet.range("5:5").row_height = 33.5
    assert sheet.range("A5").row_height == 33.5
    sheet.range("B:B").column_width = 20
    assert sheet.range("B3").column_width == pytest.approx(20, abs=0.1)
    assert not book.sheets["_texts"].visible
    with pytest.raises(CalcError):
        book.sheets["_texts"].activate()
    book.sheets["目录"].range("B2:C3").select()
    assert book.sheets.active.name == "目录"
    chosen = book.selection
    assert chosen is not None
    assert (chosen.address, chosen.sheet.name) == ("$B$2:$C$3", "目录")


def test_a_copy_holds_what_is_open_and_the_file_stays(
    live: Open, example_copy: Path, tmp_path: Path
) -> None:
    before = example_copy.read_bytes()
    figures = read_book(example_copy)
    book = live(example_copy)
    assert book.api.Path == str(example_copy.parent)
    assert (book.api.ReadOnly, book.api.Saved) == (False, True)
    sheet = book.sheets["基础信息"]
    sheet.api.Unprotect()
    spot = next(at for at, one in enumerate(sheet.range("B1:B200").value, 1) if one == 2024.0)
    sheet.range(f"B{spot}").value = 2031
    assert not book.api.Saved
    for name in ("副本 一.xlsm", "副本 二.xlsx"):
        copy = tmp_path / name
        book.api.SaveCopyAs(str(copy))
        again = read_book(copy)
        assert again.year == 2031
        assert {key: data.rows for key, data in again.blocks.items()} == {
            key: data.rows for key, data in figures.blocks.items()
        }
    assert book.fullname == str(example_copy) and not book.api.Saved
    assert example_copy.read_bytes() == before
    book.api.Saved = True
    book.api.SaveCopyAs(str(tmp_path / "副本 三.xlsm"))
    assert book.api.Saved


def test_saving_writes_the_file(live: Open, paper: Path, tmp_path: Path) -> None:
    book = live(paper)
    book.sheets["草稿"].range("A1").value = "改过"
    book.save()
    assert openpyxl.load_workbook(paper)["草稿"]["A1"].value == "改过"
    book.save(tmp_path / "另 存.xlsx")
    assert book.name == "另 存.xlsx"
    book.close()
    assert openpyxl.load_workbook(tmp_path / "另 存.xlsx")["草稿"]["A1"].value == "改过"


def test_alerts_are_recorded_and_answered(
    live: Open, paper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(paper).set_mock_caller()
    app = xw.Book.caller().app
    assert app.alert("校验通过。", "部门预算", "ok", "info") == "ok"
    monkeypatch.setenv(ALERTS, str(tmp_path / "提示.jsonl"))
    app.impl.answers.append("no")
    assert app.alert("要覆盖吗？", "部门预算", "yes_no") == "no"
    said = Alert("要覆盖吗？", "部门预算", "yes_no", "")
    assert app.impl.alerts == [Alert("校验通过。", "部门预算", "ok", "info"), said]
    written = (tmp_path / "提示.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in written] == [said._asdict()]


def test_another_process_works_on_the_open_book(
    live: Open, office: Office, paper: Path, tmp_path: Path
) -> None:
    """As Python does that a macro starts."""
    sheet = live(paper).sheets["草稿"]
    code = (
        "import sys; from calc.engine import attach\n"
        "attach(sys.argv[1]).books[sys.argv[2]].set_mock_caller()\n"
        "import xlwings as xw; book = xw.Book.caller()\n"
        "book.sheets['草稿'].range('B2:C2').formula = (('来自子进程', '=1+1'),)\n"
        "book.app.alert('填好了。', '部门预算')\n"
    )
    said = tmp_path / "提示.jsonl"
    surroundings = os.environ | {"PYTHONPATH": str(TESTS), ALERTS: str(said), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", code, office.pipe, paper.name]
    subprocess.run(command, env=surroundings, check=True, timeout=60)
    assert sheet.range("B2:C2").value == ["来自子进程", 2.0]
    assert json.loads(said.read_text("utf-8"))["text"] == "填好了。"


def test_the_program_waits_to_calculate_when_told(live: Open, paper: Path) -> None:
    book = live(paper)
    app, sheet = book.app, book.sheets["草稿"]
    sheet.range("A1:B1").formula = ((2, "=A1*3"),)
    with app.properties(calculation="manual", screen_updating=False, status_bar="正在校验……"):
        during: object = (app.calculation, app.screen_updating, app.status_bar)
        assert during == ("manual", False, "正在校验……")
        sheet.range("A1").value = 5
        assert sheet.range("B1").value == 6.0
        app.calculate()
        assert sheet.range("B1").value == 15.0
    assert (app.calculation, app.screen_updating, app.status_bar) == ("automatic", True, False)


def test_an_open_book_is_found_again(live: Open, paper: Path, example_copy: Path) -> None:
    first, second = live(paper), live(example_copy)
    assert live(paper) == first != second
    assert xw.Book(str(paper)) == first
    assert first.app.books[paper.name] == first
    assert len(first.app.books) == 2
    for name in ("Interactive", "Ready", "Hwnd"):
        with pytest.raises(AttributeError):
            getattr(first.app.api, name)
