"""One writer at a time: who comes second waits, or is told by whom the file is being written."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx import locks
from xlbudget.xlsx.atomic import replace_atomically
from xlbudget.xlsx.backups import backups
from xlbudget.xlsx.beside import lock_path
from xlbudget.xlsx.locks import is_open, writing

if TYPE_CHECKING:
    from pathlib import Path

HOLDER = """
import sys, time
from pathlib import Path
from xlbudget.xlsx.locks import writing

with writing(Path(sys.argv[1]), "notes"):
    print("ready", flush=True)
    time.sleep(float(sys.argv[2]))
"""
ADDER = """
import sys
from pathlib import Path
from xlbudget.xlsx.atomic import replace_atomically
from xlbudget.xlsx.locks import writing

path = Path(sys.argv[1])
for _ in range(20):
    with writing(path, "fill"):
        read = path.read_bytes()
        number = int(read) + 1
        replace_atomically(path, lambda new: new.write_text(str(number)), by="fill", read=read)
"""


def put(new: Path, text: str) -> None:
    new.write_text(text)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "预算 表.xlsm"
    made.write_bytes(b"0")
    return made


def holder(path: Path, seconds: float) -> subprocess.Popen[bytes]:
    started = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), str(seconds)], stdout=subprocess.PIPE
    )
    assert started.stdout is not None
    assert started.stdout.readline()
    return started


def test_who_comes_second_waits(path: Path) -> None:
    with holder(path, 0.5) as other:
        start = time.monotonic()
        with writing(path):
            assert time.monotonic() - start > 0.2
            assert other.wait(5) == 0
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_who_has_waited_long_is_told_by_whom(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_WAIT", 0.2)
    with holder(path, 30) as other:
        for work in (
            lambda: replace_atomically(path, lambda new: new.write_bytes(b"1") and None),
            lambda: writing(path).__enter__(),
        ):
            with pytest.raises(
                UnusableFileError,
                match=rf"^“预算 表\.xlsm”正由另一个 xlbudget notes（进程 {other.pid}）改写，没有改动；",
            ):
                work()
        assert path.read_bytes() == b"0" and not backups(path)
        with writing(path.with_name("别的.xlsm")):
            pass
        other.kill()
    with writing(path):
        assert lock_path(path).exists()
    assert not lock_path(path).exists(), "what a dead process left is taken over and removed"


def test_writers_at_once_lose_nothing_of_each_other(path: Path) -> None:
    adders = [subprocess.Popen([sys.executable, "-c", ADDER, str(path)]) for _ in range(3)]
    assert [one.wait(100) for one in adders] == [0, 0, 0]
    assert path.read_bytes() == b"60"
    assert [one.path.read_bytes() for one in backups(path)] == [b"57", b"58", b"59"]
    assert len(list(path.parent.iterdir())) == 4


def test_a_link_and_its_file_are_one(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "别处" / "链接.xlsm"
    link.parent.mkdir()
    link.symlink_to(path)
    with writing(link):
        assert lock_path(path).exists()
        with writing(path):
            pass
        assert lock_path(path).exists(), "who has it already keeps it"


def test_where_no_lock_can_lie_there_is_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (PermissionError(13, "denied"), OSError(errno.EROFS, "read-only")):
        with monkeypatch.context() as patched:

            def refused(*_: object, error: OSError = error) -> int:
                raise error

            patched.setattr(os, "open", refused)
            with writing(path):
                pass
    with monkeypatch.context() as patched:

        def full(*_: object) -> int:
            raise OSError(28, "No space left on device")

        patched.setattr(os, "open", full)
        with pytest.raises(UnusableFileError, match=r"“预算 表\.xlsm”旁边写不出锁文件.*没有改动"):
            writing(path).__enter__()
    fcntl = pytest.importorskip("fcntl")

    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with writing(path):
        pass
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_what_the_lock_file_says_is_not_repeated_blindly(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_WAIT", 0.1)
    with holder(path, 30) as other:
        lock_path(path).write_bytes("\x1b[31m 您的文件已加密，请付款".encode() * 9)
        with pytest.raises(UnusableFileError, match="正由另一个 xlbudget 改写"):
            writing(path).__enter__()
        other.kill()


def test_a_lock_that_is_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "别人的"
    victim.write_bytes(b"mine")
    lock_path(path).symlink_to(victim)
    with pytest.raises(UnusableFileError, match="锁文件"):
        writing(path).__enter__()
    assert victim.read_bytes() == b"mine"


# ------------------------------------------------------------------ the file is still what was read


def test_a_file_changed_meanwhile_is_not_written(path: Path) -> None:
    def other(new: Path) -> None:
        new.write_bytes(b"mine")
        path.write_bytes(b"1")

    with pytest.raises(
        UnusableFileError, match=r"“预算 表\.xlsm”在读取以后被别的程序改过.*没有写入"
    ):
        replace_atomically(path, other, read=b"0")
    assert path.read_bytes() == b"1"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_file_that_went_or_came_meanwhile(path: Path) -> None:
    with pytest.raises(UnusableFileError, match="移走"):
        replace_atomically(path, lambda _: path.unlink(), read=b"0")
    assert list(path.parent.iterdir()) == []

    def other(new: Path) -> None:
        new.write_bytes(b"mine")
        path.write_bytes(b"theirs")

    with pytest.raises(UnusableFileError, match="刚刚被别的程序新建"):
        replace_atomically(path, other, new=True)
    assert path.read_bytes() == b"theirs"


@pytest.mark.parametrize("lock", ["~$预算 表.xlsm", ".~lock.预算 表.xlsm#"])
def test_a_file_opened_meanwhile_is_not_written(path: Path, lock: str) -> None:
    def opened(new: Path) -> None:
        new.write_bytes(b"mine")
        path.with_name(lock).touch()

    with pytest.raises(UnusableFileError, match="正在打开"):
        replace_atomically(path, opened)
    assert path.read_bytes() == b"0" and not backups(path)


def test_a_name_that_is_as_long_as_can_be(tmp_path: Path) -> None:
    """255 bytes: the names of temporary file, lock and backup fit, and those of two files differ."""
    paths = [tmp_path / f"{'长' * 83}{end}.xlsm" for end in ("a", "b")]
    for path in paths:
        assert len(path.name.encode()) == 255
        assert not is_open(path)
        for number in range(5):
            with writing(path, "fill"):
                replace_atomically(path, partial(put, text=str(number)), by="rollover")
        assert [one.path.read_text() for one in backups(path)] == ["1", "2", "3"]
    assert len(list(tmp_path.iterdir())) == 8
    with pytest.raises(UnusableFileError, match="名称太长"):
        replace_atomically(tmp_path / f"{'长' * 84}.xlsm", lambda new: new.write_text("") and None)
