"""Import into a workbook: what is new, what differs, and that nothing is lost or overwritten unasked."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from exported_tables import VARIANTS, Shape, write
from xlbudget.editing.build import build_workbook
from xlbudget.errors import UnusableFileError
from xlbudget.figures import BlockData
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.imported import blank_book
from xlbudget.importing.merge import Kind
from xlbudget.importing.plan import plan_import, read_sources
from xlbudget.importing.subject_lists import read_subject_list
from xlbudget.reading.book import read_book
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.figures import Book
    from xlbudget.importing.merge import ImportPlan
    from xlbudget.standard.model import Standard

DEPARTMENTS = Path(__file__).parents[1] / "departments"
LEDGER = Path(__file__).parents[1] / "cases" / "ledger-exports" / "旧版.xls"
TEXT = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024" / "公开文本.txt"
GENERAL, EXPENDITURE, SUMMARY = "一般公共预算支出表", "部门支出总表", "部门收支总表"


@pytest.fixture
def blank(standard: Standard, tmp_path: Path) -> Path:
    """An empty workbook of the example's year."""
    path = tmp_path / "空白 工作簿.xlsm"
    build_workbook(standard, blank_book(standard, 2024), path, year=2024)
    return path


@pytest.fixture
def full(example_file: Path, tmp_path: Path) -> Path:
    return shutil.copy(example_file, tmp_path / "已填.xlsm")


@pytest.fixture
def tables(standard: Standard, example: Book, tmp_path: Path) -> Path:
    return write(tmp_path / "导出.xlsx", standard, example, Shape())


def done(book: Path, plan: ImportPlan) -> Book:
    Workbook(book).patch(book, plan.edits, plan.afterwards)
    return read_book(book)


def figures(book: Book) -> dict[str, list[tuple[object, ...]]]:
    return {
        key: [(row.key, row.kind, row.cells, row.texts, row.parent) for row in data.rows]
        for key, data in book.blocks.items()
    }


def kinds(plan: ImportPlan, kind: Kind) -> int:
    return sum(one.counts.get(kind, 0) for one in plan.tallies)


def test_into_an_empty_workbook(blank: Path, tables: Path, example_file: Path) -> None:
    """The same figures and formulas as a workbook made from the data folder."""
    wanted = read_book(example_file)
    plan = plan_import(Workbook(blank), [tables])
    assert plan.conflicts == 0
    got = done(blank, plan)
    assert figures(got) == figures(wanted)
    assert [(one.name, len(one.indicators)) for one in got.forms] == [
        (one.name, len(one.indicators)) for one in wanted.forms
    ]
    ours, theirs = Workbook(blank).formulas_of(), Workbook(example_file).formulas_of()
    for name in (
        SUMMARY,
        EXPENDITURE,
        GENERAL,
        "一般公共预算基本支出表",
        "项目支出表",
        "部门收入总表",
    ):
        assert ours[name] == theirs[name], name


def test_what_waits_for_the_division_of_the_carry_over_keeps_its_formulas(
    standard: Standard, tmp_path: Path
) -> None:
    """Blank is what such a formula shows: no figure of the source that it does not come to."""
    book = read_folder(DEPARTMENTS / "government-fund", standard)
    undivided = {}
    for key in ("summary.expense", "fiscal.expense"):
        data, at = book.blocks[key], standard.blocks[key].amount_index
        open_ = {at["carryover"], at["current"]}
        rows = [
            row._replace(
                cells=tuple(None if one in open_ else cell for one, cell in enumerate(row.cells))
            )
            for row in data.rows
        ]
        undivided[key] = BlockData.of(rows)
    source, target = tmp_path / "源.xlsm", tmp_path / "空白.xlsm"
    build_workbook(standard, book.with_blocks(undivided), source, year=book.year)
    build_workbook(standard, blank_book(standard, book.year), target, year=book.year)
    plan = plan_import(Workbook(target), [source])
    assert plan.conflicts == 0
    assert figures(done(target, plan)) == figures(read_book(source))
    ours, theirs = Workbook(target).formulas_of(), Workbook(source).formulas_of()
    for name in (SUMMARY, "财政拨款收支总表"):
        assert any("COUNT(H" in one for one in theirs[name].values())
        assert ours[name] == theirs[name], name


def test_of_a_whole_workbook(blank: Path, example_file: Path) -> None:
    wanted = read_book(example_file)
    got = done(blank, plan_import(Workbook(blank), [example_file]))
    assert figures(got) == figures(wanted)
    assert (got.info, got.keyed, got.profile, got.notes) == (
        wanted.info,
        wanted.keyed,
        wanted.profile,
        wanted.notes,
    )


def test_the_result_opens_in_excel(
    blank: Path, example_file: Path, errors: Callable[[Path], list[object]], standard: Standard
) -> None:
    done(blank, plan_import(Workbook(blank), [example_file]))
    assert errors(blank) == []


def test_a_second_time_nothing_is_written(full: Path, tables: Path) -> None:
    plan = plan_import(Workbook(full), [tables])
    assert plan.edits == []
    assert kinds(plan, Kind.SAME) > 900 and kinds(plan, Kind.NEW) == 0


