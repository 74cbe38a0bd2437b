"""The published .docx and .pdf: every figure, every page number, nothing cut off."""

from __future__ import annotations

import re
import subprocess
import zipfile
from typing import TYPE_CHECKING

import docx
import pdfplumber
import pytest
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from printed_tables import compare_tables, crowded
from xlbudget.errors import UnusableFileError
from xlbudget.figures import InfoValue, Office, Profile
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.imported import blank_book
from xlbudget.publishing import pdf as pdf_writer
from xlbudget.publishing.disclosure import disclosure
from xlbudget.publishing.docx import contents_pages, docx_bytes, write_docx
from xlbudget.publishing.pdf import write_pdf
from xlbudget.publishing.widths import fit_grids

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from docx.document import Document

    from printed_tables import Matrix
    from xlbudget.figures import Book
    from xlbudget.publishing.disclosure import Disclosure
    from xlbudget.standard.model import Standard

MARGIN = 20 * 72 / 25.4
"""Points beside a table: text of paragraphs has more."""
NASTY = '=HYPERLINK("x")<w:t>&amp;]]>\x00\x01\ud800\ufffe甲\x0b乙'


def matrices(document: Document) -> list[Matrix]:
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]


@pytest.fixture(scope="session")
def published(standard: Standard, example: Book) -> Disclosure:
    return disclosure(standard, example)


