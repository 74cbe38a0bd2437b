"""A zip in memory: refused clearly before anything is unpacked, read and packed again part by part.

It is what is needed of ``zipfile``, which takes longer to import than a sheet to read, tells less
about what is wrong, and packs again what has not changed. Which part of a workbook is which it tells by
the parts that list them.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager
from posixpath import normpath
from struct import Struct
from struct import error as StructError  # noqa: N812
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from xlbudget.errors import UnusableFileError, reason_of
from xlbudget.limits import (
    HIGHEST_RATIO,
    LARGEST_LIST,
    LARGEST_MEMBER,
    LARGEST_TOTAL,
    MOST_MEMBERS,
    MOST_SHEETS,
    RATIO_FROM,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = Struct("<4sHHHHIIH")
_ENTRY = Struct("<4s6H3L5H2L")
_LOCAL = Struct("<4s5H3L2H")
_LENGTHS = Struct("<26xHH")
_END_SEARCHED = 2**16 + _END.size
_ENCRYPTED = 1
_STORED, _DEFLATED = 0, 8
_UTF8 = 0x800
_DAMAGE: tuple[type[Exception], ...] = (
    EOFError, LookupError, RuntimeError, UnicodeError, StructError,
)  # fmt: skip
"""What a damaged part raises."""
_ZIP64 = 0xFFFFFFFF


class Member(NamedTuple):
    """One member of the archive: name, flags, method, checksum, sizes, offset of its header."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Archive:
    """A checked zip whose members are unpacked one by one; the file is read once."""

    def __init__(self, path: Path) -> None:
        """Read a zip after checking its bounds.

        Raises:
            UnusableFileError: missing, unreadable, not a zip, damaged, encrypted or too large.
        """
        self.path = path
        with _reading(path) as file:
            size = os.fstat(file.fileno()).st_size
            self._start, self._end, count, directory = _directory(path, file, size)
            self._directory_end = self._start + len(directory)
            self.members = _members(path, directory, count, size)
            file.seek(0)
            self.data = file.read()

    def plain(self, instead: Mapping[str, bytes] | None = None) -> bytes:
        """The zip without anything behind its table of contents, so that every reader finds the same one.

        ``instead`` is other content for some members; it is not compressed, being for a reader alone.
        """
        pieces, size, place = [self.data[: self._start]], self._start, 0
        directory = bytearray(self.data[self._start : self._directory_end])
        for name, member in self.members.items() if instead else ():
            fields = list(_ENTRY.unpack_from(directory, place))
            if instead and name in instead:
                piece, told = _stored(
                    fields, bytes(directory[place + _ENTRY.size :]), instead[name]
                )
                fields[3:5], fields[7:10], fields[16] = (member.flags & _UTF8, _STORED), told, size
                _ENTRY.pack_into(directory, place, *fields)
                pieces.append(piece)
                size += len(piece)
            place += _ENTRY.size + sum(fields[10:13])
        count = len(self.members)
        end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), size, 0)
        return b"".join([*pieces, directory, end])

    def namelist(self) -> list[str]:
        """The names of all members."""
        return list(self.members)

    def read(self, name: str) -> bytes:
        """The unpacked bytes of a member, checked.

        Raises:
            KeyError: there is none of that name.
            UnusableFileError: damaged.
        """
        import zlib  # noqa: PLC0415  # only where a member is read

        member = self.members[name]
        try:
            name_length, extra_length = _LENGTHS.unpack_from(self.data, member.offset)
            start = member.offset + _LOCAL.size + name_length + extra_length
            data = self.data[start : start + member.packed]
            if member.method == _DEFLATED:
                data = zlib.decompressobj(-15).decompress(data, member.size + 1)
        except (StructError, zlib.error) as error:
            raise _damaged(self.path) from error
        known = member.method in (_STORED, _DEFLATED)
        # The library that reads the cells stops before the checksum: a wrong digit would pass.
        if not known or len(data) != member.size or zlib.crc32(data) != member.crc:
            raise _damaged(self.path)
        return data

    def repacked(self, changed: Mapping[str, bytes], dropped: Collection[str]) -> bytes:
        """The zip with the content of ``changed`` and without ``dropped``.

        The other members stay as they are packed, with their dates, attributes and order; each is
        unpacked once to see that it is whole, so that damage is not carried into a file that looks new.

        Raises:
            UnusableFileError: damaged.
        """
        entries, packed = [], {}
        starts = sorted(member.offset for member in self.members.values())
        ends = dict(zip(starts, [*starts[1:], self._start], strict=True))
        pieces, size = [self.data[: starts[0]]], starts[0]
        for name, member in sorted(self.members.items(), key=lambda item: item[1].offset):
            if name not in dropped:
                piece, told = self._member(member, ends[member.offset], changed.get(name))
                packed[name] = (*told, size)
                pieces.append(piece)
                size += len(piece)
        place = self._start
        for name in self.members:
            fields = list(_ENTRY.unpack_from(self.data, place))
            length = _ENTRY.size + sum(fields[10:13])
            if name in packed:
                flags, *sizes, fields[16] = packed[name]
                fields[3], fields[7:10] = flags, sizes
                rest = self.data[place + _ENTRY.size : place + length]
                entries.append(_ENTRY.pack(*fields) + rest)
            place += length
        total, count = sum(map(len, entries)), len(entries)
        comment = self.data[self._end + _END.size :]
        last = _END.pack(b"PK\x05\x06", 0, 0, count, count, total, size, len(comment))
        return b"".join([*pieces, *entries, last, comment])

    def _member(
        self, member: Member, end: int, content: bytes | None
    ) -> tuple[bytes, tuple[int, int, int, int]]:
        """A member as it stands before ``end`` or with new content; its flags, checksum and sizes."""
        import zlib  # noqa: PLC0415  # only where a member is packed

        fields = list(_LOCAL.unpack_from(self.data, member.offset))
        named = member.offset + _LOCAL.size + fields[-2]
        if fields[0] != b"PK\x03\x04" or named + fields[-1] + member.packed > end:
            raise _damaged(self.path)
        if content is None:
            self.read(member.name)
            told = member.flags, member.crc, member.packed, member.size
            return self.data[member.offset : end], told
        packed = content
        if member.method == _DEFLATED:
            deflate = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
            packed = deflate.compress(content) + deflate.flush()
        elif member.method != _STORED:
            raise _damaged(self.path)
        told = member.flags & _UTF8, zlib.crc32(content), len(packed), len(content)
        fields[2], fields[6:9], fields[-1] = told[0], told[1:], 0
        name = self.data[member.offset + _LOCAL.size : named]
        return _LOCAL.pack(*fields) + name + packed, told


