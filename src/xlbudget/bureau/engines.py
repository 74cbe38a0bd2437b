"""Who does the work: this process alone, processes of this machine, or (``cluster``) workers of Dask.

Processes are told one file at a time, and one ahead. One that is over its time is ended; one that dies gets
its file tried once more by another; the file is an entry then, and the others go on.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

import xlbudget
from xlbudget.bureau.child import READY
from xlbudget.bureau.work import Outcome, Task, inspect_file, unusable, warm
from xlbudget.errors import UnusableFileError, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PROGRAM = """\
import sys
sys.path.append(sys.argv[2])
from xlbudget.bureau.child import main
main(float(sys.argv[1]))
"""
"""Our package where this process has it, though it may not be installed; nothing of the folder that the user is in."""
_AHEAD = 2
"""Tasks that a process has: the one that it works on, and the next."""
_START = 120.0
"""Seconds in which a process must have started, on a machine that does much else."""
_FALSE_STARTS = 5
"""Of so many processes in a row none began to work: none will."""
_END = 5.0
"""Seconds in which a process that was ended must be gone; no longer is waited for it."""
_DEATHS = 2
"""A file with which so many processes died is not tried again."""


class Engine(Protocol):
    """Whatever inspects many files; outcomes come in any order, one for each task."""

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """The outcomes, as they come.

        Raises:
            UnusableFileError: no work can be done at all.
        """
        ...


class Alone:
    """The process that asks, one file after another; no time limit can be kept."""

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """The outcomes in the order of the tasks."""
        warm()
        yield from map(inspect_file, tasks)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Child:
    """A process that inspects what it is given; what it says goes to ``said``, None when it has ended."""

    def __init__(self, limit: float, said: SimpleQueue[tuple[_Child, object]]) -> None:
        root = str(Path(xlbudget.__file__).parents[1])
        self.process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-P", "-c", _PROGRAM, str(limit), root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.given: deque[Task] = deque()
        self.ready = False
        self.due = time.monotonic() + _START
        threading.Thread(target=self._listen, args=(said,), daemon=True).start()

    def _listen(self, said: SimpleQueue[tuple[_Child, object]]) -> None:
        assert self.process.stdout is not None
        try:
            while True:
                said.put((self, pickle.load(self.process.stdout)))  # noqa: S301  # our own process
        except (EOFError, OSError, pickle.UnpicklingError, ValueError):
            said.put((self, None))
        finally:
            self.process.stdout.close()

    def give(self, task: Task) -> None:
        """Another task; a process that has ended takes none, and says so by itself."""
        assert self.process.stdin is not None
        self.given.append(task)
        try:
            pickle.dump(tuple(task), self.process.stdin)
            self.process.stdin.flush()
        except OSError:  # told by the one that listens
            return

    def end(self) -> None:
        """End the process, whatever it is doing."""
        assert self.process.stdin is not None
        self.process.kill()
        with suppress(OSError):  # what was still to be written to it
            self.process.stdin.close()
        with suppress(subprocess.TimeoutExpired):  # it waits for a disk that does not answer
            self.process.wait(_END)


class Processes:
    """So many processes of this machine; ``limit`` is the time for one file, in seconds.

    ``kept``: they stay for the next run, until :meth:`close`.
    """

    def __init__(self, count: int, limit: float, *, kept: bool = False) -> None:
        self._count, self._limit, self._kept = count, limit, kept
        self._said: SimpleQueue[tuple[_Child, object]] = SimpleQueue()
        self._children: list[_Child] = []
        self._again: deque[Task] = deque()
        self._deaths: dict[str, int] = {}
        self._false_starts = 0

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """The outcomes, as they come.

        Raises:
            UnusableFileError: no process can be started.
        """
        waiting = iter(tasks)
        try:
            while self._feed(waiting):
                yield from self._next()
        finally:
            if not self._kept or any(child.given for child in self._children):
                self.close()

    def close(self) -> None:
        """End all processes."""
        while self._children:
            self._children.pop().end()

    def _feed(self, waiting: Iterator[Task]) -> bool:
        """Give every process what it can take; whether any has something to do."""
        while task := self._again.popleft() if self._again else next(waiting, None):
            child = self._free()
            if child is None:
                self._again.appendleft(task)
                break
            if not child.given and child.ready:
                child.due = time.monotonic() + self._limit
            child.give(task)
        return any(child.given for child in self._children)

    def _free(self) -> _Child | None:
        """The process with the least to do, a new one if there may be one; None where all have enough.

        Raises:
            UnusableFileError: there is none, and none can be started.
        """
        if len(self._children) < self._count:
            try:
                self._children.append(_Child(self._limit, self._said))
            except OSError as error:
                if not self._children:
                    raise UnusableFileError(
                        f"检查用的进程启动不了（{reason_of(error)}）；请关闭别的程序，再试一次。"
                    ) from error
                self._count = len(self._children)
        child = min(self._children, key=lambda one: len(one.given))
        return child if len(child.given) < _AHEAD else None

    def _next(self) -> Iterator[Outcome]:
        """Wait for the next that a process says, or fails to say in time."""
        busy = [child for child in self._children if child.given or not child.ready]
        rest = min(child.due for child in busy) - time.monotonic()
        try:
            child, said = self._said.get(timeout=max(rest, 0.0))
        except Empty:
            now = time.monotonic()
            for child in [one for one in busy if one.due <= now]:
                yield from self._ended(child, slow=True)
            return
        if child not in self._children:  # said before it was ended
            return
        if said is None:
            yield from self._ended(child, slow=False)
            return
        child.due = time.monotonic() + self._limit
        if said == READY:
            child.ready, self._false_starts = True, 0
            return
        assert isinstance(said, tuple)
        child.given.popleft()
        yield Outcome(*said)

    def _ended(self, child: _Child, *, slow: bool) -> Iterator[Outcome]:
        """A process that is gone, or has to go: what becomes of its tasks.

        Raises:
            UnusableFileError: processes do not even begin to work.
        """
        self._children.remove(child)
        child.end()
        if not child.ready:
            self._false_starts += 1
            self._again.extend(child.given)
            if self._false_starts < _FALSE_STARTS:
                return
            raise UnusableFileError(
                "检查用的进程没有启动起来；请用 xlbudget doctor 看看安装是否完整，或加 --jobs 0 在本进程里检查。"
            )
        first = child.given.popleft() if child.given else None
        self._again.extend(child.given)
        if first is None:
            return
        name = Path(first.path).name
        self._deaths[first.path] = deaths = self._deaths.get(first.path, 0) + 1
        if slow:
            reason = f"“{name}”检查了{self._limit:g}秒还没有完，没有再等；请单独校验它，或用 --timeout 放宽时限。"
            yield unusable(first.path, reason)
        elif deaths < _DEATHS:
            self._again.appendleft(first)
        else:
            reason = f"“{name}”两次使检查它的进程意外退出，没有检查；可能是内存不足，请单独校验它。"
            yield unusable(first.path, reason)
