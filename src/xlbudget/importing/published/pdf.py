"""A published .pdf with text: ruled tables page by page, paragraphs put together from their lines."""

from __future__ import annotations

import logging
import re
import zlib
from collections import Counter
from contextlib import contextmanager
from copy import copy
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from xlbudget.characters import folded, visible
from xlbudget.errors import UnusableFileError
from xlbudget.findings import NotRead
from xlbudget.importing.published.elements import Line, Matrix, PrintedLine, Word, tidy
from xlbudget.importing.published.flow import masked
from xlbudget.limits import MOST_PRINTED_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.importing.published.elements import Element


_MOST_PAGES = 1000
_MOST_WRITTEN = 64 * 2**20
"""Bytes of drawing that a document may have; each page so many, and so many letters and lines."""
_MOST_ON_PAGE, _MOST_DRAWN = 4 * 2**20, 30_000
_FOOTER = re.compile(r"[-—–－\s]*第?\s*\d{1,4}\s*页?(?:\s*[/共]\s*\d+\s*页?)?[-—–－\s]*")
_LEADER = re.compile(r"[.…·]{3,}\s*\d*$")
_SAME_SIZE = 0.6
_INDENT = 0.8
"""A line that begins so many letters right of the margin begins a paragraph."""
_NUMERALS = "一二三四五六七八九十"
_FULL, _OPEN = 2.5, 4.5
"""A line that ends so many letters before the margin, or later, is full; the second where no sentence ends with it."""
_FURTHER, _NEARLY = 1.2, 1.05
"""So many times as far below a line as the next one of a paragraph another paragraph begins, or goes on."""
_FEW_WIDE = 3
"""Fewer wide lines do not show where the margins of a page are."""
_LEAST_FULL = 12
_WHOLE = re.compile(r"[（(“《〈【]*(?:[\d.,%]+|[A-Za-z]+|.)[）)”》〉】、，。；：！？,.;:]*")
_ENDS = "。；：;:"
"""A paragraph may end so."""
_HEADING = re.compile(
    r"第[一二三四五六七八九十]{1,3}部分|[一二三四五六七八九十]{1,3}、|\d{1,2}[.．、]\s*(?:(?=20\d\d年)|(?![\d\s]))"
    r"|([（(][一二三四五六七八九十]{1,3}[)）])"
)
_GO_ON = "，、（(“《"
_NEVER_FIRST = re.compile(r"[，。、；：？！）》”%]|万?元[^\W\d]?[^\w\s]|[^\W\d]?[，。；]")
"""No paragraph begins so."""
_HALF = 0.6
"""How wide a digit or a letter of Latin is."""
_TOP, _BOTTOM = 0.1, 0.88
_FEW = 0.05
"""With more than this share of a page's letters lost, the page was not read."""
_OFTEN = 3
"""A text at the edge of so many pages is a running title."""
_AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})*\.\d{2}")
_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})*(?:\.\d{2})?")
_BOTH = 2
_PADDING = 0.4
"""Beside what stands in a cell so many letters are free at least."""
_DIGITS = re.compile(r"\d{1,4}")
_LEVEL = 0.05
_CELLS = 3
_APART, _APART_BEHIND = 0.3, 0.1
"""Signs that are so many letters apart are of different words; the second behind a whole amount of a table."""
_ENDS_AMOUNT = re.compile(r"(?<![\d.,])-?(?:\d{1,3}(?:,\d{3})+(?:\.\d\d)?|\d+\.\d\d)$")
_FOLD = 6.0
"""So many points beside the fold between two pages nothing is printed."""
_THIN = 2.0
"""What is drawn thinner, in points, is a line."""
_ROW_BELOW = 3
"""A table's next row stands within so many letters below one."""
_GROUND = 0.5
"""What is filled without lines, over more than so much of a page's width and height, is no cell."""


