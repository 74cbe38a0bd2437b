"""What judging right workbooks costs beside reading them, in one process over many distinct ones.

    python benchmarks/bureau_speed.py [--books 60] [--folder DIR]

The workbooks are .xlsx files with texts, of five kinds in turn: made-up departments by their ledgers,
random tables of medium size, and the departments of the tests and the culture bureau with
every amount multiplied by a factor. They are made once in ``--folder`` (a temporary one without it).
Each is read by python-calamine alone (every sheet), then by our reader, then validated whole, one after the other, so that
whatever else the machine does falls on all three alike. Processor time; a warm-up of 20 workbooks comes first.
Prints the medians and ratios by kind and over all, and the memory that was added after the warm-up.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from python_calamine import CalamineWorkbook

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parent / "validation"))

from departments import bureau, medium, with_forms
from multiples import rounded_multiple
from plausible_ledgers import plausible_book
from xlbudget.editing.build import build_workbook
from xlbudget.editing.notes import plan_notes
from xlbudget.editing.validate import validate_file
from xlbudget.explaining.explain import explain, glossary
from xlbudget.findings import Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.reading.book import read_book
from xlbudget.standard.loader import load_standard, own_standard
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

ROOT = Path(__file__).parents[1]
WARM_UP = 20
STANDARD = load_standard()
EXACT = [
    ROOT / "tests" / "departments" / one for one in ("no-carryover-no-projects", "government-fund")
]
"""Departments whose identities hold exactly: so they do for every multiple of the true amounts."""


def multiplied(standard: Standard, book: Book, factor: int) -> Book:
    """A multiple of a book, with forms of its projects."""
    return with_forms(standard, rounded_multiple(standard, book, factor))


def by_ledger(chance: random.Random) -> tuple[Standard, Book]:
    return STANDARD, plausible_book(STANDARD, chance)


def by_factor(chance: random.Random) -> tuple[Standard, Book]:
    book = read_folder(chance.choice(EXACT), STANDARD)
    return STANDARD, multiplied(STANDARD, book, chance.randint(200, 99_999))


def bureau_by_factor(chance: random.Random) -> tuple[Standard, Book]:
    standard, book = bureau(chance)
    return standard, multiplied(standard, book, chance.randint(200, 99_999))


KINDS: dict[str, Callable[[random.Random], tuple[Standard, Book]]] = {
    "ledger": by_ledger,
    "department": by_factor,
    "ledger-2": by_ledger,
    "medium": medium,
    "bureau": bureau_by_factor,
}


def make(path: Path, kind: str, seed: int) -> None:
    """One workbook with its explanation."""
    standard, book = KINDS[kind](random.Random(seed))
    build_workbook(standard, book, path, year=book.year)
    source = Workbook(path)
    book = read_book(source)
    standard = own_standard(book)
    plan = plan_notes(source, explain(standard, book), glossary(standard, book))
    source.patch(path, plan.edits, plan.afterwards)


def material(folder: Path, count: int) -> list[Path]:
    """So many workbooks; those that are there already are taken."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = list(KINDS)
    paths = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        paths.append(folder / f"{number:05d}-{kind}.xlsx")
        if not paths[-1].exists():
            make(paths[-1], kind, number)
    return paths


class Times(NamedTuple):
    """Processor seconds of one workbook."""

    calamine: float
    reading: float
    whole: float


def spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def read_all(path: Path) -> None:
    """What any tool must at least do: read every sheet."""
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def measured(path: Path) -> Times:
    return Times(
        spent(lambda: read_all(path)),
        spent(lambda: read_book(Workbook(path))),
        spent(lambda: validate_file(path)),
    )


def show(what: str, times: list[Times]) -> None:
    calamine, reading, whole = (
        1000 * statistics.median(column) for column in zip(*times, strict=True)
    )
    beyond = statistics.median((one.whole - one.reading) / one.reading for one in times)
    print(
        f"{what:12} {len(times):4} workbooks: calamine {calamine:6.1f}, reading {reading:6.1f}, whole {whole:6.1f} ms; "
        f"reading / calamine {reading / calamine:.2f}, whole / calamine {whole / calamine:.2f}, "
        f"beyond reading / reading {beyond:.2f}"
    )


def memory() -> float:
    """The most that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(folder: Path, count: int) -> None:
    paths = material(folder, count)
    for path in (paths * WARM_UP)[:WARM_UP]:
        measured(path)
    before = memory()
    for path in paths:
        status = validate_file(path).status
        if status is Status.ERROR:
            raise SystemExit(f"{path} is not right")
    times = {path: measured(path) for path in paths}
    for kind in KINDS:
        show(kind, [one for path, one in times.items() if path.stem.endswith(f"-{kind}")])
    show("all", list(times.values()))
    total = Times(*(sum(column) for column in zip(*times.values(), strict=True)))
    ratio = (total.whole - total.reading) / total.reading
    print(
        f"sums: beyond reading / reading {ratio:.2f}, bound 1: {'ok' if ratio <= 1 else 'TOO SLOW'}"
    )
    print(f"memory added after the warm-up: {memory() - before:.1f} MiB of {before:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--books", type=int, default=60)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
        run(options.folder, options.books)
        return
    with tempfile.TemporaryDirectory() as name:
        run(Path(name), options.books)


if __name__ == "__main__":
    main()
