"""A second engine: gnumeric computes what LibreOffice computes, but for what is shown to be its own way.

``gnumeric.xlsx`` beside this file has one formula per line for each way in which gnumeric differs: A
names it, B is the formula with what Excel and LibreOffice come to. No formula of ours may need any but
those that ``OURS`` names, and none of these on 目录, on 总览 or in a table.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from thorough import either
from tiny_standards import district, district_book
from xlbudget.checks.validate import validate
from xlbudget.editing.build import build_workbook
from xlbudget.findings import Level, Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import Amount
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import INFO, Grid
from xlbudget.sheets.cells import value_at
from xlbudget.standard.placeholders import for_book
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import column_number, split_cell
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xlbudget.figures import Cell
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.office

HERE = Path(__file__).parent
PROOF = HERE / "gnumeric.xlsx"
CULTURE = HERE.parents[0] / "cases" / "culture-bureau"
OURS = {"校验结果": "SUMPRODUCT"}
"""Sheet -> the function in our formulas there that gnumeric computes otherwise (line 1 of the proof)."""
SEED, EDITS = 20261128, 15
BATCHES = either(1, 2)

Values = dict[tuple[str, str], object]


@pytest.fixture(scope="session")
def gnumeric(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """A function that gives the workbook as gnumeric saves it after recalculating all."""
    program = shutil.which("ssconvert")
    if program is None:
        pytest.skip("gnumeric (ssconvert) is not installed")

    def run(source: Path) -> Path:
        target = tmp_path_factory.mktemp("gnumeric") / f"{source.stem}.xlsx"
        command = [program, "--recalc", str(source), str(target)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert target.is_file(), done.stderr[-2000:]
        return target

    return run


def values(path: Path, places: Iterable[tuple[str, str]]) -> Values:
    """What the cells hold; the reader gives errors as blanks, see ``error_count``."""
    book = CalamineWorkbook.from_path(path)
    lines = {
        sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        for sheet in {sheet for sheet, _ in places}
    }
    return {
        (sheet, cell): value_at(lines[sheet], line, column_number(letters))
        for sheet, cell in places
        for letters, line in [split_cell(cell)]
    }


def error_count(path: Path) -> int:
    """How many cells hold an error value."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return sum(archive.read(name).count(b't="e"') for name in sheets)


def formulas(path: Path) -> dict[tuple[str, str], str]:
    return {
        (sheet.title, cell.coordinate): getattr(cell.value, "text", cell.value)
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def same(one: object, other: object) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) < 1e-9
    return (one or "") == (other or "")


def edits_of(standard: Standard, path: Path, rng: random.Random) -> list[CellEdit]:
    """Random slips in amounts, typed or computed: other digits, blanks, text, and filled blanks."""
    grid = Grid(standard, read_book(path))
    places = [
        (cell, grid.place(number))
        for number, cell in enumerate(grid.cells)
        if grid.spot(number).block != INFO and grid.place(number).cell
    ]
    return [
        CellEdit(place.sheet, place.cell, _slipped(cell, rng))
        for cell, place in rng.sample(places, min(EDITS, len(places)))
    ]


def _slipped(cell: Cell, rng: random.Random) -> Decimal | str | None:
    if not isinstance(cell, Amount) or not cell.fen:
        return rng.choice([Decimal("0.00"), Decimal("12.34"), "待定"])
    steps = ["0.01", "-0.01", "0.03", "0.05", "-100", "0.000001"]
    slips = [cell.decimal * 10, -cell.decimal, None, Decimal(0)]
    return rng.choice([*slips, *(cell.decimal + Decimal(one) for one in steps)])


def compared(
    one: Path, other: Path, found: dict[tuple[str, str], str]
) -> dict[tuple[str, str], object]:
    """The formulas whose results differ between what two programs saved."""
    assert error_count(one) == error_count(other)
    first, second = values(one, found), values(other, found)
    differing: dict[tuple[str, str], object] = {
        place: (formula, first[place], second[place])
        for place, formula in found.items()
        if not same(first[place], second[place])
    }
    return differing


def judge(differing: dict[tuple[str, str], object], count: int) -> None:
    unlisted = {
        place: told
        for place, told in differing.items()
        if place[0] not in OURS or OURS[place[0]] not in str(told)
    }
    assert not unlisted, list(unlisted.items())[:5]
    assert len(differing) <= count / 100


