"""New performance forms in a workbook on disk: below those that stand there, with the looks of the hidden models."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlbudget.building.contents import render_forms
from xlbudget.editing.edits import edits_of, value_of
from xlbudget.figures import BlockData
from xlbudget.sheets.cells import text_of
from xlbudget.sheets.layout import (
    FORM_FIRST,
    MODEL_FORMULAS,
    MODELS,
    form_layout,
    form_models,
    form_of,
    place_forms,
)
from xlbudget.xlsx.cells import CellEdit, LaidRows
from xlbudget.xlsx.references import Spot, cell_name, split_cell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from xlbudget.building.contents import CellContent
    from xlbudget.building.formulas.derived import Formula
    from xlbudget.figures import Book, FormData, Place, Row
    from xlbudget.sheets.layout import FormLayout
    from xlbudget.standard.model import Table
    from xlbudget.xlsx.workbook import Workbook


class NewForms(NamedTuple):
    """The edits of forms that are laid out, and the rows that get the looks of models."""

    edits: list[CellEdit]
    laid: list[LaidRows]


def place_new_forms(
    source: Workbook, table: Table, book: Book
) -> tuple[BlockData, tuple[FormData, ...]]:
    """The forms of ``book`` and their amounts, those that stand nowhere placed below all that is on the sheet.

    Raises:
        UnusableFileError: more forms than fit.
    """
    rows = book.blocks[table.blocks[0].key].rows
    waiting = [row for row in rows if not row.line]
    names = {row.key for row in waiting}
    new = [data for data in book.forms if data.name in names and not data.places]
    if not waiting:
        return book.blocks[table.blocks[0].key], book.forms
    placed, forms = place_forms(table, waiting, new, _free_line(source, table))
    kept = [row for row in rows if row.line]
    old = tuple(data for data in book.forms if data not in new)
    return BlockData.of([*kept, *placed]), (*old, *forms)


def _free_line(source: Workbook, table: Table) -> int:
    """The first line for a further form: one blank line below all that stands there."""
    last = FORM_FIRST - 1
    for number, line in enumerate(source.lines(table.sheet), 1):
        texts = [text for text in map(text_of, line) if text]
        if number >= FORM_FIRST and texts and texts != [table.empty_statement]:
            last = number
    bottoms = [area.bottom for area in source.merged(table.sheet) if area.top >= FORM_FIRST]
    last = max([last, *bottoms])
    return FORM_FIRST if last < FORM_FIRST else last + 2


def plan_new_forms(
    source: Workbook,
    table: Table,
    placed: Book,
    rows: Sequence[Row],
    native: Mapping[Place, Formula],
) -> NewForms:
    """What writes the forms of some rows of the placed book ``placed``, which are not in ``source`` yet."""
    names = {row.key for row in rows}
    new = tuple(data for data in placed.forms if data.name in names)
    block = {table.blocks[0].key: BlockData.of(list(rows))}
    contents = render_forms(
        table, placed._replace(forms=new, blocks={**placed.blocks, **block}), native
    )
    models = _models(source, table, placed)
    laid = [
        _laid(form_layout(form_of(table, data), row.line, data.depth), models[data.form], contents)
        for data, row in zip(new, rows, strict=True)
        if data.form in models
    ]
    hidden = {
        cell
        for area in (source.merged(MODELS) if laid else ())
        for one in laid
        if (moved := one.moved(area)) is not None
        for cell in _cells_behind(moved)
    }
    lines, formulas = source.lines(table.sheet), source.formulas(table.sheet)
    edits = [
        CellEdit(table.sheet, f"A{number}", None)
        for number, line in enumerate(lines, 1)
        if line and text_of(line[0]) == table.empty_statement
    ]
    shown = [content for content in contents if content.cell not in hidden]
    edits += edits_of(table.sheet, shown, lines, formulas)
    return NewForms(edits, laid)


def _models(source: Workbook, table: Table, book: Book) -> dict[str, FormLayout]:
    """The models on the hidden sheet by the key of their form; none where an older version made others."""
    if MODELS not in source.names:
        return {}
    block, forms = form_models(table)
    models = book._replace(info={}, forms=forms, blocks={table.blocks[0].key: block})
    lines, ends = source.lines(MODELS), {area[2:] for area in source.merged(MODELS)}
    found = {
        data.form: form_layout(form_of(table, data), row.line, data.depth)
        for data, row in zip(forms, block.rows, strict=True)
    }
    same = all(
        text_of(value_of(content.cell, lines)) == content.value
        for content in render_forms(table, models, {})
        if content.role in ("form_title", "form_caption", "indicator_heading")
    )
    return found if same and all((spots.last, 1) in ends for spots in found.values()) else {}


def _laid(spots: FormLayout, model: FormLayout, contents: Iterable[CellContent]) -> LaidRows:
    """The rows of a form and the model's that they look like: the last line of indicators like the last."""
    first, lines = model.heading + 1, model.last - model.heading
    count = spots.last - spots.heading
    indicators = [first + min(at, lines - 2) for at in range(count - 1)]
    rows = [*range(model.title, first), *indicators, *([model.last] if count else [])]
    styles = {
        content.cell: f"{MODEL_FORMULAS}{rows[line - spots.title]}"
        for content in contents
        if content.role == "form_amount"
        and content.kind == "formula"
        and spots.title <= (line := split_cell(content.cell)[1]) <= spots.last
    }
    return LaidRows(spots.title, MODELS, rows, range(first, model.last + 1), styles)


def _cells_behind(area: Collection[int]) -> Iterator[str]:
    """The cells of a merged range that do not show, all but its first one."""
    top, left, bottom, right = area
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if (row, column) != (top, left):
                yield cell_name(Spot(row, column))
