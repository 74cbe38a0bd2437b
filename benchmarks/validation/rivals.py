"""What is compared with joint reconciliation: simpler tests, and another package where installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from xlbudget.money import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.figures import Cell
    from xlbudget.rules.relations import Relation

__all__ = [
    "RIVALS",
    "calculation_11",
    "equal",
    "errorlocate_absent",
    "errorlocate_blames",
    "within",
]


def _residual(cells: Sequence[Cell], relation: Relation) -> int:
    total = 0
    for sign, number in relation.terms:
        cell = cells[number]
        if isinstance(cell, Amount):
            total += sign * cell.fen
    return total


def equal(cells: Sequence[Cell], relations: Sequence[Relation], *, stop: bool = True) -> bool:
    """Every identity exactly as printed: the plain one-pass test; to the end unless ``stop``."""
    good = True
    for relation in relations:
        off = _residual(cells, relation)
        if off < 0 or (off and relation.equation.relation == "="):
            good = False
            if stop:
                break
    return good


def within(cells: Sequence[Cell], relations: Sequence[Relation], fen: int) -> bool:
    """Every identity by itself within a fixed tolerance."""
    for relation in relations:
        off = _residual(cells, relation)
        if off < -fen or (off > fen and relation.equation.relation == "="):
            return False
    return True


def calculation_11(cells: Sequence[Cell], relations: Sequence[Relation]) -> bool:
    """XBRL Calculations 1.1: each sum by itself, rounding intervals closed at both ends."""
    for relation in relations:
        slack = 0
        for _, number in relation.terms:
            cell = cells[number]
            if isinstance(cell, Amount) and cell.ulp > 1:
                slack += cell.ulp // 2
        off = _residual(cells, relation)
        if off < -slack or (off > slack and relation.equation.relation == "="):
            return False
    return True


RIVALS = {
    "逐条相等": equal,
    "固定容差 0.01": lambda cells, relations: within(cells, relations, 10_000),
    "固定容差 0.02": lambda cells, relations: within(cells, relations, 20_000),
    "固定容差 0.05": lambda cells, relations: within(cells, relations, 50_000),
    "XBRL Calculations 1.1": calculation_11,
}
"""Name -> test of a workbook's cells: true where it says that all is well."""


def errorlocate_absent() -> str:
    """Why the R package errorlocate cannot run here; empty where it can."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return "没有安装 R（Rscript）"
    asked = subprocess.run(
        [rscript, "-e", "quit(status = !requireNamespace('errorlocate', quietly = TRUE))"],
        check=False,
        capture_output=True,
        timeout=60,
    )
    return "" if asked.returncode == 0 else "R 中没有安装 errorlocate"


def errorlocate_blames(
    books: Sequence[Sequence[Cell]], relations: Sequence[Relation]
) -> list[tuple[set[int], float]]:
    """For each book's cells, the cells that errorlocate blames and its seconds.

    Its rules are our relations as bands: a sum of n printed amounts may be off by n/2 units.
    """
    numbers = sorted({number for relation in relations for _, number in relation.terms})
    rules = []
    for relation in relations:
        terms = " ".join(f"{'+' if sign > 0 else '-'} x{number}" for sign, number in relation.terms)
        band = 0.005 * len(relation.terms)
        rules.append(f"{terms} >= -{band}")
        if relation.equation.relation == "=":
            rules.append(f"{terms} <= {band}")
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rules.txt").write_text("\n".join(rules) + "\n", encoding="utf-8")
        lines = [",".join(f"x{number}" for number in numbers)]
        for cells in books:
            amounts = (cells[number] for number in numbers)
            lines.append(",".join(one.plain if isinstance(one, Amount) else "0" for one in amounts))
        (folder / "records.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        script = str(Path(__file__).with_name("errorlocate.R"))
        arguments = ["Rscript", script, str(folder / "rules.txt"), str(folder / "records.csv")]
        said = subprocess.run(arguments, check=True, capture_output=True, text=True)
    found = []
    for line in said.stdout.splitlines():
        *blamed, seconds = line.split()
        found.append(({int(one.removeprefix("x")) for one in blamed}, float(seconds)))
    return found
