"""Workbooks of which no values-only copy is made, because recipients could not read it."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from xlbudget.errors import UnusableFileError
from xlbudget.publishing.values import choose_sheets, write_values_copy
from xlbudget.reading.book import read_book
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.publishing.values import ValuesCopy
    from xlbudget.standard.model import Standard

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

TABLE = "部门收支总表"


def copy_of(standard: Standard, source: Path, target: Path, **options: bool) -> ValuesCopy:
    chosen = choose_sheets(Workbook(source), standard, read_book(source))
    return write_values_copy(source, target, chosen.sheets, texts=chosen.texts, **options)


def _edited(source: Path, target: Path, change: Callable[[str], str], part: str = "") -> Path:
    """A copy in which the XML of a part is changed; without a name, of the first table's sheet."""
    part = part or Workbook(source).parts.sheets[TABLE].part
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            if one.filename == part:
                data = change(data.decode()).encode()
            new.writestr(one, data)
    return target


def test_a_formula_without_a_stored_value_is_refused(
    standard: Standard, example_file: Path, tmp_path: Path
) -> None:
    source = _edited(
        example_file,
        tmp_path / "无值.xlsm",
        lambda text: re.sub(r'(<c r="B6"[^>]*><f>.*?</f>)<v>.*?</v>', r"\1", text),
    )
    with pytest.raises(UnusableFileError, match=rf"没有存下计算结果.*“{TABLE}”B6.*在 Excel 中打开"):
        copy_of(standard, source, tmp_path / "副本.xlsx")
    assert not (tmp_path / "副本.xlsx").exists()


def test_an_error_value_is_refused_unless_errors_may_go_out(
    standard: Standard, example_file: Path, tmp_path: Path
) -> None:
    source = _edited(
        example_file,
        tmp_path / "错值.xlsm",
        lambda text: re.sub(
            r'<c r="B6"( s="\d+")><f>.*?</f><v>.*?</v>', r'<c r="B6"\1 t="e"><v>#REF!</v>', text
        ),
    )
    target = tmp_path / "副本.xlsx"
    with pytest.raises(UnusableFileError, match=rf"错误值.*“{TABLE}”B6（#REF!）"):
        copy_of(standard, source, target)
    outcome = copy_of(standard, source, target, with_errors=True)
    assert outcome.errors == (f"“{TABLE}”B6（#REF!）",)
    assert openpyxl.load_workbook(target)[TABLE]["B6"].value == "#REF!"


def test_styles_that_nobody_can_read_are_one_sentence(
    standard: Standard, example_file: Path, tmp_path: Path
) -> None:
    source = _edited(
        example_file,
        tmp_path / "怪样式.xlsm",
        lambda text: re.sub(r"<fills.*?</fills>", "<fills><fill/></fills>", text),
        "xl/styles.xml",
    )
    with pytest.raises(UnusableFileError, match=r"怪样式\.xlsm.*没有写出副本；请在 Excel 中打开"):
        copy_of(standard, source, tmp_path / "副本.xlsx")


def test_a_damaged_or_foreign_file_is_one_sentence(standard: Standard, tmp_path: Path) -> None:
    path = tmp_path / "坏.xlsm"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(UnusableFileError, match=r"坏\.xlsm"):
        write_values_copy(path, tmp_path / "副本.xlsx", ["封面"])
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(UnusableFileError, match=r"坏\.xlsm"):
        write_values_copy(path, tmp_path / "副本.xlsx", ["封面"])
