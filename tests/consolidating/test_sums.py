"""Random units summed up: every sum is that of an independent addition, and none is called wrong."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from plausible_ledgers import plausible_book
from xlbudget.checks.validate import validate
from xlbudget.consolidating.consolidate import consolidate, judged
from xlbudget.consolidating.figures import UnitBook
from xlbudget.figures import InfoValue
from xlbudget.findings import Level, Status
from xlbudget.money import Amount
from xlbudget.rules.fill import fill_book
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Book

STANDARD = load_standard()


@cache
def budget(seed: int) -> Book:
    """The tables of a random ledger, each cell rounded by itself."""
    book = plausible_book(STANDARD, random.Random(seed))  # made-up money
    by_hand = {"data_source": InfoValue("直接填表"), "unit_name": InfoValue(f"单位{seed}")}
    book = book._replace(info={**book.info, **by_hand}, ledger=book.ledger._replace(lines=()))
    return fill_book(STANDARD, book).book


def unit(seed: int) -> UnitBook:
    book = budget(seed)
    report = validate(STANDARD, book)
    slack = Decimal(report.slack) * STANDARD.unit.fen
    return UnitBook(f"单位{seed}", Path(f"{seed}.xlsx"), book, report.status, slack)


def added(books: Sequence[Book]) -> Counter[tuple[str, str, str]]:
    """What all cells of one table, row and column come to, projects by their names alone."""
    found: Counter[tuple[str, str, str]] = Counter()
    for book in books:
        for key, data in book.blocks.items():
            for row in data.rows:
                name = row.key.partition("（单位")[0]
                for column, cell in zip(STANDARD.blocks[key].amounts, row.cells, strict=True):
                    if isinstance(cell, Amount):
                        found[key, name, column] += cell.fen
    return found


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=7, unique=True))
def test_sums_are_those_of_an_independent_addition(seeds: list[int]) -> None:
    units = [unit(seed) for seed in seeds]
    done = consolidate(units, "汇总")
    wanted = added([one.book for one in units])
    assert +added([done.summed.book]) == +wanted
    for field in STANDARD.fields.values():
        if field.kind in ("amount", "count") and not field.summed:
            cells = [one.book.number(field.key) for one in units]
            total = sum(cell.fen for cell in cells if isinstance(cell, Amount))
            made = done.summed.book.number(field.key)
            assert (made.fen if isinstance(made, Amount) else 0) == total, field.key
    report = judged(done)
    assert report.status is not Status.ERROR
    known = {(one.code, one.level) for one in report.findings if one.level is not Level.HINT}
    theirs = {(one.code, one.level) for u in units for one in validate(STANDARD, u.book).findings}
    assert known <= theirs


def test_a_wrong_unit_makes_a_wrong_sum_and_no_figure_of_the_sum_is_accused() -> None:
    units = [unit(seed) for seed in range(3)]
    rows = list(units[0].book.blocks["expenditure"].rows)
    total = rows[-1]
    cell = total.cells[0]
    assert isinstance(cell, Amount)
    rows[-1] = total._replace(cells=(cell._replace(fen=cell.fen + 10**8), *total.cells[1:]))
    data = units[0].book.blocks["expenditure"]._replace(rows=tuple(rows))
    wrong = units[0]._replace(book=units[0].book.with_blocks({"expenditure": data}))
    report = judged(consolidate([wrong, *units[1:]], "汇总"))
    assert report.status is Status.ERROR
    errors = [one for one in report.findings if one.level is Level.ERROR]
    assert errors
    assert all("请先校验各单位的工作簿" in one.message for one in errors)
    assert not any(one.suggestions for one in errors)
