"""The files of a set appear together: the old set or the new one, whatever happens in between."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlbudget.errors import DataFolderError, UnusableFileError
from xlbudget.importing.data_folder import read_folder
from xlbudget.xlsx import sets
from xlbudget.xlsx.backups import backups
from xlbudget.xlsx.sets import UNFINISHED, finish_set, is_unfinished, replace_set

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("甲.csv", "乙.toml", "丙 丁.docx")
OLD = {name: f"旧 {name}".encode() * 3000 for name in NAMES}
NEW = {name: f"新 {name}".encode() * 3000 for name in NAMES[:2]} | {"戊.csv": b"new"}
GONE = (NAMES[2],)
PAGE = "套件－清样单.html"
OLD_PAGE, NEW_PAGE = b"old page", b"new page"

forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are killed here, not machines: nobody need wait for the disk."""
    monkeypatch.setattr(os, "fsync", abs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "公开 文件" / "套件"
    made.mkdir(parents=True)
    for name, data in OLD.items():
        (made / name).write_bytes(data)
    (made / "别人的.txt").write_bytes(b"foreign")
    (made / "别人的文件夹").mkdir()
    (made.parent / PAGE).write_bytes(OLD_PAGE)
    return made


def held(folder: Path) -> dict[str, bytes]:
    """The files of a folder and its page, backups left out."""
    inside = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}
    page = folder.parent / PAGE
    beside = {PAGE: page.read_bytes()} if page.exists() else {}
    return {
        name: data
        for name, data in (inside | beside).items()
        if not name.startswith(".~xlbudget-") and ".备份" not in name
    }


def litter(folder: Path) -> list[str]:
    """What lies in or beside the folder that is neither the set's nor somebody else's."""
    known = {*OLD, *NEW, "别人的.txt", "别人的文件夹", PAGE, folder.name}
    there = [*folder.iterdir(), *folder.parent.iterdir()]
    return [one.name for one in there if one.name not in known and ".备份" not in one.name]


FOREIGN = {"别人的.txt": b"foreign"}
BEFORE = OLD | FOREIGN | {PAGE: OLD_PAGE}
AFTER = NEW | FOREIGN | {PAGE: NEW_PAGE}


def write(folder: Path) -> list[Path]:
    return replace_set(folder, NEW, GONE, beside={PAGE: NEW_PAGE}, by="package")


def test_a_set_takes_the_place_of_another(folder: Path) -> None:
    kept = write(folder)
    assert held(folder) == AFTER and litter(folder) == []
    assert {one.read_bytes() for one in kept} == set(OLD.values())
    for name, data in OLD.items():
        (backup,) = backups(folder / name)
        assert (backup.path.read_bytes(), backup.by) == (data, "package")
    stood = {one.name: one.stat().st_mtime_ns for one in folder.iterdir()}
    assert write(folder) == [], "what is the same is not written again"
    assert {one.name: one.stat().st_mtime_ns for one in folder.iterdir()} == stood


def test_a_new_folder_with_its_page(tmp_path: Path) -> None:
    folder = tmp_path / "没有" / "套件"
    assert write(folder) == []
    assert held(folder) == NEW | {PAGE: NEW_PAGE} and litter(folder) == []
    mask = os.umask(0o022)
    os.umask(mask)
    assert folder.stat().st_mode & 0o777 == 0o777 & ~mask
    assert (folder / "甲.csv").stat().st_mode & 0o777 == 0o666 & ~mask


# ------------------------------------------------------------------ faults


