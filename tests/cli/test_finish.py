"""``xlbudget finish`` and ``fill --source``: what they write, say and give back."""

from __future__ import annotations

import shutil
from decimal import Decimal
from typing import TYPE_CHECKING

from ledgers import amounts, ledger_of, workbook_of
from xlbudget.reading.book import read_book
from xlbudget.xlsx.backups import backups
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cli.conftest import Ended
    from xlbudget.standard.model import Standard


def _cells(path: Path) -> dict[str, list[list[object]]]:
    book = Workbook(path)
    return {name: book.lines(name) for name in book.names}


def _differing(one: Path, other: Path) -> list[object]:
    first, second = _cells(one), _cells(other)
    assert first.keys() == second.keys()
    return [
        (name, number, left, right)
        for name, lines in first.items()
        for number, (left, right) in enumerate(zip(lines, second[name], strict=True), 1)
        if [one or "" for one in left] != [one or "" for one in right]
    ]


def test_finish_does_what_the_three_commands_do_with_one_backup(
    cli: Callable[..., Ended], example_file: Path, tmp_path: Path
) -> None:
    once, thrice = tmp_path / "一次.xlsm", tmp_path / "三次.xlsm"
    for path in (once, thrice):
        shutil.copy(example_file, path)
    ended = cli("finish", once)
    assert ended.status == 0, ended
    assert "结论：通过" in ended.out or "通过" in ended.out
    (kept,) = backups(once)
    assert [one.name for one in tmp_path.glob("*备份*")] == [kept.path.name]
    assert kept.path.read_bytes() == example_file.read_bytes()
    for command in (("fill",), ("notes",), ("validate", "--write")):
        assert cli(command[0], thrice, *command[1:], "-q").status == 0
    assert _differing(once, thrice) == []
    again = cli("validate", once)
    assert again.status == 0 and "差错 0 处" in again.out


def test_finish_ends_as_validation_does(
    cli: Callable[..., Ended], standard: Standard, example_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "错.xlsm"
    shutil.copy(example_file, path)
    book = read_book(path)
    row = next(row for row in book.blocks["general"].rows if row.key == "2010301")
    at = standard.blocks["general"].amount_index["personnel"]
    cell = book.blocks["general"].cell_name(row, at)
    edit = CellEdit(standard.table("general").sheet, cell, Decimal("1993.38"))
    Workbook(path).patch(path, [edit])
    ended = cli("finish", path, "-o", tmp_path / "另存.xlsm", "-q")
    assert ended.status == 1, ended
    assert "差错" in ended.out
    assert not list(tmp_path.glob("*备份*")), "the workbook itself was not touched"
    assert cli("validate", tmp_path / "另存.xlsm", "-q").status == 1
    refused = cli("finish", tmp_path / "没有.xlsm")
    assert refused.status == 2 and refused.sentence()


def test_the_source_turns_to_tables_and_back(
    cli: Callable[..., Ended], standard: Standard, tmp_path: Path
) -> None:
    path = workbook_of(standard, ledger_of(standard), tmp_path / "底稿.xlsx", 2024)
    wanted = amounts(standard, read_book(path))
    before = Workbook(path).formulas_of()
    assert cli("fill", path, "--source", "直接填表").status == 0
    book = read_book(path)
    assert amounts(standard, book) == wanted
    assert book.text("data_source") == "直接填表" and len(book.ledger.lines) == 48
    table = standard.table("expenditure").sheet
    assert not any("底稿_" in one for one in Workbook(path).formulas_of()[table].values())
    ended = cli("fill", path, "--source", "录入底稿")
    assert ended.status == 0 and "底稿得不出" not in ended.out
    assert amounts(standard, read_book(path)) == wanted
    after = Workbook(path).formulas_of()
    assert {name: set(cells) for name, cells in after.items()} == {
        name: set(cells) for name, cells in before.items()
    }


def test_typed_figures_that_the_ledger_does_not_print_are_named(
    cli: Callable[..., Ended], standard: Standard, tmp_path: Path
) -> None:
    path = workbook_of(standard, ledger_of(standard), tmp_path / "底稿.xlsx", 2024)
    book = read_book(path)
    data = book.blocks["expenditure"]
    row = data.rows[2]
    cell = data.cell_name(row, 0)
    sheet = standard.table("expenditure").sheet
    Workbook(path).patch(path, [CellEdit(sheet, cell, Decimal("7.77"))])
    ended = cli("fill", path)
    assert f"有1格是填写的数，底稿得不出，保留未动：{sheet} {cell}；" in ended.out
    kept = read_book(path).blocks["expenditure"].rows[2].cells[0]
    assert str(getattr(kept, "plain", kept)) == "7.77"


def test_an_empty_ledger_is_no_source(
    cli: Callable[..., Ended], example_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "表.xlsm"
    shutil.copy(example_file, path)
    ended = cli("fill", path, "--source", "录入底稿")
    assert ended.status == 2 and "xlbudget ledger" in ended.sentence()
    assert path.read_bytes() == example_file.read_bytes()
    assert "应为“录入底稿”或“直接填表”" in cli("fill", path, "--source", "别处").sentence()
