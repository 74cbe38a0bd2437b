"""Texts of another city: items by path and code, last year's figure per item, texts in 万元 of tables in 元."""

from __future__ import annotations

import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from texts.second_books import DOCUMENTS, published_units, second_book, second_standard
from texts.second_variants import MISTAKES, drafted, harmed
from texts.text_books import with_texts
from thorough import either
from xlbudget.consolidating.adding import sum_units
from xlbudget.consolidating.figures import UnitBook
from xlbudget.editing.rollover import next_book
from xlbudget.explaining.document import document_text
from xlbudget.explaining.explain import document, explain
from xlbudget.figures import TextUnit
from xlbudget.findings import Level, Status
from xlbudget.importing.published.particulars import lists_from_sentences
from xlbudget.standard.layers import DATA
from xlbudget.standard.loader import load_folder
from xlbudget.texts.check import check_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import Book
    from xlbudget.findings import Finding

JUSTICE = DOCUMENTS["justice"]
EXECUTED = {"2040601": "1690.69", "2040604": "2170.39", "2040605": "0"}


def findings_of(book: Book) -> list[Finding]:
    return check_texts(second_standard(), book).findings


def told(
    given: Mapping[str, Any], section: str, text: str, **lists: Mapping[str, str]
) -> list[str]:
    """What is said of one paragraph."""
    unit = TextUnit("notes", section, f"{section}.1", text)
    found = findings_of(second_book(given, [unit], **lists))
    # What else the section should say is not asked here.
    return [
        one.message
        for one in found
        if one.row == unit.id and one.printed and not one.message.startswith("没有列出")
    ]


def item(path: str, rest: str) -> str:
    return f"1、{path}{rest}主要原因是：业务量增加。"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_of_the_documents_just_their_own_mistakes_are_told(name: str) -> None:
    given = DOCUMENTS[name]
    outcome = check_texts(second_standard(), second_book(given, published_units(given)))
    wanted = [(one["at"], said) for one in given["genuine"] for said in one["said"]]
    for finding in outcome.findings:
        mine = [
            (at, said)
            for at, said in wanted
            if finding.row == at and said in f"{finding.message}{finding.printed}"
        ]
        assert mine, finding
        wanted.remove(mine[0])
    assert wanted == []
    assert outcome.loose == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_generated_texts_have_no_findings(name: str) -> None:
    given = DOCUMENTS[name]
    lists = lists_from_sentences(second_standard(), second_book(given), published_units(given))
    assert len(lists["executions"]) >= 6
    book = second_book(given, **lists)
    outcome = check_texts(second_standard(), with_texts(second_standard(), book))
    assert [one.message for one in outcome.findings] == []


def test_lists_are_read_from_the_texts() -> None:
    """Last year's figures, their reasons and the purposes, by code."""
    lists = lists_from_sentences(second_standard(), second_book(JUSTICE), published_units(JUSTICE))
    assert lists["executions"]["2040601"] == "1690.69"
    assert lists["executions"]["2210203"] == "241.76"
    assert lists["execution_reasons"]["2040601"] == "部分人员退休"
    assert lists["purpose"]["2210201"] == "行政事业单位为职工缴纳的住房公积金"


def test_an_item_says_its_path_and_last_years_figure() -> None:
    book = second_book(
        JUSTICE,
        purpose={"2040601": "行政单位的基本支出"},
        executions=EXECUTED,
        execution_reasons={"2040601": "部分人员退休"},
    )
    document = explain(second_standard(), book)
    text = {one.id: one.text for one in document.paragraphs}
    assert text["编.2040601"] == (
        "1、公共安全支出（204类）司法（06款）行政运行（01项）1672.67万元。主要用于：行政单位的基本支出。"
        "2025年当年预算执行数为1690.69万元，2026年预算安排1672.67万元，比2025年预算执行数减少1.07%。"
        "主要原因是：部分人员退休。"
    )
    # Nothing has changed: a reason stands there all the same; nought has no percentage.
    assert "与2025年预算执行数持平。主要原因是：基层司法业务无变化。" in text["编.2040604"]
    assert "比2025年预算执行数增加124.29万元。" in text["编.2040605"]
    assert "686万元" in text["编.2040607"]
    assert "57.8万元" in text["编.2080501"]


def test_sections_are_for_kinds() -> None:
    text = document_text(explain(second_standard(), second_book(JUSTICE)))
    assert "项目经费情况说明" in text
    unit = second_book({**JUSTICE, "kind": "单位"})
    assert "项目经费情况说明" not in document_text(explain(second_standard(), unit))


