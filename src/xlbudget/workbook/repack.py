"""An archive with the content of some members replaced: the others stay as they are packed."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path
    from zipfile import ZipInfo

__all__ = ["repacked"]

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s4B4H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_UTF8 = 0x800


def repacked(source: Path, changed: Mapping[str, bytes], dropped: Collection[str]) -> bytes:
    """The archive with the content of ``changed`` and without ``dropped``."""
    with ZipFile(source) as archive:
        infos, end, comment = archive.infolist(), archive.start_dir, archive.comment
    data = source.read_bytes()
    offsets = sorted(info.header_offset for info in infos)
    ends = dict(zip(offsets, [*offsets[1:], end], strict=True))
    pieces = [data[: offsets[0]]]
    size = offsets[0]
    places: dict[str, int] = {}
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.filename not in dropped:
            piece = _member(data, info, ends[info.header_offset], changed.get(info.filename))
            places[info.filename] = size
            pieces.append(piece)
            size += len(piece)
    entries = []
    for info in infos:
        fields = list(_CENTRAL.unpack_from(data, end))
        length = _CENTRAL.size + sum(fields[12:15])
        if info.filename in places:
            fields[5:7] = info.flag_bits, info.compress_type
            fields[9:12] = info.CRC, info.compress_size, info.file_size
            fields[-1] = places[info.filename]
            entries.append(_CENTRAL.pack(*fields) + data[end + _CENTRAL.size : end + length])
        end += length
    total, count = sum(map(len, entries)), len(entries)
    last = _END.pack(b"PK\x05\x06", 0, 0, count, count, total, size, len(comment))
    return b"".join([*pieces, *entries, last, comment])


def _member(data: bytes, info: ZipInfo, end: int, content: bytes | None) -> bytes:
    """A member as it stands before ``end``, or with new ``content``; brings ``info`` up to date."""
    start = info.header_offset
    fields = list(_LOCAL.unpack_from(data, start))
    named = start + _LOCAL.size + fields[-2]
    if fields[0] != b"PK\x03\x04" or named + fields[-1] + info.compress_size > end:
        raise BadZipFile(info.filename)
    if content is None:
        return data[start:end]
    packed = content
    if info.compress_type == ZIP_DEFLATED:
        deflate = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = deflate.compress(content) + deflate.flush()
    info.flag_bits &= _UTF8
    info.CRC, info.compress_size, info.file_size = zlib.crc32(content), len(packed), len(content)
    fields[2] = info.flag_bits
    fields[6:9] = info.CRC, info.compress_size, info.file_size
    fields[-1] = 0
    return _LOCAL.pack(*fields) + data[start + _LOCAL.size : named] + packed
