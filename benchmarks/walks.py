"""How many modules three walks through the house enter: a figure into a sentence, a click, an exported table.

python benchmarks/walks.py [--names]

A profile hook notes each module of the package in which a function runs (importing it does not count).
The walks are those of docs/architecture.md; they use the command line and the buttons' actions alone, so
that the same script counts another state of the code: PYTHONPATH=OTHER/src python benchmarks/walks.py
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

EXAMPLE = Path(__file__).parents[1] / "examples" / "changchun-gov-office-2024"
TABLE = "一般公共预算支出表"


def entered(walk: Callable[[], object]) -> list[str]:
    """The modules of the package in which a function ran."""
    modules: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith("xlbudget.") and frame.f_code.co_name != "<module>":
            modules.add(name)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        walk()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return sorted(modules)


def command(*arguments: object) -> None:
    """The command line, in this process; anything but success ends the count."""
    from xlbudget.cli.run import run  # noqa: PLC0415  # the state of the code that is counted

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = run([str(argument) for argument in arguments])
    if status:
        raise SystemExit(said.getvalue())


def click(book: Path) -> None:
    """What the button 填列小计 does with the copy of the workbook: the plan, and the cells that change."""
    from xlbudget.addin import actions  # noqa: PLC0415
    from xlbudget.addin.program import blocks_of, changing  # noqa: PLC0415
    from xlbudget.addin.session import Source  # noqa: PLC0415
    from xlbudget.xlsx.workbook import Workbook  # noqa: PLC0415

    source = Workbook(book)
    change = actions.fill.__wrapped__(Source(source, book, (), print))  # type: ignore[attr-defined]
    edits = changing(change.edits, source.formulas_of({edit.sheet for edit in change.edits}))
    blocks_of(edits)


def exported(book: Path, target: Path) -> None:
    """A table as another program gives it: values alone, one sheet."""
    whole = openpyxl.load_workbook(book, data_only=True)
    for name in whole.sheetnames:
        if TABLE not in name:
            del whole[name]
    plain = openpyxl.Workbook()
    (sheet,) = whole.worksheets
    copy = plain.active
    assert copy is not None
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                copy.cell(cell.row, cell.column, cell.value)
    for merged in sheet.merged_cells.ranges:
        copy.merge_cells(str(merged))
    plain.save(target)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book, blank, table = folder / "甲.xlsm", folder / "乙.xlsm", folder / "表.xlsx"
        command("new", book, "--from", EXAMPLE)
        command("new", blank)
        exported(book, table)
        walks: dict[str, Callable[[], object]] = {
            "a figure into a sentence": lambda: command("notes", book, "--text"),
            "a click": lambda: click(book),
            "an exported table into the workbook": lambda: command("import", table, blank, "--yes"),
        }
        for walk, action in walks.items():
            modules = entered(action)
            print(f"{walk}: {len(modules)} modules")
            if "--names" in sys.argv:
                print(*(f"  {module}" for module in modules), sep="\n")


if __name__ == "__main__":
    main()
