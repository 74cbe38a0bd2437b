"""The published document of a book as plain values: what .docx, .pdf and web page are written from.

How its parts follow each other is said by the standard's ``disclosure.toml``.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import StandardError
from xlbudget.exchange.disclosure.tables import form_grids, table_grid, visible, visible_line
from xlbudget.notes.document import HEADING
from xlbudget.notes.explain import document as generate
from xlbudget.notes.source import load_source
from xlbudget.notes.wording import ordinal
from xlbudget.printed import PrintedTable
from xlbudget.standard.loader import parse_files
from xlbudget.workbook.layout import (
    GLOSSARY,
    NOTES,
    is_form,
    place_book,
)
from xlbudget.workbook.notes_sheet import notes_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlbudget.figures import Book
    from xlbudget.notes.document import Document
    from xlbudget.standard.model import Standard
    from xlbudget.xlsx.workbook import Workbook

__all__ = [
    "Disclosure",
    "FinalText",
    "Item",
    "Part",
    "Plan",
    "Text",
    "disclosure",
    "final_paragraphs",
    "load_plan",
]

_TABLES = "tables"
"""The part that holds the tables; any other is a document of ``notes/sections.toml``."""
_FILE = "disclosure"
_PHRASES = ("contents", "part", "table", "unit", "money")
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
                yield from (one for one in item.content if isinstance(one, PrintedTable))

    @property
    def texts(self) -> Iterator[Text]:
        """All paragraphs outside the grids."""
        for part in self.parts:
            yield from part.lead
            for item in part.items:
                yield from (one for one in item.content if isinstance(one, Text))

    def unfinished(self, mark: str = "【待填") -> list[str]:
        """The paragraphs in which something is still to be filled in."""
        return [one.text for one in self.texts if mark in one.text]


# ------------------------------------------------------------------ how a standard arranges it


class _PartPlan(NamedTuple):
    """A part: its title (``{year}`` filled in later), what it holds, and whether terms stand out."""

    title: str
    holds: str
    terms: bool


class Plan(NamedTuple):
    """The parts in their order, and the set phrases by name."""

    parts: tuple[_PartPlan, ...]
    texts: Mapping[str, str]

    def phrase(self, name: str, number: int = 0, **words: str) -> str:
        """A set phrase with its words filled in; ``number`` gives ``{ordinal}``."""
        text = self.texts[name].replace("{ordinal}", ordinal(number))
        for key, word in words.items():
            text = text.replace(f"{{{key}}}", word)
        return text


def load_plan(standard: Standard) -> Plan:
    """What the standard says.

    Raises:
        StandardError: the file is missing, or does not fit the standard's parts.
    """
    shown = f"{_FILE}.toml"
    raw = parse_files(standard.folder).get(_FILE)
    if raw is None:
        raise StandardError(f"标准缺少文件“{shown}”，不能编排公开文本。")
    texts, entries = raw.get("text", {}), raw.get("part", [])
    missing = [name for name in _PHRASES if not isinstance(texts.get(name), str)]
    if missing:
        raise StandardError(f"“{shown}”的[text]缺少：{'、'.join(missing)}。")
    held = [entry.get("holds") for entry in entries]
    if len(held) != len(standard.parts) or not all(isinstance(one, str) for one in held):
        raise StandardError(
            f"“{shown}”应有{len(standard.parts)}个[[part]]，各用 holds 说明放什么，"
            "次序与“standard.toml”相同。"
        )
    known = load_source(standard).sections
    unknown = [one for one in held if one != _TABLES and one not in known]
    if unknown:
        raise StandardError(f'“{shown}”的 holds = "{unknown[0]}" 不在“notes/sections.toml”中。')
    parts = tuple(
        _PartPlan(title, entry["holds"], bool(entry.get("terms", False)))
        for title, entry in zip(standard.parts, entries, strict=True)
    )
    return Plan(parts, {name: texts[name] for name in _PHRASES})


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
        if one.holds == _TABLES:
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


def _document_part(heading: str, plan: _PartPlan, found: Sequence[FinalText]) -> Part:
    """Headings of the first level begin the items; what stands before them leads the part."""
    lead: list[Text] = []
    items: list[tuple[str, list[Text]]] = []
    for one in found:
        lines = [line for line in visible(one.text).split("\n") if line]
        if one.level == 1 and lines:
            items.append((" ".join(lines), []))
            continue
        into = items[-1][1] if items else lead
        into += [Text(line, one.level > 1, _term(line) if plan.terms else 0) for line in lines]
    return Part(
        heading,
        plan.holds,
        tuple(lead),
        tuple(Item(text, tuple(content)) for text, content in items),
    )


def _term(text: str) -> int:
    """How many letters lead up to the explanation."""
    match = _TERM.match(text)
    return match.end() if match else 0


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
        levels = {each.id: each.level for each in fresh.paragraphs}
        held = []
        for one in notes_lines(sheet, sheets.get(sheet, []), source.formulas(sheet)):
            if not one.published:
                continue
            # A heading that is not generated any more is a section's if its id has no point, as
            # long as it is not the user's own line.
            level = (1 if one.id and "." not in one.id else 2) if one.kind == HEADING else 0
            held.append(FinalText(one.published, levels.get(one.id, level)))
        found[name] = tuple(held) or _generated(fresh)
    return found


def _generated(document: Document) -> tuple[FinalText, ...]:
    return tuple(FinalText(one.text, one.level) for one in document.paragraphs)
