"""Fill in a workbook on disk: only the cells that change are written, all else stays byte for byte."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building.contents import (
    CellContent,
    amount_content,
    last_used,
    render_sheets,
    render_table,
    vacant,
)
from xlbudget.building.formulas.derived import (
    SETTING,
    VALUES,
    Formula,
    book_formulas,
    chosen_formulas,
    formula_for,
)
from xlbudget.building.formulas.posting import ledger_formulas
from xlbudget.building.ledger import ledger_contents
from xlbudget.building.live import render_live
from xlbudget.building.overview import overview_caches, with_caches
from xlbudget.building.pages import continued, printed_table
from xlbudget.building.tables import printed_forms
from xlbudget.editing.desk import refreshed_desk
from xlbudget.editing.edits import edits_of, value_of
from xlbudget.editing.findings import refreshed_findings
from xlbudget.editing.forms import place_new_forms, plan_new_forms
from xlbudget.editing.notes import refreshed_notes, text_pages
from xlbudget.errors import UnusableFileError
from xlbudget.reading.book import read_book
from xlbudget.rules.fill import Filled, cell_key, fill_book
from xlbudget.rules.forms import with_forms
from xlbudget.rules.grid import INFO, Grid
from xlbudget.rules.posting import fill_from_ledger, follows_from_ledger, unprinted
from xlbudget.rules.relations import definitions, expand
from xlbudget.sheets.cells import text_of
from xlbudget.sheets.layout import (
    FORM_FIRST,
    INFO_SHEET,
    OVERVIEW,
    is_form,
    last_info_line,
    place_book,
    table_layout,
)
from xlbudget.standard.loader import own_standard
from xlbudget.xlsx.cells import Afterwards, CellEdit, Paging
from xlbudget.xlsx.references import column_letter, same_formula, split_cell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.figures import Book, Place, Row
    from xlbudget.rules.unfilled import CellKey
    from xlbudget.standard.model import Standard, Table
    from xlbudget.xlsx.cells import LaidRows, Lines
    from xlbudget.xlsx.workbook import Workbook


ROW_CHECKS = ("code_", "readable_amount", "unknown_row")
"""Checks about rows and readability: what keeps filling from being complete."""


class FillPlan(NamedTuple):
    """The filled book as it will stand with its standard, the edits that bring the file there.

    Without edits nothing was missing; ``afterwards`` goes with them.
    """

    standard: Standard
    book: Book
    edits: list[CellEdit]
    afterwards: Afterwards


def plan_fill(source: Workbook) -> FillPlan:
    """What filling in ``source`` would write; apply it with its ``patch``.

    Raises:
        UnusableFileError: unreadable, or sheets or columns were renamed or moved.
    """
    book = read_book(source)
    standard = own_standard(book)
    refuse_moved(standard, book)
    sheets = {*book.sheets.values(), *filter(None, [book.ledger.sheet])}
    formulas = source.formulas_of(sheets)
    grid = Grid(standard, book)
    ours, lapsed = formula_keys(grid, formulas), conditional_keys(grid, formulas)
    if follows_from_ledger(standard, book):
        filled = fill_from_ledger(standard, book, ours, lapsed)
    else:
        filled = fill_book(standard, with_forms(standard, book), ours, lapsed)
    return plan_filled(source, standard, book, filled, formulas)


_MOST_NAMED = 10


def kept_typed(plan: FillPlan) -> str:
    """A sentence on the typed figures that were kept although the ledger does not print them; "" if none were."""
    if not follows_from_ledger(plan.standard, plan.book):
        return ""
    kept = unprinted(plan.standard, plan.book)
    if not kept:
        return ""
    named = "、".join(f"{place.sheet} {place.cell}" for place in kept[:_MOST_NAMED])
    more = "等" if len(kept) > _MOST_NAMED else ""
    return (
        f"有{len(kept)}格是填写的数，底稿得不出，保留未动：{named}{more}；"
        "要由底稿得出，请清空这些格再填列，否则请改正底稿。"
    )


def plan_filled(
    source: Workbook,
    standard: Standard,
    book: Book,
    filled: Filled,
    formulas: Mapping[str, Mapping[str, str]],
) -> FillPlan:
    """The edits that bring ``source``, which holds ``book``, to what was filled in.

    ``formulas`` are those that the file has. Forms that stand nowhere are laid out; of the others, and of
    基础信息, only amounts are written.

    Raises:
        UnusableFileError: more rows than fit, or a row would cover what was not understood.
    """
    placed = _placed(source, standard, book, filled.book)
    others = [INFO_SHEET] if standard.ledger is None else [INFO_SHEET, standard.ledger.sheet]
    lines = source.lines_of([*(table.sheet for table in standard.tables), *others])
    held = {
        table.sheet: _held(standard, table, book, lines[table.sheet])
        for table in standard.tables
        if table.sheet in lines and not is_form(table)
    }
    grid = Grid(standard, placed)
    keys = {grid.place(number): cell_key(grid, number) for number in range(len(grid.cells))}
    native = {
        place: one
        for place, one in book_formulas(standard, placed).items()
        if keys.get(place) in filled.derived
    }
    native = dict(chosen_formulas(standard, placed, native))
    if follows_from_ledger(standard, placed) and placed.text(SETTING) != VALUES:
        native |= ledger_formulas(standard, placed)
    changed = {place for place, key in keys.items() if place.cell and key in filled.changed}
    edits = list(_edits(grid, changed, native, formulas, lines, held))
    laid: dict[str, list[LaidRows]] = {}
    for table in filter(is_form, standard.tables):
        if new := _unplaced(table, filled.book, placed):
            forms = plan_new_forms(source, table, placed, new, native)
            edits += forms.edits
            laid[table.sheet] = forms.laid
    ends = {edit.sheet for edit in edits}
    charts = None
    contents: dict[str, list[CellContent]] = {}
    if edits and len(placed.blocks) == len(standard.blocks):
        contents = render_sheets(standard, placed, native)
        live = render_live(standard, placed, contents, text_pages(source)).cells
        edits += _live_edits(source, live)
        charts = partial(with_caches, caches=overview_caches(standard, live[OVERVIEW]))
    if edits:
        edits += refreshed_notes(source, edits)
        edits += refreshed_findings(source, edits)
        edits += refreshed_desk(source, edits)
    last_rows = {
        table.sheet: last_used(standard, table, placed)
        for table in standard.tables
        if table.sheet in ends and not is_form(table)
    }
    paging = {
        table.sheet: _paging(standard, table, contents[table.sheet])
        for table in standard.tables
        if table.sheet in last_rows and table.sheet in contents
    }
    for table in standard.tables:
        if table.sheet in laid and table.sheet in contents:
            printed = printed_forms(table, placed, contents[table.sheet])
            last_rows[table.sheet] = FORM_FIRST - 1 + len(printed.rows)
            right = column_letter(len(printed.widths) - 1)
            paging[table.sheet] = Paging(printed.ends(FORM_FIRST), "", printed.landscape, right)
    if ends:
        last_rows[INFO_SHEET] = last_info_line(standard, placed)
    return FillPlan(
        standard,
        placed,
        edits,
        Afterwards(True, last_rows, paging=paging, charts=charts, laid=laid),
    )


def _paging(standard: Standard, table: Table, contents: Sequence[CellContent]) -> Paging:
    """Where the pages of a table that was filled in end."""
    layout = table_layout(standard, table)
    printed = printed_table(layout, contents)
    return Paging(printed.ends(layout.first), continued(table.title) if printed.pages > 1 else "")


def refuse_moved(standard: Standard, book: Book, action: str = "填列小计") -> None:
    """Formulas name sheets and columns: they must stand where the layout has them.

    Raises:
        UnusableFileError: they do not; ``action`` is what could not be done.
    """
    info = book.sheets.get(INFO, "")
    if info != INFO_SHEET:
        raise UnusableFileError(
            f"工作表“{INFO_SHEET}”{f'被改名为“{info}”' if info else '不在工作簿中'}；"
            f"请恢复这张表和它的名称后再{action}；文件没有改动。"
        )
    for table in standard.tables:
        sheet = book.sheets.get(table.key, table.sheet)
        if sheet != table.sheet:
            raise UnusableFileError(
                f"工作表“{table.sheet}”被改名为“{sheet}”；请改回原名后再{action}；文件没有改动。"
            )
        if is_form(table):
            continue
        layout = table_layout(standard, table)
        for one in layout.blocks:
            data = book.blocks.get(one.block.key)
            if data is not None and data.letters != one.amounts:
                raise UnusableFileError(
                    f"工作表“{table.sheet}”的栏被移动、插入或删除过；请恢复原来的栏后再{action}；文件没有改动。"
                )
            if data is not None and any(row.line < layout.first for row in data.rows):
                raise UnusableFileError(
                    f"工作表“{table.sheet}”的标题行被删除过；请恢复到第{layout.first - 1}行后再{action}；文件没有改动。"
                )


def formula_keys(grid: Grid, formulas: Mapping[str, Mapping[str, str]]) -> set[CellKey]:
    """The amount cells that hold a formula."""
    keys = set()
    for number in range(len(grid.cells)):
        sheet, cell = grid.place(number)
        if cell and cell in formulas.get(sheet, {}):
            keys.add(cell_key(grid, number))
    return keys


def conditional_keys(grid: Grid, formulas: Mapping[str, Mapping[str, str]]) -> set[CellKey]:
    """Cells whose formula is what filling writes under some condition, and nobody else's."""
    keys = set()
    for number, relation in definitions(expand(grid, assume=True).relations).items():
        sheet, cell = grid.place(number)
        written = formulas.get(sheet, {}).get(cell, "")
        if not written or not relation.equation.when:
            continue
        if same_formula(written, formula_for(grid, number, relation)):
            keys.add(cell_key(grid, number))
    return keys


