"""The published document of a book as plain values: what .docx, .pdf and web page are written from.

How its parts follow each other is said by the standard's ``disclosure.toml``.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import StandardError
from xlbudget.explaining.document import HEADING
from xlbudget.explaining.explain import document as generate
from xlbudget.explaining.source import TABLES, PartPlan, Plan, load_plan
from xlbudget.printed import PrintedTable
from xlbudget.publishing.tables import form_grids, table_grid, visible, visible_line
from xlbudget.sheets.layout import GLOSSARY, NOTES, is_form, place_book
from xlbudget.sheets.notes import notes_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.explaining.document import Document
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.workbook import Workbook


_SHEETS: Mapping[str, str] = MappingProxyType({"explanation": NOTES, "glossary": GLOSSARY})
"""The documents of ``notes/sections.toml`` that a workbook holds, and their sheets."""
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_TERM = re.compile(r"[^：。；]{1,80}：")


class Text(NamedTuple):
    """A paragraph; ``heading``: a heading within an item; ``term``: so many letters are a term."""

    text: str
    heading: bool = False
    term: int = 0


class Item(NamedTuple):
    """What one line of the contents leads to."""

    heading: str
    content: tuple[Text | PrintedTable, ...]

    @property
    def tables(self) -> list[PrintedTable]:
        """Its tables and forms."""
        return [one for one in self.content if isinstance(one, PrintedTable)]


class Part(NamedTuple):
    """A part: texts before its first item, then the items; ``holds`` is tables or a document."""

    heading: str
    holds: str
    lead: tuple[Text, ...]
    items: tuple[Item, ...]


class Disclosure(NamedTuple):
    """The whole document; ``day`` is the day of publication as printed, empty where unknown.

    ``remarks`` are what every reader must know of an unfinished one: they stand on every page.
    """

    title: str
    unit: str
    cover: str
    day: str
    year: int
    contents: str
    parts: tuple[Part, ...]
    remarks: tuple[str, ...] = ()

    @property
    def headings(self) -> Iterator[tuple[int, str]]:
        """Level (1, 2) and text of every line of the contents."""
        for part in self.parts:
            yield 1, part.heading
            for item in part.items:
                yield 2, item.heading

    @property
    def grids(self) -> Iterator[PrintedTable]:
        """All tables and forms."""
        for part in self.parts:
            for item in part.items:
                yield from item.tables

    @property
    def texts(self) -> Iterator[Text]:
        """All paragraphs outside the grids."""
        for part in self.parts:
            yield from part.lead
            for item in part.items:
                yield from (one for one in item.content if isinstance(one, Text))


# ------------------------------------------------------------------ the document of a book


def disclosure(
    standard: Standard, book: Book, final_texts: Mapping[str, Sequence[FinalText]] | None = None
) -> Disclosure:
    """The document with the figures of ``book``; texts not in ``final_texts`` are generated.

    Raises:
        StandardError: the standard does not say how the document is arranged.
        UnusableFileError: the book has more rows than its tables have room for.
    """
    plan = load_plan(standard)
    placed = place_book(standard, book)
    texts = final_texts or {}
    unit, year = visible_line(book.text("unit_name")), str(book.year)
    parts = []
    for number, one in enumerate(plan.parts, 1):
        title = one.title.replace("{year}", year)
        heading = plan.phrase("part", number, title=title)
        if one.holds == TABLES:
            items = tuple(_table_items(standard, placed, plan, unit))
            parts.append(Part(heading, one.holds, (), items))
        else:
            found = texts.get(one.holds)
            if found is None:
                found = _generated(generate(standard, book, one.holds))
            parts.append(_document_part(heading, one, found))
    words = {"{unit}": unit, "{year}": year}
    return Disclosure(
        title=_filled(standard, "book", words),
        unit=unit,
        cover=_filled(standard, "cover", words),
        day=_day(book.text("issued")),
        year=book.year,
        contents=plan.texts["contents"],
        parts=tuple(parts),
    )


def _filled(standard: Standard, name: str, words: dict[str, str]) -> str:
    if name not in standard.titles:
        raise StandardError(f"“standard.toml”的[title]缺少“{name}”。")
    text = standard.titles[name]
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def _day(text: str) -> str:
    """The day of publication: 2024-02-27 as 2024年2月27日, anything else as it was typed."""
    match = _DAY.fullmatch(text.strip())
    return f"{match[1]}年{int(match[2])}月{int(match[3])}日" if match else visible_line(text)


def _table_items(standard: Standard, placed: Book, plan: Plan, unit: str) -> Iterator[Item]:
    for number, table in enumerate(standard.tables, 1):
        heading = plan.phrase("table", number, title=visible_line(table.title))
        if is_form(table):
            yield Item(heading, tuple(form_grids(table, placed)))
        else:
            money = plan.phrase("money", money=table.blocks[0].unit.name)
            above = (plan.phrase("unit", unit=unit), money)
            yield Item(heading, (table_grid(standard, table, placed, above),))


def _document_part(heading: str, plan: PartPlan, found: Sequence[FinalText]) -> Part:
    """Headings of the first level begin the items; what stands before them leads the part."""
    lead: list[Text] = []
    items: list[tuple[str, list[Text]]] = []
    for one in found:
        lines = [line for line in visible(one.text).split("\n") if line]
        if one.level == 1 and lines:
            items.append((" ".join(lines), []))
            continue
        into = items[-1][1] if items else lead
        for line in lines:
            term = _TERM.match(line) if plan.terms else None
            into.append(Text(line, one.level > 1, term.end() if term else 0))
    return Part(
        heading,
        plan.holds,
        tuple(lead),
        tuple(Item(text, tuple(content)) for text, content in items),
    )


# ------------------------------------------------------------------ the texts as a workbook holds them


class FinalText(NamedTuple):
    """A paragraph: ``level`` 1 for a section's heading, 2 for one within it, 0 for text."""

    text: str
    level: int = 0


def final_paragraphs(
    source: Workbook, standard: Standard, book: Book
) -> dict[str, tuple[FinalText, ...]]:
    """By document: what the user wrote in 情况说明 and 名词解释 where he did, else what is generated.

    Raises:
        UnusableFileError: the workbook is unreadable.
    """
    sheets = source.lines_of(list(_SHEETS.values()))
    found: dict[str, tuple[FinalText, ...]] = {}
    for name, sheet in _SHEETS.items():
        fresh = generate(standard, book, name)
        levels = {paragraph.id: paragraph.level for paragraph in fresh.paragraphs}
        held = []
        for line in notes_lines(sheet, sheets.get(sheet, []), source.formulas(sheet)):
            if not line.published:
                continue
            # A heading that is not generated any more is a section's if its id has no point, as
            # long as it is not the user's own line.
            level = (1 if line.id and "." not in line.id else 2) if line.kind == HEADING else 0
            held.append(FinalText(line.published, levels.get(line.id, level)))
        found[name] = tuple(held) or _generated(fresh)
    return found


def _generated(document: Document) -> tuple[FinalText, ...]:
    return tuple(FinalText(paragraph.text, paragraph.level) for paragraph in document.paragraphs)
