"""Whatever ends a command: what it says of the user's files is what happened to them."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xlbudget import errors, interrupts
from xlbudget.editing.findings import plan_findings
from xlbudget.editing.validate import examine_file
from xlbudget.errors import reason_of
from xlbudget.report import text_report
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

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
    backups = list(blank.parent.glob(f"{blank.stem}.备份*.xlsm"))
    if late:
        (backup,) = backups
        assert f"已写入“{blank.name}”（原文件备份为“{backup.name}”）" in ended.err
        assert "您的文件没有改动" not in ended.err
        assert blank.read_bytes() != before and backup.read_bytes() == before
    else:
        assert "已写入" not in ended.err
        assert blank.read_bytes() == before and not backups
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


# ------------------------------------------------------------------ several files


def patched_part(book: Path, part: str, change: Callable[[str], str]) -> None:
    """The workbook with one part of its package changed."""
    with zipfile.ZipFile(book) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts[part] = change(parts[part].decode("utf-8")).encode("utf-8")
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


SHEET = "xl/worksheets/sheet10.xml"
"""A table of the example."""


def amount(text: str) -> Callable[[Path], None]:
    """A number in place of an amount, as it stands in the file."""
    return lambda book: patched_part(
        book, SHEET, lambda xml: re.sub(r"<v>\d+\.\d+</v>", f"<v>{text}</v>", xml, count=1)
    )


def nested(book: Path) -> None:
    deep = "<x>" * 100_000 + "</x>" * 100_000
    patched_part(book, SHEET, lambda xml: xml.replace("<sheetData>", f"{deep}<sheetData>"))


def far_away(book: Path) -> None:
    cell = '<c r="ZZZZZZ1"><v>1</v></c></row></sheetData>'
    patched_part(book, SHEET, lambda xml: xml.replace("</row></sheetData>", cell))


def control_signs(book: Path) -> None:
    patched_part(book, SHEET, lambda xml: xml.replace("<sheetData>", "<sheetData>\x0b"))


def wrong_checksum(book: Path) -> None:
    data = bytearray(book.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 16] ^= 0xFF
    book.write_bytes(bytes(data))


def bomb(book: Path) -> None:
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", bytes(80 * 2**20))


HOSTILE: dict[str, Callable[[Path], object]] = {
    "大数": amount("1e27"),
    "无穷": amount("inf"),
    "百万位": amount("9" * 1_000_000),
    "远处的格": far_away,
    "控制符": control_signs,
    "嵌套": nested,
    "压缩弹": bomb,
    "截断": lambda book: book.write_bytes(book.read_bytes()[:9000]),
    "校验和": wrong_checksum,
    "加密": lambda book: book.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)),
}


def copies(book: Path, *names: str) -> list[Path]:
    return [Path(shutil.copy(book, book.with_name(f"{name}.xlsm"))) for name in names]


def test_ten_hostile_files_hide_none_of_the_others(cli: Any, book: Path) -> None:
    hostile = copies(book, *HOSTILE)
    for path, damage in zip(hostile, HOSTILE.values(), strict=True):
        damage(path)
    sound, wrong = copies(book, "好的", "错的")
    Workbook(wrong).patch(wrong, [WRONG])
    paths = [*hostile[:5], sound, *hostile[5:], wrong]
    ended = cli("validate", *paths, "--format", "json")
    assert ended.status == 1 and "Traceback" not in ended.err
    entries = json.loads(ended.out)
    assert [one["path"] for one in entries] == [str(path) for path in paths]
    for one in entries:
        if one["path"] in (str(sound), str(wrong)):
            assert one["status"] == ("pass" if one["path"] == str(sound) else "error")
            assert one["not_read"] == []
        elif not one["standard"]:
            (unread,) = one["not_read"]
            assert unread["place"] == "整个文件" and Path(one["path"]).name in unread["reason"]
            assert one["status"] == "unknown" and unread["reason"] in ended.err
    for form in ("text", "html"):
        shown = cli("validate", *paths, "--format", form)
        assert shown.status == 1
        assert all(path.name in shown.out for path in paths)


@pytest.mark.parametrize("error", [ZeroDivisionError(), MemoryError(), RecursionError()])
@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_a_fault_of_our_own_in_one_file_is_its_entry(
    cli: Any, book: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, form: str
) -> None:
    ours = examine_file

    def examine(source: Workbook) -> Any:
        if source.path.name == "坏的.xlsm":
            raise error
        return ours(source)

    bad, sound = copies(book, "坏的", "好的")
    monkeypatch.setattr("xlbudget.cli.validation.examine_file", examine)
    ended = cli("validate", bad, sound, "--format", form)
    assert ended.status == 2 and ended.err.count("\n") == 1
    said = "内存不足" if isinstance(error, MemoryError) else "程序内部出错"
    assert said in ended.err and said in ended.out
    assert "“坏的.xlsm”没有校验" in ended.out and "好的.xlsm" in ended.out
    Workbook(sound).patch(sound, [WRONG])
    assert cli("validate", bad, sound, "--format", form).status == 1


def test_a_report_that_cannot_be_drawn_hides_no_other(
    cli: Any, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = text_report.report_text

    def drawn(report: Any, standard: Any) -> str:
        if report.workbook == "坏的.xlsm" and not report.unusable:
            raise ZeroDivisionError
        return ours(report, standard)

    monkeypatch.setattr(text_report, "report_text", drawn)
    bad, sound = copies(book, "坏的", "好的")
    ended = cli("validate", bad, sound)
    assert "“坏的.xlsm”没有校验" in ended.out and "好的.xlsm" in ended.out


def test_findings_that_cannot_be_written_into_one_book_are_written_into_the_others(
    cli: Any, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = plan_findings

    def plan(source: Workbook, *rest: Any) -> Any:
        if source.path.name == "坏的.xlsm":
            raise ZeroDivisionError
        return ours(source, *rest)

    bad, sound = copies(book, "坏的", "好的")
    before = {path: path.read_bytes() for path in (bad, sound)}
    monkeypatch.setattr("xlbudget.editing.findings.plan_findings", plan)
    ended = cli("validate", "--write", bad, sound)
    assert ended.status == 2
    assert (
        "“坏的.xlsm”的校验结果没有写入" in ended.err
        and "“好的.xlsm”的“校验结果”已写入" in ended.err
    )
    assert bad.read_bytes() == before[bad] and sound.read_bytes() != before[sound]
