"""What bad input costs: counted work and processor time, by kind of bad input and book.

    python benchmarks/validation/hard.py [--seed 1] [--books culture,medium,huge] [--kinds 5,sorted] [--living]

Prints, for every kind and book: terms of relations looked at, as a share of the budget; processor
seconds of the explanation, and the same as a multiple of reading the figures' relations once; how
many findings there are, and what the first one says. ``--living``: derived cells are formulas.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from random_budget import random_budget
from random_money import HUGE, SIZES, STANDARD
from slip_kinds import KINDS, slipped
from trials import around, printed_cells

from xlbudget.checks.diagnosis.reconcile import reconcile
from xlbudget.figures import BlockData
from xlbudget.findings import Status
from xlbudget.importing.data_folder import read_folder
from xlbudget.money import Amount
from xlbudget.rules.grid import Grid
from xlbudget.rules.relations import definitions, evaluate, expand
from xlbudget.standard.loader import with_subject_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbudget.figures import Book, Cell, Row
    from xlbudget.standard.model import Standard

__all__ = ["BAD", "BOOKS", "Answer", "answer", "book_of", "living"]

CULTURE = Path(__file__).parents[2] / "tests" / "cases" / "culture-bureau"
BOOKS = ("culture", "medium", "huge")
TABLES = ("expenditure", "general", "project")
"""The long tables, in which one thing or another goes wrong."""


def book_of(name: str, seed: int) -> tuple[Standard, Book]:
    """The culture bureau, or a random budget of a size."""
    if name == "culture":
        files = [("functional", CULTURE / "functional-subjects.csv")]
        standard = with_subject_files(STANDARD, files)
        return standard, read_folder(CULTURE, standard)
    return STANDARD, random_budget(random.Random(seed), HUGE if name == "huge" else SIZES[name])


def _with(book: Book, block: str, rows: list[Row]) -> Book:
    return book.with_blocks({block: BlockData.of(rows, book.blocks[block].letters)})


def errors(count: int) -> Callable[[random.Random, Standard, Book], Book]:
    """So many random slips in random cells."""

    def damage(rng: random.Random, standard: Standard, book: Book) -> Book:
        grid = Grid(standard, book)
        typed = printed_cells(grid)
        _slip(rng, grid, rng.sample(typed, len(typed)), count)
        return grid.as_book()

    return damage


def _slip(rng: random.Random, grid: Grid, numbers: list[int], count: int) -> None:
    for number in numbers:
        made = slipped(rng, rng.choice(list(KINDS)), around(grid, number))
        if not isinstance(made, bool):
            grid.cells[number] = made
            count -= 1
        if not count:
            return


def row_of_every_table(rng: random.Random, standard: Standard, book: Book) -> Book:
    """All figures of one row wrong, in every table."""
    grid = Grid(standard, book)
    for block, data in book.blocks.items():
        filled = [at for at, row in enumerate(data.rows) if any(row.cells)]
        if filled:
            at = rng.choice(filled)
            first = grid.number(block, at, 0)
            numbers = range(first, first + grid.width[block])
            printed = [one for one in numbers if isinstance(grid.cells[one], Amount)]
            _slip(rng, grid, printed, len(printed))
    return grid.as_book()


def lower(steps: int) -> Callable[[random.Random, Standard, Book], Book]:
    """All figures of a table some rows too low (too high, if negative)."""

    def damage(rng: random.Random, _: Standard, book: Book) -> Book:
        block = rng.choice(TABLES)
        rows = list(book.blocks[block].rows)
        blank: tuple[Cell, ...] = (None,) * len(rows[0].cells)
        figures = [row.cells for row in rows]
        lost = [blank] * abs(steps)
        moved = [*lost, *figures[:-steps]] if steps > 0 else [*figures[-steps:], *lost]
        return _with(book, block, _refilled(rows, moved))

    return damage


def aside(rng: random.Random, _: Standard, book: Book) -> Book:
    """All figures of a table one column too far to the right."""
    block = rng.choice(TABLES)
    rows = list(book.blocks[block].rows)
    return _with(book, block, _refilled(rows, [(None, *row.cells[:-1]) for row in rows]))


def sorted_by_amount(rng: random.Random, _: Standard, book: Book) -> Book:
    """The figures of a table's rows sorted by their first amount, codes and names left alone."""
    block = rng.choice(TABLES)
    rows = list(book.blocks[block].rows)
    figures = sorted(
        (row.cells for row in rows[:-1]), key=lambda one: -(one[0].fen if one[0] else 0)
    )
    return _with(book, block, _refilled(rows, [*figures, rows[-1].cells]))