def _stored(
    fields: Sequence[int], names: bytes, content: bytes
) -> tuple[bytes, tuple[int, int, int]]:
    """A member as it is stored, its checksum and sizes; ``fields`` are its entry's, ``names`` begin with its name."""
    import zlib  # noqa: PLC0415  # only where a member is packed

    told = zlib.crc32(content), len(content), len(content)
    name = names[: fields[10]]
    needed, times = fields[2], fields[5:7]
    head = _LOCAL.pack(
        b"PK\x03\x04", needed, fields[3] & _UTF8, _STORED, *times, *told, len(name), 0
    )
    return head + name + content, told


def workbook_archive(path: Path) -> Archive:
    """The archive of a workbook.

    Raises:
        UnusableFileError: as for :class:`Archive`, or it is no .xlsx or .xlsm workbook.
    """
    archive = Archive(path)
    names = archive.namelist()
    if "xl/workbook.bin" in names:
        raise UnusableFileError(
            f"“{path.name}”是 .xlsb 工作簿；请在 Excel 中另存为 .xlsm 或 .xlsx。"
        )
    if "[Content_Types].xml" not in names or not any(
        name.endswith("workbook.xml") for name in names
    ):
        raise UnusableFileError(f"“{path.name}”不是 Excel 工作簿；请选 .xlsm 或 .xlsx 文件。")
    return archive


