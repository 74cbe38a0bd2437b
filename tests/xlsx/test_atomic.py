"""A file is replaced whole or not at all, whatever happens in between."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.atomic import replace_atomically
from xlbudget.xlsx.backups import backups
from xlbudget.xlsx.beside import temporary_file
from xlbudget.xlsx.locks import refuse_open_file

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = b"old" * 1000, b"new" * 1000

WRITER = """
import sys, time
from pathlib import Path
from xlbudget.xlsx.atomic import replace_atomically

path, number = Path(sys.argv[1]), 0

def write(target):
    with target.open("wb") as file:
        for piece in range(40):
            file.write(b"%08d" % number * 500)
            file.flush()
        file.write(b"end")

print("ready", flush=True)
while True:
    number += 1
    replace_atomically(path, write)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "文件 夹"
    folder.mkdir()
    made = folder / "预算 表.xlsm"
    made.write_bytes(OLD)
    return made


def names(path: Path) -> set[str]:
    return {one.name for one in path.parent.iterdir()}


def test_the_new_file_stands_in_its_place_and_the_old_one_beside(path: Path) -> None:
    backup = replace_atomically(path, lambda target: _put(target, NEW))
    assert path.read_bytes() == NEW
    assert backup is not None and [one.path for one in backups(path)] == [backup]
    assert re.fullmatch(r"预算 表\.备份1-\d{8}-\d{6}\.xlsm", backup.name)
    assert backup.read_bytes() == OLD
    assert names(path) == {path.name, backup.name}


def _put(target: Path, data: bytes) -> None:
    target.write_bytes(data)


def test_without_backup(path: Path) -> None:
    assert replace_atomically(path, lambda target: _put(target, NEW), backup=False) is None
    assert names(path) == {path.name}


def test_a_new_file_has_no_backup_and_usual_permissions(path: Path) -> None:
    fresh = path.with_name("新.xlsm")
    mask = os.umask(0o027)
    try:
        assert replace_atomically(fresh, lambda target: _put(target, NEW)) is None
    finally:
        os.umask(mask)
    assert fresh.read_bytes() == NEW
    assert fresh.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
def test_permissions_are_kept(path: Path, mode: int) -> None:
    path.chmod(mode)
    backup = replace_atomically(path, lambda target: _put(target, NEW))
    assert backup is not None
    assert path.stat().st_mode & 0o777 == mode
    assert backup.stat().st_mode & 0o777 == mode


def test_a_link_is_followed_to_its_file(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "链接.xlsm"
    link.symlink_to(path)
    replace_atomically(link, lambda target: _put(target, NEW))
    assert link.is_symlink()
    assert path.read_bytes() == NEW
    assert {one.name for one in tmp_path.iterdir()} == {"链接.xlsm", "文件 夹"}


def test_a_read_only_file_is_refused(path: Path) -> None:
    path.chmod(0o444)
    with pytest.raises(UnusableFileError, match="只读"):
        replace_atomically(path, lambda target: _put(target, NEW))
    assert path.read_bytes() == OLD and names(path) == {path.name}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, UnusableFileError])
def test_a_write_that_fails_changes_nothing(path: Path, error: type[BaseException]) -> None:
    def fail(target: Path) -> None:
        target.write_bytes(NEW[:10])
        raise error

    with pytest.raises(error):
        replace_atomically(path, fail)
    assert path.read_bytes() == OLD and names(path) == {path.name}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "denied"), "权限"),
        (OSError(28, "No space left on device"), "磁盘空间"),
    ],
)
def test_what_the_system_refuses_is_one_sentence(path: Path, error: OSError, said: str) -> None:
    def fail(target: Path) -> None:
        raise error

    with pytest.raises(UnusableFileError, match=f"预算 表.*{said}"):
        replace_atomically(path, fail)
    assert path.read_bytes() == OLD and names(path) == {path.name}


def test_a_missing_folder_is_one_sentence(path: Path) -> None:
    with pytest.raises(UnusableFileError, match="不存在"):
        replace_atomically(path.parent / "没有" / "甲.xlsm", lambda target: _put(target, NEW))


@pytest.mark.parametrize("lock", ["~$预算 表.xlsm", ".~lock.预算 表.xlsm#"])
def test_an_open_file_is_refused(path: Path, lock: str) -> None:
    refuse_open_file(path)
    path.with_name(lock).touch()
    with pytest.raises(UnusableFileError, match="正在打开"):
        refuse_open_file(path)


def test_killed_at_any_moment_the_file_is_whole(path: Path) -> None:
    """The old file or a new one: never a part, never none; the backup likewise."""
    path.write_bytes(_content(0))
    moments = random.Random(2024)
    seen: set[int] = set()
    span, tries = 0.02, 0
    while tries < 30 or (len(seen) <= 5 and tries < 90):
        tries += 1
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(moments.uniform(0, span))
            writer.send_signal(signal.SIGKILL)
        for one in (path, *(kept.path for kept in backups(path))):
            data = one.read_bytes()
            number = int(data[:8])
            assert data == _content(number)
            seen.add(number)
        if len(seen) < tries // 5:  # a busy machine: the writer gets on more slowly
            span = min(span * 1.5, 2)
    assert len(seen) > 5, "the process was killed at different moments"


def _content(number: int) -> bytes:
    return b"%08d" % number * 500 * 40 + b"end"


def test_what_a_killed_write_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    """Only our own temporary files of the same workbook, and only those of nobody alive."""
    path = tmp_path / "预算.xlsm"
    path.write_bytes(b"old")
    nobody = 2**22 + 7  # above the highest number of a process
    own, elsewhere = temporary_file(path).name, "@0a0a0a-"
    number, machine = own.split("-")[1].split("@")
    assert number == str(os.getpid())
    names = {
        "dead": own.replace(f"{number}@", f"{nobody}@"),
        "alive": own.replace(f"{number}@", f"{os.getppid()}@"),
        "other": own.replace(f"{number}@", f"{nobody}@").replace("预算", "决算"),
        "mine": ".~我自己的.xlsm",
        "distant": own.replace(f"{number}@{machine}-", f"{nobody}{elsewhere}"),
        "distant and old": own.replace(f"{number}@{machine}-", f"{nobody + 1}{elsewhere}"),
    }
    (tmp_path / own).unlink()
    for name in names.values():
        (tmp_path / name).write_bytes(b"left")
    os.utime(tmp_path / names["distant and old"], (1, 1))
    kept = replace_atomically(path, lambda target: target.write_bytes(b"new") and None)
    assert kept is not None
    left = {one.name for one in tmp_path.iterdir()}
    stay = ("alive", "other", "mine", "distant")
    assert left == {path.name, kept.name, *(names[key] for key in stay)}
