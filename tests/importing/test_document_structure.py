"""Documents that are arranged otherwise than the first city's: parts, headings, pages and amounts of the second's."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from drawn_pdf import CHINESE, pdf
from shanghai.budgets import printed, random_budget
from shanghai.drawing import Look, draw
from shanghai.printing import print_document, rendered
from xlbudget.editing.build import build_workbook
from xlbudget.editing.fill import plan_fill
from xlbudget.explaining.plan import load_plan
from xlbudget.findings import Level
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.plan import new_book
from xlbudget.importing.published.codes import with_codes_apart
from xlbudget.importing.published.document import read_published, read_source
from xlbudget.importing.published.elements import Line, Matrix
from xlbudget.importing.published.flow import whole_tables
from xlbudget.importing.published.recognise import PartHeadings
from xlbudget.importing.published.texts import final_texts, lost_texts
from xlbudget.importing.published.validate import validate_published
from xlbudget.money import Amount
from xlbudget.publishing.disclosure import disclosure
from xlbudget.publishing.docx import docx_bytes
from xlbudget.publishing.web import web_copy
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import load_standard, own_standard
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from shanghai.budgets import Printed
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

FOLDERS = Path(__file__).parents[1] / "shanghai"
REAL = ("justice-bureau-2026", "welfare-home-2024")
MADE = (("部门", 2026), ("单位", 2024))


@pytest.fixture(scope="module")
def second() -> Standard:
    return load_standard("shanghai")


@pytest.fixture(scope="module", params=MADE, ids=[kind for kind, _ in MADE])
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Printed]:
    """A page and what it prints, in the layout of a real document."""
    kind, year = request.param
    page = printed(random_budget(Random(year), kind, year, exact=kind == "部门"))
    folder = tmp_path_factory.mktemp("made")
    return print_document(page, "html", folder / kind), page


def amounts(texts: list[str]) -> Counter[str]:
    """Printed amounts, however they are grouped; codes are none."""
    plain = (text.replace(",", "") for text in texts)
    return Counter(
        f"{float(text):.2f}" for text in plain if re.fullmatch(r"\d+\.\d+|0|\d{4}|\d{8,}", text)
    )


def held(book: Book, table: str) -> Counter[str]:
    cells = [
        cell
        for key, data in book.blocks.items()
        if key.partition(".")[0] == table
        for row in data.rows
        for cell in row.cells
    ]
    return amounts([cell.text for cell in cells if isinstance(cell, Amount)])


# ------------------------------------------------------------------ made documents


def test_every_amount_is_read_and_every_text_stands_in_its_section(
    second: Standard, made: tuple[Path, Printed]
) -> None:
    path, page = made
    found = read_published(path, second)
    others = [said for said in found.left if "不是本标准的栏" in said]
    assert set(found.left) == set(others)
    for table, rows in page.tables.items():
        if not (others and table == "summary"):
            lost = amounts([cell for row in rows for cell in row]) - held(found.book, table)
            assert not lost, table
    assert found.coverage is not None
    assert found.coverage.printed == found.coverage.read > 100
    assert found.coverage.lost == ()
    assert found.book.text("report_kind") == page.budget.kind
    assert found.book.year == page.budget.year
    assert page.budget.unit in found.book.text("unit_name")
    sections = [text.section for text in found.texts if text.part == "notes"]
    assert list(dict.fromkeys(sections))[:6] == ["编", "一", "二", "三", "四", "五"]
    assert ("项目" in sections) is (page.budget.kind == "部门")
    items = [
        text for text in found.texts if text.section == "编" and "（项）" in text.text + "（项）"
    ]
    assert len(items) >= len(page.items)
    assert found.book.profile.duties
    assert not any("情况说明" in note for notes in found.book.notes.values() for note in notes)


def test_contents_that_say_parts_in_their_own_words_are_right(made: tuple[Path, Printed]) -> None:
    report = validate_published(made[0])
    assert report.standard == "shanghai"
    assert [one.message for one in report.findings if one.table == "目录"] == []


def test_contents_in_a_ruled_box_are_contents(
    second: Standard, made: tuple[Path, Printed], tmp_path: Path
) -> None:
    text = made[0].read_text("utf-8")
    begin, end = (
        re.search(r"<h2[^>]*>目\s*录</h2>", text),
        re.search(r"<h2[^>]*>上海市[^<]*主要职能<", text),
    )
    assert begin is not None
    assert end is not None
    box = f"<table><tr><td>{text[begin.start() : end.start()]}</td></tr></table>"
    path = tmp_path / "框.html"
    path.write_text(text[: begin.start()] + box + text[end.start() :], "utf-8")
    plain, boxed = read_published(made[0], second), read_published(path, second)
    assert boxed.book.blocks == plain.book.blocks
    assert [(one.section, one.text) for one in boxed.texts] == [
        (one.section, one.text) for one in plain.texts
    ]


def test_texts_behind_the_tables_are_no_notes_though_their_part_has_no_heading(
    second: Standard, made: tuple[Path, Printed], tmp_path: Path
) -> None:
    text = made[0].read_text("utf-8")
    bare = re.sub(r"<h2[^>]*>其他相关情况说明</h2>", "", text)
    assert bare != text
    path = tmp_path / "无标题.html"
    path.write_text(bare, "utf-8")
    plain, found = read_published(made[0], second), read_published(path, second)
    assert [(one.section, one.text) for one in found.texts] == [
        (one.section, one.text) for one in plain.texts
    ]
    assert found.book.notes == plain.book.notes
    unknown = re.sub(
        r"<h2[^>]*>其他相关情况说明</h2>.*",
        "<p>注：单位为万元。</p><p>另行说明的事</p><p>略</p>",
        text,
        flags=re.DOTALL,
    )
    path.write_text(unknown, "utf-8")
    assert read_published(path, second).book.notes["three_public"] == ("注：单位为万元。",)


def test_parts_are_known_with_and_without_number_year_and_kind(second: Standard) -> None:
    headings = PartHeadings(second, load_plan(second))
    parts = [
        ("上海市某区某局主要职能", 0), ("一、单位主要职能 ……………", 0), ("名词解释", 2), ("三、名词解释", 2),
        ("2031年单位预算编制说明", 3), ("部门预算编制说明", 3), ("五、部门预算表", 4), ("六、其他相关情况说明……12", 5),
        ("助老服务项目经费情况说明", 6), ("本年的其他相关情况说明如下。", None), ("其他", None),
    ]  # fmt: skip
    assert [(text, headings.part(text)) for text, _ in parts] == parts


# ------------------------------------------------------------------ what is printed comes back


@pytest.mark.parametrize("name", REAL)
def test_a_printed_book_comes_back_cell_for_cell(
    second: Standard, name: str, tmp_path: Path
) -> None:
    book = read_folder(FOLDERS / name, second)
    document = disclosure(own_standard(book), book)
    assert next(text for _, text in document.lines) == f"一、{book.text('report_kind')}主要职能"
    pages = {"文.docx": docx_bytes(document), "页.html": web_copy(document).encode()}
    for file, content in pages.items():
        (tmp_path / file).write_bytes(content)
        found = read_published(tmp_path / file, second)
        for key, data in book.blocks.items():
            cells = {row.key: row.cells for row in found.book.blocks[key].rows}
            assert cells == {row.key: row.cells for row in data.rows}, (file, key)
        assert found.left == ()
        statement = own_standard(book).table("fund").empty_statement
        assert found.book.notes["fund"] == (statement,)
        assert found.book.text("unit_name") == book.text("unit_name")


def test_what_a_document_gave_is_filled(second: Standard, tmp_path: Path) -> None:
    """Its statements are the book's own lines, and no text below the last table became a note."""
    book = read_folder(FOLDERS / REAL[0], second)
    page = tmp_path / "页.html"
    page.write_text(web_copy(disclosure(own_standard(book), book)), "utf-8")
    found = read_published(page, second)
    path = tmp_path / "部门预算.xlsm"
    given = new_book(second, found)
    build_workbook(second, given, path, year=given.year)
    again = read_book(Workbook(path))
    assert again.notes["fund"] == (own_standard(given).table("fund").empty_statement,)
    assert again.notes.get("three_public", ()) == ()
    plan_fill(Workbook(path))
    told = list(lost_texts(final_texts(own_standard(again), again, found.texts)))
    assert not [one for one in told if "项目" in one]


