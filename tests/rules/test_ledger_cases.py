"""The ledgers of the made-up culture bureau print its tables, whole and with rounding differences."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledgers import amounts, ledger_of, with_ledger
from xlbudget.api import read, validate
from xlbudget.checks.identities import residual
from xlbudget.findings import Level, Status
from xlbudget.importing.imported import blank_book
from xlbudget.money import WAN, Amount
from xlbudget.rules.grid import Grid
from xlbudget.rules.posting import post, posted_book, printed
from xlbudget.rules.relations import expand
from xlbudget.standard.loader import own_standard

CASES = Path(__file__).parents[1] / "cases"
WHOLE, EXACT = "culture-bureau", "culture-bureau-exact"
LEDGERS = {
    WHOLE: CASES / "culture-bureau-ledger.csv",
    EXACT: CASES / "culture-bureau-ledger-exact.csv",
}
ULP = 10_000
"""0.01 万元 in 分."""


@pytest.mark.parametrize("name", LEDGERS)
def test_every_cell_is_printed_from_the_ledger_alone(name: str) -> None:
    book = read(CASES / name)
    standard = own_standard(book)
    ledger = ledger_of(standard, LEDGERS[name])
    bare = blank_book(standard, book.year)._replace(profile=book.profile, subjects=book.subjects)
    made = amounts(standard, posted_book(standard, with_ledger(standard, bare, ledger)))
    known = amounts(standard, book)
    assert len(known) == 746
    assert {place: made.get(place) for place in known} == known
    # A new workbook prints 0.00 for a class without money in a column; these tables leave it blank.
    assert standard.ledger is not None
    for (block, _, _, column), text in (one for one in made.items() if one[0] not in known):
        assert column in standard.ledger.postings[block].zero
        assert text == "0.00"
    sums = post(standard, ledger.lines).info
    for field in standard.ledger.info:
        assert printed(sums[field], WAN) == book.number(field), field


@pytest.mark.parametrize("name", LEDGERS)
def test_every_line_has_what_it_needs(name: str) -> None:
    book = read(CASES / name)
    standard = own_standard(book)
    lines = ledger_of(standard, LEDGERS[name]).lines
    assert len(lines) == 110
    for line in lines:
        basic = line.texts["category"] in ("人员经费", "公用经费")
        assert line.texts["unit"] in book.profile.units
        assert bool(line.texts.get("economic")) >= basic
        assert bool(line.texts.get("level2")) == (line.texts["category"] == "项目支出")


def test_the_whole_ledger_adds_up_and_the_exact_one_does_so_but_for_rounding() -> None:
    for name, least in ((WHOLE, 0), (EXACT, 10)):
        book = read(CASES / name)
        standard = own_standard(book)
        lines = ledger_of(standard, LEDGERS[name]).lines
        broken = [
            line for line in lines if isinstance(line.amount, Amount) and line.amount.fen % ULP
        ]
        assert bool(broken) is (name == EXACT)
        grid = Grid(standard, book)
        off = [
            abs(residual(grid, relation))
            for relation in expand(grid).relations
            if relation.equation.relation == "="
        ]
        apart = [fen for fen in off if fen]
        assert set(apart) <= {ULP}
        assert len(apart) >= least
        assert bool(apart) is (name == EXACT)
        report = validate(book)
        assert report.status is Status.PASS
        assert not report.number_of(Level.ERROR)
