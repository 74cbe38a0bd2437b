"""An xlwings engine over LibreOffice Calc: the product's xlwings code runs without Excel.

``attach(pipe)`` connects to a running office and gives the xlwings app; its books are xlwings
books whose ranges, formulas and ``api`` members behave as Excel's do.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import numbers
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import xlwings as xw
from xlwings import base_classes

from calc.engine_book import Book, Sheet
from calc.engine_cells import CellError, Content
from calc.engine_document import CalcError, Document
from calc.engine_excel import AppApi
from calc.engine_range import Range
from calc.office import connect, desktop_of, load_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from calc.uno_path import Uno

__all__ = ["ALERTS", "Alert", "App", "Apps", "Books", "CalcEngine", "attach", "detach", "engine"]

ALERTS = "XLBUDGET_ALERTS"
"""The environment variable that names a file to which alerts are added, a JSON object a line."""

_SHEETS = "com.sun.star.sheet.SpreadsheetDocument"
_FIRST_BUTTON = {"ok": "ok", "ok_cancel": "ok", "yes_no": "yes", "yes_no_cancel": "yes"}


class Alert(NamedTuple):
    """One message box that nobody had to close."""

    text: str
    title: str
    buttons: str
    mode: str


class CalcEngine:
    """What xlwings asks of an engine itself."""

    name, type = "calc", "desktop"

    def __init__(self) -> None:
        self.apps = Apps()

    @staticmethod
    def prepare_xl_data_element(value: object, _options: object) -> Content:
        """One value on its way into a cell."""
        if value is None or value != value:  # noqa: PLR0124 - NaN, NaT
            return ""
        if isinstance(value, (str, bool, dt.date)):
            return value
        if isinstance(value, numbers.Number) or hasattr(value, "__float__"):
            return float(value)
        return str(value)

    @staticmethod
    def clean_value_data(
        data: list[list[Content]],
        datetime_builder: Callable[..., object],
        empty_as: object,
        number_builder: Callable[[float], object] | None,
        err_to_str: bool,
    ) -> list[list[object]]:
        """Values on their way out of cells."""

        def clean(value: Content) -> object:
            if value is None or value == "":
                return empty_as
            if isinstance(value, CellError):
                return str(value) if err_to_str else None
            if isinstance(value, dt.datetime):
                names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
                parts = {name: getattr(value, name) for name in names}
                return datetime_builder(**parts, tzinfo=None)
            if number_builder is not None and type(value) is float:
                return number_builder(value)
            return value

        return [[clean(value) for value in row] for row in data]


class Apps(base_classes.Apps):
    """The offices that were attached, the newest first."""

    def __init__(self) -> None:
        self._apps: list[App] = []

    def keys(self) -> list[int]:
        return [app.pid for app in self._apps]

    def add(
        self,
        spec: str | None = None,
        add_book: object = None,
        xl: object = None,
        visible: object = None,
    ) -> App:
        """Attach to the office at the pipe ``spec``."""
        if spec is None:
            raise CalcError("attach(pipe) says which LibreOffice is meant")
        app = App(self, connect(spec))
        self._apps.insert(0, app)
        return app

    def remove(self, app: App) -> None:
        if app in self._apps:
            self._apps.remove(app)

    @staticmethod
    def cleanup() -> None:
        """There are no leftovers."""

    def __iter__(self) -> Iterator[App]:
        return iter(self._apps)

    def __len__(self) -> int:
        return len(self._apps)

    def __getitem__(self, pid: int) -> App:
        return next(app for app in self._apps if app.pid == pid)


class App(base_classes.App):
    """One office. Alerts are recorded in ``alerts`` and answered from ``answers``."""

    _numbers = itertools.count(1)
    version = "16.0"
    screen_updating = display_alerts = enable_events = interactive = True
    visible = False
    pid: int = 0
    status_bar: str | bool = False
    calculation_modes = ("manual", "automatic")

    def __init__(self, apps: Apps, context: Uno) -> None:
        self.apps, self.desktop = apps, desktop_of(context)
        self.pid = next(self._numbers)
        self.alerts: list[Alert] = []
        self.answers: list[str] = []
        self._documents: dict[str, Document] = {}

    @property
    def engine(self) -> CalcEngine:
        return engine

    @property
    def api(self) -> AppApi:
        return AppApi()

    @property
    def books(self) -> Books:
        return Books(self)

    def book_of(self, model: Uno) -> Book:
        """The book of an open document."""
        key = str(model.RuntimeUID)
        if key not in self._documents:
            self._documents[key] = Document(model)
        return Book(self, self._documents[key])

    def forget(self, document: Document) -> None:
        self._documents.pop(str(document.model.RuntimeUID), None)

    @property
    def selection(self) -> Range | None:
        book = self.books.active
        chosen = book.document.model.CurrentSelection if book else None
        if chosen is None or not hasattr(chosen, "getRangeAddress"):
            return None
        assert book is not None
        area = chosen.RangeAddress
        sheet = Sheet(book, book.document.model.Sheets.getByIndex(area.Sheet))
        height, width = area.EndRow - area.StartRow + 1, area.EndColumn - area.StartColumn + 1
        return Range(sheet, area.StartRow + 1, area.StartColumn + 1, height, width)

    @property
    def calculation(self) -> str:
        automatic = (one.document.model.isAutomaticCalculationEnabled() for one in self.books)
        return "automatic" if all(automatic) else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        if value not in self.calculation_modes:
            raise ValueError(f"{value} is not imitated")
        for book in self.books:
            book.document.model.enableAutomaticCalculation(value == "automatic")

    def calculate(self) -> None:
        for book in self.books:
            book.document.model.calculate()

    def alert(
        self, prompt: str, title: str | None, buttons: str, mode: str | None, _callback: object
    ) -> str:
        """Record what a message box would say; the answer is a test's, or the first button."""
        said = Alert(prompt, title or "", buttons, mode or "")
        self.alerts.append(said)
        if os.environ.get(ALERTS):
            with Path(os.environ[ALERTS]).open("a", encoding="utf-8") as file:
                file.write(json.dumps(said._asdict(), ensure_ascii=False) + "\n")
        return self.answers.pop(0) if self.answers else _FIRST_BUTTON[buttons]

    def activate(self, steal_focus: bool = False) -> None:
        """There is one office, in front or without a window."""

    def kill(self) -> None:
        """Let go of the office, which goes on."""
        self.apps.remove(self)

    def quit(self) -> None:
        self.kill()


