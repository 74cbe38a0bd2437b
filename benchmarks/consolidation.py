"""How long it takes to sum up many units, in processor time of one core.

    python benchmarks/consolidation.py [UNITS]

Writes so many distinct workbooks of small units (random budgets, each cell rounded by itself), then reads them, judges
them, adds them up and writes the workbook of the whole, and prints the seconds of each, beside what reading the same
workbooks costs by itself.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "benchmarks" / "validation"), str(ROOT / "tests")]

from random_budget import SIZES, STANDARD, random_budget  # noqa: E402

from xlbudget.api import read  # noqa: E402
from xlbudget.consolidating.consolidate import consolidate, judged, write_workbook  # noqa: E402
from xlbudget.consolidating.units import choose, read_unit, read_units  # noqa: E402
from xlbudget.editing.build import build_workbook  # noqa: E402
from xlbudget.figures import BlockData, InfoValue, Profile  # noqa: E402
from xlbudget.findings import Status  # noqa: E402
from xlbudget.xlsx.cells import CellEdit  # noqa: E402
from xlbudget.xlsx.workbook import Workbook  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.figures import Book

DISTINCT = 20
"""Budgets; workbooks with the same figures have other units' names."""


def write_units(folder: Path, count: int) -> list[Path]:
    """The units' workbooks: some are built, the others are these with other names."""
    paths: list[Path] = []
    models: list[tuple[Workbook, list[tuple[str, str]]]] = []
    seeds = iter(range(10_000))
    for number in range(count):
        name = f"单位{number:04}"
        paths.append(folder / f"{name}.xlsx")
        if number < DISTINCT:
            models.append(_built(seeds, name, paths[-1]))
        else:
            source, cells = models[number % DISTINCT]
            source.patch(paths[-1], [CellEdit(sheet, cell, name) for sheet, cell in cells])
    return paths


def _built(seeds: Iterator[int], name: str, path: Path) -> tuple[Workbook, list[tuple[str, str]]]:
    """A random budget as a workbook, and the cells that name its unit."""
    while True:
        book = random_budget(random.Random(next(seeds)), SIZES["small"])  # made-up money
        build_workbook(STANDARD, _named(book, name), path, year=book.year)
        unit = read_unit(path)
        if unit.status is not Status.UNKNOWN:  # its forms have a place for all of its money
            break
    info = unit.book.info["unit_name"].cell
    row = next(one for one in unit.book.blocks["income"].rows if one.kind == "unit")
    cells = [("基础信息", info), (unit.book.sheets["income"], f"A{row.line}")]
    return Workbook(path), cells


def _named(book: Book, name: str) -> Book:
    blocks = {}
    for key, data in book.blocks.items():
        rows = [
            row._replace(key=name, label=name) if row.kind == "unit" else row for row in data.rows
        ]
        blocks[key] = BlockData.of(rows)
    info = {**book.info, "unit_name": InfoValue(name)}
    return book.with_blocks(blocks)._replace(info=info, profile=Profile(units=(name,)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("units", nargs="?", type=int, default=1000)
    count = parser.parse_args().units
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = write_units(folder, count)
        marks = [time.process_time()]
        for path in paths:
            read(path)
        marks.append(time.process_time())
        chosen = choose(read_units(paths))
        marks.append(time.process_time())
        assert len(chosen.units) == count, chosen.left_out[:3]
        done = consolidate(chosen.units, "全市")
        marks.append(time.process_time())
        report = judged(done)
        marks.append(time.process_time())
        target = folder / "汇总.xlsx"
        write_workbook(done, target)
        marks.append(time.process_time())
        reading, judging, adding, checking, writing = (
            after - before for before, after in pairwise(marks)
        )
        whole = judging + adding + checking + writing
        size = target.stat().st_size / 2**20
        print(
            f"{count} units, {len(chosen.wrong)} wrong; {len(done.summed.shares)} figures, {report.status}"
        )
        print(f"reading alone          {reading:7.1f} s  {1000 * reading / count:6.1f} ms a unit")
        print(f"reading and judging    {judging:7.1f} s  {1000 * judging / count:6.1f} ms a unit")
        print(f"adding up              {adding:7.1f} s")
        print(f"checking the sum       {checking:7.1f} s")
        print(f"writing the workbook   {writing:7.1f} s  {size:.1f} MiB")
        print(f"all                    {whole:7.1f} s  {whole / reading:.2f} times reading")


if __name__ == "__main__":
    main()