def _refilled(rows: list[Row], figures: list[tuple[Cell, ...]]) -> list[Row]:
    return [row._replace(cells=cells) for row, cells in zip(rows, figures, strict=True)]


def twice(rng: random.Random, _: Standard, book: Book) -> Book:
    """The rows of a table pasted again below themselves."""
    block = rng.choice(TABLES)
    *rows, total = book.blocks[block].rows
    return _with(book, block, [*rows, *rows, total])


def another_version(rng: random.Random, standard: Standard, book: Book) -> Book:
    """A table of another year: every figure differs, and they add up among themselves."""
    block = rng.choice(TABLES)
    grid = Grid(standard, book)
    inside = [
        one
        for one in expand(grid).relations
        if one.equation.derive and all(grid.block_of(cell) == block for _, cell in one.terms)
    ]
    defined = definitions(inside)
    for number in range(grid.base[block], grid.end(block)):
        _scale(rng, grid, number)
    grid.cells = evaluate(grid, defined, lambda number: grid.cells[number] is None)
    return grid.as_book()


def loose_version(rng: random.Random, standard: Standard, book: Book) -> Book:
    """A table in which every figure is another, and nothing adds up."""
    block = rng.choice(TABLES)
    grid = Grid(standard, book)
    for number in range(grid.base[block], grid.end(block)):
        _scale(rng, grid, number)
    return grid.as_book()


def all_wrong(rng: random.Random, standard: Standard, book: Book) -> Book:
    """Every figure of every table is another."""
    grid = Grid(standard, book)
    for number in printed_cells(grid):
        _scale(rng, grid, number)
    return grid.as_book()


def _scale(rng: random.Random, grid: Grid, number: int) -> None:
    cell = grid.cells[number]
    if isinstance(cell, Amount) and cell.fen:
        grid.cells[number] = Amount(int(cell.fen * rng.uniform(0.6, 1.5))).rounded(cell.unit)


BAD: dict[str, Callable[[random.Random, Standard, Book], Book]] = {
    **{f"{count} errors": errors(count) for count in (1, 2, 3, 5, 10, 20, 200)},
    "a row of every table": row_of_every_table,
    "a row too low": lower(1),
    "two rows too low": lower(2),
    "a row too high": lower(-1),
    "a column aside": aside,
    "sorted by amount": sorted_by_amount,
    "pasted twice": twice,
    "another version": another_version,
    "another version, loose": loose_version,
    "all wrong": all_wrong,
}


def living(standard: Standard, book: Book) -> tuple[Grid, set[int]]:
    """The book with every derived cell computed, as formulas would; and these cells."""
    grid = Grid(standard, book)
    defined = definitions(expand(grid).relations)
    return grid.with_cells(evaluate(grid, defined, lambda _: False)), set(defined)


class Answer(NamedTuple):
    """What one bad book costs, and what is said of it."""

    spent: int
    limit: int
    seconds: float
    ratio: float
    findings: tuple[str, ...]


def answer(standard: Standard, book: Book, *, formulas: bool = False) -> Answer:
    """Reconcile a book, counting."""
    grid = Grid(standard, book)
    numbers: set[int] = set()
    if formulas:
        grid, numbers = living(standard, book)
        grid = Grid(standard, grid.as_book())
    start = time.process_time()
    expand(grid)
    reading = time.process_time() - start
    start = time.process_time()
    said = reconcile(grid, Status.ERROR, numbers)
    seconds = time.process_time() - start
    found = tuple(f"{one.table} {one.cell} {one.message}" for one in said.findings)
    return Answer(said.work.spent, said.work.limit, seconds, seconds / reading, found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--books", default=",".join(BOOKS))
    parser.add_argument("--kinds", default="")
    parser.add_argument("--living", action="store_true")
    options = parser.parse_args()
    for name in options.books.split(","):
        standard, book = book_of(name, options.seed)
        print(f"\n## {name}{'，合计为公式' if options.living else ''}\n")
        print("| 失误 | 看过的项 | 占预算 | 秒 | 与展开关系之比 | 条数 | 第一条 |")
        print("|---|---|---|---|---|---|---|")
        for kind, damage in BAD.items():
            if options.kinds and not any(one in kind for one in options.kinds.split(",")):
                continue
            bad = damage(random.Random(options.seed), standard, book)
            got = answer(standard, bad, formulas=options.living)
            first = got.findings[0][:70] if got.findings else ""
            print(
                f"| {kind} | {got.spent:,} | {100 * got.spent / got.limit:.1f} % | {got.seconds:.2f}"
                f" | {got.ratio:.0f} | {len(got.findings)} | {first} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
