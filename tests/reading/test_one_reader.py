"""The same tables through three doors: an own sheet, an exported sheet, a document's table."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook as NewWorkbook

from exported_tables import read_path
from xlbudget.characters import squash
from xlbudget.importing.published.document import read_published
from xlbudget.reading.book import read_book
from xlbudget.sheets.cells import text_of
from xlbudget.sheets.layout import is_form
from xlbudget.xlsx.workbook import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlbudget.figures import Book
    from xlbudget.standard.model import Standard

WIDE = str.maketrans("0123456789,.()", "０１２３４５６７８９，．（）")


def wide(text: str) -> str:
    return text.translate(WIDE)


def invisible(text: str) -> str:
    return f"{text[:1]}\u200b{text[1:]}\ufeff" if text else ""


def spaced(text: str) -> str:
    return f"\u3000{text}\u00a0" if text else ""


def colon(text: str) -> str:
    return f"{text}：" if squash(text) == "合计" else text


def radicals(text: str) -> str:
    return text.replace("行", "⾏").replace("人", "⼈")


SPELLINGS = {one.__name__: one for one in (wide, invisible, spaced, colon, radicals)}
Lines = list[list[object]]


def printed(book: Path, standard: Standard, spell: Callable[[str], str]) -> dict[str, Lines]:
    """The tables' sheets with every text and figure spelled in that way, amounts as text."""
    source = Workbook(book)
    return {
        table.key: [
            [
                spell(f"{cell:,.2f}" if isinstance(cell, float) else text_of(cell))
                for cell in line
            ]
            for line in source.lines(table.sheet)
            if any(line)
        ]
        for table in standard.tables
        if not is_form(table)
    }  # fmt: skip


def as_workbook(path: Path, sheets: dict[str, Lines], *, right: int) -> Path:
    book = NewWorkbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for number, line in enumerate(lines, 1):
            for column, cell in enumerate(line, 1 + right):
                sheet.cell(number, column, cell or None).data_type = "s"
    book.save(path)
    return path


def own(folder: Path, standard: Standard, tables: dict[str, Lines], _: int) -> Book:
    sheets = {standard.table(key).sheet: lines for key, lines in tables.items()}
    return read_book(as_workbook(folder / "own.xlsx", sheets, right=0), standard)


def exported(folder: Path, standard: Standard, tables: dict[str, Lines], year: int) -> Book:
    sheets = {f"Sheet{number}": lines for number, lines in enumerate(tables.values(), 1)}
    return read_path(as_workbook(folder / "exported.xlsx", sheets, right=2), standard, year).book


def text(folder: Path, standard: Standard, tables: dict[str, Lines], year: int) -> Book:
    lines = []
    for key, table in tables.items():
        lines += [standard.table(key).title, ""]
        lines += ["\t".join(str(cell).replace("\n", "") for cell in line) for line in table]
        lines.append("")
    path = folder / "document.txt"
    path.write_text("\n".join(lines), "utf-8")
    return read_published(path, standard, year).book


def page(folder: Path, standard: Standard, tables: dict[str, Lines], year: int) -> Book:
    pieces = []
    for key, table in tables.items():
        cells = (
            "".join(f"<td>{html.escape(str(cell))}</td>".replace("\n", "<br>") for cell in line)
            for line in table
        )
        rows = "".join(f"<tr>{line}</tr>" for line in cells)
        pieces.append(f"<p>{standard.table(key).title}</p><table>{rows}</table>")
    path = folder / "document.html"
    path.write_text("".join(pieces), "utf-8")
    return read_published(path, standard, year).book


def rows_of(book: Book) -> dict[str, list[tuple[object, ...]]]:
    return {
        key: [
            (
                squash(row.key),
                row.kind,
                squash(row.label).rstrip(":"),
                tuple(cell and (cell.fen, cell.unit) for cell in row.cells),
                tuple(squash(one) for one in row.texts),
                squash(row.parent),
            )
            for row in data.rows
        ]
        for key, data in book.blocks.items()
    }


@pytest.mark.parametrize("door", [own, exported, text, page])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_rows(
    example_file: Path,
    standard: Standard,
    tmp_path: Path,
    spelling: str,
    door: Callable[[Path, Standard, dict[str, Lines], int], Book],
) -> None:
    expected = read_book(example_file)
    tables = printed(example_file, standard, SPELLINGS[spelling])
    wanted, found = rows_of(expected), rows_of(door(tmp_path, standard, tables, expected.year))
    blocks = [block.key for key in tables for block in standard.table(key).blocks]
    assert {key: found[key] for key in blocks} == {key: wanted[key] for key in blocks}
