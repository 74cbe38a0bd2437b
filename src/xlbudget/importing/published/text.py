"""A published document as text: cells between tabs or bars, paragraphs as converters leave them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError
from xlbudget.importing.published.elements import Line, Matrix, joined, tidy
from xlbudget.sheets.cells import whole_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_CHECKED = re.compile(r"<input\b[^>]*\bchecked\b[^>]*>", re.IGNORECASE)
_UNCHECKED = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<br\s*/?>|</?(?:b|i|u|sup|sub|span|p|div|center)\b[^>]*>", re.IGNORECASE)
_RULE = re.compile(r"[|:\-\s]+")
_BULLET = re.compile(r"^\s*[-*+•]\s+")
_HEAD = re.compile(r"^\s*#{1,6}\s+")
_PIPED = 2
"""So many bars make a line one of a table."""


def text_elements(path: Path) -> Iterator[Line | Matrix]:
    """The lines and tables of a text file.

    Raises:
        UnusableFileError: it is no text.
    """
    rows: list[list[str]] = []
    start = 0
    open_line: Line | None = None
    apart = False
    for number, raw in enumerate(decoded(path).splitlines(), 1):
        cells = _cells(raw)
        if cells is not None:
            if open_line is not None:
                yield open_line
                open_line = None
            start = start or number
            if cells:
                rows.append(cells)
            continue
        if rows:
            yield Matrix(whole_lines(rows), f"第{start}行起")
            rows, start = [], 0
        text = tidy(_clean(raw))
        if not text:
            apart = True
            continue
        if open_line is not None and joined(open_line.text, text, apart=apart):
            whole, lines = tidy(open_line.text + text), f"{open_line.raw}\n{raw}"
            open_line = open_line._replace(text=whole, raw=lines)
        else:
            if open_line is not None:
                yield open_line
            open_line = Line(text, f"第{number}行", raw)
        apart = False
    if rows:
        yield Matrix(whole_lines(rows), f"第{start}行起")
    if open_line is not None:
        yield open_line


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
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnusableFileError(
        f"“{path.name}”不是文本，或编码不明；请用记事本打开，另存为 UTF-8 编码的文本。"
    )
