"""The cases of cases.toml: damage the example, read what validation says."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xlbudget.checks.identities import holds
from xlbudget.checks.personal import CHECKED
from xlbudget.checks.validate import validate
from xlbudget.errors import AmountError
from xlbudget.figures import BlockData, Unreadable
from xlbudget.findings import Level
from xlbudget.money import COUNT, Amount, parse_amount
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import expand
from xlbudget.standard.roles import LEDGER_CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.figures import Book, Cell, Row
    from xlbudget.findings import Finding, Report
    from xlbudget.money import Unit
    from xlbudget.standard.model import Standard

CASES = tomllib.loads((Path(__file__).parent / "cases.toml").read_text(encoding="utf-8"))["case"]


def _cell(text: str, unit: Unit) -> Cell:
    try:
        return parse_amount(text, unit)
    except AmountError:
        return Unreadable(text)


def _find(standard: Standard, book: Book, title: str, row: str) -> tuple[str, int]:
    """Block key and position of a row, by its code, label or 合计."""
    table = next(one for one in standard.tables if one.title == title)
    for block in table.blocks:
        for position, found in enumerate(book.blocks[block.key].rows):
            if row in (found.key, found.label):
                return block.key, position
    raise AssertionError(f"{title}没有“{row}”行")


def _with_row(book: Book, block: str, position: int, row: Row | None) -> Book:
    data = book.blocks[block]
    rows = [*data.rows[:position], *([row] if row else []), *data.rows[position + 1 :]]
    return book.with_blocks({block: BlockData.of(rows, data.letters)})


def _column(standard: Standard, book: Book, key: str, heading: str, group: str) -> int:
    columns = (one for one in standard.blocks[key].columns if one.kind == "amount")
    headings = [column.heading(book.year) for column in columns]
    return next(
        index
        for index, path in enumerate(headings)
        if path[-1] == heading and (not group or path[0] == group)
    )


def _sideways(standard: Standard, book: Book, move: list[Any], group: str) -> Book:
    """The figures of a row, from a column on, ``steps`` columns to the right (left, if negative)."""
    title, name, heading, steps = move
    key, position = _find(standard, book, title, name)
    first = _column(standard, book, key, heading, group)
    row = book.blocks[key].rows[position]
    kept: list[Cell] = [*row.cells[:first], *([None] * (len(row.cells) - first))]
    for column, cell in enumerate(row.cells[first:], first):
        if cell is not None:
            kept[column + steps] = cell
    return _with_row(book, key, position, row._replace(cells=tuple(kept)))


def _lines(standard: Standard, book: Book, move: list[Any]) -> Book:
    """The figures of the rows from one to another a line lower, or higher."""
    title, one, other, way = move
    key, first = _find(standard, book, title, one)
    _, last = _find(standard, book, title, other)
    rows = book.blocks[key].rows
    blank: tuple[Cell, ...] = (None,) * len(rows[first].cells)
    figures = [row.cells for row in rows[first : last + 1]]
    moved = [blank, *figures[:-1]] if way == "下" else [*figures[1:], blank]
    for at, cells in enumerate(moved, first):
        book = _with_row(book, key, at, rows[at]._replace(cells=cells))
    return book


def _times(cell: Cell, factor: int) -> Cell:
    return cell._replace(fen=cell.fen * factor) if isinstance(cell, Amount) else cell


def _edit(standard: Standard, book: Book, edit: list[str], group: str) -> Book:
    title, name, heading, text = edit
    key, position = _find(standard, book, title, name)
    block = standard.blocks[key]
    column = _column(standard, book, key, heading, group)
    row = book.blocks[key].rows[position]
    cells = list(row.cells)
    cells[column] = _cell(text, block.unit)
    return _with_row(book, key, position, row._replace(cells=tuple(cells)))


def damaged(standard: Standard, book: Book, case: dict[str, Any]) -> Book:
    """The book with a case's changes."""
    for edit in case.get("edits", ()):
        book = _edit(standard, book, edit, case.get("column_group", ""))
    for field, change in (("codes", "key"), ("names", "label")):
        for title, name, text in case.get(field, ()):
            key, position = _find(standard, book, title, name)
            row = book.blocks[key].rows[position]._replace(**{change: text})
            book = _with_row(book, key, position, row)
    for title, name in case.get("drop", ()):
        book = _with_row(book, *_find(standard, book, title, name), None)
    for title, one, other in case.get("swap", ()):
        key, first = _find(standard, book, title, one)
        _, second = _find(standard, book, title, other)
        rows = book.blocks[key].rows
        book = _with_row(book, key, first, rows[second])
        book = _with_row(book, key, second, rows[first])
    for move in case.get("sideways", ()):
        book = _sideways(standard, book, move, case.get("column_group", ""))
    for move in case.get("lines", ()):
        book = _lines(standard, book, move)
    for title, one, other in case.get("exchange", ()):
        key, first = _find(standard, book, title, one)
        _, second = _find(standard, book, title, other)
        rows = book.blocks[key].rows
        book = _with_row(book, key, first, rows[first]._replace(cells=rows[second].cells))
        book = _with_row(book, key, second, rows[second]._replace(cells=rows[first].cells))
    tables = {table.title: table for table in standard.tables}
    for title, factor in case.get("times", ()):
        for block in tables[title].blocks:
            data = book.blocks[block.key]
            times = [
                row._replace(cells=tuple(_times(one, factor) for one in row.cells))
                for row in data.rows
            ]
            book = book.with_blocks({block.key: BlockData.of(times, data.letters)})
    for title, text in case.get("notes", ()):
        book = book._replace(notes={**book.notes, tables[title].key: (text,) if text else ()})
    for key, text in case.get("info", ()):
        unit = COUNT if standard.fields[key].kind == "count" else standard.unit
        book = book._replace(
            info={**book.info, key: book.info[key]._replace(value=_cell(text, unit))}
        )
    for project, third, column, text in case.get("indicators", ()):
        forms = [
            _with_indicator(form, third, column, text) if form.name == project else form
            for form in book.forms
        ]
        book = book._replace(forms=tuple(forms))
    gone = {block.key for title in case.get("sheets", ()) for block in tables[title].blocks}
    return book._replace(blocks={key: data for key, data in book.blocks.items() if key not in gone})


