"""Budgets made up from a standard alone: what its tables, texts and workbook are tried on.

The figures are no real ones, and agree only where one follows from the other.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.explaining.facts import evaluate_facts
from xlbudget.explaining.source import compared_fields, load_source
from xlbudget.figures import BlockData, InfoValue, Office, Profile, Row
from xlbudget.importing.imported import blank_book
from xlbudget.money import COUNT, Amount
from xlbudget.rules.fill import complete_rows, fill_book
from xlbudget.rules.forms import with_forms
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import definitions, expand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlbudget.figures import Book
    from xlbudget.standard.model import Block, Field, Standard

_UNIT = "示例单位"
_GROUP, _ITEM = "示例一级项目", "示例二级项目"
_SUBJECTS = 3
"""So many classes, each with one subject of the lowest level, are in every table of subjects."""
_STEP = 1_000_00
"""By so much 分 in the unit of the table's smallest amounts the figures grow."""


FALLEN = "比上年减少的"
"""The budget whose texts say most: everything is filled in and less than last year."""


class Choice(NamedTuple):
    """What of a standard is tried: a year, and what some fields of 基础信息 say; the others say their defaults."""

    year: int
    fields: Mapping[str, str] = {}


def usual(standard: Standard) -> Choice:
    """The year of the blank template, and the defaults."""
    return Choice(standard.template_year)


def sample_books(standard: Standard, choice: Choice) -> Iterator[tuple[str, Book]]:
    """Budgets that differ in what their texts must say, each with what it is.

    Raises:
        StandardError: the standard's facts are wrong.
    """
    empty = blank_book(standard, choice.year)
    yield "没有一个数的", empty._replace(info={**empty.info, **_chosen(standard, choice)})
    bare = filled_book(standard, choice)
    yield "没有填基础信息的", bare
    told = _told(standard, bare, choice)
    fields = compared_fields(load_source(standard))
    now = {
        field: facts.value(expr).amount
        for facts in [evaluate_facts(standard, told, load_source(standard))]
        for field, expr in fields.items()
    }
    for name, times, more in (
        (FALLEN, 2, 10_000),
        ("与上年相同的", 1, 0),
        ("上年没有的", 0, 0),
    ):
        last = {
            field: InfoValue(amount._replace(fen=amount.fen * times + more))
            for field, amount in now.items()
            if amount is not None
        }
        yield name, told._replace(info={**told.info, **last})


def filled_book(standard: Standard, choice: Choice) -> Book:
    """A budget with a figure in every cell that is typed, the others derived; 基础信息 has the name and the choices."""
    book = blank_book(standard, choice.year)
    blocks = {
        key: BlockData.of(list(_rows(standard, block, choice.year)))
        for key, block in standard.blocks.items()
    }
    info = _chosen(standard, choice)
    book = complete_rows(standard, with_forms(standard, book._replace(blocks=blocks, info=info)))
    grid = Grid(standard, book)
    derived = definitions(expand(grid, assume=True).relations)
    sizes = count(1)
    printed = _printed(standard, book)
    cells = list(grid.cells)
    for number in range(len(cells)):
        spot = grid.spot(number)
        if number not in derived and spot.block != INFO:
            block = standard.blocks[spot.block]
            if block.body != "form" or block.amounts[spot.column] in printed.get(spot.row.key, ()):
                cells[number] = _amount(block, next(sizes))
    return fill_book(standard, grid.as_book(cells)).book


def _printed(standard: Standard, book: Book) -> dict[str, set[str]]:
    """The fields that the form of each project has."""
    forms = {form.key: form for table in standard.tables for form in table.forms}
    return {
        data.name: {cell.field for line in forms[data.form].lines for cell in line.cells}
        for data in book.forms
    }


def _amount(block: Block, size: int) -> Amount:
    return Amount(block.unit.fen * (10 + size % 90), block.unit)


def _chosen(standard: Standard, choice: Choice) -> dict[str, InfoValue]:
    """The fields that choose: those with choices, and what the ledger is switched by."""
    ledger = standard.ledger
    chosen = {
        field.key: field.default
        for field in standard.fields.values()
        if field.default and field.choices
    }
    if ledger is not None:
        chosen[ledger.switch_field] = ledger.by_hand
    named = {"unit_name": _UNIT, "standard": standard.id}
    return {key: InfoValue(text) for key, text in {**chosen, **named, **choice.fields}.items()}


def _rows(standard: Standard, block: Block, year: int) -> Iterator[Row]:
    blank = (None,) * len(block.amounts)
    texts = ("",) * len(block.of_kind("text"))
    if block.body == "fixed":
        yield from (
            Row(spec.key, "fixed", spec.label, blank, texts) for spec in block.rows if not spec.slot
        )
    elif block.body == "unit":
        yield Row(_UNIT, "unit", _UNIT, blank, texts)
    elif block.body == "project":
        group = f"group:{_GROUP}"
        yield Row(group, "group", _GROUP, blank, texts)
        yield Row(_ITEM, "item", _ITEM, blank, texts, parent=group)
    elif block.body == "subject":
        listed = standard.subjects[block.subjects]
        for code in _leaves(standard, block.subjects, year):
            found = listed.find(code, year)
            yield Row(code, "subject", found.name if found else "", blank, texts)


def _leaves(standard: Standard, key: str, year: int) -> list[str]:
    """One subject of the lowest level that the list has, of each of the first classes."""
    listed = standard.subjects[key]
    found: dict[str, str] = {}
    for length in reversed(listed.lengths):
        for subject in listed.subjects:
            if len(subject.code) == length and subject.valid(year):
                found.setdefault(subject.code[: listed.lengths[0]], subject.code)
    return [found[top] for top in sorted(found)[:_SUBJECTS]]


def _told(standard: Standard, book: Book, choice: Choice) -> Book:
    """The book with 基础信息, lists and profile filled in."""
    info = {
        key: _info(field, choice.year)
        for key, field in standard.fields.items()
        if field.summed != "limit"
    }
    info |= _chosen(standard, choice)
    names = [
        row.key
        for data in book.blocks.values()
        for row in data.rows
        if row.kind in ("subject", "class")
    ]
    labels = [row.label for data in book.blocks.values() for row in data.rows if row.label]
    keyed = {
        one.key: dict.fromkeys(
            dict.fromkeys([*names, *labels][: one.room]),
            one.choices[0] if one.choices else "示例用途",
        )
        for one in standard.keyed
    }
    profile = Profile(("承担示例工作。",), "", (Office("示例处", "负责示例工作。"),), (_UNIT,))
    return book._replace(info=info, keyed=keyed, profile=profile)


def _info(field: Field, year: int) -> InfoValue:
    if field.kind == "amount":
        return InfoValue(Amount(_STEP))
    if field.kind == "count":
        return InfoValue(Amount(3, COUNT, 0))
    if field.kind == "choice":
        return InfoValue(field.default or field.choices[0])
    if field.kind == "year":
        return InfoValue(str(year))
    if field.kind == "date":
        return InfoValue(f"{year}-02-01")
    return InfoValue(field.default or f"示例{field.label}")
