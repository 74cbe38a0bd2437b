"""Mutations of bytes, and of what stands in a PDF."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

from fuzz.choices import NotApplicableError
from fuzz.values import DEEP, NAMES, NASTY, TIMES, times_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from fuzz.choices import Choices

_NUMBERS = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF]


def _flip(data: bytes, choose: Choices) -> bytes:
    place = choose.below(len(data))
    mask = choose.one([0x01, 0x80, 0xFF, 0x20])
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def _garbage(data: bytes, choose: Choices) -> bytes:
    place, length = choose.below(len(data)), choose.one([4, 64, 4096])
    damage = bytes(byte ^ 0x5A for byte in data[place : place + length])
    return data[:place] + damage + data[place + length :]


def _number(data: bytes, choose: Choices) -> bytes:
    place, size = choose.below(len(data)), choose.one([2, 4])
    value = choose.one(_NUMBERS) & (2 ** (8 * size) - 1)
    return data[:place] + value.to_bytes(size, "little") + data[place + size :]


def _cut(data: bytes, choose: Choices) -> bytes:
    return data[: choose.below(len(data))]


def _gap(data: bytes, choose: Choices) -> bytes:
    place, length = choose.below(len(data)), choose.one([1, 16, 512, 20_000])
    return data[:place] + data[place + length :]


def _double(data: bytes, choose: Choices) -> bytes:
    place, length = choose.below(len(data)), choose.one([1, 16, 512, 20_000])
    block = data[place : place + length]
    return data[:place] + block * times_within(choose.one(TIMES), len(block)) + data[place:]


def _prefixed(data: bytes, choose: Choices) -> bytes:
    signs = {"zip": b"PK\x03\x04", "old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "pdf": b"%PDF-1.7\n",
             "page": b"<html>", "biff": b"\x09\x08\x10\x00", "zeros": bytes(512)}  # fmt: skip
    return signs[choose.one(list(signs))] + data


def _zeros(data: bytes, choose: Choices) -> bytes:
    place, length = choose.below(len(data)), choose.one([16, 512, 20_000])
    return data[:place] + bytes(min(length, len(data) - place)) + data[place + length :]


_MUTATIONS: dict[str, Callable[[bytes, Choices], bytes]] = {
    "flip": _flip,
    "garbage": _garbage,
    "number": _number,
    "cut": _cut,
    "gap": _gap,
    "double": _double,
    "prefixed": _prefixed,
    "zeros": _zeros,
}


def mutate_bytes(data: bytes, choose: Choices) -> bytes:
    """Some bytes are changed."""
    return _MUTATIONS[choose.one(list(_MUTATIONS))](data, choose)


# ------------------------------------------------------------------ PDF

_STREAM = re.compile(rb"/Length \d+([^<>]*)>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_NAME = re.compile(rb"/[A-Za-z]\w+")
_DIGITS = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?")
_OPERATORS = re.compile(rb"(?<=\s)(?:BT|ET|Tj|TJ|Tm|Td|Tf|re|m|l|h|S|f|q|Q|cm|BDC|EMC)(?=\s)")


def _pdf_number(data: bytes, choose: Choices) -> bytes:
    """A number outside the streams: a size, an offset, a reference, a page's box."""
    outside = _STREAM.sub(lambda match: b" " * len(match[0]), data)
    return _exchanged(data, list(_DIGITS.finditer(outside)), choose)


def _exchanged(data: bytes, matches: list[re.Match[bytes]], choose: Choices) -> bytes:
    if not matches:
        raise NotApplicableError("no number")
    match = matches[choose.below(len(matches))]
    value = NASTY[choose.one(NAMES)].encode("utf-8", "surrogatepass")
    return data[: match.start()] + value + data[match.end() :]


def _pdf_name(data: bytes, choose: Choices) -> bytes:
    matches = list(_NAME.finditer(_STREAM.sub(lambda match: b" " * len(match[0]), data)))
    names = sorted({match[0].decode() for match in matches})
    old, new = choose.one(names), choose.one([*names, "/X"])
    alike = [match for match in matches if match[0].decode() == old]
    match = alike[choose.below(len(alike))]
    return data[: match.start()] + new.encode() + data[match.end() :]


def _pdf_nested(data: bytes, choose: Choices) -> bytes:
    """Arrays or dictionaries in each other where a number stood."""
    outside = _STREAM.sub(lambda match: b" " * len(match[0]), data)
    matches = list(_DIGITS.finditer(outside))
    match = matches[choose.below(len(matches))]
    opening, closing = {
        "array": (b"[", b"]"),
        "dictionary": (b"<</A ", b">>"),
        "text": (b"(", b")"),
    }[choose.one(["array", "dictionary", "text"])]
    depth = choose.one(DEEP)
    return (
        data[: match.start()] + opening * depth + match[0] + closing * depth + data[match.end() :]
    )


def _pdf_stream(data: bytes, choose: Choices) -> bytes:
    """What a page draws: a number, an operator, a piece of the stream."""
    streams = list(_STREAM.finditer(data))
    if not streams:
        raise NotApplicableError("no stream")
    match = streams[choose.below(len(streams))]
    try:
        content = zlib.decompress(match[2])
    except zlib.error as error:
        raise NotApplicableError("not deflated") from error
    content = _drawn(content, choose)
    body = zlib.compress(content, 1)
    said = b"/Length %d%s>>\nstream\n%s\nendstream" % (len(body), match[1], body)
    return data[: match.start()] + said + data[match.end() :]


def _drawn(content: bytes, choose: Choices) -> bytes:
    kind = choose.one(["number", "operator", "repeat", "nest", "bytes"])
    if kind == "number":
        return _exchanged(content, list(_DIGITS.finditer(content)), choose)
    if kind == "bytes":
        return mutate_bytes(content, choose)
    if kind == "nest":
        return b"q " * choose.one(DEEP) + content
    operators = list(_OPERATORS.finditer(content))
    if not operators:
        raise NotApplicableError("nothing is drawn")
    names = sorted({match[0].decode() for match in operators})
    old = choose.one(names)
    alike = [match for match in operators if match[0].decode() == old]
    place = choose.below(len(alike))
    match = alike[place]
    if kind == "operator":
        return content[: match.start()] + choose.one(names).encode() + content[match.end() :]
    start = alike[place - 1].end() if place else 0
    piece = content[start : match.end()]
    return (
        content[:start]
        + piece * times_within(choose.one(TIMES), len(piece))
        + content[match.end() :]
    )


_PDF: dict[str, Callable[[bytes, Choices], bytes]] = {
    "number": _pdf_number,
    "name": _pdf_name,
    "nested": _pdf_nested,
    "stream": _pdf_stream,
    "bytes": mutate_bytes,
}


def mutate_pdf(data: bytes, choose: Choices) -> bytes:
    """A PDF: its objects, what its pages draw, or its bytes."""
    return _PDF[choose.one([*_PDF, "stream", "stream", "number"])](data, choose)