def _with_indicator(form: Any, third: str, column: str, text: str) -> Any:
    changed = [
        one._replace(values={**one.values, column: text}) if one.values["third"] == third else one
        for one in form.indicators
    ]
    assert changed != list(form.indicators)
    return form._replace(indicators=tuple(changed))


@pytest.fixture(scope="module")
def judged(standard: Standard, example: Book) -> Callable[[str], tuple[Book, Report]]:
    """A function that gives the damaged book of a case, by name, and what is said of it, once."""
    cases = {case["name"]: case for case in CASES}

    @cache
    def of(name: str) -> tuple[Book, Report]:
        book = damaged(standard, example, cases[name])
        return book, validate(standard, book)

    return of


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(judged: Callable[[str], tuple[Book, Report]], case: dict[str, Any]) -> None:
    _, report = judged(case["name"])
    found = [finding for finding in report.findings if finding.level is not Level.HINT]
    if "any" in case:
        assert any(case["any"] in (finding.code, *_codes(finding.basis)) for finding in found)
        return
    assert len(found) == len(case["found"]), found
    for wanted in case["found"]:
        assert any(_is(finding, wanted) for finding in found), (wanted, found)
    assert report.status == case.get("status", "error")
    assert {one.code for one in report.not_executed} >= set(case.get("unexecuted", ()))


def _is(finding: Finding, wanted: dict[str, str]) -> bool:
    """Whether a finding is as wanted; ``says`` is a part of its message, ``also`` of a suggestion."""
    facts = {key: value for key, value in wanted.items() if key not in ("says", "also")}
    return (
        all(getattr(finding, key) == value for key, value in facts.items())
        and wanted.get("says", "") in finding.message
        and (
            "also" not in wanted or any(wanted["also"] in one.reason for one in finding.suggestions)
        )
        and len(finding.suggestions) <= 3
    )


def _codes(basis: tuple[str, ...]) -> list[str]:
    return [text.split()[0] for text in basis]


def test_every_rule_about_figures_is_violated_by_some_case(
    standard: Standard, judged: Callable[[str], tuple[Book, Report]]
) -> None:
    seen: set[str] = set()
    for case in CASES:
        book, report = judged(case["name"])
        grid = Grid(standard, book)
        expansion = expand(grid)
        seen |= {one.rule.code for one in expansion.relations if not holds(grid, one)}
        seen |= {gap.rule.code for gap in expansion.gaps}
        seen |= {finding.code for finding in report.findings}
    # What the ledger's rules say of its lines is shown by the pairs of the catalogue.
    about = [
        rule
        for rule in standard.rules
        if not rule.texts and rule.check not in CHECKED and not rule.check.startswith(LEDGER_CHECKS)
    ]
    assert {rule.code for rule in about} - seen == set()
