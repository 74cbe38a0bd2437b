"""A bureau's list of subjects is taken as it comes: one file among others, told by itself."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from xlbudget.cli.run import run
from xlbudget.explaining.explain import glossary
from xlbudget.figures import BlockData
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.plan import plan_import
from xlbudget.importing.subject_lists import looks_like_list, read_subject_list
from xlbudget.importing.tables.open import open_tables
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import with_names
from xlbudget.standard.loader import with_subjects
from xlbudget.standard.model import Subject
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.standard.model import Standard

CULTURE = Path(__file__).parents[1] / "cases" / "culture-bureau"
WANTED = {
    "2010350": "事业运行（本地）",
    "20139": "社会工作事务",
    "2013904": "专项业务",
    "21299": "其他城乡社区支出",
}
PLAIN = [["科目编码", "科目名称"], *([code, name] for code, name in WANTED.items())]
INDENTED = [
    ["2026年政府收支分类科目（本地）", ""],
    ["科目编码", "科目名称", "科目说明"],
    *([code, "　" * (len(code) // 2 - 1) + name, f"反映{name}"] for code, name in WANTED.items()),
]
LEVELS = [
    ["科目编码", "", "", "科目名称"],
    ["类", "款", "项", ""],
    ["201", "", "", "一般公共服务支出"],
    ["", "03", "", "政府办公厅（室）及相关机构事务"],
    ["", "", "50", "　　事业运行（本地）"],
    ["", "39", "", "　社会工作事务"],
    ["", "", "04", "　　专项业务"],
    ["212", "", "", "城乡社区支出"],
    ["212", "99", "", "　其他城乡社区支出"],
]
WHOLE = [
    ["类", "款", "项", "科目名称"],
    ["", "", "2010350", "事业运行（本地）"],
    ["", "20139", "", "社会工作事务"],
    ["", "", "2013904", "专项业务"],
    ["", "21299", "", "其他城乡社区支出"],
]


def csv_text(lines: Sequence[Sequence[str]], sign: str = ",") -> str:
    return "\r\n".join(sign.join(line) for line in lines) + "\r\n"


def xlsx(path: Path, lines: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append([int(cell) if cell.isdigit() and cell[0] != "0" else cell for cell in line])
    book.save(path)
    return path


def files(folder: Path) -> dict[str, Path]:
    """The list in several layouts and formats."""
    made = {}
    for name, text, encoding in (
        ("gb18030.csv", csv_text(PLAIN), "gb18030"),
        ("utf8.csv", csv_text(INDENTED), "utf-8-sig"),
        ("粘贴.txt", csv_text(LEVELS, "\t"), "utf-8"),
        ("整码.csv", csv_text(WHOLE), "utf-8"),
    ):
        made[name] = folder / name
        made[name].write_bytes(text.encode(encoding))
    made["数.xlsx"] = xlsx(folder / "数.xlsx", INDENTED)
    made["三栏.xlsx"] = xlsx(folder / "三栏.xlsx", LEVELS)
    return made


@pytest.mark.parametrize(
    "name", ["gb18030.csv", "utf8.csv", "粘贴.txt", "整码.csv", "数.xlsx", "三栏.xlsx"]
)
def test_layouts(name: str, standard: Standard, tmp_path: Path) -> None:
    path = files(tmp_path)[name]
    assert looks_like_list(open_tables(path))
    found = {
        one.code: one.name
        for subjects in read_subject_list(path, standard).values()
        for one in subjects
    }
    assert {code: found[code] for code in WANTED} == WANTED


@pytest.mark.office
def test_an_old_workbook_of_another_program(standard: Standard, tmp_path: Path) -> None:
    source = xlsx(tmp_path / "三栏.xlsx", LEVELS)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xls", "--outdir"]
    subprocess.run([*command, str(tmp_path), str(source)], check=True, capture_output=True)
    path = tmp_path / "三栏.xls"
    assert looks_like_list(open_tables(path))
    (subjects,) = read_subject_list(path, standard).values()
    assert WANTED.items() <= {one.code: one.name for one in subjects}.items()


def test_tables_of_amounts_are_no_list(tmp_path: Path) -> None:
    amounts = [[*PLAIN[0], "合计"], *([*line, "1.00"] for line in PLAIN[1:])]
    path = tmp_path / "表.csv"
    path.write_text(csv_text(amounts), "utf-8")
    assert not looks_like_list(open_tables(path))


def test_the_command_takes_a_list_without_being_told(
    example_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "预算.xlsm"
    book.write_bytes(example_file.read_bytes())
    lists = files(tmp_path)
    assert run(["import", str(lists["gb18030.csv"]), str(book), "--yes"]) == 0
    assert "科目字典：科目4个（取自“gb18030.csv”）" in capsys.readouterr().out
    read = read_book(book)
    assert {one.code for found in read.subjects.values() for one in found} == (
        set(WANTED) - {"21299"}  # that name the standard has
    )
    assert read.text("subject_lists") == "按科目字典补充"
    # A list that says what they mean too, then the same once more: all is there.
    assert run(["import", str(lists["utf8.csv"]), str(book), "--yes"]) == 0
    assert "写入" in capsys.readouterr().out
    means = {one.code: one.meaning for found in read_book(book).subjects.values() for one in found}
    assert means == {code: f"反映{name}" for code, name in WANTED.items()}
    assert run(["import", str(lists["utf8.csv"]), str(book), "--yes"]) == 0
    assert "没有需要写入的格" in capsys.readouterr().out


def test_the_button_takes_it_too(example_file: Path, tmp_path: Path) -> None:
    path = files(tmp_path)["三栏.xlsx"]
    plan = plan_import(Workbook(example_file), [path])
    assert {edit.sheet for edit in plan.edits} >= {"科目字典"}
    assert "科目字典：科目" in plan.said


def test_a_lists_definitions_explain_what_the_standard_does_not(standard: Standard) -> None:
    """The standard's own explanation stays, of another name nothing is said, and a person's word is the last."""
    book = with_names(standard, read_folder(CULTURE, standard))
    named = {"20503": "职业教育"}
    rows = [
        row._replace(label=named.get(row.key, row.label)) for row in book.blocks["expenditure"].rows
    ]
    book = book._replace(blocks={**book.blocks, "expenditure": BlockData.of(rows)})
    official = (
        Subject("20503", "职业教育", meaning="反映各部门举办的各类职业教育支出。"),
        Subject("2050302", "中等职业教育", meaning="反映中等职业教育的支出。"),
        Subject("2050399", "别的名称", meaning="反映不相干的事。"),
        Subject("201", "一般公共服务支出", meaning="反映另一种说法。"),
    )
    listed = with_subjects(standard, {"functional": official})
    texts = [paragraph.text for paragraph in glossary(listed, book).paragraphs]
    assert any(one.endswith("职业教育（款）：反映各部门举办的各类职业教育支出。") for one in texts)
    assert any(one.endswith("中等职业教育（项）：反映中等职业教育的支出。") for one in texts)
    assert not any("不相干" in one or "另一种说法" in one for one in texts)
    (key,) = (one.key for one in standard.keyed if one.title == "科目名词解释")
    own = book._replace(keyed={**book.keyed, key: {"中等职业教育": "本单位的说法"}})
    texts = [paragraph.text for paragraph in glossary(listed, own).paragraphs]
    assert any(one.endswith("中等职业教育（项）：指本单位的说法。") for one in texts)


def test_a_definition_leaves_the_other_entries_of_its_code(standard: Standard) -> None:
    listed = standard.subjects["functional"]
    before, after = (
        Subject("20199", "旧名", last=2024),
        Subject("20199", "新名", 2025, aliases=("别名",)),
    )
    two = listed.extended([before, after])
    told = two.extended([after._replace(meaning="反映某事")])
    assert told.by_code["20199"] == (before, after._replace(meaning="反映某事"))
