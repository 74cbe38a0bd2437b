"""The neutral model of the published document: what a reader finds in it, and in which order."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from own_standards import copied, file_of
from xlbudget.editing.notes import plan_notes
from xlbudget.errors import StandardError
from xlbudget.figures import InfoValue, Office, Profile
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.imported import blank_book
from xlbudget.printed import FORM
from xlbudget.publishing.disclosure import disclosure, final_paragraphs, visible
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import load_folder
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.publishing.disclosure import Disclosure
    from xlbudget.standard.model import Standard

CONTENTS = """\
第一部分  部门概况
一、主要职能
二、机构设置
三、部门预算基本情况
第二部分  2024年度部门预算表
一、部门收支总表
二、部门收入总表
三、部门支出总表
四、财政拨款收支总表
五、一般公共预算支出表
六、一般公共预算基本支出表
七、一般公共预算“三公”经费支出表
八、政府性基金预算支出表
九、国有资本经营预算支出表
十、项目支出表
十一、项目支出绩效目标表
第三部分  2024年度部门预算情况说明
一、2024年部门收支情况
二、2024年部门收入情况
三、2024年部门支出情况
四、2024年财政拨款收支情况
五、2024年一般公共预算支出情况
六、2024年一般公共预算基本支出情况
七、2024年一般公共预算“三公”经费支出情况
八、2024年政府性基金预算支出情况
九、2024年国有资本经营预算支出情况
十、2024年其他重要事项的说明情况
第四部分  名词解释"""


def unfinished(found: Disclosure) -> list[str]:
    """The paragraphs in which something is still to be filled in."""
    return [one.text for one in found.texts if "【待填" in one.text]


def test_cover_and_contents_are_those_of_the_reference(standard: Standard, example: Book) -> None:
    found = disclosure(standard, example)
    assert [text for _, text in found.headings] == CONTENTS.split("\n")
    assert (found.unit, found.cover, found.day) == (
        "长春市人民政府办公厅（本级）",
        "2024年部门预算",
        "2024年2月27日",
    )
    assert unfinished(found) == []


def test_the_first_part_tells_duties_offices_units_and_staff(
    standard: Standard, example: Book
) -> None:
    duties, offices, units = disclosure(standard, example).parts[0].items
    texts = [one.text for one in duties.content]
    assert len(texts) == len(example.profile.duties) == 9
    assert texts[8] == f"9. {example.profile.duties[8]}"
    headings = [one.text for one in offices.content if one.heading]
    assert len(headings) == 18
    assert headings[17] == "（十八）市政府总值班室"
    assert offices.content[-1].text == "机关党委按党章和有关规定设置。"
    said = "".join(one.text for one in units.content)
    assert "共计1个预算单位：1. 长春市人民政府办公厅（本级）" in said
    assert "现有人员226人，其中：在职人员130人，离退休人员96人。" in said


def test_numbers_that_were_typed_are_not_doubled(standard: Standard, example: Book) -> None:
    profile = Profile(
        ("1.拟订规划。\n2.组织实施。",),
        "说明一。\n说明二。",
        (Office("（一）办公室", "# 一行\n两行"), Office("（二）财务处", "")),
        ("甲", "乙"),
    )
    duties, offices, units = (
        [one.text for one in item.content]
        for item in disclosure(standard, example._replace(profile=profile)).parts[0].items
    )
    assert duties == ["1.拟订规划。", "2.组织实施。"]
    assert offices == ["（一）办公室", "一行", "两行", "（二）财务处", "说明一。", "说明二。"]
    assert units[1].endswith("共计2个预算单位：")
    assert units[2:4] == ["1. 甲", "2. 乙"]


def test_headings_of_tables_span_what_they_are_for(standard: Standard, example: Book) -> None:
    summary, income, *_ = disclosure(standard, example).grids
    assert summary.above == ("预算单位：长春市人民政府办公厅（本级）", "单位：万元")
    assert [(one.text, one.columns) for one in summary.head[0]] == [("收 入", 4), ("支 出", 4)]
    assert [(one.text, one.columns, one.rows) for one in income.head[0]] == [
        ("部门（单位）名称", 1, 2),
        ("合计", 1, 2),
        ("当年预算", 10, 1),
        ("上年结转结余", 6, 1),
    ]
    strong = [line[0].text for line in summary.body if line[0].bold]
    assert strong == ["本年收入合计", "收入总计"]


def test_empty_tables_say_so(standard: Standard, example: Book) -> None:
    grids = {one.title: one for one in disclosure(standard, example).grids}
    fund = grids["政府性基金预算支出表"]
    assert fund.notes == ("说明：本单位无政府性基金预算支出。",)
    assert [cell.text for cell in fund.body[0]] == [""] * 5
    notes = grids["一般公共预算“三公”经费支出表"].notes
    assert notes[2].endswith("实有人员226人，其中：在职人员130人，离退休人员96人。")


def test_forms_print_their_levels_once(standard: Standard, example: Book) -> None:
    forms = [one for one in disclosure(standard, example).grids if one.kind == FORM]
    assert len(forms) == 14
    assert [one.title for one in forms].count("项目支出绩效目标表") == 9
    first = forms[0]
    outcome = next(cell for line in first.body for cell in line if cell.text == "产出指标")
    assert (outcome.rows, outcome.columns) == (3, 1)
    money = next(cell for line in first.body for cell in line if cell.text.startswith("项目资金"))
    assert (money.text, money.rows) == ("项目资金\n（万元）", 3)
    assert forms[9].subtitle == "（2024年度）"


def test_every_department_has_all_parts(standard: Standard, department: Path) -> None:
    book = read_folder(department, standard)
    found = disclosure(standard, book)
    assert len([*found.headings]) == len(CONTENTS.split("\n"))
    if not book.forms:
        last = found.parts[1].items[-1].content[0]
        assert (last.columns, last.notes) == (
            (),
            ("说明：本单位无项目支出，无项目支出绩效目标。",),
        )


def test_a_blank_book_says_what_is_missing(standard: Standard) -> None:
    found = disclosure(standard, blank_book(standard, 2027))
    assert found.cover == "2027年部门预算"
    assert found.day == ""
    missing = unfinished(found)
    assert "【待填：部门概况“主要职能”】" in missing
    assert "【待填：基础信息“人员”】" in missing


def test_what_no_document_can_show_is_left_out(standard: Standard, example: Book) -> None:
    odd = "=1+1\x00\x0b某\u202e局\ufeff\ud800"
    info = {**example.info, "unit_name": InfoValue(odd), "issued": InfoValue("二月\x07底")}
    found = disclosure(standard, example._replace(info=info))
    assert found.unit == "=1+1 某局"
    assert found.day == "二月底"
    assert visible("甲\r\n乙\u2028丙\t\x1f") == "甲\n乙\n丙"


# ------------------------------------------------------------------ final texts


@pytest.fixture
def noted(standard: Standard, example_file: Path, tmp_path: Path) -> Path:
    """The example's workbook with its texts generated."""
    from xlbudget.explaining.explain import explain, glossary  # noqa: PLC0415

    path = Path(shutil.copy(example_file, tmp_path / "有说明.xlsm"))
    book = read_book(path, standard)
    plan = plan_notes(Workbook(path), explain(standard, book), glossary(standard, book))
    Workbook(path).patch(path, plan.edits, plan.afterwards)
    return path


