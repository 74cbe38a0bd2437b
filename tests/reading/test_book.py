"""Whole workbooks: which sheets are read, from which standard and year, and what is unusable."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reading.small_sheets import STANDARD, sheets, write
from xlbudget.editing.build import build_workbook
from xlbudget.errors import UnusableFileError
from xlbudget.figures import Unreadable
from xlbudget.findings import Level
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import WAN, parse_amount
from xlbudget.reading.book import read_book

EXAMPLE = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"
GENERAL = "一般公共预算支出表"
AMOUNT = parse_amount("5", WAN)


# ------------------------------------------------------------------ sheets


def test_a_small_workbook(target: Path) -> None:
    book = read_book(write(target, sheets()))
    assert (book.name, book.standard, book.year) == ("某局 预算.xlsx", "changchun", 2024)
    assert book.text("unit_name") == "某局"
    assert book.sheets == {"info": "基础信息", "general": GENERAL}
    assert list(book.blocks) == ["general"]
    assert book.blocks["general"].row("201").cells[0] == AMOUNT
    assert book.findings == ()
    assert pickle.loads(pickle.dumps(book)) == book


@pytest.mark.parametrize(
    "name",
    [
        "5-一般公共预算支出表",
        "五、一般公共预算支出表",
        "表5 一般公共预算支出表",
        "05一般公共预算支出表",
        " 一般公共 预算支出表",
        "2025年一般公共预算支出表",
        "Sheet7",
    ],
)
def test_sheets_are_found_by_similar_names_or_by_their_title(target: Path, name: str) -> None:
    content = sheets()
    content[name] = content.pop(GENERAL)
    book = read_book(write(target, content))
    assert book.sheets["general"] == name
    assert book.blocks["general"].row("201").cells[0] == AMOUNT


def test_quotes_in_a_sheet_name_do_not_matter(target: Path) -> None:
    content = sheets("three_public")
    content["一般公共预算“三公”经费支出表"] = content.pop("一般公共预算三公经费支出表")
    assert (
        read_book(write(target, content)).sheets["three_public"] == "一般公共预算“三公”经费支出表"
    )


def test_a_list_of_titles_is_no_table(target: Path) -> None:
    content = sheets("fund")
    titles = [[table.title] for table in STANDARD.tables[6:]]
    content = {"目录": titles, "清单": titles, **content}
    assert set(read_book(write(target, content)).sheets) == {"info", "general", "fund"}


def test_a_chart_sheet_and_a_hidden_sheet_do_no_harm(target: Path) -> None:
    def extra(book: Any) -> None:
        book.add_chartsheet("部门收支总表")
        book.add_worksheet("草稿").hide()

    assert list(read_book(write(target, sheets(), extra)).blocks) == ["general"]


def test_a_table_without_headings_is_absent_and_reported(target: Path) -> None:
    content = sheets("fund")
    content["政府性基金预算支出表"] = []
    book = read_book(write(target, content))
    assert list(book.blocks) == ["general"]
    assert [(one.code, one.sheet) for one in book.findings] == [("F06", "政府性基金预算支出表")]


# ------------------------------------------------------------------ standard and year


def test_the_year_is_taken_from_the_headings_where_it_is_missing(target: Path) -> None:
    content = sheets("summary", year=2027)
    content["基础信息"][5][1] = "待定"
    book = read_book(write(target, content))
    assert book.year == 2027
    assert [(one.code, one.level, one.cell) for one in book.findings] == [
        ("F05", Level.WARNING, "B6")
    ]
    content = {GENERAL: sheets()[GENERAL]}
    assert read_book(write(target, content)).year == STANDARD.first


def test_the_standard_is_the_one_that_the_workbook_names(target: Path) -> None:
    content = sheets()
    content["基础信息"].append(["适用标准", "nowhere"])
    with pytest.raises(UnusableFileError, match=r"某局 预算\.xlsx.*B7.*nowhere"):
        read_book(write(target, content))
    assert read_book(target, STANDARD).standard == "changchun"


def test_a_workbook_without_any_table_is_refused(target: Path) -> None:
    with pytest.raises(UnusableFileError, match=r"不是部门预算工作簿.*部门收支总表"):
        read_book(write(target, {"Sheet1": [["甲", 1.0]]}))


# ------------------------------------------------------------------ cells


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (("=A1", "#REF!"), Unreadable("#REF!")),
        (("=1/0", "#DIV/0!"), Unreadable("#DIV/0!")),
        (("=2+3", 5), AMOUNT),
        (date(2024, 2, 27), Unreadable("2024-02-27")),
        (True, Unreadable("TRUE")),
        ("五万", Unreadable("五万")),
        ("５．００", AMOUNT),
        ("", None),
    ],
)
def test_values_of_cells(target: Path, value: Any, wanted: Any) -> None:
    content = sheets()
    content[GENERAL][-1][3] = value
    book = read_book(write(target, content))
    assert book.blocks["general"].row("201").cells == (AMOUNT, wanted, *book_rest())


def book_rest() -> Any:
    return (parse_amount("3", WAN), parse_amount("2", WAN), None)


def test_an_error_value_outside_the_used_cells_and_in_a_name(target: Path) -> None:
    content = {"甲&乙": [[("=A1", "#N/A")]], **sheets()}
    content[GENERAL].append(["208", "", *[""] * 4, ("=A1", "#NAME?")])
    book = read_book(write(target, content))
    assert book.blocks["general"].row("208").cells[-1] == Unreadable("#NAME?")


def test_merged_cells_of_a_form_are_read_on_each_of_their_lines(target: Path) -> None:
    def extra(book: Any) -> None:
        sheet = book.add_worksheet("项目支出绩效目标表")
        lines = [["项目支出绩效目标表"], ["项目名称", "", "平台"]]
        heads = ["绩效指标", "一级指标", "二级指标", "三级指标", "指标值", "权重"]
        lines += [
            heads,
            ["绩效指标", "", "数量", "甲", "1", 5],
            ["绩效指标", "", "数量", "乙", "2", 5],
        ]
        for row, line in enumerate(lines, 2):
            sheet.write_row(row, 0, line)
        sheet.merge_range("B6:B7", "产出指标")

    (form,) = read_book(write(target, sheets(), extra)).forms
    assert [one.values["first"] for one in form.indicators] == ["产出指标", "产出指标"]


# ------------------------------------------------------------------ the real workbook


def shape(book: Any) -> Any:
    return {
        key: [(row.kind, row.key, row.label, row.cells, row.texts, row.parent) for row in data.rows]
        for key, data in book.blocks.items()
    }


def test_what_is_built_is_read_back(tmp_path: Path) -> None:
    source = read_folder(EXAMPLE, STANDARD)
    target = tmp_path / "样例.xlsm"
    build_workbook(STANDARD, source, target, year=2024)
    book = read_book(target)
    assert book.findings == ()
    assert shape(book) == shape(source)
    assert {key: book.info[key].value for key in source.info} == {
        key: value.value for key, value in source.info.items()
    }
    assert (book.keyed, book.profile) == (source.keyed, source.profile)
    assert [form.name for form in book.forms] == [form.name for form in source.forms]
    for form, other in zip(book.forms, source.forms, strict=True):
        assert [one.values for one in form.indicators] == [
            {key: text for key, text in one.values.items() if text} for one in other.indicators
        ]
        assert {key: text for key, text in other.fields.items() if text} == {
            key: text for key, text in form.fields.items() if text
        }


def test_reading_imports_no_slow_library() -> None:
    code = (
        "import sys, xlbudget.reading.book; "
        "print([name for name in ('pandas', 'openpyxl', 'xlsxwriter', 'jinja2', 'pydantic', 'rich')"
        " if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
