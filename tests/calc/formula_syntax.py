"""Formulas between Excel's spelling (``Sheet!A1``, commas) and that of LibreOffice's interface.

LibreOffice's own parser does it, so whatever it can import is understood.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calc.uno_path import Uno, uno

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FormulaSyntax"]

_EXCEL, _CALC = 3, 0
"""com.sun.star.sheet.AddressConvention: XL_OOX (the one of files; it knows ","), OOO."""

_QUOTED = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')""")
_POWER = re.compile(r"(?<![\w.$])(\d+(?:\.\d*)?)E([+-]?)(\d+)\b", re.ASCII)
_LOGICAL_CALL = re.compile(r"\b(TRUE|FALSE)\(\)")


class FormulaSyntax:
    """The translations of one document; formulas begin with "=" on both sides."""

    def __init__(self, document: Uno) -> None:
        self._parsers = {at: _parser(document, at) for at in (_EXCEL, _CALC)}
        self._known: dict[tuple[int, str], str] = {}

    def to_calc(self, formula: str) -> str:
        """As LibreOffice's interface takes it."""
        return self._translated(formula, _EXCEL, _CALC)

    def to_excel(self, formula: str) -> str:
        """As Excel shows it: without the file format's “_xlfn.” and with plain TRUE."""
        return self._translated(formula, _CALC, _EXCEL)

    def filled(self, formula: str, first: tuple[int, int]) -> Callable[[int, int], str]:
        """A formula (Excel's) for the cell ``first`` (row, column), as it reads in other cells."""
        tokens = self._parsers[_EXCEL].parseFormula(formula[1:], _address(*first))
        printer = self._parsers[_CALC]
        return lambda row, column: "=" + printer.printFormula(tokens, _address(row, column))

    def _translated(self, formula: str, source: int, target: int) -> str:
        # Read and printed for one and the same cell, references stay as they are spelt.
        if (source, formula) not in self._known:
            here = _address(0, 0)
            tokens = self._parsers[source].parseFormula(formula[1:], here)
            text = "=" + self._parsers[target].printFormula(tokens, here)
            self._known[source, formula] = _as_shown(text) if target == _EXCEL else text
        return self._known[source, formula]


def _as_shown(formula: str) -> str:
    parts = _QUOTED.split(formula)
    for at in range(0, len(parts), 2):
        plain = _LOGICAL_CALL.sub(r"\1", parts[at].replace("_xlfn.", ""))
        parts[at] = _POWER.sub(
            lambda found: f"{found[1]}E{found[2] or '+'}{int(found[3]):02}", plain
        )
    return "".join(parts)


def _parser(document: Uno, convention: int) -> Uno:
    made = document.createInstance("com.sun.star.sheet.FormulaParser")
    made.CompileEnglish, made.FormulaConvention = True, convention
    made.IgnoreLeadingSpaces = False
    return made


def _address(row: int, column: int) -> Uno:
    return uno().createUnoStruct("com.sun.star.table.CellAddress", 0, column, row)
