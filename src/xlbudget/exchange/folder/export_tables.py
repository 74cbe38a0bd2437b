"""The tables of a book as the CSV files of a data folder."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from xlbudget.errors import UnusableFileError
from xlbudget.exchange.folder.forms import FORM_KIND, INDICATOR_FILE, PROJECT
from xlbudget.figures import TOTAL, BlockData, FormData, Row, Unreadable
from xlbudget.standard.model import AMOUNT
from xlbudget.workbook.layout import is_form, place_book
from xlbudget.workbook.layout_forms import form_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlbudget.figures import Book, Cell
    from xlbudget.money import Unit
    from xlbudget.standard.model import Block, Standard, Table

__all__ = ["amount_text", "csv_bytes", "table_files"]


def csv_bytes(lines: Iterable[Sequence[str]]) -> bytes:
    """The lines as CSV with the mark by which spreadsheet programs know UTF-8."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(lines)
    return stream.getvalue().encode("utf-8-sig")


def table_files(standard: Standard, book: Book) -> dict[str, bytes]:
    """File name -> content for every table; one without rows has its headings alone."""
    found: dict[str, bytes] = {}
    laid_out = _placed(standard, book)
    for table in standard.tables:
        name = f"{table.number:02d}-{table.sheet}.csv"
        if is_form(table):
            forms, indicators = _form_lines(table, book)
            found[name] = csv_bytes(forms)
            found[f"{table.number:02d}-{INDICATOR_FILE}.csv"] = csv_bytes(indicators)
        else:
            found[name] = csv_bytes(_table_lines(standard, table, book, laid_out))
    return found


def amount_text(cell: Cell, unit: Unit) -> str:
    """A cell as it is typed: no separators, all its decimals; what is no amount as it stands."""
    if cell is None:
        return ""
    if isinstance(cell, Unreadable):
        return cell.raw
    if cell.unit == unit:
        return cell.plain
    return format((Decimal(cell.fen) / unit.fen).normalize(), "f")


# ------------------------------------------------------------------ tables


def _table_lines(
    standard: Standard, table: Table, book: Book, laid_out: Book | None
) -> list[list[str]]:
    headings = [
        "/".join("".join(part.split()) for part in column.heading(book.year))
        for block in table.blocks
        for column in block.columns
    ]
    sides = [
        _spread(_lines_of(standard, block, book), _places(block, book, laid_out))
        for block in table.blocks
    ]
    blanks = [[""] * len(block.columns) for block in table.blocks]
    lines = [
        [text for side, blank in zip(line, blanks, strict=True) for text in side or blank]
        for line in zip_longest(*sides)
    ]
    return [headings, *(line for line in lines if any(line))]


def _placed(standard: Standard, book: Book) -> Book | None:
    """The book as the layout places it; None where a sheet does not hold what files hold."""
    try:
        return place_book(standard, book)
    except UnusableFileError:
        return None


def _places(block: Block, book: Book, laid_out: Book | None) -> list[int]:
    """The line of every row where the layout puts it, so that the sides of a table stay level."""
    data = book.blocks.get(block.key, BlockData.of([]))
    if laid_out is None:
        return list(range(len(data.rows)))
    placed = laid_out.blocks[block.key]
    found = [placed.rows[placed.by_key[row.key]].line for row in data.rows]
    first = min((row.line for row in placed.rows), default=0)
    rising = all(before < after for before, after in pairwise(found))
    return [line - first for line in found] if rising else list(range(len(data.rows)))


def _spread(lines: list[list[str]], places: list[int]) -> list[list[str] | None]:
    found: list[list[str] | None] = [None] * (places[-1] + 1 if places else 0)
    for line, place in zip(lines, places, strict=True):
        found[place] = line
    return found


def _lines_of(standard: Standard, block: Block, book: Book) -> list[list[str]]:
    group = ""
    lines = []
    for row in book.blocks.get(block.key, BlockData.of([])).rows:
        named = row.kind == "item" and row.parent != group
        group = row.key if row.kind == "group" else row.parent if row.kind == "item" else group
        lines.append(_line(standard, block, row, group if named else ""))
    return lines


