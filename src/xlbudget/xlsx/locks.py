"""Who may write a file: one process of ours at a time, and none while a program has it open."""

from __future__ import annotations

import errno
import os
import re
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.xlsx.beside import lock_path

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAIT = 10.0
"""Seconds that a writer waits for another one: filling the largest workbook takes less."""
_TICK = 0.05
_BEYOND = 1 << 20
"""On Windows a locked byte cannot be read: this one is far behind what the lock file says."""
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
"""What a file system answers that has no locks."""
_WHO = re.compile(r"([a-z-]*) (\d{1,10})")

_held: dict[Path, int] = {}
"""Path -> the thread of this process that has its lock."""


def is_open(path: Path) -> bool:
    """Whether a lock file of Excel, WPS or LibreOffice lies beside it."""
    names = (f"~${path.name}", f".~lock.{path.name}#")
    return any(os.path.exists(path.with_name(name)) for name in names)  # noqa: PTH110  # pathlib's raises where the name is too long


def refuse_open_file(path: Path) -> None:
    """A workbook that is open elsewhere must not be written: its program would overwrite it.

    Raises:
        UnusableFileError: a lock file of Excel, WPS or LibreOffice lies beside it.
    """
    if is_open(path):
        raise UnusableFileError(f"“{path.name}”正在打开着；请先在 Excel 等程序中关闭它，再试一次。")


@contextmanager
def writing(path: Path, by: str = "", *, name: str = "") -> Iterator[None]:
    """Nobody else of ours writes ``path`` meanwhile: held from before reading it until it is written.

    The system itself lets go of the lock of a process that has ended, however it did: there are no
    stale ones. Whoever has it already may take it again. ``by`` is the command, told to those who
    wait; ``name`` what they are told of instead of the file's.

    Where no lock can lie (no permission to write there, a file system without locks) there is none: in
    the first case nothing can be written either, in the second it is seen when writing that the file
    is another one.

    Raises:
        UnusableFileError: another process has it and goes on having it, or the disk is full.
    """
    real = Path(os.path.realpath(path))
    if _held.get(real) == threading.get_ident():
        yield
        return
    lock = lock_path(real)
    handle = _taken(lock, name or path.name)
    if handle is None:
        yield
        return
    _held[real] = threading.get_ident()
    try:
        with suppress(OSError):  # it is locked, whether it says by whom or not
            os.ftruncate(handle, 0)
            os.write(handle, f"{by} {os.getpid()}".encode())
        yield
    finally:
        del _held[real]
        try:
            with suppress(OSError):  # Windows keeps it while another one waits, who removes it then
                lock.unlink()
        finally:
            with suppress(OSError):  # what is written is written
                os.close(handle)


def _taken(lock: Path, name: str) -> int | None:
    """The open lock file, locked; None where there can be none.

    Raises:
        UnusableFileError: another process goes on having it, or it cannot be made.
    """
    end = time.monotonic() + _WAIT
    while True:
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except (PermissionError, FileNotFoundError):
            return None
        except OSError as error:
            if error.errno == errno.EROFS:
                return None
            raise UnusableFileError(
                f"“{name}”旁边写不出锁文件（{reason_of(error)}），没有改动；请检查磁盘空间和文件夹。"
            ) from error
        try:
            locked = _locked(handle)
            if locked is None or (locked and _is_same(handle, lock)):
                return handle
        except BaseException:
            os.close(handle)
            raise
        who = _who(handle)
        os.close(handle)
        if time.monotonic() > end:
            raise UnusableFileError(
                f"“{name}”正由另一个 xlbudget {who}改写，没有改动；请等它做完，再试一次。"
            )
        if not locked:
            time.sleep(_TICK)


def _locked(handle: int) -> bool | None:
    """Whether the lock was got; None where the file system has none."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  # there is none elsewhere

            os.lseek(handle, _BEYOND, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl  # noqa: PLC0415  # there is none on Windows

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # in a browser, where nobody else writes
        return None
    except OSError as error:
        return None if error.errno in _NO_LOCKS else False
    return True


def _is_same(handle: int, lock: Path) -> bool:
    """Whether the locked file is still the one at that place: the one before removes its own."""
    try:
        return os.path.samestat(os.fstat(handle), lock.stat())
    except FileNotFoundError:
        return False


def _who(handle: int) -> str:
    """Which command has the lock, in which process; "" where the file does not say."""
    with suppress(OSError):
        os.lseek(handle, 0, os.SEEK_SET)
        match = _WHO.fullmatch(os.read(handle, 100).decode("utf-8", "replace"))
        if match is not None:
            return f"{match[1]}（进程 {match[2]}）".lstrip()
    return ""
