"""What an inspection takes: rate of one core, memory, efficiency, the first result, kills, Dask, and documents read right.

    python benchmarks/bureau.py [--files 100] [--folder DIR] [PART…]

Parts: rate memory first workers kills dask documents (all without any). The workbooks are those of
``bureau_speed.py`` in copies that differ by a telephone number, one in ten with a wrong amount; they are made
once in ``--folder``. On a machine that does something else, trust processor time and ratios, not seconds.
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

import psutil

sys.path.insert(0, str(Path(__file__).parent))

from bureau_speed import ROOT, STANDARD, material

from texts.text_books import culture_bureau
from xlbudget.bureau.cluster import Cluster
from xlbudget.bureau.engines import Alone, Processes
from xlbudget.bureau.inspect import Inspection
from xlbudget.bureau.listing import list_sources
from xlbudget.bureau.records import RESULTS, read_results
from xlbudget.figures import InfoValue
from xlbudget.importing.data_folder import read_folder
from xlbudget.publishing.disclosure import disclosure
from xlbudget.publishing.docx import docx_bytes
from xlbudget.publishing.pdf import find_office
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import Grid
from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.bureau.engines import Engine
    from xlbudget.bureau.work import Outcome

LIMIT = 600.0
KINDS = 10
"""So many workbooks are built; the others are copies of them with changes."""
WRONG = 10
"""One in so many has a wrong amount."""
KILLS = 10
DOCUMENTS = 120
DOCX_SECONDS = 0.2
EFFICIENT, DASK_EFFICIENT = 0.9, 0.85


def copies(folder: Path, count: int) -> Path:
    """A folder with so many distinct workbooks in folders of a hundred."""
    bases = [Workbook(path) for path in material(folder / "bases", KINDS)]
    books = folder / f"{count}"
    for number in range(count):
        path = books / f"{number // 100:03d}" / f"{number:05d}.xlsx"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            changed(bases[number % KINDS], path, number)
    return books


def changed(base: Workbook, path: Path, number: int) -> None:
    """The same workbook with another telephone number, and where it is one in ten, a wrong amount."""
    book = base.derived("book", lambda: read_book(base))
    place = book.info_place("public_phone")
    edits = [CellEdit(place.sheet, place.cell, f"8{number:07d}")]
    if number % WRONG == WRONG - 1:
        grid = Grid(STANDARD, book._replace(info={}))
        wrong = random.Random(number).choice([at for at, cell in enumerate(grid.cells) if cell])
        spot = grid.place(wrong)
        edits.append(CellEdit(spot.sheet, spot.cell, grid.cells[wrong].decimal + 7))
    base.patch(path, edits)


def inspected(
    folder: Path, output: Path, engine: Engine, told: Callable[[Outcome], object]
) -> None:
    inspection = Inspection(output)
    inspection.run(list_sources([str(folder)]).sources, engine, told)
    inspection.finish()


def engine_of(name: str) -> Engine:
    if name == "alone":
        return Alone()
    return Cluster(name, LIMIT) if name.startswith("local:") else Processes(int(name), LIMIT)


def child(folder: Path, output: Path, engine: str) -> subprocess.Popen[bytes]:
    """A process of this script that inspects a folder."""
    return subprocess.Popen([sys.executable, __file__, "--inspect", folder, output, engine])


def used() -> float:
    """Processor seconds of all processes that have ended and were waited for."""
    facts = resource.getrusage(resource.RUSAGE_CHILDREN)
    return facts.ru_utime + facts.ru_stime


def run(folders: list[Path], engine: str) -> tuple[float, float]:
    """Seconds, and seconds of processors, of processes that inspect a folder each at the same time."""
    start, before = time.monotonic(), used()
    with tempfile.TemporaryDirectory() as name:
        for one in [
            child(folder, Path(name) / f"{at}", engine) for at, folder in enumerate(folders)
        ]:
            if one.wait():
                raise SystemExit("an inspection failed")
    return time.monotonic() - start, used() - before


def findings(folder: Path) -> dict[str, object]:
    """All that is said, without the time that it took."""
    return {one.path: one._replace(seconds=0) for one in read_results(folder / RESULTS)}


# ------------------------------------------------------------------ the parts


def rate(folder: Path, count: int) -> None:
    books = copies(folder, count)
    _, spent = run([books], "alone")
    print(
        f"rate: {count / spent:.2f} files a second of one core ({1000 * spent / count:.0f} ms each, start included)"
    )


def memory(folder: Path, count: int) -> None:
    """What the asking process and one that reads hold after so many files."""
    books, asked, read = copies(folder, count), [], []
    own = psutil.Process()

    def told(_: Outcome) -> None:
        asked.append(own.memory_info().rss)
        ours = [one for one in own.children() if "xlbudget.bureau.child" in "".join(one.cmdline())]
        read.append(max((one.memory_info().rss for one in ours), default=0))

    with tempfile.TemporaryDirectory() as name:
        inspected(books, Path(name), Processes(1, LIMIT), told)
    for number in (50, 100, 500, 1000, 2000, 5000, 10_000):
        if number <= count:
            most = max(asked[:number]), max(read[:number])
            print(
                f"memory after {number} files: asking {most[0] / 2**20:.1f}, reading {most[1] / 2**20:.1f} MiB"
            )


def first(folder: Path, count: int) -> None:
    books = copies(folder, count)
    with tempfile.TemporaryDirectory() as name:
        start = time.monotonic()
        command = [sys.executable, "-m", "xlbudget", "inspect", books, "-o", Path(name) / "o"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            print(f"first result: {time.monotonic() - start:.2f} s of {count} files, bound 2")
            process.kill()


def workers(folder: Path, count: int) -> None:
    """Two processes that share the work against two that have a half each, in turn."""
    books = copies(folder, count)
    halves = [folder / f"{count}-{half}" for half in (0, 1)]
    paths = sorted(path for path in books.rglob("*.xlsx"))
    for at, half in enumerate(halves):
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        for path in paths[at::2]:
            os.link(path, half / path.name)
    ratios = []
    for _ in range(3):
        two, spent_two = run(halves, "alone")
        both, spent_both = run([books], "2")
        ratios.append(two / both)
        print(
            f"  two alone {two:.1f} s ({spent_two:.1f} of processors), shared {both:.1f} s ({spent_both:.1f})"
        )
    middle = statistics.median(ratios)
    print(
        f"efficiency of two processes: {middle:.2f}, bound {EFFICIENT}: {'ok' if middle >= EFFICIENT else 'TOO SLOW'}"
    )


def kills(folder: Path, count: int) -> None:
    """Killed at random moments and gone on with, the same comes out."""
    books, chance = copies(folder, count), random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        undisturbed, output = Path(name) / "1", Path(name) / "2"
        start = time.monotonic()
        child(books, undisturbed, "2").wait()
        whole, killed = time.monotonic() - start, 0
        for _ in range(KILLS):
            process = child(books, output, "2")
            try:
                process.wait(1 + chance.random() * whole / 4)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
        child(books, output, "2").wait()
        same = plain(undisturbed) == plain(output)
        print(f"{killed} kills in {count} files: the same results {'yes' if same else 'NO'}")


def plain(folder: Path) -> bytes:
    """The results as bytes, without the seconds."""
    lines = []
    for line in (folder / RESULTS).read_bytes().splitlines():
        head, _, rest = line.partition(b'"seconds":')
        lines.append(head + rest.partition(b",")[2])
    return b"\n".join(lines)


def dask(folder: Path, count: int) -> None:
    """Two workers of Dask, one of them killed in the middle; and undisturbed, against two alone."""
    books, killed = copies(folder, count), []

    def kill(_: Outcome) -> None:
        done.append(time.monotonic())
        if len(done) == count // 2:
            ours = psutil.Process().children(recursive=True)
            reader = next(one for one in ours if "xlbudget.bureau.child" in "".join(one.cmdline()))
            killed.append(reader.parent().pid)
            reader.parent().kill()

    with tempfile.TemporaryDirectory() as name:
        done: list[float] = []
        inspected(books, Path(name) / "1", Cluster("local:2", LIMIT), kill)
        inspected(books, Path(name) / "2", Processes(2, LIMIT), lambda _: None)
        same = findings(Path(name) / "1") == findings(Path(name) / "2")
    print(f"Dask, {len(killed)} of 2 workers killed: the same results {'yes' if same else 'NO'}")
    halves = [folder / f"{count}-{half}" for half in (0, 1)]
    ratios = [run(halves, "alone")[0] / run([books], "local:2")[0] for _ in range(3)]
    middle = statistics.median(ratios)
    print(
        f"efficiency of two workers of Dask, their start included: {middle:.2f}, bound {DASK_EFFICIENT}: "
        f"{'ok' if middle >= DASK_EFFICIENT else 'TOO SLOW'}"
    )


NAMES = (
    "{}市财政局", "{}市第三人民医院", "{}区{}街道办事处", "中共{}市委员会宣传部", "{}市人民政府办公厅（本级）", "{}县水利局",
    "{}市实验小学", "{}市公安局交通警察支队", "{}市档案馆", "{}市总工会", "{}市中级人民法院", "{}市住房和城乡建设局",
)  # fmt: skip
PLACES = ["松江", "滨海", "临河", "青山", "安平"]


def documents(folder: Path, _: int) -> None:
    """Published documents of several departments under other names and years: year, kind and unit of each."""
    made = folder / "documents"
    wanted: dict[str, tuple[str, int]] = {}
    sources = [
        (STANDARD, read_folder(one, STANDARD))
        for one in sorted((ROOT / "tests/departments").iterdir())
        if one.is_dir()
    ]
    sources.append(culture_bureau(STANDARD))
    made.mkdir(exist_ok=True)
    for number in range(DOCUMENTS // 2):
        standard, book = sources[number % len(sources)]
        place = PLACES[number % len(PLACES)]
        unit, year = NAMES[number % len(NAMES)].format(place, place), 2024 + number % 4
        info = {
            **book.info,
            "unit_name": InfoValue(unit),
            "year": InfoValue(str(year)),
            "unit_short": InfoValue(""),
        }
        path = made / f"{number:03d}.docx"
        if not path.exists():
            path.write_bytes(docx_bytes(disclosure(standard, book._replace(info=info, year=year))))
        wanted |= {f"{number:03d}.{kind}": (unit, year) for kind in ("docx", "pdf")}
    left = [path for path in made.glob("*.docx") if not path.with_suffix(".pdf").exists()]
    if left:
        with tempfile.TemporaryDirectory() as profile:
            command = [
                find_office(),
                f"-env:UserInstallation=file://{profile}",
                "--headless",
                "--convert-to",
                "pdf",
            ]
            subprocess.run([*command, "--outdir", made, *left], check=True, capture_output=True)
    with tempfile.TemporaryDirectory() as name:
        inspected(made, Path(name), Processes(2, LIMIT), lambda _: None)
        found = list(read_results(Path(name) / RESULTS))
    right = [
        one for one in found if (one.unit, one.year, one.kind) == (*wanted[one.path], "document")
    ]
    for one in found:
        if one not in right:
            print(
                f"  {one.path}: {one.kind} {one.unit} {one.year} {one.reason}, not {wanted[one.path]}"
            )
    print(f"documents with the right year, kind and unit: {len(right)} of {len(wanted)}")
    for kind in ("docx", "pdf"):
        seconds = [one.seconds for one in found if one.path.endswith(kind)]
        print(f"  {kind}: {statistics.median(seconds):.3f} s each, {max(seconds):.3f} at most")
    slow = (
        statistics.median(one.seconds for one in found if one.path.endswith("docx")) > DOCX_SECONDS
    )
    print(f"  bound for docx {DOCX_SECONDS}: {'TOO SLOW' if slow else 'ok'}")


PARTS = {one.__name__: one for one in (rate, memory, first, workers, kills, dask, documents)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--inspect", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inspect:
        folder, output, engine = options.inspect
        inspected(Path(folder), Path(output), engine_of(engine), lambda _: None)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        for part in options.parts or PARTS:
            PARTS[part](folder, options.files)


if __name__ == "__main__":
    main()
