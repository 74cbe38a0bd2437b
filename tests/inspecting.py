"""The processes that an inspection starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psutil import Error

if TYPE_CHECKING:
    from psutil import Process


def inspects(process: Process) -> bool:
    """Whether a process reads files for an inspection, and has not ended yet."""
    try:
        return "xlbudget.bureau.child" in "".join(process.cmdline())
    except Error:
        return False
