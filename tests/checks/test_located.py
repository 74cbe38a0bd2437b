"""Samples of benchmarks/validation: wrong figures are found, and put right, as docs/validation.md says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "validation"
pytestmark = pytest.mark.usefixtures("_benchmark")


@pytest.fixture
def _benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARK))


@pytest.mark.parametrize(("size", "cells"), [("reference", 20), ("medium", 12)])
def test_one_wrong_cell_is_found_and_put_right(size: str, cells: int) -> None:
    from random_budget import SIZES, random_budget, reference  # noqa: PLC0415
    from trials import single_cells  # noqa: PLC0415

    book = reference() if size == "reference" else random_budget(random.Random(11), SIZES[size])
    score = single_cells([book], random.Random(7), cells, rivals=False)
    assert score.trials > 12 * cells
    assert score.share("detected") >= 98
    assert score.share("first") >= 96
    assert score.share("exact") >= 94


def test_several_wrong_cells_are_told_apart() -> None:
    from random_budget import SIZES, random_budget  # noqa: PLC0415
    from trials import several  # noqa: PLC0415

    books = [random_budget(random.Random(at), SIZES["medium"]) for at in range(4)]
    for errors in (2, 4):
        found = several(books, random.Random(errors), errors, 3)
        assert found.trials == 12
        assert found.exact >= 9
        assert found.among >= 10


@pytest.mark.parametrize("kind", ["一行错栏", "数行错行", "漏一行", "两行互换", "整表写成元"])
def test_one_slip_in_many_cells_is_one_finding(kind: str) -> None:
    from random_budget import SIZES, random_budget, reference  # noqa: PLC0415
    from structured import structured  # noqa: PLC0415

    books = [reference(), random_budget(random.Random(5), SIZES["medium"])]
    found = structured(books, random.Random(2), kind, 10)
    assert (found.trials, found.detected, found.named) == (10, 10, 10)
    assert found.understood >= 9
    assert found.alone >= 9


def test_correct_budgets_are_not_called_wrong() -> None:
    from alarms import OURS, false_alarms  # noqa: PLC0415
    from random_budget import SIZES  # noqa: PLC0415

    found = false_alarms(3, SIZES["medium"], 8)
    assert found.books == 8
    assert found.flagged[OURS] == 0
    assert found.flagged["逐条相等"] == 8
