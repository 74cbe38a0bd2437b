"""Exported tables in many shapes: every figure where it belongs, or a sentence that says why not."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook

from exported_tables import VARIANTS, Shape, biff5, exact, read_path, write
from xlbudget.errors import UnusableFileError
from xlbudget.standard import layers, loader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.importing.imported import Imported
    from xlbudget.standard.model import Standard, Table

SIMPLE = Shape()
OLD = (
    "as printed",
    "offset",
    "all on one sheet",
    "in 元",
    "figures as text",
    "headings in one row",
)


def rows_of(book: Book) -> dict[str, list[tuple[Any, ...]]]:
    return {
        key: [
            (row.key, row.kind, "".join(row.label.split()), row.cells, row.texts, row.parent)
            for row in data.rows
        ]
        for key, data in book.blocks.items()
    }


def forms_of(book: Book) -> list[object]:
    return [
        (
            one.name,
            one.form,
            {key: text for key, text in one.fields.items() if text},
            [dict(indicator.values) for indicator in one.indicators],
        )
        for one in book.forms
    ]


def compared(found: Imported, example: Book) -> int:
    """The number of cells that are the example's; fails at the first that is not."""
    got, wanted = rows_of(found.book), rows_of(example)
    assert got.keys() == wanted.keys()
    count = 0
    for key, rows in wanted.items():
        assert got[key] == rows, key
        count += sum(len(row[3]) for row in rows)
    assert forms_of(found.book) == forms_of(example)
    assert found.book.year == example.year
    assert not found.book.findings
    return count


@pytest.mark.parametrize("name", VARIANTS)
def test_every_shape_is_read_whole(
    name: str, standard: Standard, example: Book, tmp_path: Path
) -> None:
    path = write(tmp_path / "导出 表.xlsx", standard, example, VARIANTS[name])
    count = compared(read_path(path, standard), example)
    print(f"{name}: {count} cells")
    assert count > 600


# ------------------------------------------------------------------ old .xls, by LibreOffice


