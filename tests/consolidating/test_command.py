"""``xlbudget consolidate`` from files to a workbook: what is refused, left out, written and said."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import jsonschema
import pytest

from culture_units import WHOLE, write_units
from xlbudget.api import read, validate_file
from xlbudget.cli.run import run
from xlbudget.consolidating.sources import SOURCES
from xlbudget.editing.own import foreign_sheets
from xlbudget.findings import Status
from xlbudget.money import Amount
from xlbudget.standard.loader import own_standard
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

CASE = Path(__file__).parents[1] / "cases" / WHOLE
LIBRARY, HALL = "滨江市图书馆", "滨江市文化馆"


class Made(NamedTuple):
    """The folder of three units with their printed tables alone, and what they were summed up to."""

    folder: Path
    department: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("units") / "单位 工作簿"
    folder.mkdir()
    write_units(WHOLE, folder, ledger=False, most=3)
    department = folder.with_name("汇总.xlsm")
    arguments = ["consolidate", str(folder), "-o", str(department), "--name", "滨江市文旅局"]
    assert run([*arguments, "--quiet"]) == 0
    return Made(folder, department)


def first(folder: Path, number: int) -> Path:
    return next(folder.glob(f"{number}-*.xlsx"))


def change(path: Path, sheet: str, cell: str, value: Decimal | str) -> None:
    changed = path.with_name(f"changed{path.suffix}")
    Workbook(path).patch(changed, [CellEdit(sheet, cell, value)])
    changed.replace(path)


def test_the_workbook_is_a_normal_one(made: Made, tmp_path: Path) -> None:
    report = validate_file(made.department)
    assert report.status is Status.PASS
    assert report.unit_name == "滨江市文旅局"
    source = Workbook(made.department)
    book = read(made.department)
    assert foreign_sheets(source, own_standard(book), book) == [SOURCES]
    lines = [[str(cell) for cell in line[:7]] for line in source.lines(SOURCES)]
    (total,) = (line for line in lines if line[:3] == ["部门支出总表", "合计", "合计"] and line[4])
    rest = lines[lines.index(total) + 1 :][:2]
    assert total[3] == "C71"
    assert [line[5] for line in rest] == [LIBRARY, HALL]
    shares = [Decimal(line[6]) for line in (total, *rest)]
    assert sum(shares) == Decimal(total[4])
    # Filling leaves the sums as they are, and the explanation is that of the whole.
    finished = Path(shutil.copy(made.department, tmp_path))
    assert run(["finish", str(finished), "--quiet"]) == 0
    again = read(finished)
    assert again.blocks == book.blocks
    assert any("滨江市文旅局" in text.text for text in again.texts)


def test_a_department_is_checked_against_its_units(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    department = Path(shutil.copy(made.department, tmp_path / "部门.xlsm"))
    change(department, "部门支出总表", "C7", Decimal("9.99"))
    assert run(["consolidate", str(made.folder), "--against", str(department)]) == 1
    out = capsys.readouterr().out
    assert "已汇总3个单位（共3个文件）：各表的数各单位印出的数逐格相加。" in out
    assert "部门支出总表C7" in out
    assert "为9.99万元，各单位合计" in out
    command = ["consolidate", str(made.folder), "--against", str(department), "--format", "json"]
    assert run(command) == 1
    told = json.loads(capsys.readouterr().out)
    assert run(["schema", "against"]) == 0
    jsonschema.Draft202012Validator(json.loads(capsys.readouterr().out)).validate(told)
    wrong = [one for one in told["differences"] if not one["rounding"]]
    first_wrong = next(
        one for one in wrong if (one["sheet"], one["cell"]) == ("部门支出总表", "C7")
    )
    assert first_wrong["printed"] == "9.99"
    parts = [Decimal(one["amount"]) for one in first_wrong["shares"]]
    assert sum(parts) == Decimal(first_wrong["summed"])
    assert len(told["units"]) == 3
    assert run(["consolidate", str(made.folder), "--against", str(CASE)]) == 1
    assert "个不同，" in capsys.readouterr().out


def test_units_that_stand_in_the_way_are_named(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    units = Path(shutil.copytree(made.folder, tmp_path / "单位"))
    target = tmp_path / "汇总.xlsx"
    shutil.copy(first(units, 1), units / "副本.xlsx")
    change(first(units, 2), "部门支出总表", "C6", Decimal("99999.99"))
    change(first(units, 3), "基础信息", "B10", "2026")
    (units / "坏.xlsx").write_bytes(b"no workbook")
    command = ["consolidate", str(units), "-o", str(target)]
    assert run(command) == 1
    said = capsys.readouterr().err
    assert not target.exists()
    for name in ("2-", "3-", "坏", "副本"):
        assert f"“{name}" in said
    assert "是2026年度的，其他单位是2025年度的" in said
    assert "数字也相同；只能汇总一份" in said
    assert "没有汇总" in said
    assert run([*command, "--partial"]) == 1
    out = capsys.readouterr().out
    assert "已汇总2个单位（共5个文件）" in out
    assert out.count("没有计入：") == 3
    assert "有差错：“2-" in out
    assert validate_file(target).status is Status.ERROR


def test_what_cannot_be_done_is_said_in_a_sentence(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    existing = tmp_path / "有.xlsx"
    existing.write_text("")
    empty = tmp_path / "空"
    empty.mkdir()
    folder = str(made.folder)
    for arguments, sentence in (
        ([folder], "请用 -o 写明汇总成的工作簿，或用 --against 写明要核对的部门文件。"),
        ([folder, "-o", "汇总.xlsx", "--format", "json"], "--format json 是 --against 的结果"),
        ([folder, "-o", str(existing)], "已经存在，没有改动"),
        ([folder, "-o", str(tmp_path / "汇总.csv")], "扩展名应为 .xlsm 或 .xlsx"),
        ([str(empty), "-o", str(tmp_path / "汇总.xlsx")], "里没有工作簿"),
    ):
        assert run(["consolidate", *arguments]) == 2
        assert sentence in capsys.readouterr().err
    assert not (tmp_path / "汇总.xlsx").exists()


def test_sums_are_summed_again_each_as_one_row(made: Made, tmp_path: Path) -> None:
    other = Path(shutil.copy(made.department, tmp_path / "另一部门.xlsm"))
    change(other, "基础信息", "B5", "滨江市体育局")
    city = tmp_path / "市.xlsx"
    arguments = ["consolidate", str(made.department), str(other), "-o", str(city), "--one-row"]
    assert run([*arguments, "--name", "滨江市", "--quiet"]) == 0
    book = read(city)
    rows = book.blocks["income"].rows
    assert [row.key for row in rows] == ["滨江市文旅局", "滨江市体育局", "total"]
    assert rows[0].cells == rows[1].cells
    assert rows[2].fens == [2 * fen for fen in rows[0].fens]
    assert book.number("summed_limit") == Amount(10_000)
