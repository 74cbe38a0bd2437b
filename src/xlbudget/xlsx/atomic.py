"""Replace a file whole or not at all: temporary file beside it, synced, renamed, with a backup."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from xlbudget.deeds import put_in_place
from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.xlsx.backups import drop_oldest, how_many, keep
from xlbudget.xlsx.beside import clear_stale, temporary_file
from xlbudget.xlsx.locks import refuse_open_file, writing
from xlbudget.xlsx.owners import same_owner, synced, synced_folder, usual_mode

if TYPE_CHECKING:
    from collections.abc import Callable


def replace_atomically(
    path: Path,
    write: Callable[[Path], None],
    *,
    backup: bool = True,
    by: str = "",
    read: bytes | None = None,
    new: bool = False,
    private: bool = False,
) -> Path | None:
    """Let ``write`` make a new file and put it in the place of ``path``.

    Killed at any moment, this leaves the old file or the new one, whole. An old file is kept as a
    numbered backup where ``backup``; its path is given back. A link is followed to its file; another
    hard link goes on holding what was there.

    ``by`` is the command that writes. ``read`` is what the file held when it was read, ``new`` that
    there was none: it is written only if that is still so. ``private``: for nobody else to read.

    Raises:
        UnusableFileError: no permission, no room, the folder is missing, another process is writing
            the file, a program has opened it, or it is not what was read.
        Whatever ``write`` raises; then nothing has changed.
    """
    real = Path(os.path.realpath(path))
    with writing(path, by):
        return _replaced(path, real, write, backup, by, read, new, private)


def _replaced(
    path: Path,
    real: Path,
    write: Callable[[Path], None],
    backup: bool,
    by: str,
    read: bytes | None,
    new: bool,
    private: bool,
) -> Path | None:
    """The same while nobody else of ours writes; ``real`` is the file itself."""
    temporary: Path | None = None
    kept: Path | None = None
    try:
        old = real.exists()
        if old and not real.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            raise UnusableFileError(
                f"“{path.name}”是只读文件，没有改动；请去掉只读属性，或用 -o 另存。"
            )
        how_many()
        clear_stale(real)
        temporary = temporary_file(real)
        write(temporary)
        _refuse_other(path, real, read, new=new)
        if old:
            same_owner(real, temporary)
        else:
            usual_mode(temporary)
        if private:
            temporary.chmod(stat.S_IRUSR | stat.S_IWUSR)
        synced(temporary)
        if old and backup:
            kept, _ = keep(real, by)
        _refuse_other(path, real, read, new=new)
        put_in_place(temporary, real, kept)
    except OSError as error:
        raise refusal(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    if kept is not None:
        drop_oldest(real)
    try:
        synced_folder(real.parent)
    except OSError as error:
        raise UnusableFileError(
            f"“{path}”已经写入，但磁盘没有确认（{reason_of(error)}）；请检查磁盘，再核对这个文件。"
        ) from error
    return kept


def replace_text(path: Path, text: str, *, backup: bool = True, private: bool = False) -> None:
    """The same for a text file, in UTF-8.

    Raises:
        UnusableFileError: as for :func:`replace_atomically`.
    """

    def write(target: Path) -> None:
        target.write_bytes(text.encode("utf-8"))

    replace_atomically(path, write, backup=backup, private=private)


def _refuse_other(path: Path, real: Path, read: bytes | None, *, new: bool) -> None:
    """What was planned holds only for the file that was read, and only while it is closed.

    Raises:
        UnusableFileError: it is another one by now, or open.
        OSError: it cannot be read.
    """
    for one in {path, real}:
        refuse_open_file(one)
    if new and real.exists():
        raise UnusableFileError(
            f"“{path}”刚刚被别的程序新建了，没有改动它；请核对后换一个文件名再试。"
        )
    if read is not None and (not real.exists() or real.read_bytes() != read):
        raise UnusableFileError(
            f"“{path.name}”在读取以后被别的程序改过（或移走了），没有写入；请再运行一次，按它现在的内容来做。"
        )


def refusal(path: Path, error: OSError) -> UnusableFileError:
    """Why a file was not written, and what to do."""
    if isinstance(error, FileNotFoundError) and not path.parent.is_dir():
        return UnusableFileError(f"文件夹“{path.parent}”不存在；请先建立文件夹。")
    if error.errno == errno.ENAMETOOLONG:
        return UnusableFileError(f"“{path.name}”的名称太长，没有写入；请改短文件名或换一个文件夹。")
    if isinstance(error, PermissionError):
        return UnusableFileError(
            f"没有写入“{path}”的权限，文件没有改动；请关闭正在使用它的程序，或用 -o 另存到自己的文件夹。"
        )
    return UnusableFileError(
        f"“{path}”写不进去（{reason_of(error)}），文件没有改动；请检查磁盘空间和文件夹。"
    )
