"""The settings file of the xlwings add-in, read and changed as the add-in itself reads it.

The add-in reads with VBA's ``Open … For Input`` and ``Input #`` (GetConfigFromFile in its Config.bas):
bytes of the ANSI code page; items that commas and line ends separate, a quotation mark opening one
that ends at the next; items taken two by two, key and value; the first pair of a key counts. An item
too many or too few puts everything below it out of step. Python's modes and locale play no part.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


_LINE_END = b"\r\n"
_VARIABLE = re.compile(r"%([^%]+)%")
_PLAIN = re.compile(r"[^,\r\n]*")
_GAP = re.compile(r"[ \t]*")
_DELIMITER = re.compile(r"[ \t]*(?:,|\r\n|\r|\n)?")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Signs that no text has; the add-in takes 1A for the end of the file."""
_WIDE = 0x800
"""From here on UTF-8 takes three bytes: two bytes may as well be a sign of a double-byte code page."""


class Changed(NamedTuple):
    """A file with some settings changed; a clause for whatever else was done or is left to be mended."""

    raw: bytes
    said: list[str]


class _Line(NamedTuple):
    """A line without its end. ``kind``: ansi as it is, utf8 to be converted, or damaged."""

    raw: bytes
    end: bytes
    kind: str


def can_hold(text: str, code_page: str) -> bool:
    """Whether a text can be written in a code page (a codec's name) and is read back the same."""
    try:
        return text.encode(code_page).decode(code_page) == text
    except UnicodeError:
        return False


def expanded(value: str, variable: Callable[[str], str]) -> str:
    """A setting as the add-in uses it: ``%NAME%`` is an environment variable where there is one."""
    return _VARIABLE.sub(lambda match: variable(match[1]) or match[0], value)


def settings_in(raw: bytes, code_page: str) -> dict[str, str]:
    """What the add-in finds: values by key in capitals, the first of each key."""
    found: dict[str, str] = {}
    text = raw.decode(code_page, "replace").partition("\x1a")[0]
    items = _items(text)
    for key in items:
        found.setdefault(key.upper(), next(items, ""))
    return found


def troubles_in(raw: bytes, code_page: str) -> list[str]:
    """What keeps the add-in from reading the file right, a clause each; empty where nothing does."""
    found = []
    if _byte_order_mark(raw):
        found.append("文件开头有编码标记（BOM），加载项读不出第一行")
    lines = _lines(raw, code_page)
    for kind, said in (
        ("damaged", "不是文字，加载项读不懂"),
        ("utf8", f"是 UTF-8 编码，加载项按系统的字符集（{code_page}）读成乱码"),
    ):
        numbers = [number for number, one in enumerate(lines, 1) if one.kind == kind]
        if numbers:
            found.append(f"{_numbered(numbers)}{said}")
    if any(line.end == b"\n" for line in lines):
        found.append("有的行尾不是回车换行，加载项分不清行")
    return found + _out_of_step(lines, code_page)


def changed(raw: bytes, settings: Mapping[str, str], code_page: str) -> Changed:
    """The file with some settings changed or added; every sound line of others stays byte for byte.

    A setting is changed where the add-in finds it, else it goes to the top, where nothing can put
    the add-in out of step. Lines in UTF-8 are converted; damaged ones are left out.

    Raises:
        UnicodeEncodeError: a setting cannot be written in the code page.
    """
    said = []
    lines = _lines(raw, code_page)
    damaged = [number for number, one in enumerate(lines, 1) if one.kind == "damaged"]
    if damaged:
        said.append(f"{_numbered(damaged)}已损坏，没有保留在新文件里")
    if _byte_order_mark(raw) or any(line.kind == "utf8" or line.end == b"\n" for line in lines):
        said.append(f"已改为加载项能读的编码和行尾（{code_page}）")
    kept = [_converted(line, code_page) for line in lines if line.kind != "damaged"]
    left = dict(settings)
    for place, one in enumerate(kept):
        items = _line_items(one, code_page)
        if len(items) != _PAIR:
            break
        key = items[0].upper()
        if key in left:
            value = left.pop(key)
            if items[1] != value:
                kept[place] = _Line(_written(key, value, code_page), one.end, "ansi")
    top = [_Line(_written(*pair, code_page), _LINE_END, "ansi") for pair in left.items()]
    whole = top + kept
    foreign = [number for number, one in enumerate(whole, 1) if one.kind == "utf8"]
    if foreign:
        said.append(f"{_numbered(foreign)}有系统的字符集（{code_page}）里没有的字，照原样留着")
    raw = b"".join(line.raw + line.end for line in whole)
    return Changed(raw, said + _out_of_step(whole, code_page))


