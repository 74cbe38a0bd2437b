"""总览: every chart stands beside a live list of just what it shows."""

from __future__ import annotations

import re
import shutil
import zipfile
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from xlbudget.building.contents import render_sheets
from xlbudget.building.formulas.areas import Areas
from xlbudget.building.overview import (
    chart_sections,
    overview_caches,
    overview_last,
    render_overview,
    with_caches,
)
from xlbudget.editing.build import build_workbook
from xlbudget.editing.fill import plan_fill
from xlbudget.importing.imported import blank_book
from xlbudget.money import WAN, YUAN, Amount, parse_amount
from xlbudget.sheets.layout import place_book
from xlbudget.standard.loader import parse_ref
from xlbudget.standard.model import Chart
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.building.contents import CellContent
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

LISTS: dict[str, dict[str, list[tuple[object, ...]]]] = {
    "changchun-gov-office-2024": {
        "classes": [
            ("合计", 6295.86, 1),
            ("一般公共服务支出", 5251.36, 0.8341),
            ("社会保障和就业支出", 697.28, 0.1108),
            ("卫生健康支出", 85.15, 0.0135),
            ("住房保障支出", 262.07, 0.0416),
        ],
        "kinds": [
            ("合计", 6295.86, 1),
            ("基本支出", 3361.51, 0.5339),
            ("项目支出", 2934.35, 0.4661),
        ],
        "economic": [
            ("合计", 3361.51, 1),
            ("工资福利支出", 2509.48, 0.7465),
            ("商品和服务支出", 422.82, 0.1258),
            ("对个人和家庭的补助", 419.22, 0.1247),
            ("资本性支出", 10, 0.003),
        ],
        "three_public": [
            ("合计", 19.95, 42.99, -23.04),
            ("因公出国（境）费", None, 0, 0),
            ("公务接待费", 9.15, 30.99, -21.84),
            ("公务用车运行维护费", 10.8, 12, -1.2),
            ("公务用车购置费", None, 0, 0),
        ],
    },
    "government-fund": {
        "classes": [
            ("合计", 4978.33, 1),
            ("社会保障和就业支出", 315.84, 0.0634),
            ("卫生健康支出", 66.83, 0.0134),
            ("城乡社区支出", 4445.15, 0.8929),
            ("住房保障支出", 140.91, 0.0283),
            ("国有资本经营预算支出", 9.6, 0.0019),
        ],
        "kinds": [
            ("合计", 4978.33, 1),
            ("基本支出", 1872.73, 0.3762),
            ("项目支出", 3105.6, 0.6238),
        ],
        "three_public": [
            ("合计", 72.2, 35, 37.2),
            ("因公出国（境）费", 6, 0, 6),
            ("公务接待费", 5, 6.2, -1.2),
            ("公务用车运行维护费", 25.2, 28.8, -3.6),
            ("公务用车购置费", 36, 0, 36),
        ],
    },
    "no-carryover-no-projects": {
        "kinds": [("合计", 803.89, 1), ("基本支出", 803.89, 1)],
        "economic": [
            ("合计", 803.89, 1),
            ("工资福利支出", 659.94, 0.8209),
            ("商品和服务支出", 101.8, 0.1266),
            ("对个人和家庭的补助", 42.15, 0.0524),
        ],
        "three_public": [
            ("合计", None, 0, 0),
            ("因公出国（境）费", None, 0, 0),
            ("公务接待费", None, 0, 0),
            ("公务用车运行维护费", None, 0, 0),
            ("公务用车购置费", None, 0, 0),
        ],
    },
    "public-institution": {
        "kinds": [
            ("合计", 2164.17, 1),
            ("基本支出", 1608.17, 0.7431),
            ("项目支出", 520, 0.2403),
            ("事业单位经营支出", 36, 0.0166),
        ],
        "three_public": [
            ("合计", 3.8, 4, -0.2),
            ("因公出国（境）费", None, 0, 0),
            ("公务接待费", 0.8, 1, -0.2),
            ("公务用车运行维护费", 3, 3, 0),
            ("公务用车购置费", None, 0, 0),
        ],
    },
}


def cells(path: Path) -> dict[str, object]:
    """The values on the sheet, the only one that is read."""
    with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
        lines = book["总览"].iter_rows()
        return {
            one.coordinate: one.value for line in lines for one in line if one.value is not None
        }


def listed(standard: Standard, found: dict[str, object], key: str) -> list[tuple[object, ...]]:
    """The lines of a chart's list that have a name, total first; blank is None."""
    section = next(one for one in chart_sections(standard) if one.chart.key == key)
    letters = "ABCD" if section.chart.against else "ABC"
    lines = range(section.total, section.last + 1)
    values = [tuple(found.get(f"{letter}{line}") for letter in letters) for line in lines]
    return [tuple(None if one == "" else one for one in line) for line in values if line[0]]


