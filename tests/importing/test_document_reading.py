"""What stands around and between the tables of a document, and what is said where its reader loses something."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drawn_pdf import pdf
from xlbudget.errors import UnusableFileError
from xlbudget.findings import Level, NotRead, Status
from xlbudget.importing.published import pdf as pdf_module
from xlbudget.importing.published.document import read_published, read_source
from xlbudget.importing.published.elements import Line, Matrix, PrintedLine
from xlbudget.importing.published.flow import page_lines
from xlbudget.importing.published.recognise import find_tables
from xlbudget.importing.published.validate import validate_published
from xlbudget.report.json_report import report_dict
from xlbudget.report.text_report import report_text
from xlbudget.sheets.layout import is_form

if TYPE_CHECKING:
    from xlbudget.findings import Report
    from xlbudget.importing.published.elements import Element
    from xlbudget.standard.model import Standard

REFERENCE = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024" / "公开文本.txt"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def reference(tmp_path: Path, old: str, new: str) -> Path:
    text = REFERENCE.read_text(encoding="utf-8")
    assert re.search(old, text)
    path = tmp_path / "文本.txt"
    path.write_text(re.sub(old, new, text), encoding="utf-8")
    return path


def texts(path: Path) -> list[str]:
    return [one.text for one in read_source(path).elements if isinstance(one, Line)]


# ------------------------------------------------------------------ what runs over the pages


def test_page_numbers_are_told_by_their_digits() -> None:
    paged = [f"某局2024年部门预算 第{page}页" for page in (7, 8, 12)]
    alone = ["— 3 —", "第 4 页", "5/20"]
    other = ["12", "主管部门及编码-103", "单位：万元", "2024年", "第3部分", "1.50"]
    assert page_lines([*paged, *alone, *other]) == frozenset([*paged, *alone])
    assert page_lines(["1", "2", "3"]) == frozenset("123")


def test_a_page_number_does_not_break_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "文.txt"
    path.write_text(
        "本单位二〇二四年度一般公共预算支出\n\n— 3 —\n\n共计一百万元，比上年增加。", "utf-8"
    )
    assert "— 3 —" not in texts(path)


def test_another_form_does_not_go_on_with_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "文.txt"
    path.write_text(
        "项目名称\t甲\n金额\t1.00\n\n项目名称\t乙\n金额\t2.00\n\n\n\n金额二\t2.00\n", "utf-8"
    )
    tables = [one for one in read_source(path).elements if isinstance(one, Matrix)]
    assert [len(one.lines) for one in tables] == [2, 3]
    assert tables[1].starts == ((2, "第9行起"),)


# ------------------------------------------------------------------ Word and pages


def docx(path: Path, body: str, numbering: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f"<w:document {WORD}><w:body>{body}</w:body></w:document>"
        )
        archive.writestr("word/numbering.xml", f"<w:numbering {WORD}>{numbering}</w:numbering>")
    return path


def listed(text: str, level: int, number: int = 1) -> str:
    place = f'<w:ilvl w:val="{level}"/><w:numId w:val="{number}"/>'
    return f"<w:p><w:pPr><w:numPr>{place}</w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def level(at: int, form: str, text: str) -> str:
    spec = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
    return f'<w:lvl w:ilvl="{at}">{spec}</w:lvl>'


def test_list_numbers_are_printed_as_word_counts_them(tmp_path: Path) -> None:
    levels = level(0, "chineseCounting", "第%1部分 ") + level(1, "japaneseCounting", "%2、")
    levels += level(2, "decimal", "%2.%3 ") + level(3, "bullet", "•")
    numbering = f'<w:abstractNum w:abstractNumId="5">{levels}</w:abstractNum>'
    numbering += '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>'
    body = "".join(
        listed(text, at)
        for text, at in [("概况", 0), ("职能", 1), ("机构", 1), ("处", 2), ("室", 2), ("点", 3),
                         ("预算", 0), ("收支", 1), *[("表", 1)] * 10]
    ) + listed("正文", 0, 0)  # fmt: skip
    found = texts(docx(tmp_path / "号.docx", body, numbering))
    assert found[:8] == [
        "第一部分 概况", "一、职能", "二、机构", "二.1 处", "二.2 室", "点", "第二部分 预算", "一、收支",
    ]  # fmt: skip
    assert found[-2:] == ["十一、表", "正文"]


def test_what_is_hidden_is_not_read(tmp_path: Path) -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>批注</w:t></w:r>"
    shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>文</w:t></w:r>'
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = f"<w:tr>{cell.format('甲') * 2}</w:tr>"
    rows += f"<w:tr><w:trPr><w:hidden/></w:trPr>{cell.format('乙') * 2}</w:tr>"
    body = f"<w:p>{hidden}<w:r><w:t>正</w:t></w:r>{shown}</w:p><w:tbl>{rows}</w:tbl>"
    line, table = read_source(docx(tmp_path / "藏.docx", body)).elements
    assert isinstance(line, Line)
    assert isinstance(table, Matrix)
    assert (line.text, table.lines) == ("正文", [["甲", "甲"]])
    page = tmp_path / "藏.html"
    page.write_text(
        '<p style="display: none">批注<br></p><p>正文</p><table><tr><td>甲<td>甲'
        "<tr hidden><td>乙<td>乙<tr><td>丙<td hidden>x</td><td>丙</table>",
        "utf-8",
    )
    line, table = read_source(page).elements
    assert isinstance(line, Line)
    assert isinstance(table, Matrix)
    assert (line.text, table.lines) == ("正文", [["甲", "甲"], ["丙", "丙"]])


def test_tables_in_tables_and_text_boxes_are_read_for_themselves(tmp_path: Path) -> None:
    row = "<w:tr>" + "<w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>" * 2 + "</w:tr>"
    inner = f"<w:tbl>{row}</w:tbl>"
    outer = (
        f"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>题</w:t></w:r></w:p>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    )
    box = f"<w:p><w:r><w:t>前</w:t></w:r><w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r></w:p>"
    found = read_source(docx(tmp_path / "套.docx", outer + box)).elements
    shown = [one.text if isinstance(one, Line) else one.lines for one in found]
    assert shown == ["题", [["甲", "甲"]], "前", [["甲", "甲"]]]
    page = tmp_path / "套.html"
    page.write_text("<table><tr><td>题<table><tr><td>甲<td>甲</table>后</table>末", "utf-8")
    shown = [one.text if isinstance(one, Line) else one.lines for one in read_source(page).elements]
    assert shown == ["题", [["甲", "甲"]], "后", "末"]


# ------------------------------------------------------------------ what the reader loses


def told(report: Report) -> set[tuple[str, str, str]]:
    """What a report says of the author: all but the reader's own remarks."""
    return {(one.code, one.table, one.message) for one in report.findings if one.code != "F06"}


