"""What runs over the pages of a document and what goes on over them.

Page numbers and running titles say nothing of the budget: they are known by standing in many places
with other digits. A table goes on over blank lines, running lines, its repeated headings and its
repeated title with （续）, as long as its columns are as many and no other table begins.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from xlbudget.characters import plain_name, squash
from xlbudget.findings import NotRead
from xlbudget.importing.published.elements import Line, Matrix

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from xlbudget.importing.published.elements import Element

_PAGE = re.compile(
    r"[-—–－_~·\s]*第?\s*\d{1,4}\s*页?(?:\s*[,，/]?\s*共?\s*\d{1,4}\s*页?)?[-—–－_~·\s]*"
)
_BARE = re.compile(r"\d{1,4}")
_PAGED = re.compile(r"第#页|页#|#/#|[-—–]#[-—–]")
_DIGITS = re.compile(r"\d")
_RUN = re.compile("#+")
_CUT = re.compile(r"-?\d[\d,]*(?:\.\d?)?")
_AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})*\.\d\d")
"""An amount, and one that lacks its last digits."""
_OFTEN = 3
"""What stands in so many places is a running line, and a bare number in as many a page's."""
_LONGEST = 60
_CONTINUED = "续"
_TITLE = re.compile(r"[^，。；：、]{2,40}表")
_FEW = 2
_SAME = 2.0
"""Lines between columns are the same so many points apart."""


def masked(text: str) -> str:
    """A line with its digits made equal: 第7页 and 第18页 are one."""
    return _RUN.sub("#", _DIGITS.sub("#", squash(text)))


def page_lines(texts: Iterable[str]) -> frozenset[str]:
    """Of a document's lines, those that number its pages: alone, or beside a title that is repeated."""
    every = [text for text in texts if text and len(text) <= _LONGEST and _DIGITS.search(text)]
    alone = [text for text in every if _PAGE.fullmatch(text)]
    bare = [text for text in alone if _BARE.fullmatch(squash(text))]
    found = {text for text in alone if len(bare) >= _OFTEN or not _BARE.fullmatch(squash(text))}
    paged = [(masked(text), text) for text in every]
    paged = [(mask, text) for mask, text in paged if _PAGED.search(mask)]
    often = Counter(mask for mask, _ in paged)
    return frozenset(found | {text for mask, text in paged if often[mask] >= _OFTEN})


def whole_tables(elements: Iterable[Element]) -> Iterator[Element]:
    """The elements with tables put together that page ends divide; page numbers are left out."""
    every = list(elements)
    lines = [one.text for one in every if isinstance(one, Line)]
    pages = page_lines(lines)
    often = Counter(masked(text) for text in lines)
    running = {mask for mask, count in often.items() if count >= _OFTEN}
    table: Matrix | None = None
    between: list[Line | NotRead] = []
    for one in every:
        if isinstance(one, Line) and one.text in pages:
            continue
        if not isinstance(one, Matrix):
            between.append(one)
            continue
        body = None if table is None else _continuation(table, one)
        if table is not None and body is not None and _passes(between, running):
            head = table.lines
            if body and (_ends_headings(head[-1], body[0]) or _ends_row(head[-1], body[0])):
                whole = [above + below for above, below in zip(head[-1], body[0], strict=True)]
                head, body = [*head[:-1], whole], body[1:]
            starts = (*table.starts, (len(head), one.where))
            table = table._replace(lines=[*head, *body], starts=starts)
            between = [line for line in between if isinstance(line, NotRead)]
            continue
        if table is not None:
            yield table
        yield from between
        table, between = one, []
    if table is not None:
        yield table
    yield from between


def _passes(between: Sequence[Line | NotRead], running: Collection[str]) -> bool:
    """Whether nothing that stands between two tables divides them."""
    for line in between:
        if isinstance(line, NotRead):
            continue
        name = plain_name(line.text)
        if _CONTINUED in name[-_FEW:] or name.startswith((_CONTINUED, f"({_CONTINUED}")):
            continue
        if _TITLE.fullmatch(name) or masked(line.text) not in running:
            return False
    return True


def _ends_headings(above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a page end divides a line of headings: what stands below it goes on with some of them."""
    bare = not any(map(_DIGITS.search, (*above, *below)))
    under = [bool(before) for before, after in zip(above, below, strict=True) if after]
    return bare and not below[0] and bool(under) and all(under)


def _ends_row(above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a page end divides a row: below it amounts go on that lack decimals above, and words."""
    pairs = [pair for pair in zip(above, below, strict=True) if pair[1]]
    figures = [(before, after) for before, after in pairs if _DIGITS.search(after)]
    return (
        not below[0]
        and bool(figures)
        and all(
            _CUT.fullmatch(before) and _AMOUNT.fullmatch(f"{before}{after}")
            for before, after in figures
        )
    )


def _continuation(table: Matrix, other: Matrix) -> list[list[str]] | None:
    """The rows with which a table goes on, without its headings; None where another one begins."""
    columns = _columns(table, other)
    if columns is None or _begins_with_title(other):
        return None
    rows = [[""] * len(table.lines[0]) for _ in other.lines]
    for row, cells in zip(rows, other.lines, strict=True):
        for at, cell in zip(columns, cells, strict=True):
            row[at] = cell
    repeated = 0
    for row, above in zip(rows, table.lines, strict=False):
        if list(map(squash, row)) != list(map(squash, above)):
            # A form begins with the same captions, but other values.
            if row[0] and squash(row[0]) == squash(above[0]):
                return None
            break
        repeated += 1
    return rows[repeated:]


def _columns(table: Matrix, other: Matrix) -> Sequence[int] | None:
    """Where the columns of a table's rest stand in it; None where they are none of its columns.

    The last page may show fewer lines between columns: that of a total whose name covers several.
    """
    width, wide = len(table.lines[0]), len(other.lines[0])
    if wide == width or (table.ragged and other.ragged and _FEW <= wide < width):
        return range(wide)
    if wide > width or not table.edges or not other.edges:
        return None
    found = [
        at for edge in other.edges for at, own in enumerate(table.edges) if abs(edge - own) <= _SAME
    ]
    return found[:-1] if len(found) == len(other.edges) and found[-1] == width else None


def _begins_with_title(matrix: Matrix) -> bool:
    """Whether the first row that is not blank holds nothing but a table's title."""
    texts = next((texts for row in matrix.lines if (texts := [cell for cell in row if cell])), [])
    name = plain_name(texts[0]) if len(texts) == 1 else ""
    return _TITLE.fullmatch(name) is not None and _CONTINUED not in name
