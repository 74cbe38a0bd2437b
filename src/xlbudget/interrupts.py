"""Ctrl-C on the command line: never a traceback, and never between a deed and its note.

While the program is still being loaded an interruption ends it at once; while it works it is raised as
``KeyboardInterrupt``, which cleans up and is told; once it is over there is nothing to interrupt any more.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERRUPTED = 130
"""The exit status of what was interrupted."""

_LOADING, _WORKING, _OVER = range(3)


class _Now:
    """What an interruption meets: the phase, how many deeds it must wait for, and whether it does."""

    phase = _LOADING
    holding = 0
    waiting = False


def _interrupted(*_: object) -> None:
    if _Now.phase == _LOADING:
        with suppress(OSError):  # nobody reads what is said
            os.write(2, "已中断，文件没有改动。\n".encode())
        os._exit(INTERRUPTED)
    if _Now.holding:
        _Now.waiting = True
    elif _Now.phase == _WORKING:
        raise KeyboardInterrupt


def begin() -> None:
    """From now on an interruption ends the program with a sentence."""
    signal.signal(signal.SIGINT, _interrupted)


@contextmanager
def working() -> Iterator[None]:
    """Meanwhile an interruption is raised; afterwards it is too late for one."""
    _Now.phase = _WORKING
    try:
        yield
    finally:
        _Now.phase = _OVER


@contextmanager
def held() -> Iterator[None]:
    """An interruption waits until this is done."""
    _Now.holding += 1
    try:
        yield
    finally:
        _Now.holding -= 1
        if _Now.waiting and not _Now.holding:
            _Now.waiting = False
            raise KeyboardInterrupt
