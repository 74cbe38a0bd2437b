"""The same through Dask: one worker of two is lost, and nobody sees it in the results."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from bureau.conftest import results
from inspecting import inspects
from xlbudget.bureau import cluster
from xlbudget.bureau.cluster import Cluster, inspect_chunk, standards_here
from xlbudget.bureau.engines import Alone
from xlbudget.bureau.inspect import Inspection
from xlbudget.bureau.listing import list_sources
from xlbudget.bureau.records import UNUSABLE
from xlbudget.bureau.work import Task
from xlbudget.cli.run import run
from xlbudget.standard.search import CHOSEN, SEARCHED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.bureau.work import Outcome


def _workers() -> list[psutil.Process]:
    """The processes of the cluster's workers that read files: each has one of our own."""
    return [one.parent() for one in psutil.Process().children(recursive=True) if inspects(one)]


def test_a_cluster_that_loses_a_worker_says_the_same(
    folder: Path,
    copies: Callable[[int], list[Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("xlbudget.bureau.cluster._CHUNK", 2)
    copies(7)
    sources = list_sources([str(folder)]).sources
    killed: list[int] = []

    def kill(_: Outcome) -> None:
        if not killed:
            worker = _workers()[0]
            killed.append(worker.pid)
            worker.kill()

    Inspection(tmp_path / "一").run(sources, Alone(), lambda _: None)
    Inspection(tmp_path / "二").run(sources, Cluster("local:2", 60), kill)
    assert len(killed) == 1
    assert results(tmp_path / "二") == results(tmp_path / "一")


def test_a_worker_that_stays_judges_by_the_standard_that_is_asked_for(
    example_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker outlives an inspection: the next may be by another standard, or by one that has changed since."""
    task = Task(str(example_file), str(example_file))
    monkeypatch.chdir(tmp_path)
    for name in (SEARCHED, CHOSEN):
        monkeypatch.setenv(name, "")
    before = standards_here()
    assert run(["standard", "new", "mycity", "--from", "changchun", "-o", "标准 一", "-q"]) == 0
    monkeypatch.setenv(CHOSEN, "标准 一")  # found by workers that stand elsewhere, too
    other = standards_here()
    assert other.chosen == str(tmp_path / "标准 一")
    outcomes = [inspect_chunk([task], 60, one)[0] for one in (before, other, before)]
    assert [one.verdict for one in outcomes] == ["pass", UNUSABLE, "pass"]
    assert "不是指定的“mycity”" in outcomes[1].line.decode("utf-8")
    kept = cluster._here.processes
    inspect_chunk([task], 60, before._replace(hashes=("改过",)))
    assert cluster._here.processes is not kept
    for one in cluster._here.processes.values():
        one.close()


@pytest.mark.parametrize(
    ("scheduler", "said"),
    [("local:", "应是进程数"), ("local:x", "应是进程数"), ("tcp://127.0.0.1:1", "没有回应")],
)
def test_a_scheduler_that_is_not_there_is_told(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scheduler: str,
    said: str,
) -> None:
    monkeypatch.setattr("xlbudget.bureau.cluster._PATIENCE", 1)
    assert run(["inspect", str(folder), "-o", str(tmp_path / "果"), "--scheduler", scheduler]) == 2
    assert said in capsys.readouterr().err


def test_without_dask_it_is_said_what_to_install(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run(["inspect", str(folder), "-o", str(tmp_path / "果"), "--scheduler", "local:2"]) == 2
    assert "xlbudget[bureau]" in capsys.readouterr().err
