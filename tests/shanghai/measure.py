"""How well made documents of the format are read and judged: cells, precision of errors, recall of planted mistakes.

``python -m shanghai.measure`` makes 22 documents and prints a line for each; the suite takes a part.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from shanghai.budgets import printed, random_budget
from shanghai.drawing import Look, blocks_of, draw
from shanghai.mistakes import plant
from shanghai.printing import print_document, rendered
from xlbudget.characters import squash
from xlbudget.errors import XlbudgetError
from xlbudget.figures import Amount
from xlbudget.findings import Level
from xlbudget.importing.published.validate import examine_published

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shanghai.budgets import Printed
    from shanghai.mistakes import Planted
    from xlbudget.figures import Book
    from xlbudget.findings import Finding
    from xlbudget.standard.model import Standard

KINDS = ("部门", "单位")
PRINTED = (
    ("chromium.pdf", True, False), ("office.pdf", True, True), ("chromium.pdf", False, True), ("office.docx", True, False),
    ("office.pdf", False, False),
)  # fmt: skip
"""Program, dots in the contents, headings on every page."""
DRAWN = (
    Look(lines="none", number="- {} -"),
    Look(lines="grounds", running="区级部门预算", number="第{}页"),
    Look(wide=595, high=842, size=8, widest=(9, 5), letters=True),
    Look(lines="rows", indent=0, repeated=True, number="{}"),
    Look(lines="none", wide=595, high=842, size=7.5, widest=(10, 9)),
    Look(lines="none", centred=True, letters=True),
)
"""Without a program: in turn behind those that are printed."""
LOWEST_CELLS, LOWEST_PRECISION, LOWEST_RECALL = 0.995, 0.95, 0.9
_LABELS = {"income": 4, "expenditure": 4, "general": 4, "basic": 3}
"""How many columns before the amounts a table of subjects has."""


@dataclass
class Result:
    """What came of one document."""

    name: str
    cells: int = 0
    right: int = 0
    lost: list[str] = field(default_factory=list)
    unbound: list[str] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    missed: list[Planted] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    false: list[Finding] = field(default_factory=list)
    refused: str = ""

    @property
    def line(self) -> str:
        """A line of the report."""
        if self.refused:
            return f"{self.name}: refused: {self.refused}"
        return (
            f"{self.name}: cells {self.right}/{self.cells}, found {len(self.planted) - len(self.missed)}"
            f"/{len(self.planted)}, errors {len(self.errors)}, false {len(self.false)}, unbound {len(self.unbound)}"
        )


def measured(at: int, folder: Path, seed: int = 0) -> Result:
    """Make the document number ``at``, read it and judge it."""
    random = Random(1000 * seed + at)
    kind = KINDS[at % 2]
    way = at % (len(PRINTED) + len(DRAWN))
    page = printed(random_budget(random, kind, 2023 + (at + seed) % 4, exact=kind == "部门"))
    planted = plant(page, random, at)
    if way < len(PRINTED):
        program, dots, repeated = PRINTED[way]
        path = print_document(page, program, folder / f"{at:02d}", dots=dots, repeated=repeated)
    else:
        look = DRAWN[way - len(PRINTED)]
        program = f"drawn {look.lines} {look.wide:g}"
        path = draw(rendered(page, dots=at % 2 == 0), folder / f"{at:02d}.pdf", look)
    name = f"{at:02d} {page.budget.year} {kind} {program}"
    result = Result(name, planted=planted, missed=planted)
    truth = [*_truth(page)]
    result.cells = len(truth)
    try:
        seen = examine_published(path)
    except XlbudgetError as error:
        result.refused = str(error)
        return result
    book = seen.book
    for table, label, nth, column, text in truth:
        if _read(seen.standard, book, table, label, nth, column) == text:
            result.right += 1
        else:
            result.lost.append(f"{table} {label} {column}: {text}")
    bound = {squash(unit.text) for unit in book.texts}
    result.unbound = [text for text in _sentences(page) if squash(text) not in bound]
    findings = seen.report.findings
    result.errors = [one for one in findings if one.level is Level.ERROR]
    result.missed = [
        one for one in planted if not any(_about(finding, one) for finding in findings)
    ]
    result.false = [
        finding for finding in result.errors if not any(_about(finding, one) for one in planted)
    ]
    return result


def _sentences(page: Printed) -> Iterator[str]:
    """The paragraphs of the explanation, headings aside."""
    part = ""
    for block in blocks_of(rendered(page)):
        if block.kind == "h2":
            part = block.text
        elif block.kind == "p" and part.endswith(("编制说明", "其他相关情况说明")):
            heading = block.text.startswith(("一、", "二、", "三、", "四、", "五、"))
            if not heading and block.text.strip():
                yield block.text.strip()


def _about(finding: Finding, planted: Planted) -> bool:
    told = squash(" ".join((finding.message, finding.printed, finding.row, *finding.basis)))
    return any(squash(word) in told for word in planted.words)


def _truth(page: Printed) -> Iterator[tuple[str, str, int, int, int]]:
    """Every printed amount: block, name of its row, the how manieth row of that name, column, 分."""
    for key, rows in page.tables.items():
        for block, label, column, text in _printed(key, rows):
            if text:
                unit = 10_000 * 100 if key == "three_public" else 100
                fen = round(float(text.replace(",", "")) * 100) * unit // 100
                yield block, label[0], label[1], column, fen


def _printed(key: str, rows: list[list[str]]) -> Iterator[tuple[str, tuple[str, int], int, str]]:
    seen: dict[tuple[str, str], int] = {}

    def counted(block: str, name: str) -> tuple[str, int]:
        seen[block, name] = seen.get((block, name), -1) + 1
        return name, seen[block, name]

    for row in rows:
        if key in _LABELS:
            start = _LABELS[key]
            label = counted(key, "合计" if row[0] == "合计" else row[start - 1])
            yield from ((key, label, at, text) for at, text in enumerate(row[start:]))
        elif key == "three_public":
            yield from ((key, ("", 0), at, text) for at, text in enumerate(row))
        else:
            for block, cells in ((f"{key}.income", row[:2]), (f"{key}.expense", row[2:])):
                if cells[0]:
                    label = counted(block, cells[0])
                    yield from ((block, label, at, text) for at, text in enumerate(cells[1:]))


def _read(
    standard: Standard, book: Book, block: str, label: str, nth: int, column: int
) -> int | None:
    """What was read of that cell, in 分."""
    data = book.blocks.get(block)
    if data is None:
        return None
    if block == "three_public":
        rows = [*data.rows]
    else:
        rows = [row for row in data.rows if _bare(row.label) == _bare(label)]
        if block in _LABELS and label == "合计":
            rows = [row for row in data.rows if row.key == "total"]
    if nth >= len(rows) or column >= len(rows[nth].cells):
        return None
    cell = rows[nth].cells[column]
    return cell.fen if isinstance(cell, Amount) else None


def _bare(label: str) -> str:
    """A label without its number."""
    return squash(label).split("、")[-1].split(".")[-1]


def whole(results: list[Result]) -> tuple[float, float, float]:
    """The parts of cells that are right, of errors that are true, and of planted mistakes that are found."""
    cells = sum(one.cells for one in results)
    errors = sum(len(one.errors) for one in results)
    planted = sum(len(one.planted) for one in results)
    return (
        sum(one.right for one in results) / cells,
        1 - sum(len(one.false) for one in results) / errors if errors else 1.0,
        1 - sum(len(one.missed) for one in results) / planted,
    )


def main() -> int:
    """Measure and print; the exit status is 1 where a bound is not reached."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--documents", type=int, default=22)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--keep", type=Path, help="a folder for the documents")
    chosen = arguments.parse_args()
    with TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        results = []
        for at in range(chosen.documents):
            result = measured(at, folder, chosen.seed)
            results.append(result)
            print(result.line, flush=True)
            for said in (
                *(f"  cell: {one}" for one in result.lost[:8]),
                *(f"  unbound: {one[:60]}" for one in result.unbound),
                *(f"  missed: {one.name} {one.words[0]}" for one in result.missed),
                *(f"  false: {one.code} {one.table}: {one.message[:120]}" for one in result.false),
            ):
                print(said)
    cells, precision, recall = whole(results)
    print(f"cells {cells:.4f}, precision of errors {precision:.3f}, recall {recall:.3f}")
    good = cells >= LOWEST_CELLS and precision >= LOWEST_PRECISION and recall >= LOWEST_RECALL
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
