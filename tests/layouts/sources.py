"""What the documents are made from: books whose figures are known, each in its plain document."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from layouts.measure import Base, findings_of
from layouts.model import (
    ABOVE,
    CONTENTS,
    COVER,
    ITEM,
    NOTE,
    PART,
    RUNNING,
    TEXT,
    TITLE,
    Cell,
    Grid,
    Paragraph,
    document_of,
)
from texts.text_books import culture_bureau
from xlbudget.importing.data_folder import read_folder
from xlbudget.importing.published.document import read_published
from xlbudget.importing.published.validate import validate_published
from xlbudget.publishing.disclosure import disclosure
from xlbudget.publishing.docx import docx_bytes
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from layouts.model import Block, Document
    from xlbudget.figures import Book
    from xlbudget.publishing.disclosure import Disclosure
    from xlbudget.standard.model import Standard

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "changchun-gov-office-2024"
REFERENCE = EXAMPLE / "公开文本.txt"
_AMOUNT = re.compile(r"-?[\d,]+\.\d\d")
_CODE = re.compile(r"\d{3}(\d\d){0,2}")


class Source(NamedTuple):
    """A book, its document as blocks, and what is read and found in the plainest file of it."""

    name: str
    document: Document
    base: Base
    made: Disclosure | None = None


@cache
def source(name: str, folder: Path) -> Source:
    """The source of that name: reference, example, culture, or a folder of tests/departments."""
    standard = load_standard("changchun")
    if name == "reference":
        return _reference(standard)
    if name == "culture":
        standard, book = culture_bureau(standard)
    else:
        place = EXAMPLE if name == "example" else ROOT / "tests" / "departments" / name
        book = read_folder(place, standard)
    made = disclosure(standard, book)
    plain = folder / f"{name}.docx"
    plain.write_bytes(docx_bytes(made))
    return Source(name, document_of(made), _base(plain, standard, book), made)


def _base(plain: Path, standard: Standard, book: Book) -> Base:
    """What is found in a plain document of the book."""
    report = validate_published(plain, standard)
    imported = read_published(plain, standard)
    return Base(standard, book, findings_of(report), len(imported.texts))


def _reference(standard: Standard) -> Source:
    """The published text itself; its figures are those that it is read with, mistakes included."""
    book = read_published(REFERENCE, standard).book
    return Source("reference", text_blocks(REFERENCE), _base(REFERENCE, standard, book))


# ------------------------------------------------------------------ a text as blocks


def text_blocks(path: Path) -> Document:
    """The lines of a text, with the roles that their words tell; rows between tabs are tables."""
    found: list[Block] = []
    rows: list[list[str]] = []
    state = _State()
    for raw in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if "\t" in raw:
            rows.append([cell.strip() for cell in raw.split("\t")])
            continue
        if rows:
            found.append(_grid(rows, state.title))
            rows = []
        text = raw.strip().removeprefix("- ")
        if text:
            found.append(state.paragraph(text))
    return tuple(found)


class _State:
    """Where in the text a line stands."""

    def __init__(self) -> None:
        self.role = COVER
        self.part = self.title = self.item = ""

    def paragraph(self, text: str) -> Paragraph:
        """The line with its role."""
        plain = text.replace(" ", "")
        if plain == "目录":
            self.role = CONTENTS
            return Paragraph(CONTENTS, text)
        if self.role == CONTENTS and plain.endswith("部门预算") and "部分" not in plain:
            self.role = TEXT
            return Paragraph(RUNNING, text)
        if self.role in (CONTENTS, COVER):
            return Paragraph(self.role, text, level=1 if text.startswith("第") else 2)
        if re.match(r"第[一二三四]部分", plain):
            self.part = plain
            return Paragraph(PART, text)
        item = re.match(r"[一二三四五六七八九十]+、(.*)", text)
        if item and "名词解释" not in self.part:
            self.item = item[1]
            return Paragraph(ITEM, text)
        if plain.endswith("表") and plain == self.item.replace(" ", ""):
            self.title = text
            return Paragraph(TITLE, text)
        if plain.startswith(("预算单位", "单位：")):
            return Paragraph(ABOVE, text)
        return Paragraph(NOTE if plain.startswith("注") else TEXT, text)


def _grid(rows: list[list[str]], title: str) -> Grid:
    width = max(map(len, rows))
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    with_amounts = [at for at, row in enumerate(full) if any(map(_AMOUNT.fullmatch, row))]
    form = "绩效" in title
    head = with_amounts[0] if with_amounts else len(full)
    body = full[head:]
    first = min(
        (row.index(cell) for row in body for cell in row if _AMOUNT.fullmatch(cell)), default=width
    )
    told = {
        at for row in body for at, cell in enumerate(row) if cell and not _AMOUNT.fullmatch(cell)
    }
    kinds = ["amount" if at >= first and at not in told else "" for at in range(width)]

    def cell(line: int, at: int, text: str) -> Cell:
        if line < head or form:
            return Cell(text, "heading")
        if _CODE.fullmatch(text) and not at:
            return Cell(text, "code")
        return Cell(text, kinds[at] or "name")

    cells = tuple(
        tuple(cell(line, at, text) for at, text in enumerate(row)) for line, row in enumerate(full)
    )
    return Grid(title, "form" if form else "table", 0 if form else head, cells, width)
