"""The finished set of a department: what goes to others, from one workbook."""

from __future__ import annotations

import hashlib
import json
import tempfile
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlbudget import __version__
from xlbudget.building.macros import TEXTS
from xlbudget.checks.personal import personal_findings
from xlbudget.editing.validate import validate_file
from xlbudget.errors import StandardError, UnusableFileError
from xlbudget.explaining.facts import evaluate_facts
from xlbudget.explaining.source import load_source
from xlbudget.explaining.wording import clean
from xlbudget.findings import Level, Status
from xlbudget.page import PAGE
from xlbudget.publishing.disclosure import disclosure, final_paragraphs
from xlbudget.publishing.docx import write_docx
from xlbudget.publishing.gate import (
    examine,
    list_page,
    list_path,
    marks_of,
    notes_state,
    notes_warnings,
    pass_or_stop,
)
from xlbudget.publishing.mail import DEFAULT_LIMIT, Attachment, Letter, draft, size_text
from xlbudget.publishing.pdf import write_pdf
from xlbudget.publishing.publish import file_stem, refuse_folder
from xlbudget.publishing.values import choose_sheets, write_values_copy
from xlbudget.publishing.web import web_copy
from xlbudget.reading.book import read_book
from xlbudget.reading.source import sheet_texts
from xlbudget.report import render
from xlbudget.report.pictures import report_pictures
from xlbudget.sheets.layout import MEMORY, MODELS, forget
from xlbudget.standard.layers import standard_file
from xlbudget.standard.loader import own_standard
from xlbudget.standard.placeholders import fill, said_by
from xlbudget.templates import rendered
from xlbudget.xlsx.locks import is_open
from xlbudget.xlsx.sets import FINISHED, finish_set, replace_set
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Book
    from xlbudget.findings import Report
    from xlbudget.publishing.gate import Gate, NotesState
    from xlbudget.publishing.mail import Address
    from xlbudget.publishing.values import ValuesCopy
    from xlbudget.standard.model import Standard


_WHAT = {
    "values": "数值副本（各表和说明，没有宏、公式和链接）",
    "docx": "公开文本（Word）",
    "pdf": "公开文本（PDF）",
    "web": "公开文本（网页）",
    "report": "校验结果（网页）",
    "mail": "邮件草稿",
    "page": "网页版：不用安装，双击打开就能校验、填列、打包",
}
_NAMED = 8
"""So many places are named in a sentence."""
_ENDINGS = {
    "values": ".xlsx",
    "docx": ".docx",
    "pdf": ".pdf",
    "web": ".html",
    "report": "－校验结果.html",
    "mail": ".eml",
    "list": "－校验清单.txt",
    "json": "－校验清单.json",
}
"""What follows the title in the name of each file."""


class Wish(NamedTuple):
    """What is asked for: ``sheets`` go into the values-only copy besides what is published.

    ``draft`` lets a set go out that is not finished, ``with_errors`` one with errors alone,
    ``personal`` one with people's data; the files say so. ``workbook``: the mail carries it too.
    ``page``: the page that does this work without installation lies beside; no mail carries it.
    """

    with_errors: bool = False
    draft: bool = False
    personal: bool = False
    workbook: bool = False
    page: bool = False
    to: tuple[Address, ...] = ()
    sender: Address | None = None
    pdf: bool = True
    sheets: tuple[str, ...] = ()
    limit: int = DEFAULT_LIMIT
    made: str = ""


class Package(NamedTuple):
    """What was made: ``warnings`` are to be looked at, ``remarks`` say what is not in it.

    ``page`` is the list of what is still missing (清样单), beside the folder.
    """

    folder: Path
    files: tuple[PackedFile, ...]
    report: Report
    warnings: tuple[str, ...]
    remarks: tuple[str, ...]
    backups: tuple[Path, ...]
    letter: Letter
    mail: bytes
    page: Path


def make_package(path: Path, folder: Path, wish: Wish | None = None) -> Package:
    """Validate the workbook and write the finished set into ``folder``, all of it or nothing.

    The workbook itself is not changed. The same workbook gives the same files. What is still missing
    is listed on a page beside the folder, also where that stops the package.

    Raises:
        NotReadyError: something is missing that was not allowed to be.
        UnusableFileError: it cannot be read or used, or the folder cannot be written.
        MailError: the attachments are too large.
    """
    given = Workbook(path)
    with tempfile.TemporaryDirectory(prefix="xlbudget-") as name:
        copy = Path(name) / path.name
        copy.write_bytes(given.archive.data)
        work = _Work(given, copy, folder, wish or Wish())
        work.examine()
        work.write()
        return work.publish()


