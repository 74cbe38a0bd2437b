"""A list of subjects is kept once on a machine; each new workbook holds it itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlbudget.cli.run import run
from xlbudget.importing.kept_lists import keep_lists, kept_list
from xlbudget.reading.book import read_book

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.standard.model import Standard

LIST = "科目编码,科目名称,说明\n2013904,专项业务,反映专项业务的支出。\n20139,社会工作事务,\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XLBUDGET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def listed(folder: Path, text: str = LIST) -> Path:
    path = folder / "目录.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_list_is_kept_for_the_workbooks_to_come(
    home: Path, example_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "预算.xlsm"
    book.write_bytes(example_file.read_bytes())
    year = read_book(book).year
    assert run(["import", str(listed(tmp_path)), str(book), "--yes", "--keep"]) == 0
    path = home / "subjects" / "changchun" / f"{year}.csv"
    assert str(path) in capsys.readouterr().out
    # A new workbook holds it and says so; the machine is not asked again.
    new = tmp_path / "新.xlsm"
    assert run(["new", str(new), "--year", str(year + 1)]) == 0
    assert str(path) in capsys.readouterr().out
    path.unlink()
    read = read_book(new)
    subjects = {one.code: one for one in read.subjects["functional"]}
    assert {code: one.name for code, one in subjects.items()} == {
        "2013904": "专项业务",
        "20139": "社会工作事务",
    }
    assert subjects["2013904"].meaning == "反映专项业务的支出。"
    # Without the file nothing is taken.
    other = tmp_path / "又.xlsm"
    assert run(["new", str(other), "--year", str(year + 1)]) == 0
    assert "科目目录" not in capsys.readouterr().out
    assert not read_book(other).subjects


def test_nothing_is_kept_unasked_or_before_it_is_written(
    home: Path, example_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "预算.xlsm"
    book.write_bytes(example_file.read_bytes())
    source = str(listed(tmp_path))
    assert run(["import", source, str(book), "--keep", "--preview"]) == 0
    assert run(["import", source, str(book), "--yes"]) == 0
    assert not (home / "subjects").exists()
    capsys.readouterr()
    tables = tmp_path / "表.csv"
    tables.write_text("科目编码,科目名称,合计\n201,一般公共服务支出,1.00\n", "utf-8")
    before = book.read_bytes()
    assert run(["import", str(tables), str(book), "--yes", "--keep"]) == 2
    assert book.read_bytes() == before
    assert not (home / "subjects").exists()
    # What the workbook has already is kept too.
    assert run(["import", source, str(book), "--yes", "--keep"]) == 0
    assert len(list((home / "subjects").rglob("*.csv"))) == 1


def test_the_latest_list_of_the_years_before_counts(
    home: Path, standard: Standard, tmp_path: Path
) -> None:
    assert kept_list(standard, 2025) is None
    for year, name in ((2024, "甲"), (2026, "乙"), (2026, "丙")):
        keep_lists(standard, year, [listed(tmp_path, f"科目编码,科目名称\n2013904,{name}\n")])
    names = {}
    for year in (2023, 2024, 2025, 2026, 2030):
        kept = kept_list(standard, year)
        names[year] = kept and kept.subjects["functional"][0].name
    assert names == {2023: None, 2024: "甲", 2025: "甲", 2026: "丙", 2030: "丙"}


def test_a_kept_file_that_is_no_list_any_more_is_named(
    home: Path, standard: Standard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = keep_lists(standard, 2024, [listed(tmp_path)])
    path.write_text("坏了", "utf-8")
    assert run(["new", str(tmp_path / "新.xlsm"), "--year", "2025"]) == 2
    told = capsys.readouterr().err
    assert str(path) in told
    assert "删去" in told
    assert not (tmp_path / "新.xlsm").exists()