# ------------------------------------------------------------------ pages


def matrix(where: str, *rows: str, edges: tuple[float, ...] = ()) -> Matrix:
    return Matrix([row.split("|") for row in rows], where, edges=edges)


def test_a_table_below_its_title_inside_the_lines_is_another_one() -> None:
    first = matrix("第1页", "类|款|合计", "201||1", "合计||1")
    second = matrix("第2页", "||", "2024年收支预算总表||", "收入|支出|合计", "1|1|2")
    assert list(whole_tables([first, second])) == [first, second]


def test_the_last_row_goes_on_though_its_name_covers_several_columns() -> None:
    first = matrix("第1页", "类|款|名称|合计", "201||甲|1", edges=(10, 30, 50, 90, 120))
    last = matrix("第2页", "合计|1", edges=(10.4, 90.1, 119.6))
    (whole,) = whole_tables([first, last])
    assert isinstance(whole, Matrix)
    assert whole.lines[-1] == ["合计", "", "", "1"]
    assert whole.starts == ((2, "第2页"),)
    other = matrix("第2页", "合计|1", edges=(10, 70, 120))
    assert len(list(whole_tables([first, other]))) == 2


def test_codes_in_one_column_are_divided_into_those_of_their_parts(second: Standard) -> None:
    heads = ("项目||支出预算||", "功能分类科目编码|功能分类科目名称|合计|基本支出|项目支出")
    whole = matrix(
        "第1页",
        *heads,
        "2040601|行政运行|1.00|1.00|",
        "204|公共安全支出|1.00|1.00|",
        "合计||1.00|1.00|",
    )
    (divided,) = [one for one in with_codes_apart(second, [whole]) if isinstance(one, Matrix)]
    assert divided.lines[2][:3] == ["类", "款", "项"]
    assert [line[:4] for line in divided.lines[3:]] == [
        ["204", "06", "01", "行政运行"], ["204", "", "", "公共安全支出"], ["合计", "", "", ""],
    ]  # fmt: skip
    assert list(with_codes_apart(second, [divided])) == [divided]


