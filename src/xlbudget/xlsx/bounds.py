"""The raw parts of a workbook looked at before a library reads them: references, elements, texts.

A reader makes room for every cell up to the last one, for a shared text in each of its cells, and believes what a
reference says. One search passes over a sheet as programs write it; only where that stops are
the elements looked at one by one. Every pattern is linear: none goes over a second "<".
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError
from xlbudget.limits import (
    LARGEST_SHEETS,
    LAST_COLUMN,
    LAST_ROW,
    LONGEST_TEXT,
    MOST_COVERED,
    MOST_ELEMENTS,
    MOST_MERGED,
    MOST_MERGES,
    MOST_ROOM,
    MOST_SHARED_TEXTS,
    MOST_TEXT,
)
from xlbudget.xlsx.archive import too_large
from xlbudget.xlsx.references import column_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlbudget.xlsx.cells import Lines
    from xlbudget.xlsx.references import Area

_UNUSUAL = rb"<(?:c(?! r=\"[A-Z]{1,2}+[0-9]{1,4}+\")|row(?! r=\"[1-9][0-9]{0,3}\"))"
"""A cell or row that is not at most ZZ9999, or not written as usual."""
_PREFIXED = rb":(?=c[\s/>]|row[\s/>])"
_HELD = rb"<(?:v(?!/>|></v>)|is|!)"
"""A value that is not blank, or what may hide one."""
_MAIN_PREFIX = rb"xmlns:[^=<>:\s]*+\s*=\s*[\"'][^\"'<>]*/spreadsheetml/(?:2006/)?main[\"']"
_CHUNK = 2**16
_WORTH = 2**15
"""A shorter sheet is not worth being packed anew for the reader."""
_NAME = rb"<(?:[\w.-]+:)?"
_INSIDE = rb"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+"
_ELEMENT = _NAME + rb"(row|c)(?=[\s/>])(" + _INSIDE + rb")>"
_REFERENCE = rb"(?<![\w:])r\s*=\s*[\"']([^\"']*)[\"']"
_SPOT = rb"([A-Za-z]{1,3})([1-9][0-9]{0,6})"
_ERROR_CELL = _NAME + rb"c\s(" + _INSIDE + rb")(?<!/)>((?:[^<]++|<(?!/?(?:[\w.-]+:)?c[\s/>]))*+)"
_ERROR_TYPE = rb"(?<![\w:])t\s*=\s*[\"']e[\"']"
_SHOWN = _NAME + rb"v(?:\s[^<>]*)?>([^<]*)<"
_INLINE = _NAME + rb"t(?:\s[^<>]*+)?>([^<>]++)<"
_VALUE = rb"v>([^<>]*+)</(?:[\w.-]+:)?v>(<)?"
_PROLOG = rb"(?:\xef\xbb\xbf)?\s*(?:(?:<\?[^<>]*+>|<!--(?:[^-]|-(?!->))*+-->)\s*)*+<[^!?]"
_SHORTEST = len('<c t="s"><v>0</v>')
_UNCOUNTED = 256 * 2**20
"""If all values were the longest text and came to no more bytes, memory will do, and an exact count is spared."""


class Ceilings:
    """What the sheets of one workbook have come to so far; each is looked at before it is read."""

    def __init__(self, book: str) -> None:
        self._book = book
        self._bytes = self._elements = self._room = self._text = 0
        self._lengths: list[int] = []
        self._longest = self._most_text = 0
        self._few_strings = True

    def check_sheet(self, sheet: str, data: bytes) -> None:
        """A sheet's part; the shared texts have been looked at before.

        Raises:
            UnusableFileError: what a reader would need for it is beyond any budget, or a reference
                names no cell.
        """
        refuse_entities(self._named(sheet), data)
        self._bytes += len(data)
        if self._bytes > LARGEST_SHEETS:
            raise self._beyond(sheet, "内容过多")
        start, end = data.find(b"<sheetData"), data.rfind(b"</sheetData>")
        if not 0 <= start < end:
            start, end = 0, len(data)
        unusual = start == 0 or re.compile(_UNUSUAL).search(data, start, end)
        if unusual or re.search(_PREFIXED, data):
            self._check_extent(sheet, data)
        merges = data.count(b"mergeCell", 0, start) + data.count(b"mergeCell", end)
        if merges > 2 * MOST_MERGES + 2:  # each may be named again at its end
            raise self._beyond(sheet, "合并的格过多")
        self._check_longest(f"{self._named(sheet)}里", data, start, end)
        self._check_text(sheet, data)

    def check_strings(self, strings: bytes) -> None:
        """The part of the shared texts.

        Raises:
            UnusableFileError: they are too many, or one too long.
        """
        where = f"工作簿“{self._book}”"
        refuse_entities(where, strings)
        if strings.count(b"<si") + strings.count(b":si") > MOST_SHARED_TEXTS:
            raise too_large(self._book)
        self._check_longest(where, strings, 0, len(strings))
        self._lengths = [len(one) for one in re.split(rb"<(?:[\w.-]+:)?si[\s/>]", strings)[1:]]
        self._longest = max(self._lengths, default=0)
        self._few_strings = len(strings) <= 3 * MOST_TEXT  # in UTF-8

    def check_merged(self, sheet: str, areas: list[Area]) -> None:
        """The merged ranges of a sheet.

        Raises:
            UnusableFileError: they are too many, or cover too much.
        """
        covered = sum(
            size
            for top, left, bottom, right in areas
            if (size := (bottom - top + 1) * (right - left + 1)) <= MOST_COVERED
        )
        if len(areas) > MOST_MERGES or covered > MOST_MERGED:
            raise self._beyond(sheet, "合并的格过多")

    def count_room(self, sheet: str, lines: Lines) -> None:
        """The cells of a sheet that has been read.

        Raises:
            UnusableFileError: with those of the others they are too many.
        """
        self._room += len(lines) * len(lines[0]) if lines else 0
        if self._room > MOST_ROOM:
            raise self._beyond(sheet, "和前面各表合起来用到的格过多")

    def _named(self, sheet: str) -> str:
        return f"工作簿“{self._book}”的工作表“{sheet}”"

    def _beyond(self, sheet: str, what: str) -> UnusableFileError:
        return UnusableFileError(
            f"{self._named(sheet)}{what}，远远超出预算表；请删去表外的内容后再试。"
        )

    def _check_extent(self, sheet: str, data: bytes) -> None:
        """Every reference to a cell, as readers count them: without one, the next cell or row."""
        rows = columns = row = column = 0
        for match in re.finditer(_ELEMENT, data):
            self._elements += 1
            if self._elements > MOST_ELEMENTS:
                raise self._beyond(sheet, "用到的格过多")
            named = re.search(_REFERENCE, match[2])
            if match[1] == b"row":
                row, column = _row(named[1]) if named else row + 1, 0
                known = 0 < row <= LAST_ROW
            else:
                spot = re.fullmatch(_SPOT, named[1]) if named else None
                known = spot is not None or named is None
                at = row
                if spot is not None:
                    at, column = int(spot[2]), column_number(spot[1].decode().upper())
                else:
                    column += 1
                known = known and at <= LAST_ROW and column <= LAST_COLUMN
                blank = match[2].endswith(b"/") or data.startswith(b"</", match.end())
                if not blank:
                    rows, columns = max(rows, at), max(columns, column)
            if not known:
                told = named[1].decode("utf-8", "replace")[:20] if named else str(row)
                raise UnusableFileError(
                    f"{self._named(sheet)}里有位置“{told}”，任何工作表都没有这一格；文件已损坏，"
                    "请从备份恢复，或在 Excel 中打开修复后另存。"
                )
        if rows * columns > MOST_ROOM:
            raise self._beyond(sheet, f"用到了第{rows}行、第{columns}列")

    def _check_longest(self, where: str, data: bytes, start: int, end: int) -> None:
        """Refuse a text that no cell can hold."""
        place = _longest_run(data, start, end)
        if place >= 0:
            cell = re.findall(_REFERENCE, data[data.rfind(b"<c", 0, place) : place][:200])[:1]
            named = cell[0].decode("utf-8", "replace")[:20] if cell else "有一格"
            raise UnusableFileError(
                f"{where}{named}的内容超过一格最多的{LONGEST_TEXT}字，没有读取；请删短后再试。"
            )

    def _check_text(self, sheet: str, data: bytes) -> None:
        """All texts together; a shared one counts in every cell."""
        own = self._bytes > 2 * MOST_TEXT  # only then can texts that are not shared be too many
        most = len(data) // _SHORTEST * self._longest
        if self._most_text + most > _UNCOUNTED:
            most = data.count(b"v>") // 2 * self._longest
        self._most_text += most
        if not own and self._few_strings and self._most_text <= _UNCOUNTED:
            return
        if own:
            self._text += sum(len(match[1]) for match in re.finditer(_INLINE, data))
        self._text += sum(self._value_lengths(data))
        if self._text > MOST_TEXT:
            raise self._beyond(sheet, "文字过多")

    def _value_lengths(self, data: bytes) -> Iterator[int]:
        for match in re.finditer(_VALUE, data):
            number = match[1].strip().removeprefix(b"+")
            if match[2] and data.startswith((b"v>", b"v "), match.end()):
                yield self._longest  # its values are run together
            elif number.isdigit() and len(number) <= len(str(MOST_SHARED_TEXTS)):
                at = int(number)
                yield self._lengths[at] if at < len(self._lengths) else 0
            else:
                yield len(match[1])


def without_blank_end(data: bytes) -> bytes:
    """A sheet's part without the rows behind the last value; itself where that makes it little shorter.

    Rooms for lines that nobody has filled in have styles and formulas without a result, in our workbooks
    nine tenths of all cells. What is not written as programs write it stays as it is.
    """
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    held, bottom = re.compile(_HELD), end
    while 0 <= start < bottom:
        top = max(data.rfind(b"<row", start, max(bottom - _CHUNK, start)), start)
        last = deque(held.finditer(data, top, bottom), maxlen=1)
        if last:
            place = last[0].end()
            cut = data.find(b"</row>", place, end) + len(b"</row>")
            if place < cut < end - _WORTH and not _hides(data, start, cut, end):
                return data[:cut] + data[end:]
            return data
        bottom = top
    return data


def _hides(data: bytes, start: int, cut: int, end: int) -> bool:
    """Whether rows may hold more than is seen: a comment goes over them, or their elements have a prefix."""
    return (
        data.find(b"<!", 0, cut) >= 0
        or re.search(_MAIN_PREFIX, data[:start]) is not None
        or data.find(b"xmlns", start, end) >= 0
    )


def refuse_entities(where: str, data: bytes) -> None:
    """Refuse a part that declares a document type: programs write none, and entities grow without bounds.

    Raises:
        UnusableFileError: it does, or it is no XML in UTF-8.
    """
    if data and not re.match(_PROLOG, data):
        raise UnusableFileError(
            f"{where}已损坏，读不出内容；请从备份恢复，或在 Excel 中打开修复后另存。"
        )


def error_values(data: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """The error values of a sheet with their line and column from 0."""
    if b"#" not in data or not (b't="e"' in data or b"t='e'" in data):
        return
    for match in re.finditer(_ERROR_CELL, data):
        if re.search(_ERROR_TYPE, match[1]) and (named := re.search(_REFERENCE, match[1])):
            spot = re.fullmatch(_SPOT, named[1])
            shown = re.search(_SHOWN, match[2])
            if spot is not None:
                text = shown[1].decode("utf-8", "replace") if shown else "#VALUE!"
                yield (int(spot[2]) - 1, column_number(spot[1].decode().upper()) - 1), text


def _row(text: bytes) -> int:
    """The number of a row; 0 if it is none."""
    return int(text) if text.isdigit() and len(text) <= len(str(LAST_ROW)) else 0


def _longest_run(data: bytes, begin: int, end: int) -> int:
    """Where a run of more than the longest text without an element begins; -1 if there is none.

    Such a run has a whole window of half its length without a "<".
    """
    half = LONGEST_TEXT // 2
    for start in range(begin, end - half, half):
        if data.find(b"<", start, start + half) < 0:
            first, last = data.rfind(b"<", begin, start) + 1, data.find(b"<", start, end)
            run = data[first : last if last >= 0 else end]
            if len(run) > LONGEST_TEXT and len(run.decode("utf-8", "replace")) > LONGEST_TEXT:
                return first
    return -1
