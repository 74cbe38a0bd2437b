"""Replace a file whole or not at all: temporary file beside it, synced, renamed, with a backup."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.deeds import put_in_place
from xlbudget.errors import UnusableFileError, reason_of

if TYPE_CHECKING:
    from collections.abc import Callable

BACKUP_MARK = ".备份"
_MARK = ".~xlbudget-"
"""How the names of temporary files begin; the number of the process that writes it follows."""
_STALE = 600.0
"""Seconds after which a temporary file is nobody's any more."""


def is_open(path: Path) -> bool:
    """Whether a lock file of Excel, WPS or LibreOffice lies beside it."""
    locks = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    return any(lock.exists() for lock in locks)


def refuse_open_file(path: Path) -> None:
    """A workbook that is open elsewhere must not be written: its program would overwrite it.

    Raises:
        UnusableFileError: a lock file of Excel, WPS or LibreOffice lies beside it.
    """
    if is_open(path):
        raise UnusableFileError(f"“{path.name}”正在打开着；请先在 Excel 等程序中关闭它，再试一次。")


def replace_atomically(
    path: Path, write: Callable[[Path], None], *, backup: bool = True
) -> Path | None:
    """Let ``write`` make a new file and put it in the place of ``path``.

    Killed at any moment, this leaves the old file or the new one, whole. An old file is kept as
    ``名称.备份.后缀`` where ``backup``; its path is given back. A link is followed to its file.

    Raises:
        UnusableFileError: no permission, no room, or the folder is missing.
        Whatever ``write`` raises; then nothing has changed.
    """
    real = Path(os.path.realpath(path))
    old = real.exists()
    if old and not real.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise UnusableFileError(
            f"“{path.name}”是只读文件，没有改动；请去掉只读属性，或用 -o 另存。"
        )
    temporary: Path | None = None
    try:
        _clear_stale(real)
        temporary = _beside(real)
        write(temporary)
        if old:
            shutil.copymode(real, temporary)
        else:
            temporary.chmod(0o666 & ~_umask())
        _sync(temporary)
        kept = _keep(real) if old and backup else None
        put_in_place(temporary, real, kept)
        _sync_folder(real.parent)
    except OSError as error:
        raise _refusal(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    return kept


def replace_text(path: Path, text: str, *, backup: bool = True) -> None:
    """The same for a text file, in UTF-8.

    Raises:
        UnusableFileError: as for :func:`replace_atomically`.
    """

    def write(target: Path) -> None:
        target.write_bytes(text.encode("utf-8"))

    replace_atomically(path, write, backup=backup)


def _beside(path: Path) -> Path:
    """A new empty file in the same folder, with the same suffix, hidden."""
    prefix = f"{_MARK}{os.getpid()}-{path.stem[:30]}-"
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    return Path(name)


def _clear_stale(path: Path) -> None:
    """Remove what a killed process has left of an earlier write of the same file."""
    stem, suffix = re.escape(path.stem[:30]), re.escape(path.suffix)
    name = re.compile(rf"{re.escape(_MARK)}([0-9]+)-{stem}-[^-.]+{suffix}")
    for one in path.parent.iterdir():
        match = name.fullmatch(one.name)
        if match is not None and _is_stale(one, int(match[1])):
            one.unlink(missing_ok=True)


def _is_stale(path: Path, process: int) -> bool:
    try:
        if time.time() - path.stat().st_mtime > _STALE:
            return True
        if os.name == "posix" and process != os.getpid():
            os.kill(process, 0)  # asks only whether it lives
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _keep(path: Path) -> Path:
    """Copy the old file to its backup, itself whole or not at all."""
    backup = path.with_name(f"{path.stem}{BACKUP_MARK}{path.suffix}")
    temporary = _beside(path)
    try:
        shutil.copy2(path, temporary)
        _sync(temporary)
        temporary.replace(backup)
    finally:
        temporary.unlink(missing_ok=True)
    return backup


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the renaming last; not every system can open a folder."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    """The process's mask; there is no way to read it but to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _refusal(path: Path, error: OSError) -> UnusableFileError:
    if isinstance(error, FileNotFoundError):
        return UnusableFileError(f"文件夹“{path.parent}”不存在；请先建立文件夹。")
    if isinstance(error, PermissionError):
        return UnusableFileError(
            f"没有写入“{path}”的权限，文件没有改动；请关闭正在使用它的程序，或用 -o 另存到自己的文件夹。"
        )
    return UnusableFileError(
        f"“{path}”写不进去（{reason_of(error)}），文件没有改动；请检查磁盘空间和文件夹。"
    )
