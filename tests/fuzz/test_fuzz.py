"""A fixed subset of the fuzzing, every recipe that once failed, and that the room sees what it looks for."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

import xlbudget.__main__
from fuzz import judge, workers
from fuzz.__main__ import CORPUS, Report, as_json, from_json, judged
from fuzz.choices import NotApplicableError
from fuzz.material import BOOK, material
from fuzz.runs import RUNS, Recipe, cook, draw
from thorough import either

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fuzz.material import Material

_SEED = 17
_RUNS = either(15, 45)
_RECIPES = sorted(CORPUS.glob("*.json"))
_HARMLESS = Recipe("validate", BOOK, (("archive", "order", "same"),))


@pytest.fixture(scope="module")
def pool() -> dict[str, Material]:
    return material()


def test_every_kind_of_file_is_mutated_and_every_run_drawn() -> None:
    assert {run.name for run in RUNS.values() if run.weight > 0} == set(RUNS)
    ends = {Path(seed).suffix for run in RUNS.values() for seed in run.seeds}
    assert ends >= {
        ".xlsx",
        ".xlsm",
        ".xls",
        ".ods",
        ".docx",
        ".html",
        ".pdf",
        ".txt",
        ".csv",
        ".json",
        ".toml",
    }


def test_a_number_makes_the_same_files_and_so_does_the_recipe(pool: Mapping[str, Material]) -> None:
    for number in range(either(12, 40)):
        recipe, files = draw(Random(f"{_SEED}:{number}"), pool)
        assert draw(Random(f"{_SEED}:{number}"), pool) == (recipe, files)
        assert cook(from_json(as_json(recipe, judge.Fault("", "", ""))), pool) == files


def test_a_fixed_subset_of_mutated_files_leaves_no_fault(pool: Mapping[str, Material]) -> None:
    report = Report(pool, _SEED, None)
    for outcome in workers.outcomes(range(_RUNS), _SEED, pool, 1):
        report.add(outcome)
    assert sum(report.runs.values()) == _RUNS
    assert report.kinds == {}


def test_what_once_failed_fails_no_more(pool: Mapping[str, Material]) -> None:
    recipes = [from_json(path.read_text("utf-8")) for path in _RECIPES]
    ended = zip(_RECIPES, judged(recipes, _SEED, pool), strict=True)
    assert [(path.name, *outcome.faults) for path, outcome in ended if outcome.faults] == []


# ------------------------------------------------------------------ the room itself


def _loop() -> None:
    while True:
        pass


def _hoard() -> None:
    held = []
    while True:
        held.append(bytearray(2**27))


def _large() -> None:
    held = b"x" * 300 * 2**20
    sys.exit(int(not held))


def _abort() -> None:
    os.abort()


def _write_the_input() -> None:
    Path(BOOK).write_bytes(b"")
    sys.exit(0)


def _write_elsewhere() -> None:
    Path("litter.txt").write_text("x", encoding="utf-8")
    sys.exit(0)


def _end_oddly() -> None:
    sys.exit(3)


def _say(text: str) -> Callable[[], None]:
    def end() -> None:
        sys.stderr.write(text)
        sys.exit(2)

    return end


@pytest.mark.parametrize(
    ("main", "check"),
    [
        (_loop, "over the time"),
        (_hoard, "internal error"),
        (_large, "over the memory"),
        (_abort, "abort"),
        (_write_the_input, "an input changed"),
        (_write_elsewhere, "something else was written"),
        (_end_oddly, "exit status"),
        (_say(""), "not one line"),
        (_say(f"“{BOOK}”坏了。\n请重试。\n"), "not one line"),
        (_say(f"“{BOOK}”坏了（No such file）。\n"), "no Chinese sentence"),
        (_say(f"“{BOOK}”坏了。请重试。\n"), "more than one sentence"),
        (_say("这个文件坏了；请重试。\n"), "the sentence names no file"),
        (_say(f"“{BOOK}”坏了\x1b[2J；请重试。\n"), "a sentence with control characters"),
    ],
)
def test_what_must_not_happen_is_seen(
    main: Callable[[], None],
    check: str,
    pool: Mapping[str, Material],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xlbudget.__main__, "main", main)
    monkeypatch.setattr(workers, "SECONDS", 0.3)
    monkeypatch.setattr(workers, "MEMORY", 2**28)
    monkeypatch.setattr(judge, "MEMORY", 2**28)
    (outcome,) = judged([_HARMLESS], _SEED, pool)
    # Who hoards is refused more memory, which ends in an internal error here.
    assert [fault.check for fault in outcome.faults][:1] == [check]


def test_a_file_that_is_no_xml_is_seen(
    pool: Mapping[str, Material], monkeypatch: pytest.MonkeyPatch
) -> None:
    def write() -> None:
        Path("新的.xlsx").write_bytes(Path(BOOK).read_bytes())
        Path("新的.xlsx").write_bytes(broken)
        sys.exit(0)

    broken = cook(Recipe("fill other", BOOK, (("part", "xl/workbook.xml", "truncate", 9),)), pool)[
        BOOK
    ]
    monkeypatch.setattr(xlbudget.__main__, "main", write)
    (outcome,) = judged([Recipe("fill other", BOOK, _HARMLESS.mutations)], _SEED, pool)
    assert [fault.check for fault in outcome.faults] == ["what was written cannot be read"]


def test_a_recipe_that_fits_no_more_is_said(pool: Mapping[str, Material]) -> None:
    stale = Recipe("validate", BOOK, (("cells", "value", "没有的表", "A1", "number", "zero"),))
    with pytest.raises(NotApplicableError):
        cook(stale, pool)
    (outcome,) = judged([stale], _SEED, pool)
    assert [fault.check for fault in outcome.faults] == ["the recipe does not fit"]
