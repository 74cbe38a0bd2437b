"""Amounts as people type them, and rounding as Excel does it."""

from __future__ import annotations

import csv
import itertools
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbudget.errors import AmountError
from xlbudget.money import (
    COUNT,
    UNITS,
    WAN,
    YUAN,
    Amount,
    Unit,
    from_number,
    parse_amount,
    percent_text,
    round_div,
    share,
)

HERE = Path(__file__).parent
with (HERE / "amounts.csv").open(encoding="utf-8", newline="") as _file:
    TYPED = list(csv.DictReader(_file))
NOT_AMOUNTS = (HERE / "not_amounts.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("case", TYPED, ids=[case["typed"] for case in TYPED])
def test_amounts_are_read_right_however_they_are_typed(case: dict[str, str]) -> None:
    amount = parse_amount(case["typed"], UNITS[case["unit"]])
    assert amount is not None
    assert (amount.fen, amount.text) == (int(case["fen"]), case["printed"])


@pytest.mark.parametrize("text", NOT_AMOUNTS)
def test_anything_else_is_refused_and_never_zero(text: str) -> None:
    with pytest.raises(AmountError, match="不是金额"):
        parse_amount(text, WAN)


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_blank_is_not_zero(text: str) -> None:
    assert parse_amount(text, WAN) is None


@given(st.integers(-(10**15), 10**15), st.sampled_from([WAN, YUAN]))
def test_what_is_printed_is_read_back(fen: int, unit: Unit) -> None:
    amount = from_number(Decimal(fen) / unit.fen, unit)
    assert amount.fen == fen
    assert parse_amount(amount.text, unit) == parse_amount(amount.plain, unit) == amount


@given(st.integers(-(10**11), 10**11))
def test_a_float_from_a_cell_is_taken_as_excel_shows_it(hundredths: int) -> None:
    assert from_number(hundredths / 100, WAN) == Amount(hundredths * 10_000, WAN)


def test_float_noise_is_not_money() -> None:
    assert from_number(0.1 + 0.2, WAN) == parse_amount("0.30", WAN)


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(5, 10, 1), (-5, 10, -1), (4, 10, 0), (15, 10, 2), (25, 10, 3)],
)
def test_half_is_rounded_up_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert round_div(numerator, denominator) == rounded


def test_conversion_between_units_rounds_once() -> None:
    assert Amount(123_456_789, YUAN).rounded(WAN).text == "123.46"
    assert Amount(5, COUNT, 0).text == "5"


@given(st.integers(0, 10**10), st.integers(1, 10**10))
def test_a_share_is_rounded_half_up_by_itself(part: int, whole: int) -> None:
    exact = Fraction(part * 10_000, whole)
    assert share(part, whole) == floor(exact + Fraction(1, 2))


def test_a_share_of_nothing_is_nought() -> None:
    assert (share(0, 0), share(5, 0)) == (0, 0)
    assert share(120_000, 142_876_800) == 8, "12.00 of 14,287.68 is 0.08 %, whatever the others are"


def test_percentages_have_two_decimals() -> None:
    assert percent_text(8450) == "84.50%"
    assert percent_text(-655) == "-6.55%"


@pytest.mark.parametrize(
    "number",
    [
        1e27, -1e27, 1e308, float("inf"), float("nan"), 10**5000, Decimal("1e999999"),
        Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), 1_000_000_000.01,
    ],
    ids=itertools.count(),
)  # fmt: skip
def test_a_number_beyond_ten_trillion_is_no_amount(number: float | Decimal) -> None:
    with pytest.raises(AmountError, match="不是金额"):
        from_number(number, WAN)


@pytest.mark.parametrize(
    "text",
    ["9" * 1_000_000, "1 " * 500_000, "1 111" + " 111" * 250_000 + "x", " " * 10**6 + "9" * 10**6,
     "0." + "3" * 1_000_000, "(" * 1_000_000, "\u200b" * 1_000_000, "10000000000000.01元", "99999999999亿元"],
    ids=itertools.count(),
)  # fmt: skip
def test_a_text_beyond_is_none_either_and_the_sentence_is_short(text: str) -> None:
    with pytest.raises(AmountError, match="不是金额") as caught:
        parse_amount(text, WAN)
    assert len(str(caught.value)) < 60


@pytest.mark.parametrize("unit", [WAN, YUAN])
def test_ten_trillion_is_still_an_amount(unit: Unit) -> None:
    assert from_number(10**15 / unit.fen, unit).fen == 10**15
    assert parse_amount("-10,000,000,000,000.00元", unit) == Amount(-(10**15), unit)
