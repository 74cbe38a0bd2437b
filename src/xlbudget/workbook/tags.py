"""Parts of a workbook changed tag by tag: what is not meant stays byte for byte."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.workbook.parts import attributes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = [
    "Content",
    "calculating_on_load",
    "cell_element",
    "element",
    "escaped",
    "printing_to",
    "start_tag",
    "tag_name",
    "with_attribute",
    "without_attributes",
    "without_chained",
    "without_relation",
    "without_type",
]

_TAG = re.compile(rb"<([^\s/>?!]+)(?:\s+[^\s=>]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")
_PAIR = re.compile(rb"\s+([^\s=]+)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_CHAINED = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_CALCULATION = re.compile(rb"<(?:\w+:)?calcPr(?=[\s/>])")
_BEFORE_CALCULATION = re.compile(
    rb"(?:</((?:\w+:)?)(?:definedNames|externalReferences|functionGroups|sheets)\s*>"
    rb"|<((?:\w+:)?)(?:definedNames|externalReferences|functionGroups)\s*/>)"
)
_NAME = re.compile(rb"<(?:\w+:)?definedName\s([^>]*)>([^<]*)</")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
_AREA = re.compile(rb"(.*!\$[A-Z]+\$\d+:\$[A-Z]+\$)\d+")


def without_chained(chain: bytes, gone: Collection[tuple[int, str]]) -> bytes | None:
    """The calculation chain without cells that hold no formula any more; None if it is empty then.

    ``gone``: numbers of sheets, and cells. An entry without its sheet's number is on the sheet of
    the entry before, so an entry may hand its number on.
    """
    pieces, last, number, carried, left = [], 0, "0", False, 0
    for match in _CHAINED.finditer(chain):
        tag = start_tag(chain, match.start())
        one = attributes(tag.decode("utf-8", "replace"))
        carried = carried and "i" not in one
        number = one.get("i", number)
        end = match.start() + len(tag)
        if not tag.endswith(b"/>"):
            end = chain.index(b">", end) + 1
        if number.isdecimal() and (int(number), one.get("r", "")) in gone:
            pieces.append(chain[last : match.start()])
            carried = carried or "i" in one
            last = end
            continue
        left += 1
        if carried:
            tag_with = with_attribute(tag, b"i", number.encode())
            pieces += [chain[last : match.start()], tag_with]
            last, carried = match.start() + len(tag), False
    return b"".join([*pieces, chain[last:]]) if left else None


def without_relation(relations: bytes, identity: str) -> bytes:
    """The relationships without one."""
    return _without(relations, b"Relationship", "Id", identity)


def without_type(types: bytes, part: str) -> bytes:
    """The content types without that of one part."""
    return _without(types, b"Override", "PartName", f"/{part}")


def _without(xml: bytes, name: bytes, key: str, value: str) -> bytes:
    for match in re.finditer(rb"<(?:\w+:)?%b(?=\s)" % name, xml):
        tag = start_tag(xml, match.start())
        if attributes(tag.decode("utf-8", "replace")).get(key, "").lower() == value.lower():
            end = match.start() + len(tag)
            if not tag.endswith(b"/>"):
                end = xml.index(b">", end) + 1
            return xml[: match.start()] + xml[end:]
    return xml


def calculating_on_load(book: bytes) -> bytes:
    """The workbook's part, asking for all formulas to be computed when it is opened."""
    match = _CALCULATION.search(book)
    if match is not None:
        tag = start_tag(book, match.start())
        new = with_attribute(tag, b"fullCalcOnLoad", b"1")
        return book[: match.start()] + new + book[match.start() + len(tag) :]
    places = list(_BEFORE_CALCULATION.finditer(book))
    if not places:
        raise KeyError("sheets")
    last = places[-1]
    new = b'<%bcalcPr fullCalcOnLoad="1"/>' % (last[1] or last[2] or b"")
    return book[: last.end()] + new + book[last.end() :]


# ------------------------------------------------------------------ elements and their start tags


def printing_to(book: bytes, last_rows: Mapping[str, int]) -> bytes:
    """The workbook's part with the print areas of some sheets ending at another row.

    Sheets without a print area of one rectangle keep what they have.
    """
    names = [
        attributes(one[1].decode("utf-8", "replace")).get("name", "")
        for one in _SHEET.finditer(book)
    ]
    pieces, last = [], 0
    for match in _NAME.finditer(book):
        one = attributes(match[1].decode("utf-8", "replace"))
        number = one.get("localSheetId", "")
        if one.get("name") != "_xlnm.Print_Area" or not number.isdecimal():
            continue
        sheet = names[int(number)] if int(number) < len(names) else ""
        area = _AREA.fullmatch(match[2])
        if sheet in last_rows and area is not None:
            pieces += [book[last : match.start(2)], area[1], b"%d" % last_rows[sheet]]
            last = match.end(2)
    return b"".join([*pieces, book[last:]])


def start_tag(xml: bytes, start: int) -> bytes:
    """The start tag at ``start``.

    Raises:
        KeyError: there is none.
    """
    match = _TAG.match(xml, start)
    if match is None:
        raise KeyError(start)
    return match[0]


def tag_name(tag: bytes) -> bytes:
    """``x:c`` of ``<x:c r="A1"/>``."""
    return tag[1:].rstrip(b"/>").split(maxsplit=1)[0]


def with_attribute(tag: bytes, name: bytes, value: bytes | None) -> bytes:
    """The start tag with an attribute set (in its place, or last), or removed."""
    new = b"" if value is None else b' %b="%b"' % (name, value)
    for match in _PAIR.finditer(tag):
        if match[1] == name:
            return tag[: match.start()] + new + tag[match.end() :]
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end].rstrip() + new + tag[end:] if new else tag


def element(tag: bytes, content: bytes) -> bytes:
    """The element of this start tag, with ``content`` in it."""
    opened = tag[:-2] + b">" if tag.endswith(b"/>") else tag
    return b"%b%b</%b>" % (opened, content, tag_name(tag))


def escaped(text: str) -> bytes:
    """A text as XML; characters that XML cannot hold as _xHHHH_."""
    safe = _UNSAFE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


def without_attributes(tag: bytes, *names: bytes) -> bytes:
    """The start tag without some attributes."""
    for name in names:
        tag = with_attribute(tag, name, None)
    return tag


class Content(NamedTuple):
    """What a cell shall hold, as XML without the tags around it.

    ``kind`` is the attribute t: empty for a number, ``inlineStr`` for a text, ``str`` for the text
    that a formula gives. No formula and no value is a blank cell. ``array`` names the cell itself
    where the formula computes over whole areas.
    """

    kind: bytes = b""
    formula: bytes = b""
    value: bytes | None = None
    array: bytes = b""


def cell_element(tag: bytes, prefix: bytes, content: Content) -> bytes:
    """A cell with this start tag (without t) and this content; ``prefix`` is that of its names."""
    value = content.value or b""
    if content.value is None and not content.formula:
        return tag if tag.endswith(b"/>") else tag[:-1] + b"/>"
    if content.kind:
        tag = with_attribute(tag, b"t", content.kind)
    if content.kind == b"inlineStr":
        text = element(b'<%bt xml:space="preserve">' % prefix, value)
        return element(tag, element(b"<%bis>" % prefix, text))
    formula = b""
    if content.formula:
        kind = b' t="array" ref="%b"' % content.array if content.array else b""
        formula = element(b"<%bf%b>" % (prefix, kind), content.formula)
    return element(tag, formula + element(b"<%bv>" % prefix, value))
