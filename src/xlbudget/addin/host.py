"""What is asked of the program that holds the open workbook, in small functions."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import xlwings as xw

__all__ = [
    "Protection",
    "address_of",
    "as_saved",
    "busy",
    "calculating_once",
    "lift_protection",
    "place_of",
    "quiet_program",
    "restore_protection",
    "save_copy",
]

_ALLOWED = (
    "AllowFormattingCells",
    "AllowFormattingColumns",
    "AllowFormattingRows",
    "AllowInsertingColumns",
    "AllowInsertingRows",
    "AllowInsertingHyperlinks",
    "AllowDeletingColumns",
    "AllowDeletingRows",
    "AllowSorting",
    "AllowFiltering",
    "AllowUsingPivotTables",
)


_REJECTED = (-2147418111, -2146777998)
"""RPC_E_CALL_REJECTED and 0x800AC472: what Excel answers while a cell is being edited."""


class Protection(NamedTuple):
    """A sheet whose protection was lifted, and what it had allowed."""

    sheet: xw.Sheet
    allowed: Mapping[str, bool]


def address_of(book: xw.Book) -> str:
    """The workbook's full name as the program has it: a path, in the cloud an address, or a mere name."""
    return str(book.api.FullName)


def place_of(book: xw.Book) -> Path:
    """Where the workbook lies on this machine; its mere name where that is not known.

    A workbook that is open from SharePoint or OneDrive has an address, for which xlwings looks for a
    synchronised copy. It raises errors of several kinds where it finds none.
    """
    address = address_of(book)
    if "://" not in address:
        return Path(address)
    try:
        found = str(book.fullname)
    except Exception:  # noqa: BLE001  # xlwings' own, and whatever its search runs into
        found = address
    return Path(book.name if "://" in found else found)


@contextmanager
def as_saved(book: xw.Book) -> Iterator[None]:
    """Whatever is written meanwhile does not make the program ask whether to save the workbook."""
    saved = bool(book.api.Saved)
    try:
        yield
    finally:
        if saved:
            book.api.Saved = True


def save_copy(book: xw.Book, folder: Path) -> Path:
    """A copy of the workbook as it stands, unsaved changes included; the workbook is untouched."""
    suffix = Path(book.name).suffix.lower()
    target = folder / f"copy{suffix if suffix in ('.xlsm', '.xlsx') else '.xlsx'}"
    book.api.SaveCopyAs(str(target))
    return target


def lift_protection(sheet: xw.Sheet) -> Protection | None:
    """Lift a sheet's protection; None where it has none.

    Raises:
        UnusableFileError: it needs a password.
    """
    api = sheet.api
    if not api.ProtectContents:
        return None
    allowed = dict(_allowed(api))
    try:
        api.Unprotect()
    except Exception as error:  # the programs' own error types differ
        raise _locked(sheet) from error
    if api.ProtectContents:
        raise _locked(sheet)
    return Protection(sheet, allowed)


def _locked(sheet: xw.Sheet) -> UnusableFileError:
    return UnusableFileError(
        f"工作表“{sheet.name}”设有保护密码，没有改动；请先撤消工作表保护，再点按钮。"
    )


def _allowed(api: Any) -> Iterator[tuple[str, bool]]:
    for name in _ALLOWED:
        yield name, bool(getattr(api.Protection, name))


def restore_protection(lifted: Protection) -> None:
    """Protect a sheet again, without password, as it was."""
    api = lifted.sheet.api
    api.Protect(DrawingObjects=True, Contents=True, Scenarios=True, **lifted.allowed)


@contextmanager
def quiet_program(app: xw.App, said: str) -> Iterator[None]:
    """No redrawing; the status bar says what goes on; all as before afterwards, whatever happens."""
    drawing, bar = app.screen_updating, app.status_bar
    try:
        app.status_bar = said
        app.screen_updating = False
        if app.calculation == "manual":
            app.calculate()
        yield
    finally:
        app.screen_updating = drawing
        app.status_bar = bar


@contextmanager
def calculating_once(app: xw.App) -> Iterator[None]:
    """No recalculation between single cells, but one at the end."""
    calculation = app.calculation
    app.calculation = "manual"
    try:
        yield
    finally:
        app.calculate()
        app.calculation = calculation


def busy(error: Exception) -> str:
    """What to say where the program refused because a cell is being edited; "" for other errors."""
    number = getattr(error, "hresult", error.args[0] if error.args else None)
    if number in _REJECTED:
        return "正在编辑单元格，按钮没有执行；请先按回车或 Esc 结束编辑，再点按钮。"
    return ""