def _edits(
    grid: Grid,
    changed: Collection[Place],
    native: Mapping[Place, Formula],
    formulas: Mapping[str, Mapping[str, str]],
    lines: Mapping[str, Lines],
    held: Mapping[str, Mapping[str, None]],
) -> Iterator[CellEdit]:
    standard, placed = grid.standard, grid.book
    for table in standard.tables:
        if not any(block.key in placed.blocks for block in table.blocks):
            continue
        if is_form(table):
            contents = _amounts(grid, table.blocks[0].key, changed, native)
        else:
            contents = render_table(standard, table, placed, native)
            used = {content.cell for content in contents}
            contents += _vacated(standard, table, set(held[table.sheet]) - used)
        now = formulas.get(table.sheet, {})
        for edit in edits_of(table.sheet, contents, lines[table.sheet], now):
            _refuse_covering(table, edit.cell, held.get(table.sheet), lines[table.sheet])
            yield edit
    info = _amounts(grid, INFO, changed, native)
    yield from edits_of(INFO_SHEET, info, lines[INFO_SHEET], formulas.get(INFO_SHEET, {}))
    if follows_from_ledger(standard, placed) and standard.ledger is not None:
        sheet = standard.ledger.sheet
        contents = ledger_contents(standard, placed)
        yield from edits_of(sheet, contents, lines.get(sheet, []), formulas.get(sheet, {}))


