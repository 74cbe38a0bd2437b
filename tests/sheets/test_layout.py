"""Where rows, forms and fields stand, from the standard alone."""

import pytest

from xlbudget.errors import UnusableFileError
from xlbudget.figures import TOTAL, BlockData, Book, FormData, Indicator, Row
from xlbudget.money import WAN, parse_amount
from xlbudget.sheets.layout import info_lines, place_book, sheet_names, table_layout
from xlbudget.standard.loader import load_standard
from xlbudget.xlsx.references import column_letter

STANDARD = load_standard()


def empty() -> Book:
    return Book("空", STANDARD.id, 2024, {}, {})


def subjects(*codes: str) -> BlockData:
    blank = (None,) * len(STANDARD.blocks["general"].amounts)
    rows = [Row(code, "subject", f"科目{code}", blank) for code in codes]
    return BlockData.of([*rows, Row(TOTAL, TOTAL, "合计", blank)])


def classes(block: str, *codes: str) -> BlockData:
    blank = (None,) * len(STANDARD.blocks[block].amounts)
    return BlockData.of([Row(code, "class", f"类{code}", blank) for code in codes])


def lines(book: Book, block: str) -> dict[str, int]:
    return {row.key: row.line for row in book.blocks[block].rows}


def test_column_letters() -> None:
    letters = [column_letter(index) for index in (0, 25, 26, 701, 702)]
    assert letters == ["A", "Z", "AA", "ZZ", "AAA"]


def test_sheets_are_in_the_agreed_order() -> None:
    names = sheet_names(STANDARD)
    assert names[:5] == ["封面", "公开封面", "目录", "基础信息", "录入底稿"]
    assert names[-5:] == ["情况说明", "名词解释", "总览", "校验结果", "科目字典"]
    assert names[12] == "一般公共预算三公经费支出表"
    assert len(names) == 22


def test_blocks_stand_side_by_side() -> None:
    layout = table_layout(STANDARD, STANDARD.table("summary"))
    assert layout.first == 6
    assert layout.blocks[0].amounts == ("B", "C", "D")
    assert layout.blocks[1].letters == ("E", "F", "G", "H")
    assert layout.room >= 40
    assert table_layout(STANDARD, STANDARD.table("expenditure")).first == 5


def test_an_empty_book_gets_the_prescribed_rows_only() -> None:
    book = place_book(STANDARD, empty())
    assert set(book.blocks) == set(STANDARD.blocks)
    assert lines(book, "three_public") == {
        "total": 5,
        "abroad": 6,
        "reception": 7,
        "vehicle": 8,
        "vehicle_operation": 9,
        "vehicle_purchase": 10,
    }
    assert book.blocks["general"].rows == ()
    assert book.sheets["summary"] == "部门收支总表"
    assert book.info["year"].value == "2024"
    assert book.info["standard"].value == "changchun"


def test_anchors_stand_on_one_line() -> None:
    one = {"summary.expense": classes("summary.expense", "201")}
    few = place_book(STANDARD, empty().with_blocks(one))
    income, expense = lines(few, "summary.income"), lines(few, "summary.expense")
    assert expense["201"] == 6
    assert expense["subtotal"] == income["subtotal"] == 17
    assert expense["next_year"] == income["fiscal_carryover"] == 18
    assert expense["total"] == income["total"] == 20
    many = [f"2{number:02d}" for number in range(1, 16)]
    data = classes("summary.expense", *many)
    book = place_book(STANDARD, empty().with_blocks({"summary.expense": data}))
    income, expense = lines(book, "summary.income"), lines(book, "summary.expense")
    assert income["other"] == 16
    assert expense["215"] == 20
    assert income["subtotal"] == expense["subtotal"] == 21


def test_rows_of_subjects_follow_without_gaps_and_the_total_is_last() -> None:
    data = subjects("201", "20103")
    data = BlockData.of([data.rows[-1], *data.rows[:-1]])
    book = place_book(STANDARD, empty().with_blocks({"general": data}))
    assert lines(book, "general") == {"201": 6, "20103": 7, TOTAL: 8}
    general = book.blocks["general"]
    assert general.cell_name(general.rows[0], 0) == "C6"


def test_too_many_rows_are_refused_in_chinese() -> None:
    room = STANDARD.blocks["general"].room
    full = subjects(*(str(2010000 + number) for number in range(room)))
    placed = place_book(STANDARD, empty().with_blocks({"general": full}))
    assert placed.blocks["general"].rows[-1].line == 6 + room
    over = subjects(*(str(2010000 + number) for number in range(room + 1)))
    with pytest.raises(UnusableFileError, match=f"一般公共预算支出表.*{room + 1}行.*{room}行"):
        place_book(STANDARD, empty().with_blocks({"general": over}))


def test_forms_are_stacked_with_a_blank_line() -> None:
    amounts = (parse_amount("3.00", WAN), None, None, None)
    rows = [Row("甲", "form", "甲", amounts), Row("乙", "form", "乙", amounts)]
    forms = (
        FormData("甲", "target", {"name": "甲"}, (Indicator({"third": "次数"}),)),
        FormData("乙", "application", {"name": "乙"}, ()),
    )
    book = empty().with_blocks({"performance": BlockData.of(rows)})._replace(forms=forms)
    book = place_book(STANDARD, book)
    first, second = book.forms
    assert first.places["name"] == "C4"
    assert first.places["total"] == "C7"
    assert "carryover" not in first.places
    assert first.indicators[0].line == 12
    assert first.letters["weight"] == "F"
    # Lines 3 to 12, a blank one, then title and subtitle of the second form.
    assert second.places["name"] == "C16"
    assert second.places["implementer"] == "G17"
    assert book.blocks["performance"].rows[0].places == ("C7", "C8", "", "C9")
    assert book.blocks["performance"].rows[1].places[2] == second.places["carryover"]


def test_a_project_without_form_gets_one() -> None:
    rows = BlockData.of([Row("甲", "form", "甲", (None,) * 4)])
    book = place_book(STANDARD, empty().with_blocks({"performance": rows}))
    assert [form.name for form in book.forms] == ["甲"]


def test_every_field_has_a_line_of_its_own() -> None:
    found = info_lines(STANDARD)
    assert [line.line for line in found] == list(range(4, 4 + len(found)))
    keys = [line.field.key for line in found if line.field]
    sums = {
        field.key for section in STANDARD.sections if section.summed for field in section.fields
    }
    assert sums
    assert keys == [key for key in STANDARD.fields if key not in sums], (
        "those are for sums of units alone"
    )
    rooms = sum(keyed.room for keyed in STANDARD.keyed)
    assert sum(line.kind == "keyed_row" for line in found) == rooms


def test_placing_twice_changes_nothing() -> None:
    once = place_book(STANDARD, empty().with_blocks({"general": subjects("201", "20103")}))
    assert place_book(STANDARD, once) == once