def test_filled_cells_that_differ_are_kept_and_listed(full: Path, tables: Path) -> None:
    Workbook(full).patch(full, [CellEdit(EXPENDITURE, "D7", Decimal("2000.00"))])
    plan = plan_import(Workbook(full), [tables])
    assert plan.conflicts == 1
    assert (
        "部门支出总表 D7（行政运行／基本支出）：工作簿里是 2,000.00，来源是 2,315.10，没有改动。"
        in plan.said
    )
    assert not [one for one in plan.edits if (one.sheet, one.cell) == (EXPENDITURE, "D7")]
    if plan.edits:
        done(full, plan)
    row = read_book(full).blocks["expenditure"].row("2010301")
    assert row.cells[1].text == "2,000.00"


def test_overwriting_where_it_is_asked_for(full: Path, tables: Path, example_file: Path) -> None:
    Workbook(full).patch(full, [CellEdit(EXPENDITURE, "D7", Decimal("2000.00"))])
    plan = plan_import(Workbook(full), [tables], overwrite=True)
    assert plan.conflicts == 0
    assert "由 2,000.00 改为 2,315.10" in plan.said
    assert figures(done(full, plan)) == figures(read_book(example_file))


def test_a_figure_where_the_source_is_blank(full: Path, tables: Path) -> None:
    """It is listed; without overwriting it stays, and so do the formulas that add it up."""
    Workbook(full).patch(full, [CellEdit(EXPENDITURE, "D8", Decimal("7.00"))])
    plan = plan_import(Workbook(full), [tables])
    assert (
        "部门支出总表 D8（一般行政管理事务／基本支出）：工作簿里是 7.00，来源是 空白，没有改动。"
        in plan.said
    )
    assert plan.conflicts == 1
    formulas = Workbook(full).formulas_of()[EXPENDITURE]
    row = done(full, plan).blocks["expenditure"].row("2010302")
    assert row.cells[1].text == "7.00"
    assert Workbook(full).formulas_of()[EXPENDITURE] == formulas
    done(full, plan_import(Workbook(full), [tables], overwrite=True))
    assert read_book(full).blocks["expenditure"].row("2010302").cells[1] is None


def test_kept_details_keep_their_totals(full: Path, tables: Path) -> None:
    """The totals of the source do not belong to details that stayed: formulas remain, and are said."""
    Workbook(full).patch(full, [CellEdit("一般公共预算三公经费支出表", "C8", Decimal("1.00"))])
    formulas = Workbook(full).formulas_of()["一般公共预算三公经费支出表"]
    plan = plan_import(Workbook(full), [tables])
    assert plan.conflicts == 1
    done(full, plan) if plan.edits else None
    assert Workbook(full).formulas_of()["一般公共预算三公经费支出表"] == formulas


def test_totals_that_differ_from_the_sum_are_written_and_said(
    blank: Path, standard: Standard, example: Book, tmp_path: Path
) -> None:
    path = write(tmp_path / "导出.xlsx", standard, example, Shape())
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["一般公共预算三公经费支出表"]
    assert sheet["A4"].value == "合计"
    sheet["C4"] = 20
    workbook.save(path)
    plan = plan_import(Workbook(blank), [path])
    assert "（合计／当年预算）：来源是 20.00，按明细计算是 19.95，照来源写入。" in plan.said
    row = done(blank, plan).blocks["three_public"].row("total")
    assert row.cells[1].text == "20.00"


def test_rows_go_where_they_belong(
    full: Path, standard: Standard, example: Book, tmp_path: Path
) -> None:
    """A further subject between others, a project in its group; rows that the source lacks stay."""
    rows = list(example.blocks["expenditure"].rows)
    extra = rows[2]._replace(key="2010350", label="事业运行")
    project = list(example.blocks["project"].rows)
    item = project[1]._replace(key="新系统", label="新系统")
    more = example.with_blocks(
        {
            "expenditure": example.blocks["expenditure"].of([*rows[:3], extra]),
            "project": example.blocks["project"].of([project[0], item]),
        }
    )
    path = write(
        tmp_path / "导出.xlsx", standard, more, replace(Shape(), only=("expenditure", "project"))
    )
    plan = plan_import(Workbook(full), [path])
    got = done(full, plan)
    codes = [row.key for row in got.blocks["expenditure"].rows]
    before = [row.key for row in rows]
    at = before.index("2010302") + 1
    assert codes == [*before[:at], "2010350", *before[at:]]
    items = [row.key for row in got.blocks["project"].rows]
    first_group = [row.key for row in project if row.parent == project[0].key]
    assert items[: len(first_group) + 2] == [project[0].key, *first_group, "新系统"]
    assert "来源没有的" in plan.said and "行保留" in plan.said
    assert len(items) == len(project) + 1


