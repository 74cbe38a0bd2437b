"""Workbooks and their sheets, as xlwings asks an engine for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlwings import NoSuchObjectError, base_classes

from calc.engine_document import CalcError
from calc.engine_excel import BookApi, SheetApi, store
from calc.engine_range import Range, corners
from calc.uno_path import Uno, uno

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calc.engine import App
    from calc.engine_document import Document

__all__ = ["Book", "PageSetup", "Sheet", "Sheets"]


class Book(base_classes.Book):
    """One open workbook."""

    app: App = None  # type: ignore[assignment] # xlwings' own is a property

    def __init__(self, app: App, document: Document) -> None:
        self.app, self.document = app, document

    @property
    def api(self) -> BookApi:
        return BookApi(self.document)

    @property
    def fullname(self) -> str:
        return self.api.FullName

    @property
    def name(self) -> str:
        return self.api.Name

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    def activate(self) -> None:
        self.document.model.CurrentController.Frame.activate()

    def save(self, path: str | None = None, password: str | None = None) -> None:
        if password:
            raise CalcError("files with a password are not imitated")
        if path is None and self.document.model.hasLocation():
            self.document.model.store()
        else:
            store(self.document.model, Path(path or self.name), move=True)

    def close(self) -> None:
        self.app.forget(self.document)
        self.document.model.close(True)


class Sheets(base_classes.Sheets):
    """The sheets of a workbook."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def active(self) -> Sheet:
        return Sheet(self.book, self.book.document.model.CurrentController.ActiveSheet)

    def __len__(self) -> int:
        return int(self.book.document.model.Sheets.Count)

    def __iter__(self) -> Iterator[Sheet]:
        found = self.book.document.model.Sheets
        return (Sheet(self.book, found.getByName(name)) for name in found.ElementNames)

    def __contains__(self, name: str) -> bool:
        return self._spelling(name) is not None

    def __call__(self, name_or_index: str | int) -> Sheet:
        found = self.book.document.model.Sheets
        if isinstance(name_or_index, int):
            if not 1 <= name_or_index <= found.Count:
                raise NoSuchObjectError(f"no sheet number {name_or_index}")
            return Sheet(self.book, found.getByIndex(name_or_index - 1))
        spelling = self._spelling(name_or_index)
        if spelling is None:
            raise NoSuchObjectError(f"no sheet {name_or_index}")
        return Sheet(self.book, found.getByName(spelling))

    def _spelling(self, name: str) -> str | None:
        names: tuple[str, ...] = self.book.document.model.Sheets.ElementNames
        return next((one for one in names if one.lower() == name.lower()), None)


class Sheet(base_classes.Sheet):
    """One sheet."""

    book: Book = None  # type: ignore[assignment] # xlwings' own is a property

    def __init__(self, book: Book, cells: Uno) -> None:
        self.book, self.cells_of_sheet = book, cells

    @property
    def api(self) -> SheetApi:
        return SheetApi(self.book.document, self.cells_of_sheet)

    @property
    def name(self) -> str:
        return str(self.cells_of_sheet.Name)

    @name.setter
    def name(self, value: str) -> None:
        self.cells_of_sheet.Name = value

    @property
    def index(self) -> int:
        return int(self.cells_of_sheet.RangeAddress.Sheet) + 1

    @property
    def visible(self) -> bool:
        return bool(self.cells_of_sheet.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self.cells_of_sheet.IsVisible = value

    def activate(self) -> None:
        if not self.visible:
            raise CalcError(f"{self.name} is hidden and cannot be activated")
        self.book.document.model.CurrentController.setActiveSheet(self.cells_of_sheet)

    select = activate

    @property
    def cells(self) -> Range:
        area = self.cells_of_sheet.RangeAddress
        return Range(self, 1, 1, area.EndRow + 1, area.EndColumn + 1)

    @property
    def used_range(self) -> Range:
        cursor = self.cells_of_sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        cursor.gotoStartOfUsedArea(True)
        return self._of(cursor.RangeAddress)

    @property
    def page_setup(self) -> PageSetup:
        return PageSetup(self)

    def range(self, cell1: object, cell2: object = None) -> Range:
        """From an address or a name, from (row, column, rows, columns), or between two cells."""
        if isinstance(cell1, tuple) and cell2 is None and len(cell1) > 2:
            return Range(self, *cell1)
        first = self._corners(cell1)
        last = first if cell2 is None else self._corners(cell2)
        top, left = min(first[0], last[0]), min(first[1], last[1])
        bottom, right = max(first[2], last[2]), max(first[3], last[3])
        return Range(self, top, left, bottom - top + 1, right - left + 1)

    def _corners(self, where: object) -> tuple[int, int, int, int]:
        if isinstance(where, Range):
            height, width = where.shape
            return where.row, where.column, where.row + height - 1, where.column + width - 1
        if isinstance(where, tuple):
            return where[0], where[1], where[0], where[1]
        found = corners(str(where))
        if found is None:
            area = self._named(str(where))
            return area.StartRow + 1, area.StartColumn + 1, area.EndRow + 1, area.EndColumn + 1
        return found

    def _named(self, name: str) -> Uno:
        for names in (self.cells_of_sheet.NamedRanges, self.book.document.model.NamedRanges):
            if names.hasByName(name):
                area = names.getByName(name).getReferredCells().RangeAddress
                if area.Sheet == self.cells_of_sheet.RangeAddress.Sheet:
                    return area
        raise CalcError(f"{self.name} has no cells {name}")

    def _of(self, area: Uno) -> Range:
        height, width = area.EndRow - area.StartRow + 1, area.EndColumn - area.StartColumn + 1
        return Range(self, area.StartRow + 1, area.StartColumn + 1, height, width)


class PageSetup(base_classes.PageSetup):
    """How a sheet prints."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    @property
    def print_area(self) -> str | None:
        areas = self.sheet.cells_of_sheet.getPrintAreas()
        return ",".join(self.sheet._of(area).address for area in areas) or None

    @print_area.setter
    def print_area(self, value: str | None) -> None:
        areas = []
        for one in (value or "").split(","):
            if one:
                top, left, bottom, right = self.sheet._corners(one)
                struct = "com.sun.star.table.CellRangeAddress"
                place = (self.sheet.index - 1, left - 1, top - 1, right - 1, bottom - 1)
                areas.append(uno().createUnoStruct(struct, *place))
        self.sheet.cells_of_sheet.setPrintAreas(tuple(areas))
