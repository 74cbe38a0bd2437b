"""导入, 结转下年 and 打包 on an open workbook give what the command line gives."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from calc.clicked import Clicked, contents, differences
from xlbudget.cli.run import run
from xlbudget.xlsx.backups import backups
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import xlwings as xw

pytestmark = [
    pytest.mark.office,
    pytest.mark.filterwarnings("ignore:.*extension is not supported"),
]


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XLBUDGET_HOME", str(tmp_path / "状态"))


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    path = tmp_path / "空白 预算.xlsm"
    assert run(["new", str(path), "--year", "2024", "-q"]) == 0
    return path


def chosen(clicked: Clicked, *files: Path) -> None:
    """As the window of the macro leaves them."""
    clicked.book.sheets["_texts"].range("C1").value = "\n".join(map(str, files))


def exported(example_file: Path, tmp_path: Path) -> Path:
    """Values alone, as another program gives them."""
    book = openpyxl.load_workbook(example_file, data_only=True, keep_vba=False)
    path = tmp_path / "导出 的表.xlsx"
    book.save(path)
    return path


def test_an_import_asks_first_and_writes_what_the_command_line_writes(
    blank: Path,
    example_file: Path,
    live: Callable[[Path], xw.Book],
    recalculate: Callable[[Path], Path],
    tmp_path: Path,
) -> None:
    source = exported(example_file, tmp_path)
    other = tmp_path / "命令行.xlsm"
    other.write_bytes(blank.read_bytes())
    clicked = Clicked(live(blank))
    before = contents(clicked.saved(tmp_path))
    chosen(clicked, source)
    assert "没有写入" in clicked.click("take_in", "no")
    assert contents(clicked.saved(tmp_path)) == before | {("_texts", "B1"): "ok token 1"}
    chosen(clicked, source)
    said = clicked.click("take_in", "yes")
    assert "导入完成：写入" in said
    asked = clicked.book.app.impl.alerts[-2]
    assert asked.buttons == "yes_no" and "部门收支总表" in asked.text and len(asked.text) < 1024
    assert run(["import", str(source), "-w", str(other), "--yes", "-q"]) == 0
    wrong, count = differences(clicked.saved(tmp_path), recalculate(other))
    print(f"import: {count} cells compared, {len(wrong)} differ")
    assert not wrong, "\n".join(map(str, wrong[:20]))
    assert count > 10_000
    assert "已撤销" in clicked.click("undo")


def test_a_list_of_subjects_is_kept_where_that_is_wanted(
    blank: Path, live: Callable[[Path], xw.Book], tmp_path: Path
) -> None:
    source = tmp_path / "目录.csv"
    source.write_text("科目编码;科目名称\n201.39;社会工作事务\n201.39.04;专项业务\n", "utf-8")
    clicked = Clicked(live(blank))
    chosen(clicked, source)
    assert "已保存" not in clicked.click("take_in", "yes", "no")
    kept = tmp_path / "状态" / "subjects" / "changchun" / "2024.csv"
    assert not kept.exists()
    chosen(clicked, source)  # all is there already; it may be kept all the same
    said = clicked.click("take_in", "yes")
    assert "没有需要写入的格" in said and str(kept) in said
    assert "2013904,专项业务" in kept.read_text("utf-8-sig")
    assert ("科目字典", "2013904") in {
        (sheet, value) for (sheet, _), value in contents(clicked.saved(tmp_path)).items()
    }


def test_no_file_and_a_useless_file_change_nothing(
    blank: Path, live: Callable[[Path], xw.Book], tmp_path: Path
) -> None:
    clicked = Clicked(live(blank))
    before = contents(clicked.saved(tmp_path))
    assert "没有选择文件" in clicked.click("take_in")
    useless = tmp_path / "照片.xlsx"
    useless.write_bytes(b"\xff\xd8\xff")
    chosen(clicked, useless)
    assert "照片.xlsx" in clicked.click("take_in")
    assert not clicked.book.sheets["_texts"].range("C1").value
    assert contents(clicked.saved(tmp_path)) == before | {("_texts", "B1"): "ok token 1"}


def test_next_years_workbook_lies_beside_this_one(
    example_copy: Path, live: Callable[[Path], xw.Book], tmp_path: Path
) -> None:
    clicked = Clicked(live(example_copy))
    said = clicked.click("roll_over")
    target = example_copy.with_name("部门预算 样例 2025.xlsm")
    assert "2025年度工作簿已建好" in said and str(target) in said
    assert len(said) < 1024
    assert run(["rollover", str(example_copy), str(tmp_path / "命令行.xlsm"), "-q"]) == 0
    assert contents(target) == contents(tmp_path / "命令行.xlsm")
    held = target.read_bytes()
    assert "已经存在" in clicked.click("roll_over")
    assert target.read_bytes() == held


def test_a_backup_is_asked_for_and_lies_beside_the_workbook(
    example_copy: Path, live: Callable[[Path], xw.Book], tmp_path: Path
) -> None:
    for number in range(2):
        Workbook(example_copy).patch(
            example_copy, [CellEdit("一般公共预算支出表", "F8", Decimal(number))]
        )
        assert run(["notes", str(example_copy), "-q"]) == 0
    states = [one.path.read_bytes() for one in backups(example_copy)]
    clicked = Clicked(live(example_copy))
    before = contents(clicked.saved(tmp_path))
    assert "都看过了" in clicked.click("restore", "no", "no")
    said = clicked.click("restore", "no", "yes")
    asked = clicked.book.app.impl.alerts[0]
    assert asked.buttons == "yes_no" and "备份2（" in asked.text and "notes 改写之前" in asked.text
    target = example_copy.with_name("部门预算 样例 恢复自备份1.xlsm")
    assert f"备份1已另存为：{target}" in said
    assert target.read_bytes() == states[0] != states[1]
    assert "已经存在，没有改动" in clicked.click("restore", "no", "yes")
    token = ("_texts", "B1")
    now = contents(clicked.saved(tmp_path))
    assert now | {token: ""} == before | {token: ""}
    for one in backups(example_copy):
        one.path.unlink()
    assert "旁边没有备份" in clicked.click("restore")


def test_the_finished_set_lies_beside_the_workbook(
    example_copy: Path, live: Callable[[Path], xw.Book]
) -> None:
    clicked = Clicked(live(example_copy))
    said = clicked.click("package")
    folder = example_copy.with_name("部门预算 样例 公开套件")
    assert "已打包到" in said and str(folder) in said
    kinds = {one.suffix for one in folder.iterdir()}
    assert {".xlsx", ".docx", ".html", ".eml", ".txt", ".json"} <= kinds
    listed = next(folder.glob("*校验清单.txt")).read_text("utf-8")
    assert example_copy.name in listed


def test_a_workbook_with_errors_is_not_packaged(
    example_copy: Path, live: Callable[[Path], xw.Book]
) -> None:
    damage = CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))
    Workbook(example_copy).patch(example_copy, [damage])
    clicked = Clicked(live(example_copy))
    said = clicked.click("package")
    assert "没有打包" in said and "差错 1 处" in said and "清样单" in said
    assert not example_copy.with_name("部门预算 样例 公开套件").exists()