def test_a_profile_may_show_what_a_list_holds(tmp_path: Path) -> None:
    """Texts of 基础信息 taken over as they are, each below its name."""
    folder = tmp_path / "shanghai"
    shutil.copytree(DATA / "shanghai", folder)
    info = folder / "info.toml"
    staff = (
        '{ key = "staff", title = "人员情况", name_label = "标题", text_label = "内容", room = 5 },'
    )
    wider = info.read_text("utf-8").replace("keyed = [", f"keyed = [\n  {staff}", 1)
    info.write_text(wider, "utf-8")
    for name, more in (
        ("notes/facts", '[paragraphs.staff_told]\nof = "staff"'),
        (
            "notes/sections",
            '[[profile]]\nnumber = "概三"\nheading = "人员情况"\ntemplate = "staff.j2"',
        ),
    ):
        path = folder / f"{name}.toml"
        path.write_text(f"{path.read_text('utf-8')}\n{more}\n", "utf-8")
    template = "{% for it in staff_told %}\n\n# {{ it.name }}\n{% for text in it.texts %}\n\n{{ text }}\n{% endfor %}\n{% endfor %}"
    (folder / "notes" / "staff.j2").write_text(template, "utf-8")
    told_so = {"一、编制": "行政编制20名。\n事业编制5名。"}
    shown = document(load_folder(folder), second_book(JUSTICE, staff=told_so), "profile")
    last = [one.text for one in shown.sections[-1].paragraphs]
    assert last == ["人员情况", "一、编制", "行政编制20名。", "事业编制5名。"]


def test_free_sections_are_only_asked_for_what_is_not_filled_in() -> None:
    free = "《意见》（沪司规〔2015〕6号）。实施周期：2019年1月1日-2019年12月31日。行政运行999万元。"
    assert told(JUSTICE, "项目", free) == []
    assert told(JUSTICE, "项目", f"{free}【待填：预算】") != []


SAME_NAMES = {
    **JUSTICE,
    "general": {
        "201": ["一般公共服务支出"],
        "20103": ["政府办公厅（室）及相关机构事务"],
        "2010301": ["行政运行", "3000000", "0"],
        "20106": ["财政事务"],
        "2010601": ["行政运行", "5000000", "0"],
        "204": ["公共安全支出"],
        "20406": ["司法"],
        "2040601": ["行政运行", "7000000", "0"],
    },
}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("公共安全支出（204类）司法（06款）行政运行（01项）700万元。", ""),
        ("公共安全支出（204类）司法（06款）行政运行（01项）500万元。", "700万元"),
        ("“一般公共服务支出（类）财政事务（款）行政运行（项）”500万元。", ""),
        ("“一般公共服务支出（类）财政事务（款）行政运行（项）”300万元。", "500万元"),
        ("“一般公共服务支出-财政事务-行政运行”科目500万元。", ""),
        ("2010601行政运行500万元、2010301行政运行300万元、2040601行政运行700万元。", ""),
        ("2010601行政运行700万元。", "500万元"),
        ("公共安全支出（204）司法（06）行政运行（01）700万元。", ""),
        ("公共安全支出（204）司法（20406）行政运行（2040601）500万元。", "700万元"),
        ("行政运行，科目编码2040601，预算700万元。", ""),
        # A class under a name that is not known is known by its code, or by the name below.
        ("公共安全（204类）司法支出（06款）行政运行（01项）700万元。", ""),
        ("公共安全（204类）司法支出（06款）行政运行（01项）300万元。", "700万元"),
        # Without a path, each is the one that it prints; what no line prints is not accused.
        ("行政运行300万元、行政运行500万元、行政运行700万元。", ""),
        ("行政运行300万元、行政运行555万元、行政运行700万元。", "500万元"),
        ("行政运行555万元。", ""),
    ],
)
def test_subjects_of_one_name_are_told_by_their_path(text: str, wrong: str) -> None:
    found = told(SAME_NAMES, "编", f"1、{text}")
    amounts = [one for one in found if "科目名称" not in one]
    assert bool(amounts) == bool(wrong), found
    assert all(wrong in one for one in amounts)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("公共安全支出（205类）司法（06款）行政运行（01项）700万元。", "编码是204"),
        ("公共安全支出（204类）司法（05款）行政运行（01项）700万元。", "编码是06"),
        ("一般公共服务支出（类）司法（款）行政运行（项）700万元。", "属于“公共安全支出”"),
    ],
)
def test_a_code_or_class_that_is_not_the_subjects_own(text: str, said: str) -> None:
    found = told(SAME_NAMES, "编", f"1、{text}")
    assert len(found) == 1
    assert said in found[0]


PATH = "公共安全支出（204类）司法（06款）行政运行（01项）1672.67万元。"


@pytest.mark.parametrize(
    ("rest", "wrong"),
    [
        (
            "2025年当年预算执行数为1690.69万元，2026年预算安排1672.67万元，比2025年预算执行数减少1.07%。",
            "",
        ),
        (
            "2025年当年预算执行数为1598.10万元，2026年预算安排1672.67万元，比2025年执行数增加4.67%。",
            "",
        ),
        (
            "2025年当年预算执行数为1598.10万元，2026年预算安排1672.67万元，比2025年执行数减少4.67%。",
            "增加4.67%",
        ),
        (
            "2025年当年预算执行数为1598.10万元，2026年预算安排1672.67万元，比2025年执行数增加4.46%。",
            "增加4.67%",
        ),
        ("比2025年预算执行数1598.10万元增加4.67%。", ""),
        ("比2025年预算执行数1598.10万元增加74.57万元，增长4.67%。", ""),
        ("比2025年预算执行数1598.10万元增加47.57万元，增长4.67%。", "74.57"),
        ("2024年当年预算执行数为1598.10万元，比2025年预算执行数增加4.67%。", "应为2025年"),
        (
            "2025年当年预算执行数为1598.10万元，2026年预算安排1627.67万元，比2025年执行数增加4.67%。",
            "1672.67万元",
        ),
        # Other years: when something was built, a document, a period.
        ("用于2019年建成的信息系统、〔2018〕86号文件和2025年1月至2027年12月的项目。", ""),
        ("截至2025年底共有人员20人。", ""),
    ],
)
def test_last_years_figure_of_an_item_is_the_base(rest: str, wrong: str) -> None:
    found = told(JUSTICE, "编", item(PATH, rest))
    assert bool(found) == bool(wrong), found
    assert all(wrong in one for one in found)