def pdf_elements(path: Path) -> list[Element]:
    """The paragraphs and tables of the document.

    Raises:
        UnusableFileError: it is damaged, encrypted, or has no text (a scan).
    """
    with _opened(path) as document:
        if len(document.pages) > _MOST_PAGES:
            raise UnusableFileError(f"“{path.name}”页数过多，不像部门预算的公开文本，没有打开。")
        pages: list[_Page] = []
        unread: list[NotRead] = []
        letters = written = 0
        for number, page in enumerate(document.pages, 1):
            size = _written(page)
            written += size
            if written > _MOST_WRITTEN:
                raise UnusableFileError(
                    f"“{path.name}”的内容多得不像部门预算的公开文本，没有打开；请选对文件。"
                )
            if size > _MOST_ON_PAGE or _drawn(page) > _MOST_DRAWN:
                unread.append(NotRead(f"第{number}页", "这一页的内容过多"))
                continue
            letters += len(page.chars)
            if reason := _unreadable(page):
                unread.append(NotRead(f"第{number}页", reason))
            pages += _printed_pages(number, page)
            page.close()
        if not letters and len(pages) == len(document.pages):
            raise UnusableFileError(
                f"“{path.name}”是扫描件（只有图片，没有文字），读不出数字；"
                "请换用文字版的 .pdf 或 .docx，或先做文字识别。"
            )
    edges = Counter(
        mask for page in pages for mask in {masked(one.text) for one in page.lines if one.edge}
    )
    running = {mask for mask, count in edges.items() if count >= _OFTEN}
    return [*_Assembly(running).whole(pages), *unread]


def _written(page: Any) -> int:
    """How many bytes a page's drawing has, unpacked; somewhat more than a page may have stands for all beyond."""
    from pdfminer.pdftypes import LITERALS_FLATE_DECODE, resolve1  # noqa: PLC0415  # as above

    size = 0
    for reference in page.page_obj.contents:
        stream = resolve1(reference)
        raw = getattr(stream, "rawdata", None) or b""
        size += len(raw)
        for name, _ in stream.get_filters() if raw else ():
            if name in LITERALS_FLATE_DECODE:
                size += len(zlib.decompressobj().decompress(raw, _MOST_ON_PAGE + 1))
                break
            raw = _as_bytes(name, raw)
    return size


def _as_bytes(name: Any, raw: bytes) -> bytes:
    """What a filter that writes bytes as letters had before; other filters leave their own form."""
    from pdfminer import ascii85, pdftypes  # noqa: PLC0415  # as above

    if name in pdftypes.LITERALS_ASCII85_DECODE:
        return ascii85.ascii85decode(raw)
    if name in pdftypes.LITERALS_ASCIIHEX_DECODE:
        return ascii85.asciihexdecode(raw)
    return raw


def _unreadable(page: Any) -> str:
    """Why a page's text cannot be read, as far as that shows; empty where it can."""
    if not page.chars:
        return "只有图片，没有文字" if page.images else ""
    most = len(page.chars) * _FEW
    if sum(char["text"].startswith("(cid:") for char in page.chars) > most:
        return "所用字体没有文字对照，读不出是什么字"
    if sum(map(_is_slanted, page.chars)) > most:
        return "文字是斜着印的"
    return ""