@pytest.fixture(scope="module")
def to_xls(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Path]]:
    """A function that has LibreOffice save files as .xls."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    profile = tmp_path_factory.mktemp("profile")

    def run(*paths: Path, kind: str = "xls") -> list[Path]:
        target = tmp_path_factory.mktemp("xls")
        done = subprocess.run(
            [
                soffice,
                f"-env:UserInstallation={profile.as_uri()}",
                "--headless",
                "--norestore",
                "--convert-to",
                kind,
                "--outdir",
                str(target),
                *map(str, paths),
            ],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        found = [target / f"{path.stem}.xls" for path in paths]
        assert all(one.is_file() for one in found), done.stdout + done.stderr
        return found

    return run


@pytest.mark.office
def test_old_files_are_read_whole(
    standard: Standard, example: Book, tmp_path: Path, to_xls: Callable[..., list[Path]]
) -> None:
    paths = [write(tmp_path / f"{name}.xlsx", standard, example, VARIANTS[name]) for name in OLD]
    for path in to_xls(*paths):
        count = compared(read_path(path, standard), example)
        print(f"{path.name}: {count} cells")
        assert count > 600


@pytest.mark.parametrize(("page", "said"), [(936, False), (1252, True), (None, True)])
def test_letters_of_an_old_file(
    page: int | None, said: bool, standard: Standard, example: Book, tmp_path: Path
) -> None:
    """Excel 95 without a Chinese code page: read as GBK, and said so."""
    source = write(tmp_path / "新.xlsx", standard, example, replace(SIMPLE, only=("three_public",)))
    sheet = load_workbook(source)["一般公共预算三公经费支出表"]
    rows = [[cell.value for cell in line] for line in sheet.iter_rows()]
    path = tmp_path / "旧.xls"
    path.write_bytes(biff5(rows, page, "gbk"))
    found = read_path(path, standard)
    assert rows_of(found.book)["three_public"] == rows_of(example)["three_public"]
    assert any("按简体中文（GBK）读入" in one for one in found.left) == said


# ------------------------------------------------------------------ from a workbook of ours


def test_our_own_workbook_is_read_whole(
    standard: Standard, example: Book, example_file: Path
) -> None:
    found = read_path(example_file, standard)
    compared(found, example)
    assert found.book.profile == example.profile
    assert found.book.keyed == example.keyed
    wanted = {key: one.value for key, one in example.info.items() if one.value not in (None, "")}
    got = {key: one.value for key, one in found.book.info.items()}
    assert got.items() >= {k: v for k, v in wanted.items() if k != "standard"}.items()


# ------------------------------------------------------------------ refused, with the reason


def refused(path: Path, standard: Standard, year: int | None = None) -> str:
    with pytest.raises(UnusableFileError) as error:
        read_path(path, standard, year)
    said = str(error.value)
    assert said.endswith("。") and "\n" not in said
    return said


def changed(path: Path, change: Callable[[object], None]) -> Path:
    """A file with something done to it by openpyxl."""
    workbook = load_workbook(path)
    change(workbook)
    workbook.save(path)
    return path


@pytest.fixture
def exported(standard: Standard, example: Book, tmp_path: Path) -> Callable[..., Path]:
    def make(change: Callable[[object], None] | None = None, **shape: object) -> Path:
        path = write(tmp_path / "导出.xlsx", standard, example, replace(SIMPLE, **shape))
        return changed(path, change) if change else path

    return make


def test_last_years_file(exported: Callable[..., Path], standard: Standard) -> None:
    said = refused(exported(), standard, 2025)
    assert "写的是2024年，应为2025年，像是上一年度的文件" in said


def test_one_table_of_last_year(
    exported: Callable[..., Path], standard: Standard, example: Book
) -> None:
    def change(workbook: Workbook) -> None:
        workbook["部门支出总表"]["A1"] = "2023年部门支出总表"

    found = read_path(exported(change), standard, 2024)
    assert "expenditure" not in found.book.blocks and "general" in found.book.blocks
    assert any("写的是2023年，应为2024年" in one for one in found.left), found.left


def test_title_and_headings_of_different_years(
    exported: Callable[..., Path], standard: Standard
) -> None:
    def change(workbook: Workbook) -> None:
        workbook["部门收支总表"]["A1"] = "2025年部门收支总表"

    found = read_path(exported(change), standard, 2024)
    assert "summary.income" not in found.book.blocks
    assert any("不同的年度（2024年、2025年）" in one for one in found.left), found.left


def test_a_file_without_any_year(exported: Callable[..., Path], standard: Standard) -> None:
    path = exported(only=("expenditure", "general"))
    assert "没有写明预算年度" in refused(path, standard)
    assert read_path(path, standard, 2026).book.year == 2026


def test_two_tables_of_one_title(exported: Callable[..., Path], standard: Standard) -> None:
    def change(workbook: Workbook) -> None:
        second = workbook.copy_worksheet(workbook["部门支出总表"])
        second["C6"] = 1

    found = read_path(exported(change), standard)
    assert "expenditure" not in found.book.blocks
    assert any("“部门支出总表”出现了不止一次，内容不同" in one for one in found.left)


def test_the_same_table_twice_is_taken_once(
    exported: Callable[..., Path], standard: Standard, example: Book
) -> None:
    path = exported(lambda workbook: workbook.copy_worksheet(workbook["部门支出总表"]))
    found = read_path(path, standard)
    assert rows_of(found.book) == rows_of(example)
    assert any("内容相同，只取一次" in one for one in found.left)


def test_a_missing_column(exported: Callable[..., Path], standard: Standard) -> None:
    path = exported(lambda workbook: workbook["部门支出总表"].delete_cols(5))
    found = read_path(path, standard)
    assert "expenditure" not in found.book.blocks
    assert any("找不到栏“项目支出”，没有导入" in one for one in found.left), found.left


def test_two_columns_of_one_heading(exported: Callable[..., Path], standard: Standard) -> None:
    def change(workbook: Workbook) -> None:
        workbook["部门支出总表"]["F3"] = "项目支出"

    found = read_path(exported(change), standard)
    assert "expenditure" not in found.book.blocks
    assert any("部门支出总表" in one and "没有导入" in one for one in found.left), found.left


def test_headings_without_their_outer_labels_are_not_guessed(
    exported: Callable[..., Path], standard: Standard
) -> None:
    """小计 and 一般公共预算 stand twice in one row: which is this year's cannot be told."""
    found = read_path(exported(heads="flat"), standard)
    assert "income" not in found.book.blocks and "project" not in found.book.blocks
    assert {"summary.income", "expenditure", "general", "basic"} <= found.book.blocks.keys()
    assert any("“部门收入总表”" in one and "小计" in one for one in found.left), found.left


