"""What the text and the memory of a workbook add: who is accused, and who is not."""

from __future__ import annotations

import random
import shutil
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checks.living_books import Living, write_explanation
from thorough import either
from xlbudget.editing.build import build_workbook
from xlbudget.editing.findings import plan_findings
from xlbudget.editing.validate import validate_file
from xlbudget.findings import Level, Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.memory import EXPLAINED, PASSED, recalled
from xlbudget.money import Amount, parse_amount
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import with_names
from xlbudget.rules.grid import INFO, Grid
from xlbudget.sheets.layout import MEMORY, forget
from xlbudget.standard.loader import own_standard, with_subject_files
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.figures import Book, Place
    from xlbudget.findings import Finding
    from xlbudget.standard.model import Standard

BUREAU = Path(__file__).parents[1] / "cases" / "culture-bureau"
GENERAL, BASIC = "一般公共预算支出表", "一般公共预算基本支出表"
TEXTS = {"情况说明", "名词解释", "部门概况"}


def _passed(path: Path) -> None:
    report = validate_file(path)
    assert report.status is not Status.ERROR
    plan = plan_findings(Workbook(path), own_standard(read_book(path)), report)
    Workbook(path).patch(path, plan.edits, plan.afterwards)


@pytest.fixture(scope="module", params=["example", "bureau"])
def workbook(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, standard: Standard
) -> Path:
    """A workbook with totals as formulas, explained and passed."""
    path = tmp_path_factory.mktemp("evidence") / "预算.xlsm"
    if request.param == "example":
        shutil.copy(request.getfixturevalue("example_file"), path)
    else:
        files = [("functional", BUREAU / "functional-subjects.csv")]
        wider = with_subject_files(standard, files)
        book = with_names(wider, read_folder(BUREAU, wider))
        build_workbook(wider, book, path, year=book.year)
    write_explanation(path)
    _passed(path)
    return path


