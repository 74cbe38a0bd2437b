"""One normaliser: what looks alike is read alike, what only looks like a number is refused."""

from __future__ import annotations

import pytest

from xlbudget.characters import code_text, folded, plain_name, row_label, squash, visible
from xlbudget.errors import AmountError
from xlbudget.functions.cells import code_text as function_code
from xlbudget.money import WAN, parse_amount
from xlbudget.sheets.cells import cell_reader

INVISIBLE = [
    "\u00a0",
    "\u200b",
    "\u200e",
    "\u202a",
    "\u2066",
    "\u2069",
    "\ufeff",
    "\u00ad",
    "\ufe0f",
]


@pytest.mark.parametrize("sign", INVISIBLE, ids=[f"U+{ord(one):04X}" for one in INVISIBLE])
def test_signs_that_nobody_sees_change_nothing(sign: str) -> None:
    typed = f"{sign}1,262.07{sign}"
    assert parse_amount(typed, WAN) == cell_reader(WAN)(typed) == parse_amount("1262.07", WAN)
    assert code_text(f"20103{sign}01") == function_code(f"20103{sign}01") == "2010301"
    assert squash(f"收{sign}入") == row_label(f"一、收{sign}入") == "收入"
    assert parse_amount(sign, WAN) is cell_reader(WAN)(sign) is None


@pytest.mark.parametrize("typed", ["'12.50", "’12.50", " 12.50 万元", "12.50\n万元", "１２．５０"])
def test_numbers_as_they_are_pasted(typed: str) -> None:
    assert parse_amount(typed, WAN) == parse_amount("12.50", WAN)


def test_groups_of_three_may_stand_apart() -> None:
    assert parse_amount("1 234 567.80", WAN) == parse_amount("1\u00a0234\u202f567.80", WAN)
    assert parse_amount("1 234.50", WAN) == parse_amount("1234.5", WAN)


@pytest.mark.parametrize(
    "typed",
    ["12\n34", "12 34", "1\n234", "12.\n5", "5²", "①②", "½", "¥", "￥", "人民币", "人民币¥", "元"],
)
def test_what_is_no_number_is_refused_and_never_blank(typed: str) -> None:
    with pytest.raises(AmountError, match="不是金额"):
        parse_amount(typed, WAN)


@pytest.mark.parametrize(
    "typed", ["２０１０３０１", "2010301.0", " 20103 01", "'2010301", "201\u00a00301"]
)
def test_codes_are_the_same_for_sheets_and_functions(typed: str) -> None:
    assert code_text(typed) == function_code(typed) == "2010301"


def test_raised_digits_are_no_digits_of_a_code() -> None:
    assert not code_text("20103²").isascii()


def test_radicals_are_read_as_the_characters_that_they_look_like() -> None:
    assert folded("\u2ed3春市⺠政局⻋辆") == "长春市民政局车辆"
    assert folded("⽀出") == "支出"
    assert squash("财政专⼾") == visible("财政专⼾") == "财政专户"


@pytest.mark.parametrize("number", ["表2 ", "表2", "附表12", "2 ", "2.", "（2）", ""])
def test_the_number_of_a_table_ends_before_its_year(number: str) -> None:
    assert plain_name(f"{number}2026年部门收支总表") == "部门收支总表"