class _Work:
    """A package while it is made: ``given`` is the workbook as it is, ``shown`` as it goes out, at ``copy``."""

    def __init__(self, given: Workbook, copy: Path, folder: Path, wish: Wish) -> None:
        self.path, self.copy, self.folder, self.wish = given.path, copy, folder, wish
        self.given = self.shown = given
        self.source = _packed(self.path.name, "来源工作簿", given.archive.data)
        self.book: Book = read_book(given)
        self.standard = own_standard(self.book)
        self.report = validate_file(given)
        self.title = _book_title(self.standard, self.book)
        self.gate: Gate
        self.marks = ""
        self.said: tuple[str, ...] = ()
        self.names: dict[str, str] = {}
        self.warnings: list[str] = []
        self.remarks: list[str] = []
        self.files: dict[str, bytes] = {}
        self.left_out: list[str] = []
        self.letter: Letter

    def examine(self) -> None:
        """Refuse what must not go out; tell what should be looked at."""
        if finish_set(self.folder):
            self.remarks.append(FINISHED.format(self.folder))
        refuse_folder(self.folder, every_name(self.title), self.path)
        state = notes_state(self.given, self.standard, self.book)
        self._pass_gate(state)
        if is_open(self.path):
            self.warnings.append("工作簿正在打开着，收入的是上次保存的内容；要收入改动请先保存。")
        warned = self.report.number_of(Level.WARNING)
        if warned:
            self.warnings.append(f"校验有提醒 {warned} 处，请看“{self.names['report']}”。")
        if state.plan is not None:
            self.given.patch(self.copy, state.plan.edits, state.plan.afterwards)
            self.shown = Workbook(self.copy)
            self.warnings.append(
                "工作簿里还没有情况说明，已按现有数字生成后收入；原工作簿没有改动，"
                "要修改文字请先点“生成说明”。"
            )
        self.warnings += notes_warnings(state)

    def _pass_gate(self, state: NotesState) -> None:
        """Stop, with the list of what is missing, or know how the files must be marked."""
        wish = self.wish
        lines = self.given.lines_of(wish.sheets)
        others = [text for name, held in lines.items() for text in sheet_texts(name, held)]
        findings = personal_findings(self.standard, self.book, others, Level.WARNING)
        self.gate = examine(self.standard, self.report, state, findings)
        stopping = self.gate.stopping(
            errors=wish.with_errors, draft=wish.draft, personal=wish.personal
        )
        pass_or_stop(self.gate, stopping, self.folder, self.title)
        self.marks = self.gate.marks
        self.names = file_names(self.title, self.marks)
        self.said = self.gate.said(self.names["report"])

    def write(self) -> None:
        """Every file of the set, in memory."""
        folder = self.copy.parent
        values = folder / "values.xlsx"
        chosen = choose_sheets(self.shown, self.standard, self.book, self.wish.sheets)
        outcome = write_values_copy(
            self.shown,
            values,
            chosen.sheets,
            texts=chosen.texts,
            title=self.title + self.marks,
            with_errors=self.wish.with_errors or self.wish.draft,
            remarks=self.said,
        )
        self._tell(outcome, chosen.tables)
        self.files["values"] = values.read_bytes()
        self._write_texts(folder)
        pictures = report_pictures(self.standard, read_book(self.shown))
        report = render(
            [self.report], "html", {self.standard.id: self.standard}, [pictures], self.said
        )
        self.files["report"] = report.encode("utf-8")
        self._write_mail()
        if self.wish.page:
            from xlbudget.page.assemble import page_html  # noqa: PLC0415  # only where it is asked for

            self.files["page"] = page_html().encode("utf-8")
        self._write_lists()

    def _tell(self, outcome: ValuesCopy, tables: Sequence[str]) -> None:
        for table in (table for table in tables if table not in outcome.sheets):
            self.warnings.append(f"工作表“{table}”是隐藏的，没有收入数值副本；要收入请取消隐藏。")
        if outcome.hidden:
            self.warnings.append(
                f"数值副本里有隐藏的行或列（{'、'.join(outcome.hidden[:_NAMED])}），收件人可以取消隐藏。"
            )
        if outcome.errors:
            self.warnings.append(f"有单元格显示错误值：{'、'.join(outcome.errors[:_NAMED])}。")
        self.left_out = [
            name for name, _ in outcome.left_out if name not in (TEXTS, MEMORY, MODELS)
        ]
        if self.left_out:
            self.remarks.append(f"数值副本没有收入的工作表：{'、'.join(self.left_out)}。")
        if outcome.dropped:
            self.remarks.append(f"数值副本没有保留：{'、'.join(outcome.dropped)}。")

    def _write_texts(self, folder: Path) -> None:
        """The disclosure as a document, for reading and for the web."""
        texts = final_paragraphs(self.shown, self.standard, self.book)
        published = disclosure(self.standard, self.book, texts)._replace(remarks=self.said)
        document = folder / "text.docx"
        if not write_docx(published, document):
            self.warnings.append(
                "Word 文本的目录没有页码：没有 LibreOffice 可以排版；请在 Word 或 WPS 中打开，"
                "在目录上点右键，选“更新域”后保存。"
            )
        self.files["docx"] = document.read_bytes()
        self.files["web"] = web_copy(published).encode("utf-8")
        if not self.wish.pdf:
            self.remarks.append("按 --no-pdf，没有制作 PDF。")
            return
        target = folder / "text.pdf"
        try:
            write_pdf(document, target)
        except UnusableFileError as error:
            self.warnings.append(f"没有制作 PDF：{error}")
            return
        self.files["pdf"] = target.read_bytes()

    def _write_mail(self) -> None:
        wanted = ("values", "docx", "pdf", *["report"] * (self.report.status is Status.ERROR))
        attachments = [
            Attachment(self.names[kind], self.files[kind], _WHAT[kind])
            for kind in wanted
            if kind in self.files
        ]
        if self.wish.workbook:
            data = self._without_memory()
            attachments.append(Attachment(self.path.name, data, "原工作簿，含宏和公式"))
        title = self.title + self.marks
        values = {
            "title": title,
            "unit": self.report.unit_name or "（单位名称未填）",
            "year": self.report.year,
            "remarks": self.said,
            "figures": key_figures(self.standard, self.book),
            "grade": _plain_grade(self.report),
            "attachments": [(one.name, one.what, size_text(len(one.data))) for one in attachments],
        }
        text, html = (rendered(_TEMPLATES, f"letter.{kind}.j2", values) for kind in ("txt", "html"))
        addresses = self.wish.to, self.wish.sender
        self.letter = Letter(title, text, html, tuple(attachments), *addresses)
        self.files["mail"] = draft(self.letter, limit=self.wish.limit)

    def _without_memory(self) -> bytes:
        """The workbook as it is, but for what it remembers of earlier figures: that is nobody else's."""
        lines = self.given.lines_of([MEMORY]).get(MEMORY)
        return self.given.patched(forget(lines) if lines is not None else [])

    def _write_lists(self) -> None:
        """The list of what was checked, with checksums, for people and for programs."""
        files = [
            _packed(self.names[kind], what, self.files[kind])
            for kind, what in _WHAT.items()
            if kind in self.files
        ]
        report, title, remarks = self.report, self.title + self.marks, [*self.said, *self.warnings]
        values = {
            "title": title,
            "standard": self.standard,
            "report": report,
            "source": self.source,
            "files": files,
            "left_out": self.left_out,
            "remarks": remarks,
            "made": self.wish.made,
            "version": __version__,
            "grade": _plain_grade(report),
            "levels": [(level.chinese, report.number_of(level)) for level in Level],
        }
        programs = {
            "title": title,
            "unit": report.unit_name,
            "year": report.year,
            "standard": report.standard,
            "status": report.status.value,
            "slack": report.slack,
            "findings": {level.value: report.number_of(level) for level in Level},
            "not_executed": len(report.not_executed),
            "remarks": remarks,
            "xlbudget": __version__,
            "made": self.wish.made or None,
            "source": {"name": self.source.name, "sha256": self.source.sha256},
            "files": [file._asdict() for file in files],
            "sheets_left_out": self.left_out,
        }
        self.files["list"] = rendered(_TEMPLATES, "checklist.txt.j2", values).encode()
        self.files["json"] = f"{json.dumps(programs, ensure_ascii=False, indent=2)}\n".encode()

    def publish(self) -> Package:
        """Put the files into the folder; the lists come last."""
        files = {self.names[kind]: data for kind, data in self.files.items()}
        obsolete = [name for name in every_name(self.title) if name not in files]
        told = "".join([f"已打包到“{self.folder.name}”。", *self.said])
        page = list_path(self.folder)
        listed = {page.name: list_page(self.gate, self.title, told).encode()}
        backups = replace_set(self.folder, files, obsolete, beside=listed, by="package")
        what = {**_WHAT, "list": "校验清单和校验和", "json": "校验清单（供程序读取）"}
        return Package(
            self.folder,
            tuple(_packed(self.names[kind], what[kind], data) for kind, data in self.files.items()),
            self.report,
            tuple(self.warnings),
            tuple(self.remarks),
            tuple(backups),
            self.letter,
            self.files["mail"],
            page,
        )


