"""What holds for any figures: sums are those of filling, rounding balances, nothing ever raises."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbudget import udfs
from xlbudget.building.macros import function_helps
from xlbudget.figures import BlockData, Book, Row, Unreadable
from xlbudget.logs import log_path
from xlbudget.money import WAN, Amount
from xlbudget.rules.fill import fill_book
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from random import Random

    from xlbudget.standard.model import Standard

STANDARD = load_standard("changchun")
FUNCTIONS = {one.name: (getattr(udfs, one.name), len(one.arguments)) for one in function_helps()}
COLUMN = STANDARD.blocks["expenditure"].amount_index["project"]
CODES = (
    "201", "20103", "2010301", "2010302", "20136", "2013699", "208", "20805", "2080501", "2080505",
    "299", "29999", "2013", "20103011", "2X1", "999", "9999901",
)  # fmt: skip

rows = st.lists(
    st.tuples(
        st.sampled_from(CODES),
        st.one_of(st.none(), st.integers(-(10**9), 10**9), st.just("x")),
    ),
    max_size=14,
)


def filled(lines: list[tuple[str, int | str | None]]) -> BlockData:
    """What ``fill`` makes of an expenditure table with these rows of project money (in 0.01)."""
    width = len(STANDARD.blocks["expenditure"].amounts)
    made = []
    for code, value in lines:
        cells: list = [None] * width
        if value is not None:
            cells[COLUMN] = Unreadable(value) if isinstance(value, str) else hundredths(value)
        made.append(Row(code, "subject", "", tuple(cells)))
    book = Book("", STANDARD.id, 2027, {}, {"expenditure": BlockData.of(made)})
    return fill_book(STANDARD, book).book.blocks["expenditure"]


def hundredths(value: int) -> Amount:
    return Amount(value * 10_000)


def number(value: int | str | None) -> float | str | None:
    return value / 100 if isinstance(value, int) else value


@settings(deadline=None)
@given(rows)
def test_subtotals_are_those_of_filling(lines: list[tuple[str, int | str | None]]) -> None:
    codes, amounts = [code for code, _ in lines], [number(value) for _, value in lines]
    typed = dict(reversed(lines))
    data = filled(lines)
    for position, row in enumerate(data.rows):
        if typed.get(row.key) is not None or data.by_key[row.key] != position:
            continue  # typed amounts stay; of doubled rows the first is derived
        cell = row.cells[COLUMN]
        if row.kind == "total":
            result = udfs.BUDGET_TOTAL(codes, amounts)
        elif STANDARD.subjects["functional"].level(row.key):
            result = udfs.BUDGET_SUBTOTAL(row.key, codes, amounts)
        else:
            continue
        if result == "#VALUE!":
            assert cell is None and "x" in amounts
        elif result == "":
            assert cell is None
        else:
            assert cell is not None and result == float(cell.decimal)


@given(rows, st.randoms())
def test_the_order_of_rows_does_not_matter(lines: list[tuple[str, Any]], random: Random) -> None:
    lines = list({code: (code, value) for code, value in lines}.values())
    mixed = random.sample(lines, len(lines))
    for code in ("201", "20103", "208"):
        one, other = (
            udfs.BUDGET_SUBTOTAL(code, [[a] for a, _ in some], [[number(b)] for _, b in some])
            for some in (lines, mixed)
        )
        assert one == other


@pytest.mark.parametrize("name", ["expenditure", "general", "basic"])
def test_real_tables_sum_as_filling_sums(name: str, standard: Standard, example: Book) -> None:
    """Every column of the reference's tables, from leaf rows to their totals."""
    block, data = standard.blocks[name], example.blocks[name]
    length = max(standard.subjects[block.subjects].lengths)
    leaves = [row for row in data.rows if row.kind == "subject" and len(row.key) == length]
    bare = example.with_blocks({name: BlockData.of(leaves)})
    done = fill_book(standard, bare).book.blocks[name]
    codes = [row.key for row in leaves]
    compared = 0
    for column, _ in enumerate(block.amounts):
        amounts = [row.cells[column] and float(row.cells[column].decimal) for row in leaves]
        if None in amounts:
            continue  # filling derives blank cells of a row from its other columns
        for row in done.rows:
            if len(row.key) >= length and row.kind != "total":
                continue
            result = (
                udfs.BUDGET_TOTAL(codes, amounts)
                if row.kind == "total"
                else udfs.BUDGET_SUBTOTAL(row.key, codes, amounts)
            )
            assert result == float(row.cells[column].decimal)
            compared += 1
    assert compared >= 4


@given(st.lists(st.integers(-(10**13), 10**13), max_size=40))
def test_rounding_alone_always_balances(fen: list[int]) -> None:
    """Each part rounded to two decimals of 万元 by itself, and so is their sum."""
    parts = [float(Amount(one).rounded(WAN).decimal) for one in fen]
    whole = float(Amount(sum(fen)).rounded(WAN).decimal)
    assert udfs.BUDGET_BALANCE(whole, parts or [""]) == 0


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20))
def test_more_than_rounding_is_told(hundreds: list[int]) -> None:
    off = (len(hundreds) + 1) // 2 + 1
    whole = (sum(hundreds) + off) / 100
    assert udfs.BUDGET_BALANCE(whole, [one / 100 for one in hundreds]) == off / 100


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_each_share_of_a_whole_is_rounded_by_itself(parts: list[int]) -> None:
    whole = sum(parts)
    found = udfs.BUDGET_SHARE([one / 100 for one in parts], whole / 100)
    found = [line[0] for line in found] if isinstance(found, list) else [found]
    if not whole:
        assert set(found) == {"#DIV/0!"}
    else:
        assert all(abs(a - b / whole) <= 0.00005001 for a, b in zip(found, parts, strict=True))


cells = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.decimals(allow_nan=False),
    st.datetimes(), st.dates(), st.times(), st.timedeltas(),
    st.sampled_from(["", " ", "#N/A", "#REF!", "#SPILL!", "201", "20103", "功能", "1,234.50", 10**400,
                     "9" * 5000, "1e5", "-", "=1+1", "١٢", "１２", dt.time(), Decimal("1E+500")]),
)  # fmt: skip
areas = st.one_of(
    cells,
    st.lists(cells, max_size=6),
    st.lists(st.lists(cells, max_size=4), max_size=6),
    st.lists(cells, max_size=6).map(lambda one: pd.DataFrame({0: one}, dtype=object)),
    st.lists(st.floats(), max_size=6).map(lambda one: pd.DataFrame({0: one})),
)


@settings(deadline=None, max_examples=600)
@given(st.sampled_from(sorted(FUNCTIONS)), st.data())
def test_nothing_raises_and_nothing_is_our_fault(name: str, data: st.DataObject) -> None:
    function, count = FUNCTIONS[name]
    result = function(*[data.draw(areas) for _ in range(count)])
    shown = result if isinstance(result, list) else [[result]]
    for line in shown:
        for cell in line:
            assert isinstance(cell, str) or (isinstance(cell, float) and not math.isnan(cell))
    faults = log_path().read_text("utf-8") if log_path().exists() else ""
    log_path().unlink(missing_ok=True)
    assert not faults, faults
