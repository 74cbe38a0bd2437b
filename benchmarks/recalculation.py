"""How long LibreOffice takes after one figure of the ledger was typed anew, and how large the workbook is.

    python benchmarks/recalculation.py [--edits 5]

Two workbooks whose tables follow from the ledger: the made-up culture bureau's, and one as large as a workbook
can be (2,000 lines, rows of the tables up to their room). Prints the median seconds from the entry until every
cell has its value, the ratio of both, and the sizes of the files. Needs ``soffice`` and its Python bridge.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from calc.office import Office, load_document
from ledgers import ledger_of, with_ledger
from xlbudget.api import read
from xlbudget.editing.build import build_workbook
from xlbudget.money import Amount
from xlbudget.sheets.layout import CONTENTS, OVERALL
from xlbudget.sheets.ledger import ledger_layout
from xlbudget.standard.loader import own_standard

if TYPE_CHECKING:
    from xlbudget.figures import Ledger, LedgerLine
    from xlbudget.standard.model import Standard

CASES = Path(__file__).parents[1] / "tests" / "cases"
MOST = 190
"""Projects: with their groups and a total they fill the table of projects; there may be fewer forms."""


def large(standard: Standard, ledger: Ledger) -> Ledger:
    """As many lines as there is room for, of as many projects as a table has rows for."""
    assert standard.ledger is not None
    group, item = (standard.ledger.key_of(kind) for kind in ("level1", "level2"))
    block = next(one for one in standard.blocks.values() if one.body == "form")
    most = min(MOST, block.room)
    lines: list[LedgerLine] = []
    while len(lines) < standard.ledger.room:
        for line in ledger.lines:
            texts = dict(line.texts)
            if texts.get(item):
                texts |= {group: "一级项目", item: f"项目{len(lines) % most:03d}"}
            amount = line.amount
            assert isinstance(amount, Amount)
            lines.append(
                line._replace(
                    texts=texts, amount=Amount(amount.fen + len(lines), amount.unit, amount.places)
                )
            )
    return ledger._replace(lines=tuple(lines[: standard.ledger.room]))


def seconds_of(office: Office, standard: Standard, path: Path, edits: int) -> float:
    """The median time of an edit in the workbook as a new user's office has opened it."""
    layout = ledger_layout(standard)
    assert standard.ledger is not None
    amount = layout.spots[standard.ledger.amount.key].letter
    document = load_document(office.desktop, path)
    cell = document.Sheets.getByName(layout.sheet).getCellRangeByName(f"{amount}{layout.first}")
    told = document.Sheets.getByName(CONTENTS).getCellRangeByName(OVERALL)
    taken = []
    for number in range(edits):
        start = time.perf_counter()
        cell.Value = cell.Value + number + 1
        assert told.String
        taken.append(time.perf_counter() - start)
    document.close(True)
    return statistics.median(taken)


def main() -> None:
    """Build both, edit both, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--edits", type=int, default=5)
    asked = parser.parse_args()
    bureau = read(CASES / "culture-bureau")
    standard = own_standard(bureau)
    ledger = ledger_of(standard, CASES / "culture-bureau-ledger.csv")
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Office(folder / "profile", recalculate=False) as office:
            for title, held in (("bureau", ledger), ("full", large(standard, ledger))):
                path = folder / f"{title}.xlsx"
                book = bureau._replace(blocks={}, forms=())
                build_workbook(standard, with_ledger(standard, book, held), path, year=bureau.year)
                found[title] = seconds_of(office, standard, path, asked.edits)
                size = path.stat().st_size / 1024
                sys.stdout.write(
                    f"{title}: {len(held.lines)} lines, {found[title]:.3f} s after an edit, {size:.0f} KiB\n"
                )
    sys.stdout.write(f"ratio: {found['full'] / found['bureau']:.1f}\n")


if __name__ == "__main__":
    main()
