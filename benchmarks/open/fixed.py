"""Reports of the simplest checker: every sum by itself, within a fixed tolerance.

    python benchmarks/open/fixed.py 0.01 FILE... > fixed.json

It reads the files as xlbudget does, recomputes every identity from its printed parts, and calls the
total wrong where they differ by more than the tolerance (in 万元).
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path

from xlbudget.checks.wording import column_label, row_label, table_title
from xlbudget.importing.published.document import read_document, read_source
from xlbudget.importing.published.recognise import standard_of_document
from xlbudget.money import Amount
from xlbudget.reading.book import read_book
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.relations import expand
from xlbudget.standard.loader import own_standard

__all__ = ["report"]


def read(path: Path) -> Grid:
    """The figures of a workbook or document."""
    if path.suffix in (".xlsm", ".xlsx"):
        book = read_book(path)
        return Grid(own_standard(book), book)
    pieces = read_source(path)
    standard = standard_of_document(path, pieces)
    found, _ = read_document(path, pieces, standard)
    return Grid(standard, found.book)


def report(path: Path, tolerance: int) -> dict[str, object]:
    """One file's report; ``tolerance`` in 分."""
    grid = read(path)
    findings = []
    for one in expand(grid).relations:
        if one.rule.soft or not one.equation.check or grid.block_of(one.terms[0][1]) == INFO:
            continue
        amounts = [(sign, grid.cells[number]) for sign, number in one.terms]
        off = sum(sign * cell.fen for sign, cell in amounts if isinstance(cell, Amount))
        if off < -tolerance or (off > tolerance and one.equation.relation == "="):
            findings.append(_finding(grid, one.terms[0], one.rule.code, off))
    status = "error" if findings else "pass"
    return {"workbook": path.name, "status": status, "findings": findings}


def _finding(grid: Grid, total: tuple[int, int], code: str, off: int) -> dict[str, object]:
    """The total, and what its parts come to."""
    sign, number = total
    cell, place = grid.cells[number], grid.place(number)
    have = cell.fen if isinstance(cell, Amount) else 0
    expected = Amount(have - sign * off).rounded(grid.standard.unit).plain
    title, row, column = (f(grid, number) for f in (table_title, row_label, column_label))
    return {
        "code": code,
        "level": "error",
        "table": title,
        "sheet": place.sheet,
        "cell": place.cell,
        "row": grid.spot(number).row.key.removeprefix("group:"),
        "column": column,
        "expected": expected,
        "message": f"{row}{column}应为{expected}",
    }


def main() -> None:
    tolerance = int(Decimal(sys.argv[1]) * 1_000_000)
    reports = [report(Path(one), tolerance) for one in sys.argv[2:]]
    print(json.dumps(reports, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
