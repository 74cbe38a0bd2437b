"""What formulas come to: each function over areas of numbers, texts and blanks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlbudget.building.formulas import expressions as ex
from xlbudget.building.formulas.expressions import Area, FormulaError, constant

CODES = Area("A$1:A$5", ["201", "20101", "20102", None, None])
AMOUNTS = Area("B$1:B$5", [Decimal("3.00"), Decimal("1.25"), "—", None, None])
NAMES = Area("C$1:C$3", ["一、教育", "甲*乙", "甲丙乙"])


def test_texts_are_bracketed_where_they_must_be() -> None:
    one, two, three = (ex.single(name, 1) for name in "abc")
    assert ((one + two) * three).text == "(a+b)*c"
    assert (one - (two + three)).text == "a-(b+c)"
    assert (one + (two - three)).text == "a+b-c"
    assert (one / (two * three)).text == "a/(b*c)"
    assert ((one > two) * three.equals(1)).text == "(a>b)*(c=1)"
    assert (constant('"') & one).text == '""""&a'
    assert (-(one + two)).text == "-(a+b)"


def test_entries_after_the_last_used_line_are_worked_out_once() -> None:
    looked_at: list[int] = []
    test = ex.length(CODES).equals(0)
    watched = ex.Expression("x", lambda at: looked_at.append(at) or test.at(at), test.shape)
    assert ex.total(watched).value == 2
    assert looked_at == [0, 1, 2, 3]


def test_blanks_texts_and_numbers() -> None:
    assert ex.total(AMOUNTS).value == Decimal("4.25")
    assert ex.count(AMOUNTS).value == 2
    assert [ex.is_number(AMOUNTS).at(line) for line in range(4)] == [True, True, False, False]
    assert (AMOUNTS + 1).at(0) == 4
    assert (AMOUNTS + 1).at(3) == 1, "a blank cell counts as 0"
    with pytest.raises(FormulaError):
        (AMOUNTS + 1).at(2)
    assert ex.if_error(AMOUNTS + 1, -1).at(2) == -1
    assert AMOUNTS.equals("").at(3)
    assert not AMOUNTS.equals("3").at(0), "a number is no text"


def test_what_a_test_leaves_out_makes_no_error() -> None:
    assert ex.total(ex.is_number(AMOUNTS) * (AMOUNTS / 2)).value == Decimal("2.125")


@pytest.mark.parametrize(
    ("criterion", "lines"), [("甲*乙", [1, 2]), ("甲~*乙", [1]), ("?、教育", [0]), ("", [])]
)
def test_criteria(criterion: str, lines: list[int]) -> None:
    assert NAMES.matching(criterion) == lines
    assert NAMES.matching(ex.literal("甲*乙")) == [1]


def test_lookups() -> None:
    assert ex.sum_if(CODES, "201??", AMOUNTS).value == Decimal("1.25")
    assert ex.count_ifs(CODES, "201*", AMOUNTS).value == 2
    assert not ex.has_amount(CODES, constant("20102"), AMOUNTS).value
    assert ex.count_if(CODES, ex.left(CODES, 3)).at(1) == 1
    at = ex.match("20102", CODES)
    assert ex.index(AMOUNTS, at).value == "—"
    with pytest.raises(FormulaError):
        assert ex.match("9", CODES).value
    assert ex.after(NAMES, "、").at(0) == "教育"
    assert ex.after(NAMES, "、").at(1) == "甲*乙"


@pytest.mark.parametrize(("value", "shown"), [("2.345", "2.35"), ("-2.345", "-2.35"), ("0", "0")])
def test_halves_are_rounded_away_from_zero(value: str, shown: str) -> None:
    assert ex.rounded(Decimal(value), 2).value == Decimal(shown)


def test_matrices() -> None:
    upper = ex.left(CODES, (ex.length(CODES) > 2) * (ex.length(CODES) - 2))
    money = ex.iff(ex.is_number(AMOUNTS), AMOUNTS, 0)
    below = ex.sums_of_alike("m", upper, CODES, money)
    assert [below.at(line) for line in range(4)] == [Decimal("1.25"), 0, 0, 0]
    wide = AMOUNTS.beside([Area("C$1:C$5", [1, 2, 3, None, None])])
    assert wide.text == "B$1:C$5"
    numbers = ex.iff(ex.is_number(wide), wide, 0)
    assert [ex.across(wide, numbers).at(line) for line in range(4)] == [4, Decimal("3.25"), 3, 0]
    assert ex.total((ex.length(CODES) > 3) * numbers).value == Decimal("6.25")
    ragged = Area("D$1:D$3", [None, 5, None]).beside([Area("E$1:E$3", [1, None, None])])
    five = ex.across(ragged, ex.iff(ex.is_number(ragged), ragged, 0))
    assert [five.at(line) for line in range(3)] == [1, 5, 0], "a line that is not full counts"
    counted = ex.counted_to(CODES, ex.is_number(AMOUNTS) * 1)
    assert [counted.at(line) for line in range(5)] == [1, 2, 2, 2, 2], "also after the last mark"
    assert ex.graded(constant(2), [("-1E+99", 0), ("1", 1), ("2", 5)]).value == 5
