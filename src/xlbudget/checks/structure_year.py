"""The budget year: what 基础信息 states, against typed titles and the headings of the explanation.

A title that is a formula follows 基础信息 and is no witness. The headings of the explanation are one,
generated or not: they were written for a year, and for its figures.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.characters import squash
from xlbudget.checks.follow import not_stale
from xlbudget.figures import InfoValue, Place
from xlbudget.findings import Finding, Level, Suggestion
from xlbudget.relations.grid import INFO

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

__all__ = ["Dated", "right_year"]

_YEAR = re.compile(r"(?<!\d)(20\d\d)年")
_KIND = "year"
_ENOUGH = 2
"""So many headings or titles must agree to speak against 基础信息."""


class Dated(NamedTuple):
    """The book with its right year, and what is wrong with years."""

    book: Book
    findings: tuple[Finding, ...] = ()


def right_year(
    standard: Standard, book: Book, computed: Callable[[], Collection[Place]] | None = None
) -> Dated:
    """Whether the year is wrong in 基础信息, or in single titles."""
    field = next((one for one in standard.fields.values() if one.kind == _KIND), None)
    stated = book.info.get(field.key) if field is not None else None
    if field is None or stated is None or str(book.year) not in str(stated.value):
        return Dated(book)
    said = Counter(_said(book))
    odd = [(place, year) for place, year in book.dated if year != book.year]
    if not odd and not (said and book.year not in said):
        return Dated(book)
    formulas = frozenset(computed()) if computed is not None else frozenset()
    typed = Counter(year for place, year in book.dated if place not in formulas)
    agreed = said or typed
    year, count = agreed.most_common(1)[0] if agreed else (book.year, 0)
    alone = len(agreed) == 1 and not typed[book.year] and not said[book.year]
    if year != book.year and alone and count >= _ENOUGH and set(typed) <= {year}:
        return _wrong(standard, book, field.key, stated, year, bool(said))
    return Dated(
        book, tuple(_title(standard, book, one, seen) for one, seen in odd if one not in formulas)
    )


def _said(book: Book) -> list[int]:
    """The years in the headings of the explanation."""
    return [
        int(match[1])
        for unit in book.texts
        if unit.heading and unit.part == "notes" and (match := _YEAR.search(squash(unit.text)))
    ]


def _code(standard: Standard) -> str:
    return next((one.code for one in standard.rules if one.check == "required_info"), "")


def _wrong(
    standard: Standard, book: Book, key: str, stated: InfoValue, year: int, said: bool
) -> Dated:
    label = standard.fields[key].label
    message = (
        f"基础信息“{label}”为{book.year}年，{'情况说明' if said else '各表标题'}写的却是{year}年；"
        f"填错了请改为{year}，如果确实是{book.year}年度的预算，请{'重新生成说明' if said else '改正标题'}。"
        f"本次按{year}年度校验。"
    )
    found = Finding(
        _code(standard), Level.ERROR, message, "基础信息", book.sheets.get(INFO, "基础信息"),
        stated.cell, key, printed=str(book.year), expected=str(year),
        suggestions=(Suggestion(str(year), "情况说明和标题的年度", 0.9),),
    )  # fmt: skip
    info = {**book.info, key: InfoValue(str(year), stated.cell)}
    # That the year was another when the texts were generated follows from this.
    fresh = not_stale(book, [Place(found.sheet, stated.cell)])
    return Dated(fresh._replace(year=year, info=info), (found,))


def _title(standard: Standard, book: Book, place: Place, year: int) -> Finding:
    key = next((key for key, sheet in book.sheets.items() if sheet == place.sheet), "")
    title = next((table.title for table in standard.tables if table.key == key), place.sheet)
    message = f"{title}{place.cell}写的是{year}年，预算年度为{book.year}年；请改正。"
    return Finding(
        _code(standard), Level.ERROR, message, title, place.sheet, place.cell,
        printed=str(year), expected=str(book.year),
        suggestions=(Suggestion(str(book.year), "与预算年度一致", 1.0),),
    )  # fmt: skip
