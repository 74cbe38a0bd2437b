"""Elements of a word processor's document as text: paragraphs, runs, fields, sections."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

__all__ = [
    "BODY_PAGE",
    "COVER_PAGE",
    "TABLE_ACROSS",
    "TABLE_UPRIGHT",
    "Page",
    "Paragraph",
    "attribute",
    "bookmarked",
    "field",
    "holdable",
    "run",
    "safe",
    "section",
]

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_MM = 1440 / 25.4
_LONG, _SHORT = 297, 210
_FOOT = 11
"""The page number's lower edge is so far below the text."""


class Page(NamedTuple):
    """A page's orientation and margins, in millimetres; all of A4."""

    across: bool
    top: float
    bottom: float
    left: float
    right: float

    @property
    def width(self) -> float:
        """Points between the left and right margins."""
        return ((_LONG if self.across else _SHORT) - self.left - self.right) * 72 / 25.4

    @property
    def height(self) -> float:
        """Points between the upper and lower margins."""
        return ((_SHORT if self.across else _LONG) - self.top - self.bottom) * 72 / 25.4


BODY_PAGE = Page(across=False, top=37, bottom=35, left=28, right=26)
"""The type area of official documents (GB/T 9704)."""
COVER_PAGE = BODY_PAGE
TABLE_UPRIGHT = Page(across=False, top=25, bottom=22, left=20, right=20)
TABLE_ACROSS = Page(across=True, top=22, bottom=20, left=20, right=20)


class Paragraph(NamedTuple):
    """A paragraph: its style, further properties in the order of the schema, and its runs."""

    style: str
    runs: str
    properties: str = ""

    def xml(self, ending: str = "") -> str:
        """The element; ``ending`` is the section that it ends."""
        inner = f'<w:pStyle w:val="{self.style}"/>{self.properties}{ending}'
        return f"<w:p><w:pPr>{inner}</w:pPr>{self.runs}</w:p>"


def holdable(text: str) -> str:
    """A text without the characters that no XML document can hold."""
    return _UNSAFE.sub("", text)


def safe(text: str) -> str:
    """Text for an element: escaped, without characters that no XML document can hold."""
    return xml_escape(holdable(text))


def attribute(text: str) -> str:
    """A quoted value of an attribute."""
    return quoteattr(holdable(text).replace("\n", " "))


def run(text: str, properties: str = "", *, eastern: str = "") -> str:
    """Text in one look; Chinese punctuation takes the Chinese font. Line breaks stay."""
    if not text:
        return ""
    font = f' w:eastAsia="{eastern}"' if eastern else ""
    look = f'<w:rPr><w:rFonts w:hint="eastAsia"{font}/>{properties}</w:rPr>'
    pieces = (
        f'<w:t xml:space="preserve">{safe(part)}</w:t>' if part else "" for part in text.split("\n")
    )
    return f"<w:r>{look}{'<w:br/>'.join(pieces)}</w:r>"


def field(instruction: str, shown: str) -> str:
    """A field with the result that is shown until somebody updates it."""
    look = '<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>'
    return (
        f'<w:r>{look}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{look}<w:instrText xml:space="preserve"> {safe(instruction)} </w:instrText></w:r>'
        f'<w:r>{look}<w:fldChar w:fldCharType="separate"/></w:r>'
        f"{run(shown)}"
        f'<w:r>{look}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def bookmarked(number: int, name: str, runs: str) -> str:
    """Runs to which a reference can lead."""
    start = f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'
    return f'{start}{runs}<w:bookmarkEnd w:id="{number}"/>'


def section(page: Page, *, footer: str = "", numbers: str = "") -> str:
    """A section's page; without ``footer``, that of the section before stays.

    ``numbers`` are the attributes of the page numbers.
    """
    wide, high = (_LONG, _SHORT) if page.across else (_SHORT, _LONG)
    turned = ' w:orient="landscape"' if page.across else ""
    margins = {
        "top": page.top, "right": page.right, "bottom": page.bottom, "left": page.left,
        "header": 15, "footer": page.bottom - _FOOT,
    }  # fmt: skip
    edges = " ".join(f'w:{name}="{round(value * _MM)}"' for name, value in margins.items())
    kept = f'<w:footerReference w:type="default" r:id="{footer}"/>' if footer else ""
    counted = f"<w:pgNumType {numbers}/>" if numbers else ""
    return (
        f'<w:sectPr>{kept}<w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{round(wide * _MM)}" w:h="{round(high * _MM)}"{turned}/>'
        f'<w:pgMar {edges} w:gutter="0"/>{counted}</w:sectPr>'
    )
