"""Files put together: where a set of them may go, and as parts into a package."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlbudget.errors import UnusableFileError
from xlbudget.xlsx.locks import refuse_open_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path


_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_LONGEST = 150
"""Bytes; systems allow 255 for a name with what is added to it."""


def file_stem(title: str) -> str:
    """A title as the name of a file without its ending, as every system takes it; "" where nothing is left."""
    stem = _UNSAFE.sub("_", title).strip(" .")
    while len(stem.encode("utf-8")) > _LONGEST:
        stem = stem[:-1]
    return f"_{stem}" if _RESERVED.fullmatch(stem) else stem


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
