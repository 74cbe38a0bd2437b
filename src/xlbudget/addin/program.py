"""What is asked of the program that holds the open workbook: state, protection, cells, the macro's stamp.

Edits of single cells are made in few calls, rectangle by rectangle. The macro leaves a token on the
hidden sheet, and an answer there proves that Python ran.
"""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import xlwings as xw

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.references import column_letter, column_number, same_formula, split_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlbudget.xlsx.cells import CellEdit, LaidRows


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
    allowed = {name: bool(getattr(api.Protection, name)) for name in _ALLOWED}
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


def restore_protection(lifted: Protection) -> None:
    """Protect a sheet again, without password, as it was."""
    api = lifted.sheet.api
    api.Protect(DrawingObjects=True, Contents=True, Scenarios=True, **lifted.allowed)


TITLE = "部门预算"
"""What messages begin with."""


def show_status(app: xw.App, said: str) -> None:
    """Say in the status bar what is being done."""
    app.status_bar = f"{TITLE}：{said}"


@contextmanager
def quiet_program(app: xw.App, said: str) -> Iterator[None]:
    """No redrawing; the status bar says what goes on; all as before afterwards, whatever happens."""
    drawing, bar = app.screen_updating, app.status_bar
    try:
        show_status(app, said)
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


# ------------------------------------------------------------------ edits in the open workbook


_LONGEST_ARRAY = 255
"""Excel takes no longer text for a formula over whole areas."""


class Block(NamedTuple):
    """A rectangle of cells (``B7:D9``) and what they are to hold, row by row."""

    area: str
    rows: tuple[tuple[str | float, ...], ...]


def changing(
    edits: Iterable[CellEdit], formulas: Mapping[str, Mapping[str, str]]
) -> list[CellEdit]:
    """The edits without those that only bring a formula's stored value up to date.

    An open workbook recalculates by itself. ``formulas`` are those that stand there now. Formulas
    over whole areas that are too long to be set in an open workbook are left as they are.
    """
    found = []
    for edit in edits:
        there = formulas.get(edit.sheet, {}).get(edit.cell, "")
        if edit.formula and same_formula(there, edit.formula):
            continue
        if edit.array and len(edit.formula) >= _LONGEST_ARRAY:
            continue
        found.append(edit)
    return found


def write_edits(book: xw.Book, edits: Iterable[CellEdit]) -> None:
    """Put the edits into the open workbook; its sheets must not be protected."""
    by_sheet: dict[str, list[CellEdit]] = {}
    for edit in edits:
        by_sheet.setdefault(edit.sheet, []).append(edit)
    for name, found in by_sheet.items():
        sheet = book.sheets[name]
        for block in blocks_of(edit for edit in found if not edit.array):
            _write(sheet, block)
        for edit in found:
            if edit.array:
                sheet.range(edit.cell).formula_array = f"={edit.formula}"


def _write(sheet: xw.Sheet, block: Block) -> None:
    cells = sheet.range(block.area)
    rows = [list(row) for row in block.rows]
    for index in range(len(rows[0])):
        risky = [row for row in rows if _risky(row[index])]
        # A cell formatted as text takes any text as it is; elsewhere an apostrophe keeps it one.
        if risky and cells.columns[index].number_format != "@":
            for row in risky:
                row[index] = f"'{row[index]}"
    cells.formula = tuple(map(tuple, rows))


def _risky(content: str | float) -> bool:
    """Whether it is a text that would become something else if it were typed."""
    if not isinstance(content, str) or not content or content.startswith("="):
        return False
    plain = content.strip()
    if content[0] == "'":
        return False
    if content[0] in "+-@" or plain.upper() in ("TRUE", "FALSE"):
        return True
    return any(sign.isdigit() for sign in plain[:2]) and len(plain) <= _LONGEST_NUMBER


_LONGEST_NUMBER = 40
"""Longer texts are no numbers, dates or times."""


def set_print_areas(book: xw.Book, last_rows: Mapping[str, int]) -> dict[str, str]:
    """Let print areas end at the given rows; gives those that were changed, as they were."""
    before: dict[str, str] = {}
    for name, last in last_rows.items():
        setup = book.sheets[name].page_setup
        area = setup.print_area
        if area and _ending(area, last) != area:
            before[name] = area
            setup.print_area = _ending(area, last)
    return before


