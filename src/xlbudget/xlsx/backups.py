"""Earlier states of a file, kept beside it by number and date: made, listed, the oldest dropped."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.beside import fitted, temporary_file
from xlbudget.xlsx.owners import same_owner, synced

if TYPE_CHECKING:
    from pathlib import Path

BACKUP_MARK = ".备份"
NUMBER = "XLBUDGET_BACKUPS"
"""Environment variable: how many are kept."""

_KEPT = 3
_MOST = 99
_ADDED = len(f"{BACKUP_MARK}1234567-20240101-120000-rollover".encode())
_LONGEST_SUFFIX = 16


class Backup(NamedTuple):
    """An earlier state of a file: its number (0: of an earlier version of the program), where it lies.

    ``replaced`` is when it was replaced (``20240227-093000``) and ``by`` the command that did it, "" where
    the name does not say.
    """

    number: int
    path: Path
    replaced: str = ""
    by: str = ""

    @property
    def when(self) -> str:
        """When it was replaced, or else last written, for people."""
        if not self.replaced:
            return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.path.stat().st_mtime))
        day, hour = self.replaced.split("-")
        return f"{day[:4]}-{day[4:6]}-{day[6:]} {hour[:2]}:{hour[2:4]}:{hour[4:]}"


def backups(path: Path) -> list[Backup]:
    """The kept states of a file, the oldest first.

    Raises:
        OSError: the folder cannot be read.
    """
    stem, suffix = _stem(path)
    name = re.compile(
        rf"{re.escape(stem + BACKUP_MARK)}(?:(\d+)-(\d{{8}}-\d{{6}})(?:-([a-z]+))?)?{re.escape(suffix)}"
    )
    found = [
        Backup(int(match[1] or 0), one, match[2] or "", match[3] or "")
        for one in path.parent.iterdir()
        if (match := name.fullmatch(one.name)) is not None and one.is_file()
    ]
    return sorted(found)


def how_many() -> int:
    """How many are kept.

    Raises:
        UnusableFileError: the setting is no such number.
    """
    said = os.environ.get(NUMBER, "").strip() or str(_KEPT)
    if not (said.isascii() and said.isdecimal() and 1 <= int(said) <= _MOST):
        raise UnusableFileError(
            f"环境变量 {NUMBER}（保留几份备份）写的是“{said}”，应为 1 到 {_MOST} 的整数；没有改动。"
        )
    return int(said)


def keep(path: Path, by: str = "") -> tuple[Path, bool]:
    """Copy a file to a backup, itself whole or not at all; where it lies, and whether it is new.

    What is kept already as the newest is not kept twice.

    Raises:
        OSError: it cannot be written.
    """
    there = backups(path)
    if there and filecmp.cmp(path, there[-1].path, shallow=False):
        return there[-1].path, False
    number = there[-1].number + 1 if there else 1
    stem, suffix = _stem(path)
    now = time.strftime("%Y%m%d-%H%M%S")
    told = f"-{by}" if by else ""
    backup = path.with_name(f"{stem}{BACKUP_MARK}{number}-{now}{told}{suffix}")
    temporary = temporary_file(path)
    try:
        shutil.copy2(path, temporary)
        same_owner(path, temporary)
        synced(temporary)
        temporary.replace(backup)
    finally:
        temporary.unlink(missing_ok=True)
    return backup, True


def drop_oldest(path: Path) -> None:
    """Leave so many as are to be kept. One that does not go stays until the next write."""
    with suppress(OSError):
        for backup in backups(path)[: -how_many()]:
            backup.path.unlink(missing_ok=True)


def _stem(path: Path) -> tuple[str, str]:
    """How the names of a file's backups begin and end, so short that they fit."""
    suffix = path.suffix if len(os.fsencode(path.suffix)) <= _LONGEST_SUFFIX else ""
    stem = path.name.removesuffix(suffix)
    return fitted(stem, _ADDED + len(os.fsencode(suffix))), suffix
