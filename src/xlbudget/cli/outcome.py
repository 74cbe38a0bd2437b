"""How a command ends: exit status, one sentence per error, never a traceback."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from xlbudget import __version__
from xlbudget.errors import XlbudgetError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["UNUSABLE", "WRONG", "ending", "fail", "speak_utf8"]

WRONG = 1
"""Exit status where there are findings of level error."""

UNUSABLE = 2
"""Exit status for unusable input or arguments."""

_INTERRUPTED = 130


def speak_utf8() -> None:
    """Output is UTF-8 whatever the console says; what cannot be shown is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def fail(sentence: str) -> int:
    """Say why nothing was done; the exit status for that."""
    print(sentence, file=sys.stderr)  # noqa: T201  # the command line's own output
    return UNUSABLE


def ending(work: Callable[[], int]) -> int:
    """Do the work; whatever it raises becomes a sentence and an exit status."""
    try:
        status = work()
        sys.stdout.flush()
    except XlbudgetError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        fail("已中断。")
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  # the user gets a sentence, the developers a log
        return fail(_internal(error))
    return status


def _internal(error: Exception) -> str:
    """Log our own bug with its traceback; the sentence says where."""
    import tempfile  # noqa: PLC0415  # only ever needed here
    import traceback  # noqa: PLC0415

    if os.environ.get("XLBUDGET_DEBUG"):
        traceback.print_exception(error)
    handle, name = tempfile.mkstemp(prefix="xlbudget-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as log:
        log.write(f"xlbudget {__version__}, Python {sys.version}\n")
        traceback.print_exception(error, file=log)
    return f"程序内部出错，没有完成；您的文件没有改动。详情已记入 {name}，请把它发给开发者。"
