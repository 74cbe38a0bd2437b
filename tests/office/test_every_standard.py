"""Two engines recalculate workbooks of every standard, and agree with what they store.

One is right, one has a planted error, and the tables of one follow from its ledger.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from ledgers import amounts
from material import LEDGERS, OUTLINE, STANDARDS
from planted_errors import planted
from random_budgets import random_budgets
from random_ledgers import ledger_book
from thorough import either
from xlbudget.editing.build import build_workbook
from xlbudget.editing.validate import validate_file
from xlbudget.findings import Level
from xlbudget.reading.book import read_book
from xlbudget.rules.posting import posted_book
from xlbudget.sheets.layout import CONTENTS
from xlbudget.standard.loader import load_standard, own_standard
from xlbudget.standard.search import SEARCHED
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.office

Cells = dict[tuple[str, str], object]


def formulas(path: Path) -> list[tuple[str, str]]:
    """The cells with formulas."""
    return [
        (sheet.title, cell.coordinate)
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def values(path: Path) -> Cells:
    """What every cell holds, numbers to the hundredth of a 分."""
    found: Cells = {}
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                shown = round(value, 6) if isinstance(value, float) else value
                if shown not in ("", None):
                    found[name, f"{openpyxl.utils.get_column_letter(column)}{line}"] = shown
    return found


def by_gnumeric(source: Path, target: Path) -> Path:
    program = shutil.which("ssconvert")
    if program is None:
        pytest.skip("gnumeric (ssconvert) is not installed")
    command = [program, "--recalc", str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert target.is_file(), done.stderr[-2000:]
    return target


@pytest.mark.parametrize("identity", either(STANDARDS[-1:], [*STANDARDS, OUTLINE.name]))
def test_two_engines_come_to_what_is_stored(
    identity: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    recalculate_all: Callable[[list[Path]], list[Path]],
) -> None:
    monkeypatch.setenv(SEARCHED, str(OUTLINE.parent))
    standard, rng = load_standard(identity), random.Random(8)
    right = random_budgets(standard, rng).draw(rng, exact=True)
    sources = []
    books = {"wrong": planted(right, rng)[0], "right": right}
    for name, book in list(books.items())[: either(1, 2)]:
        path = tmp_path / f"{identity}-{name}.xlsx"
        build_workbook(standard, book, path, year=book.year)
        sources.append(path)
    for source, again in zip(sources, recalculate_all(sources), strict=True):
        asked = formulas(source)
        assert len(asked) > 500
        stored, first = values(source), values(again)
        second = values(by_gnumeric(source, tmp_path / f"again-{source.name}"))
        assert [one for one in asked if stored.get(one) != first.get(one)] == []
        differing = [one for one in asked if first.get(one) != second.get(one)]
        assert [one for one in differing if one[0] != "校验结果"] == []
        said = [str(text) for (sheet, _), text in first.items() if sheet == CONTENTS]
        assert any("不平" in text for text in said) is (source.stem.endswith("wrong"))


@pytest.mark.parametrize(("identity", "fields"), either(LEDGERS[-1:], LEDGERS))
def test_two_engines_print_the_tables_of_an_edited_ledger(
    identity: str,
    fields: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    recalculate: Callable[[Path], Path],
) -> None:
    """Amounts are typed anew and nothing is computed since: both print what Python does, and all agrees."""
    monkeypatch.setenv(SEARCHED, str(OUTLINE.parent))
    rng = random.Random(5)
    path = tmp_path / "底稿.xlsx"
    build_workbook(
        load_standard(identity),
        ledger_book(load_standard(identity), rng, 2026, fields),
        path,
        year=2026,
    )
    assert [one for one in validate_file(path).findings if one.level is Level.ERROR] == []
    book = read_book(path)
    edits = [
        CellEdit(*book.ledger.place(line, "amount"), Decimal(rng.randint(10**4, 10**9)) / 100, "")
        for line in rng.sample(book.ledger.lines, 9)
    ]
    Workbook(path).patch(path, edits)
    edited = read_book(path)
    standard = own_standard(edited)
    wanted = amounts(standard, posted_book(standard, edited))
    assert wanted != amounts(standard, edited)
    done = recalculate(path)
    for again in (done, by_gnumeric(path, tmp_path / "again.xlsx")):
        assert amounts(standard, read_book(again)) == wanted
    errors = [one.message for one in validate_file(done).findings if one.level is Level.ERROR]
    assert errors == []
