"""A code that the list does not have is told once, however many tables print it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

from xlbudget.cli.run import run
from xlbudget.editing.validate import examine_file
from xlbudget.explaining.explain import explain, glossary
from xlbudget.figures import BlockData, TextUnit
from xlbudget.findings import Level
from xlbudget.importing.data_folder import read_folder
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import with_names
from xlbudget.texts.whole import validate_whole as validate
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from xlbudget.figures import Book
    from xlbudget.findings import Finding
    from xlbudget.standard.model import Standard

CULTURE = Path(__file__).parents[1] / "cases" / "culture-bureau"


def test_an_unknown_code_is_told_once(standard: Standard) -> None:
    book = with_names(standard, read_folder(CULTURE, standard))
    messages = [one.message for one in validate(standard, book).findings]
    codes = Counter(
        match[1] for one in messages if (match := re.match(r"科目字典中没有编码 (\d+)", one))
    )
    assert len(codes) > 10
    assert set(codes.values()) == {1}
    lists = [block for block in standard.blocks.values() if block.subjects == "functional"]
    printed = Counter(
        row.key for block in lists for row in book.blocks[block.key].rows if row.key in codes
    )
    assert max(printed.values()) > 1


def with_texts(standard: Standard, book: Book) -> Book:
    """The book with the texts that are generated from it."""
    parts = {"notes": explain(standard, book), "glossary": glossary(standard, book)}
    texts = tuple(
        TextUnit(part, section.number, paragraph.id, paragraph.text, heading=paragraph.level > 0)
        for part, document in parts.items()
        for section in document.sections
        for paragraph in section.paragraphs
    )
    return book._replace(texts=texts)


def renamed(standard: Standard, book: Book, labels: Mapping[str, str], but: str = "") -> Book:
    """The book with other names of subjects, except in one block."""
    blocks = dict(book.blocks)
    for key, data in book.blocks.items():
        if key in standard.blocks and standard.blocks[key].body == "subject" and key != but:
            rows = [row._replace(label=labels.get(row.key, row.label)) for row in data.rows]
            blocks[key] = BlockData.of(rows)
    return book._replace(blocks=blocks)


def about(findings: tuple[Finding, ...], code: str) -> list[Finding]:
    """The findings that name a code (not one below it), and those of texts with a hole for it."""
    return [one for one in findings if re.search(rf"(?<!\d){code}(?!\d)", one.message)]


def test_a_code_without_a_name_is_one_error(standard: Standard) -> None:
    """The texts have a hole for it, and the row is where it is mended: nothing is said of the texts."""
    book = with_names(standard, read_folder(CULTURE, standard))
    nameless = {
        row.key
        for row in book.blocks["expenditure"].rows
        if row.kind == "subject" and not row.label
    }
    assert len(nameless) > 5
    held = with_texts(standard, book)
    assert sum("【待填：科目名称" in unit.text for unit in held.texts) > 5
    findings = validate(standard, held).findings
    for code in nameless:
        (one,) = about(findings, code)
        assert one.level is Level.ERROR
        assert one.table == "部门支出总表"
        assert f"【待填：科目名称{code}】" in one.message
        assert "写上名称" in one.message
        assert "科目目录" in one.message
    assert not [
        one for one in findings if "待填" in one.message and one not in findings[: len(nameless)]
    ]
    # Without texts nothing is missing there yet.
    levels = {about(validate(standard, book).findings, code)[0].level for code in nameless}
    assert levels == {Level.WARNING}


def test_a_hole_whose_code_has_got_its_name_is_told_of_the_text(standard: Standard) -> None:
    book = with_names(standard, read_folder(CULTURE, standard))
    texts = with_texts(standard, book).texts
    given = renamed(standard, book, {"20503": "职业教育"})._replace(texts=texts)
    told = [one for one in validate(standard, given).findings if "科目名称20503" in one.message]
    assert told
    assert all(one.table in ("情况说明", "名词解释") for one in told)


def test_a_name_that_another_table_has_is_the_way_out(standard: Standard) -> None:
    book = with_names(standard, read_folder(CULTURE, standard))
    given = renamed(standard, book, {"20503": "职业教育"}, but="general")
    (one,) = about(validate(standard, with_texts(standard, given)).findings, "20503")
    assert one.table == "一般公共预算支出表"
    assert "职业教育" in one.message


def test_a_wrong_code_is_not_put_right_where_no_rule_may_say_so(standard: Standard) -> None:
    book = with_names(standard, read_folder(CULTURE, standard))
    data = book.blocks["general"]
    at, row = next((at, row) for at, row in enumerate(data.rows) if row.key == "2070101")
    rows = [*data.rows[:at], row._replace(key="2089999"), *data.rows[at + 1 :]]
    wrong = book.with_blocks({"general": BlockData.of(rows)})
    silent = standard._replace(
        rules=tuple(rule for rule in standard.rules if rule.check not in ("code_name", "code_form"))
    )
    assert not [one for one in validate(silent, book).findings if one.level is Level.ERROR]
    assert [one for one in validate(silent, wrong).findings if one.level is Level.ERROR]


def unlisted(folder: Path, name: str) -> Path:
    """The data folder of the culture bureau, with its largest class under a code that no list has."""
    copytree(CULTURE, folder)
    for path in folder.glob("0[13458]*.csv"):
        lines = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
        for cells in lines[1:]:
            if cells[0].startswith("207"):
                cells[0] = f"299{cells[0][3:]}"
                cells[1] = name if len(cells[0]) == 3 else cells[1] or "未命名"
            elif cells[0].isdigit() and not cells[1]:
                cells[1] = "未命名"
            elif len(cells) > 4 and cells[4] == "文化旅游体育与传媒支出":
                cells[4] = name or "299"
        lines[1:] = sorted(lines[1:], key=lambda cells: cells[0] if cells[0].isdigit() else "0")
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(lines)
    return folder


def test_a_class_that_no_list_has_is_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is known in every table by the name that stands beside its code, or by the code."""
    book = tmp_path / "预算.xlsm"
    source = unlisted(tmp_path / "有名称", "新设类支出")
    assert run(["new", str(book), "--from", str(source), "-q"]) == 0
    assert run(["finish", str(book), "-q"]) == 0
    assert not capsys.readouterr().err
    findings = examine_file(book).report.findings
    assert not [one for one in findings if one.level is Level.ERROR]
    (one,) = about(findings, "299")
    assert one.level is Level.HINT


