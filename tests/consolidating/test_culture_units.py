"""The culture bureau summed up from its five units gives the tables that it prints."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from culture_units import EXACT, WHOLE, bureau, unit_books
from ledgers import amounts
from xlbudget.checks.validate import validate
from xlbudget.consolidating.against import compare, sentence
from xlbudget.consolidating.consolidate import consolidate, judged
from xlbudget.consolidating.figures import ROUNDED, UnitBook
from xlbudget.consolidating.sources import source_lines
from xlbudget.findings import Status
from xlbudget.money import Amount
from xlbudget.sheets.layout import place_book
from xlbudget.standard.loader import own_standard

if TYPE_CHECKING:
    from xlbudget.consolidating.consolidate import Consolidated

NAME = "滨江市文化广播电视和旅游局"


@cache
def units_of(case: str, *, ledger: bool) -> list[UnitBook]:
    units = []
    for name, book in unit_books(case, ledger=ledger).items():
        standard = own_standard(book)
        report = validate(standard, place_book(standard, book))
        assert report.status in (Status.PASS, Status.ROUNDING), name
        slack = Decimal(report.slack) * standard.unit.fen
        units.append(UnitBook(name, Path(f"{name}.xlsx"), book, report.status, slack))
    return units


@cache
def summed(case: str, *, ledger: bool) -> Consolidated:
    return consolidate(units_of(case, ledger=ledger), NAME)


@pytest.mark.parametrize("ledger", [True, False])
@pytest.mark.parametrize("case", [WHOLE, EXACT])
def test_every_printed_cell_is_that_of_the_bureau(case: str, ledger: bool) -> None:
    standard, whole = bureau(case)
    done = summed(case, ledger=ledger)
    known, made = amounts(standard, whole), amounts(standard, done.summed.book)
    assert len(known) == 746
    apart = {
        place: Decimal(made[place]) - Decimal(text)
        for place, text in known.items()
        if made.get(place) != text
    }
    # Printed amounts of units add up to something else where they have been rounded: that is told, not hidden.
    assert bool(apart) is (case == EXACT and not ledger)
    assert {abs(difference) for difference in apart.values()} <= {Decimal("0.01")}
    # A class without money in a column is printed as 0.00 by a new workbook, and left blank by the bureau.
    assert {text for place, text in made.items() if place not in known} <= {"0.00"}
    report = judged(done)
    assert report.status is (Status.ROUNDING if apart else Status.PASS)
    assert not report.findings


@pytest.mark.parametrize("case", [WHOLE, EXACT])
def test_staff_vehicles_and_last_year_are_added_up(case: str) -> None:
    standard, whole = bureau(case)
    book = summed(case, ledger=True).summed.book
    for field in standard.fields.values():
        if field.kind in ("count", "amount"):
            if field.summed == "limit":
                assert book.number(field.key) == Amount(30_000)
            else:
                assert book.number(field.key) == whole.number(field.key), field.key
    assert book.text("authority") == whole.text("authority")
    assert book.text("unit_name") == NAME
    assert book.profile.units == whole.profile.units


@pytest.mark.parametrize("ledger", [True, False])
def test_the_sources_of_every_figure_add_up_to_it(ledger: bool) -> None:
    done = summed(EXACT, ledger=ledger)
    placed = place_book(done.standard, done.summed.book)
    totals: dict[object, int] = {}
    shares: dict[object, int] = {}
    for line in source_lines(done, placed):
        shares[line.figure] = shares.get(line.figure, 0) + line.fen
        if line.total is not None:
            totals[line.figure] = line.total
            assert line.cell
    assert shares == totals
    assert len(totals) == 753
    rounded = [one for own in done.summed.shares.values() for one in own if one.unit == ROUNDED]
    assert bool(rounded) is ledger


def test_what_a_published_unit_does_not_say_is_not_taken_for_nothing() -> None:
    _, whole = bureau(WHOLE)
    units = units_of(WHOLE, ledger=False)
    silent = dict(units[1].book.info)
    del silent["prior_vehicle_operation"]
    published = units[1].book._replace(info=silent, sheets={"general": "一般公共预算支出表"})
    done = consolidate([units[0], units[1]._replace(book=published), *units[2:]], NAME)
    (said,) = (one for one in done.summed.remarks if "没有写明" in one)
    assert said.startswith("滨江市图书馆的公开文本没有写明")
    assert said.endswith("项，这几项的汇总数不含这个单位。")
    assert not compare(done.standard, done.summed, whole, {}).differences


def test_a_published_department_is_checked_against_its_units() -> None:
    _, whole = bureau(WHOLE)
    done = summed(WHOLE, ledger=False)
    same = compare(done.standard, done.summed, whole, {})
    assert (same.agreeing, same.differences, same.skipped) == (753, (), ())
    rows = list(whole.blocks["expenditure"].rows)
    at = next(at for at, row in enumerate(rows) if row.key == "2070104")
    cell = rows[at].cells[0]
    assert isinstance(cell, Amount)
    rows[at] = rows[at]._replace(cells=(cell._replace(fen=cell.fen + 10**6), *rows[at].cells[1:]))
    wrong = whole.with_blocks(
        {"expenditure": whole.blocks["expenditure"]._replace(rows=tuple(rows))}
    )
    compared = compare(done.standard, done.summed, place_book(done.standard, wrong), {})
    (one,) = compared.differences
    assert compared.wrong == [one]
    said = sentence(done.standard, one, document=False)
    assert said.startswith("部门支出总表C")
    assert "滨江市图书馆" in said
    assert "差1.00" in said
    assert compare(done.standard, done.summed, wrong, {"expenditure": "没有读全。"}).skipped == (
        "没有读全。",
    )