def _amounts(
    grid: Grid, block: str, changed: Collection[Place], native: Mapping[Place, Formula]
) -> list[CellContent]:
    """The amounts of the forms, or of 基础信息, that were filled in."""
    return [
        amount_content(place.cell, cell, native.get(place), "amount")
        for number, cell in enumerate(grid.cells)
        if grid.spot(number).block == block and (place := grid.place(number)) in changed
    ]


def _vacated(standard: Standard, table: Table, cells: Collection[str]) -> list[CellContent]:
    """What stands in cells from which rows and notes have moved away."""
    layout = table_layout(standard, table)
    columns = {
        letter: (one, index) for one in layout.blocks for index, letter in enumerate(one.letters)
    }
    contents = []
    for cell in sorted(cells):
        letter, line = split_cell(cell)
        inside = layout.first <= line <= layout.last
        contents.append(vacant(*columns[letter], line) if inside else CellContent(cell, "blank"))
    return contents


def _placed(source: Workbook, standard: Standard, book: Book, filled: Book) -> Book:
    """Tables where the layout puts them; forms and 基础信息 where the user has them, new forms below."""
    missing = [key for key in standard.blocks if key not in book.blocks]
    placed = place_book(standard, filled)
    blocks = {key: data for key, data in placed.blocks.items() if key not in missing}
    forms = book.forms
    for table in standard.tables:
        key = table.blocks[0].key
        if is_form(table) and key in blocks:
            blocks[key], forms = place_new_forms(source, table, filled)
    return placed._replace(blocks=blocks, forms=forms, info=filled.info, ledger=filled.ledger)