def test_a_row_that_was_not_understood_accuses_nobody(tmp_path: Path) -> None:
    path = reference(tmp_path, r"2101101\t行政单位医疗\t", "二一零 行政单位医疗 ")
    report = validate_published(path)
    assert [one.place.split("（")[0] for one in report.not_read] == [
        "部门支出总表",
        "一般公共预算支出表",
    ]
    assert all("没有读出（85.15" in one.reason for one in report.not_read)
    assert report.coverage is not None
    printed, read = report.coverage
    assert 0 < printed - read < 10
    found = told(report)
    assert found <= told(validate_published(REFERENCE)), "the reference's own mistakes alone"
    assert any("6,295.86元" in message for _, _, message in found), (
        "texts are looked at all the same"
    )
    assert not any("请补上该行" in one.message for one in report.findings)
    reasons = {one.reason for one in report.not_executed}
    assert any("部门支出总表没有读全" in one for one in reasons)
    assert not any("缺少工作表" in one for one in reasons)
    shown = report_dict(report)
    assert shown["not_read"][0]["place"].startswith("部门支出总表")  # type: ignore[index]
    lines = report_text(report).splitlines()
    assert lines[1].startswith("没有读出：部门支出总表")
    assert lines[3] == f"各表印有 {printed} 个数，读出 {read} 个。"


def test_with_too_little_read_nothing_is_judged(tmp_path: Path) -> None:
    report = validate_published(reference(tmp_path, r"\t+", " "))
    assert report.status is Status.UNKNOWN
    assert told(report) <= told(validate_published(REFERENCE)), "what the text says by itself"
    assert {table for _, table, _ in told(report)} <= {"情况说明", "名词解释", "目录"}


def test_a_whole_document_is_covered() -> None:
    report = validate_published(REFERENCE)
    assert report.not_read == ()
    assert report.coverage is not None
    assert report.coverage[0] == report.coverage[1] > 300
    assert len(report.numbers) == 9, "two of the tables are empty"
    assert sum(one.printed for one in report.numbers) == report.coverage[0]
    assert report_dict(report)["coverage"]["tables"][0]["table"] == "部门收支总表"  # type: ignore[index]
    found = next(one for one in report.findings if one.cell.startswith("第708行"))
    assert (found.page, found.paragraph) == (None, None)


# ------------------------------------------------------------------ pages of .pdf


def words(left: int, bottom: int, text: str) -> bytes:
    return f"BT /F 10 Tf {left} {bottom} Td ({text}) Tj ET\n".encode()


