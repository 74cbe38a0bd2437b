"""The standard's tables among those of a document: by their titles, else by their headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.exchange.published.pieces import Line
from xlbudget.workbook.layout import is_form
from xlbudget.workbook.read_headings import find_headings
from xlbudget.workbook.read_labels import caption, heading, is_note, plain_name, squash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlbudget.exchange.published.pieces import Matrix
    from xlbudget.standard.model import Form, Standard, Table

__all__ = ["Found", "find_tables", "table_titles"]

_BEFORE = 6
"""A title stands within so many lines above its table."""
_CONTINUED = "续"
_MOST_HEAD = 6
_UNIT = re.compile(r"单位:(?:人民币)?(亿元|万元|千元|百元|元)\)?$")


class Found(NamedTuple):
    """A table of the document: which of the standard's (None: none), its form, title, notes below.

    ``money`` is the unit that stands above it (万元), if one does.
    """

    table: Table | None
    form: Form | None
    matrix: Matrix
    title: Line | None
    notes: tuple[str, ...]
    continued: bool = False
    money: str = ""


def table_titles(standard: Standard) -> dict[str, tuple[Table, Form | None]]:
    """Comparable title -> table; a form's title leads to the form too."""
    found: dict[str, tuple[Table, Form | None]] = {}
    for table in standard.tables:
        for title in (table.title, table.sheet):
            found.setdefault(plain_name(title), (table, None))
        for form in table.forms:
            found[plain_name(form.title)] = (table, form)
    return found


def find_tables(standard: Standard, pieces: Sequence[Line | Matrix]) -> list[Found]:
    """All tables in their order; the notes below each one, up to the next title."""
    titles = table_titles(standard)
    above: list[Line] = []
    found: list[Found] = []
    noting = False
    for one in pieces:
        if isinstance(one, Line):
            above.append(one)
            if _title_of(titles, one.text) is not None:
                noting = False
            elif noting and (is_note(one.text) or found[-1].notes):
                found[-1] = found[-1]._replace(notes=(*found[-1].notes, one.text))
            continue
        near = above[-_BEFORE:]
        current = _identify(standard, titles, near, one)._replace(money=_money(near, one))
        found.append(current)
        above = []
        noting = current.table is not None and not is_form(current.table)
    return found


def _money(above: Sequence[Line], matrix: Matrix) -> str:
    """The unit of the amounts, as the lines above the table or its first rows state it."""
    texts = [one.text for one in above]
    texts += [cell for row in matrix.lines[:_MOST_HEAD] for cell in row if cell]
    found = [match[1] for text in texts if (match := _UNIT.search(squash(text)))]
    return found[-1] if found else ""


def _title_of(
    titles: dict[str, tuple[Table, Form | None]], text: str
) -> tuple[Table, Form | None] | None:
    name = plain_name(text).replace("(续)", "").replace("续表", "").removeprefix(_CONTINUED)
    return titles.get(name)


def _identify(
    standard: Standard,
    titles: dict[str, tuple[Table, Form | None]],
    above: Sequence[Line],
    matrix: Matrix,
) -> Found:
    for line in [*reversed(above), *_inner_titles(matrix)]:
        known = _title_of(titles, line.text)
        if known is not None:
            table, form = known
            if is_form(table):
                form = _form_of(table, matrix) or form
            continued = _CONTINUED in plain_name(line.text)
            return Found(table, form, matrix, line, (), continued)
    table_by_heads = _by_headings(standard, matrix)
    if table_by_heads is not None:
        return Found(table_by_heads, None, matrix, None, ())
    for table in standard.tables:
        if is_form(table) and (form := _form_of(table, matrix)) is not None:
            return Found(table, form, matrix, None, ())
    return Found(None, None, matrix, above[-1] if above else None, ())


def _inner_titles(matrix: Matrix) -> Iterator[Line]:
    """Titles in the table's own first rows."""
    for row in matrix.lines[:_MOST_HEAD]:
        texts = [cell for cell in row if cell]
        if len(texts) == 1:
            yield Line(texts[0].split("\n")[0], matrix.where)


def _form_of(table: Table, matrix: Matrix) -> Form | None:
    """The form whose captions and headings of indicators the table shows best."""
    texts = {heading(cell) for row in matrix.lines for cell in row if cell}
    captions = {caption(cell) for row in matrix.lines for cell in row if cell}
    best: tuple[int, Form | None] = (0, None)
    for form in table.forms:
        first = caption(form.lines[0].cells[0].caption)
        if first not in captions:
            continue
        known = sum(heading(column.label[0]) in texts for column in form.indicators)
        known += sum(
            caption(cell.caption) in captions for line in form.lines for cell in line.cells
        )
        if known > best[0]:
            best = (known, form)
    return best[1]


def _by_headings(standard: Standard, matrix: Matrix) -> Table | None:
    """The only table all of whose columns are there."""
    texts = {squash(cell) for row in matrix.lines[:_MOST_HEAD] for cell in row if cell}
    fitting = []
    for table in standard.tables:
        if is_form(table):
            continue
        lines: list[list[object]] = [list(row) for row in matrix.lines]
        places = find_headings(table, lines)
        if places is None or any(at is None for one in places.columns.values() for at in one):
            continue
        outer = {
            squash(label)
            for block in table.blocks
            for column in block.columns
            for label in column.heading(0)
        }
        fitting.append(
            (len({heading(one) for one in outer} & {heading(one) for one in texts}), table)
        )
    fitting.sort(key=lambda one: -one[0])
    if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
        return None
    return fitting[0][1]
