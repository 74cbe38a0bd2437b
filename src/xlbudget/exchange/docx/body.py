"""The body of the document: sections of paragraphs and tables, with their pages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xlbudget.exchange.disclosure.model import Text
from xlbudget.exchange.docx.tables import table_xml
from xlbudget.exchange.docx.widths import fit_grids
from xlbudget.exchange.docx.xml import (
    BODY_PAGE,
    COVER_PAGE,
    Page,
    Paragraph,
    bookmarked,
    field,
    run,
    section,
)
from xlbudget.printed import PrintedTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.exchange.disclosure.model import Disclosure, Item, Part

__all__ = ["FOOTER", "body_xml"]

FOOTER = "rIdFooter"
"""The relationship of the footer with the page number."""
_PART_HEIGHT, _ITEM_HEIGHT = 44, 28
"""Points that the headings of a part and of an item take."""
_BOOK_TITLE = 21
"""Points that a letter of the title takes."""
_BREAK = "<w:pageBreakBefore/>"
_BOLD_TERM = "<w:b/><w:bCs/>"


def body_xml(disclosure: Disclosure, pages: Sequence[int]) -> tuple[str, tuple[float, ...]]:
    """All sections, and the sizes of the letters in the tables."""
    body = _Body(disclosure, pages)
    body.cover()
    body.contents()
    for part in disclosure.parts:
        body.part(part)
    return body.finished(), tuple(sorted(body.sizes))


class _Body:
    """The body while it is made: what belongs to the section that is open, and all before."""

    def __init__(self, disclosure: Disclosure, pages: Sequence[int]) -> None:
        self.disclosure, self.pages = disclosure, pages
        self.done: list[str] = []
        self.open: list[Paragraph | str] = []
        self.page = COVER_PAGE
        self.numbers, self.footer = "", ""
        self.sizes: set[float] = {10.5}
        self.headings = 0

    # ------------------------------------------------------------------ sections

    def close(self) -> None:
        """End the section: its last paragraph holds its page."""
        self.done.append(self._section_xml())
        self.open = []
        self.numbers, self.footer = "", ""

    def _section_xml(self) -> str:
        ending = section(self.page, footer=self.footer, numbers=self.numbers)
        if not self.open or isinstance(self.open[-1], str):
            self.open.append(Paragraph("TableEnd", ""))
        *most, last = self.open
        before = "".join(one if isinstance(one, str) else one.xml() for one in most)
        assert isinstance(last, Paragraph)
        return before + last.xml(ending)

    def turn(self, page: Page) -> bool:
        """Go on with pages of that kind; whether a new page has begun by that."""
        if self.open and page == self.page:
            return False
        if self.open:
            self.close()
        self.page = page
        return True

    def finished(self) -> str:
        """The whole body; the last section's page stands at its end."""
        last = "".join(one if isinstance(one, str) else one.xml() for one in self.open)
        ending = section(self.page, footer=self.footer, numbers=self.numbers)
        if self.open and isinstance(self.open[-1], str):
            last += Paragraph("TableEnd", "").xml()
        return "".join(self.done) + last + ending

    # ------------------------------------------------------------------ front

    def cover(self) -> None:
        """Unit, title and day, without a page number."""
        found = self.disclosure
        unit = max(1, math.ceil(len(found.unit) * 26 / COVER_PAGE.width))
        title = max(1, math.ceil(len(found.cover) * 36 / COVER_PAGE.width))
        room = COVER_PAGE.height - unit * 40 - title * 60 - 150
        room -= 18 * len(found.remarks)
        top, middle = max(20.0, room * 0.28), 40.0
        self.open += [Paragraph("Footer", run(one, "<w:b/><w:bCs/>")) for one in found.remarks]
        self.open += [
            Paragraph("CoverUnit", run(found.unit), _before(top)),
            Paragraph("CoverTitle", run(found.cover), _before(middle)),
            Paragraph("CoverDay", run(found.day), _before(max(20.0, room * 0.72 - middle))),
        ]
        self.close()

    def contents(self) -> None:
        """A table of contents that is already filled in."""
        self.page = BODY_PAGE
        self.footer, self.numbers = FOOTER, 'w:fmt="upperRoman" w:start="1"'
        self.done.append(
            '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
            "<w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>"
        )
        self.open.append(Paragraph("ContentsTitle", run(self.disclosure.contents)))
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
            ' TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        lines = list(self.disclosure.headings)
        for number, (level, text) in enumerate(lines):
            shown = str(self.pages[number]) if number < len(self.pages) else ""
            page = field(f"PAGEREF {_mark(number)} \\h", shown)
            entry = (
                f'<w:hyperlink w:anchor="{_mark(number)}" w:history="1">{run(text)}'
                f"<w:r><w:tab/></w:r>{page}</w:hyperlink>"
            )
            end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if number == len(lines) - 1 else ""
            self.open.append(Paragraph(f"TOC{level}", (begin if number == 0 else "") + entry + end))
        self.done.append(self._paragraphs() + "</w:sdtContent></w:sdt>")
        self.open = [Paragraph("TableEnd", "")]
        self.close()
        self.page, self.numbers = BODY_PAGE, 'w:start="1"'

    def _paragraphs(self) -> str:
        return "".join(one if isinstance(one, str) else one.xml() for one in self.open)

    # ------------------------------------------------------------------ parts

    def heading(self, level: int, text: str, *, new_page: bool, flush: bool = False) -> Paragraph:
        """A heading to which the contents lead."""
        number = self.headings
        self.headings += 1
        runs = bookmarked(number, _mark(number), run(text))
        ind = '<w:ind w:firstLineChars="0" w:firstLine="0"/>' if flush else ""
        return Paragraph(f"Heading{level}", runs, (_BREAK if new_page else "") + ind)

    def part(self, part: Part) -> None:
        """A part begins on a new page, upright for texts, as its first table needs it for tables."""
        first = next((one for one in part.items if _grids(one)), None)
        grids = _grids(first) if first is not None else []
        begun = self.turn(fit_grids(grids, 0)[0].page) if grids else self.turn(BODY_PAGE)
        if not self.headings:
            self.open.append(Paragraph("BookTitle", run(_title(self.disclosure))))
        self.open.append(self.heading(1, part.heading, new_page=not begun))
        self.open += map(_text, part.lead)
        above = _PART_HEIGHT
        for item in part.items:
            if _grids(item):
                self.tables(item, above)
                above = 0
                continue
            if self.turn(BODY_PAGE):
                above = 0
            self.open.append(self.heading(2, item.heading, new_page=False))
            self.open += [_text(one) for one in item.content if isinstance(one, Text)]

    def tables(self, item: Item, above: float) -> None:
        """An item of tables or forms: each begins on a new page, ``above`` points below its top."""
        headed = False
        fits = iter(fit_grids(_grids(item), above + _ITEM_HEIGHT))
        for one in item.content:
            if isinstance(one, Text):
                self.open.append(_text(one))
                continue
            fit = next(fits)
            # Without columns there is no table to make room for.
            begun = (above > 0 and not headed) or self.turn(fit.page if one.columns else self.page)
            if not headed:
                self.open.append(self.heading(2, item.heading, new_page=not begun, flush=True))
                headed = begun = True
            self.open += _grid_heading(one, fit.page, new_page=not begun)
            if one.columns:
                self.sizes.add(fit.size)
                self.open.append(table_xml(one, fit, title=one.title))
            self.open += [Paragraph("TableNote", run(note)) for note in one.notes]


