"""What comparing a workbook with last year's says, and what it leaves in peace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from texts.text_books import with_texts
from xlbudget.cli.run import run
from xlbudget.cli.validation import last_books
from xlbudget.editing.build import build_workbook
from xlbudget.editing.validate import Examined
from xlbudget.errors import UnusableFileError
from xlbudget.figures import BlockData, InfoValue, Row, TextUnit
from xlbudget.findings import Finding, Level, Report, Status
from xlbudget.money import Amount
from xlbudget.texts.last_year import with_last_year

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

EXAMPLE = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024"
PRIOR = {
    "prior_total": ("summary.income", "total", 0),
    "prior_fiscal": ("fiscal.income", "total", 0),
    "prior_general": ("general", "total", 0),
    "prior_three_public": ("three_public", "total", 0),
    "prior_reception": ("three_public", "reception", 0),
    "prior_vehicle": ("three_public", "vehicle", 0),
    "prior_vehicle_operation": ("three_public", "vehicle_operation", 0),
    "prior_operating": ("basic", "total", 2),
}
"""Where this year's figures will be looked up next year, for the fields that the example fills."""


@pytest.fixture
def last(example: Book) -> Book:
    return example._replace(name="上年.xlsm")


@pytest.fixture
def now(example: Book) -> Book:
    """Next year's book: every amount a little larger, last year's figures as they were."""
    info = {**example.info, "year": InfoValue("2025")}
    for field, (block, key, column) in PRIOR.items():
        row = example.blocks[block].row(key)
        assert row is not None
        info[field] = InfoValue(row.cells[column], f"B{len(info)}")
    for field in [one for one in info if one.startswith("reason_")]:
        info[field] = InfoValue("今年新的原因")
    blocks = {
        key: BlockData.of([_grown(row, 103) for row in data.rows], data.letters)
        for key, data in example.blocks.items()
    }
    forms = tuple(
        form._replace(
            fields={key: text.replace("2024", "2025") for key, text in form.fields.items()}
        )
        for form in example.forms
    )
    return example._replace(name="今年.xlsm", year=2025, info=info, blocks=blocks, forms=forms)