def table(bottom: int, rows: list[list[str]]) -> bytes:
    """Cells of 260 by 20 points from the left edge of the browser's page; the last row stands at the bottom."""
    drawn = b""
    for up, row in enumerate(reversed(rows)):
        for across, text in enumerate(row):
            left, low = 40 + 260 * across, bottom + 20 * up
            drawn += f"{left} {low} 260 20 re S\n".encode() + words(left + 5, low + 5, text)
    return drawn


def on_paper(drawing: bytes) -> bytes:
    """As a browser prints: behind what stands on the page its colour is filled in."""
    return b"1 1 1 rg 40 40 520 760 re f 0 0 0 rg\n" + drawing


def test_the_paper_that_a_browser_draws_is_no_table(tmp_path: Path) -> None:
    page = on_paper(words(40, 700, "Title") + table(500, [["a", "b"], ["c", "d"]]))
    line, found = read_source(pdf(tmp_path / "页.pdf", [page])).elements
    assert isinstance(line, Line)
    assert isinstance(found, Matrix)
    assert (line.text, found.lines) == ("Title", [["a", "b"], ["c", "d"]])


def test_forms_with_the_same_title_on_every_page_stay_apart(tmp_path: Path) -> None:
    pages = [
        on_paper(words(40, 785, "Form") + table(500, [["name", name], ["sum", "1"], ["end", "2"]]))
        for name in ("one", "two", "three", "four")
    ]
    found = read_source(pdf(tmp_path / "表.pdf", pages)).elements
    forms = [one for one in found if isinstance(one, Matrix)]
    assert [one.lines[0][1] for one in forms] == ["one", "two", "three", "four"]


def test_a_table_that_goes_on_keeps_its_pages(tmp_path: Path) -> None:
    pages = [table(500, [["head", "amount"], [name, "1"]]) for name in ("one", "two")]
    (found,) = read_source(pdf(tmp_path / "续.pdf", pages)).elements
    assert isinstance(found, Matrix)
    assert [row[0] for row in found.lines] == ["head", "one", "two"]
    assert found.starts == ((2, "第2页"),)


def test_a_line_goes_on_where_the_next_words_had_no_room(tmp_path: Path) -> None:
    lines = ["x" * 84, "x" * 79, "yyyyy, goes on", "x" * 40, "another"]
    page = b"".join(words(40, 700 - 20 * at, text) for at, text in enumerate(lines))
    assert texts(pdf(tmp_path / "行.pdf", [page])) == [" ".join(lines[:3]), *lines[3:]]


def test_a_number_begins_a_paragraph_however_full_the_line_before_is() -> None:
    no_words = PrintedLine((), "", 1, 12.0)
    pages = pdf_module._Page(1, [
        pdf_module._Printed(text, 50.0, 500.0, 100.0 + at, 12.0, edge=False, words=no_words)
        for at, text in enumerate([
            "七、一般公共预算“三公”经费支出情况", "八、政府性基金预算支出情况说明", "收入合计一百万元，支出合计（",
            "一、二两项之和）九十万元。一般公共", "（款）支出十万元，其中事业单位支出：", "（一）甲", "第三部分情况说明",
        ])
    ], [])  # fmt: skip
    found = [one.raw.split("\n") for one in pdf_module._Assembly(set()).whole([pages])]
    assert [one[0][:2] for one in found] == ["七、", "八、", "（一", "第三"]


def test_two_pages_beside_each_other_are_read_one_after_the_other(tmp_path: Path) -> None:
    def half(left: int, name: str) -> bytes:
        drawn = words(left, 700, f"Title {name} of the page")
        for across in (0, 1):
            drawn += (
                f"{left + 90 * across} 600 90 20 re {left + 90 * across} 580 90 20 re S\n".encode()
            )
            drawn += words(left + 90 * across + 5, 605, f"{name}{across}")
            drawn += words(left + 90 * across + 5, 585, "1.00")
        return drawn

    sheet = half(40, "one") + half(340, "two")
    found = read_source(pdf(tmp_path / "面.pdf", [sheet])).elements
    shown = [one.text if isinstance(one, Line) else one.lines[0] for one in found]
    assert shown == [
        "Title one of the page", ["one0", "one1"], "Title two of the page", ["two0", "two1"],
    ]  # fmt: skip


def test_columns_of_numbers_are_no_page_of_their_own(tmp_path: Path) -> None:
    rows = [words(40, 700 - 20 * at, f"some name {at}") for at in range(5)]
    rows += [words(400, 700 - 20 * at, f"12,345.0{at}") for at in range(5)]
    found = texts(pdf(tmp_path / "栏.pdf", [b"".join(rows)]))
    assert " ".join(found) == " ".join(f"some name {at} 12,345.0{at}" for at in range(5))


