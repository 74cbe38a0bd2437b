"""The published document of a book: cover, contents, 部门概况, tables, explanation, glossary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.errors import StandardError
from xlbudget.exchange.disclosure.forms import form_grids
from xlbudget.exchange.disclosure.model import Disclosure, Item, Part, Text, visible, visible_line
from xlbudget.exchange.disclosure.plan import TABLES, load_plan
from xlbudget.exchange.disclosure.tables import table_grid
from xlbudget.exchange.disclosure.texts import final_paragraphs, generated_texts
from xlbudget.workbook.layout import is_form, place_book

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.exchange.disclosure.plan import PartPlan, Plan
    from xlbudget.exchange.disclosure.texts import FinalText, FinalTexts
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

__all__ = ["disclosure", "final_paragraphs"]

_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_TERM = re.compile(r"[^：。；]{1,80}：")


def disclosure(standard: Standard, book: Book, final_texts: FinalTexts | None = None) -> Disclosure:
    """The document with the figures of ``book``; texts not in ``final_texts`` are generated.

    Raises:
        StandardError: the standard does not say how the document is arranged.
        UnusableFileError: the book has more rows than its tables have room for.
    """
    plan = load_plan(standard)
    placed = place_book(standard, book)
    texts = final_texts.documents if final_texts is not None else {}
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
            found = generated_texts(standard, book, one.holds) if found is None else found
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
