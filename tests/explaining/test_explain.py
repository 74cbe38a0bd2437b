"""Figures, spans, cells, reasons, placeholders, hostile texts and wrong templates."""

from __future__ import annotations

import csv
import pickle
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from explaining.notes_books import HOSTILE, setting, wrong
from own_standards import copied
from xlbudget.characters import ordinal
from xlbudget.errors import StandardError
from xlbudget.explaining.document import BODY, HEADING, document_text
from xlbudget.explaining.explain import explain, glossary
from xlbudget.explaining.wording import clean, clean_clause
from xlbudget.figures import BlockData
from xlbudget.standard.layers import layer_path
from xlbudget.standard.loader import load_folder

if TYPE_CHECKING:
    from xlbudget.explaining.document import Document, Paragraph
    from xlbudget.figures import Book, Row
    from xlbudget.standard.model import Standard

REFERENCE = Path(__file__).with_name("reference_figures.csv")
NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)(万元|元|%|个|辆|台（套）)")


def paragraph(document: Document, identity: str) -> Paragraph:
    return next(one for one in document.paragraphs if one.id == identity)


def test_every_number_of_the_reference_stands_in_its_section(
    standard: Standard, example: Book
) -> None:
    """The 95 amounts, shares and counts of the published text, units corrected (元, 万 → 万元).

    Five that it only repeats are told once: the cars' use, and what 公务用车购置及运行费 comes to
    where nothing is bought.
    """
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        expected = Counter(
            (row["section"], row["number"], row["unit"]) for row in csv.DictReader(file)
        )
    assert expected.total() == 95
    found: Counter[tuple[str, str, str]] = Counter()
    for section in explain(standard, example).sections:
        for one in section.paragraphs:
            found.update((section.number, *pair) for pair in NUMBER.findall(one.text))
    assert expected - found == Counter(
        {
            ("七", "10.80", "万元"): 2,
            ("七", "0", "万元"): 1,
            ("七", "1.20", "万元"): 1,
            ("十", "3", "辆"): 1,
        }
    )


def test_known_mistakes_of_the_reference_are_not_copied(standard: Standard, example: Book) -> None:
    text = document_text(explain(standard, example))
    assert "十、2024年其他重要事项的说明情况" in text
    assert not re.search(r"\d元", text)
    assert not re.search(r"\d万(?!元)", text)
    assert "社会保障和就业697.28" not in text
    assert "本年度一般公共预算财政拨款" not in text


def test_structure_of_the_example(standard: Standard, example: Book) -> None:
    document = explain(standard, example)
    assert [section.number for section in document.sections] == list("一二三四五六七八九十")
    for section in document.sections:
        first = section.paragraphs[0]
        assert (first.id, first.kind, first.level) == (section.number, HEADING, 1)
        assert {one.kind for one in section.paragraphs[1:]} <= {BODY, HEADING}
    assert document.reviews == ()
    assert wrong(document) == []


def test_figures_know_their_cells(standard: Standard, example: Book) -> None:
    spans = paragraph(explain(standard, example), "一.1").spans
    by_name = {span.figure.name: span.figure for span in spans}
    income = by_name["income"]
    assert (income.kind, income.text, income.how) == ("amount", "6,295.86", "cell")
    (cell,) = income.cells
    assert (cell.place.sheet, cell.block, cell.row, cell.column) == (
        "部门收支总表",
        "summary.income",
        "total",
        "budget",
    )
    change = by_name["income_change.amount"]
    assert change.how == "change"
    assert [(one.block, one.row) for one in change.cells] == [
        ("summary.income", "total"),
        ("info", "prior_total"),
    ]
    assert by_name["income_change.reason"].cells[0].row == "reason_income"


