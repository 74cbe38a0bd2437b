"""What the commands share about files: names, overwriting, writing reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = [
    "SUFFIXES",
    "expand_paths",
    "refuse_existing",
    "refuse_output",
    "refuse_workbook",
    "write_text",
]

SUFFIXES = (".xlsm", ".xlsx")


def expand_paths(paths: Iterable[Path]) -> list[Path]:
    """Workbooks as given; a folder stands for all workbooks below it, without lock and backup files.

    Raises:
        UnusableFileError: a folder without workbooks.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        from xlbudget.xlsx.atomic import BACKUP_MARK  # noqa: PLC0415  # for folders alone

        below = sorted(
            one
            for one in path.rglob("*")
            if one.suffix.lower() in SUFFIXES
            and not one.name.startswith(("~$", "."))
            and BACKUP_MARK not in one.name
        )
        if not below:
            raise UnusableFileError(f"文件夹“{path}”里没有工作簿（.xlsm 或 .xlsx）。")
        found.extend(below)
    return list(dict.fromkeys(found))


def refuse_existing(path: Path) -> None:
    """A new file never replaces one that is there.

    Raises:
        UnusableFileError: the file exists, or its folder does not.
    """
    if path.exists():
        raise UnusableFileError(f"“{path}”已经存在，没有改动；请换一个文件名，或先把原文件移走。")
    if not path.parent.is_dir():
        raise UnusableFileError(f"文件夹“{path.parent}”不存在；请先建立文件夹。")


def refuse_output(path: Path, book: Path) -> None:
    """A workbook saved under another name is a new file of the same kind.

    Raises:
        UnusableFileError: the file exists, its folder does not, or Excel would not open it
            because its name says something else than its content.
    """
    if path.suffix.lower() != book.suffix.lower():
        raise UnusableFileError(
            f"“{path.name}”的扩展名应与原工作簿相同（{book.suffix}），否则 Excel 打不开；没有写入。"
        )
    refuse_existing(path)


def refuse_workbook(path: Path) -> None:
    """A report is no workbook and never takes the place of one.

    Raises:
        UnusableFileError: the name is a workbook's.
    """
    if path.suffix.lower() in SUFFIXES:
        raise UnusableFileError(
            f"校验结果不能写成工作簿“{path.name}”；请用 .txt、.html 或 .json 的文件名。"
        )


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all, keeping a backup of one that is replaced.

    Raises:
        UnusableFileError: the folder is missing or may not be written to.
    """
    from xlbudget.xlsx.atomic import replace_text  # noqa: PLC0415  # not needed for the screen

    if not path.parent.is_dir():
        raise UnusableFileError(f"文件夹“{path.parent}”不存在；请先建立文件夹。")
    replace_text(path, text)
