"""Fill in a workbook on disk: only the cells that change are written, all else stays byte for byte."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.errors import UnusableFileError
from xlbudget.fill.fill import CellKey, Filled, cell_key, fill_book
from xlbudget.relations.derive import definitions
from xlbudget.relations.expand import expand
from xlbudget.relations.grid import INFO, Grid
from xlbudget.workbook.contents import CellContent, amount_content
from xlbudget.workbook.formulas import Formula, book_formulas, formula_for
from xlbudget.workbook.layout import column_letter, is_form, place_book, table_layout
from xlbudget.workbook.patch import CellEdit, cell_formulas
from xlbudget.workbook.read import read_book, read_lines
from xlbudget.workbook.read_cells import text_of
from xlbudget.workbook.render import render_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from xlbudget.figures import Book, Place
    from xlbudget.standard.model import Standard, Table
    from xlbudget.workbook.read_cells import Lines

__all__ = ["FillPlan", "plan_fill"]


class FillPlan(NamedTuple):
    """The filled book, and the edits that bring the file there (none: nothing was missing)."""

    book: Book
    edits: list[CellEdit]


def plan_fill(standard: Standard, source: Path) -> FillPlan:
    """What filling in ``source`` would write; apply it with ``patch.patch_workbook``.

    Raises:
        UnusableFileError: unreadable, or sheets or columns were renamed or moved.
    """
    book = read_book(source, standard)
    _refuse_moved(standard, book)
    formulas = cell_formulas(source, set(book.sheets.values()))
    ours = _ours(standard, book, formulas)
    filled = fill_book(standard, book, ours, _conditional(standard, book, formulas))
    return FillPlan(filled.book, list(_edits(standard, source, book, filled, formulas)))


def _refuse_moved(standard: Standard, book: Book) -> None:
    """Formulas name sheets and columns: they must stand where the layout has them."""
    for table in standard.tables:
        sheet = book.sheets.get(table.key, table.sheet)
        if sheet != table.sheet:
            raise UnusableFileError(
                f"工作表“{table.sheet}”被改名为“{sheet}”；请改回原名后再填列小计。文件没有改动。"
            )
        if is_form(table):
            continue
        for one in table_layout(standard, table).blocks:
            data = book.blocks.get(one.block.key)
            if data is not None and data.letters != one.amounts:
                raise UnusableFileError(
                    f"工作表“{table.sheet}”的栏被移动、插入或删除过；请恢复原来的栏后再填列小计。文件没有改动。"
                )


def _ours(
    standard: Standard, book: Book, formulas: Mapping[str, Mapping[str, str]]
) -> set[CellKey]:
    """The amount cells that hold a formula."""
    grid = Grid(standard, book)
    found = set()
    for number in range(len(grid.cells)):
        sheet, cell = grid.place(number)
        if cell and cell in formulas.get(sheet, {}):
            found.add(cell_key(grid, number))
    return found


def _conditional(
    standard: Standard, book: Book, formulas: Mapping[str, Mapping[str, str]]
) -> set[CellKey]:
    """Cells whose formula is what filling writes under some condition, and nobody else's."""
    grid = Grid(standard, book)
    found = set()
    for number, relation in definitions(expand(grid, assume=True).relations).items():
        sheet, cell = grid.place(number)
        written = formulas.get(sheet, {}).get(cell, "")
        if relation.equation.when and written and written == formula_for(grid, number, relation):
            found.add(cell_key(grid, number))
    return found


def _edits(
    standard: Standard,
    source: Path,
    book: Book,
    filled: Filled,
    formulas: Mapping[str, Mapping[str, str]],
) -> Iterator[CellEdit]:
    placed = _placed(standard, book, filled.book)
    grid = Grid(standard, placed)
    keys = {grid.place(number): cell_key(grid, number) for number in range(len(grid.cells))}
    native = {
        place: formula
        for place, formula in book_formulas(standard, placed).items()
        if keys.get(place) in filled.derived
    }
    lines = read_lines(source, [table.sheet for table in standard.tables])
    for table in standard.tables:
        if not any(block.key in book.blocks for block in table.blocks):
            continue
        if is_form(table):
            contents = _form_amounts(grid, table, filled, keys, native)
        else:
            contents = render_table(standard, table, placed, native)
            contents += _leftovers(standard, table, contents, lines[table.sheet])
        now = formulas.get(table.sheet, {})
        for content in contents:
            if _differs(content, lines[table.sheet], now):
                yield _edit(table.sheet, content)
    yield from _info_edits(grid, filled, keys, native)


def _placed(standard: Standard, book: Book, filled: Book) -> Book:
    """Tables where the layout puts them; forms and 基础信息 where the user has them."""
    missing = [key for key in standard.blocks if key not in book.blocks]
    placed = place_book(standard, filled)
    blocks = {key: data for key, data in placed.blocks.items() if key not in missing}
    for table in standard.tables:
        if is_form(table) and table.blocks[0].key in filled.blocks:
            blocks[table.blocks[0].key] = filled.blocks[table.blocks[0].key]
    return placed._replace(blocks=blocks, forms=filled.forms, info=filled.info)


def _form_amounts(
    grid: Grid,
    table: Table,
    filled: Filled,
    keys: Mapping[Place, CellKey],
    native: Mapping[Place, Formula],
) -> list[CellContent]:
    """The amounts of the forms that were filled in."""
    key = table.blocks[0].key
    contents = []
    for number, cell in enumerate(grid.cells):
        place = grid.place(number)
        if place.cell and grid.spot(number).block == key and keys[place] in filled.changed:
            contents.append(amount_content(place.cell, cell, native.get(place), "amount"))
    return contents


def _info_edits(
    grid: Grid, filled: Filled, keys: Mapping[Place, CellKey], native: Mapping[Place, Formula]
) -> Iterator[CellEdit]:
    for number, cell in enumerate(grid.cells):
        place = grid.place(number)
        if place.cell and grid.spot(number).block == INFO and keys[place] in filled.changed:
            yield _edit(place.sheet, amount_content(place.cell, cell, native.get(place), "info"))


def _leftovers(
    standard: Standard, table: Table, contents: Collection[CellContent], lines: Lines
) -> list[CellContent]:
    """Cells of the body's room that hold something although no row stands there any more."""
    layout = table_layout(standard, table)
    used = {content.cell for content in contents}
    blank = []
    for number in range(layout.first, min(len(lines), layout.last_note) + 1):
        for column in range(min(layout.width, len(lines[number - 1]))):
            cell = f"{column_letter(column)}{number}"
            if cell not in used and lines[number - 1][column] not in ("", None):
                blank.append(CellContent(cell, "blank"))
    return blank


def _differs(content: CellContent, lines: Lines, formulas: Mapping[str, str]) -> bool:
    """Whether the cell on the sheet holds something else."""
    letters = content.cell.rstrip("0123456789")
    row = int(content.cell[len(letters) :]) - 1
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    inside = row < len(lines) and column <= len(lines[row])
    now = lines[row][column - 1] if inside else ""
    if formulas.get(content.cell, "") != content.formula:
        return True
    if isinstance(content.value, Decimal):
        return not isinstance(now, (int, float)) or Decimal(format(now, ".15g")) != content.value
    return text_of(now) != (content.value or "").strip()


def _edit(sheet: str, content: CellContent) -> CellEdit:
    return CellEdit(sheet, content.cell, content.value, content.formula)