def lay_rows(book: xw.Book, laid: Mapping[str, Iterable[LaidRows]]) -> None:
    """Give rows the looks of others, whole rows of models in runs: as copying and pasting formats does.

    A program that cannot copy through xlwings leaves them plain: what stands in them is written either way.
    """
    try:
        for name, found in laid.items():
            for rows in found:
                _lay(book.sheets[name], book.sheets[rows.sheet], rows)
    except NotImplementedError:
        return
    if laid:
        book.app.cut_copy_mode = False


def _lay(sheet: xw.Sheet, models: xw.Sheet, rows: LaidRows) -> None:
    at = rows.first
    for first, last in _runs(rows.models):
        models.range(f"{first}:{last}").copy()
        sheet.range(f"{at}:{at + last - first}").paste(paste="formats")
        at += last - first + 1
    for cell, like in rows.styles.items():
        models.range(like).copy()
        sheet.range(cell).paste(paste="formats")


def _ending(area: str, last: int) -> str:
    """``$A$2:$G$30`` with another last row."""
    start, _, end = area.partition(":")
    letters = end.replace("$", "").rstrip("0123456789")
    return f"{start}:${letters}${last}" if letters.isalpha() else area


def fit_rows(sheet: xw.Sheet, rows: Iterable[int]) -> None:
    """Let the program fit the heights of rows to their texts, in runs."""
    for first, last in _runs(sorted(set(rows))):
        sheet.range(f"{first}:{last}").rows.autofit()


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        held = [number for _, number in run]
        yield held[0], held[-1]


def blocks_of(edits: Iterable[CellEdit]) -> Iterator[Block]:
    """The edits of one sheet as rectangles; a later edit of the same cell wins."""
    cells = {}
    for edit in edits:
        letters, line = split_cell(edit.cell)
        cells[line, column_number(letters)] = _content(edit)
    runs = []
    for line, found in groupby(sorted(cells), key=lambda spot: spot[0]):
        runs += [(first, last, line) for first, last in _runs([column for _, column in found])]
    runs.sort()
    for (first, last), alike in groupby(runs, key=lambda run: run[:2]):
        for top, bottom in _runs([line for _, _, line in alike]):
            rows = tuple(
                tuple(cells[line, column] for column in range(first, last + 1))
                for line in range(top, bottom + 1)
            )
            area = f"{column_letter(first - 1)}{top}:{column_letter(last - 1)}{bottom}"
            yield Block(area, rows)


def _content(edit: CellEdit) -> str | float:
    """A cell's content as it would be typed."""
    if edit.formula:
        return f"={edit.formula}"
    if isinstance(edit.value, (int, Decimal)):
        return float(edit.value)
    text = edit.value or ""
    # A text that begins with "=" must not be told from a formula by what it looks like; an
    # apostrophe in front is taken for a mark, so one that belongs to the text needs another.
    return f"'{text}" if text.startswith(("=", "'")) else text


# ------------------------------------------------------------------ the stamp


STAMP_SHEET, _CELL = "_texts", "B1"
_CHOSEN = "C1"
_ANSWERED = "ok "


def calling_book() -> xw.Book:
    """The workbook whose button was clicked: the one that waits for an answer.

    Where none waits (a function called by hand), the active one, if it is a budget workbook.

    Raises:
        UnusableFileError: no workbook of ours is open.
    """
    caller = xw.Book.caller()
    books = [caller, *(book for book in caller.app.books if book.name != caller.name)]
    for book in books:
        token = _token(book)
        if token and not token.startswith(_ANSWERED):
            return book
    if _token(caller) is None:
        raise UnusableFileError(
            f"当前工作簿“{caller.name}”不是部门预算工作簿；请切换到部门预算工作簿，再点按钮。"
        )
    return caller


def _token(book: xw.Book) -> str | None:
    """What stands in the stamp's cell; None where the workbook has no such sheet."""
    if STAMP_SHEET not in [sheet.name for sheet in book.sheets]:
        return None
    found = book.sheets[STAMP_SHEET].range(_CELL).value
    return "" if found is None else str(found)


def chosen_files(book: xw.Book) -> tuple[Path, ...]:
    """The files that the user picked for this click, a line each; they are forgotten by this call."""
    if _token(book) is None:
        return ()
    cell = book.sheets[STAMP_SHEET].range(_CHOSEN)
    said = str(cell.value or "")
    if said:
        with as_saved(book):
            cell.value = ""
    return tuple(Path(line) for line in said.splitlines() if line)


def answer(book: xw.Book) -> None:
    """Tell the macro that Python has done its part."""
    token = _token(book)
    if token and not token.startswith(_ANSWERED):
        with as_saved(book):
            book.sheets[STAMP_SHEET].range(_CELL).value = f"{_ANSWERED}{token}"