class Remembering(Living):
    """A living workbook, and what is said of it beyond what is said of it untouched."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.typed = [
            number
            for number, cell in enumerate(self.grid.cells)
            if isinstance(cell, Amount)
            and cell.fen
            and self.grid.block_of(number) != INFO
            and self.grid.place(number) not in self.computed
        ]

    def new(self, book: Book) -> list[Finding]:
        """What is said beyond hints and what is said of the untouched workbook."""
        return [
            one
            for one in self.judged(book).findings
            if one.level is not Level.HINT
            and (one.code, one.sheet, one.cell, one.message) not in self.said_before
        ]

    @cached_property
    def said_before(self) -> set[tuple[str, str, str, str]]:
        """What is said of the workbook as it is."""
        findings = self.judged(self.book).findings
        return {(one.code, one.sheet, one.cell, one.message) for one in findings}


def _swapped(amount: Amount, rng: random.Random) -> Amount:
    """The same amount with one digit wrong."""
    steps = abs(amount.fen) // amount.ulp
    place = 10 ** rng.randrange(1, max(2, len(str(steps))))
    return amount._replace(fen=amount.fen + amount.ulp * place * rng.randrange(1, 90))


def _accused(findings: list[Finding]) -> set[Place | tuple[str, str]]:
    """Cells for which a value is offered as their own right one."""
    return {(one.sheet, one.cell) for one in findings if one.expected}


def _wrong_ones(living: Remembering, rng: random.Random, count: int) -> dict[int, Amount]:
    chosen = rng.sample(living.typed, count)
    return {one: _swapped(living.grid.cells[one], rng) for one in chosen}


@pytest.mark.parametrize("count", either([2, 20], [1, 2, 5, 20]))
def test_with_its_memory_every_wrong_cell_and_its_value_are_told(
    workbook: Path, count: int
) -> None:
    living, rng = Remembering(workbook), random.Random(count)
    for _ in range(4):
        wrong = _wrong_ones(living, rng, count)
        found = living.new(living.with_cells(wrong))
        places = {tuple(living.grid.place(one)): living.grid.cells[one].plain for one in wrong}
        assert {(one.sheet, one.cell): one.expected for one in found} == places
        assert not [one for one in found if one.sheet in TEXTS]


@pytest.mark.parametrize("moment", [EXPLAINED, None])
def test_with_the_explanation_no_right_sentence_is_told_to_change(
    workbook: Path, moment: str | None
) -> None:
    living, rng = Remembering(workbook), random.Random(5)
    kept = tuple(one for one in living.book.keepsakes if one.moment == moment)
    for _ in range(10):
        wrong = _wrong_ones(living, rng, 1)
        (number,) = wrong
        book = living.with_cells(wrong)._replace(keepsakes=kept)
        found = living.new(book)
        assert found and not [one for one in found if one.sheet in TEXTS]
        assert _accused(found) <= {tuple(living.grid.place(number))}
        if moment:
            assert _accused(found)


def test_every_value_that_is_offered_leaves_no_sum_apart(workbook: Path) -> None:
    """Rounding leaves several prints: the one is offered after which formulas show equal sums."""
    living, rng = Remembering(workbook), random.Random(11)
    living.book = living.book._replace(texts=(), keepsakes=())  # before anything is said of it
    numbers = {tuple(living.grid.place(one)): one for one in living.typed}
    tried = 0
    for _ in range(12):
        wrong = _wrong_ones(living, rng, 1)
        for finding in living.new(living.with_cells(wrong)):
            for one in finding.suggestions:
                number = numbers.get((one.sheet, one.cell))
                if number is not None:
                    value = parse_amount(one.value, living.standard.unit)
                    left = living.new(living.with_cells({**wrong, number: value}))
                    assert not left, (wrong, one)
                    tried += 1
    assert tried >= 12


def test_a_row_does_not_go_missing_where_cells_were_typed_anew(workbook: Path) -> None:
    living = Remembering(workbook)
    first, second, *_ = (
        one
        for one in living.typed
        if living.grid.place(one).sheet == BASIC and living.grid.cells[one].fen > 0
    )
    wrong = {
        one: amount._replace(fen=amount.fen - 100_0000)
        for one in (first, second)
        if isinstance(amount := living.grid.cells[one], Amount)
    }
    kept = tuple(one for one in living.book.keepsakes if one.moment == EXPLAINED)
    found = living.new(living.with_cells(wrong)._replace(keepsakes=kept))
    assert not any("漏列" in one.message for one in found)


def test_without_text_and_memory_nobody_is_accused_where_nothing_tells(workbook: Path) -> None:
    living, rng = Remembering(workbook), random.Random(6)
    bare = living.book._replace(texts=(), keepsakes=())
    before = {one.message for one in living.judged(bare).findings}
    sums = 0
    for _ in range(12):
        wrong = _wrong_ones(living, rng, 1)
        (number,) = wrong
        book = living.with_cells(wrong)._replace(texts=(), keepsakes=())
        found = [one for one in living.judged(book).findings if one.message not in before]
        errors = [one for one in found if one.level is Level.ERROR]
        assert _accused(errors) <= {tuple(living.grid.place(number))}
        for one in errors:
            if not one.expected:
                assert "差" in one.message
                sums += 1
    assert sums


def test_a_revision_that_the_tables_agree_with_makes_the_text_outdated(
    example_file: Path, tmp_path: Path
) -> None:
    """A figure raised alike wherever it is typed: one finding, at the text."""
    path = Path(shutil.copy(example_file, tmp_path / "样例.xlsm"))
    write_explanation(path)
    _passed(path)
    living = Remembering(path)
    typed = {tuple(living.grid.place(one)): one for one in living.typed}
    revised = {}
    for sheet, cell in ((GENERAL, "F9"), ("部门支出总表", "D9"), (BASIC, "E7"), (BASIC, "D7")):
        number = typed.get((sheet, cell))
        if number is not None:
            amount = living.grid.cells[number]
            assert isinstance(amount, Amount)
            revised[number] = amount._replace(fen=amount.fen + 1_000_000)
    assert revised
    found = living.new(living.with_cells(revised))
    assert all("应为" not in one.message or one.sheet not in TEXTS for one in found)


def test_a_memory_of_another_unit_or_year_counts_for_nothing(workbook: Path) -> None:
    book = read_book(workbook)
    standard = own_standard(book)
    assert {one.moment for one in recalled(Grid(standard, book))} == {PASSED, EXPLAINED}
    other = book._replace(year=book.year + 1)
    assert recalled(Grid(standard, other)) == ()
    name = book.info["unit_name"]._replace(value="另一个单位")
    renamed = book._replace(info={**book.info, "unit_name": name})
    assert recalled(Grid(standard, renamed)) == ()
    cut = tuple(one._replace(body=one.body[:-3]) for one in book.keepsakes)
    assert recalled(Grid(standard, book._replace(keepsakes=cut))) == ()


def test_a_memory_that_hardly_resembles_the_workbook_counts_for_nothing(workbook: Path) -> None:
    living, rng = Remembering(workbook), random.Random(7)
    wrong = _wrong_ones(living, rng, len(living.typed))
    assert recalled(Grid(living.standard, living.with_cells(wrong))) == ()


def test_the_memory_is_written_once_and_can_be_emptied(workbook: Path, tmp_path: Path) -> None:
    path = tmp_path / "预算.xlsm"
    shutil.copy(workbook, path)
    plan = plan_findings(Workbook(path), own_standard(read_book(path)), validate_file(path))
    assert not [one for one in plan.edits if one.sheet == MEMORY]
    Workbook(path).patch(path, forget(Workbook(path).lines_of([MEMORY])[MEMORY]))
    assert read_book(path).keepsakes == ()


def test_a_workbook_with_errors_is_not_remembered_as_passed(workbook: Path, tmp_path: Path) -> None:
    path = tmp_path / "预算.xlsm"
    shutil.copy(workbook, path)
    living = Remembering(path)
    sheet, cell = living.grid.place(living.typed[0])
    before = Workbook(path).lines_of([MEMORY])
    Workbook(path).patch(path, [CellEdit(sheet, cell, Decimal("987654.32"))])
    report = validate_file(path)
    assert report.status is Status.ERROR
    plan = plan_findings(Workbook(path), own_standard(read_book(path)), report)
    Workbook(path).patch(path, plan.edits, plan.afterwards)
    assert Workbook(path).lines_of([MEMORY]) == before