def _line(standard: Standard, block: Block, row: Row, group: str) -> list[str]:
    """One row; ``group`` is the one to be named beside an item that begins it."""
    amounts, texts = iter(row.cells), iter(row.texts)
    codes = iter(_codes(standard, block, row))
    found = []
    for column in block.columns:
        if column.kind == AMOUNT:
            found.append(amount_text(next(amounts), block.unit))
        elif column.kind == "text":
            found.append(next(texts, ""))
        elif column.kind == "code":
            found.append(next(codes, ""))
        elif column.kind in ("level1", "level2"):
            wanted = "group" if column.kind == "level1" else "item"
            beside = group.removeprefix("group:") if column.kind == "level1" else ""
            found.append(row.label if row.kind == wanted else beside)
        else:
            found.append(row.label if row.kind != "total" else "")
    if row.key == TOTAL and row.kind == "total":
        naming = next(at for at, column in enumerate(block.columns) if column.kind != AMOUNT)
        found[naming] = block.total
    return found


def _codes(standard: Standard, block: Block, row: Row) -> list[str]:
    """A code, in parts where each level has a column of its own."""
    columns = len(block.of_kind("code"))
    if row.kind != "subject" or columns < 2:  # noqa: PLR2004
        return [row.key if row.kind == "subject" else ""]
    ends = standard.subjects[block.subjects].lengths[: columns - 1]
    starts = (0, *ends)
    return [row.key[a:b] for a, b in zip(starts, (*ends, None), strict=True)]


# ------------------------------------------------------------------ forms


def _form_lines(table: Table, book: Book) -> tuple[list[list[str]], list[list[str]]]:
    """The lines of the file of forms and of the file of indicators."""
    block = table.blocks[0]
    fields = _captions(
        [(cell.field, cell.caption) for form in table.forms for line in form.lines for cell in line.cells],
        set(block.amounts),
    )  # fmt: skip
    columns = _captions(
        [(one.key, one.label[0]) for form in table.forms for one in form.indicators]
    )
    amounts = {column.label[0]: column.key for column in block.columns}
    forms = [[FORM_KIND, *fields.values(), *amounts]]
    indicators = [[PROJECT, *columns.values()]]
    for data, row in _pairs(table, book):
        texts = [data.fields.get(key, "") for key in fields]
        name = list(fields).index("name") if "name" in fields else 0
        texts[name] = data.name
        cells = [
            "" if isinstance(cell, Unreadable) else amount_text(cell, block.unit)
            for cell in (row.cells[block.amount_index[key]] for key in amounts.values())
        ]
        forms.append([form_of(table, data).title, *texts, *cells])
        indicators += [
            [data.name, *(one.values.get(key, "") for key in columns)] for one in data.indicators
        ]
    return forms, indicators


def _captions(pairs: list[tuple[str, str]], without: Iterable[str] = ()) -> dict[str, str]:
    """The heading of each field: its first caption that no other field takes over."""
    meant = {caption: field for field, caption in pairs}
    found: dict[str, str] = {}
    for field, caption in pairs:
        if field not in without and meant[caption] == field:
            found.setdefault(field, caption)
    return found


def _pairs(table: Table, book: Book) -> list[tuple[FormData, Row]]:
    """Each form with its row; a row without a form is one of the first kind, and the reverse."""
    block = table.blocks[0]
    waiting: dict[str, list[Row]] = {}
    for row in book.blocks.get(block.key, BlockData.of([])).rows:
        waiting.setdefault(row.key, []).append(row)
    found = []
    for data in book.forms:
        rows = waiting.get(data.name, [])
        blank = Row(data.name, "form", data.name, (None,) * len(block.amounts))
        found.append((data, rows.pop(0) if rows else blank))
    for rows in waiting.values():
        found += [(FormData(row.key, table.forms[0].key, {}, ()), row) for row in rows]
    return found