def _drawn(page: Any) -> int:
    """How many letters and lines a page has."""
    return len(page.chars) + len(page.rects) + len(page.lines) + len(page.curves)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The open document; whatever goes wrong while it is read is a damaged file."""
    try:
        import pdfplumber  # noqa: PLC0415  # heavy, and only for this kind of file
        from pdfminer.pdfdocument import PDFPasswordIncorrect  # noqa: PLC0415
    except ImportError as error:  # in a browser
        raise UnusableFileError(
            f"“{path.name}”是 PDF，网页版读不了；请换用 .docx、.html 或 .txt 再试。"
        ) from error
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        with pdfplumber.open(path) as document:
            yield document
    except UnusableFileError:
        raise
    except Exception as error:  # the library raises what its parts raise: any of a dozen kinds
        if isinstance(error, PDFPasswordIncorrect) or any(
            isinstance(arg, PDFPasswordIncorrect) for arg in (*error.args, error.__cause__)
        ):
            raise UnusableFileError(f"“{path.name}”设有打开密码；请取消密码后再试。") from error
        raise UnusableFileError(
            f"“{path.name}”已损坏，或不是 PDF 文档；请重新导出后再试。"
        ) from error


def _printed_pages(number: int, page: Any) -> list[_Page]:
    """What is printed on a page: itself, two pages beside each other, and what was printed sideways."""
    page = page.filter(lambda drawn: not _is_outside(drawn, page))
    turns = Counter(turn for char in page.chars if (turn := _turn(char)))
    if turns.total() <= len(page.chars) * _FEW:
        return _in_turn([_page(number, one) for one in _halves(page)])
    turn = turns.most_common(1)[0][0]
    upright = _page(number, page.filter(_is_upright))
    sideways = [_page(number, one) for one in _halves(_turned(page, turn).filter(_is_upright))]
    top = min(char["top"] for char in page.chars if _turn(char) == turn)
    above = upright._replace(
        lines=[line for line in upright.lines if line.top < top],
        tables=[table for table in upright.tables if table[0] < top],
    )
    below = upright._replace(
        lines=[line for line in upright.lines if line.top >= top],
        tables=[table for table in upright.tables if table[0] >= top],
    )
    return [_with_texts(one) for one in (above, *_in_turn(sideways), below)]


def _turn(char: dict[str, Any]) -> int:
    """By how many degrees the page must be turned for a sign to stand upright; 0 for others."""
    level, rising, *_ = char["matrix"]
    if char["upright"] or abs(level) > _LEVEL * abs(rising):
        return 0
    return 90 if rising > 0 else 270


def _is_slanted(char: dict[str, Any]) -> bool:
    """Whether a sign stands neither upright nor sideways."""
    level, rising = map(abs, char["matrix"][:2])
    return bool(rising > _LEVEL * level and level > _LEVEL * rising)


def _is_outside(drawn: dict[str, Any], page: Any) -> bool:
    """Whether a sign stands above or below the paper, as a part of a text box that other pages show."""
    _, top, _, bottom = page.bbox
    middle = (drawn["top"] + drawn["bottom"]) / 2
    return drawn["object_type"] == "char" and not top <= middle <= bottom


def _is_upright(drawn: dict[str, Any]) -> bool:
    return drawn["object_type"] != "char" or bool(drawn["upright"])


def _turned(page: Any, degrees: int) -> Any:
    """The page turned clockwise."""
    from pdfplumber.page import Page  # noqa: PLC0415  # as above

    turned = copy(page.page_obj)
    turned.rotate = (turned.rotate + degrees) % 360
    turned.attrs = {**turned.attrs, "Rotate": turned.rotate}
    return Page(page.pdf, turned, page.page_number, page.initial_doctop)


def _with_texts(page: _Page) -> _Page:
    """Without tables in which nothing stands: their lines are those of what is printed sideways."""
    tables = [(top, table) for top, table in page.tables if any(map(any, table.lines))]
    return page._replace(tables=tables)


def _in_turn(pages: list[_Page]) -> list[_Page]:
    """Pages that stand beside each other, in the order of their numbers if they have any."""
    numbers = [
        [
            int(found[0])
            for line in page.lines
            if line.edge and _FOOTER.fullmatch(line.text) and (found := _DIGITS.search(line.text))
        ]
        for page in pages
    ]
    known = [one[-1] for one in numbers if one]
    if len(known) < len(pages) or known == sorted(known):
        return pages
    return [page for _, page in sorted(zip(known, pages, strict=True), key=lambda pair: pair[0])]


def _halves(page: Any) -> list[Any]:
    """The page, or its two halves where two pages were printed beside each other on a sheet.

    Both have words then, in most of their lines: numbers alone are the columns of a table without lines. Letters
    stand on both sides of the middle at some distance; a title over the whole page may have it between two of its
    letters.
    """
    left, top, right, bottom = page.bbox
    middle = (left + right) / 2
    if (
        not all(
            _has_words([char for char in page.chars if (char["x0"] > middle) is side])
            for side in (False, True)
        )
        or any(char["x0"] - _FOLD < middle < char["x1"] + _FOLD for char in page.chars)
        or any(
            drawn["x0"] < middle < drawn["x1"] and not _is_ground(drawn, page)
            for drawn in (*page.rects, *page.lines, *page.curves)
        )
    ):
        return [page]
    return [page.crop((left, top, middle, bottom)), page.crop((middle, top, right, bottom))]


def _has_words(chars: list[dict[str, Any]]) -> bool:
    """Whether a part of a page has some letters, and these on most of its lines."""
    letters = [char for char in chars if char["text"].isalpha()]
    lines, worded = ({round(char["bottom"]) for char in one} for one in (chars, letters))
    return len(letters) >= _LEAST_FULL and 2 * len(worded) > len(lines)


class _Printed(NamedTuple):
    """A line of text on a page; ``edge``: it stands where running titles and page numbers do."""

    text: str
    left: float
    right: float
    top: float
    size: float
    edge: bool
    words: PrintedLine


class _Page(NamedTuple):
    """A page: its lines outside the tables, and the tables with where each begins."""

    number: int
    lines: list[_Printed]
    tables: list[tuple[float, Matrix]]


def _page(number: int, page: Any) -> _Page:  # the library has no types
    ruled = page.filter(lambda drawn: not _is_ground(drawn, page))
    # A single column is a box around paragraphs.
    tables = [table for table in ruled.find_tables() if len(table.rows[0].cells) > 1]
    printed = [
        (line, _printed(number, line)) for line in page.extract_text_lines(return_chars=True)
    ]
    tables = _without_stripes(tables, ruled, [words for _, words in printed])
    boxes = [table.bbox for table in tables]
    lines = [
        _Printed(
            visible(line["text"]).strip(),
            line["x0"],
            line["x1"],
            line["top"],
            float(line["chars"][0]["size"]),
            (line["top"] > page.height * _BOTTOM or line["bottom"] < page.height * _TOP)
            and not _is_row(words),
            words,
        )
        for line, words in printed
        if not _inside(line, boxes)
    ]
    grids = [
        (table.bbox[1], Matrix(_grid(table, page), f"第{number}页", edges=_edges(table)))
        for table in tables
    ]
    return _Page(number, lines, grids)


def _without_stripes(tables: list[Any], page: Any, printed: list[PrintedLine]) -> list[Any]:
    """The tables without those that are rows with a coloured ground, between which others have none.

    Such a ground says where a row stands and not how far a table goes: below it is a row as wide.
    """
    coloured = [table for table in tables if not _is_ruled(table, page)]
    widths = Counter(map(_width, coloured))
    stripes = {width for width, count in widths.items() if count > 1}
    stripes |= {
        _width(table)
        for table in coloured
        if any(_is_row_below(line, table.bbox) for line in printed)
    }
    return [table for table in tables if table not in coloured or _width(table) not in stripes]


def _width(table: Any) -> tuple[int, int]:
    """Where a table begins and ends from left to right, in whole points."""
    return round(table.bbox[0]), round(table.bbox[2])


def _is_row_below(line: PrintedLine, box: tuple[float, float, float, float]) -> bool:
    """Whether a line has cells of a table and stands right below a box, within its width."""
    left, _, right, bottom = box
    return (
        0 <= (line.top + line.bottom) / 2 - bottom < _ROW_BELOW * line.size
        and len(line.words) > 1
        and left <= line.words[0].left
        and line.words[-1].right <= right
        and any(after.left - before.right > line.size for before, after in pairwise(line.words))
    )


def _is_ruled(table: Any, page: Any) -> bool:
    """Whether lines, or the edges of boxes, are drawn within a table's place."""
    left, top, right, bottom = table.bbox
    return any(
        left - _THIN <= drawn["x0"]
        and drawn["x1"] <= right + _THIN
        and top - _THIN <= drawn["top"]
        and drawn["bottom"] <= bottom + _THIN
        for drawn in (*page.lines, *page.curves, *filter(_is_line, page.rects))
    )


