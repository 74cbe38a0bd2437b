"""The worksheet functions, case by case, as an accountant would write them down."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlbudget import udfs
from xlbudget.building.macros import function_helps

if TYPE_CHECKING:
    from typing import Any

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cases.toml").read_text(encoding="utf-8")
)["case"]


@pytest.mark.parametrize("case", CASES, ids=[f"{one['function']} {one['title']}" for one in CASES])
def test_case(case: dict[str, Any], fault_log: Path) -> None:
    result = getattr(udfs, case["function"])(*case["arguments"])
    assert result == case["expected"]
    assert isinstance(result, str) == isinstance(case["expected"], str)
    assert not fault_log.exists(), "an answer, not a fault of ours"


def test_every_function_has_cases() -> None:
    known = {getattr(udfs, one["function"]) for one in CASES}
    assert known == {getattr(udfs, one.name) for one in function_helps()}
