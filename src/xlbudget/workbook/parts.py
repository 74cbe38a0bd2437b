"""The parts of a workbook beside its sheets: which part is which, and keeping them true.

Parts are changed tag by tag: what is not meant stays byte for byte.
"""

from __future__ import annotations

import re
from posixpath import normpath
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = [
    "Content",
    "Parts",
    "Readable",
    "Relation",
    "SheetPart",
    "calculating_on_load",
    "cell_element",
    "element",
    "escaped",
    "start_tag",
    "tag_name",
    "with_attribute",
    "without_attributes",
    "without_chained",
    "without_relation",
    "without_type",
    "workbook_parts",
]

_SHEET = re.compile(r"<(?:\w+:)?sheet\s([^>]*)>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TAG = re.compile(rb"<([^\s/>?!]+)(?:\s+[^\s=>]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")
_PAIR = re.compile(rb"\s+([^\s=]+)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_CHAINED = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_CALCULATION = re.compile(rb"<(?:\w+:)?calcPr(?=[\s/>])")
_BEFORE_CALCULATION = re.compile(
    rb"(?:</((?:\w+:)?)(?:definedNames|externalReferences|functionGroups|sheets)\s*>"
    rb"|<((?:\w+:)?)(?:definedNames|externalReferences|functionGroups)\s*/>)"
)
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class Readable(Protocol):
    """An archive whose members can be listed and read: a ZipFile, or our own faster one."""

    def namelist(self) -> list[str]:
        """The names of all members."""

    def read(self, name: str) -> bytes:
        """The unpacked bytes of a member."""


class Relation(NamedTuple):
    """A relationship: its type's address, and its target as a name in the archive."""

    kind: str
    target: str


class SheetPart(NamedTuple):
    """A worksheet: its part's name in the archive, and its number (``sheetId``)."""

    part: str
    number: int


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


def workbook_parts(archive: Readable) -> Parts:
    """The parts of ``archive``, as it names them (upper and lower case may differ in references).

    Raises:
        KeyError: a part that must be there is missing.
        Exception: the archive is damaged, in one of the many ways of zipfile.
    """
    names = {name.lower(): name for name in archive.namelist()}
    root = _relations(archive, names, "_rels/.rels", "")
    found = [one for one in root.values() if one.kind.endswith("/officeDocument")]
    if not found:
        raise KeyError("officeDocument")
    book = found[0].target
    folder, _, name = book.rpartition("/")
    folder = f"{folder}/" if folder else ""
    place = f"{folder}_rels/{name}.rels"
    relations = _relations(archive, names, place, folder)
    sheets: dict[str, SheetPart] = {}
    for match in _SHEET.finditer(archive.read(book).decode("utf-8", "replace")):
        attributes = _attributes(match[1])
        relation = next((text for key, text in attributes.items() if key.endswith(":id")), "")
        kind, target = relations.get(relation, ("", ""))
        if kind.endswith("/worksheet"):
            number = attributes.get("sheetId", "")
            sheets[attributes.get("name", "")] = SheetPart(
                target, int(number) if number.isdecimal() else 0
            )
    return Parts(book, found[0].kind, sheets, relations, names.get(place.lower(), place))


def _relations(
    archive: Readable, names: Mapping[str, str], part: str, folder: str
) -> dict[str, Relation]:
    """Relation id -> relation."""
    found: dict[str, Relation] = {}
    text = archive.read(names.get(part.lower(), part)).decode("utf-8", "replace")
    for match in _RELATION.finditer(text):
        one = _attributes(match[1])
        target = one.get("Target", "")
        place = normpath(target[1:] if target.startswith("/") else folder + target)
        found[one.get("Id", "")] = Relation(one.get("Type", ""), names.get(place.lower(), place))
    return found


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1]: _ENTITY.sub(_character, match[2] if match[2] is not None else match[3])
        for match in _ATTRIBUTE.finditer(text)
    }


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    code = int(match[1], 16) if match[1] else int(match[2])
    return chr(code) if code <= 0x10FFFF else match[0]  # noqa: PLR2004


# ------------------------------------------------------------------ parts that tell of others


def without_chained(chain: bytes, gone: Collection[tuple[int, str]]) -> bytes | None:
    """The calculation chain without cells that hold no formula any more; None if it is empty then.

    ``gone``: numbers of sheets, and cells. An entry without its sheet's number is on the sheet of
    the entry before, so an entry may hand its number on.
    """
    pieces, last, number, carried, left = [], 0, "0", False, 0
    for match in _CHAINED.finditer(chain):
        tag = start_tag(chain, match.start())
        one = _attributes(tag.decode("utf-8", "replace"))
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
        if _attributes(tag.decode("utf-8", "replace")).get(key, "").lower() == value.lower():
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
    that a formula gives. No formula and no value is a blank cell.
    """

    kind: bytes = b""
    formula: bytes = b""
    value: bytes | None = None


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
    formula = element(b"<%bf>" % prefix, content.formula) if content.formula else b""
    return element(tag, formula + element(b"<%bv>" % prefix, value))
