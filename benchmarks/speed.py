"""Processor time and memory of validation, as ratios to merely reading the same files, in one run.

    python benchmarks/speed.py [--books 50] [--rounds 7]

What is measured is what ships: figures and texts. The workbook is the example's with its
explanation; *wrong* ones have one mistyped cell each, with every formula's value as it then is.
Prints ratios of neighbouring runs: a whole process (start, read, validate, print) against a process
that imports python-calamine and reads the file's sheets; a wrong workbook against the right one; and,
in one process over many workbooks, validation against reading.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook

from xlbudget.cli.run import run
from xlbudget.demo import example_folder
from xlbudget.editing.validate import examine_file
from xlbudget.xlsx.workbook import Workbook

sys.path.insert(0, str(Path(__file__).parent / "validation"))
from evidence import Evidence, patches
from slip_kinds import slipped
from trials import around

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.money import Amount

WRONG = ("相邻数字颠倒", "一位数字有误", "少一位", "漏填", "整数差1")
"""The kinds of slip of the wrong workbooks."""
IMPORT_MS = 50
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


def spent(work: Callable[[], object]) -> float:
    """Processor seconds of something in this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def process(arguments: list[str]) -> float:
    """Processor seconds of a process from its start to its end."""
    started = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode not in (0, 1):
        raise SystemExit(f"{arguments[1:]} ended with {started.returncode}")
    return used.ru_utime + used.ru_stime


def validating(path: Path) -> list[str]:
    return [sys.executable, "-m", "xlbudget", "validate", str(path)]


def reading(path: Path) -> list[str]:
    return [sys.executable, "-c", READ, str(path)]


def whole_process(path: Path, wrong: list[Path], rounds: int) -> tuple[list[float], list[float]]:
    """Ratios of neighbouring processes: right workbook to reading; wrong to right."""
    for command in (validating(path), reading(path)):
        process(command)
    to_reading, to_right = [], []
    for at in range(rounds):
        right = process(validating(path))
        to_reading.append(right / process(reading(path)))
        to_right.append(process(validating(wrong[at % len(wrong)])) / right)
    return to_reading, to_right


def one_process(paths: list[Path], rounds: int) -> list[float]:
    """Ratios of validating all files to reading them, in turn."""

    def judge() -> None:
        for path in paths:
            examine_file(path)

    def read() -> None:
        for path in paths:
            read_all(path)

    judge(), read()
    return [spent(judge) / spent(read) for _ in range(rounds)]


def wrong_ones(path: Path, folder: Path) -> list[Path]:
    """Copies of a living workbook with one mistyped cell and its consequences in all formulas."""
    found = examine_file(path)
    sheets = set(found.book.sheets.values())
    evidence = Evidence(found.standard, found.book, Workbook(path).formula_cells(sheets))
    formulas = Workbook(path).formulas_of(sheets)
    rng = random.Random(1)
    made = []
    for kind in WRONG:
        wrong: Amount | bool | None = False
        while isinstance(wrong, bool):
            number = rng.choice(evidence.typed)
            wrong = slipped(rng, kind, around(evidence.grid, number))
        made.append(folder / f"wrong-{len(made)}.xlsm")
        after = evidence.cells_with({number: wrong})
        Workbook(path).patch(made[-1], patches(evidence, formulas, after))
    return made


def importing(rounds: int) -> list[float]:
    """Milliseconds of processor that ``import xlbudget`` adds to a process that imports nothing."""
    empty = [sys.executable, "-c", ""]
    imports = [sys.executable, "-c", "import xlbudget"]
    process(imports)
    return [1000 * (process(imports) - process(empty)) for _ in range(rounds)]


def show(what: str, ratios: list[float], bound: float) -> None:
    middle = statistics.median(ratios)
    verdict = "ok" if middle < bound else "TOO SLOW"
    print(
        f"{what}: {middle:.2f}x ({min(ratios):.2f}-{max(ratios):.2f}), bound {bound:.0f}x: {verdict}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--books", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = folder / "0.xlsm"
        run(["new", "-q", str(first), "--from", str(example_folder())])
        run(["notes", "-q", str(first)])
        wrong = wrong_ones(first, folder)
        paths = [first, *(folder / f"{n}.xlsm" for n in range(1, options.books))]
        for path in paths[1:]:
            shutil.copyfile(first, path)
        to_reading, to_right = whole_process(first, wrong, 3 * options.rounds)
        show("whole process, right workbook / reading", to_reading, 4)
        show("whole process, wrong workbook / right workbook", to_right, 2)
        many = f"{options.books} workbooks in one process"
        show(f"{many}, right / reading", one_process(paths, options.rounds), 4)
        added = statistics.median(importing(3 * options.rounds))
        print(
            f"import xlbudget: {added:.0f} ms, bound {IMPORT_MS}: {'ok' if added < IMPORT_MS else 'TOO SLOW'}"
        )
        mixed = wrong * (options.books // len(wrong))
        show(f"{len(mixed)} workbooks in one process, wrong / reading", one_process(mixed, 2), 8)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory: {peak:.0f} MiB for {options.books} workbooks, {children:.0f} MiB for one")


if __name__ == "__main__":
    main()