@pytest.fixture(scope="session")
def example_docx(published: Disclosure, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("docx") / "部门预算 文本.docx"
    write_docx(published, path)
    return path


@pytest.fixture(scope="session")
def example_pdf(example_docx: Path) -> Path:
    if pdf_writer.find_office() is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    path = example_docx.with_suffix(".pdf")
    write_pdf(example_docx, path)
    return path


def test_every_amount_is_printed_as_in_the_book(
    standard: Standard, example: Book, example_docx: Path
) -> None:
    compared = compare_tables(standard, example, matrices(docx.Document(example_docx)))
    print(f"docx: {compared}")
    assert set(compared.cells) == {table.key for table in standard.tables}
    held = [cell for data in example.blocks.values() for row in data.rows for cell in row.cells]
    assert sum(compared.amounts.values()) == sum(cell is not None for cell in held) == 316


def test_every_paragraph_of_the_text_is_there(published: Disclosure, example_docx: Path) -> None:
    found = [one.text for one in docx.Document(example_docx).paragraphs]
    texts = [one.text for one in published.texts]
    assert len(texts) > 100
    assert [text for text in found if text in set(texts)] == texts


def test_navigation_language_and_properties(published: Disclosure, example_docx: Path) -> None:
    document = docx.Document(example_docx)
    styles = {"Heading 1": 1, "Heading 2": 2}
    headings = [
        (styles[one.style.name], one.text)
        for one in document.paragraphs
        if one.style.name in styles
    ]
    assert headings == [*published.headings]
    assert document.core_properties.title == "长春市人民政府办公厅（本级）2024年部门预算"
    assert document.core_properties.author == "长春市人民政府办公厅（本级）"
    assert document.core_properties.last_modified_by == ""
    assert document.core_properties.language == "zh-CN"
    with zipfile.ZipFile(example_docx) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert "updateFields" not in "".join(parts.values()), "whoever opens it is asked nothing"
    body = parts["word/document.xml"]
    assert "w:dirty" not in body
    tables = body.count("<w:tbl>")
    assert tables == 24
    assert body.count("<w:tblCaption ") == tables
    assert body.count("<w:tblHeader/>") == sum(len(one.head) for one in published.grids)
    assert body.count("<w:tr>") == body.count("<w:cantSplit/>")


def test_the_same_document_gives_the_same_bytes(published: Disclosure) -> None:
    assert docx_bytes(published, [1, 2]) == docx_bytes(published, [1, 2])


def test_rows_of_totals_and_classes_stand_out(example_docx: Path) -> None:
    bold = set()
    for table in docx.Document(example_docx).tables[:10]:
        for row in table.rows:
            for cell in row.cells:
                if any(run.bold for one in cell.paragraphs for run in one.runs):
                    bold.add(cell.text)
    assert {"合计", "收入总计", "201", "一般公共服务支出", "信息化平台建设", "6,295.86"} <= bold
    assert not {"20103", "行政运行", "5,249.44", "互联网+支撑平台"} & bold


@pytest.mark.office
def test_the_contents_tell_the_right_pages(
    published: Disclosure, example_docx: Path, example_pdf: Path
) -> None:
    paragraphs = docx.Document(example_docx).element.body.iter(qn("w:p"))
    entries = [one for one in paragraphs if (one.style or "").startswith("TOC")]
    lines = [Paragraph(one, None).text.rpartition("\t") for one in entries]
    told = [(text, int(page)) for text, _, page in lines]
    assert [text for text, _ in told] == [text for _, text in published.headings]
    with pdfplumber.open(example_pdf) as pdf:
        pages = [re.sub(r"\s", "", page.extract_text()) for page in pdf.pages]
    number = re.compile(r"—(\d+)—$")
    printed = {int(match[1]): text for text in pages if (match := number.search(text))}
    assert sorted(printed) == [*range(1, len(printed) + 1)]
    assert len(pages) == len(printed) + 2, "cover and contents before"
    for text, page in told:
        assert re.sub(r"\s", "", text) in printed[page], text
        if page > 1:
            assert f"\n{text}" not in printed[page - 1]
    assert [page for _, page in told] == [*contents_pages(published, example_pdf)]
    assert not number.search(pages[0]), "the cover has no number"
    print(f"pdf: {len(pages)} pages, {len(told)} lines of contents")


@pytest.mark.office
def test_nothing_is_cut_off(published: Disclosure, example_pdf: Path) -> None:
    every: list[str] = []
    turned = {}
    with pdfplumber.open(example_pdf) as pdf:
        for page in pdf.pages:
            words = page.extract_words()
            assert len(words) > 1, "no page is empty"
            assert min(word["x0"] for word in words) > MARGIN - 2
            assert max(word["x1"] for word in words) < page.width - MARGIN + 2
            assert max(word["bottom"] for word in words) < page.height - 15
            for edge in page.rects + page.lines:
                assert edge["x1"] < page.width - MARGIN + 2
            every += [word["text"] for word in words]
            turned[page.page_number] = page.width > page.height
    shown = "\n".join(every)
    amounts = [
        cell.text for grid in published.grids for line in grid.body for cell in line
        if cell.kind == "amount" and cell.text
    ]  # fmt: skip
    broken = [text for text in amounts if text not in shown]
    assert broken == []
    across = [number for number, wide in turned.items() if wide]
    assert {7, 8, 9, 10, 11, 16} <= set(across), "tables 1 to 5 and 10"
    assert not {12, 13, 14, 15} & set(across), "tables 6 to 9"
    assert turned[1] is turned[2] is turned[len(turned)] is False


@pytest.mark.office
def test_the_pdf_has_an_outline_and_is_tagged(example_pdf: Path) -> None:
    assert b"/StructTreeRoot" in example_pdf.read_bytes()
    assert b"/Outlines" in example_pdf.read_bytes()


def test_without_libreoffice_it_says_so(
    published: Disclosure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf_writer, "_usual_places", list)
    path = tmp_path / "文本.docx"
    assert write_docx(published, path) is False
    assert path.read_bytes() == docx_bytes(published)
    with pytest.raises(UnusableFileError, match=r"没有找到 LibreOffice.*Word 或 WPS"):
        write_pdf(path, tmp_path / "文本.pdf")
    assert not (tmp_path / "文本.pdf").exists()


@pytest.mark.parametrize(
    ("program", "told"),
    [("exit 3", "退出码3"), ("exit 0", "没有给出原因"), ("sleep 60", "没有结束")],
)
def test_a_program_that_fails_is_named(
    published: Disclosure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, told: str
) -> None:
    office = tmp_path / "soffice"
    office.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
    office.chmod(0o755)
    monkeypatch.setattr(pdf_writer, "find_office", lambda: office)
    monkeypatch.setattr(pdf_writer, "_SECONDS", 1)
    path = tmp_path / "文本.docx"
    path.write_bytes(docx_bytes(published))
    with pytest.raises(UnusableFileError, match=told):
        write_pdf(path, tmp_path / "文本.pdf")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, example_docx: Path) -> None:
    with pytest.raises(UnusableFileError, match="找不到"):
        write_pdf(tmp_path / "没有.docx", tmp_path / "a.pdf")


