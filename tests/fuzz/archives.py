"""Mutations of zips: their headers, names and order, and the parts in them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from fuzz.choices import NotApplicableError
from fuzz.markup import mutate_markup

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.choices import Choices

_LOCAL, _ENTRY, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_FIELDS = {
    "flags": {_LOCAL: (6, "<H"), _ENTRY: (8, "<H")},
    "method": {_LOCAL: (8, "<H"), _ENTRY: (10, "<H")},
    "date": {_LOCAL: (10, "<L"), _ENTRY: (12, "<L")},
    "checksum": {_LOCAL: (14, "<L"), _ENTRY: (16, "<L")},
    "packed": {_LOCAL: (18, "<L"), _ENTRY: (20, "<L")},
    "size": {_LOCAL: (22, "<L"), _ENTRY: (24, "<L")},
    "name length": {_LOCAL: (26, "<H"), _ENTRY: (28, "<H")},
    "extra length": {_LOCAL: (28, "<H"), _ENTRY: (30, "<H")},
    "comment length": {_ENTRY: (32, "<H")},
    "offset": {_ENTRY: (42, "<L")},
}
_ENDS = {"disk": (4, "<H"), "count": (10, "<H"), "length": (12, "<L"), "start": (16, "<L"), "comment": (20, "<H")}  # fmt: skip
_NUMBERS = [0, 1, 8, 9, 99, 255, 0x7FFF, 0xFFFE, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF]
_MEMBERS = {
    "upwards": "../../x.xml",
    "absolute": "/etc/x.xml",
    "drive": "C:\\x.xml",
    "backslash": "xl\\workbook.xml",
    "empty": "",
    "long": "x" * 60_000,
    "directory": "xl/",
    "control": "xl/\x07.xml",
    "binary book": "xl/workbook.bin",
    "encrypted": "EncryptedPackage",
}


@lru_cache(maxsize=64)
def _parts(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except Exception as error:  # the library raises what damage makes it raise
        raise NotApplicableError("no readable zip") from error


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts by name.

    Raises:
        NotApplicableError: an earlier mutation has left no readable zip.
    """
    return dict(_parts(data))


