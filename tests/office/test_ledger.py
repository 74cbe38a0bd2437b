"""Tables that follow from the ledger by native formulas, under two engines and by Python."""

from __future__ import annotations

import shutil
import subprocess
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import openpyxl
import pytest

from ledgers import amounts, ledger_of, workbook_of
from plausible_ledgers import YEAR, plausible_book
from thorough import either
from xlbudget.editing.build import build_workbook
from xlbudget.editing.fill import plan_fill
from xlbudget.editing.validate import validate_file
from xlbudget.findings import Status
from xlbudget.reading.book import read_book
from xlbudget.rules.posting import posted_book
from xlbudget.sheets.ledger import CONTROL_ROW
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


@pytest.fixture(scope="module")
def typed(standard: Standard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with nothing typed but the example's ledger."""
    folder = tmp_path_factory.mktemp("ledger")
    return workbook_of(standard, ledger_of(standard), folder / "底稿.xlsx", 2024)


@pytest.fixture(scope="module")
def edited(standard: Standard, typed: Path) -> Path:
    """The same, where figures of three lines were typed anew and nothing was computed since."""
    path = typed.with_name("改过.xlsx")
    shutil.copy(typed, path)
    ledger = read_book(path, standard).ledger
    values = ((0, "7580555.55"), (16, "41499.01"), (32, "1170000"))
    edits = [
        CellEdit(*ledger.place(ledger.lines[at], "amount"), Decimal(text), "")
        for at, text in values
    ]
    Workbook(path).patch(path, edits)
    return path


def _recalculated_by_gnumeric(path: Path) -> Path:
    ssconvert = shutil.which("ssconvert")
    if ssconvert is None:
        pytest.skip("gnumeric (ssconvert) is not installed")
    target = path.with_name(f"{path.stem}.gnumeric.xlsx")
    subprocess.run(
        [ssconvert, "--recalc", path, target], check=True, capture_output=True, timeout=600
    )
    return target


def test_the_example_is_printed_by_formulas_under_both_engines(
    standard: Standard, example: Book, typed: Path, recalculate: Callable[[Path], Path]
) -> None:
    wanted = amounts(standard, example)
    assert amounts(standard, read_book(typed, standard)) == wanted
    assert amounts(standard, read_book(recalculate(typed), standard)) == wanted
    assert amounts(standard, read_book(_recalculated_by_gnumeric(typed), standard)) == wanted


def test_an_edited_line_changes_the_tables_as_python_says(
    standard: Standard, edited: Path, recalculate: Callable[[Path], Path]
) -> None:
    book = read_book(edited, standard)
    wanted = amounts(standard, posted_book(standard, book))
    assert wanted != amounts(standard, book)
    assert amounts(standard, read_book(recalculate(edited), standard)) == wanted
    assert amounts(standard, read_book(_recalculated_by_gnumeric(edited), standard)) == wanted


def test_filling_writes_what_the_formulas_come_to(standard: Standard, edited: Path) -> None:
    plan = plan_fill(Workbook(edited))
    assert amounts(standard, plan.book) == amounts(
        standard, posted_book(standard, read_book(edited, standard))
    )
    assert plan.edits


def test_plausible_departments_are_printed_as_python_says_and_pass(
    standard: Standard, tmp_path: Path, recalculate_all: Callable[[list[Path]], list[Path]]
) -> None:
    paths = [tmp_path / f"底稿{seed}.xlsx" for seed in range(either(2, 8))]
    for seed, path in enumerate(paths):
        random = Random(seed)
        build_workbook(standard, plausible_book(standard, random), path, year=YEAR)
        ledger = read_book(path, standard).ledger
        # Typed anew, and nothing computed since.
        edits = [
            CellEdit(*ledger.place(line, "amount"), Decimal(random.randint(10**4, 10**9)) / 100, "")
            for line in random.sample(ledger.lines, 5)
            if line.texts["category"] != "项目支出"
            and line.texts.get("function", "")[:3] not in _MIRRORED
        ]
        Workbook(path).patch(path, edits)
        assert {one.code for one in validate_file(path).findings} == {"L12"}, seed
    for path, done in zip(paths, recalculate_all(paths), strict=True):
        book = read_book(path, standard)
        wanted = amounts(standard, posted_book(standard, book))
        assert wanted != amounts(standard, book)
        assert amounts(standard, read_book(done, standard)) == wanted
        report = validate_file(done)
        assert (report.status in (Status.PASS, Status.ROUNDING), report.findings) == (True, ())


_MIRRORED = ("208", "210", "221")
"""Classes that an economic subject mirrors."""


def test_what_is_left_of_the_control_total_is_as_filling_and_libreoffice_say(
    standard: Standard, typed: Path, tmp_path: Path, recalculate: Callable[[Path], Path]
) -> None:
    path = tmp_path / "控制数.xlsx"
    shutil.copy(typed, path)
    ledger = read_book(path, standard).ledger
    total, line = ledger.letters["amount"], ledger.lines[0]
    edits = [
        CellEdit(ledger.sheet, f"{total}{CONTROL_ROW}", Decimal(62960000)),
        CellEdit(*ledger.place(line, "amount"), Decimal(7580700), ""),
    ]
    Workbook(path).patch(path, edits)
    plan = plan_fill(Workbook(path))
    Workbook(path).patch(path, plan.edits, plan.afterwards)
    place = f"{ledger.letters['remark']}{CONTROL_ROW}"
    shown = [
        openpyxl.load_workbook(file, data_only=True, read_only=True)[ledger.sheet][place].value
        for file in (path, recalculate(path))
    ]
    assert shown == ["控制数还剩 1,301.00"] * 2
    assert not plan_fill(Workbook(path)).edits
