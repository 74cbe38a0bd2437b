"""The members of Excel's own objects that the product reaches through ``api`` on Windows.

Names and behaviour are Excel's; what is not here raises AttributeError, as in an older Excel.
"""

# ruff: noqa: N802, N803 - Excel's names

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from calc.engine_document import ALLOWED, CalcError, Document
from calc.office import property_value
from calc.uno_path import Uno, uno

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calc.engine_range import Range

__all__ = ["AppApi", "BookApi", "Protection", "RangeApi", "SheetApi", "store"]

_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".ods": "calc8",
    ".pdf": "calc_pdf_Export",
}


def store(model: Uno, path: Path, *, move: bool) -> None:
    """Write the document to a file; with ``move`` it is that file from now on.

    Raises:
        CalcError: the kind of file is unknown or the file cannot be written.
    """
    if path.suffix.lower() not in _FILTERS:
        raise CalcError(f"unknown kind of file: {path.name}")
    changed = model.isModified()
    wanted = {"FilterName": _FILTERS[path.suffix.lower()], "Overwrite": True}
    arguments = tuple(property_value(name, value) for name, value in wanted.items())
    write = model.storeAsURL if move else model.storeToURL
    try:
        write(path.resolve().as_uri(), arguments)
    except uno().getClass("com.sun.star.io.IOException"):
        raise CalcError(f"cannot write {path}") from None
    if not move:
        model.setModified(changed)


class AppApi:
    """Application."""

    Name = "Microsoft Excel"


class BookApi:
    """Workbook."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def FullName(self) -> str:
        return str(self._document.path or self._document.model.Title)

    @property
    def Name(self) -> str:
        return Path(self.FullName).name

    @property
    def Path(self) -> str:
        path = self._document.path
        return str(path.parent) if path else ""

    @property
    def ReadOnly(self) -> bool:
        return bool(self._document.model.isReadonly())

    @property
    def Saved(self) -> bool:
        return not self._document.model.isModified()

    @Saved.setter
    def Saved(self, value: bool) -> None:
        self._document.model.setModified(not value)

    def SaveCopyAs(self, Filename: str) -> None:
        store(self._document.model, Path(Filename), move=False)


class SheetApi:
    """Worksheet."""

    def __init__(self, document: Document, sheet: Uno) -> None:
        self._document, self._sheet = document, sheet

    @property
    def Name(self) -> str:
        return str(self._sheet.Name)

    @property
    def ProtectContents(self) -> bool:
        return bool(self._sheet.isProtected())

    @property
    def ProtectDrawingObjects(self) -> bool:
        return self._protects("DrawingObjects")

    @property
    def ProtectScenarios(self) -> bool:
        return self._protects("Scenarios")

    @property
    def Protection(self) -> Protection:
        return Protection(self._document.protection(self._sheet.Name))

    def Unprotect(self, Password: str = "") -> None:
        if self._sheet.isProtected():
            self._document.unprotect(self._sheet, Password)

    def Protect(self, Password: str = "", **given: bool) -> None:
        """Protect the contents, with Excel's named arguments."""
        if not given.pop("Contents", True):
            raise CalcError("only the protection of contents is imitated")
        if given.pop("UserInterfaceOnly", False):
            raise CalcError("UserInterfaceOnly is not imitated")
        self._document.protect(self._sheet, Password, given)

    def _protects(self, what: str) -> bool:
        return self.ProtectContents and self._document.protection(self._sheet.Name)[what]


class Protection:
    """What a sheet's protection allows: ``AllowFormattingCells`` and the like."""

    def __init__(self, allowed: Mapping[str, bool]) -> None:
        self._allowed = dict(allowed)

    def __getattr__(self, name: str) -> bool:
        if name not in ALLOWED:
            raise AttributeError(name)
        return self._allowed[name]


class RangeApi:
    """Range."""

    def __init__(self, cells: Range) -> None:
        self._range = cells

    @property
    def HasArray(self) -> bool | None:
        return self._range.has_array

    @property
    def FormulaArray(self) -> str | None:
        return self._range.formula_array

    @FormulaArray.setter
    def FormulaArray(self, value: str) -> None:
        self._range.formula_array = value

    @property
    def Locked(self) -> bool | None:
        return self._range.locked