def _is_line(rect: dict[str, Any]) -> bool:
    return bool(rect["stroke"]) or min(rect["width"], rect["height"]) < _THIN


def _edges(table: Any) -> tuple[float, ...]:
    """Where a table's columns begin, and where the last one ends."""
    return (*sorted({cell[0] for cell in table.cells}), table.bbox[2])


def _grid(table: Any, page: Any) -> list[list[str]]:
    """The texts of a table's cells."""
    _, top, _, bottom = table.bbox
    sizes = Counter(float(char["size"]) for char in page.chars if top <= char["top"] <= bottom)
    size = sizes.most_common(1)[0][0] if sizes else 1.0
    return [
        [
            _cell(text, (box[2] - box[0]) / size if box else 0.0)
            for text, box in zip(texts, row.cells, strict=True)
        ]
        for texts, row in zip(table.extract(), table.rows, strict=True)
    ]


def _printed(number: int, line: dict[str, Any]) -> PrintedLine:
    """A line's words with their places."""
    size = float(line["chars"][0]["size"]) or 1.0
    words: list[Word] = []
    before = None
    for char in line["chars"]:
        if char["text"].isspace():
            before = None
            continue
        left, right = char["x0"], char["x1"]
        gap = size if before is None else left - before
        near = gap < _APART_BEHIND * size
        if near or (gap < _APART * size and not _ends_amount(words[-1].text, char["text"])):
            words[-1] = Word(words[-1].text + char["text"], words[-1].left, right)
        else:
            words.append(Word(char["text"], left, right))
        before = right
    few = words if len(words) <= MOST_PRINTED_WORDS else []
    shown = tuple(word._replace(text=visible(word.text)) for word in few)
    return PrintedLine(shown, f"第{number}页", number, size, line["top"], line["bottom"])