def charts(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as parts:
        names = sorted(name for name in parts.namelist() if name.startswith("xl/charts/chart"))
        return [parts.read(name).decode() for name in names]


def test_the_lists_say_what_the_tables_say(
    standard: Standard, department: Path, built_from: Callable[[Path], Path]
) -> None:
    found = cells(built_from(department))
    for key, wanted in LISTS[department.name].items():
        shown = [
            tuple(round(one, 4) if isinstance(one, float) else one for one in line)
            for line in listed(standard, found, key)
        ]
        assert shown == wanted


def test_headings_name_the_years_tables_and_units(standard: Standard, plain_file: Path) -> None:
    found = cells(plain_file)
    section = next(one for one in chart_sections(standard) if one.chart.key == "three_public")
    assert found[f"A{section.title}"] == "2024年“三公”经费与上年比较"
    assert found[f"A{section.source}"] == "来源：一般公共预算“三公”经费支出表、基础信息"
    assert found[f"D{section.source}"] == "单位：万元"
    headings = [found[f"{letter}{section.heading}"] for letter in "ABCD"]
    assert headings == ["项目", "2024年预算数", "2023年预算数", "增减"]


def test_a_chart_draws_just_the_lines_in_use(
    standard: Standard, department: Path, built_from: Callable[[Path], Path]
) -> None:
    """The area follows by a name; what is kept for other programs is the same."""
    path = built_from(department)
    found = cells(path)
    names = {
        name: one.attr_text
        for name, one in openpyxl.load_workbook(path)["总览"].defined_names.items()
        if name.startswith("chart_")
    }
    assert len(names) == 6
    for part, section in zip(charts(path), chart_sections(standard), strict=True):
        wanted = [str(line[0]) for line in listed(standard, found, section.chart.key)][1:]
        kept = re.findall(r"<c:strCache>.*?</c:strCache>", part)
        assert all(re.findall(r"<c:v>([^<]*)</c:v>", one) == wanted for one in kept)
        for reference in re.findall(r"<c:f>总览!([^<]*)</c:f>", part):
            if reference.startswith("chart_"):
                letter = reference[-1]
                area = f"总览!${letter}${section.first}:${letter}${section.last}"
                assert f"INDEX({area},MAX(1,COUNT(" in names[reference]
            else:
                first, last = re.findall(r"\d+", reference)
                assert (int(first), int(last)) == (section.first, section.last)


def test_charts_are_fit_to_print(standard: Standard, plain_file: Path) -> None:
    for part, section in zip(charts(plain_file), chart_sections(standard), strict=True):
        assert '<a:ea typeface="黑体"/>' in part and '<a:ea typeface="宋体"/>' in part
        assert "（单位：万元）" in part and "<c:dLbls>" in part
        assert ("<c:legend>" in part) == bool(section.chart.against), "no legend of one series"
    page = openpyxl.load_workbook(plain_file)["总览"]
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.protection.sheet
    breaks = [one.id for one in page.row_breaks.brk]
    assert breaks == [
        *(one.title - 1 for one in chart_sections(standard) if one.breaks),
        overview_last(standard),
    ]


def test_no_chart_is_divided_by_the_end_of_a_page(standard: Standard) -> None:
    sections = chart_sections(standard)
    assert [one.title for one in sections[1:]] == [one.end + 2 for one in sections[:-1]]
    used = 0.0
    for one in sections:
        used = one.height if one.breaks else used + one.height
        assert used < 590
        assert one.last <= one.end <= overview_last(standard)


def test_an_empty_workbook_shows_no_errors(standard: Standard, tmp_path: Path) -> None:
    path = tmp_path / "总览.xlsx"
    build_workbook(standard, blank_book(standard, 2027), path, year=2027)
    found = cells(path)
    assert not [at for at, one in found.items() if isinstance(one, str) and one.startswith("#")]
    assert listed(standard, found, "classes") == [("合计", None, None)]
    for part, section in zip(charts(path), chart_sections(standard), strict=True):
        numbers = re.findall(r"<c:numCache>.*?</c:numCache>", part)
        lines = len(section.chart.cells) if section.chart.against else 1
        assert [one.count("<c:pt ") for one in numbers] == [lines] * len(numbers)
        assert "Series" not in part


def with_charts(standard: Standard, *wanted: Chart) -> Standard:
    return standard._replace(charts=wanted)


def of_rows(rows: str, room: int = 12, total: str = "") -> Chart:
    totals = (parse_ref(total),) if total else ()
    return Chart("rows", "图", "bar", ("数",), parse_ref(rows), total=totals, room=room)


def rendered(standard: Standard, placed: Book) -> list[CellContent]:
    return render_overview(Areas(standard, placed, render_sheets(standard, placed, {})))


def shown(standard: Standard, book: Book) -> list[tuple[object, object]]:
    """Name and amount of the lines in use of the only chart, total first."""
    found = {cell.cell: cell.value for cell in rendered(standard, place_book(standard, book))}
    lines = range(7, 60)
    return [(found[f"A{n}"], found[f"B{n}"]) for n in lines if found.get(f"A{n}")]


def test_more_rows_than_fit_are_added_up(standard: Standard, example: Book) -> None:
    narrow = with_charts(standard, of_rows("expenditure[each:class].total", room=3))
    assert shown(narrow, example) == [
        ("合计", Decimal("6295.86")),
        ("一般公共服务支出", Decimal("5251.36")),
        ("社会保障和就业支出", Decimal("697.28")),
        ("其余2项", Decimal("347.22")),
    ]


def test_classes_of_prescribed_rows_lose_their_ordinal(standard: Standard, example: Book) -> None:
    found = shown(with_charts(standard, of_rows("summary.expense[each:class].budget")), example)
    assert [name for name, _ in found[1:]] == [
        "一般公共服务支出",
        "社会保障和就业支出",
        "卫生健康支出",
        "住房保障支出",
    ]


@pytest.mark.parametrize("rows", ["basic[each:302*].total", "income[each:unit].total"])
def test_rows_by_code_and_by_unit(standard: Standard, example: Book, rows: str) -> None:
    found = shown(with_charts(standard, of_rows(rows)), example)
    if rows.startswith("income"):
        assert found[1:] == [("长春市人民政府办公厅（本级）", Decimal("6295.86"))]
    else:
        assert found[1][0] == "商品和服务支出"
        assert len(found) == 13 and str(found[-1][0]).startswith("其余")


def test_units_of_money_are_not_mixed(standard: Standard, example: Book) -> None:
    """A table in 元 and last year's figures in 万元 meet in the table's unit."""
    block = standard.blocks["three_public"]._replace(unit=YUAN)
    blocks = {**standard.blocks, "three_public": block}
    table = standard.table("three_public")._replace(blocks=(block,))
    tables = tuple(table if one.key == table.key else one for one in standard.tables)
    other = standard._replace(blocks=blocks, tables=tables, charts=standard.charts[3:])
    found = {cell.cell: cell.value for cell in rendered(other, place_book(other, example))}
    assert found["C10"] is not None
    assert Decimal(str(found["C9"])) + Decimal(str(found["C10"])) > 300_000


def test_kept_values_are_brought_up_to_date(
    standard: Standard, example: Book, plain_file: Path
) -> None:
    """As after filling in: previewers and LibreOffice show what is kept."""
    placed = place_book(standard, example)
    caches = overview_caches(standard, rendered(standard, placed))
    parts = [one.encode() for one in charts(plain_file)]
    assert [with_caches(one, caches).decode().count("<c:pt ") for one in parts] == [8, 4, 8, 16]
    data = placed.blocks["expenditure"]
    rows = [
        row._replace(cells=(parse_amount("99", WAN), *row.cells[1:]), label="甲 & 乙")
        if row.key == "208"
        else row
        for row in data.rows
        if not row.key.startswith("210")
    ]
    smaller = placed.with_blocks({"expenditure": data.of(rows, data.letters)})
    part = with_caches(parts[0], overview_caches(standard, rendered(standard, smaller))).decode()
    assert re.findall(r"<c:v>([^<]*)</c:v>", part)[1:] == [
        "一般公共服务支出",
        "甲 &amp; 乙",
        "住房保障支出",
        "5251.36",
        "99.00",
        "262.07",
    ]
    assert part.count('<c:ptCount val="3"/>') == 2


def test_charts_keep_the_figures_that_filling_gives(leaves_file: Path, tmp_path: Path) -> None:
    path = shutil.copy(leaves_file, tmp_path / "a.xlsm")
    plan = plan_fill(Workbook(path))
    Workbook(path).patch(path, plan.edits, plan.afterwards)
    with zipfile.ZipFile(path) as parts:
        kept = "".join(
            parts.read(name).decode() for name in parts.namelist() if "/charts/chart" in name
        )
    assert "<c:v>一般公共服务支出</c:v>" in kept
    filled = plan.book.blocks["expenditure"].row("201")
    assert filled is not None
    assert isinstance(filled.cells[0], Amount)
    assert f"<c:v>{filled.cells[0].plain}</c:v>" in kept
