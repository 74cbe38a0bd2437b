"""Standard output and error as they really are: closed, full, or read by somebody who goes away.

What cannot be shown never stops the work that is being shown; at the end it is known what was lost.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import IO, Any

from xlbudget.errors import reason_of


class _Outlet(io.RawIOBase):
    """A file that takes all that is written, whether or not the system does; ``lost`` says why not."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self.lost: OSError | None = None

    def write(self, data: Any, /) -> int | None:
        if self.lost is None:
            try:
                return self._file.write(data)
            except OSError as error:
                self.lost = error
        return len(memoryview(data).cast("B"))

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()


def open_streams() -> None:
    """Output is UTF-8 whatever the console says; what cannot be shown is escaped; closed streams lead nowhere."""
    for number in range(3):  # a file that takes a closed stream's number would get what is shown
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    sys.stdin = sys.stdin or open(0, encoding="utf-8")  # noqa: SIM115  # a number; for the whole run
    sys.stdout = _opened(sys.stdout, 1)
    sys.stderr = _opened(sys.stderr, 2)


def _opened(stream: IO[str] | None, number: int) -> IO[str]:
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)
    if stream is not None and not isinstance(
        raw, io.FileIO
    ):  # a console of Windows, a test's capture
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        return stream
    outlet = _Outlet(raw if isinstance(raw, io.FileIO) else io.FileIO(number, "w", closefd=False))
    return io.TextIOWrapper(
        io.BufferedWriter(outlet),
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=number == 2 or outlet.isatty(),  # noqa: PLR2004  # standard error
    )


def lost_output() -> str:
    """Why not all of the standard output could be shown; "" where it was, or its reader had enough."""
    sys.stdout.flush()
    outlet = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    lost = outlet.lost if isinstance(outlet, _Outlet) else None
    return reason_of(lost) if lost is not None and lost.errno != errno.EPIPE else ""
