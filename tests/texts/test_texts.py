"""Numbers and words of the explanation are tied to the tables, also after people edited it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from texts.text_books import culture_bureau, reworded, slips, with_texts
from thorough import either
from xlbudget.explaining.explain import explain
from xlbudget.findings import Level
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.published.particulars import lists_from_sentences
from xlbudget.texts.check import check_texts
from xlbudget.texts.whole import validate_whole

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.findings import Finding
    from xlbudget.standard.model import Standard

DEPARTMENTS = sorted(
    one for one in (Path(__file__).parents[1] / "departments").iterdir() if one.is_dir()
)

FORMS = "项目支出绩效目标表"


@pytest.fixture(scope="module")
def told(standard: Standard, example: Book) -> Book:
    return with_texts(standard, example)


def about_texts(standard: Standard, book: Book) -> list[Finding]:
    """Findings about paragraphs; those about the published forms' own wording are left out."""
    return [one for one in check_texts(standard, book).findings if one.table != FORMS]


def edited(book: Book, identity: str, text: str) -> Book:
    units = [one._replace(text=text) if one.id == identity else one for one in book.texts]
    assert units != list(book.texts)
    return book._replace(texts=tuple(units))


def replaced(book: Book, identity: str, old: str, new: str) -> Book:
    text = next(one.text for one in book.texts if one.id == identity)
    assert old in text
    return edited(book, identity, text.replace(old, new, 1))


def test_generated_notes_have_no_findings_and_no_loose_number(
    standard: Standard, told: Book
) -> None:
    outcome = check_texts(standard, told)
    assert [one.message for one in outcome.findings if one.table != FORMS] == []
    assert outcome.loose == []
    assert sum(outcome.counts.values()) > 90


@pytest.mark.parametrize("folder", DEPARTMENTS, ids=lambda one: one.name)
def test_other_departments_notes_have_no_findings(standard: Standard, folder: Path) -> None:
    book = with_texts(standard, read_folder(folder, standard))
    assert [(one.row, one.message) for one in about_texts(standard, book)] == []


def test_slips_are_found_at_their_paragraph(standard: Standard, told: Book) -> None:
    missed: list[object] = []
    kinds: Counter[str] = Counter()
    count = either(150, 500)
    for slip in slips(explain(standard, told), count, seed=1):
        kinds[slip.kind] += 1
        found = about_texts(standard, edited(told, slip.id, slip.text))
        if slip.id not in {one.row for one in found}:
            missed.append(slip)
    print(f"{count - len(missed)} of {count} slips found: {dict(kinds)}")
    assert len(missed) <= count / 100, "\n".join(map(str, missed))


def test_every_rule_about_texts_is_violated_by_some_slip(standard: Standard, told: Book) -> None:
    books = [
        replaced(told, "八.1", "无政府性基金预算拨款，未安排政府性基金预算支出", "政府性基金预算支出3.00万元"),
        replaced(told, "九.1", "未安排国有资本经营预算支出", "国有资本经营预算支出2.00万元"),
        replaced(told, "二.1", "占84.50%", "占84.05%"),
        replaced(told, "七.3", "9.15万元", "【待填】万元"),
        edited(told, "一.1", "长春市人民政府办公室2024年收支总预算6,295.86万元。"),
        replaced(told, "名词.10", "十、", "十一、"),
    ]  # fmt: skip
    books += [edited(told, one.id, one.text) for one in slips(explain(standard, told), 300, seed=2)]
    unseen = {rule.code for rule in standard.rules if rule.texts and rule.code.startswith("C")}
    for book in books:
        unseen -= {one.code for one in about_texts(standard, book)}
        if unseen == {"C21"}:  # which is about the workbook's fingerprints, not about words
            break
    assert unseen == {"C21"}


def test_other_words_for_the_same_facts_are_no_mistakes(standard: Standard, told: Book) -> None:
    wrong: list[object] = []
    for seed in range(either(60, 200)):
        found = about_texts(standard, reworded(told, seed))
        wrong += [(seed, one.row, one.message) for one in found]
    assert not wrong, "\n".join(map(str, wrong[:20]))


def test_ways_that_people_put_it_are_no_mistakes(standard: Standard, told: Book) -> None:
    """Cases that an accountant can add to; what is bound to nothing is listed, not judged."""
    cases = tomllib.loads((Path(__file__).parent / "other_words.toml").read_text("utf-8"))["case"]
    wrong, loose = [], []
    for case in cases:
        units = [
            one._replace(text=one.text.replace(case["old"], case["new"]))
            if one.part == "notes" and not one.heading
            else one
            for one in told.texts
        ]
        assert units != list(told.texts), case
        outcome = check_texts(standard, told._replace(texts=tuple(units)))
        found = [one.message for one in outcome.findings if one.table != FORMS]
        wrong += [(case, found)] if found else []
        loose += [case] if bool(outcome.loose) != case.get("loose", False) else []
    assert (wrong, loose) == ([], [])


