"""The gate of a package: what stops it, what is said, and that the files of an override say so."""

from __future__ import annotations

import email
import re
import shutil
from decimal import Decimal
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
import pytest
from lxml import html

from xlbudget.cli.run import run
from xlbudget.publishing.gate import list_path
from xlbudget.reading.book import read_book
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.usefixtures("quick")

MOBILE, SHOWN = "13812345678", "138******78"
NOTES = "情况说明"
KINDS = {
    "手机号码": f"联系{MOBILE}。",
    "电话号码": "联系电话：0431-88776655。",
    "身份证号码": "证件11010519491231002X。",
    "银行卡号": "卡6222021234567890128。",
    "银行账号": "账号：0710201011015200001234。",
    "电子邮箱": "邮箱zhang@example.com。",
    "姓名": "填表人：张三",
    "密级标志": "机密★1年",
    "内部资料标志": "内部资料，注意保存",
}


def ended(capsys: pytest.CaptureFixture[str], book: Path, *options: object) -> tuple[int, str, str]:
    """Status and what was said of packaging beside the book, without a PDF."""
    capsys.readouterr()
    status = run(
        ["package", str(book), "-o", str(book.parent / "包"), "--no-pdf", *map(str, options)]
    )
    return status, *capsys.readouterr()


def info_cell(book: Path, label: str) -> str:
    lines = Workbook(book).lines("基础信息")
    return next(f"B{n}" for n, line in enumerate(lines, 1) if line[:1] == [label])


def page_of(book: Path) -> str:
    page = list_path(book.parent / "包")
    return "\n".join(html.document_fromstring(page.read_bytes()).itertext())


def texts_of(folder: Path) -> dict[str, str]:
    """What each file of a set shows, by its kind."""
    found = {}
    for path in folder.iterdir():
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            first = book.worksheets[0]
            assert all(one.oddHeader.center.text for one in book.worksheets[1:])
            found["xlsx"] = "\n".join(str(row[0].value) for row in first.iter_rows())
        elif path.suffix == ".docx":
            document = docx.Document(str(path))
            footer = "\n".join(one.text for one in document.sections[-1].footer.paragraphs)
            cover = "\n".join(one.text for one in document.paragraphs[:4])
            assert all(line in cover for line in footer.splitlines() if "—" not in line)
            found["docx"] = footer
        elif path.suffix == ".eml":
            message: Any = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            body = message.get_body(("plain",))
            assert body is not None
            found["eml"] = message["Subject"] + "\n" + body.get_content()
        else:
            found[path.name[path.name.rindex("－") :] if "－" in path.name else path.suffix] = (
                path.read_text("utf-8")
            )
    assert len(found) == 7
    return found


