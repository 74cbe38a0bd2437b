"""Where the program keeps what is not the user's: the log of its own faults, the states for undoing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from xlbudget import __version__
from xlbudget.errors import MACHINE, XlbudgetError, reason_of
from xlbudget.folders import state_folder

_LONGEST = 1_000_000
"""A log that has grown beyond so many bytes is begun anew; the old one is kept beside it."""


def log_path() -> Path:
    """The log of the program's own faults."""
    if sys.platform == "darwin" and not os.environ.get("XLBUDGET_HOME"):
        return Path.home() / "Library" / "Logs" / "xlbudget" / "xlbudget.log"
    return state_folder() / "xlbudget.log"


def log_fault(error: BaseException, what: str) -> Path | None:
    """Add an error with its traceback to the log, which is the user's alone; None where that cannot be done."""
    import traceback  # noqa: PLC0415  # for faults alone

    path = log_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _LONGEST:
            path.replace(path.with_suffix(".1.log"))
        with open(path, "a", encoding="utf-8", opener=_private) as log:  # with an opener
            now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
            log.write(f"\n{now} xlbudget {__version__}, Python {sys.version}: {what}\n")
            traceback.print_exception(error, file=log)
    except OSError:
        return None
    return path


def logged(error: BaseException, what: str) -> str:
    """The same, as a sentence for the user: where the log is, or that there is none."""
    log = log_fault(error, what)
    if log is None:
        return f"详情没有记下来（日志“{log_path()}”写不进去）；请把怎样出错的告诉开发者。"
    return f"详情已记入 {log}，请把它发给开发者。"


def sentence_about(error: Exception, state: str) -> str:
    """What went wrong, what came of it (``state``), and where our own fault is logged."""
    if isinstance(error, XlbudgetError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"内存不足，{state}。请关闭别的程序，或分几次处理，再试一次。"
    if isinstance(error, OSError) and error.errno in MACHINE:
        place = f"“{error.filename}”" if error.filename else "文件"
        return f"{place}读写不了（{reason_of(error)}），{state}。请排除后再试一次。"
    if os.environ.get("XLBUDGET_DEBUG"):
        import traceback  # noqa: PLC0415  # for developers

        traceback.print_exception(error)
    return f"程序内部出错，{state}。{logged(error, ' '.join(sys.argv[1:2]))}"


def _private(path: str, flags: int) -> int:
    """Open a file that nobody else may read; one that others may is made so."""
    handle = os.open(path, flags, 0o600)
    if os.name == "posix":
        os.fchmod(handle, 0o600)
    return handle
