"""Earlier states by number and date: the last ones stay, none twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.atomic import replace_atomically
from xlbudget.xlsx.backups import NUMBER, Backup, backups

ADMINISTRATOR = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "预算 表.xlsm"
    made.write_bytes(b"0")
    return made


def write(path: Path, content: str, by: str = "fill") -> Path | None:
    return replace_atomically(path, lambda new: new.write_text(content) and None, by=by)


def states(path: Path) -> list[tuple[int, bytes]]:
    return [(one.number, one.path.read_bytes()) for one in backups(path)]


def test_the_last_three_states_stay(path: Path) -> None:
    for number, by in enumerate(("fill", "notes", "validate"), 1):
        kept = write(path, str(number), by)
        assert kept is not None
        assert re.fullmatch(rf"预算 表\.备份{number}-\d{{8}}-\d{{6}}-{by}\.xlsm", kept.name)
    assert states(path) == [(1, b"0"), (2, b"1"), (3, b"2")], "the original is still there"
    write(path, "4")
    assert states(path) == [(2, b"1"), (3, b"2"), (4, b"3")]
    first = backups(path)[0]
    assert (first.by, len(first.replaced)) == ("notes", 15)


def test_the_same_state_is_not_kept_twice(path: Path) -> None:
    first = write(path, "1")
    path.write_bytes(b"0")
    assert write(path, "2") == first
    assert states(path) == [(1, b"0")]


def test_how_many_is_a_setting(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NUMBER, "1")
    write(path, "1")
    write(path, "2")
    assert states(path) == [(2, b"1")]
    monkeypatch.setenv(NUMBER, "5")
    for number in range(3, 9):
        write(path, str(number))
    assert [number for number, _ in states(path)] == [4, 5, 6, 7, 8]
    for wrong in ("0", "viele", "100", "-1", "３"):
        monkeypatch.setenv(NUMBER, wrong)
        with pytest.raises(UnusableFileError, match=rf"{NUMBER}.*“{wrong}”.*1 到 99.*没有改动"):
            write(path, "9")
    assert path.read_text() == "8"


def test_others_files_are_no_backups(path: Path) -> None:
    names = (
        "预算 表.备份.xlsm", "预算 表.备份2-20240227-093000.xlsm", "预算 表.备份7-20240227-093000-fill.xlsm",
    )  # fmt: skip
    foreign = (
        "预算 表.备份2.xlsm", "预算 表.备份7-20240227-093000-fill.xlsx", "预算 表2.备份1-20240227-093000.xlsm",
        "预算 表.备份7-20240227-093000-fill.备份1-20240227-093000.xlsm", "预算 表.备份 我的.xlsm",
    )  # fmt: skip
    for name in (*names, *foreign):
        path.with_name(name).write_bytes(b"")
    assert backups(path) == [
        Backup(0, path.with_name(names[0])),
        Backup(2, path.with_name(names[1]), "20240227-093000"),
        Backup(7, path.with_name(names[2]), "20240227-093000", "fill"),
    ]
    write(path, "1")
    assert [number for number, _ in states(path)] == [2, 7, 8]
    assert all(path.with_name(name).exists() for name in foreign)


def test_nothing_is_dropped_before_the_new_file_stands(path: Path) -> None:
    for number in range(1, 4):
        write(path, str(number))
    before = states(path)

    def broken(new: Path) -> None:
        new.write_text("half")
        raise OSError(28, "full")

    with pytest.raises(UnusableFileError):
        replace_atomically(path, broken)
    assert states(path) == before


# ------------------------------------------------------------------ whose a file is


def test_owner_and_group_stay(path: Path) -> None:
    owner = (12345, 23456) if ADMINISTRATOR else (os.getuid(), os.getgid())
    os.chown(path, *owner)
    path.chmod(0o640)
    kept = write(path, "1")
    assert kept is not None
    for one in (path, kept):
        found = one.stat()
        assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (*owner, 0o640)


if ADMINISTRATOR:  # nobody else can become two people

    def test_another_group_does_not_see_what_the_group_saw() -> None:
        """Who may write in the folder but is not the owner cannot give the file to its group."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "预算.xlsm"
            path.parent.chmod(0o777)
            _written_by_another(path)


def _written_by_another(path: Path) -> None:
    path.write_bytes(b"0")
    os.chown(path, 12345, 23456)
    path.chmod(0o660)
    process = os.fork()
    if process == 0:
        status = 1
        try:
            os.setgroups([])
            os.setresgid(4242, 4242, 4242)
            os.setresuid(4242, 4242, 4242)
            replace_atomically(path, lambda new: new.write_text("1") and None, backup=False)
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(process, 0)[1] == 0
    found = path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (4242, 4242, 0o600)


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no such attributes")
def test_attributes_stay(path: Path) -> None:
    try:
        os.setxattr(path, "user.xlbudget", "来源".encode())
    except OSError:  # a file system that has none: then nothing must be in the way
        assert write(path, "1") is not None and path.read_text() == "1"
        return
    kept = write(path, "1")
    assert kept is not None
    assert os.getxattr(path, "user.xlbudget") == os.getxattr(kept, "user.xlbudget")


@pytest.mark.skipif(shutil.which("setfacl") is None, reason="takes setfacl")
def test_an_access_list_stays(path: Path) -> None:
    refused = subprocess.run(["setfacl", "-m", "u:12345:r", path], check=False).returncode
    write(path, "1")
    assert path.read_text() == "1"
    if refused:  # a file system that has none
        return
    told = subprocess.run(
        ["getfacl", "-n", path], capture_output=True, text=True, check=True
    ).stdout
    assert "user:12345:r--" in told


def test_another_hard_link_goes_on_holding_what_was_there(path: Path) -> None:
    other = path.with_name("另一个名称.xlsm")
    os.link(path, other)
    write(path, "1")
    assert (path.read_text(), other.read_text()) == ("1", "0")


def test_for_nobody_else_to_read(tmp_path: Path) -> None:
    path = tmp_path / "撤销.json"
    for mode in (None, 0o644):
        if mode:
            path.chmod(mode)
        replace_atomically(
            path, lambda new: new.write_text("{}") and None, backup=False, private=True
        )
        assert path.stat().st_mode & 0o777 == 0o600