@lru_cache(maxsize=512)
def _deflated(content: bytes) -> tuple[bytes, int]:
    """A part as it is packed, and its checksum; most parts of a seed are packed once for all runs."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(content) + deflate.flush(), zlib.crc32(content)


def packed(parts: dict[str, bytes], *, stored: bool = False) -> bytes:
    """A zip of parts, the same for the same parts; their names are written as they are."""
    pieces, entries, place = [], [], 0
    for name, content in parts.items():
        body, checksum = (content, zlib.crc32(content)) if stored else _deflated(content)
        raw = name.encode()
        told = (
            20,
            0x800,
            0 if stored else 8,
            0,
            0x5821,
            checksum,
            len(body),
            len(content),
            len(raw),
            0,
        )
        piece = struct.pack("<4s5H3L2H", _LOCAL, *told) + raw + body
        entries.append(struct.pack("<4sH5H3L2H3H2L", _ENTRY, 20, *told, 0, 0, 0, 0, place) + raw)
        pieces.append(piece)
        place += len(piece)
    length, count = sum(map(len, entries)), len(entries)
    end = struct.pack("<4s4H2LH", _END, 0, 0, count, count, length, place, 0)
    return b"".join([*pieces, *entries, end])


def mutate_part(data: bytes, choose: Choices) -> bytes:
    """One part of markup is changed."""
    parts = parts_of(data)
    name = choose.one(sorted(name for name in parts if name.endswith((".xml", ".rels", ".vml"))))
    return packed({**parts, name: mutate_markup(parts[name], choose)})


def _places(data: bytes, sign: bytes) -> list[int]:
    places, place = [], data.find(sign)
    while place >= 0:
        places.append(place)
        place = data.find(sign, place + 4)
    return places


def _field(data: bytes, choose: Choices) -> bytes:
    """A field of a header; in the one before the member, in the table of contents, or in both."""
    field = _FIELDS[choose.one(list(_FIELDS))]
    number = choose.below(max(1, len(_places(data, _ENTRY))))
    value = choose.one(_NUMBERS)
    where = choose.one(["both", "local", "entry"])
    changed = bytearray(data)
    for sign, (offset, form) in field.items():
        if where == "both" or (where == "local") is (sign == _LOCAL):
            places = _places(data, sign)
            if number < len(places) and places[number] + offset + 4 <= len(data):
                value &= 0xFFFF if form == "<H" else 0xFFFFFFFF
                struct.pack_into(form, changed, places[number] + offset, value)
    return bytes(changed)


def _end(data: bytes, choose: Choices) -> bytes:
    place = data.rfind(_END)
    if place < 0 or len(data) < place + 22:
        raise NotApplicableError("no end record")
    offset, form = _ENDS[choose.one(list(_ENDS))]
    changed = bytearray(data)
    value = choose.one(_NUMBERS) & (0xFFFF if form == "<H" else 0xFFFFFFFF)
    struct.pack_into(form, changed, place + offset, value)
    return bytes(changed)


def _without(data: bytes, choose: Choices) -> bytes:
    parts = parts_of(data)
    del parts[choose.one(sorted(parts))]
    return packed(parts)


def _renamed(data: bytes, choose: Choices) -> bytes:
    parts = parts_of(data)
    old = choose.one(sorted(parts))
    new = _MEMBERS.get(kind := choose.one([*_MEMBERS, "upper", "nulled"]), old.upper())
    if kind == "nulled":
        new = f"{old}\x00.png"
    return packed({(new if name == old else name): content for name, content in parts.items()})


def _added(data: bytes, choose: Choices) -> bytes:
    parts = parts_of(data)
    return packed({**parts, _MEMBERS[choose.one(list(_MEMBERS))]: b"<x/>"})


def _swapped(data: bytes, choose: Choices) -> bytes:
    """The contents of two parts change places."""
    parts = parts_of(data)
    one, other = choose.one(sorted(parts)), choose.one(sorted(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return packed(parts)


def _emptied(data: bytes, choose: Choices) -> bytes:
    parts = parts_of(data)
    parts[choose.one(sorted(parts))] = {"nothing": b"", "root": b"<x/>", "text": b"x"}[
        choose.one(["nothing", "root", "text"])
    ]
    return packed(parts)


def _turned(data: bytes, choose: Choices) -> bytes:
    """The parts in another order, or not packed."""
    parts = parts_of(data)
    names = list(parts) if choose.one(["same", "turned"]) == "same" else list(parts)[::-1]
    return packed({name: parts[name] for name in names}, stored=True)


def _twice(data: bytes, choose: Choices) -> bytes:
    """The table of contents names a part twice."""
    parts = parts_of(data)
    buffer = io.BytesIO(data)
    name = choose.one(sorted(parts))
    info = zipfile.ZipInfo(f"{name[:-1]}\x01", (2024, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(info, b"<x/>")
    return buffer.getvalue().replace(f"{name[:-1]}\x01".encode(), name.encode())


def _bomb(data: bytes, choose: Choices) -> bytes:
    parts = parts_of(data)
    name = choose.one(sorted(parts))
    size = choose.one([2, 30]) * 2**20
    parts[name] += {"zeros": b"\0", "spaces": b" ", "letters": b"a"}[
        choose.one(["zeros", "spaces", "letters"])
    ] * size
    return packed(parts)


_LEVEL: dict[str, Callable[[bytes, Choices], bytes]] = {
    "field": _field,
    "end": _end,
    "part gone": _without,
    "part renamed": _renamed,
    "part added": _added,
    "parts swapped": _swapped,
    "part emptied": _emptied,
    "order": _turned,
    "part twice": _twice,
    "bomb": _bomb,
}


def mutate_archive(data: bytes, choose: Choices) -> bytes:
    """The zip itself is changed."""
    return _LEVEL[choose.one(list(_LEVEL))](data, choose)
