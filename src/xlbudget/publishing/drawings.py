"""Pictures and charts of the copy: looks and stored values, no button, link or reference.

openpyxl reads a chart only in part and no shape at all, so these parts go past it: each is stripped
and put into the package that openpyxl has written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from openpyxl.packaging.manifest import FileExtension, Manifest, Override  # type: ignore[import-untyped]  # has no py.typed marker
from openpyxl.packaging.relationship import (  # type: ignore[import-untyped]  # as above
    Relationship,
    RelationshipList,
    get_dependents,
    get_rels_path,
)
from openpyxl.xml.functions import fromstring, tostring  # type: ignore[import-untyped]  # as above

from xlbudget.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.xlsx.archive import Archive


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DRAW = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_SHEET_DRAW = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_KNOWN = (MAIN, REL, _DRAW, _CHART, _SHEET_DRAW, _XML)
_PARTS = "application/vnd.openxmlformats-officedocument."
_TYPES = {"drawing": f"{_PARTS}drawing+xml", "chart": f"{_PARTS}drawingml.chart+xml"}
_IMAGES = {kind: f"image/{kind}" for kind in ("png", "jpeg", "gif", "bmp", "tiff")}
_IMAGES |= {"jpg": "image/jpeg", "tif": "image/tiff", "emf": "image/x-emf", "wmf": "image/x-wmf"}
_SHAPES = ("sp", "grpSp", "graphicFrame", "cxnSp", "pic")
_PATH = re.compile(r"[\\/]|\.(?:png|jpe?g|gif|bmp|emf|wmf|tiff?)$", re.IGNORECASE)
_GONE = (
    "externalData", "userShapes", "pivotSource", "printSettings", "protection", "pivotFmts",
    "blipFill",
)  # fmt: skip


for _prefix, _uri in zip(("", "r", "a", "c", "xdr"), _KNOWN, strict=False):
    ET.register_namespace(_prefix, _uri[1:-1])  # the prefixes that every program writes


# ------------------------------------------------------------------ parts as trees


def parsed(data: bytes, part: str) -> ET.Element:
    """The tree of a part, without what is of unknown namespaces.

    Extensions, alternatives and paths of the saver's disk do not survive this, so nothing that we
    do not understand reaches a recipient.

    Raises:
        UnusableFileError: it is no XML in UTF-8, or it declares entities.
    """
    try:
        text = data.decode("utf-8-sig")
        root = None if "<!DOCTYPE" in text else ET.fromstring(text.encode())  # noqa: S314  # no DTD
    except (ET.ParseError, LookupError, ValueError):
        root = None
    if root is None:
        raise UnusableFileError(
            f"工作簿内部的“{part}”不能处理；请在 Excel 中打开并另存为 .xlsm 或 .xlsx 后再试。"
        )
    _purify(root)
    return root


def _purify(root: ET.Element) -> None:
    for node in list(root.iter()):
        for name in [key for key in node.attrib if key[0] == "{" and not key.startswith(_KNOWN)]:
            del node.attrib[name]
        for child in list(node):
            if not child.tag.startswith(_KNOWN) or child.tag.endswith("}extLst"):
                node.remove(child)


def local(node: ET.Element) -> str:
    """The name of an element without its namespace."""
    return node.tag.rpartition("}")[2]


def serialized(root: ET.Element) -> bytes:
    """A tree as a part."""
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


# ------------------------------------------------------------------ into the package


class Drawings:
    """The parts that are put into the package; ``gone`` counts buttons and other objects left out."""

    def __init__(self, archive: Archive) -> None:
        self.gone = 0
        self.files: dict[str, bytes] = {}
        self._archive = archive
        self._types: dict[str, str] = {}
        self._places: dict[str, str] = {}

    def add(self, sheet: str, identity: str, place: str) -> bool:
        """Take over a drawing of the part ``sheet`` for the copy's part ``place``; False if it is empty."""
        link = self._links(sheet).get(identity)
        if link is None:
            return False
        known = {
            one: found
            for one, found in self._links(link.target).items()
            if found.Type.endswith("/chart")
            or (found.Type.endswith("/image") and _suffix(found.target) in _IMAGES)
        }
        root = parsed(self._archive.read(link.target), link.target)
        used: set[str] = set()
        for anchor in list(root):
            _drop_macros(anchor)
            asked = _asked(anchor)
            if any(local(element) in _SHAPES for element in anchor) and asked <= set(known):
                used |= asked
                _strip_links(anchor)
            else:
                root.remove(anchor)
                self.gone += 1
        if not len(root):
            return False
        name = self._named("drawing", serialized(root))
        self._link(place, [(identity, "drawing", name)])
        shown = [(one, *self._shown(known[one])) for one in sorted(used)]
        self._link(name, shown)
        return True

    def listed(self, types: bytes) -> bytes:
        """The package's list of content types with those of these parts."""
        manifest = Manifest.from_tree(fromstring(types))
        suffixes = sorted({_suffix(name) for name in self.files} & set(_IMAGES))
        manifest.Default += [FileExtension(suffix, _IMAGES[suffix]) for suffix in suffixes]
        manifest.Override += [Override(f"/{name}", kind) for name, kind in self._types.items()]
        return bytes(tostring(manifest.to_tree()))

    def _links(self, part: str) -> dict[str, Relationship]:
        """The relationships of a part by id, without those that lead outside."""
        try:
            found = get_dependents(self._archive, get_rels_path(part))
        except KeyError:
            return {}
        return {one.id: one for one in found if one.TargetMode != "External"}

    def _link(self, part: str, entries: Sequence[tuple[str, str, str]]) -> None:
        links = RelationshipList()
        for identity, kind, target in entries:
            links.append(Relationship(Id=identity, type=kind, Target=f"/{target}"))
        if entries:
            self.files[get_rels_path(part)] = bytes(tostring(links.to_tree()))

    def _shown(self, link: Relationship) -> tuple[str, str]:
        """Kind and place of a chart or picture, which is there once however often it is shown."""
        kind, source = link.Type.rpartition("/")[2], link.target
        if source not in self._places:
            data = self._archive.read(source)
            if kind == "chart":
                root = parsed(data, source)
                _literal(root, "")
                data = serialized(root)
            self._places[source] = self._named(kind, data, _suffix(source))
        return kind, self._places[source]

    def _named(self, kind: str, data: bytes, suffix: str = "xml") -> str:
        folder = {"drawing": "drawings", "chart": "charts", "image": "media"}[kind]
        number = 1 + sum(name.startswith(f"xl/{folder}/{kind}") for name in self.files)
        name = f"xl/{folder}/{kind}{number}.{suffix}"
        self.files[name] = data
        if kind in _TYPES:
            self._types[name] = _TYPES[kind]
        return name


