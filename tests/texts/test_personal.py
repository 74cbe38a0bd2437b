"""People's data and secret markings are told where they stand, and nothing else is taken for them."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest

from xlbudget.checks.personal import personal_findings
from xlbudget.cli.run import run
from xlbudget.editing.validate import validate_file
from xlbudget.figures import Book, InfoValue, Place, Printed
from xlbudget.findings import Level
from xlbudget.importing.published.validate import validate_published
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.findings import Finding
    from xlbudget.standard.model import Standard

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "personal.toml").read_text("utf-8"))["case"]
HARMLESS = (HERE / "not_personal.txt").read_text("utf-8").splitlines()
MOBILE, SHOWN = "13812345678", "138******78"


@pytest.fixture(scope="module")
def finished(example_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(example_file, tmp_path_factory.mktemp("定稿") / "样例.xlsm"))
    assert run(["notes", "-q", str(path)]) == 0
    return path


@pytest.fixture
def example_copy(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(finished, tmp_path / "样例.xlsm"))


def told(standard: Standard, text: str, before: str = "", public: str = "") -> list[Finding]:
    info = {"public_phone": InfoValue(public, "B11")} if public else {}
    book = Book("", standard.id, 2024, info, {})
    printed = [Printed(text, Place("某表", "C5"), before)]
    return personal_findings(standard, book, printed, Level.WARNING)


@pytest.mark.parametrize("case", CASES, ids=lambda one: one["text"][:20])
def test_what_is_told_of_a_text(standard: Standard, case: dict) -> None:
    found = told(standard, case["text"], case.get("before", ""), case.get("public", ""))
    said = [one.message.removeprefix("公开的文字里有").partition("“")[0] for one in found]
    assert said == case["kinds"]
    for one in found:
        assert (one.sheet, one.cell) == ("某表", "C5")
        assert one.printed in one.message


def test_three_hundred_harmless_texts(standard: Standard) -> None:
    assert len(set(HARMLESS)) >= 300
    assert [(one, told(standard, one)) for one in HARMLESS if told(standard, one)] == []


def test_what_is_told_does_not_repeat_it(standard: Standard) -> None:
    (number,) = told(standard, f"手机{MOBILE}")
    assert number.printed == SHOWN and MOBILE not in str(number)
    (name,) = told(standard, "填表人：张小三")
    assert name.printed == "张**" and "小三" not in str(name)
    (mail,) = told(standard, "邮箱zhangsan@example.cn")
    assert mail.printed == "z***@example.cn" and "zhangsan" not in str(mail)


@pytest.mark.parametrize(
    ("sheet", "cell", "text"),
    [
        ("情况说明", "D6", f"联系电话{MOBILE}。"),
        ("名词解释", "D5", f"联系电话{MOBILE}。"),
        ("部门概况", "C5", f"承办人手机{MOBILE}"),
        ("项目支出表", "B7", f"热线项目（{MOBILE}）"),
        ("项目支出绩效目标表", "B8", f"年度目标：{MOBILE}"),
        ("一般公共预算支出表", "A60", f"填报联系手机：{MOBILE}"),
        ("一般公共预算支出表", "J3", MOBILE),
        ("目录", "A40", MOBILE),
    ],
)
def test_validate_tells_the_cell(example_copy: Path, sheet: str, cell: str, text: str) -> None:
    before = validate_file(example_copy)
    assert not [one for one in before.findings if one.code.startswith("G")]
    assert {"G01", "G02"} <= {code for code, count in before.executed if count}
    Workbook(example_copy).patch(example_copy, [CellEdit(sheet, cell, text)])
    found = [one for one in validate_file(example_copy).findings if one.code == "G01"]
    assert [(one.sheet, one.cell, one.level) for one in found] == [(sheet, cell, Level.WARNING)]


def test_a_field_that_is_printed_is_looked_at_and_the_public_number_is_not(
    example_copy: Path, standard: Standard
) -> None:
    labels = [one.label for section in standard.sections for one in section.fields]
    lines = {}
    for number, line in enumerate(Workbook(example_copy).lines("基础信息"), 1):
        if line and line[0] in labels:
            lines[line[0]] = f"B{number}"
    reason, public = lines["收入总额增减原因"], lines["公开联系电话"]
    edits = [
        CellEdit("基础信息", reason, "项目增加，咨询0431-88776655"),
        CellEdit("情况说明", "D6", "咨询电话：0431-88776655"),
    ]
    Workbook(example_copy).patch(example_copy, edits)
    found = [one for one in validate_file(example_copy).findings if one.code == "G01"]
    assert [(one.sheet, one.cell) for one in found] == [("情况说明", "D6"), ("基础信息", reason)]
    assert all("请填入基础信息“公开联系电话”" in one.message for one in found)
    Workbook(example_copy).patch(example_copy, [CellEdit("基础信息", public, "0431-88776655")])
    assert not [one for one in validate_file(example_copy).findings if one.code == "G01"]


def test_published_documents(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples/changchun-gov-office-2024/公开文本.txt"
    lines = example.read_text("utf-8").splitlines()
    path = tmp_path / "公开文本.txt"
    at = next(n for n, one in enumerate(lines) if one.startswith("第四部分") and n > 100)
    more = [
        "公开咨询电话：0431-88776655。",
        f"经办人手机：{MOBILE}。",
        "电子邮箱：yusuan.ke@",
        "example.com",
    ]
    path.write_text("\n".join([*lines[:at], *more, *lines[at:]]), "utf-8")
    found = [one for one in validate_published(path).findings if one.code == "G01"]
    assert sorted(one.printed for one in found) == [SHOWN, "y***@example.com"]
    assert all(one.cell.startswith("第7") and one.cell.endswith("行") for one in found)
    before = [one for one in validate_published(example).findings if one.code.startswith("G")]
    assert before == []


def test_a_table_of_a_document(tmp_path: Path, standard: Standard) -> None:
    from xlbudget.importing.data_folder import read_folder  # noqa: PLC0415
    from xlbudget.publishing.disclosure import disclosure  # noqa: PLC0415
    from xlbudget.publishing.docx import docx_bytes  # noqa: PLC0415

    folder = Path(__file__).parents[2] / "examples/changchun-gov-office-2024"
    path = tmp_path / "公开文本.docx"
    path.write_bytes(docx_bytes(disclosure(standard, read_folder(folder, standard))))
    document = docx.Document(str(path))
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "填表人", "张三"
    document.save(str(path))
    (found,) = [one for one in validate_published(path).findings if one.code == "G01"]
    assert found.printed == "张*" and found.cell.endswith("第1行第2列")
