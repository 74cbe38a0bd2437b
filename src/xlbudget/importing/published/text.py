"""A published document as text: cells between tabs or bars, paragraphs as converters leave them."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import islice
from typing import TYPE_CHECKING

from xlbudget.characters import visible
from xlbudget.errors import UnusableFileError
from xlbudget.importing.published.elements import Line, Matrix, PrintedLine, Word, tidy
from xlbudget.importing.published.flow import page_lines
from xlbudget.limits import MOST_PRINTED_WORDS
from xlbudget.sheets.cells import whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


_END = "。：；！？…:;"
_MARK = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十百]{1,5}[、）).．]|第[一二三四五六七八九十]{1,3}部分"
    r"|[（(]?\d{1,3}[、）)]|\d{1,3}[.．](?!\d))"
)
_FULL_LINE = 18
"""A paragraph with fewer letters than this was not broken because the page was full."""
_NEARLY = 0.8
_STOPS = re.compile("[，、；。]")
_CHECKED = re.compile(r"<input\b[^<>]*\bchecked\b[^<>]*>", re.IGNORECASE)
_UNCHECKED = re.compile(r"<input\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<br ?/?>|</?(?:b|i|u|sup|sub|span|p|div|center)\b[^<>]*>", re.IGNORECASE)
_RULE = re.compile(r"[|:\-\s]+")
_BULLET = re.compile(r"^\s*[-*+•]\s+")
_HEAD = re.compile(r"^\s*#{1,6}\s+")
_PIPED = 2
"""So many bars make a line one of a table."""
_ROW = re.compile(r"\S(?:[ \u3000]{2,}|\u3000)\S.*\d|(?:\s-?[\d,]*\d\.\d\d){2}$")
"""A line with cells far apart and a number, or with amounts at its end, is no line of a paragraph."""
_WORD = re.compile(r"\S+")
_COLUMNS = 2
"""A Chinese character is as wide as so many others."""
_TAB = 8


def text_elements(path: Path) -> Iterator[Line | Matrix]:
    """The lines and tables of a text file.

    Raises:
        UnusableFileError: it is no text.
    """
    rows: list[list[str]] = []
    start = 0
    text = decoded(path)
    lines = text.splitlines()
    paragraph = _Paragraph(_full_width(lines))
    pages = page_lines(line.strip() for line in lines if _cells(line) is None)
    page = 1
    for number, (raw, ended) in enumerate(
        zip(lines, text.splitlines(keepends=True), strict=True), 1
    ):
        page += ended.endswith("\f")
        if raw.strip() in pages:
            continue
        cells = _cells(raw)
        if cells is not None:
            yield from paragraph.end()
            start = start or number
            if cells:
                rows.append(cells)
            continue
        if rows:
            yield Matrix(whole_lines(rows), f"第{start}行起", ragged=True)
            rows, start = [], 0
        yield from paragraph.line(number, tidy(_clean(raw)), raw, page)
    if rows:
        yield Matrix(whole_lines(rows), f"第{start}行起", ragged=True)
    yield from paragraph.end()


class _Paragraph:
    """A paragraph that lines are added to as long as they go on with it."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.texts: list[str] = []
        self.raws: list[str] = []
        self.printed: list[PrintedLine] = []
        self.number = 0
        self.size = 0
        self.stopped = self.apart = self.row = False

    def line(self, number: int, text: str, raw: str, page: int) -> Iterator[Line]:
        """The paragraph that ends where this line begins another one."""
        if not text:
            self.apart = True
            return
        row = _ROW.search(raw.strip()) is not None
        if row or self.row or not self.goes_on(text):
            yield from self.end()
            self.number = number
        self.row = row
        mark = None if self.texts else _MARK.match(text)
        self.stopped |= _STOPS.search(text, mark.end() if mark else 0) is not None
        self.size += len(text)
        self.texts.append(text)
        self.raws.append(raw)
        self.printed.append(PrintedLine(_words(raw), f"第{number}行", page, _COLUMNS))
        self.apart = False

    def goes_on(self, text: str) -> bool:
        """Whether a line goes on with the paragraph."""
        if not self.texts or self.texts[-1][-1] in _END or _MARK.match(text):
            return False
        if not self.stopped and _MARK.match(self.texts[0]) and len(self.texts[-1]) < self.width:
            return False  # a heading that does not fill its line
        return self.size >= _FULL_LINE and (self.stopped or not self.apart)

    def end(self) -> Iterator[Line]:
        """The paragraph, if there is one."""
        if self.texts:
            printed = tuple(self.printed)
            yield Line("".join(self.texts), f"第{self.number}行", "\n".join(self.raws), printed)
        self.texts, self.raws, self.printed = [], [], []
        self.size, self.stopped, self.apart = 0, False, False


def _words(raw: str) -> tuple[Word, ...]:
    """The words of a line that is printed with signs of equal width, Chinese ones twice as wide.

    None of a line with more than a table has.
    """
    shown = visible(raw)
    found = list(islice(_WORD.finditer(shown), MOST_PRINTED_WORDS + 1))
    if len(found) > MOST_PRINTED_WORDS:
        return ()
    ends = [0]
    for sign in shown:
        wide = unicodedata.east_asian_width(sign) in "WF"
        width = _TAB - ends[-1] % _TAB if sign == "\t" else _COLUMNS if wide else 1
        ends.append(ends[-1] + width)
    return tuple(Word(match[0], ends[match.start()], ends[match.end()]) for match in found)


def _full_width(lines: Sequence[str]) -> float:
    """So many letters a line has that is full, most of the longest ones considered."""
    sizes = sorted(size for line in lines if (size := len(line.strip())) >= _FULL_LINE)
    return _NEARLY * sizes[len(sizes) * 9 // 10] if sizes else 0.0


def _cells(raw: str) -> list[str] | None:
    """The cells of a table's line; none of a line that only divides; None for other lines."""
    line = raw.strip("\r\n")
    if "\t" in line:
        return [_clean(cell).strip() for cell in line.split("\t")]
    bare = line.strip()
    if bare.startswith("|") and bare.count("|") >= _PIPED:
        inner = bare[1:].removesuffix("|")
        return [] if _RULE.fullmatch(bare) else [_clean(one).strip() for one in inner.split("|")]
    return None


def _clean(text: str) -> str:
    """Without the marks of Markdown; check boxes as signs."""
    found = _UNCHECKED.sub("☐", _CHECKED.sub("☑", text))
    found = _BULLET.sub("", _HEAD.sub("", _TAG.sub("", found)))
    return found.replace("**", "").replace("__", "")


def decoded(path: Path) -> str:
    """The text of a file in UTF-8 or the national encoding.

    Raises:
        UnusableFileError: it is no text.
    """
    data = path.read_bytes()
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnusableFileError(
        f"“{path.name}”不是文本，或编码不明；请用记事本打开，另存为 UTF-8 编码的文本。"
    )
