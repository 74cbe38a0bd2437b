"""The files that are mutated: small, of every kind that the program reads, most of them made from the repository's own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import exported_tables
from fuzz.archives import packed, parts_of
from ledgers import ledger_of, with_ledger
from xlbudget.editing.build import build_workbook
from xlbudget.editing.notes import plan_notes
from xlbudget.explaining.document import document_text
from xlbudget.explaining.explain import explain, glossary
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.published.docx import docx_elements
from xlbudget.importing.published.elements import Matrix
from xlbudget.publishing.package import Wish, make_package
from xlbudget.standard.loader import load_standard
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

Material = dict[str, bytes]
"""Files by their names inside the folder of a run."""

TESTS = Path(__file__).parents[1]
BASE = TESTS / "rules" / "base"
_EXPORTS = TESTS / "cases" / "ledger-exports"
_SEEDS = Path(__file__).parent / "seeds"
BOOK, MACROS, LEDGER, BLANK = "某局 预算.xlsx", "某局 带宏.xlsm", "某局 底稿.xlsx", "某局 空白.xlsx"
NEXT = "某局 下年.xlsx"
DATA = "数据"
ANSWERS = "home/.xlbudget/明细的对应.json"
_ROW = re.compile(r"<row r=\"(\d+)\"[^>]*?(?:/>|>.*?</row>)", re.DOTALL)
_TYPED = re.compile(r"<c r=\"[A-Z]+\d+\"[^>]*>(?:<v>|<is>)")
_MAIL = """\
host = "localhost"
port = 2525
user = "yusuan"
sender = "预算科 <yusuan@example.cn>"
tls = "starttls"
"""
_KEPT = {
    "项目|金额": {"金额单位": "元", "资金年度": "当年预算"},
    "科目编码|合计": {"项目": "新项目"},
}


def small(data: bytes) -> bytes:
    """A workbook without its blank rows for further lines, as when somebody has deleted them."""
    parts = parts_of(data)
    for name, content in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            rows = list(_ROW.finditer(content.decode()))
            last = max((int(row[1]) for row in rows if _TYPED.search(row[0])), default=0)
            text = content.decode()
            for row in reversed(rows):
                if int(row[1]) > last + 2:
                    text = text[: row.start()] + text[row.end() :]
            parts[name] = text.encode()
    return packed(parts)


def material() -> dict[str, Material]:
    """All of it by name: mostly one file, for a data folder all of its files."""
    standard = load_standard("changchun")
    book = read_folder(BASE, standard)
    files: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files |= _workbooks(folder, standard, book)
        files |= _published(folder, standard, book)
    files |= {path.name: path.read_bytes() for path in _SEEDS.iterdir()}
    files |= {path.name: path.read_bytes() for path in _EXPORTS.iterdir() if path.suffix != ".md"}
    subjects = TESTS / "cases" / "culture-bureau" / "functional-subjects.csv"
    files |= {"科目.csv": subjects.read_bytes(), "邮件.toml": _MAIL.encode()}
    files[ANSWERS] = json.dumps(_KEPT, ensure_ascii=False).encode()
    whole: dict[str, Material] = {name: {name: data} for name, data in files.items()}
    whole[DATA] = {f"{DATA}/{path.name}": path.read_bytes() for path in sorted(BASE.iterdir())}
    return whole


def _workbooks(folder: Path, standard: Standard, book: Book) -> dict[str, bytes]:
    built = folder / "a.xlsx"
    build_workbook(standard, book, built, year=book.year)
    opened = Workbook(built)
    plan = plan_notes(opened, explain(standard, book), glossary(standard, book))
    opened.patch(folder / BOOK, plan.edits)
    build_workbook(standard, book, folder / MACROS, year=book.year)
    ledger = ledger_of(standard, TESTS / "rules" / "base-ledger.csv")
    by_ledger = with_ledger(standard, book, ledger)
    build_workbook(standard, by_ledger, folder / LEDGER, year=book.year)
    build_workbook(standard, book._replace(blocks={}), folder / BLANK, year=book.year)
    info = {key: value for key, value in book.info.items() if key != "year"}
    later = book._replace(year=book.year + 1, info=info)
    build_workbook(standard, later, folder / NEXT, year=later.year)
    exported = folder / "导出的表.xlsx"
    exported_tables.write(exported, standard, book, exported_tables.Shape(year=book.year))
    made = {
        name: small((folder / name).read_bytes()) for name in (BOOK, MACROS, LEDGER, BLANK, NEXT)
    }
    return {**made, exported.name: exported.read_bytes()}


def _published(folder: Path, standard: Standard, book: Book) -> dict[str, bytes]:
    """The published text as .docx, web page, and the text that is copied from it."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
    ):
        package = make_package(folder / BOOK, folder / "打包", Wish(pdf=False, draft=True))
    found = {path.suffix: path for path in package.folder.iterdir() if "－" not in path.name}
    pieces = []
    for element in docx_elements(found[".docx"]):
        if isinstance(element, Matrix):
            pieces += [
                "\t".join(cell.replace("\n", " ") for cell in line) for line in element.lines
            ]
        else:
            pieces.append(element.text)
    notes = document_text(explain(standard, book))
    return {
        "公开文本.docx": found[".docx"].read_bytes(),
        "公开文本.html": found[".html"].read_bytes(),
        "公开文本.txt": "\n\n".join(pieces).encode(),
        "情况说明.md": notes.encode(),
    }
