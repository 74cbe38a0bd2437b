"""What is said of a mistake in a document: in its own words, at its place, and once for what follows from it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from layouts.sources import source
from layouts.writers import write_text
from xlbudget.findings import Level
from xlbudget.importing.published.document import read_published
from xlbudget.importing.published.validate import validate_published
from xlbudget.texts.check import check_texts

if TYPE_CHECKING:
    from pathlib import Path

    from layouts.sources import Source
    from xlbudget.findings import Finding

LAST_YEAR = "2024年预算数比2023年预算数"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return source("example", tmp_path_factory.mktemp("example"))


def new(example: Source, folder: Path, old: str, instead: str) -> list[Finding]:
    """What is found in the example's text with a pattern replaced once, hints and its own mistakes aside."""
    path = folder / "公开.txt"
    write_text(example.document, path)
    own = {(one.code, one.message) for one in validate_published(path).findings}
    text, count = re.subn(old, instead, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
    assert count == 1
    path.write_text(text, "utf-8")
    found = validate_published(path).findings
    return [
        one for one in found if one.level is not Level.HINT and (one.code, one.message) not in own
    ]


def test_a_change_that_does_not_fit_is_told_in_its_own_words(
    example: Source, tmp_path: Path
) -> None:
    (found,) = new(example, tmp_path, r"减少1\.20万元", "减少1.02万元")
    assert f"按“{LAST_YEAR}减少1.02万元”" in found.message
    assert "基础信息" not in found.message
    best = found.suggestions[0]
    assert best.value == "1.20"
    assert re.search(rf"第\d+行“{LAST_YEAR}减少1\.02万元”应为 减少 1\.20", best.reason)


def test_what_follows_from_a_wrong_total_waits(example: Source, tmp_path: Path) -> None:
    (found,) = new(example, tmp_path, r"^合计\t19\.95", "合计\t91.95")
    assert (found.table, found.printed, found.expected) == (
        "一般公共预算“三公”经费支出表", "91.95", "19.95",
    )  # fmt: skip


def test_an_item_that_the_table_lacks_says_nothing_of_last_year(
    example: Source, tmp_path: Path
) -> None:
    (found,) = new(example, tmp_path, r"^2、公务接待费\t.*\n", "")
    assert "2、公务接待费" in found.message


def test_a_part_of_which_nothing_is_said_may_have_been_more(
    example: Source, tmp_path: Path
) -> None:
    """公务用车购置费 is not compared with last year: 12.00 of it may have been bought then."""
    path = tmp_path / "公开.txt"
    write_text(example.document, path)
    text = path.read_text("utf-8")
    text = text.replace("均为公务用车运行维护费，", "").replace("减少1.20万元", "减少13.20万元")
    text = text.replace("减少23.04万元", "减少35.04万元")
    text = re.sub(
        "公务用车购置费0万元，.*",
        f"公务用车运行维护费10.80万元，{LAST_YEAR}减少1.20万元，主要原因是压减支出。",
        text,
    )
    path.write_text(text, "utf-8")
    assert [one.message for one in validate_published(path).findings if one.code == "C16"] == []


def test_lists_of_rows_that_a_table_lacks_wait(example: Source, tmp_path: Path) -> None:
    found = new(example, tmp_path, r"^301\d\d\t[^\n]*\n(?:301\d\d\t[^\n]*\n)*", "")
    assert [one.code for one in found if one.table == "情况说明"] == []
    assert found


def test_an_old_name_in_a_list_is_known_by_its_amount(example: Source, tmp_path: Path) -> None:
    (found,) = new(example, tmp_path, "卫生健康支出85", "医疗卫生支出85")
    assert (found.printed, found.expected) == ("医疗卫生支出", "卫生健康支出")


def test_a_passage_that_is_missing_is_told_once(example: Source, tmp_path: Path) -> None:
    (found,) = new(example, tmp_path, r"^2024年政府采购预算总额.*\n", "")
    assert "政府采购情况" in found.message


def test_a_subject_that_the_glossary_lacks_is_told_by_name(example: Source, tmp_path: Path) -> None:
    (found,) = new(example, tmp_path, r"^二十五、住房保障支出.*\n", "")
    assert "住房公积金" in found.message


@pytest.mark.parametrize(("day", "told"), [("2023年2月27日", True), ("2023年12月27日", False)])
def test_last_years_day_on_the_cover(example: Source, tmp_path: Path, day: str, told: bool) -> None:
    found = new(example, tmp_path, "^2024年2月27日$", day)
    assert [one.table for one in found] == ["封面"] * told


def test_what_was_not_read_is_not_missing_in_the_text(example: Source, tmp_path: Path) -> None:
    path = tmp_path / "公开.txt"
    write_text(example.document, path)
    book = read_published(path, example.base.standard).book
    half = book._replace(texts=book.texts[: len(book.texts) // 3])
    standard = example.base.standard
    lost = [one for one in check_texts(standard, half).findings if "没有" in one.message]
    assert lost
    partial = half._replace(partial=True)
    assert [
        one.message for one in check_texts(standard, partial).findings if "没有" in one.message
    ] == []