def test_cells_of_a_workbook_have_addresses(standard: Standard, example: Book) -> None:
    data = example.blocks["summary.income"]
    rows = [row._replace(line=index + 5) for index, row in enumerate(data.rows)]
    book = example.with_blocks({"summary.income": BlockData.of(rows, ("B", "C", "D"))})
    figures = {
        span.figure.name: span.figure for span in paragraph(explain(standard, book), "一.1").spans
    }
    assert figures["income_carryover"].cells[0].place == ("部门收支总表", f"D{len(rows) + 4}")


def test_shares_make_up_one_hundred(standard: Standard, example: Book) -> None:
    text = document_text(explain(standard, example)).split("五、")[1].split("六、")[0]
    classes = re.findall(r"（类）[\d,.]+万元，占([\d.]+)%", text)
    assert sum(int(share.replace(".", "")) for share in classes) == 10_000


def test_fingerprint_follows_the_figures(standard: Standard, example: Book) -> None:
    before = explain(standard, example)
    changed = setting(example, prior_total="5000")
    after = explain(standard, changed)
    stale = {
        one.id
        for one, other in zip(before.paragraphs, after.paragraphs, strict=True)
        if one.fingerprint != other.fingerprint
    }
    assert stale == {"一.1", "一.2", "二.1", "三.1"}
    assert [one.fingerprint for one in before.paragraphs] == [
        one.fingerprint for one in explain(standard, example).paragraphs
    ]


@pytest.mark.parametrize(
    ("values", "expected", "review"),
    [
        ({"prior_three_public": "19.95"}, "2024年预算数与2023年预算数相比无增减。", False),
        ({"prior_three_public": "10"}, "比2023年预算数增加9.95万元，主要原因是公务接待费", True),
        ({"reason_three_public": None}, "减少23.04万元，主要原因是公务接待费减少。", True),
        (
            {
                "reason_three_public": None,
                "prior_vehicle_operation": "32",
                "prior_three_public": "62.99",
            },
            "主要原因是公务接待费和公务用车运行维护费减少。",
            True,
        ),
        (
            {"reason_three_public": "", "prior_reception": None, "prior_vehicle_operation": None},
            "主要原因是预算安排减少。",
            True,
        ),
    ],
)
def test_changes_and_their_reasons(
    standard: Standard, example: Book, values: dict[str, str], expected: str, review: bool
) -> None:
    one = paragraph(explain(standard, setting(example, **values)), "七.1")
    assert expected in one.text
    assert bool(one.review) is review


def test_a_blank_prior_is_not_compared(standard: Standard, example: Book) -> None:
    blank = setting(
        example, prior_three_public=None, prior_abroad=None, prior_reception=None,
        prior_vehicle=None, prior_vehicle_operation=None, prior_vehicle_purchase=None,
    )  # fmt: skip
    document = explain(standard, blank)
    for number in (1, 2, 3, 4, 6):
        one = paragraph(document, f"七.{number}")
        assert "2023" not in one.text
        assert "未与上年比较" in one.review


def test_no_percentage_on_a_base_of_nought(standard: Standard, example: Book) -> None:
    one = paragraph(explain(standard, setting(example, prior_operating="0")), "十.2")
    assert "比2023年增加432.82万元，主要原因是" in one.text
    assert "%" not in one.text


def test_totals_left_blank_are_computed(standard: Standard, example: Book) -> None:
    data = example.blocks["general"]
    rows = [row for row in data.rows if row.kind != "total"]
    book = example.with_blocks({"general": BlockData.of(rows)})
    assert "一般公共预算支出6,295.86万元" in paragraph(explain(standard, book), "五.1").text


def test_a_row_that_a_table_lacks_is_to_be_filled_in(standard: Standard, example: Book) -> None:
    data = example.blocks["three_public"]
    rows = [row for row in data.rows if row.key != "reception"]
    one = paragraph(
        explain(standard, example.with_blocks({"three_public": BlockData.of(rows)})), "七.3"
    )
    assert "【待填：公务接待费】" in one.text
    assert "没有“2、公务接待费”一行" in one.review