@contextmanager
def naming(source: Path, state: str, *also: type[Exception]) -> Iterator[None]:
    """Errors name the file; ``state`` says what did not happen (没有改动).

    ``also`` are further exceptions that only a damaged file can raise in the block.

    Raises:
        UnusableFileError: in place of whatever a damaged part raises.
    """
    try:
        yield
    except UnusableFileError as error:
        if source.name in str(error):
            raise
        raise UnusableFileError(f"工作簿“{source.name}”：{error}") from error
    except (*_DAMAGE, *also) as error:
        raise UnusableFileError(
            f"工作簿“{source.name}”已损坏，{state}；请从备份恢复，或在 Excel 中打开修复后另存。"
        ) from error


# ------------------------------------------------------------------ the table of contents


def _members(path: Path, directory: bytes, count: int, size: int) -> dict[str, Member]:
    """The members by name, after checking their bounds."""
    found: dict[str, Member] = {}
    names: set[str] = set()
    start = total = 0
    for _ in range(count):
        member, start = _entry(path, directory, start)
        total += member.size
        if member.flags & _ENCRYPTED:
            raise UnusableFileError(f"“{path.name}”加了密；请取消密码后再试。")
        # Whoever looks for a part does not mind upper and lower case: of two it is not sure which.
        name = member.name.lower()
        if name in names or name.startswith("/") or ".." in name.split("/"):
            raise _damaged(path)
        names.add(name)
        large = member.size > LARGEST_MEMBER or total > LARGEST_TOTAL
        bomb = member.size > RATIO_FROM and member.size > HIGHEST_RATIO * member.packed
        if large or bomb:
            raise too_large(path.name)
        if member.offset >= size:
            raise _damaged(path)
        found[member.name] = member
    return found


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    """The file, open for reading."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # path may be any path-like
            yield file
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
            f"“{path}”读不出来（{reason_of(error)}）；请检查磁盘或网络。"
        ) from error


def _directory(path: Path, file: BinaryIO, size: int) -> tuple[int, int, int, bytes]:
    """Where the table of contents begins, where the end's record does, its entries' number, itself."""
    head = file.read(len(_OLE))
    file.seek(max(0, size - _END_SEARCHED))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + _END.size:
        raise _no_zip(path, head, size)
    *_, count, length, offset, _ = _END.unpack_from(tail, place)
    if _ZIP64 in (length, offset) or offset + length > size or count > MOST_MEMBERS:
        raise _damaged(path)
    if size > LARGEST_TOTAL:
        raise too_large(path.name)
    file.seek(offset)
    return offset, size - len(tail) + place, count, file.read(length)


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


def too_large(book: str) -> UnusableFileError:
    """What is said of a workbook that holds more than any budget's."""
    return UnusableFileError(f"“{book}”解压后过大，不像部门预算工作簿，没有打开；请核对文件来源。")


def _damaged(path: Path) -> UnusableFileError:
    return UnusableFileError(
        f"工作簿“{path.name}”已损坏，没有打开；请从备份恢复，或在 Excel 中打开修复后另存。"
    )


def _entry(path: Path, directory: bytes, start: int) -> tuple[Member, int]:
    """One entry of the table of contents, and where the next one begins."""
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
    member = Member(name, flags, method, crc, packed, size, offset)
    return member, end + extra_length + comment_length


_SHEET = re.compile(r"<(?:\w+:)?sheet\s([^<>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^<>]*)>")
_ATTRIBUTE = re.compile(r"(?<![\w:])([\w:]++)\s*+=\s*(?:\"([^\"]*)\"|'([^']*)')")
_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->))*+(?:-->|\Z)")
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class Relation(NamedTuple):
    """A relationship: its type's address, and its target as a name in the archive."""

    kind: str
    target: str


