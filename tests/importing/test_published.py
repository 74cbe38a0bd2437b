"""Published documents read back: every figure, every paragraph, every cell that a conversion moved."""

from __future__ import annotations

import contextlib
import random
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from thorough import either
from xlbudget.cli.validation import simple_request, validate_files
from xlbudget.editing.build import build_workbook
from xlbudget.editing.notes import plan_notes
from xlbudget.editing.validate import validate_file
from xlbudget.errors import UnusableFileError, XlbudgetError
from xlbudget.explaining.explain import explain, glossary
from xlbudget.figures import Unreadable
from xlbudget.findings import Level
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.published.document import read_published
from xlbudget.importing.published.texts import final_texts, lost_texts, units_of
from xlbudget.importing.published.validate import validate_published
from xlbudget.publishing import pdf as pdf_writer
from xlbudget.publishing.disclosure import disclosure
from xlbudget.publishing.docx import write_docx
from xlbudget.publishing.pdf import write_pdf
from xlbudget.publishing.web import web_copy
from xlbudget.reading.book import read_book
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.figures import Book
    from xlbudget.findings import Finding
    from xlbudget.importing.imported import Imported
    from xlbudget.standard.model import Standard

REFERENCE = Path(__file__).parents[2] / "examples" / "changchun-gov-office-2024" / "公开文本.txt"
AMOUNTS = 316
SHIFTED = {
    ("income", row, column)
    for row in ("长春市人民政府办公厅（本级）", "total")
    for column in (10, 12)
}
"""Where 表2 stands one column to the left in the reference: 其他收入 and 一般公共预算拨款结转."""

Differences = set[tuple[str, str, int]]


def compare(expected: Book, found: Book) -> tuple[int, int, Differences]:
    """Cells compared, amounts among them, and which differ; rows must be the same."""
    cells = amounts = 0
    different: Differences = set()
    for key, data in expected.blocks.items():
        other = found.blocks[key]
        assert {row.key for row in data.rows} == {row.key for row in other.rows}, key
        for row in data.rows:
            there = other.row(row.key)
            assert there is not None
            for column, (one, two) in enumerate(zip(row.cells, there.cells, strict=True)):
                cells += 1
                amounts += one is not None
                if one != two:
                    different.add((key, row.key, column))
    return cells, amounts, different


def errors_of(imported: Imported) -> list[str]:
    return [one.message for one in imported.book.findings if one.level is Level.ERROR]


@pytest.fixture(scope="module")
def reference(standard: Standard) -> Imported:
    return read_published(REFERENCE, standard, 2024)


