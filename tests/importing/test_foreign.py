"""Files of other tables: said what they look like, and nothing taken, though some titles and columns are ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

from exported_tables import Shape, read_path, write
from xlbudget.errors import UnusableFileError
from xlbudget.reading.book import read_book

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

AMOUNTS = ("项目", "行次", "金额")
SPENDING = ("支出功能分类科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出", "经营支出")
ACCOUNTS = (
    "收入支出决算总表", "收入决算表", "支出决算表", "财政拨款收入支出决算总表",
    "一般公共预算财政拨款支出决算表", "一般公共预算财政拨款基本支出决算表",
    "财政拨款“三公”经费支出决算表", "政府性基金预算财政拨款收入支出决算表",
)  # fmt: skip
DISTRICT = (
    "单位收支预算总表", "单位收入预算总表", "单位支出预算总表", "财政拨款收支总表",
    "一般公共预算支出表", "一般公共预算基本支出表", "“三公”经费预算表", "政府性基金支出预算表",
    "政府采购预算表",
)  # fmt: skip
DOCUMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...], str]] = {
    # titles of sheets of its own, their headings, unit, tables that are quite ours, what is said
    "部门决算": (ACCOUNTS, AMOUNTS, "万元", (), "像是部门决算"),
    "部门决算，一张相同": (ACCOUNTS, AMOUNTS, "万元", ("general",), "只有1张像"),
    "某区九张表": (DISTRICT, SPENDING, "元", (), "金额单位为元"),
    "某区九张表，两张相同": (DISTRICT[:3] + DISTRICT[6:], SPENDING, "元", ("general", "basic"), "只有2张像"),
    "总预算": (
        ("全市一般公共预算收入表", "全市一般公共预算支出表明细表", "全市政府性基金收入表"),
        ("科目", "上年执行数", "预算数"), "亿元", (), "像是另一种标准的表",
    ),
    "会计报表": (("资产负债表", "收入费用表", "净资产变动表"), ("项目", "年初数", "期末数"), "元", (), "资产负债表"),
    "绩效自评": (
        ("项目支出绩效自评表", "部门整体支出绩效自评表"), ("指标", "年度指标值", "实际完成值", "得分"),
        "万元", (), "绩效自评表",
    ),
    "政府采购，一张相同": (
        ("政府采购预算表", "政府购买服务预算表", "国有资产占用情况表", "部门整体绩效目标表"),
        ("项目名称", "采购目录", "金额"), "万元", ("three_public",), "只有1张像",
    ),
}  # fmt: skip


def made(path: Path, standard: Standard, example: Book, name: str) -> Path:
    """The file of one of the documents."""
    titles, headings, unit, ours, _ = DOCUMENTS[name]
    workbook = Workbook()
    if ours:
        write(path, standard, example, replace(Shape(), only=ours))
        workbook = load_workbook(path)
    for number, title in enumerate(titles, 1):
        sheet = workbook.create_sheet(f"Z{number:02d} {title}"[:31])
        sheet.append([f"公开{number:02d}表"])
        sheet.append([title])
        sheet.append(["部门：某某局", *[None] * (len(headings) - 2), f"单位：{unit}"])
        sheet.append(headings)
        for line in range(8):
            sheet.append(
                [
                    "20103" if "编码" in headings[0] else "其他",
                    "某某",
                    *[line * 1.5] * (len(headings) - 2),
                ]
            )
    workbook.save(path)
    return path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_other_tables_are_refused_with_their_kind(
    name: str, standard: Standard, example: Book, tmp_path: Path
) -> None:
    path = made(tmp_path / "别处的表.xlsx", standard, example, name)
    with pytest.raises(UnusableFileError) as error:
        read_path(path, standard, 2024)
    said = str(error.value)
    assert DOCUMENTS[name][-1] in said
    assert "没有导入" in said
    assert "别处的表.xlsx" in said
    assert said.count("。") == 1


@pytest.mark.parametrize("name", DOCUMENTS)
def test_and_are_no_budget_workbook(
    name: str, standard: Standard, example: Book, tmp_path: Path
) -> None:
    path = made(tmp_path / "别处的表.xlsx", standard, example, name)
    with pytest.raises(UnusableFileError, match="不是部门预算工作簿"):
        read_book(path)


def test_a_file_with_a_few_tables_of_its_own_is_taken(
    standard: Standard, example: Book, tmp_path: Path
) -> None:
    """All of ours beside some that only a platform has."""
    path = write(tmp_path / "导出.xlsx", standard, example, Shape())
    workbook = load_workbook(path)
    for title in ("政府采购预算表", "政府购买服务预算表", "国有资产占用情况表", "债务支出表"):
        workbook.create_sheet(title).append([title])
    workbook.save(path)
    assert len(read_path(path, standard, 2024).book.blocks) == len(standard.blocks)