def test_final_texts_are_what_the_user_wrote(standard: Standard, noted: Path) -> None:
    book = read_book(noted, standard)
    plain = disclosure(standard, book)
    own = [
        CellEdit("情况说明", "D5", "改写的第一段。\n另起一行。"),
        CellEdit("情况说明", "D6", None),
        CellEdit("名词解释", "D4", "一、自写名词：指自己写的解释。"),
        CellEdit("情况说明", "B120", "标题"),
        CellEdit("情况说明", "D120", "（六）自己加的标题"),
        CellEdit("情况说明", "D121", "自己加的一段。"),
    ]
    Workbook(noted).patch(noted, own)
    texts = final_paragraphs(Workbook(noted), standard, book)
    assert all(texts.values())
    found = disclosure(standard, book, texts)
    assert [*found.headings] == [*plain.headings]
    first = [one.text for one in found.parts[2].items[0].content]
    was = [one.text for one in plain.parts[2].items[0].content]
    assert first == ["改写的第一段。", "另起一行。", *was[2:]]
    *_, heading, last = found.parts[2].items[9].content
    assert (heading.text, heading.heading) == ("（六）自己加的标题", True)
    assert (last.text, last.heading) == ("自己加的一段。", False)
    term = found.parts[3].lead[0]
    assert term.text[: term.term] == "一、自写名词："
    assert found.parts[1] == plain.parts[1]