def test_texts_of_people_are_data(standard: Standard, example: Book) -> None:
    document = explain(standard, HOSTILE(standard, example))
    text = document_text(document)
    assert "income长春市某局 {{ 7*7 }}2024年总收入" in text
    assert "主要原因是<b>{% for x in y %}</b>。" in text
    assert "主要原因是接待批次减少，来宾减少。" in text
    assert "主要原因是#原因" in text
    assert "，主要用于人员经费。" in text
    assert "\x00" not in text
    assert not re.search("[\ue000-\uf8ff]", text)
    assert "指{{year}}。" in document_text(glossary(standard, HOSTILE(standard, example)))


def test_two_rows_of_one_code_keep_their_own_amounts(standard: Standard, example: Book) -> None:
    data = example.blocks["summary.expense"]
    doubled = [data.rows[0], data.rows[1]._replace(key=data.rows[0].key), *data.rows[2:]]
    one = paragraph(
        explain(standard, example.with_blocks({"summary.expense": BlockData.of(doubled)})), "一.2"
    )
    assert "5,251.36" in one.text
    assert "697.28" in one.text
    assert all(one.text[span.start : span.end] == span.figure.text for span in one.spans)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("主要原因是：项目减少。", "项目减少"),
        ("原因是因为人员增加；", "人员增加"),
        ("主要原因公务接待费核定减少", "公务接待费核定减少"),
        ("由于政策调整", "政策调整"),
        ("人员增加。。经费增加", "人员增加。经费增加"),
        ("原因不明", "原因不明"),
        ("  ", ""),
        ("压缩开支，\n办公费减少", "压缩开支，办公费减少"),
    ],
)
def test_reasons_are_cleaned(given: str, expected: str) -> None:
    assert clean_clause(given, "原因") == expected


def test_cleaning_and_numerals() -> None:
    assert clean(" 甲 \u200b乙\tA  B\ue000 ") == "甲乙 A B"
    numbers = {1: "一", 10: "十", 11: "十一", 20: "二十", 26: "二十六", 100: "一百", 105: "一百零五", 110: "一百一十"}  # fmt: skip
    assert {number: ordinal(number) for number in numbers} == numbers


@pytest.fixture
def own(standard: Standard, tmp_path: Path) -> Standard:
    """The standard from a folder that a test may change."""
    return load_folder(copied(tmp_path))


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ unknown }}万元。", "unknown"),
        ("{% if %}。", "第1行"),
        ("{{ income }", "第1行"),
        ("{{ 3 + 4 }}万元。", "int"),
        ("{{ income.__class__.__mro__ }}", "08-fund.j2"),
        ("{{ ''.__class__ }}", "08-fund.j2"),
        ("{% for x in range(999999999) %}.{% endfor %}", "08-fund.j2"),
        ("{% include '../facts.toml' %}", "facts.toml"),
        ("{{ income | nosuch }}", "nosuch"),
    ],
)
def test_wrong_templates_are_named(
    own: Standard, example: Book, template: str, message: str
) -> None:
    layer_path(own.layers, "notes/08-fund.j2").write_text(template, encoding="utf-8")
    with pytest.raises(StandardError, match=re.escape(message)) as caught:
        explain(own, example)
    assert "模板“notes/" in str(caught.value)


def test_a_missing_template_is_named(own: Standard, example: Book) -> None:
    layer_path(own.layers, "notes/09-capital.j2").unlink()
    with pytest.raises(StandardError, match=r"09-capital\.j2"):
        explain(own, example)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("summary.income[total].budget", "summary.income[totl].budget", "totl"),
        ("summary.income[total].budget", "summry.income[total].budget", "summry"),
        ("summary.income[total].budget", "summary.income.total", "写法不对"),
        ("info[prior_total].value", "info[prior_totl].value", "prior_totl"),
        ('whole = "receipts"', 'whole = "receits"', "receits"),
        ('reason = "reason_fund"', 'reason = "reason_found"', "reason_found"),
        ('up = "增加"', 'upp = "增加"', "up"),
        ("[year]", "[year", "TOML"),
        ('keyed = "gloss"', 'keyed = "glosses"', "glosses"),
        ("projects = {", "income = {", "income"),
        ('rows = "general[each:class].total"', 'rows = "general[total].total"', "若干行"),
        ('{ title = "总收入", is = "summary', '{ title = "总收入", was = "summary', "is"),
    ],
)
def test_wrong_facts_are_named(
    own: Standard, example: Book, old: str, new: str, message: str
) -> None:
    path = layer_path(own.layers, "notes/facts.toml")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(StandardError, match=message):
        explain(own, example)


