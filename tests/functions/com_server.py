"""xlwings' own server of worksheet functions (its com_server.py and udfs.py), run without Windows.

Only what pywin32 would bring is faked: modules, the type of a COM object, a range that has its values.
``CallUDF`` itself, the reading of arguments and the writing of results are xlwings' code.
"""

from __future__ import annotations

import importlib
import sys
import types
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import xlwings as xw

from xlbudget import udfs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Cells", "Server", "on_windows"]

_ERRORS = {-2146826246: "#N/A", -2146826281: "#DIV/0!"}
_PYWIN32 = (
    "pythoncom",
    "pywintypes",
    "win32api",
    "win32com",
    "win32com.client",
    "win32com.server",
    "win32com.server.dispatcher",
    "win32com.server.policy",
    "win32com.server.util",
    "win32event",
)


class Cells(NamedTuple):
    """A range, as Excel hands it over: a value, or lines of values."""

    Value: object


class _Range:
    """xlwings' range over it; only values are asked for."""

    max_cells_per_read = None

    def __init__(self, xl: Cells) -> None:
        self.raw_value = xl.Value
        app = types.SimpleNamespace(engine=_ENGINE, pid=1)
        self.sheet = types.SimpleNamespace(book=types.SimpleNamespace(app=app), name="表")


class _Book:
    """The calling workbook: it has no sheets with embedded code."""

    def __init__(self, xl: object) -> None:
        self.sheets: list[object] = []


def _clean(
    data: list[list[object]], _dates: object, empty: object, _numbers: object, err_to_str: bool
) -> list[list[object]]:
    """What xlwings makes of the values that Excel hands over."""

    def one(value: Any) -> object:
        if value in ("", None):
            return empty
        if isinstance(value, int) and value in _ERRORS:
            return _ERRORS[value] if err_to_str else None
        return value

    return [[one(cell) for cell in row] for row in data]


_ENGINE = types.SimpleNamespace(
    name="excel",
    type="desktop",
    clean_value_data=_clean,
    prepare_xl_data_element=lambda x, _options: "" if x is None or x != x else x,  # noqa: PLR0124
)


class Server(NamedTuple):
    """The server's ``XLPython`` object, and our functions as they are imported under it."""

    python: Any
    module: types.ModuleType

    def call(self, name: str, *arguments: object) -> object:
        """The answer of ``CallUDF``, as pywin32 hands it to VBA."""
        return self.python.CallUDF("xlbudget.udfs", name, arguments, object(), Cells(None))


@contextmanager
def on_windows() -> Iterator[Server]:
    """xlwings as it is on Windows; everything is as before afterwards."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            _fake_pywin32(patch)
            for name in ("xlwings.udfs", "xlwings.com_server"):
                patch.delitem(sys.modules, name, raising=False)
            windows = types.SimpleNamespace(
                Range=_Range,
                Book=_Book,
                BOOK_CALLER=None,
                is_range_instance=lambda found: isinstance(found, Cells),
            )
            patch.setattr(xw, "_xlwindows", windows, raising=False)
            theirs = importlib.import_module("xlwings.udfs")
            patch.setattr(xw, "func", theirs.xlfunc)
            patch.setattr(xw, "arg", theirs.xlarg)
            patch.setattr(xw, "ret", theirs.xlret)
            engines = {"excel": types.SimpleNamespace(impl=_ENGINE, type="desktop")}
            patch.setattr(xw, "engines", engines)
            server = importlib.import_module("xlwings.com_server")
            yield Server(server.XLPython(), importlib.reload(udfs))
            server.loop.close()
            theirs.com_executor.shutdown()
    finally:
        importlib.reload(udfs)


def _fake_pywin32(patch: pytest.MonkeyPatch) -> None:
    fakes: dict[str, Any] = {name: types.ModuleType(name) for name in _PYWIN32}
    for name, fake in fakes.items():
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(fakes[parent], last, fake)
        patch.setitem(sys.modules, name, fake)

    def unwrap(_found: object) -> None:
        raise TypeError("no Python object of ours")

    fakes["pythoncom"].CoInitialize = lambda: None
    fakes["pythoncom"].IID_IDispatch = "IDispatch"
    fakes["pythoncom"].TypeIIDs = {"IDispatch": type("PyIDispatch", (), {})}
    fakes["win32com.client"].Dispatch = lambda found: found
    fakes["win32com.server.util"].unwrap = unwrap
