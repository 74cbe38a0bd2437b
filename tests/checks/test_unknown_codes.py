"""A code that the list does not have is told once, however many tables print it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.explaining.explain import explain, glossary
from xlbudget.figures import BlockData, TextUnit
from xlbudget.findings import Level
from xlbudget.importing.data_folder import read_folder
from xlbudget.rules.fill import with_names
from xlbudget.texts.whole import validate_whole as validate

if TYPE_CHECKING:
    from collections.abc import Mapping

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
