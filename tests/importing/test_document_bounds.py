"""Hostile and damaged documents: read, or refused in one sentence, in time that grows with their size alone."""

from __future__ import annotations

import contextlib
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from drawn_pdf import pdf
from xlbudget.errors import UnusableFileError
from xlbudget.importing.published.document import read_source
from xlbudget.importing.published.elements import Line, Matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LONG = 20.0
"""Seconds in which every one of these must be done, on a machine with other work too."""
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    begin = time.process_time()
    yield
    assert time.process_time() - begin < LONG


def docx(path: Path, body: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f"<w:document {WORD}><w:body>{body}</w:body></w:document>"
        )
    return path


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


@pytest.mark.parametrize("span", ["1000000000", "5000000", "9" * 5000, "²", "-3", "١٢"])
def test_spans_are_bounded_before_use(tmp_path: Path, span: str) -> None:
    wide = cell("合计", f'<w:gridSpan w:val="{span}"/>')
    before = f'<w:trPr><w:gridBefore w:val="{span}"/></w:trPr>'
    body = table(wide, f"{before}{cell('甲')}", *[cell("乙") + cell("1.00")] * 3)
    source = read_source(docx(tmp_path / "宽.docx", body))
    widths = [len(one.lines[0]) for one in source.elements if isinstance(one, Matrix)]
    assert all(width <= 200 for width in widths)
    assert widths or source.unread


def test_a_table_beyond_reading_is_named(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>前文</w:t></w:r></w:p>" + table(*[cell("甲") + cell("1.00")] * 6000)
    source = read_source(docx(tmp_path / "长.docx", body))
    assert [one.place for one in source.unread] == ["第1张表"]
    page = tmp_path / "长.html"
    page.write_text(
        "<p>前文<table>" + "<tr><td rowspan=9999999 colspan=99999>甲" * 6000, encoding="utf-8"
    )
    assert [one.place for one in read_source(page).unread] == ["第1张表"]


def test_merging_storms(tmp_path: Path) -> None:
    row = "".join(cell("甲", '<w:gridSpan w:val="63"/><w:vMerge/>') for _ in range(60))
    docx(tmp_path / "并.docx", f"<w:p><w:r><w:t>文</w:t></w:r></w:p>{table(*[row] * 1500)}")
    source = read_source(tmp_path / "并.docx")
    assert source.unread or source.elements


def test_nesting_without_end_is_refused(tmp_path: Path) -> None:
    for depth in (900, 60_000):
        body = "<w:p>" + "<w:ins>" * depth + "<w:r><w:t>深</w:t></w:r>" + "</w:ins>" * depth
        with pytest.raises(UnusableFileError, match="嵌套过深"):
            read_source(docx(tmp_path / "深.docx", f"{body}</w:p>"))
    tables = "<w:tbl><w:tr><w:tc>" * 900 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 900
    with pytest.raises(UnusableFileError, match="嵌套过深"):
        read_source(docx(tmp_path / "深.docx", tables))


TAGS: dict[str, Callable[[int], str]] = {
    "open": lambda count: "<div>字" * count,
    "paragraphs": lambda count: "<p>一段文字" * count,
    "unended": lambda count: "字" + "<a " * count,
    "input": lambda count: "字" + "<input " * count,
    "quotes": lambda count: "字" + '<a b="' * count,
    "comments": lambda count: "字" + "<!--" * count,
    "marked": lambda count: "字" + "<![" * count,
    "less": lambda count: "字" + "<" * count,
    "ends": lambda count: "字" + "</" * count,
    "spaces": lambda count: "字<a" + " " * count + "b" + "=" * count + ">",
    "tables": lambda count: "字" + "<table><tr><td>字" * count,
    "cells": lambda count: "<table>" + "<td rowspan=99999 colspan=99999>" * count + "字</table>字",
    "entities": lambda count: "字" + "&#x" * count + "&amp" * count,
    "lines": lambda count: "这一行文字没有写完而且足够长足够长足够长\n" * count,
    "tabs": lambda count: "\t" * count + "字",
    "bars": lambda count: "字\n" + "|甲" * count + "|",
    "one_line": lambda count: "字1，" * (count * 5),
}


@pytest.mark.parametrize("suffix", ["html", "txt"])
@pytest.mark.parametrize("kind", TAGS)
def test_markup_takes_time_by_its_size_alone(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"页.{suffix}"
    path.write_text(TAGS[kind](40_000), encoding="utf-8")
    source = read_source(path)
    assert source.elements or source.unread


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
def test_encodings_of_texts(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "文.txt"
    path.write_bytes("第一部分 部门概况\n".encode(encoding))
    (line,) = read_source(path).elements
    assert not isinstance(line, Matrix)
    assert line.text == "第一部分部门概况"


# ------------------------------------------------------------------ pdf


WORDS = b"BT /F 12 Tf 50 700 Td (some words) Tj ET"


def test_too_many_pages(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="页数过多"):
        read_source(pdf(tmp_path / "多.pdf", [WORDS] * 2000))


def test_a_page_with_too_much_on_it_is_named(tmp_path: Path) -> None:
    bomb = WORDS + b" 0 0 m" * 40_000_000
    source = read_source(pdf(tmp_path / "满.pdf", [WORDS, bomb, WORDS], packed=True))
    assert [one.place for one in source.unread] == ["第2页"]
    assert len(source.elements) == 2


@pytest.mark.parametrize("media", ["[0 0 1000000000 1000000000]", "[0 0 0 0]", "[-5 -5 1 1]"])
def test_pages_of_any_size(tmp_path: Path, media: str) -> None:
    with contextlib.suppress(UnusableFileError):
        assert read_source(pdf(tmp_path / "大.pdf", [WORDS], media))


def test_a_tree_of_pages_that_does_not_end(tmp_path: Path) -> None:
    path = tmp_path / "环.pdf"
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>endobj\ntrailer<</Root 1 0 R/Size 3>>\n"
    )
    with pytest.raises(UnusableFileError):
        read_source(path)
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj" + b"[" * 100_000 + b"endobj\ntrailer<</Root 1 0 R/Size 3>>\n"
    )
    with pytest.raises(UnusableFileError):
        read_source(path)


@pytest.mark.parametrize("matrix", [b"0 1 -1 0 300 100", b"0 -1 1 0 300 500"])
def test_a_page_printed_sideways_is_read(tmp_path: Path, matrix: bytes) -> None:
    turned = b"BT /F 12 Tf %s Tm (some words sideways) Tj ET" % matrix
    source = read_source(pdf(tmp_path / "横.pdf", [WORDS, turned]))
    assert source.unread == ()
    (last,) = source.elements[-1:]
    assert isinstance(last, Line)
    assert (last.text, last.where) == ("some words sideways", "第2页")


def test_a_page_printed_at_a_slant_is_named(tmp_path: Path) -> None:
    slanted = b"BT /F 12 Tf 0.7 0.7 -0.7 0.7 300 100 Tm (some words at a slant) Tj ET"
    source = read_source(pdf(tmp_path / "斜.pdf", [WORDS, slanted]))
    assert source.unread == (("第2页", "文字是斜着印的"),)