def _grown(row: Row, percent: int) -> Row:
    def one(cell: object) -> object:
        if cell is None:
            return None
        amount: Amount = cell  # type: ignore[assignment]
        return amount._replace(fen=amount.fen * percent // 100 // 10_000 * 10_000)

    return row._replace(cells=tuple(map(one, row.cells)))


def _changed(book: Book, block: str, key: str, /, **changes: object) -> Book:
    data = book.blocks[block]
    rows = [row._replace(**changes) if row.key == key else row for row in data.rows]
    return book.with_blocks({block: BlockData.of(rows, data.letters)})


def _times(book: Book, block: str, key: str, percent: int) -> Book:
    row = book.blocks[block].row(key)
    assert row is not None
    return _changed(book, block, key, cells=_grown(row, percent).cells)


def found(standard: Standard, now: Book, last: Book) -> list[Finding]:
    report = Report(now.name, standard.id, Status.PASS, "0.0000", year=now.year)
    return list(with_last_year(report, standard, now, standard, last).findings)


def test_a_year_like_the_last_is_left_in_peace(standard: Standard, now: Book, last: Book) -> None:
    assert found(standard, now, last) == []


def test_the_rules_count_as_run_and_an_error_makes_the_grade(
    standard: Standard, now: Book, last: Book
) -> None:
    wrong = now._replace(info={**now.info, "prior_total": now.info["prior_general"]})
    wrong = _changed(wrong, "general", "total", label="合计")
    report = Report(now.name, standard.id, Status.PASS, "0.0000", year=now.year)
    told = with_last_year(report, standard, wrong, standard, last)
    assert {code for code, count in told.executed if count} == {
        "D01", "D02", "D03", "D04", "D05", "D06",
    }  # fmt: skip
    assert told.status is (Status.ERROR if told.number_of(Level.ERROR) else Status.PASS)


@pytest.mark.parametrize("field", PRIOR)
def test_every_figure_of_last_year_is_looked_up(
    standard: Standard, now: Book, last: Book, field: str
) -> None:
    right = now.number(field)
    assert isinstance(right, Amount)
    slip = right._replace(fen=right.fen + 10_000)
    cell = now.info[field].cell
    wrong = now._replace(info={**now.info, field: InfoValue(slip, cell)})
    (one,) = found(standard, wrong, last)
    assert (one.code, one.level, one.cell, one.row) == ("D04", Level.ERROR, cell, field)
    assert (one.printed, one.expected, one.difference) == (slip.plain, right.plain, "0.01")
    assert "上年.xlsm" in one.basis[0]


def test_a_figure_of_last_year_that_was_not_filled_in_is_offered(
    standard: Standard, now: Book, last: Book
) -> None:
    blank = now._replace(info={**now.info, "prior_reception": InfoValue(None, "B25")})
    (one,) = found(standard, blank, last)
    assert (one.code, one.level, one.cell, one.expected) == ("D04", Level.WARNING, "B25", "9.15")


def test_a_table_that_last_year_lacks_is_said_not_to_be_compared(
    standard: Standard, now: Book, last: Book
) -> None:
    lacking = last._replace(
        blocks={key: data for key, data in last.blocks.items() if key != "three_public"}
    )
    report = Report(now.name, standard.id, Status.PASS, "0.0000", year=now.year)
    told = with_last_year(report, standard, now, standard, lacking)
    assert not [one for one in told.findings if one.code == "D04"]
    assert any(one.code == "D04" and "没有核对" in one.reason for one in told.not_executed)


def test_another_unit_is_noticed(standard: Standard, now: Book, last: Book) -> None:
    other = last._replace(info={**last.info, "unit_name": InfoValue("某市某局")})
    (one,) = found(standard, now, other)
    assert (one.code, one.level, one.row) == ("D01", Level.WARNING, "unit_name")
    assert "某市某局" in one.message


def test_spaces_and_width_of_signs_are_no_other_name(
    standard: Standard, now: Book, last: Book
) -> None:
    name = last.text("unit_name").replace("（", " (").replace("）", ") ")
    same = last._replace(info={**last.info, "unit_name": InfoValue(name)})
    assert found(standard, now, same) == []


def test_subjects_that_came_and_went_are_named_once_for_all_tables(
    standard: Standard, now: Book, last: Book
) -> None:
    (new,) = found(standard, now, _without(last, "210"))
    assert (new.code, new.level, new.row) == ("D02", Level.HINT, "210")
    assert "科目“210 卫生健康支出”是今年新增的" in new.message
    (gone,) = found(standard, _without(now, "210"), last)
    assert gone.code == "D02"
    assert "上年有而今年没有的科目：“210 卫生健康支出”" in gone.message


def _without(book: Book, code: str) -> Book:
    """The book without a class of subjects in all its tables of subjects."""
    for block in ("expenditure", "general"):
        data = book.blocks[block]
        rows = [row for row in data.rows if not row.key.startswith(code)]
        book = book.with_blocks({block: BlockData.of(rows, data.letters)})
    return book


def test_a_project_under_another_name_is_told_from_a_new_one(
    standard: Standard, now: Book, last: Book
) -> None:
    name = next(row.key for row in now.blocks["project"].rows if row.kind == "item")
    other = _changed(now, "project", name, key=f"{name}（二期）", label=f"{name}（二期）")
    (one,) = [one for one in found(standard, other, last) if one.code.startswith("D0")]
    assert (one.code, one.level) == ("D03", Level.HINT)
    assert f"“{name}（二期）”上年可能叫“{name}”" in one.message
    fresh = _changed(now, "project", name, key="ABCDEFG", label="ABCDEFG")
    codes = [one.code for one in found(standard, fresh, last)]
    assert codes == ["D02", "D02"]


def test_one_code_with_another_name_and_one_name_with_another_code(
    standard: Standard, now: Book, last: Book
) -> None:
    (one,) = found(standard, _changed(now, "general", "2101101", label="行政单位医保"), last)
    assert (one.code, one.level, one.row) == ("D03", Level.WARNING, "2101101")
    assert "今年的名称为“行政单位医保”，上年为“行政单位医疗”" in one.message
    right = found(standard, now, _changed(last, "general", "2101101", label="行政单位医保"))
    assert [one.level for one in right] == [Level.HINT]
    moved = now
    for block in ("general", "expenditure"):
        moved = _changed(moved, block, "2101101", key="2101109")
    (one,) = found(standard, moved, last)
    assert (one.code, one.row) == ("D03", "2101109")
    assert "今年的编码为 2101109，上年为 2101101" in one.message


@pytest.mark.parametrize(
    ("percent", "words"),
    [(1_000_000, "像是元与万元弄混"), (1000, "小数点错一位"), (300, "是上年的3.0倍")],
)
def test_a_jump_among_quiet_figures_is_a_hint_with_the_arithmetic(
    standard: Standard, now: Book, last: Book, percent: int, words: str
) -> None:
    row = last.blocks["basic"].row("30101")
    assert row is not None
    jumped = _changed(now, "basic", "30101", cells=_grown(row, percent).cells)
    hints = found(standard, jumped, last)
    assert {(one.code, one.level, one.row) for one in hints} == {("D05", Level.HINT, "30101")}
    assert len(hints) == 1
    assert words in hints[0].message
    assert "中位数为 1.03" in hints[0].basis[0]


def test_where_everything_moves_a_doubling_is_no_jump(
    standard: Standard, now: Book, last: Book
) -> None:
    lively = now
    for number, row in enumerate(now.blocks["basic"].rows):
        lively = _times(lively, "basic", row.key, (40, 300, 90, 180, 60)[number % 5])
    for block in ("general", "expenditure", "project", "performance"):
        for number, row in enumerate(now.blocks[block].rows):
            lively = _times(lively, block, row.key, (45, 250, 110, 210, 70)[number % 5])
    assert [one for one in found(standard, lively, last) if one.code == "D05"] == []


def test_small_amounts_may_jump(standard: Standard, now: Book, last: Book) -> None:
    assert found(standard, _times(now, "basic", "30217", 500), last) == []


def test_last_years_figures_left_standing_are_noticed(
    standard: Standard, now: Book, last: Book
) -> None:
    (one,) = found(standard, now._replace(blocks=last.blocks), last)
    assert (one.code, one.level) == ("D05", Level.WARNING)
    assert "完全相同" in one.message


def test_a_paragraph_carried_over_is_noticed_and_a_generated_one_is_not(
    standard: Standard, now: Book, last: Book
) -> None:
    before = with_texts(standard, last)
    kept = next(one for one in before.texts if "总支出6,295.86" in one.text)
    plain = next(one for one in before.texts if one.part == "glossary" and not one.heading)
    texts = (
        kept._replace(text=kept.text.replace("（", "("), follows=False),
        kept._replace(id="一.9", follows=True),
        plain._replace(follows=False),
        TextUnit("notes", "一", "一.8", "2025年总支出1.00万元。"),
    )
    (one,) = found(standard, now._replace(texts=texts), before)
    assert (one.code, one.level, one.row) == ("D06", Level.WARNING, kept.id)
    assert "6,295.86" in one.message


def test_reasons_carried_over_are_hinted_at_once_for_each_wording(
    standard: Standard, now: Book, last: Book
) -> None:
    info = {**now.info, **{key: last.info[key] for key in ("reason_income", "reason_expense")}}
    (one,) = found(standard, now._replace(info=info), last)
    assert (one.code, one.level) == ("D06", Level.HINT)
    assert "收入总额增减原因、支出总额增减原因" in one.message


def test_targets_that_still_name_last_year_are_noticed(
    standard: Standard, now: Book, last: Book
) -> None:
    dated = found(standard, now._replace(forms=last.forms), last)
    assert {one.code for one in dated} == {"D06"}
    assert all("2024年" in one.message for one in dated)


def test_a_workbook_of_another_year_is_refused(standard: Standard, now: Book, last: Book) -> None:
    with pytest.raises(UnusableFileError, match="应给出2024年度的工作簿"):
        found(standard, now, last._replace(year=2023))


def test_a_standard_without_such_rules_compares_nothing(
    standard: Standard, now: Book, last: Book
) -> None:
    rules = tuple(rule for rule in standard.rules if not rule.compares)
    other = last._replace(info={**last.info, "unit_name": InfoValue("某市某局")})
    assert found(standard._replace(rules=rules), now._replace(blocks=last.blocks), other) == []


def test_units_find_their_workbook_of_last_year_by_name(
    standard: Standard, now: Book, example_file: Path, tmp_path: Path
) -> None:
    for name in ("甲.xlsm", "乙.xlsm"):
        (tmp_path / name).write_bytes(example_file.read_bytes())
    books = last_books(tmp_path)
    report = Report(now.name, standard.id, Status.PASS, "0.0000", year=now.year)
    told = books.compared(Examined(report, standard, now))
    assert ("D01", 1) in told.executed
    other = now._replace(info={**now.info, "unit_name": InfoValue("某市某局")})
    told = books.compared(Examined(report._replace(unit_name="某市某局"), standard, other))
    assert {one.code for one in told.not_executed} >= {"D01", "D04", "D06"}
    assert "没有“某市某局”的" in told.not_executed[0].reason
    with pytest.raises(UnusableFileError, match="找不到上年的工作簿"):
        last_books(tmp_path / "没有.xlsm")


def test_the_command_compares_a_workbook_with_a_data_folder(
    standard: Standard, now: Book, tmp_path: Path
) -> None:
    book, page = tmp_path / "今年 2025.xlsm", tmp_path / "结果.json"
    reception = now.info["prior_reception"].value
    assert isinstance(reception, Amount)
    slip = reception._replace(fen=1)
    info = {**now.info, "prior_reception": InfoValue(slip)}
    build_workbook(standard, now._replace(info=info), book, year=2025)
    assert (
        run(
            [
                "validate",
                str(book),
                "--last-year",
                str(EXAMPLE),
                "--format",
                "json",
                "-o",
                str(page),
            ]
        )
        == 1
    )
    told = json.loads(page.read_text(encoding="utf-8"))
    (one,) = [one for one in told["findings"] if one["code"] == "D04"]
    assert (one["row"], one["expected"], one["sheet"]) == ("prior_reception", "9.15", "基础信息")
    assert one["cell"]
    assert run(["validate", str(book), "--last-year", str(book), "-q"]) == 2


def test_a_published_document_is_said_not_to_be_compared(example_file: Path) -> None:
    report = Report("公开.docx", "changchun", Status.PASS, "0.0000", year=2024)
    told = last_books(example_file).skipped(report, "公开文本不与上年核对。")
    assert [one.code for one in told.not_executed] == ["D01", "D02", "D03", "D04", "D05", "D06"]