def calls_of(work: Callable[[], object], monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    """Do the work with every call that changes a file or waits for the disk going through ``fault``."""
    with monkeypatch.context() as patched:
        for owner, name in CALLS:
            real = getattr(owner, name)

            def wrapped(*given: object, real: object = real, **more: object) -> object:
                fault.step()
                return real(*given, **more)  # type: ignore[operator]

            patched.setattr(owner, name, wrapped)
        work()


CALLS = [
    (os, "fsync"), (os, "mkdir"), (os, "rename"), (os, "replace"), (os, "unlink"), (os, "rmdir"),
    (Path, "replace"), (Path, "rename"), (Path, "mkdir"), (Path, "unlink"), (Path, "rmdir"),
    (Path, "chmod"), (Path, "open"), (os, "open"),
]  # fmt: skip


class Fault:
    """The call of that number fails, or ends the process."""

    def __init__(self, at: int, error: BaseException | None) -> None:
        self.at, self.error, self.count = at, error, 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.at:
            if self.error is None:
                os.kill(os.getpid(), signal.SIGKILL)
            else:
                raise self.error


@pytest.mark.parametrize("new", [False, True], ids=["in a folder", "a new folder"])
@pytest.mark.parametrize(
    "error",
    [OSError(28, "No space left on device"), OSError(5, "Input/output error"), KeyboardInterrupt()],
    ids=["full", "broken", "interrupted"],
)
def test_a_fault_at_every_call_leaves_the_old_set_or_the_new_one(
    error: BaseException,
    new: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
) -> None:
    """And says that it failed where the old one is left; litter is cleared by the next run."""
    outcomes = {"old": 0, "new": 0}
    for at in range(1, 1000):
        target = tmp_path / f"第{at}个" / "套件"
        before, after = prepared(target, None if new else folder)
        fault = Fault(at, error)
        failed = True
        try:
            calls_of(lambda: write(target), monkeypatch, fault)  # noqa: B023  # called at once
            failed = False
        except (UnusableFileError, KeyboardInterrupt) as told:
            said = str(told)
        there = held(target) if target.exists() else {}
        if new and there.keys() == NEW.keys():  # the page has to wait, and the sentence says so
            assert failed and is_unfinished(target)
            assert isinstance(error, KeyboardInterrupt) or "已经写出" in said
            finish_set(target)
            there = held(target)
        assert there in (before, after), (at, set(there))
        assert failed or there == after, at
        outcomes["old" if there == before else "new"] += 1
        write(target)
        assert held(target) == after, at
        assert litter(target) == [], at
        if fault.count < at:
            break
    assert outcomes["old"] > 5 and outcomes["new"] >= 1, outcomes


def prepared(target: Path, folder: Path | None) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """A place for a new set, or a copy of ``folder`` in its place; what it holds before and after the write."""
    if folder is None:
        target.parent.mkdir()
        return {}, NEW | {PAGE: NEW_PAGE}
    copied(folder, target)
    return BEFORE, AFTER


def copied(folder: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for one in folder.iterdir():
        if one.is_file():
            (target / one.name).write_bytes(one.read_bytes())
    (target.parent / PAGE).write_bytes(OLD_PAGE)


@forking
@pytest.mark.parametrize("new", [False, True], ids=["in a folder", "a new folder"])
def test_killed_at_every_call(
    new: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """The old set, the new one, or a state that is told apart and that the next run brings to its end."""
    outcomes = {"old": 0, "new": 0, "unfinished": 0}
    for at in range(1, 1000):
        target = tmp_path / f"第{at}个" / "套件"
        before, after = prepared(target, None if new else folder)
        process = os.fork()
        if process == 0:
            try:
                calls_of(lambda: write(target), monkeypatch, Fault(at, None))  # noqa: B023
            finally:
                os._exit(0)
        _, status = os.waitpid(process, 0)
        if is_unfinished(target):
            outcomes["unfinished"] += 1
            with pytest.raises(DataFolderError, match=r"没有写完.*export"):
                read_folder(target, None)  # type: ignore[arg-type]  # it never gets that far
            assert finish_set(target)
            assert held(target) == after, at
        else:
            there = held(target) if target.exists() else {}
            assert there in (before, after), (at, set(there))
            outcomes["old" if there == before else "new"] += 1
        write(target)
        assert held(target) == after, at
        assert litter(target) == [], (at, litter(target))
        for name, data in () if new else OLD.items():
            assert [one.path.read_bytes() for one in backups(target / name)] == [data], at
        if not os.WIFSIGNALED(status):
            break
    assert min(outcomes["old"], outcomes["unfinished"]) > 2 and outcomes["new"] > 0, outcomes
    print(outcomes)


@forking
def test_killed_at_any_moment(folder: Path) -> None:
    rng = random.Random(5)
    start = time.monotonic()
    write(folder)
    span = (time.monotonic() - start) * 1.3
    sides = {True: (NEW, GONE, NEW_PAGE), False: (OLD, ("戊.csv",), OLD_PAGE)}
    there = True
    for number in range(60):
        files, gone, page = sides[not there]
        process = os.fork()
        if process == 0:
            try:
                replace_set(folder, files, gone, beside={PAGE: page})
            finally:
                os._exit(0)
        time.sleep(rng.random() * span)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        finish_set(folder)
        found = held(folder)
        assert found in (BEFORE, AFTER), number
        there = found == AFTER
    write(folder)
    assert litter(folder) == []


# ------------------------------------------------------------------ what cannot be put back


def test_what_cannot_be_put_back_is_named_and_written_by_the_next_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def broken(self: Path, target: Path) -> Path:
        if target.name == "乙.toml" and self.parent.name != "files":
            raise OSError(5, "磁盘坏了")
        if self.name == "戊.csv":
            raise OSError(5, "磁盘坏了")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(
        UnusableFileError, match=r"没有写完（磁盘.*出错）：“乙\.toml”.*没能恢复.*再运行一次"
    ):
        write(folder)
    monkeypatch.undo()
    (kept,) = backups(folder / "乙.toml")
    assert kept.path.read_bytes() == OLD["乙.toml"]
    write(folder)
    assert held(folder) == AFTER and litter(folder) == []


def test_only_what_belongs_to_the_folder_is_moved(folder: Path, tmp_path: Path) -> None:
    """A folder that came by mail may say that it is unfinished, to have files written elsewhere."""
    victim, rest = folder.parent / ".bashrc", folder / UNFINISHED
    victim.write_bytes(b"mine")
    for part in ("beside", "files"):
        (rest / part).mkdir(parents=True)
    (rest / "beside" / ".bashrc").write_bytes(b"theirs")
    (rest / "files" / "甲.csv").symlink_to(victim)
    (rest / "我的.txt").write_bytes(b"mine too")
    finish_set(folder)
    assert victim.read_bytes() == b"mine" and not (folder / "甲.csv").is_symlink()
    assert (rest / "我的.txt").read_bytes() == b"mine too"


def test_a_file_that_is_open_stops_the_set(folder: Path) -> None:
    (folder / "~$甲.csv").touch()
    with pytest.raises(UnusableFileError, match=r"“甲\.csv”正在打开着"):
        write(folder)
    (folder / "~$甲.csv").unlink()
    assert held(folder) == BEFORE and litter(folder) == []


@forking
def test_two_at_once_come_one_after_the_other(folder: Path) -> None:
    sides = [(NEW, GONE, NEW_PAGE), (OLD, ("戊.csv",), OLD_PAGE)]
    processes = []
    for files, gone, page in sides:
        process = os.fork()
        if process == 0:
            status = 1
            try:
                for _ in range(15):
                    replace_set(folder, files, gone, beside={PAGE: page})
                status = 0
            finally:
                os._exit(status)
        processes.append(process)
    for process in processes:
        assert os.waitpid(process, 0)[1] == 0
    assert held(folder) in (BEFORE, AFTER) and litter(folder) == []


def test_a_folder_that_has_just_been_made_is_not_mixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "新"
    real = sets._stage

    def other(place: Path, files: dict[str, bytes]) -> None:
        real(place, files)
        folder.mkdir(exist_ok=True)
        (folder / "甲.csv").write_bytes(b"theirs")

    monkeypatch.setattr(sets, "_stage", other)
    with pytest.raises(UnusableFileError, match="刚刚被别的程序新建"):
        replace_set(folder, NEW)
    assert [one.name for one in folder.iterdir()] == ["甲.csv"]
