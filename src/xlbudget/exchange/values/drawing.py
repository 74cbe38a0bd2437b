"""Pictures and charts of a sheet in the copy: looks and stored values, no button, link or reference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from xlbudget.exchange.values.pack import IMAGE_TYPES
from xlbudget.exchange.values.xml import (
    CHART,
    DRAW,
    REL,
    SHEET_DRAW,
    links,
    local,
    parsed,
    serialized,
)

if TYPE_CHECKING:
    from xlbudget.xlsx.parts import Readable

__all__ = ["Drawing", "strip_chart", "strip_drawing"]

_OBJECTS = ("sp", "grpSp", "graphicFrame", "cxnSp", "pic")
_PATH = re.compile(r"[\\/]|\.(?:png|jpe?g|gif|bmp|emf|wmf|tiff?)$", re.IGNORECASE)
_GONE = (
    "externalData",
    "userShapes",
    "pivotSource",
    "printSettings",
    "protection",
    "pivotFmts",
    "blipFill",
)


class Drawing(NamedTuple):
    """A drawing's new part; ``parts`` are the charts and pictures that it shows, by relationship.

    ``gone`` counts what was left out: buttons, controls, objects of other programs.
    """

    xml: bytes
    empty: bool
    parts: dict[str, tuple[str, str]]
    gone: int


def strip_drawing(archive: Readable, part: str) -> Drawing:
    """A drawing without buttons, links and objects that are no picture, shape or chart."""
    root = parsed(archive.read(part), part)
    known = {
        identity: (one.kind, one.target)
        for identity, one in links(archive, part).items()
        if one.kind == "chart"
        or (one.kind == "image" and one.target.rpartition(".")[2].lower() in IMAGE_TYPES)
    }
    gone = 0
    used: dict[str, tuple[str, str]] = {}
    for anchor in list(root):
        _drop_macros(anchor)
        asked = _asked(anchor)
        if not any(local(one) in _OBJECTS for one in anchor) or not asked <= set(known):
            root.remove(anchor)
            gone += 1
            continue
        used |= {identity: known[identity] for identity in asked}
        _plain(anchor)
    return Drawing(serialized(root), not len(root), used, gone)


def _drop_macros(node: ET.Element) -> None:
    """Whatever starts a macro is a button, at any depth of a group."""
    for child in list(node):
        if child.get("macro"):
            node.remove(child)
        else:
            _drop_macros(child)


def _asked(anchor: ET.Element) -> set[str]:
    """The relationships that an object needs to be shown."""
    found = set()
    for one in anchor.iter():
        if one.tag == f"{DRAW}blip":
            one.attrib.pop(f"{REL}link", None)
            found.add(one.get(f"{REL}embed", ""))
        elif one.tag == f"{CHART}chart":
            found.add(one.get(f"{REL}id", ""))
        elif one.tag == f"{DRAW}graphicData" and not len(one):
            found.add("")  # an object of a kind that was not read
    return found


def _plain(anchor: ET.Element) -> None:
    """No links, no text from cells, no names of files."""
    for one in anchor.iter():
        one.attrib.pop("textlink", None)
        one.attrib.pop("macro", None)
        for child in list(one):
            if local(child) in ("hlinkClick", "hlinkHover"):
                one.remove(child)
        if one.tag == f"{SHEET_DRAW}cNvPr":
            for name in ("descr", "title"):
                if _PATH.search(one.get(name, "")):
                    del one.attrib[name]


def strip_chart(data: bytes, part: str) -> bytes:
    """A chart that shows its stored values and refers to no cell and no other part."""
    root = parsed(data, part)
    _literal(root, "")
    return serialized(root)


def _literal(node: ET.Element, parent: str) -> None:
    for child in list(node):
        name = local(child)
        if name in _GONE:
            node.remove(child)
        elif name in ("numRef", "strRef", "multiLvlStrRef"):
            made = _stored(child, local(node), parent)
            place = list(node).index(child)
            node.remove(child)
            if made is not None:
                node.insert(place, made)
        else:
            _literal(child, local(node))


def _stored(reference: ET.Element, holder: str, above: str) -> ET.Element | None:
    """The stored values of a reference, without it; None where there are none."""
    stored = next((one for one in reference if local(one).endswith("Cache")), None)
    if stored is None:
        return None
    if holder == "tx":
        text = next((one.text or "" for one in stored.iter(f"{CHART}v")), "")
        return _named(text) if above == "ser" else _rich(text)
    kind = local(stored).removesuffix("Cache")
    made = ET.Element(f"{CHART}{'str' if kind == 'multiLvlStr' else kind}Lit")
    for one in stored:
        if local(one) != "lvl":
            made.append(one)
        elif len(made) < 2:  # noqa: PLR2004  # the innermost level comes first, behind the count
            made.extend(list(one))
    return made


def _named(text: str) -> ET.Element:
    """The name of a series."""
    made = ET.Element(f"{CHART}v")
    made.text = text
    return made


def _rich(text: str) -> ET.Element:
    """A title or label."""
    made = ET.Element(f"{CHART}rich")
    ET.SubElement(made, f"{DRAW}bodyPr")
    paragraph = ET.SubElement(made, f"{DRAW}p")
    run = ET.SubElement(paragraph, f"{DRAW}r")
    ET.SubElement(run, f"{DRAW}t").text = text
    return made