def check_with_edits(
    standard: Standard,
    base: Path,
    recalculate_all: Callable[[list[Path]], list[Path]],
    gnumeric: Callable[[Path], Path],
) -> None:
    """The workbook as it is, then with random edits, several at once to keep the time short."""
    rng, every = random.Random(SEED), formulas(base)
    found = [every]
    paths = [base]
    for number in range(BATCHES):
        edited = base.with_name(f"{base.stem}{number}.xlsx")
        edits = edits_of(standard, base, rng)
        Workbook(base).patch(edited, edits)
        typed = {(one.sheet, one.cell) for one in edits}
        found.append({place: text for place, text in every.items() if place not in typed})
        paths.append(edited)
    for path, again, left in zip(paths, recalculate_all(paths), found, strict=True):
        judge(compared(again, gnumeric(path), left), len(left))


@pytest.mark.thorough
def test_departments_with_random_edits(
    standard: Standard,
    costly_department: Path,
    built_from: Callable[[Path], Path],
    tmp_path: Path,
    recalculate_all: Callable[[list[Path]], list[Path]],
    gnumeric: Callable[[Path], Path],
) -> None:
    path = Path(shutil.copy(built_from(costly_department), tmp_path))
    check_with_edits(standard, path, recalculate_all, gnumeric)


def test_the_culture_bureau_with_random_edits(
    standard: Standard,
    tmp_path: Path,
    recalculate_all: Callable[[list[Path]], list[Path]],
    gnumeric: Callable[[Path], Path],
) -> None:
    book = read_folder(CULTURE, standard)
    path = tmp_path / "文化局.xlsx"
    build_workbook(standard, book, path, year=book.year)
    check_with_edits(standard, path, recalculate_all, gnumeric)


def test_codes_in_several_columns_and_two_units(
    tmp_path: Path,
    recalculate_all: Callable[[list[Path]], list[Path]],
    gnumeric: Callable[[Path], Path],
) -> None:
    """Codes typed in parts, as numbers too; what the workbook says of wrong amounts is what validation says."""
    standard = district(tmp_path / "tiny")
    right = district_book(standard, random.Random(SEED))
    base = tmp_path / "区.xlsx"
    build_workbook(standard, right, base, year=right.year)
    line, amount = "机关运行经费表", f"F{_line_of(base, '支出预算表', '项目支出')}"
    shown = openpyxl.load_workbook(base)
    income, parts = "收入预算表", ("B7", "B8", "C8")
    planted = [
        ([CellEdit("支出预算表", amount, Decimal("1.00"))], Status.ERROR),
        ([CellEdit(line, "E7", Decimal("0.50"))], Status.ERROR),
        # Parts of codes typed as numbers are read, and found, with their zeros; another code is told.
        (
            [CellEdit(income, cell, Decimal(shown[income][cell].value)) for cell in parts],
            Status.PASS,
        ),
        ([CellEdit(income, cell, Decimal(77)) for cell in parts[:2]], Status.ERROR),
        ([], Status.PASS),
    ]
    paths = []
    for number, (edits, _) in enumerate(planted):
        paths.append(tmp_path / f"区{number}.xlsx")
        Workbook(base).patch(paths[-1], edits)
    every = formulas(base)
    for path, again, (edits, status) in zip(paths, recalculate_all(paths), planted, strict=True):
        typed = {(one.sheet, one.cell) for one in edits}
        left = {place: text for place, text in every.items() if place not in typed}
        other = gnumeric(path)
        judge(compared(again, other, left), len(left))
        book = read_book(path, standard)
        told = validate(for_book(standard, book), book).findings
        wrong = any(one.level is Level.ERROR for one in told)
        assert wrong is (status is Status.ERROR), path.name
        for engine in (again, other):
            said = str(values(engine, [("目录", "B1")])["目录", "B1"])
            assert ("不平" in said) is wrong, (path.name, said)


def _line_of(path: Path, sheet: str, text: str) -> int:
    """The first line of the body below a heading."""
    shown = openpyxl.load_workbook(path)[sheet]
    return (
        next(row[0].row for row in shown.iter_rows() if any(cell.value == text for cell in row)) + 1
    )


def test_what_is_listed_is_gnumeric_s_own_way(
    recalculate: Callable[[Path], Path], gnumeric: Callable[[Path], Path]
) -> None:
    """LibreOffice comes to what the proof states, gnumeric to something else, in every line."""
    found = formulas(PROOF)
    paths = (PROOF, recalculate(PROOF), gnumeric(PROOF))
    stated, one, other = (values(path, found) for path in paths)
    assert found
    for place in found:
        assert same(stated[place], one[place]), place
        assert not same(stated[place], other[place]), place
    sheet = openpyxl.load_workbook(PROOF).worksheets[0]
    named = {str(sheet.cell(int(re.sub(r"\D", "", cell)), 1).value) for _, cell in found}
    assert set(OURS.values()) <= {one.partition(" ")[0] for one in named}