def _suffix(name: str) -> str:
    return name.rpartition(".")[2].lower()


# ------------------------------------------------------------------ what a drawing keeps


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
    for element in anchor.iter():
        if element.tag == f"{_DRAW}blip":
            element.attrib.pop(f"{REL}link", None)
            found.add(element.get(f"{REL}embed", ""))
        elif element.tag == f"{_CHART}chart":
            found.add(element.get(f"{REL}id", ""))
        elif element.tag == f"{_DRAW}graphicData" and not len(element):
            found.add("")  # an object of a kind that was not read
    return found


def _strip_links(anchor: ET.Element) -> None:
    """No links, no text from cells, no names of files."""
    for element in anchor.iter():
        element.attrib.pop("textlink", None)
        element.attrib.pop("macro", None)
        for child in list(element):
            if local(child) in ("hlinkClick", "hlinkHover"):
                element.remove(child)
        if element.tag == f"{_SHEET_DRAW}cNvPr":
            for name in ("descr", "title"):
                if _PATH.search(element.get(name, "")):
                    del element.attrib[name]


def _literal(node: ET.Element, parent: str) -> None:
    """A chart shows its stored values and refers to no cell and no other part."""
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
    stored = next((element for element in reference if local(element).endswith("Cache")), None)
    if stored is None:
        return None
    if holder == "tx":
        text = next((element.text or "" for element in stored.iter(f"{_CHART}v")), "")
        return _named(text) if above == "ser" else _rich(text)
    kind = local(stored).removesuffix("Cache")
    made = ET.Element(f"{_CHART}{'str' if kind == 'multiLvlStr' else kind}Lit")
    for element in stored:
        if local(element) != "lvl":
            made.append(element)
        elif len(made) < 2:  # noqa: PLR2004  # the innermost level comes first, behind the count
            made.extend(list(element))
    return made


def _named(text: str) -> ET.Element:
    """The name of a series."""
    made = ET.Element(f"{_CHART}v")
    made.text = text
    return made


def _rich(text: str) -> ET.Element:
    """A title or label."""
    made = ET.Element(f"{_CHART}rich")
    ET.SubElement(made, f"{_DRAW}bodyPr")
    paragraph = ET.SubElement(made, f"{_DRAW}p")
    run = ET.SubElement(paragraph, f"{_DRAW}r")
    ET.SubElement(run, f"{_DRAW}t").text = text
    return made
