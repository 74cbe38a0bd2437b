"""The published document as .docx: every part is written here, nothing comes from a template.

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
from xlbudget.exchange.docx.body import FOOTER, body_xml
from xlbudget.exchange.docx.pages import contents_pages
from xlbudget.exchange.docx.styles import fonts_xml, styles_xml
from xlbudget.exchange.docx.xml import BODY_PAGE, field, run, safe
from xlbudget.exchange.package.pdf import find_office, write_pdf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbudget.exchange.disclosure.model import Disclosure

__all__ = ["docx_bytes", "write_docx"]

_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_NAMESPACES = f'xmlns:w="{_WORDS}" xmlns:r="{_OFFICE}"'
_DATE = (1980, 1, 1, 0, 0, 0)
"""The date of every part: when the file was made is nobody's business and changes nothing."""
_PARTS = (
    ("styles", "styles"),
    ("settings", "settings"),
    ("fontTable", "fontTable"),
    ("footer1", "footer"),
)


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
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _package_relations(),
        "docProps/core.xml": _core(disclosure),
        "word/document.xml": f"{_START}<w:document {_NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _document_relations(),
        "word/styles.xml": styles_xml(BODY_PAGE.width, sizes),
        "word/settings.xml": _settings(),
        "word/fontTable.xml": fonts_xml(),
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


def _content_types() -> str:
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for name, kind in (("document", "document.main"), *_PARTS)
    )
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    return (
        f'{_START}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}'
        f'<Override PartName="/docProps/core.xml" ContentType="{core}"/></Types>'
    )


def _package_relations() -> str:
    return (
        f'{_START}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>'
    )


def _document_relations() -> str:
    links = "".join(
        f'<Relationship Id="{FOOTER if kind == "footer" else f"rId{number}"}" '
        f'Type="{_OFFICE}/{kind}" Target="{name}.xml"/>'
        for number, (name, kind) in enumerate(_PARTS, 1)
    )
    return f'{_START}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _core(disclosure: Disclosure) -> str:
    """Title and language; the author is the unit, never a person."""
    return (
        f'{_START}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{safe(disclosure.title)}</dc:title>"
        f"<dc:creator>{safe(disclosure.unit)}</dc:creator>"
        "<dc:language>zh-CN</dc:language></cp:coreProperties>"
    )


def _settings() -> str:
    mode = '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    return (
        f'{_START}<w:settings {_NAMESPACES}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/>'
        f"<w:compat><w:useFELayout/>{mode}</w:compat>"
        '<w:themeFontLang w:val="zh-CN" w:eastAsia="zh-CN"/>'
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


def _footer(remarks: Sequence[str]) -> str:
    """The number of the page; above it what every reader must know."""
    style = '<w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
    lines = [*map(run, remarks), f"{run('— ')}{field('PAGE', '1')}{run(' —')}"]
    shown = "".join(f"<w:p>{style}{one}</w:p>" for one in lines)
    return f"{_START}<w:ftr {_NAMESPACES}>{shown}</w:ftr>"