def test_the_advice_on_a_class_without_a_name_helps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one error says where to write the name; that alone, filling and new texts make it go away everywhere."""
    book = tmp_path / "预算.xlsm"
    source = unlisted(tmp_path / "没名称", "")
    assert run(["new", str(book), "--from", str(source), "-q"]) == 0
    assert run(["finish", str(book), "-q"]) == 1
    (one,) = [one for one in examine_file(book).report.findings if one.level is Level.ERROR]
    assert "编码 299，表里也没有写名称" in one.message
    assert "填列小计后再生成一次说明，或导入本地完整的科目目录" in one.message
    capsys.readouterr()
    assert run(["package", str(book), "-o", str(tmp_path / "套件"), "--no-pdf", "-q"]) == 1
    said = "".join(capsys.readouterr()).splitlines()
    assert len([line for line in said if "299没有名称" in line or "编码 299，" in line]) == 1
    assert "补填基础信息" not in "".join(said)
    listed = tmp_path / "目录.csv"
    listed.write_text("科目编码,科目名称\n299,新设类支出\n", "utf-8")
    for way in ("写上名称", "导入目录"):
        mended = tmp_path / f"{way}.xlsm"
        if way == "写上名称":
            assert one.cell.startswith("A")
            edit = CellEdit(one.sheet, f"B{one.cell[1:]}", "新设类支出")
            Workbook(book).patch(mended, [edit])
        else:
            mended.write_bytes(book.read_bytes())
            assert run(["import", str(listed), str(mended), "--yes", "-q"]) == 0
        assert run(["finish", str(mended), "-q"]) == 0
        left = about(examine_file(mended).report.findings, "299")
        assert [found.level for found in left] == [Level.HINT] * (way == "写上名称")
        names = {
            row.label
            for data in read_book(mended).blocks.values()
            for row in data.rows
            if row.key == "299"
        }
        assert names == {"新设类支出"}
