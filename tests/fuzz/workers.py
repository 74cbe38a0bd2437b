"""Processes that run commands on mutated files, within limits, and are replaced when they die."""

from __future__ import annotations

import faulthandler
import gc
import io
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from multiprocessing.connection import wait
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import xlbudget.__main__
from fuzz.choices import NotApplicableError
from fuzz.judge import MEMORY, SECONDS, Ended, Fault, faults, last_line, place_of
from fuzz.runs import RUNS, Recipe, cook, draw
from xlbudget.publishing import pdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from multiprocessing.connection import Connection

    from fuzz.material import Material

Order = int | Recipe
"""A run to be drawn, by its number, or a recipe."""
_WALL = 12 * SECONDS
"""Seconds of the clock after which a run that takes no processor time hangs."""
_MOST = 250
"""After so many runs a worker is replaced, so that what it keeps does not count as a run's memory."""
_COUNTED = 20


class Outcome(NamedTuple):
    """What came of one run: exit status (None where it died), processor time, peak memory, faults."""

    order: Order
    recipe: Recipe
    status: object
    seconds: float
    memory: int
    faults: tuple[Fault, ...]


class Worker:
    """One child process, with at most one run in it."""

    def __init__(self, seed: int, pool: Mapping[str, Material]) -> None:
        self.seed, self.pool = seed, pool
        self.folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        self.order: Order | None = None
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, other = context.Pipe()
        sys.stdout.flush()
        self.process = context.Process(
            target=_work, args=(other, self.seed, self.pool, self.folder), daemon=True
        )
        self.process.start()
        other.close()
        self.done = 0
        self.recipe: Recipe | None = None

    def give(self, order: Order) -> None:
        """Begin a run."""
        if self.done >= _MOST:
            self.stop()
            self._start()
        self.order, self.recipe, self.begun = order, None, time.monotonic()
        self.pipe.send(order)

    def result(self) -> Outcome | None:
        """What has come of the run; None as long as it runs. A worker that died is replaced."""
        try:
            while self.pipe.poll():
                said = self.pipe.recv()
                if isinstance(said, Outcome):
                    self.order = None
                    self.done += 1
                    return said
                self.recipe = said
        except EOFError:
            return self._died()
        if time.monotonic() - self.begun > _WALL:
            os.kill(self.process.pid or 0, signal.SIGKILL)
            return self._died("hang")
        return None

    def _died(self, check: str = "") -> Outcome:
        self.process.join()
        dump = (self.folder / "dump").read_text("utf-8", "replace")
        err = (self.folder / "err").read_text("utf-8", "replace")
        code = self.process.exitcode or 0
        checks = {-signal.SIGPROF: "over the time", -signal.SIGKILL: check or "killed"}
        fault = Fault(checks.get(code, "abort"), place_of(dump), f"{code} {last_line(err)}".strip())
        assert self.order is not None
        recipe = self.recipe or Recipe("", "", ())
        outcome = Outcome(self.order, recipe, None, 0.0, 0, (fault,))
        self.order = None
        self._start()
        return outcome

    def stop(self) -> None:
        """End the process."""
        self.pipe.send(None)
        self.process.join(5)
        self.pipe.close()
        if self.process.is_alive():
            self.process.terminate()
            self.process.join()

    def close(self) -> None:
        """End the process and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def outcomes(
    orders: Iterable[Order], seed: int, pool: Mapping[str, Material], jobs: int
) -> Iterator[Outcome]:
    """What comes of each order, as it comes."""
    waiting = iter(orders)
    workers = [Worker(seed, pool) for _ in range(jobs)]
    try:
        busy = [one for one in workers if _given(one, waiting)]
        while busy:
            wait([one.pipe for one in busy], timeout=5)
            for one in list(busy):
                outcome = one.result()
                if outcome is not None:
                    if not _given(one, waiting):
                        busy.remove(one)
                    yield outcome
    finally:
        for one in workers:
            one.close()


def _given(worker: Worker, waiting: Iterator[Order]) -> bool:
    order = next(waiting, None)
    if order is not None:
        worker.give(order)
    return order is not None


# ------------------------------------------------------------------ in the child


def _work(pipe: Connection, seed: int, pool: Mapping[str, Material], folder: Path) -> None:
    out, err = (folder / name for name in ("out", "err"))
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = io.TextIOWrapper(io.FileIO(0), encoding="utf-8")
    dump = (folder / "dump").open("w+", encoding="utf-8")
    faulthandler.enable(dump)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's affair
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    faulthandler.register(signal.SIGPROF, dump, chain=True)
    # Twice what is judged: who takes more than allowed is to be seen, not stopped before.
    room = _status("VmSize") + 2 * MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pdf._usual_places = list  # no office is found: it would run outside the limits
    run_folder = folder / "run"
    count = 0
    while True:
        order = pipe.recv()
        if order is None:
            os._exit(0)
        if isinstance(order, int):
            recipe, files = draw(Random(f"{seed}:{order}"), pool)
        else:
            recipe = order
            try:
                files = cook(order, pool)
            except NotApplicableError as error:
                fault = Fault("the recipe does not fit", "", str(error))
                pipe.send(Outcome(order, recipe, None, 0.0, 0, (fault,)))
                continue
        pipe.send(recipe)
        pipe.send(_one(order, recipe, files, pool, run_folder, (out, err)))
        count += 1
        if count % _COUNTED == 0:
            gc.unfreeze()
            gc.collect()


def _one(
    order: Order, recipe: Recipe, files: Material, pool: Mapping[str, Material], folder: Path,
    streams: tuple[Path, Path],
) -> Outcome:  # fmt: skip
    run = RUNS[recipe.run]
    for name in run.beside:
        files = {**pool[name], **files}
    shutil.rmtree(folder, ignore_errors=True)
    state = folder.with_name("state")
    shutil.rmtree(state, ignore_errors=True)
    (state / "tmp").mkdir(parents=True)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    os.environ |= {
        "HOME": str(folder / "home"),
        "XLBUDGET_HOME": str(state),
        "TMPDIR": str(state / "tmp"),
        "PATH": "",
    }
    tempfile.tempdir = None
    os.chdir(folder)
    for number in (1, 2):
        os.ftruncate(number, 0)
    given = recipe.seed
    arguments = tuple(given if argument == "{}" else argument for argument in run.arguments)
    writes = tuple(given if one == "{}" else one for one in run.writes)
    status, trace, seconds, memory = _ended(arguments)
    out, err = (path.read_text("utf-8", "replace") for path in streams)
    logs = [path.read_text("utf-8", "replace") for path in state.rglob("*.log")]
    trace = trace or "\n".join(logs)
    left = [path.name for path in (state / "tmp").iterdir() if path.suffix != ".log"]
    names = (*(Path(name).name for name in files), *arguments)
    found = list(
        faults(Ended(status, out, err, trace), folder, files, writes, names, run.sentences)
    )
    found += [Fault("something else was written", "", f"temporary: {name}") for name in left]
    if memory > MEMORY:
        found.append(Fault("over the memory", "", f"{memory / 2**20:.0f} MiB"))
    return Outcome(order, recipe, status, seconds, memory, tuple(found))


def _ended(arguments: tuple[str, ...]) -> tuple[object, str, float, int]:
    """Run the program's own beginning; exit status, traceback that escaped, processor time, memory taken at most."""
    sys.argv = ["xlbudget", *arguments]
    # Kept: the program takes what is under them, which ends with them.
    streams = [
        io.TextIOWrapper(io.FileIO(number, "w", closefd=False), encoding="utf-8")
        for number in (1, 2)
    ]
    sys.stdout, sys.stderr = streams
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status("VmRSS")  # of the process that was forked: a whole suite may have run in it
    status: object = None
    trace = ""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    begun = time.process_time()
    try:
        xlbudget.__main__.main()
    except SystemExit as end:
        status = end.code
    except BaseException:  # noqa: BLE001  # whatever leaves the program is what is looked for
        trace = traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds = time.process_time() - begun
    for stream in (sys.stdout, sys.stderr, *streams):
        stream.flush()
    return status, trace, seconds, _status("VmHWM") - before


def _status(field: str) -> int:
    """A size of this process in bytes."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(field)
