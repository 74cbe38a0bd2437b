"""Killed at any moment of a write, the program leaves the old workbook or the new one, whole."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from thorough import either
from xlbudget.checks.validate import validate
from xlbudget.editing.fill import plan_fill
from xlbudget.editing.findings import plan_findings
from xlbudget.editing.notes import plan_notes
from xlbudget.explaining.explain import explain, glossary
from xlbudget.reading.book import read_book
from xlbudget.xlsx.atomic import replace_atomically
from xlbudget.xlsx.backups import backups
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

KILLS = either(40, 200)
MOST_KILLS = 10 * KILLS
"""So many where the machine's pace changes so much that nearly all come too early, or too late."""


def plans(path: Path, standard: Any) -> list[tuple[list[CellEdit], Any]]:
    """What fill, notes and validate --write would write to the workbook."""
    book = read_book(path)
    notes = plan_notes(Workbook(path), explain(standard, book), glossary(standard, book))
    findings = plan_findings(Workbook(path), standard, validate(standard, book))
    filled = plan_fill(Workbook(path))
    return [(one.edits, one.afterwards) for one in (filled, notes, findings)]


def child(work: Callable[[], object]) -> tuple[int, int]:
    """Fork a process that does the work when it is ready; its number, and a pipe that says so."""
    reader, writer = os.pipe()
    number = os.fork()
    if number == 0:
        try:
            os.close(reader)
            os.write(writer, b"!")
            work()
        finally:
            os._exit(0)
    os.close(writer)
    return number, reader


def drop(path: Path) -> None:
    for backup in backups(path):
        backup.path.unlink()


def test_kills_lose_nothing(example_file: Path, standard: Any, tmp_path: Path) -> None:
    folder = tmp_path / "预算 文件夹"
    folder.mkdir()
    path = folder / "部门预算 样例.xlsm"
    shutil.copy(example_file, path)
    damage = CellEdit("一般公共预算支出表", "F8", Decimal("431.90"))
    Workbook(path).patch(path, [damage])
    old = path.read_bytes()
    jobs, new = plans(path, standard), []
    for edits, after in jobs:
        assert edits
        target = tmp_path / "neu.xlsm"
        Workbook(path).patch(target, edits, after)
        new.append(target.read_bytes())

    def write(which: int) -> None:
        edits, after = jobs[which]
        replace_atomically(path, lambda target: Workbook(path).patch(target, edits, after))

    spans = []
    for which in range(len(jobs)):
        start = time.monotonic()
        write(which)
        spans.append((time.monotonic() - start) * 1.3)
        assert path.read_bytes() == new[which]
        path.write_bytes(old)
        drop(path)
    # Where a kill came too early the next one comes later, and the other way round: the moments
    # lie around the replacement, however fast or slow the machine is meanwhile.
    rng, outcomes = random.Random(7), {"old": 0, "new": 0}
    number = 0
    while number < KILLS or (min(outcomes.values()) <= KILLS // 20 and number < MOST_KILLS):
        which = number % len(jobs)
        process, ready = child(lambda: write(which))  # noqa: B023  # used before it changes
        os.read(ready, 1)
        os.close(ready)
        time.sleep(rng.random() * spans[which])
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        found = path.read_bytes()
        assert found in (old, new[which]), (
            f"kill {number}: neither the old workbook nor the new one"
        )
        outcomes["old" if found == old else "new"] += 1
        spans[which] *= 1.15 if found == old else 0.85
        for backup in backups(path):
            assert backup.path.read_bytes() == old, f"kill {number}: the backup is broken"
        drop(path)
        path.write_bytes(old)
        number += 1
    assert min(outcomes.values()) > KILLS // 20, outcomes
    write(0)
    assert path.read_bytes() == new[0]
    (backup,) = backups(path)
    left = {one.name for one in folder.iterdir()} - {path.name, backup.path.name}
    assert not left, "what killed writes left behind is cleared away by the next one"
