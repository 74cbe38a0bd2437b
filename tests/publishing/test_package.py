"""The whole set: what is in it, that the list is right, and that it appears whole or not at all."""

from __future__ import annotations

import email
import hashlib
import json
import re
import shutil
import zipfile
from decimal import Decimal
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
import pytest
from lxml import html

from xlbudget.publishing import pdf as pdf_writer
from xlbudget.publishing.gate import NotReadyError
from xlbudget.publishing.mail import Address
from xlbudget.publishing.package import Package, Wish, make_package
from xlbudget.sheets.layout import NOTES
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("quick")

TITLE = "长春市人民政府办公厅（本级）2024年部门预算"
WRONG = f"{TITLE}（含未改正差错）"
ENDS = (".xlsx", ".docx", ".html", "－校验结果.html", ".eml", "－校验清单.txt", "－校验清单.json")
NO_PDF = Wish(pdf=False)


@pytest.fixture
def wrong(book: Path) -> Path:
    """The same with an error in one amount."""
    Workbook(book).patch(book, [CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))])
    return book


def contents(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def listed(folder: Path) -> dict[str, str]:
    (path,) = folder.glob("*.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    return {one["name"]: one["sha256"] for one in found["files"]}


def attachments(data: bytes) -> dict[str, bytes]:
    message: Any = email.message_from_bytes(data, policy=policy.default)
    return {one.get_filename(): one.get_payload(decode=True) for one in message.iter_attachments()}


def text_of(made: Package) -> str:
    body = email.message_from_bytes(made.mail, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


# ------------------------------------------------------------------ what is in it


@pytest.mark.office
def test_the_whole_set(book: Path, tmp_path: Path, errors: Callable[[Path], list[object]]) -> None:
    if pdf_writer.find_office() is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    before = book.read_bytes()
    folder = tmp_path / "公开 文件"
    made = make_package(book, folder, Wish(to=(Address("a@example.cn"),)))
    found = contents(folder)
    assert set(found) == {f"{TITLE}{end}" for end in (*ENDS, ".pdf")}
    assert book.read_bytes() == before, "the workbook itself is not changed"
    for end in (".xlsx", ".docx"):
        assert errors(folder / f"{TITLE}{end}") == []
    assert found[f"{TITLE}.pdf"].startswith(b"%PDF-")
    for name, digest in listed(folder).items():
        assert hashlib.sha256(found[name]).hexdigest() == digest, name
    assert set(listed(folder)) == {one for one in found if "清单" not in one}
    text = found[f"{TITLE}－校验清单.txt"].decode("utf-8")
    assert all(digest in text for digest in listed(folder).values())
    assert hashlib.sha256(before).hexdigest() in text
    assert {one.name: one.size for one in made.files} == {
        name: len(data) for name, data in found.items()
    }
    inside = attachments(found[f"{TITLE}.eml"])
    assert inside == {f"{TITLE}{end}": found[f"{TITLE}{end}"] for end in (".xlsx", ".docx", ".pdf")}
    assert "总收入：6,295.86万元" in text_of(made)
    said = text_of(made)
    assert "各表之间、表与文字之间的数字已核对，全部相符" in said and "未取整" not in said
    assert f"{TITLE}.xlsx：数值副本（各表和说明，没有宏、公式和链接）" in said
    assert "未取整" not in text
    assert "PDF" not in " ".join((*made.warnings, *made.remarks))


@pytest.mark.office
def test_the_same_workbook_gives_the_same_files(book: Path, tmp_path: Path) -> None:
    if pdf_writer.find_office() is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    make_package(book, tmp_path / "包")
    before = contents(tmp_path / "包")
    again = make_package(book, tmp_path / "包")
    assert contents(tmp_path / "包") == before
    assert len(before) == 8
    assert again.backups == (), "nothing changed, so nothing is replaced"


def test_the_texts_of_all_files_are_the_final_ones(book: Path, tmp_path: Path) -> None:
    written = Workbook(book).lines(NOTES)
    line = next(n for n, line in enumerate(written, 1) if line[1:2] == ["正文"])
    Workbook(book).patch(book, [CellEdit(NOTES, f"D{line}", "这一段由人改过。")])
    make_package(book, tmp_path / "包", NO_PDF)
    path = tmp_path / "包" / TITLE
    assert (
        openpyxl.load_workbook(f"{path}.xlsx", read_only=True)[NOTES][f"D{line}"].value
        == "这一段由人改过。"
    )
    assert "这一段由人改过。" in [one.text for one in docx.Document(f"{path}.docx").paragraphs]
    page = html.document_fromstring(Path(f"{path}.html").read_bytes())
    assert "这一段由人改过。" in ["".join(one.itertext()) for one in page.iter("p")]
    draft = str(written[line - 1][2])
    assert draft not in "".join(one.text for one in docx.Document(f"{path}.docx").paragraphs)


def test_a_workbook_without_explanation_gets_one_in_the_set_alone(
    example_file: Path, tmp_path: Path
) -> None:
    book = Path(shutil.copy(example_file, tmp_path / "没有说明.xlsm"))
    made = make_package(book, tmp_path / "包", NO_PDF)
    assert any("还没有情况说明，已按现有数字生成后收入" in one for one in made.warnings)
    assert book.read_bytes() == example_file.read_bytes()
    lines = Workbook(tmp_path / "包" / f"{TITLE}.xlsx").lines(NOTES)
    assert sum(bool(line[3]) for line in lines[3:153] if len(line) > 3) > 30


def test_an_explanation_that_is_out_of_date_is_named(book: Path, tmp_path: Path) -> None:
    info = Workbook(book).lines("基础信息")
    line = next(n for n, line in enumerate(info, 1) if line[:1] == ["收入总额增减原因"])
    Workbook(book).patch(book, [CellEdit("基础信息", f"B{line}", "另一个原因")])
    made = make_package(book, tmp_path / "包", NO_PDF)
    assert any(re.match(r"情况说明已过期 \d+ 段", one) for one in made.warnings)
    text = (tmp_path / "包" / f"{TITLE}－校验清单.txt").read_text(encoding="utf-8")
    assert "情况说明已过期" in text


def test_the_date_is_said_only_where_it_was_given(book: Path, tmp_path: Path) -> None:
    make_package(book, tmp_path / "一", NO_PDF)
    make_package(book, tmp_path / "二", Wish(pdf=False, made="2024-02-27"))
    name = f"{TITLE}－校验清单.txt"
    assert "日期" not in (tmp_path / "一" / name).read_text(encoding="utf-8")
    assert "日期：2024-02-27" in (tmp_path / "二" / name).read_text(encoding="utf-8")


# ------------------------------------------------------------------ errors


def test_errors_are_refused(wrong: Path, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match=r"有差错 \d+ 处，没有打包.*--with-errors") as told:
        make_package(wrong, tmp_path / "包", NO_PDF)
    assert told.value.items
    assert not (tmp_path / "包").exists()


def test_with_errors_every_file_says_so(wrong: Path, tmp_path: Path) -> None:
    made = make_package(wrong, tmp_path / "包", Wish(with_errors=True, pdf=False))
    found = contents(tmp_path / "包")
    assert set(found) == {f"{WRONG}{end}" for end in ENDS}
    assert "含未改正的差错" in text_of(made)
    assert "发现差错 1 处尚未改正" in text_of(made)
    assert "含未改正的差错" in found[f"{WRONG}－校验清单.txt"].decode("utf-8")
    message = email.message_from_bytes(made.mail, policy=policy.default)
    assert message["Subject"] == WRONG
    assert f"{WRONG}－校验结果.html" in attachments(made.mail), "the errors go along"
    with zipfile.ZipFile(tmp_path / "包" / f"{WRONG}.xlsx") as archive:
        assert WRONG in archive.read("docProps/core.xml").decode("utf-8")


def test_nothing_older_stays_as_if_it_were_new(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "包"
    make_package(book, folder, NO_PDF)
    (folder / "别人的.txt").write_text("不动", encoding="utf-8")
    (folder / f"{TITLE}.pdf").write_bytes(b"%PDF-old")
    Workbook(book).patch(book, [CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))])
    made = make_package(book, folder, Wish(with_errors=True, pdf=False))
    names = set(contents(folder))
    assert {f"{WRONG}{end}" for end in ENDS} <= names
    assert not {f"{TITLE}{end}" for end in (*ENDS, ".pdf")} & names
    assert any(one.startswith(f"{TITLE}.备份1-") and one.endswith(".xlsx") for one in names), (
        "what was there is kept beside"
    )
    assert (folder / "别人的.txt").read_text(encoding="utf-8") == "不动"
    assert {one.name for one in made.backups} == {one for one in names if ".备份" in one}


# ------------------------------------------------------------------ without LibreOffice


def test_without_libreoffice_it_is_said(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf_writer, "_usual_places", list)
    made = make_package(book, tmp_path / "包")
    assert set(contents(tmp_path / "包")) == {f"{TITLE}{end}" for end in ENDS}
    assert any(
        one.startswith("没有制作 PDF：没有找到 LibreOffice") and "另存为 PDF" in one
        for one in made.warnings
    )
    text = (tmp_path / "包" / f"{TITLE}－校验清单.txt").read_text(encoding="utf-8")
    assert "没有制作 PDF" in text
    assert any("目录没有页码" in one and "更新域" in one for one in made.warnings)


def test_without_pdf_on_demand(book: Path, tmp_path: Path) -> None:
    made = make_package(book, tmp_path / "包", NO_PDF)
    assert "按 --no-pdf，没有制作 PDF。" in made.remarks