def test_a_standard_without_texts(own: Standard, example: Book) -> None:
    shutil.rmtree(own.layers[-1] / "notes")
    with pytest.raises(StandardError, match=r"notes/facts\.toml"):
        explain(own, example)


def test_another_standard_brings_its_own_texts(own: Standard, example: Book) -> None:
    """Other sentences, other numbering, other units: nothing but files."""
    notes = own.layers[-1] / "notes"
    shutil.rmtree(notes)
    notes.mkdir()
    (notes / "facts.toml").write_text(
        'unit = "元"\n[words]\nup="增"\ndown="减"\nsame="平"\nup_trend="升"\ndown_trend="降"\n'
        'inferred="{names}{direction}"\nneutral="安排{direction}"\nseparator="、"\nlast="和"\n'
        '[year]\nyear = 0\n[amount]\nincome = { title = "收入", is = "summary.income[total].budget" }\n'
        '[list.items_]\ntitle = "各项"\nwhole = "income"\ntree = true\n'
        'rows = "general[each:class].total"\n',
        encoding="utf-8",
    )
    (notes / "sections.toml").write_text(
        '[[explanation]]\nnumber = "1"\nheading = "{year}编制说明"\ntemplate = "all.j2"\n'
        '[[explanation]]\nnumber = "2"\ntemplate = "all.j2"\nwhen = "never"\n',
        encoding="utf-8",
    )
    with pytest.raises(StandardError, match="never"):
        explain(own, example)
    sections = (notes / "sections.toml").read_text(encoding="utf-8")
    (notes / "sections.toml").write_text(sections.replace("never", "income"), encoding="utf-8")
    (notes / "all.j2").write_text(
        "预算收入{{ income }}元。\n\n{% for it in items_ %}\n\n{{ key(it.key) }}"
        "{{ number() }}、{{ it.name }}{{ it.level }}{{ it.amount }}元。\n{% endfor %}\n",
        encoding="utf-8",
    )
    document = explain(own, example)
    assert document.paragraphs[0].text == "2024编制说明"
    assert document.paragraphs[1].text == "预算收入62,958,600.00元。"
    assert paragraph(document, "1.208").text == "二、社会保障和就业支出类6,972,800.00元。"
    assert len(document.sections) == 2
    assert glossary(own, example).paragraphs == ()


def test_section_conditions(standard: Standard, own: Standard, example: Book) -> None:
    path = layer_path(own.layers, "notes/sections.toml")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('template = "08-fund.j2"', 'template = "08-fund.j2"\nwhen = "fund"'),
        encoding="utf-8",
    )
    assert "八" not in [section.number for section in explain(own, example).sections]


def test_only_organs_have_operating_expenses(standard: Standard, example: Book) -> None:
    for kind, expected in (
        ("行政单位", True),
        ("参照公务员法管理的事业单位", True),
        ("事业单位", False),
        (None, True),
    ):
        book = setting(example, unit_kind=kind)
        assert ("432.82" in paragraph(explain(standard, book), "十.2").text) is expected
        assert ("、机关运行经费：" in document_text(glossary(standard, book))) is expected


def test_glossary_has_the_terms_in_order(standard: Standard, example: Book) -> None:
    document = glossary(standard, example)
    numbers = [re.match("[一二三四五六七八九十]+(?=、)", one.text) for one in document.paragraphs]
    found = [match[0] for match in numbers if match]
    assert found == [ordinal(number) for number in range(1, len(found) + 1)]
    assert len(found) == 26
    assert wrong(document) == []
    assert document.reviews == ()