def test_text_like_a_formula_stays_text(
    blank: Path, standard: Standard, example: Book, tmp_path: Path
) -> None:
    rows = list(example.blocks["project"].rows)
    names = ["=1+1", "+CMD|' /C calc'!A0", "@SUM(A1)", "-2+3"]
    items = [
        rows[1]._replace(key=name, label=name, texts=("", name), parent=rows[0].key)
        for name in names
    ]
    source = example.with_blocks({"project": example.blocks["project"].of([rows[0], *items])})
    path = write(
        tmp_path / "导出.xlsx", standard, source, replace(Shape(), only=("project", "fiscal"))
    )
    got = done(blank, plan_import(Workbook(blank), [path]))
    assert [row.label for row in got.blocks["project"].rows if row.kind == "item"] == names
    formulas = Workbook(blank).formulas_of()["项目支出表"].values()
    assert not any("CMD" in one or "@SUM" in one or one == "1+1" for one in formulas)


def test_last_years_file_is_refused(full: Path, standard: Standard, tmp_path: Path) -> None:
    next_year = tmp_path / "明年.xlsm"
    build_workbook(standard, blank_book(standard, 2025), next_year, year=2025)
    before = next_year.read_bytes()
    with pytest.raises(UnusableFileError, match="应为2025年"):
        plan_import(Workbook(next_year), [full])
    assert next_year.read_bytes() == before


def test_several_sources(
    blank: Path, standard: Standard, example: Book, example_file: Path, tmp_path: Path
) -> None:
    keys = [table.key for table in standard.tables]
    first = write(tmp_path / "一.xlsx", standard, example, replace(Shape(), only=tuple(keys[:6])))
    second = write(tmp_path / "二.xlsx", standard, example, replace(Shape(), only=tuple(keys[5:])))
    got = done(blank, plan_import(Workbook(blank), [first, second]))
    assert figures(got) == figures(read_book(example_file))


def test_a_ledger_that_names_no_year_has_that_of_the_text_beside_it(standard: Standard) -> None:
    for order in ([LEDGER, TEXT], [TEXT, LEDGER]):
        found = read_sources(order, standard, None)
        assert found.book.year == 2024
        assert found.book.ledger.lines


def test_two_sources_that_differ(
    blank: Path, standard: Standard, example: Book, tmp_path: Path
) -> None:
    first = write(tmp_path / "一.xlsx", standard, example, VARIANTS["as printed"])
    second = write(tmp_path / "二.xlsx", standard, example, replace(Shape(), only=("basic",)))
    workbook = openpyxl.load_workbook(second)
    workbook["一般公共预算基本支出表"]["D6"] = 1
    workbook.save(second)
    plan = plan_import(Workbook(blank), [first, second])
    assert "“一般公共预算基本支出表”在“一.xlsx”和“二.xlsx”中都有，内容不同，只取前一个" in plan.said


def test_a_renamed_sheet_in_the_workbook(full: Path, tables: Path) -> None:
    workbook = openpyxl.load_workbook(full, keep_vba=True)
    workbook[EXPENDITURE].title = "支出"
    workbook.save(full)
    with pytest.raises(UnusableFileError, match="请改回原名后再导入"):
        plan_import(Workbook(full), [tables])


# ------------------------------------------------------------------ subjects


def subject_file(path: Path, *rows: tuple[object, ...]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.active.append(["某市 2024 年科目"])
    workbook.active.append(["科目编码", "科目名称", "启用年度", "停用年度"])
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


def test_a_bureaus_subjects(blank: Path, standard: Standard, tmp_path: Path) -> None:
    path = subject_file(
        tmp_path / "科目.xlsx",
        (2010399, "其他本地支出", 2024, None),
        ("30199", "其他本地工资", None, 2030),
    )
    lists = read_subject_list(path, standard).subjects
    plan = plan_import(Workbook(blank), [], subjects=lists)
    book = done(blank, plan)
    assert {key: [one.code for one in found] for key, found in book.subjects.items()} == {
        "functional": ["2010399"],
        "economic": ["30199"],
    }
    assert book.subjects["functional"][0].first == 2024
    assert book.subjects["economic"][0].last == 2030
    assert book.text("subject_lists") == "按科目字典补充"
    assert plan_import(Workbook(blank), [], subjects=lists).edits == []


def test_a_subject_list_in_csv_of_any_encoding(standard: Standard, tmp_path: Path) -> None:
    text = "编码,名称,分类\n2019999,本地,功能分类\n"
    for encoding in ("utf-8-sig", "gbk"):
        path = tmp_path / "科目.csv"
        path.write_bytes(text.encode(encoding))
        (found,) = read_subject_list(path, standard).subjects["functional"]
        assert (found.code, found.name) == ("2019999", "本地")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("9990101", "不知哪类")], "分不清是哪一类科目"),
        ([("2010301", "行政运行"), ("2010301", "别的名称")], "有两个名称"),
        ([("2010301", None)], "没有名称"),
        ([("20103A1", "错码")], "不是数字"),
    ],
)
def test_bad_subject_lists(
    rows: list[tuple[object, ...]], said: str, standard: Standard, tmp_path: Path
) -> None:
    with pytest.raises(UnusableFileError, match=said):
        read_subject_list(subject_file(tmp_path / "科目.xlsx", *rows), standard)