def _packed(name: str, what: str, data: bytes) -> PackedFile:
    return PackedFile(name, what, len(data), hashlib.sha256(data).hexdigest())


# ------------------------------------------------------------------ names


def _book_title(standard: Standard, book: Book) -> str:
    """``某局2024年部门预算``, on one line."""
    title = standard.titles["book"].replace("{unit}", clean(book.text("unit_name")))
    return fill(title, said_by(book.year, book.info, standard.fields))


def file_names(title: str, marks: str = "") -> dict[str, str]:
    """The name of each kind of file."""
    stem = file_stem(title) or "部门预算"
    return {**{kind: f"{stem}{marks}{end}" for kind, end in _ENDINGS.items()}, "page": PAGE}


def every_name(title: str) -> list[str]:
    """All names that a package may have: no older file stays as if it were new."""
    return [
        name
        for so in product((False, True), repeat=3)
        for name in file_names(title, marks_of(*so)).values()
    ]


# ------------------------------------------------------------------ what is said with a package: the mail, and the list of what was checked


_TEMPLATES = Path(__file__).parent / "templates"
_FIGURES = "package.toml"


class PackedFile(NamedTuple):
    """A file of the package: what it is, its size in bytes and its checksum."""

    name: str
    what: str
    size: int
    sha256: str