def _ends_amount(text: str, after: str) -> bool:
    """Whether a word is over with an amount of a table; the numeral of a label may stand close behind: ``0一、``."""
    return _ENDS_AMOUNT.search(text) is not None or (after in _NUMERALS and text.isdecimal())


def _is_row(line: PrintedLine) -> bool:
    """Whether a line has so many cells that it is a row of a table, such as its headings, and no running title."""
    gaps = [after.left - before.right > line.size for before, after in pairwise(line.words)]
    return sum(gaps) >= _CELLS


def _is_ground(drawn: dict[str, Any], page: Any) -> bool:
    """Whether something drawn is the paper's colour, which browsers fill in behind what stands on a page.

    Its edges would frame the whole page as one table.
    """
    return (
        drawn["object_type"] == "rect"
        and not drawn["stroke"]
        and drawn["width"] > page.width * _GROUND
        and drawn["height"] > page.height * _GROUND
    )


def _inside(line: dict[str, Any], boxes: list[tuple[float, float, float, float]]) -> bool:
    middle = (line["top"] + line["bottom"]) / 2
    return any(top <= middle <= bottom and line["x1"] > left and line["x0"] < right
               for left, top, right, bottom in boxes)  # fmt: skip


class _Assembly:
    """The elements so far, and the line that may go on."""

    def __init__(self, running: set[str]) -> None:
        self.running = running
        self.elements: list[Line | Matrix] = []
        self.last: _Printed | None = None
        self.margin = self.ended = (0.0, 0.0)
        self.step, self.spaced = 0.0, False

    def whole(self, pages: list[_Page]) -> list[Line | Matrix]:
        """All elements of all pages."""
        before: list[_Printed] = []
        for page in pages:
            lines = [
                line
                for line in page.lines
                if line.text
                # Neither a running title nor a page number.
                and not (
                    line.edge
                    and (masked(line.text) in self.running or _FOOTER.fullmatch(line.text))
                )
            ]
            lines = lines[_drawn_again(before, lines) :]
            before = lines
            self._measure([line for line in lines if len(line.text) > _LEAST_FULL])
            found: list[tuple[float, _Printed | Matrix]] = [(line.top, line) for line in lines]
            found += page.tables
            for _, one in sorted(found, key=lambda pair: pair[0]):
                if isinstance(one, _Printed):
                    self._line(page.number, one)
                else:
                    self.elements.append(one)
                    self.last = None
        return self.elements

    def _measure(self, wide: list[_Printed]) -> None:
        """Find a page's margins; one with few lines of text has those of the page before, if they are wider."""
        if not wide:
            return
        left, right = min(one.left for one in wide), max(one.right for one in wide)
        if len(wide) < _FEW_WIDE and self.margin[1]:
            left, right = min(left, self.margin[0]), max(right, self.margin[1])
        self.margin = (left, right)

    def _line(self, number: int, line: _Printed) -> None:
        before, self.last = self.last, line
        # A line at the end of a page was printed within that page's margins.
        ended, self.ended = self.ended, self.margin
        open_line = self.elements[-1] if self.elements else None
        if before is not None and isinstance(open_line, Line):
            same = abs(line.size - before.size) < _SAME_SIZE
            flush = line.left < self.margin[0] + _INDENT * line.size
            full = self._is_full(before, line, ended[1])
            goes_on = same and flush and full and not _begins(before.text, line.text)
            if goes_on and not _LEADER.search(before.text):
                whole, raw = tidy(f"{open_line.text} {line.text}"), f"{open_line.raw}\n{line.text}"
                printed = (*open_line.printed, line.words)
                self.elements[-1] = open_line._replace(text=whole, raw=raw, printed=printed)
                if line.words.page == before.words.page:
                    self.step = line.top - before.top
                return
        self.elements.append(Line(tidy(line.text), f"第{number}页", line.text, (line.words,)))

    def _is_full(self, before: _Printed, line: _Printed, right: float) -> bool:
        """Whether a line goes on to its margin, so that the next may go on with it.

        Where a sentence ends with it, that depends on how far they are from each other, if paragraphs are set apart.
        """
        room = max(_OPEN, _beginning(line.text))
        if before.text[-1] not in _ENDS:
            if _NEVER_FIRST.match(line.text):
                return True
        else:
            step = line.top - before.top if line.words.page == before.words.page else 0.0
            if 0 < _FURTHER * self.step < step:
                self.spaced = True
                return False
            near = self.spaced and 0 < step < _NEARLY * self.step
            room = room + _FULL if near else _FULL
        return len(before.text) > _LEAST_FULL and before.right > right - room * line.size


