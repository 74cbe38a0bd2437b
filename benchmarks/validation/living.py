"""Wrong typed cells in living workbooks: typed, recalculated by a spreadsheet program, validated."""

from __future__ import annotations

import signal
from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, NoReturn

from evidence import Evidence
from living_judge import Said, Slip, judged
from recalculated import Living
from slip_kinds import KINDS, slipped
from trials import around

from xlbudget.cli.run import run
from xlbudget.editing.build import build_workbook
from xlbudget.editing.validate import examine_file
from xlbudget.findings import Level
from xlbudget.reading.book import read_book
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

    from recalculated import Office

    from xlbudget.editing.validate import Examined
    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

__all__ = ["WAYS", "Ways", "tried"]

WAYS = {"bare": "没有说明", "notes": "有说明", "memory": "有说明，上次通过的状态已记下"}
_PATIENCE = 20.0
"""So many processor seconds a validation may take, at a hundred times what it should."""


class Ways:
    """A department's workbook in its three states, and the evidence in each.

    ``errors`` are said of the right workbook, which has none: what follows counts what is new.
    """

    def __init__(self, folder: Path, name: str, standard: Standard, figures: Book) -> None:
        self.standard, self.name = standard, name
        self.paths = {way: folder / f"{name}-{way}.xlsm" for way in WAYS}
        build_workbook(standard, figures, self.paths["bare"], year=figures.year)
        _derived(self.paths["bare"], self.paths["notes"], ["notes", "-q"])
        _derived(self.paths["notes"], self.paths["memory"], ["validate", "--write", "-q"])
        self.usual = {way: examine_file(path) for way, path in self.paths.items()}
        self.errors = [
            f"{WAYS[way]}：{one.message}"
            for way, found in self.usual.items()
            for one in found.report.findings
            if one.level is Level.ERROR
        ]
        self.evidence = {
            way: Evidence(
                found.standard,
                found.book,
                Workbook(self.paths[way]).formula_cells(set(found.book.sheets.values())),
            )
            for way, found in self.usual.items()
        }

    def slips(self, rng: random.Random, count: int) -> Iterator[Slip]:
        """``count`` slips, of every kind in turn, each in a random typed amount of the tables."""
        evidence, kinds = self.evidence["bare"], list(KINDS)
        made = 0
        while made < count:
            kind = kinds[made % len(kinds)]
            number = rng.choice(evidence.typed)
            near = around(evidence.grid, number)
            wrong = slipped(rng, kind, near)
            if not isinstance(wrong, bool):
                made += 1
                yield Slip(number, evidence.grid.place(number), kind, near.cell, wrong)


def _derived(source: Path, target: Path, command: list[str]) -> None:
    target.write_bytes(source.read_bytes())
    with redirect_stdout(StringIO()):
        run([*command, str(target)])


def tried(office: Office, ways: Ways, way: str, slips: list[Slip]) -> Iterator[Said | None]:
    """Each slip typed into the workbook, everything recalculated, and the file validated as shipped.

    None where there is no answer within ``_PATIENCE``.
    """
    evidence, path = ways.evidence[way], ways.paths[way]
    target = path.with_name(f"wrong-{way}.xlsm")
    living = Living(office, path)
    for number, slip in enumerate(slips):
        living.damaged(slip.place, slip.wrong, target)
        if not number:
            stored = path.with_name(f"stored-{way}.xlsx")
            living.stored(stored)
            _same(read_book(stored), read_book(target))
        living.mend(slip.place, slip.right)
        found = _examined(target)
        if found is None:
            yield None
            continue
        cells = evidence.cells_with({slip.number: slip.wrong})
        _same(found.book, evidence.book_of(cells)._replace(texts=found.book.texts))
        usual = ways.usual[way].report.findings
        yield judged(
            evidence,
            usual,
            slip,
            cells,
            found.report,
            remembered=bool(ways.usual[way].book.keepsakes),
        )
    living.close()


def _examined(path: Path) -> Examined | None:
    """What validation says, as shipped; None where it does not end in time."""

    def stop(*_: object) -> NoReturn:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _PATIENCE)
    try:
        return examine_file(path)
    except TimeoutError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _same(one: Book, other: Book) -> None:
    """Whether two ways to the same workbook give the same figures and texts.

    Raises:
        RuntimeError: they do not; says where.
    """
    for key, data in one.blocks.items():
        for row, again in zip(data.rows, other.blocks[key].rows, strict=True):
            if row.cells != again.cells:
                raise RuntimeError(
                    f"{key} {row.key}: {[c and c.fen for c in row.cells]} {[c and c.fen for c in again.cells]}"
                )
    if one.texts != other.texts:
        raise RuntimeError("the texts differ")
