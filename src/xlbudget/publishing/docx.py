"""The published document as .docx: what stands where is decided here, and written by templates.

The templates and the parts that never differ are files in ``parts``. The same document gives the
same bytes. Nothing in the file asks whoever opens it a question: the contents hold their page
numbers, and are fields that can be updated.
"""

from __future__ import annotations

import math
import re
import tempfile
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.printed import FORM
from xlbudget.publishing.disclosure import Text
from xlbudget.publishing.pdf import find_office, write_pdf
from xlbudget.publishing.publish import packed
from xlbudget.publishing.widths import (
    BODY_PAGE,
    CELL_ABOVE,
    Fit,
    Page,
    cell_lines,
    fit_grids,
    line_height,
    placed_cells,
)
from xlbudget.templates import fixed_part, rendered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.printed import PrintedCell, PrintedTable
    from xlbudget.publishing.disclosure import Disclosure, Item, Part


_FOLDER = Path(__file__).parent / "docx_parts"
_FIXED = {
    "[Content_Types].xml": "content-types.xml",
    "_rels/.rels": "package-relations.xml",
    "word/_rels/document.xml.rels": "document-relations.xml",
    "word/settings.xml": "settings.xml",
    "word/fontTable.xml": "fontTable.xml",
}
"""Parts that are the same in every document: name in the package -> file."""
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")

_PART_HEIGHT, _ITEM_HEIGHT = 44, 28
"""Points that the headings of a part and of an item take."""
_COVER_UNIT, _COVER_TITLE, _BOOK_TITLE = 26, 36, 21
"""Points that a letter takes on the cover and in the title of the whole."""
_TEXT_SIZE = 10.5
_CENTRED = ("heading", "caption", "total")
_SHORT = 8
"""Entries of a form up to so many letters stand in the middle of their column."""
_LEVELS = 2
"""So many columns beside a form's captions name the levels of its indicators."""
_ONE_LINE = 24
"""Values of a form up to so many letters stand in the middle."""


def write_docx(disclosure: Disclosure, target: Path) -> bool:
    """Write the document to ``target``; gives whether the contents have their page numbers.

    They are found by laying the document out with LibreOffice, where that is installed; without it
    they stay blank until the field is updated in Word.

    Raises:
        OSError: ``target`` cannot be written.
    """
    pages = _pages(disclosure)
    target.write_bytes(docx_bytes(disclosure, pages))
    return bool(pages)


def docx_bytes(disclosure: Disclosure, pages: Sequence[int] = ()) -> bytes:
    """The file as bytes; ``pages`` are the page numbers of the lines of the contents."""
    sections = _Sections(disclosure).sections
    tables = (
        table for section in sections for table in section.blocks if isinstance(table, _Table)
    )
    sizes = sorted({_TEXT_SIZE, *(table.fit.size for table in tables)})
    shown = [*map(str, pages), *[""] * len(list(disclosure.lines))]
    lines = [(*one, page) for one, page in zip(disclosure.lines, shown, strict=False)]
    styles = [(_table_style(size), size, line_height(size)) for size in sizes]
    made: dict[str, tuple[str, dict[str, object]]] = {
        # The author is the unit, never a person.
        "docProps/core.xml": ("core", {"title": disclosure.title, "unit": disclosure.unit}),
        "word/document.xml": (
            "document",
            {"title": disclosure.contents, "lines": lines, "sections": sections},
        ),
        "word/styles.xml": ("styles", {"width": BODY_PAGE.width, "sizes": styles}),
        "word/footer1.xml": ("footer", {"remarks": disclosure.remarks}),
    }
    parts: dict[str, str] = {name: fixed_part(_FOLDER, file) for name, file in _FIXED.items()}
    for name, (template, values) in made.items():
        parts[name] = rendered(_FOLDER, f"{template}.xml.j2", values, _holdable)
    return packed({name: text.encode() for name, text in parts.items()})


def _holdable(text: str) -> str:
    """A text without the characters that no XML document can hold."""
    return _UNSAFE.sub("", text)


def _table_style(size: float) -> str:
    """The id of the style of texts of that size in tables."""
    return f"TableText{size * 2:.0f}"


# ------------------------------------------------------------------ sections, paragraphs, tables


class _Paragraph(NamedTuple):
    """A paragraph: the name of its style, and texts with whether they are bold.

    ``stop``: texts stand on both sides, up to so many points; ``before``: points above it; ``mark``:
    a line of the contents (from 1) leads here; ``flush``: its first line is not indented; ``centred``: it stands in the middle.
    """

    style: str
    runs: tuple[tuple[str, bool], ...] = ()
    new_page: bool = False
    stop: float = 0
    before: float = 0
    flush: bool = False
    centred: bool = False
    mark: int = 0


class _Box(NamedTuple):
    """A place in a table's row: a cell, or None for what one above covers or no cell takes.

    ``width`` is in twentieths of a point; ``side`` is where its text stands, "" for the left.
    """

    width: int
    span: int
    merged: bool
    cell: PrintedCell | None = None
    side: str = ""