def _drawn_again(before: list[_Printed], lines: list[_Printed]) -> int:
    """How many of a page's first lines are the last ones of the page before.

    A text box that goes over pages is drawn on each of them, and only a part of it shows there.
    """
    texts, above = [line.text for line in lines], [line.text for line in before]
    most = min(len(texts), len(above))
    return next((size for size in range(most, 1, -1) if above[-size:] == texts[:size]), 0)


def _begins(before: str, text: str) -> bool:
    """Whether a line's number begins a paragraph, however full the line before it is."""
    number = _HEADING.match(text)
    if number is None:
        return False
    return before[-1] in _ENDS if number[1] else before[-1] not in _GO_ON


def _beginning(text: str) -> float:
    """How wide, in letters, the beginning of a line is that cannot be parted: brackets stay with their words."""
    found = _WHOLE.match(text)
    return sum(_HALF if sign.isascii() else 1 for sign in found[0]) if found is not None else 0


def _cell(text: str | None, width: float) -> str:
    """A cell's text without the breaks of its narrow column, which is so many letters wide.

    A break between two digits stays where nothing says whether one number was broken or two stand there. One
    among words is broken, and one that fills its line; an amount with its decimals is one where a part of it alone is
    none: ``15,214.3⏎6``.
    """
    lines = [line.strip() for line in visible(text or "").split("\n")]
    figures = [folded(line) for line in lines]
    if _AMOUNT.fullmatch("".join(figures)) and not all(map(_NUMBER.fullmatch, figures)):
        return "".join(lines)
    whole = ""
    words = any(sign.isalpha() for line in lines for sign in line)
    for before, one in zip(["", *lines], lines, strict=False):
        full = (
            words
            or sum(_HALF if sign.isascii() else 1 for sign in before) + _HALF > width - _PADDING
        )
        if whole[-1:].isdigit() and one[:1].isdigit() and not full:
            whole += f"\n{one}"
            continue
        ends = whole[-1:] + one[:1]
        whole += f" {one}" if ends.isascii() and ends.isalpha() and len(ends) == _BOTH else one
    return whole