def test_an_amount_broken_in_a_narrow_cell_is_one(tmp_path: Path) -> None:
    def cell(left: int, upper: str, lower: str) -> bytes:
        drawn = f"{left} 600 80 40 re S\n".encode()
        return drawn + words(left + 5, 625, upper) + words(left + 5, 610, lower)

    cells = [
        ("15,214.3", "6"),
        ("6,29", "5.86"),
        ("1,234", "567.00"),
        ("12.00", "5.00"),
        ("10", "20"),
    ]
    row = b"".join(cell(40 + 80 * at, *texts) for at, texts in enumerate(cells))
    (found,) = read_source(pdf(tmp_path / "窄.pdf", [row])).elements
    assert isinstance(found, Matrix)
    assert found.lines == [["15,214.36", "6,295.86", "1,234\n567.00", "12.00\n5.00", "10\n20"]]


def test_the_rest_of_a_form_on_the_next_page_belongs_to_it(standard: Standard) -> None:
    table = next(one for one in standard.tables if is_form(one))
    own = [cell.caption for line in table.forms[0].lines for cell in line.cells]
    begun = Matrix([[own[0], "甲项目"], [own[1], "乙"]], "第1页")
    rest = Matrix([[own[2], "", "1.00"], [own[3], "", "2.00"]], "第2页")
    title = Line(table.forms[0].title, "第1页")
    (found,) = find_tables(standard, [title, begun, rest])
    assert found.matrix.lines[2:] == [[own[2], "", "1.00"], [own[3], "", "2.00"]]
    assert found.matrix.lines[0] == [own[0], "甲项目", ""]
    assert found.matrix.starts == ((2, "第2页"),)
    assert len(find_tables(standard, [title, begun, Line("其他", "第2页"), rest])) == 2
    row = Line("满意度指标服务对象满意度>=90% 10", "第2页")
    _, other = find_tables(standard, [title, begun, row])
    assert (other.table, other.form) == (table, None)
    strange = Matrix([["", "质量", "好", "10"]], "第2页")
    _, other = find_tables(standard, [title, begun, strange])
    assert (other.table, other.form, other.continued) == (table, None, True)


def test_pages_in_letters_that_cannot_be_read_are_no_other_standard(
    standard: Standard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elements: list[Element] = []
    for at, one in enumerate(standard.tables, 1):
        page = f"第{at}页"
        elements += [Line(f"2024年{one.title}", page), Line(one.title, page)]
        elements += [Matrix([["(cid:3)", "(cid:7)"], ["(cid:8)", "(cid:9)"]], page)]
        elements += [NotRead(page, "所用字体没有文字对照，读不出是什么字")]
    monkeypatch.setattr(pdf_module, "pdf_elements", lambda _: elements)
    path = pdf(tmp_path / "字.pdf", [b""])
    report = validate_published(path, standard, 2024)
    assert report.status is Status.UNKNOWN
    assert not [one for one in report.findings if one.level is Level.ERROR]
    places = " ".join(one.place for one in report.not_read)
    assert all(one.title in places for one in standard.tables)
    left = read_published(path, standard, 2024).left
    assert not any("格没有分开" in one for one in left)


def test_names_in_two_lines_are_one(standard: Standard, tmp_path: Path) -> None:
    path = reference(
        tmp_path,
        r"社会保障和就业支出(\t697.28\t697.28[^\n]*)",
        r"社会保障和就\1\n\t业支出\t\t\t\t\t\t",
    )
    row = read_published(path, standard).book.blocks["expenditure"].row("208")
    assert row is not None
    assert row.label == "社会保障和就业支出"


def test_one_shared_title_makes_no_document_ours(standard: Standard, tmp_path: Path) -> None:
    path = tmp_path / "某县.txt"
    path.write_text(
        "某县某局2024年部门预算\n\n一般公共预算支出表\n\n单位：元\n\n"
        "科目编码\t科目名称\t合计\t基本支出\t项目支出\n201\t一般公共服务支出\t1.00\t1.00\t\n合计\t\t1.00\t1.00\t\n\n"
        "预算收支情况表\n\n单位：元\n\n项目\t金额\n收入\t1.00\n支出\t1.00\n\n"
        "政府采购情况表\n\n单位：元\n\n货物\t金额\n车\t1.00\n船\t2.00\n",
        "utf-8",
    )
    for read in (lambda: validate_published(path), lambda: read_published(path, standard)):
        with pytest.raises(UnusableFileError, match=r"另一种公开标准.*金额单位为元.*同名"):
            read()