def test_two_units_in_one_table(exported: Callable[..., Path], standard: Standard) -> None:
    def change(workbook: Workbook) -> None:
        workbook["部门支出总表"]["A2"] = "金额单位：元"

    found = read_path(exported(change), standard)
    assert "expenditure" not in found.book.blocks
    assert any("不止一种金额单位（万元、元）" in one or "（元、万元）" in one for one in found.left)


def test_no_unit_is_said(exported: Callable[..., Path], standard: Standard, example: Book) -> None:
    found = read_path(exported(unit_at="none"), standard)
    assert rows_of(found.book) == rows_of(example)
    assert any("没有写明金额单位，按标准的万元读入" in one for one in found.left), found.left


def test_yuan_that_are_no_hundreds_are_rounded_and_counted(
    exported: Callable[..., Path], standard: Standard
) -> None:
    def change(workbook: Workbook) -> None:
        workbook["部门支出总表"]["D6"] = 23151049.99
        workbook["部门支出总表"]["D5"] = 23150950

    path = exported(change, unit="元", figure=exact)
    found = read_path(path, standard)
    rows = found.book.blocks["expenditure"].rows
    assert [rows[1].cells[1].text, rows[2].cells[1].text] == ["2,315.10", "2,315.10"]
    assert any("由元换算成万元，其中2格四舍五入到两位小数" in one for one in found.left)


BAD = {
    "错误值": ("#REF!", "是错误值#REF!"),
    "文字": ("详见附件", "“详见附件”不是金额"),
    "公式": ("=C7+C8", "是没有计算结果的公式"),
    "两个数": ("12.00/13.00", "不是金额"),
}


@pytest.mark.parametrize("name", BAD)
def test_cells_that_are_no_figures_are_named(
    name: str, exported: Callable[..., Path], standard: Standard
) -> None:
    value, said = BAD[name]

    def change(workbook: Workbook) -> None:
        cell = workbook["部门支出总表"]["D6"]
        cell.value = value
        if value.startswith("#"):
            cell.data_type = "e"

    found = read_path(exported(change), standard)
    assert found.book.blocks["expenditure"].rows[2].cells[1] is None
    (finding,) = found.book.findings
    assert finding.cell == "D6" and said in finding.message, finding
    assert "工作表“部门支出总表”的单元格D6（基本支出）" in finding.message


def test_a_heading_that_is_a_formula_without_value(
    exported: Callable[..., Path], standard: Standard
) -> None:
    def change(workbook: Workbook) -> None:
        workbook["一般公共预算三公经费支出表"]["B3"] = '=2024&"年预算数"'

    found = read_path(exported(change), standard)
    assert "three_public" not in found.book.blocks
    assert any("栏目标题是没有计算结果的公式" in one for one in found.left), found.left


def test_a_title_over_another_tables_columns(
    exported: Callable[..., Path], standard: Standard
) -> None:
    def change(workbook: Workbook) -> None:
        workbook["部门收入总表"]["A1"] = "部门支出总表"
        del workbook["部门支出总表"]

    found = read_path(exported(change), standard)
    assert not {"income", "expenditure"} & found.book.blocks.keys()
    assert any("标题是“部门支出总表”，栏目却是“部门收入总表”的" in one for one in found.left)