def _title(found: Disclosure) -> str:
    """The title of the whole; one that is too long for a line goes on behind the unit's name."""
    rest = found.title.removeprefix(found.unit)
    if len(found.title) * _BOOK_TITLE > BODY_PAGE.width and rest and rest != found.title:
        return f"{found.unit}\n{rest}"
    return found.title


def _mark(number: int) -> str:
    return f"_Toc{number + 1:08d}"


def _before(points: float) -> str:
    return f'<w:spacing w:before="{points * 20:.0f}"/>'


def _grids(item: Item) -> list[PrintedTable]:
    return [one for one in item.content if isinstance(one, PrintedTable)]


def _text(one: Text) -> Paragraph:
    if one.heading:
        return Paragraph("Heading3", run(one.text))
    runs = run(one.text[: one.term], _BOLD_TERM) + run(one.text[one.term :])
    return Paragraph("BodyText", runs)


def _grid_heading(grid: PrintedTable, page: Page, *, new_page: bool) -> Iterator[Paragraph]:
    yield Paragraph("TableTitle", run(grid.title), _BREAK if new_page else "")
    if grid.subtitle:
        yield Paragraph("TableSubtitle", run(grid.subtitle))
    if any(grid.above):
        stop = f'<w:tabs><w:tab w:val="right" w:pos="{page.width * 20:.0f}"/></w:tabs>'
        left, right = grid.above
        yield Paragraph("TableAbove", f"{run(left)}<w:r><w:tab/></w:r>{run(right)}", stop)