def test_texts_that_were_never_generated_are_generated(
    standard: Standard, example: Book, example_file: Path
) -> None:
    book = read_book(example_file, standard)
    texts = final_paragraphs(Workbook(example_file), standard, book)
    assert [*texts] == ["explanation", "glossary"]
    assert all(texts.values())
    assert disclosure(standard, book, texts) == disclosure(standard, book)


def test_a_formula_without_value_follows_the_generated_text(
    standard: Standard, noted: Path
) -> None:
    book = read_book(noted, standard)
    Workbook(noted).patch(noted, [CellEdit("情况说明", "D5", None, 'IF(C5="","",C5)')])
    whole = disclosure(standard, book)
    assert disclosure(standard, book, final_paragraphs(Workbook(noted), standard, book)) == whole


# ------------------------------------------------------------------ another standard


@pytest.fixture
def own(standard: Standard, tmp_path: Path) -> Path:
    """A copy of the standard's folder."""
    return copied(tmp_path)


def test_another_arrangement_is_data_alone(own: Path, example: Book) -> None:
    plan = file_of(own, "disclosure.toml")
    before = plan.read_text("utf-8").partition("[[part]]")[0]
    before = before.replace("{ordinal}、{title}", "{number}. {title}")
    plan.write_text(before + _ANOTHER, encoding="utf-8")
    found = disclosure(load_folder(own), example)
    unit = example.text("unit_name")
    assert [(part.listed, part.heading) for part in found.parts] == [
        ("一、主要职能", "一、主要职能"),
        ("二、名词解释", f"{unit}名词解释"),
        ("三、收支说明", "2024年收支说明"),
        ("四、预算表", "四、预算表"),
        ("五、其他说明", "十、2024年其他重要事项的说明情况"),
    ]
    assert [len(part.items) for part in found.parts] == [3, 0, 9, 11, 0]
    assert found.parts[2].items[0].heading == "一、2024年部门收支情况"
    first = found.parts[3].items[0]
    assert (first.listed, first.heading) == ("1. 部门收支总表", "部门收支总表")
    assert [text for _, text in found.lines][-1] == "五、其他说明"


_ANOTHER = """
heading = "{title}"
[[part]]
contents = "{ordinal}、主要职能"
holds = "profile"
[[part]]
contents = "{ordinal}、名词解释"
heading = "{unit_name}名词解释"
holds = "glossary"
[[part]]
contents = "{ordinal}、收支说明"
heading = "{year}年收支说明"
holds = "explanation"
sections = ["一", "二", "三", "四", "五", "六", "七", "八", "九"]
[[part]]
contents = "{ordinal}、预算表"
holds = "tables"
[[part]]
contents = "{ordinal}、其他说明"
holds = "explanation"
sections = ["十"]
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('holds = "tables"', 'holds = "profile"', "现有0个"),
        ('holds = "tables"', 'holds = "tables"\nsections = ["六"]', "“六”"),
        ('contents = "第{ordinal}部分  名词解释"', "", "contents"),
        ('money = "单位：{money}"\n', "", "缺少：money"),
        ('holds = "tables"', "holds = 1", "holds"),
        ('holds = "glossary"', 'holds = "glosary"', "glosary"),
    ],
)
def test_an_arrangement_that_does_not_fit_is_refused(
    own: Path, example: Book, old: str, new: str, told: str
) -> None:
    plan = file_of(own, "disclosure.toml")
    text = plan.read_text("utf-8")
    assert old in text
    plan.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(StandardError, match=told):
        disclosure(load_folder(own), example)


def test_a_standard_without_arrangement_is_refused(own: Path, example: Book) -> None:
    file_of(own, "disclosure.toml").unlink()
    with pytest.raises(StandardError, match=r"disclosure\.toml"):
        disclosure(load_folder(own), example)