class _Row(NamedTuple):
    """A row: ``heading`` repeats it on every page, ``whole`` keeps it on one."""

    boxes: list[_Box]
    heading: bool
    whole: bool


class _Table(NamedTuple):
    """A table; ``widths`` of its columns are in twentieths of a point."""

    title: str
    fit: Fit
    widths: list[int]
    rows: list[_Row]
    headed: bool

    @property
    def style(self) -> str:
        """The style of its texts."""
        return _table_style(self.fit.size)

    @property
    def margins(self) -> list[tuple[str, float]]:
        """Points between the border of a cell and its text."""
        beside = self.fit.margin
        return [("top", CELL_ABOVE), ("left", beside), ("bottom", CELL_ABOVE), ("right", beside)]


class _Section:
    """Pages of one kind; ``numbers``: they are counted anew, ``roman`` (the contents) or ``arabic``."""

    def __init__(self, page: Page, numbers: str = "") -> None:
        self.page, self.numbers = page, numbers
        self.blocks: list[_Paragraph | _Table] = []


class _Sections:
    """The body while it is made; the last section is open."""

    def __init__(self, disclosure: Disclosure) -> None:
        self.disclosure = disclosure
        self.headings = 0
        contents = _Section(BODY_PAGE, "roman")
        contents.blocks.append(_Paragraph("TableEnd"))
        self.sections = [self._cover(), contents, _Section(BODY_PAGE, "arabic")]
        for part in disclosure.parts:
            self._part(part)
        self._end()

    @property
    def _open(self) -> list[_Paragraph | _Table]:
        return self.sections[-1].blocks

    def _end(self) -> None:
        """A section ends with a paragraph, which holds its page."""
        if self._open and isinstance(self._open[-1], _Table):
            self._open.append(_Paragraph("TableEnd"))

    def _turn(self, page: Page) -> bool:
        """Go on with pages of that kind; whether a new page has begun by that."""
        if self._open and page == self.sections[-1].page:
            return False
        if self._open:
            self._end()
            self.sections.append(_Section(page))
        self.sections[-1].page = page
        return True

    def _cover(self) -> _Section:
        """Unit, title and day, without a page number."""
        disclosure, cover = self.disclosure, _Section(BODY_PAGE)
        unit = max(1, math.ceil(len(disclosure.unit) * _COVER_UNIT / BODY_PAGE.width))
        title = max(1, math.ceil(len(disclosure.cover) * _COVER_TITLE / BODY_PAGE.width))
        room = BODY_PAGE.height - unit * 40 - title * 60 - 150
        room -= 18 * len(disclosure.remarks)
        top, middle = max(20.0, room * 0.28), 40.0
        cover.blocks += [_Paragraph("Footer", ((remark, True),)) for remark in disclosure.remarks]
        cover.blocks += [
            _Paragraph("CoverUnit", ((disclosure.unit, False),), before=top),
            _Paragraph("CoverTitle", ((disclosure.cover, False),), before=middle),
            _Paragraph(
                "CoverDay", ((disclosure.day, False),), before=max(20.0, room * 0.72 - middle)
            ),
        ]
        return cover

    def _heading(
        self, level: int, text: str, *, new_page: bool = False, title: bool | None = None
    ) -> None:
        """A heading to which the contents lead; ``title``: one of a table, and whether it is this one's title."""
        self.headings += 1
        runs = ((text, False),)
        self._open.append(
            _Paragraph(
                f"Heading{level}",
                runs,
                new_page=new_page,
                flush=title is not None,
                centred=bool(title),
                mark=self.headings,
            )
        )

    def _part(self, part: Part) -> None:
        """A part begins on a new page, upright for texts, as its first table needs it for tables."""
        first = next((item for item in part.items if item.tables), None)
        page = fit_grids(first.tables, 0)[0].page if first is not None else BODY_PAGE
        begun = self._turn(page)
        if not self.headings:
            self._open.append(_Paragraph("BookTitle", ((_title(self.disclosure), False),)))
        self._heading(1, part.heading, new_page=not begun)
        self._open.extend(map(_text, part.lead))
        above = _PART_HEIGHT
        for item in part.items:
            if item.tables:
                self._tables(item, above)
                above = 0
                continue
            if self._turn(BODY_PAGE):
                above = 0
            self._heading(2, item.heading)
            self._open.extend(_text(text) for text in item.content if isinstance(text, Text))

    def _tables(self, item: Item, above: float) -> None:
        """An item of tables or forms: each begins on a new page, ``above`` points below its top."""
        headed = False
        fits = iter(fit_grids(item.tables, above + _ITEM_HEIGHT))
        for table in item.content:
            if isinstance(table, Text):
                self._open.append(_text(table))
                continue
            fit = next(fits)
            # Without columns there is no table to make room for.
            page = fit.page if table.columns else self.sections[-1].page
            begun = (above > 0 and not headed) or self._turn(page)
            if not headed:
                own = table.title == item.heading
                self._heading(2, item.heading, new_page=not begun, title=own)
                headed = begun = True
            above_it = _above(table, fit.page, titled=table.title != item.heading)
            self._open.extend(
                one._replace(new_page=not begun and not at) for at, one in enumerate(above_it)
            )
            if table.columns:
                self._open.append(_table(table, fit))
            self._open.extend(_Paragraph("TableNote", ((note, False),)) for note in table.notes)


