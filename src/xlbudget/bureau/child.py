"""A process that inspects files for another: tasks come in on standard input, outcomes go out, pickled.

It is a program of its own (``engines`` starts it) and no child of ``multiprocessing``, so
that a worker of a cluster, which may have none, can have one too: whatever a file does to the process that
reads it, nobody else is harmed.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import pickle
import signal
import sys

from xlbudget.bureau.work import Task, inspect_file, warm

READY = "ready"
"""What is said first, once all that every file needs is loaded."""
_GRACE = 10.0
"""Seconds after the limit: who waits ends this process at the limit; if nobody is there, it ends itself."""


def main(limit: float) -> None:
    """Inspect what comes until nothing more comes; one file may take ``limit`` seconds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is interrupted ends us
    gc.set_threshold(200_000, 20, 20)  # many small values and hardly a circle
    said = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)  # what a library prints is no outcome
    warm()
    gc.freeze()
    pickle.dump(READY, said)
    said.flush()
    while True:
        try:
            task = pickle.load(sys.stdin.buffer)  # noqa: S301  # from our own parent
        except EOFError:
            return
        faulthandler.dump_traceback_later(limit + _GRACE, exit=True, file=nothing)
        outcome = inspect_file(Task(*task))
        faulthandler.cancel_dump_traceback_later()
        try:
            pickle.dump(tuple(outcome), said)
            said.flush()
        except BrokenPipeError:  # nobody waits any more
            os._exit(0)
