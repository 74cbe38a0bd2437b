"""封面: the state of every step by formulas, as stored and as LibreOffice computes it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ledgers import ledger_of, workbook_of
from xlbudget.editing.build import build_workbook
from xlbudget.editing.desk import STEPS, desk_contents, row_of
from xlbudget.editing.fill import plan_fill
from xlbudget.editing.finish import plan_finish
from xlbudget.importing.imported import blank_book
from xlbudget.publishing.values import choose_sheets
from xlbudget.reading.book import read_book
from xlbudget.reading.source import find_cover
from xlbudget.sheets.layout import COVER, DESK, DESK_TITLE, info_lines, place_info
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard


def states(path: Path) -> dict[str, str]:
    """Step -> its state as stored; under "next" what comes next."""
    lines = Workbook(path).lines(DESK)
    found = {step: str(lines[row_of(step) - 1][1]) for step in STEPS}
    return {**found, "next": str(lines[row_of("all") - 1][0]).partition("\u3000")[2]}


def said(path: Path, step: str) -> str:
    return str(Workbook(path).lines(DESK)[row_of(step) - 1][2])


def changed(path: Path, name: str, edits: list[CellEdit]) -> Path:
    """A copy in which cells were changed by a program that computes nothing."""
    target = path.with_name(name)
    Workbook(path).patch(target, edits)
    return target


@pytest.fixture(scope="module")
def example_book(
    standard: Standard, example: Book, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("desk") / "样例.xlsx"
    build_workbook(standard, example, path, year=2024)
    return path


@pytest.fixture(scope="module")
def finished(example_book: Path) -> Path:
    path = example_book.with_name("做完.xlsx")
    source = Workbook(example_book)
    plan = plan_finish(source, lambda _: None)
    source.patch(path, plan.edits, plan.afterwards)
    return path


def test_a_new_workbook_says_where_to_begin(standard: Standard, tmp_path: Path) -> None:
    path = tmp_path / "新.xlsx"
    build_workbook(standard, blank_book(standard, 2027), path, year=2027)
    found = states(path)
    assert found.pop("next") == f"基础信息：{found['info']}"
    assert found["info"] == "缺3项" and said(path, "info") == "缺单位名称等3项"
    assert found["entry"] == "未填" and said(path, "profile") == "缺主要职能等3项"
    assert [found[one] for one in STEPS[3:]] == ["未填列", "未校验", "未生成", "还不能"]
    link = Workbook(path).formulas(DESK)[f"C{row_of('info')}"]
    assert link.startswith("HYPERLINK(IF(") and "#'基础信息'!B" in link


def test_steps_are_done_one_after_the_other(example_book: Path, finished: Path) -> None:
    before = states(example_book)
    assert before["next"] == "校验：未校验"
    assert [before[one] for one in STEPS[:4]] == ["已填", "已填", "已填", "已平"]
    after = states(finished)
    assert after["next"] == "打包" and after["package"] == "可以打包"
    assert (after["validate"], after["notes"]) == ("已校验", "已生成")
    assert said(finished, "validate").startswith("结论：通过")


def test_a_changed_figure_undoes_what_was_done(
    standard: Standard, finished: Path, recalculate: Callable[[Path], Path]
) -> None:
    """As stored after filling, and by formulas alone."""
    book = read_book(finished)
    row = next(row for row in book.blocks["general"].rows if row.key == "2010301")
    at = standard.blocks["general"].amount_index["personnel"]
    cell = book.blocks["general"].cell_name(row, at)
    name = standard.table("general").sheet
    path = changed(finished, "改过.xlsx", [CellEdit(name, cell, Decimal("1893.38"))])
    computed = states(recalculate(path))
    assert computed["fill"] == "不平"
    assert (computed["validate"], computed["notes"]) == ("需重做", "需重做")
    assert computed["package"] == "还不能"
    assert computed["next"].startswith("填列")


def test_stored_values_are_what_libreoffice_computes(
    finished: Path, example_book: Path, recalculate: Callable[[Path], Path]
) -> None:
    for path in (example_book, finished):
        assert states(recalculate(path)) == states(path)


def test_the_step_of_typing_follows_the_source(standard: Standard, tmp_path: Path) -> None:
    path = workbook_of(standard, ledger_of(standard), tmp_path / "底稿.xlsx", 2024)
    line = row_of("entry")
    assert Workbook(path).lines(DESK)[line - 1][:3] == ["录入底稿", "已填", "共48行，都已填齐"]
    cell = place_info(standard, read_book(path))["data_source"].cell
    turned = changed(path, "直接.xlsx", [CellEdit("基础信息", cell, "直接填表")])
    source = Workbook(turned)
    plan = plan_fill(source)
    source.patch(turned, plan.edits, plan.afterwards)
    assert said(turned, "entry") in ("各表都有内容", "共48行，都已填齐")


def test_a_required_field_that_is_cleared_is_named(standard: Standard) -> None:
    fields = {one.field.key: f"B{one.line}" for one in info_lines(standard) if one.field}
    filled = {(info, cell): "x" for info in ("基础信息",) for cell in fields.values()}

    def shown(without: str) -> str:
        held = {**filled, ("基础信息", fields[without]): None}
        cells = desk_contents(standard, lambda sheet, cell: held.get((sheet, cell)))
        return str({one.cell: one.value for one in cells}[f"C{row_of('info')}"])

    for key, label in (("unit_name", "单位名称"), ("staff_active", "在职人员")):
        assert shown(key) == f"缺{label}"
    assert shown("scope") == ""


def test_the_desk_is_not_published_and_an_older_cover_is(
    standard: Standard, example_book: Path
) -> None:
    source = Workbook(example_book)
    book = read_book(source)
    assert find_cover(source) == COVER
    assert DESK not in choose_sheets(source, standard, book).sheets
    assert choose_sheets(source, standard, book).sheets[0] == COVER


def test_without_its_printed_cover_a_workbook_publishes_none(
    example_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Workbook(example_book)
    sheets = {name: part for name, part in source.parts.sheets.items() if name != COVER}
    monkeypatch.setattr(source, "parts", source.parts._replace(sheets=sheets))
    assert find_cover(source) == ""
    older = changed(example_book, "旧.xlsx", [CellEdit(DESK, DESK_TITLE, "2024年部门预算")])
    old = Workbook(older)
    monkeypatch.setattr(old, "parts", old.parts._replace(sheets=sheets))
    assert find_cover(old) == DESK, "the one cover of an older workbook"
