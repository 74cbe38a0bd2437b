"""What the report shows beside its findings: tables, texts, and where the numbers come from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from report.test_report import Page
from xlbudget.cli.workbook_commands import notes_command
from xlbudget.explaining.explain import explain
from xlbudget.figures import BlockData, Place, TextUnit
from xlbudget.findings import Finding, Level, Report, Status
from xlbudget.money import parse_amount
from xlbudget.report import render
from xlbudget.report.html_report import FULL
from xlbudget.report.pictures import Pictures, report_pictures, table_pictures
from xlbudget.texts.passages import passages, provenance_dict

if TYPE_CHECKING:
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard
    from xlbudget.texts.passages import Passage

GENERAL = "一般公共预算支出表"


@pytest.fixture(scope="module")
def placed(example_file: Path) -> Book:
    from xlbudget.reading.book import read_book  # noqa: PLC0415

    return read_book(example_file)


@pytest.fixture(scope="module")
def told(standard: Standard, placed: Book) -> tuple[Passage, ...]:
    return passages(standard, placed, generate=True)


def test_every_amount_of_every_table_is_in_the_pictures(standard: Standard, placed: Book) -> None:
    shown = {
        (one.sheet, box.cell): box.text
        for one in table_pictures(standard, placed)
        for line in one.body
        for box in line
        if box.cell
    }
    wanted = {
        (placed.sheets[standard.blocks[key].table], data.cell_name(row, at)): cell.text
        for key, data in placed.blocks.items()
        for row in data.rows
        for at, cell in enumerate(row.cells)
        if cell is not None
    }
    assert len(wanted) > 300
    assert wanted.items() <= shown.items()


def test_lines_are_as_wide_as_their_heads(standard: Standard, placed: Book) -> None:
    for one in table_pictures(standard, placed):
        widths = {sum(box.columns for box in line) for line in one.body}
        assert len(widths) <= 1
        if one.head:
            assert sum(box.columns for box in one.head[0]) == max(widths, default=0) or not widths


def test_a_table_without_places_is_shown_too(standard: Standard, example: Book) -> None:
    summary = table_pictures(standard, example)[0]
    assert summary.body[-1][0].text == "收入总计"
    assert not any(box.cell for line in summary.body for box in line)


def test_every_number_stands_where_its_origin_says(
    standard: Standard, placed: Book, told: tuple[Passage, ...]
) -> None:
    count = 0
    for passage in told:
        for number in passage.numbers:
            assert passage.text[number.start : number.end] == number.origin.text
            assert number.origin.sources
            count += 1
    spans = [
        span
        for one in explain(standard, placed).paragraphs
        for span in one.spans
        if span.figure.kind in ("amount", "count", "percent", "year") and span.figure.cells
    ]
    assert count >= len(spans) >= 130


def test_the_arithmetic_comes_to_what_the_text_says(told: tuple[Passage, ...]) -> None:
    sums = {one.origin.sum for passage in told for one in passage.numbers if one.origin.sum}
    assert "本年 6,295.86－上年 5,673.19＝622.67" in sums
    assert "当年预算 5,319.80÷收入合计 6,295.86＝84.50%" in sums
    assert any(one.endswith("＝2,934.35") and one.count("＋") == 13 for one in sums)
    changed = {
        one.origin.name
        for passage in told
        for one in passage.numbers
        if one.origin.how in ("change", "share") and not one.origin.sum
    }
    assert changed == set()


def test_an_edited_text_keeps_the_origins_of_what_it_kept(standard: Standard, placed: Book) -> None:
    text = next(one.text for one in explain(standard, placed).paragraphs if one.id == "一.1")
    other = text.replace("6,295.86", "16,295.86").replace("，均为", "，全部为")
    unit = TextUnit("notes", "一", "一.1", other, Place("情况说明", "D5"))
    (passage,) = passages(standard, placed._replace(texts=(unit,)))
    kept = [other[one.start : one.end] for one in passage.numbers]
    assert kept == ["2024", "5,319.80", "976.06", "2023", "622.67"]
    assert passage.state == "已改"


def test_a_text_of_ones_own_has_no_origins(standard: Standard, placed: Book) -> None:
    unit = TextUnit("notes", "一", "自写.9", "另有6,295.86万元。", Place("情况说明", "D90"))
    (passage,) = passages(standard, placed._replace(texts=(unit,)))
    assert passage.numbers == ()


def test_provenance_goes_both_ways(told: tuple[Passage, ...]) -> None:
    found = provenance_dict(told)
    forth = {
        (one["id"], one["part"], figure["figure"], cell["sheet"], cell["cell"] or cell["label"])
        for one in found["paragraphs"]  # type: ignore[attr-defined]
        for figure in one["figures"]
        for cell in figure["cells"]
    }
    back = {
        (
            user["paragraph"],
            user["part"],
            user["figure"],
            cell["sheet"],
            cell["cell"] or cell["label"],
        )
        for cell in found["cells"]  # type: ignore[attr-defined]
        for user in cell["used_by"]
    }
    assert forth == back
    assert len(forth) > 190


def test_the_notes_command_prints_the_provenance(example_file: Path) -> None:
    before = example_file.read_bytes()
    done = CliRunner().invoke(notes_command, [str(example_file), "--format", "json"])
    whole = json.loads(done.stdout)
    assert list(whole) == ["workbook", "standard", "unit_name", "year", "paragraphs", "cells"]
    income = next(
        one for one in whole["cells"] if (one["sheet"], one["cell"]) == ("部门收支总表", "B20")
    )
    assert income["value"] == "6,295.86 万元"
    assert {
        "paragraph": "一.1",
        "part": "情况说明",
        "figure": "income",
        "text": "6,295.86",
    } in income["used_by"]
    assert example_file.read_bytes() == before
    text = CliRunner().invoke(notes_command, [str(example_file), "--format", "text"]).stdout
    assert text == CliRunner().invoke(notes_command, [str(example_file), "--text"]).stdout


def _wrong(cell: str, sheet: str = GENERAL) -> Report:
    one = Finding("A08", Level.ERROR, "错。", sheet, sheet, cell, printed="1.00", expected="2.00")
    return Report("一.xlsm", "sample", Status.ERROR, "0.1", (one,), year=2024)


def test_of_a_long_table_the_lines_around_the_mark_are_shown(
    standard: Standard, placed: Book
) -> None:
    data = placed.blocks["general"]
    rows = [
        data.rows[0]._replace(key=f"{900 + number}", label=f"类{number}", line=6 + number)
        for number in range(FULL + 20)
    ]
    long = placed.with_blocks({"general": BlockData.of(rows, data.letters)})
    pictures = Pictures(table_pictures(standard, long))
    page = render([_wrong("F40"), _wrong("F41")], "html", {}, [pictures, pictures])
    assert page.count("（节选：有问题的行及其前后）") == 2
    assert "…… 略去 32 行 ……" in page
    assert ">类34</th>" in page
    assert ">类10</th>" not in page
    whole = render([_wrong("F40")], "html", {}, [pictures])
    assert ">类10</th>" in whole
    assert whole.count('id="w1-c') == 1


def test_of_several_workbooks_only_what_is_wrong_is_shown(standard: Standard, placed: Book) -> None:
    pictures = report_pictures(standard, placed)
    one = render([_wrong("F8")], "html", {}, [pictures])
    many = render([_wrong("F8")] * 10, "html", {}, [pictures] * 10)
    assert len(many) < 2 * len(one)
    assert many.count('class="picture"') == 10
    none = render([_wrong("F8")] * 10, "html", {})
    assert '<table class="picture"' not in none
    assert "<script" not in none


def test_a_hostile_text_stays_text_in_pictures_too(standard: Standard, placed: Book) -> None:
    evil = '<script>alert("x")</script>"\'&'
    data = placed.blocks["general"]
    rows = [row._replace(label=evil) for row in data.rows]
    unit = TextUnit("notes", evil, evil, f"{evil}6,295.86", Place(evil, f"D1{evil}"))
    book = placed._replace(texts=(unit,), sheets={**placed.sheets, "general": evil}).with_blocks(
        {"general": BlockData.of(rows, data.letters)}
    )
    finding = Finding("A", Level.ERROR, evil, GENERAL, evil, "F8", printed=evil)
    other = finding._replace(sheet=evil, cell=f"D1{evil}")
    report = Report(evil, "", Status.ERROR, "", (finding, other))
    page = render([report], "html", {}, [report_pictures(standard, book)])
    assert page.count("<script") == 1
    assert 'alert("x")' not in page
    assert Page(page).tags.count("script") == 1


def test_tags_are_balanced_where_marks_and_numbers_meet(standard: Standard, placed: Book) -> None:
    paragraphs = explain(standard, placed).paragraphs
    units = tuple(
        TextUnit("notes", "一", one.id, one.text, Place("情况说明", f"D{number}"))
        for number, one in enumerate(paragraphs, 4)
    )
    findings = tuple(
        Finding("C01", Level.ERROR, "错。", "情况说明", "情况说明", unit.place.cell, printed=said)
        for unit, one in zip(units, paragraphs, strict=True)
        for said in (one.text[:9], *(one.text[span.start - 3 : span.end + 2] for span in one.spans))
    )
    report = Report("一.xlsm", "", Status.ERROR, "", findings)
    page = render([report], "html", {}, [report_pictures(standard, placed._replace(texts=units))])
    tags = Page(page).tags
    assert tags.count("mark") > len([one for one in paragraphs if one.spans])


def test_rules_that_need_last_year_are_said_not_to_have_run(standard: Standard) -> None:
    report = Report("一.xlsm", standard.id, Status.PASS, "0.0000", executed=(("A01", 1),))
    page = render([report], "html", {standard.id: standard})
    assert "没有给出上年的工作簿（--last-year），D01、D02、D03、D04、D05、D06 没有核对。" in page
    ran = tuple((rule.code, 1) for rule in standard.rules)
    page = render([report._replace(executed=ran)], "html", {standard.id: standard})
    assert "--last-year" not in page


def test_a_cell_that_is_no_amount_is_shown_as_it_is(standard: Standard, placed: Book) -> None:
    from xlbudget.figures import Unreadable  # noqa: PLC0415

    data = placed.blocks["general"]
    first = data.rows[0]
    odd = (Unreadable("约五千"), parse_amount("1.5", standard.unit), *first.cells[2:])
    rows = [first._replace(cells=odd), *data.rows[1:]]
    book = placed.with_blocks({"general": BlockData.of(rows, data.letters)})
    picture = next(one for one in table_pictures(standard, book) if one.title == GENERAL)
    assert [box.text for box in picture.body[0][2:4]] == ["约五千", "1.50"]


def test_of_the_particulars_only_what_the_text_or_a_finding_uses_is_shown(
    standard: Standard, placed: Book, told: tuple[Passage, ...]
) -> None:
    private = "只给自己看的话"
    info = {**placed.info, "subject_lists": placed.info["subject_lists"]._replace(value=private)}
    units = tuple(
        TextUnit("notes", "一", one.id, one.text, Place("情况说明", f"D{number}"))
        for number, one in enumerate(told, 4)
    )
    pictures = report_pictures(standard, placed._replace(info=info, texts=units))
    page = render([_wrong("F8")], "html", {}, [pictures])
    assert private not in page
    assert "5,673.19" in page
    marked = _wrong(info["subject_lists"].cell, "基础信息")
    assert private in render([marked], "html", {}, [pictures])
