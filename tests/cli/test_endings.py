"""Whatever ends a command: what it says of the user's files is what happened to them."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xlbudget import errors, interrupts
from xlbudget.errors import reason_of
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

GENERAL = "一般公共预算支出表"
BLANK = CellEdit(GENERAL, "G9", None)
WRONG = CellEdit(GENERAL, "G9", Decimal(3000))


@pytest.fixture
def blank(book: Path) -> Path:
    """A workbook in which filling has something to write."""
    Workbook(book).patch(book, [BLANK])
    return book


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the log goes."""
    path = tmp_path / "状态"
    monkeypatch.setenv("XLBUDGET_HOME", str(path))
    return path


def shell(line: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a line of sh in which ``$@`` is xlbudget with its arguments."""
    command = [sys.executable, "-m", "xlbudget", *map(str, arguments)]
    return subprocess.run(
        ["sh", "-c", line, "sh", *command], capture_output=True, text=True, check=False
    )


def raising(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


# ------------------------------------------------------------------ what was written before


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ZeroDivisionError(), 2, "程序内部出错"),
        (RecursionError(), 2, "程序内部出错"),
        (MemoryError(), 2, "内存不足"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp"), 2, "磁盘空间不足"),
        (errors.UnusableFileError("写到一半不行了。"), 2, "写到一半不行了。"),
        (KeyboardInterrupt(), 130, "已中断"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
@pytest.mark.parametrize("late", [False, True])
def test_the_sentence_says_whether_the_file_was_written(
    cli: Any,
    blank: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    status: int,
    said: str,
    late: bool,
) -> None:
    before = blank.read_bytes()
    where = "cli.workbook_commands._say_filled" if late else "editing.fill.plan_fill"
    monkeypatch.setattr(f"xlbudget.{where}", raising(error))
    ended = cli("fill", blank)
    assert ended.status == status and ended.err.count("\n") == 1 and said in ended.err
    assert "Traceback" not in ended.err and "No space" not in ended.err
    backup = blank.with_name(f"{blank.stem}.备份.xlsm")
    if late:
        assert f"已写入“{blank.name}”（原文件备份为“{backup.name}”）" in ended.err
        assert "您的文件没有改动" not in ended.err
        assert blank.read_bytes() != before and backup.read_bytes() == before
    else:
        assert "已写入" not in ended.err
        assert blank.read_bytes() == before and not backup.exists()
        if status != 2 or "不行了" not in said:
            assert "没有改动" in ended.err


def test_a_folder_that_is_not_on_this_disk_any_more_says_so_in_chinese(
    cli: Any, blank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp/xlbudget-1")
    monkeypatch.setattr("xlbudget.editing.finish.tempfile.TemporaryDirectory", raising(full))
    assert "磁盘空间不足" in cli("finish", blank).sentence()


def test_every_reason_of_the_system_is_chinese() -> None:
    for number in errno.errorcode:
        said = reason_of(OSError(number, os.strerror(number)))
        assert os.strerror(number) not in said
        assert not any(sign.isascii() and sign.isalpha() for sign in said), said
    assert reason_of(OSError("no number")) == "系统没有说明原因"


# ------------------------------------------------------------------ the log


def test_the_log_is_the_users_alone(
    cli: Any, blank: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr("xlbudget.editing.fill.plan_fill", raising(ZeroDivisionError("by zero")))
    home.mkdir()
    log = home / "xlbudget.log"
    log.touch(0o644)
    ended = cli("fill", blank)
    assert str(log) in ended.err and "by zero" in log.read_text("utf-8")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_is_not_promised(
    cli: Any, blank: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr("xlbudget.editing.fill.plan_fill", raising(ZeroDivisionError()))
    home.write_text("a file where the folder should be")
    ended = cli("fill", blank)
    assert "已记入" not in ended.err and "没有记下来" in ended.err
    assert ended.status == 2 and ended.err.count("\n") == 1


# ------------------------------------------------------------------ standard output


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_output_does_not_undo_what_was_written(blank: Path) -> None:
    before = blank.read_bytes()
    ended = shell('"$@" >/dev/full', "fill", blank)
    assert blank.read_bytes() != before
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1 and "磁盘空间不足" in ended.stderr
    assert f"已写入“{blank.name}”" in ended.stderr
    ended = shell('"$@" >/dev/full', "validate", blank)
    assert ended.returncode == 2 and "您的文件没有改动" in ended.stderr
    Workbook(blank).patch(blank, [WRONG])
    assert shell('"$@" >/dev/full 2>/dev/full', "validate", blank).returncode == 1


@pytest.mark.parametrize("line", ['"$@" >&-', '"$@" >&- 2>&-', '"$@" <&- >&- 2>&-'])
def test_closed_streams_change_nothing_of_the_work(blank: Path, line: str) -> None:
    before = blank.read_bytes()
    ended = shell(line, "fill", blank)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert blank.read_bytes() != before and Workbook(blank).lines_of([GENERAL])
    Workbook(blank).patch(blank, [WRONG])
    assert shell(line, "validate", blank).returncode == 1


def test_who_goes_away_gets_the_status_of_the_whole_work(blank: Path) -> None:
    before = blank.read_bytes()
    ended = shell('{ "$@"; echo $? >&2; } | true', "fill", blank)
    assert ended.stderr == "0\n" and blank.read_bytes() != before
    Workbook(blank).patch(blank, [WRONG])
    assert shell('{ "$@"; echo $? >&2; } | true', "validate", blank).stderr == "1\n"


# ------------------------------------------------------------------ Ctrl-C

INTERRUPTED_AT = """
import os, signal, sys

at, seen = int(sys.argv.pop(1)), 0

def imported(event, _):
    global seen
    if event == "import" and signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGINT)

sys.addaudithook(imported)
from xlbudget.__main__ import main
main()
"""


@pytest.mark.parametrize("at", [1, 3, 10, 30, 90, 120])
@pytest.mark.parametrize("command", ["validate", "fill"])
def test_interrupted_while_loading(blank: Path, command: str, at: int) -> None:
    before = blank.read_bytes()
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT, str(at), command, str(blank)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == interrupts.INTERRUPTED, ran
    assert ran.stderr.strip().splitlines()[-1].startswith("已中断") and "没有改动" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert blank.read_bytes() == before


def test_an_interruption_waits_for_the_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupts._Now, "phase", interrupts._WORKING)
    done = []

    def work() -> None:
        with interrupts.held():
            interrupts._interrupted()
            done.append("noted")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["noted"]
    with pytest.raises(KeyboardInterrupt):
        interrupts._interrupted()
    monkeypatch.setattr(interrupts._Now, "phase", interrupts._OVER)
    interrupts._interrupted()
