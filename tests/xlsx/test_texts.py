"""Any text stands in a workbook so that it is read back as it was, by every way into the file; or it is refused."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbudget.building import styles
from xlbudget.building.writer import Writer
from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.building.sheet import Sheet

NASTY = (
    "甲\x0b乙", "_x000B_", "_x0041_x0042_", "_x0041\x02", "_x00e9_", "_X0041_", "_x005F_x000B_", "<r>", "<r><t>x</t></r>",
    "</t></is>", "]]>", "&amp;", "&#10;", "=1+1", "{=1+1}", "+1", "-1", "@SUM(A1)", "#N/A", "#REF!", "TRUE", "007", "1e5", "inf",
    "nan", "1_000", "http://x.cn", "mailto:a@b.cn", "internal:'甲'!A1", "external:c:\\a", "a\rb", "a\r\nb", "\t甲\n", " 前后 ",
    "\x00", "\x1f", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "😀", "'引", "{{ 1 }}", "&P&N",
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.sampled_from((*NASTY, "_", "x", "0041", "甲")), min_size=2, max_size=5).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=30),
).filter(bool)  # fmt: skip


def put(sheet: Sheet, line: int, text: str) -> None:
    """Every way in which building puts a text into a cell."""
    sheet.text(f"A{line}", text, styles.BODY)
    sheet.formula(f"B{line}", f"A{line}", text, styles.BODY)
    sheet.formula(f"C{line}", f'A{line}&""', text, styles.BODY, array=True)
    sheet.merge(f"D{line}", f"E{line}", text, styles.BODY)
    sheet.link(f"F{line}", "甲", text, styles.BODY)


def built(texts: list[str]) -> bytes:
    writer = Writer("题目\x0b_x0041_")
    sheet = writer.sheet("甲", "shA")
    for line, text in enumerate(texts, 1):
        put(sheet, line, text)
    return writer.finish()


def parse_all(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                ET.fromstring(archive.read(name))


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=25))
def test_texts_come_back_by_every_way(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("文字") / "文.xlsx"
    path.write_bytes(built(texts))
    parse_all(path)
    for line, text in zip(Workbook(path).lines("甲"), texts, strict=True):
        assert line[:4] == [text] * 4
        assert line[5] == text
    edits = [CellEdit("甲", f"{letter}{line}", text, "A1" * (letter == "B"))
             for line, text in enumerate(reversed(texts), 1) for letter in "ABDF"]  # fmt: skip
    Workbook(path).patch(path, edits)
    parse_all(path)
    for line, text in zip(Workbook(path).lines("甲"), reversed(texts), strict=True):
        assert [line[0], line[1], line[3], line[5]] == [text] * 4


@pytest.mark.parametrize("text", NASTY)
def test_another_reader_reads_the_same(tmp_path: Path, text: str) -> None:
    """openpyxl leaves escapes as they are; what needs none it gives back."""
    opened = openpyxl.load_workbook(BytesIO(built([text])), data_only=True)
    for cell in ("A1", "B1", "C1", "D1", "F1"):
        value = opened["甲"][cell].value
        assert value == text or "_x" in value or "\r" in text


@pytest.mark.parametrize("text", ["\ud800", "甲\udfff", "\ufffe", "a\uffff"])
@pytest.mark.parametrize("way", range(5))
def test_what_is_no_character_is_refused_with_its_cell(text: str, way: int) -> None:
    sheet = Writer("").sheet("甲", "shA")
    put_one = (
        lambda: sheet.text("C7", text, styles.BODY),
        lambda: sheet.formula("C7", "A1", text, styles.BODY),
        lambda: sheet.formula("C7", "A1", text, styles.BODY, array=True),
        lambda: sheet.merge("C7", "D7", text, styles.BODY),
        lambda: sheet.link("C7", "甲", text, styles.BODY),
    )[way]
    with pytest.raises(UnusableFileError, match="“甲”C7的文字里有存不下的乱码字符（U\\+"):
        put_one()


@pytest.mark.parametrize("letters", [32_767, 32_768])
def test_the_longest_text_is_counted_as_excel_counts(tmp_path: Path, letters: int) -> None:
    text = "😀" + "甲" * (letters - 2)
    sheet = Writer("").sheet("甲", "shA")
    if letters == 32_767:
        sheet.text("A1", text, styles.BODY)
        return
    with pytest.raises(UnusableFileError, match="“甲”A1放不下32767个字"):
        sheet.text("A1", text, styles.BODY)
