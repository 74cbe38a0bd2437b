"""What differs between the programs that hold the open workbook, in small functions."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import xlwings as xw

__all__ = [
    "Protection",
    "busy",
    "calculating_once",
    "lift_protection",
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


def save_copy(book: xw.Book, folder: Path) -> Path:
    """A copy of the workbook as it stands, unsaved changes included; the workbook is untouched.

    Raises:
        UnusableFileError: the program cannot make one of an unsaved workbook (macOS).
    """
    suffix = Path(book.name).suffix.lower()
    target = folder / f"copy{suffix if suffix in ('.xlsm', '.xlsx') else '.xlsx'}"
    if sys.platform == "darwin":
        source = Path(book.fullname)
        if not source.is_file() or not book.api.saved.get():
            raise UnusableFileError(f"请先保存工作簿“{book.name}”，再点按钮。")
        shutil.copyfile(source, target)
    else:
        book.api.SaveCopyAs(str(target))
    return target


def lift_protection(sheet: xw.Sheet) -> Protection | None:
    """Lift a sheet's protection; None where it has none.

    Raises:
        UnusableFileError: it needs a password.
    """
    api = sheet.api
    if sys.platform == "darwin":
        protected = bool(api.protect_contents.get())
    else:
        protected = bool(api.ProtectContents)
    if not protected:
        return None
    allowed = dict(_allowed(api))
    try:
        if sys.platform == "darwin":
            api.unprotect()
        else:
            api.Unprotect()
    except Exception as error:  # the programs' own error types differ
        raise _locked(sheet) from error
    still = api.protect_contents.get() if sys.platform == "darwin" else api.ProtectContents
    if still:
        raise _locked(sheet)
    return Protection(sheet, allowed)


def _locked(sheet: xw.Sheet) -> UnusableFileError:
    return UnusableFileError(
        f"工作表“{sheet.name}”设有保护密码，没有改动；请先撤消工作表保护，再点按钮。"
    )


def _allowed(api: Any) -> Iterator[tuple[str, bool]]:
    if sys.platform == "darwin":
        return
    for name in _ALLOWED:
        yield name, bool(getattr(api.Protection, name))


def restore_protection(lifted: Protection) -> None:
    """Protect a sheet again, without password, as it was."""
    api = lifted.sheet.api
    if sys.platform == "darwin":
        api.protect_worksheet()
    else:
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