@pytest.mark.parametrize(
    ("identity", "old", "new", "said"),
    [
        ("一.1", "5,319.80万元", "5,319.08万元", "应为5,319.80万元"),
        ("四.2", "6,295.86万元", "6,295.86元", "单位写成了“元”"),
        ("七.3", "9.15万元，其中", "9.15万，其中", "“万”"),
        ("十", "2024年其他", "2023年其他", "应为2024年"),
        ("七.1", "减少23.04", "增加23.04", "方向不对"),
        ("七.1", "，主要原因是公务接待费和公务用车维护费支出减少", "", "没有写原因"),
        ("一.2", "社会保障和就业支出697", "社会保障和就业697", "名称应写全"),
        ("六.2", "奖金、", "", "没有列出“奖金”"),
        ("六.3", "印刷费、", "印刷费、燃料费、", "列出了“燃料费”"),
        ("五.201", "83.41%", "83.14%", "应为83.41%"),
        ("二.1", "均来源于一般公共预算拨款", "均来源于本年度一般公共预算财政拨款", "结转"),
        ("二.1", "均来源于一般公共预算拨款", "均来源于政府性基金预算拨款", "全部是"),
        ("十.2", "减少30.33万元，下降6.55%", "减少30.33万元，下降6.65%", "6.55%"),
        ("八.1", "无政府性基金预算拨款，未安排政府性基金预算支出", "政府性基金预算支出3.00万元", "应为0"),
        ("十.6", "50万元以上", "60万元以上", "50万元以上"),
        ("十.9", "一级项目5个", "一级项目6个", "应为5"),
        ("一.2", "卫生健康支出85.15", "85.15", "没有列出“卫生健康支出”"),
        ("三.3", "按支出性质分类", "按经济科目分类", "应为“按支出性质分类”"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_in_words(
    standard: Standard, told: Book, identity: str, old: str, new: str, said: str
) -> None:
    found = about_texts(standard, replaced(told, identity, old, new))
    assert [one.row for one in found] == [identity], [one.message for one in found]
    assert said in found[0].message


def test_what_cannot_be_tied_is_listed_and_not_guessed(standard: Standard, told: Book) -> None:
    book = replaced(
        told, "一.1", "上年结转976.06万元。", "上年结转976.06万元。另有12.34万元未列入。"
    )
    outcome = check_texts(standard, book)
    assert not [one for one in outcome.findings if one.table != FORMS]
    assert ["12.34" in one.reason for one in outcome.loose] == [True]


def test_a_percentage_on_nothing_is_refused(standard: Standard, told: Book) -> None:
    book = replaced(told, "七.2", "无增减", "增长100%")
    assert [one.level for one in about_texts(standard, book)] == [Level.ERROR]


def test_text_errors_make_the_workbook_wrong(standard: Standard, told: Book) -> None:
    book = replaced(told, "一.1", "6,295.86", "6,295.68")
    report = validate_whole(standard, book)
    assert report.status.value == "error"
    first = report.findings[0]
    assert (first.code, first.expected) == ("C01", "6,295.86万元")
    assert "部门收支总表" in first.basis[0]


def test_slips_of_the_published_forms_are_said_once_each(standard: Standard, told: Book) -> None:
    found = [one for one in check_texts(standard, told).findings if one.table == FORMS]
    assert [(one.code, one.level, one.printed, one.expected) for one in found] == [
        ("C19", Level.WARNING, "长春市政府办公厅", "长春市人民政府办公厅"),
        ("C19", Level.WARNING, "效果指标", "效益指标"),
        ("C19", Level.WARNING, "正产运转", "正常运转"),
        ("C15", Level.WARNING, "101人", "96人"),
    ]
    assert "有8处" in found[1].message and "等8个项目" in found[1].basis[0]
    assert "写的是101人，而离退休人员为96人" in found[3].message


def test_forms_in_order_have_no_findings(standard: Standard, told: Book) -> None:
    words = {
        "长春市政府办公厅": "长春市人民政府办公厅",
        "效果指标": "效益指标",
        "正产": "正常",
        "101人": "96人",
    }

    def right(text: str) -> str:
        for wrong, better in words.items():
            text = text.replace(wrong, better)
        return text

    forms = [
        form._replace(
            fields={key: right(text) for key, text in form.fields.items()},
            indicators=tuple(
                line._replace(values={key: right(text) for key, text in line.values.items()})
                for line in form.indicators
            ),
        )
        for form in told.forms
    ]
    assert not check_texts(standard, told._replace(forms=tuple(forms))).findings


def with_shares(standard: Standard, example: Book, shares: dict[str, str]) -> Book:
    """五 of the example with a small class, and its shares as they are published."""
    told = with_texts(standard, example)
    units = []
    for one in told.texts:
        text = one.text
        for identity, share in shares.items():
            if one.id == identity:
                text = re.sub(r"占\d+\.\d+%", f"占{share}", text)
        units.append(one._replace(text=text))
    return told._replace(texts=tuple(units))


def plain_shares(book: Book) -> dict[str, Decimal]:
    """Paragraph -> the share that it prints, of the classes of 五."""
    return {
        one.id: Decimal(found[1])
        for one in book.texts
        if re.fullmatch(r"五\.\d{3}", one.id) and (found := re.search(r"占(\d+\.\d+)%", one.text))
    }


def test_a_share_is_rounded_by_itself(standard: Standard) -> None:
    """12.00 of 14,287.68 is 0.08 %; 0.09 % is right only where the list makes up 100.00 then."""
    extended, book = culture_bureau(standard)
    told = with_texts(extended, book)
    shares = plain_shares(told)
    assert (shares["五.206"], sum(shares.values())) == (Decimal("0.08"), Decimal("99.99"))
    hints = [one.message for one in about_texts(extended, told)]
    for share, wanted in (("0.09%", []), ("0.10%", ["0.08%"]), ("0.07%", ["0.08%"])):
        found = about_texts(extended, with_shares(extended, book, {"五.206": share}))
        assert [one.expected for one in found if one.message not in hints] == wanted


def test_the_department_of_realistic_size_has_no_findings_in_its_texts(standard: Standard) -> None:
    """What it says of numbers in reasons and quotations too: they are no figures of tables."""
    extended, book = culture_bureau(standard)
    outcome = check_texts(extended, with_texts(extended, book))
    assert [one.message for one in outcome.findings if one.level is not Level.HINT] == []
    assert outcome.loose == []
    reasons = [one for one in outcome.findings if one.level is Level.HINT]
    assert [(one.row, "机关运行经费只统计" in one.message) for one in reasons] == [("十.2", True)]


@pytest.mark.parametrize("folder", DEPARTMENTS, ids=lambda one: one.name)
def test_shares_that_were_made_to_add_up_are_accepted(standard: Standard, folder: Path) -> None:
    book = read_folder(folder, standard)
    shares = plain_shares(with_texts(standard, book))
    rest = 100 - sum(shares.values())
    last = list(shares)[-1]
    for adjusted in shares:
        moved = {**shares, adjusted: shares[adjusted] + rest}
        made = with_shares(standard, book, {key: f"{one}%" for key, one in moved.items()})
        assert about_texts(standard, made) == [], "the remainder may be given to any of them"
    for off in ("0.01", "-0.01"):
        moved = {**shares, last: shares[last] + rest + Decimal(off)}
        if moved[last] != shares[last]:
            made = with_shares(standard, book, {key: f"{one}%" for key, one in moved.items()})
            assert {one.row for one in about_texts(standard, made)} == {last}


def one_name(book: Book, code: str, name: str) -> Book:
    """The book with that subject under the name of another one, its texts as generated without purposes."""
    blocks = {
        key: data._replace(
            rows=tuple(row._replace(label=name) if row.key == code else row for row in data.rows)
        )
        for key, data in book.blocks.items()
    }
    return book._replace(blocks=blocks, keyed={**book.keyed, "purpose": {}})


def test_subjects_of_one_name_in_a_class_are_told_apart(standard: Standard, example: Book) -> None:
    """行政运行 stands below many 款: it is the one below the 款 named before, else the one that prints so."""
    told = with_texts(standard, one_name(example, "2013699", "行政运行"))
    office, party = "政府办公厅（室）及相关机构事务（款）", "其他共产党事务支出（款）"
    rest = "一般行政管理事务（项）2,934.35万元"

    def expected(text: str) -> list[str]:
        lead = "一般公共服务支出（类）5,251.36万元，占83.41%，其中："
        found = about_texts(standard, edited(told, "五.201", f"{lead}{text}。"))
        return [one.expected for one in found]

    assert (
        expected(f"{office}行政运行（项）2,315.10万元、{rest}、{party}行政运行（项）1.92万元") == []
    )
    assert expected(f"行政运行（项）2,315.10万元、{rest}、行政运行（项）1.92万元") == []
    assert expected(f"行政运行（项）1.92万元、行政运行（项）2,315.10万元、{rest}") == []
    assert expected(f"行政运行（项）2,315.10万元、{rest}、行政运行（项）1.29万元") == ["1.92万元"]
    assert expected(f"{office}行政运行（项）1.92万元、{rest}") == ["2,315.10万元"]
    assert expected(f"{party}行政运行（项）2,315.10万元、{rest}") == ["1.92万元"]


def test_glosses_of_subjects_of_one_name_are_read_by_their_path(
    standard: Standard, example: Book
) -> None:
    book = one_name(example, "2013699", "行政运行")
    glosses = lists_from_sentences(standard, book, with_texts(standard, book).texts)["gloss"]
    assert "办公厅机关日常办公" in glosses["2010301"]
    assert "党组织" in glosses["2013699"]
