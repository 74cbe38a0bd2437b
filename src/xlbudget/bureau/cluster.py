"""The work done by workers of Dask: those of a scheduler that runs somewhere, or of one started here.

A worker leaves the reading to a process of its own (``engines.Processes``), which keeps the time limit and may
die of a file; a worker that is lost itself costs its chunk one more try, by another one.
"""

from __future__ import annotations

import logging
import os
import threading
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget import __version__
from xlbudget.bureau.engines import Processes
from xlbudget.bureau.work import Outcome, Task, unusable
from xlbudget.errors import UnusableFileError
from xlbudget.standard.loader import every_standard
from xlbudget.standard.search import CHOSEN, SEARCHED, standard_folder
from xlbudget.standard.stamp import standard_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CHUNK = 16
"""Files that go to a worker at once: two seconds of work, so that talking about it does not count."""
_CHUNKS_AHEAD = 2
"""Chunks that each thread of a worker has: the one that it works on, and the next."""
_PATIENCE = 60
"""Seconds until a scheduler must have answered, and have a worker."""
_LOCAL = "local:"
_MISSING = "用 --scheduler 要先安装 Dask：请安装 xlbudget[bureau]，再试一次；不加 --scheduler 就用本机的进程。"

_here = threading.local()


class Standards(NamedTuple):
    """By which standards is judged: where they are found (``standard.search``), by whole paths, and what they say."""

    searched: str
    chosen: str
    hashes: tuple[str, ...]


def standards_here() -> Standards:
    """Those of this process as they are now.

    Raises:
        StandardError: the one that was chosen cannot be used.
    """
    places = filter(None, os.environ.get(SEARCHED, "").split(os.pathsep))
    searched = os.pathsep.join(str(Path(place).expanduser().absolute()) for place in places)
    hashes = tuple(standard_hash(one.layers) for one in every_standard())
    only = os.environ.get(CHOSEN, "")
    return Standards(searched, str(standard_folder(only).absolute()) if only else "", hashes)


def inspect_chunk(tasks: list[Task], limit: float, standards: Standards) -> list[Outcome]:
    """On a worker: the outcomes of some tasks, by the process that this thread keeps for that.

    The folders of standards must be there by the same paths. A process has read the standards that it judges by:
    for others, or for changed ones, another one is started.
    """
    for name, value in ((SEARCHED, standards.searched), (CHOSEN, standards.chosen)):
        if os.environ.get(name, "") != value:
            os.environ[name] = value
    key = limit, standards
    kept: dict[tuple[float, Standards], Processes] = getattr(_here, "processes", {})
    if key not in kept:
        for old in kept.values():
            old.close()
        kept = {key: Processes(1, limit, kept=True)}
        _here.processes = kept
    return list(kept[key].run(tasks))


def program_version() -> str:
    """On a worker: the version of the program that it has."""
    return __version__


def _dask() -> Any:
    """The package by which a program talks to a cluster.

    Raises:
        UnusableFileError: it is not installed.
    """
    try:
        return import_module("distributed")
    except ImportError as error:
        raise UnusableFileError(_MISSING) from error


class Cluster:
    """The workers of the scheduler at an address, or ``local:N`` for N of this machine."""

    def __init__(self, scheduler: str, limit: float) -> None:
        number = scheduler.removeprefix(_LOCAL)
        self._local = int(number) if number != scheduler and number.isdecimal() else 0
        if number != scheduler and not self._local:
            raise UnusableFileError(f"“{scheduler}”不对：local: 后面应是进程数，如 local:4。")
        self._address, self._limit = scheduler, limit

    def run(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """The outcomes, as they come.

        Raises:
            UnusableFileError: Dask is not installed, the scheduler does not answer, has no workers or other ones, or
                is lost.
        """
        dask = _dask()
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a lost worker is expected
        if not self._local:
            with self._connected(dask, self._address) as client:
                yield from self._inspected(dask, client, tasks)
            return
        with (
            dask.LocalCluster(
                n_workers=self._local,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            self._connected(dask, cluster) as client,
        ):
            yield from self._inspected(dask, client, tasks)

    def _connected(self, dask: Any, target: Any) -> Any:
        """A client with workers that have our program.

        Raises:
            UnusableFileError: there are none.
        """
        try:
            client = dask.Client(target, timeout=_PATIENCE, set_as_default=False)
            client.wait_for_workers(1, timeout=_PATIENCE)
            versions = set(client.run(program_version).values())
        except (OSError, TimeoutError, ValueError) as error:
            raise UnusableFileError(
                f"调度器“{self._address}”没有回应，或没有可用的工作进程；请检查地址，先启动工作进程。"
            ) from error
        except ModuleNotFoundError as error:
            raise UnusableFileError(
                f"“{self._address}”的工作进程没有安装 xlbudget；请在各工作机上安装同一版本。"
            ) from error
        if versions != {__version__}:
            raise UnusableFileError(
                f"“{self._address}”的工作进程装的是 xlbudget {'、'.join(sorted(versions))}，"
                f"这里是 {__version__}；请在各工作机上安装同一版本。"
            )
        return client

    def _inspected(self, dask: Any, client: Any, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Chunks go out as results come in, so that never many are on their way."""
        waiting, given = iter(tasks), dict[Any, tuple[list[Task], bool]]()
        coming = dask.as_completed(loop=client.loop)

        def give(chunk: list[Task], *, again: bool = False) -> None:
            future = client.submit(inspect_chunk, chunk, self._limit, standards, pure=False)
            given[future] = chunk, again
            coming.add(future)

        standards = standards_here()
        threads = sum(client.nthreads().values()) or 1
        for _ in range(_CHUNKS_AHEAD * threads):
            if chunk := list(islice(waiting, _CHUNK)):
                give(chunk)
        for future in coming:
            chunk, again = given.pop(future)
            if future.status == "finished":
                yield from future.result()
            elif client.status != "running":
                raise UnusableFileError(
                    f"与调度器“{self._address}”的连接断了；请检查后用同样的命令接着检查。"
                )
            elif again:
                for task in chunk:
                    yield unusable(
                        task.path,
                        f"“{task.path}”两次使检查它的工作进程意外退出，没有检查；请单独校验它。",
                    )
            else:
                for task in chunk:
                    give([task], again=True)
            if chunk := list(islice(waiting, _CHUNK)):
                give(chunk)