@pytest.fixture(scope="module")
def files(
    standard: Standard, example: Book, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The example as the package writes it."""
    folder = tmp_path_factory.mktemp("published")
    made = disclosure(standard, example)
    found = {kind: folder / f"部门预算 文本.{kind}" for kind in ("docx", "html", "pdf")}
    write_docx(made, found["docx"])
    found["html"].write_text(web_copy(made), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def pdf(files: dict[str, Path]) -> Path:
    if pdf_writer.find_office() is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    write_pdf(files["docx"], files["pdf"])
    return files["pdf"]


# ------------------------------------------------------------------ the reference


def test_every_cell_of_the_reference_but_the_shifted_ones(
    example: Book, reference: Imported
) -> None:
    cells, amounts, different = compare(example, reference.book)
    print(f"reference: {cells} cells, {amounts} amounts compared, {len(different)} differ")
    assert (cells, amounts) == (691, AMOUNTS)
    assert different == SHIFTED


def test_the_shifted_rows_are_reported_and_stand_as_printed(reference: Imported) -> None:
    said = [one for one in reference.book.findings if one.table == "部门收入总表"]
    assert [one.row for one in said] == ["长春市人民政府办公厅（本级）", "total"]
    assert all("有2个数像是在转换时向左错了1栏" in one.message for one in said)
    assert all("没有改动" in one.message for one in said)
    assert errors_of(reference) == []


def test_the_forms_are_put_right_and_what_was_lost_is_named(
    example: Book, reference: Imported
) -> None:
    compared = 0
    for one, other in zip(example.forms, reference.book.forms, strict=True):
        assert (one.name, one.form) == (other.name, other.form)
        keys = one.fields.keys() | other.fields.keys()
        assert {key: one.fields.get(key, "") for key in keys} == {
            key: other.fields.get(key, "") for key in keys
        }
        mine = [dict(line.values) for line in one.indicators]
        assert mine == [{k: v for k, v in line.values.items() if v} for line in other.indicators]
        compared += len(keys) + sum(map(len, mine))
    print(f"forms: {compared} texts compared, none differs")
    messages = [one.message for one in reference.book.findings if one.table.startswith("项目")]
    mended = [one for one in messages if "已按栏目归位" in one]
    lost = [one for one in messages if "丢失" in one]
    assert (len(mended), len(lost)) == (14, 3)
    assert any("服务全体离退休干部”没有权重" in one for one in lost)
    assert any("平台运转保障率”的一级指标在转换时丢失" in one for one in lost)


def test_particulars_come_from_the_text(example: Book, reference: Imported) -> None:
    said = reference.book.info
    wanted = {key: one.value for key, one in example.info.items() if key in said}
    assert {key: one.value for key, one in said.items() if key in wanted} == wanted
    assert wanted.keys() >= {
        "unit_name", "authority", "scope", "issued", "staff_total", "staff_active",
        "staff_retired", "prior_total", "prior_fiscal", "prior_general", "prior_three_public",
        "prior_reception", "prior_vehicle", "prior_vehicle_operation", "prior_abroad",
        "prior_operating", "reason_income", "reason_operating", "procurement_total",
        "procurement_services", "vehicles_total", "vehicles_retired", "equipment_general",
    }  # fmt: skip
    assert reference.book.keyed["purpose"] == example.keyed["purpose"]
    assert reference.book.keyed["gloss"] == example.keyed["gloss"]
    assert reference.book.profile == example.profile


def test_the_short_name_is_the_one_that_the_glossary_uses(
    standard: Standard, tmp_path: Path
) -> None:
    path = changed(
        tmp_path, lambda text: text.replace("维持市政府办公厅", "维持长春市人民政府办公厅")
    )
    assert read_published(path, standard).book.text("unit_short") == "长春市人民政府办公厅"


def test_the_mistakes_of_the_reference_and_nothing_else(standard: Standard) -> None:
    report = validate_published(REFERENCE, standard)
    errors = [one for one in report.findings if one.level is Level.ERROR]
    lines = REFERENCE.read_text(encoding="utf-8").splitlines()
    found = []
    for one in errors:
        number = re.fullmatch(r"第(\d+)行", one.cell)
        text = lines[int(number[1]) - 1] if number else one.cell
        found.append((one.code, one.table, text[:24], one.message))
    assert [(code, table) for code, table, _, _ in found] == [
        ("A06", "部门收入总表"),
        ("C02", "情况说明"),
        ("C18", "情况说明"),
        ("C18", "情况说明"),
        ("C18", "情况说明"),
        ("C18", "情况说明"),
        ("C17", "情况说明"),
    ]
    assert found[0][2] == "第3行第14列"
    assert "向左错了1栏" in found[0][3]
    assert "本年度一般公共预算财政拨款" in found[1][3]
    assert found[2][3] == "“2024年财政预算支出6,295.86元”单位写成了“元”，应为“6,295.86万元”。"
    assert found[3][2].startswith("2. 公务接待费 9.15 万元")
    assert found[4][2].startswith("3. 公务用车购置及运行费")
    assert found[6][2].startswith("十、2023 年其他重要事项的说明情况")
    warnings = [(one.code, one.message) for one in report.findings if one.level is Level.WARNING]
    names = [message for code, message in warnings if code == "C19"]
    assert sum("社会保障和就业支出" in one for one in names) == 3
    for slip in ("医疗健康支出", "按经济科目分类", "效果指标", "正产运转", "长春市政府办公厅"):
        assert sum(f"“{slip}”" in one for one in names) == 1, slip
    assert sum("101人，而离退休人员为96人" in message for _, message in warnings) == 1
    assert len(warnings) == 16
    (contents,) = [message for code, message in warnings if code == "C21"]
    assert contents.startswith(
        "目录写作“十、2024年其他重要事项的说明情况”，正文（第750行）的标题是"
    )


@pytest.mark.parametrize(
    ("said", "instead", "told"),
    [
        ("，其中：政府采购货物预算 0 万元、政府采购工程预算 0 万元、政府采购服务预算 1,482.08 万元", "", "货物、工程、服务"),
        ("、政府采购服务预算 1,482.08 万元", "", "没有写政府采购服务预算"),
        ("，均为离退休干部用车 3 辆", "", ""),
    ],
)  # fmt: skip
def test_a_total_is_not_accused_of_a_division_that_is_not_there(
    standard: Standard, tmp_path: Path, said: str, instead: str, told: str
) -> None:
    text = REFERENCE.read_text("utf-8")
    assert said in text
    path = tmp_path / "公开文本.txt"
    path.write_text(text.replace(said, instead), "utf-8")
    report = validate_published(path, standard)
    assert [one.message for one in report.findings if one.code in ("C11", "C12")] == []
    assert any(one.code in ("C11", "C12") for one in report.not_executed)
    assert told in "".join(one.message for one in report.findings)
    values = [each.value for one in report.findings for each in one.suggestions]
    assert not {"0", "0.00"} & set(values)


def test_the_reference_goes_all_the_way_round(
    standard: Standard, reference: Imported, tmp_path: Path
) -> None:
    """Text, workbook with its texts, findings there; .docx and .html of it read back."""
    empty, book = tmp_path / "空 表.xlsm", tmp_path / "导入.xlsm"
    build_workbook(standard, reference.book, empty, year=2024)
    held = read_book(empty, standard)
    match = final_texts(standard, held, reference.texts)
    plan = plan_notes(
        Workbook(empty), explain(standard, held), glossary(standard, held), match.texts
    )
    Workbook(empty).patch(book, plan.edits, plan.afterwards)
    report = validate_file(book)
    errors = [one.code for one in report.findings if one.level is Level.ERROR]
    assert errors == ["A06", "C02", "C18", "C18", "C18", "C18", "C17"]
    written = read_book(book, standard)
    made = disclosure(standard, written)
    docx, html = tmp_path / "a.docx", tmp_path / "a.html"
    write_docx(made, docx)
    html.write_text(web_copy(made), encoding="utf-8")
    for path in (docx, html):
        cells, amounts, different = compare(reference.book, read_published(path, standard).book)
        print(f"{path.suffix}: {cells} cells, {amounts} amounts, {len(different)} differ")
        assert (cells, amounts, different) == (691, AMOUNTS, set())


# ------------------------------------------------------------------ our own documents


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_what_we_write_reads_back(
    standard: Standard, example: Book, files: dict[str, Path], kind: str
) -> None:
    found = read_published(files[kind], standard, 2024)
    assert compare(example, found.book) == (691, AMOUNTS, set())
    assert found.left == ()
    assert found.book.profile == example.profile
    assert found.book.keyed["gloss"] == example.keyed["gloss"]
    assert errors_of(found) == []
    match = final_texts(standard, example, found.texts)
    generated = [
        one
        for document in (explain(standard, example), glossary(standard, example))
        for one in document.paragraphs
    ]
    assert match.texts == {one.id: one.text for one in generated}
    assert match.unmatched == ()
    report = validate_published(files[kind])
    assert not [one for one in report.findings if one.level is Level.ERROR]
    assert report.status.value == "pass"


def test_a_pdf_reads_back(standard: Standard, example: Book, pdf: Path) -> None:
    found = read_published(pdf, standard, 2024)
    assert compare(example, found.book) == (691, AMOUNTS, set())
    assert found.left == ()
    match = final_texts(standard, example, found.texts)
    assert match.unmatched == ()
    assert match.texts.keys() == {
        one.id
        for document in (explain(standard, example), glossary(standard, example))
        for one in document.paragraphs
    }
    report = validate_published(pdf)
    assert not [one for one in report.findings if one.level is Level.ERROR]


def test_other_departments_read_back(standard: Standard, department: Path, tmp_path: Path) -> None:
    book = read_folder(department, standard)
    path = tmp_path / "部门.html"
    path.write_text(web_copy(disclosure(standard, book)), encoding="utf-8")
    found = read_published(path, standard, book.year)
    for key, data in book.blocks.items():
        there = found.book.blocks[key]
        for row in data.rows:
            other = there.row(row.key)
            assert other is not None
            assert other.cells == row.cells, (key, row.key)
        extra = [row for row in there.rows if data.row(row.key) is None]
        assert all(cell is None for row in extra for cell in row.cells)
    assert found.left == ()
    assert not [one for one in validate_published(path).findings if one.level is Level.ERROR]


def test_markdown_and_other_encodings(standard: Standard, example: Book, tmp_path: Path) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    rows = re.sub(r"(?m)^(.*\t.*)$", lambda m: f"| {m[1].replace(chr(9), ' | ')} |", text)
    (tmp_path / "文本.md").write_text(rows, encoding="utf-8")
    (tmp_path / "国标.txt").write_bytes(text.encode("gb18030"))
    for name in ("文本.md", "国标.txt"):
        assert compare(example, read_published(tmp_path / name, standard).book)[2] == SHIFTED


def test_a_wrong_digit_in_a_docx_is_found_at_its_cell(
    files: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "改错.docx"
    with zipfile.ZipFile(files["docx"]) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                text = data.decode()
                at = text.index("福利费")
                at = text.index("29.48", at)
                data = f"{text[:at]}29.84{text[at + 5 :]}".encode()
            new.writestr(name, data)
    errors = [one for one in validate_published(path).findings if one.level is Level.ERROR]
    assert {one.row for one in errors} == {"30229"}
    assert errors[0].table == "一般公共预算基本支出表"
    assert re.fullmatch(r"第\d+行第\d+列", errors[0].cell)


# ------------------------------------------------------------------ cells that do not show


def test_figures_between_spaces_are_placed_only_where_they_must_be(
    standard: Standard, example: Book, tmp_path: Path
) -> None:
    text = re.sub(r"\t+", " ", REFERENCE.read_text(encoding="utf-8"))
    path = tmp_path / "空格.txt"
    path.write_text(text, encoding="utf-8")
    found = read_published(path, standard)
    right = wrong = 0
    for key, data in found.book.blocks.items():
        for row in data.rows:
            known = example.blocks[key].row(row.key)
            assert known is not None
            for cell, other in zip(row.cells, known.cells, strict=True):
                right += cell is not None and cell == other
                wrong += cell is not None and cell != other
    print(f"spaces: {right} amounts placed, {wrong} wrongly")
    assert wrong == 0
    assert right > 200
    hints = [one for one in found.book.findings if "只有一种放法" in one.message]
    open_rows = [one for one in found.book.findings if "不知各属哪一栏，没有读入" in one.message]
    assert all(one.level is Level.HINT for one in hints)
    assert all(one.level is Level.WARNING for one in open_rows)
    assert any("19.95、19.95" in one.message for one in open_rows)
    assert any("项目支出表" in one for one in found.left)


# ------------------------------------------------------------------ texts


def test_texts_keep_their_section_and_place(reference: Imported) -> None:
    units = units_of(reference.texts)
    lines = REFERENCE.read_text(encoding="utf-8").splitlines()
    notes = [one for one in units if one.part == "notes"]
    assert list(dict.fromkeys(one.section for one in notes)) == list("一二三四五六七八九十")
    assert [one.text[0] for one in notes if one.heading and "." not in one.id] == list(
        "一二三四五六七八九十"
    )
    for one in units:
        number = int(one.place.cell.removeprefix("第").removesuffix("行"))
        assert lines[number - 1].replace(" ", "")[:12] == one.text.replace(" ", "")[:12]


def test_a_paragraph_without_counterpart_is_listed(
    standard: Standard, reference: Imported, example: Book
) -> None:
    strange = reference.texts[3]._replace(text="本单位食堂全年供应午餐，菜品每日更换，欢迎品尝。")
    match = final_texts(standard, example, (*reference.texts, strange))
    assert match.unmatched == (strange,)
    assert [one for one in lost_texts(match) if one.startswith("情况说明")] == [
        f"情况说明{strange.where}的段落（“本单位食堂全年供应午餐，菜品每日更换，欢…”）没有对应的生成段落，没有写入定稿。"
    ]


def test_published_texts_do_not_replace_what_the_user_wrote(
    standard: Standard, example: Book, example_file: Path, tmp_path: Path
) -> None:
    documents = explain(standard, example), glossary(standard, example)
    first = tmp_path / "一.xlsm"
    plan = plan_notes(Workbook(example_file), *documents, {"一.1": "用户写的一段。"})
    Workbook(example_file).patch(first, plan.edits, plan.afterwards)
    again = plan_notes(
        Workbook(first), *documents, {"一.1": "公开文本的一段。", "一.2": "公开文本的二段。"}
    )
    second = tmp_path / "二.xlsm"
    Workbook(first).patch(second, again.edits, again.afterwards)
    texts = {one.id: one for one in read_book(second, standard).texts}
    assert again.kept == ["一.1"]
    assert texts["一.1"].text == "用户写的一段。"
    assert texts["一.2"].text == "公开文本的二段。"
    assert texts["二.1"].follows


# ------------------------------------------------------------------ what only the text tells


def errors_beside(standard: Standard, path: Path) -> list[Finding]:
    """The errors that the reference as it is does not have."""
    known = {
        (one.code, one.row, one.column)
        for one in validate_published(REFERENCE, standard).findings
        if one.level is Level.ERROR
    }
    return [
        one
        for one in validate_published(path, standard).findings
        if one.level is Level.ERROR and (one.code, one.row, one.column) not in known
    ]


def test_last_years_figure_does_not_follow_from_a_wrong_cell(
    standard: Standard, tmp_path: Path
) -> None:
    """机关运行经费 of last year is this year's less the change: the sentence is right, the total is not."""
    total = "3,361.51\t2,928.70\t432.82\n"
    path = changed(tmp_path, lambda text: text.replace(total, total.replace("432.82", "932.82")))
    (error,) = errors_beside(standard, path)
    assert (error.table, error.expected) == ("一般公共预算基本支出表", "432.82")
    assert not any("6.55" in one for one in error.follows if "请重新生成" in one)


def test_two_sayings_of_one_sentence_accuse_neither(standard: Standard, tmp_path: Path) -> None:
    path = changed(tmp_path, lambda text: text.replace("减少 30.33 万元", "减少 30.38 万元"))
    (error,) = errors_beside(standard, path)
    assert "30.38" in error.message and "6.55%" in error.message
    assert error.expected == "" and not error.suggestions


def test_what_is_inferred_from_a_sentence_is_named_by_its_words(
    standard: Standard, tmp_path: Path
) -> None:
    once = "2024 年预算数比 2023 年预算数减少 1.20 万元，主要原因公务用车运行维护费核定减少。公务用车运行"
    path = changed(tmp_path, lambda text: text.replace(once, once.replace("1.20", "4.20"), 1))
    error = next(one for one in errors_beside(standard, path) if "4.20" in one.message)
    assert "推算" in error.message and "2024年预算数比2023年" in error.message.replace(" ", "")
    assert "基础信息" not in error.message and error.sheet != "基础信息"
    assert error.expected == "", "none of the sentences is called wrong"


# ------------------------------------------------------------------ contents and years


def changed(tmp_path: Path, change: Callable[[str], str]) -> Path:
    path = tmp_path / "改.txt"
    path.write_text(change(REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def test_contents_and_headings_are_compared(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        lambda text: text.replace("- 二、部门收入总表\n", "", 1).replace(
            "- 十、项目支出表\n", "- 十、项目支出总表\n- 十一、购置计划表\n", 1
        ),
    )
    said = [one.message for one in validate_published(path).findings if one.code == "C21"]
    assert any("正文的标题“二、部门收入总表”不在目录里" in one for one in said)
    assert any("目录中的“十一、购置计划表”在正文里没有" in one for one in said)
    assert any("目录写作“十、项目支出总表”" in one for one in said)


def test_years_that_slipped_are_found(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        lambda text: text.replace("第二部分 2024 年度", "第二部分 2023 年度").replace(
            "项目\t2024年预算数\t当年预算\t上年结转\n合计",
            "项目\t2023年预算数\t当年预算\t上年结转\n合计",
        ),
    )
    found = [
        (one.sheet, one.cell, one.printed)
        for one in validate_published(path).findings
        if one.code == "C17"
    ]
    assert ("一般公共预算“三公”经费支出表", "第1行第2列", "2023") in found
    assert sum(printed == "2023" for _, _, printed in found) == 4


# ------------------------------------------------------------------ bad input

ENCRYPTED_PDF = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj
4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>endobj
trailer<</Root 1 0 R/Size 5/Encrypt 4 0 R/ID[<00><00>]>>
""" % (b"41" * 32, b"42" * 32)


def docx_with(main: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", main)

    return write


def scan(path: Path) -> None:
    Image.new("RGB", (200, 300), "white").save(path)


BAD: list[tuple[str, bytes | Callable[[Path], None] | None, str]] = [
    ("旧.doc", b"x", "另存为 .docx"),
    ("表.csv2", b"x", "不认识"),
    ("空.txt", b"", "空文件"),
    ("无.docx", None, "找不到文件"),
    ("乱.txt", bytes(range(256)) * 4, "编码不明"),
    ("坏.docx", b"PK\x03\x04xxxx", "已损坏"),
    ("密.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "打开密码"),
    ("炸.docx", docx_with('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "已损坏"),
    ("断.docx", docx_with("<w:document"), "已损坏"),
    ("坏.pdf", b"%PDF-1.4 xxxx", "已损坏"),
    ("密.pdf", ENCRYPTED_PDF, "打开密码"),
    ("扫描.pdf", scan, "扫描件（只有图片，没有文字）"),
    ("闲.txt", "今天是2024年的第一天，天气很好。".encode(), "不像部门预算的公开文本"),
]


@pytest.mark.parametrize(("name", "data", "said"), BAD, ids=[one[0] for one in BAD])
def test_unusable_files_are_refused_in_one_sentence(
    standard: Standard,
    tmp_path: Path,
    name: str,
    data: bytes | Callable[[Path], None] | None,
    said: str,
) -> None:
    path = tmp_path / name
    if isinstance(data, bytes):
        path.write_bytes(data)
    elif data is not None:
        data(path)
    with pytest.raises(UnusableFileError) as caught:
        read_published(path, standard)
    assert said in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_tables_of_one_title_are_not_guessed(standard: Standard, tmp_path: Path) -> None:
    def twice(text: str) -> str:
        start, end = text.index("一、部门收支总表\n\n部门"), text.index("二、部门收入总表\n\n部门")
        return text[:end] + text[start:end].replace("697.28", "697.82") + text[end:]

    found = read_published(changed(tmp_path, twice), standard)
    assert not found.book.blocks.keys() & {"summary.income", "summary.expense"}
    (said,) = errors_of(found)
    assert "文件里有2张“部门收支总表”" in said
    assert "都没有读入" in said


def test_a_table_printed_twice_alike_is_one(standard: Standard, tmp_path: Path) -> None:
    def twice(text: str) -> str:
        start, end = text.index("一、部门收支总表\n\n部门"), text.index("二、部门收入总表\n\n部门")
        return text[:end] + text[start:end] + text[end:]

    found = read_published(changed(tmp_path, twice), standard)
    assert "summary.income" in found.book.blocks
    assert errors_of(found) == []


def test_another_unit_above_a_table_is_an_error(standard: Standard, tmp_path: Path) -> None:
    def in_yuan(text: str) -> str:
        start = text.index("三、部门支出总表\n\n部门")
        return text[:start] + text[start:].replace("单位：万元", "单位：元", 1)

    (said,) = errors_of(read_published(changed(tmp_path, in_yuan), standard))
    assert said.startswith("部门支出总表上方写的是“单位：元”，应为“万元”")


def test_a_missing_table_is_said(standard: Standard, tmp_path: Path) -> None:
    def without(text: str) -> str:
        start, end = (
            text.index("三、部门支出总表\n\n部门"),
            text.index("四、财政拨款收支总表\n\n财政"),
        )
        return text[:start] + text[end:]

    path = changed(tmp_path, without)
    found = read_published(path, standard)
    assert "expenditure" not in found.book.blocks
    assert found.left == ("没有找到“部门支出总表”，这张表没有读入；请核对文件是否完整。",)
    lost = [one for one in validate_published(path).findings if one.code == "F04"]
    assert [one.table for one in lost] == ["部门支出总表"]


def test_last_years_file_is_told_from_this_years(standard: Standard) -> None:
    with pytest.raises(UnusableFileError, match="是2024年度的部门预算，不是2025年度的，没有读入"):
        read_published(REFERENCE, standard, 2025)


def test_a_document_of_another_standard_is_named(standard: Standard, tmp_path: Path) -> None:
    path = tmp_path / "某区.txt"
    path.write_text(
        "某区某局2024年度部门预算\n\n2024年部门经费收支汇总表\n\n单位：元\n\n项目\t预算数\n财政拨款收入\t1.00\n\n"
        "2024年部门经费来源表\n\n单位：元\n\n类\t款\t项\t合计\n201\t03\t01\t1.00\n",
        encoding="utf-8",
    )
    with pytest.raises(UnusableFileError) as caught:
        validate_published(path)
    assert "另一种公开标准：有“部门经费收支汇总表”“部门经费来源表”" in str(caught.value)
    assert "金额单位为元" in str(caught.value)
    with pytest.raises(UnusableFileError, match="另一种公开标准"):
        read_published(path, standard, 2026)  # of another year too, which matters less


def test_harmed_documents_are_read_or_refused(standard: Standard, tmp_path: Path) -> None:
    """Lines lost, doubled and swapped, letters and tabs lost: findings or one clear sentence."""
    lines = REFERENCE.read_text(encoding="utf-8").splitlines()
    for seed in range(either(4, 8)):
        chance = random.Random(seed)
        harmed = list(lines)
        for _ in range(chance.choice([3, 30, 300])):
            at = chance.randrange(len(harmed))
            kind = chance.randrange(4)
            if kind == 0:
                del harmed[at]
            elif kind == 1:
                harmed.insert(chance.randrange(len(harmed)), harmed[at])
            elif kind == 2:
                harmed[at] = harmed[at].replace("\t", "", 1)
            else:
                cut = chance.randrange(len(harmed[at]) + 1)
                harmed[at] = (
                    harmed[at][:cut] + chance.choice(["", "\t", "，", "8"]) + harmed[at][cut + 1 :]
                )
        path = tmp_path / f"{seed}.txt"
        path.write_text("\n".join(harmed), encoding="utf-8")
        with contextlib.suppress(XlbudgetError):
            read_published(path, standard)
            validate_published(path)


# ------------------------------------------------------------------ command line


def test_validate_takes_documents(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = simple_request([str(REFERENCE), str(files["docx"])])
    assert request is not None
    assert validate_files(request) == 1
    shown = capsys.readouterr().out
    assert "公开文本.txt" in shown
    assert "情况说明 第708行：“2024年财政预算支出6,295.86元”" in shown
    old = tmp_path / "旧.doc"
    old.write_bytes(b"x")
    request = simple_request([str(old)])
    assert request is not None
    assert validate_files(request) == 2
    assert "另存为 .docx" in capsys.readouterr().err


def test_no_cell_is_left_unreadable(reference: Imported) -> None:
    cells = [
        cell for data in reference.book.blocks.values() for row in data.rows for cell in row.cells
    ]
    assert not any(isinstance(cell, Unreadable) for cell in cells)


def test_generated_paragraphs_that_another_one_says_are_named(
    standard: Standard, reference: Imported
) -> None:
    """The reference says income and expenditure in one paragraph where we write two."""
    match = final_texts(standard, reference.book, reference.texts)
    assert match.covered == {"一.1": "一.2", "四.1": "四.2", "七.6": "七.4"}
    assert not match.covered.keys() & match.texts.keys()
    assert "生成段落“一.1”的内容公开文本写在“一.2”里；请清空“一.1”的定稿，以免重复。" in lost_texts(
        match
    )
