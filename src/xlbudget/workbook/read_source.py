"""The sheets of a workbook as lists of values: the only module that knows python-calamine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from xlbudget.errors import UnusableFileError
from xlbudget.workbook.archive import check_archive
from xlbudget.workbook.read_labels import plain_name
from xlbudget.workbook.read_raw import RawSheets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.workbook.archive import Member
    from xlbudget.workbook.read_cells import Lines

__all__ = ["Source", "opened"]


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The sheets of a workbook that has been checked.

    Raises:
        UnusableFileError: missing, damaged, protected by a password, or no workbook.
    """
    found = check_archive(path)
    with _damage(path):
        workbook = CalamineWorkbook.from_path(path)
    with workbook:
        yield Source(path, found, workbook)


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """What the libraries raise on a damaged or protected file, as one clear sentence."""
    try:
        yield
    except PasswordError as error:
        raise UnusableFileError(
            f"工作簿“{path.name}”有打开密码；请在 Excel 中取消密码后再试。"
        ) from error
    except OSError as error:
        raise UnusableFileError(
            f"工作簿“{path.name}”打不开：文件不在、没有读取权限，或正被别的程序占用；请检查后再试。"
        ) from error
    except UnusableFileError:
        raise
    except BaseException as error:
        # A panic inside the reader is no Exception; an interrupt is none either, and passes.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise UnusableFileError(
                f"工作簿“{path.name}”已损坏，读不出内容；请从备份恢复，或在 Excel 中打开修复后另存。"
            ) from error
        raise


class Source:
    """The sheets of an open workbook, each read once and when it is needed."""

    def __init__(self, path: Path, found: dict[str, Member], workbook: CalamineWorkbook) -> None:
        self.path, self.workbook = path, workbook
        with _damage(path):
            self._raw = RawSheets(path, found)
        self.names = [
            one.name for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet
        ]
        self.visible = {
            one.name for one in workbook.sheets_metadata if one.visible == SheetVisibleEnum.Visible
        }
        self.plain: dict[str, str] = {}
        for name in self.names:
            self.plain.setdefault(plain_name(name), name)
        self.sheets: dict[str, CalamineSheet] = {}
        self._known: dict[str, Lines] = {}
        self._errors: dict[str, dict[tuple[int, int], str]] = {}
        self._checked: set[str] = set()

    def find(self, *names: str) -> str:
        """The sheet of one of these names, exactly or but for spaces, quotes and a number."""
        exact = next((name for name in names if name in self.names), "")
        return exact or next(
            (self.plain[plain] for plain in map(plain_name, names) if plain in self.plain), ""
        )

    def check(self, names: list[str]) -> None:
        """Look at the raw sheets, before they are read: error values and stray cells."""
        wanted = {name for name in names if name} - self._checked
        if wanted:
            with _damage(self.path):
                self._errors |= self._raw.error_cells(wanted)
            self._checked |= wanted

    def lines(self, name: str) -> Lines:
        """The cells of a sheet from A1 on; error values are texts (``#REF!``)."""
        known = self._known.get(name)
        if known is None:
            self.check([name])
            with _damage(self.path):
                sheet = self.sheets[name] = self.workbook.get_sheet_by_name(name)
                found = sheet.to_python(skip_empty_area=False)
            known = self._known[name] = cast("Lines", found)
            for (line, column), text in self._errors.get(name, {}).items():
                _put(known, line, column, text)
        return known

    def filled_lines(self, name: str) -> Lines:
        """The same with the value of cells merged downwards in each of them."""
        lines = self.lines(name)
        for (top, left), (bottom, right) in self.sheets[name].merged_cell_ranges or ():
            if left == right and top < len(lines) and left < len(lines[top]):
                for line in range(top + 1, min(bottom + 1, len(lines))):
                    lines[line][left] = lines[top][left]
        return lines


def _put(lines: Lines, line: int, column: int, text: str) -> None:
    while len(lines) <= line:
        lines.append([])
    lines[line] += [""] * (column + 1 - len(lines[line]))
    lines[line][column] = text