def test_hidden_sheets_are_said(exported: Callable[..., Path], standard: Standard) -> None:
    def change(workbook: Workbook) -> None:
        workbook["部门支出总表"].sheet_state = "hidden"

    found = read_path(exported(change), standard)
    assert "expenditure" not in found.book.blocks
    assert any("隐藏的工作表“部门支出总表”" in one for one in found.left)


def test_extra_columns_and_rows_are_listed(
    exported: Callable[..., Path], standard: Standard, example: Book
) -> None:
    def change(workbook: Workbook) -> None:
        sheet = workbook["部门收支总表"]
        sheet["A7"] = "彩票公益金收入"
        sheet["B7"] = 5

    found = read_path(exported(change, after=("备注",)), standard)
    assert any("多出的栏没有导入：“备注”" in one for one in found.left), found.left
    messages = [one.message for one in found.book.findings]
    assert any(
        "“彩票公益金收入”不是“部门收支总表”的行，它的金额没有导入" in one for one in messages
    )


def test_two_tables_beside_each_other(standard: Standard, example: Book, tmp_path: Path) -> None:
    path = write(
        tmp_path / "导出.xlsx", standard, example, replace(SIMPLE, only=("basic", "three_public"))
    )

    def change(workbook: Workbook) -> None:
        left = workbook["一般公共预算基本支出表"]
        for line in workbook["一般公共预算三公经费支出表"].iter_rows():
            for cell in line:
                left.cell(cell.row, cell.column + 7).value = cell.value
        del workbook["一般公共预算三公经费支出表"]

    found = read_path(changed(path, change), standard)
    assert rows_of(found.book)["basic"] == rows_of(example)["basic"]
    assert rows_of(found.book)["three_public"] == rows_of(example)["three_public"]


def test_notes_of_the_standard_say_what_the_staff_is(
    exported: Callable[..., Path], standard: Standard
) -> None:
    def change(workbook: Workbook) -> None:
        sheet = workbook["一般公共预算三公经费支出表"]
        last = sheet.max_row + 1
        sheet.cell(last, 1, "说明：")
        text = "2、“本年预算数”的实有人员226人，其中：在职人员130人，离退休人员96人。"
        sheet.cell(last + 1, 1, text)

    info = read_path(exported(change), standard).book.info
    assert {k: info[k].value.fen for k in info if k.startswith("staff")} == {
        "staff_total": 226,
        "staff_active": 130,
        "staff_retired": 96,
    }


# ------------------------------------------------------------------ files that cannot be read


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")


FILES = {
    "空.xls": (b"", "空文件"),
    "加密.xlsx": (encrypted(), "设有打开密码"),
    "网页.xls": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "没有认出"),
    "网页2.xls": (b"MIME-Version: 1.0\nX-Document-Type: Workbook\n", "其实是整个网页"),
    "表格.xls": (b'<?xml version="1.0"?><Workbook/>', "其实是 XML 文件"),
    "文本.xls": ("科目编码,科目名称\n201,一般公共服务\n".encode(), "没有认出"),
    "打印.xls": (b"%PDF-1.4 ...", "其实是 PDF 文件"),
    "损坏.xlsx": (b"PK\x03\x04" + bytes(200), "已损坏"),
    "照片.xls": (b"\x89PNG\r\n" + bytes(300), "不是 Excel 文件"),
    "文档.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), "不是表格文件"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_cannot_be_read(name: str, tmp_path: Path, standard: Standard) -> None:
    data, said = FILES[name]
    path = tmp_path / name
    path.write_bytes(data)
    found = refused(path, standard)
    assert said in found and name in found


