"""The published document as .docx: the parts that never differ are files in ``parts``.

The same document gives the same bytes. Nothing in the file asks whoever opens it a question: the
contents hold their page numbers, and are fields that can be updated.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlbudget.errors import UnusableFileError
from xlbudget.exchange.docx.body import body_xml
from xlbudget.exchange.docx.pages import contents_pages
from xlbudget.exchange.docx.styles import styles_xml
from xlbudget.exchange.docx.xml import BODY_PAGE, field, holdable, run
from xlbudget.exchange.package.pdf import find_office, write_pdf
from xlbudget.templates import fixed_part, rendered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.exchange.disclosure.model import Disclosure

__all__ = ["docx_bytes", "write_docx"]

_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMESPACES = f'xmlns:w="{_WORDS}" xmlns:r="{_OFFICE}"'
_DATE = (1980, 1, 1, 0, 0, 0)
"""The date of every part: when the file was made is nobody's business and changes nothing."""
_FOLDER = Path(__file__).parent / "parts"
_FIXED = {
    "[Content_Types].xml": "content-types.xml",
    "_rels/.rels": "package-relations.xml",
    "word/_rels/document.xml.rels": "document-relations.xml",
    "word/settings.xml": "settings.xml",
    "word/fontTable.xml": "fontTable.xml",
}
"""Parts that are the same in every document: name in the package -> file."""


def write_docx(disclosure: Disclosure, target: Path, *, numbered: bool = True) -> bool:
    """Write the document to ``target``; gives whether the contents have their page numbers.

    They are found by laying the document out with LibreOffice, where that is installed. Without it
    (or with ``numbered`` False) they stay blank until the field is updated in Word.

    Raises:
        OSError: ``target`` cannot be written.
    """
    pages = _pages(disclosure) if numbered else ()
    target.write_bytes(docx_bytes(disclosure, pages))
    return bool(pages)


def _pages(disclosure: Disclosure) -> Sequence[int]:
    if find_office() is None:
        return ()
    with tempfile.TemporaryDirectory(prefix="xlbudget-docx-", ignore_cleanup_errors=True) as name:
        plain, laid_out = Path(name) / "plain.docx", Path(name) / "plain.pdf"
        plain.write_bytes(docx_bytes(disclosure))
        try:
            write_pdf(plain, laid_out)
        except UnusableFileError:
            return ()  # the caller is told that there are none
        return contents_pages(disclosure, laid_out)


def docx_bytes(disclosure: Disclosure, pages: Sequence[int] = ()) -> bytes:
    """The file as bytes; ``pages`` are the page numbers of the lines of the contents."""
    body, sizes = body_xml(disclosure, pages)
    named = {"title": disclosure.title, "unit": disclosure.unit}
    parts = {
        **{name: fixed_part(_FOLDER, file) for name, file in _FIXED.items()},
        # The author is the unit, never a person.
        "docProps/core.xml": rendered(_FOLDER, "core.xml.j2", named, holdable),
        "word/document.xml": f"{_START}<w:document {_NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": styles_xml(BODY_PAGE.width, sizes),
        "word/footer1.xml": _footer(disclosure.remarks),
    }
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            info = ZipInfo(name, _DATE)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, text.encode("utf-8"))
    return packed.getvalue()


def _footer(remarks: Sequence[str]) -> str:
    """The number of the page; above it what every reader must know."""
    style = '<w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
    lines = [*map(run, remarks), f"{run('— ')}{field('PAGE', '1')}{run(' —')}"]
    shown = "".join(f"<w:p>{style}{one}</w:p>" for one in lines)
    return f"{_START}<w:ftr {_NAMESPACES}>{shown}</w:ftr>"
