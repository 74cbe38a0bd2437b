"""Nothing of a data folder is dropped: what the workbook has no place for is refused, with file, line and column."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from xlbudget.cli.run import run
from xlbudget.errors import DataFolderError
from xlbudget.importing.data_folder import read_folder
from xlbudget.standard.loader import load_standard

DEPARTMENT = Path(__file__).parents[1] / "departments" / "government-fund"
FORMS, INDICATORS = "11-项目支出绩效目标表.csv", "11-绩效指标.csv"
GENERAL, PROJECTS = "05-一般公共预算支出表.csv", "10-项目支出表.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEPARTMENT, tmp_path / "数据"))


def lines_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write(path: Path, lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(lines)


def refused(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What ``new`` says when it makes no workbook."""
    target = tmp_path / "新.xlsx"
    assert run(["new", str(target), "--from", str(folder), "-q"]) == 2
    assert not target.exists()
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("name", "row", "label", "text", "said"),
    [
        # An amount or a text that the form of the project has no cell for.
        (FORMS, 1, "财政拨款结转", "12.34", "第2行“财政拨款结转”写有“12.34”"),
        (FORMS, 1, "项目实施期", "一年", "第2行“项目实施期”写有“一年”"),
        (FORMS, 1, "其中：年度财政拨款", "1.00", "不认识的栏：其中：年度财政拨款（第2行写有“1.00”）"),
        (FORMS, 1, "项目名称", "", "第2行没有“项目名称”"),
        (INDICATORS, 1, "指标解释", "什么", "第2行“指标解释”写有“什么”"),
        (INDICATORS, 1, "项目名称", "没有的项目", "第2行的项目“没有的项目”不在"),
        (INDICATORS, 1, "项目名称", " ", "第2行没有“项目名称”"),
        (INDICATORS, 1, "考核人", "某人", "不认识的栏：考核人（第2行写有“某人”）"),
        # A column or a line that is none of the table's.
        (GENERAL, 2, "备注", "见附件", "第3行的“备注”栏写有“见附件”"),
        (GENERAL, -1, "合计", "7", "第{}行的“合计”栏写有“7”"),
        (GENERAL, 2, "科目编码", "无编码", "第3行"),
    ],
)  # fmt: skip
def test_what_has_no_place_is_refused(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    row: int,
    label: str,
    text: str,
    said: str,
) -> None:
    lines = lines_of(folder / name)
    known = [one.rpartition("/")[2] for one in lines[0]]
    at = known.index(label) if label in known and label != "合计" else len(known)
    if at == len(known):
        lines = [[*line, ""] for line in lines]
        lines[0][at] = label
    row %= len(lines)
    lines[row][at] = text
    write(folder / name, lines)
    found = refused(folder, tmp_path, capsys)
    assert name in found
    assert said.format(len(lines)) in found


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        (GENERAL, ["说明：", "以下空白"], "表下的文字请写在“表下说明.toml”里"),
        (GENERAL, ["", "", "3.00"], "有金额，却没有名称或编码"),
        ("01-部门收支总表.csv", ["不存在的行", "1.00"], "不认识的行“不存在的行”"),
        (PROJECTS, ["合计", "某个项目"], "写有“某个项目”，这一行没有地方放它"),
    ],
)
def test_lines_that_are_no_rows(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    line: list[str],
    said: str,
) -> None:
    lines = lines_of(folder / name)
    if line[0] == "合计":
        lines = [lines[0], *(one for one in lines[1:] if "合计" not in one)]
    blank = [""] * len(lines[0])  # counted, as spreadsheets do
    write(folder / name, [*lines, blank, line])
    found = refused(folder, tmp_path, capsys)
    assert name in found
    assert said in found
    assert f"第{len(lines) + 2}行" in found


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("部门概况.toml", '"主要职责" = ["一"]', "不认识“主要职责”"),
        ("部门概况.toml", '"主要职能" = "一"', "“主要职能”应为几行文字"),
        ("部门概况.toml", '[["机构设置"]]\n"名称" = "甲处"\n"人数" = 5', "第1项中不认识“人数”"),
        ("部门概况.toml", '[["机构设置"]]\n"职责" = "办文"', "第1项没有“名称”"),
        ("部门概况.toml", '"预算单位" = [["甲"]]', "“预算单位”应为文字"),
        ("定稿.toml", '[["情况说明"]]\n"段落"="一.1"\n"定稿"="甲"\n"备注"="乙"', "第1段中不认识“备注”"),
        ("定稿.toml", '[["情况说明"]]\n"段落"="一.1"\n"定稿"=" "', "是空白"),
        ("定稿.toml", '[["情况说明"]]\n"段落"="一.1"\n"定稿"="甲"\n[["情况说明"]]\n"段落"="一.1"\n"定稿"="乙"', "编号相同（一.1）"),
        ("科目字典.csv", "编码,名称,分类,备注\n2019901,甲,功能分类,乙\n", "不认识的栏：备注（第2行写有“乙”）"),
        ("科目字典.csv", "编码,名称,分类\n20199²,甲,功能分类\n", "不是数字"),
        ("科目字典.csv", "编码,名称,分类,名称\n2019901,甲,功能分类,乙\n", "有两栏都叫“名称”"),
        ("5-一般公共预算支出表.csv", "甲,乙\n", "文件名应为“05-一般公共预算支出表.csv”"),
        ("项目支出表.csv", "甲,乙\n", "文件名应为“10-项目支出表.csv”"),
    ],
)  # fmt: skip
def test_names_that_nobody_reads(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    text: str,
    said: str,
) -> None:
    (folder / name).write_text(text, "utf-8")
    assert said in refused(folder, tmp_path, capsys)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"单位名称" = ["甲"]', "“单位名称”应为文字"),
        ('"单位名称" = true', "“单位名称”应为文字"),
        ('"单位名称" = {a = 1}', "“单位名称”应为文字"),
    ],
)
def test_values_of_another_kind(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    path = folder / "基础信息.toml"
    kept = [one for one in path.read_text("utf-8").splitlines() if "单位名称" not in one]
    title = next(at for at, one in enumerate(kept) if one.startswith("[")) + 1
    path.write_text("\n".join([*kept[:title], line, *kept[title:]]), "utf-8")
    assert said in refused(folder, tmp_path, capsys)


def test_a_folder_is_read_by_the_names_of_what_a_standard_stands_on(
    folder: Path, tmp_path: Path
) -> None:
    """A standard that calls two tables otherwise reads the folders that there were before it."""
    own = tmp_path / "linjiang"
    (own / "tables").mkdir(parents=True)
    main = 'extends = "changchun"\nid = "linjiang"\nname = "临江市"\nregion = "临江市"\n'
    (own / "standard.toml").write_text(main, "utf-8")
    (own / "tables" / "05-general.toml").write_text('title = "{year}年一般支出表"\n', "utf-8")
    (own / "tables" / "11-performance.toml").write_text('title = "绩效表"\n', "utf-8")
    before = read_folder(folder, load_standard())
    (folder / "表下说明.toml").write_text('"一般公共预算支出表" = ["说明：无。"]\n', "utf-8")
    book = read_folder(folder, load_standard(str(own)))
    assert (book.blocks, book.forms) == (before.blocks, before.forms)
    assert book.notes["general"] == ("说明：无。",)


def test_the_file_of_a_table_that_a_standard_does_not_have_is_refused(folder: Path) -> None:
    (folder / "12-别的表.csv").write_text("项目,合计\n甲,1.00\n", "utf-8")
    with pytest.raises(DataFolderError, match=r"12-别的表\.csv”没有读入：长春市.*没有这张表"):
        read_folder(folder, load_standard())


def test_files_beside_and_backups_do_no_harm(folder: Path) -> None:
    for name in (
        "README.md",
        "公开文本.txt",
        "05-一般公共预算支出表.备份1-20240227-093000-export.csv",
        "录入底稿.备份.csv",
        "别的.csv",
    ):
        (folder / name).write_text("随便", "utf-8")
    assert read_folder(folder, load_standard()).findings == ()


def test_half_a_character_is_refused_where_it_stands(folder: Path) -> None:
    lines = lines_of(folder / PROJECTS)
    lines[2][1] = "项目\ufffe"
    write(folder / PROJECTS, lines)
    with pytest.raises(DataFolderError, match=r"第3行有存不下的乱码字符（U\+FFFE）"):
        read_folder(folder, load_standard())
