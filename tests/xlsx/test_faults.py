"""The system refuses in the middle of a write: the old file or the new one, and a sentence that is so.

A fixed part of what ``make faults`` does with every system call (``benchmarks/faults.py``): here each call of
the system's functions by which files are made, synced, moved and removed fails once, in this process.
"""

from __future__ import annotations

import errno
import os
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from thorough import either
from xlbudget.cli.run import run
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.locks import writing
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GENERAL = "一般公共预算支出表"
CALLS = ("fsync", "replace", "rename", "unlink", "mkdir", "chmod", "close", "open")
FAULTS = (errno.ENOSPC, errno.EIO, errno.EACCES)
OWN, BACKUP = ".~xlbudget-", ".备份"


class Failing:
    """The ``at``-th call of a function of ``os`` on the files below a folder fails; how many there were."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.folder = os.fspath(folder)
        self.at, self.number, self.seen = 0, 0, 0
        self.handles: set[int] = set()
        for name in CALLS:
            monkeypatch.setattr(os, name, self._wrapped(getattr(os, name), name))

    def _wrapped(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **more: Any) -> Any:
            if not self._ours(arguments[0]):
                return call(*arguments, **more)
            self.seen += 1
            if self.seen == self.at:
                if name == "close":  # the system lets go of it all the same
                    call(*arguments, **more)
                raise OSError(self.number, os.strerror(self.number), str(arguments[0]))
            done = call(*arguments, **more)
            if name == "open":
                self.handles.add(done)
            elif name == "close":
                self.handles.discard(arguments[0])
            return done

        return wrapped

    def _ours(self, what: object) -> bool:
        if isinstance(what, int):
            return what in self.handles
        return os.fsdecode(what).startswith(self.folder)  # type: ignore[arg-type]

    def arm(self, at: int, number: int) -> None:
        self.at, self.number, self.seen = at, number, 0
        self.handles.clear()


def held(folder: Path) -> dict[str, bytes]:
    """The user's files, without backups and what is the program's own."""
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file() and BACKUP not in one.name and OWN not in str(one)
    }


@pytest.mark.parametrize("command", ["fill", "export"])
def test_every_refusal_of_the_system_leaves_old_or_new(
    command: str,
    example_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XLBUDGET_HOME", str(tmp_path / "状态"))
    kept, folder = tmp_path / "kept", tmp_path / "files"
    kept.mkdir()
    book = folder / "预算.xlsm"
    shutil.copy(example_file, kept / book.name)
    change = CellEdit(GENERAL, "G9", None if command == "fill" else Decimal(3000))
    if command == "export":
        assert run(["export", "-q", str(kept / book.name), str(kept / "数据")]) == 0
    Workbook(kept / book.name).patch(kept / book.name, [change])
    arguments = {
        "fill": ["fill", str(book)],
        "export": ["export", "--overwrite", str(book), str(folder / "数据")],
    }[command]

    def once() -> tuple[int, dict[str, bytes], str]:
        capsys.readouterr()
        status = run(arguments)
        said = capsys.readouterr()
        return status, held(folder), said.out + said.err

    old = held(kept)
    shutil.copytree(kept, folder)
    failing = Failing(monkeypatch, folder)
    failing.arm(0, 0)
    status, new, _ = once()
    calls = failing.seen
    assert status == 0 and new != old
    assert calls > 10
    results = {"old": 0, "new": 0}
    step = either(2, 1) if command == "fill" else 5
    for at in range(1, calls + 1, step):
        number = FAULTS[at % len(FAULTS)]
        failing.arm(0, 0)
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        failing.arm(at, number)
        status, now, said = once()
        failing.arm(0, 0)
        where = f"{command}, call {at}: {said}"
        assert now in (old, new), where
        assert os.strerror(number) not in said and "Traceback" not in said, where
        if now == old:
            results["old"] += 1
            assert status == 2 and "此前已写入" not in said, where
        else:
            results["new"] += 1
            assert status == 0 or "已写入" in said or "已经写" in said, where
            assert "没有改动" not in said.replace("此外没有改动", ""), where
    assert min(results.values()) > 0, results


def test_a_lock_that_cannot_be_closed_makes_no_write_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by ``make faults``: the set had been written, and was said not to be."""
    close = os.close

    def failing(handle: int) -> None:
        close(handle)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with writing(tmp_path / "预算.xlsm"):
        monkeypatch.setattr(os, "close", failing)
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())
