"""A published web page as lines and tables; scripts, styles, addresses and what is hidden are not looked at.

A table that holds tables is layout: what its cells hold is read one after another.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from xlbudget.findings import NotRead
from xlbudget.importing.published.elements import Line, Matrix, SpanGrid, span
from xlbudget.importing.published.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlbudget.importing.published.elements import Element


_BREAK, _END = "\x00", "\x01"
"""Mark <br>, and where a paragraph begins or ends; the line breaks of the source are mere spaces."""
_MARKS = re.compile(f"[{_BREAK}{_END}]")
_SKIPPED = frozenset(("script", "style", "template", "noscript", "title", "footer"))
_BLOCK = re.compile(
    "p|div|li|h[1-6]|section|article|header|footer|nav|caption|[oud]l|d[td]|br|t[rdh]|table"
)
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "col", "wbr", "source"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_DEEPEST = 50
"""Tables in tables; those that are deeper are read as text of their cell."""
_LONGEST_TAG = 10_000
"""A longer tag, such as a picture written into the page, is read without its attributes."""
_NAME = re.compile(r"/?[A-Za-z][A-Za-z0-9:-]*")

_Pieces = list["str | Matrix | NotRead"]


def html_elements(path: Path) -> Iterator[Element]:
    """The lines and tables of a page.

    Raises:
        UnusableFileError: it is no text.
    """
    page = _Page()
    page.feed(_closed(decoded(path)))
    page.close()
    lines = tables = 0
    for one in page.whole():
        if isinstance(one, str):
            lines += 1
            yield Line(one, f"第{lines}段")
        else:
            tables += 1
            where = f"第{tables}张表"
            yield (
                one._replace(where=where) if isinstance(one, Matrix) else one._replace(place=where)
            )


def _closed(text: str) -> str:
    """The page without comments and declarations, and with every sign < that opens no tag as a letter.

    The library's parser goes over the rest of a page again for each tag that does not end.
    """
    kept = []
    for at, piece in enumerate(_without_comments(text).split("<")):
        tag, end, rest = piece.partition(">")
        if not at:
            kept.append(piece)
        elif not end:
            kept.append(f"&lt;{piece}")
        elif tag[:1] not in ("!", "?"):
            name = _NAME.match(tag)
            short = name[0] if name and len(tag) > _LONGEST_TAG else tag
            kept.append(f"<{short}>{rest}")
        else:
            kept.append(rest)
    return "".join(kept)


def _without_comments(text: str) -> str:
    """The page without comments; one that does not end reaches to the page's end."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start)
        at = end + len("-->") if end >= 0 else len(text)
    return "".join(kept) + text[at:]


class _Table:
    """A table that is open: its cells so far, and what stands in it beside them."""

    def __init__(self) -> None:
        self.grid = SpanGrid()
        self.beside: _Pieces = []
        self.cells: list[_Pieces] = []
        self.cell: _Pieces | None = None
        self.span = (1, 1)
        self.layout = False

    def open_cell(self, columns: int, rows: int) -> None:
        """Begin a cell; the one before ends."""
        self.close_cell()
        self.cell, self.span = [], (columns, rows)

    def close_cell(self) -> None:
        """End the cell that is open."""
        if self.cell is None:
            return
        self.cells.append(self.cell)
        whole = "".join(one for one in self.cell if isinstance(one, str)).replace(_END, "")
        text = "\n".join(" ".join(line.split()) for line in whole.split(_BREAK)).strip("\n")
        self.grid.cell(text, *self.span)
        self.cell = None

    def whole(self) -> _Pieces:
        """What the table gives to what holds it."""
        self.close_cell()
        if self.layout:
            inside = [one for cell in self.cells for one in (*cell, _END)]
            return [*self.beside, _END, *inside]
        lines = self.grid.lines()
        beside: _Pieces = [_END, *self.beside, _END]
        if lines:
            beside.append(Matrix(lines, ""))
        elif self.grid.beyond:
            beside.append(NotRead("", "行或列多得不像预算表"))
        return beside


class _Page(HTMLParser):
    """Collects what a reader sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: _Pieces = []
        self.tables: list[_Table] = []
        self.skipping = 0
        self.ignoring = False
        self.hidden, self.depth = "", 0
        self.caption = False

    @property
    def place(self) -> _Pieces:
        """Where text goes: the open cell, or what is around the tables."""
        if not self.tables:
            return self.pieces
        table = self.tables[-1]
        return table.beside if table.cell is None else table.cell

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if self._hides(tag, known):
            return
        if tag in _SKIPPED:
            self.skipping += 1
        elif tag == "a" and "skip" in (known.get("class") or "").split():
            self.ignoring = True
        elif tag == "table" and len(self.tables) < _DEEPEST:
            if self.tables:
                self.tables[-1].layout = True
            self.tables.append(_Table())
        elif tag == "tr" and self.tables:
            self.tables[-1].close_cell()
            self.tables[-1].grid.row()
        elif tag in ("td", "th") and self.tables:
            self.tables[-1].open_cell(span(known.get("colspan")), span(known.get("rowspan")))
        elif tag == "br":
            self.place.append(_BREAK)
        elif tag == "input" and known.get("type") == "checkbox":
            self.handle_data("☑" if "checked" in known else "☐")
        elif tag == "caption" or (tag == "span" and self.caption) or _BLOCK.fullmatch(tag):
            self.caption |= tag == "caption"
            self.place.append(_END)

    def _hides(self, tag: str, known: dict[str, str | None]) -> bool:
        """Whether a tag begins or stands in something that is not shown."""
        if self.hidden in ("tr", "td", "th", "p", "li") and tag == self.hidden and self.depth == 1:
            self.hidden = ""  # the next one begins without an end of the last
        if self.hidden:
            self.depth += tag == self.hidden
            return True
        shown = "hidden" not in known and not _HIDDEN.search(known.get("style") or "")
        if shown or tag in _VOID:
            return False
        self.hidden, self.depth = tag, 1
        return True

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            self.depth -= tag == self.hidden
            if not self.depth or (self.hidden in ("tr", "td", "th") and tag == "table"):
                self.hidden = ""
            return
        if tag in _SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        elif tag == "a":
            self.ignoring = False
        elif tag == "table" and self.tables:
            whole = self.tables.pop().whole()
            self.place.extend(whole)
        elif tag in ("td", "th") and self.tables:
            self.tables[-1].close_cell()
        elif _BLOCK.fullmatch(tag):
            self.caption &= tag != "caption"
            self.place.append(_END)

    def handle_data(self, data: str) -> None:
        if not (self.skipping or self.ignoring or self.hidden):
            self.place.append(_MARKS.sub("", data))

    def whole(self) -> Iterator[str | Matrix | NotRead]:
        """Paragraphs and tables, also of tables that do not end."""
        while self.tables:
            whole = self.tables.pop().whole()
            self.place.extend(whole)
        text: list[str] = []
        for one in (*self.pieces, _END):
            if isinstance(one, str) and one not in (_BREAK, _END):
                text.append(one)
                continue
            if paragraph := " ".join("".join(text).split()):
                yield paragraph
            text = []
            if not isinstance(one, str):
                yield one
