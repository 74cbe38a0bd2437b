"""The Open XML SDK's validator finds nothing in the template and in any file that is written."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import desk_results
from tests_support import leaves_only
from xlbudget.bureau.desk import BOOK, write_desk
from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.importing.data_folder import read_folder
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

ROOT = Path(__file__).parents[2]


def test_the_validator_is_awake(
    errors: Callable[[Path], list[object]], example_file: Path, tmp_path: Path
) -> None:
    """A cell of an unknown kind must be found, or no other result means anything."""
    import zipfile  # noqa: PLC0415

    bad = tmp_path / "坏.xlsm"
    with zipfile.ZipFile(example_file) as old, zipfile.ZipFile(bad, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b"<sheetData>", b'<sheetData nonsense="1">')
            new.writestr(info, data)
    assert errors(bad)


def test_the_template(errors: Callable[[Path], list[object]]) -> None:
    assert errors(ROOT / "budget_template.xlsm") == []


def test_every_department_through_every_command(
    errors: Callable[[Path], list[object]],
    standard: Standard,
    costly_department: Path,
    tmp_path: Path,
) -> None:
    figures = read_folder(costly_department, standard)
    bare: Book
    bare, _ = leaves_only(standard, figures)
    path = tmp_path / "预算 书.xlsm"
    build_workbook(standard, bare, path, year=figures.year)
    assert errors(path) == [], "as built"
    assert run(["fill", "-q", str(path)]) == 0
    assert errors(path) == [], "filled"
    Workbook(path).patch(path, [CellEdit(standard.tables[0].sheet, "B7", 1)])
    assert run(["validate", "--write", "-q", str(path)]) == 1
    assert errors(path) == [], "with findings"
    assert run(["notes", "-q", str(path)]) == 0
    assert errors(path) == [], "with notes"


def test_a_plain_workbook(
    errors: Callable[[Path], list[object]], plain_file: Path, tmp_path: Path
) -> None:
    assert errors(plain_file) == []
    copy = shutil.copy(plain_file, tmp_path / "副本.xlsx")
    assert run(["validate", "--write", "-q", str(copy)]) == 0
    assert errors(tmp_path / "副本.xlsx") == []


def test_the_workbook_for_a_desk(errors: Callable[[Path], list[object]], tmp_path: Path) -> None:
    """Files of many kinds, names that look like markup and formulas, a list of units, an inspection before."""
    odd = ['=1+1&"<r>"', "<r><t>甲</t></r>", "_x0041_ 局", "#50% [局]", "甲/乙"]
    records = [
        *desk_results.many(120),
        *(desk_results.record(f"{one}.xlsm", desk_results.reports()[1], unit=one) for one in odd),
    ]
    results = desk_results.write(tmp_path / "结果.jsonl", records)
    before = desk_results.write(tmp_path / "上次.jsonl", desk_results.many(90))
    (tmp_path / "名单.txt").write_text("=甲局\n双泉镇第2小学\n", "utf-8")
    write_desk(results, tmp_path, tmp_path / "名单.txt", before)
    assert errors(tmp_path / BOOK) == []
    nothing = desk_results.write(tmp_path / "空.jsonl", [])
    write_desk(nothing, tmp_path, tmp_path / "名单.txt", before)
    assert errors(tmp_path / BOOK) == []
