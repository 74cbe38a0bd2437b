"""A part of a workbook as a tree that is written again with the prefixes that it had.

Written are the same elements, attributes, texts, comments and namespaces as were read; quotes and
blanks inside tags may differ. ElementTree alone would rename the prefixes and leave out those that
only values name (``mc:Ignorable="x14ac"``), and Excel would call the file broken. lxml would keep
them, but has no build for the browser.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # what everybody calls it

from xlbudget.xlsx.archive import unescaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PROLOG = re.compile(rb"\xef\xbb\xbf|\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ENCODING = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)")
_DECLARED = re.compile(rb"\sxmlns(?::([^\s=]+))?\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_XML = "http://www.w3.org/XML/1998/namespace"
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_VALUE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
    | {sign: f"&#{ord(sign)};" for sign in "\t\n\r"}
)


def local_name(element: ET.Element) -> str:
    """``c`` of an element c, whatever its namespace; "" of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


class Tree:
    """``root`` is the part's root element; whoever changes it asks for ``to_bytes``."""

    def __init__(self, xml: bytes) -> None:
        """Read a part.

        Raises:
            ElementTree.ParseError: it is damaged, not in UTF-8, has a document type, or its
                namespaces cannot be kept.
        """
        start = 0
        while match := _PROLOG.match(xml, start):
            start = match.end()
        self._prolog = xml[:start]
        encoding = _ENCODING.search(self._prolog)
        # A document type can define entities without bound; UTF-16 has bytes of zero.
        if xml.startswith(b"<!", start) or b"\0" in xml[:4]:
            raise ET.ParseError("document type or UTF-16")
        if encoding is not None and encoding[1].lower() != b"utf-8":
            raise ET.ParseError(encoding[1].decode("ascii", "replace"))
        builder = ET.TreeBuilder(insert_comments=True, insert_pis=True)
        parser = ET.XMLParser(target=builder)  # noqa: S314  # bounded by the archive, no entities
        parser.feed(xml)
        self.root: ET.Element = parser.close()
        self._prefixes = _prefixes(xml)

    def elements(self, name: str) -> Iterator[ET.Element]:
        """The elements of this name, whatever their namespace."""
        return (element for element in self.root.iter() if local_name(element) == name)

    def to_bytes(self) -> bytes:
        """The part as it is now.

        Raises:
            ElementTree.ParseError: its namespaces cannot be kept.
        """
        pieces: list[str] = []
        declared = "".join(
            f' xmlns{f":{prefix}" if prefix else ""}="{uri.translate(_IN_VALUE)}"'
            for prefix, uri in self._prefixes.items()
        )
        of_attributes = {uri: prefix for prefix, uri in self._prefixes.items() if prefix}
        of_elements = {uri: prefix for prefix, uri in reversed(self._prefixes.items())}
        if "" in self._prefixes:
            of_elements[self._prefixes[""]] = ""
        names = _Names(of_elements), _Names(of_attributes)
        _write(pieces.append, self.root, *names, declared)
        return self._prolog + "".join(pieces).encode()


def _prefixes(xml: bytes) -> dict[str, str]:
    """Prefix -> namespace of the whole part: inner declarations move up to the root.

    A prefix that means two things gets another name for the second, unless values may name it.
    """
    found: dict[str, str] = {}
    for match in _DECLARED.finditer(xml):
        prefix, *either = ((group or b"").decode() for group in match.groups())
        uri = unescaped("".join(either))
        if found.setdefault(prefix, uri) != uri and uri not in found.values():
            if not uri or _COMPATIBILITY.encode() in xml:
                raise ET.ParseError(f"two namespaces {prefix}")
            found[f"ns{len(found)}_"] = uri
    return found


class _Names(dict[str, str]):
    """``{namespace}name`` -> ``prefix:name``, worked out once each."""

    def __init__(self, prefixes: dict[str, str]) -> None:
        super().__init__()
        self._prefixes = {**prefixes, _XML: "xml"}

    def __missing__(self, name: str) -> str:
        uri, _, local = name.removeprefix("{").rpartition("}")
        if not uri and "" in self._prefixes.values():
            raise ET.ParseError(f"{name} has no namespace")
        prefix = self._prefixes[uri] if uri else ""
        self[name] = found = f"{prefix}:{local}" if prefix else local
        return found


def _write(
    put: Callable[[str], None],
    element: ET.Element,
    names: _Names,
    attributes: _Names,
    declared: str = "",
) -> None:
    """Put an element, what it holds and the text behind it, piece by piece."""
    if isinstance(element.tag, str):
        name = names[element.tag]
        values = "".join(
            [f' {attributes[key]}="{value.translate(_IN_VALUE)}"' for key, value in element.items()]
        )
        if element.text is None and not len(element):
            put(f"<{name}{declared}{values}/>")
        else:
            put(f"<{name}{declared}{values}>{(element.text or '').translate(_IN_TEXT)}")
            for child in element:
                _write(put, child, names, attributes)
            put(f"</{name}>")
    else:
        put(f"<!--{element.text}-->" if element.tag is ET.Comment else f"<?{element.text}?>")
    if element.tail:
        put(element.tail.translate(_IN_TEXT))