def test_subjects_are_explained_in_the_prescribed_words(standard: Standard, example: Book) -> None:
    """What was typed goes first; other subjects than the prescribed ones are to be looked at."""
    bare = glossary(standard, example._replace(keyed={}))
    assert (bare.reviews, wrong(bare)) == ((), [])
    running = paragraph(bare, "名词.2010301").text
    assert (
        running == "（一）行政运行（项）：反映行政单位（包括实行公务员管理的事业单位）的基本支出。"
    )
    typed = example._replace(keyed={"gloss": {"2010301": "指用于日常办公的支出。"}})
    text = paragraph(glossary(standard, typed), "名词.2010301").text
    assert text == "（一）行政运行（项）：指用于日常办公的支出。"
    assert (
        "（款）其他共产党事务支出（项）：反映除上述项目以外" in paragraph(bare, "名词.2013699").text
    )
    data = example.blocks["expenditure"]
    rows = [
        row._replace(label="离退休人员管理") if row.key == "2080501" else row for row in data.rows
    ]
    renamed = glossary(standard, bare_with(example, rows))
    other = paragraph(renamed, "名词.2080501")
    assert (
        other.text
        == "（一）离退休人员管理（项）：指长春市人民政府办公厅在“离退休人员管理”科目列支的各项支出。"
    )
    assert "没有“离退休人员管理”" in other.review


def bare_with(example: Book, rows: list[Row]) -> Book:
    """The example without typed explanations, with other rows of expenditure."""
    return example.with_blocks({"expenditure": BlockData.of(rows)})._replace(keyed={})


def test_the_reason_of_one_change_is_told_once(standard: Standard, example: Book) -> None:
    """Income, expenditure and the general budget rose by the same for the same reason."""
    document = explain(standard, example)
    telling = [one.id for one in document.paragraphs if "项目经费支出增加" in one.text]
    pointing = [one.id for one in document.paragraphs if "见“部门收支情况”" in one.text]
    assert (telling, pointing) == (["一.1", "一.2"], ["二.1", "三.1", "四.1", "四.2", "五.1"])
    own = explain(standard, setting(example, reason_general="公用经费增加"))
    assert "主要原因是公用经费增加" in paragraph(own, "五.1").text


def test_one_reason_typed_serves_the_same_change(standard: Standard, example: Book) -> None:
    reasons = {key: None for key in standard.fields if key.startswith("reason_")}
    book = setting(example, **{**reasons, "reason_income": "项目经费支出增加"})
    document = explain(standard, book)
    for identity in ("一.2", "二.1", "三.1", "四.1", "四.2", "五.1"):
        assert "推断" not in paragraph(document, identity).review
        assert "一般表述" not in paragraph(document, identity).review
    apart = explain(standard, setting(book, prior_general="5000"))
    assert "一般表述" in paragraph(apart, "五.1").review
    assert "推断" not in paragraph(apart, "四.1").review


def test_what_is_all_of_one_kind_is_said_once(standard: Standard, example: Book) -> None:
    document = explain(standard, example)
    assert "共有车辆3辆，均为离退休干部用车。" in paragraph(document, "十.6").text
    car = paragraph(document, "七.4").text
    assert car.startswith("3.公务用车购置及运行费10.80万元，均为公务用车运行维护费，其中：当年预算")
    assert sum("10.80万元、上年结转" in one.text for one in document.paragraphs) == 1
    bought = explain(standard, setting(example, prior_vehicle_purchase="5"))
    assert paragraph(bought, "七.5").text.startswith("公务用车运行维护费10.80万元")


def test_values_are_plain(standard: Standard, example: Book) -> None:
    document = explain(standard, example)
    assert pickle.loads(pickle.dumps(document)) == document
    with pytest.raises(AttributeError):
        document.sections = ()  # type: ignore[misc]
    assert document._replace(sections=()).paragraphs == ()