def _assert_whole(found: Disclosure, path: Path) -> int:
    """Convert and look at every page; gives how many there are."""
    pdf_path = path.with_suffix(".pdf")
    write_pdf(path, pdf_path)
    assert contents_pages(found, pdf_path)
    words = subprocess.run(
        ["pdftotext", "-bbox", str(pdf_path), "-"], capture_output=True, check=True, text=True
    ).stdout
    pages = words.split("<page ")[1:]
    for page in pages:
        width = float(re.search(r'width="([\d.]+)"', page)[1])
        edges = [float(one) for one in re.findall(r'xMax="([\d.]+)"', page)]
        assert len(edges) > 1, "no page is empty"
        assert max(edges) < width - MARGIN + 3
    return len(pages)


@pytest.mark.office
def test_every_department(
    standard: Standard,
    costly_department: Path,
    tmp_path: Path,
    errors: Callable[[Path], list[object]],
) -> None:
    book = read_folder(costly_department, standard)
    found = disclosure(standard, book)
    path = tmp_path / "文本.docx"
    assert write_docx(found, path)
    assert errors(path) == []
    tables = matrices(docx.Document(path))
    if book.forms:
        compare_tables(standard, book, tables)
    _assert_whole(found, path)


@pytest.mark.office
@pytest.mark.thorough
def test_as_much_as_the_tables_hold(
    standard: Standard, example: Book, tmp_path: Path, errors: Callable[[Path], list[object]]
) -> None:
    book = crowded(standard, example)
    found = disclosure(standard, book)
    path = tmp_path / "文本.docx"
    assert write_docx(found, path)
    assert errors(path) == []
    print(f"crowded: {_assert_whole(found, path)} pages")
    compared = compare_tables(standard, book, matrices(docx.Document(path)))
    print(f"crowded: {compared}")
    assert compared.cells["project"] == 200 * 9


@pytest.mark.office
def test_a_blank_workbook(
    standard: Standard, tmp_path: Path, errors: Callable[[Path], list[object]]
) -> None:
    found = disclosure(standard, blank_book(standard, 2027))
    path = tmp_path / "空白.docx"
    assert write_docx(found, path)
    assert errors(path) == []
    assert _assert_whole(found, path) > 12


@pytest.mark.office
def test_odd_texts_stay_texts(
    standard: Standard, example: Book, tmp_path: Path, errors: Callable[[Path], list[object]]
) -> None:
    info = {**example.info, "unit_name": InfoValue(NASTY), "issued": InfoValue(NASTY)}
    profile = Profile((NASTY, "长" * 5000), NASTY, (Office(NASTY, NASTY),), (NASTY,) * 60)
    forms = tuple(
        one._replace(fields={**one.fields, "goal": NASTY + "\n" + "文" * 3000})
        for one in example.forms
    )
    book = example._replace(info=info, profile=profile, forms=forms, notes={})
    found = disclosure(standard, book)
    path = tmp_path / "怪.docx"
    assert write_docx(found, path)
    assert errors(path) == []
    texts = [one.text for one in docx.Document(path).paragraphs]
    assert '=HYPERLINK("x")<w:t>&amp;]]>甲 乙' in texts
    _assert_whole(found, path)


def test_pages_are_a4(standard: Standard, example: Book) -> None:
    fits = fit_grids([*disclosure(standard, example).grids], 0)
    (across,) = {one.page for one in fits if one.page.across}
    assert round(across.width + 2 * MARGIN) == 842
    assert across.size == (16838, 11906)
