"""Published documents are read whatever their layout: the fast part of the corpus, held to the acceptance.

The whole corpus is measured by ``make layouts``; its table stands in docs/published.md.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from layouts.make import layouts, make
from layouts.measure import measured
from layouts.regions import judged
from layouts.sources import source
from layouts.trials import number_trials, slip_trials, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _pytest.mark import ParameterSet

    from layouts.make import Layout

FAST = [(one, one.sources[0]) for one in layouts() if one.fast and not one.pending]
"""Those marked as not reached yet are measured by ``make layouts`` alone."""
PROGRAMS = {"office": "soffice", "browser": "chromium", "gnumeric": "ssconvert"}
MOST_LOST = 0.01
"""Of the printed cells so many may be missing, each of them named."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("layouts")


def cases() -> Iterator[ParameterSet]:
    """A case per layout and source; those that a program makes are marked."""
    for layout, name in FAST:
        marks = [pytest.mark.office] if layout.then else []
        yield pytest.param(layout, name, id=f"{layout.name} [{name}]", marks=marks)


@pytest.mark.parametrize(("layout", "name"), list(cases()))
def test_a_layout_changes_nothing(layout: Layout, name: str, folder: Path) -> None:
    for program, *_ in layout.then:
        if shutil.which(PROGRAMS.get(program, "python3")) is None:
            pytest.skip(f"{PROGRAMS[program]} is not installed")
    given = source(name, folder)
    found = measured(make(layout, given, folder / f"{layout.name} {name}"), given.base)
    assert found.refused == ""
    assert found.wrong == ()
    assert found.unnamed == ()
    assert len(found.lost) <= MOST_LOST * (found.right + len(found.lost))
    assert [one.message for one in found.accusing] == []
    assert found.texts >= given.base.texts or layout.kind in ("xlsx", "xls", "ods")


def test_mistakes_are_found_where_they_stand(folder: Path) -> None:
    """Some of what ``make layouts ARGUMENTS="--numbers 300 --slips 100"`` does."""
    given = source("example", folder)
    plain = next(one for one in layouts() if one.name == "a text between tabs")
    numbers = list(number_trials(plain, given, folder / "numbers", 6))
    for trial in numbers:
        assert (trial.found, trial.named, trial.further) == (True, True, ()), told(trial)
    assert sum(trial.true for trial in numbers) >= len(numbers) - 1
    slips = list(slip_trials(plain, given, folder / "slips", 12))
    for trial in slips:
        assert trial.found, told(trial)
    assert sum(trial.named for trial in slips) >= len(slips) - 1


def test_documents_of_other_regions_are_refused_with_their_kind(folder: Path) -> None:
    said = list(judged(folder))
    assert len(said) >= 8
    for one in said:
        assert one.right, (one.name, one.validated, one.imported)


def test_names_are_distinct_and_the_corpus_is_whole() -> None:
    every = layouts()
    assert len({one.name for one in every}) == len(every)
    assert len(every) >= 60
    assert sum(one.foreign for one in every) >= 15
    kinds = {one.kind for one in every}
    assert kinds >= {"txt", "docx", "pdf", "html", "xls", "xlsx", "ods", "csv"}