def _unplaced(table: Table, filled: Book, placed: Book) -> list[Row]:
    """The rows of forms that stood nowhere before."""
    key = table.blocks[0].key
    if key not in placed.blocks:
        return []
    there = {row.line for row in filled.blocks[key].rows}
    return [row for row in placed.blocks[key].rows if row.line not in there]


def _held(standard: Standard, table: Table, book: Book, lines: Lines) -> dict[str, None]:
    """The cells of the rows and notes that were read: filling may move them, and only them."""
    layout = table_layout(standard, table)
    notes = (*book.notes.get(table.key, ()), table.empty_statement)
    held: dict[str, None] = {}
    for one in layout.blocks:
        for row in book.blocks[one.block.key].rows if one.block.key in book.blocks else ():
            held |= dict.fromkeys(f"{letter}{row.line}" for letter in one.letters)
    for number, line in enumerate(lines[layout.first - 1 :], layout.first):
        text = "".join(text_of(value) for value in line if isinstance(value, str))
        if text and text in notes:
            held |= dict.fromkeys(f"{column_letter(at)}{number}" for at in range(layout.width))
    return held


def _refuse_covering(
    table: Table, cell: str, held: Mapping[str, None] | None, lines: Lines
) -> None:
    """What was not understood is not overwritten: it would be lost."""
    there = text_of(value_of(cell, lines))
    if there and held is not None and cell not in held:
        raise UnusableFileError(
            f"工作表“{table.sheet}”的单元格{cell}“{there}”不属于该表的行，填列会盖住它；"
            "请改用规定的名称和编码，或移到表外；文件没有改动。"
        )


def _live_edits(source: Workbook, cells: Mapping[str, Iterable[CellContent]]) -> Iterator[CellEdit]:
    """The edits that let 目录, 总览 and the tool rows say what ``cells`` have, which follow the tables.

    A sheet that is missing, or has no such formulas (an older workbook's), is left alone.
    """
    lines, held = source.lines_of(list(cells)), source.formulas_of(set(cells))
    for sheet, contents in cells.items():
        wanted = [
            content
            for content in contents
            if content.formula and (content.role != "page" or content.cell in held.get(sheet, {}))
        ]
        if sheet in lines and any(content.cell in held.get(sheet, {}) for content in wanted):
            # A page's number stands where one stands: an older workbook has other things there.
            wanted += [
                content
                for content in contents
                if content.role == "page"
                and not content.formula
                and isinstance(value_of(content.cell, lines[sheet]), int | float)
            ]
            yield from edits_of(sheet, wanted, lines[sheet], held[sheet])
