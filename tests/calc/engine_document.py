"""A document as the engine keeps it: what is learnt about it once, and what its protection allows."""

from __future__ import annotations

import re
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from xlwings import XlwingsError

from calc.formula_syntax import FormulaSyntax
from calc.number_formats import NumberFormats
from calc.uno_path import Uno, uno

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ALLOWED", "CalcError", "Document"]

ALLOWED = {
    "AllowFormattingCells": "formatCells",
    "AllowFormattingColumns": "formatColumns",
    "AllowFormattingRows": "formatRows",
    "AllowInsertingColumns": "insertColumns",
    "AllowInsertingRows": "insertRows",
    "AllowInsertingHyperlinks": "insertHyperlinks",
    "AllowDeletingColumns": "deleteColumns",
    "AllowDeletingRows": "deleteRows",
    "AllowSorting": "sort",
    "AllowFiltering": "autoFilter",
    "AllowUsingPivotTables": "pivotTables",
}
"""What a protected sheet may allow: Excel's name and the file's, where "0" means allowed."""

_OBJECTS = {"DrawingObjects": "objects", "Scenarios": "scenarios"}
"""What may be protected beside the cells; in the file "1" means protected."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class CalcError(XlwingsError):
    """What Excel would refuse with a COM error."""


class Document:
    """One open document. LibreOffice 7.4 tells no more of a protection than that there is one,
    so the details come from the file and, once code protects a sheet, from that call."""

    def __init__(self, model: Uno) -> None:
        self.model = model
        self.formats, self.syntax = NumberFormats(model), FormulaSyntax(model)
        self._protections: dict[str, dict[str, bool]] | None = None

    @property
    def path(self) -> Path | None:
        """Where the file is; None before it is saved."""
        return Path(unquote(urlsplit(self.model.URL).path)) if self.model.URL else None

    def protection(self, sheet: str) -> dict[str, bool]:
        """What the sheet's protection allows, and which objects it covers."""
        if self._protections is None:
            self._protections = _protections(self.path)
        return self._protections.setdefault(sheet, dict.fromkeys([*ALLOWED, *_OBJECTS], False))

    def protect(self, sheet: Uno, password: str, given: dict[str, bool]) -> None:
        """Protect a sheet; what is not given is not allowed, and objects are covered."""
        usual = dict.fromkeys(ALLOWED, False) | dict.fromkeys(_OBJECTS, True)
        unknown = given.keys() - usual.keys()
        if unknown:
            raise TypeError(f"Protect has no argument {', '.join(sorted(unknown))}")
        if sheet.isProtected():
            self.unprotect(sheet, password)
        self.protection(sheet.Name).update(usual | given)
        sheet.protect(password)

    def unprotect(self, sheet: Uno, password: str) -> None:
        """Lift a sheet's protection.

        Raises:
            CalcError: the password is wrong.
        """
        try:
            sheet.unprotect(password)
        except uno().getClass("com.sun.star.uno.Exception"):
            raise CalcError(f"the password of {sheet.Name} is another") from None
        if sheet.isProtected():
            raise CalcError(f"the password of {sheet.Name} is another")

    @contextmanager
    def formatting(self, sheet: Uno, right: str) -> Iterator[None]:
        """Format a sheet, which its protection allows or not.

        Raises:
            CalcError: it does not.
        """
        if not sheet.isProtected():
            yield
            return
        if not self.protection(sheet.Name)[right]:
            raise CalcError(f"{sheet.Name} is protected without {right}")
        self.unprotect(sheet, "")
        try:
            yield
        finally:
            sheet.protect("")


def _protections(path: Path | None) -> dict[str, dict[str, bool]]:
    """The protections that a file states, by sheet name."""
    if path is None or path.suffix not in (".xlsx", ".xlsm") or not path.is_file():
        return {}
    found = {}
    with zipfile.ZipFile(path) as archive:
        links = {
            one.get("Id"): one.get("Target", "")
            for one in ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        for sheet in ET.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            target = links[sheet.get(_ID)].lstrip("/")
            part = target if target.startswith("xl/") else f"xl/{target}"
            text = archive.read(part).decode("utf-8")
            stated = re.search(r"<sheetProtection\b[^>]*>", text)
            if stated is not None:
                words = dict(re.findall(r'(\w+)="([^"]*)"', stated[0]))
                found[sheet.get("name", "")] = {
                    name: words.get(word) in ("0", "false") for name, word in ALLOWED.items()
                } | {name: words.get(word) in ("1", "true") for name, word in _OBJECTS.items()}
    return found
