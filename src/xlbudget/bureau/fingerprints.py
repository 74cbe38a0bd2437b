"""What tells budgets apart and puts them in order: fingerprints of their amounts, their sums, their standard."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from xlbudget.explaining.source import compared_fields, load_source
from xlbudget.money import STANDARD_PLACES, Amount
from xlbudget.standard.loader import load_standard
from xlbudget.standard.stamp import standard_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedReader

    from xlbudget.figures import Book, Cell
    from xlbudget.standard.model import Ref, Standard

_ALGORITHM = "sha256"


def digest(data: bytes) -> str:
    """The fingerprint of bytes, with the name of the method."""
    return f"{_ALGORITHM}:{hashlib.sha256(data).hexdigest()}"


def digest_of(file: BufferedReader) -> str:
    """The same of an open file."""
    return f"{_ALGORITHM}:{hashlib.file_digest(file, _ALGORITHM).hexdigest()}"


def figures(standard: Standard, book: Book) -> str | None:
    """The fingerprint of the amounts of all tables, as they are printed; None where there is none.

    Blanks and noughts are not told apart, nor the order of rows; a workbook and its published text have one.
    """
    return _of_lines(
        f"{key}\t{row.key}\t{column}\t{_printed(cell)}"
        for key, data in book.blocks.items()
        for row in data.rows
        for column, cell in zip(standard.blocks[key].amounts, row.cells, strict=True)
        if _printed(cell)
    )


def last_year_figures(standard: Standard, book: Book) -> str | None:
    """The fingerprint of what it states of last year: columns of the tables, fields of 基础信息; None for nothing."""
    columns = (
        f"{key}\t{row.key}\t{column.last_year_of}\t{_printed(cell)}"
        for key, data in book.blocks.items()
        if any(column.last_year_of for column in standard.blocks[key].columns)
        for row in data.rows
        for name, cell in zip(standard.blocks[key].amounts, row.cells, strict=True)
        if (column := standard.blocks[key].column(name)).last_year_of and _printed(cell)
    )
    fields = (
        f"info\t{field}\t\t{_printed(book.number(field))}"
        for field in compared_fields(load_source(standard))
        if _printed(book.number(field))
    )
    return _of_lines([*columns, *fields])


def _printed(cell: Cell) -> int:
    """The amount in 分 at the decimals that are published; 0 for anything else."""
    if not isinstance(cell, Amount):
        return 0
    return cell.rounded(cell.unit, min(STANDARD_PLACES, cell.unit.max_places)).fen


def _of_lines(lines: Iterable[str]) -> str | None:
    text = "\n".join(sorted(lines))
    return digest(text.encode("utf-8", "surrogatepass")) if text else None


def totals(standard: Standard, book: Book) -> dict[str, str]:
    """How large the budget is, by the names that the standard gives, in its unit; what is not there is left out."""
    return {
        name: cell.in_unit(standard.unit).plain
        for name, ref in standard.totals.items()
        for cell in _cells(standard, book, ref)
        if isinstance(cell, Amount)
    }


def _cells(standard: Standard, book: Book, ref: Ref) -> Iterator[Cell]:
    data = book.blocks.get(ref.block)
    row = data.row(ref.which) if data is not None else None
    if row is not None:
        yield row.cells[standard.blocks[ref.block].amount_index[ref.column]]


def hash_of_standard(identity: str) -> str:
    """The fingerprint of all files of a standard: what it says when it judges.

    Raises:
        StandardError: there is none.
    """
    return standard_hash(load_standard(identity).layers)