_PAIR = 2


def _items(text: str) -> Iterator[str]:
    """The items of a text as ``Input #`` gives them into strings."""
    place = 0
    while place < len(text):
        place = _matched(_GAP, text, place)
        if text[place : place + 1] == '"':
            close = text.find('"', place + 1)
            close = len(text) if close < 0 else close
            yield text[place + 1 : close]
            place = _matched(_DELIMITER, text, close + 1)
        else:
            end = _matched(_PLAIN, text, place)
            yield text[place:end].rstrip()
            place = _matched(_DELIMITER, text, end)


def _matched(pattern: re.Pattern[str], text: str, place: int) -> int:
    """Where a pattern that matches everywhere ends."""
    match = pattern.match(text, place)
    assert match is not None
    return match.end()


def _line_items(line: _Line, code_page: str) -> list[str]:
    """The items of one line; none where a quotation mark is left open, for it takes in the next line."""
    text = line.raw.decode(code_page, "replace")
    return [] if text.count('"') % 2 else list(_items(f"{text}\r\n"))


def _out_of_step(lines: list[_Line], code_page: str) -> list[str]:
    numbers = [
        number
        for number, one in enumerate(lines, 1)
        if one.kind != "damaged" and len(_line_items(one, code_page)) != _PAIR
    ]
    if not numbers:
        return []
    return [f"{_numbered(numbers)}不是一个键和一个值，加载项从那里起会读错位，请用记事本删去"]


def _numbered(numbers: list[int]) -> str:
    return f"第{'、'.join(map(str, numbers))}行"


def _byte_order_mark(raw: bytes) -> bytes:
    """The mark at the beginning; "" where there is none."""
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return next((data for data in marks if raw.startswith(data)), b"")


def _lines(raw: bytes, code_page: str) -> list[_Line]:
    """The lines of a file, each with what it is; no byte-order mark."""
    mark = _byte_order_mark(raw)
    if mark == codecs.BOM_UTF8:
        raw = raw[len(mark) :]
    elif mark:
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    lines = []
    for whole in raw.splitlines(keepends=True):
        line = whole.rstrip(b"\r\n")
        lines.append(_Line(line, whole[len(line) :], _kind(line, code_page)))
    return lines


def _kind(line: bytes, code_page: str) -> str:
    if _CONTROL.search(line):
        return "damaged"
    if line.isascii():
        return "ansi"
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    try:
        line.decode(code_page)
    except UnicodeDecodeError:
        return "utf8" if text else "damaged"
    wide = codecs.lookup(code_page).name != "utf-8" and any(ord(sign) >= _WIDE for sign in text)
    return "utf8" if wide else "ansi"


def _converted(line: _Line, code_page: str) -> _Line:
    """A line as the add-in reads it; what the code page has no signs for stays as it is."""
    end = _LINE_END if line.end == b"\n" else line.end
    if line.kind == "utf8":
        text = line.raw.decode("utf-8")
        if can_hold(text, code_page):
            return _Line(text.encode(code_page), end, "ansi")
    return line._replace(end=end)


def _written(key: str, value: str, code_page: str) -> bytes:
    """A line; the add-in knows no quotation mark within a value."""
    return f'"{key}","{value}"'.encode(code_page)
