"""XML parts of a workbook as trees that hold nothing but what the standard format knows.

Elements and attributes of other namespaces (extensions, alternatives, paths of the saver's disk) do
not survive the reading, so nothing that we do not understand reaches a recipient.
"""

from __future__ import annotations

import re
from posixpath import normpath
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlbudget.xlsx.parts import Readable

__all__ = [
    "CHART",
    "DRAW",
    "HEAD",
    "MAIN",
    "REL",
    "SHEET_DRAW",
    "TYPES",
    "Link",
    "added",
    "links",
    "local",
    "parsed",
    "relations_xml",
    "serialized",
    "written_by",
]

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
DRAW = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
SHEET_DRAW = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
"""How the types of relationships begin."""
HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_XML = "{http://www.w3.org/XML/1998/namespace}"
_KNOWN = (MAIN, REL, DRAW, CHART, SHEET_DRAW, _XML)
_PROGRAM = re.compile(r"Microsoft (?:Macintosh )?Excel|WPS [\w ]{1,20}")
_VERSION = re.compile(r"[0-9]{1,2}\.[0-9]{4}")
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

for _prefix, _uri in (("", MAIN), ("r", REL), ("a", DRAW), ("c", CHART), ("xdr", SHEET_DRAW)):
    ET.register_namespace(_prefix, _uri[1:-1])  # the prefixes that every program writes


class Link(NamedTuple):
    """A relationship of a part: the last word of its type, and its target; "" leads outside."""

    kind: str
    target: str


def parsed(data: bytes, part: str) -> ET.Element:
    """The tree of a part, without what is of unknown namespaces.

    Raises:
        UnusableFileError: it is no XML in UTF-8, or it declares entities.
    """
    root = _root(data, part)
    _purify(root)
    return root


def _root(data: bytes, part: str) -> ET.Element:
    try:
        text = data.decode("utf-8-sig")
        root = None if "<!DOCTYPE" in text else ET.fromstring(text.encode())  # noqa: S314  # no DTD
    except (ET.ParseError, ValueError):
        root = None
    if root is None:
        raise UnusableFileError(
            f"工作簿内部的“{part}”不能处理；请在 Excel 中打开并另存为 .xlsm 或 .xlsx 后再试。"
        )
    return root


def _purify(node: ET.Element) -> None:
    for name in [one for one in node.attrib if one[0] == "{" and not one.startswith(_KNOWN)]:
        del node.attrib[name]
    for child in list(node):
        if child.tag.startswith(_KNOWN) and local(child) != "extLst":
            _purify(child)
        else:
            node.remove(child)


def local(node: ET.Element) -> str:
    """The name of an element without its namespace."""
    return node.tag.rpartition("}")[2]


def added(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    """A new last child of the main namespace."""
    made = ET.SubElement(parent, MAIN + tag, attributes)
    made.text = text
    return made


def serialized(root: ET.Element) -> bytes:
    """A tree as a part."""
    return HEAD + ET.tostring(root, encoding="unicode").encode()


def links(archive: Readable, part: str) -> dict[str, Link]:
    """The relationships of a part by id; a part without any has none.

    Raises:
        UnusableFileError: they cannot be read.
    """
    folder, _, name = part.rpartition("/")
    names = {one.lower(): one for one in archive.namelist()}
    place = names.get(f"{folder}/_rels/{name}.rels".lstrip("/").lower())
    if place is None:
        return {}
    found: dict[str, Link] = {}
    for one in _root(archive.read(place), place):
        kind = one.get("Type", "").rpartition("/")[2]
        target = one.get("Target", "")
        where = normpath(target[1:] if target.startswith("/") else f"{folder}/{target}")
        outside = one.get("TargetMode") == "External"
        found[one.get("Id", "")] = Link(kind, "" if outside else names.get(where.lower(), ""))
    return found


def written_by(archive: Readable) -> tuple[str, str] | None:
    """The program by which a workbook was made and its version, where both are said plainly.

    Raises:
        UnusableFileError: the properties cannot be read.
    """
    part = next((one for one in archive.namelist() if one.lower() == "docprops/app.xml"), "")
    if not part:
        return None
    said = {local(one): (one.text or "").strip() for one in _root(archive.read(part), part)}
    application, version = said.get("Application", ""), said.get("AppVersion", "")
    known = _PROGRAM.fullmatch(application) and _VERSION.fullmatch(version)
    return (application, version) if known else None


def relations_xml(entries: Iterable[tuple[str, str, str]]) -> bytes:
    """A part of relationships: id, type (its last word, or all of it) and target of each."""
    lines = "".join(
        f"<Relationship Id={quoteattr(identity)} "
        f"Type={quoteattr(kind if ':' in kind else TYPES + kind)} Target={quoteattr(target)}/>"
        for identity, kind, target in entries
    )
    return HEAD + f'<Relationships xmlns="{_PACKAGE}">{lines}</Relationships>'.encode()
