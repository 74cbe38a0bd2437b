"""Buttons clicked in an open workbook, and two workbooks compared cell by cell."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import openpyxl

from xlbudget import addin
from xlbudget.xlsx.references import same_formula

if TYPE_CHECKING:
    from pathlib import Path

    import xlwings as xw

__all__ = ["Clicked", "contents", "differences"]


class Clicked:
    """A workbook open in the office, whose buttons are clicked."""

    def __init__(self, book: xw.Book) -> None:
        self.book = book

    def click(self, name: str, *answers: str) -> str:
        """Call an action as the macro does; what it said."""
        self.book.set_mock_caller()
        app = self.book.app.impl
        app.alerts.clear()
        app.answers.extend(answers)
        self.book.sheets["_texts"].range("B1").value = "token 1"
        getattr(addin, name)()
        assert self.book.sheets["_texts"].range("B1").value == "ok token 1"
        return str(app.alerts[-1].text)

    def saved(self, folder: Path) -> Path:
        path = folder / "存 下.xlsm"
        self.book.api.SaveCopyAs(str(path))
        return path


def contents(path: Path) -> dict[tuple[str, str], object]:
    """Every cell that holds something: its formula, or its value."""
    return _cells(path, data_only=False)


def values(path: Path) -> dict[tuple[str, str], object]:
    return _cells(path, data_only=True)


def _cells(path: Path, *, data_only: bool) -> dict[tuple[str, str], object]:
    """Read without looks, which takes half the time."""
    with closing(openpyxl.load_workbook(path, read_only=True, data_only=data_only)) as book:
        return {
            (sheet.title, cell.coordinate): getattr(cell.value, "text", cell.value)
            for sheet in book
            for line in sheet.iter_rows()
            for cell in line
            if cell.value not in (None, "")
        }


def differences(live: Path, command: Path) -> tuple[list[object], int]:
    """The cells whose content or shown value differs, and how many were compared."""
    wrong: list[object] = []
    count = 0
    for read in (contents, values):
        one, other = read(live), read(command)
        for place in sorted(one.keys() | other.keys()):
            if place[0] == "_texts":
                continue
            count += 1
            if not _same(one.get(place), other.get(place)):
                wrong.append((place, one.get(place), other.get(place)))
    return wrong, count


def _same(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-9 * max(1.0, abs(one))
    if isinstance(one, str) and isinstance(other, str) and one.startswith("="):
        return same_formula(one.replace("_xlfn.", ""), other.replace("_xlfn.", ""))
    return one == other
