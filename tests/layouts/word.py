"""A document by python-docx, in the ways in which people set it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt

from layouts.model import COVER, HIDDEN, ITEM, PART, RUNNING, TITLE, Grid, Paragraph
from layouts.templating import filled

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document as Word
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph as WordParagraph

    from layouts.model import Document


def write_word(document: Document, path: Path, **marks: Any) -> None:
    """A .docx.

    ``footer``: its text, with {page} for the number; ``header``: the running title on every page.
    ``borderless``: tables without lines. ``tables``: plain, nested (each in a cell), boxed (in a text box).
    ``leaf``: the whole in one layout table. ``tabs``: contents with leader tabs. ``revised``: an earlier
    wording of sentences as tracked deletions. ``split``: texts in many runs. ``pages``: items on new pages.
    """
    word = docx.Document()
    _pages(word, document, marks)
    numbers = _Numbers(word)
    whole = word.add_table(1, 1).cell(0, 0) if marks.get("leaf") else None
    into = word if whole is None else whole
    for block in document:
        if isinstance(block, Grid):
            _place(word, into, block, marks)
        elif block.text or block.right:
            _paragraph(into.add_paragraph(), block, numbers, marks)
    word.save(str(path))


def _pages(word: Word, document: Document, marks: dict[str, Any]) -> None:
    section = word.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = Pt(40)
    style = word.styles["Normal"]
    style.font.size = Pt(10.5)
    style.font.name = "Noto Sans CJK SC"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Sans CJK SC")
    title = next((b.text for b in document if isinstance(b, Paragraph) and b.role == RUNNING), "")
    if marks.get("header"):
        section.header.paragraphs[0].text = title
    if marks.get("footer"):
        before, _, after = marks["footer"].partition("{page}")
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        footer.add_run(before)
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        field.append(OxmlElement("w:r"))
        footer._p.append(field)
        footer.add_run(after)


def _paragraph(
    made: WordParagraph, block: Paragraph, numbers: _Numbers, marks: dict[str, Any]
) -> None:
    text, _, page = block.text.partition("\t")
    run = made.add_run(text)
    if page:
        stop = Pt(700)
        leader = WD_TAB_LEADER.DOTS if marks.get("tabs") == "dots" else WD_TAB_LEADER.SPACES
        made.paragraph_format.tab_stops.add_tab_stop(stop, WD_TAB_ALIGNMENT.RIGHT, leader)
        made.add_run().add_tab()
        made.add_run(page)
    if block.right:
        made.paragraph_format.tab_stops.add_tab_stop(Pt(700), WD_TAB_ALIGNMENT.RIGHT)
        made.add_run().add_tab()
        made.add_run(block.right)
    if block.role == HIDDEN:
        run.font.hidden = True
    if block.role in (PART, ITEM) and marks.get("styles", True):
        made.style = f"Heading {1 if block.role == PART else 2}"
        made.paragraph_format.page_break_before = bool(marks.get("pages")) and block.role == ITEM
    if block.role in (COVER, TITLE):
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if block.number:
        numbers.number(made, block.role)
    if marks.get("revised") and block.role == "text" and len(block.text) > len("某某局2024年。"):
        _revised(made, text)
    if marks.get("split"):
        _split(made, text)


def _revised(made: WordParagraph, text: str) -> None:
    """The paragraph's last figure was another one before, deleted under tracking."""
    deleted = OxmlElement("w:del")
    deleted.set(qn("w:id"), "1")
    deleted.set(qn("w:author"), "编辑")
    run = OxmlElement("w:r")
    gone = OxmlElement("w:delText")
    gone.text = "2023年总支出9,999.99万元。"
    run.append(gone)
    deleted.append(run)
    made._p.append(deleted)
    inserted = OxmlElement("w:ins")
    inserted.set(qn("w:id"), "2")
    inserted.set(qn("w:author"), "编辑")
    for one in list(made._p.iter(qn("w:r")))[:1]:
        if len(text) > len("某某"):
            made._p.replace(one, inserted)
            inserted.append(one)


def _split(made: WordParagraph, text: str) -> None:
    """The text in many runs, as spelling marks and changes of fonts leave it."""
    if len(made.runs) == 1:
        made.runs[0].text = text[:3]
        for at in range(3, len(text), 3):
            made.add_run(text[at : at + 3]).bold = at % 2 == 0


def _place(word: Word, into: Word | _Cell, grid: Grid, marks: dict[str, Any]) -> None:
    """The table where the layout puts it."""
    way = marks.get("tables", "plain")
    if way == "nested":
        outer = _new_table(into, 1, 1)
        _fill(_new_table(outer.cell(0, 0), len(grid.rows), grid.width), grid, marks)
    elif way == "boxed" and grid.kind == "table" and grid.width <= marks.get("box_width", 8):
        table = _new_table(word, len(grid.rows), grid.width)
        _fill(table, grid, marks)
        _box(word, table)
    else:
        _fill(_new_table(into, len(grid.rows), grid.width), grid, marks)
    into.add_paragraph()


def _new_table(into: Word | _Cell, rows: int, columns: int) -> Table:
    return into.add_table(rows, columns)


def _fill(table: Table, grid: Grid, marks: dict[str, Any]) -> None:
    table.style = "Normal Table" if marks.get("borderless") else "Table Grid"
    table.autofit = True
    size = Pt(marks.get("size", 7))
    for line, row in enumerate(grid.laid_out()):
        for at, cell in enumerate(row):
            if cell is None:
                continue
            spot = table.cell(line, at)
            if cell.columns > 1 or cell.rows > 1:
                last = table.cell(line + cell.rows - 1, at + cell.columns - 1)
                spot = spot.merge(last)
            spot.text = cell.text
            paragraph = spot.paragraphs[0]
            for run in paragraph.runs:
                run.font.size = size
            if cell.kind == "amount":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for line in grid.hidden:
        for gone in table.rows[line].cells:
            for run in gone.paragraphs[0].runs:
                run.font.hidden = True
        properties = table.rows[line]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:hidden"))
    if marks.get("heading_rows"):
        for row in list(table.rows)[: grid.head]:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _box(word: Word, table: Table) -> None:
    """The table in a text box."""
    paragraph = word.add_paragraph()
    shape = parse_xml(filled("textbox.xml.j2"))
    paragraph.add_run()._r.append(shape)
    content = next(shape.iter(qn("w:txbxContent")))
    content.insert(0, table._tbl)


class _Numbers:
    """List numbers of headings: 第一部分 and 一、, which begin anew in every part."""

    def __init__(self, word: Word) -> None:
        self.word = word
        self.made = ""
        self.parts = 0

    def number(self, made: WordParagraph, role: str) -> None:
        """Number a heading of a part or an item."""
        if not self.made:
            self.made = self._definition()
        properties = made._p.get_or_add_pPr()
        number = OxmlElement("w:numPr")
        level, identity = OxmlElement("w:ilvl"), OxmlElement("w:numId")
        level.set(qn("w:val"), "0" if role == PART else "1")
        identity.set(qn("w:val"), self.made)
        number.append(level)
        number.append(identity)
        properties.append(number)

    def _definition(self) -> str:
        """An abstract list of two levels and a list of it; gives the list's id."""
        numbering = self.word.part.numbering_part.element
        abstract = parse_xml(filled("numbering.xml.j2"))
        numbering.insert(0, abstract)
        return str(numbering.add_num(90).numId)