def _title(found: Disclosure) -> str:
    """The title of the whole; one that is too long for a line goes on behind the unit's name."""
    rest = found.title.removeprefix(found.unit)
    if len(found.title) * _BOOK_TITLE > BODY_PAGE.width and rest and rest != found.title:
        return f"{found.unit}\n{rest}"
    return found.title


def _text(one: Text) -> _Paragraph:
    if one.heading:
        return _Paragraph("Heading3", ((one.text, False),))
    return _Paragraph("BodyText", ((one.text[: one.term], True), (one.text[one.term :], False)))


def _above(grid: PrintedTable, page: Page, *, titled: bool) -> Iterator[_Paragraph]:
    """The title of a table where its item's heading is another one, and what stands between it and the table."""
    if titled:
        yield _Paragraph("TableTitle", ((grid.title, False),))
    if grid.subtitle:
        yield _Paragraph("TableSubtitle", ((grid.subtitle, False),))
    if any(grid.above):
        left, right = grid.above
        yield _Paragraph("TableAbove", ((left, False), (right, False)), stop=page.width)


# ------------------------------------------------------------------ tables


def _table(grid: PrintedTable, fit: Fit) -> _Table:
    """A grid that has columns: every row gives each column a place, covered ones too."""
    stops = [round(edge * 20) for edge in (0, *accumulate(fit.widths))]
    widths = [end - start for start, end in pairwise(stops)]
    begun: list[dict[int, PrintedCell]] = [{} for _ in (*grid.head, *grid.body)]
    for line, column, cell in placed_cells(grid):
        begun[line][column] = cell
    centred = _centred_columns(grid)
    rows = []
    running: dict[int, tuple[PrintedCell, int]] = {}
    for line, cells in enumerate(begun):
        boxes, column = [], 0
        while column < len(widths):
            begins = cells.get(column)
            if begins is not None:
                running[column] = (begins, line + begins.rows)
            found, until = running.get(column, (None, 0))
            covered = found is not None and until > line
            span = min(found.columns, len(widths) - column) if found and covered else 1
            wide = sum(widths[column : column + span])
            if begins is None:
                boxes.append(_Box(wide, span, covered))
            else:
                side = _side(begins, centred=column in centred)
                boxes.append(_Box(wide, span, begins.rows > 1, begins, side))
            column += span
        # A row that is higher than half a page may be broken: it might not fit on any.
        whole = _height(cells, widths, fit) < fit.page.height / 2
        rows.append(_Row(boxes, line < len(grid.head), whole))
    return _Table(grid.title, fit, widths, rows, bool(grid.head))


def _centred_columns(grid: PrintedTable) -> set[int]:
    """The columns of a form in which all entries are short."""
    if grid.kind != FORM:
        return set()
    longest: dict[int, int] = {}
    for _, column, cell in placed_cells(grid):
        if cell.kind == "indicator":
            longest[column] = max(longest.get(column, 0), len(cell.text))
    return {column for column, letters in longest.items() if letters <= _SHORT or column <= _LEVELS}


def _height(cells: dict[int, PrintedCell], widths: Sequence[int], fit: Fit) -> float:
    """An estimate of a row's height in points."""
    lines = []
    for column, cell in cells.items():
        room = sum(widths[column : column + cell.columns]) / 20 - 2 * fit.margin
        lines.append(cell_lines(cell, fit.size, room) / cell.rows)
    return max(fit.row, max(lines, default=1) * line_height(fit.size))


def _side(cell: PrintedCell, *, centred: bool) -> str:
    short = cell.kind == "value" and len(cell.text) <= _ONE_LINE
    if cell.kind in _CENTRED or (centred and cell.kind == "indicator") or short:
        return "center"
    return "right" if cell.kind == "amount" else ""


# ------------------------------------------------------------------ page numbers of the contents


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


def contents_pages(disclosure: Disclosure, pdf: Path) -> tuple[int, ...]:
    """The page numbers of the lines of the contents, as printed; none where they cannot be told.

    The pages are counted from the first part on.
    """
    import pdfplumber  # noqa: PLC0415  # only where a .pdf was made

    with pdfplumber.open(pdf) as opened:
        listed = [one for one in _outline(opened.doc) if one[0] <= 2]  # noqa: PLR2004  # part, item
    found = [(level, "".join(text.split())) for level, text, _ in listed]
    if found != [(level, "".join(text.split())) for level, text in disclosure.headings]:
        return ()
    return tuple(page - listed[0][2] + 1 for _, _, page in listed)


def _outline(document: Any) -> Iterator[tuple[int, str, int]]:
    """Level, text and page (from 1) of every entry of a .pdf's outline."""
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
