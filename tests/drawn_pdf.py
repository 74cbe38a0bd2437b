"""Pages of .pdf drawn by hand, as programs that none of the tools here is draw them."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def pdf(
    path: Path, pages: list[bytes], media: str = "[0 0 595 842]", *, packed: bool = False
) -> Path:
    """A file with a font of the standard set and the given drawing on each page."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for at, drawing in enumerate(pages):
        resources = f"/Resources<</Font<</F 3 0 R>>>>/MediaBox{media}/Contents {5 + 2 * at} 0 R"
        objects.append(f"<</Type/Page/Parent 2 0 R{resources}>>".encode())
        data = zlib.compress(drawing) if packed else drawing
        deflated = "/Filter/FlateDecode" if packed else ""
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
