"""Money that units give each other: listed, matched, and taken out with every sum that contains it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledgers import with_ledger
from xlbudget.checks.validate import validate
from xlbudget.consolidating.consolidate import consolidate, judged
from xlbudget.consolidating.figures import ELIMINATED, UnitBook
from xlbudget.consolidating.sources import transfer_sentence
from xlbudget.figures import InfoValue, Ledger, LedgerLine, Profile
from xlbudget.findings import Status
from xlbudget.importing.imported import blank_book
from xlbudget.money import YUAN, Amount
from xlbudget.rules.fill import with_names
from xlbudget.rules.posting import fill_from_ledger
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from xlbudget.consolidating.consolidate import Consolidated
    from xlbudget.figures import Book

STANDARD = load_standard()
BUREAU, SCHOOL, HALL = "某局本级", "某局学校", "某局会堂"


def line(unit: str, category: str, source: str, yuan: int, **texts: str) -> LedgerLine:
    base = {
        "unit": unit,
        "function": "2010301",
        "category": category,
        "source": source,
        "fund_year": "当年预算",
    }
    return LedgerLine(base | texts, Amount(yuan * 100, YUAN))


def project(unit: str, source: str, yuan: int) -> LedgerLine:
    return line(unit, "项目支出", source, yuan, level1="运转", level2=f"{unit}运转")


LINES = {
    BUREAU: [
        line(BUREAU, "人员经费", "一般公共预算", 800_000, economic="30101"),
        line(BUREAU, "对附属单位补助支出", "其他收入", 300_000, function="2050302"),
    ],
    SCHOOL: [
        line(SCHOOL, "人员经费", "一般公共预算", 500_000, economic="30101", function="2050302"),
        project(SCHOOL, "上级补助收入", 200_000),
    ],
    HALL: [
        line(HALL, "人员经费", "一般公共预算", 100_000, economic="30101"),
        project(HALL, "上级补助收入", 100_000),
        line(HALL, "上缴上级支出", "事业收入", 50_000),
    ],
}


def units(*, ledger: bool, hall: int = 100_000) -> list[UnitBook]:
    found = []
    for name, lines in LINES.items():
        own = [
            project(HALL, "上级补助收入", hall) if one == LINES[HALL][1] else one for one in lines
        ]
        base = blank_book(STANDARD, 2025)
        base = base._replace(
            info={**base.info, "unit_name": InfoValue(name)}, profile=Profile(units=(name,))
        )
        book = with_names(
            STANDARD,
            fill_from_ledger(STANDARD, with_ledger(STANDARD, base, Ledger(tuple(own)))).book,
        )
        if not ledger:
            by_hand = {"data_source": InfoValue("直接填表")}
            book = book._replace(info={**book.info, **by_hand}, ledger=Ledger())
        report = validate(STANDARD, book)
        found.append(UnitBook(name, Path(f"{name}.xlsx"), book, report.status, Decimal(0)))
    return found


def fen(book: Book, block: str, row: str, column: str) -> int | None:
    found = book.blocks[block].row(row)
    cell = found.cells[STANDARD.blocks[block].amount_index[column]] if found else None
    return cell.fen // 1_000_000 if isinstance(cell, Amount) else None


def sentences(done: Consolidated) -> dict[str, str]:
    return {one.title: transfer_sentence(done, one) for one in done.transfers}


@pytest.mark.parametrize("ledger", [True, False])
def test_transfers_are_taken_out_of_every_sum_that_contains_them(ledger: bool) -> None:
    plain = consolidate(units(ledger=ledger), "某局")
    done = consolidate(units(ledger=ledger), "某局", eliminate=True)
    assert plain.summed.exact is done.summed.exact is ledger
    before, after = plain.summed.book, done.summed.book
    for block, row, column in (
        ("summary.income", "total", "budget"),
        ("summary.expense", "total", "current"),
        ("income", "total", "total"),
        ("expenditure", "total", "total"),
    ):
        assert (fen(before, block, row, column), fen(after, block, row, column)) == (205, 175)
    assert fen(before, "summary.income", "superior", "budget") == 30
    assert fen(after, "summary.income", "superior", "budget") is None
    assert fen(after, "expenditure", "total", "subsidy") is None
    assert fen(after, "expenditure", "2050302", "total") == 50
    # What the school and the hall spend of it is spent all the same.
    assert fen(after, "project", "total", "own") == 30
    assert fen(after, "income", SCHOOL, "total") == (70 if ledger else 50)
    # Nobody received what the hall handed up.
    assert fen(after, "expenditure", "total", "remitted") == 5
    assert sentences(done) == {
        "上级补助": "收到合计30.00万元，拨出合计30.00万元；已抵销30.00万元。",
        "附属单位上缴": "收到合计0.00万元，拨出合计5.00万元，相差5.00万元，对不上："
        "请核对两方的数，或对方不在这次汇总的单位之中。",
    }
    assert judged(done).status is Status.PASS
    for figure, own in done.summed.shares.items():
        printed = after.blocks[figure.block].row(figure.row) if figure.block != "info" else None
        cells = (
            dict(zip(STANDARD.blocks[figure.block].amounts, printed.cells, strict=True))
            if printed
            else {}
        )
        cell = cells.get(figure.column)
        if figure.block not in ("info", "project", "performance"):
            assert sum(one.fen for one in own) == (cell.fen if isinstance(cell, Amount) else 0)
    assert any(one.unit == ELIMINATED for own in done.summed.shares.values() for one in own)


@pytest.mark.parametrize("ledger", [True, False])
def test_what_does_not_match_is_told_and_stays(ledger: bool) -> None:
    done = consolidate(units(ledger=ledger, hall=60_000), "某局", eliminate=True)
    said = sentences(done)["上级补助"]
    assert said.startswith("收到合计26.00万元，拨出合计30.00万元，相差4.00万元，对不上")
    assert said.endswith("已抵销26.00万元。")
    book = done.summed.book
    assert fen(book, "expenditure", "total", "subsidy") == 4
    assert fen(book, "summary.income", "superior", "budget") is None
    assert judged(done).status is Status.PASS


def test_without_being_asked_for_nothing_is_taken_out() -> None:
    done = consolidate(units(ledger=False), "某局")
    assert not done.eliminated
    assert sentences(done)["上级补助"].endswith("没有抵销（加 --eliminate 抵销）。")
