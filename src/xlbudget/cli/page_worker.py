"""What the page asks its worker for, answered by the command line: the only Python that knows of the page.

Every job has a folder of its own, in which it is called with the names of its files alone: so its output is the
same, byte for byte, as that of the command line in the user's folder.
"""

from __future__ import annotations

import gc
import io
import os
import shutil
import sys
import zipfile
from pathlib import Path

from xlbudget.cli.run import run
from xlbudget.logs import log_path

JOBS = Path("/jobs")
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Nothing of when a file was made is known here: the same files give the same archive."""


def prepare() -> None:
    """Be ready for calls, with what they import imported."""
    os.umask(0o022)
    JOBS.mkdir(exist_ok=True)
    gc.disable()
    import xlbudget.cli.validation  # noqa: PLC0415  # the first thing that is asked for
    import xlbudget.report.html_report  # noqa: F401, PLC0415  # as above

    gc.freeze()  # what was imported stays: the collector of garbage need not look at it
    gc.enable()


def call(folder: str, arguments: list[str]) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command, run in the folder of a job."""
    place = JOBS / folder
    place.mkdir(parents=True, exist_ok=True)
    os.chdir(place)
    streams = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace") for _ in range(3)
    )
    try:
        status = run(arguments)
        said = [_written(stream) for stream in (sys.stdout, sys.stderr)]
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        os.chdir("/")
    return status, said[0], said[1]


def _written(stream: object) -> str:
    assert isinstance(stream, io.TextIOWrapper)
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")


def put(name: str, data: bytes) -> None:
    """Write a file of a job; a name that ends with a stroke is that of a folder."""
    path = JOBS / name
    if name.endswith("/"):
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def get(name: str) -> bytes:
    """A file of a job; of a folder, all that is in it as one zip archive."""
    path = JOBS / name
    if not path.is_dir():
        return path.read_bytes()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(path.rglob("*")):
            if one.is_file():
                entry = zipfile.ZipInfo(one.relative_to(path.parent).as_posix(), _MOMENT)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, one.read_bytes(), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def listed(folder: str) -> list[str]:
    """The names of the files of a job, folders with a stroke at their end; a job that is not there has none."""
    path = JOBS / folder
    if not path.is_dir():
        return []
    return sorted(f"{one.name}/" if one.is_dir() else one.name for one in path.iterdir())


def drop(folder: str) -> None:
    """A job is over: nothing of it is kept."""
    shutil.rmtree(JOBS / folder, ignore_errors=True)


def fault_log() -> str:
    """What the program noted of its own faults; "" where it had none."""
    path = log_path()
    return path.read_text("utf-8") if path.is_file() else ""