def _plain_grade(report: Report) -> str:
    """The grade for people outside, who know nothing of rounding and rules."""
    if report.status is Status.ERROR:
        count = report.number_of(Level.ERROR)
        found = f"，发现差错 {count} 处尚未改正" if count else "，各表数字尚不能全部对上"
        return f"各表之间、表与文字之间的数字已核对{found}。"
    if not any(count for _, count in report.executed or ()):
        return "各表数字没有核对。"
    if report.status is Status.ROUNDING:
        return "各表之间、表与文字之间的数字已核对，总数与分项之和有四舍五入造成的尾差，请留意。"
    return "各表之间、表与文字之间的数字已核对，全部相符（分项四舍五入的尾差除外）。"


def key_figures(standard: Standard, book: Book) -> list[tuple[str, str]]:
    """Title and amount with its unit, as the explanation prints it; none where none are named.

    Raises:
        StandardError: ``package.toml`` is wrong, or names what ``notes/facts.toml`` has not.
    """
    raw = standard_file(standard.layers, _FIGURES.removesuffix(".toml"))
    if raw is None:
        return []
    try:
        entries = raw.get("figure", ())
        wanted = [(str(entry["fact"]), str(entry["title"])) for entry in entries]
    except (KeyError, TypeError) as error:
        raise StandardError(f"标准文件“{_FIGURES}”的写法不对：{error}。") from error
    source = load_source(standard)
    known = evaluate_facts(standard, book, source).figures
    found = []
    for name, title in wanted:
        if name not in known:
            raise StandardError(f"标准文件“{_FIGURES}”提到的“{name}”不在notes/facts.toml中。")
        figure = known[name]
        unit = "" if figure.missing or figure.kind != "amount" else source.unit.name
        found.append((title, f"{figure.text}{unit}"))
    return found