@pytest.mark.office
def test_damaged_and_protected_xls(
    standard: Standard, example: Book, tmp_path: Path, to_xls: Callable[..., list[Path]]
) -> None:
    path = write(tmp_path / "旧.xlsx", standard, example, replace(SIMPLE, only=("summary",)))
    (old,) = to_xls(path)
    whole = old.read_bytes()
    old.write_bytes(whole[: len(whole) // 3])
    assert "已损坏" in refused(old, standard)
    # A FILEPASS record right behind the beginning of the workbook's stream.
    start = whole.index(b"\x09\x08\x10\x00")
    locked = bytearray(whole)
    locked[start + 20 : start + 24] = b"\x2f\x00\x06\x00"
    old.write_bytes(bytes(locked))
    assert "密码" in refused(old, standard)


def test_a_spreadsheet_without_tables(tmp_path: Path, standard: Standard) -> None:
    workbook = Workbook()
    workbook.active.append(["姓名", "电话"])
    workbook.save(tmp_path / "通讯录.xlsx")
    said = refused(tmp_path / "通讯录.xlsx", standard)
    assert "没有认出“长春市部门预算公开”的表" in said


def test_garbled_text_is_said(tmp_path: Path, standard: Standard) -> None:
    workbook = Workbook()
    for text in ("部门收支总表", "财政拨款收入", "一般公共预算拨款收入"):
        workbook.active.append([text.encode("gbk").decode("latin-1")])
    workbook.save(tmp_path / "乱码.xlsx")
    assert "乱码" in refused(tmp_path / "乱码.xlsx", standard)


def test_a_document_of_another_standard(
    tmp_path: Path, standard: Standard, example: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second standard, here the first one with other titles and headings."""
    other = standard._replace(
        id="other",
        name="某市部门预算公开",
        tables=tuple(
            table._replace(title=f"新{table.title}表", sheet=f"新{table.sheet}"[:31])
            for table in standard.tables
        ),
    )
    monkeypatch.setattr(layers, "standard_ids", lambda: ["changchun", "other"])
    monkeypatch.setattr(loader, "load_standard", lambda identity: other)
    shape = replace(SIMPLE, only=("fiscal", "general", "basic", "summary"))
    path = write(tmp_path / "别处.xlsx", other, example, shape)
    renamed = changed(path, _rename_columns)
    other_columns = other._replace(tables=tuple(_renamed(table) for table in other.tables))
    monkeypatch.setattr(loader, "load_standard", lambda identity: other_columns)
    assert "像是“某市部门预算公开”的表（认出4张）" in refused(renamed, standard)


def _rename_columns(workbook: Workbook) -> None:
    for sheet in workbook.worksheets:
        for line in sheet.iter_rows(max_row=6):
            for cell in line:
                if isinstance(cell.value, str) and cell.value in RENAMED:
                    cell.value = RENAMED[cell.value]


RENAMED = {
    "当年预算": "本年安排",
    "人员经费": "工资福利",
    "合计": "总计金额",
    "上年结转": "以前年度",
    "小计": "计",
}


def _renamed(table: Table) -> Table:
    blocks = []
    for block in table.blocks:
        columns = tuple(
            one._replace(label=tuple(RENAMED.get(text, text) for text in one.label))
            for one in block.columns
        )
        blocks.append(block._replace(columns=columns))
    return table._replace(blocks=tuple(blocks))


@pytest.mark.parametrize("column", [2, 4, 8])
@pytest.mark.parametrize(
    "name", ["titles with the unit's name", "as printed", "headings in one row"]
)
def test_a_lost_column_is_never_silent(
    name: str, column: int, standard: Standard, example: Book, tmp_path: Path
) -> None:
    """Every table on the sheet is whole, or something is said of it."""
    path = write(tmp_path / "导出.xlsx", standard, example, replace(VARIANTS[name], one_sheet=True))

    def change(workbook: Workbook) -> None:
        sheet = workbook["导出结果"]
        for area in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(area))
        sheet.delete_cols(column)

    found = read_path(changed(path, change), standard)
    got, wanted = rows_of(found.book), rows_of(example)
    said = [*found.left, *(one.message for one in found.book.findings)]
    lost = 0
    for key, rows in wanted.items():
        title = standard.table_of(standard.blocks[key]).title
        if key not in got:
            assert any(title in one and "没有导入" in one for one in said), (key, said)
            lost += 1
        elif got[key] != rows:
            assert any(title in one for one in said), (key, said)
    assert lost