def test_last_years_figure_that_is_known_counts() -> None:
    lists = {"executions": {"2040601": "1598.10"}}
    base = "2025年当年预算执行数为1598.10万元，比2025年预算执行数增加4.67%。"
    assert told(JUSTICE, "编", item(PATH, base), **lists) == []
    other = told(JUSTICE, "编", item(PATH, base.replace("1598.10", "1589.10")), **lists)
    assert any("应为1598.1万元" in one for one in other)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("公务接待费0.83万元。与2025年预算持平，主要原因是公务接待无变化。", False),
        ("公务接待费0.83万元，与2025年预算持平。", True),
        ("公务接待费0.83万元，与2025年预算持平，主要原因是。", True),
    ],
)
def test_a_reason_is_asked_for_where_nothing_has_changed(text: str, wrong: bool) -> None:
    given = {**JUSTICE, "info": {**JUSTICE["info"], "prior_reception": "8300"}}
    assert any("原因" in one for one in told(given, "一", text)) is wrong


def test_the_reason_of_a_change_has_its_direction() -> None:
    given = {**JUSTICE, "info": {**JUSTICE["info"], "prior_fiscal": "90000000"}}
    right = "财政拨款收入支出增加的主要原因是工作量增加。"
    assert told(given, "编", right) == []
    assert any(
        "增减方向" in one for one in told(given, "编", right.replace("支出增加", "支出减少"))
    )


def test_made_up_departments_are_right_and_their_mistakes_are_found() -> None:
    wrong: list[object] = []
    tried, missed = Counter[str](), Counter[str]()
    for seed in range(either(12, 300)):
        draft = drafted(seed)
        outcome = check_texts(second_standard(), second_book(draft.given, draft.units()))
        wrong += [(seed, one.row, one.message) for one in outcome.findings]
        wrong += [(seed, one.reason) for one in outcome.loose]
        for kind in MISTAKES:
            harm = harmed(draft, kind, seed)
            if harm is None:
                continue
            tried[kind] += 1
            found = findings_of(second_book(harm[0].given, harm[0].units()))
            if not any(harm[1] in ("*", one.row) for one in found):
                missed[kind] += 1
    assert wrong == []
    print(f"tried {dict(tried)}, missed {dict(missed)}")
    # A percentage of last year's rounded figure may be another one within the rounding.
    assert missed.total() <= 0.02 * tried.total()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_paragraphs_that_run_together_are_read_the_same(name: str) -> None:
    given = DOCUMENTS[name]
    sections: dict[str, str] = {}
    for unit in published_units(given):
        sections[unit.section] = sections.get(unit.section, "") + unit.text
    units = [TextUnit("notes", key, f"{key}.1", text) for key, text in sections.items()]
    outcome = check_texts(second_standard(), second_book(given, units))
    assert len(outcome.findings) == sum(len(one["said"]) for one in given["genuine"])
    assert outcome.loose == []


def test_repeated_paragraphs_are_told(standard: Any, example: Book) -> None:
    book = with_texts(standard, example)
    unit = next(one for one in book.texts if one.id == "一.2")
    again = book._replace(texts=(*book.texts, unit._replace(id="一.99")))
    found = [one for one in check_texts(standard, again).findings if one.row == "一.99"]
    assert [one.level for one in found if "一字不差" in one.message] == [Level.WARNING]


def test_last_years_figures_by_code_are_added_up_where_every_unit_has_them() -> None:
    standard = second_standard()
    units = [
        UnitBook(
            name,
            Path(name),
            second_book(SAME_NAMES, executions=executions),
            Status.PASS,
            Decimal(0),
        )
        for name, executions in (
            ("甲", {"2010301": "100.50", "2010601": "7"}),
            ("乙", {"2010301": "0.25"}),
        )
    ]
    assert sum_units(standard, units).book.keyed["executions"] == {"2010301": "100.75"}


def test_next_years_workbook_does_not_have_last_years_executions() -> None:
    standard = second_standard()
    lists = {"executions": EXECUTED, "purpose": {"2040601": "行政单位的基本支出"}}
    book, _, _ = next_book(standard, standard, second_book(JUSTICE, **lists))
    assert not book.keyed.get("executions")
    assert book.keyed["purpose"] == lists["purpose"]
