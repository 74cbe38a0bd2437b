"""A published web page as lines and tables; scripts, styles and addresses are not looked at."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from xlbudget.importing.published.elements import Line, Matrix, SpanGrid
from xlbudget.importing.published.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_BREAK = "\x00"
"""Marks <br> in a cell; the line breaks of the source are mere spaces."""
_SKIPPED = frozenset(("script", "style", "template", "noscript", "title", "footer"))
_BLOCK = re.compile(
    "p|div|li|h[1-6]|section|article|header|footer|nav|caption|[oud]l|d[td]|br|t[rdh]|table"
)


def html_elements(path: Path) -> Iterator[Line | Matrix]:
    """The lines and tables of a page.

    Raises:
        UnusableFileError: it is no text.
    """
    page = _Page()
    page.feed(decoded(path))
    page.close()
    page.flush()
    yield from page.elements


class _Page(HTMLParser):
    """Collects the elements; a table within a table is part of its cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Line | Matrix] = []
        self.text: list[str] = []
        self.skipping = 0
        self.ignoring = False
        self.tables = 0
        self.cell: list[str] | None = None
        self.span = (1, 1)
        self.grid = SpanGrid()
        self.caption = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self.skipping += 1
        elif tag == "a" and "skip" in (dict(attrs).get("class") or "").split():
            self.ignoring = True
        elif tag == "table":
            self.flush()
            self.tables += 1
            if self.tables == 1:
                self.grid = SpanGrid()
        elif tag == "caption" and self.tables == 1:
            self.caption = True
        elif tag == "tr" and self.tables == 1:
            self._end_cell()
            self.grid.row()
        elif tag in ("td", "th") and self.tables == 1:
            self._end_cell()
            known = dict(attrs)
            self.cell, self.span = [], (_count(known.get("colspan")), _count(known.get("rowspan")))
        elif tag == "br" and self.cell is not None:
            self.cell.append(_BREAK)
        elif tag == "input" and dict(attrs).get("type") == "checkbox":
            self.handle_data("☑" if "checked" in dict(attrs) else "☐")
        elif (tag == "span" and self.caption) or (_BLOCK.fullmatch(tag) and self.cell is None):
            self.flush()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        elif tag == "a":
            self.ignoring = False
        elif tag == "table" and self.tables:
            self.tables -= 1
            if not self.tables:
                self._end_cell()
                lines = self.grid.lines()
                if lines:
                    number = sum(isinstance(element, Matrix) for element in self.elements) + 1
                    self.elements.append(Matrix(lines, f"第{number}张表"))
        elif tag in ("td", "th") and self.tables == 1:
            self._end_cell()
        elif tag == "caption" and self.caption:
            self.flush()
            self.caption = False
        elif _BLOCK.fullmatch(tag) and self.cell is None:
            self.flush()

    def handle_data(self, data: str) -> None:
        if self.skipping or self.ignoring:
            return
        if self.cell is not None:
            self.cell.append(data)
        else:
            self.text.append(data)

    def flush(self) -> None:
        """End the paragraph that is open."""
        text = " ".join("".join(self.text).split())
        self.text = []
        if text:
            number = sum(isinstance(element, Line) for element in self.elements) + 1
            self.elements.append(Line(text, f"第{number}段"))

    def _end_cell(self) -> None:
        if self.cell is not None:
            lines = "".join(self.cell).split(_BREAK)
            text = "\n".join(" ".join(line.split()) for line in lines).strip("\n")
            self.grid.cell(text, *self.span)
            self.cell = None


def _count(text: str | None) -> int:
    """A span; what is no number or beyond reason is 1."""
    return min(int(text), 200) if text and text.isdigit() and int(text) else 1
