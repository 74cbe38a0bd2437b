"""On which pages the headings come to stand: the only module here that looks into a .pdf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from xlbudget.exchange.disclosure.model import Disclosure

__all__ = ["contents_pages", "heading_pages"]


def contents_pages(disclosure: Disclosure, pdf: Path) -> tuple[int, ...]:
    """The page numbers of the lines of the contents, as printed; none where they cannot be told.

    The pages are counted from the first part on.
    """
    wanted = [(level, _plain(text)) for level, text in disclosure.headings]
    listed = [one for one in heading_pages(pdf) if one[0] <= 2]  # noqa: PLR2004  # part and item
    found = [(level, _plain(text)) for level, text, _ in listed]
    if found != wanted:
        return ()
    first = listed[0][2]
    return tuple(page - first + 1 for _, _, page in listed)


def heading_pages(pdf: Path) -> Sequence[tuple[int, str, int]]:
    """Level, text and page (from 1) of every entry of the outline."""
    import pdfplumber  # noqa: PLC0415  # only where a .pdf was made

    with pdfplumber.open(pdf) as opened:
        return list(_outline(opened.doc))


def _outline(document: Any) -> Iterator[tuple[int, str, int]]:
    from pdfminer.pdfdocument import PDFNoOutlines  # noqa: PLC0415
    from pdfminer.pdfpage import PDFPage  # noqa: PLC0415
    from pdfminer.pdftypes import PDFObjRef, resolve1  # noqa: PLC0415

    numbers = {page.pageid: number for number, page in enumerate(PDFPage.create_pages(document), 1)}
    try:
        entries = list(document.get_outlines())
    except PDFNoOutlines:
        return
    for level, title, place, action, _ in entries:
        target = place if place is not None else resolve1(resolve1(action).get("D"))
        if isinstance(target, (bytes, str)):
            target = resolve1(document.get_dest(target))
        target = target.get("D") if isinstance(target, dict) else target
        page = resolve1(target)[0] if target else None
        if isinstance(page, PDFObjRef) and page.objid in numbers:
            yield level, title, numbers[page.objid]


def _plain(text: str) -> str:
    return "".join(text.split())
