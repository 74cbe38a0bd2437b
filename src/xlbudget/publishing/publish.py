"""Files put together: into a folder, all of them or none, and as parts into a package."""

from __future__ import annotations

import io
import os
import shutil
import uuid
from functools import partial
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlbudget.deeds import note_taken_back, put_in_place
from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.xlsx.atomic import BACKUP_MARK, refuse_open_file, replace_atomically

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path


def refuse_folder(folder: Path, names: Collection[str], source: Path) -> None:
    """Nothing is written over the workbook itself, a file that is open, or where no folder can be.

    Raises:
        UnusableFileError: that is how it is.
    """
    if folder.exists() and not folder.is_dir():
        raise UnusableFileError(f"“{folder}”是文件，不是文件夹；请用 -o 换一个文件夹。")
    for name in names:
        path = folder / name
        if path.is_dir():
            raise UnusableFileError(f"“{path}”是文件夹，写不成文件；请移走，或用 -o 换一个文件夹。")
        if path.exists() and path.samefile(source):
            raise UnusableFileError(
                f"打包会改写原工作簿“{source.name}”，没有执行；请用 -o 换一个文件夹。"
            )
        refuse_open_file(path)


def publish(folder: Path, files: Mapping[str, bytes], obsolete: Collection[str] = ()) -> list[Path]:
    """Write ``files`` (name -> content); a new folder appears whole.

    What a file or one of the ``obsolete`` replaces is kept as ``名称.备份.后缀``; these are given
    back. Files with the same content are not touched. After an error the folder is as it was; the
    sentence names what could not be put back.

    Raises:
        UnusableFileError: the folder cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.exists():
            _new_folder(folder, files)
            return []
    except OSError as error:
        raise _unwritable(folder, error) from error
    before: dict[Path, bytes | None] = {}
    backups: list[Path] = []
    try:
        for name, data in files.items():
            path = folder / name
            old = path.read_bytes() if path.exists() else None
            if old == data:
                continue
            before[path] = old
            kept = replace_atomically(path, partial(_write, data))
            backups += [kept] if kept else []
        for name in obsolete:
            path = folder / name
            if path.exists():
                before[path] = path.read_bytes()
                kept = path.with_name(f"{path.stem}{BACKUP_MARK}{path.suffix}")
                path.replace(kept)
                backups.append(kept)
    except (OSError, UnusableFileError) as error:
        lost = _restore(before)
        told = error if isinstance(error, UnusableFileError) else _unwritable(folder, error)
        if lost:
            names = "、".join(f"“{path.name}”" for path in lost)
            raise UnusableFileError(
                f"{told}另外，{names}已换成新的内容而没能恢复；"
                f"原来的内容在同一文件夹名称带“{BACKUP_MARK}”的文件里，请核对后改回。"
            ) from error
        raise told from error
    return backups


def _new_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    made = folder.parent / f".~xlbudget-{uuid.uuid4().hex}"
    made.mkdir()
    try:
        for name, data in files.items():
            with (made / name).open("wb") as file:
                file.write(data)
                os.fsync(file.fileno())
        put_in_place(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _write(data: bytes, target: Path) -> None:
    target.write_bytes(data)


def _restore(before: Mapping[Path, bytes | None]) -> list[Path]:
    """Put back what was there; gives the files that could not be put back."""
    lost = []
    for path, data in before.items():
        try:
            if data is None:
                path.unlink(missing_ok=True)
            elif not path.exists() or path.read_bytes() != data:
                replace_atomically(path, partial(_write, data), backup=False)
            note_taken_back(path)
        except (OSError, UnusableFileError):
            lost.append(path)
    return lost


def _unwritable(folder: Path, error: OSError) -> UnusableFileError:
    return UnusableFileError(
        f"文件夹“{folder}”写不进去（{reason_of(error)}），没有写出文件；"
        "请检查权限和磁盘空间，或用 -o 换一个文件夹。"
    )


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A package of parts that all have the same date: the same content gives the same bytes."""
    data = io.BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, part)
    return data.getvalue()
