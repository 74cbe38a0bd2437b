"""A slip in a standard's readings is named before anybody's text is judged by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from own_standards import changed, copied
from xlbudget.standard.layers import standard_ids
from xlbudget.standard.loader import load_folder, load_standard
from xlbudget.texts.readings import reading_problems

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("identity", standard_ids())
def test_every_name_in_the_readings_exists(identity: str) -> None:
    assert reading_problems(load_standard(identity)) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('figure = "income"', 'figure = "incomes"', "的 figure = “incomes”"),
        ('change = "income_change"', 'change = "income"', "的 change = “income”"),
        ('list = "expense_classes"', 'list = "expense"', "（一）的“expense”不是"),
        ('"一" = "C01"', '"一" = "C99"', "“一 = C99”不在"),
        ("[words]\nup =", "[words]\nups =", "缺少“up”"),
        ('figure = "staff_active"\n', 'figure = "staff"\n', "staff”不在 facts.toml"),
        ("[words]", "[word]", "缺少或写错了"),
    ],
)
def test_a_slip_in_the_readings_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = copied(tmp_path)
    changed(folder, "notes/readings.toml", old, new)
    found = reading_problems(load_folder(folder))
    assert any(said in one for one in found), found
