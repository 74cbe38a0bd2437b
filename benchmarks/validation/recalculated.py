"""A workbook open in a spreadsheet program: one typed cell changed, every formula's new value read back.

The program (LibreOffice through its bridge) only computes. What it computes is written into the
original file by the project's own patcher, so that everything else of the file stays as it was.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlbudget.xlsx.cells import CellEdit
from xlbudget.xlsx.references import column_letter
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlbudget.figures import Place
    from xlbudget.money import Amount

__all__ = ["Living", "Office", "start_office"]

# The tests drive the same program; their module for it is the one that there is.
sys.path.append(str(Path(__file__).parents[2] / "tests"))
from calc.office import Office, property_value

Grid = tuple[tuple[Any, ...], ...]


def start_office(folder: Path) -> Office:
    """A spreadsheet program of our own with its settings below ``folder``; to be used with ``with``."""
    return Office(folder / "office")


class Living:
    """One workbook, loaded once; every slip is taken back before the next.

    The program recalculates what hangs on a cell when it is typed, as for a person.
    """

    def __init__(self, office: Office, path: Path) -> None:
        self.path = path
        self.formulas = Workbook(path).formulas_of()
        self._document = office.open(path)
        self._document.calculateAll()
        self._sheets = self._document.Sheets
        self._before = self._read()

    def damaged(self, place: Place, value: Amount | None, target: Path) -> None:
        """Write to ``target`` the workbook as it is once another value is typed into one cell.

        The value stays until :meth:`mend`.
        """
        self._type(place, value)
        edits = self._changed(self._read())
        typed = CellEdit(place.sheet, place.cell, None if value is None else value.decimal)
        Workbook(self.path).patch(target, [*edits, typed])

    def stored(self, target: Path) -> None:
        """Compute everything anew and let the program itself store it: patching must give the same."""
        self._document.calculateAll()
        kind = property_value("FilterName", "Calc MS Excel 2007 XML")
        self._document.storeToURL(target.resolve().as_uri(), (kind,))

    def mend(self, place: Place, value: Amount) -> None:
        """Type the right value again."""
        self._type(place, value)

    def close(self) -> None:
        """Close it unsaved. After all trials, every formula must have the value that it had at first.

        Raises:
            RuntimeError: one has not: the program kept something of an earlier trial.
        """
        left = self._changed(self._read())
        self._document.setModified(False)  # the bridge takes no keywords
        self._document.close(True)
        if left:
            raise RuntimeError(f"{left[0].sheet}!{left[0].cell} keeps a value of an earlier trial")

    def _type(self, place: Place, value: Amount | None) -> None:
        cell = self._sheets.getByName(place.sheet).getCellRangeByName(place.cell)
        if value is None:
            cell.setFormula("")
        else:
            cell.setValue(float(value.decimal))

    def _read(self) -> Mapping[str, Grid]:
        found = {}
        for name in self.formulas:
            sheet = self._sheets.getByName(name)
            cursor = sheet.createCursor()
            cursor.gotoEndOfUsedArea(False)  # the bridge takes no keywords
            end = cursor.RangeAddress
            area = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
            found[name] = area.getDataArray()
        return found

    def _changed(self, after: Mapping[str, Grid]) -> list[CellEdit]:
        """The formula cells that have another value than at first.

        Cells of array formulas cannot be patched; they hold states that reading does not look at.
        """
        edits = []
        for name, rows in self._before.items():
            formulas = self.formulas[name]
            for number, (old, new) in enumerate(zip(rows, after[name], strict=True), 1):
                if old == new:
                    continue
                for at, (one, other) in enumerate(zip(old, new, strict=True)):
                    cell = f"{column_letter(at)}{number}"
                    if one != other and cell in formulas:
                        edits.append(CellEdit(name, cell, _value(other), formulas[cell]))
        return edits


def _value(raw: object) -> str | Decimal:
    """A computed value as the patcher takes it; what the program shows as 12.3 is 12.3."""
    if isinstance(raw, float):
        return Decimal(format(raw, ".15g"))
    if isinstance(raw, str):
        return raw
    raise TypeError(f"a formula gives {raw!r}")
