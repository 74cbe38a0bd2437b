"""Speed and memory of validation, as ratios to merely reading the same files, in one run.

    python benchmarks/speed.py [--books 200] [--rounds 7]

Prints two ratios: a whole process (start, read, validate, print) against a process that imports
python-calamine and reads the file's sheets; and, in one process over many workbooks, the time
beyond reading against the reading. The workbook is the example's: figures, explanation and glossary.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from python_calamine import CalamineWorkbook

from xlbudget.checks.validate import validate
from xlbudget.cli.run import run
from xlbudget.demo import example_folder
from xlbudget.standard.loader import load_standard
from xlbudget.workbook.read import read_book

READ = """
import sys
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_path(sys.argv[1])
for name in book.sheet_names:
    book.get_sheet_by_name(name).to_python()
"""


def read_all(path: Path) -> None:
    """What any tool must at least do: read every sheet."""
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process(arguments: list[str]) -> float:
    return seconds(
        lambda: subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, timeout=60)
    )


def whole_process(path: Path, rounds: int) -> list[float]:
    """Ratios of pairs: ours, then the yardstick, in turn."""
    ours = [sys.executable, "-m", "xlbudget", "validate", str(path)]
    yardstick = [sys.executable, "-c", READ, str(path)]
    process(ours), process(yardstick)
    return [process(ours) / process(yardstick) for _ in range(rounds)]


def one_process(paths: list[Path], rounds: int) -> list[float]:
    """Ratios of the time beyond reading to the reading, over all files, in turn."""
    standard = load_standard()

    def judge() -> None:
        for path in paths:
            validate(standard, read_book(path))

    def read() -> None:
        for path in paths:
            read_all(path)

    judge(), read()
    ratios = []
    for _ in range(rounds):
        reading, judging = seconds(read), seconds(judge)
        ratios.append((judging - reading) / reading)
    return ratios


def show(what: str, ratios: list[float], bound: float) -> None:
    middle = statistics.median(ratios)
    verdict = "ok" if middle < bound else "TOO SLOW"
    print(
        f"{what}: {middle:.2f}x ({min(ratios):.2f}-{max(ratios):.2f}), bound {bound:.0f}x: {verdict}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--books", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "0.xlsm"
        run(["new", "-q", str(first), "--from", str(example_folder())])
        run(["notes", "-q", str(first)])
        paths = [first, *(Path(folder) / f"{n}.xlsm" for n in range(1, options.books))]
        for path in paths[1:]:
            shutil.copyfile(first, path)
        show(
            "validate, whole process / reading, whole process",
            whole_process(first, 3 * options.rounds),
            4,
        )
        show(
            f"{options.books} workbooks, beyond reading / reading",
            one_process(paths, options.rounds),
            1,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory: {peak:.0f} MiB for {options.books} workbooks, {children:.0f} MiB for one")


if __name__ == "__main__":
    main()