def test_the_example_passes_and_its_list_is_beside_the_set(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = ended(capsys, book)
    assert (status, err) == (0, "")
    assert str(list_path(book.parent / "包")) in out
    assert "公开之前没有须处理的事项" in page_of(book)
    assert not [one for one in (book.parent / "包").iterdir() if "清样单" in one.name]


def test_each_required_field(
    book: Path, standard: Standard, capsys: pytest.CaptureFixture[str]
) -> None:
    required = [one for one in standard.fields.values() if one.required]
    assert len(required) >= 5
    for field in required:
        copy = Path(shutil.copy(book, book.parent / f"缺{field.key}.xlsm"))
        cell = info_cell(copy, field.label)
        Workbook(copy).patch(copy, [CellEdit("基础信息", cell, None)])
        status, out, err = ended(capsys, copy)
        assert status == 1 and len(err.splitlines()) == 1, field.label
        assert "没有打包" in err and "--draft" in err
        assert re.search(rf"［(?:必填|差错)］基础信息 {cell}：.*{field.label}", out), (
            field.label,
            out,
        )
        assert not (book.parent / "包").exists()
        assert field.label in page_of(copy) and cell in page_of(copy)


def test_a_required_field_in_a_draft(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = info_cell(book, "离退休人员")
    Workbook(book).patch(book, [CellEdit("基础信息", cell, None)])
    status, out, _ = ended(capsys, book)
    assert status == 1 and "必填项未填 1 处" in _ and f"［必填］基础信息 {cell}" in out
    status, out, _ = ended(capsys, book, "--draft")
    assert status == 0
    assert all("（草稿" in one.name for one in (book.parent / "包").iterdir())
    for kind, text in texts_of(book.parent / "包").items():
        assert "草稿：尚有" in text and "必填项未填 1 处" in text, kind


def reviewed(book: Path, standard: Standard) -> list[str]:
    """The cells of the paragraphs that a person must look at."""
    lines = Workbook(book).lines(NOTES)
    return [f"D{n}" for n, line in enumerate(lines, 1) if line[4:5] == ["待核对"]]


@pytest.fixture
def unseen(example_file: Path, tmp_path: Path) -> Path:
    """The example without two reasons: their paragraphs are to be looked at."""
    path = Path(shutil.copy(example_file, tmp_path / "待核对.xlsm"))
    cells = [info_cell(path, one) for one in ("收入总额增减原因", "“三公”经费增减原因")]
    Workbook(path).patch(path, [CellEdit("基础信息", cell, None) for cell in cells])
    assert run(["notes", "-q", str(path)]) == 0
    return path


def test_each_paragraph_to_look_at(
    unseen: Path, standard: Standard, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = reviewed(unseen, standard)
    assert len(cells) >= 2
    status, out, err = ended(capsys, unseen)
    assert status == 1 and f"待核对 {len(cells)} 段" in err and len(err.splitlines()) == 1
    assert "增减原因" in out
    for cell in cells:
        assert f"［待核对］{NOTES} {cell}：" in out and cell in page_of(unseen)
    status, out, _ = ended(capsys, unseen, "--draft")
    assert status == 0
    for kind, text in texts_of(unseen.parent / "包").items():
        assert f"草稿：尚有待核对 {len(cells)} 段" in text, kind
    assert "草稿" in page_of(unseen)


def test_what_a_person_has_looked_at_passes_also_after_generating_again(
    unseen: Path, standard: Standard, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = reviewed(unseen, standard)
    edits = [CellEdit(NOTES, cell.replace("D", "F"), None) for cell in cells]
    Workbook(unseen).patch(unseen, edits)
    assert run(["notes", "-q", str(unseen)]) == 0
    assert reviewed(unseen, standard) == []
    assert ended(capsys, unseen)[0] == 0
    # Another figure, another paragraph: it is to be looked at again.
    cell = info_cell(unseen, "上年收支总额")
    Workbook(unseen).patch(unseen, [CellEdit("基础信息", cell, Decimal("5000.00"))])
    assert run(["notes", "-q", str(unseen)]) == 0
    assert reviewed(unseen, standard)


def test_a_workbook_without_notes_is_judged_by_what_would_be_written(
    example_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(example_file, tmp_path / "没有说明.xlsm"))
    Workbook(path).patch(path, [CellEdit("基础信息", info_cell(path, "收入总额增减原因"), None)])
    status, out, err = ended(capsys, path)
    assert status == 1 and "待核对" in err and f"［待核对］{NOTES} D" in out


@pytest.mark.parametrize("title", KINDS)
def test_each_kind_of_personal_data(
    book: Path, title: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Workbook(book).patch(book, [CellEdit("部门概况", "C5", KINDS[title])])
    status, out, err = ended(capsys, book)
    assert status == 1 and len(err.splitlines()) == 1
    assert "个人信息或密级标志 1 处" in err and "--allow-personal" in err and "--draft" not in err
    assert f"［个人信息］部门概况 C5：公开的文字里有{title}" in out
    assert title in page_of(book)
    assert ended(capsys, book, "--draft")[0] == 1, "a draft may not have it either"
    assert not (book.parent / "包").exists()
    assert ended(capsys, book, "--allow-personal")[0] == 0
    assert all("（含个人信息）" in one.name for one in (book.parent / "包").iterdir())
    for kind, text in texts_of(book.parent / "包").items():
        assert "本套文件含个人信息或密级标志 1 处" in text, kind


def test_sheets_of_the_users_own_are_looked_at_where_they_go_along(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Workbook(book).patch(
        book, [CellEdit("总览", "K40", "联系手机"), CellEdit("总览", "L40", Decimal(MOBILE))]
    )
    assert not [one for one in read_book(book).printed if one.place.sheet == "总览"]
    assert ended(capsys, book)[0] == 0
    shutil.rmtree(book.parent / "包")
    status, out, _ = ended(capsys, book, "--sheet", "总览")
    assert status == 1 and f"总览 L40：公开的文字里有手机号码“{SHOWN}”" in out


def test_errors_stop_and_a_draft_may_have_them(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Workbook(book).patch(book, [CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))])
    status, out, err = ended(capsys, book)
    assert status == 1 and "差错" in err and "［差错］一般公共预算支出表 F8" in out
    assert "F8" in page_of(book) and "431.90" in page_of(book)
    assert ended(capsys, book, "--draft")[0] == 0
    assert any("（含未改正差错）.docx" in one.name for one in (book.parent / "包").iterdir())


def test_the_mail_carries_the_workbook_only_on_request(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def carried() -> dict[str, bytes]:
        (path,) = (book.parent / "包").glob("*预算.eml")
        message: Any = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        return {
            one.get_filename(): one.get_payload(decode=True) for one in message.iter_attachments()
        }

    assert ended(capsys, book)[0] == 0
    assert not [name for name in carried() if name.endswith(".xlsm")]
    assert ended(capsys, book, "--with-workbook")[0] == 0
    sent = book.with_name("收到的.xlsm")
    sent.write_bytes(carried()[book.name])
    there, here = read_book(sent), read_book(book)
    assert there.blocks == here.blocks and there.texts == here.texts
    assert here.keepsakes and there.keepsakes == (), "what it remembers stays in the house"


def test_a_list_that_cannot_be_written_is_said(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Workbook(book).patch(book, [CellEdit("部门概况", "C5", KINDS["手机号码"])])
    list_path(book.parent / "包").mkdir()
    status, _, err = ended(capsys, book)
    assert status == 1 and "清样单没有写出来" in err and len(err.splitlines()) == 1