class Books(base_classes.Books):
    """The workbooks that are open in an office."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def active(self) -> Book | None:
        model = self.app.desktop.CurrentComponent
        if _is_workbook(model):
            return self.app.book_of(model)
        return next(iter(self), None)

    def __iter__(self) -> Iterator[Book]:
        each = self.app.desktop.Components.createEnumeration()
        while each.hasMoreElements():
            model = each.nextElement()
            if _is_workbook(model):
                yield self.app.book_of(model)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __call__(self, name_or_index: str | int) -> Book:
        if isinstance(name_or_index, int):
            return list(self)[name_or_index - 1]
        wanted = name_or_index.lower()
        for book in self:
            if wanted in (book.name.lower(), book.fullname.lower()):
                return book
        raise KeyError(name_or_index)

    def open(
        self,
        fullname: str,
        update_links: object = None,
        read_only: bool | None = None,
        *_more: object,
    ) -> Book:
        """Open a file, or give the book where it is open already."""
        path = Path(fullname).resolve()
        for book in self:
            if book.fullname == str(path):
                return book
        found = load_document(self.app.desktop, path, read_only=bool(read_only))
        return self.app.book_of(found)


def _is_workbook(model: Uno) -> bool:
    return (
        model is not None
        and hasattr(model, "supportsService")
        and bool(model.supportsService(_SHEETS))
    )


engine = CalcEngine()
"""The engine; it is known to xlwings from the first ``attach`` on."""


def attach(pipe: str) -> xw.App:
    """The office that listens at a pipe; also for the child of a macro of one of its books."""
    if engine.name not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=engine))
    xw.engines[engine.name].activate()
    return xw.App(impl=engine.apps.add(spec=pipe))


def detach(app: xw.App) -> None:
    """Let go of an office, and of what it lent to ``xw.Book.caller()``."""
    app.kill()
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller
