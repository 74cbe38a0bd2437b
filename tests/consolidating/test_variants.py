"""Units whose tables have other columns than the sum's are added up by what the columns mean."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest

from ledgers import amounts
from random_ledgers import ledger_book
from xlbudget.consolidating.consolidate import consolidate
from xlbudget.consolidating.figures import UnitBook
from xlbudget.figures import InfoValue, Ledger
from xlbudget.findings import Status
from xlbudget.standard.loader import load_standard, own_standard

YEAR = 2026


@pytest.mark.parametrize(
    ("forms", "columns"),
    [
        (("分列", "分列"), ("budget", "personnel", "public", "project")),
        (("分列", "合计"), ("budget",)),
        (("合计", "合计"), ("budget",)),
    ],
)
def test_the_sum_has_the_columns_that_all_units_chose(
    forms: tuple[str, ...], columns: tuple[str, ...]
) -> None:
    standard = load_standard("shanghai")
    units = []
    for number, form in enumerate(forms):
        fields = {"report_kind": "单位", "summary_form": form}
        book = ledger_book(standard, random.Random(number), YEAR, fields)
        by_hand = InfoValue(standard.ledger.by_hand)  # type: ignore[union-attr]
        info = {**book.info, "data_source": by_hand}
        book = book._replace(info=info, ledger=Ledger())
        units.append(UnitBook(f"单位{number}", Path("甲.xlsx"), book, Status.PASS, Decimal(0)))
    done = consolidate(units, "某局")
    book = done.summed.book
    assert book.text("report_kind") == "部门"
    assert own_standard(book).blocks["summary.expense"].amounts == columns
    assert done.standard.blocks["summary.expense"].amounts == columns
    made = amounts(done.standard, book)
    for column in columns:
        parts = [
            Decimal(
                amounts(own_standard(unit.book), unit.book)["summary.expense", "total", "", column]
            )
            for unit in units
        ]
        assert Decimal(made["summary.expense", "total", "", column]) == sum(parts)
