"""Ctrl-C on the command line: never a traceback, and never between a deed and its note.

While the program is still being loaded an interruption ends it at once; while it works it is raised as
``KeyboardInterrupt``, which cleans up and is told; once it is over there is nothing to interrupt any more.
Nothing is imported here that takes time: what comes before :func:`begin` cannot be told.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal itself is long in loading
import os
import sys

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
        try:
            os.write(2, "已中断，文件没有改动。\n".encode())
        finally:  # also where nobody reads what is said
            os._exit(INTERRUPTED)
    if _Now.holding:
        _Now.waiting = True
    elif _Now.phase == _WORKING:
        raise KeyboardInterrupt


def begin() -> None:
    """From now on an interruption ends the program with a sentence; one that another has spawned is silent."""
    if (
        "multiprocessing.spawn" in sys.modules
    ):  # as a worker of Dask's, which loads what its parent is
        _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
        return
    _signal.signal(_signal.SIGINT, _interrupted)


class working:  # noqa: N801  # used as a context manager alone
    """Meanwhile an interruption is raised; afterwards it is too late for one."""

    def __enter__(self) -> None:
        _Now.phase = _WORKING

    def __exit__(self, *_: object) -> None:
        _Now.phase = _OVER


class held:  # noqa: N801  # as above
    """An interruption waits until this is done."""

    def __enter__(self) -> None:
        _Now.holding += 1

    def __exit__(self, *_: object) -> None:
        _Now.holding -= 1
        if _Now.waiting and not _Now.holding:
            _Now.waiting = False
            raise KeyboardInterrupt
