"""inspect: every file is accounted for, whatever files, processes, people and disks do."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from bureau.conftest import results
from inspecting import inspects
from xlbudget.bureau.engines import Alone, Processes
from xlbudget.bureau.inspect import Inspection
from xlbudget.bureau.listing import list_sources
from xlbudget.bureau.work import Task, inspect_file
from xlbudget.cli.run import run
from xlbudget.errors import UnusableFileError
from xlbudget.importing.data_folder import read_folder
from xlbudget.publishing.disclosure import disclosure
from xlbudget.publishing.docx import docx_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.bureau.engines import Engine
    from xlbudget.bureau.work import Outcome
    from xlbudget.standard.model import Standard


def inspected(folder: Path, output: Path, engine: Engine) -> list[Outcome]:
    """The outcomes of all files of a folder as they came."""
    told: list[Outcome] = []
    inspection = Inspection(output)
    inspection.run(list_sources([str(folder)], ignored=[output]).sources, engine, told.append)
    inspection.finish()
    return told


def children() -> list[psutil.Process]:
    """The processes that inspect for this one."""
    return [one for one in psutil.Process().children() if inspects(one)]


def test_every_file_of_a_mixed_folder_is_an_entry(
    mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = mixed / "结果"
    assert run(["inspect", str(mixed), "-o", str(output), "--jobs", "2"]) == 2
    said = capsys.readouterr()
    found = results(output)
    usable = {path for path, one in found.items() if one["verdict"] == "pass"}
    assert usable == {"甲局.xlsm", "乡镇/甲局.xlsm", "乡镇/打开.xlsm", "财政所.xlsm"}
    for path, one in found.items():
        assert (one["report"] is None) == (one["verdict"] == "unusable") == (path not in usable)
        assert bool(one["reason"]) == (path not in usable)
        assert (one["hash"] is None) == (path == "断.xlsm")
    assert "密码" in found["加密.xlsx"]["reason"] or "加密" in found["加密.xlsx"]["reason"]
    right = found["甲局.xlsm"]
    assert (right["kind"], right["year"], right["unit"]) == (
        "workbook",
        2024,
        "长春市人民政府办公厅（本级）",
    )
    assert set(right["totals"]) == {"收入总计", "支出总计"}
    assert {path.name for path in output.iterdir()} >= {
        "结果.jsonl",
        "校验总表.xlsx",
        "校验总览.html",
    }
    assert not (output / "结果.部分.jsonl").exists()
    assert said.out.splitlines()[-1].startswith("检查了10个文件：通过4个、不能用6个；")
    assert len(said.out.splitlines()) == 11
    assert "锁文件" in said.err and "没有检查“乡镇/圈”" in said.err


def test_the_status_is_that_of_the_worst(folder: Path, tmp_path: Path) -> None:
    (folder / "甲局.xlsm").rename(tmp_path / "甲局.xlsm")
    output = ["-o", str(tmp_path / "结果"), "-q", "--jobs", "0"]
    assert run(["inspect", str(tmp_path / "甲局.xlsm"), *output]) == 0
    assert run(["inspect", str(folder), *output]) == 2
    assert run(["inspect", str(tmp_path / "没有"), *output]) == 2
    assert run(["inspect", *output]) == 2


def test_what_is_needed_at_the_end_is_looked_at_first(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["inspect", str(folder), "-o", str(tmp_path / "果")]
    for option in ("--units", "--last"):
        assert run([*arguments, option, str(tmp_path / "没有.csv")]) == 2
        assert "没有.csv" in capsys.readouterr().err
    assert not (tmp_path / "果").exists()


def test_the_report_is_that_of_validate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "甲局.xlsm"
    record = json.loads(inspect_file(Task("甲局.xlsm", str(path))).line)
    run(["validate", str(path), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert {**report, "path": "甲局.xlsm"} == record["report"]


def test_begun_again_nothing_is_judged_twice(
    folder: Path, copies: Callable[[int], list[Path]], tmp_path: Path
) -> None:
    copies(2)
    output = tmp_path / "结果"
    first = inspected(folder, output, Alone())
    before = (output / "结果.jsonl").read_bytes()
    again = inspected(folder, output, Alone())
    assert [bool(one.line) for one in first + again] == [True] * 3 + [False] * 3
    assert (
        (output / "结果.jsonl").read_bytes() == before == (output / "结果.上次.jsonl").read_bytes()
    )
    (folder / "单位0.xlsm").write_bytes(b"")
    (folder / "单位1.xlsm").unlink()
    third = inspected(folder, output, Alone())
    assert {one.path for one in third if one.line} == {"单位0.xlsm"}
    assert set(results(output)) == {"单位0.xlsm", "甲局.xlsm"}


def test_killed_anywhere_the_same_comes_out(
    folder: Path, copies: Callable[[int], list[Path]], tmp_path: Path
) -> None:
    copies(5)
    (folder / "损坏.xlsm").write_bytes(b"PK")
    undisturbed, output = tmp_path / "一", tmp_path / "二"
    inspected(folder, undisturbed, Processes(2, 60))
    command = [sys.executable, "-m", "xlbudget", "inspect", str(folder), "-o", str(output)]
    done = []
    for lines in (1, 2):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(lines):
                process.stdout.readline()
            process.kill()
        part = output / "结果.部分.jsonl"
        done.append(len(part.read_bytes().splitlines()))
    with part.open("ab") as cut:
        cut.write(b'{"version":1,"path":"\xe5')
    assert 1 <= done[0] < done[1]
    told = inspected(folder, output, Processes(2, 60))
    assert sum(not one.line for one in told) >= done[1] - 1
    assert results(output) == results(undisturbed)


def test_interrupted_it_says_what_is_kept(
    folder: Path, copies: Callable[[int], list[Path]], tmp_path: Path
) -> None:
    copies(8)
    command = [sys.executable, "-m", "xlbudget", "inspect", str(folder), "-o", str(tmp_path / "果")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        said = process.stderr.read().decode()
    assert process.returncode == 130
    assert said.startswith("已中断；已检查的") and said.endswith("用同样的命令就接着检查。\n")


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of this kind")
def test_a_full_disk_says_what_is_kept_and_goes_on(
    folder: Path,
    copies: Callable[[int], list[Path]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import resource  # noqa: PLC0415  # not there on Windows

    copies(2)
    length = len(inspect_file(Task("单位0.xlsm", str(folder / "甲局.xlsm"))).line)
    arguments = ["inspect", str(folder), "-o", str(tmp_path / "果"), "--jobs", "0"]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * length + 10, before[1]))
    try:
        assert run(arguments) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    said = capsys.readouterr()
    assert "文件超过大小限制" in said.err
    assert "已检查的2个文件的结果都已保存；请排除后用同样的命令接着检查。" in said.err
    assert run(arguments) == 0
    assert "其中2个没有变" in capsys.readouterr().out
    assert len(results(tmp_path / "果")) == 3


def test_what_is_no_file_of_results_is_not_read_to_its_end(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlbudget.bureau.inspect.LONGEST_RESULT", 1000)
    (tmp_path / "果").mkdir()
    (tmp_path / "果" / "结果.部分.jsonl").write_bytes(bytes(5000))
    with pytest.raises(UnusableFileError, match="不是本程序的检查结果"):
        inspected(folder, tmp_path / "果", Alone())


@pytest.mark.usefixtures("trap")
def test_a_slow_file_and_one_that_kills_are_entries(
    folder: Path, copies: Callable[[int], list[Path]], tmp_path: Path
) -> None:
    copies(2)
    for name in ("慢.xlsm", "死.xlsm", "一次.xlsm"):
        shutil.copy(folder / "甲局.xlsm", folder / name)
    inspected(folder, tmp_path / "果", Processes(2, 5))
    found = results(tmp_path / "果")
    bad = {path: one["reason"] for path, one in found.items() if one["verdict"] != "pass"}
    assert bad.keys() == {"慢.xlsm", "死.xlsm"}
    assert "检查了5秒还没有完" in bad["慢.xlsm"] and "意外退出" in bad["死.xlsm"]


def test_killed_processes_lose_nothing(
    folder: Path, copies: Callable[[int], list[Path]], tmp_path: Path
) -> None:
    copies(6)
    killed: set[int] = set()

    def kill(outcome: Outcome) -> None:
        assert outcome.verdict == "pass"
        living = [child for child in children() if child.pid not in killed]
        if len(killed) < 2 and living:
            killed.add(living[-1].pid)
            living[-1].kill()

    inspection = Inspection(tmp_path / "果")
    inspection.run(list_sources([str(folder)]).sources, Processes(2, 60), kill)
    assert len(killed) == 2
    assert {one["verdict"] for one in results(tmp_path / "果").values()} == {"pass"}
    assert len(results(tmp_path / "果")) == 7
    assert not children()


def test_two_into_one_folder_are_refused_and_foreign_results_are_kept(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "果"
    output.mkdir()
    (output / "结果.部分.jsonl").write_text("别人的\n", "utf-8")
    assert run(["inspect", str(folder), "-o", str(output), "--jobs", "0"]) == 2
    assert "不是本程序的检查结果" in capsys.readouterr().err
    assert (output / "结果.部分.jsonl").read_text("utf-8") == "别人的\n"


def test_a_file_of_an_archive_is_inspected(folder: Path, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "报送"), "zip", folder)
    address = f"zip://甲局.xlsm::{packed}"
    record = json.loads(inspect_file(Task(address, address)).line)
    assert (record["verdict"], record["report"]["workbook"]) == ("pass", "甲局.xlsm")
    gone = json.loads(inspect_file(Task("x", f"zip://没有.xlsm::{packed}")).line)
    assert gone["verdict"] == "unusable" and "打不开" in gone["reason"]


def test_a_data_folder_has_a_hash_and_a_verdict() -> None:
    data = Path(__file__).parents[1] / "departments" / "public-institution"
    record = json.loads(inspect_file(Task("数据", str(data))).line)
    assert (record["kind"], record["verdict"]) == ("data", "pass")
    assert record["hash"].startswith("sha256:")


def test_the_first_result_comes_before_the_last(
    folder: Path, copies: Callable[[int], list[Path]], tmp_path: Path
) -> None:
    copies(5)
    times = []
    inspection = Inspection(tmp_path / "果")
    inspection.run(
        list_sources([str(folder)]).sources,
        Processes(1, 60),
        lambda _: times.append((time.monotonic(), inspection.part.stat().st_size)),
    )
    sizes = [size for _, size in times]
    assert sizes == sorted(set(sizes)) and len(sizes) == 6


def test_a_workbook_and_its_published_text_have_one_fingerprint(
    standard: Standard, tmp_path: Path, built_from: Callable[[Path], Path]
) -> None:
    data = Path(__file__).parents[1] / "departments" / "public-institution"
    workbook = built_from(data)
    published = tmp_path / "公开文本.docx"
    published.write_bytes(docx_bytes(disclosure(standard, read_folder(data, standard))))
    first, second = (
        json.loads(inspect_file(Task(path.name, str(path))).line) for path in (workbook, published)
    )
    assert (first["kind"], second["kind"]) == ("workbook", "document")
    for key in ("unit", "year", "standard", "standard_hash", "figures", "totals", "verdict"):
        assert first[key] == second[key], key
    assert first["figures"] != first["last_year_figures"] is not None
