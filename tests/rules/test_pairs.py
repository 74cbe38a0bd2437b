"""The catalogue's miniature budgets: the wrong one gives exactly the finding that is shown, the right one none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from rule_pairs import PAIRS, Miniatures, rewrite, said
from xlbudget.standard.loader import load_standard

if TYPE_CHECKING:
    from xlbudget.standard.model import Standard

CODES = [rule.code for rule in load_standard().rules]


def test_every_rule_has_its_pair(standard: Standard) -> None:
    assert list(PAIRS) == [code for code in PAIRS if code in {one.code for one in standard.rules}]
    assert set(PAIRS) == set(CODES)


def test_the_base_is_right(miniatures: Miniatures) -> None:
    report = miniatures.report({}, "right")
    assert (report.status.value, report.findings, report.not_executed) == ("pass", (), ())


@pytest.mark.parametrize("code", CODES)
def test_pair(miniatures: Miniatures, code: str) -> None:
    pair = PAIRS[code]
    lines = said(miniatures.report(pair, "wrong"), code)
    if os.environ.get("UPDATE_GOLDEN"):
        rewrite(code, lines)
    else:
        assert lines == pair["says"]
    assert any(f"］{code} " in line or line.startswith(f"依据：{code} ") for line in lines)
    if "both" in pair or "last" in pair:
        assert miniatures.report(pair, "right").findings == ()
