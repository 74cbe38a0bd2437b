"""Is this file a workbook at all? Bounds and clear refusals before anything is unpacked.

Only the zip's central directory is read: this stands on the way of every validation.
"""

from __future__ import annotations

import os
from struct import Struct
from struct import error as StructError  # noqa: N812
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Archive", "Member", "check_archive", "members"]

_MOST_MEMBERS = 10_000
_LARGEST_MEMBER = 200 * 2**20
_LARGEST_TOTAL = 500 * 2**20
"""A budget workbook unpacks to a few MB; more than this is no budget, or an attack."""
_HIGHEST_RATIO = 200
_RATIO_FROM = 10 * 2**20
"""Repetitive sheets may shrink a lot; a high ratio counts from this unpacked size on."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = Struct("<4sHHHHIIH")
_ENTRY = Struct("<4s6H3L5H2L")
_LOCAL = Struct("<26xHH")
_END_SEARCHED = 2**16 + _END.size
_ENCRYPTED = 1
_STORED, _DEFLATED = 0, 8
_UTF8 = 0x800
_ZIP64 = 0xFFFFFFFF


class Member(NamedTuple):
    """One member of the archive: name, method, checksum, sizes, offset of its header."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def check_archive(path: Path) -> dict[str, Member]:
    """Refuse what cannot be a workbook; gives the members by name.

    Raises:
        UnusableFileError: missing, unreadable, not a zip, damaged, encrypted, too large, or a
            zip that is no .xlsx or .xlsm workbook.
    """
    found = members(path)
    if "xl/workbook.bin" in found:
        raise UnusableFileError(
            f"“{path.name}”是 .xlsb 工作簿；请在 Excel 中另存为 .xlsm 或 .xlsx。"
        )
    if "[Content_Types].xml" not in found or not any(
        name.endswith("workbook.xml") for name in found
    ):
        raise UnusableFileError(f"“{path.name}”不是 Excel 工作簿；请选 .xlsm 或 .xlsx 文件。")
    return found


class Archive:
    """A checked zip in memory whose members are unpacked one by one.

    It is what is needed of ``zipfile.ZipFile``, which takes longer to import than a sheet to read.
    """

    def __init__(self, path: Path, found: dict[str, Member]) -> None:
        self._path, self._members = path, found
        try:
            self._data = path.read_bytes()
        except OSError as error:
            raise _damaged(path) from error

    def namelist(self) -> list[str]:
        """The names of all members."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """The unpacked bytes of a member, checked.

        Raises:
            KeyError: there is none of that name.
            UnusableFileError: damaged.
        """
        import zlib  # noqa: PLC0415  # only where a member is read

        member = self._members[name]
        try:
            name_length, extra_length = _LOCAL.unpack_from(self._data, member.offset)
            start = member.offset + _LOCAL.size + name_length + extra_length
            data = self._data[start : start + member.packed]
            if member.method == _DEFLATED:
                data = zlib.decompressobj(-15).decompress(data, member.size + 1)
        except (StructError, zlib.error) as error:
            raise _damaged(self._path) from error
        known = member.method in (_STORED, _DEFLATED)
        # The library that reads the cells stops before the checksum: a wrong digit would pass.
        if not known or len(data) != member.size or zlib.crc32(data) != member.crc:
            raise _damaged(self._path)
        return data


def members(path: Path) -> dict[str, Member]:
    """The members of a zip by name, after checking their bounds.

    Raises:
        UnusableFileError: as for :func:`check_archive`.
    """
    directory, count, size = _directory(path)
    found: dict[str, Member] = {}
    start = total = 0
    for _ in range(count):
        member, flags, start = _entry(path, directory, start)
        total += member.size
        if flags & _ENCRYPTED:
            raise UnusableFileError(f"“{path.name}”加了密；请取消密码后再试。")
        if member.name in found or member.name.startswith("/") or ".." in member.name.split("/"):
            raise _damaged(path)
        large = member.size > _LARGEST_MEMBER or total > _LARGEST_TOTAL
        bomb = member.size > _RATIO_FROM and member.size > _HIGHEST_RATIO * member.packed
        if large or bomb:
            raise UnusableFileError(
                f"“{path.name}”解压后过大，不像部门预算工作簿，没有打开；请核对文件来源。"
            )
        if member.offset >= size:
            raise _damaged(path)
        found[member.name] = member
    return found


def _directory(path: Path) -> tuple[bytes, int, int]:
    """The central directory, how many entries it has, and the file's size."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # path may be any path-like
            size = os.fstat(file.fileno()).st_size
            head = file.read(len(_OLE))
            file.seek(max(0, size - _END_SEARCHED))
            tail = file.read()
            place = tail.rfind(b"PK\x05\x06")
            if place < 0 or len(tail) < place + _END.size:
                raise _no_zip(path, head, size)
            *_, count, length, offset, _ = _END.unpack_from(tail, place)
            if _ZIP64 in (length, offset) or offset + length > size or count > _MOST_MEMBERS:
                raise _damaged(path)
            file.seek(offset)
            return file.read(length), count, size
    except FileNotFoundError as error:
        raise UnusableFileError(f"找不到工作簿“{path}”；请检查文件名和所在文件夹。") from error
    except IsADirectoryError as error:
        raise UnusableFileError(
            f"“{path}”是文件夹，不是工作簿；请选文件夹里的 .xlsm 或 .xlsx 文件。"
        ) from error
    except PermissionError as error:
        raise UnusableFileError(
            f"没有读取“{path}”的权限；请检查文件权限，或复制到自己的文件夹再试。"
        ) from error
    except OSError as error:
        raise UnusableFileError(
            f"“{path}”读不出来（{error.strerror or error}）；请检查磁盘或网络。"
        ) from error


def _no_zip(path: Path, head: bytes, size: int) -> UnusableFileError:
    if not size:
        return UnusableFileError(f"“{path.name}”是空文件；请从备份恢复。")
    if head == _OLE:
        return UnusableFileError(
            f"“{path.name}”是旧格式（.xls）或设有打开密码；请在 Excel 中取消密码，另存为 .xlsm 或 .xlsx。"
        )
    if head.startswith(b"PK\x03\x04"):
        return _damaged(path)
    return UnusableFileError(f"“{path.name}”不是 Excel 工作簿；请选 .xlsm 或 .xlsx 文件。")


def _damaged(path: Path) -> UnusableFileError:
    return UnusableFileError(
        f"工作簿“{path.name}”已损坏，没有打开；请从备份恢复，或在 Excel 中打开修复后另存。"
    )


def _entry(path: Path, directory: bytes, start: int) -> tuple[Member, int, int]:
    """One entry of the central directory, its flags, and where the next one begins."""
    if len(directory) < start + _ENTRY.size or directory[start : start + 4] != b"PK\x01\x02":
        raise _damaged(path)
    fields = _ENTRY.unpack_from(directory, start)
    flags, method = fields[3], fields[4]
    crc, packed, size, name_length, extra_length, comment_length = fields[7:13]
    offset = fields[16]
    end = start + _ENTRY.size + name_length
    raw = directory[start + _ENTRY.size : end]
    name = raw.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
    if _ZIP64 in (packed, size, offset):
        raise _damaged(path)
    return (
        Member(name, method, crc, packed, size, offset),
        flags,
        end + extra_length + comment_length,
    )