class SheetPart(NamedTuple):
    """A worksheet: its part's name in the archive, its number (``sheetId``), whether it is shown."""

    part: str
    number: int
    visible: bool


class Parts(NamedTuple):
    """Where things stand: the workbook's part, its kind, and its worksheets in their order.

    ``relations`` are those of the workbook's part by id; ``relations_part`` holds them. Sheets
    without cells (charts, dialogues) are left out.
    """

    book: str
    kind: str
    sheets: dict[str, SheetPart]
    relations: dict[str, Relation]
    relations_part: str


def workbook_parts(archive: Archive) -> Parts:
    """The parts of ``archive``, as it names them (upper and lower case may differ in references).

    Raises:
        KeyError: a part that must be there is missing.
        UnusableFileError: the archive is damaged.
    """
    names = {name.lower(): name for name in archive.namelist()}
    root = _relations(archive, names, "_rels/.rels", "")
    found = [relation for relation in root.values() if relation.kind.endswith("/officeDocument")]
    if not found:
        raise KeyError("officeDocument")
    book = found[0].target
    folder, _, name = book.rpartition("/")
    folder = f"{folder}/" if folder else ""
    place = f"{folder}_rels/{name}.rels"
    relations = _relations(archive, names, place, folder)
    sheets: dict[str, SheetPart] = {}
    for match in _SHEET.finditer(_list_text(archive, book)):
        one = _attributes(match[1])
        identities = [text for key, text in one.items() if key.endswith(":id")]
        if one.get("name", "") in sheets or len(identities) > 1:
            raise _damaged(archive.path)
        if len(sheets) == MOST_SHEETS:
            raise UnusableFileError(
                f"“{archive.path.name}”有{MOST_SHEETS}张以上的工作表，不像部门预算工作簿，没有打开；请核对文件来源。"
            )
        kind, target = relations.get("".join(identities), ("", ""))
        if kind.endswith("/worksheet"):
            number = one.get("sheetId", "")
            sheets[one.get("name", "")] = SheetPart(
                target,
                int(number) if number.isdecimal() else 0,
                one.get("state", "visible") == "visible",
            )
    return Parts(book, found[0].kind, sheets, relations, names.get(place.lower(), place))


def _relations(
    archive: Archive, names: Mapping[str, str], part: str, folder: str
) -> dict[str, Relation]:
    """Relation id -> relation."""
    found: dict[str, Relation] = {}
    text = _list_text(archive, names.get(part.lower(), part))
    for match in _RELATION.finditer(text):
        one = _attributes(match[1])
        if one.get("Id", "") in found:
            raise _damaged(archive.path)
        target = one.get("Target", "")
        place = normpath(target[1:] if target.startswith("/") else folder + target)
        found[one.get("Id", "")] = Relation(one.get("Type", ""), names.get(place.lower(), place))
    return found


def _list_text(archive: Archive, part: str) -> str:
    """A part that lists others, without comments: what is listed in one is not there.

    Raises:
        KeyError: the part is missing.
        UnusableFileError: damaged, or larger than any list.
    """
    if archive.members[part].size > LARGEST_LIST:
        raise too_large(archive.path.name)
    text = _COMMENT.sub("", archive.read(part).decode("utf-8", "replace"))
    if "<!" in text:
        raise _damaged(archive.path)
    return text


def _attributes(text: str) -> dict[str, str]:
    """The attributes of a tag, unescaped."""
    return {
        match[1]: unescaped(match[2] if match[2] is not None else match[3])
        for match in _ATTRIBUTE.finditer(text)
    }


def unescaped(text: str) -> str:
    """A text of an attribute without its entities."""

    def character(match: re.Match[str]) -> str:
        if match[3]:
            return _NAMED[match[3]]
        code = int(match[1], 16) if match[1] else int(match[2])
        return chr(code) if code <= sys.maxunicode else match[0]

    return _ENTITY.sub(character, text)