def test_an_amount_that_a_page_end_divides_is_one() -> None:
    first = matrix(
        "第1页", "编码|名称|合计", "212|城乡社区支出|143,639,487.2", edges=(10, 40, 80, 120)
    )
    rest = matrix("第2页", "||8", "21201|城乡社区|1.00", edges=(10, 40, 80, 120))
    (whole,) = [one for one in whole_tables([first, rest]) if isinstance(one, Matrix)]
    assert whole.lines[1:] == [
        ["212", "城乡社区支出", "143,639,487.28"],
        ["21201", "城乡社区", "1.00"],
    ]
    other = matrix("第2页", "||8.00", "21201|城乡社区|1.00", edges=(10, 40, 80, 120))
    (apart,) = [one for one in whole_tables([first, other]) if isinstance(one, Matrix)]
    assert apart.lines[2] == ["", "", "8.00"]


def _drawn_line(left: float, bottom: float, text: str, size: float = 10) -> bytes:
    coded = text.encode("utf-16-be").hex()
    return f"BT /F {size:g} Tf {left} {bottom} Td <{coded}> Tj ET\n".encode()


def test_a_short_last_line_on_a_page_of_its_own_joins_no_paragraphs(tmp_path: Path) -> None:
    """Its margins are those of the page before; a paragraph broken behind 万 goes on with 元."""
    first = b"".join(
        _drawn_line(40, 700 - 20 * at, text)
        for at, text in enumerate(
            ("甲" * 50, "乙" * 20 + "。", "丙" * 46 + "5万", "元，" + "丁" * 20)
        )
    )
    second = _drawn_line(40, 700, "戊" * 20)
    found = read_source(pdf(tmp_path / "段.pdf", [first, second], font=CHINESE)).elements
    texts = [one.text for one in found if isinstance(one, Line)]
    assert texts == ["甲" * 50 + "乙" * 20 + "。", "丙" * 46 + "5万元，" + "丁" * 20, "戊" * 20]


def test_packed_pages_may_be_written_as_letters(tmp_path: Path) -> None:
    page = _drawn_line(40, 700, "目录")
    path = pdf(tmp_path / "字.pdf", [page], font=CHINESE, packed=True, letters=True)
    assert [one.text for one in read_source(path).elements if isinstance(one, Line)] == ["目录"]


def test_one_page_is_not_two_because_its_title_has_the_middle_between_two_letters(
    tmp_path: Path,
) -> None:
    row = _drawn_line(60, 600, "类款项科目名称甲乙丙丁") + _drawn_line(
        400, 600, "基本支出项目支出合计金额"
    )
    page = _drawn_line(277.5, 700, "总表") + row
    found = read_source(pdf(tmp_path / "中.pdf", [page], font=CHINESE)).elements
    assert next(one.text for one in found if isinstance(one, Line)) == "总表"


def test_figures_that_stand_on_each_other_are_not_read_and_judged(tmp_path: Path) -> None:
    """The table is named as not read; nothing is said of what stands in it."""
    page = printed(random_budget(Random(5), "部门", 2025, exact=True))
    page.tables["general"][3][4] = "1,2.34.5"
    path = draw(rendered(page), tmp_path / "重叠.pdf", Look())
    report = validate_published(path)
    assert [one.place.partition("（")[0] for one in report.not_read] == [
        "2025年部门一般公共预算支出功能分类预算表"
    ]
    assert "印在一起" in report.not_read[0].reason
    assert not [one for one in report.findings if one.level is Level.ERROR]


def test_what_a_text_box_draws_on_two_pages_is_read_once(tmp_path: Path) -> None:
    def line(height: int, text: str) -> bytes:
        return f"BT /F 10 Tf 40 {height} Td ({text}) Tj ET\n".encode()

    names = [f"line {word}" for word in ("one", "two", "three", "four", "five")]
    first = b"".join(line(700 - 30 * at, text) for at, text in enumerate(names))
    # The box is moved up by three lines: two of them stand above the paper.
    second = b"".join(line(880 - 30 * at, text) for at, text in enumerate(names)) + line(600, "six")
    found = read_source(pdf(tmp_path / "框.pdf", [first, second])).elements
    assert [one.text for one in found if isinstance(one, Line)] == [*names, "six"]


def test_a_box_around_paragraphs_is_no_table(tmp_path: Path) -> None:
    box = b"40 500 500 40 re S 40 540 500 40 re S\n"
    page = (
        box
        + b"BT /F 10 Tf 50 555 Td (first of the lines) Tj ET BT /F 10 Tf 50 515 Td (second) Tj ET\n"
    )
    found = read_source(pdf(tmp_path / "框.pdf", [page])).elements
    assert [one.text for one in found if isinstance(one, Line)] == ["first of the lines second"]
