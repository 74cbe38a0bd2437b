"""The whole job on the bundled example: every step that an accountant's year takes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.editing.build import build_workbook
from xlbudget.editing.fill import plan_fill
from xlbudget.editing.notes import plan_notes
from xlbudget.errors import DataFolderError
from xlbudget.explaining.document import document_text
from xlbudget.explaining.explain import explain, glossary
from xlbudget.importing.data_folder import read_folder
from xlbudget.publishing.package import make_package
from xlbudget.reading.book import read_book
from xlbudget.report import render
from xlbudget.report.pictures import report_pictures
from xlbudget.report.spending import Bar, spending_bars, spending_picture
from xlbudget.standard.loader import load_standard
from xlbudget.standard.placeholders import fill, said_by
from xlbudget.texts.whole import validate_whole
from xlbudget.xlsx.locks import refuse_open_file
from xlbudget.xlsx.sets import replace_set
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.findings import Report

EXAMPLE = "changchun-gov-office-2024"
PACKAGE = "公开套件"
"""Name of the folder with the finished set."""


class DemoResult(NamedTuple):
    """What the demo made: files with what each is, the report, the structure of spending.

    ``warnings`` say what the package lacks on this machine.
    """

    files: list[tuple[Path, str]]
    report: Report
    bars: list[Bar]
    paragraphs: int
    reviews: int
    filled: int
    warnings: tuple[str, ...]


def example_folder() -> Path:
    """Where the bundled example is: in the package, or beside it in a checkout.

    Raises:
        DataFolderError: neither place has it.
    """
    here = Path(__file__).parent
    for folder in (here / "examples" / EXAMPLE, here.parents[1] / "examples" / EXAMPLE):
        if folder.is_dir():
            return folder
    raise DataFolderError("找不到自带的样例；请重新安装 xlbudget。")


def run_demo(folder: Path, say: Callable[[str], None]) -> DemoResult:
    """Do the whole job into ``folder``; ``say`` is told each step as it is done.

    Everything is made elsewhere first and then put there as two sets: the workbook with its texts, and
    the package. Files of an earlier run are replaced, their earlier states kept as backups.

    Raises:
        XlbudgetError: the folder cannot be written, or a file of it is open.
    """
    standard = load_standard()
    book = read_folder(example_folder(), standard)
    title = fill(standard.titles["book"], said_by(book.year, book.info, standard.fields))
    name = f"{title}.xlsm"
    refuse_open_file(folder / name)
    say(f"读取样例数据：{len(standard.tables)} 张表、{len(book.forms)} 份绩效目标")
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as elsewhere:
        path = Path(elsewhere) / name
        build_workbook(standard, book, path, year=book.year)
        say("新建工作簿：填入数字，派生格写成公式")
        source = Workbook(path)
        plan = plan_fill(source)
        if plan.edits:
            source.patch(path, plan.edits, plan.afterwards)
        filled = len(plan.edits)
        say(
            f"填列小计：补填 {filled} 格"
            if filled
            else "填列小计：各级小计、合计齐全，没有需要补填的格"
        )
        source = Workbook(path)
        figures = read_book(source, standard)
        documents = explain(standard, figures), glossary(standard, figures)
        notes = plan_notes(source, *documents)
        if notes.edits:
            source.patch(path, notes.edits, notes.afterwards)
        paragraphs = sum(len(document.paragraphs) for document in documents)
        say(f"生成情况说明和名词解释：{paragraphs} 段")
        told = read_book(path, standard)
        report = validate_whole(standard, told)
        say(
            f"校验表和文字：{sum(count for _, count in report.executed or ())} 个勾稽关系，"
            f"结论“{report.status.chinese}”"
        )
        pictures = report_pictures(standard, told)
        standards = {standard.id: standard}
        page = render([report], "html", standards, [pictures])
        texts = (
            ("情况说明.txt", "部门预算情况说明", document_text(documents[0])),
            ("名词解释.txt", "名词解释", document_text(documents[1])),
            ("校验结果.html", "校验结果（网页，可打印）", page),
            ("校验结果.json", "校验结果（供程序读取）", render([report], "json", standards)),
            ("支出结构.svg", "支出结构图", spending_picture(standard, figures)),
        )
        made = {name: path.read_bytes(), **{name: text.encode() for name, _, text in texts}}
        replace_set(folder, made, by="demo")
        say("画出支出结构图")
        package = make_package(path, folder / PACKAGE)
    say(f"打包：公开文本、数值副本、邮件草稿等 {len(package.files)} 个文件")
    return DemoResult(
        [
            (folder / name, "部门预算工作簿"),
            *((folder / name, what) for name, what, _ in texts),
            *((package.folder / file.name, file.what) for file in package.files),
            (package.page, "清样单：公开前还要处理什么"),
        ],
        report,
        spending_bars(standard, figures),
        paragraphs,
        sum(len(document.reviews) for document in documents),
        filled,
        tuple(warning for warning in package.warnings if "LibreOffice" in warning),
    )
