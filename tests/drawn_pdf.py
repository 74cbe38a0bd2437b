"""Pages of .pdf drawn by hand, as programs that none of the tools here is draw them."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


LATIN = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
CHINESE = (
    "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font"
    "/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
    "/DW 1000/W[1 95 500]/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 6"
    "/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>>>]>>"
)
"""Fonts that no file need hold: one of the standard set, and one whose letters are UTF-16, digits half as wide."""


def pdf(
    path: Path,
    pages: list[bytes],
    media: str = "[0 0 595 842]",
    *,
    font: str = LATIN,
    packed: bool = False,
    letters: bool = False,
) -> Path:
    """A file with one font and the given drawing on each page; ``letters``: what is packed is written as letters."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        font.encode(),
    ]
    for at, drawing in enumerate(pages):
        resources = f"/Resources<</Font<</F 3 0 R>>>>/MediaBox{media}/Contents {5 + 2 * at} 0 R"
        objects.append(f"<</Type/Page/Parent 2 0 R{resources}>>".encode())
        data = zlib.compress(drawing) if packed else drawing
        filters = ["/FlateDecode"] * packed
        if letters:
            data = base64.a85encode(data) + b"~>"
            filters.insert(0, "/ASCII85Decode")
        deflated = f"/Filter[{''.join(filters)}]"
        objects.append(
            f"<<{deflated}/Length {len(data)}>>stream\n".encode() + data + b"\nendstream"
        )
    text, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj".encode() + one + b"\nendobj\n"
    start = len(text)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    text += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    text += f"trailer<</Root 1 0 R/Size {len(objects) + 1}>>\nstartxref\n{start}\n%%EOF".encode()
    path.write_bytes(text)
    return path
